"""Working days and deadlines: which days an office or a country works, and when a period of the law ends.

Public holidays come from the ``holidays`` package, month arithmetic from ``dateutil``; both are loaded on first use.
The rules of counting are data (``data/periods.toml``). All days are calendar days of the place whose law counts them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal, get_args

import attrs

from xbec.errors import DataFileError, InputError
from xbec.kernel._days import MOST, add_months, holiday_place, is_last_of_month, last_of_month, shift, whole, year_of
from xbec.kernel.citation import Citation, plain_day
from xbec.kernel.place import Place

EventDay = Literal["not-counted", "counted"]
EndRule = Literal["moves-to-next-working-day", "stays", "previous-working-day"]
MonthEnd = Literal["same-number", "last-stays-last"]
Unit = Literal["day", "working day", "week", "month", "year"]

FIRST_YEAR: Final = 1990
LAST_YEAR: Final = 2100
"""Years whose public holidays are answered for; outside them a working day is unknown."""
_ISO: Final = re.compile(r"P(\d{1,6})([DWMY])", re.ASCII)
_WORDS: Final = re.compile(r"(\d{1,6}) (?:working|business) days?", re.ASCII)
_UNITS: Final[Mapping[str, Unit]] = {"D": "day", "W": "week", "M": "month", "Y": "year"}
_SPAN_TEXT: Final = "P30D, P2W, P6M, P1Y or '10 working days'"
_FILE: Final = Path(__file__).resolve().parents[1] / "data" / "periods.toml"


@attrs.frozen(slots=True)
class Answer:
    """Yes or no, and why. True in a condition when it is yes.

    >>> answer = Calendar("DE").is_business_day(date(2026, 12, 25))
    >>> bool(answer), answer.reason
    (False, 'Christmas Day')
    """

    yes: bool
    reason: str

    def __bool__(self) -> bool:
        return self.yes


def _closings(closed: object) -> tuple[tuple[date, str], ...]:
    if isinstance(closed, str | bytes) or not hasattr(closed, "__iter__"):
        raise InputError("not closing days", field="closed", value=closed, allowed="pairs of day and reason")
    found: list[tuple[date, str]] = []
    for each in closed:
        if not (isinstance(each, tuple | list) and len(each) == 2 and isinstance(each[1], str)):
            raise InputError("not a closing day", field="closed", value=each, allowed="a pair of day and reason")
        found.append((plain_day(each[0], field="closed"), each[1]))
    return tuple(sorted(found))


@attrs.frozen(slots=True)
class Calendar:
    """The working days of a country, of a part of it, or of an office there.

    ``subdivision`` adds the holidays of a part (``BY`` or ``DE-BY``); ``closed`` adds days off that are no public
    holiday, as pairs of day and reason.

    >>> calendar = Calendar("DE", "BY", closed=[(date(2026, 12, 24), "office closed")])
    >>> calendar.add_days(date(2026, 12, 23), 1, working=True)
    datetime.date(2026, 12, 28)

    Raises :class:`InputError` for a place that is none, :class:`GapError` for one whose holidays are unknown. A
    holiday kept in one part only counts only where ``subdivision`` says so.
    """

    country: str
    subdivision: str | None = None
    closed: tuple[tuple[date, str], ...] = attrs.field(default=(), converter=_closings, kw_only=True)
    name: str = attrs.field(default="", kw_only=True)

    def __attrs_post_init__(self) -> None:
        place = Place(self.country, self.subdivision)
        object.__setattr__(self, "subdivision", place.subdivision)
        if not isinstance(self.name, str):
            raise InputError("not a name", field="name", value=self.name, allowed="text")
        year_of(*holiday_place(place), 2026)

    @classmethod
    def of_office(cls, office: str) -> Calendar:
        """The calendar of an office in ``data/periods.toml`` (``uspto``), with the days it was closed."""
        offices = _data().offices
        if not isinstance(office, str) or office not in offices:
            raise InputError(
                "not an office there is data for", field="office", value=office, allowed=", ".join(offices)
            )
        return offices[office]

    def is_business_day(self, day: date) -> Answer:
        """Is it a working day? The answer carries the reason: the holiday, the weekend, the closing."""
        plain_day(day, field="day")
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            allowed = f"{FIRST_YEAR} to {LAST_YEAR}"
            raise InputError("no public holidays of that year", field="day", value=day.isoformat(), allowed=allowed)
        for closed, why in self.closed:
            if closed == day:
                return Answer(False, why)
        holidays, weekends, made_up = year_of(*holiday_place(Place(self.country, self.subdivision)), day.year)
        if day in made_up:
            return Answer(True, "working day in place of a day off")
        if day in holidays:
            return Answer(False, holidays[day])
        if day in weekends:
            return Answer(False, f"weekend ({day:%A})")
        return Answer(True, "working day")

    def next_business_day(self, day: date) -> date:
        """``day`` itself if it is a working day, else the first after it."""
        return self._seek(day, 1)

    def previous_business_day(self, day: date) -> date:
        """``day`` itself if it is a working day, else the last before it."""
        return self._seek(day, -1)

    def _seek(self, day: date, step: int) -> date:
        while not self.is_business_day(day):
            day = shift(day, step)
        return day

    def add_days(self, day: date, number: int, *, working: bool = False) -> date:
        """``number`` calendar or working days after ``day`` (before it, if negative); ``day`` itself is not counted.

        With ``working`` and 0 the answer is the first working day on or after ``day``.
        """
        whole(number, "working day" if working else "day")
        if not working:
            return shift(plain_day(day, field="day"), number)
        if number == 0:
            return self.next_business_day(day)
        step = 1 if number > 0 else -1
        for _ in range(abs(number)):
            day = self._seek(shift(plain_day(day, field="day"), step), step)
        return day

    def add_months(self, day: date, number: int) -> date:
        """``number`` months after ``day``: the day of the same number, or the last of a shorter month.

        >>> Calendar("US").add_months(date(2026, 8, 31), 6)
        datetime.date(2027, 2, 28)
        """
        whole(number, "month")
        return add_months(plain_day(day, field="day"), number)


@attrs.frozen(slots=True)
class Span:
    """A length of time as law writes it: 14 days, 10 working days, 6 months.

    >>> Span.parse("P6M"), Span.parse("10 working days")
    (Span(number=6, unit='month'), Span(number=10, unit='working day'))

    Raises :class:`InputError` for a length that is none, zero, or above a century.
    """

    number: int
    unit: Unit = "day"

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.unit, str) or self.unit not in MOST:
            raise InputError("not a unit of time", field="unit", value=self.unit, allowed=", ".join(MOST))
        whole(self.number, self.unit)
        if self.number < 1:
            raise InputError("a period has a length", field="number", value=self.number, allowed="1 or more")

    @classmethod
    def parse(cls, text: str) -> Span:
        """From ISO 8601 with one unit (``P14D``, ``P2W``, ``P6M``, ``P1Y``), or ``10 working days``."""
        if isinstance(text, str):
            if iso := _ISO.fullmatch(text):
                return cls(int(iso[1]), _UNITS[iso[2]])
            if words := _WORDS.fullmatch(text):
                return cls(int(words[1]), "working day")
        raise InputError("not a length of time", field="period", value=text, allowed=_SPAN_TEXT)

    def __str__(self) -> str:
        return f"{self.number} {self.unit}{'s' if self.number != 1 else ''}"


@attrs.frozen(slots=True, kw_only=True)
class CountingRule:
    """How a law counts: see ``data/periods.toml`` for the words. Without a citation it is a house convention.

    >>> counting_rule("us-37-cfr-2-196").end
    'moves-to-next-working-day'
    """

    id: str
    title: str
    event_day: EventDay = "not-counted"
    end: EndRule = "stays"
    month_end: MonthEnd = "same-number"
    least_working_days: int = 0
    citation: Citation | None = None

    def __attrs_post_init__(self) -> None:
        for field, words in (("event_day", EventDay), ("end", EndRule), ("month_end", MonthEnd)):
            word, allowed = getattr(self, field), get_args(words)
            if not isinstance(word, str) or word not in allowed:
                raise InputError("not a rule of counting", field=field, value=word, allowed=", ".join(allowed))
        whole(self.least_working_days, "working day")

    @property
    def basis(self) -> str:
        """The law, or that there is none."""
        return str(self.citation) if self.citation is not None else "house convention"


def _span(period: object) -> Span:
    return period if isinstance(period, Span) else Span.parse(period)  # type: ignore[arg-type]


def _rule(rule: object) -> CountingRule:
    return rule if isinstance(rule, CountingRule) else counting_rule(rule)  # type: ignore[arg-type]


@attrs.frozen(slots=True)
class Deadline:
    """When a period that an event set off ends.

    ``start`` is the day of the event, ``period`` a :class:`Span` or its text, ``rule`` a :class:`CountingRule` or the
    id of one in ``data/periods.toml``. ``unmoved`` is the day the period ends by counting alone; ``last_day`` the day
    on whose evening it ends.

    >>> late = Deadline(date(2026, 10, 31), "P14D", rule="eu-1182-71", calendar=Calendar("DE"))
    >>> late.unmoved.isoformat(), late.last_day.isoformat(), bool(late.is_met(date(2026, 11, 17)))
    ('2026-11-14', '2026-11-16', False)
    >>> print(late.explain())
    14 days from 2026-10-31 (not counted) end on 2026-11-14, weekend (Saturday); moved to 2026-11-16; Regulation (EEC, \
Euratom) No 1182/71 on periods, dates and time limits art. 3, checked 2026-11-22

    Raises :class:`InputError` for a day, period or rule that is none.
    """

    start: date
    period: Span = attrs.field(converter=_span)
    rule: CountingRule = attrs.field(converter=_rule, kw_only=True)
    calendar: Calendar = attrs.field(kw_only=True)
    unmoved: date = attrs.field(init=False)
    last_day: date = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        plain_day(self.start, field="start")
        if not isinstance(self.calendar, Calendar):
            raise InputError("not a calendar", field="calendar", value=self.calendar, allowed="Calendar(...)")
        unmoved = self._counted()
        object.__setattr__(self, "unmoved", unmoved)
        object.__setattr__(self, "last_day", self._moved(unmoved))

    def _counted(self) -> date:
        number, unit, rule = self.period.number, self.period.unit, self.rule
        counted = rule.event_day == "counted"
        if unit == "working day":
            before = shift(self.start, -1) if counted else self.start
            return self.calendar.add_days(before, number, working=True)
        if unit in ("day", "week"):
            return shift(self.start, number * (7 if unit == "week" else 1) - counted)
        end = add_months(self.start, number * (12 if unit == "year" else 1))
        if rule.month_end == "last-stays-last" and unit == "month" and is_last_of_month(self.start):
            end = last_of_month(end)
        return shift(end, -1) if counted else end

    def _moved(self, day: date) -> date:
        if self.rule.end == "moves-to-next-working-day":
            day = self.calendar.next_business_day(day)
        elif self.rule.end == "previous-working-day":
            day = self.calendar.previous_business_day(day)
        least = self.rule.least_working_days
        if least and not (self.period.number == 1 and self.period.unit in ("day", "working day")):
            before = shift(self.start, -1) if self.rule.event_day == "counted" else self.start
            day = max(day, self.calendar.add_days(before, least, working=True))
        return day

    def is_met(self, day: date) -> Answer:
        """Is an act on ``day`` in time? The answer carries the reason."""
        in_time = plain_day(day, field="day") <= self.last_day
        return Answer(in_time, f"{'not after' if in_time else 'after'} {self.last_day.isoformat()}")

    def days_left(self, today: date) -> int:
        """Calendar days from ``today`` to the last day: 0 on the last day itself, negative when it has passed."""
        return (self.last_day - plain_day(today, field="today")).days

    def explain(self) -> str:
        """The derivation in one line."""
        counted = "counted" if self.rule.event_day == "counted" else "not counted"
        verb = "ends" if self.period.number == 1 else "end"
        line = f"{self.period} from {self.start.isoformat()} ({counted}) {verb} on {self.unmoved.isoformat()}"
        if self.last_day != self.unmoved:
            why = self.calendar.is_business_day(self.unmoved)
            reason = f"fewer than {self.rule.least_working_days} working days" if why else why.reason
            line += f", {reason}; moved to {self.last_day.isoformat()}"
        return f"{line}; {self.rule.basis}"


def counting_rule(ident: str) -> CountingRule:
    """The rule of counting with that id in ``data/periods.toml``. Raises :class:`InputError` naming those there are."""
    rules = _data().rules
    if not isinstance(ident, str) or ident not in rules:
        raise InputError("not a rule of counting", field="rule", value=ident, allowed=", ".join(rules))
    return rules[ident]


@attrs.frozen(slots=True)
class _Data:
    rules: Mapping[str, CountingRule]
    offices: Mapping[str, Calendar]


@cache
def _data() -> _Data:
    import tomllib

    content = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    sources = content["source"]

    def cite(text: str, key: str) -> Citation:
        ident, _, locator = text.partition(" ")
        if ident not in sources:
            raise DataFileError(
                "a row names a source the file does not define", field=f"periods.toml: {key}", value=text
            )
        source = sources[ident]
        return Citation(ident, source["title"], locator or None, source["url"], source["checked"])

    def rule(ident: str, row: dict[str, Any]) -> CountingRule:
        words = {word: value for word, value in row.items() if word not in ("source", "convention")}
        if ("source" in row) == ("convention" in row):
            raise DataFileError("a rule has a source or a convention", field=f"periods.toml: rule.{ident}")
        return CountingRule(id=ident, citation=cite(row["source"], ident) if "source" in row else None, **words)

    offices: dict[str, Calendar] = {}
    for ident, row in content["office"].items():
        for closing in row.get("closed", ()):
            cite(closing["source"], f"office.{ident}")
        closed = [(day, closing["why"]) for closing in row.get("closed", ()) for day in _closing_days(closing, ident)]
        offices[ident] = Calendar(row["country"], row.get("subdivision"), closed=closed, name=row["name"])
    return _Data({ident: rule(ident, row) for ident, row in content["rule"].items()}, offices)


def _closing_days(row: Mapping[str, Any], office: str) -> tuple[date, ...]:
    """The one ``day`` of a row, or the day of each year that ``every`` names (``12-29``)."""
    if "day" in row:
        return (row["day"],)
    try:
        return tuple(date.fromisoformat(f"{year}-{row['every']}") for year in range(FIRST_YEAR, LAST_YEAR + 1))
    except (KeyError, ValueError):
        raise DataFileError(
            "not a closing",
            field=f"periods.toml: office.{office}",
            value=row.get("every"),
            allowed="day, or every MM-DD",
        ) from None
