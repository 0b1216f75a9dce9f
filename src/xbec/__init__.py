"""xbec: cross-border e-commerce domain logic, exact, explained, with the law cited.

The names most users need; every room has its own face (``xbec.law``, ``xbec.fx``, ``xbec.tariff`` ...). Importing reads
no law, and loads no data frame library; law is read at the first quote of a destination.
"""

from __future__ import annotations

from xbec.errors import XbecError
from xbec.goods import HsCode, Product
from xbec.kernel.money import Money
from xbec.kernel.place import Place
from xbec.landed_cost import Consignment, Line, Quote, landed_cost, verify_trace
from xbec.law import Law

__all__ = [
    "Consignment",
    "HsCode",
    "Law",
    "Line",
    "Money",
    "Place",
    "Product",
    "Quote",
    "XbecError",
    "landed_cost",
    "verify_trace",
]
