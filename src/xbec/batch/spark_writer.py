"""The Spark writer: a program of rows as SQL over ``bigint``, and over ``decimal(38,0)`` only where bounds ask for it.

It writes for consignments of one line, whose sums are the line's own. (As windows over the lines of a consignment they
cost Spark many times what the Arrow bridge costs.) What Spark does otherwise than Python is written out: ``div`` cuts
towards zero, so a numerator that could be negative is floored by its remainder; ``decimal div decimal`` gives a
``bigint``, so a quotient must be proven to be one. Nothing written can overflow or divide by zero, so that it does not
matter whether Spark is told to stop at it (ANSI) or not.

A value used more than once is a column of its own unless it is short, since Spark would else write it out anew at each
use; a *stage* is a list of columns made of those of earlier stages.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from xbec.batch.bounds import NARROW, TRUTHS, Bounds, Reach, parts_of
from xbec.batch.lower import RowsProgram
from xbec.landed_cost.program import CAP, Op, Operand

WIDE: Final = 10**38 - 1
DECIMAL: Final = "decimal(38,0)"
_SHORT: Final = 30
"""Characters of SQL that may be written out more than once."""
Text = tuple[str, int]
"""SQL, and the first stage in which it can be used."""


class NotSql(Exception):
    """A program that Spark's numbers do not hold; never leaves the room."""


