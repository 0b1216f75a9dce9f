"""The life of a trademark file: the table, the run of events, and what contradicts it."""

from __future__ import annotations

from datetime import date, datetime
from itertools import permutations
from typing import Any

import pytest

from xbec.errors import InputError
from xbec.trademark.application import (
    Applicant,
    Application,
    ForeignApplication,
    InternationalRegistration,
    Item,
    Mark,
)
from xbec.trademark.prosecution.lifecycle import EVENTS, LIFECYCLE, SIDE_EVENTS, Event, Prosecution, state_of


def application(*bases: str, **words: Any) -> Application:
    items = [Item(nice_class=25, text="Shirts", bases=bases)] if bases else []
    return Application(
        applicants=[Applicant(name="Meridian Goods LLC")], mark=Mark(text="MERIDIAN"), items=items, **words
    )


def run(bases: tuple[str, ...], *events: tuple[str, str]) -> Any:
    listed = [Event(kind, date.fromisoformat(day)) for kind, day in events]
    return state_of(Prosecution(application(*bases), listed))


ROADS: list[tuple[str, tuple[str, ...], tuple[str, ...], str]] = [
    ("use to registration", ("1(a)",), ("filed", "approved", "published", "registered"), "registered"),
    (
        "intent to use",
        ("1(b)",),
        (
            "filed",
            "approved",
            "published",
            "allowed",
            "extension for statement of use",
            "statement of use",
            "registered",
        ),
        "registered",
    ),
    (
        "refused statement of use, answered",
        ("1(b)",),
        ("filed", "approved", "published", "allowed", "statement of use", "office action", "response filed"),
        "use stated",
    ),
    (
        "amendment to allege use before approval",
        ("1(b)",),
        ("filed", "amendment to allege use", "approved", "published", "registered"),
        "registered",
    ),
    (
        "opposed and cleared",
        ("1(a)",),
        ("filed", "approved", "published", "opposed", "opposition dismissed"),
        "published",
    ),
    ("opposed and lost", ("1(a)",), ("filed", "approved", "published", "opposed", "opposition sustained"), "refused"),
    ("appeal lost", ("1(a)",), ("filed", "office action", "appeal filed", "refusal affirmed"), "refused"),
    ("appeal won", ("1(a)",), ("filed", "office action", "appeal filed", "appeal allowed"), "under examination"),
    ("suspended and resumed", ("44(e)",), ("filed", "suspended", "resumed"), "under examination"),
    ("divided", ("1(a)",), ("filed", "office action", "divided"), "action outstanding"),
    ("Supplemental Register", ("1(a)",), ("filed", "approved", "registered"), "registered"),
    (
        "revived after allowance",
        ("1(b)",),
        ("filed", "approved", "published", "allowed", "abandoned", "petition to revive", "revived"),
        "allowed",
    ),
    (
        "revival refused",
        ("1(a)",),
        ("filed", "office action", "abandoned", "petition to revive", "revival refused"),
        "dead",
    ),
    (
        "saved in grace",
        ("1(a)",),
        ("filed", "approved", "published", "registered", "grace begins", "section 8 filed", "maintenance accepted"),
        "registered",
    ),
    ("expired", ("1(a)",), ("filed", "approved", "published", "registered", "grace begins", "expired"), "expired"),
    (
        "cancellation proceeding survived",
        ("1(a)",),
        ("filed", "approved", "published", "registered", "cancellation sought", "cancellation refused"),
        "registered",
    ),
    (
        "transformed",
        ("66(a)",),
        ("filed", "approved", "published", "registered", "cancelled under article 6(4)", "transformation requested"),
        "transformed",
    ),
    ("lapsed at WIPO", ("66(a)",), ("filed", "international registration lapsed"), "lapsed"),
    ("withdrawn", ("1(a)",), ("filed", "office action", "withdrawn"), "withdrawn"),
]


