"""How the day of a rate is chosen: every word a rule may say, in one table, and nothing about it anywhere else.

A method turns the day of the event into a wanted day and says on which side of it a published rate may lie:

* ``back``: the newest rate that starts on the wanted day or before, and still stands on it;
* ``forward``: the first rate on the wanted day or after it.

How long a rate stands: to its own end; else one month or one week from its start where the series is such a table; else
``max_age_days`` of the rule.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from fractions import Fraction
from types import MappingProxyType
from typing import Final

import attrs

from xbec.fx.rate import ExchangeRate
from xbec.fx.table import RateSource

WEDNESDAY: Final = 2
_DAY = timedelta(days=1)
_LONGEST = 400


def first_of_month(day: date, *, months: int = 0) -> date:
    """The first day of the month so many months later.

    >>> first_of_month(date(2026, 1, 15), months=-1)
    datetime.date(2025, 12, 1)
    """
    count = day.year * 12 + day.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


def last_weekday_of(month: date, weekday: int, *, back: int = 0) -> date:
    """The last such weekday of a month, or the one so many weeks before it.

    >>> last_weekday_of(date(2026, 10, 1), WEDNESDAY, back=1)
    datetime.date(2026, 10, 21)
    """
    last = first_of_month(month, months=1) - _DAY
    return last - timedelta(days=(last.weekday() - weekday) % 7 + 7 * back)


def _second_last_wednesday(on: date) -> date:
    return last_weekday_of(first_of_month(on, months=-1), WEDNESDAY, back=1)


def _third_wednesday(on: date) -> date:
    first = first_of_month(on, months=-1)
    return first + timedelta(days=(WEDNESDAY - first.weekday()) % 7 + 14)


def _before_second_last_day(on: date) -> date:
    return first_of_month(on) - 3 * _DAY


def _october(on: date) -> date:
    return date(on.year - 1, 10, 1)


def _quarter(on: date) -> date:
    return date(on.year, (on.month - 1) // 3 * 3 + 1, 1)


def _last_of_quarter(on: date) -> date:
    return first_of_month(_quarter(on), months=3) - _DAY


@attrs.frozen(slots=True)
class Method:
    """A word: the wanted day, the side on which a rate may lie, and how long a row without an end stands."""

    wanted: Callable[[date], date]
    forward: bool = False
    stands: Callable[[date], date] | None = None


METHODS: Final[Mapping[str, Method]] = MappingProxyType(
    {
        "same-day-or-last-before": Method(lambda on: on),
        "previous-business-day": Method(lambda on: on - _DAY),
        "second-last-wednesday-of-previous-month": Method(_second_last_wednesday),
        "third-wednesday-of-previous-month-or-next": Method(_third_wednesday, forward=True),
        "before-second-last-day-of-previous-month": Method(_before_second_last_day),
        "first-working-day-of-october": Method(_october, forward=True),
        "first-of-quarter": Method(_quarter, forward=True),
        "last-day-of-month-or-next": Method(lambda on: first_of_month(on, months=1) - _DAY, forward=True),
        "last-day-of-quarter-or-next": Method(_last_of_quarter, forward=True),
        "month-table": Method(lambda on: on, stands=lambda start: first_of_month(start, months=1)),
        "week-table": Method(lambda on: on, stands=lambda start: start + 7 * _DAY),
        "published-period": Method(lambda on: on),
    }
)
"""The closed set of words."""

TABLES: Final = frozenset({"month-table", "week-table", "published-period"})
"""Words that read an official list by its period; a stand-in has no such list and takes the day or the last before."""


@attrs.frozen(slots=True)
class Deviation:
    """A second look: ``newer`` replaces the standing rate when it moved ``limit`` or more (``inclusive``) from it.

    ``from_newer`` measures the difference in parts of the newer rate, else of the standing one. ``review_day`` is a day
    of the month from which the last rate before that day is looked at; ``None`` looks at the rate of the day itself.
    """

    limit: Fraction
    inclusive: bool
    from_newer: bool
    review_day: int | None = None

    def look_at(self, on: date) -> date | None:
        """The day whose rate is compared, or ``None`` where there is no second look."""
        if self.review_day is None:
            return on
        return on.replace(day=self.review_day) - _DAY if on.day >= self.review_day else None

    def exceeded(self, standing: ExchangeRate, newer: ExchangeRate) -> bool:
        """Did the rate move far enough? Compared in the published direction of the standing rate, exactly."""
        before = Fraction(*standing.factor(standing.base))
        now = Fraction(*newer.factor(standing.base))
        moved = abs(now - before) / (now if self.from_newer else before)
        return moved >= self.limit if self.inclusive else moved > self.limit


@attrs.frozen(slots=True)
class Choice:
    """The rate chosen, or ``None``, and the day that was wanted."""

    rate: ExchangeRate | None
    wanted: date


def choose(
    source: RateSource,
    series: str,
    *,
    pair: tuple[str, str],
    on: date,
    method: str,
    max_age_days: int,
    deviation: Deviation | None = None,
) -> Choice:
    """The rate of a pair that a method picks for the day of an event."""
    word = METHODS[method]
    wanted = word.wanted(on)
    longest = timedelta(days=max_age_days)
    if word.forward:
        rate = next(source.after(series, *pair, day=wanted), None)
        rate = rate if rate is not None and rate.day - wanted <= longest else None
    else:
        rate = _standing(source, series, pair, wanted, word.stands or (lambda start: start + longest + _DAY))
        if rate is not None and method not in TABLES:
            rate = _doubted(source, series, pair, wanted, rate)
    if rate is None or deviation is None:
        return Choice(rate, wanted)
    look = deviation.look_at(on)
    if look is None or look <= rate.day:
        return Choice(rate, wanted)
    newer = _standing(source, series, pair, look, lambda start: start + longest + _DAY)
    if newer is None:
        return Choice(None, look)
    newer = _doubted(source, series, pair, look, newer)
    if deviation.exceeded(rate, newer):
        return Choice(newer, wanted)
    return Choice(attrs.evolve(rate, provisional=True, confidence="low") if newer.provisional else rate, wanted)


def _standing(
    source: RateSource, series: str, pair: tuple[str, str], day: date, stands: Callable[[date], date]
) -> ExchangeRate | None:
    for rate in source.before(series, *pair, day=day):
        if day < (rate.until or stands(rate.day)):
            return rate
        if (day - rate.day).days > _LONGEST:
            return None
    return None


def _doubted(source: RateSource, series: str, pair: tuple[str, str], wanted: date, rate: ExchangeRate) -> ExchangeRate:
    """Mark a rate that is older than the wanted day, the newest one held, and skips a day from Monday to Friday."""
    if rate.until is not None or rate.day == wanted or next(source.after(series, *pair, day=wanted), None) is not None:
        return rate
    skipped = (rate.day + timedelta(days=n) for n in range(1, (wanted - rate.day).days + 1))
    if all(day.weekday() > 4 for day in skipped):
        return rate
    return attrs.evolve(rate, provisional=True, confidence="low")
