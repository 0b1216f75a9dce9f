"""The law of a kind of consignment, lowered once for all rows of a frame.

The walk over the law is that of a single quote; here a *line* is any row, a figure is a column of a table gathered by
the code of the regime or of the line, and a sum over lines is a sum over a run of rows. Operations are those of
:mod:`xbec.landed_cost.program`, and these:

===========  ================================================================================================
op           value, on each row
===========  ================================================================================================
input        an integer of the row: ``("input", name)``; of the consignment where its name says so
flag         a yes or no of the row: ``("flag", table column)``
run-sum      the sum over the row's run: ``("run-sum", a, level)``
run-any      whether any row of the run holds: ``("run-any", a, level)``
run-share    the row's share of a whole: ``("run-share", whole, weight, sum of the weights, level)``, cumulative in
             canonical order
===========  ================================================================================================

An operand ``("t", n)`` is column n of the tables. What a row cannot answer by itself (a gap, a question, a figure that
differs within its group) is *trouble*: the row's consignment is priced by itself, which tells what is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import lcm
from typing import TYPE_CHECKING, Any, Final

from xbec.batch.families import KEYS_OF_LINES, Tables
from xbec.batch.levels import CONSIGNMENT, Column, Cut, Levels
from xbec.errors import GapError, InputError
from xbec.kernel.currencies import minor_digits
from xbec.landed_cost.builder import ONE, ZERO, Builder
from xbec.landed_cost.guards import truth
from xbec.landed_cost.pipeline import key_of
from xbec.landed_cost.plan import Exact, Truth
from xbec.landed_cost.program import CAP, Operand, const
from xbec.landed_cost.rates import is_plain, ratio_of
from xbec.landed_cost.regime import Regime
from xbec.landed_cost.unknown import Param, Question
from xbec.law.check import is_given, rates_of
from xbec.law.component import Component, Guard, Rate

if TYPE_CHECKING:
    from xbec.landed_cost.profile import Profile
    from xbec.law.book import Table
    from xbec.law.guard import Node
    from xbec.tariff import Duty

ROW: Final = "row"
_LARGEST_COMMON: Final = 10**9
"""Figures of one column share a denominator where it is not larger."""


class Rows(Builder):
    """One walk over the law of regimes that answer every text guard alike, for rows of the kinds in ``tables``.

    ``scales`` are the decimals of the integers a row brings, by input name.
    """

    def __init__(self, regimes: Sequence[Regime], tables: Tables, scales: dict[str, int]) -> None:
        super().__init__(regimes[0])
        self.regimes = regimes
        self.profiles = tables.profiles
        self.classed = tables.classed
        self.scales = scales
        self.columns: list[Column] = []
        self.levels = Levels(self.ops, self.columns, self.regime.input_names)
        self.amounts: dict[str, Operand] = {}
        self.charged: dict[str, Truth] = {}
        self.given: dict[str, Operand] = {}
        self.inside: dict[str, tuple[Operand, Operand]] = {}
        self.trouble: list[Truth] = []
        self.mask: Truth = True
        self.here_level = CONSIGNMENT
        self.per: tuple[str, ...] = ()
        self.touched = False
        self._columns: dict[Any, int] = {}

    # tables ------------------------------------------------------------------------------------------------------

    def column(self, of: str, values: Sequence[int]) -> Operand:
        """An operand for one value a regime or kind of line; a constant where all are one."""
        first = values[0]
        if values.count(first) == len(values):
            return const(first)
        key = (of, tuple(values))
        found = self._columns.get(key)
        if found is None:
            self.columns.append(Column(of, key[1]))
            found = self._columns[key] = len(self.columns) - 1
        return ("t", found)

    def flag(self, values: Sequence[bool], of: str = "line") -> Truth:
        """A yes or no of each kind of line, or of each class."""
        if all(values) or not any(values):
            return values[0]
        return self.op("flag", self.column(of, [int(value) for value in values])[1])  # type: ignore[index]

    def exact(self, of: str, figures: Sequence[Param | None]) -> Exact:
        """Figures as numerators over one denominator where it is small, else over one each."""
        known = [f for f in figures if f is not None]
        common = 1
        for den in {figure.den for figure in known}:
            common = lcm(common, den)
            if common > _LARGEST_COMMON:
                break
        if common <= _LARGEST_COMMON:
            return Exact(
                self.column(of, [0 if f is None else f.num * (common // f.den) for f in figures]), const(common)
            )
        return Exact(
            self.column(of, [0 if f is None else f.num for f in figures]),
            self.column(of, [1 if f is None else f.den for f in figures]),
        )

    def of_regime(self, key: tuple[Any, ...]) -> Exact:
        """A figure of every regime; a question that all ask is a question, else their consignments are trouble."""
        figures: list[Param | None] = []
        asked: Question | None = None
        for regime in self.regimes:
            try:
                figures.append(self._figure(regime, key))
            except Question as question:
                asked = asked or question
                figures.append(None)
            except (GapError, InputError):
                figures.append(None)
        if asked is not None and all(figure is None for figure in figures):
            raise asked
        self.refuse_regimes([figure is None for figure in figures])
        return self.exact("regime", figures)

    def _figure(self, regime: Regime, key: tuple[Any, ...]) -> Param:
        if key[0] == "factor":
            scale, currency = self.scales[key[1]], regime.sample.currency
            return regime.factor(currency, scale if scale >= 0 else minor_digits(currency) - 1 - scale, key[2])
        return regime.figure_of(key)

    def refuse_regimes(self, refused: Sequence[bool]) -> None:
        """Consignments of these regimes are trouble on the rows at hand."""
        column = self.column("regime", [int(x) for x in refused])
        if column != ZERO:
            self.trouble_if(True if column == const(1) else self.op("flag", column[1]))  # type: ignore[index]

    def trouble_if(self, condition: Truth) -> None:
        """Where it holds on the rows at hand, the consignment is priced by itself."""
        self.trouble.append(self.both(self.mask, condition))

    def figure(self, key: tuple[Any, ...], group: Cut) -> Exact:
        """A figure of each kind of line, or of each class for rates of the law."""
        of, profiles = ("class", self.classed) if key[0] in {"tax", "table"} else ("line", self.profiles)
        figures: list[Param | None] = []
        for profile in profiles:
            try:
                figures.append(profile.figure_of(key))
            except (GapError, InputError, Question):
                figures.append(None)
        return self._one_a_group(self._known(figures, of), group, determined=self._is_determined(key))

    def _is_determined(self, key: tuple[Any, ...]) -> bool:
        """Do the words of ``per`` make sure that the figure is one on its group?"""
        if key[0] == "table":
            word = self.regime.law.tables[key[1]].key
            return word not in KEYS_OF_LINES or word.replace("_", "-") in self.per
        return key[0] == "tax" and "tax-class" in self.per

    def _known(self, figures: Sequence[Param | None], of: str = "line") -> Exact:
        self.trouble_if(self.flag([figure is None for figure in figures], of))
        return self.exact(of, figures)

    def _one_a_group(self, figure: Exact, group: Cut, *, determined: bool) -> Exact:
        """A figure must be one on its group; where the law does not make sure of it, rows that differ are trouble."""
        if group.level is not None and not determined:
            for part in (figure.num, figure.den):
                self._same_in_group(part, group)
        return figure

    def _same_in_group(self, part: Operand, group: Cut) -> None:
        if group.level is None or not self.levels.varies(part, group.level):
            return
        held = self.both(self.mask, True if self.holds is None else self.holds)
        if held is False:
            return
        # All of a group are one where each, as often as there are rows, comes to their sum.
        some = not isinstance(held, bool) and self.levels.varies(held, group.level)
        total = self.op("run-sum", self.op("select", held, part, ZERO) if some else part, group.level)
        rows = self.op("run-sum", self.op("select", held, ONE, ZERO) if some else ONE, group.level)
        self.trouble_if(self.both(held, self.op("cmp", "!=", self.mul(part, rows), total)))

    # groups of rows ----------------------------------------------------------------------------------------------

    def key(self, component: Component, word: str) -> Operand:
        """A column that is the same on lines which a word of ``per`` puts in one group."""
        of, profiles = ("class", self.classed) if word == "tax-class" else ("line", self.profiles)
        numbers: dict[Any, int] = {}
        values = [key_of(profile, component, word) for profile in profiles]
        return self.column(of, [numbers.setdefault(value, len(numbers)) for value in values])

    def each(self, work: Callable[..., Any], *amounts: Any) -> Any:
        """``work`` on the amount of the row."""
        return work(*amounts)

    def amounts_of(self, name: str, group: Cut) -> Operand:
        """An amount of the row."""
        return self.amount(name, ROW)

    def nothing(self, group: Cut) -> Operand:
        """Zero."""
        return ZERO

    def total(self, amounts: Operand, group: Cut) -> Operand:
        """The sum over the run."""
        return amounts if group.level is None else self.run_sum(amounts, group.level)

    def run_sum(self, amount: Operand, level: int) -> Operand:
        """The sum over the row's run of a level."""
        if amount == ZERO:
            return ZERO
        if isinstance(amount, int):
            name, *parts = self.ops[amount]
            if name == "select" and not self.levels.varies(parts[0], level):
                return self.select(parts[0], self.run_sum(parts[1], level), self.run_sum(parts[2], level))
            if name == "add":
                return self.add(self.run_sum(parts[0], level), self.run_sum(parts[1], level))
        return self.op("run-sum", amount, level)

    def run_any(self, condition: Truth, level: int | None) -> Truth:
        """Whether it holds on any row of the run."""
        if isinstance(condition, bool) or level is None or not self.levels.varies(condition, level):
            return condition
        return self.op("run-any", condition, level)

    def joined(self, conditions: Truth, group: Cut) -> tuple[Truth, bool]:
        """Whether a condition holds on any row of the run, and whether it is one for all."""
        if group.level is None or isinstance(conditions, bool) or not self.levels.varies(conditions, group.level):
            return conditions, True
        return self.run_any(conditions, group.level), False

    def spread(self, whole: Operand, weights: Operand, group: Cut) -> Operand:
        """The row's share of an amount of its run."""
        if group.level is None:
            return whole
        if whole == ZERO:
            return ZERO
        return self.op("run-share", whole, weights, self.run_sum(weights, group.level), group.level)

    def put(self, component: Component, shares: Operand, charged: Truth, group: Cut) -> None:
        """Add what a component came to on rows that had none of it yet."""
        self.amounts[component.id] = self.add(self.amounts.get(component.id, ZERO), shares)
        self.charged[component.id] = self.either(self.charged.get(component.id, False), charged)

    def replace(self, name: str, amounts: Operand, group: Cut) -> None:
        """Put another amount in the place of a component's, on the rows of the group."""
        self.amounts[name] = self.select(group.mask, amounts, self.amounts.get(name, ZERO))

    def is_single(self, group: Cut) -> bool:
        """Is each row a group of its own?"""
        return group.level is None

    def whole_of(self, name: str, group: Cut) -> Operand:
        """An amount summed over the rows of the run that the component holds for."""
        return self._held_sum(self.amount(name, ROW), group)

    def micro_of(self, unit: str, group: Cut) -> Operand:
        """A quantity summed over the rows of the run that the component holds for, in millionths."""
        return self._held_sum(self.micro(unit), group)

    def _held_sum(self, amount: Operand, group: Cut) -> Operand:
        if group.level is None:
            return amount
        held = self.both(group.mask, True if self.holds is None else self.holds)
        return self.run_sum(self.select(held, amount, ZERO), group.level)

    # guards ------------------------------------------------------------------------------------------------------

    def guard_of(self, guard: Guard, group: Cut) -> Truth:
        """A guard on the row; where it may differ within a group, a group in which it does is trouble."""
        found = self.holds_on_row(guard)
        if not isinstance(found, bool):
            self._same_in_group(self.select(found, const(1), ZERO), group)
        return found

    def check_of(self, of: str, guard: Guard, group: Cut, citation: Any) -> Truth:
        """As :meth:`guard_of`."""
        return self.guard_of(guard, group)

    def holds_on_row(self, guard: Guard) -> Truth:
        """A guard on the row; rows on which an unknown could turn it are trouble."""
        self.rail, self.touched = False, False
        surely = truth(self, guard.node, ROW, guard.text)
        if self.touched:
            self.rail = True
            possibly = truth(self, guard.node, ROW, guard.text)
            self.rail = False
            self.trouble_if(self.both(possibly, self.negation(surely)))
        return surely

    def fact_of_line(self, leaf: Node, line: Any) -> Truth:
        """What text about a line decides; an unknown counts as no on one rail of the guard and as yes on the other."""
        answers = [profile.answer(leaf) for profile in self.profiles]
        if any(answer is None for answer in answers):
            self.touched = True
        return self.flag([self.rail if answer is None else answer for answer in answers])

    def over_lines(self, call: str, holds: Callable[[Any], Truth]) -> Truth:
        """``any`` or ``all`` over the rows of the consignment."""
        if call == "any":
            return self.run_any(holds(ROW), CONSIGNMENT)
        return self.negation(self.run_any(self.negation(holds(ROW)), CONSIGNMENT))

    def sum_lines(self, call: str, value: Callable[[Any], Exact | None]) -> Exact | None:
        """``sum`` over the rows of the consignment, ``sum_here`` over those of the procedure."""
        part = value(ROW)
        if part is None:
            return None
        if self.levels.varies(part.den):
            self.trouble_if(True)
            return Exact(ZERO)
        if call == "sum_here":
            return Exact(self.run_sum(self.select(self.mask, part.num, ZERO), self.here_level), part.den)
        return Exact(self.run_sum(part.num, CONSIGNMENT), part.den)

    def is_charged(self, component: str, line: Any) -> Truth:
        """Was a component charged on the row?"""
        return self.charged.get(component, False)

    # amounts -----------------------------------------------------------------------------------------------------

    def input(self, name: str) -> Operand:
        """An integer of the row."""
        return self.op("input", name)

    def amount(self, name: str, line: Any) -> Operand:
        """An amount of the row in minor units."""
        if name.startswith("content.") or is_given(name):
            found = self.given.get(name)
            if found is None:
                mask, self.mask = self.mask, self.mask if name.startswith("content.") else True
                found = self._content(name) if name.startswith("content.") else self._given(name)
                self.mask = mask
                if not name.startswith("content."):
                    self.given[name] = found
            return found
        return self.amounts.get(name, ZERO)

    def _given(self, name: str) -> Operand:
        stem, _, sale = name.partition(".sale")
        role = "sale" if sale or name.endswith(".sale") else "customs"
        if stem != "goods" and stem not in self.regime.input_names:
            return ZERO
        factor = self.of_regime(("factor", stem, role))
        whole = self.rounded(self.times(Exact(self.input(stem)), factor), self.regime.rounding.get(stem))
        if stem == "goods":
            self.trouble_if(self.op("cmp", ">", whole, const(CAP)))
            return self._net(self.op("cap", whole), name)
        share = self.spread(whole, self.amount("goods", ROW), Cut(CONSIGNMENT, True))
        return self._net(share, name) if stem in {"freight", "insurance"} else share

    def _net(self, gross: Operand, name: str) -> Operand:
        """Take the tax out of amounts that were stated with it."""
        with_tax = self.flag([profile.line.price_includes == "tax" for profile in self.profiles])
        if with_tax is False:
            return gross
        mask, self.mask = self.mask, self.both(self.mask, with_tax)
        law = self.regime.law
        if law.price_tax is None:
            self.trouble_if(True)
            self.mask = mask
            return gross
        rate = Rate("tax" if law.price_tax in law.taxes else "table", law.price_tax, name=law.price_tax)
        ratio = ratio_of(self, rate, Cut(None, True))
        self.mask = mask
        tax = self.rounded(Exact(self.mul(gross, ratio.num), self.add(ratio.den, ratio.num)), None)
        tax = self.select(with_tax, tax, ZERO)
        net = self.sub(gross, tax)
        self.inside[name] = (tax, self.select(with_tax, net, ZERO))
        return net

    def tax_inside(self, name: str, group: Cut) -> tuple[Operand, Operand] | None:
        """Tax and net of amounts stated with tax inside, zero on rows stated net."""
        return self.inside.get(name)

    def _content(self, name: str) -> Operand:
        if name not in self.scales:
            self.trouble_if(True)
            return ZERO
        self.trouble_if(self.op("absent", name))
        factor = self.of_regime(("factor", name, "customs"))
        return self.rounded(self.times(Exact(self.input(name)), factor), None)

    def quantity(self, unit: str, line: Any) -> Exact:
        """A quantity of the row, exact."""
        return Exact(self.micro(unit), const(10**6))

    def micro(self, unit: str) -> Operand:
        """A quantity of the row in millionths; rows that do not state it are trouble."""
        if unit == "piece":
            return self.pieces(ROW)
        if unit not in self.scales:
            self.trouble_if(True)
            return ZERO
        self.trouble_if(self.op("absent", unit))
        return self.input(unit)

    def pieces(self, line: Any) -> Operand:
        """The pieces of the row, in millionths."""
        return self.input("piece")

    # tariff ------------------------------------------------------------------------------------------------------

    def table_is_known(self, table: Table, group: Cut) -> None:
        """Rows that do not state the key of a table of several rows are trouble."""
        if len(table.rows) > 1:
            self.trouble_if(self.flag([profile.table_key(table.key) is None for profile in self.classed], "class"))

    def lacking(self, component: Component, charged: Truth, group: Cut) -> None:
        """Rows whose duty cannot be computed are trouble where it is charged."""
        if any(rate.form == "tariff" for rate in rates_of(component)):
            lack = self.flag([profile.known_duty is None for profile in self.profiles])
            self.trouble_if(self.both(charged, lack))

    def duty(self, group: Cut, base: Exact | None) -> Exact:
        """The duty of the tariff on a base; without base its rate. Rows without a duty come to zero here."""
        duties = [profile.known_duty for profile in self.profiles]
        if base is None:
            self.trouble_if(self.flag([duty is not None and not is_plain(duty) for duty in duties]))
            return self._one_a_group(self._part("duty", "a", duties), group, determined="rate" in self.per)
        result = self._duty_part("duty", duties, group, base)
        for part, word in (("hi", "min"), ("lo", "max")):
            bounds = [None if duty is None else (duty.at_most if part == "hi" else duty.at_least) for duty in duties]
            bounded = self.flag([bound is not None for bound in bounds])
            if bounded is not False:
                bound = self._duty_part(part, bounds, group, base)
                result = self.choose(bounded, self.held(result, bound, word), result)
        return result

    def _duty_part(self, part: str, duties: Sequence[Duty | None], group: Cut, base: Exact) -> Exact:
        ratio = self._one_a_group(self._part(part, "a", duties), group, determined="rate" in self.per)
        result = self.times(base, ratio)
        for unit in sorted({unit for duty in duties if duty is not None for _, _, unit in duty.specifics}):
            each = self._part(part, unit, duties)
            if each.num == ZERO:
                continue
            counted = self.flag([_index(duty, unit) is not None for duty in duties])
            mask, self.mask = self.mask, self.both(self.mask, counted)
            micro = self.micro_of(unit, group)
            self.mask = mask
            each = self._one_a_group(each, group, determined="rate" in self.per)
            result = self.plus(result, self.times(Exact(micro), each))
        return result

    def _part(self, part: str, word: str, duties: Sequence[Duty | None]) -> Exact:
        """A figure of the duty of each kind of line: its ratio (``"a"``) or the amount by a unit."""
        known: dict[tuple[int, int], Param | None] = {}
        figures = []
        for profile, duty in zip(self.profiles, duties, strict=True):
            key = (id(profile.regime), id(duty))
            if key not in known:
                known[key] = _figure_of_duty(profile, duty, part, word)
            figures.append(known[key])
        return self._known(figures)


def _figure_of_duty(profile: Profile, duty: Duty | None, part: str, word: str) -> Param | None:
    index = "a" if word == "a" else _index(duty, word)
    if duty is None or index is None:
        return Param("duty", "", 0, 1)
    try:
        return profile.figure_of((part, index))
    except (GapError, InputError, Question):
        return None


def _index(duty: Duty | None, unit: str) -> int | None:
    if duty is None:
        return None
    return next((n for n, (_, _, u) in enumerate(duty.specifics) if u == unit), None)
