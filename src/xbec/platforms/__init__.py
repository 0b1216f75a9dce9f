"""Reading the orders of the platforms people sell on: ``adapter("shopify").parse_order(payload)``.

One file a platform. The adapters themselves load on first use, so that importing this room costs little.
"""

from typing import TYPE_CHECKING, Any

from xbec.platforms.adapter import PlatformAdapter
from xbec.platforms.document import at, fit, read_document, step
from xbec.platforms.examples import example, example_names
from xbec.platforms.registry import adapter, detect, names

if TYPE_CHECKING:
    from xbec.platforms.amazon import Amazon
    from xbec.platforms.shopify import Shopify

__all__ = [
    "Amazon",
    "PlatformAdapter",
    "Shopify",
    "adapter",
    "at",
    "detect",
    "example",
    "example_names",
    "fit",
    "names",
    "read_document",
    "step",
]


def __getattr__(name: str) -> Any:
    if name in {"Amazon", "Shopify"}:
        return type(adapter(name.lower()))
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
