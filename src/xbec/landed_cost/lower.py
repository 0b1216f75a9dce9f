"""Lowering: a regime and the structure of its lines become a straight-line integer program.

Everything that is text is answered while lowering, so the program holds arithmetic only; figures stay parameters, so
that countries and days of one structure share one program. The pipeline is fixed: convert and round per line, allocate,
then components in order, each rounded before anything uses it.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from xbec.errors import DataFileError, InputError, NoLaw
from xbec.landed_cost.plan import Check, Exact, Side, Truth
from xbec.landed_cost.profile import Profile, missing_quantity
from xbec.landed_cost.program import Op, Operand, const
from xbec.landed_cost.rates import ratio_of
from xbec.landed_cost.regime import Regime
from xbec.landed_cost.unknown import Param, param_of
from xbec.law.check import is_given
from xbec.law.component import Rate, Round


class Lowering:
    """One walk over the law of a regime for lines of one structure."""

    def __init__(self, regime: Regime, profiles: tuple[Profile, ...], shape: tuple[Any, ...]) -> None:
        self.regime = regime
        self.profiles = profiles
        self.shape = shape
        self.count = len(profiles)
        self.ops: list[Op] = []
        self.memo: dict[Op, int] = {}
        self.inputs: dict[tuple[str, int], int] = {}
        self.given: dict[str, list[Operand]] = {}
        self.amounts: dict[str, list[Operand]] = {}
        self.charged: dict[str, list[Truth]] = {}
        self.checks: list[Check] = []
        self.sides: list[Side] = []
        self.refs: list[tuple[Any, ...]] = []
        self.inside: dict[tuple[str, int], Operand] = {}
        self.event = "declared"
        self.told: list[str] = []
        self.result: Operand | None = None
        self.here: tuple[int, ...] = tuple(range(self.count))

    # operations --------------------------------------------------------------------------------------------------

    def op(self, *op: Any) -> int:
        """A node of the program; equal operations are one node."""
        found = self.memo.get(op)
        if found is None:
            self.ops.append(op)
            found = self.memo[op] = len(self.ops) - 1
        return found

    def add(self, a: Operand, b: Operand) -> Operand:
        if a == ("c", 0):
            return b
        return a if b == ("c", 0) else self.op("add", a, b)

    def mul(self, a: Operand, b: Operand) -> Operand:
        if a == ("c", 0) or b == ("c", 0):
            return const(0)
        if a == ("c", 1):
            return b
        return a if b == ("c", 1) else self.op("mul", a, b)

    def total(self, amounts: list[Operand]) -> Operand:
        node: Operand = const(0)
        for amount in amounts:
            node = self.add(node, amount)
        return node

    def select(self, condition: Truth, a: Operand, b: Operand) -> Operand:
        if condition is True or a == b:
            return a
        return b if condition is False else self.op("select", condition, a, b)

    def plus(self, a: Exact, b: Exact) -> Exact:
        if a.den == b.den:
            return Exact(self.add(a.num, b.num), a.den)
        return Exact(self.add(self.mul(a.num, b.den), self.mul(b.num, a.den)), self.mul(a.den, b.den))

    def minus(self, a: Exact, b: Exact) -> Exact:
        if a.den == b.den:
            return Exact(self.op("sub", a.num, b.num), a.den)
        return Exact(self.op("sub", self.mul(a.num, b.den), self.mul(b.num, a.den)), self.mul(a.den, b.den))

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
        return Exact(self.select(condition, a.num, b.num), self.select(condition, a.den, b.den))

    def rounded(self, a: Exact, rounding: Round | None) -> Operand:
        """To whole minor units; by the law's rounding where it names one, else half-up (away from zero)."""
        step, mode = Fraction(1), "half-up"
        if rounding is not None:
            step, mode = rounding.to * 10**self.regime.digits, rounding.mode
        if step.denominator != 1:
            raise DataFileError(
                "a rounding step is finer than the minor unit", field=f"{self.regime.law.code}: round", value=str(step)
            )
        if a.den == ("c", 1) and step == 1:
            return a.num
        node = self.op("div", a.num, self.mul(a.den, const(step.numerator)), mode)
        return self.mul(node, const(step.numerator))

    # figures -----------------------------------------------------------------------------------------------------

    def of_regime(self, key: tuple[Any, ...], build: Callable[[], Param]) -> Exact:
        position = self.regime.param(key, build)
        self.refs.append(("r", position))
        return Exact(("r", position, 0), ("r", position, 1))

    def of_line(self, line: int, key: tuple[Any, ...]) -> Exact:
        position = self.regime.line_param(key)
        self.refs.append(("l", line, position))
        return Exact(("l", line, position, 0), ("l", line, position, 1))

    def money(self, amount: Fraction, currency: str) -> Exact:
        """An amount of the law in minor units of its currency."""
        if currency == self.regime.law.currency:
            exact = amount * 10**self.regime.digits
            return Exact(const(exact.numerator), const(exact.denominator))
        return self.of_regime(
            ("money", amount, currency),
            lambda: param_of("limit", f"{float_free(amount)} {currency}", self.regime.to_minor(amount, currency)),
        )

    # amounts -----------------------------------------------------------------------------------------------------

    def amount(self, name: str, line: int) -> Operand:
        """An amount of a line in minor units: given by the consignment, or a component already worked out."""
        if name.startswith("content."):
            return self._content(name, line)
        if is_given(name):
            if name not in self.given:
                self.given[name] = self._given(name)
            return self.given[name][line]
        return self.amounts[name][line]

    def _given(self, name: str) -> list[Operand]:
        stem, _, sale = name.partition(".sale")
        role = "sale" if sale or name.endswith(".sale") else "customs"
        if stem == "goods":
            return [self._goods(i, role) for i in range(self.count)]
        if stem not in self.regime.input_names:
            return [const(0)] * self.count
        money = self._money_of(stem)
        factor = self.of_regime(
            ("factor", stem, role), lambda: self.regime.factor(money.currency, money.scaled[1], role)
        )
        whole = self.rounded(self.times(Exact(self._input(stem, -1)), factor), self.regime.rounding.get(stem))
        shares = self.shares(whole, [self.amount("goods", i) for i in range(self.count)])
        if stem in {"freight", "insurance"}:
            return [self._net(shares[i], i, name) for i in range(self.count)]
        return shares

    def _money_of(self, name: str) -> Any:
        sample = self.regime.sample
        return sample.fees[name[4:]] if name.startswith("fee.") else getattr(sample, name)

    def _input(self, name: str, line: int) -> int:
        self.inputs.setdefault((name, line), len(self.inputs))
        return self.op("input", name, line)

    def _goods(self, line: int, role: str) -> Operand:
        value = Exact(self._input("goods", line))
        exact = self.times(value, self.of_line(line, ("goods", role)))
        node = self.op("cap", self.rounded(exact, self.regime.rounding.get("goods")))
        return self._net(node, line, "goods.sale" if role == "sale" else "goods")

    def _net(self, gross: Operand, line: int, name: str) -> Operand:
        """Take the tax out of a tax-inclusive amount: tax = round(gross x r / (1 + r)), net = gross - tax."""
        tax = self.regime.law.price_tax
        if self.profiles[line].line.price_includes == "net":
            return gross
        if tax is None:
            raise NoLaw(
                f"{self.regime.law.code} names no tax that a price includes", field="price_includes", value="tax"
            )
        rate = self._tax_or_table(tax, line)
        inside = Exact(self.mul(gross, rate.num), self.add(rate.den, rate.num))
        tax_inside = self.rounded(inside, None)
        self.inside[name, line] = tax_inside
        return self.op("sub", gross, tax_inside)

    def _tax_or_table(self, name: str, line: int) -> Exact:
        form = "tax" if name in self.regime.law.taxes else "table"
        return ratio_of(self, Rate(form, name, name=name), (line,))

    def _content(self, name: str, line: int) -> Operand:
        part = name.removeprefix("content.")
        if part not in self.profiles[line].line.content:
            raise InputError(
                "a part of the value that the law asks for is not stated",
                field=f"content[{part}]",
                value=self.profiles[line].line.code,
                cure=f"Line(content={{{part!r}: Money(...)}})",
            )
        value = Exact(self._input(name, line))
        return self.rounded(self.times(value, self.of_line(line, ("content", part))), None)

    def shares(self, whole: Operand, weights: list[Operand]) -> list[Operand]:
        """An amount cut over lines by weights, cumulatively, in canonical order."""
        if len(weights) == 1:
            return [whole]
        if whole == ("c", 0):
            return [const(0)] * len(weights)
        cut = self.op("allocate", whole, tuple(weights))
        return [self.op("pick", cut, n) for n in range(len(weights))]

    def quantity(self, unit: str, line: int) -> Exact:
        """A quantity of a line, exact."""
        if unit not in self.profiles[line].line.micro:
            raise missing_quantity(self.profiles[line].line, unit)
        return Exact(self._input(unit, line), const(10**6))

    def _micro(self, unit: str, line: int) -> Operand:
        self.quantity(unit, line)
        return self._input(unit, line)


def float_free(number: Fraction) -> str:
    """A fraction as a decimal text where it has one."""
    return str(number.numerator) if number.denominator == 1 else f"{number.numerator}/{number.denominator}"
