"""The runs of a frame: rows of one consignment, or of a part of it that a charge is computed over."""

from __future__ import annotations

import attrs
import polars as pl

from xbec.batch.coding import POSITIONS
from xbec.batch.lower import RowsProgram


@attrs.frozen(slots=True)
class Runs:
    """The runs of a level.

    Those that stand together are numbered in the column ``number``; else ``over`` names the columns that rows of one
    run share.
    """

    number: str
    over: tuple[str, ...]


@attrs.frozen(slots=True, eq=False)
class Cut:
    """A frame with the columns that its runs need, the runs of each level, and where they end."""

    frame: pl.DataFrame
    runs: list[Runs]
    ends: dict[str, pl.Expr]


def cut(program: RowsProgram, frame: pl.DataFrame, *, mixed: bool) -> Cut:
    """The runs of every level."""
    runs: list[Runs] = []
    ends: dict[str, pl.Expr] = {}
    frame = _numbered(frame, ["run"], "number", ends)
    for number, level in enumerate(program.levels):
        over = ["run"]
        for key in level.keys:
            column = program.columns[key]
            name = f"key{key}"
            if name not in frame.columns:
                table = pl.Series(list(column.values), dtype=pl.Int64)
                frame = frame.with_columns(pl.lit(table).gather(pl.col(POSITIONS[column.of])).alias(name))
            if frame.select(changes_within(name).any()).item():
                over.append(name)
        if level.by_procedure and mixed:
            over.append("taken")
        if len(over) == 1:
            runs.append(Runs("number", ()))
        elif level.sorted and "taken" not in over:
            frame = _numbered(frame, over, f"number{number}", ends)
            runs.append(Runs(f"number{number}", ()))
        else:
            runs.append(Runs("", tuple(over)))
    return Cut(frame, runs, ends)


def changes_within(name: str) -> pl.Expr:
    """Rows that differ from the row before them in the same consignment."""
    return (pl.col(name) != pl.col(name).shift(1)) & (pl.col("run") == pl.col("run").shift(1))


def _numbered(frame: pl.DataFrame, names: list[str], called: str, ends: dict[str, pl.Expr]) -> pl.DataFrame:
    """Number the runs of rows that are alike in these columns, and note the last row of each."""
    of = frame.get_column(names[0]) if len(names) == 1 else frame.select(pl.struct(names)).to_series()
    number = of.rle_id().alias(called)
    ends[called] = pl.lit((number != number.shift(-1)).fill_null(True).arg_true())
    return frame.with_columns(number)


def longest_run(frame: pl.DataFrame) -> int:
    """Lines of the consignment that has most."""
    return int(frame.get_column("run").rle().struct.field("len").max() or 1)  # type: ignore[arg-type]
