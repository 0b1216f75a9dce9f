"""A frame of any library goes in, the same kind comes out, and all of them say the same."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from xbec.batch import explain, quote, reprice
from xbec.errors import InputError

EVE, FIRST = date(2026, 6, 30), date(2026, 7, 1)


@pytest.fixture
def mixed(shop: pl.DataFrame) -> pl.DataFrame:
    """Three consignments that can be priced and one that cannot; with a column of ours and one of the caller's."""
    bad = shop[:1].with_columns(consignment=pl.lit("D"), hs=pl.lit("none"))
    frame = pl.concat([shop, bad])
    return frame.with_columns(price=pl.col("price").cast(pl.Decimal(12, 2)), colour=pl.lit("red"), declared=FIRST)


def as_pandas(frame: pl.DataFrame) -> Any:
    return frame.to_pandas()


def as_duckdb(frame: pl.DataFrame) -> Any:
    table = frame.to_arrow()
    return duckdb.connect().from_arrow(table)


KINDS: dict[str, tuple[Callable[[pl.DataFrame], Any], type, Callable[[Any], pl.DataFrame]]] = {
    "lazy": (pl.DataFrame.lazy, pl.LazyFrame, pl.LazyFrame.collect),
    "pandas": (as_pandas, pd.DataFrame, pl.from_pandas),
    "arrow": (pl.DataFrame.to_arrow, pa.Table, pl.from_arrow),  # type: ignore[dict-item]
    "duckdb": (as_duckdb, pa.Table, pl.from_arrow),  # type: ignore[dict-item]
}


def results(frame: pl.DataFrame, given: pl.DataFrame) -> list[tuple[Any, ...]]:
    """The columns that came, as plain values."""
    return frame.select(name for name in frame.columns if name not in given.columns).rows()


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_kind_comes_back_with_the_same_results(mixed: pl.DataFrame, day: date, kind: str) -> None:
    given = mixed if kind != "pandas" else mixed.drop("declared")  # pandas has no kind of its own for days
    make, expected, back = KINDS[kind]
    result = quote(make(given), on=day, charges=True)
    assert isinstance(result, expected)
    plain = quote(given, on=day, charges=True)
    assert back(result).columns == plain.columns
    assert results(back(result), given) == results(plain, given)


@pytest.mark.parametrize("kind", KINDS)
def test_rows_are_explained_and_repriced_from_every_kind(shop: pl.DataFrame, day: date, kind: str) -> None:
    make, expected, back = KINDS[kind]
    assert explain(make(shop), 2, on=day).explain() == explain(shop, 2, on=day).explain()
    changed = reprice(make(shop), on=[EVE, FIRST])
    assert isinstance(changed, expected)
    assert results(back(changed), shop) == results(reprice(shop, on=[EVE, FIRST]), shop)


def test_pandas_days_and_decimals_of_python_are_read_exactly(day: date) -> None:
    frame = pd.DataFrame(
        {
            "consignment": [1, 2],
            "destination": ["DE", "DE"],
            "hs": ["610910", "610910"],
            "currency": ["USD", "USD"],
            "price": [Decimal("25.00"), Decimal("3.5")],
            "on": [day, FIRST],
        }
    )
    result = quote(frame, on="on")
    assert [int(x) for x in result["goods_value"]] == [2191, 302]
    assert list(result["price"]) == [Decimal("25.00"), Decimal("3.5")]


def test_decimals_and_days_of_duckdb_are_read_exactly(day: date) -> None:
    relation = duckdb.connect().sql(
        "select 'A' as consignment, 'DE' as destination, '610910' as hs, 'USD' as currency, "
        " 25.00::decimal(10, 2) as price, 2::bigint as quantity, date '2026-08-03' as day"
    )
    result = pl.from_arrow(quote(relation, on="day"))
    assert isinstance(result, pl.DataFrame)
    assert result["goods_value"].item() == 4383


def test_a_pandas_float_with_gaps_is_refused(shop: pl.DataFrame, day: date) -> None:
    frame = shop.to_pandas()
    frame["quantity"] = [1, None, 2, 3]
    with pytest.raises(InputError) as refused:
        quote(frame, on=day)
    assert refused.value.field == "quantity"


@pytest.mark.parametrize("frame", [None, 3, "frame", [1, 2], {"hs": ["610910"]}])
def test_what_is_no_frame_is_refused_with_the_kinds_that_are(frame: Any, day: date) -> None:
    for ask in (lambda: quote(frame, on=day), lambda: explain(frame, 0, on=day), lambda: reprice(frame, on=[EVE, day])):
        with pytest.raises(InputError) as refused:
            ask()
        assert refused.value.field == "frame"
        for word in ("polars", "pandas", "Arrow", "DuckDB"):
            assert word in str(refused.value.allowed)
