"""Rulings: yes, no, unknown, with reasons."""

from __future__ import annotations

from datetime import date

import pytest

from xbec.errors import InputError
from xbec.trademark.application import Applicant, Application, InternationalRegistration, Item, Mark
from xbec.trademark.prosecution.lifecycle import Event, Prosecution
from xbec.trademark.prosecution.permission import can_allege_use, can_assign, can_rely_on_basic_mark, can_transform


def file(*events: Event, basis: str = "1(b)", international: InternationalRegistration | None = None) -> Prosecution:
    items = [Item(nice_class=25, text="Shirts", bases=[basis])]
    application = Application(
        applicants=[Applicant(name="Meridian Goods LLC")],
        mark=Mark(text="MERIDIAN"),
        items=items,
        filed=date(2026, 1, 5),
        international_registration=international,
    )
    return Prosecution(application, events)


def test_an_assignment_of_an_intent_to_use_application_is_void() -> None:
    ruling = can_assign(file(), on=date(2026, 3, 1), to_successor=False)
    (finding,) = ruling.findings
    assert not ruling
    assert (
        finding.consequence
        == "the assignment is void, and with it the application and any registration that comes of it"
    )
    assert "the buyer does not take over the business" in ruling.reason
    assert "15 U.S.C. 1060(a)(1)" in ruling.reason


def test_a_yes_tells_what_was_met() -> None:
    ruling = can_assign(file(), on=date(2026, 3, 1), to_successor=True, business_ongoing=True)
    assert ruling
    assert ruling.findings == ()
    assert "good will" in ruling.reason


def test_an_allegation_filed_in_the_blackout_period_does_not_free_the_assignment() -> None:
    blackout = file(Event("approved", date(2026, 6, 1)), Event("amendment to allege use", date(2026, 7, 1)))
    assert not can_assign(blackout, on=date(2026, 8, 1), to_successor=False)
    refused = can_allege_use(blackout, on=date(2026, 7, 1))
    assert refused.findings[0].consequence == "the filing is untimely and is not examined; its fee is refunded"


def test_an_international_registration_that_ended_for_reasons_not_told() -> None:
    ended = InternationalRegistration(registered=date(2024, 1, 15), cancelled=date(2026, 8, 24))
    ruling = can_transform(file(basis="66(a)", international=ended), on=date(2026, 9, 1))
    assert ruling.answer == "unknown"
    assert "nothing says why the international registration ended" in ruling.reason


def test_a_recorded_end_of_the_basic_mark_is_read() -> None:
    international = InternationalRegistration(number="1700001", registered=date(2024, 1, 15))
    struck = file(Event("basic mark ceased", date(2026, 8, 24)), basis="66(a)", international=international)
    ruling = can_rely_on_basic_mark(struck, on=date(2026, 9, 1))
    assert ruling.answer == "no"
    assert ruling.findings[0].where == "1700001"
    assert "ends on 2029-01-15" in ruling.reason


def test_as_plain_values() -> None:
    plain = can_assign(file(), on=date(2026, 3, 1)).to_dict()
    assert plain["answer"] == "unknown"
    assert plain["findings"][0]["rule"] == "us-itu-assignment"
    assert "not legal advice" in plain["notice"]


def test_what_begins_on_the_last_day_of_the_five_years_counts() -> None:
    it, on = file(Event("international registration", date(2021, 11, 22)), basis="66(a)"), date(2028, 6, 1)
    assert can_rely_on_basic_mark(it, on=on, ceased=date(2026, 11, 22)).answer == "no"
    assert can_rely_on_basic_mark(it, on=on, ceased=date(2026, 11, 23))
    assert can_rely_on_basic_mark(it, on=on, ceased=date(2028, 1, 10), proceedings_begun=date(2027, 3, 1))
    with pytest.raises(InputError, match="after they ended"):
        can_rely_on_basic_mark(it, on=on, ceased=date(2024, 1, 1), proceedings_begun=date(2024, 1, 2))


def test_a_transformation_in_time_says_what_to_file() -> None:
    it = file(Event("filed", date(2026, 1, 5)), Event("cancelled under article 6(4)", date(2026, 8, 24)), basis="66(a)")
    ruling = can_transform(it, on=date(2026, 11, 24))
    assert "serial or registration number of the extension of protection" in ruling.must_file
    assert "to file: serial or registration number" in str(ruling)
    assert ruling.to_dict()["must_file"] == list(ruling.must_file)
    assert can_transform(it, on=date(2026, 11, 25)).must_file == ()