@pytest.mark.parametrize(("bases", "kinds", "state"), [pytest.param(*road[1:], id=road[0]) for road in ROADS])
def test_a_road_through_the_table(bases: tuple[str, ...], kinds: tuple[str, ...], state: str) -> None:
    status = run(bases, *((kind, f"2026-01-{day:02}") for day, kind in enumerate(kinds, 5)))
    assert (status.state, status.findings) == (state, ())
    assert [event.kind for event, _ in status.steps] == list(kinds)
    assert status.is_over is (state in LIFECYCLE.final)
    assert bool(status.next_events) is not status.is_over


def test_no_allegation_of_use_leads_anywhere_in_the_blackout_period() -> None:
    for state in ("approved", "published", "opposed"):
        assert not {"amendment to allege use", "statement of use"} & set(LIFECYCLE.allowed(state))


def test_every_pending_state_can_be_withdrawn_and_every_state_is_left_or_final() -> None:
    for state in LIFECYCLE.states:
        assert LIFECYCLE.is_final(state) == (state in LIFECYCLE.final)
    assert "withdrawn" in LIFECYCLE.allowed("allowed")
    assert "revived" not in LIFECYCLE.allowed("registered")
    assert not set(SIDE_EVENTS) & set(LIFECYCLE.events)


def test_a_draft_has_no_day() -> None:
    status = state_of(Prosecution(application("1(a)")))
    assert (status.state, status.since, status.next_events) == ("draft", None, ("filed",))


def test_the_application_tells_its_own_days() -> None:
    told = application(
        "1(b)", "44(d)", filed=date(2026, 3, 2), approved=date(2026, 9, 1), published=date(2026, 10, 6),
        allowed=date(2026, 12, 1), foreign_applications=[ForeignApplication(office="CN", filed=date(2025, 12, 1))],
    )  # fmt: skip
    status = state_of(Prosecution(told, [Event("published", date(2026, 10, 6))]))
    assert (status.state, status.since) == ("allowed", date(2026, 12, 1))
    kinds = [event.kind for event in Prosecution(told).history]
    assert kinds == ["first foreign filing", "filed", "priority claimed", "approved", "published", "allowed"]


def test_an_extension_of_protection_knows_its_international_registration() -> None:
    international = InternationalRegistration(number="1700001", registered=date(2026, 1, 15))
    history = Prosecution(application("66(a)", international_registration=international)).history
    assert history == (Event("international registration", date(2026, 1, 15), note="1700001"),)


def test_the_state_of_an_earlier_day() -> None:
    events = [Event("filed", date(2026, 1, 5)), Event("office action", date(2026, 6, 1))]
    assert state_of(Prosecution(application("1(a)"), events), on=date(2026, 5, 31)).state == "under examination"


def test_order_of_the_events_has_no_meaning_even_on_one_day() -> None:
    days = {"filed": 5, "approved": 9, "published": 9, "allowed": 9, "statement of use": 12}
    for order in permutations(days):
        status = run(("1(b)",), *((kind, f"2026-01-{days[kind]:02}") for kind in order))
        assert (status.state, status.findings) == ("use stated", ())


def test_contradictions_are_reported_all_at_once() -> None:
    status = run(
        ("1(a)",),
        ("office action", "2025-12-01"),
        ("filed", "2026-01-05"),
        ("response filed", "2026-02-02"),
        ("filed", "2026-03-02"),
        ("statement of use", "2026-04-01"),
        ("renamed", "2026-05-01"),
        ("approved", "2026-06-01"),
        ("amendment to allege use", "2026-07-01"),
    )
    found = [(finding.rule, finding.where) for finding in status.findings]
    assert found == [
        ("missing-event", "office action 2025-12-01"),
        ("contradictory-event", "filed 2026-01-05"),
        ("contradictory-event", "filed 2026-03-02"),
        ("event-against-basis", "statement of use 2026-04-01"),
        ("contradictory-event", "statement of use 2026-04-01"),
        ("unknown-event", "renamed 2026-05-01"),
        ("event-against-basis", "amendment to allege use 2026-07-01"),
        ("contradictory-event", "amendment to allege use 2026-07-01"),
    ]
    assert status.state == "approved"


