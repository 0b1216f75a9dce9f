"""What a platform must say about itself to be read: the adapter, without any input or output of its own.

An adapter turns documents into values. It opens no socket: whoever has an HTTP client passes in what it received.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from xbec.orders import Order


class PlatformAdapter(ABC):
    """Subclass it, name the platform, and say how its order document becomes an :class:`~xbec.orders.Order`.

    Register the class in the entry-point group ``xbec.platforms`` and prove it with
    :class:`xbec.testing.PlatformContract`. :mod:`xbec.platforms.document` has the guards every adapter needs.
    """

    name: ClassVar[str]
    """Lower-case word of the platform, as in ``adapter("shopify")``."""

    @abstractmethod
    def recognises(self, payload: str | bytes | Mapping[str, Any]) -> bool:
        """Whether this looks like an order document of the platform, whole or broken. Never raises."""

    @abstractmethod
    def parse_order(self, payload: str | bytes | Mapping[str, Any]) -> Order:
        """The order in the document, JSON text, bytes or what a JSON reader made of it.

        Raises ``DocumentError`` with the JSON path, the value and what is allowed, and no other exception.
        """
