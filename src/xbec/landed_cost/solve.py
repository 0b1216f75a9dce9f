"""The net price behind an all-inclusive price: none, one or several answers, each under its own procedure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import attrs

from xbec.errors import CurrencyMismatch, InputError, ThresholdGap
from xbec.kernel.money import Money
from xbec.landed_cost.consignment import Consignment
from xbec.landed_cost.engine import landed_cost
from xbec.landed_cost.quote import Quote


@attrs.frozen(slots=True)
class Solution:
    """A net unit price that leads to the asked total.

    ``rounding`` is what the forward total misses the asked one by: zero, or the minor unit that no net price reaches.
    """

    procedure: str
    price: Money
    quote: Quote
    rounding: Money


def solve(consignment: Consignment, *, total: Money, on: date, **how: Any) -> tuple[Solution, ...]:
    """Unit prices of the one line of ``consignment`` whose landed total is ``total``, cheapest first.

    ``total`` is in the law's currency; the price of the line is a template whose currency and digits are kept. ``how``
    goes on to :func:`landed_cost`. Raises :class:`ThresholdGap` where a threshold makes the total jump over the asked
    one, :class:`InputError` for more than one line.
    """
    if len(consignment.lines) != 1:
        raise InputError("solve works on one line", field="lines", value=len(consignment.lines), allowed="1")
    line = consignment.lines[0]

    def quote_at(minor: int, procedure: str | None) -> Quote:
        priced = attrs.evolve(line, price=Money.from_minor(minor, line.price.currency))
        found = landed_cost(attrs.evolve(consignment, lines=[priced]), on=on, **(how | {"procedure": procedure}))
        if not isinstance(found, Quote):
            raise InputError("solve needs a quote without unknowns", field="on_unknown", value="interval")
        return found

    free = how.pop("procedure", None)
    start = quote_at(0, free)
    if total.currency != start.currency:
        raise CurrencyMismatch(
            "the total is in the currency of the law", field="total", value=str(total), allowed=start.currency
        )
    target = total.minor
    ids = [free] if free is not None else [p.id for p in start.regime.procedures if p.refuse is None]
    solutions: list[Solution] = []
    misses: list[Solution] = []
    for procedure in ids:
        for minor in _near(lambda m, p=procedure: quote_at(m, p).total.minor, target):  # type: ignore[misc]
            quote = quote_at(minor, free)
            if set(quote.procedures) != {procedure}:
                continue
            miss = Money.from_minor(target - quote.total.minor, total.currency)
            solution = Solution(procedure, quote.consignment.lines[0].price, quote, miss)
            (misses if miss.minor else solutions).append(solution)
    if solutions:
        return tuple(sorted(solutions, key=lambda s: s.price.minor))
    least = _granularity(start)
    close = [s for s in misses if abs(s.rounding.minor) <= least]
    if close:
        return (min(close, key=lambda s: (abs(s.rounding.minor), s.price.minor)),)
    raise ThresholdGap(
        "no net price leads to that total: a threshold makes it jump",
        field="total",
        value=str(total),
        cure="nearest totals: " + (", ".join(sorted({str(s.quote.total) for s in misses})) or "none"),
    )


def _granularity(quote: Quote) -> int:
    """Minor units one step of the price may move the total by: one, or more where a minor unit is worth more."""
    if quote.consignment.currency == quote.currency:
        return 2
    num, den = quote.commercial_rate.factor(quote.consignment.currency)
    step = 10**quote.regime.digits * num // (den * 10 ** quote.consignment.lines[0].price.digits)
    return 2 + 2 * int(step)


def _near(total_at: Callable[[int], int], target: int) -> list[int]:
    """Prices in minor units whose total, rising with the price, is the target, or the two around it."""
    if total_at(0) > target:
        return []
    high = 1
    while total_at(high) < target:
        high *= 2
        if high > 10**12:
            return []
    low = 0
    while low < high:
        middle = (low + high) // 2
        if total_at(middle) < target:
            low = middle + 1
        else:
            high = middle
    found = [low]
    while total_at(found[-1]) == target and total_at(found[-1] + 1) == target:
        found.append(found[-1] + 1)
    if total_at(low) != target and low > 0:
        found.insert(0, low - 1)
    return found
