"""What the nodes of a program come to at least and at most, from the bounds of what the rows bring.

Every bound holds on each row, on one in trouble too: Spark may be told to stop a job at an overflow or a division by 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import attrs

from xbec.batch.columns import Input
from xbec.batch.lower import RowsProgram
from xbec.landed_cost.builder import ZERO
from xbec.landed_cost.program import CAP, Op, Operand, const

NARROW: Final = 2**63 - 1
"""The largest number of 64 bits."""
TRUTHS: Final = frozenset({"cmp", "and", "or", "not", "flag", "absent", "run-any"})
"""Operations that are a yes or no."""
Bound = tuple[int, int]


@attrs.frozen(slots=True)
class Reach:
    """Least and greatest value of an input, zero for nothing stated, and whether some rows state nothing."""

    low: int
    high: int
    gaps: bool


def parts_of(op: Op, *, alone: bool) -> tuple[Any, ...]:
    """The operands that an operation hangs on; of rows that are ``alone`` in their runs, the amount is its own sum."""
    if op[0] in {"input", "flag", "absent"}:
        return ()
    if op[0] == "cmp":
        return op[2:]
    if op[0] == "div":
        return op[1:3]
    if op[0].startswith("run-"):
        return op[1:2] if alone else op[1:-1]
    return op[1:]


class Bounds:
    """The bounds of each node for consignments of at most ``longest`` lines; yes and no are 1 and 0."""

    def __init__(self, program: RowsProgram, inputs: Mapping[str, Reach | Input], longest: int = 1) -> None:
        self._program = program
        self._inputs = inputs
        self._longest = longest
        self._nodes: list[Bound] = []
        for op in program.ops:
            self._nodes.append(self._truth(op) if op[0] in TRUTHS else self._number(op))

    def of(self, operand: Operand) -> Bound:
        """Least and greatest value of an operand."""
        if isinstance(operand, int):
            return self._nodes[operand]
        if operand[0] == "c":
            return operand[1], operand[1]
        values = self._program.columns[operand[1]].values
        return min(values), max(values)

    def decided(self, node: int) -> bool | None:
        """The answer of a yes or no that is the same on all rows."""
        low, high = self._nodes[node]
        return bool(low) if self._program.ops[node][0] in TRUTHS and low == high else None

    @property
    def may_fail(self) -> bool:
        """May any row be in trouble?"""
        trouble = self._program.trouble
        return trouble if isinstance(trouble, bool) else self.of(trouble) != (0, 0)

    def hangs_on(self, op: Op) -> tuple[Any, ...]:
        """The operands that an operation hangs on, where its answer is not decided."""
        if op[0] == "select" and (held := self.decided(op[1])) is not None:
            return (op[2] if held else op[3],)
        return parts_of(op, alone=self._longest == 1)

    def needed(self, roots: Iterable[Operand | bool]) -> list[int]:
        """The nodes that some results hang on, in order."""
        found = {root for root in roots if isinstance(root, int) and not isinstance(root, bool)}
        for number in reversed(range(len(self._nodes))):
            low, high = self._nodes[number]
            if number in found and low != high:
                found.update(part for part in self.hangs_on(self._program.ops[number]) if isinstance(part, int))
        return sorted(found)

    def _number(self, op: Op) -> Bound:
        name = op[0]
        if name == "input":
            return self._inputs[op[1]].low, self._inputs[op[1]].high
        a = self.of(op[1])
        if name == "run-sum":
            return min(a[0] * self._longest, a[0]), max(a[1] * self._longest, a[1])
        if name == "run-share":
            return a if self._longest == 1 else (min(a[0], 0), max(a[1], 0))
        if name == "select":
            kept = [self.of(op[2])] * (a[1] == 1) + [self.of(op[3])] * (a[0] == 0)
            return min(low for low, _ in kept), max(high for _, high in kept)
        if name == "cap":
            return min(a[0], CAP), min(a[1], CAP)
        b = self.of(op[2])
        if name == "add":
            return a[0] + b[0], a[1] + b[1]
        if name == "sub":
            return a[0] - b[1], a[1] - b[0]
        if name == "mul":
            corners = [x * y for x in a for y in b]
            return min(corners), max(corners)
        if name in {"max", "min"}:
            pick = max if name == "max" else min
            return pick(a[0], b[0]), pick(a[1], b[1])
        assert name == "div", name
        least, most = max(b[0], 1), max(b[1], 1)
        rounded_down = a[0] // least - 1 if a[0] < 0 else a[0] // most
        low = (2 * a[0] + most) // (2 * most) if op[3] == "half-up" and a[0] >= 0 else rounded_down
        return low, max(a[1], 0) // least + 1

    def _truth(self, op: Op) -> Bound:
        name = op[0]
        if name == "not":
            low, high = self.of(op[1])
            return 1 - high, 1 - low
        if name in {"and", "or"}:
            if ("not", op[1]) == self._op(op[2]) or ("not", op[2]) == self._op(op[1]):
                return int(name == "or"), int(name == "or")
            pick = min if name == "and" else max
            a, b = self.of(op[1]), self.of(op[2])
            return pick(a[0], b[0]), pick(a[1], b[1])
        if name == "run-any":
            return self.of(op[1])
        if name == "absent":
            return 0, int(self._inputs[op[1]].gaps)
        if name == "cmp":
            if self._longest == 1 and self._asks_for_one_value(op):
                return 0, 0
            return _compared(op[1], self.of(op[2]), self.of(op[3]))
        return 0, 1

    def _asks_for_one_value(self, op: Op) -> bool:
        """Is it ``value x rows of the group != sum over the group``? A row that is a group of its own is one value."""
        product, total = self._op(op[2]), self._op(op[3])
        if op[1] != "!=" or product[0] != "mul" or total[0] != "run-sum":
            return False
        value, rows = product[1], self._op(product[2])
        if rows[0] != "run-sum":
            return False
        if rows[1] == const(1):
            return bool(total[1] == value)
        held = self._op(rows[1])
        return held[0] == "select" and held[2:] == (const(1), ZERO) and self._op(total[1]) == (*held[:2], value, ZERO)

    def _op(self, operand: Operand) -> Op:
        return self._program.ops[operand] if isinstance(operand, int) else operand


def _compared(sign: str, a: Bound, b: Bound) -> Bound:
    """Whether a comparison holds for sure, or never."""
    if sign in {">", ">="}:
        return _compared(sign.replace(">", "<"), b, a)
    if sign == "!=":
        low, high = _compared("==", a, b)
        return 1 - high, 1 - low
    if sign == "==":
        surely, possibly = a[0] == a[1] == b[0] == b[1], a[0] <= b[1] and b[0] <= a[1]
    elif sign == "<":
        surely, possibly = a[1] < b[0], a[0] < b[1]
    else:
        surely, possibly = a[1] <= b[0], a[0] <= b[1]
    return int(surely), int(possibly)
