"""``Fx``: what every room asks for an exchange rate. A rule names series and day; the answer is exact and cited."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Final, NoReturn

import attrs

from xbec.errors import InputError, NoRate
from xbec.fx import ecb
from xbec.fx.methods import TABLES, Choice, choose
from xbec.fx.rate import CONFIDENCE, ExchangeRate, currency_code, published_number
from xbec.fx.rules import RuleBook, RuleRow
from xbec.fx.table import Layers, Pair, RateSource, pair_of
from xbec.kernel.citation import plain_day

STATED: Final = "stated"
"""``source`` of a rate of the caller."""

_FIRST, _LAST = date(1900, 1, 1), date(2199, 12, 31)
_LARGEST_CACHE: Final = 100_000
_LARGEST_STATED: Final = 10_000

StatedKey = tuple[Pair, date | None]


class Fx:
    """Exchange rates by rule and day, from sources in order: on the same day of a series the earlier source wins.

    ``stand_in`` names a series that answers, flagged (``ExchangeRate.stand_in``), where the series of the rule has no
    rate; ``None`` makes that a :class:`NoRate`. Immutable; answers are kept, so asking again costs one look-up.

    >>> fx = Fx().stated({("USD", "EUR"): "0.867013"})
    >>> str(fx.rate("EUR", "USD", rule="eu-customs-value", on=date(2026, 8, 3)))
    '1 USD = 0.867013 EUR, stated of 2026-08-03'

    Errors: :class:`InputError`.
    """

    __slots__ = ("_answers", "_rules", "_sources", "_stand_in", "_stated")

    def __init__(self, *tables: RateSource, rules: RuleBook | None = None, stand_in: str | None = None) -> None:
        for table in tables:
            if not isinstance(table, RateSource):
                raise InputError("not a source of rates", field="tables", value=table, allowed="RateTable, RateSource")
        if rules is not None and not isinstance(rules, RuleBook):
            raise InputError("not a book of rules", field="rules", value=rules, allowed="RuleBook")
        self._sources = tables
        self._rules = rules
        own = rules is None and stand_in == ecb.SERIES  # is there; a quote of one currency need not read the rules
        if stand_in is not None and not own and (not isinstance(stand_in, str) or stand_in not in self.rules.series):
            raise InputError(
                "no such series", field="stand_in", value=stand_in, allowed="a series of the rules, or None"
            )
        self._stand_in = stand_in
        self._stated: dict[StatedKey, ExchangeRate] = {}
        self._answers: dict[tuple[str, str, str, date], ExchangeRate] = {}

    @staticmethod
    def default(*tables: RateSource, rules: RuleBook | None = None, stand_in: str | None = ecb.SERIES) -> Fx:
        """The given tables over the ECB history that comes with the extra ``fx``, which also stands in by default.

        ``Fx.default(stand_in=None)`` is strict. :class:`xbec.errors.MissingExtra` comes when an ECB rate is asked for.
        """
        if tables or rules is not None:
            return Fx(*tables, ecb.ecb_history(), rules=rules, stand_in=stand_in)
        if stand_in is not None and not isinstance(stand_in, str):
            raise InputError(
                "no such series", field="stand_in", value=stand_in, allowed="a series of the rules, or None"
            )
        return _default(stand_in)

    @property
    def rules(self) -> RuleBook:
        """The rules in use."""
        return RuleBook.default() if self._rules is None else self._rules

    def stated(self, rates: Mapping[tuple[str, str] | str, str | Decimal | int], *, on: date | None = None) -> Fx:
        """A copy in which these rates win over everything published, on every day or only ``on`` that day.

        ``{("USD", "EUR"): "0.867013"}`` or ``{"USD/EUR": "0.867013"}`` says that 1 USD is 0.867013 EUR, and serves both
        directions. A rate of a day goes before one of every day; the later call before the earlier.
        Errors: :class:`InputError`.
        """
        if not isinstance(rates, Mapping) or len(rates) > _LARGEST_STATED:
            raise InputError(
                "not rates", field="rates", value=type(rates).__name__, allowed="a mapping of pair to rate"
            )
        day = None if on is None else _day(on)
        found: dict[StatedKey, ExchangeRate] = {}
        for pair, figure in rates.items():
            base, quote = _stated_pair(pair)
            key = (pair_of(base, quote), day)
            if key in found:
                raise InputError("a pair is stated twice", field="rates", value=f"{base}/{quote}")
            found[key] = ExchangeRate(
                base,
                quote,
                published_number(figure, field=f"rates[{base}/{quote}]"),
                day=day or _FIRST,
                source=STATED,
                title="rate stated by the caller",
            )
        copy = Fx(*self._sources, rules=self._rules, stand_in=self._stand_in)
        copy._stated = self._stated | found
        return copy

    def rate(self, base: str, quote: str, *, rule: str, on: date) -> ExchangeRate:
        """The rate a rule uses for the day ``on`` of its event, in its published direction, which may be either.

        Two currencies that the series quotes only against its pivot are crossed exactly (``legs``). A currency against
        itself is worth 1. Errors: :class:`InputError` for a bad argument or an unknown rule; :class:`NoRate` naming the
        nearest day there is; :class:`MissingExtra` where an ECB rate is needed and the history is not installed.
        """
        try:
            return self._answers[base, quote, rule, on]
        except (KeyError, TypeError):
            pass
        currency_code(base, field="base")
        currency_code(quote, field="quote")
        _day(on)
        found = self._find(base, quote, rule, on)
        if len(self._answers) >= _LARGEST_CACHE:
            self._answers.clear()
        self._answers[base, quote, rule, on] = found
        return found

    def _find(self, base: str, quote: str, rule_id: str, on: date) -> ExchangeRate:
        rule = self.rules.rule(rule_id)
        if base == quote:
            return ExchangeRate(base, quote, Decimal(1), day=on, source="same-currency", title="same currency")
        stated = self._stated_rate(base, quote, on)
        if stated is not None:
            return stated
        row = rule.row(on, base=base, quote=quote)
        found, missing = self._by_row(row, base, quote, on)
        if found is None and self._stand_in is not None and self._stand_in != row.series:
            method = "same-day-or-last-before" if row.method in TABLES else row.method
            days = self.rules.series[self._stand_in].max_age_days
            other = attrs.evolve(row, series=self._stand_in, method=method, confidence="low", max_age_days=days)
            found, _ = self._by_row(other, base, quote, on)
            found = None if found is None else attrs.evolve(found, stand_in=True)
        if found is None:
            self._miss(rule_id, row, missing, base, quote, on)
        return found

    def _by_row(self, row: RuleRow, base: str, quote: str, on: date) -> tuple[ExchangeRate | None, tuple[Pair, date]]:
        """The rate by one row, direct or crossed; else the pair and day that are missing."""
        direct = self._choose(row, base, quote, on)
        if direct.rate is not None:
            return self._signed(direct.rate, row), ((base, quote), direct.wanted)
        pivot = self.rules.series[row.series].pivot
        if pivot is None or pivot in (base, quote):
            return None, ((base, quote), direct.wanted)
        legs: list[ExchangeRate] = []
        for currency in (base, quote):
            stated = self._stated_rate(currency, pivot, on)
            if stated is None:
                chosen = self._choose(row, currency, pivot, on)
                if chosen.rate is None:
                    return None, ((currency, pivot), chosen.wanted)
                stated = self._signed(chosen.rate, row)
            legs.append(stated)
        return ExchangeRate.crossed(base, quote, first=legs[0], second=legs[1]), ((base, quote), direct.wanted)

    def _choose(self, row: RuleRow, base: str, quote: str, on: date) -> Choice:
        return choose(
            self._source_of(row.series),
            row.series,
            pair=(base, quote),
            on=on,
            method=row.method,
            max_age_days=row.max_age_days,
            deviation=row.deviation,
        )

    def _source_of(self, series: str) -> RateSource:
        """The sources of a series; the bundled history is passed over where it is not installed and a table has it."""
        found = [source for source in self._sources if series in source.series()]
        if len(found) > 1 and not ecb.EcbHistory.installed():
            found = [source for source in found if not isinstance(source, ecb.EcbHistory)]
        return found[0] if len(found) == 1 else Layers(found)

    def _signed(self, rate: ExchangeRate, row: RuleRow) -> ExchangeRate:
        """The rate with the title of its series and the lower of its own and the rule's confidence."""
        series = self.rules.series[row.series]
        return attrs.evolve(
            rate,
            title=rate.title or series.title,
            url=rate.url or series.url,
            confidence=max(rate.confidence, row.confidence, key=CONFIDENCE.index),
        )

    def _stated_rate(self, base: str, quote: str, on: date) -> ExchangeRate | None:
        if not self._stated:
            return None
        pair = pair_of(base, quote)
        found = self._stated.get((pair, on)) or self._stated.get((pair, None))
        return None if found is None else attrs.evolve(found, day=on)

    def _miss(self, rule: str, row: RuleRow, missing: tuple[Pair, date], base: str, quote: str, on: date) -> NoReturn:
        (left, right), wanted = missing
        series = self.rules.series[row.series]
        source = self._source_of(row.series)
        near = [
            found.day
            for found in (
                next(source.before(row.series, left, right, day=wanted), None),
                next(source.after(row.series, left, right, day=wanted), None),
            )
            if found is not None
        ]
        if near:
            nearest = f"the nearest day there is: {min(near, key=lambda day: abs((day - wanted).days)).isoformat()}"
        elif row.series in source.series():
            nearest = "that series has no such pair on any day"
        else:
            nearest = "no table of that series is loaded"
        if self._stand_in not in (None, row.series):
            nearest += f"; {self._stand_in} cannot stand in either"
        load = series.load or f"pass RateTable.from_csv(text) with source {row.series} to Fx.default"
        raise NoRate(
            f"no rate {left}/{right} of series {row.series} ({series.title}) of {wanted.isoformat()}, "
            f"which the rule {rule} uses on {on.isoformat()}; {nearest}",
            field="rate",
            value=f"{base}/{quote}",
            cure=f"{load}; or state it: fx.stated({{'{base}/{quote}': '...'}})",
        )

    def __repr__(self) -> str:
        return f"Fx({len(self._sources)} sources, {len(self._stated)} stated rates, stand_in={self._stand_in!r})"


@lru_cache(maxsize=16)
def _default(stand_in: str | None) -> Fx:
    return Fx(ecb.ecb_history(), stand_in=stand_in)


def _day(value: object) -> date:
    day = plain_day(value, field="on")
    if not _FIRST <= day <= _LAST:
        raise InputError("a day without exchange rates", field="on", value=day.isoformat(), allowed="1900 to 2199")
    return day


def _stated_pair(pair: object) -> Pair:
    parts: tuple[object, ...] = ()
    if isinstance(pair, str) and len(pair) <= 20:
        parts = tuple(pair.split("/"))
    elif isinstance(pair, tuple):
        parts = pair
    if len(parts) != 2:
        raise InputError("not a pair of currencies", field="rates", value=pair, allowed='("USD", "EUR") or "USD/EUR"')
    base, quote = currency_code(parts[0], field="rates"), currency_code(parts[1], field="rates")
    if base == quote:
        raise InputError("a currency is worth itself", field="rates", value=f"{base}/{quote}")
    return base, quote
