"""Worked examples of sections 44 and 66(a), combined and amended bases (``data/trademark_section44.toml``)."""

from __future__ import annotations

import tomllib
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from xbec.kernel.rulebook import Requirement, RuleBook
from xbec.trademark.application import (
    Applicant,
    Application,
    ForeignApplication,
    ForeignRegistration,
    InternationalRegistration,
    Item,
    Mark,
    Verification,
)
from xbec.trademark.examination import combination, section44, section66
from xbec.trademark.examination.amendment import amend_basis
from xbec.trademark.examination.combination import may_combine, pair
from xbec.trademark.examination.figures import RULES
from xbec.trademark.examination.section44 import priority_deadline
from xbec.trademark.notice import NOT_LEGAL_ADVICE
from xbec.trademark.prosecution.deadlines import deadlines
from xbec.trademark.prosecution.lifecycle import Event, Prosecution
from xbec.trademark.prosecution.permission import can_rely_on_basic_mark, can_transform

DATA = tomllib.loads((Path(__file__).parent / "data" / "trademark_section44.toml").read_text(encoding="utf-8"))
TODAY = date(2026, 11, 25)
TABLES = {
    "applicant": Applicant,
    "verification": Verification,
    "application": ForeignApplication,
    "registration": ForeignRegistration,
    "international": InternationalRegistration,
}


def cases(kind: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", [pytest.param(case, id=case["id"]) for case in DATA[kind]])


@cache
def book() -> RuleBook[Application]:
    return (
        RuleBook.read(RULES / "us-section-44.toml", section44.CONDITIONS)
        | RuleBook.read(RULES / "us-section-66.toml", section66.CONDITIONS)
        | RuleBook.read(RULES / "us-combination.toml", combination.CONDITIONS)
    )


def changed(base: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """``"none"`` takes a word away; a table is changed word by word."""
    merged = dict(base)
    for word, value in given.items():
        if value == "none":
            merged.pop(word, None)
        elif isinstance(value, dict):
            merged[word] = changed(merged.get(word, {}), value)
        else:
            merged[word] = value
    return merged


def application(case: dict[str, Any]) -> Application:
    words = changed(DATA["base"][case["base"]], case.get("given", {}))
    made = {name: kind(**words.pop(name)) for name, kind in TABLES.items() if name in words}
    return Application(
        applicants=[made["applicant"]],
        mark=Mark(text="LANYU"),
        items=[Item(**item) for item in words.pop("items")],
        verification=made.get("verification"),
        foreign_applications=[made["application"]] if "application" in made else [],
        foreign_registrations=[made["registration"]] if "registration" in made else [],
        international_registration=made.get("international"),
        **words,
    )


def examined(case: dict[str, Any]) -> tuple[Requirement, ...]:
    return book().apply(application(case), case.get("on", TODAY))


@cases("application")
def test_application(case: dict[str, Any]) -> None:
    found = sorted(f"{each.rule.id} {each.state}" for each in examined(case) if each.finding is not None)
    assert found == case["expect"]


def test_every_rule_fires_in_one_case_and_not_in_another() -> None:
    fires: dict[str, int] = dict.fromkeys(book(), 0)
    for case in DATA["application"]:
        for ident in {each.rule.id for each in examined(case) if each.finding is not None}:
            fires[ident] += 1
    assert [ident for ident, count in fires.items() if not 0 < count < len(DATA["application"])] == []


def test_every_text_of_a_rule_is_heard_and_filled() -> None:
    heard: dict[str, set[str]] = {ident: set() for ident in book()}
    for case in DATA["application"]:
        for each in examined(case):
            heard[each.rule.id].add(each.state)
            assert "{" not in each.why
    assert [ident for ident, states in heard.items() if not set(book().rule(ident, TODAY).value.texts) <= states] == []


@cases("combination")
def test_combination(case: dict[str, Any]) -> None:
    answer = may_combine(case["bases"], same_goods=case["same_goods"], on=TODAY)
    assert bool(answer) == case["allowed"]
    assert answer.reason
    if "priority_kept" in case:
        assert pair(*case["bases"], TODAY).value.keeps_priority == case["priority_kept"]


@cases("priority")
def test_priority(case: dict[str, Any]) -> None:
    deadline = priority_deadline(case["foreign_filing"])
    assert (deadline.unmoved, deadline.last_day) == (case["unmoved"], case["last_day"])


@cases("amendment")
def test_amendment(case: dict[str, Any]) -> None:
    answer = amend_basis(
        application(case),
        on=case.get("on", TODAY),
        delete=case.get("delete", ()),
        add=case.get("add", ()),
        items=case.get("items"),
        **case.get("how", {}),
    )
    assert (answer.allowed, answer.republication) == (case["allowed"], case["republication"])
    assert answer.filing_date_kept == case["filing_date_kept"]
    assert answer.priority_kept == case.get("priority_kept")
    assert answer.goods_deleted == tuple(case.get("goods_deleted", ()))
    assert (answer.application.bases if answer.application else ()) == tuple(case.get("after", ()))
    assert case.get("must_file", "") in " / ".join(answer.must_file)
    assert bool(answer.must_file) == ("must_file" in case)
    assert answer.reason
    assert str(answer).endswith(NOT_LEGAL_ADVICE)


@cases("transformation")
def test_transformation(case: dict[str, Any]) -> None:
    ended = "cancelled under article 6(4)" if case["by"] == "office of origin" else "international registration lapsed"
    file = extension([Event("registered", date(2025, 3, 3)), Event(ended, case["cancelled"])])
    answer = can_transform(file, on=case["on"])
    assert bool(answer) == case["allowed"]
    assert bool(answer.must_file) == case["allowed"]
    assert str(answer).endswith(NOT_LEGAL_ADVICE)
    due = deadlines(file, on=case["on"]).of("transformation")
    assert [each.last_day for each in due] == ([case["last_day"]] if "last_day" in case else [])


@cases("dependency")
def test_dependency(case: dict[str, Any]) -> None:
    file = extension([Event("international registration", case["registered"])])
    answer = can_rely_on_basic_mark(
        file, on=date(2028, 6, 1), ceased=case["ceased"], proceedings_begun=case.get("begun")
    )
    assert answer.answer == ("no" if case["falls"] else "yes")


def extension(events: list[Event]) -> Prosecution:
    lamps = Item(nice_class=11, text="Lamps", bases={"66(a)"})
    app = Application(applicants=[Applicant(name="Nordlys Belysning AS")], mark=Mark(text="NORDLYS"), items=[lamps])
    return Prosecution(app, [Event("filed", date(2024, 6, 3)), *events])
