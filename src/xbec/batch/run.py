"""``quote``: a frame of lines priced, each line's part of every charge, in the order of the frame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, Final

import attrs
import numpy as np
import polars as pl

from xbec.batch import warn
from xbec.batch.checks import refuse_taken_names, repeated_lines
from xbec.batch.coding import Coded, code, codes_of
from xbec.batch.columns import OUTPUTS, Frame, read
from xbec.batch.engine import AMOUNTS, Engine, engine_of
from xbec.batch.families import Family, families, tables
from xbec.batch.frames import from_polars, to_polars
from xbec.batch.lower import RowsProgram, lower_rows
from xbec.batch.one import price_alone
from xbec.batch.order import canonical
from xbec.batch.parts import parted
from xbec.batch.polars_writer import PROCEDURE, TROUBLE, TooWide, evaluate
from xbec.errors import TooManyUnknowns, XbecError
from xbec.landed_cost.consignment import Line
from xbec.landed_cost.engine import MOST_WORLDS
from xbec.landed_cost.regime import Regime
from xbec.landed_cost.unknown import Question, Unknown, undetermined

if TYPE_CHECKING:
    from xbec.fx import Fx
    from xbec.law import Law
    from xbec.tariff import Tariff

KINDS: Final = ("duty", "tax", "excise", "fee")
WARNINGS: Final = "warnings"
AT: Final = "at"
"""The number of a row in the frame."""
ABOUT: Final = "about"
"""What a row says in words, as a number while rows are on their way."""
_About = tuple[str | None, str | None, str | None]
_WORDS: Final = (PROCEDURE, "assessed_currency", WARNINGS)
_NOTHING: Final[_About] = (None, None, None)

_programs: dict[Any, tuple[list[pl.Expr], RowsProgram, tuple[str, ...], Any]] = {}
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


@attrs.frozen(slots=True, eq=False)
class World:
    """What rows come to if what is unknown is as assumed.

    ``procedure`` (its number, -1 for none), ``warned`` (bits of :data:`xbec.batch.warn.RULES`) and ``trouble`` are one
    value where they are one for all rows.
    """

    amounts: pl.DataFrame
    procedure: pl.Series | int
    warned: pl.Series | int
    trouble: pl.Series | bool

    def where(self, rows: pl.Series) -> World:
        """The world of some of the rows."""
        return World(
            self.amounts.filter(rows),
            self.procedure.filter(rows) if isinstance(self.procedure, pl.Series) else self.procedure,
            self.warned.filter(rows) if isinstance(self.warned, pl.Series) else self.warned,
            self.trouble.filter(rows) if isinstance(self.trouble, pl.Series) else self.trouble,
        )

    def column(self, name: str) -> pl.Series:
        """An amount, zero where the law of this world has none of that name."""
        return self.amounts.get_column(name) if name in self.amounts.columns else _all(0, self.amounts.height, pl.Int64)

    def flat(self) -> pl.DataFrame:
        """As one frame."""
        rows = self.amounts.height
        beside = [
            x if isinstance(x, pl.Series) else _all(x, rows, kind)
            for x, kind in ((self.procedure, pl.Int32), (self.warned, pl.UInt8), (self.trouble, pl.Boolean))
        ]
        named = [x.alias(name) for x, name in zip(beside, (PROCEDURE, WARNINGS, TROUBLE), strict=True)]
        return pl.concat([self.amounts, pl.DataFrame(named)], how="horizontal")


class _Run:
    """One frame on its way through the programs.

    ``rows`` are rows of the frame in canonical order, with their numbers ``at``; a part is some of them priced.
    """

    def __init__(self, engine: Engine, given: pl.DataFrame, frame: Frame, coded: Coded) -> None:
        self.engine = engine
        self.given = given
        self.frame = frame
        self.coded = coded
        self.parts: list[pl.DataFrame] = []
        self.alone: list[pl.Series] = []
        self._procedures: dict[str, int] = {}
        self._abouts: dict[_About, int] = {}

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
        rows = self._rows(mixed=len(found) > 1)
        bad = [pl.col("bad")] if "bad" in rows.columns else []
        bad += _none_there([n in regimes for n in range(len(self.coded.samples))], self.coded.r)
        bad += _none_there([line is not None for line in self.coded.lines], self.coded.l)
        if self.frame.several:
            bad.append(self._belongs_together(rows))
        if bad:
            marked = self._whole(rows, rows.select(pl.any_horizontal(bad)).to_series())
            if marked.any():
                rows = _with_numbers(rows)
                self._set_aside(rows.filter(marked))
                rows = rows.filter(~marked)
        for family, part in self._parted(rows, found):
            self._family(family, part)
        return self._assembled()

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
            self._set_aside(_with_numbers(rows))
            return
        unknowns: dict[str, Unknown] = {}
        try:
            worlds = self._worlds(family, rows, {}, unknowns)
        except (TooWide, XbecError):
            self._set_aside(_with_numbers(rows))
            return
        self._keep(rows, worlds, list(unknowns.values()), family.regimes[0].law.currency)

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
        engine, samples, rows = self.engine, self.coded.samples, _with_numbers(rows)
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
            whole = rows.select(AT).join(pl.concat(pieces, how="diagonal"), on=AT, how="left", maintain_order="left")
            beside = (whole.get_column(name) for name in (PROCEDURE, WARNINGS, TROUBLE))
            found.append(World(whole.drop(AT, PROCEDURE, WARNINGS, TROUBLE), *beside))
        return found

    def _priced(self, family: Family, rows: pl.DataFrame, wanted: Sequence[str]) -> World:
        """What the family's program says of its rows."""
        lines, coded = self.coded.lines, self.coded
        if len(lines) * len(family.regimes) > _ALL_KINDS:
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
        names = [self._procedures.setdefault(name, len(self._procedures)) for name in program.procedures]
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
            codes = codes_of(family, found, self.coded)
            program = lower_rows(family.regimes, found, self.frame.scales)
            watch = tuple(x for x in warn.watched(family.regimes, lines) if f"{warn.CHARGED}{x}" in program.outputs)
            kept = (codes, program, watch, (family.regimes, lines))
            if len(_programs) >= _MOST_PROGRAMS:
                _programs.clear()
            _programs[key] = kept
        return kept[0], kept[1], kept[2]

    def _keep(self, rows: pl.DataFrame, worlds: list[World], unknowns: list[Unknown], currency: str) -> None:
        """Keep what the worlds say of the rows; consignments in trouble are set aside."""
        trouble = reduce(or_, [world.trouble for world in worlds])
        if trouble is not False:
            marked = trouble if isinstance(trouble, pl.Series) else _all(trouble, rows.height, pl.Boolean)
            marked = self._whole(rows, marked)
            if marked.any():
                rows = _with_numbers(rows)
                self._set_aside(rows.filter(marked))
                rows, worlds = rows.filter(~marked), [world.where(~marked) for world in worlds]
        names = {name: AMOUNTS[name] for name in self.engine.columns}
        if self.engine.charges:
            charged = dict.fromkeys(n for world in worlds for n in world.amounts.columns if n.startswith("charge."))
            names |= {name: name for name in charged}
        if len(worlds) == 1:
            about = self._about(worlds[0].procedure, self._of_consignments(rows, worlds[0].warned), currency)
            columns = [*([rows.select(AT)] if AT in rows.columns else []), _beside(rows.height, **{ABOUT: about})]
            self.parts.append(pl.concat([*columns, self._named(worlds[0], names)], how="horizontal"))
        else:
            self._keep_between(_with_numbers(rows), worlds, unknowns, names, currency)

    def _named(self, world: World, names: Mapping[str, str]) -> pl.DataFrame:
        """The amounts of a world by the names of the result; least and greatest are one where nothing is unknown."""
        columns = [(name, world.column(source)) for name, source in names.items()]
        if self.engine.on_unknown == "interval":
            columns += [(f"{name}_{end}", each) for name, each in columns for end in ("low", "high")]
        # Not selected from one frame: the amounts come in many pieces and would be copied into one.
        return pl.concat([each.alias(name).to_frame() for name, each in columns], how="horizontal")

    def _keep_between(
        self,
        rows: pl.DataFrame,
        worlds: list[World],
        unknowns: list[Unknown],
        names: Mapping[str, str],
        currency: str,
    ) -> None:
        """Keep what lies between several worlds, or that the rows are undetermined."""
        interval = self.engine.on_unknown == "interval"
        open_rows = self._differ(rows, worlds)
        flat = [world.flat() for world in worlds]
        procedure, warned = flat[0].get_column(PROCEDURE), flat[0].get_column(WARNINGS)
        for world in flat[1:]:
            same = world.get_column(PROCEDURE) == procedure
            procedure = pl.select(pl.when(~open_rows | same).then(procedure).otherwise(-1)).to_series()
        warned = warn.united([world.get_column(WARNINGS) for world in flat]).zip_with(open_rows, warned)
        about = self._about(procedure, self._of_consignments(rows, warned), currency, some_none=True)
        part = rows.select(AT).with_columns(about.alias(ABOUT))
        for name, source in names.items():
            each = [world.column(source) for world in worlds]
            low, high = (pl.select(pick(each)).to_series() for pick in (pl.min_horizontal, pl.max_horizontal))
            if interval:
                low, high = (pl.select(pl.when(open_rows).then(x).otherwise(each[0])).to_series() for x in (low, high))
                one = pl.when(low == high).then(low)
                part = part.with_columns(one.alias(name), low.alias(f"{name}_low"), high.alias(f"{name}_high"))
            else:
                part = part.with_columns(pl.when(~open_rows).then(each[0]).alias(name))
        if not interval:
            told = undetermined(unknowns)
            part = part.with_columns(
                pl.when(open_rows).then(pl.lit(type(told).__name__)).alias("error"),
                pl.when(open_rows).then(pl.lit(str(told))).alias("error_message"),
                pl.when(open_rows).then(self._number(_NOTHING)).otherwise(pl.col(ABOUT)).cast(pl.UInt32).alias(ABOUT),
            )
        self.parts.append(part)

    def _about(
        self, procedure: pl.Series | int, warned: pl.Series | int, currency: str, *, some_none: bool = False
    ) -> pl.Expr:
        """The number of what rows say in words: their procedure, the currency, what they are warned of."""
        names = [*self._procedures, *([None] if some_none else [])]
        masks = [warned] if isinstance(warned, int) else range(len(warn.TEXTS))
        told = [warn.TEXTS[mask] for mask in masks]
        if isinstance(procedure, int) and isinstance(warned, int):
            return pl.lit(self._number((names[procedure], currency, told[0])), dtype=pl.UInt32)
        table = [self._number((name, currency, text)) for name in names for text in told]
        place = procedure % len(names) * len(told) + (0 if isinstance(warned, int) else warned.cast(pl.Int32))
        return pl.lit(pl.Series(table, dtype=pl.UInt32).gather(place))

    def _number(self, about: _About) -> int:
        return self._abouts.setdefault(about, len(self._abouts))

    def _differ(self, rows: pl.DataFrame, worlds: list[World]) -> pl.Series:
        """Rows of consignments whose duties, taxes, excises or fees differ between the worlds."""
        differ = _all(False, rows.height, pl.Boolean)
        for kind in KINDS:
            sums = [self._summed(rows, world.column(kind)) for world in worlds]
            for other in sums[1:]:
                differ |= other != sums[0]
        return differ

    def _summed(self, rows: pl.DataFrame, amount: pl.Series) -> pl.Series:
        if not self.frame.several:
            return amount
        return rows.select("run").with_columns(amount.alias("a")).select(pl.col("a").sum().over("run")).to_series()

    def _whole(self, rows: pl.DataFrame, marked: pl.Series) -> pl.Series:
        """A mark of one row marks its consignment."""
        if not self.frame.several or not marked.any():
            return marked
        return rows.select("run").with_columns(marked.alias("m")).select(pl.col("m").any().over("run")).to_series()

    def _of_consignments(self, rows: pl.DataFrame, warned: pl.Series | int) -> pl.Series | int:
        """What any row of its consignment is warned of, on each row."""
        if isinstance(warned, int) or not self.frame.several:
            return warned
        return warn.of_consignments(warned, rows.get_column("run"))

    def _set_aside(self, rows: pl.DataFrame) -> None:
        if rows.height:
            self.alone.append(rows.get_column(AT))

    def _priced_alone(self) -> pl.DataFrame:
        """What was set aside, each consignment priced by itself."""
        found = price_alone(self.given, pl.concat(self.alone).sort(), self.frame, self.engine).rename({"row": AT})
        texts = [found[name] if name in found.columns else [None] * found.height for name in _WORDS]
        about = [self._number(words) for words in zip(*texts, strict=True)]
        return found.drop(_WORDS, strict=False).with_columns(pl.Series(ABOUT, about, dtype=pl.UInt32))

    def _assembled(self) -> pl.DataFrame:
        """All parts in the order of the caller's frame."""
        ends = ("_low", "_high") if self.engine.on_unknown == "interval" else ()
        amounts = [name for name in self.engine.columns for name in (name, *(f"{name}{end}" for end in ends))]
        parts = [*self.parts, self._priced_alone()] if self.alone else self.parts
        whole = pl.concat(parts, how="diagonal") if parts else pl.DataFrame(schema={AT: pl.UInt32, ABOUT: pl.UInt32})
        whole = _put_back(whole) if AT in whole.columns else whole
        same = {name: pl.lit(None, dtype=pl.Int64) for name in amounts if name not in whole.columns}
        same |= {
            name: pl.lit(None, dtype=pl.String) for name in ("error", "error_message") if name not in whole.columns
        }
        told: dict[str, pl.Expr] = {}
        for name, texts in zip(_WORDS, zip(*self._abouts or [_NOTHING], strict=True), strict=True):
            if len(set(texts)) == 1:
                same[name] = pl.lit(texts[0], dtype=pl.String)
            else:
                told[name] = pl.lit(pl.Series(texts, dtype=pl.String)).gather(pl.col(ABOUT))
        words = [whole.lazy().select(**told).collect(engine="streaming")] if told else []
        # Beside each other and not in one frame, which would copy the columns that come in many pieces.
        order = [PROCEDURE, "assessed_currency", *amounts]
        order += [name for name in whole.columns if name.startswith("charge.")] + [WARNINGS, "error", "error_message"]
        return pl.concat([whole.drop(ABOUT), *words, _beside(whole.height, **same)], how="horizontal")[order]


