"""Whatever the day, a trademark date lies where the office works, in order, and explains itself."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from xbec.trademark.application import BASES, Applicant, Application, Item, Mark
from xbec.trademark.office_data import office, offices
from xbec.trademark.prosecution.deadlines import deadlines, office_deadlines
from xbec.trademark.prosecution.docket import Docket
from xbec.trademark.prosecution.ics import to_ics
from xbec.trademark.prosecution.lifecycle import EVENTS, LIFECYCLE, Event, Prosecution, state_of

DAYS = st.dates(date(2000, 1, 1), date(2080, 12, 31))
EVENT_LISTS = st.lists(st.builds(Event, st.sampled_from(EVENTS), DAYS), max_size=8)
BASIS_SETS = st.sets(st.sampled_from(BASES), max_size=3)
OFFICES = st.sampled_from(offices())


def file_of(events: list[Event], bases: set[str]) -> Prosecution:
    items = [Item(nice_class=25, text="Shirts", bases=bases)] if bases else []
    application = Application(applicants=[Applicant(name="Meridian Goods LLC")], mark=Mark(text="LUMO"), items=items)
    return Prosecution(application, events)


def check(docket: Docket) -> None:
    for due in docket.due:
        place = office(due.office)
        term = place.term(due.id, due.event.day).value
        rule = term.counting or place.counting
        ends = [due.deadline, *(each.deadline for each in due.extensions)]
        for end in ends:
            assert end.unmoved <= end.last_day or rule.end == "previous-working-day"
            if term.moves and rule.end == "moves-to-next-working-day":
                assert place.calendar.is_business_day(end.last_day)
        assert due.event.day <= due.opens <= due.last_day <= due.closes
        assert [end.unmoved for end in ends] == sorted({end.unmoved for end in ends})
        assert [each.ask_by for each in due.extensions] == [end.last_day for end in ends[:-1]]
        if due.grace is not None:
            assert due.last_day < due.grace.last_day
            assert due.grace.start == due.unmoved
            if term.moves and place.counting.end == "moves-to-next-working-day":
                assert place.calendar.is_business_day(due.grace.last_day)
        if due.done is None:
            expected = (
                "not yet"
                if docket.on < due.opens
                else "open"
                if docket.on <= due.last_day
                else "grace"
                if docket.on <= due.closes
                else "passed"
            )
            assert due.state == expected
            assert bool(due.is_met(docket.on)) is (due.state in ("open", "grace"))
        assert due.deadline.unmoved.isoformat() in due.explain()
    assert [due.last_day for due in docket.due] == sorted(due.last_day for due in docket.due)


@settings(deadline=None, max_examples=40)
@given(EVENT_LISTS, BASIS_SETS, DAYS)
def test_any_file_has_a_docket(events: list[Event], bases: set[str], on: date) -> None:
    docket = deadlines(file_of(events, bases), on=on)
    check(docket)
    assert docket.state in LIFECYCLE.states
    text = to_ics(docket, stamp=datetime(2026, 11, 25, tzinfo=UTC))
    ids = [str(entry["UID"]) for entry in Calendar.from_ical(text).walk("VEVENT")]
    assert len(ids) == len(set(ids))
    assert docket.to_dict()["on"] == on.isoformat()


@settings(deadline=None, max_examples=40)
@given(OFFICES, st.data(), DAYS)
def test_any_event_at_any_office_is_counted(code: str, data: st.DataObject, day: date) -> None:
    kinds = sorted({row.value.event for rows in office(code).terms.values() for row in rows})
    event = Event(data.draw(st.sampled_from(kinds)), day)
    docket = office_deadlines(code, [event], on=day + timedelta(data.draw(st.integers(0, 4000))))
    check(docket)
    assert docket.due or docket.findings


@settings(deadline=None, max_examples=40)
@given(EVENT_LISTS, BASIS_SETS, DAYS, st.randoms(use_true_random=False))
def test_the_order_of_events_changes_nothing(events: list[Event], bases: set[str], on: date, random: object) -> None:
    shuffled = list(events)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = deadlines(file_of(events, bases), on=on), deadlines(file_of(shuffled, bases), on=on)
    assert one.due == other.due
    assert one.state == other.state


@settings(deadline=None, max_examples=40)
@given(EVENT_LISTS, BASIS_SETS)
def test_any_events_are_run_to_a_state(events: list[Event], bases: set[str]) -> None:
    status = state_of(file_of(events, bases))
    assert status.state in LIFECYCLE.states
    assert len(status.steps) + len(status.findings) >= len({e for e in events if e.kind in LIFECYCLE.events})


@settings(deadline=None, max_examples=40)
@given(DAYS)
def test_five_extensions_asked_for_on_the_last_day_end_with_36_months(day: date) -> None:
    events = [Event("allowed", day)]
    (due,) = deadlines(file_of(events, {"1(b)"}), on=day).of("statement-of-use")
    capped = [each.last_day for each in due.extensions]
    for number in range(1, 6):
        events.append(Event("extension for statement of use", due.last_day))
        (due,) = deadlines(file_of(events, {"1(b)"}), on=due.last_day).of("statement-of-use")
        assert due.extended == number
        assert due.last_day == capped[number - 1]
    assert due.extensions == ()
    assert timedelta(0) <= date(day.year + 3, day.month, min(day.day, 28)) - due.unmoved + timedelta(3) <= timedelta(6)
