"""Whatever text comes in, the kernel answers or refuses with InputError; days off are never answered as working."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from xbec.errors import InputError
from xbec.kernel.areas import subdivisions, table
from xbec.kernel.calendars import Calendar, Deadline, Span, counting_rule
from xbec.kernel.identifiers import (
    S10,
    ChineseCustomsCode,
    Eori,
    Gtin,
    Identifier,
    Ioss,
    ResidentId,
    UnifiedSocialCreditCode,
    VatNumber,
)
from xbec.kernel.lifecycle import Lifecycle
from xbec.kernel.place import Place

COUNTRIES = st.sampled_from(sorted(table().countries))
ANYTHING: st.SearchStrategy[Any] = st.one_of(
    st.text(), st.none(), st.integers(), st.floats(), st.binary(), st.booleans(), st.lists(st.text(), max_size=2)
)
CALENDARS = st.sampled_from([Calendar("DE"), Calendar("US"), Calendar("CN"), Calendar("AE"), Calendar("GB", "NIR")])
DAYS = st.dates(date(1995, 1, 1), date(2090, 12, 31))
KINDS: list[type[Identifier]] = [
    S10, ChineseCustomsCode, Eori, Gtin, Ioss, ResidentId, UnifiedSocialCreditCode, VatNumber,
]  # fmt: skip
RULES = [
    counting_rule(ident) for ident in ("eu-1182-71", "eu-design-office", "us-37-cfr-2-196", "cn-civil-code", "plain")
]


@given(ANYTHING, ANYTHING, ANYTHING)
def test_any_place_is_answered_or_refused(country: Any, subdivision: Any, postcode: Any) -> None:
    with suppress(InputError):
        Place(country, subdivision, postcode)


@given(COUNTRIES, st.one_of(st.none(), st.text()), st.one_of(st.none(), st.text()))
def test_any_address_of_a_country_is_answered(country: str, subdivision: str | None, postcode: str | None) -> None:
    place = Place.from_address(country, subdivision, postcode)
    assert place.areas[0] == country
    assert place.jurisdiction
    assert set(place.special) <= set(place.areas)


@given(COUNTRIES, st.data(), st.from_regex(r"[A-Z]{0,2}[0-9]{1,6}", fullmatch=True))
def test_reading_a_place_again_changes_nothing(country: str, data: st.DataObject, postcode: str) -> None:
    codes = sorted(subdivisions().get(country, ()))
    subdivision = data.draw(st.sampled_from(codes)) if codes else None
    place = Place.from_address(country, subdivision, postcode)
    again = Place(place.country, place.subdivision, place.postcode)
    assert again == place
    assert again.areas == place.areas


@given(CALENDARS, DAYS, st.integers(-120, 120))
def test_adding_working_days_lands_on_one(calendar: Calendar, day: date, number: int) -> None:
    landed = calendar.add_days(day, number, working=True)
    assert calendar.is_business_day(landed)
    between = [min(day, landed) + timedelta(n) for n in range(abs((landed - day).days) + 1)]
    worked = sum(bool(calendar.is_business_day(each)) for each in between if each != day)
    assert worked == abs(number) or number == 0


@given(CALENDARS, DAYS, st.integers(0, 60))
def test_working_days_are_never_fewer_than_calendar_days(calendar: Calendar, day: date, number: int) -> None:
    assert calendar.add_days(day, number, working=True) >= calendar.add_days(day, number)


@given(
    CALENDARS,
    DAYS,
    st.builds(Span, st.integers(1, 40), st.sampled_from(["day", "working day", "week", "month"])),
    st.sampled_from(RULES),
)
def test_deadlines_end_on_working_days_or_stay(calendar: Calendar, day: date, span: Span, rule: Any) -> None:
    deadline = Deadline(day, span, rule=rule, calendar=calendar)
    assert day < deadline.unmoved <= deadline.last_day
    assert calendar.is_business_day(deadline.last_day) or rule.end == "stays"
    assert rule.end != "stays" or deadline.last_day == deadline.unmoved
    assert deadline.is_met(deadline.last_day)
    assert not deadline.is_met(deadline.last_day + timedelta(1))


@given(ANYTHING, ANYTHING, ANYTHING)
def test_any_deadline_is_answered_or_refused(start: Any, period: Any, rule: Any) -> None:
    with suppress(InputError):
        Deadline(start, period, rule=rule, calendar=Calendar("DE"))
    with suppress(InputError):
        Calendar(start, period, closed=rule)


@given(st.sampled_from(KINDS), ANYTHING)
def test_any_number_is_answered_or_refused(kind: type[Identifier], number: Any) -> None:
    with suppress(InputError):
        kind(number)


@given(COUNTRIES | st.just("EL"), st.from_regex(r"[0-9A-Z .\-]{0,20}", fullmatch=True))
def test_any_vat_number_is_answered_or_refused(country: str, rest: str) -> None:
    for kind in (VatNumber, Eori):
        with suppress(InputError):
            number = kind(country + rest)
            assert kind(str(number)) == number
            assert kind(number.formatted) == number


@given(st.from_regex(r"[0-9]{12}", fullmatch=True))
def test_one_wrong_digit_of_a_gtin_is_found(first: str) -> None:
    from stdnum import ean

    right = first + ean.calc_check_digit(first)
    if not right.strip("0"):
        return
    assert Gtin(Gtin(right).formatted) == Gtin(right)
    for place in range(13):
        wrong = right[:place] + str((int(right[place]) + 1) % 10) + right[place + 1 :]
        try:
            Gtin(wrong)
        except InputError:
            continue
        raise AssertionError(wrong)


@given(st.dictionaries(st.tuples(st.text(max_size=3), st.text(max_size=3)), st.text(max_size=3)), st.sets(st.text()))
def test_any_life_cycle_is_answered_or_refused(table_: dict[tuple[str, str], str], final: set[str]) -> None:
    for initial, _ in table_ or {("a", "b"): "c"}:
        with suppress(InputError):
            cycle = Lifecycle("x", initial, table=table_, final=final)
            assert set(cycle.reachable()) == set(cycle.states)
            assert all(cycle.step(state, event) in cycle.states for state, event in cycle.table)
