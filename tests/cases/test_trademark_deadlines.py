"""Worked examples of trademark dates: files, offices and rulings (``data/trademark_deadlines.toml``)."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from xbec.trademark.application import Applicant, Application, Item, Mark
from xbec.trademark.office_data import office
from xbec.trademark.prosecution import permission
from xbec.trademark.prosecution.deadlines import deadlines, office_deadlines
from xbec.trademark.prosecution.docket import Docket, DueDate
from xbec.trademark.prosecution.lifecycle import EVENTS, Event, Prosecution

DATA = tomllib.loads((Path(__file__).parent / "data" / "trademark_deadlines.toml").read_text(encoding="utf-8"))
QUESTIONS = {name: getattr(permission, name) for name in dir(permission) if name.startswith("can_")}


def cases(kind: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", [pytest.param(case, id=case["id"]) for case in DATA[kind]])


def file_of(case: dict[str, Any]) -> Prosecution:
    shirts = Item(nice_class=25, text="Shirts", bases=case["bases"])
    application = Application(
        applicants=[Applicant(name="Meridian Goods LLC")],
        mark=Mark(text="MERIDIAN"),
        items=[shirts],
        register=case.get("register", "principal"),
    )
    return Prosecution(application, [Event(kind, day) for kind, day in case["events"]])


def seen(due: DueDate, word: str) -> Any:
    match word:
        case "extended_to":
            return [each.last_day for each in due.extensions]
        case "extended_unmoved":
            return [each.deadline.unmoved for each in due.extensions]
        case "first_extension":
            return due.extensions[0].last_day
        case "grace_ends":
            return due.grace_ends or ""
        case "grace_unmoved":
            return due.grace.unmoved if due.grace else ""
        case _:
            return getattr(due, word)


def compare(docket: Docket, case: dict[str, Any]) -> None:
    for expected in case.get("expect", ()):
        due = docket.of(expected["term"])[expected.get("number", 1) - 1]
        wanted = {word: value for word, value in expected.items() if word not in ("term", "number")}
        assert {word: seen(due, word) for word in wanted} == wanted
    for term in case.get("absent", ()):
        assert docket.of(term) == ()


@cases("case")
def test_a_file_at_the_uspto(case: dict[str, Any]) -> None:
    docket = deadlines(file_of(case), on=case["on"])
    compare(docket, case)
    if "life" in case:
        assert docket.state == case["life"]
    if "findings" in case:
        assert [finding.rule for finding in docket.findings] == case["findings"]


@cases("office_case")
def test_a_file_at_another_office(case: dict[str, Any]) -> None:
    docket = office_deadlines(case["office"], [Event(kind, day) for kind, day in case["events"]], on=case["on"])
    compare(docket, case)
    assert docket.findings == ()


@cases("ruling")
def test_a_ruling(case: dict[str, Any]) -> None:
    facts = {word: None if value == "unknown" else value for word, value in case.get("facts", {}).items()}
    ruling = QUESTIONS[case["ask"]](file_of(case), on=case["on"], **facts)
    assert ruling.answer == case["answer"], ruling.reason
    assert {finding.rule for finding in ruling.findings} == ({case["rule"]} if "rule" in case else set())
    assert bool(ruling) is (case["answer"] == "yes")


def test_every_rule_speaks_in_one_case_and_is_met_in_another() -> None:
    spoke: set[str] = set()
    met: set[str] = set()
    for case in DATA["ruling"]:
        facts = {word: None if value == "unknown" else value for word, value in case.get("facts", {}).items()}
        for each in QUESTIONS[case["ask"]](file_of(case), on=case["on"], **facts).requirements:
            (met if each.finding is None else spoke).add(each.rule.id)
    assert spoke == met == set(permission.CONDITIONS)


def test_every_term_of_the_uspto_is_due_in_one_case() -> None:
    found: set[str] = set()
    for case in DATA["case"]:
        found |= {due.id for due in deadlines(file_of(case), on=case["on"]).due if due.office == "US"}
    assert found == set(office("US").terms)


def test_every_word_of_the_uspto_terms_is_an_event_and_every_fee_is_charged() -> None:
    us = office("US")
    charged = set(us.fees) | {row.value.act for rows in us.fees.values() for row in rows}
    for rows in us.terms.values():
        for term in (row.value for row in rows):
            assert {term.event, *term.done_by, *term.extended_by} <= set(EVENTS)
            assert {term.fee, term.extension_fee, term.grace_fee} - {None} <= charged


def test_ids_are_unique_and_cited() -> None:
    found = [case for kind in DATA.values() for case in kind]
    assert len({case["id"] for case in found}) == len(found)
    assert all(case["source"] and isinstance(case["on"], date) for case in found)
