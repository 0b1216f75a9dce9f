"""Warnings of a quote."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Final

from xbec.kernel.dated import stale
from xbec.kernel.finding import Finding

if TYPE_CHECKING:
    from xbec.landed_cost.plan import Charge, Group
    from xbec.landed_cost.quote import Quote

OLD_LAW_DAYS: Final = 365
"""A source checked longer ago than this, counted to the day of the quote, is told."""
NEAR: Final = Fraction(1, 50)
"""A value within this part of a limit is told."""


def warnings_of(quote: Quote) -> tuple[Finding, ...]:
    """Findings of severity warning or info, each once."""
    found: dict[Finding, None] = {}
    regime, plan = quote.regime, quote.plan
    for charge in plan.charges:
        component = charge.component
        if component.kind is not None and _is_charged(quote, charge) and component.force.confidence == "low":
            found[_weak(component.id, component.label, str(component.citation))] = None
        for group in charge.groups:
            if not group_is_charged(quote, group):
                continue
            for ref in group.refs:
                param = quote.param(ref)
                if param.confidence == "low":
                    found[_weak(component.id, f"{param.name} {param.text}", str(param.citation))] = None
    for procedure in dict.fromkeys(plan.procedures):
        if procedure.force.confidence == "low":
            found[_weak(procedure.id, procedure.title, str(procedure.citation))] = None
        if stale(procedure.citation.checked, regime.on, days=OLD_LAW_DAYS):
            found[
                Finding(
                    "law-age",
                    "warning",
                    procedure.id,
                    f"the law was last checked on {procedure.citation.checked}",
                    "check the source again, or lay a newer edition over it",
                    procedure.citation,
                )
            ] = None
    for role, rate in quote.exchange_rates.items():
        if rate.stand_in:
            found[
                Finding(
                    "stand-in-rate",
                    "warning",
                    f"exchange {role}",
                    f"the official series is not loaded; {rate.title or rate.source} stands in",
                    "load the official table: Fx(table)",
                    None,
                )
            ] = None
    for check in plan.checks:
        for side in check.sides:
            if not side.money:
                continue
            left = quote.minor(side.left.num) * quote.minor(side.right.den)
            right = quote.minor(side.right.num) * quote.minor(side.left.den)
            if right and left and abs(left - right) * NEAR.denominator <= abs(right) * NEAR.numerator:
                found[
                    Finding(
                        "near-threshold",
                        "info",
                        check.of,
                        f"a value within 2 % of a limit decides: {check.text}",
                        "check value and rate of exchange",
                        check.citation,
                    )
                ] = None
    return tuple(found)


def group_is_charged(quote: Quote, group: Group) -> bool:
    """Did the guard of the group hold?"""
    return group.charged if isinstance(group.charged, bool) else bool(quote.values[group.charged])


def _is_charged(quote: Quote, charge: Charge) -> bool:
    return any(group_is_charged(quote, group) for group in charge.groups)


def _weak(where: str, what: str, source: str) -> Finding:
    return Finding(
        "low-confidence", "warning", where, f"{what} is of low confidence", f"confirm it in the source: {source}", None
    )