class Written:
    """The SQL of one program: ``stages`` of columns by name, and what the ``outputs`` are in the end.

    ``table`` gives the SQL of a column of the program's tables, ``read`` that of an input (never null), ``absent`` that
    of whether a row states none. ``prefix`` begins the name of every column.
    """

    def __init__(
        self,
        program: RowsProgram,
        reach: Mapping[str, Reach],
        wanted: Sequence[Operand],
        *,
        prefix: str,
        table: Callable[[int], str],
        read: Callable[[str], str],
        absent: Callable[[str], str],
    ) -> None:
        self.program = program
        self.bounds = Bounds(program, reach)
        self._prefix = prefix
        self._table = table
        self._read = read
        self._absent = absent
        self._stages: dict[int, dict[str, str]] = {}
        self._done: dict[int, Text] = {}
        self._uses = self._count([*wanted, program.procedure, program.trouble])

    @property
    def stages(self) -> list[dict[str, str]]:
        """Columns to add, stage by stage."""
        return [self._stages[at] for at in sorted(self._stages)]

    def number(self, operand: Operand) -> str:
        """A number of the outputs as a ``bigint``."""
        if _width(*self.bounds.of(operand)) == DECIMAL:
            raise NotSql
        return self._operand(operand, wide=False)[0]

    def trouble(self) -> str | None:
        """Whether a row is in trouble; ``None`` where it is proven that none is."""
        found = self.program.trouble
        sql = str(found).lower() if isinstance(found, bool) else self._truth(found)[0]
        return None if sql == "false" else sql

    # columns -----------------------------------------------------------------------------------------------------

    def _count(self, roots: Sequence[Operand | bool]) -> list[int]:
        """How often each node is used by what is returned; one that is returned is used twice."""
        counts = [0] * len(self.program.ops)
        for root in roots:
            if isinstance(root, int) and not isinstance(root, bool):
                counts[root] += 2
        for number in reversed(range(len(counts))):
            if counts[number] and self.bounds.decided(number) is None:
                for part in parts_of(self.program.ops[number], alone=True):
                    if isinstance(part, int):
                        counts[part] += 1
        return counts

    def _column(self, sql: str, at: int, name: str | None = None) -> Text:
        """A column of its own, there a stage later."""
        if sql.isidentifier():
            return sql, at
        stage = self._stages.setdefault(at, {})
        name = f"{self._prefix}{name or f'u{sum(map(len, self._stages.values()))}'}"
        stage[name] = sql
        return name, at + 1

    def _node(self, number: int) -> Text:
        found = self._done.get(number)
        if found is None:
            op = self.program.ops[number]
            decided = self.bounds.decided(number)
            if decided is not None:
                found = str(decided).lower(), 0
            else:
                sql, at = self._truth_of(op) if op[0] in TRUTHS else self._number_of(number, op)
                is_own = self._uses[number] > 1 and len(sql) > _SHORT
                found = self._column(sql, at, f"v{number}") if is_own else (sql, at)
            self._done[number] = found
        return found

    def _truth(self, operand: Operand) -> Text:
        assert isinstance(operand, int)
        return self._node(operand)

    def _operand(self, operand: Operand, *, wide: bool) -> Text:
        """An operand as ``bigint``, or as decimal where it is one or is asked to be."""
        is_wide = _width(*self.bounds.of(operand)) == DECIMAL
        if isinstance(operand, tuple) and operand[0] == "c":
            return (f"cast('{operand[1]}' as {DECIMAL})" if wide or is_wide else f"{operand[1]}L"), 0
        if isinstance(operand, tuple):
            if is_wide:
                raise NotSql
            sql, at = self._table(operand[1]), 0
        else:
            sql, at = self._node(operand)
        return (f"cast({sql} as {DECIMAL})" if wide and not is_wide else sql), at

    def _cast(self, sql: str, number: int, *, wide: bool) -> str:
        """A result worked out as decimal as the ``bigint`` it is proven to be."""
        return f"cast({sql} as bigint)" if wide and _width(*self.bounds.of(number)) == "bigint" else sql

    # operations --------------------------------------------------------------------------------------------------

    def _truth_of(self, op: Op) -> Text:
        name = op[0]
        if name == "absent":
            return self._absent(op[1]), 0
        if name == "flag":
            return f"({self._table(op[1])} = 1L)", 0
        if name == "not":
            sql, at = self._truth(op[1])
            return f"(not {sql})", at
        if name in {"and", "or"}:
            for one, other in (op[1:], op[:0:-1]):
                if self.bounds.decided(one) is not None:  # and so that the other decides
                    return self._truth(other)
            (a, at), (b, bt) = self._truth(op[1]), self._truth(op[2])
            return f"({a} {name} {b})", max(at, bt)
        if name == "run-any":
            return self._truth(op[1])
        wide = _width(*self.bounds.of(op[2]), *self.bounds.of(op[3])) == DECIMAL
        (a, at), (b, bt) = self._operand(op[2], wide=wide), self._operand(op[3], wide=wide)
        return f"({a} {'=' if op[1] == '==' else op[1]} {b})", max(at, bt)

    def _number_of(self, number: int, op: Op) -> Text:
        name = op[0]
        own = self.bounds.of(number)
        if name == "input":
            return self._read(op[1]), 0
        if name == "select":
            wide = _width(*own) == DECIMAL
            decided = self.bounds.decided(op[1])
            if decided is not None:
                return self._operand(op[2] if decided else op[3], wide=wide)
            (c, ct), (a, at), (b, bt) = (
                self._truth(op[1]), self._operand(op[2], wide=wide), self._operand(op[3], wide=wide),
            )  # fmt: skip
            return f"if({c}, {a}, {b})", max(ct, at, bt)
        if name in {"run-sum", "run-share"}:
            return self._operand(op[1], wide=_width(*own) == DECIMAL)
        if name == "div":
            return self._divided(op)
        if name == "cap":  # rows over it are in trouble; what they come to must still be within its bounds
            wide = _width(*self.bounds.of(op[1])) == DECIMAL
            a, at = self._operand(op[1], wide=wide)
            if self.bounds.of(op[1])[1] > CAP:
                a = f"least({a}, {self._operand(('c', CAP), wide=wide)[0]})"
            return self._cast(a, number, wide=wide), at
        wide = _width(*own, *self.bounds.of(op[1]), *self.bounds.of(op[2])) == DECIMAL
        (a, at), (b, bt) = self._operand(op[1], wide=wide), self._operand(op[2], wide=wide)
        if name in {"max", "min"}:
            sql = f"{'greatest' if name == 'max' else 'least'}({a}, {b})"
        else:
            sql = f"({a} {({'add': '+', 'sub': '-', 'mul': '*'})[name]} {b})"
        return self._cast(sql, number, wide=wide), max(at, bt)

    def _divided(self, op: Op) -> Text:
        """Rounded by halves, up or down; the quotient is a ``bigint``."""
        _, n, d, mode = op
        (low, high), (least, most) = self.bounds.of(n), self.bounds.of(d)
        wide = _width(2 * high + 2 * max(most, 1), 2 * low) == DECIMAL
        (a, at), (b, bt) = self._operand(n, wide=wide), self._operand(d, wide=wide)
        one, two = (self._operand(("c", k), wide=wide)[0] for k in (1, 2))
        if least < 1:  # only rows in trouble divide by nothing
            b = f"greatest({b}, {one})"
        at = max(at, bt)
        if mode == "down":
            return self._floor(a, b, op, at, wide=wide)
        if mode == "up":
            return self._floor(f"({a} + {b} - {one})", b, op, at, wide=wide)
        if mode == "half-up" and isinstance(d, tuple) and d[0] == "c" and d[1] % 2 == 0:
            half = self._operand(("c", d[1] // 2), wide=wide)[0]
            return self._floor(f"({a} + {half})", b, op, at, wide=wide)
        if mode == "half-up":
            return self._floor(f"({a} * {two} + {b})", f"({b} * {two})", op, at, wide=wide)
        if mode == "half-down":
            return self._floor(f"({a} * {two} + {b} - {one})", f"({b} * {two})", op, at, wide=wide)
        assert mode == "half-even", mode
        if wide or low < 0:
            raise NotSql
        whole, at = self._column(f"({a} div {b})", at)
        rest, at = self._column(f"(({a} - {whole} * {b}) * {two})", at)
        return f"({whole} + if({rest} > {b} or ({rest} = {b} and {whole} % 2L = 1L), 1L, 0L))", at

    def _floor(self, a: str, b: str, op: Op, at: int, *, wide: bool) -> Text:
        low, high = self.bounds.of(op[1])
        if wide and max(high, -low) // max(self.bounds.of(op[2])[0], 1) + 1 > NARROW:
            raise NotSql
        if low >= 0:
            return f"({a} div {b})", at
        a, at = self._column(a, at)
        return f"(({a} - pmod({a}, {b})) div {b})", at


def _width(*reach: int) -> str:
    most = max(abs(x) for x in reach)
    if most > WIDE:
        raise NotSql
    return DECIMAL if most > NARROW else "bigint"
