"""Any column of text is the same again when it is put together from its numbers and categories."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xbec.batch import texts
from xbec.batch.texts import coded

CODES = st.text(alphabet="ABC", max_size=4)
SHORT = st.text(alphabet="AB\0é", max_size=5)
ANY = st.text(alphabet=st.characters(codec="utf-8"), max_size=20)


@st.composite
def columns(draw: st.DrawFn) -> pl.Series:
    kind = draw(st.sampled_from([CODES, SHORT, ANY]))
    choices: list[str | None] = list(draw(st.lists(kind, min_size=1, max_size=30)))
    if draw(st.booleans()):
        choices.append(None)
    chunks = draw(st.lists(st.lists(st.sampled_from(choices), max_size=60), min_size=1, max_size=4))
    series = pl.concat([pl.Series("text of a row", chunk, dtype=pl.String) for chunk in chunks], rechunk=False)
    start = draw(st.integers(0, len(series)))
    return series.slice(start, draw(st.integers(0, len(series) - start)))


@given(columns(), st.booleans(), st.sampled_from([0, 100_000]), st.sampled_from([1, 5, 100]), st.integers(1, 40))
@settings(deadline=None)
def test_a_column_is_the_same_again(series: pl.Series, words: bool, few: int, looked_at: int, block: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(texts, "_FEW", few)
        patch.setattr(texts, "_LOOKED_AT", looked_at)
        patch.setattr(texts, "_BLOCK", block)
        patch.setattr(texts, "_ROUNDS", 100)
        patch.setattr(texts, "_WORTH_WORDS", 0 if words else 1_000_000)
        found = coded([series])[0]
    assert found is not None
    numbers, categories = found
    assert sorted(categories) == sorted(set(series.drop_nulls()))
    assert [None if n is None else categories[n] for n in numbers] == series.to_list()