def test_an_act_of_the_office_stands_where_the_record_has_a_gap() -> None:
    status = run(("1(a)",), ("filed", "2026-01-05"), ("registered", "2026-12-01"))
    assert status.state == "registered"
    (finding,) = status.findings
    assert (finding.rule, finding.severity) == ("missing-event", "warning")
    assert finding.why == "registered is recorded, but not how the file went from under examination to approved"


def test_nothing_follows_the_end() -> None:
    status = run(("1(a)",), ("filed", "2026-01-05"), ("withdrawn", "2026-02-02"), ("published", "2026-03-03"))
    assert status.state == "withdrawn"
    assert status.findings[0].cure == "check the day; possible then: nothing, it is over"


@pytest.mark.parametrize(
    ("basis", "kind"),
    [
        ("1(a)", "allowed"),
        ("66(a)", "allowed"),
        ("44(e)", "section 71 filed"),
        ("1(a)", "cancelled under article 6(4)"),
        ("66(a)", "section 9 filed"),
        ("66(a)", "section 8 filed"),
        ("66(a)", "extension to respond"),
    ],
)
def test_an_event_that_the_basis_excludes(basis: str, kind: str) -> None:
    findings = run((basis,), ("filed", "2026-01-05"), (kind, "2026-06-01")).findings
    assert "event-against-basis" in {finding.rule for finding in findings}


def test_section_9_of_an_extension_of_protection_names_the_way_there_is() -> None:
    roads = (
        ("filed", "2016-01-05"),
        ("approved", "2016-06-01"),
        ("published", "2016-07-01"),
        ("registered", "2016-09-06"),
    )
    (finding,) = run(("66(a)",), *roads, ("section 9 filed", "2026-03-02")).findings
    assert finding.cure == "renew the international registration at the International Bureau"


def test_bases_that_are_not_stated_exclude_nothing() -> None:
    roads = (
        ("filed", "2026-01-05"),
        ("approved", "2026-06-01"),
        ("published", "2026-07-01"),
        ("allowed", "2026-09-01"),
    )
    assert run((), *roads).findings == ()


@pytest.mark.parametrize("kind", ["", " ", "x" * 81, None, 7])
def test_a_kind_of_event_is_a_short_text(kind: Any) -> None:
    with pytest.raises(InputError, match=r"event\.kind"):
        Event(kind, date(2026, 1, 5))


@pytest.mark.parametrize("day", [None, "2026-01-05", datetime(2026, 1, 5)])  # noqa: DTZ001
def test_a_day_of_an_event_is_a_day(day: Any) -> None:
    with pytest.raises(InputError, match=r"event\.day"):
        Event("filed", day)


@pytest.mark.parametrize("events", ["filed", [("filed", date(2026, 1, 5))], None])
def test_events_are_events(events: Any) -> None:
    with pytest.raises(InputError, match="events"):
        Prosecution(application("1(a)"), events)


def test_a_file_has_not_endless_events() -> None:
    endless = (Event("office action", date(2026, 1, 5)) for _ in iter(int, 1))
    with pytest.raises(InputError, match="too many events"):
        Prosecution(application("1(a)"), endless)


def test_a_note_is_text_and_is_shown() -> None:
    with pytest.raises(InputError, match="note"):
        Event("filed", date(2026, 1, 5), note=None)  # type: ignore[arg-type]
    assert str(Event("office action", date(2026, 1, 5), note="final")) == "office action 2026-01-05 (final)"


def test_as_plain_values() -> None:
    plain = run(("1(a)",), ("filed", "2026-01-05")).to_dict()
    assert plain["state"] == "under examination"
    assert plain["since"] == "2026-01-05"
    assert plain["steps"] == [{"event": "filed", "day": "2026-01-05", "state": "under examination"}]
    assert "office action" in plain["next"]
    assert "not legal advice" in plain["notice"]


def test_the_reference_is_the_serial_number_or_the_mark() -> None:
    assert Prosecution(application("1(a)")).reference == "MERIDIAN"
    assert Prosecution(application("1(a)", serial_number="99000001")).reference == "99000001"


def test_events_are_words_without_doubles() -> None:
    assert len(set(EVENTS)) == len(EVENTS)
