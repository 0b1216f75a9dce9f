"""Records of the USPTO become an application with its history, from three shapes of XML and the JSON."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from xbec.errors import DocumentError, InputError, MissingExtra
from xbec.trademark.application import Applicant, Attorney, ForeignApplication, Item, Use
from xbec.trademark.prosecution.lifecycle import EVENTS, state_of
from xbec.trademark.records.tsdr import read_tsdr
from xbec.trademark.records.tsdr_case import _words, events_of

DATA = Path(__file__).parents[2] / "cases" / "data" / "tsdr"
ST96 = (DATA / "st96-registered.xml").read_text(encoding="utf-8")
MIXED: dict[str, Any] = json.loads((DATA / "info-mixed.json").read_text(encoding="utf-8"))


def test_a_registered_mark_of_st96() -> None:
    record = read_tsdr(ST96.encode())
    app = record.application
    assert (app.serial_number, app.filed) == ("97999001", date(2022, 3, 7))
    assert (record.registration_number, record.registered) == ("7999001", date(2024, 6, 4))
    assert (app.mark.text, app.mark.form, app.mark_type, app.register) == (
        "HALDEN PEAK",
        "standard characters",
        "trademark",
        "principal",
    )
    assert app.applicants == (
        Applicant(
            name="Halden Outdoor (Shenzhen) Co., Ltd.",
            kind="limited liability company",
            domicile="CN",
            citizenship="CN",
            address="1 Example Road, Shenzhen, 518000",
        ),
    ), "the owner of the latest stage"
    assert app.attorney == Attorney(name="Dana Sample")
    assert app.items == (Item(nice_class=25, text="Hats; Jackets; Shirts", bases={"1(a)"}),)
    assert app.uses == (
        Use(nice_class=25, first_use_anywhere=date(2023, 9, 30), first_use_commerce=date(2023, 10, 12)),
    ), "20230900 is September 2023"
    assert (app.approved, app.published, app.allowed) == (date(2023, 1, 10), date(2023, 2, 14), date(2023, 4, 11))
    assert record.filed_bases == ("1(b)",)
    assert [(finding.where, finding.why) for finding in record.findings] == [
        ("class 18", "left out, its status is abandoned")
    ]
    assert "HALDEN PEAK" in str(record)


def test_the_history_becomes_the_events_of_the_life_cycle_each_once() -> None:
    record = read_tsdr(ST96)
    told = [(kind, entry.day.isoformat()) for entry in record.history for kind in entry.events]
    assert told == [
        ("office action", "2022-11-28"),  # written, e-mailed: one
        ("response filed", "2022-12-19"),  # received by TEAS, received in the law office: one
        ("approved", "2023-01-10"),
        ("published", "2023-02-14"),
        ("allowed", "2023-04-11"),
        ("extension for statement of use", "2023-10-02"),
        ("statement of use", "2024-01-22"),  # received by TEAS, use amendment filed: one
        ("registered", "2024-06-04"),
    ]
    assert len(record.history) == 12, "entries that set nothing off are kept"
    status = state_of(record.prosecution)
    assert (status.state, status.findings) == ("registered", ())


def test_the_root_and_namespaces_of_older_st96_are_read_alike() -> None:
    older = (
        ST96.replace("ns2:TrademarkTransaction ", "ns2:Transaction ")
        .replace("</ns2:TrademarkTransaction>", "</ns2:Transaction>")
        .replace("XMLSchema/ST96/Common", "XMLSchema/Common/1")
        .replace("XMLSchema/ST96/Trademark", "XMLSchema/Trademark/1")
    )
    assert older != ST96
    assert read_tsdr(older) == read_tsdr(ST96)


def test_madrid_and_priority_in_st96() -> None:
    associated = """<ns2:AssociatedMarkBag><ns2:AssociatedMark>
      <ns2:AssociationCategory>International application or registration</ns2:AssociationCategory>
      <ns2:InternationalApplicationNumber><ns1:ApplicationNumberText>1799904</ns1:ApplicationNumberText>
      </ns2:InternationalApplicationNumber></ns2:AssociatedMark></ns2:AssociatedMarkBag><ns2:PriorityBag>
      <ns2:Priority><ns1:PriorityCountryCode>CN</ns1:PriorityCountryCode>
      <ns1:ApplicationNumber><ns1:ApplicationNumberText>69999001</ns1:ApplicationNumberText></ns1:ApplicationNumber>
      <ns1:PriorityApplicationFilingDate>2021-10-04</ns1:PriorityApplicationFilingDate></ns2:Priority></ns2:PriorityBag>"""
    extension = "<ns2:BasisInternationalRegistrationIndicator>true</ns2:BasisInternationalRegistrationIndicator>"
    content = ST96.replace("<ns2:AssociatedMarkBag/>", associated)
    assert read_tsdr(content).application.international_registration is None, "it only rests on this mark"
    content = content.replace("<ns2:BasisUseIndicator>true</ns2:BasisUseIndicator>", extension)
    app = read_tsdr(content).application
    assert app.bases == ("66(a)",)
    assert app.international_registration is not None
    assert app.international_registration.number == "1799904"
    assert app.foreign_applications == (ForeignApplication(office="CN", number="69999001", filed=date(2021, 10, 4)),)


def test_an_application_of_st66() -> None:
    record = read_tsdr((DATA / "st66-foreign.xml").read_bytes())
    app = record.application
    assert (app.serial_number, app.filed, app.mark_type) == ("85999002", date(2013, 4, 15), "service mark")
    assert record.registration_number is None
    assert app.items == (
        Item(nice_class=35, text="Retail store services featuring outdoor clothing", bases={"44(d)", "44(e)"}),
    )
    assert record.filed_bases == ("44(d)",)
    assert (app.mark.form, app.mark.colours) == ("design", ("Red and white.",))
    assert app.applicants == (
        Applicant(name="Halden Handels AG", kind="other", domicile="CH", citizenship="CH", address="Musterweg 2, Chur"),
    )
    assert app.attorney == Attorney(name="Dana Sample"), "not the correspondent"
    assert state_of(record.prosecution).state == "action outstanding"


def test_an_application_in_json() -> None:
    record = read_tsdr(json.dumps(MIXED))
    app = record.application
    assert (app.serial_number, app.filed, app.published, app.allowed) == (
        "99999003",
        date(2025, 5, 19),
        date(2026, 4, 21),
        date(2026, 6, 16),
    )
    assert app.applicants[0].citizenship == "US", "Delaware is no country"
    assert app.applicants[0].domicile == "US"
    assert app.foreign_applications == (
        ForeignApplication(office="DE", number="302024999999", filed=date(2024, 11, 20)),
    )
    assert app.uses[0].first_use_anywhere == date(2024, 3, 31)
    assert record.filed_bases == ("1(a)", "1(b)", "44(d)")
    assert app.mark.colours == ()
    assert state_of(record.prosecution).state == "allowed"


def test_bases_that_json_states_for_the_file_are_given_to_classes_and_it_is_said_how() -> None:
    record = read_tsdr(json.dumps(MIXED))
    assert {item.nice_class: item.bases for item in record.application.items} == {
        25: {"1(a)", "44(d)"},
        18: {"1(b)", "44(d)"},
    }
    told = {finding.where: finding.why for finding in record.findings}
    assert told["class 25"] == "read as 1(a), since dates of use stand there"
    assert told["class 18"] == "read as 1(b), since no date of use stands there"
    assert "A" in told, "class A (certification) is none of the Nice Classification"


def test_one_of_several_is_picked_by_its_number() -> None:
    content = (DATA / "multi-status.json").read_bytes()
    with pytest.raises(InputError, match="several marks") as caught:
        read_tsdr(content)
    assert caught.value.allowed == "79999004, 97999005"
    with pytest.raises(InputError, match="not in the document"):
        read_tsdr(content, serial_number="1")
    madrid = read_tsdr(content, serial_number="79999004").application
    assert madrid.bases == ("66(a)",)
    assert madrid.international_registration is not None
    assert madrid.international_registration.number == "1799904"
    without = read_tsdr(content, serial_number="97999005")
    assert without.application.items[0].bases == frozenset()
    assert "states no basis" in str(without.findings[0])


def test_joint_owners_of_one_stage_all_apply() -> None:
    joint = json.loads(json.dumps(MIXED))
    joint["trademarks"][0]["parties"]["ownerGroups"]["10"].append({"name": "Second Owner"})
    applicants = read_tsdr(json.dumps(joint)).application.applicants
    assert [each.name for each in applicants] == ["Halden Trail, Inc.", "Second Owner"]


def test_unknown_fields_are_ignored() -> None:
    more = json.loads(json.dumps(MIXED))
    more["trademarks"][0]["status"]["brandNew"] = {"a": [1, {"b": None}]}
    more["sectionsNobodyKnows"] = []
    assert read_tsdr(json.dumps(more)) == read_tsdr(json.dumps(MIXED))
    assert read_tsdr(ST96.replace("<ns2:AssociatedMarkBag/>", "<ns2:New><ns2:Thing a='1'/></ns2:New>")) == read_tsdr(
        ST96
    )


def test_problems_of_an_official_record_are_told_at_once() -> None:
    broken = json.loads(json.dumps(MIXED))
    mark = broken["trademarks"][0]
    mark["status"].update(serialNumber=None, filingDate="05/19/2025", useCurr="yes", markElement=["X"])
    mark["parties"]["ownerGroups"] = []
    mark["gsList"][0]["description"] = None
    mark["gsList"].append("shirts")
    mark["prosecutionHistory"][0]["entryDate"] = "soon"
    with pytest.raises(DocumentError) as caught:
        read_tsdr(json.dumps(broken))
    told = str(caught.value)
    for line in (
        "$.trademarks[0]: no serial number",
        "$.trademarks[0]: no owner",
        "filing date: not a day, not '05/19/2025'",
        "$.trademarks[0].status.useCurr: true or false is needed, not 'yes'",
        "$.trademarks[0].status.markElement: text is needed",
        "$.trademarks[0].parties.ownerGroups: an object is needed",
        "$.trademarks[0].gsList[0]: no goods or services of class 25",
        "$.trademarks[0].gsList[3]: an object is needed",
        "history 1: not a day, not 'soon'",
    ):
        assert line in told, line


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("<html><body>maintenance</body></html>", "no mark stands there"),
        ('{"hello": "world"}', "no mark stands there"),
        ("<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/hostname'>]><a>&b;</a>", "a document type"),
        ("<!DOCTYPE a [<!ENTITY b 'bb'><!ENTITY c '&b;&b;&b;'>]><a>&c;</a>", "a document type"),
        ("<!DOCTYPE a SYSTEM 'http://example.com/a.dtd'><a/>", "a document type"),
        ("<a>&nosuch;</a>", "not XML"),
        ("<a><b></a>", "not XML"),
        (ST96[: len(ST96) // 2], "not XML"),
        ("<a>" * 100_000, "too deep"),
        ("<a>" + "<b c='' d='' e='' f='' g='' h='' i=''/>" * 50_001 + "</a>", "too many elements"),
        (b"<?xml version='1.0' encoding='utf-7'?><a/>", "an encoding that is not read"),
        (b"<a>\xff</a>", "not utf-8"),
        (b"\xff\xfe<\x00a", "not utf-16"),
        ("<" + " " * 10_000_000, "too large"),
        (json.dumps(MIXED)[:-40], "not JSON"),
    ],
)
def test_hostile_input_is_a_document_error(content: str | bytes, says: str) -> None:
    with pytest.raises(DocumentError) as caught:
        read_tsdr(content)
    assert says in str(caught.value)


def test_utf_16_and_latin_1_are_read() -> None:
    for encoding in ("utf-16", "iso-8859-1"):
        content = ST96.replace('encoding="UTF-8"', f'encoding="{encoding}"').encode(encoding)
        assert read_tsdr(content) == read_tsdr(ST96)


def test_xml_without_the_extra_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("defusedxml", "defusedxml.common", "defusedxml.ElementTree"):
        monkeypatch.setitem(__import__("sys").modules, name, None)
    with pytest.raises(MissingExtra, match=r"xbec\[trademark\]"):
        read_tsdr(ST96)
    assert read_tsdr(json.dumps(MIXED)).office == "US", "JSON needs no extra"


def test_every_event_that_the_data_names_is_one_of_the_life_cycle() -> None:
    for row in _words()["event"]:
        assert set(row["events"]) <= set(EVENTS), row
        for start in row["starts"]:
            assert events_of(None, start.lower()) == tuple(row["events"])
        if "code" in row:
            assert events_of(row["code"] + "X", "") == tuple(row["events"])
    assert events_of("CNRT", "NON-FINAL ACTION WRITTEN") == ()
