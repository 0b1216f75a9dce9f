"""Records of the International Register, and what they are as an extension to the United States."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from xbec.errors import DocumentError, InputError
from xbec.trademark.application import Applicant, ForeignApplication
from xbec.trademark.prosecution.lifecycle import EVENTS, state_of
from xbec.trademark.records.madrid import read_madrid
from xbec.trademark.records.madrid_record import BasicMark, madrid_words
from xbec.trademark.records.tsdr import read_tsdr

DATA = Path(__file__).parents[2] / "cases" / "data" / "wipo"
ST66 = (DATA / "st66.xml").read_text(encoding="utf-8")
REGISTER = (DATA / "meca-register.xml").read_text(encoding="utf-8")


def test_a_registration_in_st66() -> None:
    record = read_madrid(ST66.encode())
    assert (record.number, record.registered, record.expires) == ("1799904", date(2024, 3, 1), date(2034, 3, 1))
    assert record.office_of_origin == "NO"
    assert record.holders == (
        Applicant(
            name="Halden Fjord AS",
            kind="other",
            domicile="NO",
            citizenship="NO",
            address="Eksempelveien 3, 0001 Oslo",
        ),
    )
    assert (record.mark.form, record.mark.text, record.mark.translation) == (
        "standard characters",
        "HALDEN FJORD",
        "Fjord of Halden",
    )
    assert record.goods == ((21, "Vacuum flasks."),)
    assert record.nice_edition == "12-2024"
    assert record.designations == {"US", "EM"}
    assert record.intents == {"US"}
    assert record.basic == (BasicMark(kind="registration", number="399904", day=date(2023, 11, 6)),)
    assert record.priorities == (ForeignApplication(office="NO", number="202399904", filed=date(2023, 10, 20)),)
    assert [str(each) for each in record.transactions] == [
        "2024-03-01 registration for EM",
        "2024-09-12 subsequent designation for US",
        "2025-02-11 total provisional refusal for EM",
        "2026-05-04 basic mark ceased to have effect, in whole",
    ]


def test_an_extension_named_later_runs_from_that_day_and_ends_with_the_basic_mark() -> None:
    record = read_madrid(ST66).extension_to("US")
    app = record.application
    assert app.bases == ("66(a)",)
    assert app.filed == date(2024, 9, 12), "the subsequent designation"
    registration = app.international_registration
    assert registration is not None
    assert (registration.registered, registration.designated) == (date(2024, 3, 1), date(2024, 9, 12))
    assert registration.priority_filed is None, "the priority belongs to the international application"
    assert registration.intent_declaration is True
    assert registration.classes == {21}
    assert registration.cancelled == date(2026, 5, 4)
    status = state_of(record.prosecution)
    assert (status.state, status.findings) == ("extension ended", ())
    assert not any("EM" in entry.text or "refusal" in entry.text for entry in record.history)


def test_a_registration_of_the_bulk_data() -> None:
    with pytest.raises(InputError, match="several marks"):
        read_madrid(REGISTER)
    record = read_madrid(REGISTER, number="1799906")
    assert record.holders[0].name == "Halden Outdoor (Shenzhen) Co., Ltd."
    assert (record.holders[0].kind, record.holders[0].establishments) == ("limited liability company", {"CN"})
    assert (record.mark.form, record.mark.colours, record.mark.transliteration) == (
        "design",
        ("Green and white.",),
        "HA ER DEN",
    )
    assert record.goods == ((18, "Backpacks."), (25, "Chemises.")), "English where it is there; class 99 is none"
    assert [(basic.kind, basic.day) for basic in record.basic] == [
        ("application", date(2023, 1, 10)),
        ("registration", date(2023, 5, 28)),
    ]
    assert [each.code for each in record.transactions] == ["ENN", "RFNT"], "unknown transactions are left out"
    app = record.extension_to("US").application
    assert app.filed == date(2023, 6, 14)
    assert app.international_registration is not None
    assert app.international_registration.priority_filed == date(2023, 1, 10)
    assert app.international_registration.intent_declaration is None, "declared for GB only"
    second = read_madrid(REGISTER, number="1799907")
    assert (second.mark.form, second.mark_type) == ("standard characters", "collective mark")
    with pytest.raises(InputError, match="not a designation") as caught:
        second.extension_to("US")
    assert caught.value.allowed == "JP"
    with pytest.raises(InputError, match="not in the document"):
        read_madrid(REGISTER, number="1")


def test_a_notification_to_an_office() -> None:
    record = read_madrid((DATA / "meca-notification.xml").read_bytes())
    assert (record.number, record.designations) == ("1799908", {"US"})
    app = record.extension_to().application
    assert app.filed == date(2025, 4, 2), "the effective day of the subsequent designation"
    with pytest.raises(InputError, match="only the USPTO"):
        record.extension_to("GB")


def test_records_of_one_office_are_not_taken_for_those_of_the_other() -> None:
    with pytest.raises(DocumentError, match="no mark stands there"):
        read_tsdr(ST66)
    with pytest.raises(DocumentError, match="no international registration"):
        read_madrid((DATA.parent / "tsdr" / "st66-foreign.xml").read_bytes())


def test_problems_are_told_at_once() -> None:
    broken = (
        REGISTER.replace('INTREGD="20230614"', 'INTREGD="20231514"')
        .replace('NICCLAI="18"', 'NICCLAI="x"')
        .replace("<BASAPPD>20230110", "<BASAPPD>soon")
        .replace('INTREGN="1799907"', "")
    )
    with pytest.raises(DocumentError) as caught:
        read_madrid(broken)
    for line in (
        "/MARKGR/INTREGD: not a day, not '20231514'",
        "/MARKGR/BASICGS: not a class, not 'x'",
        "/MARKGR/BASAPPD: not a day, not 'soon'",
        "/MARKGR: no number (INTREGN)",
    ):
        assert line in str(caught.value)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("{}", "not XML"),
        ("<ROMARIN/>", "no international registration"),
        ("<MARKGR INTREGN='1'/>", "no current state"),
        ("<!DOCTYPE ROMARIN SYSTEM 'romarin.dtd'><ROMARIN/>", "a document type"),
        (REGISTER[:-30], "not XML"),
        (ST66.replace("2024-03-01", "yesterday"), "not a day"),
        (ST66.replace("1799904", ""), "no number"),
    ],
)
def test_hostile_input_is_a_document_error(content: str, says: str) -> None:
    with pytest.raises(DocumentError) as caught:
        read_madrid(content)
    assert says in str(caught.value)


def test_the_words_name_transactions_and_events_that_exist() -> None:
    words = madrid_words()
    assert set(words["st66"].values()) <= set(words["transaction"])
    for row in words["event"]:
        assert row["code"] in words["transaction"]
        assert set(row["events"]) <= set(EVENTS)
