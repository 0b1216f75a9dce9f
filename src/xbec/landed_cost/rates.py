"""Rates, lowered: what each form of rate makes of a base, exactly."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from xbec.errors import InputError
from xbec.landed_cost.plan import Exact, Truth
from xbec.landed_cost.program import const
from xbec.law.component import Rate

if TYPE_CHECKING:
    from xbec.landed_cost.builder import Builder
    from xbec.tariff import Duty


def ratio_of(lower: Builder, rate: Rate, group: Any) -> Exact:
    """A rate that is a pure ratio, for a group of lines."""
    return apply_rate(lower, rate, group, None)[0]


def apply_rate(lower: Builder, rate: Rate, group: Any, base: Exact | None) -> tuple[Exact, Truth]:
    """The result of a rate on a base, and whether anything is charged; without base the ratio itself."""
    form = rate.form
    if form in {"ratio", "money"} or (form == "quantity" and rate.name is None):
        lower.told.append(rate.text)
    if form == "ratio" and rate.number is not None:
        ratio = Exact(const(rate.number.numerator), const(rate.number.denominator))
        return _on(lower, base, ratio), True
    if form == "money" and rate.number is not None:
        return lower.money(rate.number, rate.currency or lower.regime.law.currency), True
    if form == "value":
        exact, is_amount = lower.value(rate.name or "")
        return (exact if is_amount else _on(lower, base, exact)), True
    if form == "tax":
        return _on(lower, base, lower.figure(("tax", rate.name, lower.event), group)), True
    if form == "table":
        return _table(lower, rate, group, base), True
    if form == "tariff":
        return lower.duty(group, base), True
    if form == "quantity":
        return _per_quantity(lower, rate, group), True
    return _cases(lower, rate, group, base)


def _on(lower: Builder, base: Exact | None, ratio: Exact) -> Exact:
    return ratio if base is None else lower.times(base, ratio)


def _table(lower: Builder, rate: Rate, group: Any, base: Exact | None) -> Exact:
    name = rate.name or ""
    table = lower.regime.law.tables[name]
    lower.table_is_known(table, group)
    exact = lower.figure(("table", name, lower.event), group)
    kind = next(iter(next(iter(table.rows.values())))).value.kind
    return exact if kind == "amount" else _on(lower, base, exact)


def rate_alone(lower: Builder, duty: Duty, group: Any) -> Exact:
    """The rate of a duty, where the law works on the rate itself."""
    if not is_plain(duty):
        raise InputError(
            "the law works on the rate alone and the duty is no plain percentage", field="duty", value=str(duty)
        )
    return lower.figure(("duty", "a"), group)


def is_plain(duty: Duty) -> bool:
    """Is it a percentage and nothing else?"""
    return not duty.specifics and duty.at_least is None and duty.at_most is None


def duty_in_parts(lower: Builder, duty: Duty, group: Any, base: Exact) -> Exact:
    """A duty with its bounds on a base."""
    result = _duty_part(lower, "duty", duty, group, base)
    if duty.at_most is not None:
        result = lower.held(result, _duty_part(lower, "hi", duty.at_most, group, base), "min")
    if duty.at_least is not None:
        result = lower.held(result, _duty_part(lower, "lo", duty.at_least, group, base), "max")
    return result


def _duty_part(lower: Builder, part: str, duty: Duty, group: Any, base: Exact) -> Exact:
    result = Exact(const(0))
    if duty.ad_valorem != 0 or not duty.specifics:
        result = lower.times(base, lower.figure((part, "a"), group))
    for n, (_, _, unit) in enumerate(duty.specifics):
        result = lower.plus(result, lower.times(Exact(lower.micro_of(unit, group)), lower.figure((part, n), group)))
    return result


def _per_quantity(lower: Builder, rate: Rate, group: Any) -> Exact:
    micro = lower.micro_of(rate.unit or "piece", group)
    if rate.name is not None:
        each, _ = lower.value(rate.name)
    else:
        each = lower.money(rate.number or Fraction(0), rate.currency or lower.regime.law.currency)
    return lower.times(Exact(micro, const(10**6)), each)


def _cases(lower: Builder, rate: Rate, group: Any, base: Exact | None) -> tuple[Exact, Truth]:
    """Cases and bands: the first whose condition holds; no case: zero and not charged."""
    cases: list[tuple[Truth, Rate]] = []
    if rate.form == "cases":
        for guard, inner in rate.cases:
            cases.append((True if guard is None else lower.guard_of(guard, group), inner))
    else:
        looked = Exact(lower.whole_of(rate.name or "goods", group))
        for limit, currency, inner in rate.bands:
            if limit is None:
                cases.append((True, inner))
                continue
            top = lower.money(limit, currency or lower.regime.law.currency)
            cases.append((lower.op("cmp", "<=", lower.mul(looked.num, top.den), lower.mul(top.num, looked.den)), inner))
    certain = next((n for n, (condition, _) in enumerate(cases) if condition is True), len(cases))
    result: Exact = Exact(const(0))
    charged: Truth = False
    for condition, inner in reversed(cases[: certain + 1]):
        if condition is False:
            continue
        value, sure = apply_rate(lower, inner, group, base)
        if condition is True:
            result, charged = value, sure
            continue
        result = lower.choose(condition, value, result)
        if charged is not True:
            charged = lower.either(condition, charged)
    return result, charged
