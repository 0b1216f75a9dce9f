"""Amazon: orders of the Selling Partner API, in its present and in its deprecated shape.

* ``orders_2026-01-01`` getOrder: ``{"order": {"orderId": ...}}`` (:mod:`xbec.platforms.amazon_2026`)
* ``orders/v0`` getOrder with getOrderItems: ``{"order": <getOrder>, "items": <getOrderItems>}``, each with or without
  its ``payload`` envelope (:mod:`xbec.platforms.amazon_v0`)

https://developer-docs.amazon.com/sp-api/docs/orders-api

Whether tax is inside the prices is no field of either: it is read off the grand total, and stays unknown where the
total does not tell. Amazon gives no HS code, origin or weight: ``order.with_products`` fills them. An IOSS number in an
order is that of the marketplace, given to the seller for the carrier because Amazon collected the VAT: it makes Amazon
the facilitator, as does a tax collection of the model ``MARKETPLACE_FACILITATOR``.

>>> from xbec.platforms import example
>>> order = Amazon().parse_order(example("amazon-order"))
>>> print(order.total, order.marketplace_facilitator, order.registrations)
49.86 EUR True ('IOSS',)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from xbec.errors import DocumentError
from xbec.orders import Order
from xbec.platforms import amazon_2026, amazon_v0
from xbec.platforms.adapter import PlatformAdapter
from xbec.platforms.document import read_document


class Amazon(PlatformAdapter):
    """Reads Amazon orders of both shapes; see the module for what is read from where."""

    name: ClassVar[str] = amazon_2026.PLATFORM

    def recognises(self, payload: str | bytes | Mapping[str, Any]) -> bool:
        """Whether this looks like an Amazon order of either shape. Never raises."""
        try:
            document = read_document(payload)
        except DocumentError:
            return False
        return amazon_2026.present(document)[1] is not None or amazon_v0.looks_like(document)

    def parse_order(self, payload: str | bytes | Mapping[str, Any]) -> Order:
        """The order as placed. Raises ``DocumentError`` only."""
        document = read_document(payload)
        root, body = amazon_2026.present(document)
        return amazon_v0.read(document) if body is None else amazon_2026.read(body, root)
