"""The net price behind an all-inclusive price: none, one or several answers, each under its own procedure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache
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

    ``total`` is in the law's currency; the price of the line is a template whose currency is kept. ``how`` goes on to
    :func:`landed_cost`. Prices are cut into stretches in which no guard changes its answer; within one the total rises
    with the price. Raises :class:`ThresholdGap` where a threshold makes the total jump over the asked one,
    :class:`InputError` for more than one line or a quote with unknowns.
    """
    if len(consignment.lines) != 1:
        raise InputError("solve works on one line", field="lines", value=len(consignment.lines), allowed="1")
    line = consignment.lines[0]

    @cache
    def quote_at(minor: int) -> Quote:
        priced = attrs.evolve(line, price=Money.from_minor(minor, line.price.currency))
        found = landed_cost(attrs.evolve(consignment, lines=[priced]), on=on, **how)
        if not isinstance(found, Quote):
            raise InputError("solve needs a quote without unknowns", field="on_unknown", value="interval")
        return found

    start = quote_at(0)
    if total.currency != start.currency:
        raise CurrencyMismatch(
            "the total is in the currency of the law", field="total", value=str(total), allowed=start.currency
        )
    target = total.minor
    high = 1
    while quote_at(high).price_paid.minor <= target:
        high *= 2
    exact: list[Solution] = []
    missed: list[Solution] = []
    nearest: list[int] = []
    for low, end in _stretches(quote_at, 0, high):
        found, around = _reach(quote_at, low, end, target)
        for minor in (*found, *around):
            quote = quote_at(minor)
            rounding = Money.from_minor(target - quote.total.minor, total.currency)
            solution = Solution(quote.procedures[0], quote.consignment.lines[0].price, quote, rounding)
            (missed if rounding.minor else exact).append(solution)
        nearest += [quote_at(low).total.minor, quote_at(end).total.minor]
    if exact:
        return tuple(sorted(exact, key=lambda s: s.price.minor))
    if missed:
        return (min(missed, key=lambda s: (abs(s.rounding.minor), s.price.minor)),)
    below = max((x for x in nearest if x < target), default=None)
    above = min((x for x in nearest if x > target), default=None)
    raise ThresholdGap(
        "no net price leads to that total: a threshold makes it jump",
        field="total",
        value=str(total),
        allowed=", ".join(str(Money.from_minor(x, total.currency)) for x in (below, above) if x is not None),
        cure="ask for one of the totals on either side of the jump",
    )


def _signature(quote: Quote) -> tuple[Any, ...]:
    """The answers of all guards, and the procedure: what must not change within a stretch."""
    return quote.procedures, tuple(x for x in quote.values if isinstance(x, bool))


def _stretches(quote_at: Callable[[int], Quote], low: int, high: int) -> list[tuple[int, int]]:
    """Closed ranges of prices in which every guard keeps its answer, in order."""
    todo, found = [(low, high)], []
    while todo:
        low, high = todo.pop()
        if _signature(quote_at(low)) == _signature(quote_at(high)):
            found.append((low, high))
        elif high - low == 1:
            found += [(low, low), (high, high)]
        else:
            middle = (low + high) // 2
            todo += [(low, middle), (middle, high)]
    joined: list[tuple[int, int]] = []
    for low, high in sorted(found):
        same = joined and _signature(quote_at(joined[-1][1])) == _signature(quote_at(low))
        if same and low <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(high, joined[-1][1]))
        else:
            joined.append((low, high))
    return joined


def _reach(quote_at: Callable[[int], Quote], low: int, high: int, target: int) -> tuple[list[int], list[int]]:
    """Prices of one stretch that reach the target, else the two on either side of it."""
    if not quote_at(low).total.minor <= target <= quote_at(high).total.minor:
        return [], []
    end = high
    while low < high:
        middle = (low + high) // 2
        if quote_at(middle).total.minor < target:
            low = middle + 1
        else:
            high = middle
    if quote_at(low).total.minor != target:
        return [], [low - 1, low]
    found = [low]
    while found[-1] < end and quote_at(found[-1] + 1).total.minor == target:
        found.append(found[-1] + 1)
    return found, []