def _all(value: int | bool, rows: int, dtype: Any) -> pl.Series:
    return pl.Series([value], dtype=dtype).new_from_index(0, rows)


def _beside(rows: int, **same: pl.Expr) -> pl.DataFrame:
    """Columns of as many rows, which cost no memory where they have one value."""
    return _all(False, rows, pl.Boolean).to_frame("").with_columns(**same).drop("")


def _with_numbers(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows with their numbers; those that have none yet are all rows of the frame, as they stand."""
    return rows if AT in rows.columns else rows.with_row_index(AT)


def _put_back(rows: pl.DataFrame) -> pl.DataFrame:
    """All rows in the order of the frame."""
    places = np.empty(rows.height, dtype=np.uint32)
    places[rows.get_column(AT).to_numpy()] = np.arange(rows.height, dtype=np.uint32)
    return rows.drop(AT).rechunk()[pl.Series(places)]


def _none_there(known: list[bool], code: pl.Expr) -> list[pl.Expr]:
    """Rows whose code stands for nothing; no expression where every code stands for something."""
    if any(known):
        return [] if all(known) else [~pl.lit(pl.Series(known)).gather(code)]
    return [pl.lit(True)]


_ALL_KINDS: Final = 500_000
"""Up to so many kinds of lines no pass over the rows looks which there are."""
