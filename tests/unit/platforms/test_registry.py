"""Platforms are found by name and by document, built in or registered by another package."""

import sys
from collections.abc import Mapping
from importlib.metadata import EntryPoint
from types import ModuleType
from typing import Any

import pytest

from xbec import platforms
from xbec.errors import DocumentError, InputError
from xbec.orders import Order
from xbec.platforms import PlatformAdapter, registry


class Bazaar(PlatformAdapter):
    name = "bazaar"

    def recognises(self, payload: str | bytes | Mapping[str, Any]) -> bool:
        return isinstance(payload, Mapping) and ("bazaar" in payload or "AmazonOrderId" in payload)

    def parse_order(self, payload: str | bytes | Mapping[str, Any]) -> Order:
        raise DocumentError("nothing for sale", field="$")


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch) -> list[EntryPoint]:
    module = ModuleType("bazaar_package")
    module.Bazaar = Bazaar  # type: ignore[attr-defined]
    module.number = 7  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "bazaar_package", module)
    points: list[EntryPoint] = []
    monkeypatch.setattr("importlib.metadata.entry_points", lambda *, group: points if group == registry.GROUP else [])
    return points


def point(name: str, value: str) -> EntryPoint:
    return EntryPoint(name=name, value=value, group=registry.GROUP)


def test_the_built_in_platforms_need_no_installed_metadata(registered: list[EntryPoint]) -> None:
    assert platforms.names() == ("amazon", "shopify")
    assert isinstance(platforms.adapter("amazon"), platforms.Amazon)
    assert isinstance(platforms.adapter("shopify"), platforms.Shopify)


def test_another_package_adds_its_platform(registered: list[EntryPoint]) -> None:
    registered.append(point("bazaar", "bazaar_package:Bazaar"))
    assert platforms.names() == ("amazon", "bazaar", "shopify")
    assert platforms.adapter("bazaar").name == "bazaar"
    assert platforms.detect({"bazaar": 1}).name == "bazaar"


@pytest.mark.parametrize("name", ["ebay", "", "Shopify", None, 7, "x" * 10_000])
def test_an_unknown_platform_is_refused_with_those_known(name: Any) -> None:
    with pytest.raises(InputError, match="amazon, shopify"):
        platforms.adapter(name)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("no_such_package_here:Bazaar", "does not load"),
        ("bazaar_package:Souk", "does not load"),
        ("bazaar_package:number", "no adapter"),
    ],
)
def test_a_broken_registration_says_which(registered: list[EntryPoint], value: str, words: str) -> None:
    registered.append(point("bazaar", value))
    with pytest.raises(InputError, match=words) as refused:
        platforms.adapter("bazaar")
    assert refused.value.value == value


def test_two_packages_may_not_claim_one_name(registered: list[EntryPoint]) -> None:
    registered.append(point("shopify", "bazaar_package:Bazaar"))
    with pytest.raises(InputError, match="two packages"):
        platforms.adapter("shopify")


def test_our_own_metadata_is_no_second_claim(registered: list[EntryPoint]) -> None:
    registered.append(point("shopify", "xbec.platforms.shopify:Shopify"))
    assert platforms.adapter("shopify").name == "shopify"


def test_a_document_of_nobody_is_refused() -> None:
    with pytest.raises(DocumentError, match="no known platform"):
        platforms.detect('{"hello": "world"}')
    with pytest.raises(DocumentError, match="no JSON"):
        platforms.detect("hello")


def test_a_document_of_two_is_refused(registered: list[EntryPoint]) -> None:
    registered.append(point("bazaar", "bazaar_package:Bazaar"))
    with pytest.raises(DocumentError, match="several") as refused:
        platforms.detect({"AmazonOrderId": "902-1845936-5435065"})
    assert "amazon, bazaar" in str(refused.value)


@pytest.mark.parametrize("name", platforms.example_names())
def test_every_example_is_recognised_by_one_platform(name: str) -> None:
    assert platforms.detect(platforms.example(name)).name == name.split("-")[0]


def test_an_unknown_example_is_refused() -> None:
    for name in ("ebay-order", "../law/DE", None):
        with pytest.raises(InputError, match="shopify-order"):
            platforms.example(name)  # type: ignore[arg-type]
