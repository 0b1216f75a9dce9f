"""``quote``: a frame of lines priced, each line's part of every charge, in the order of the frame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from xbec.batch.coding import Coded, Family, code, families
from xbec.batch.columns import Frame, read
from xbec.batch.frames import from_polars, to_polars
from xbec.batch.lower import lower_rows
from xbec.batch.one import price_alone
from xbec.batch.polars_writer import PROCEDURE, TROUBLE, TooWide, evaluate
from xbec.errors import InputError, TooManyUnknowns, Undetermined, XbecError
from xbec.landed_cost.consignment import Line
from xbec.landed_cost.engine import MOST_WORLDS, default_of, make_regime
from xbec.landed_cost.profile import Profile
from xbec.landed_cost.regime import Regime
from xbec.landed_cost.unknown import Question, Unknown

if TYPE_CHECKING:
    from xbec.fx import Fx
    from xbec.law import Law
    from xbec.tariff import Tariff

AMOUNTS: Final = {
    "goods_value": "goods",
    "freight_value": "freight",
    "insurance_value": "insurance",
    "customs_value": "customs_value",
    "duty": "duty",
    "tax": "tax",
    "excise": "excise",
    "fee": "fee",
    "buyer_pays": "buyer_pays",
    "seller_pays": "seller_pays",
}
"""Columns of the result, by what they are in a program."""
KINDS: Final = ("duty", "tax", "excise", "fee")


class Engine:
    """What all consignments of a run share: books, settings, answers."""

    def __init__(
        self, law: Law, fx: Fx, tariff: Tariff, settings: Mapping[str, str], answers: Mapping[str, Any],
        known_on: date | None, on_unknown: str, *, charges: bool, alone_below: int,
    ) -> None:  # fmt: skip
        self.law = law
        self.fx = fx
        self.tariff = tariff
        self.settings = settings
        self.answers = answers
        self.known_on = known_on
        self.on_unknown = on_unknown
        self.charges = charges
        self.alone_below = alone_below

    @property
    def books(self) -> tuple[Any, ...]:
        """As :func:`make_regime` takes them."""
        return self.law, self.fx, self.tariff, self.settings, None, self.known_on, {}


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
    alone_below: int = 64,
) -> Any:
    """Price every line of a frame; the frame comes back with its charges in minor units of ``assessed_currency``."""
    if on_unknown not in {"raise", "interval"}:
        raise InputError("not a way to treat unknowns", field="on_unknown", value=on_unknown, allowed="raise, interval")
    engine = Engine(
        law or default_of("law"),
        fx or default_of("fx"),
        tariff or default_of("tariff"),
        settings or {},
        answers or {},
        known_on,
        on_unknown,
        charges=charges,
        alone_below=alone_below,
    )
    given = to_polars(frame)
    result = quote_polars(given, on, engine)
    return from_polars(given.hstack(result), frame)


def quote_polars(given: pl.DataFrame, on: date | str, engine: Engine) -> pl.DataFrame:
    """The columns of the result, row by row."""
    frame = read(given, on)
    coded = code(frame)
    return _Run(engine, given, frame, coded).result()


class _Run:
    """One frame on its way through the programs."""

    def __init__(self, engine: Engine, given: pl.DataFrame, frame: Frame, coded: Coded) -> None:
        self.engine = engine
        self.given = given
        self.frame = frame
        self.coded = coded
        self.parts: list[pl.DataFrame] = []
        self.alone: list[pl.Series] = []
        self.lines: list[Line | None] = coded.lines
        self._currencies = pl.Series([_currency(sample, engine.law) for sample in coded.samples], dtype=pl.String)

    def result(self) -> pl.DataFrame:
        rows = self._in_order()
        regimes: dict[int, Regime] = {}
        for number, sample in enumerate(self.coded.samples):
            if sample is not None:
                try:
                    regimes[number] = make_regime(sample[0], sample[1], self.engine.books, self.engine.answers)
                except (XbecError, Question):
                    continue
        known = pl.Series([n in regimes for n in range(len(self.coded.samples))])
        valid = pl.Series([line is not None for line in self.lines])
        bad = pl.col("bad") | ~pl.lit(known).gather(pl.col("r")) | ~pl.lit(valid).gather(pl.col("l"))
        rows = rows.with_columns(bad=bad)
        if self.frame.several:
            differs = pl.col("r") != pl.col("r").first().over("run")
            rows = rows.with_columns(bad=(pl.col("bad") | differs).any().over("run"))
        self._set_aside(rows.filter("bad"))
        rows = rows.filter(~pl.col("bad"))
        for family in families(regimes):
            self._family(family, self._rows_of(rows, family))
        return self._assembled()

    def _in_order(self) -> pl.DataFrame:
        """Rows of a consignment together, in the canonical order of lines."""
        frame = self.coded.frame
        if not self.frame.several:
            return frame
        lines = self.lines
        first = _ranks([("", "", "") if x is None else (x.code, x.origin or "", str(x.tax_class or "")) for x in lines])
        flags = _ranks([() if x is None else tuple(sorted(x.flags)) for x in lines])
        rest = _ranks(
            [
                ("", "", "", "")
                if x is None
                else (x.claim or "", str(x.duty or ""), str(x.tax_rate or ""), x.price_includes)
                for x in lines
            ]
        )
        columns = set(frame.columns)
        inputs = sorted(name for name in columns if name.startswith("in "))
        units = [n for n in inputs if n.removeprefix("in ") in _UNITS]
        contents = [n for n in inputs if n.startswith("in content.")]
        keys: list[pl.Expr] = [pl.col("run"), pl.lit(first).gather(pl.col("l")), pl.col("in price"), pl.col("in piece")]
        if "in kg_gross" in columns:
            keys.append(pl.col("in kg_gross").fill_null(0))
        if flags.max():
            keys.append(pl.lit(flags).gather(pl.col("l")))
        keys += [pl.col(name) for name in units]
        if rest.max():
            keys.append(pl.lit(rest).gather(pl.col("l")))
        keys += [pl.col(name) for name in contents]
        if "line" in columns:
            keys.append(pl.col("line").fill_null(""))
        return frame.sort(keys, nulls_last=True, maintain_order=True)

    def _rows_of(self, rows: pl.DataFrame, family: Family) -> pl.DataFrame:
        if len(family.codes) == len(self.coded.samples):
            return rows
        member = pl.Series([False]).new_from_index(0, len(self.coded.samples))
        member = member.scatter(family.codes, True)
        return rows.filter(pl.lit(member).gather(pl.col("r")))

    def _family(self, family: Family, rows: pl.DataFrame) -> None:
        """Price the rows of regimes of one structure; where something is unknown, world by world."""
        if rows.height <= self.engine.alone_below:
            self._set_aside(rows)
            return
        unknowns: dict[str, Unknown] = {}
        try:
            worlds = self._worlds(family, rows, {}, unknowns)
        except (TooWide, XbecError):
            self._set_aside(rows)
            return
        self._keep(rows, worlds, list(unknowns.values()))

    def _worlds(
        self, family: Family, rows: pl.DataFrame, assumed: dict[str, Any], unknowns: dict[str, Unknown]
    ) -> list[pl.DataFrame]:
        """What the rows come to in every world that the questions of their law make, row by row."""
        try:
            return [self._priced(family, rows)]
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
    ) -> list[pl.DataFrame]:
        """The same rows with an answer assumed; the regimes may part into several families there."""
        engine, samples = self.engine, self.coded.samples
        regimes = {}
        for number in family.codes:
            sample = samples[number]
            assert sample is not None
            regimes[number] = make_regime(sample[0], sample[1], engine.books, {**engine.answers, **answers})
        parts = []
        for part in families(regimes):
            member = self._rows_of(rows, part)
            if member.height:
                parts.append((member, self._worlds(part, member, answers, unknowns)))
        if len(parts) == 1:
            return parts[0][1]
        most = max(len(worlds) for _, worlds in parts)
        found = []
        for number in range(most):
            pieces = [
                worlds[min(number, len(worlds) - 1)].with_columns(member.get_column("row")) for member, worlds in parts
            ]
            whole = pl.concat(pieces, how="diagonal")
            found.append(rows.select("row").join(whole, on="row", how="left", maintain_order="left").drop("row"))
        return found

    def _priced(self, family: Family, rows: pl.DataFrame) -> pl.DataFrame:
        """The outputs of the family's program on its rows."""
        position = pl.Series([0], dtype=pl.UInt32).new_from_index(0, len(self.coded.samples))
        position = position.scatter(family.codes, list(range(len(family.codes))))
        pairs = pl.col("r").cast(pl.UInt64) * len(self.lines) + pl.col("l")
        rows = rows.with_columns(pl.lit(position).gather(pl.col("r")).alias("rr"))
        kinds = rows.select(pairs.alias("pair"), "rr", "l").unique("pair").sort("pair")
        profiles: list[Profile] = []
        for _, number, line in kinds.iter_rows():
            known = self.lines[line]
            assert known is not None
            profiles.append(family.regimes[number].profile(known))
        code_of_pair = kinds.select("pair", pl.int_range(kinds.height, dtype=pl.UInt32).alias("p"))
        frame = (
            rows.select(
                "run",
                pl.col("rr").alias("r"),
                pairs.alias("pair"),
                *(pl.col(name).alias(name.removeprefix("in ")) for name in rows.columns if name.startswith("in ")),
            )
            .join(code_of_pair, on="pair", how="left", maintain_order="left")
            .drop("pair", "price", "quantity")
        )
        program = lower_rows(family.regimes, profiles, self.frame.scales)
        names = pl.Series([*program.procedures, None])
        found = evaluate(program, frame)
        return found.with_columns(pl.lit(names).gather(pl.col(PROCEDURE)).alias(PROCEDURE))

    def _keep(self, rows: pl.DataFrame, worlds: list[pl.DataFrame], unknowns: list[Unknown]) -> None:
        """Keep what the worlds say of the rows; consignments in trouble are set aside."""
        trouble = pl.DataFrame([world.get_column(TROUBLE).alias(str(n)) for n, world in enumerate(worlds)])
        marked = self._whole(rows, trouble.select(pl.any_horizontal(pl.all())).to_series())
        if marked.any():
            self._set_aside(rows.filter(marked))
            rows, worlds = rows.filter(~marked), [world.filter(~marked) for world in worlds]
        names = {name: source for name, source in AMOUNTS.items() if source in worlds[0].columns}
        if self.engine.charges:
            charged = dict.fromkeys(n for world in worlds for n in world.columns if n.startswith("charge."))
            names |= {name: name for name in charged}
        columns = [rows.get_column("row"), self._currencies.gather(rows.get_column("r")).alias("assessed_currency")]
        procedure = worlds[0].get_column(PROCEDURE)
        if len(worlds) == 1:
            world = worlds[0]
            columns += [procedure, *(world.get_column(source).alias(name) for name, source in names.items())]
            if self.engine.on_unknown == "interval":
                for name, source in names.items():
                    columns += [world.get_column(source).alias(f"{name}_{end}") for end in ("low", "high")]
            self.parts.append(pl.DataFrame(columns))
            return
        open_rows = self._differ(rows, worlds)
        for world in worlds[1:]:
            same = (world.get_column(PROCEDURE) == procedure).fill_null(False)
            procedure = pl.select(pl.when(~open_rows | same).then(procedure)).to_series()
        columns.append(procedure.alias(PROCEDURE))
        for name, source in names.items():
            each = [_column(world, source) for world in worlds]
            low, high = (pl.select(pick(each)).to_series() for pick in (pl.min_horizontal, pl.max_horizontal))
            if self.engine.on_unknown == "interval":
                low, high = (pl.select(pl.when(open_rows).then(x).otherwise(each[0])).to_series() for x in (low, high))
                columns.append(pl.select(pl.when(low == high).then(low)).to_series().alias(name))
                columns += [low.alias(f"{name}_low"), high.alias(f"{name}_high")]
            else:
                columns.append(pl.select(pl.when(~open_rows).then(each[0])).to_series().alias(name))
        part = pl.DataFrame(columns)
        if self.engine.on_unknown == "raise":
            reasons = "; ".join(unknown.reason for unknown in unknowns)
            cure = "; ".join(unknown.ask for unknown in unknowns) + '; or ask for on_unknown="interval"'
            told = Undetermined(
                f"the charges depend on what is unknown: {reasons}", field=", ".join(u.key for u in unknowns), cure=cure
            )
            part = part.with_columns(
                pl.when(open_rows).then(pl.lit("Undetermined")).alias("error"),
                pl.when(open_rows).then(pl.lit(str(told))).alias("error_message"),
                pl.when(~open_rows).then(pl.col(PROCEDURE)).alias(PROCEDURE),
                pl.when(~open_rows).then(pl.col("assessed_currency")).alias("assessed_currency"),
            )
        self.parts.append(part)

    def _differ(self, rows: pl.DataFrame, worlds: list[pl.DataFrame]) -> pl.Series:
        """Rows of consignments whose duties, taxes, excises or fees differ between the worlds."""
        differ = pl.Series([False]).new_from_index(0, rows.height)
        for kind in KINDS:
            sums = [self._summed(rows, world.get_column(kind)) for world in worlds]
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

    def _set_aside(self, rows: pl.DataFrame) -> None:
        if rows.height:
            self.alone.append(rows.get_column("row"))

    def _assembled(self) -> pl.DataFrame:
        """All parts in the order of the caller's frame."""
        schema = dict.fromkeys(AMOUNTS, pl.Int64)
        empty = pl.DataFrame(schema={"row": pl.UInt32, PROCEDURE: pl.String, **schema, "assessed_currency": pl.String})
        parts = [empty, *self.parts]
        if self.alone:
            rows = pl.concat(self.alone)
            parts.append(price_alone(self.given, rows, self.frame, self.engine))
        whole = pl.concat(parts, how="diagonal").sort("row")
        if self.engine.on_unknown == "interval":
            ends = [f"{name}_{end}" for name in AMOUNTS for end in ("low", "high")]
            whole = whole.with_columns(
                pl.lit(None, dtype=pl.Int64).alias(name) for name in ends if name not in whole.columns
            )
        for name in ("error", "error_message"):
            if name not in whole.columns:
                whole = whole.with_columns(pl.lit(None, dtype=pl.String).alias(name))
        return whole.drop("row")


_UNITS: Final = frozenset({"kg", "kg_gross", "l", "l_alc", "pair", "m", "m2"})


def _ranks(values: Sequence[Any]) -> pl.Series:
    order = {value: n for n, value in enumerate(sorted(set(values)))}
    return pl.Series([order[value] for value in values], dtype=pl.UInt32)


def _currency(sample: Any, law: Law) -> str | None:
    try:
        return None if sample is None else law[sample[0].destination.jurisdiction].currency
    except XbecError:
        return None


def _column(world: pl.DataFrame, name: str) -> pl.Series:
    if name in world.columns:
        return world.get_column(name)
    return pl.Series([0], dtype=pl.Int64).new_from_index(0, world.height)
