"""The docket as a calendar file, read back by a parser of the format."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from icalendar import Calendar

from xbec.errors import InputError
from xbec.trademark.application import Applicant, Application, Item, Mark
from xbec.trademark.prosecution.deadlines import deadlines
from xbec.trademark.prosecution.docket import Docket
from xbec.trademark.prosecution.ics import to_ics
from xbec.trademark.prosecution.lifecycle import Event, Prosecution

STAMP = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)


def docket(
    *events: tuple[str, str], mark: str = "MERIDIAN", on: date = date(2026, 11, 25), basis: str = "1(a)"
) -> Docket:
    application = Application(
        applicants=[Applicant(name="Meridian Goods LLC")],
        mark=Mark(text=mark),
        items=[Item(nice_class=25, text="Shirts", bases=[basis])],
    )
    listed = [Event(kind, date.fromisoformat(day)) for kind, day in events]
    return deadlines(Prosecution(application, listed), on=on)


def entries(text: str) -> list[Any]:
    return list(Calendar.from_ical(text).walk("VEVENT"))


def test_each_date_to_come_is_an_entry_of_a_day() -> None:
    found = entries(to_ics(docket(("office action", "2026-08-31")), stamp=STAMP))
    (entry,) = found
    assert entry["DTSTART"].dt == date(2026, 11, 30)
    assert entry["DTEND"].dt == date(2026, 12, 1)
    assert entry["DTSTAMP"].dt == STAMP
    assert str(entry["SUMMARY"]) == "MERIDIAN: Last day: respond to the Office action"
    assert "Extensible to 2027-03-01; ask by 2026-11-30." in entry["DESCRIPTION"]
    assert "If missed: the application is abandoned." in entry["DESCRIPTION"]
    assert "not legal advice" in entry["DESCRIPTION"]
    assert str(entry["TRANSP"]) == "TRANSPARENT"


def test_windows_last_days_and_grace_are_entries_of_their_own() -> None:
    text = to_ics(docket(("registered", "2021-01-05"), on=date(2025, 11, 25)), stamp=STAMP)
    days = {
        (str(entry["SUMMARY"]).split(": ")[1], entry["DTSTART"].dt)
        for entry in entries(text)
        if "section 8" in entry["SUMMARY"]
    }
    assert days == {
        ("Possible from today", date(2026, 1, 5)),
        ("Last day", date(2027, 1, 5)),
        ("Last day with surcharge", date(2027, 7, 6)),
        ("Possible from today", date(2030, 1, 5)),
        ("Last day", date(2031, 1, 6)),
        ("Last day with surcharge", date(2031, 7, 7)),
    }


def test_what_is_over_or_done_is_no_entry() -> None:
    over = docket(("registered", "2019-01-08"), ("office action", "2026-08-31"), ("response filed", "2026-11-02"))
    acts = {str(entry["SUMMARY"]) for entry in entries(to_ics(over, stamp=STAMP))}
    assert not any("Office action" in act or "section 15" in act for act in acts)


def test_in_grace_only_the_grace_is_left() -> None:
    text = to_ics(docket(("registered", "2020-08-04")), stamp=STAMP)
    starts = [entry["DTSTART"].dt for entry in entries(text) if "Last day" in entry["SUMMARY"]]
    assert starts[0] == date(2027, 2, 4)


def test_reminders() -> None:
    text = to_ics(docket(("office action", "2026-08-31")), stamp=STAMP, remind=[30, 0])
    (entry,) = entries(text)
    triggers = [alarm["TRIGGER"].dt for alarm in entry.walk("VALARM")]
    assert triggers == [timedelta(days=-30), timedelta(0)]
    assert "VALARM" not in to_ics(docket(("office action", "2026-08-31")), stamp=STAMP, remind=[])


def test_lines_are_folded_at_75_octets_and_read_back_whole() -> None:
    mark = '光年之外,商标;\\ "Ünïcode" ™ ' * 6
    text = to_ics(docket(("office action", "2026-08-31"), mark=mark), stamp=STAMP)
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert "\n" not in text.replace("\r\n", "")
    (entry,) = entries(text)
    assert str(entry["SUMMARY"]) == f"{mark}: Last day: respond to the Office action"


def test_a_line_end_in_a_mark_opens_no_new_line() -> None:
    mark = "LUMO\r\nATTENDEE:mailto:someone@example.com\nX:\x07\x00"
    text = to_ics(docket(("office action", "2026-08-31"), mark=mark), stamp=STAMP)
    (entry,) = entries(text)
    assert "ATTENDEE" not in entry
    assert "\x07" not in text and "\x00" not in text  # noqa: PT018
    assert "LUMO\\nATTENDEE" in text.replace("\r\n ", "")


def test_the_id_stays_when_an_extension_moves_the_date() -> None:
    before = docket(("office action", "2026-08-31"))
    after = docket(("office action", "2026-08-31"), ("extension to respond", "2026-11-25"))
    (first,), (second,) = entries(to_ics(before, stamp=STAMP)), entries(to_ics(after, stamp=STAMP))
    assert first["UID"] == second["UID"]
    assert (first["DTSTART"].dt, second["DTSTART"].dt) == (date(2026, 11, 30), date(2027, 3, 1))


def test_ids_are_unique_and_the_text_is_the_same_again() -> None:
    busy = docket(("registered", "2006-10-03"), ("office action", "2026-08-31"))
    text = to_ics(busy, stamp=STAMP)
    ids = [str(entry["UID"]) for entry in entries(text)]
    assert len(set(ids)) == len(ids) > 6
    assert to_ics(busy, stamp=STAMP) == text
    assert to_ics(busy, stamp=STAMP.astimezone(timezone(timedelta(hours=8)))) == text


def test_the_calendar_has_a_name() -> None:
    text = to_ics(docket(("office action", "2026-08-31")), stamp=STAMP, name="Marks in the US")
    assert Calendar.from_ical(text)["X-WR-CALNAME"] == "Marks in the US"
    assert Calendar.from_ical(to_ics(docket(mark=""), stamp=STAMP))["X-WR-CALNAME"] == "Trademark deadlines"


@pytest.mark.parametrize("stamp", [None, date(2026, 11, 25), datetime(2026, 11, 25), "now"])  # noqa: DTZ001
def test_a_stamp_is_a_moment_with_a_zone(stamp: Any) -> None:
    with pytest.raises(InputError, match="stamp"):
        to_ics(docket(), stamp=stamp)


@pytest.mark.parametrize("remind", [[-1], [1.5], [True], [4000], ["30"]])
def test_a_reminder_is_a_number_of_days(remind: Any) -> None:
    with pytest.raises(InputError, match="remind"):
        to_ics(docket(), stamp=STAMP, remind=remind)
