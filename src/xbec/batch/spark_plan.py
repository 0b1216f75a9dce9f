"""Which lines of a DataFrame of Spark are priced in SQL: families of its kinds of lines, each written as a branch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

import attrs
import polars as pl

from xbec.batch import warn
from xbec.batch.bounds import NARROW
from xbec.batch.coding import Coded, code
from xbec.batch.engine import AMOUNTS, Engine
from xbec.batch.families import Family, Tables, families, tables
from xbec.batch.lower import RowsProgram, lower_rows
from xbec.batch.spark_kinds import PREFIX, Kinds, Number, column_of_input
from xbec.batch.spark_writer import NotSql, Written
from xbec.errors import XbecError
from xbec.landed_cost.consignment import Line
from xbec.landed_cost.regime import Regime
from xbec.landed_cost.unknown import Question

MOST_FAMILIES: Final = 4
"""Branches of a plan, the largest families first. With more, reading the rows for each costs what the bridge costs."""
NO_FAMILY: Final = -1
"""The family of a row that goes over the bridge."""
_FEW: Final = 40
"""Values of a column that are worth a filter before anything else is looked at."""


@attrs.frozen(slots=True, eq=False)
class Branch:
    """A family in SQL: its stages of columns, the results by name, whether a row is in trouble (``None``: never).

    ``only`` are the few values of a column, by name, without which a row is not of the family.
    """

    number: int
    stages: list[dict[str, str]]
    results: dict[str, str]
    trouble: str | None
    only: dict[str, list[Any]]


@attrs.frozen(slots=True, kw_only=True)
class Ask:
    """What is asked of a DataFrame: its types by name, the day, with which books, and the declared results.

    A family with a smaller part of the rows than ``least_share`` goes over the bridge: each branch reads all rows.
    """

    kinds: Mapping[str, pl.DataType]
    on: date | str
    engine: Engine
    results: Mapping[str, str]
    least_share: float


class Plan:
    """The branches of a DataFrame, and the table of kinds that its rows are joined with."""

    def __init__(self, found: Kinds, numbers: Sequence[Number], ask: Ask) -> None:
        self.found = found
        self.numbers = numbers
        self.ask = ask
        self.columns: dict[str, list[Any]] = {}
        """Of the table of kinds: figures of the programs, each family's own in the rows of its kinds."""
        self.family = [NO_FAMILY] * found.told.height
        self.branches: list[Branch] = []
        coded = code(found.frame)
        codes = coded.frame.select(coded.r.alias("r"), coded.l.alias("l"))
        self.r: list[int] = codes.get_column("r").to_list()
        self.l: list[int] = codes.get_column("l").to_list()
        regimes = _regimes(coded, ask.engine)
        rows = sum(found.rows) + found.others
        members: list[tuple[int, Family, list[int]]] = []
        for family in families(regimes):
            codes_here = set(family.codes)
            here = [n for n, r in enumerate(self.r) if r in codes_here and coded.lines[self.l[n]] is not None]
            members.append((sum(found.rows[n] for n in here), family, here))
        for many, family, here in sorted(members, key=lambda each: -each[0]):
            if many and many >= ask.least_share * rows and len(self.branches) < MOST_FAMILIES:
                self._add(family, here, coded)
        stray = any(many and family == NO_FAMILY for many, family in zip(found.rows, self.family, strict=True))
        self.all_fit = not stray and not found.others

    def _add(self, family: Family, here: Sequence[int], coded: Coded) -> None:
        """Write a family; where its law asks about some kinds of lines, without these."""
        try:
            self._write(family, here, coded)
        except Question:
            regimes = dict(zip(family.codes, family.regimes, strict=True))
            sure = [n for n in here if _has_sure_duty(regimes[self.r[n]], coded.lines[self.l[n]])]
            if len(sure) < len(here) and any(self.found.rows[n] for n in sure):
                self._add(family, sure, coded)
        except (XbecError, NotSql):
            return

    def _write(self, family: Family, here: Sequence[int], coded: Coded) -> None:
        lines: list[Line | None] = [None] * len(coded.lines)
        for n in here:
            lines[self.l[n]] = coded.lines[self.l[n]]
        looked = tables(family.regimes, lines)
        program = lower_rows(family.regimes, looked, self.found.frame.scales)
        branch = _Writer(self, family, here, lines, looked, program).branch()
        self.branches.append(branch)
        for n in here:
            self.family[n] = branch.number

    def slot(self, number: int, here: Sequence[int], values: Sequence[int]) -> str:
        """The column of the table of kinds that holds a figure of the kinds ``here``, shared by families."""
        name = f"{PREFIX}c{number}"
        column = self.columns.setdefault(name, [0] * len(self.family))
        for n, value in zip(here, values, strict=True):
            column[n] = value
        return name


