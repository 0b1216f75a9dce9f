"""What the programs say of rows, kept part by part and put together as the columns of the result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import attrs
import numpy as np
import polars as pl

from xbec.batch import warn
from xbec.batch.engine import AMOUNTS, ERRORS, WORDS, Engine
from xbec.batch.frames import select
from xbec.batch.lookups import Index, expression, look, pair
from xbec.batch.polars_writer import PROCEDURE, TROUBLE
from xbec.landed_cost.unknown import Unknown, undetermined

KINDS: Final = ("duty", "tax", "excise", "fee")
WARNINGS: Final = "warnings"
AT: Final = "at"
"""The number of a row in the frame."""
ABOUT: Final = "about"
"""What a row says in words, as a number while rows are on their way."""
_About = tuple[str | None, str | None, str | None]
_NOTHING: Final[_About] = (None, None, None)


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
            self.amounts.filter(rows) if self.amounts.width else pl.DataFrame(height=int(rows.sum())),
            self.procedure.filter(rows) if isinstance(self.procedure, pl.Series) else self.procedure,
            self.warned.filter(rows) if isinstance(self.warned, pl.Series) else self.warned,
            self.trouble.filter(rows) if isinstance(self.trouble, pl.Series) else self.trouble,
        )

    def column(self, name: str) -> pl.Series:
        """An amount, zero where the law of this world has none of that name."""
        return (
            self.amounts.get_column(name) if name in self.amounts.columns else all_of(0, self.amounts.height, pl.Int64)
        )

    def flat(self) -> pl.DataFrame:
        """As one frame."""
        rows = self.amounts.height
        beside = [
            x if isinstance(x, pl.Series) else all_of(x, rows, kind)
            for x, kind in ((self.procedure, pl.Int32), (self.warned, pl.UInt8), (self.trouble, pl.Boolean))
        ]
        named = [x.alias(name) for x, name in zip(beside, (PROCEDURE, WARNINGS, TROUBLE), strict=True)]
        return pl.concat([self.amounts, pl.DataFrame(named)], how="horizontal")


class Result:
    """The parts of a result on their way.

    What a row says in words (its procedure, the currency, what it is warned of) is a number until all is together.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.procedures: dict[str, int] = {}
        self.parts: list[pl.DataFrame] = []
        self.same: dict[str, int] = {}
        """What is the same for all rows of the frame, and in no part."""
        self._abouts: dict[_About, int] = {}

    def keep(self, rows: pl.DataFrame, worlds: Sequence[World], unknowns: Sequence[Unknown], currency: str) -> None:
        """Keep what the worlds say of rows that are in trouble in none of them."""
        names = {name: AMOUNTS[name] for name in self.engine.amounts}
        if self.engine.charges:
            charged = dict.fromkeys(n for world in worlds for n in world.amounts.columns if n.startswith("charge."))
            names |= {name: name for name in charged}
        if len(worlds) == 1:
            about = self._about(worlds[0].procedure, _of_consignments(rows, worlds[0].warned), currency)
            columns = [
                *([rows.select(AT)] if AT in rows.columns else []),
                beside_rows(rows.height, {ABOUT: about}),
            ]
            # Not selected from one frame: the amounts come in many pieces and would be copied into one.
            self.parts.append(pl.concat([*columns, *self._named(worlds[0], names)], how="horizontal"))
        else:
            self.parts.append(self._between(with_numbers(rows), worlds, unknowns, names, currency))

    def _named(self, world: World, names: Mapping[str, str]) -> list[pl.DataFrame]:
        """The amounts of a world by the names of the result; least and greatest are one where nothing is unknown."""
        columns = [(name, world.column(source)) for name, source in names.items()]
        if self.engine.on_unknown == "interval":
            columns += [(f"{name}_{end}", each) for name, each in columns for end in ("low", "high")]
        return [each.alias(name).to_frame() for name, each in columns]

    def _between(
        self,
        rows: pl.DataFrame,
        worlds: Sequence[World],
        unknowns: Sequence[Unknown],
        names: Mapping[str, str],
        currency: str,
    ) -> pl.DataFrame:
        """What lies between several worlds, or that the rows are undetermined."""
        interval = self.engine.on_unknown == "interval"
        open_rows = differ(rows, worlds)
        flat = [world.flat() for world in worlds]
        procedure, warned = flat[0].get_column(PROCEDURE), flat[0].get_column(WARNINGS)
        for world in flat[1:]:
            same = world.get_column(PROCEDURE) == procedure
            procedure = pl.select(pl.when(~open_rows | same).then(procedure).otherwise(-1)).to_series()
        warned = warn.united([world.get_column(WARNINGS) for world in flat]).zip_with(open_rows, warned)
        about = self._about(procedure, _of_consignments(rows, warned), currency)
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
        return part

    def keep_whole(self, rows: pl.DataFrame, same: Mapping[str, int], elsewhere: pl.Series | None) -> pl.Series:
        """Keep what the rows of the frame come to, in their order; returns the numbers of those in trouble.

        ``same`` is what they have in common. Rows marked in ``elsewhere`` are kept in another way and left out.
        """
        trouble = rows.drop_in_place(TROUBLE) if TROUBLE in rows.columns else pl.Series([False])
        trouble = trouble.fill_null(False) if trouble.null_count() else trouble
        interval = self.engine.on_unknown == "interval"
        if not (trouble.any() or elsewhere is not None or interval):
            self.same = dict(same)
            self.parts.append(rows)
            return pl.Series(AT, [], dtype=pl.UInt32)
        rows = alike(rows, same).with_row_index(AT)
        if interval:
            # Least and greatest are one where nothing is unknown.
            for name in [name for name in rows.columns if name in self.engine.amounts or name[:7] == "charge."]:
                rows = rows.with_columns(rows.get_column(name).alias(f"{name}_{end}") for end in ("low", "high"))
        left_out = trouble if elsewhere is None else trouble | elsewhere
        self.parts.append(rows.filter(~left_out) if left_out.any() else rows)
        return rows.get_column(AT).filter(trouble)

    def about(self, names: Sequence[str], way: Index, warned: Index, currency: str) -> Index:
        """The number of what rows say in words; one number, where it is the same for all.

        ``way`` is the place of the procedure among ``names``, one more than there are for none.
        """
        told = [warn.TEXTS[warned]] if isinstance(warned, int) else warn.TEXTS
        taken = [*names, None]
        taken = [taken[way]] if isinstance(way, int) else taken
        table = pl.Series([self._number((name, currency, text)) for name in taken for text in told], dtype=pl.UInt32)
        place = pair(0 if isinstance(way, int) else way, len(told), 0 if isinstance(warned, int) else warned)
        return look(table, place)

    def _about(self, procedure: pl.Series | int, warned: pl.Series | int, currency: str) -> pl.Expr:
        """The same of rows that were priced in a world; ``procedure`` is the place among :attr:`procedures`."""
        names = list(self.procedures)
        rows: dict[str, pl.Expr] = {}
        if isinstance(procedure, pl.Series):
            rows["way"] = warn.way_of(pl.lit(procedure), len(names) + 1)
        if isinstance(warned, pl.Series):
            rows["warned"] = pl.lit(warned)
        way: Index = procedure if isinstance(procedure, int) else "way"
        bits: Index = warned if isinstance(warned, int) else "warned"
        return expression(self.about(names, way, bits, currency), rows).cast(pl.UInt32)

    def _number(self, about: _About) -> int:
        """The number of what is said, as far as it is asked for."""
        procedure, currency, warned = (
            said if word in self.engine.columns else None for word, said in zip(WORDS, about, strict=True)
        )
        return self._abouts.setdefault((procedure, currency, warned), len(self._abouts))

    def keep_alone(self, found: pl.DataFrame) -> None:
        """Keep consignments that were priced by themselves."""
        texts = [found[name] if name in found.columns else [None] * found.height for name in WORDS]
        about = [self._number(words) for words in zip(*texts, strict=True)]
        part = found.rename({"row": AT}).drop(WORDS, strict=False)
        self.parts.append(part.with_columns(pl.Series(ABOUT, about, dtype=pl.UInt32)))

    def together(self) -> pl.DataFrame:
        """All parts in the order of the caller's frame."""
        ends = ("_low", "_high") if self.engine.on_unknown == "interval" else ()
        amounts = [name for name in self.engine.amounts for name in (name, *(f"{name}{end}" for end in ends))]
        parts = self.parts or [pl.DataFrame(schema={AT: pl.UInt32, ABOUT: pl.UInt32})]
        whole = pl.concat(parts, how="diagonal") if len(parts) > 1 else parts[0]
        whole = _put_back(whole) if AT in whole.columns else whole
        same = {name: pl.lit(self.same.get(name), dtype=pl.Int64) for name in amounts if name not in whole.columns}
        same |= {name: pl.lit(None, dtype=pl.String) for name in ERRORS if name not in whole.columns}
        told: dict[str, pl.Expr] = {}
        abouts = list(self._abouts) or [_NOTHING]
        if ABOUT in self.same:
            abouts = [abouts[self.same[ABOUT]]]
        words = [name for name in WORDS if name in self.engine.columns]
        for name, texts in zip(WORDS, zip(*abouts, strict=True), strict=True):
            if name not in words:
                continue
            if len(set(texts)) == 1:
                same[name] = pl.lit(texts[0], dtype=pl.String)
            else:
                told[name] = pl.lit(pl.Series(texts, dtype=pl.String)).gather(pl.col(ABOUT))
        said = [select(whole, **told)] if told else []
        # Beside each other and not in one frame, which would copy the columns that come in many pieces.
        order = [*(name for name in words if name != WARNINGS), *amounts]
        order += [name for name in whole.columns if name.startswith("charge.")]
        amounts_told = _only(whole, [name for name in whole.columns if name != ABOUT])
        columns = [amounts_told, *said, beside_rows(whole.height, same)]
        order += [WARNINGS] * (WARNINGS in words)
        return pl.concat(columns, how="horizontal")[[*order, *ERRORS]]


