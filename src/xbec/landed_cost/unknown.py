"""Figures handed to the program, and what is unknown: questions that the quote turns into worlds."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from typing import Any

import attrs

from xbec.errors import Undetermined, XbecError
from xbec.kernel.citation import Citation


@attrs.frozen(slots=True)
class Unknown:
    """Something the quote depends on, its candidates, and the smallest question that would close it."""

    key: str
    options: tuple[tuple[str, Any], ...]
    reason: str
    ask: str


class Question(Exception):
    """Raised inside the engine where an unknown is met; never leaves the room."""

    def __init__(self, unknown: Unknown) -> None:
        super().__init__(unknown.key)
        self.unknown = unknown


def undetermined(unknowns: Iterable[Unknown]) -> Undetermined:
    """The error of charges that differ between the candidates of what is unknown; one text in whatever order."""
    each = sorted(unknowns, key=lambda unknown: unknown.key)
    return Undetermined(
        f"the charges depend on what is unknown: {'; '.join(unknown.reason for unknown in each)}",
        field=", ".join(unknown.key for unknown in each),
        cure="; ".join(unknown.ask for unknown in each) + '; or ask for on_unknown="interval"',
    )


def kept(error: XbecError) -> XbecError:
    """An error to keep for whoever asks again: without the frames it passed through, which hold consignments."""
    for each in (error, error.__cause__, error.__context__):
        if each is not None:
            each.__traceback__ = None
    return error


def again(error: XbecError) -> XbecError:
    """A kept error to raise: one raised twice would gather the frames of both."""
    told = type(error).__new__(type(error), *error.args)
    told.__dict__.update(error.__dict__)
    told.__cause__ = error.__cause__
    return told


@attrs.frozen(slots=True)
class Param:
    """One figure handed to the program: exact value, its text, and where it comes from."""

    name: str
    text: str
    num: int
    den: int
    citation: Citation | None = None
    confidence: str = "high"
    day: date | None = None
    stated: bool = False
    exchange: str | None = None
    """Role and currency of the exchange rate that is in it."""


def param_of(name: str, text: str, value: Fraction, **more: Any) -> Param:
    """A figure from an exact fraction."""
    return Param(name, text, value.numerator, value.denominator, **more)


def compare(op: str, left: Any, right: Any) -> bool:
    """One of the six comparisons of the language."""
    if op == "==":
        return bool(left == right)
    if op == "!=":
        return bool(left != right)
    if op == "<":
        return bool(left < right)
    if op == "<=":
        return bool(left <= right)
    if op == ">":
        return bool(left > right)
    return bool(left >= right)
