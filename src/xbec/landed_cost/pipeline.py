"""The pipeline of a quote, lowered: procedure per line, then components in order, as one plan."""

from __future__ import annotations

from typing import Any

from xbec.errors import NoLaw, Refused
from xbec.landed_cost.builder import ZERO
from xbec.landed_cost.component import compute, waive_jointly
from xbec.landed_cost.guards import check_guard, collector_of
from xbec.landed_cost.lower import Lowering
from xbec.landed_cost.plan import Charge, Plan, Truth
from xbec.landed_cost.profile import Profile
from xbec.landed_cost.program import Choice
from xbec.landed_cost.regime import Regime
from xbec.law.component import Component, Procedure

_CODES = {"hs2": 2, "hs4": 4, "hs6": 6, "hs8": 8, "hs10": 10}


def choose_procedures(lower: Lowering) -> Choice:
    """For each line the procedures that may take it, in order, each with its condition; the first that holds wins."""
    regime = lower.regime
    choice: Choice = []
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
            if holds is False or not surely(regime, procedure.id, procedure.force.confidence, procedure.title):
                continue
            ways.append((holds, number))
            if holds is True:
                break
        choice.append(ways)
    return choice


def surely(regime: Regime, name: str, confidence: str, label: str) -> bool:
    """Is it in force? Where that is unconfirmed, a question."""
    if confidence != "unconfirmed":
        return True
    return regime.ask_whether(
        f"{regime.law.code} {name} in force",
        f"whether {label} is in force on that day is unconfirmed",
        f"confirm it and state answers={{'{regime.law.code} {name} in force': True}} or False",
    )


def select_procedures(regime: Regime, profiles: tuple[Profile, ...]) -> tuple[Lowering, Choice]:
    """The first part of every plan: goods converted, guards of procedures tested."""
    lower = Lowering(regime, profiles)
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


def make_selector(lower: Lowering, choice: Choice) -> Plan:
    """The first part of every plan as a program that answers only which procedure takes each line, as a list."""
    return Plan(
        ops=tuple(lower.ops),
        inputs=dict(lower.inputs),
        choice=choice,
        chosen=(-2,) * lower.count,
        procedures=(),
        given={},
        inside=(),
        charges=(),
        checks=(),
    )


def make_plan(regime: Regime, profiles: tuple[Profile, ...], chosen: tuple[int, ...]) -> Plan:
    """Lower the plan for lines of one structure that go to the procedures ``chosen``."""
    lower, choice = select_procedures(regime, profiles)
    return finish_plan(lower, choice, chosen)


def finish_plan(lower: Lowering, choice: Choice, chosen: tuple[int, ...]) -> Plan:
    """The rest of a plan whose procedures :func:`select_procedures` lowered: its components, in order."""
    regime = lower.regime
    if -1 in chosen:
        raise _no_procedure(regime)
    refused = next((p for p in (regime.procedures[c] for c in chosen) if p.refuse is not None), None)
    if refused is not None:
        raise Refused(
            refused.refuse or "", field="procedure", value=refused.title, allowed=f"see {refused.citation.title}"
        )
    for name in ("freight", "insurance", *(n for n in regime.input_names if n.startswith("fee."))):
        lower.amount(name, 0)
    by_procedure = [
        (regime.procedures[number], tuple(i for i, c in enumerate(chosen) if c == number))
        for number in sorted(set(chosen))
    ]
    charges: list[Charge] = []
    for component in regime.components:
        for procedure, here in by_procedure:
            if component.procedures is None or procedure.id in component.procedures:
                charge = _component(lower, component, procedure, here)
                if charge is not None:
                    charges.append(charge)
    for charge in charges:  # a later component may have waived what this one came to
        amounts = lower.amounts[charge.component.id]
        charge.amounts.update((i, amounts[i]) for i in charge.amounts)
    return Plan(
        ops=tuple(lower.ops),
        inputs=lower.inputs,
        choice=choice,
        chosen=chosen,
        procedures=tuple(regime.procedures[c] for c in chosen),
        given=lower.given,
        inside=tuple(tax for (name, _), tax in lower.inside.items() if not name.endswith(".sale")),
        charges=tuple(charges),
        checks=tuple(lower.checks),
    )


def _component(lower: Lowering, component: Component, procedure: Procedure, here: tuple[int, ...]) -> Charge | None:
    """One component over the lines of one procedure."""
    lower.here = here
    lower.event = component.force.event or procedure.force.event or "declared"
    if component.waives:
        for group in _groups(lower, component, here):
            waive_jointly(lower, component, group)
        return None
    conditions: dict[int, Truth] = {}
    for line in here:
        if component.when is None:
            conditions[line] = True
        else:
            conditions[line] = check_guard(lower, component.id, component.when, line, component.citation)
    lines = tuple([i for i in here if conditions[i] is not False])
    if not lines or not surely(lower.regime, component.id, component.force.confidence, component.label):
        return None
    groups = [
        compute(lower, component, group, [conditions[i] for i in group]) for group in _groups(lower, component, lines)
    ]
    collector = None
    if component.kind is not None:
        collector = collector_of(lower, component.collects or procedure.collects, lines[0])
    return Charge(
        component=component,
        procedure=procedure,
        collector=collector,
        groups=tuple(groups),
        amounts=dict.fromkeys(lines, ZERO),
    )


def _groups(lower: Lowering, component: Component, lines: tuple[int, ...]) -> list[tuple[int, ...]]:
    """Lines that share the keys of ``per``, in canonical order."""
    if "line" in component.per:
        return [(i,) for i in lines]
    found: dict[tuple[Any, ...], list[int]] = {}
    for line in lines:
        key = tuple(key_of(lower.profiles[line], component, word) for word in component.per)
        found.setdefault(key, []).append(line)
    return [tuple(group) for group in found.values()]


def key_of(profile: Profile, component: Component, word: str) -> Any:
    """What a word of ``per`` makes of a line: lines of the same keys are one group."""
    if word in _CODES:
        return profile.line.code[: _CODES[word]]
    if word == "origin":
        return profile.line.origin
    if word == "tax-class":
        rate = component.rate
        tax = rate.name if rate is not None and rate.form == "tax" else None
        found = profile.classes.get(tax or "", next(iter(profile.classes.values()), None))
        return found, None if profile.line.tax_rate is None else str(profile.line.tax_rate)
    if word == "rate":
        return profile.rate_key if component.rate is not None and component.rate.form == "tariff" else None
    return None
