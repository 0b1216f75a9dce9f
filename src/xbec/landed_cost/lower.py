"""Lowering: a regime and the structure of its lines become a straight-line integer program.

Everything that is text is answered while lowering, so the program holds arithmetic only; figures stay parameters, so
that countries and days of one structure share one program. The pipeline is fixed: convert and round per line, allocate,
then components in order, each rounded before anything uses it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import attrs

from xbec.errors import DataFileError, InputError, NoLaw
from xbec.landed_cost.program import Op, Operand, const
from xbec.landed_cost.regime import Param, Profile, Question, Regime, Unknown, missing_quantity, param_of
from xbec.law.check import is_given
from xbec.law.component import Collector, Component, Guard, Procedure, Rate, Round
from xbec.law.guard import Node, is_fact_of_consignment, is_fact_of_line

Truth = bool | int
"""Decided while lowering (``bool``) or a node of the program (``int``)."""


def guards_of(procedures: tuple[Procedure, ...], components: tuple[Component, ...]) -> Iterator[Guard]:
    """Every guard of a law."""
    from xbec.law.check import _guards

    for procedure in procedures:
        for guard in (procedure.when, *(c.when for c in procedure.collects)):
            if guard is not None:
                yield guard
    for component in components:
        yield from _guards(component)


@attrs.frozen(slots=True)
class Exact:
    """An exact value while lowering: numerator and denominator as operands."""

    num: Operand
    den: Operand = ("c", 1)


@attrs.frozen(slots=True)
class Side:
    """A comparison that was tested at run time, for the derivation: ``left op right``."""

    left: Exact
    op: str
    right: Exact
    money: bool


@attrs.frozen(slots=True)
class Check:
    """A guard that was tested: its text, its outcome, and the comparisons inside it."""

    of: str
    text: str
    line: int
    outcome: Truth
    sides: tuple[Side, ...]
    citation: Any = None


@attrs.frozen(slots=True)
class Group:
    """One computation of a component over a group of lines (positions in canonical order)."""

    lines: tuple[int, ...]
    parts: tuple[tuple[int, str, Operand], ...]
    base: Operand | None
    rate: str
    refs: tuple[tuple[Any, ...], ...]
    charged: Truth
    result: Operand
    waived: Truth = False


@attrs.frozen(slots=True)
class Charge:
    """A component as lowered for one procedure: its groups, and the amount of each line."""

    component: Component
    procedure: Procedure
    collector: str | None
    groups: tuple[Group, ...]
    amounts: dict[int, Operand]


@attrs.frozen(slots=True, eq=False)
class Plan:
    """A lowered program with all that a derivation needs; shared by every consignment of its structure."""

    ops: tuple[Op, ...]
    inputs: dict[tuple[str, int], int]
    choice: list[list[tuple[Truth, int]]]
    chosen: tuple[int, ...]
    procedures: tuple[Procedure, ...]
    given: dict[str, list[Operand]]
    inside: tuple[Operand, ...]
    charges: tuple[Charge, ...]
    checks: tuple[Check, ...]
    names: tuple[str, ...]
    read: Any
    function: Any


def _and(lower: Lowering, a: Truth, b: Truth) -> Truth:
    if a is False or b is False:
        return False
    if a is True:
        return b
    if b is True:
        return a
    return lower.op("and", a, b) if a != b else a


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
        self.inside: list[Operand] = []
        self.event = "declared"
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
            return [self._net(shares[i], i) for i in range(self.count)]
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
        return self._net(node, line)

    def _net(self, gross: Operand, line: int) -> Operand:
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
        self.inside.append(tax_inside)
        return self.op("sub", gross, tax_inside)

    def _tax_or_table(self, name: str, line: int) -> Exact:
        form = "tax" if name in self.regime.law.taxes else "table"
        return self.ratio(Rate(form, name, name=name), (line,))

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

    # guards ------------------------------------------------------------------------------------------------------

    def check(self, of: str, guard: Guard, line: int, citation: Any = None) -> Truth:
        """Evaluate a guard for a line and keep it, with both sides of its comparisons, for the derivation."""
        self.sides = []
        outcome = self.truth(guard.node, line, guard.text)
        self.checks.append(Check(of, guard.text, line, outcome, tuple(self.sides), citation))
        return outcome

    def truth(self, node: Node, line: int, text: str) -> Truth:
        """A guard for a line: decided now, or a node of the program."""
        kind = node[0]
        if kind in {"and", "or"}:
            return self._junction(node, line, text)
        if kind == "not":
            inner = self.truth(node[1], line, text)
            return (not inner) if isinstance(inner, bool) else self.op("not", inner)
        if is_fact_of_line(node):
            return self.profiles[line].whether(node)
        if is_fact_of_consignment(node):
            return self.regime.whether(node, _print(node))
        if kind == "call":
            return self._call(node, line, text)
        if kind == "compare":
            return self._compare(node, line, text)
        raise DataFileError("a guard is not yes or no", field=self.regime.law.code, value=text)

    def _junction(self, node: Node, line: int, text: str) -> Truth:
        """Short-circuit with three values: a decided side wins over a question on the other."""
        wins = node[0] == "or"
        parts: list[Truth] = []
        question: Question | None = None
        for part in node[1:]:
            try:
                value = self.truth(part, line, text)
            except Question as asked:
                question = question or asked
                continue
            if value is wins:
                return wins
            if not isinstance(value, bool):
                parts.append(value)
        if question is not None:
            raise question
        if not parts:
            return not wins
        joined = parts[0]
        for part_node in parts[1:]:
            joined = self.op(node[0], joined, part_node)
        return joined

    def _call(self, node: Node, line: int, text: str) -> Truth:
        _, call, argument = node
        if call == "charged":
            return self.charged[argument][line]
        if call in {"any", "all"}:
            combined: Truth = call == "all"
            word = "and" if call == "all" else "or"
            for i in range(self.count):
                value = self.truth(argument, i, text)
                if isinstance(value, bool):
                    if value is not (call == "all"):
                        return value
                elif isinstance(combined, bool):
                    combined = value
                else:
                    combined = self.op(word, combined, value)
            return combined
        if call == "history":
            return bool(self.regime.sample.history.get(argument))
        raise DataFileError("not a guard of yes or no", field=self.regime.law.code, value=text)

    def _compare(self, node: Node, line: int, text: str) -> Truth:
        _, op, left_node, right_node = node
        left, money_left = self.exact(left_node, line, text)
        right, money_right = self.exact(right_node, line, text)
        if left is None or right is None:
            return self.regime.ask_whether(
                _print(node), f"{_print(node)} cannot be tested", "state the history of the buyer that it looks at"
            )
        self.sides.append(Side(left, op, right, money_left or money_right))
        a, b = self.mul(left.num, right.den), self.mul(right.num, left.den)
        if not isinstance(a, int) and not isinstance(b, int) and a[0] == b[0] == "c":
            from xbec.landed_cost.regime import compare

            return compare(op, a[1], b[1])
        return self.op("cmp", op, a, b)

    def exact(self, node: Node, line: int, text: str) -> tuple[Exact | None, bool]:
        """A number or amount in a guard, and whether it is money (minor units of the law's currency)."""
        kind = node[0]
        if kind == "number":
            return Exact(const(node[1].numerator), const(node[1].denominator)), False
        if kind == "amount":
            return self.money(node[1], node[2]), True
        if kind in {"add", "subtract", "multiply"}:
            left, money_left = self.exact(node[1], line, text)
            right, money_right = self.exact(node[2], line, text)
            if left is None or right is None:
                return None, money_left or money_right
            work = {"add": self.plus, "subtract": self.minus, "multiply": self.times}[kind]
            return work(left, right), money_left or money_right
        if kind == "name":
            return self._named(node[1], line)
        if kind == "call":
            return self._number_call(node, line, text)
        raise DataFileError("not a number or an amount", field=self.regime.law.code, value=text)

    def _named(self, name: str, line: int) -> tuple[Exact | None, bool]:
        if name == "result" and self.result is not None:
            return Exact(self.result), True
        if name == "quantity":
            return Exact(self._input("piece", line), const(10**6)), False
        if name == "weight":
            return self.quantity("kg_gross", line), False
        if name == "price":
            pieces = self._input("piece", line)
            return Exact(self.mul(self.amount("goods", line), const(10**6)), pieces), True
        if name in self.regime.law.values and name not in self.amounts:
            figure, param = self.regime.value(name, self.event)
            return self.of_regime(("value", name, self.event), lambda: param), figure.kind == "amount"
        return Exact(self.amount(name, line)), True

    def _number_call(self, node: Node, line: int, text: str) -> tuple[Exact | None, bool]:
        _, call, argument = node
        if call == "history":
            return self._history(argument)
        if call == "count":
            number: Operand = const(0)
            for i in range(self.count):
                value = self.truth(argument, i, text)
                number = self.add(number, self.select(value, const(1), const(0)))
            return Exact(number), False
        lines = self.here if call == "sum_here" else tuple(range(self.count))
        total: Exact = Exact(const(0))
        money = True
        for i in lines:
            part, money = self.exact(argument, i, text)
            if part is None:
                return None, money
            total = self.plus(total, part)
        return total, money

    def _history(self, name: str) -> tuple[Exact | None, bool]:
        from xbec.kernel.money import Money

        value = self.regime.sample.history.get(name)
        if value is None:
            return None, False
        if isinstance(value, Money):
            minor = self.regime.to_minor(Fraction(value.amount), value.currency)
            return self.of_regime(("history", name), lambda: param_of(f"history.{name}", str(value), minor)), True
        exact = Fraction(value)
        return self.of_regime(("history", name), lambda: param_of(f"history.{name}", str(value), exact)), False

    def quantity(self, unit: str, line: int) -> Exact:
        """A quantity of a line, exact."""
        if unit not in self.profiles[line].line.micro:
            raise missing_quantity(self.profiles[line].line, unit)
        return Exact(self._input(unit, line), const(10**6))

    # rates -------------------------------------------------------------------------------------------------------

    def ratio(self, rate: Rate, lines: tuple[int, ...]) -> Exact:
        """A rate that is a pure ratio, for a group of lines."""
        found = self.rate(rate, lines, None)
        return found[0]

    def rate(self, rate: Rate, lines: tuple[int, ...], base: Exact | None) -> tuple[Exact, Truth]:
        """The result of a rate on a base, and whether anything is charged; without base the ratio itself."""
        line = lines[0]
        form = rate.form
        if form == "ratio" and rate.number is not None:
            ratio = Exact(const(rate.number.numerator), const(rate.number.denominator))
            return self._on(base, ratio), True
        if form == "money" and rate.number is not None:
            return self.money(rate.number, rate.currency or self.regime.law.currency), True
        if form == "value":
            figure, param = self.regime.value(rate.name or "", self.event)
            exact = self.of_regime(("value", rate.name, self.event), lambda: param)
            return (exact if figure.kind == "amount" else self._on(base, exact)), True
        if form == "tax":
            return self._on(base, self.of_line(line, ("tax", rate.name, self.event))), True
        if form == "table":
            return self._table(rate, line, base), True
        if form == "tariff":
            return self._duty(lines, base), True
        if form == "quantity":
            return self._per_quantity(rate, lines), True
        return self._cases(rate, lines, base)

    def _on(self, base: Exact | None, ratio: Exact) -> Exact:
        return ratio if base is None else self.times(base, ratio)

    def _table(self, rate: Rate, line: int, base: Exact | None) -> Exact:
        name = rate.name or ""
        table = self.regime.law.tables[name]
        key = self.profiles[line].table_key(table.key)
        if key is None and len(table.rows) > 1:
            unknown = Unknown(
                f"{table.key} (table {name})",
                tuple((k, k) for k in table.rows if k != "*"),
                f"{table.key} is not stated",
                f"state the {table.key} of the destination",
            )
            answer = self.regime.ask(unknown)
            rows = table.rows[answer]
            exact = self.of_regime(
                ("table", name, answer, self.event),
                lambda: self.regime.figure_param(
                    f"table.{name}.{answer}",
                    rows.on(self.regime.days[self.event], known_on=self.regime.known_on),
                ),
            )
            kind = next(iter(rows)).value.kind
        else:
            exact = self.of_line(line, ("table", name, self.event))
            kind = next(iter(next(iter(table.rows.values())))).value.kind
        return exact if kind == "amount" else self._on(base, exact)

    def _duty(self, lines: tuple[int, ...], base: Exact | None) -> Exact:
        line = lines[0]
        duty = self.profiles[line].duty
        if base is None:
            if duty.specifics or duty.at_least is not None or duty.at_most is not None:
                raise InputError(
                    "the law works on the rate alone and the duty is no plain percentage", field="duty", value=str(duty)
                )
            return self.of_line(line, ("duty", "a"))
        result = self._duty_part("duty", duty, lines, base)
        if duty.at_most is not None:
            result = self.held(result, self._duty_part("hi", duty.at_most, lines, base), "min")
        if duty.at_least is not None:
            result = self.held(result, self._duty_part("lo", duty.at_least, lines, base), "max")
        return result

    def _duty_part(self, part: str, duty: Any, lines: tuple[int, ...], base: Exact) -> Exact:
        line = lines[0]
        result = Exact(const(0))
        if duty.ad_valorem != 0 or not duty.specifics:
            result = self.times(base, self.of_line(line, (part, "a")))
        for n, (_, _, unit) in enumerate(duty.specifics):
            micro: Operand = const(0)
            for i in lines:
                micro = self.add(micro, self._micro(unit, i))
            result = self.plus(result, self.times(Exact(micro), self.of_line(line, (part, n))))
        return result

    def _micro(self, unit: str, line: int) -> Operand:
        self.quantity(unit, line)
        return self._input(unit, line)

    def _per_quantity(self, rate: Rate, lines: tuple[int, ...]) -> Exact:
        micro: Operand = const(0)
        for i in lines:
            micro = self.add(micro, self._micro(rate.unit or "piece", i))
        if rate.name is not None:
            _, param = self.regime.value(rate.name, self.event)
            each = self.of_regime(("value", rate.name, self.event), lambda: param)
        else:
            each = self.money(rate.number or Fraction(0), rate.currency or self.regime.law.currency)
        return self.times(Exact(micro, const(10**6)), each)

    def _cases(self, rate: Rate, lines: tuple[int, ...], base: Exact | None) -> tuple[Exact, Truth]:
        """Cases and bands: the first whose condition holds; no case: zero and not charged."""
        cases: list[tuple[Truth, Rate]] = []
        line = lines[0]
        if rate.form == "cases":
            for guard, inner in rate.cases:
                cases.append((True if guard is None else self.truth(guard.node, line, guard.text), inner))
        else:
            looked = Exact(self.total([self.amount(rate.name or "goods", i) for i in lines]))
            for limit, currency, inner in rate.bands:
                if limit is None:
                    cases.append((True, inner))
                    continue
                top = self.money(limit, currency or self.regime.law.currency)
                cases.append(
                    (self.op("cmp", "<=", self.mul(looked.num, top.den), self.mul(top.num, looked.den)), inner)
                )
        certain = next((n for n, (condition, _) in enumerate(cases) if condition is True), len(cases))
        result: Exact = Exact(const(0))
        charged: Truth = False
        for condition, inner in reversed(cases[: certain + 1]):
            if condition is False:
                continue
            value, sure = self.rate(inner, lines, base)
            if condition is True:
                result, charged = value, sure
                continue
            result = self.choose(condition, value, result)
            if charged is not True:
                charged = condition if charged is False else self.op("or", condition, charged)
        return result, charged


def float_free(number: Fraction) -> str:
    """A fraction as a decimal text where it has one."""
    return str(number.numerator) if number.denominator == 1 else f"{number.numerator}/{number.denominator}"


def _print(node: Node) -> str:
    """A node of a guard as text."""
    kind = node[0]
    if kind in {"name", "number", "day"}:
        return str(node[1])
    if kind == "text":
        return f"'{node[1]}'"
    if kind == "amount":
        return f"{node[1]} {node[2]}"
    if kind == "call":
        inner = f"'{node[2]}'" if isinstance(node[2], str) else _print(node[2])
        return f"{node[1]}({inner})"
    if kind == "compare":
        return f"{_print(node[2])} {node[1]} {_print(node[3])}"
    if kind == "in":
        return f"{_print(node[1])} in {list(node[2])}"
    if kind == "not":
        return f"not {_print(node[1])}"
    sign = {"and": " and ", "or": " or ", "add": " + ", "subtract": " - ", "multiply": " * "}[kind]
    return sign.join(_print(part) for part in node[1:])


def collector_of(lower: Lowering, rules: tuple[Collector, ...], line: int) -> str | None:
    """The first collector whose guard holds; it must be decided by text."""
    for rule in rules:
        holds = True if rule.when is None else lower.truth(rule.when.node, line, rule.when.text)
        if holds is True:
            return rule.by
        if holds is not False:
            raise DataFileError(
                "who collects must not hang on an amount: make it a procedure",
                field=f"{lower.regime.law.code}: collects",
                value=rule.when.text if rule.when else None,
            )
    return None
