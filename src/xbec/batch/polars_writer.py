"""The Polars writer: a program of rows as expressions over integers, Int64 where bounds prove it, else Int128.

Bounds come from the values at hand and the tables, so that nothing can wrap: a node that could pass 63 bits is worked
out in 128, and rows of a program that could pass 127 are trouble.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Literal

import polars as pl

from xbec.batch.bounds import NARROW, Bounds
from xbec.batch.coding import POSITIONS
from xbec.batch.columns import Input
from xbec.batch.frames import FEW, select
from xbec.batch.lower import RowsProgram
from xbec.batch.runs import Runs, changes_within, cut, longest_run
from xbec.landed_cost.builder import ONE
from xbec.landed_cost.program import CAP, Op, Operand

WIDE: Final = 2**127 - 1
TROUBLE: Final = "trouble"
PROCEDURE: Final = "procedure"
CHARGES: Final = "charges"
"""Wanted: every charge beside the outputs, as ``charge.<id>``."""


_ROWS: Final = "rows"
_AS_WRITTEN: Final = pl.QueryOptFlags.none()
_NO_ENDS: Final[Mapping[str, pl.Expr]] = {}
_FEW_OF_RUNS: Final = 200_000
"""So few rows are not worth a stream that has to stop before each sum over runs."""


class TooWide(Exception):
    """A bound passes 127 bits; never leaves the room."""


def evaluate(
    program: RowsProgram,
    frame: pl.DataFrame,
    codes: Mapping[str, pl.Expr],
    inputs: Mapping[str, Input],
    wanted: Sequence[str],
    beside: Mapping[str, pl.Expr],
    *,
    several: bool,
) -> pl.DataFrame:
    """The outputs ``wanted`` of a program on a frame, row by row; :class:`TooWide` where 127 bits do not hold them.

    ``frame`` has what ``inputs`` and ``codes`` (the positions in the program's tables) are made of and, with
    ``several``, ``run``: the number of the consignment, whose rows stand together in canonical order. ``beside`` are
    expressions that are worked out in the same pass.
    """
    longest = longest_run(frame) if several else 1
    if longest == 1:
        return written(program, inputs, wanted).run(frame, codes, beside)
    # Rounded up, so that frames of like consignments share what is written for them.
    longest = 1 << (longest - 1).bit_length()
    at = [code.alias(POSITIONS[name]) for name, code in codes.items()]
    frame = select(frame, pl.all(), *at)
    codes = {name: pl.col(POSITIONS[name]) for name in codes}
    parts = cut(program, frame, mixed=False)
    form = written(program, inputs, wanted, parts.runs, longest)
    found = form.run(parts.frame, codes, beside, ends=parts.ends)
    if any(level.by_procedure for level in program.levels) and PROCEDURE in found.columns:
        frame = frame.with_columns(found.get_column(PROCEDURE).alias("taken"))
        if frame.select(changes_within("taken").any()).item():
            parts = cut(program, frame, mixed=True)
            form = written(program, inputs, wanted, parts.runs, longest)
            found = form.run(parts.frame, codes, beside, ends=parts.ends)
    return found


_kept: dict[Any, Written] = {}
_MOST_KEPT: Final = 256


def written(
    program: RowsProgram,
    inputs: Mapping[str, Input],
    wanted: Sequence[str],
    runs: Sequence[Runs] = (),
    longest: int = 1,
) -> Written:
    """The expressions of a program, made once for inputs of equal bounds and rows that are cut alike."""
    bounds = tuple((name, each.low, each.high, each.gaps, str(each.expr)) for name, each in inputs.items())
    key = (id(program), bounds, tuple(wanted), tuple(runs), longest)
    found = _kept.get(key)
    if found is None:
        if len(_kept) >= _MOST_KEPT:
            _kept.clear()
        found = _kept[key] = Written(program, inputs, wanted, runs, longest)
    return found


Ends = Mapping[str, pl.Expr]
"""The last rows of the runs of a frame, by the column that numbers the runs."""


class Written:
    """Expressions of one program for frames whose inputs keep to their bounds."""

    def __init__(
        self,
        program: RowsProgram,
        inputs: Mapping[str, Input],
        wanted: Sequence[str],
        runs: Sequence[Runs],
        longest: int,
    ) -> None:
        self.program = program
        self.inputs = inputs
        self.outputs = {name: program.outputs[name] for name in wanted if name in program.outputs}
        self.charges = program.charges if CHARGES in wanted else {}
        self.stages: list[tuple[list[pl.Expr], list[Callable[[Ends], pl.Expr]]]] = [([], [])]
        self.tables: list[tuple[str, str, pl.Series]] = []
        """Columns before all stages: what it is called, by which code it is looked up, and where."""
        self.hoisted: dict[tuple[Any, ...], tuple[pl.Expr, int]] = {}
        self.bounds = Bounds(program, inputs, longest)
        self.exprs: dict[Operand, tuple[pl.Expr, int]] = {}
        self.levels = runs
        self._longest = longest
        self.counts = self._count()
        for number in range(len(program.ops)):
            if self.counts[number]:
                self._write(number)
        self.final, self.may_fail = self._final()

    def run(
        self,
        frame: pl.DataFrame,
        codes: Mapping[str, pl.Expr],
        beside: Mapping[str, pl.Expr],
        then: Mapping[str, pl.Expr] | None = None,
        ends: Ends = _NO_ENDS,
    ) -> pl.DataFrame:
        """The outputs on the rows of a frame, and what is asked for beside them.

        ``codes`` lead from its columns into the tables. With ``then``, expressions over all of these are what comes.
        """
        few = _FEW_OF_RUNS if ends else FEW
        engine: Literal["streaming", "in-memory"] = "streaming" if frame.height > few else "in-memory"
        lazy = frame.lazy()
        uses = Counter(of for _, of, _ in self.tables)
        often = [codes[of].alias(POSITIONS[of]) for of, times in uses.items() if times > 1]
        if often:
            lazy = lazy.with_columns(often)
        looked = []
        for name, of, table in self.tables:
            looked.append(pl.lit(table).gather(pl.col(POSITIONS[of]) if uses[of] > 1 else codes[of]).alias(name))
        for number, (of_rows, of_runs) in enumerate(self.stages):
            if of_rows or (looked and not number):
                lazy = lazy.with_columns(of_rows if number else [*looked, *of_rows])
            if of_runs and engine == "streaming":
                # Sums over runs need all rows, which a stream has at its end.
                lazy = lazy.collect(engine=engine, optimizations=_AS_WRITTEN).lazy()
                lazy = lazy.with_columns(make(ends) for make in of_runs).collect(engine="in-memory").lazy()
            elif of_runs:
                lazy = lazy.with_columns(make(ends) for make in of_runs)
        # A column of the frame makes sure that what is the same for all rows comes once for each.
        lazy = lazy.select(*self.final, pl.first().alias(_ROWS), **beside)
        if then is not None:
            lazy = lazy.select(**then)
        return lazy.collect(engine=engine, optimizations=_AS_WRITTEN)

    # what is needed ----------------------------------------------------------------------------------------------

    def _roots(self) -> list[Operand]:
        program = self.program
        roots = [*self.outputs.values(), *self.charges.values(), program.procedure]
        if not isinstance(program.trouble, bool):
            roots.append(program.trouble)
        return roots

    def _count(self) -> list[int]:
        """How often each node is used by what is returned."""
        counts = [0] * len(self.program.ops)
        for root in self._roots():
            if isinstance(root, int):
                counts[root] += 2
        for number in reversed(range(len(counts))):
            if counts[number] and not self._is_decided(number):
                for part in self.bounds.hangs_on(self.program.ops[number]):
                    if isinstance(part, int):
                        counts[part] += 1
        return counts

    def _is_decided(self, number: int) -> bool:
        """Is it a truth value that the bounds decide?"""
        return self.bounds.decided(number) is not None

    # widths ------------------------------------------------------------------------------------------------------

    def bound_of(self, operand: Operand) -> tuple[int, int]:
        """Least and greatest value of an operand."""
        return self.bounds.of(operand)

    def _is_wide(self, *reach: int) -> bool:
        most = max(abs(x) for x in reach)
        if most > WIDE:
            raise TooWide
        return most > NARROW

    # expressions -------------------------------------------------------------------------------------------------

    def _operand(self, operand: Operand, wide: bool) -> tuple[pl.Expr, int]:
        """An operand as an expression of the asked width, and the stage in which it can be used."""
        dtype = pl.Int128 if wide else pl.Int64
        if isinstance(operand, tuple) and operand[0] == "c":
            return pl.lit(operand[1], dtype=dtype), 0
        if isinstance(operand, tuple):
            found = self.exprs.get(operand)
            if found is None:
                column = self.program.columns[operand[1]]
                is_wide = self._is_wide(*self.bound_of(operand))
                name = f"t{operand[1]}"
                table = pl.Series(list(column.values), dtype=pl.Int128 if is_wide else pl.Int64)
                self.tables.append((name, column.of, table))
                found = self.exprs[operand] = (pl.col(name), 1)
        else:
            found = self.exprs[operand]
            is_wide = self._is_wide(*self.bound_of(operand))
        expr, stage = found
        if wide and not self._is_wide(*self.bound_of(operand)):
            expr = expr.cast(pl.Int128)
        return expr, stage

    def _write(self, number: int) -> None:
        op = self.program.ops[number]
        if self._is_decided(number):
            self.exprs[number] = (pl.lit(bool(self.bounds.of(number)[0])), 0)
            return
        expr, stage = self._expression(number, op)
        is_column = op[0] == "flag" or (op[0] == "run-sum" and self._longest > 1)
        if self.counts[number] > 1 and not is_column:
            expr, stage = self._column(f"v{number}", expr, stage)
        self.exprs[number] = (expr, stage)

    def _column(self, name: str, expr: pl.Expr, stage: int) -> tuple[pl.Expr, int]:
        """An expression made a column in its stage."""
        while len(self.stages) <= stage:
            self.stages.append(([], []))
        self.stages[stage][0].append(expr.alias(name))
        return pl.col(name), stage + 1

    def _expression(self, number: int, op: Op) -> tuple[pl.Expr, int]:
        name = op[0]
        if name == "input":
            # What a row must state and does not is trouble of its own ("absent"); here it is nothing.
            each = self.inputs[op[1]]
            return (each.expr.fill_null(0) if each.gaps else each.expr), 0
        if name == "absent":
            each = self.inputs[op[1]]
            return (each.expr.is_null() if each.gaps else pl.lit(False)), 0
        if name == "flag":
            column = self.program.columns[op[1]]
            self.tables.append((f"f{op[1]}", column.of, pl.Series([bool(x) for x in column.values])))
            return pl.col(f"f{op[1]}"), 1
        if name in {"and", "or"}:
            open_parts = [part for part in op[1:] if not self._is_decided(part)]
            if len(open_parts) == 1:
                return self._truth(open_parts[0])
            (a, at), (b, bt) = self._truth(op[1]), self._truth(op[2])
            return (a & b if name == "and" else a | b), max(at, bt)
        if name == "not":
            a, at = self._truth(op[1])
            return ~a, at
        if name == "cmp":
            return self._compare(op)
        if name == "select":
            wide = self._is_wide(*self.bounds.of(number))
            if self._is_decided(op[1]):
                return self._operand(op[2] if self.bounds.of(op[1])[0] else op[3], wide)
            c, ct = self._truth(op[1])
            (a, at), (b, bt) = self._operand(op[2], wide), self._operand(op[3], wide)
            return pl.when(c).then(a).otherwise(b), max(ct, at, bt)
        if name.startswith("run-"):
            return self._run(number, op)
        if name == "div":
            return self._divide(number, op)
        wide = self._is_wide(*self.bounds.of(number), *self.bound_of(op[1]))
        a, at = self._operand(op[1], wide)
        if name == "cap":
            # Rows over it are in trouble; what they come to must still be within its bounds.
            over = self.bound_of(op[1])[1] > CAP
            return self._narrowed(a.clip(upper_bound=CAP) if over else a, wide, number), at
        wide = wide or self._is_wide(*self.bound_of(op[2]))
        (a, at), (b, bt) = self._operand(op[1], wide), self._operand(op[2], wide)
        if name in {"max", "min"}:
            expr = pl.max_horizontal(a, b) if name == "max" else pl.min_horizontal(a, b)
        else:
            expr = a + b if name == "add" else a - b if name == "sub" else a * b
        return self._narrowed(expr, wide, number), max(at, bt)

    def _truth(self, operand: Operand) -> tuple[pl.Expr, int]:
        return self.exprs[operand]

    def _narrowed(self, expr: pl.Expr, wide: bool, number: int) -> pl.Expr:
        return expr.cast(pl.Int64) if wide and not self._is_wide(*self.bounds.of(number)) else expr

    def _compare(self, op: Op) -> tuple[pl.Expr, int]:
        wide = self._is_wide(*self.bound_of(op[2]), *self.bound_of(op[3]))
        (a, at), (b, bt) = self._operand(op[2], wide), self._operand(op[3], wide)
        sign = op[1]
        expr = {
            "<": a < b,
            "<=": a <= b,
            ">": a > b,
            ">=": a >= b,
            "==": a == b,
            "!=": a != b,
        }[sign]
        return expr, max(at, bt)

    def _divide(self, number: int, op: Op) -> tuple[pl.Expr, int]:
        _, n, d, mode = op
        high, by = self.bound_of(n)[1], self.bound_of(d)[1]
        wide = self._is_wide(2 * high + 2 * by, 2 * self.bound_of(n)[0])
        (a, at), (b, bt) = self._operand(n, wide), self._operand(d, wide)
        dtype = pl.Int128 if wide else pl.Int64
        if mode in {"half-up", "down"} and isinstance(d, tuple) and d[0] == "c" and (d[1] % 2 == 0 or mode == "down"):
            half = d[1] // 2 if mode == "half-up" else 0
            if not wide and self.bound_of(n)[0] >= 0:
                return _unsigned(a, half, d[1]), max(at, bt)
            expr = (a + pl.lit(half, dtype=dtype)) // b
        elif mode == "half-up":
            two = pl.lit(2, dtype=dtype)
            expr = (a * two + b) // (b * two)
        elif mode == "half-down":
            two, one = pl.lit(2, dtype=dtype), pl.lit(1, dtype=dtype)
            expr = (a * two + b - one) // (b * two)
        elif mode == "down":
            expr = a // b
        elif mode == "up":
            expr = (a + b - pl.lit(1, dtype=dtype)) // b
        else:
            whole, two = a // b, pl.lit(2, dtype=dtype)
            rest = (a - whole * b) * two
            odd = (whole % two) == 1
            expr = whole + ((rest > b) | ((rest == b) & odd)).cast(dtype)
        return self._narrowed(expr, wide, number), max(at, bt)

    def _run(self, number: int, op: Op) -> tuple[pl.Expr, int]:
        name, what = op[:2]
        if name == "run-any":
            held, stage = self._truth(what)
            if self._longest == 1:
                return held, stage
            total, stage = self._total(("any", what), held.cast(pl.Int64), op[2], stage)
            return total > 0, stage
        if self._longest == 1:
            return self._operand(what, self._is_wide(*self.bounds.of(number)))
        if name == "run-share":
            return self._share(number, op)
        wide = self._is_wide(*(x * self._longest for x in self.bound_of(what)))
        amount, stage = self._of_rows(what, wide)
        total, stage = self._total((what, wide), amount, op[2], stage)
        return self._narrowed(total, wide, number), stage

    def _share(self, number: int, op: Op) -> tuple[pl.Expr, int]:
        """The row's part of a whole: from where the weights before it end to where its own does."""
        _, whole, weight, total, level = op
        most = self.bound_of(whole)[1] * self._longest * max(self.bound_of(weight)[1], 1)
        wide = self._is_wide(most, *self.bound_of(total))
        key: tuple[Any, ...] = (weight, wide)
        part, stage = self._of_rows(weight, wide)
        (by, after), (upto, counted) = self._operand(total, wide), self._upto(key, part, level, stage)
        after = max(after, counted)
        if self.bound_of(weight)[0] <= 0:
            # Weights that come to nothing cut the whole into equal parts.
            none, one = by == 0, self._of_rows(ONE, wide)[0]
            count, _ = self._total((ONE, wide), one, level, 0)
            place, counted = self._upto((ONE, wide), one, level, 0)
            after = max(after, counted)
            part, upto, by = (
                self._hoisted((*key, self.levels[level], word), pl.when(none).then(equal).otherwise(each), after)[0]
                for word, equal, each in (("part", one, part), ("place", place, upto), ("by", count, by))
            )
            after += 1
        shared, at = self._operand(whole, wide)
        expr = (shared * upto) // by - (shared * (upto - part)) // by
        return self._narrowed(expr, wide, number), max(at, after)

    def _hoisted(self, key: tuple[Any, ...], expr: pl.Expr, stage: int) -> tuple[pl.Expr, int]:
        """An expression made a column once."""
        if key not in self.hoisted:
            self.hoisted[key] = self._column(f"h{len(self.hoisted)}", expr, stage)
        return self.hoisted[key]

    def _of_runs(self, key: tuple[Any, ...], make: Callable[[Ends], pl.Expr], stage: int) -> tuple[pl.Expr, int]:
        """A column once, made of where the runs of a frame end."""
        if key not in self.hoisted:
            name = f"h{len(self.hoisted)}"
            while len(self.stages) <= stage:
                self.stages.append(([], []))
            self.stages[stage][1].append(lambda ends: make(ends).alias(name))
            self.hoisted[key] = pl.col(name), stage + 1
        return self.hoisted[key]

    def _cumulative(self, what: tuple[Any, ...], amount: pl.Expr, stage: int) -> tuple[pl.Expr, int]:
        """The sum of all rows up to each; it may wrap, and differences of it are what they would be without."""
        return self._of_runs((*what, "cumulative"), lambda _: amount.cum_sum(), stage)

    def _total(self, what: tuple[Any, ...], amount: pl.Expr, level: int, stage: int) -> tuple[pl.Expr, int]:
        """The sum of an amount over its run."""
        runs = self.levels[level]
        key = (*what, "total", runs)
        if runs.over:
            return self._of_runs(key, lambda _: amount.sum().over(runs.over), stage)
        cumulative, stage = self._cumulative(what, amount, stage)

        def total(ends: Ends) -> pl.Expr:
            upto = cumulative.gather(ends[runs.number])
            return (upto - upto.shift(1, fill_value=0)).gather(pl.col(runs.number))

        return self._of_runs(key, total, stage)

    def _upto(self, what: tuple[Any, ...], amount: pl.Expr, level: int, stage: int) -> tuple[pl.Expr, int]:
        """The sum of an amount from the start of its run to the row, the row included."""
        runs = self.levels[level]
        key = (*what, "up to", runs)
        if runs.over:
            return self._of_runs(key, lambda _: amount.cum_sum().over(runs.over), stage)
        cumulative, stage = self._cumulative(what, amount, stage)

        def upto(ends: Ends) -> pl.Expr:
            before = cumulative.gather(ends[runs.number]).shift(1, fill_value=0)
            return cumulative - before.gather(pl.col(runs.number))

        return self._of_runs(key, upto, stage)

    def _of_rows(self, operand: Operand, wide: bool) -> tuple[pl.Expr, int]:
        """As :meth:`_operand`, one value a row even where all are the same constant, for sums to count them."""
        low, high = self.bound_of(operand)
        if low != high:
            return self._operand(operand, wide)
        dtype = pl.Int128 if wide else pl.Int64
        return pl.when(pl.col("run").is_not_null()).then(pl.lit(low, dtype=dtype)), 0

    def _final(self) -> tuple[list[pl.Expr], bool]:
        """What is returned, and whether it marks rows in trouble."""
        program = self.program
        chosen = []
        if isinstance(program.procedure, int):
            procedure, _ = self._operand(program.procedure, wide=False)
            chosen.append(procedure.cast(pl.Int32).alias(PROCEDURE))
        troubles = []
        for name, operand in (*self.outputs.items(), *((f"charge.{k}", v) for k, v in self.charges.items())):
            expr, _ = self._operand(operand, wide=False)
            if self._is_wide(*self.bound_of(operand)):
                expr = expr.cast(pl.Int64, strict=False)
                troubles.append(expr.is_null())
            chosen.append(expr.alias(name))
        trouble = program.trouble
        if self.bounds.may_fail:
            troubles.append(pl.lit(True) if trouble is True else self._truth(trouble)[0].fill_null(True))
        if troubles:
            chosen.append(pl.any_horizontal(troubles).alias(TROUBLE))
        return chosen, bool(troubles)


def _unsigned(amount: pl.Expr, plus: int, by: int) -> pl.Expr:
    """A division of what is never below zero: without a sign it is a fifteenth faster."""
    bits = amount.reinterpret(signed=False)
    bits = bits + pl.lit(plus, dtype=pl.UInt64) if plus else bits
    return (bits // pl.lit(by, dtype=pl.UInt64)).reinterpret(signed=True)
