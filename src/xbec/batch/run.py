"""``quote``: a frame of lines priced, each line's part of every charge, in the order of the frame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial, reduce
from operator import or_
from typing import TYPE_CHECKING, Any, Final

import attrs
import numpy as np
import polars as pl

from xbec.batch import native, warn
from xbec.batch.at_once import Plan, plan_of
from xbec.batch.checks import refuse_taken_names, repeated_lines
from xbec.batch.coding import Coded, code
from xbec.batch.columns import OUTPUTS, Frame, read
from xbec.batch.engine import RESULTS, Engine, engine_of
from xbec.batch.families import Family, families, part_of_codes
from xbec.batch.frames import from_polars, select, to_polars
from xbec.batch.kinds import narrow
from xbec.batch.lookups import expression
from xbec.batch.one import price_alone
from xbec.batch.order import canonical
from xbec.batch.parts import parted, side_by_side
from xbec.batch.polars_writer import CHARGES, PROCEDURE, TROUBLE, TooWide, evaluate
from xbec.batch.pricing import Pricing, pricing_of
from xbec.batch.result import AT, KINDS, WARNINGS, Result, World, alike, all_of, differ, whole, with_numbers
from xbec.batch.runs import longest_run
from xbec.errors import TooManyUnknowns, XbecError
from xbec.landed_cost.consignment import MOST_LINES
from xbec.landed_cost.engine import MOST_WORLDS
from xbec.landed_cost.regime import Regime
from xbec.landed_cost.unknown import Question, Unknown

if TYPE_CHECKING:
    from xbec.fx import Fx
    from xbec.law import Law
    from xbec.tariff import Tariff


def quote(
    frame: Any,
    *,
    on: date | str,
    law: Law | None = None,
    fx: Fx | None = None,
    tariff: Tariff | None = None,
    settings: Mapping[str, str] | None = None,
    answers: Mapping[str, Any] | None = None,
    known_on: date | None = None,
    on_unknown: str = "raise",
    charges: bool = False,
    columns: Sequence[str] = RESULTS,
    alone_below: int = 32,
) -> Any:
    """Price every line of a frame; it comes back with its charges, in whole minor units of ``assessed_currency``.

    ``frame`` is a Polars DataFrame or LazyFrame, a pandas DataFrame, an Arrow table or a DuckDB relation, a row a line
    (columns: ``docs/batch.md``); the same kind and order of rows comes back. ``on`` is a day or the name of a column of
    days. ``law``, ``fx``, ``tariff``, ``settings``, ``answers``, ``known_on`` and ``on_unknown`` are those of
    :func:`xbec.landed_cost`; with ``"interval"`` each amount has ``_low`` and ``_high``. ``charges`` adds
    ``charge.<id>``, ``columns`` keeps only some results beside the errors. Kinds of consignments of at most
    ``alone_below`` rows are priced one by one, which is faster for few.

    Raises :class:`InputError` for a schema that cannot be read. What is wrong with a line stands in ``error`` and
    ``error_message`` of its consignment, and the rest go on.
    """
    engine = engine_of(
        law, fx, tariff, settings, answers, known_on, on_unknown,
        charges=charges, columns=columns, alone_below=alone_below,
    )  # fmt: skip
    given = to_polars(frame)
    result = quote_polars(given, on, engine)
    return from_polars(pl.concat([given, result], how="horizontal"), frame)


def quote_polars(given: pl.DataFrame, on: date | str, engine: Engine) -> pl.DataFrame:
    """The columns of the result, row by row."""
    interval = engine.on_unknown == "interval"
    refuse_taken_names(given.columns, OUTPUTS, charges=engine.charges, interval=interval)
    frame = read(given, on)
    repeated = repeated_lines(frame.coded) if frame.several and "line" in frame.coded.columns else None
    if repeated is not None:
        marked = frame.coded["bad"] | repeated if frame.has_bad else repeated
        frame = attrs.evolve(frame, coded=frame.coded.with_columns(marked.alias("bad")), has_bad=True)
    return _Run(engine, given, frame, code(frame)).result()


_MOST_TOLD_APART: Final = 20_000
"""Rows of a law that hang on what is unknown, up to which each is told of its own unknowns only."""


class _Run:
    """One frame on its way through the programs.

    ``rows`` are rows of the frame in canonical order, with their numbers ``at``; a part is some of them priced.
    """

    def __init__(self, engine: Engine, given: pl.DataFrame, frame: Frame, coded: Coded) -> None:
        self.engine = engine
        self.given = given
        self.frame = frame
        self.coded = coded
        self.alone: list[pl.Series] = []
        self.kept = Result(engine)
        self.limit = native.limit_of(frame)

    def result(self) -> pl.DataFrame:
        """The columns of the result, in the order of the frame."""
        regimes: dict[int, Regime] = {}
        for number, sample in enumerate(self.coded.samples):
            if sample is not None:
                try:
                    regimes[number] = self.engine.regime(*sample, {})
                except (XbecError, Question):
                    continue
        bad = [pl.col("bad")] if "bad" in self.coded.frame.columns else []
        bad += _none_there([n in regimes for n in range(len(self.coded.samples))], self.coded.r)
        if not self.coded.all_lines:
            bad += _none_there([line is not None for line in self.coded.lines], self.coded.l)
        if self.frame.several:
            self._consignments(families(regimes), bad)
        else:
            self._lines(families(regimes), bad)
        if self.alone:
            self.kept.keep_alone(price_alone(self.given, pl.concat(self.alone).sort(), self.frame, self.engine))
        return self.kept.together()

    # rows that are a consignment each ----------------------------------------------------------------------------

    def _lines(self, found: list[Family], bad: list[pl.Expr]) -> None:
        """Rows need no order: those of a family are priced in one pass."""
        rows = self.coded.frame
        if not found or not rows.height:
            self._set_aside(with_numbers(rows))
            return
        if self.limit is not None and not self.engine.charges:
            self._natively(found, bad, self.limit)
            return
        plan = self._plan(found[0], rows) if len(found) == 1 else None
        priced = None if plan is None else plan.finished(plan.priced(rows, self.coded, bad))
        if plan is None or priced is None:
            self._parted(found, bad)
        else:
            self._keep(priced, plan.same)

    def _keep(self, rows: pl.DataFrame, same: dict[str, int], elsewhere: pl.Series | None = None) -> None:
        """Keep what the rows of the frame come to; those in trouble are set aside, some are kept ``elsewhere``."""
        gone = self.kept.keep_whole(rows, same, elsewhere)
        if len(gone):
            self.alone.append(gone)

    def _natively(self, found: list[Family], bad: list[pl.Expr], limit: int) -> None:
        """Rows priced where they stand."""
        priced = native.priced(found, bad, self.coded, self.frame, self.kept, limit)
        rows, left_out = self.coded.frame, None
        for number, at in priced.elsewhere.items():
            self._family(found[number], rows[at].with_columns(at.alias(AT)))
            left_out = (all_of(False, rows.height, pl.Boolean) if left_out is None else left_out).scatter(at, True)
        self._keep(priced.rows, priced.same, left_out)

    def _parted(self, found: list[Family], bad: list[pl.Expr]) -> None:
        """Rows parted by family, each part priced, and put back."""
        rows, none = self.coded.frame, len(found)
        part = self._part(found, bad)
        # Codes are below these counts, so that no number is cut; a cast that looks would take twice the time.
        r = self.coded.r.cast(narrow(len(self.coded.samples)), wrap_numerical=True)
        line = self.coded.l.cast(narrow(len(self.coded.lines)), wrap_numerical=True)
        read = {name for each in self.frame.inputs.values() for name in each.expr.meta.root_names()}
        coded = rows.lazy().with_columns(part.alias("part"), r.alias("r"), line.alias("l")).select("part", "r", "l")
        codes = coded.collect(engine="streaming").rechunk()
        of_row = codes.drop_in_place("part").to_numpy()
        rows = pl.concat([codes, rows[[name for name in rows.columns if name in read]]], how="horizontal")
        self.coded = attrs.evolve(self.coded, r=pl.col("r"), l=pl.col("l"), frame=rows)
        frames, places = parted(rows, of_row, none + 1)
        plans = {}
        for number, (family, here) in enumerate(zip(found, frames[:none], strict=True)):
            plan = self._plan(family, here)
            if plan is not None:
                plans[number] = plan
        every = [set(plan.same.items()) for plan in plans.values()]
        shared = dict(set.intersection(*every)) if every else {}

        priced = side_by_side(lambda number: plans[number].priced(frames[number], self.coded), plans)
        pieces = {}
        for (number, plan), rows_priced in zip(plans.items(), priced, strict=True):
            finished = plan.finished(rows_priced)
            if finished is not None:
                if TROUBLE in finished.columns and not finished.get_column(TROUBLE).any():
                    finished = finished.drop(TROUBLE)
                own = {name: value for name, value in plan.same.items() if name not in shared}
                pieces[number] = alike(finished, own)
        others = {number: here for number, here in enumerate(frames) if number not in pieces and here.height}
        frames.clear()  # The memory of what is priced is that of the result.
        elsewhere = []
        for number, here in others.items():
            aside = number == none or here.height <= self.engine.alone_below
            if not aside:
                at = pl.Series(AT, np.flatnonzero(of_row == number), dtype=pl.UInt32)
                self._family(found[number], here.with_columns(at))
                elsewhere.append(number)
            pieces[number] = all_of(aside, here.height, pl.Boolean).alias(TROUBLE).to_frame()
        left_out = pl.Series(np.isin(of_row, elsewhere)) if elsewhere else None
        self._keep(places.put_back([pieces.get(n) for n in range(none + 1)]), shared, left_out)

    def _part(self, found: list[Family], bad: Sequence[pl.Expr] = ()) -> pl.Expr:
        """The position of a row's family; one more than there are for a row of none, or one that is bad."""
        part_of = part_of_codes(found, len(self.coded.samples))
        kind = narrow(len(found) + 1)
        part = pl.lit(pl.Series(part_of, dtype=kind)).gather(self.coded.r)
        none = pl.lit(len(found), dtype=kind)
        return pl.when(pl.any_horizontal(bad).fill_null(True)).then(none).otherwise(part) if bad else part

    def _plan(self, family: Family, rows: pl.DataFrame) -> Plan | None:
        few = rows.height <= self.engine.alone_below
        return None if few else plan_of(family, rows, self.coded, self.frame, self.kept)

    # consignments of several rows --------------------------------------------------------------------------------

    def _consignments(self, found: list[Family], bad: list[pl.Expr]) -> None:
        """Rows in canonical order, those of a consignment together."""
        rows = self._in_order()
        if longest_run(rows) > MOST_LINES:
            bad = [*bad, pl.len().over("run") > MOST_LINES]
        bad = [*bad, self._belongs_together(rows), *(native.large(self.frame, self.limit) if self.limit else [])]
        marked = whole(rows, rows.select(pl.any_horizontal(bad)).to_series())
        if marked.any():
            rows = with_numbers(rows)
            self._set_aside(rows.filter(marked))
            rows = rows.filter(~marked)
        for family, part in self._by_family(rows, found):
            self._family(family, part)

    def _in_order(self) -> pl.DataFrame:
        """The rows in canonical order; what no program reads is left out where rows are copied."""
        frame, order = self.coded.frame, canonical(self.frame, self.coded)
        if order is None:
            return frame
        read = {"bad", "run"}
        for expr in (self.coded.r, self.coded.l, *(each.expr for each in self.frame.inputs.values())):
            read.update(expr.meta.root_names())
        return frame.select(name for name in frame.columns if name in read)[order].with_columns(order.alias(AT))

    def _by_family(self, rows: pl.DataFrame, found: list[Family]) -> list[tuple[Family, pl.DataFrame]]:
        """The rows of each family, in their order."""
        if len(found) < 2 or not rows.height:
            return [(family, rows) for family in found[:1]]
        rows = with_numbers(rows)
        of_row = select(rows, self._part(found)).to_series().to_numpy()
        frames, _ = parted(rows, of_row, len(found) + 1)
        return [(family, part) for family, part in zip(found, frames[:-1], strict=True) if part.height]

    def _belongs_together(self, rows: pl.DataFrame) -> pl.Expr:
        """Rows that differ from the row before them in what their consignment must have once."""
        before = pl.col("run") == pl.col("run").shift(1)
        names = [n for n in self.frame.scales if n in {"freight", "insurance"} or n[:4] == "fee."]
        once = [self.coded.r, *(self.frame.inputs[name].expr for name in names)]
        return pl.any_horizontal((each != each.shift(1)) & before for each in once).fill_null(False)

    def _rows_of(self, rows: pl.DataFrame, family: Family) -> pl.DataFrame:
        if len(family.codes) == len(self.coded.samples):
            return rows
        member = pl.Series([False]).new_from_index(0, len(self.coded.samples))
        member = member.scatter(family.codes, True)
        return rows.filter(pl.lit(member).gather(self.coded.r))

    def _family(self, family: Family, rows: pl.DataFrame) -> None:
        """Price the rows of regimes of one structure; where something is unknown, world by world."""
        if rows.height <= self.engine.alone_below:
            self._set_aside(with_numbers(rows))
            return
        unknowns: dict[str, Unknown] = {}
        try:
            worlds = self._worlds(family, rows, {}, unknowns)
        except (TooWide, XbecError):
            self._set_aside(with_numbers(rows))
            return
        trouble = reduce(or_, [world.trouble for world in worlds])
        if trouble is not False:
            marked = whole(
                rows, trouble if isinstance(trouble, pl.Series) else all_of(trouble, rows.height, pl.Boolean)
            )
            if marked.any():
                rows = with_numbers(rows)
                self._set_aside(rows.filter(marked))
                rows, worlds = rows.filter(~marked), [world.where(~marked) for world in worlds]
        if len(worlds) > 1 and self.engine.on_unknown == "raise":
            # The single quote says which unknown a consignment hangs on; here all are known of the family alone.
            hang = differ(rows, worlds)
            if 0 < hang.sum() <= _MOST_TOLD_APART:
                rows = with_numbers(rows)
                self._set_aside(rows.filter(hang))
                rows, worlds = rows.filter(~hang), [world.where(~hang) for world in worlds]
        self.kept.keep(rows, worlds, list(unknowns.values()), family.regimes[0].law.currency)

    def _worlds(
        self, family: Family, rows: pl.DataFrame, assumed: dict[str, Any], unknowns: dict[str, Unknown]
    ) -> list[World]:
        """What the rows come to in every world that the questions of their law make, row by row."""
        try:
            return [self._priced(family, rows, self.engine.wanted if not assumed else (*self.engine.wanted, *KINDS))]
        except Question as question:
            unknown = question.unknown
        if not unknown.options or len(unknowns) >= 6:
            raise TooManyUnknowns("too many unknowns to price each candidate", field="worlds")
        unknowns[unknown.key] = unknown
        worlds = []
        for _, value in unknown.options:
            answers = assumed | {unknown.key: value}
            worlds.extend(self._one_world(family, rows, answers, unknowns))
        if len(worlds) > MOST_WORLDS:
            raise TooManyUnknowns("too many unknowns to price each candidate", field="worlds", value=len(worlds))
        return worlds

    def _one_world(
        self, family: Family, rows: pl.DataFrame, answers: dict[str, Any], unknowns: dict[str, Unknown]
    ) -> list[World]:
        """The same rows with an answer assumed; the regimes may part into several families there."""
        engine, samples, rows = self.engine, self.coded.samples, with_numbers(rows)
        regimes = {}
        for number in family.codes:
            sample = samples[number]
            assert sample is not None
            regimes[number] = engine.regime(*sample, answers)
        parts = []
        for part in families(regimes):
            member = self._rows_of(rows, part)
            if member.height:
                parts.append((member, self._worlds(part, member, answers, unknowns)))
        if len(parts) == 1:
            return parts[0][1]
        found = []
        for number in range(max(len(worlds) for _, worlds in parts)):
            pieces = [
                worlds[min(number, len(worlds) - 1)].flat().with_columns(member.get_column(AT))
                for member, worlds in parts
            ]
            joined = rows.select(AT).join(pl.concat(pieces, how="diagonal"), on=AT, how="left", maintain_order="left")
            beside = (joined.get_column(name) for name in (PROCEDURE, WARNINGS, TROUBLE))
            found.append(World(joined.drop(AT, PROCEDURE, WARNINGS, TROUBLE), *beside))
        return found

    def _priced(self, family: Family, rows: pl.DataFrame, wanted: Sequence[str]) -> World:
        """What the family's program says of its rows."""
        coded = self.coded
        pricing = pricing_of(family, coded, rows.height, partial(coded.kinds_of_lines, rows), self.frame.scales)
        program = pricing.program
        asked = [*wanted, *(pricing.watched if self.engine.warns else [])]
        found = self._evaluated(pricing, rows, asked)
        names = [self.kept.procedures.setdefault(name, len(self.kept.procedures)) for name in program.procedures]
        procedure: pl.Series | int
        if isinstance(program.procedure, tuple):
            procedure = names[program.procedure[1]]
        else:
            procedure = found.get_column(PROCEDURE)
            if names != list(range(len(names))):
                procedure = pl.Series([*names, -1], dtype=pl.Int32).gather(procedure % (len(names) + 1))
        return World(
            found.select(name for name in found.columns if name in wanted or name.startswith("charge.")),
            procedure,
            self._warned(pricing, found),
            found.get_column(TROUBLE) if TROUBLE in found.columns else False,
        )

    def _evaluated(self, pricing: Pricing, rows: pl.DataFrame, asked: Sequence[str]) -> pl.DataFrame:
        """The outputs of a program that are asked for, row by row, and the codes of the rows."""
        program, coded, frame = pricing.program, self.coded, self.frame
        beside = {"r": coded.r, "l": coded.l}
        if self.limit is not None and frame.several:
            wanted = {name: program.outputs[name] for name in asked if name != CHARGES}
            if CHARGES in asked:
                wanted |= {f"charge.{name}": operand for name, operand in program.charges.items()}
            found = native.evaluate(pricing, rows, coded, frame, self.limit, wanted)
            if found is not None:
                return found.hstack(select(rows, pl.first().alias("at"), **beside).drop("at"))
        codes = pricing.codes(coded.r, coded.l)
        return evaluate(program, rows, codes, frame.inputs, asked, beside, several=frame.several)

    def _warned(self, pricing: Pricing, found: pl.DataFrame) -> pl.Series | int:
        """What the rows are warned of, as bits."""
        if not self.engine.warns:
            return 0
        names = pricing.program.procedures
        if PROCEDURE not in found.columns:
            found = found.with_columns(pl.lit(pricing.program.procedure[1]).alias(PROCEDURE))  # type: ignore[index]
        if pricing.masks is None:
            return warn.told(found, names, pricing.regimes, pricing.lines)
        told = pricing.masks.of("way")
        if isinstance(told, int):
            return told
        columns = {name: pl.col(name) for name in found.columns}
        columns["way"] = warn.way_of(pl.col(PROCEDURE), len(names) + 1)
        return select(found, expression(told, columns).cast(pl.UInt8).alias(WARNINGS)).to_series()

    def _set_aside(self, rows: pl.DataFrame) -> None:
        if rows.height:
            self.alone.append(rows.get_column(AT))


def _none_there(known: list[bool], code: pl.Expr) -> list[pl.Expr]:
    """Rows whose code stands for nothing; no expression where every code stands for something."""
    if any(known):
        return [] if all(known) else [~pl.lit(pl.Series(known)).gather(code)]
    return [pl.lit(True)]
