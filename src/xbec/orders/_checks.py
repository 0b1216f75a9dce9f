"""Field checks that the values of this room share: each is an attrs validator that refuses with ``InputError``."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

import attrs

from xbec.errors import CurrencyMismatch, InputError
from xbec.kernel.money import Money

Check = Callable[[Any, "attrs.Attribute[Any]", Any], None]

MAX_TEXT = 10_000
MAX_QUANTITY = 1_000_000
MAX_KG = Decimal(1_000_000)
MAX_ROWS = 10_000


def text(*, optional: bool = False, most: int = MAX_TEXT) -> Check:
    """Text that says something: not empty, not only spaces, no control characters but a line break or a tab."""

    def check(_: Any, field: attrs.Attribute[Any], value: Any) -> None:
        if value is None and optional:
            return
        allowed = f"text of 1 to {most} characters" + (", or None" if optional else "")
        if not isinstance(value, str):
            raise InputError("this is no text", field=field.name, value=value, allowed=allowed)
        if not value.strip() or len(value) > most:
            raise InputError("this text is empty or too long", field=field.name, value=value, allowed=allowed)
        if any(ord(sign) < 32 and sign not in "\n\r\t" for sign in value):
            raise InputError("this text has control characters", field=field.name, value=value, allowed=allowed)

    return check


def one_of(*choices: str | None) -> Check:
    """One word of a closed list."""

    def check(_: Any, field: attrs.Attribute[Any], value: Any) -> None:
        if (value is not None and not isinstance(value, str)) or value not in choices:
            raise InputError(
                "not a word of this list", field=field.name, value=value, allowed=", ".join(str(c) for c in choices)
            )

    return check


def kind_of(kind: type, *, optional: bool = False) -> Check:
    """A value of exactly this kind of thing."""

    def check(_: Any, field: attrs.Attribute[Any], value: Any) -> None:
        if (value is None and optional) or (isinstance(value, kind) and not (kind is int and isinstance(value, bool))):
            return
        allowed = kind.__name__ + (" or None" if optional else "")
        raise InputError("a value of another kind is needed", field=field.name, value=value, allowed=allowed)

    return check


def rows_of(kind: type) -> Check:
    """A tuple that holds only this kind of thing; a list is taken too and becomes one."""

    def check(owner: Any, field: attrs.Attribute[Any], value: Any) -> None:
        allowed = f"at most {MAX_ROWS} of {kind.__name__}"
        if not isinstance(value, tuple | list) or len(value) > MAX_ROWS:
            found = type(value).__name__
            raise InputError("not a list that can be taken", field=field.name, value=found, allowed=allowed)
        for place, row in enumerate(value):
            if not isinstance(row, kind):
                raise InputError("a row of another kind", field=f"{field.name}[{place}]", value=row, allowed=allowed)
        if isinstance(value, list):
            # Not a converter: mypy types the argument of a generic converter as an unbound type variable.
            object.__setattr__(owner, field.name, tuple(value))

    return check


def amount(*, optional: bool = False) -> Check:
    """Money that is not negative."""

    def check(_: Any, field: attrs.Attribute[Any], value: Any) -> None:
        if value is None and optional:
            return
        if not isinstance(value, Money):
            raise InputError("this is no amount of money", field=field.name, value=value, allowed="Money")
        if value.scaled[0] < 0:
            raise InputError("an amount below zero", field=field.name, value=value, allowed="zero or more")

    return check


def same_currency(field: str, value: Money | None, currency: str) -> None:
    """Refuses an amount in another currency than the rest of the order."""
    if value is not None and value.currency != currency:
        raise CurrencyMismatch("an order has one currency", field=field, value=value.currency, allowed=currency)


def quantity(_: Any, field: attrs.Attribute[Any], value: Any) -> None:
    """Whole pieces, at least one."""
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= MAX_QUANTITY:
        raise InputError("not a number of pieces", field=field.name, value=value, allowed=f"1 to {MAX_QUANTITY}")


def weight(_: Any, field: attrs.Attribute[Any], value: Any) -> None:
    """Kilograms above zero, or ``None`` for unknown."""
    if value is None:
        return
    if not isinstance(value, Decimal) or not value.is_finite() or not 0 < value <= MAX_KG:
        raise InputError("not a weight", field=field.name, value=value, allowed=f"Decimal kg, above 0 to {MAX_KG}")


def rate(_: Any, field: attrs.Attribute[Any], value: Any) -> None:
    """A rate as a fraction of one (``Decimal("0.19")``), or ``None`` for not stated."""
    if value is None:
        return
    if not isinstance(value, Decimal) or not value.is_finite() or not 0 <= value <= 10:
        raise InputError("not a rate", field=field.name, value=value, allowed="Decimal from 0 to 10, 0.19 for 19 %")


def moment(*, optional: bool = False) -> Check:
    """A moment with its offset from UTC."""

    def check(_: Any, field: attrs.Attribute[Any], value: Any) -> None:
        if value is None and optional:
            return
        if not isinstance(value, datetime) or value.tzinfo is None or value.utcoffset() is None:
            raise InputError(
                "a moment needs its offset from UTC", field=field.name, value=value, allowed="an aware datetime"
            )

    return check


def attributes(_: Any, field: attrs.Attribute[Any], value: Any) -> None:
    """A tuple of pairs of text, each name once."""
    if not isinstance(value, tuple) or len(value) > MAX_ROWS:
        found = type(value).__name__
        raise InputError("not pairs of text", field=field.name, value=found, allowed="a tuple of (name, value)")
    names = set()
    for pair in value:
        if not isinstance(pair, tuple) or len(pair) != 2 or not all(isinstance(part, str) for part in pair):
            raise InputError("not a pair of text", field=field.name, value=pair, allowed="(name, value)")
        if pair[0] in names:
            raise InputError("a name stands there twice", field=field.name, value=pair[0], allowed="each name once")
        names.add(pair[0])
