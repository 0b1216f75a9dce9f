"""The units specific duties count in, and the words tariffs write them with (``data/tariff/units.toml``)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any, Final

import attrs

from xbec.errors import InputError
from xbec.kernel.quantities import units
from xbec.kernel.rounding import exact

_FILE: Final = Path(__file__).resolve().parents[1] / "data" / "tariff" / "units.toml"


@attrs.frozen(slots=True)
class Word:
    """A word of a tariff: ``"tonne"`` is 1000 of ``kg``; ``printed`` is its usual spelling."""

    printed: str
    unit: str
    factor: Fraction


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


@cache
def _bases() -> dict[str, tuple[str, Fraction]]:
    """Every unit code -> the unit all of its kind are counted in here, and how many of that it is."""
    first = {unit.kind: unit.code for unit in reversed(units().values()) if unit.factor == 1}
    bases = {unit.code: (first[unit.kind], unit.factor) for unit in units().values()}
    return bases | {code: (code, Fraction(1)) for code in _data()["unit"]}


def base_of(code: str) -> tuple[str, Fraction]:
    """The unit in which duties hold their amounts, and how many of it one ``code`` is.

    >>> base_of("dt")
    ('kg', Fraction(100, 1))

    Errors: :class:`InputError` for a code that is no unit.
    """
    found = _bases().get(code) if isinstance(code, str) else None
    if found is None:
        raise InputError("not a unit a duty counts in", field="unit", value=code, allowed="a code such as kg, l, pair")
    return found


def quantity_in(quantities: Mapping[str, Any], unit: str) -> Fraction:
    """How much of ``unit`` there is; amounts in other units of its kind are converted.

    Errors: :class:`InputError` naming the unit that is missing, or an amount that is no exact number, zero or more.
    """
    code, factor = unit, Fraction(1)
    if unit not in quantities:
        base = base_of(unit)[0]
        for other in quantities:
            found = _bases().get(other) if isinstance(other, str) else None
            if found is not None and found[0] == base:
                code, factor = other, found[1]
                break
        else:
            raise InputError(
                f"the duty needs a quantity in {unit}",
                field=f"quantities[{unit}]",
                allowed="an exact number, zero or more",
                cure=f"state how much of {unit} there is",
            )
    amount = exact(quantities[code], field=f"quantities[{code}]")
    if amount < 0:
        raise InputError("a quantity below zero", field=f"quantities[{code}]", value=quantities[code])
    return amount * factor


def label(unit: str) -> str:
    """What a unit is, in words.

    >>> label("kg_sucrose")
    'kilogram of sucrose (net weight x % of sucrose)'
    """
    own = _data()["unit"].get(unit)
    return str(own["label"]) if own else units()[base_of(unit)[0] if unit not in units() else unit].label


def _key(text: str) -> str:
    return text.lower().replace(" ", "").rstrip(".")


@cache
def _words() -> dict[str, Word]:
    words = {_key(code): Word(code, *base) for code, base in _bases().items()}
    for code, row in _data()["word"].items():
        base, factor = base_of(row.get("unit", code))
        factor *= exact(row.get("factor", "1"), field=code)
        for text in row["text"]:
            words[_key(text)] = Word(row["text"][0], base, factor)
    return words


def word(text: str) -> Word | None:
    """What a word of a tariff means; ``None`` where the library has no unit for it.

    >>> word("Tonne"), word("clean bushel")
    (Word(printed='t', unit='kg', factor=Fraction(1000, 1)), None)
    """
    return _words().get(_key(text))


@cache
def signs(table: str) -> Mapping[str, tuple[str, ...]]:
    """``"sign"``: signs of money -> the currencies that use them; ``"cent"``: words for a hundredth of them."""
    return {sign: tuple(codes) for sign, codes in _data()[table].items()}


@cache
def free_words() -> frozenset[str]:
    """Words that say there is no duty."""
    return frozenset(_data()["free"]["text"])
