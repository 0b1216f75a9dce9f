"""The rules that say which exchange rate the law uses on a day: dated, cited data from ``data/fx/rules.toml``.

The file is on the path of a first quote, so it is checked here by hand and without pydantic, which alone takes as long
to import as a first quote may last.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, NoReturn

import attrs

from xbec.errors import DataFileError, InputError, NoRate
from xbec.fx.methods import METHODS, Deviation
from xbec.fx.rate import CONFIDENCE, currency_code, series_id
from xbec.kernel.citation import Citation, plain_day

ROLES: Final = ("customs", "limits", "sale", "payment")
"""What an exchange rate is needed for: customs value, limits and thresholds, tax at sale, payment."""

EVENTS: Final = ("ordered", "paid", "loaded", "dispatched", "declared")
"""The events whose day a rule may look at."""

_LARGEST_FILE: Final = 2_000_000
_PERCENT = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,6})?) %", re.ASCII)
_FILE = Path(__file__).resolve().parent.parent / "data" / "fx" / "rules.toml"


@attrs.frozen(slots=True)
class Series:
    """A published list of rates; two currencies that it quotes only against ``pivot`` are crossed over it, exactly.

    ``load`` says how to load it; ``max_age_days`` how old its rates may be where it stands in for another series.
    """

    id: str
    title: str
    url: str | None = None
    pivot: str | None = None
    load: str | None = None
    max_age_days: int = 0


@attrs.frozen(slots=True)
class RuleRow:
    """A rule in force from ``start`` (``None``: since before the first day looked into) to ``end``, half-open.

    ``currencies`` limits it to pairs with one of them (empty: all). Either ``citation`` or ``convention`` is set.
    """

    series: str
    method: str
    max_age_days: int
    start: date | None = None
    end: date | None = None
    currencies: frozenset[str] = frozenset()
    deviation: Deviation | None = None
    citation: Citation | None = None
    convention: str | None = None
    confidence: str = "high"

    def fits(self, on: date, *, base: str, quote: str) -> bool:
        """Is the row in force on that day for that pair?"""
        if (self.start is not None and on < self.start) or (self.end is not None and on >= self.end):
            return False
        return not self.currencies or base in self.currencies or quote in self.currencies


@attrs.frozen(slots=True)
class Rule:
    """Which rate a law uses: ``jurisdiction``, the ``roles`` it serves, the ``event`` whose day counts, dated rows."""

    id: str
    jurisdiction: str
    roles: tuple[str, ...]
    event: str
    rows: tuple[RuleRow, ...]
    note: str | None = None

    def row(self, on: date, *, base: str, quote: str) -> RuleRow:
        """The row for a day and a pair. Errors: :class:`NoRate` where the rule has none."""
        for row in self.rows:
            if row.fits(on, base=base, quote=quote):
                return row
        starts = ", ".join(f"{r.series} from {r.start or 'the beginning'} to {r.end or 'now'}" for r in self.rows)
        raise NoRate(
            f"the rule {self.id} says nothing for {base}/{quote} on {on.isoformat()}",
            field="on",
            value=on.isoformat(),
            allowed=starts,
            cure=f"state the rate: fx.stated({{'{base}/{quote}': '...'}})",
        )


@attrs.frozen(slots=True, eq=False)
class RuleBook:
    """Rules and the series they read, by id. ``a | b`` holds both; where both know an id, ``a`` wins.

    >>> RuleBook.default().rule("eu-customs-value").rows[0].citation.locator
    'art. 146'
    """

    rules: Mapping[str, Rule]
    series: Mapping[str, Series]

    @staticmethod
    def default() -> RuleBook:
        """The rules that come with xbec. Read once."""
        return _default()

    @classmethod
    def from_toml(cls, source: str | Path) -> RuleBook:
        """Read a file (a ``Path``) or its text, of the shape of ``data/fx/rules.toml``.

        Errors: :class:`DataFileError` with file and key.
        """
        name, text = ("rules", source) if isinstance(source, str) else _read(source)
        if len(text) > _LARGEST_FILE:
            raise DataFileError("file too large", field=name, allowed=f"{_LARGEST_FILE} characters")
        try:
            content = tomllib.loads(
                text, parse_float=lambda figure: _refuse(name, "a figure is written as a float", figure)
            )
        except (tomllib.TOMLDecodeError, RecursionError) as problem:
            raise DataFileError(f"not a TOML file: {problem}", field=name) from problem
        return _book(content, name)

    def rule(self, id: str) -> Rule:
        """A rule by its id. Errors: :class:`InputError`, with the ids there are."""
        found = self.rules.get(id) if isinstance(id, str) else None
        if found is None:
            raise InputError(
                "no such exchange-rate rule", field="rule", value=id, allowed=", ".join(sorted(self.rules))
            )
        return found

    def of(self, jurisdiction: str, *, role: str | None = None) -> tuple[Rule, ...]:
        """The rules of a jurisdiction, all or those that serve a role.

        >>> [rule.id for rule in RuleBook.default().of("EU", role="customs")]
        ['eu-customs-value']
        """
        rules = (rule for rule in self.rules.values() if rule.jurisdiction == jurisdiction)
        return tuple(rule for rule in rules if role is None or role in rule.roles)

    def __or__(self, other: RuleBook) -> RuleBook:
        if not isinstance(other, RuleBook):
            return NotImplemented
        return RuleBook(
            rules=MappingProxyType({**other.rules, **self.rules}),
            series=MappingProxyType({**other.series, **self.series}),
        )

    def __iter__(self) -> Iterator[Rule]:
        return iter(self.rules.values())

    def __len__(self) -> int:
        return len(self.rules)


@cache
def _default() -> RuleBook:
    return RuleBook.from_toml(_FILE)


def _read(path: object) -> tuple[str, str]:
    if not isinstance(path, Path):
        raise InputError("not a file of rules", field="source", value=path, allowed="a Path, or the text")
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise DataFileError("file too large", field=path.name, allowed=f"{_LARGEST_FILE} bytes")
        return path.name, path.read_text(encoding="utf-8")
    except (OSError, ValueError) as problem:
        raise DataFileError("the file cannot be read as UTF-8 text", field=path.name) from problem


def _refuse(field: str, problem: str, value: object = None, allowed: str | None = None) -> NoReturn:
    raise DataFileError(problem, field=field, value=value, allowed=allowed)


class _Keys:
    """The keys of one table: each is taken once with its type, and what is left over is refused."""

    def __init__(self, content: object, at: str) -> None:
        if not isinstance(content, dict):
            _refuse(at, "a table is needed", content)
        self._left = dict(content)
        self.at = at

    def take(self, key: str, kind: type, *, needed: bool = False) -> Any:
        value = self._left.pop(key, None)
        if value is None and not needed:
            return None
        if type(value) is not kind or (kind in (str, list) and not value):
            _refuse(f"{self.at}.{key}", "a value is missing or of another kind", value, kind.__name__)
        return value

    def word(self, key: str, choices: tuple[str, ...] | Mapping[str, Any], *, default: str | None = None) -> str:
        value = self.take(key, str, needed=default is None) or default
        if value not in choices:
            _refuse(f"{self.at}.{key}", "not a word of this list", value, ", ".join(choices))
        return str(value)

    def days(self, key: str, *, needed: bool = False) -> int:
        found: int = self.take(key, int, needed=needed) or 0
        if not 0 <= found <= 366:
            _refuse(f"{self.at}.{key}", "not a number of days", found, "0 to 366")
        return found

    def done(self) -> None:
        for key, value in self._left.items():
            _refuse(f"{self.at}.{key}", "a key nobody knows", value)


def _tables(content: Mapping[str, Any], key: str, name: str) -> Iterator[tuple[str, _Keys]]:
    tables = content.get(key, {})
    if not isinstance(tables, dict):
        _refuse(f"{name}: {key}", "a table is needed", tables)
    for ident, table in tables.items():
        yield ident, _Keys(table, f"{name}: {key}.{ident}")


def _book(content: dict[str, Any], name: str) -> RuleBook:
    for key in content:
        if key not in ("series", "source", "rule"):
            _refuse(f"{name}: {key}", "a key nobody knows", key, "series, source, rule")
    try:
        sources = {ident: _source(ident, keys) for ident, keys in _tables(content, "source", name)}
        series = {ident: _series(ident, keys) for ident, keys in _tables(content, "series", name)}
        rules = {ident: _rule(ident, keys, sources) for ident, keys in _tables(content, "rule", name)}
    except InputError as problem:
        raise DataFileError(problem.problem, field=f"{name}: {problem.field}", value=problem.value) from problem
    for rule in rules.values():
        for row in rule.rows:
            if row.series not in series:
                _refuse(f"{name}: rule.{rule.id}", "a series the file does not define", row.series)
    return RuleBook(rules=MappingProxyType(rules), series=MappingProxyType(series))


def _source(ident: str, keys: _Keys) -> Citation:
    found = Citation(
        id=ident,
        title=keys.take("title", str, needed=True),
        url=keys.take("url", str),
        checked=keys.take("checked", date, needed=True),
    )
    keys.done()
    return found


def _series(ident: str, keys: _Keys) -> Series:
    pivot = keys.take("pivot", str)
    found = Series(
        id=series_id(ident),
        title=keys.take("title", str, needed=True),
        url=keys.take("url", str),
        pivot=None if pivot is None else currency_code(pivot, field="pivot"),
        load=keys.take("load", str),
        max_age_days=keys.days("max_age_days"),
    )
    keys.done()
    return found


def _rule(ident: str, keys: _Keys, sources: Mapping[str, Citation]) -> Rule:
    rows = keys.take("rows", list, needed=True)
    roles = keys.take("roles", list, needed=True)
    for role in roles:
        if role not in ROLES:
            _refuse(f"{keys.at}.roles", "not a role", role, ", ".join(ROLES))
    found = Rule(
        id=ident,
        jurisdiction=keys.take("jurisdiction", str, needed=True),
        roles=tuple(roles),
        event=keys.word("event", EVENTS),
        rows=tuple(_row(_Keys(row, f"{keys.at}.rows[{place}]"), sources) for place, row in enumerate(rows)),
        note=keys.take("note", str),
    )
    keys.done()
    return found


def _row(keys: _Keys, sources: Mapping[str, Citation]) -> RuleRow:
    start, end = keys.take("from", date), keys.take("to", date)
    if start is not None and end is not None and plain_day(end, field="to") <= start:
        _refuse(f"{keys.at}.to", "a period ends before it starts", end.isoformat())
    source, convention = keys.take("source", str), keys.take("convention", str)
    if (source is None) == (convention is None):
        _refuse(keys.at, "a rule names either its source or a convention")
    deviation = keys.take("deviation", dict)
    row = RuleRow(
        series=keys.take("series", str, needed=True),
        method=keys.word("method", METHODS),
        max_age_days=keys.days("max_age_days", needed=True),
        start=start,
        end=end,
        currencies=frozenset(currency_code(c, field="currencies") for c in keys.take("currencies", list) or ()),
        deviation=None if deviation is None else _deviation(_Keys(deviation, f"{keys.at}.deviation")),
        citation=None if source is None else _cite(source, sources, keys.at),
        convention=convention,
        confidence=keys.word("confidence", CONFIDENCE, default="high"),
    )
    keys.done()
    return row


def _cite(text: str, sources: Mapping[str, Citation], at: str) -> Citation:
    ident, _, locator = text.partition(" ")
    if ident not in sources:
        _refuse(f"{at}.source", "a source the file does not define", text, ", ".join(sorted(sources)))
    return attrs.evolve(sources[ident], locator=locator or None)


def _deviation(keys: _Keys) -> Deviation:
    more_than, at_least = keys.take("more_than", str), keys.take("at_least", str)
    figure = _PERCENT.fullmatch(more_than or at_least or "")
    if (more_than is None) == (at_least is None) or figure is None:
        _refuse(keys.at, "exactly one of more_than and at_least is needed", more_than or at_least, '"5 %"')
    measured = keys.word("measured_from", ("standing", "newer"))
    review = keys.take("review_day", int)
    if review is not None and not 2 <= review <= 28:
        _refuse(f"{keys.at}.review_day", "not a day of every month", review, "2 to 28")
    keys.done()
    return Deviation(
        limit=Fraction(Decimal(figure[1])) / 100,
        inclusive=at_least is not None,
        from_newer=measured == "newer",
        review_day=review,
    )
