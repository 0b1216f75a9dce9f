"""Worked examples of trademark fees (``data/trademark_fees.toml``)."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from xbec import Money
from xbec.errors import GapError
from xbec.trademark.application import Applicant, Application, Item, Mark
from xbec.trademark.fees.filing import filing_fees, madrid_fees
from xbec.trademark.fees.statement import FeeStatement
from xbec.trademark.fees.upkeep import office_life_cost
from xbec.trademark.fees.us import application_fees, life_cost
from xbec.trademark.notice import NOT_LEGAL_ADVICE
from xbec.trademark.office_data import offices

DATA = tomllib.loads((Path(__file__).parent / "data" / "trademark_fees.toml").read_text(encoding="utf-8"))
PICKED = {"yes": True, "no": False, "unknown": None}


def cases(kind: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", [pytest.param(case, id=case["id"]) for case in DATA[kind]])


def words(case: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: case[name] for name in names if name in case}


def check(case: dict[str, Any], statement: FeeStatement) -> None:
    assert statement.total == Money.from_text(case["total"])
    assert sum((line.total for line in statement.lines), start=statement.total * 0) == statement.total
    if "days" in case:
        assert [str(line.day) for line in statement.lines] == case["days"]
    assert set(case.get("findings", ())) <= {finding.rule for finding in statement.findings}
    text = statement.explain()
    assert text.endswith(NOT_LEGAL_ADVICE)
    for line in statement.lines:
        assert str(line.total) in text
        assert str(line.citation) in text


def application(case: dict[str, Any]) -> Application:
    items = []
    for said in case["items"]:
        number, text, picked, *basis = said.split("|")
        text = "x" * int(text[2:]) if text.startswith("x ") else text
        bases = {basis[0] if basis else case.get("basis", "1(a)")}
        items.append(Item(nice_class=int(number), text=text, bases=bases, id_manual=PICKED[picked]))
    return Application(
        applicants=[Applicant(name="Meridian Goods LLC", kind="limited liability company", domicile="US")],
        mark=Mark(text="MERIDIAN"),
        items=items,
        electronic=case.get("electronic", True),
    )


@cases("office")
def test_fees_of_an_act(case: dict[str, Any]) -> None:
    how = words(case, "act", "classes", "on", "variant", "items", "created")
    check(case, filing_fees(case["office"], **how))


@cases("application")
def test_fees_of_an_application(case: dict[str, Any]) -> None:
    how = words(case, "on", "form")
    check(case, application_fees(application(case), complete=case.get("complete", True), **how))


@cases("life")
def test_the_life_of_an_application(case: dict[str, Any]) -> None:
    how = words(case, "on", "registered", "years", "allowed", "extensions", "incontestable", "allegation")
    check(case, life_cost(application(case), complete=True, **how))


@cases("abroad")
def test_the_life_of_a_mark_abroad(case: dict[str, Any]) -> None:
    how = words(case, "classes", "filed", "registered", "years", "variant", "items")
    check(case, office_life_cost(case["office"], **how))


@cases("madrid")
def test_fees_at_wipo(case: dict[str, Any]) -> None:
    statement = madrid_fees(
        case["designations"], case["classes"], **words(case, "on", "colour", "ldc", "complementary")
    )
    check(case, statement)
    for act, amount in case.get("of", {}).items():
        assert sum(line.total for line in statement.of(act)) == Money.from_text(amount)


@cases("gap")
def test_what_is_not_known_is_a_gap(case: dict[str, Any]) -> None:
    with pytest.raises(GapError) as problem:
        filing_fees(case["office"], **words(case, "act", "classes", "on", "variant"))
    assert case["says"] in str(problem.value)


def test_every_office_is_priced_by_a_case() -> None:
    priced = {case["office"] for kind in ("office", "abroad") for case in DATA[kind]} | {"WO"}
    assert priced == set(offices())


def test_no_two_cases_of_one_name() -> None:
    names = [case["id"] for kind in DATA.values() for case in kind]
    assert len(set(names)) == len(names)
