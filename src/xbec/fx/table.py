"""Published rates held by series, pair and day: the interface every source of rates offers, and the table of a file."""

from __future__ import annotations

import csv
import heapq
import io
from abc import ABC, abstractmethod
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final, NoReturn

from xbec.errors import DocumentError, InputError, XbecError
from xbec.fx.rate import ExchangeRate

LARGEST_FILE: Final = 20_000_000
"""Bytes of a file of rates; a larger one is refused before it is parsed."""

LARGEST_TABLE: Final = 1_000_000
"""Rows of a table."""

COLUMNS: Final = ("source", "base", "quote", "rate", "per", "from", "to", "title", "url")
"""Columns of the CSV; ``title`` and ``url`` may be left out. ``to`` is the first day the rate is no longer for."""

_NEEDED = frozenset(COLUMNS[:7])
_SHOWN_ROWS = 20

Pair = tuple[str, str]
Column = tuple[tuple[date, ...], tuple[ExchangeRate, ...]]


def pair_of(base: str, quote: str) -> Pair:
    """The two currencies in alphabetical order: a key that does not depend on the direction asked."""
    return (base, quote) if base < quote else (quote, base)


class RateSource(ABC):
    """What :class:`xbec.fx.Fx` reads rates from. ``base`` and ``quote`` come in either order; a rate keeps its own."""

    @abstractmethod
    def series(self) -> frozenset[str]:
        """Ids of the series it holds."""

    @abstractmethod
    def before(self, series: str, base: str, quote: str, *, day: date) -> Iterator[ExchangeRate]:
        """Rates that start on ``day`` or earlier, newest first."""

    @abstractmethod
    def after(self, series: str, base: str, quote: str, *, day: date) -> Iterator[ExchangeRate]:
        """Rates that start on ``day`` or later, oldest first."""


class RateTable(RateSource):
    """An immutable set of published rates. ``a | b`` holds both; where both have a series, pair and day, ``a`` wins.

    >>> table = RateTable.from_csv('''source,base,quote,rate,per,from,to
    ... ch-bazg,EGP,CHF,1.66619,100,2026-06-04,
    ... ''')
    >>> [str(rate) for rate in table]
    ['100 EGP = 1.66619 CHF, ch-bazg of 2026-06-04']

    Errors: :class:`InputError` for rows that are not rates or contradict each other.
    """

    __slots__ = ("_columns", "_size")

    def __init__(self, rates: Iterable[ExchangeRate] = ()) -> None:
        by_key: dict[tuple[str, Pair, date], ExchangeRate] = {}
        for number, rate in enumerate(_rates(rates)):
            key = (rate.source, pair_of(rate.base, rate.quote), rate.day)
            known = by_key.setdefault(key, rate)
            if known is not rate and _terms(known) != _terms(rate):
                raise InputError(
                    f"row {number} contradicts an earlier one: {known}",
                    field=f"rates[{number}]",
                    value=str(rate),
                    allowed="one rate a series, pair and day",
                )
        self._fill(by_key)

    def _fill(self, by_key: Mapping[tuple[str, Pair, date], ExchangeRate]) -> None:
        found: dict[tuple[str, Pair], list[ExchangeRate]] = {}
        for (series, pair, _), rate in by_key.items():
            found.setdefault((series, pair), []).append(rate)
        self._columns: dict[tuple[str, Pair], Column] = {}
        for column_key, rates in found.items():
            rates.sort(key=lambda rate: rate.day)
            self._columns[column_key] = (tuple(rate.day for rate in rates), tuple(rates))
        self._size = len(by_key)

    @classmethod
    def from_rows(cls, rows: Iterable[Mapping[str, Any] | ExchangeRate]) -> RateTable:
        """Build from rates, or from mappings with the keys of :data:`COLUMNS` (``per``, ``to`` and later are free).

        Days are ``date`` or ISO text. Errors: :class:`InputError` that names every bad row (the first 20 in full).
        """
        rates, problems = _read_rows(enumerate(_listed(rows)))
        if problems:
            _refuse(InputError, problems, field="rows")
        return cls(rates)

    @classmethod
    def from_csv(cls, source: str | Path) -> RateTable:
        """Read a CSV with the header :data:`COLUMNS`: a ``Path`` (or a line that ends in ``.csv``), or the text itself.

        Errors: :class:`DocumentError` that names every bad row by line (the first 20 in full).
        """
        rates, problems = _read_rows(_csv_rows(_text(source)))
        if problems:
            _refuse(DocumentError, problems, field="csv")
        try:
            return cls(rates)
        except InputError as problem:
            raise DocumentError(problem.problem, field="csv", value=problem.value, allowed=problem.allowed) from problem

    def series(self) -> frozenset[str]:
        """Ids of the series it holds."""
        return frozenset(series for series, _ in self._columns)

    def before(self, series: str, base: str, quote: str, *, day: date) -> Iterator[ExchangeRate]:
        """Rates that start on ``day`` or earlier, newest first."""
        days, rates = self._columns.get((series, pair_of(base, quote)), ((), ()))
        return (rates[place] for place in range(bisect_right(days, day) - 1, -1, -1))

    def after(self, series: str, base: str, quote: str, *, day: date) -> Iterator[ExchangeRate]:
        """Rates that start on ``day`` or later, oldest first."""
        days, rates = self._columns.get((series, pair_of(base, quote)), ((), ()))
        return (rates[place] for place in range(bisect_left(days, day), len(rates)))

    def __or__(self, other: RateTable) -> RateTable:
        if not isinstance(other, RateTable):
            return NotImplemented
        merged = RateTable()
        merged._fill(other._by_key() | self._by_key())
        return merged

    def _by_key(self) -> dict[tuple[str, Pair, date], ExchangeRate]:
        return {
            (series, pair, rate.day): rate for (series, pair), (_, rates) in self._columns.items() for rate in rates
        }

    def __iter__(self) -> Iterator[ExchangeRate]:
        for key in sorted(self._columns):
            yield from self._columns[key][1]

    def __len__(self) -> int:
        return self._size

    def __eq__(self, other: object) -> bool:
        return self._columns == other._columns if isinstance(other, RateTable) else NotImplemented

    def __hash__(self) -> int:
        return hash(frozenset(self._columns))

    def __repr__(self) -> str:
        return f"RateTable({self._size} rates of {', '.join(sorted(self.series())) or 'no series'})"


