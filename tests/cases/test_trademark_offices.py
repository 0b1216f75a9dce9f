"""Worked examples of trademark offices and multi-country programmes (``data/trademark_offices.toml``)."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from xbec import Money
from xbec.errors import GapError
from xbec.kernel.calendars import Calendar, Deadline
from xbec.trademark.abroad.plan import filing_programme
from xbec.trademark.abroad.steps import FirstFiling, Target
from xbec.trademark.fees.filing import filing_fees
from xbec.trademark.notice import NOT_LEGAL_ADVICE
from xbec.trademark.office_data import office
from xbec.trademark.prosecution.deadlines import office_deadlines
from xbec.trademark.prosecution.lifecycle import Event

DATA = tomllib.loads((Path(__file__).parent / "data" / "trademark_offices.toml").read_text(encoding="utf-8"))


def cases(kind: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", [pytest.param(case, id=case["id"]) for case in DATA[kind]])


@cases("count")
def test_a_period_ends_as_published(case: dict[str, Any]) -> None:
    place = case["calendar"]
    calendar = Calendar(place) if len(place) == 2 else Calendar.of_office(place)
    deadline = Deadline(case["day"], case["length"], rule=case["rule"], calendar=calendar)
    assert (deadline.unmoved, deadline.last_day) == (case["counted"], case["last"])


@cases("period")
def test_an_event_sets_off_a_term(case: dict[str, Any]) -> None:
    kind, day = case["event"]
    (due, *_) = office_deadlines(case["office"], [Event(kind, day)], on=day).of(case["term"])
    assert (due.unmoved, due.last_day) == (case["counted"], case["last"])
    assert due.opens == case.get("opens", day)
    assert due.grace_ends == case.get("grace")


@cases("fee")
def test_a_fee_adds_up_or_is_a_gap(case: dict[str, Any]) -> None:
    asked = {word: case[word] for word in ("act", "variant") if word in case}
    if case.get("gap"):
        with pytest.raises(GapError):
            filing_fees(case["office"], classes=case["classes"], on=case["on"], **asked)
    else:
        statement = filing_fees(case["office"], classes=case["classes"], on=case["on"], **asked)
        assert statement.total == Money.from_text(case["total"])


@cases("fact")
def test_a_requirement_of_a_day(case: dict[str, Any]) -> None:
    row = office(case["office"]).requirement(case["requirement"], case["on"])
    assert all(text in row.value.text for text in case["holds"])


@cases("programme")
def test_a_programme(case: dict[str, Any]) -> None:
    filed = dict(case["first"])
    first = FirstFiling(filed.pop("office"), filed.pop("filed"), **filed)
    targets = [Target(**words) for words in case["targets"]]
    plan = filing_programme(first, targets, on=case["on"])
    if "steps" in case:
        told = {(step.office, step.term, step.day) for step in plan.steps if step.office not in said_otherwise(case)}
        assert told == {(code, term, day) for code, term, day in case["steps"]}
    found = {(finding.rule, finding.where) for finding in plan.findings}
    assert {(rule, where) for rule, where in case.get("findings", ())} <= found
    assert {rule for rule, _ in found}.isdisjoint(case.get("absent", ()))
    assert case.get("says", "") in str(plan)
    assert str(plan).endswith(NOT_LEGAL_ADVICE)
    assert plan.to_dict()["notice"] == NOT_LEGAL_ADVICE


def said_otherwise(case: dict[str, Any]) -> set[str]:
    """Offices of targets whose days contradict each other: what is told of them is as wrong as what was stated."""
    contradicted = {
        where for rule, where in case.get("findings", ()) if rule in ("contradictory-days", "not-the-first")
    }
    return {where.rpartition(" ")[2] for where in contradicted}
