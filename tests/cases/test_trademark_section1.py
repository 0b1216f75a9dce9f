"""Applications at the USPTO under section 1, and the general rules: given facts, the rules that speak.

The cases stand in ``data/trademark_section1.toml``; its head says how they read.
"""

from __future__ import annotations

import copy
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from xbec.trademark import application as values
from xbec.trademark.application import Application
from xbec.trademark.examination.examine import Examination, check_application
from xbec.trademark.examination.formalities import CONDITIONS as FORMALITIES
from xbec.trademark.examination.section1 import CONDITIONS as SECTION_1

DATA = tomllib.loads((Path(__file__).parent / "data" / "trademark_section1.toml").read_text(encoding="utf-8"))
CHECKS = DATA["check"]
OURS = {*FORMALITIES, *SECTION_1}
DAY = date(2026, 11, 25)
KINDS = {
    "applicants": values.Applicant,
    "items": values.Item,
    "uses": values.Use,
    "specimens": values.Specimen,
    "mark": values.Mark,
    "verification": values.Verification,
    "attorney": values.Attorney,
}


def step(place: Any, word: str) -> Any:
    return place[int(word)] if isinstance(place, list) else place[word]


def facts(check: dict[str, Any]) -> dict[str, Any]:
    """The facts of the base, with what the check sets, repeats and removes."""
    found: dict[str, Any] = copy.deepcopy(DATA["base"][check["base"]]["application"])
    changed = check.get("set", {}) | {path: "x" * length for path, length in check.get("repeat", {}).items()}
    for path, value in changed.items():
        *way, last = path.split(".")
        place: Any = found
        for word in way:
            place = step(place, word)
        place[last] = value
    for path in check.get("without", ()):
        *way, last = path.split(".")
        place = found
        for word in way:
            place = step(place, word)
        del place[last]
    return found


def build(given: dict[str, Any]) -> Application:
    words: dict[str, Any] = {}
    for field, value in given.items():
        kind = KINDS.get(field)
        if kind is None:
            words[field] = value
        else:
            words[field] = [kind(**each) for each in value] if isinstance(value, list) else kind(**value)
    return Application(**words)


def examined(check: dict[str, Any]) -> Examination:
    return check_application(build(facts(check)), check.get("on", DAY))


@pytest.mark.parametrize("check", [pytest.param(check, id=check["id"]) for check in CHECKS])
def test_the_rules_that_speak(check: dict[str, Any]) -> None:
    found = examined(check)
    fired = {finding.rule for finding in found.findings}
    assert fired & OURS == set(check["fires"])
    assert fired >= set(check.get("elsewhere", ()))
    assert fired.isdisjoint(check.get("silent", ()))
    if "says" in check:
        assert any(check["says"] in finding.why for finding in found.findings)
    for question in ("complete", "registrable"):
        if question in check:
            answer = getattr(found, f"is_{question}")
            assert answer.yes is check[question], answer.reason


def test_every_rule_speaks_in_one_case_and_is_silent_in_another() -> None:
    spoken = [set(check["fires"]) for check in CHECKS]
    assert set().union(*spoken) == OURS
    assert set.intersection(*spoken) == set()


def test_every_case_has_its_own_name_and_a_source() -> None:
    assert len({check["id"] for check in CHECKS}) == len(CHECKS) >= 60
    assert all(check["source"] for check in CHECKS)
