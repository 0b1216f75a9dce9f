"""Frames of other libraries in, and the same kind out."""

from __future__ import annotations

from typing import Any

import polars as pl

from xbec.errors import InputError

_KINDS = "a polars DataFrame or LazyFrame, a pandas DataFrame, an Arrow table or a DuckDB relation"


def kind_of(frame: Any) -> str:
    """What library a frame is of."""
    module, name = type(frame).__module__.partition(".")[0], type(frame).__name__
    known = {
        ("polars", "DataFrame"): "polars",
        ("polars", "LazyFrame"): "lazy",
        ("pandas", "DataFrame"): "pandas",
        ("pyarrow", "Table"): "arrow",
        ("duckdb", "DuckDBPyRelation"): "duckdb",
        ("_duckdb", "DuckDBPyRelation"): "duckdb",
    }
    found = known.get((module, name))
    if found is None:
        raise InputError("not a frame", field="frame", value=type(frame).__name__, allowed=_KINDS)
    return found


def to_polars(frame: Any) -> pl.DataFrame:
    """Any frame as one of Polars; text of pandas and days of pandas keep their kind."""
    kind = kind_of(frame)
    if kind == "polars":
        return frame  # type: ignore[no-any-return]
    if kind == "lazy":
        return frame.collect()  # type: ignore[no-any-return]
    if kind == "pandas":
        return pl.from_pandas(frame)
    if kind == "arrow":
        found = pl.from_arrow(frame)
        assert isinstance(found, pl.DataFrame)
        return found
    return frame.pl()  # type: ignore[no-any-return]


def from_polars(result: pl.DataFrame, like: Any) -> Any:
    """A result as the kind of frame that came in; a relation comes back as an Arrow table."""
    kind = kind_of(like)
    if kind == "lazy":
        return result.lazy()
    if kind == "pandas":
        return result.to_pandas()
    return result.to_arrow() if kind in {"arrow", "duckdb"} else result
