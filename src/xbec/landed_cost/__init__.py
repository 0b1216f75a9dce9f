"""Landed cost: a consignment and a day become a quote that explains itself.

``landed_cost(consignment, on=day)`` prices; ``solve`` finds the net price behind an all-inclusive one; ``verify_trace``
checks a quote's trace without the engine.
"""

from __future__ import annotations

from xbec.landed_cost.consignment import Consignment, Days, Line
from xbec.landed_cost.engine import landed_cost
from xbec.landed_cost.quote import ChargeAmount, Quote
from xbec.landed_cost.solve import Solution, solve
from xbec.landed_cost.unknown import undetermined
from xbec.landed_cost.verify import verify_trace
from xbec.landed_cost.worlds import QuoteInterval, World

__all__ = [
    "ChargeAmount",
    "Consignment",
    "Days",
    "Line",
    "Quote",
    "QuoteInterval",
    "Solution",
    "World",
    "landed_cost",
    "solve",
    "undetermined",
    "verify_trace",
]
