"""The docket: what it shows, what it reports, what it refuses."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import attrs
import pytest

from xbec.errors import GapError, InputError
from xbec.trademark.application import (
    Applicant,
    Application,
    ForeignApplication,
    InternationalRegistration,
    Item,
    Mark,
)
from xbec.trademark.office_data import office, read_office
from xbec.trademark.prosecution.deadlines import deadlines, office_deadlines
from xbec.trademark.prosecution.docket import Docket
from xbec.trademark.prosecution.lifecycle import Event, Prosecution

TODAY = date(2026, 11, 25)


def application(*bases: str, **words: Any) -> Application:
    items = [Item(nice_class=25, text="Shirts", bases=bases)] if bases else []
    return Application(
        applicants=[Applicant(name="Meridian Goods LLC")], mark=Mark(text="MERIDIAN"), items=items, **words
    )


def docket(bases: tuple[str, ...], *events: tuple[str, str], on: date = TODAY, **words: Any) -> Docket:
    listed = [Event(kind, date.fromisoformat(day)) for kind, day in events]
    return deadlines(Prosecution(application(*bases, **words), listed), on=on)


def test_a_date_says_whether_an_act_is_in_time() -> None:
    (due,) = docket(("1(a)",), ("registered", "2020-08-04")).of("section-8-sixth-year")
    answers = {
        day: due.is_met(date.fromisoformat(day)) for day in ("2025-08-03", "2025-08-04", "2026-12-01", "2027-02-05")
    }
    assert [bool(answer) for answer in answers.values()] == [False, True, True, False]
    assert answers["2025-08-03"].reason == "too early: possible from 2025-08-04"
    assert answers["2026-12-01"].reason == "in the grace period, with surcharge: not after 2027-02-04"
    assert answers["2027-02-05"].reason == "too late: 2027-02-04 was the last day"


def test_the_counting_is_explained_to_the_source() -> None:
    (due,) = docket(("1(a)",), ("office action", "2026-08-31"), ("extension to respond", "2026-10-01")).of(
        "office-action-response"
    )
    line = due.explain()
    assert line.startswith("office action: 6 months from 2026-08-31 (not counted) end on 2027-02-28, weekend (Sunday)")
    assert "moved to 2027-03-01; 37 CFR 2.196" in line
    assert "1 extension taken" in line
    assert "period: 37 CFR 2.62" in line


def test_a_lower_confidence_is_told() -> None:
    (due,) = docket(("1(a)",), ("notice of abandonment", "2012-03-05")).of("petition-to-revive")
    assert due.explain().endswith("! medium confidence")


def test_each_extension_says_by_when_it_is_asked_for() -> None:
    (due,) = docket(("1(b)",), ("allowed", "2026-03-24"), on=date(2026, 4, 1)).of("statement-of-use")
    assert [(each.number, each.ask_by) for each in due.extensions] == [
        (1, date(2026, 9, 24)),
        (2, date(2027, 3, 24)),
        (3, date(2027, 9, 24)),
        (4, date(2028, 3, 24)),
        (5, date(2028, 9, 25)),
    ]
    assert due.extension_fee == "extension-statement-of-use"


def test_a_window_missed_offers_no_extension() -> None:
    (due,) = docket(("1(a)",), ("office action", "2026-05-04")).of("office-action-response")
    assert (due.state, due.extensions) == ("passed", ())


def test_a_response_without_its_extension_is_reported_and_stands() -> None:
    found = docket(
        ("1(a)",), ("filed", "2026-01-05"), ("office action", "2026-05-04"), ("response filed", "2026-09-01")
    )
    assert found.of("office-action-response")[0].state == "done"
    assert [finding.rule for finding in found.findings] == ["late-act"]


def test_a_late_response_after_revival_is_forgiven() -> None:
    found = docket(
        ("1(a)",), ("filed", "2026-01-05"), ("office action", "2026-05-04"), ("abandoned", "2026-08-05"),
        ("petition to revive", "2026-09-01"), ("revived", "2026-09-08"), ("response filed", "2026-09-08"),
    )  # fmt: skip
    assert found.of("office-action-response")[0].state == "done"
    assert found.findings == ()


def test_an_extension_filed_with_the_petition_counts_once_revived() -> None:
    found = docket(
        ("1(b)",), ("filed", "2025-01-06"), ("approved", "2025-06-02"), ("published", "2025-07-01"),
        ("allowed", "2025-08-26"), ("abandoned", "2026-02-27"), ("petition to revive", "2026-04-01"),
        ("extension for statement of use", "2026-04-01"), ("revived", "2026-04-08"), on=date(2026, 7, 1),
    )  # fmt: skip
    (due,) = found.of("statement-of-use")
    assert (due.extended, due.last_day, due.state) == (1, date(2026, 8, 26), "open")


def test_two_requests_in_one_period_are_one_extension() -> None:
    found = docket(
        ("1(b)",), ("allowed", "2026-03-24"), ("extension for statement of use", "2026-08-03"),
        ("extension for statement of use", "2026-09-01"),
    )  # fmt: skip
    (due,) = found.of("statement-of-use")
    assert (due.extended, due.last_day) == (1, date(2027, 3, 24))
    assert "extension-not-counted" in {finding.rule for finding in found.findings}


def test_what_a_term_repeats_ends_with_the_next_window() -> None:
    opens = [due.opens for due in docket(("1(a)",), ("registered", "2006-10-03")).of("section-9")]
    assert opens == [date(2015, 10, 3), date(2025, 10, 3), date(2035, 10, 3)]


def test_events_to_come_set_nothing_off_and_are_told() -> None:
    found = docket(("1(a)",), ("filed", "2026-01-05"), ("office action", "2026-12-01"))
    assert found.due == ()
    assert [finding.rule for finding in found.findings] == ["event-to-come"]


def test_the_same_event_twice_is_one_date() -> None:
    found = docket(("1(a)",), ("office action", "2026-08-31"), ("office action", "2026-08-31"))
    assert len(found.of("office-action-response")) == 1


def test_an_event_older_than_the_rules_is_told() -> None:
    found = docket(("66(a)",), ("registered", "1999-03-02"))
    assert {finding.rule for finding in found.findings} == {"missing-event", "no-term"}


def test_a_day_before_the_calendar_is_told() -> None:
    found = docket(("1(a)",), ("office action", "1985-03-02"))
    assert "not-counted" in {finding.rule for finding in found.findings}


def test_a_draft_shows_the_priority_that_runs() -> None:
    foreign = ForeignApplication(office="CN", number="90000001", filed=date(2026, 8, 3))
    found = deadlines(Prosecution(application("1(b)", foreign_applications=[foreign])), on=TODAY)
    (due,) = found.due
    assert (due.id, due.last_day, due.state, due.event.note) == ("priority", date(2027, 2, 3), "open", "CN 90000001")
    assert found.state == "draft"


def test_the_cause_of_a_cancelled_international_registration_is_asked_for() -> None:
    international = InternationalRegistration(registered=date(2024, 1, 15), cancelled=date(2026, 10, 5))
    file = application("66(a)", filed=date(2024, 1, 15), international_registration=international)
    asked = deadlines(Prosecution(file), on=TODAY)
    assert [finding.rule for finding in asked.findings] == ["cause-of-cancellation"]
    assert asked.of("transformation") == ()
    told = deadlines(Prosecution(file, [Event("cancelled under article 6(4)", date(2026, 10, 5))]), on=TODAY)
    assert told.findings == ()
    assert told.of("transformation")[0].last_day == date(2027, 1, 5)


def test_only_an_extension_of_protection_shows_wipo() -> None:
    events = (("international registration", "2021-11-22"),)
    assert {due.office for due in docket(("66(a)",), *events).due} == {"WO"}
    assert docket(("1(a)",), *events).due == ()


def test_as_text_and_plain_values() -> None:
    found = docket(("1(a)",), ("filed", "2026-01-05"), ("office action", "2026-08-31"))
    text = str(found)
    assert text.startswith("MERIDIAN on 2026-11-25: action outstanding\n2026-11-30  open")
    assert "extensible to 2027-03-01; otherwise the application is abandoned" in text
    assert text.endswith("decides.")
    plain = found.to_dict()
    assert plain["due"][0]["extensions"] == [{"number": 1, "ask_by": "2026-11-30", "last_day": "2027-03-01"}]
    assert (plain["due"][0]["grace_ends"], plain["due"][0]["done"]) == (None, None)
    assert "not legal advice" in plain["notice"]


def test_text_of_windows_grace_and_what_is_done() -> None:
    text = str(docket(("1(a)",), ("registered", "2020-08-04"), ("section 8 filed", "2026-09-01")))
    assert "done 2026-09-01" in text
    assert "not yet  file the section 9 renewal application; from 2029-08-04; grace to 2031-02-04" in text


def test_what_can_be_done_today() -> None:
    found = docket(("1(a)",), ("registered", "2020-08-04"))
    assert [due.id for due in found.open] == ["section-8-sixth-year"]


@pytest.mark.parametrize("on", [None, "2026-11-25", datetime(2026, 11, 25)])  # noqa: DTZ001
def test_a_docket_is_of_a_day(on: Any) -> None:
    with pytest.raises(InputError, match="on"):
        deadlines(Prosecution(application("1(a)")), on=on)
    with pytest.raises(InputError, match="on"):
        office_deadlines("US", [], on=on)


def test_an_office_without_data_is_refused() -> None:
    with pytest.raises(InputError, match="no data of that office"):
        office_deadlines("ZZ", [], on=TODAY)


def test_a_misspelt_event_is_reported_with_the_words_there_are() -> None:
    found = office_deadlines("EM", [Event("publishd", date(2026, 9, 1))], on=TODAY)
    assert found.due == ()
    (finding,) = found.findings
    assert finding.rule == "unknown-event"
    assert "published" in (finding.cure or "")


def test_bases_choose_among_the_terms_of_an_office() -> None:
    events = [Event("office action", date(2026, 10, 5))]
    both = office_deadlines("US", events, on=TODAY)
    assert {due.id for due in both.due} == {"office-action-response", "office-action-response-66a"}
    one = office_deadlines("US", events, on=TODAY, bases=["66(a)"], reference="LUMO")
    assert [due.id for due in one.due] == ["office-action-response-66a"]
    assert str(one).startswith("LUMO on 2026-11-25\n")


OWN = """
office = "XX"
name = "Office of one's own"
territory = ["US"]
currency = "USD"
counting = "plain"
calendar = "US"

