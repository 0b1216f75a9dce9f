"""The page of the batch room names every column, and says of it what the code says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from xbec.batch import columns
from xbec.batch.reprice import CHANGES
from xbec.batch.reprice import OUTPUTS as REPRICED

PAGE = (Path(__file__).parents[3] / "docs" / "batch.md").read_text(encoding="utf-8")
CODES = set(re.findall(r"`([^`\n]+)`", PAGE))


@pytest.mark.parametrize("name", columns.TEXTS)
def test_a_column_of_texts_stands_there_in_the_words_of_the_code(name: str) -> None:
    assert f"| `{name}` | {columns.TEXTS[name]} |" in PAGE


@pytest.mark.parametrize(
    "name",
    [
        *columns.OUTPUTS,
        *columns.DAYS,
        *columns.REQUIRED,
        *columns.AMOUNTS,
        *(f"{name}_minor" for name in columns.AMOUNTS),
        *(f"quantity_{unit}" for unit in columns.UNITS),
        "quantity",
        "weight_kg",
        "stated_fee_<name>",
        "content_<name>",
        "history_<name>",
        "charge.<id>",
    ],
)
def test_a_column_is_named(name: str) -> None:
    assert name in CODES


def test_every_column_that_reprice_adds_is_named() -> None:
    parts = "|".join(CHANGES)
    for name in REPRICED:
        assert re.sub(rf"^(before|after|difference)_({parts})$", r"\1_<x>", name) in CODES, name
    for name in CHANGES:
        assert name in CODES


def test_the_page_names_no_column_that_is_none() -> None:
    known = {*columns.TEXTS, *columns.OUTPUTS, *columns.DAYS, *columns.AMOUNTS, "quantity", "weight_kg"}
    known |= {f"{name}_minor" for name in columns.AMOUNTS} | {f"quantity_{unit}" for unit in columns.UNITS}
    known |= {*REPRICED, "stated_fee_<name>", "content_<name>", "history_<name>"}
    known |= {f"{when}_<x>" for when in ("before", "after", "difference")}
    for row in re.findall(r"^\| (`[^|]+`) \| ", PAGE, re.MULTILINE):
        assert {name.strip("` ") for name in row.split(",")} <= known, row
