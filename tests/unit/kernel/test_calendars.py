"""Working days and deadlines, against dates that can be checked on a wall calendar."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from xbec.errors import GapError, InputError
from xbec.kernel.calendars import Calendar, CountingRule, Deadline, Span, counting_rule

DE = Calendar("DE")
US = Calendar.of_office("uspto")


@pytest.mark.parametrize(
    ("calendar", "day", "is_open", "reason"),
    [
        (DE, date(2026, 12, 25), False, "Christmas Day"),
        (DE, date(2026, 12, 27), False, "weekend (Sunday)"),
        (DE, date(2026, 12, 28), True, "working day"),
        (DE, date(2026, 1, 6), True, "working day"),
        (Calendar("DE", "BY"), date(2026, 1, 6), False, "Epiphany"),
        (Calendar("DE", closed=[(date(2026, 12, 24), "stocktaking")]), date(2026, 12, 24), False, "stocktaking"),
        (US, date(2025, 12, 26), False, "the Office was closed"),
        (Calendar("US"), date(2025, 12, 26), True, "working day"),
        (US, date(2026, 7, 3), False, "Independence Day"),
        (Calendar("CN"), date(2026, 1, 4), True, "working day in place of a day off"),
        (Calendar("XI"), date(2026, 7, 13), False, "Battle of the Boyne"),
    ],
)
def test_a_day_says_whether_it_is_worked_and_why(calendar: Calendar, day: date, is_open: bool, reason: str) -> None:
    answer = calendar.is_business_day(day)
    # a holiday moved from a weekend says so behind its name
    assert (bool(answer), answer.reason.partition(" (obs")[0]) == (is_open, reason)


def test_days_are_added() -> None:
    friday = date(2026, 11, 20)
    assert DE.add_days(friday, 1) == date(2026, 11, 21)
    assert DE.add_days(friday, 1, working=True) == date(2026, 11, 23)
    assert DE.add_days(friday, -5, working=True) == date(2026, 11, 13)
    assert DE.add_days(date(2026, 11, 21), 0, working=True) == date(2026, 11, 23)
    assert DE.previous_business_day(date(2026, 11, 22)) == friday


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2027, 2, 28), 6, date(2027, 8, 28)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
    ],
)
def test_months_end_where_the_month_ends(start: date, months: int, end: date) -> None:
    assert DE.add_months(start, months) == end


@pytest.mark.parametrize(
    ("start", "period", "rule", "calendar", "unmoved", "last"),
    [
        (date(2026, 11, 2), "P14D", "eu-1182-71", DE, date(2026, 11, 16), date(2026, 11, 16)),
        (date(2026, 10, 31), "P14D", "eu-1182-71", DE, date(2026, 11, 14), date(2026, 11, 16)),
        (date(2026, 12, 11), "P14D", "eu-1182-71", DE, date(2026, 12, 25), date(2026, 12, 28)),
        # art. 3(5): two days over a weekend hold two working days
        (date(2026, 11, 20), "P2D", "eu-1182-71", DE, date(2026, 11, 22), date(2026, 11, 24)),
        (date(2026, 11, 20), "P1D", "eu-1182-71", DE, date(2026, 11, 21), date(2026, 11, 23)),
        (date(2026, 11, 20), "5 working days", "eu-1182-71", DE, date(2026, 11, 27), date(2026, 11, 27)),
        (date(2026, 5, 14), "P6M", "us-37-cfr-2-196", US, date(2026, 11, 14), date(2026, 11, 16)),
        (date(2023, 3, 24), "P6Y", "us-37-cfr-2-196", US, date(2029, 3, 24), date(2029, 3, 26)),
        (date(2026, 8, 31), "P6M", "us-37-cfr-2-196", US, date(2027, 2, 28), date(2027, 3, 1)),
        (date(2027, 2, 28), "P6M", "eu-design-office", DE, date(2027, 8, 31), date(2027, 8, 31)),
        (date(2026, 9, 24), "P7D", "cn-civil-code", Calendar("CN"), date(2026, 10, 1), date(2026, 10, 8)),
        (date(2026, 10, 31), "P14D", "plain", DE, date(2026, 11, 14), date(2026, 11, 14)),
        (date(2026, 10, 31), "P2W", "plain", DE, date(2026, 11, 14), date(2026, 11, 14)),
    ],
)
def test_deadlines(start: date, period: str, rule: str, calendar: Calendar, unmoved: date, last: date) -> None:
    deadline = Deadline(start, period, rule=rule, calendar=calendar)
    assert (deadline.unmoved, deadline.last_day) == (unmoved, last)


def test_a_rule_of_ones_own() -> None:
    counted = CountingRule(id="own", title="the day of the event counts", event_day="counted")
    before = CountingRule(id="own", title="ends before the weekend", end="previous-working-day")
    assert Deadline(date(2026, 11, 2), "P14D", rule=counted, calendar=DE).last_day == date(2026, 11, 15)
    assert Deadline(date(2026, 11, 2), "P1M", rule=counted, calendar=DE).last_day == date(2026, 12, 1)
    assert Deadline(date(2026, 11, 2), "1 working day", rule=counted, calendar=DE).last_day == date(2026, 11, 2)
    assert Deadline(date(2026, 10, 31), Span(14), rule=before, calendar=DE).last_day == date(2026, 11, 13)
    assert counted.basis == "house convention"


def test_a_deadline_is_met_until_its_last_day() -> None:
    deadline = Deadline(date(2026, 10, 31), "P14D", rule="eu-1182-71", calendar=DE)
    assert deadline.is_met(date(2026, 11, 16))
    assert not deadline.is_met(date(2026, 11, 17))
    assert deadline.days_left(date(2026, 11, 14)) == 2
    assert deadline.days_left(date(2026, 11, 18)) == -2


def test_the_derivation_can_be_read() -> None:
    short = Deadline(date(2026, 11, 20), "P2D", rule="eu-1182-71", calendar=Calendar("AE"))
    assert "moved to" in short.explain()
    thin = Deadline(date(2026, 11, 21), "P2D", rule="eu-1182-71", calendar=DE)
    assert "fewer than 2 working days; moved to 2026-11-24" in thin.explain()


def test_rules_name_their_source_or_say_there_is_none() -> None:
    assert str(counting_rule("us-37-cfr-2-196").citation).startswith("37 CFR 2.196")
    assert counting_rule("plain").citation is None
    with pytest.raises(InputError, match="eu-1182-71"):
        counting_rule("roman")


def test_a_country_without_known_holidays_is_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    import holidays

    monkeypatch.setattr(holidays, "list_supported_countries", dict)
    with pytest.raises(GapError, match="no public holidays of that country"):
        Calendar("MV")


@pytest.mark.parametrize("bad", [None, "2026-11-20", 5, float("nan"), datetime(2026, 11, 20), object()])  # noqa: DTZ001
def test_what_is_no_day_is_refused(bad: Any) -> None:
    for call in (
        DE.is_business_day,
        DE.next_business_day,
        lambda day: DE.add_days(day, 3),
        lambda d: DE.add_months(d, 1),
    ):
        with pytest.raises(InputError):
            call(bad)
    with pytest.raises(InputError):
        Deadline(bad, "P1D", rule="plain", calendar=DE)


@pytest.mark.parametrize(
    "bad", [None, "", "P", "P0D", "P1.5M", "P1M2D", "-P1D", "P999999D", 3, float("nan"), "P1D\n", "x" * 10**6]
)
def test_what_is_no_period_is_refused(bad: Any) -> None:
    with pytest.raises(InputError):
        Deadline(date(2026, 11, 20), bad, rule="plain", calendar=DE)


def test_days_beyond_the_calendar_are_refused() -> None:
    with pytest.raises(InputError):
        DE.add_days(date(9999, 12, 31), 1)
    with pytest.raises(InputError):
        DE.add_months(date(9999, 12, 31), 1)
    with pytest.raises(InputError):
        DE.is_business_day(date(2101, 1, 3))
    with pytest.raises(InputError):
        Calendar("EU")
    with pytest.raises(InputError):
        Calendar.of_office("atlantis")
