"""The public face of the trademark room: what is importable from it, and what an import costs."""

from __future__ import annotations

import pkgutil
import subprocess
import sys

import pytest

import xbec.trademark as room


def test_every_public_name_is_there_once() -> None:
    assert len(set(room.__all__)) == len(room.__all__)
    assert set(room.__all__) == set(room._HOME_OF)
    for name in room.__all__:
        assert getattr(room, name) is not None
    assert set(room.__all__) <= set(dir(room))


def test_no_public_name_hides_a_module() -> None:
    assert not {module.name for module in pkgutil.iter_modules(room.__path__)} & set(room.__all__)


def test_an_unknown_name_is_named() -> None:
    with pytest.raises(AttributeError, match="no attribute 'check_aplication'"):
        room.check_aplication  # noqa: B018


def test_importing_the_room_loads_no_part_of_it_and_no_heavy_library() -> None:
    program = (
        "import sys, xbec.trademark as room;"
        "inner = [name for name in sys.modules if name.startswith('xbec.trademark.')];"
        "assert not inner, inner;"
        "room.Application, room.check_application, room.deadlines, room.suggest_classes;"
        "heavy = {'pydantic', 'rapidfuzz', 'holidays', 'defusedxml', 'rich', 'typer'} & set(sys.modules);"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)
