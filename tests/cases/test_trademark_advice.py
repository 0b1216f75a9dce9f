"""Situations of sellers and the ways to file that are open to them; see ``data/trademark_advice.toml``."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from xbec.kernel.dated import read_toml
from xbec.trademark.advice.advise import advise_basis
from xbec.trademark.advice.answer import Advice, Option
from xbec.trademark.advice.situation import Situation
from xbec.trademark.application import Applicant
from xbec.trademark.examination.combination import may_combine
from xbec.trademark.notice import NOT_LEGAL_ADVICE
from xbec.trademark.owned_mark import OwnedMark

FILE: dict[str, Any] = tomllib.loads(
    (Path(__file__).parent / "data" / "trademark_advice.toml").read_text(encoding="utf-8")
)
CASES: dict[str, dict[str, Any]] = {case["id"]: case for case in FILE["advice"]}
DATA = Path(__file__).parents[2] / "src" / "xbec" / "data" / "trademark"


@cache
def advice(ident: str) -> Advice:
    case = CASES[ident]
    applicant = Applicant(**case.get("applicant_words", FILE["applicant"].get(case.get("applicant"))))
    marks = [OwnedMark(**mark) for mark in case.get("marks", ())]
    return advise_basis(Situation(applicant=applicant, marks=marks, **case["mark"]), on=case["on"])


def fees(option: Option) -> str:
    return "not in our data" if option.cost is None else ", ".join(str(each) for each in option.cost.totals.values())


def rules(option: Option) -> dict[str, list[str]]:
    return {
        "closed": [each.rule.id for each in option.obstacles],
        "asks": [each.rule.id for each in option.open_questions],
        "minds": [each.rule.id for each in option.warned],
    }


@pytest.mark.parametrize("ident", CASES)
def test_the_ways_that_are_open(ident: str) -> None:
    found, expect = advice(ident), CASES[ident]["expect"]
    ways = [option.way for option in found.lawful]
    assert expect.get("lawful", ways) == ways
    assert set(expect.get("open", ())) <= set(ways)
    assert expect.get("best", ways[0] if ways else None) == (ways[0] if ways else None)
    for word, lawful in (("closed", "no"), ("asks", "unknown"), ("minds", "yes")):
        for way, rule in expect.get(word, {}).items():
            option = found.option(way)
            assert (way, option.lawful) == (way, lawful)
            assert rule in rules(option)[word]


@pytest.mark.parametrize("ident", CASES)
def test_what_is_said_of_them(ident: str) -> None:
    found, expect = advice(ident), CASES[ident]["expect"]
    for way, sentences in expect.get("says", {}).items():
        assert [each for each in sentences if not found.option(way).says(each)] == []
    for way, sentences in expect.get("silent", {}).items():
        assert [each for each in sentences if found.option(way).says(each)] == []
    for way, amount in expect.get("cost", {}).items():
        assert (way, fees(found.option(way))) == (way, amount)
    for way, day in expect.get("rank", {}).items():
        assert (way, found.option(way).rank_day) == (way, day)
    for way, bases in expect.get("bases", {}).items():
        assert {str(n): " ".join(each) for n, each in found.option(way).bases.items()} == bases
    for pair, reason in expect.get("why", {}).items():
        assert reason in found.why_before(*pair.split(", "))
    if "deadline" in expect:
        assert [claim.deadline.last_day for claim in found.deadlines] == [expect["deadline"]]
    if "findings" in expect:
        assert sorted(finding.rule for finding in found.findings) == sorted(expect["findings"])
    if "amazon" in expect:
        (outlook,) = found.outlooks
        answers = [*(taken.answer for _, taken in outlook.held), outlook.pending.answer, outlook.registered.answer]
        assert " ".join(answers) == expect["amazon"]


@pytest.mark.parametrize("ident", CASES)
def test_no_open_way_breaks_a_rule_of_combination(ident: str) -> None:
    on = CASES[ident]["on"]
    for option in advice(ident).options:
        if option.lawful != "no":
            for bases in option.bases.values():
                assert may_combine(bases, same_goods=True, on=on)
            assert may_combine({b for bases in option.bases.values() for b in bases}, same_goods=False, on=on)


@pytest.mark.parametrize("ident", CASES)
def test_the_text_names_every_way_and_is_no_legal_advice(ident: str) -> None:
    found = advice(ident)
    text = found.explain()
    assert [option.way for option in found.options if f"{option.way} {option.title}" not in text] == []
    assert "{" not in text
    assert text.endswith(NOT_LEGAL_ADVICE)


def test_every_rule_fires_in_one_case_and_is_met_in_another() -> None:
    fired, met = set(), set()
    for ident in CASES:
        found = advice(ident)
        fired |= {finding.rule for finding in found.findings}
        for option in found.options:
            for each in option.requirements:
                (met if each.state == "present" else fired).add(each.rule.id)
    ways = {row["id"] for row in read_toml(DATA / "advice" / "ways.toml")["rule"]}
    told = {row["id"] for row in read_toml(DATA / "advice" / "situation.toml")["rule"]}
    assert (ways - fired, ways - met) == (set(), set())
    assert told - fired == set()
    assert [rule for rule in told if all(rule in {f.rule for f in advice(ident).findings} for ident in CASES)] == []


def test_every_sentence_is_said_of_one_way_and_not_of_another() -> None:
    said: set[str] = set()
    unsaid: set[str] = set()
    sentences = {row["id"] for row in read_toml(DATA / "advice" / "ways.toml")["point"]}
    for ident in CASES:
        for option in advice(ident).options:
            here = {point.id for point in option.points}
            said |= here
            unsaid |= sentences - here
    assert (sentences - said, sentences - unsaid) == (set(), set())