[source.act]
title = "An act"
checked = 2026-11-25

[[term]]
id = "reply"
act = "reply"
event = "office action"
length = "P30D"
repeats = "P1M"
from = 2000-01-01
source = "act"
"""


def test_lengths_that_do_not_add_up_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "XX.toml"
    path.write_text(OWN, encoding="utf-8")
    own = read_office(path)
    monkeypatch.setattr("xbec.trademark.prosecution.deadlines.office", lambda code: own)
    found = office_deadlines("XX", [Event("office action", date(2026, 10, 5))], on=TODAY)
    assert [due.last_day for due in found.due] == [date(2026, 11, 4)]
    assert [finding.rule for finding in found.findings] == ["not-counted"]


def test_every_office_keeps_a_docket_of_its_priority() -> None:
    for code in ("AU", "BR", "CA", "CN", "EM", "GB", "JP", "KR", "WO"):
        found = office_deadlines(code, [Event("first foreign filing", date(2026, 9, 15))], on=TODAY)
        assert [due.unmoved for due in found.due] == [date(2027, 3, 15)], code


def test_a_term_that_the_office_does_not_have_is_a_gap() -> None:
    with pytest.raises(GapError):
        office("US").term("no such term", TODAY)


def test_a_term_may_stay_on_a_day_off() -> None:
    (due,) = docket(("66(a)",), ("international registration", "2021-11-22")).of("dependency")
    assert due.last_day == due.unmoved == date(2026, 11, 22)
    assert due.last_day.weekday() == 6


def test_a_date_is_a_value() -> None:
    (due,) = docket(("1(a)",), ("office action", "2026-08-31")).due
    assert attrs.evolve(due) == due
