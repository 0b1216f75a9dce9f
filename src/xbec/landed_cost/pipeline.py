"""The pipeline of a quote, lowered: procedure per line, then components in order, as one plan."""

from __future__ import annotations

from typing import Any

import attrs

from xbec.errors import NoLaw, Refused
from xbec.landed_cost.guards import check_guard, collector_of
from xbec.landed_cost.lower import Lowering
from xbec.landed_cost.plan import Charge, Exact, Group, Plan, Truth
from xbec.landed_cost.profile import Profile
from xbec.landed_cost.program import (
    Operand,
    compile_python,
    const,
    names_of,
    write_python,
)
from xbec.landed_cost.rates import apply_rate, ratio_of
from xbec.landed_cost.regime import Regime
from xbec.law.check import rates_of
from xbec.law.component import Component, Procedure, Rate

_CODES = {"hs2": 2, "hs4": 4, "hs6": 6, "hs8": 8, "hs10": 10}


def choose_procedures(lower: Lowering) -> list[list[tuple[Truth, int]]]:
    """For each line the procedures that may take it, in order, each with its condition; the first that holds wins."""
    regime = lower.regime
    choice: list[list[tuple[Truth, int]]] = []
    for line in range(lower.count):
        ways: list[tuple[Truth, int]] = []
        for number, procedure in enumerate(regime.procedures):
            if regime.forced is not None:
                if procedure.id == regime.forced:
                    ways.append((True, number))
                continue
            holds: Truth = True
            lower.event = procedure.force.event or "declared"
            if procedure.when is not None:
                holds = check_guard(lower, procedure.id, procedure.when, line, procedure.citation)
            if holds is False or not _surely(regime, procedure.id, procedure.force.confidence, procedure.title):
                continue
            ways.append((holds, number))
            if holds is True:
                break
        choice.append(ways)
    return choice


def _surely(regime: Regime, name: str, confidence: str, label: str) -> bool:
    """Is it in force? Where that is unconfirmed, a question."""
    if confidence != "unconfirmed":
        return True
    return regime.ask_whether(
        f"{regime.law.code} {name} in force",
        f"whether {label} is in force on that day is unconfirmed",
        f"confirm it and state answers={{'{regime.law.code} {name} in force': True}} or False",
    )


def select_procedures(
    regime: Regime, profiles: tuple[Profile, ...], shape: tuple[Any, ...]
) -> tuple[Lowering, list[list[tuple[Truth, int]]]]:
    """The first part of every plan: goods converted, guards of procedures tested."""
    lower = Lowering(regime, profiles, shape)
    for line in range(lower.count):
        lower.amount("goods", line)
    choice = choose_procedures(lower)
    for ways in choice:
        if not ways:
            raise _no_procedure(regime)
    return lower, choice


def _no_procedure(regime: Regime) -> NoLaw:
    return NoLaw(
        f"no procedure of {regime.law.code} takes the consignment",
        field="on",
        value=regime.on.isoformat(),
        cure=f"xbec law show {regime.law.code} --on {regime.on} prints the procedures of the day",
    )


def make_selector(lower: Lowering, choice: list[list[tuple[Truth, int]]]) -> Any:
    """A function that answers only which procedure takes each line, as a list."""
    never = (-2,) * lower.count
    return compile_python(write_python(lower.ops, lines=lower.count, inputs=lower.inputs, choice=choice, chosen=never))


def make_plan(regime: Regime, profiles: tuple[Profile, ...], shape: tuple[Any, ...], chosen: tuple[int, ...]) -> Plan:
    """Lower and compile the plan for lines of one structure that go to the procedures ``chosen``."""
    lower, choice = select_procedures(regime, profiles, shape)
    if -1 in chosen:
        raise _no_procedure(regime)
    refused = next((p for p in (regime.procedures[c] for c in chosen) if p.refuse is not None), None)
    if refused is not None:
        raise Refused(
            refused.refuse or "", field="procedure", value=refused.title, allowed=f"see {refused.citation.title}"
        )
    for name in ("freight", "insurance", *(n for n in regime.input_names if n.startswith("fee."))):
        lower.amount(name, 0)
    charges: list[Charge] = []
    for known in regime.law.components:
        lower.amounts[known.id] = [const(0)] * lower.count
        lower.charged[known.id] = [False] * lower.count
    for component in regime.components:
        for number in sorted(set(chosen)):
            procedure = regime.procedures[number]
            here = tuple(i for i, c in enumerate(chosen) if c == number)
            if component.procedures is None or procedure.id in component.procedures:
                charge = _component(lower, component, procedure, here)
                if charge is not None:
                    charges.append(charge)
    source = write_python(lower.ops, lines=lower.count, inputs=lower.inputs, choice=choice, chosen=chosen)
    return Plan(
        ops=tuple(lower.ops),
        inputs=lower.inputs,
        choice=choice,
        chosen=chosen,
        procedures=tuple(regime.procedures[c] for c in chosen),
        given=lower.given,
        inside=tuple(tax for (name, _), tax in lower.inside.items() if not name.endswith(".sale")),
        charges=tuple(
            attrs.evolve(c, amounts={i: lower.amounts[c.component.id][i] for i in c.amounts}) for c in charges
        ),
        checks=tuple(lower.checks),
        names=names_of(lower.inputs),
        function=compile_python(source),
    )


