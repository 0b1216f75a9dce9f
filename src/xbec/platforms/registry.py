"""Which platforms can be read: those of xbec and those that other packages register.

A package registers an adapter in the entry-point group ``xbec.platforms``. The built-in adapters are there even where
xbec runs from a checkout whose metadata was never installed.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from xbec.errors import DocumentError, InputError
from xbec.platforms.adapter import PlatformAdapter
from xbec.platforms.document import read_document

GROUP = "xbec.platforms"
_BUILT_IN = {"amazon": "xbec.platforms.amazon:Amazon", "shopify": "xbec.platforms.shopify:Shopify"}


def names() -> tuple[str, ...]:
    """The names of all platforms that can be read, sorted.

    >>> {"amazon", "shopify"} <= set(names())
    True
    """
    return tuple(sorted(_places()))


def adapter(name: str) -> PlatformAdapter:
    """The adapter of that name. Raises ``InputError`` for an unknown name or an adapter that does not load.

    >>> adapter("shopify").name
    'shopify'
    """
    places = _places()
    if not isinstance(name, str) or name not in places:
        raise InputError("no such platform", field="platform", value=name, allowed=", ".join(sorted(places)))
    if len(places[name]) > 1:
        several = ", ".join(sorted(places[name]))
        raise InputError("two packages claim this platform", field="platform", value=name, allowed=f"one of {several}")
    (place,) = places[name]
    module, _, attribute = place.partition(":")
    try:
        found = getattr(import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        raise InputError(
            f"the adapter does not load: {error}", field="platform", value=place, cure="repair or remove its package"
        ) from error
    if not (isinstance(found, type) and issubclass(found, PlatformAdapter)):
        raise InputError("this is no adapter", field="platform", value=place, allowed="a subclass of PlatformAdapter")
    return found()


def detect(payload: str | bytes | Mapping[str, Any]) -> PlatformAdapter:
    """The one adapter that recognises the document. Raises ``DocumentError`` where none or several do.

    >>> detect({"AmazonOrderId": "902-1845936-5435065"}).name
    'amazon'
    """
    document = read_document(payload)
    found = [one for one in map(adapter, names()) if one.recognises(document)]
    if len(found) == 1:
        return found[0]
    known = ", ".join(one.name for one in found) if found else ", ".join(names())
    raise DocumentError(
        "several platforms could have sent this" if found else "no known platform sent this",
        field="$",
        allowed=f"an order document of {known}",
        cure='name the platform: platforms.adapter("...").parse_order(payload)',
    )


def _places() -> dict[str, set[str]]:
    from importlib.metadata import entry_points

    places = {name: {place} for name, place in _BUILT_IN.items()}
    for point in entry_points(group=GROUP):
        places.setdefault(point.name, set()).add(point.value.replace(" ", ""))
    return places
