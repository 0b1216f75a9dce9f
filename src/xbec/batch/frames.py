"""Frames of other libraries in, and the same kind out."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any, Final

import polars as pl

from xbec.errors import InputError, MissingExtra

FEW: Final = 20_000
"""So few rows are not worth the threads of the streaming engine."""
_KINDS: Final = "a polars DataFrame or LazyFrame, a pandas DataFrame, an Arrow table or a DuckDB relation"


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
        _need("pyarrow")
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
        return _beside(like, result)
    return result.to_arrow() if kind in {"arrow", "duckdb"} else result


def select(rows: pl.DataFrame, *exprs: pl.Expr, **named: pl.Expr) -> pl.DataFrame:
    """Expressions over the rows, by the engine that is faster for as many."""
    if rows.height <= FEW:
        return rows.select(*exprs, **named)
    return rows.lazy().select(*exprs, **named).collect(engine="streaming")


def _beside(like: Any, result: pl.DataFrame) -> Any:
    """The caller's frame of pandas, index and kinds untouched, with the new columns; amounts are whole numbers."""
    import pandas as pd  # type: ignore[import-untyped,unused-ignore]
    import pyarrow as pa  # type: ignore[import-untyped,unused-ignore]

    taken = {str(name) for name in like.columns}
    arrow = result.select(name for name in result.columns if name not in taken).to_arrow()
    added = arrow.to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get)
    return pd.concat([like, added.set_index(like.index)], axis=1)


def _need(module: str) -> None:
    if find_spec(module) is None:
        raise MissingExtra(
            f"frames of pandas are read through {module}",
            field="extra",
            value=module,
            cure="pip install 'xbec[pandas]'",
        )
