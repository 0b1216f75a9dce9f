"""``explain``: the single quote of the consignment on a row, with its derivation."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl

from xbec.batch.columns import OUTPUTS, read
from xbec.batch.engine import engine_of
from xbec.batch.frames import kind_of, to_polars
from xbec.batch.one import landed_cost_of
from xbec.errors import InputError

if TYPE_CHECKING:
    from xbec.fx import Fx
    from xbec.landed_cost.quote import Quote
    from xbec.landed_cost.worlds import QuoteInterval
    from xbec.law import Law
    from xbec.tariff import Tariff

_ROW = "the position of a row, or {'consignment': id}"


def explain(
    frame: Any,
    row: int | Mapping[str, Any],
    *,
    on: date | str,
    law: Law | None = None,
    fx: Fx | None = None,
    tariff: Tariff | None = None,
    settings: Mapping[str, str] | None = None,
    answers: Mapping[str, Any] | None = None,
    known_on: date | None = None,
    on_unknown: str = "raise",
) -> Quote | QuoteInterval:
    """The single quote of the consignment on a row: ``explain(frame, 3, on=day).explain()`` prints its derivation.

    ``frame`` is what :func:`xbec.batch.quote` takes or gave back (columns of results are passed over); ``row`` the
    position of any row of the consignment, or ``{"consignment": id}``. Everything else as for ``quote``, and given
    alike it leads to the same amounts, to the minor unit. ``on_unknown="interval"`` gives a :class:`QuoteInterval`
    where something is unknown.

    Raises :class:`InputError` for a row or id that is not in the frame, and what is wrong with the consignment: the
    error that ``quote`` tells on its rows (:class:`InputError`, :class:`GapError`, :class:`Refused`).
    """
    engine = engine_of(law, fx, tariff, settings, answers, known_on, on_unknown, alone_below=0)
    lines = _lines_of(frame, row)
    lines = lines.drop([name for name in lines.columns if name in OUTPUTS])
    read_frame = read(lines, on)
    return landed_cost_of(lines.to_dicts(), read_frame.on, engine, read_frame)


def _lines_of(frame: Any, row: int | Mapping[str, Any]) -> pl.DataFrame:
    """The rows of the consignment, in the order of the frame."""
    given = frame if kind_of(frame) in {"polars", "lazy"} else to_polars(frame)
    if isinstance(row, Mapping):
        return _of_consignment(given, row)
    if isinstance(row, bool) or not isinstance(row, int):
        raise InputError("not a row", field="row", value=row, allowed=_ROW)
    lazy = given.lazy()
    height = lazy.select(pl.len()).collect().item()
    if not 0 <= row < height:
        allowed = f"0 to {height - 1}" if height else "the frame has no rows"
        raise InputError("no such row", field="row", value=row, allowed=allowed)
    picked: pl.DataFrame = lazy.slice(row, 1).collect()
    if "consignment" not in picked.columns or picked["consignment"].item() is None:
        return picked
    return _with_id(lazy, picked["consignment"].item())


def _of_consignment(given: pl.DataFrame | pl.LazyFrame, row: Mapping[str, Any]) -> pl.DataFrame:
    if set(row) != {"consignment"}:
        raise InputError("not a row", field="row", value=dict(row), allowed=_ROW)
    lazy = given.lazy()
    if "consignment" not in lazy.collect_schema():
        raise InputError("the frame has no column consignment", field="row", value=dict(row), allowed=_ROW)
    try:
        found = _with_id(lazy, row["consignment"])
    except (pl.exceptions.PolarsError, TypeError):  # an id of another kind than the column
        found = pl.DataFrame()
    if not found.height:
        raise InputError("no such consignment in the frame", field="consignment", value=row["consignment"])
    return found


def _with_id(lazy: pl.LazyFrame, ident: Any) -> pl.DataFrame:
    found: pl.DataFrame = lazy.filter(pl.col("consignment") == pl.lit(ident)).collect()
    return found