def all_of(value: int | bool | None, rows: int, dtype: Any) -> pl.Series:
    """One value on as many rows."""
    return pl.Series([value], dtype=dtype).new_from_index(0, rows)


def beside_rows(rows: int, same: Mapping[str, pl.Expr]) -> pl.DataFrame:
    """Columns of as many rows, which cost no memory where they have one value."""
    return _only(all_of(False, rows, pl.Boolean).to_frame("").with_columns(**same), list(same))


def _only(rows: pl.DataFrame, names: list[str]) -> pl.DataFrame:
    """Some columns of rows; without any, as many rows."""
    return rows[names] if names else pl.DataFrame(height=rows.height)


def alike(rows: pl.DataFrame, same: Mapping[str, int]) -> pl.DataFrame:
    """Rows with what is the same for all of them."""
    if not same:
        return rows
    kinds = {name: pl.UInt32 if name == ABOUT else pl.Int64 for name in same}
    columns = {name: pl.lit(value, dtype=kinds[name]) for name, value in same.items()}
    return pl.concat([rows, beside_rows(rows.height, columns)], how="horizontal")


def with_numbers(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows with their numbers; those that have none yet are all rows of the frame, as they stand."""
    return rows if AT in rows.columns else rows.with_row_index(AT)


def _put_back(rows: pl.DataFrame) -> pl.DataFrame:
    """All rows in the order of the frame."""
    places = np.empty(rows.height, dtype=np.uint32)
    places[rows.get_column(AT).to_numpy()] = np.arange(rows.height, dtype=np.uint32)
    return rows.drop(AT).rechunk()[pl.Series(places)]


def differ(rows: pl.DataFrame, worlds: Sequence[World]) -> pl.Series:
    """Rows of consignments whose duties, taxes, excises or fees differ between the worlds."""
    differ = all_of(False, rows.height, pl.Boolean)
    for kind in KINDS:
        sums = [_summed(rows, world.column(kind)) for world in worlds]
        for other in sums[1:]:
            differ |= other != sums[0]
    return differ


def _summed(rows: pl.DataFrame, amount: pl.Series) -> pl.Series:
    if "run" not in rows.columns:
        return amount
    return rows.select("run").with_columns(amount.alias("a")).select(pl.col("a").sum().over("run")).to_series()


def whole(rows: pl.DataFrame, marked: pl.Series) -> pl.Series:
    """A mark of one row marks its consignment."""
    if "run" not in rows.columns or not marked.any():
        return marked
    return rows.select("run").with_columns(marked.alias("m")).select(pl.col("m").any().over("run")).to_series()


def _of_consignments(rows: pl.DataFrame, warned: pl.Series | int) -> pl.Series | int:
    """What any row of its consignment is warned of, on each row."""
    if isinstance(warned, int) or "run" not in rows.columns:
        return warned
    return warn.of_consignments(warned, rows.get_column("run"))
