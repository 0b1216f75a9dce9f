"""Kinds: combinations of values numbered, by table, by join or with no pass over the rows."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

import polars as pl
import pytest

from xbec.batch.kinds import Kinds, kinds_of, numbered


def told_of_each(frame: pl.DataFrame, names: list[str], *, most: int) -> tuple[list[dict[str, Any]], Kinds]:
    """What the number of each row stands for."""
    given = numbered(frame, names)
    number, kinds = kinds_of(given, names, most=most)
    rows = [dict(zip(kinds.names, row, strict=True)) for row in kinds.rows()]
    return [rows[n] for n in given.frame.with_columns(number.alias("number"))["number"]], kinds


@pytest.mark.parametrize("most", [0, 10_000])
@pytest.mark.parametrize("kind", [pl.String, pl.Categorical, pl.Enum(["a", "b", "z"])])
def test_each_row_has_the_number_of_its_values(most: int, kind: Any) -> None:
    draw = random.Random(1)
    texts = pl.Series("text", [draw.choice(("a", "b", None)) for _ in range(300)], dtype=pl.String).cast(kind)
    days = [draw.choice((date(2026, 1, 1), date(1965, 3, 4), None)) for _ in range(300)]
    frame = pl.DataFrame([texts, pl.Series("day", days), pl.Series("flag", [draw.random() < 0.5 for _ in range(300)])])
    told, kinds = told_of_each(frame, ["text", "day", "flag"], most=most)
    assert told == frame.to_dicts()
    assert (kinds.there is None) == (most > 0)
    if kinds.there is not None:
        assert len(list(kinds.rows())) == frame.n_unique()


def test_more_combinations_than_a_table_holds_are_numbered_too() -> None:
    draw = random.Random(2)
    values = [[f"{name}{draw.randrange(3000)}" for _ in range(4000)] for name in "abc"]
    frame = pl.DataFrame(values, schema=["a", "b", "c"])
    told, kinds = told_of_each(frame, ["a", "b", "c"], most=100)
    assert told == frame.to_dicts()
    assert len(list(kinds.rows())) == frame.n_unique()


def test_a_column_of_nothing_and_no_column_at_all_are_one_kind() -> None:
    frame = pl.DataFrame({"text": [None, None]}, schema={"text": pl.String})
    assert told_of_each(frame, ["text"], most=10)[0] == [{"text": None}, {"text": None}]
    number, kinds = kinds_of(numbered(frame, []), [], most=10)
    assert list(kinds.rows()) == [()]
    assert frame.select(number).to_series().to_list() == [0]


def test_frames_of_the_same_texts_have_the_same_kinds() -> None:
    texts = [f"{n:03d}" for n in range(500)] * 100
    draw = random.Random(4)
    frames = [pl.DataFrame({"text": draw.sample(texts, len(texts))}) for _ in range(2)]
    first, second = (told_of_each(frame, ["text"], most=1000) for frame in frames)
    assert first[1] == second[1]
    assert first[0] == frames[0].to_dicts()
    assert second[0] == frames[1].to_dicts()
