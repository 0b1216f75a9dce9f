"""``quote``: a frame of lines priced, each line's part of every charge, in the order of the frame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, Final

import attrs
import polars as pl

from xbec.batch import warn
from xbec.batch.checks import refuse_taken_names, repeated_lines
from xbec.batch.coding import Coded, code, codes_of
from xbec.batch.columns import OUTPUTS, Frame, read
from xbec.batch.engine import AMOUNTS, Engine, engine_of
from xbec.batch.families import Family, Tables, families, tables
from xbec.batch.frames import from_polars, to_polars
from xbec.batch.lower import RowsProgram, lower_rows
from xbec.batch.one import price_alone
from xbec.batch.order import canonical
from xbec.batch.parts import parted
from xbec.batch.polars_writer import PROCEDURE, TROUBLE, TooWide, evaluate
from xbec.batch.result import AT, KINDS, WARNINGS, Result, World, all_of, one_after_another, whole, with_numbers
from xbec.errors import TooManyUnknowns, XbecError
from xbec.landed_cost.consignment import Line
from xbec.landed_cost.engine import MOST_WORLDS
from xbec.landed_cost.regime import Regime
from xbec.landed_cost.unknown import Question, Unknown

if TYPE_CHECKING:
    from xbec.fx import Fx
    from xbec.law import Law
    from xbec.tariff import Tariff

_programs: dict[Any, tuple[Tables, RowsProgram, tuple[str, ...], Any]] = {}
"""By regimes and kinds of lines, which are kept too, so that their identities are not given away."""
_MOST_PROGRAMS: Final = 64


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
    columns: Sequence[str] = tuple(AMOUNTS),
    alone_below: int = 64,
) -> Any:
    """Price every line of a frame; it comes back with its charges, in whole minor units of ``assessed_currency``.

    ``frame`` is a Polars DataFrame or LazyFrame, a pandas DataFrame, an Arrow table or a DuckDB relation, a row a line
    (columns: ``docs/batch.md``); the same kind and order of rows comes back. ``on`` is a day or the name of a column of
    days. ``law``, ``fx``, ``tariff``, ``settings``, ``answers``, ``known_on`` and ``on_unknown`` are those of
    :func:`xbec.landed_cost`; with ``"interval"`` each amount has ``_low`` and ``_high``. ``charges`` adds
    ``charge.<id>``, ``columns`` keeps only some amounts. Kinds of consignments of at most ``alone_below`` rows are
    priced one by one, which is faster for few.

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
    coded = code(frame)
    return _Run(engine, given, frame, coded).result()


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

    def result(self) -> pl.DataFrame:
        """The columns of the result, in the order of the frame."""
        regimes: dict[int, Regime] = {}
        for number, sample in enumerate(self.coded.samples):
            if sample is not None:
                try:
                    regimes[number] = self.engine.regime(*sample, {})
                except (XbecError, Question):
                    continue
        found = families(regimes)
        if len(found) > 1 and not self.frame.several and self.given.height > _AT_ONCE:
            return self._block_by_block()
        rows = self._rows(mixed=len(found) > 1)
        bad = [pl.col("bad")] if "bad" in rows.columns else []
        bad += _none_there([n in regimes for n in range(len(self.coded.samples))], self.coded.r)
        bad += _none_there([line is not None for line in self.coded.lines], self.coded.l)
        if self.frame.several:
            bad.append(self._belongs_together(rows))
        if bad:
            marked = whole(rows, rows.select(pl.any_horizontal(bad)).to_series())
            if marked.any():
                rows = with_numbers(rows)
                self._set_aside(rows.filter(marked))
                rows = rows.filter(~marked)
        for family, part in self._parted(rows, found):
            self._family(family, part)
        if self.alone:
            self.kept.keep_alone(price_alone(self.given, pl.concat(self.alone).sort(), self.frame, self.engine))
        return self.kept.together()

    def _block_by_block(self) -> pl.DataFrame:
        """The result of blocks of rows, of a size that the machine's cache holds while they are parted and put back."""
        blocks = []
        for start in range(0, self.given.height, _AT_ONCE):
            coded = attrs.evolve(self.coded, frame=self.coded.frame.slice(start, _AT_ONCE))
            blocks.append(_Run(self.engine, self.given.slice(start, _AT_ONCE), self.frame, coded).result())
        return one_after_another(blocks)

    def _rows(self, *, mixed: bool) -> pl.DataFrame:
        """The rows in canonical order; what no program reads is left out where rows are copied."""
        frame, order = self.coded.frame, canonical(self.frame, self.coded) if self.frame.several else None
        if order is not None or mixed:
            read = {"bad", "run"}
            for expr in (self.coded.r, self.coded.l, *(each.expr for each in self.frame.inputs.values())):
                read.update(expr.meta.root_names())
            frame = frame.select(name for name in frame.columns if name in read)
        if order is not None:
            return frame[order].with_columns(order.alias(AT))
        return frame.with_row_index(AT) if mixed else frame

    def _parted(self, rows: pl.DataFrame, found: list[Family]) -> list[tuple[Family, pl.DataFrame]]:
        """The rows of each family, in their order."""
        if len(found) < 2 or not rows.height:
            return [(family, rows) for family in found[:1]]
        number = pl.Series([0], dtype=pl.UInt32).new_from_index(0, len(self.coded.samples))
        for position, family in enumerate(found):
            number = number.scatter(family.codes, [position] * len(family.codes))
        of_row = rows.lazy().select(pl.lit(number).gather(self.coded.r)).collect(engine="streaming").to_series()
        return [(f, part) for f, part in zip(found, parted(rows, of_row, len(found)), strict=True) if part.height]

    def _belongs_together(self, rows: pl.DataFrame) -> pl.Expr:
        """Rows that differ from the row before them in what their consignment must have once."""
        before = pl.col("run") == pl.col("run").shift(1)
        names = [n for n in self.frame.scales if n in {"freight", "insurance"} or n[:4] == "fee."]
        once = [self.coded.r, *(pl.col(f"in {name}") for name in names)]
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
        lines, coded = self.coded.lines, self.coded
        if len(lines) * len(family.regimes) > _ALL_KINDS or len(lines) * _OFTEN > rows.height:
            there = rows.lazy().select(coded.l.unique()).collect(engine="streaming").to_series()
            lines = [None] * len(lines)
            for number in there.to_list():
                lines[number] = coded.lines[number]
        codes, program, watch = self._program(family, lines)
        regimes = dict(zip(family.codes, family.regimes, strict=True))
        hangs = warn.hang_on_codes(program.procedures, regimes, watch)
        beside = {"r": coded.r, "l": coded.l} if hangs else {}
        asked = [*wanted, *(f"{warn.CHARGED}{name}" for name in watch)]
        found = evaluate(program, rows, codes, self.frame.inputs, asked, beside, several=self.frame.several)
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
            warn.told(found, program.procedures, regimes, lines),
            found.get_column(TROUBLE) if TROUBLE in found.columns else False,
        )

    def _program(self, family: Family, lines: list[Line | None]) -> tuple[list[pl.Expr], RowsProgram, tuple[str, ...]]:
        """Codes, program and watched components of a family, made once for equal regimes and kinds of lines."""
        key = (
            tuple(map(id, family.regimes)),
            tuple(family.codes),
            self.coded.kinds,
            id(lines) if lines is self.coded.lines else tuple([0 if line is None else line.key for line in lines]),
            tuple(self.frame.scales.items()),
        )
        kept = _programs.get(key)
        if kept is None:
            found = tables(family.regimes, lines)
            program = lower_rows(family.regimes, found, self.frame.scales)
            watch = tuple(x for x in warn.watched(family.regimes, lines) if f"{warn.CHARGED}{x}" in program.outputs)
            kept = (found, program, watch, (family.regimes, lines))
            if len(_programs) >= _MOST_PROGRAMS:
                _programs.clear()
            _programs[key] = kept
        looked, program, watch, _ = kept
        # Frames of equal kinds may number their texts otherwise, so what leads from rows to tables is not kept.
        codes = codes_of(family, looked, self.coded, {column.of for column in program.columns})
        return codes, program, watch

    def _set_aside(self, rows: pl.DataFrame) -> None:
        if rows.height:
            self.alone.append(rows.get_column(AT))


def _none_there(known: list[bool], code: pl.Expr) -> list[pl.Expr]:
    """Rows whose code stands for nothing; no expression where every code stands for something."""
    if any(known):
        return [] if all(known) else [~pl.lit(pl.Series(known)).gather(code)]
    return [pl.lit(True)]


_AT_ONCE: Final = 500_000
"""Rows of several laws that are parted and put back together."""
_OFTEN: Final = 20
_ALL_KINDS: Final = 500_000
"""Kinds of lines by regimes: up to so many, each met often, no pass over the rows looks which there are."""