def _component(lower: Lowering, component: Component, procedure: Procedure, here: tuple[int, ...]) -> Charge | None:
    """One component over the lines of one procedure."""
    lower.here = here
    lower.event = component.force.event or procedure.force.event or "declared"
    if component.waives:
        _waive_jointly(lower, component, here)
        return None
    conditions: dict[int, Truth] = {}
    for line in here:
        if component.when is None:
            conditions[line] = True
        else:
            conditions[line] = check_guard(lower, component.id, component.when, line, component.citation)
    lines = tuple(i for i in here if conditions[i] is not False)
    if not lines or not _surely(lower.regime, component.id, component.force.confidence, component.label):
        return None
    groups = [_group(lower, component, group, conditions) for group in _groups(lower, component, lines)]
    collector = None
    if component.kind is not None:
        collector = collector_of(lower, component.collects or procedure.collects, lines[0])
    return Charge(
        component=component,
        procedure=procedure,
        collector=collector,
        groups=tuple(groups),
        amounts={i: lower.amounts[component.id][i] for i in lines},
    )


def _groups(lower: Lowering, component: Component, lines: tuple[int, ...]) -> list[tuple[int, ...]]:
    """Lines that share the keys of ``per``, in canonical order."""
    if "line" in component.per:
        return [(i,) for i in lines]
    found: dict[tuple[Any, ...], list[int]] = {}
    for line in lines:
        found.setdefault(tuple(_key(lower, component, key, line) for key in component.per), []).append(line)
    return [tuple(group) for group in found.values()]


def _key(lower: Lowering, component: Component, key: str, line: int) -> Any:
    profile = lower.profiles[line]
    if key in _CODES:
        return profile.line.code[: _CODES[key]]
    if key == "origin":
        return profile.line.origin
    if key == "tax-class":
        rate = component.rate
        tax = rate.name if rate is not None and rate.form == "tax" else None
        found = profile.classes.get(tax or "", next(iter(profile.classes.values()), None))
        return found, None if profile.line.tax_rate is None else str(profile.line.tax_rate)
    if key == "rate":
        return profile.rate_key if component.rate is not None and component.rate.form == "tariff" else None
    return None


def _group(lower: Lowering, component: Component, group: tuple[int, ...], conditions: dict[int, Truth]) -> Group:
    """Base, rate, rounding and waiver of a component over one group, then its allocation to the lines."""
    first = conditions[group[0]]
    uniform = all(conditions[i] == first for i in group)
    charged: Truth = first
    if not uniform:
        charged = _any(lower, [conditions[i] for i in group])
    parts = []
    weights: list[Operand] = [const(0)] * len(group)
    negative = False
    for sign, name in component.base:
        amounts = [lower.amount(name, i) for i in group]
        if not uniform:
            amounts = [lower.select(conditions[i], a, const(0)) for i, a in zip(group, amounts, strict=True)]
        parts.append((sign, name, lower.total(amounts)))
        negative = negative or sign < 0
        weights = [
            lower.add(w, a) if sign > 0 else lower.op("sub", w, a) for w, a in zip(weights, amounts, strict=True)
        ]
    lower.refs, lower.told = [], []
    base = Exact(_signed(lower, parts, negative))
    base_node = base.num if component.base else None
    lacking = None if charged is True else _lacking(lower, component, group)
    if lacking is not None:
        node = _only_where_charged(lower, charged, lacking)
    else:
        within, base = _tax_within(lower, component, group, conditions, base)
        result, sure = _result(lower, component, group, base)
        node = lower.rounded(result, lower.regime.rounding.get(component.id, component.round))
        node = lower.add(node, within)
        if sure is not True:
            charged = _both(lower, charged, sure)
        node = lower.select(charged, node, const(0))
    waived: Truth = False
    if component.waive is not None:
        lower.result = node
        waived = check_guard(lower, f"{component.id} waived", component.waive, group[0], component.waive_citation)
        lower.result = None
        node = lower.select(waived, const(0), node)
    if not component.base:
        weights = [lower.amount("goods", i) for i in group]
    elif negative and len(group) > 1:
        weights = [lower.op("max", w, const(0)) for w in weights]
    for line, share in zip(group, lower.shares(node, weights), strict=True):
        lower.amounts[component.id][line] = share
        lower.charged[component.id][line] = _both(lower, charged, conditions[line])
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


