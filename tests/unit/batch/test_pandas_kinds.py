"""A frame of pandas keeps its index and its kinds; what comes beside it are whole numbers, gaps and all."""

from __future__ import annotations

from datetime import date

import pandas as pd
import polars as pl
import pytest

from xbec.batch import frames, quote
from xbec.errors import MissingExtra


def test_a_frame_of_pandas_keeps_its_index_and_its_kinds(shop: pl.DataFrame, day: date) -> None:
    given = shop.to_pandas().astype({"hs": "category"}).set_index(pd.Index([40, 10, 30, 20], name="order"))
    given.loc[30, "hs"] = None
    result = quote(given, on=day)
    pd.testing.assert_frame_equal(result[list(given.columns)], given)
    assert str(result["tax"].dtype) == "Int64"
    assert result["tax"].isna().tolist() == [True, False, True, False]
    assert result.loc[10, "error"] is None or pd.isna(result.loc[10, "error"])


def test_the_extra_that_reads_pandas_is_named(shop: pl.DataFrame, day: date, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames, "find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match=r"xbec\[pandas\]"):
        quote(shop.to_pandas(), on=day)
