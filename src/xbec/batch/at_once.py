"""Rows that are a consignment each, priced in one pass: charges, procedure and warnings are columns of one query."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import attrs
import polars as pl

from xbec.batch import warn
from xbec.batch.coding import Coded
from xbec.batch.columns import Frame
from xbec.batch.engine import AMOUNTS
from xbec.batch.families import Family
from xbec.batch.polars_writer import CHARGES, PROCEDURE, TROUBLE, TooWide, Written, written
from xbec.batch.pricing import Pricing, pricing_of
from xbec.batch.result import ABOUT, Result
from xbec.errors import XbecError
from xbec.landed_cost.unknown import Question


@attrs.frozen(slots=True, eq=False)
class Plan:
    """What rows of a family come to: ``same`` for all of them, and ``then``, over what their program says.

    ``told`` says what rows are warned of where they have to be looked at for that.
    """

    pricing: Pricing
    form: Written
    then: dict[str, pl.Expr]
    same: dict[str, int]
    told: Callable[[pl.DataFrame], pl.DataFrame] | None

    def priced(self, rows: pl.DataFrame, coded: Coded, bad: Sequence[pl.Expr] = ()) -> pl.DataFrame:
        """What is not the same for all rows, and not yet ``told``; ``bad`` rows and those in trouble are marked.

        Changes nothing, so that several plans may be at work side by side.
        """
        beside = {"r": coded.r, "l": coded.l} if ABOUT not in self.same else {}
        then = dict(self.then)
        marks = [pl.col(TROUBLE)] if self.form.may_fail else []
        if bad:
            beside["bad"] = pl.any_horizontal(bad).fill_null(True)
            marks.append(pl.col("bad"))
        if marks:
            then[TROUBLE] = pl.any_horizontal(marks)
        if not then:
            return pl.DataFrame(height=rows.height)
        return self.form.run(rows, self.pricing.codes(coded.r, coded.l), beside, then)

    def finished(self, priced: pl.DataFrame) -> pl.DataFrame | None:
        """With what the rows are warned of; ``None`` where it turns out that this hangs on an answer."""
        try:
            return priced if self.told is None else self.told(priced)
        except (XbecError, Question):
            return None


def plan_of(family: Family, rows: pl.DataFrame, coded: Coded, frame: Frame, kept: Result) -> Plan | None:
    """How to price rows of a family in one pass; ``None`` where their law asks."""
    engine = kept.engine
    try:
        pricing = pricing_of(family, coded, rows, frame.scales)
        program = pricing.program
        of = {name: program.outputs[AMOUNTS[name]] for name in engine.amounts}
        same = {name: x[1] for name, x in of.items() if isinstance(x, tuple) and x[0] == "c"}
        asked = [AMOUNTS[name] for name in of if name not in same] + [CHARGES] * engine.charges
        watched = pricing.watched if engine.warns else []
        form = written(program, frame.inputs, [*asked, *watched])
    except (TooWide, XbecError, Question):
        return None
    then = {name: pl.col(AMOUNTS[name]) for name in of if name not in same}
    if engine.charges:
        then |= {(name := f"charge.{each}"): pl.col(name) for each in program.charges}
    way = pl.col(PROCEDURE) if isinstance(program.procedure, int) else program.procedure[1]
    procedure = way if isinstance(way, pl.Expr) else pl.lit(way)
    about = partial(kept.about, program.procedures, way, currency=family.regimes[0].law.currency)
    if engine.warns and pricing.masks is None:
        looked_at = {PROCEDURE: procedure} | {name: pl.col(name) for name in ("r", "l", *watched)}

        def told(found: pl.DataFrame) -> pl.DataFrame:
            warned = warn.told(found, program.procedures, pricing.regimes, pricing.lines)
            words = about(warned if isinstance(warned, int) else pl.lit(warned))
            words = words if isinstance(words, pl.Expr) else pl.lit(words, dtype=pl.UInt32)
            return found.with_columns(words.alias(ABOUT)).drop(looked_at)

        return Plan(pricing, form, then | looked_at, same, told)
    masks = pricing.masks if engine.warns else None
    words = about(0 if masks is None else masks.of(pl.col("r"), pl.col("l"), procedure))
    if isinstance(words, int):
        same[ABOUT] = words
    else:
        then[ABOUT] = words
    return Plan(pricing, form, then, same, None)
