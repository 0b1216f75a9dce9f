"""Example order documents that come with xbec: invented people and numbers in the platforms' real shapes."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from xbec.errors import InputError

_FOLDER: Final = Path(__file__).resolve().parents[1] / "data" / "examples"


def example_names() -> tuple[str, ...]:
    """The names of the examples, sorted.

    >>> example_names()
    ('amazon-order', 'amazon-v0-order', 'shopify-order')
    """
    return tuple(sorted(path.stem for path in _FOLDER.glob("*-order.json")))


def example(name: str) -> str:
    """One example as JSON text. Raises ``InputError`` for an unknown name.

    >>> from xbec.platforms import detect
    >>> detect(example("shopify-order")).name
    'shopify'
    """
    if not isinstance(name, str) or name not in example_names():
        raise InputError("no such example", field="name", value=name, allowed=", ".join(example_names()))
    return (_FOLDER / f"{name}.json").read_text(encoding="utf-8")
