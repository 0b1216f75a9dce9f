"""Rows that are a consignment each, priced in one pass: charges, procedure and warnings are columns of one query."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

import attrs
import polars as pl

from xbec.batch import warn
from xbec.batch.coding import Coded
from xbec.batch.columns import Frame
from xbec.batch.engine import AMOUNTS
from xbec.batch.families import Family
from xbec.batch.lookups import Index, expression
from xbec.batch.polars_writer import CHARGES, PROCEDURE, TROUBLE, TooWide, Written, written
from xbec.batch.pricing import Pricing, pricing_of
from xbec.batch.result import ABOUT, Result
from xbec.errors import XbecError
from xbec.landed_cost.unknown import Question

if TYPE_CHECKING:
    from xbec.landed_cost.program import Operand


@attrs.frozen(slots=True, eq=False)
class Asked:
    """What is asked of the rows of a family: its amounts (a constant is one for all rows), and what they say in words.

    The words are a number, as an index over the codes, the ``way`` (place of the procedure) and ``charged.<id>``;
    ``about`` is ``None`` where the rows have to be looked at first. Then ``watched`` are the outputs to look at.
    """

    pricing: Pricing
    amounts: dict[str, Operand]
    way: Index
    about: Index | None
    about_of: Callable[[Index], Index]
    watched: list[str]

    @property
    def same(self) -> dict[str, int]:
        """What is one for all rows."""
        found = {name: x[1] for name, x in self.amounts.items() if isinstance(x, tuple) and x[0] == "c"}
        return found | ({ABOUT: self.about} if isinstance(self.about, int) else {})

    def columns(self) -> dict[str, pl.Expr]:
        """What indexes of rows are made of: their codes, and what their program says."""
        ways = len(self.pricing.program.procedures) + 1
        own = {name: pl.col(name) for name in ("r", "l", *self.watched)}
        return own if isinstance(self.way, int) else own | {"way": warn.way_of(pl.col(PROCEDURE), ways)}

    def told(self, rows: pl.DataFrame) -> pl.Series:
        """What rows say, from their codes, ``procedure`` and ``charged.<id>``; raises what asks for an answer."""
        pricing = self.pricing
        warned = warn.told(rows, pricing.program.procedures, pricing.regimes, pricing.lines)
        columns = self.columns()
        if isinstance(warned, pl.Series):
            columns["warned"] = pl.lit(warned)
        words = self.about_of("warned" if isinstance(warned, pl.Series) else warned)
        return rows.select(expression(words, columns).cast(pl.UInt32).alias(ABOUT), pl.first()).to_series()


def asked_of(
    family: Family, rows: int, there: Callable[[], Sequence[int]], coded: Coded, frame: Frame, kept: Result
) -> Asked:
    """What is asked of the ``rows`` of a family, ``there`` being their kinds of lines; raises what its law asks."""
    engine = kept.engine
    pricing = pricing_of(family, coded, rows, there, frame.scales)
    program = pricing.program
    taken = program.procedure
    way: Index = "way" if isinstance(taken, int) else taken[1] % (len(program.procedures) + 1)
    about_of = partial(kept.about, program.procedures, way, currency=family.regimes[0].law.currency)
    if not engine.warns or pricing.masks is not None:
        about = about_of(0 if pricing.masks is None else pricing.masks.of(way))
    else:
        about = None
    amounts = {name: program.outputs[AMOUNTS[name]] for name in engine.amounts}
    return Asked(pricing, amounts, way, about, about_of, pricing.watched if engine.warns else [])


@attrs.frozen(slots=True, eq=False)
class Plan:
    """How Polars prices rows of a family: ``same`` for all of them, and ``then``, over what their program says."""

    asked: Asked
    form: Written
    then: dict[str, pl.Expr]
    same: dict[str, int]

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
        return self.form.run(rows, self.asked.pricing.codes(coded.r, coded.l), beside, then)

    def finished(self, priced: pl.DataFrame) -> pl.DataFrame | None:
        """With what the rows say in words; ``None`` where it turns out that this hangs on an answer."""
        if self.asked.about is not None:
            return priced
        try:
            return priced.with_columns(self.asked.told(priced)).drop("r", "l", PROCEDURE, *self.asked.watched)
        except (XbecError, Question):
            return None


def plan_of(family: Family, rows: pl.DataFrame, coded: Coded, frame: Frame, kept: Result) -> Plan | None:
    """How to price rows of a family in one pass; ``None`` where their law asks."""
    try:
        asked = asked_of(family, rows.height, partial(coded.kinds_of_lines, rows), coded, frame, kept)
        same, program = asked.same, asked.pricing.program
        wanted = [AMOUNTS[name] for name in asked.amounts if name not in same]
        form = written(program, frame.inputs, [*wanted, *[CHARGES] * kept.engine.charges, *asked.watched])
    except (TooWide, XbecError, Question):
        return None
    then = {name: pl.col(AMOUNTS[name]) for name in asked.amounts if name not in same}
    if kept.engine.charges:
        then |= {(name := f"charge.{each}"): pl.col(name) for each in program.charges}
    if asked.about is None:
        taken = program.procedure
        then[PROCEDURE] = pl.col(PROCEDURE) if isinstance(taken, int) else pl.lit(taken[1])
        then |= {name: pl.col(name) for name in ("r", "l", *asked.watched)}
    elif ABOUT not in same:
        then[ABOUT] = expression(asked.about, asked.columns())
    return Plan(asked, form, then, same)
