"""Marks against the published conditions of brand programmes; see ``data/trademark_brands.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from xbec.trademark.brands.programmes import ProgrammeCheck, brand_programme, brand_programmes, qualifies
from xbec.trademark.notice import NOT_LEGAL_ADVICE
from xbec.trademark.owned_mark import OwnedMark

CASES: list[dict[str, Any]] = tomllib.loads(
    (Path(__file__).parent / "data" / "trademark_brands.toml").read_text(encoding="utf-8")
)["brand"]


def check(case: Mapping[str, Any]) -> ProgrammeCheck:
    return qualifies(OwnedMark(**case["mark"]), case["programme"], on=case["on"], **case.get("given", {}))


@pytest.mark.parametrize("case", [pytest.param(case, id=case["id"]) for case in CASES])
def test_the_programme_decides_as_published(case: dict[str, Any]) -> None:
    found, expect = check(case), case["expect"]
    seen = {kind: found.requirement(kind) for kind in {**expect.get("states", {}), **expect.get("confidence", {})}}
    got: dict[str, Any] = {
        "answer": found.answer,
        "mark": found.mark_answer,
        "states": {kind: each and each.state for kind, each in seen.items() if kind in expect.get("states", {})},
        "confidence": {
            kind: each and each.confidence for kind, each in seen.items() if kind in expect.get("confidence", {})
        },
    }
    assert {word: got[word] for word in expect if word != "says"} == {w: expect[w] for w in expect if w != "says"}
    assert expect.get("says", "") in found.explain()
    assert found.explain().endswith(NOT_LEGAL_ADVICE)


def test_every_rule_fires_in_one_case_and_is_met_in_another() -> None:
    fired, met = set(), set()
    for case in CASES:
        for each in check(case).requirements:
            (met if each.state == "present" else fired).add(each.rule.id)
    rules = {rule for ident in brand_programmes() for rule in brand_programme(ident).rules}
    assert (rules - fired, rules - met) == (set(), set())


def test_every_programme_has_a_case() -> None:
    assert {case["programme"] for case in CASES} == set(brand_programmes())


def test_every_rule_names_a_source_read_on_a_day() -> None:
    for case in CASES:
        for each in check(case).requirements:
            assert date(2026, 11, 1) <= each.source.checked <= date(2026, 11, 30)
