"""What every lowering is built with: operations, each once, and the figures of the regime.

Two lowerings share it: one unrolls the lines of a consignment, one speaks of the rows of a frame.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING, Any

from xbec.errors import DataFileError
from xbec.landed_cost.plan import Check, Exact, Side, Truth
from xbec.landed_cost.program import Op, Operand, const
from xbec.landed_cost.regime import Regime
from xbec.law.component import Component, Guard, Round

if TYPE_CHECKING:
    from xbec.law.book import Table
    from xbec.law.guard import Node

ZERO, ONE = const(0), const(1)


class Builder(ABC):
    """Operations and figures of a program under one regime.

    The law is walked once, in the modules beside this one; what differs between a program of lines and one of rows is
    the abstract methods below. A *group* is what a component is computed over, *amounts* what its lines have each.
    """

    def __init__(self, regime: Regime) -> None:
        self.regime = regime
        self.ops: list[Op] = []
        self.memo: dict[Op, int] = {}
        self.checks: list[Check] = []
        self.sides: list[Side] = []
        self.refs: list[tuple[Any, ...]] = []
        self.told: list[str] = []
        self.event = "declared"
        self.result: Operand | None = None
        self.rail = False
        """Whether an unknown counts as yes; turned by each ``not``. A program of lines asks instead."""
        self.holds: Any = None
        """The condition of the component at hand on each line; ``None`` where it is one for all."""

    # operations --------------------------------------------------------------------------------------------------

    def op(self, *op: Any) -> int:
        """A node of the program; equal operations are one node."""
        found = self.memo.get(op)
        if found is None:
            self.ops.append(op)
            found = self.memo[op] = len(self.ops) - 1
        return found

    def add(self, a: Operand, b: Operand) -> Operand:
        if a == ZERO:
            return b
        return a if b == ZERO else self.op("add", a, b)

    def sub(self, a: Operand, b: Operand) -> Operand:
        return a if b == ZERO else self.op("sub", a, b)

    def mul(self, a: Operand, b: Operand) -> Operand:
        if a == ZERO or b == ZERO:
            return ZERO
        if a == ONE:
            return b
        if b == ONE:
            return a
        if isinstance(a, tuple) and isinstance(b, tuple) and a[0] == b[0] == "c":
            return const(a[1] * b[1])
        return self.op("mul", a, b)

    def either(self, a: Truth, b: Truth) -> Truth:
        """One of them holds; what follows from either of them is left out."""
        if a is True or b is True:
            return True
        if a is False or a == b:
            return b
        return a if b is False else self._joint("or", a, b)

    def both(self, a: Truth, b: Truth) -> Truth:
        """Both hold; what follows from either of them is left out."""
        if a is False or b is False:
            return False
        if a is True or a == b:
            return b
        return a if b is True else self._joint("and", a, b)

    def _joint(self, word: str, a: int, b: int) -> Truth:
        for one, other in ((a, b), (b, a)):
            name, *parts = self.ops[other]
            contrary = self.ops[one][1] if self.ops[one][0] == "not" else self.memo.get(("not", one))
            if contrary == other:
                return word == "or"
            if name not in {"and", "or"}:
                continue
            if one in parts:
                return other if name == word else one
            if contrary in parts:
                if name == word:
                    return word == "or"
                return self._joint(word, one, parts[1] if parts[0] == contrary else parts[0])
        return self.op(word, a, b)

    def negation(self, condition: Truth) -> Truth:
        """It does not hold."""
        if isinstance(condition, bool):
            return not condition
        found = self.ops[condition]
        return found[1] if found[0] == "not" else self.op("not", condition)

    def select(self, condition: Truth, a: Operand, b: Operand) -> Operand:
        """One of two; a choice by the same condition inside them is made already."""
        if isinstance(condition, bool):
            return a if condition else b
        if self.ops[condition][0] == "not":
            return self.select(self.ops[condition][1], b, a)
        a, b = self._where(condition, a, 2), self._where(condition, b, 3)
        return a if a == b else self.op("select", condition, a, b)

    def _where(self, condition: int, operand: Operand, side: int) -> Operand:
        """An operand where a condition holds (its side of a choice is 2) or does not (3)."""
        while isinstance(operand, int) and self.ops[operand][:2] == ("select", condition):
            operand = self.ops[operand][side]
        return operand

    def plus(self, a: Exact, b: Exact) -> Exact:
        if a.den == b.den:
            return Exact(self.add(a.num, b.num), a.den)
        return Exact(self.add(self.mul(a.num, b.den), self.mul(b.num, a.den)), self.mul(a.den, b.den))

    def minus(self, a: Exact, b: Exact) -> Exact:
        if a.den == b.den:
            return Exact(self.sub(a.num, b.num), a.den)
        return Exact(self.sub(self.mul(a.num, b.den), self.mul(b.num, a.den)), self.mul(a.den, b.den))

    def times(self, a: Exact, b: Exact) -> Exact:
        return Exact(self.mul(a.num, b.num), self.mul(a.den, b.den))

    def not_negative(self, a: Exact) -> Exact:
        return Exact(self.op("max", a.num, const(0)), a.den)

    def held(self, a: Exact, limit: Exact, word: str) -> Exact:
        """The larger (``max``) or smaller (``min``) of two exact values."""
        if a.den == limit.den:
            return Exact(self.op(word, a.num, limit.num), a.den)
        return Exact(self.op(word, self.mul(a.num, limit.den), self.mul(limit.num, a.den)), self.mul(a.den, limit.den))

    def choose(self, condition: Truth, a: Exact, b: Exact) -> Exact:
        """One of two exact values; constant denominators are made one, so that only the numerator hangs on it."""
        if isinstance(a.den, tuple) and isinstance(b.den, tuple) and a.den[0] == b.den[0] == "c":
            common = lcm(a.den[1], b.den[1])
            over = [self.mul(x.num, const(common // x.den[1])) for x in (a, b)]  # type: ignore[index]
            return Exact(self.select(condition, *over), const(common))
        return Exact(self.select(condition, a.num, b.num), self.select(condition, a.den, b.den))

    def rounded(self, a: Exact, rounding: Round | None) -> Operand:
        """To whole minor units; by the law's rounding where it names one, else half-up (away from zero)."""
        step, mode = 1, "half-up"
        if rounding is not None:
            step, mode = self._step(rounding), rounding.mode
        if a.den == ("c", 1) and step == 1:
            return a.num
        node = self.op("div", a.num, self.mul(a.den, const(step)), mode)
        return self.mul(node, const(step))

    def _step(self, rounding: Round) -> int:
        """The step of a rounding in minor units."""
        step = rounding.to * 10**self.regime.digits
        if step.denominator != 1:
            raise DataFileError(
                "a rounding step is finer than the minor unit", field=f"{self.regime.law.code}: round", value=str(step)
            )
        return int(step.numerator)

    # figures -----------------------------------------------------------------------------------------------------

    def of_regime(self, key: tuple[Any, ...]) -> Exact:
        """A figure of the regime, by what :meth:`Regime.figure_of` calls it."""
        position = self.regime.param(key)
        self.refs.append(("r", position))
        return Exact(("r", position, 0), ("r", position, 1))

    def money(self, amount: Fraction, currency: str) -> Exact:
        """An amount of the law in minor units of its currency."""
        if currency == self.regime.law.currency:
            exact = amount * 10**self.regime.digits
            return Exact(const(exact.numerator), const(exact.denominator))
        return self.of_regime(("money", amount, currency))

    def value(self, name: str) -> tuple[Exact, bool]:
        """A named figure of the law on the day of the event at hand, and whether it is an amount."""
        return self.of_regime(("value", name, self.event)), self.regime.is_amount(name, self.event)

    def settled(self, node: Node, line: Any) -> Node:
        """A node of a guard as it is to be tested for a line; a program of rows answers text leaf by leaf."""
        return node

    def once(self, node: Node, work: Callable[[], Any]) -> Any:
        """What a word over all lines comes to; ``node`` is the word as it stands in the law."""
        return work()

    # lines and groups --------------------------------------------------------------------------------------------

    @abstractmethod
    def each(self, work: Callable[..., Any], *amounts: Any) -> Any:
        """``work`` on the amounts of each line."""

    @abstractmethod
    def amounts_of(self, name: str, group: Any) -> Any:
        """An amount of each line of the group."""

    @abstractmethod
    def nothing(self, group: Any) -> Any:
        """Zero for each line."""

    @abstractmethod
    def total(self, amounts: Any, group: Any) -> Operand:
        """The sum over the group."""

    @abstractmethod
    def joined(self, conditions: Any, group: Any) -> tuple[Truth, bool]:
        """Whether a condition holds for any line, and whether it is one and the same for all."""

    @abstractmethod
    def spread(self, whole: Operand, weights: Any, group: Any) -> Any:
        """An amount cut over the lines by weights, cumulatively, in canonical order."""

    @abstractmethod
    def put(self, component: Component, shares: Any, charged: Any, group: Any) -> None:
        """Keep what a component came to on each line, and whether it was charged."""

    @abstractmethod
    def replace(self, name: str, amounts: Any, group: Any) -> None:
        """Put other amounts in the place of a component's."""

    @abstractmethod
    def is_single(self, group: Any) -> bool:
        """Is it a group of one line?"""

    @abstractmethod
    def guard_of(self, guard: Guard, group: Any) -> Truth:
        """A guard of the group: that of its first line."""

    @abstractmethod
    def check_of(self, of: str, guard: Guard, group: Any, citation: Any) -> Truth:
        """As :meth:`guard_of`, kept for the derivation."""

    @abstractmethod
    def figure(self, key: tuple[Any, ...], group: Any) -> Exact:
        """A figure of the group: that of its first line, for a rate is one on its group."""

    @abstractmethod
    def micro_of(self, unit: str, group: Any) -> Operand:
        """A quantity summed over the lines of the group that the component holds for, in millionths."""

    @abstractmethod
    def duty(self, group: Any, base: Exact | None) -> Exact:
        """The duty of the tariff on a base; without base its rate."""

    @abstractmethod
    def table_is_known(self, table: Table, group: Any) -> None:
        """Ask for the key of a table where a line does not state it and it matters."""

    @abstractmethod
    def lacking(self, component: Component, charged: Truth, group: Any) -> Operand | None:
        """The amount of a component whose duty cannot be computed; ``None`` where it can."""

    @abstractmethod
    def tax_inside(self, name: str, group: Any) -> Any:
        """Tax and net of an amount of each line that was stated with tax inside; ``None`` where it was net.

        ``None`` alone: of no line.
        """

    @abstractmethod
    def amount(self, name: str, line: Any) -> Operand:
        """An amount of a line in minor units."""

    @abstractmethod
    def quantity(self, unit: str, line: Any) -> Exact:
        """A quantity of a line, exact."""

    @abstractmethod
    def pieces(self, line: Any) -> Operand:
        """The pieces of a line, in millionths."""

    @abstractmethod
    def is_charged(self, component: str, line: Any) -> Truth:
        """Was a component charged on a line?"""

    @abstractmethod
    def fact_of_line(self, leaf: Node, line: Any) -> Truth:
        """What text about a line decides."""

    @abstractmethod
    def over_lines(self, call: str, holds: Callable[[Any], Truth]) -> Truth:
        """``any`` or ``all`` over the lines of the consignment."""

    @abstractmethod
    def sum_lines(self, call: str, value: Callable[[Any], Exact | None]) -> Exact | None:
        """``sum`` over the lines of the consignment, ``sum_here`` over those of the procedure."""

    @abstractmethod
    def whole_of(self, name: str, group: Any) -> Operand:
        """An amount summed over the lines of the group that the component holds for."""
