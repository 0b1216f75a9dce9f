"""Figures that the rules of the USPTO rest on, by day, and plain questions that several rules ask of an application.

Figures (classes, bars, signers, lengths of text ...) are rows of ``rules/us-formalities.toml`` beside the rules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import cache
from typing import Any, Final

from xbec.errors import GapError, InputError
from xbec.kernel.place import Place
from xbec.kernel.timeline import NoPeriod, Timeline
from xbec.trademark.application import Application, ForeignApplication, ForeignRegistration, Item
from xbec.trademark.dated_rows import RULES, dated_rows

_SHOWN: Final = 60


@cache
def _figures() -> Mapping[str, Timeline[Any]]:
    return dated_rows(RULES / "us-formalities.toml", "figure", lambda row: row["value"])


def figure(ident: str, on: date) -> Any:
    """A figure of the rules on a day. Raises :class:`GapError` for an unknown name, ``NoPeriod`` for the day.

    >>> figure("goods-classes", date(2026, 11, 25))
    [1, 34]
    """
    try:
        return _figures()[ident].on(on).value
    except KeyError:
        raise GapError("no such figure", field="figure", value=ident, allowed=", ".join(_figures())) from None


def holds(ident: str, app: Application, on: date) -> bool:
    """Does a figure hold that counts from the filing day; of an application not yet filed, from the day asked?"""
    try:
        return bool(figure(ident, app.filed or on))
    except NoPeriod:
        return False


def short(text: object) -> str:
    """A text cut to the length of a place in a finding."""
    line = " ".join(str(text)[: _SHOWN * 4].split())
    return line if len(line) <= _SHOWN else f"{line[:_SHOWN]}..."


def named(item: Item) -> str:
    """Where an item stands, without a number: the order of items has no meaning."""
    return f"class {item.nice_class}: {short(item.text)}" if item.text.strip() else f"class {item.nice_class}"


def of_application(foreign: ForeignApplication) -> str:
    """Where a foreign application stands in a finding."""
    return f"foreign application {short(foreign.office)} {short(foreign.number or 'without number')}"


def of_registration(foreign: ForeignRegistration) -> str:
    """Where a foreign registration stands in a finding."""
    return f"foreign registration {short(foreign.office)} {short(foreign.number or 'without number')}"


@cache
def is_country(code: str) -> bool:
    """Is it the ISO 3166-1 code of a country?"""
    try:
        return Place(code).country == code
    except InputError:
        return False


def one_text(items: Iterable[Item]) -> str:
    """The entries of a class as one text: set apart by semicolons, all of whose characters the Office counts."""
    return "; ".join(item.text.strip() for item in items)


def is_national(app: Application) -> bool:
    """Is it filed at the USPTO itself, and not only as an extension under 66(a)?"""
    return app.bases != ("66(a)",)


def national_items(app: Application) -> tuple[Item, ...]:
    """The items that do not rest on 66(a) alone."""
    return tuple(item for item in app.items if item.bases != {"66(a)"})


def alleged(app: Application, nice_class: int) -> bool:
    """Is an allegation of use of the class of record: dates in commerce, a specimen, a sworn statement of use?"""
    dated = any(use.first_use_commerce for use in app.uses if use.nice_class == nice_class)
    shown = any(specimen.nice_class == nice_class for specimen in app.specimens)
    return dated and shown and app.verification is not None and app.verification.in_use is True


def in_use(app: Application, item: Item) -> bool:
    """Is use in commerce of the item asserted: under 1(a), or under 1(b) with an allegation of use?"""
    return "1(a)" in item.bases or ("1(b)" in item.bases and alleged(app, item.nice_class))


def is_class(nice_class: int, app: Application, on: date) -> bool:
    """Is it an international class, or the class of collective membership marks?"""
    if app.mark_type == "collective membership mark" and nice_class == figure("membership-class", on):
        return True
    return is_goods(nice_class, on) or is_service(nice_class, on)


def _within(ident: str) -> Callable[[int, date], bool]:
    def answer(nice_class: int, on: date) -> bool:
        first, last = figure(ident, on)
        return bool(first <= nice_class <= last)

    return answer


is_goods: Final = _within("goods-classes")
is_service: Final = _within("service-classes")