class Layers(RateSource):
    """Several sources as one; on the same day of a series and pair the earlier source wins."""

    __slots__ = ("_sources",)

    def __init__(self, sources: Iterable[RateSource]) -> None:
        self._sources = tuple(sources)

    def series(self) -> frozenset[str]:
        """Ids of the series of all sources."""
        return frozenset[str]().union(*(source.series() for source in self._sources))

    def _of(self, series: str) -> list[RateSource]:
        return [source for source in self._sources if series in source.series()]

    def before(self, series: str, base: str, quote: str, *, day: date) -> Iterator[ExchangeRate]:
        """Rates that start on ``day`` or earlier, newest first."""
        found = [source.before(series, base, quote, day=day) for source in self._of(series)]
        return heapq.merge(*found, key=lambda rate: rate.day, reverse=True)

    def after(self, series: str, base: str, quote: str, *, day: date) -> Iterator[ExchangeRate]:
        """Rates that start on ``day`` or later, oldest first."""
        found = [source.after(series, base, quote, day=day) for source in self._of(series)]
        return heapq.merge(*found, key=lambda rate: rate.day)


def _terms(rate: ExchangeRate) -> tuple[object, ...]:
    low, _ = pair_of(rate.base, rate.quote)
    return (*rate.factor(low), rate.until)


def _listed(rows: object) -> Iterator[Any]:
    if isinstance(rows, (str, bytes, Mapping)) or not isinstance(rows, Iterable):
        raise InputError("not rows of rates", field="rows", value=rows, allowed="a list of mappings or ExchangeRate")
    for number, row in enumerate(rows):
        if number >= LARGEST_TABLE:
            raise InputError("too many rows", field="rows", allowed=f"{LARGEST_TABLE} rows")
        yield row


def _rates(rates: object) -> Iterator[ExchangeRate]:
    for number, rate in enumerate(_listed(rates)):
        if not isinstance(rate, ExchangeRate):
            raise InputError("not an exchange rate", field=f"rates[{number}]", value=rate, allowed="ExchangeRate")
        if rate.legs or rate.source == "stated":
            raise InputError("a table holds published rates", field=f"rates[{number}]", value=str(rate))
        yield rate