def _tax_within(
    lower: Lowering, component: Component, group: tuple[int, ...], conditions: dict[int, Truth], base: Exact
) -> tuple[Operand, Exact]:
    """The tax already taken out of tax-inclusive prices, and the base without them.

    The tax of such a price is what was inside it; working it out again from the net amount would miss it by a minor
    unit now and then, and the buyer would not pay the price that was shown.
    """
    rate = component.rate
    plain = rate is not None and rate.form in {"tax", "table"} and rate.name == lower.regime.law.price_tax
    shaped = (component.deduct, component.less, component.times, component.times_base, component.round_base)
    if not plain or component.gross_up is not False or any(x is not None for x in shaped):
        return const(0), base
    taxes: list[Operand] = []
    nets: list[Operand] = []
    for sign, name in component.base:
        for line in group:
            tax = lower.inside.get((name, line))
            if tax is not None and sign > 0:
                taxes.append(lower.select(conditions[line], tax, const(0)))
                nets.append(lower.select(conditions[line], lower.amount(name, line), const(0)))
    if not taxes:
        return const(0), base
    return lower.total(taxes), Exact(lower.op("sub", base.num, lower.total(nets)), base.den)


def _lacking(lower: Lowering, component: Component, group: tuple[int, ...]) -> int | None:
    """The first line of the group whose duty cannot be computed, where the component asks for it."""
    if not any(rate.form == "tariff" for rate in rates_of(component)):
        return None
    return next((i for i in group if lower.profiles[i].lack is not None), None)


def _only_where_charged(lower: Lowering, charged: Truth, line: int) -> Operand:
    """Zero where the component is not charged; where it is, the figure that is missing, which stops the program.

    Goods under a relief need no duty rate, so a gap in the tariff is told only where the duty is due.
    """
    missing = ("l", line, lower.regime.line_param(("lack",)), 0)
    return lower.op("max", lower.select(charged, missing, const(0)), const(0))


def _signed(lower: Lowering, parts: list[tuple[int, str, Operand]], negative: bool) -> Operand:
    node: Operand = const(0)
    for sign, _, amount in parts:
        node = lower.add(node, amount) if sign > 0 else lower.op("sub", node, amount)
    return lower.op("max", node, const(0)) if negative else node


def _any(lower: Lowering, conditions: list[Truth]) -> Truth:
    joined: Truth = False
    for condition in conditions:
        if condition is True:
            return True
        if joined is False:
            joined = condition
        elif condition is not False and condition != joined:
            joined = lower.op("or", joined, condition)
    return joined


def _both(lower: Lowering, a: Truth, b: Truth) -> Truth:
    if a is False or b is False:
        return False
    if a is True or a == b:
        return b
    return a if b is True else lower.op("and", a, b)


def _off(lower: Lowering, off: Rate | tuple[tuple[int, str], ...], group: tuple[int, ...]) -> Exact:
    """What ``deduct`` or ``less`` takes off: an amount, or a sum of components."""
    if isinstance(off, Rate):
        return apply_rate(lower, off, group, None)[0]
    parts = [(sign, name, lower.total([lower.amount(name, i) for i in group])) for sign, name in off]
    return Exact(_signed(lower, parts, any(sign < 0 for sign, _ in off)))


def _fraction(value: Any) -> Exact:
    return Exact(const(value.numerator), const(value.denominator))


def _result(lower: Lowering, component: Component, group: tuple[int, ...], base: Exact) -> tuple[Exact, Truth]:
    """The exact, unrounded result of a component on its base."""
    if component.choose is not None:
        word = "min" if component.choose == "lowest" else "max"
        amounts = [Exact(lower.total([lower.amount(name, i) for i in group])) for name in component.among]
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
            inside = Exact(lower.op("sub", other.den, other.num), other.den)
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


def _waive_jointly(lower: Lowering, component: Component, here: tuple[int, ...]) -> None:
    """Set several components to zero over each group where the guard on their sum holds."""
    guard = component.when
    for group in _groups(lower, component, here):
        lower.result = lower.total([lower.amounts[name][i] for name in component.waives for i in group])
        assert guard is not None
        waived = check_guard(lower, f"{component.id} waives", guard, group[0], component.citation)
        lower.result = None
        for name in component.waives:
            for line in group:
                lower.amounts[name][line] = lower.select(waived, const(0), lower.amounts[name][line])
