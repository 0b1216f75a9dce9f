"""Rates, lowered: what each form of rate makes of a base, exactly."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from xbec.errors import InputError
from xbec.landed_cost.guards import truth
from xbec.landed_cost.plan import Exact, Truth
from xbec.landed_cost.program import Operand, const
from xbec.landed_cost.unknown import Unknown
from xbec.law.component import Rate

if TYPE_CHECKING:
    from xbec.landed_cost.lower import Lowering


def ratio_of(lower: Lowering, rate: Rate, lines: tuple[int, ...]) -> Exact:
    """A rate that is a pure ratio, for a group of lines."""
    found = apply_rate(lower, rate, lines, None)
    return found[0]


def apply_rate(lower: Lowering, rate: Rate, lines: tuple[int, ...], base: Exact | None) -> tuple[Exact, Truth]:
    """The result of a rate on a base, and whether anything is charged; without base the ratio itlower."""
    line = lines[0]
    form = rate.form
    if form in {"ratio", "money"} or (form == "quantity" and rate.name is None):
        lower.told.append(rate.text)
    if form == "ratio" and rate.number is not None:
        ratio = Exact(const(rate.number.numerator), const(rate.number.denominator))
        return _on(lower, base, ratio), True
    if form == "money" and rate.number is not None:
        return lower.money(rate.number, rate.currency or lower.regime.law.currency), True
    if form == "value":
        figure, param = lower.regime.value(rate.name or "", lower.event)
        exact = lower.of_regime(("value", rate.name, lower.event), lambda: param)
        return (exact if figure.kind == "amount" else _on(lower, base, exact)), True
    if form == "tax":
        return _on(lower, base, lower.of_line(line, ("tax", rate.name, lower.event))), True
    if form == "table":
        return _table(lower, rate, line, base), True
    if form == "tariff":
        return _duty(lower, lines, base), True
    if form == "quantity":
        return _per_quantity(lower, rate, lines), True
    return _cases(lower, rate, lines, base)


def _on(lower: Lowering, base: Exact | None, ratio: Exact) -> Exact:
    return ratio if base is None else lower.times(base, ratio)


def _table(lower: Lowering, rate: Rate, line: int, base: Exact | None) -> Exact:
    name = rate.name or ""
    table = lower.regime.law.tables[name]
    key = lower.profiles[line].table_key(table.key)
    if key is None and len(table.rows) > 1:
        unknown = Unknown(
            table.key,
            tuple(("any other" if k == "*" else k, k) for k in table.rows),
            f"{table.key} is not stated",
            f"state the {table.key}",
        )
        lower.regime.ask(unknown)
    exact = lower.of_line(line, ("table", name, lower.event))
    kind = next(iter(next(iter(table.rows.values())))).value.kind
    return exact if kind == "amount" else _on(lower, base, exact)


def _duty(lower: Lowering, lines: tuple[int, ...], base: Exact | None) -> Exact:
    line = lines[0]
    duty = lower.profiles[line].duty
    if base is None:
        if duty.specifics or duty.at_least is not None or duty.at_most is not None:
            raise InputError(
                "the law works on the rate alone and the duty is no plain percentage", field="duty", value=str(duty)
            )
        return lower.of_line(line, ("duty", "a"))
    result = _duty_part(lower, "duty", duty, lines, base)
    if duty.at_most is not None:
        result = lower.held(result, _duty_part(lower, "hi", duty.at_most, lines, base), "min")
    if duty.at_least is not None:
        result = lower.held(result, _duty_part(lower, "lo", duty.at_least, lines, base), "max")
    return result


def _duty_part(lower: Lowering, part: str, duty: Any, lines: tuple[int, ...], base: Exact) -> Exact:
    line = lines[0]
    result = Exact(const(0))
    if duty.ad_valorem != 0 or not duty.specifics:
        result = lower.times(base, lower.of_line(line, (part, "a")))
    for n, (_, _, unit) in enumerate(duty.specifics):
        micro: Operand = const(0)
        for i in lines:
            micro = lower.add(micro, lower._micro(unit, i))
        result = lower.plus(result, lower.times(Exact(micro), lower.of_line(line, (part, n))))
    return result


def _per_quantity(lower: Lowering, rate: Rate, lines: tuple[int, ...]) -> Exact:
    micro: Operand = const(0)
    for i in lines:
        micro = lower.add(micro, lower._micro(rate.unit or "piece", i))
    if rate.name is not None:
        _, param = lower.regime.value(rate.name, lower.event)
        each = lower.of_regime(("value", rate.name, lower.event), lambda: param)
    else:
        each = lower.money(rate.number or Fraction(0), rate.currency or lower.regime.law.currency)
    return lower.times(Exact(micro, const(10**6)), each)


def _cases(lower: Lowering, rate: Rate, lines: tuple[int, ...], base: Exact | None) -> tuple[Exact, Truth]:
    """Cases and bands: the first whose condition holds; no case: zero and not charged."""
    cases: list[tuple[Truth, Rate]] = []
    line = lines[0]
    if rate.form == "cases":
        for guard, inner in rate.cases:
            cases.append((True if guard is None else truth(lower, guard.node, line, guard.text), inner))
    else:
        looked = Exact(lower.total([lower.amount(rate.name or "goods", i) for i in lines]))
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
        value, sure = apply_rate(lower, inner, lines, base)
        if condition is True:
            result, charged = value, sure
            continue
        result = lower.choose(condition, value, result)
        if charged is not True:
            charged = condition if charged is False else lower.op("or", condition, charged)
    return result, charged
