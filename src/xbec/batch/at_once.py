"""Rows that are a consignment each, priced in one pass: charges, procedure and warnings are columns of one query."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import polars as pl

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
    """What rows of a family come to: ``same`` for all of them, and ``then``, over what their program says."""

    pricing: Pricing
    form: Written
    then: dict[str, pl.Expr]
    same: dict[str, int]

    def priced(self, rows: pl.DataFrame, coded: Coded, bad: Sequence[pl.Expr] = ()) -> pl.DataFrame:
        """What is not the same for all rows; those in trouble and ``bad`` ones are marked."""
        beside = {"r": coded.r, "l": coded.l} if ABOUT in self.then else {}
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


def plan_of(family: Family, rows: pl.DataFrame, coded: Coded, frame: Frame, kept: Result) -> Plan | None:
    """How to price rows of a family in one pass; ``None`` where their law asks, or kinds of lines are too many."""
    engine = kept.engine
    try:
        pricing = pricing_of(family, coded, rows, frame.scales)
        if pricing.masks is None:
            return None
        program = pricing.program
        of = {name: program.outputs[AMOUNTS[name]] for name in engine.columns}
        same = {name: x[1] for name, x in of.items() if isinstance(x, tuple) and x[0] == "c"}
        asked = [AMOUNTS[name] for name in of if name not in same] + [CHARGES] * engine.charges
        form = written(program, frame.inputs, [*asked, *pricing.watched])
    except (TooWide, XbecError, Question):
        return None
    procedure = pl.col(PROCEDURE) if isinstance(program.procedure, int) else pl.lit(program.procedure[1])
    warned = pricing.masks.of(pl.col("r"), pl.col("l"), procedure)
    about = kept.about(program.procedures, program.procedure, warned, family.regimes[0].law.currency)
    then = {name: pl.col(AMOUNTS[name]) for name in of if name not in same}
    if engine.charges:
        then |= {(name := f"charge.{each}"): pl.col(name) for each in program.charges}
    if isinstance(about, int):
        same[ABOUT] = about
    else:
        then[ABOUT] = about
    return Plan(pricing, form, then, same)