def _regimes(coded: Coded, engine: Engine) -> dict[int, Regime]:
    found = {}
    for number, sample in enumerate(coded.samples):
        if sample is not None:
            try:
                found[number] = engine.regime(*sample, {})
            except (XbecError, Question):
                continue
    return found


def _has_sure_duty(regime: Regime, line: Line | None) -> bool:
    """Is there one duty for such a line, or none, and not a choice of several?"""
    try:
        return line is not None and regime.profile(line).duty is not None
    except Question:
        return False
    except XbecError:
        return True


class _Writer:
    """The branch of one family."""

    def __init__(
        self,
        plan: Plan,
        family: Family,
        here: Sequence[int],
        lines: list[Line | None],
        looked: Tables,
        program: RowsProgram,
    ) -> None:
        self.plan = plan
        self.family = family
        self.here = here
        self.lines = lines
        self.program = program
        self.slots = 0
        self.figures: dict[str, str] = {}
        self._tables: dict[int, str] = {}
        place = {code: n for n, code in enumerate(family.codes)}
        self.at: dict[str, list[int]] = {"regime": [], "line": [], "class": []}
        for n in here:
            regime, line = place[plan.r[n]], plan.l[n]
            self.at["regime"].append(regime)
            self.at["line"].append(looked.p[looked.line_groups[regime]][line])
            self.at["class"].append(looked.c[regime, looked.k[looked.class_groups[regime]][looked.cut[line]]])

    def branch(self) -> Branch:
        """Raises :class:`NotSql` where Spark's numbers do not hold it."""
        ask, program = self.plan.ask, self.program
        if program.trouble is True:
            raise NotSql
        watched = warn.watched(self.family.regimes, self.lines) if ask.engine.warns else ()
        watch = [name for name in watched if f"{warn.CHARGED}{name}" in program.outputs]
        of = {name: program.outputs[AMOUNTS[name]] for name in ask.engine.amounts}
        if ask.engine.charges:
            of |= {f"charge.{name}": operand for name, operand in program.charges.items()}
        charged = {name: program.outputs[f"{warn.CHARGED}{name}"] for name in watch}
        written = Written(
            program,
            self.plan.found.reach,
            [*of.values(), *charged.values()],
            prefix=PREFIX,
            table=self._table,
            read=self._read,
            absent=lambda name: f"({column_of_input(name)} is null)",
        )
        amounts = {name: written.number(operand) for name, operand in of.items()}
        procedure = written.number(program.procedure)
        trouble = written.trouble()
        texts = {
            "procedure": _choice(procedure, program.procedures),
            "assessed_currency": literal(self.family.regimes[0].law.currency),
        }
        if ask.engine.warns:
            mask = self._mask(procedure, {name: written.number(operand) for name, operand in charged.items()})
            texts["warnings"] = _choice(mask, warn.texts(pl.Series(range(8))).to_list())
        ends = {f"{name}_{end}": sql for name, sql in amounts.items() for end in ("low", "high")}
        told = texts | amounts | ends
        nothing = {"string": "cast(null as string)", "int64": "cast(null as bigint)"}
        results = {name: told.get(name) or nothing[kind] for name, kind in ask.results.items()}
        return Branch(len(self.plan.branches), [self.figures, *written.stages], results, trouble, self._shortcut())

    def _read(self, name: str) -> str:
        """The column of an input, zero where nothing is stated."""
        own = f"{column_of_input(name)}_or_zero"
        self.figures[own] = f"coalesce({column_of_input(name)}, 0L)"
        return own

    def _shortcut(self) -> dict[str, list[Any]]:
        """Columns of which the family has a few of the values that there are."""
        told = self.plan.found.told
        found = {}
        for name, kind in self.plan.ask.kinds.items():
            if name in told.columns and kind in {pl.String(), pl.Date()}:
                values = told.get_column(name)[list(self.here)].unique()
                if len(values) <= _FEW and len(values) < told.get_column(name).n_unique():
                    found[name] = values.to_list()
        return found

    def _table(self, number: int) -> str:
        """The SQL of a column of the program's tables."""
        if number not in self._tables:
            column = self.program.columns[number]
            self._tables[number] = self._slot([int(column.values[n]) for n in self.at[column.of]])
        return self._tables[number]

    def _slot(self, values: Sequence[int]) -> str:
        if max(map(abs, values)) > NARROW:
            raise NotSql
        if len(set(values)) == 1:
            return f"{values[0]}L"
        slot = self.plan.slot(self.slots, self.here, values)
        self.slots += 1
        name = f"{slot}_of"
        self.figures[name] = f"coalesce({slot}, 0L)"
        return name

    def _mask(self, procedure: str, charged: Mapping[str, str]) -> str:
        """What a row is warned of, three bits: of its kind and procedure, and of the charges it bears."""
        found = self._masks(procedure, None, charged)
        for name, sql in charged.items():
            more = self._masks(procedure, name, charged)
            if more not in {"0L", found}:
                found = f"({found} | if({sql} > 0L, {more}, 0L))"
        return found

    def _masks(self, procedure: str, charged: str | None, watch: Mapping[str, str]) -> str:
        """The bits of each procedure, one after another in one number a kind of line; those of the row's procedure."""
        regimes = dict(zip(self.family.codes, self.family.regimes, strict=True))
        packed = [0] * len(self.here)
        bits = len(warn.RULES)
        if bits * len(self.program.procedures) > 62:
            raise NotSql
        for way in range(len(self.program.procedures)):
            rows = pl.DataFrame(
                {
                    "r": [self.plan.r[n] for n in self.here],
                    "l": [self.plan.l[n] for n in self.here],
                    "procedure": [way] * len(self.here),
                }
                | {f"{warn.CHARGED}{name}": [int(name == charged)] * len(self.here) for name in watch}
            ).cast({"r": pl.UInt32, "l": pl.UInt32})
            told = warn.told(rows, self.program.procedures, regimes, self.lines)
            masks = [told] * len(packed) if isinstance(told, int) else told.to_list()
            packed = [value | mask << bits * way for value, mask in zip(packed, masks, strict=True)]
        if not any(packed):
            return "0L"
        return f"(shiftright({self._slot(packed)}, cast({bits}L * {procedure} as int)) & {2**bits - 1}L)"


def _choice(number: str, texts: Sequence[str | None]) -> str:
    """The text of a number."""
    if number[:-1].isdigit() and number.endswith("L"):
        text = texts[int(number[:-1])]
        return "cast(null as string)" if text is None else literal(text)
    cases = " ".join(f"when {n}L then {literal(text)}" for n, text in enumerate(texts) if text is not None)
    return f"case {number} {cases} end"


def literal(text: str) -> str:
    """A text in SQL, whatever it holds and however Spark is told to read quotes."""
    return f"cast(x'{text.encode().hex()}' as string)"
