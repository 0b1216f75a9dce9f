"""Nice classes of goods and services as sellers call them, by filing day: ``data/trademark_nice.toml``."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from xbec.trademark.nice.classes import class_gaps, edition
from xbec.trademark.nice.suggest import suggest_classes

READ = tomllib.loads((Path(__file__).parent / "data" / "trademark_nice.toml").read_text(encoding="utf-8"))
ON = READ["on"]


def by_id(kind: str) -> Any:
    return pytest.mark.parametrize("case", [pytest.param(case, id=case["id"]) for case in READ[kind]])


@pytest.mark.parametrize(("title", "expected"), READ["first"])
def test_the_right_class_comes_first(title: str, expected: int) -> None:
    found = suggest_classes(title, on=ON)
    assert found, title
    assert found[0].number == expected, found[0]


@pytest.mark.parametrize(("title", "expected"), READ["among"])
def test_the_right_class_is_among_the_first_three(title: str, expected: int) -> None:
    assert expected in [each.number for each in suggest_classes(title, on=ON, limit=3)]


def test_titles_cover_every_class_of_goods_sellers_use_and_are_many() -> None:
    titles = [title for title, _ in READ["first"] + READ["among"]]
    assert len(set(titles)) == len(titles) >= 400
    assert {number for _, number in READ["first"]} >= set(range(1, 43))


@by_id("edition")
def test_the_filing_day_names_the_version(case: dict[str, Any]) -> None:
    found = edition(case["filed"])
    assert (found.label, found.status) == (case["label"], case.get("status", "in-force"))


@by_id("goods")
def test_goods_on_a_filing_day(case: dict[str, Any]) -> None:
    found = suggest_classes(case["title"], on=case["on"], hs=case.get("hs"), limit=10)
    numbers = [each.number for each in found]
    assert numbers[0] == case["first"]
    assert set(case.get("also", ())) <= set(numbers)
    assert case.get("not") not in numbers
    if "moved" in case:
        assert found[0].moved == case["moved"]


@by_id("gaps")
def test_goods_sold_against_classes_protected(case: dict[str, Any]) -> None:
    found = class_gaps(case["sold"], case["protected"], on=case.get("on", ON)).findings
    assert sorted(f"{f.rule} {f.severity} {f.where}" for f in found) == sorted(case["finds"])
