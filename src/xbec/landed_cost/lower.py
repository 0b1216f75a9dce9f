"""Lowering: a regime and the structure of its lines become a straight-line integer program.

Everything that is text is answered while lowering, so the program holds arithmetic only; figures stay parameters, so
that countries and days of one structure share one program. The pipeline is fixed: convert and round per line, allocate,
then components in order, each rounded before anything uses it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from xbec.errors import InputError, NoLaw
from xbec.landed_cost.builder import ZERO, Builder
from xbec.landed_cost.guards import check_guard, tested
from xbec.landed_cost.plan import Exact, Side, Truth
from xbec.landed_cost.profile import Profile, missing_quantity
from xbec.landed_cost.program import Operand, const
from xbec.landed_cost.rates import duty_in_parts, rate_alone, ratio_of
from xbec.landed_cost.regime import Regime
from xbec.landed_cost.unknown import Unknown
from xbec.law.check import is_given, rates_of
from xbec.law.component import Component, Guard, Rate

if TYPE_CHECKING:
    from xbec.law.book import Table
    from xbec.law.guard import Node

Lines = tuple[int, ...]


class Lowering(Builder):
    """One walk over the law of a regime for lines of one structure; a group is the positions of its lines.

    Amounts of a group are lists, one operand a line, in canonical order.
    """

    def __init__(self, regime: Regime, profiles: tuple[Profile, ...]) -> None:
        super().__init__(regime)
        self.profiles = profiles
        self.count = len(profiles)
        self._left = [profile.settled for profile in profiles]
        self.inputs: dict[tuple[str, int], int] = {}
        self.given: dict[str, list[Operand]] = {}
        count = self.count  # not the lowering itself, which would keep itself alive
        self.amounts: dict[str, list[Operand]] = defaultdict(lambda: [ZERO] * count)
        self.charged: dict[str, list[Truth]] = defaultdict(lambda: [False] * count)
        self.inside: dict[tuple[str, int], Operand] = {}
        self.here: Lines = tuple(range(self.count))
        self._over_lines: dict[tuple[Any, ...], tuple[Any, list[Any], list[Side]]] = {}

    # groups of lines ---------------------------------------------------------------------------------------------

    def each(self, work: Callable[..., Any], *amounts: list[Any]) -> list[Any]:
        """``work`` on the amounts of each line."""
        return list(map(work, *amounts))

    def amounts_of(self, name: str, group: Lines) -> list[Operand]:
        """An amount of each line of the group."""
        known = self.given.get(name) or self.amounts.get(name)
        return [self.amount(name, i) for i in group] if known is None else [known[i] for i in group]

    def nothing(self, group: Lines) -> list[Operand]:
        """Zero for each line."""
        return [ZERO] * len(group)

    def total(self, amounts: list[Operand], group: Lines) -> Operand:
        """The sum over the group."""
        node: Operand = ZERO
        for amount in amounts:
            node = self.add(node, amount)
        return node

    def joined(self, conditions: list[Truth], group: Lines) -> tuple[Truth, bool]:
        """Whether a condition holds for any line, and whether it is one and the same for all."""
        if conditions.count(conditions[0]) == len(conditions):
            return conditions[0], True
        charged: Truth = False
        for condition in conditions:
            charged = self.either(charged, condition)
        return charged, False

    def spread(self, whole: Operand, weights: list[Operand], group: Lines) -> list[Operand]:
        """An amount cut over the lines by weights, cumulatively, in canonical order."""
        if len(weights) == 1:
            return [whole]
        if whole == ZERO:
            return [ZERO] * len(weights)
        cut = self.op("allocate", whole, tuple(weights))
        return [self.op("pick", cut, n) for n in range(len(weights))]

    def put(self, component: Component, shares: list[Operand], charged: list[Truth], group: Lines) -> None:
        """Keep what a component came to on each line."""
        self._over_lines.clear()
        for line, share, held in zip(group, shares, charged, strict=True):
            self.amounts[component.id][line] = share
            self.charged[component.id][line] = held

    def replace(self, name: str, amounts: list[Operand], group: Lines) -> None:
        """Put other amounts in the place of a component's."""
        self._over_lines.clear()
        for line, amount in zip(group, amounts, strict=True):
            self.amounts[name][line] = amount

    def is_single(self, group: Lines) -> bool:
        """Is it a group of one line?"""
        return len(group) == 1

    def guard_of(self, guard: Guard, group: Lines) -> Truth:
        """A guard of the group: that of its first line."""
        return tested(self, guard.node, group[0], guard.text)

    def check_of(self, of: str, guard: Guard, group: Lines, citation: Any) -> Truth:
        """As :meth:`guard_of`, kept for the derivation."""
        return check_guard(self, of, guard, group[0], citation)

    def is_charged(self, component: str, line: int) -> Truth:
        """Was a component charged on a line?"""
        return self.charged[component][line]

    def pieces(self, line: int) -> Operand:
        """The pieces of a line, in millionths."""
        return self.input("piece", line)

    def micro_of(self, unit: str, group: Lines) -> Operand:
        """A quantity summed over the lines of the group that the component holds for, in millionths."""
        return self._held_sum([self.micro(unit, i) for i in group], group)

    def whole_of(self, name: str, group: Lines) -> Operand:
        """An amount summed over the lines of the group that the component holds for."""
        return self._held_sum(self.amounts_of(name, group), group)

    def _held_sum(self, amounts: list[Operand], group: Lines) -> Operand:
        if self.holds is not None:
            amounts = self.each(lambda c, a: self.select(c, a, ZERO), self.holds, amounts)
        return self.total(amounts, group)

    def figure(self, key: tuple[Any, ...], group: Lines) -> Exact:
        """A figure of the group: that of its first line, for a rate is one on its group."""
        return self.of_line(group[0], key)

    def of_line(self, line: int, key: tuple[Any, ...]) -> Exact:
        """A figure of a line, by what :class:`Profile` calls it."""
        position = self.regime.line_param(key)
        self.refs.append(("l", line, position))
        return Exact(("l", line, position, 0), ("l", line, position, 1))

    def fact_of_line(self, leaf: Node, line: int) -> Truth:
        """What text about a line decides."""
        return self.profiles[line].whether(leaf)

    def settled(self, node: Node, line: int) -> Node:
        """A node of a guard with all that text decides for a line answered."""
        return self._left[line][id(node)]

    def once(self, node: Node, work: Callable[[], Any]) -> Any:
        """What a word over all lines comes to: the same for every line that asks, until another amount is known."""
        key = (id(node), self.event, self.result, self.here)
        found = self._over_lines.get(key)
        if found is None:
            refs, sides = len(self.refs), len(self.sides)
            value = work()
            self._over_lines[key] = value, self.refs[refs:], self.sides[sides:]
            return value
        value, read, tested_sides = found
        self.refs += read
        self.sides += tested_sides
        return value

    def over_lines(self, call: str, holds: Callable[[int], Truth]) -> Truth:
        """``any`` or ``all`` over the lines of the consignment; a line that decides it ends the walk."""
        combined: Truth = call == "all"
        for line in range(self.count):
            value = holds(line)
            if isinstance(value, bool) and value is not (call == "all"):
                return value
            combined = self.both(combined, value) if call == "all" else self.either(combined, value)
        return combined

    def sum_lines(self, call: str, value: Callable[[int], Exact | None]) -> Exact | None:
        """``sum`` over the lines of the consignment, ``sum_here`` over those of the procedure."""
        total = Exact(ZERO)
        for line in self.here if call == "sum_here" else range(self.count):
            part = value(line)
            if part is None:
                return None
            total = self.plus(total, part)
        return total

    def table_is_known(self, table: Table, group: Lines) -> None:
        """Ask for the key of a table where a line does not state it and it matters."""
        if self.profiles[group[0]].table_key(table.key) is None and len(table.rows) > 1:
            self.regime.ask(
                Unknown(
                    table.key,
                    tuple(("any other" if k == "*" else k, k) for k in table.rows),
                    f"{table.key} is not stated",
                    f"state the {table.key}",
                )
            )

    def duty(self, group: Lines, base: Exact | None) -> Exact:
        """The duty of the tariff on a base; without base its rate."""
        duty = self.profiles[group[0]].duty
        return rate_alone(self, duty, group) if base is None else duty_in_parts(self, duty, group, base)

    def lacking(self, component: Component, charged: Truth, group: Lines) -> Operand | None:
        """Where the duty of a line cannot be computed: zero if it is not charged, else what stops the program.

        Goods under a relief need no duty rate, so a gap in the tariff is told only where the duty is due.
        """
        if charged is True or not any(rate.form == "tariff" for rate in rates_of(component)):
            return None
        line = next((i for i in group if self.profiles[i].lack is not None), None)
        if line is None:
            return None
        missing = ("l", line, self.regime.line_param(("lack",)), 0)
        return self.op("max", self.select(charged, missing, ZERO), ZERO)

    # amounts -----------------------------------------------------------------------------------------------------

    def amount(self, name: str, line: int) -> Operand:
        """An amount of a line in minor units: given by the consignment, or a component already worked out."""
        known = self.given.get(name) or self.amounts.get(name)
        if known is not None:
            return known[line]
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
        lines = tuple(range(self.count))
        if stem not in self.regime.input_names:
            return self.nothing(lines)
        factor = self.of_regime(("factor", stem, role))
        whole = self.rounded(self.times(Exact(self.input(stem, -1)), factor), self.regime.rounding.get(stem))
        shares = self.spread(whole, self.amounts_of("goods", lines), lines)
        if stem in {"freight", "insurance"}:
            return [self._net(shares[i], i, name) for i in lines]
        return shares

    def input(self, name: str, line: int) -> int:
        """An integer the consignment brings."""
        self.inputs.setdefault((name, line), len(self.inputs))
        return self.op("input", name, line)

    def _goods(self, line: int, role: str) -> Operand:
        exact = self.times(Exact(self.input("goods", line)), self.of_line(line, ("goods", role)))
        node = self.op("cap", self.rounded(exact, self.regime.rounding.get("goods")))
        return self._net(node, line, "goods.sale" if role == "sale" else "goods")

    def _net(self, gross: Operand, line: int, name: str) -> Operand:
        """Take the tax out of a tax-inclusive amount: tax = round(gross x r / (1 + r)), net = gross - tax."""
        if self.profiles[line].line.price_includes == "net":
            return gross
        rate = ratio_of(self, self.price_tax(), (line,))
        inside = Exact(self.mul(gross, rate.num), self.add(rate.den, rate.num))
        tax_inside = self.rounded(inside, None)
        self.inside[name, line] = tax_inside
        return self.op("sub", gross, tax_inside)

    def tax_inside(self, name: str, group: Lines) -> list[tuple[Operand, Operand] | None] | None:
        """Tax and net of an amount of each line that was stated with tax inside; ``None`` where it was net."""
        if not self.inside:
            return None
        found = [self.inside.get((name, i)) for i in group]
        return [None if t is None else (t, self.amount(name, i)) for t, i in zip(found, group, strict=True)]

    def price_tax(self) -> Rate:
        """The rate of the tax that a price includes."""
        law = self.regime.law
        if law.price_tax is None:
            raise NoLaw(f"{law.code} names no tax that a price includes", field="price_includes", value="tax")
        return Rate("tax" if law.price_tax in law.taxes else "table", law.price_tax, name=law.price_tax)

    def _content(self, name: str, line: int) -> Operand:
        part = name.removeprefix("content.")
        if part not in self.profiles[line].line.content:
            raise InputError(
                "a part of the value that the law asks for is not stated",
                field=f"content[{part}]",
                value=self.profiles[line].line.code,
                cure=f"Line(content={{{part!r}: Money(...)}})",
            )
        value = Exact(self.input(name, line))
        return self.rounded(self.times(value, self.of_line(line, ("content", part))), None)

    def quantity(self, unit: str, line: int) -> Exact:
        """A quantity of a line, exact."""
        return Exact(self.micro(unit, line), const(10**6))

    def micro(self, unit: str, line: int) -> Operand:
        """A quantity of a line in millionths."""
        if unit not in self.profiles[line].line.micro:
            raise missing_quantity(self.profiles[line].line, unit)
        return self.input(unit, line)
