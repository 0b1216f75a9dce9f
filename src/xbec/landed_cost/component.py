"""One component over one group: base, rate, rounding and waiver, then its share of each line."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from xbec.landed_cost.builder import ZERO, Builder
from xbec.landed_cost.plan import Exact, Group, Truth
from xbec.landed_cost.program import Operand, const
from xbec.landed_cost.rates import apply_rate, ratio_of
from xbec.law.component import Component, Rate


def compute(lower: Builder, component: Component, group: Any, conditions: Any) -> Group:
    """Work a component out over a group; ``conditions`` says for each line whether the component holds for it."""
    charged, uniform = lower.joined(conditions, group)
    lower.holds = None if uniform else conditions
    parts = []
    weights = lower.nothing(group)
    negative = False
    for sign, name in component.base:
        amounts = lower.amounts_of(name, group)
        if not uniform:
            amounts = lower.each(lambda c, a: lower.select(c, a, ZERO), conditions, amounts)
        parts.append((sign, name, lower.total(amounts, group)))
        negative = negative or sign < 0
        weights = lower.each(lower.add if sign > 0 else lower.sub, weights, amounts)
    lower.refs, lower.told = [], []
    base = Exact(_signed(lower, parts, negative))
    base_node = base.num if component.base else None
    node = lower.lacking(component, charged, group)
    if node is None:
        within, base = _tax_within(lower, component, group, conditions, base)
        result, sure = _result(lower, component, group, base)
        node = lower.rounded(result, lower.regime.rounding.get(component.id, component.round))
        node = lower.add(node, within)
        charged = lower.both(charged, sure)
        node = lower.select(charged, node, ZERO)
    waived: Truth = False
    if component.waive is not None:
        lower.result = node
        waived = lower.check_of(f"{component.id} waived", component.waive, group, component.waive_citation)
        lower.result = None
        node = lower.select(waived, ZERO, node)
    if not component.base:
        weights = lower.amounts_of("goods", group)
    elif negative and not lower.is_single(group):
        weights = lower.each(lambda w: lower.op("max", w, ZERO), weights)
    if not uniform:
        weights = _of_those_charged(lower, weights, conditions, group)
    shares = lower.spread(node, weights, group)
    truths = lower.each(lambda c: lower.both(charged, c), conditions)
    lower.put(component, shares, truths, group)
    lower.holds = None
    return Group(
        lines=group,
        parts=tuple(parts),
        base=base_node,
        rate=" or ".join(dict.fromkeys(lower.told)),
        refs=tuple(lower.refs),
        charged=charged,
        result=node,
        waived=waived,
    )


def _of_those_charged(lower: Builder, weights: Any, conditions: Any, group: Any) -> Any:
    """Weights of the lines the component holds for; where these come to nothing, one each."""
    held = lower.each(lambda c, w: lower.select(c, w, ZERO), conditions, weights)
    empty = lower.op("cmp", "==", lower.total(held, group), ZERO)
    ones = lower.each(lambda c: lower.select(c, const(1), ZERO), conditions)
    return lower.each(lambda one, w: lower.select(empty, one, w), ones, held)


def _tax_within(
    lower: Builder, component: Component, group: Any, conditions: Any, base: Exact
) -> tuple[Operand, Exact]:
    """The tax already taken out of tax-inclusive prices, and the base without them.

    The tax of such a price is what was inside it; working it out again from the net amount would miss it by a minor
    unit now and then, and the buyer would not pay the price that was shown.
    """
    rate = component.rate
    plain = rate is not None and rate.form in {"tax", "table"} and rate.name == lower.regime.law.price_tax
    shaped = (component.deduct, component.less, component.times, component.times_base, component.round_base)
    if not plain or component.gross_up is not False or any(x is not None for x in shaped):
        return ZERO, base
    taxes: Operand = ZERO
    nets: Operand = ZERO
    for sign, name in component.base:
        if sign > 0:
            inside = lower.tax_inside(name, group)
            if inside is None:
                continue
            tax = lower.each(lambda c, t: ZERO if t is None else lower.select(c, t[0], ZERO), conditions, inside)
            net = lower.each(lambda c, t: ZERO if t is None else lower.select(c, t[1], ZERO), conditions, inside)
            taxes = lower.add(taxes, lower.total(tax, group))
            nets = lower.add(nets, lower.total(net, group))
    return taxes, Exact(lower.sub(base.num, nets), base.den)


def _signed(lower: Builder, parts: list[tuple[int, str, Operand]], negative: bool) -> Operand:
    node: Operand = ZERO
    for sign, _, amount in parts:
        node = lower.add(node, amount) if sign > 0 else lower.sub(node, amount)
    return lower.op("max", node, ZERO) if negative else node


def _off(lower: Builder, off: Rate | tuple[tuple[int, str], ...], group: Any) -> Exact:
    """What ``deduct`` or ``less`` takes off: an amount, or a sum of components."""
    if isinstance(off, Rate):
        return apply_rate(lower, off, group, None)[0]
    parts = [(sign, name, lower.whole_of(name, group)) for sign, name in off]
    return Exact(_signed(lower, parts, any(sign < 0 for sign, _ in off)))


def _fraction(value: Fraction) -> Exact:
    return Exact(const(value.numerator), const(value.denominator))


def _result(lower: Builder, component: Component, group: Any, base: Exact) -> tuple[Exact, Truth]:
    """The exact, unrounded result of a component on its base."""
    if component.choose is not None:
        word = "min" if component.choose == "lowest" else "max"
        amounts = [Exact(lower.whole_of(name, group)) for name in component.among]
        chosen = amounts[0]
        for other in amounts[1:]:
            chosen = lower.held(chosen, other, word)
        return chosen, True
    if component.times_base is not None:
        base = lower.times(base, _fraction(component.times_base))
    if component.round_base is not None or component.times_base is not None:
        base = Exact(lower.rounded(base, component.round_base))
    if component.deduct is not None:
        base = lower.not_negative(lower.minus(base, _off(lower, component.deduct, group)))
    result = base
    sure: Truth = True
    if component.rate is not None:
        if component.gross_up is False:
            result, sure = apply_rate(lower, component.rate, group, base)
        else:
            own = ratio_of(lower, component.rate, group)
            other = ratio_of(lower, component.gross_up, group) if isinstance(component.gross_up, Rate) else own
            inside = Exact(lower.sub(other.den, other.num), other.den)
            result = Exact(
                lower.mul(lower.mul(base.num, own.num), inside.den),
                lower.mul(lower.mul(base.den, own.den), inside.num),
            )
    if component.times is not None:
        result = lower.times(result, _fraction(component.times))
    if component.less is not None:
        result = lower.not_negative(lower.minus(result, _off(lower, component.less, group)))
    if component.at_most is not None:
        result = lower.held(result, apply_rate(lower, component.at_most, group, None)[0], "min")
    if component.at_least is not None:
        result = lower.held(result, apply_rate(lower, component.at_least, group, None)[0], "max")
    return result, sure


def waive_jointly(lower: Builder, component: Component, group: Any) -> None:
    """Set several components to zero over a group where the guard on their sum holds."""
    guard = component.when
    assert guard is not None
    lower.result = ZERO
    for name in component.waives:
        lower.result = lower.add(lower.result, lower.whole_of(name, group))
    waived = lower.check_of(f"{component.id} waives", guard, group, component.citation)
    lower.result = None
    for name in component.waives:
        amounts = lower.each(lambda a: lower.select(waived, ZERO, a), lower.amounts_of(name, group))
        lower.replace(name, amounts, group)
