"""Checks of a frame that neither its schema nor one line tells: ids that stand twice, names taken, amounts too wide.

A check of rows costs one pass where nothing is wrong; which line is at fault is told by :mod:`xbec.batch.one`.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Any, Final

import polars as pl

from xbec.errors import InputError

WIDEST: Final = 2**63 - 1
"""The largest amount a column of results holds."""
_ENDS: Final = ("_low", "_high")


def repeated_lines(coded: pl.DataFrame) -> pl.Series | None:
    """Rows whose line id stands on another row of their consignment; ``None`` where there are none.

    ``coded`` has ``run`` (number of the consignment) and ``line`` (text or null) of each row, in any order. Rows
    without an id repeat none.
    """
    run = coded.get_column("run").cast(pl.UInt64)
    ids = coded.get_column("line").cast(pl.Categorical).to_physical().cast(pl.UInt64)
    pairs = pl.DataFrame([run.alias("run"), ids.alias("line"), (run * 2**32 + ids).alias("pair")])
    new = (pl.col("run") != pl.col("run").shift(1)) | (pl.col("line") > pl.col("line").shift(1))
    if run.is_sorted() and pairs.select(new.fill_null(False)).to_series()[1:].all():
        return None  # ids grow within each consignment, as they do in most frames
    pair = pairs.get_column("pair")
    if pair.drop_nulls().n_unique() == len(pair) - pair.null_count():
        return None
    return pair.is_duplicated() & pair.is_not_null()


def refuse_repeated_lines(lines: Sequence[Mapping[str, Any]]) -> None:
    """Raise :class:`InputError` naming the first id that stands on two lines of a consignment."""
    seen: set[str] = set()
    for line in lines:
        ident = None if line.get("line") is None else str(line["line"])
        if ident in seen:
            raise InputError(
                "two lines of one consignment have one id",
                field="line",
                value=ident,
                cure="give each line of a consignment an id of its own, or none",
            )
        if ident is not None:
            seen.add(ident)


def refuse_taken_names(names: Iterable[str], results: Container[str], *, charges: bool, interval: bool) -> None:
    """Raise :class:`InputError` naming the first column of a frame that has the name of a result.

    ``results`` are the columns that always come; with ``charges`` those of single charges come too, with ``interval``
    the least and the greatest of each amount.
    """
    for name in names:
        plain = name
        if interval:
            for end in _ENDS:
                plain = plain.removesuffix(end)
        if plain in results or (charges and plain.startswith("charge.")):
            raise InputError(
                "a column of the frame has the name of a result", field=name, cure=f"rename it, e.g. given_{name}"
            )


def refuse_wide(results: Iterable[Mapping[str, Any]]) -> None:
    """Raise :class:`InputError` naming the first amount of a priced line that no column of results holds."""
    for values in results:
        for name, value in values.items():
            if isinstance(value, int) and abs(value) > WIDEST:
                raise InputError(
                    "an amount is over the bound of the arithmetic",
                    field=name,
                    value=value,
                    allowed=f"at most {WIDEST} minor units",
                    cure="check the amounts and the currency of the consignment",
                )