def _read_rows(rows: Iterable[tuple[int, Any]]) -> tuple[list[ExchangeRate], list[tuple[int, XbecError]]]:
    rates: list[ExchangeRate] = []
    problems: list[tuple[int, XbecError]] = []
    for number, row in rows:
        try:
            rates.append(row if isinstance(row, ExchangeRate) else _read_row(row))
        except InputError as problem:
            problems.append((number, problem))
    return rates, problems


def _read_row(row: object) -> ExchangeRate:
    if not isinstance(row, Mapping):
        raise InputError("not a row", value=row, allowed=f"a mapping with {', '.join(COLUMNS)}")
    for key in row:
        if key not in COLUMNS:
            raise InputError("a column nobody knows", field=str(key)[:40], allowed=", ".join(COLUMNS))
    for key in ("source", "base", "quote", "rate", "from"):
        if row.get(key) in (None, ""):
            raise InputError("a value is missing", field=key)
    if row["source"] == "stated":
        raise InputError("this id is kept for rates of the caller", field="source", value="stated")
    end = row.get("to")
    return ExchangeRate(
        row["base"],
        row["quote"],
        row["rate"],
        per=_units(row.get("per")),
        day=day_of(row["from"], field="from"),
        until=None if end is None or end == "" else day_of(end, field="to"),
        source=row["source"],
        title=row.get("title") or "",
        url=row.get("url") or None,
    )


def _units(value: object) -> Any:
    if value is None or value == "":
        return 1
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 7:
        return int(value)
    return value


def day_of(value: object, *, field: str) -> date:
    """A day from a ``date`` or from ISO text (``2026-09-23``). Errors: :class:`InputError`."""
    if isinstance(value, str) and len(value) == 10:
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    elif type(value) is date:
        return value
    raise InputError("not a day", field=field, value=value, allowed="YYYY-MM-DD")


def _refuse(kind: type[XbecError], problems: list[tuple[int, XbecError]], *, field: str) -> NoReturn:
    shown = "; ".join(f"row {number}: {problem}" for number, problem in problems[:_SHOWN_ROWS])
    rest = [str(number) for number, _ in problems[_SHOWN_ROWS : _SHOWN_ROWS + 1000]]
    more = f"; and rows {', '.join(rest)}" if rest else ""
    raise kind(f"{len(problems)} bad row(s): {shown}{more}", field=field)


def _text(source: object) -> str:
    if isinstance(source, str) and ("\n" in source or not source.lower().endswith(".csv")):
        if len(source) > LARGEST_FILE:
            raise DocumentError("too large", field="csv", value=len(source), allowed=f"{LARGEST_FILE} characters")
        return source
    if not isinstance(source, (str, Path)):
        raise InputError("not a CSV", field="csv", value=source, allowed="a Path, or the text")
    try:
        path = Path(source)
        if path.stat().st_size > LARGEST_FILE:
            raise DocumentError("file too large", field=path.name, allowed=f"{LARGEST_FILE} bytes")
        return path.read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as problem:
        if isinstance(problem, XbecError):
            raise
        raise DocumentError("the file cannot be read as UTF-8 text", field="csv", value=str(source)) from problem


def _csv_rows(text: str) -> Iterator[tuple[int, Any]]:
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    try:
        header = next(reader, [])
        if len(set(header)) != len(header) or not _NEEDED <= set(header) <= set(COLUMNS):
            raise DocumentError(
                "not the header of a table of rates",
                field="csv",
                value=",".join(header),
                allowed=",".join(COLUMNS),
                cure="title and url may be left out; a file is passed as pathlib.Path",
            )
        for count, cells in enumerate(reader):
            if count >= LARGEST_TABLE:
                raise DocumentError("too many rows", field="csv", allowed=f"{LARGEST_TABLE} rows")
            if not cells:
                continue
            yield reader.line_num, dict(zip(header, cells, strict=True)) if len(cells) == len(header) else cells
    except csv.Error as problem:
        raise DocumentError(f"not a CSV: {problem}", field=f"csv: line {reader.line_num}") from problem
