"""The public face of the trademark room: what is importable from it, and what an import costs."""

from __future__ import annotations

import pkgutil
import subprocess
import sys
from datetime import date

import pytest

import xbec.trademark as room
from xbec.errors import DocumentError, InputError


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


def test_a_misspelt_event_an_office_by_another_code_and_a_text_for_a_set_are_told_kindly() -> None:
    app = room.Application(applicants=[], mark=room.Mark(), items=[])
    status = room.state_of(room.Prosecution(app, [room.Event("offce action", date(2026, 3, 2))]))
    assert status.findings[0].cure == "did you mean office action?"
    with pytest.raises(InputError, match="the United Kingdom GB"):
        room.office("UK")
    with pytest.raises(InputError, match=r"put it in braces: {'1\(a\)'}"):
        room.Item(nice_class=25, text="Shirts", bases="1(a)")


def test_another_document_is_named_with_what_reads_it_and_nothing_else() -> None:
    with pytest.raises(DocumentError) as caught:
        room.read_application('{"schema": "xbec.trademark-situation/1", "classes": [25]}')
    assert "is missing" not in str(caught.value)
    assert "read_situation reads this one" in str(caught.value)
