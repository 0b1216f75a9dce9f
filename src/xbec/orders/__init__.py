"""The canonical order: ``Order``, its lines, its parties. Every platform adapter produces it."""

from xbec.orders.address import Address, Party, PartyKind, TaxId
from xbec.orders.line import Charge, OrderLine, TaxCharged, shares
from xbec.orders.order import DescribesGoods, Order

__all__ = [
    "Address",
    "Charge",
    "DescribesGoods",
    "Order",
    "OrderLine",
    "Party",
    "PartyKind",
    "TaxCharged",
    "TaxId",
    "shares",
]
