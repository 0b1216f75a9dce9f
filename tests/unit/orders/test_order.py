"""An order adds up, refuses what cannot be, and takes from the catalogue what the platform left out."""

from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from xbec.errors import CurrencyMismatch, InputError
from xbec.goods.hs import HsCode
from xbec.kernel.money import Money
from xbec.orders import Address, Charge, Order, OrderLine, Party, TaxCharged, TaxId

BERLIN = Address(country="DE", lines=("Musterweg 17",), postcode="10115", city="Berlin")


def usd(amount: str) -> Money:
    return Money(amount, "USD")


def a_line(**parts: Any) -> OrderLine:
    given: dict[str, Any] = {"id": "1", "sku": "TEE", "quantity": 2, "unit_price": usd("25.00")}
    return OrderLine(**(given | parts))


def an_order(**parts: Any) -> Order:
    given: dict[str, Any] = {
        "id": "1001",
        "platform": "shop",
        "placed_at": datetime(2026, 8, 3, 10, 14, tzinfo=UTC),
        "currency": "USD",
        "ship_to": BERLIN,
        "lines": (a_line(),),
        "shipping": usd("6.50"),
    }
    return Order(**(given | parts))


def test_the_buyer_pays_goods_shipping_charges_and_the_taxes_on_top() -> None:
    order = an_order(
        lines=[a_line(discount=usd("5.00"), taxes=[TaxCharged(amount=usd("8.55"))])],
        shipping_discount=usd("1.50"),
        insurance=usd("2.00"),
        charges=[Charge(kind="gift-wrap", amount=usd("3.00"))],
        taxes=[TaxCharged(amount=usd("0.95"), on="shipping")],
        stated_total=usd("64.50"),
    )
    assert order.goods == usd("45.00")
    assert order.freight == usd("5.00")
    assert order.taxes_charged == usd("9.50")
    assert order.total == usd("64.50")
    assert order.discrepancy == usd("0")


def test_a_tax_inside_the_prices_is_not_paid_twice() -> None:
    tax = TaxCharged(amount=usd("7.98"), included=True, collected_by="seller")
    order = an_order(lines=[a_line(price_includes_tax=True, taxes=[tax])])
    assert order.total == usd("56.50")
    assert order.taxes_charged == usd("7.98")


def test_a_total_that_the_parts_do_not_make_is_shown() -> None:
    assert an_order(stated_total=usd("56.51")).discrepancy == usd("0.01")
    assert an_order().discrepancy is None


def test_registrations_of_seller_and_marketplace_are_named_once() -> None:
    order = an_order(
        seller_registrations=["GB-VAT", "IOSS"],
        marketplace_registrations=[TaxId("IOSS", "IM0000000000"), TaxId("NO-VOEC", "2000000")],
    )
    assert order.registrations == ("GB-VAT", "IOSS", "NO-VOEC")


def test_a_discount_that_divides_leaves_the_line_whole() -> None:
    line = a_line(discount=usd("5.00"))
    assert line.split() == (line,)
    assert line.net_unit_price == usd("22.50")


def test_a_discount_that_does_not_divide_splits_the_line_and_loses_nothing() -> None:
    line = a_line(quantity=7, discount=usd("10.00"), taxes=[TaxCharged(amount=usd("3.33"))])
    parts = line.split()
    assert [part.quantity for part in parts] == [6, 1]
    assert sum(part.net_of_discount for part in parts) == line.net_of_discount
    assert sum(part.taxes[0].amount for part in parts) == usd("3.33")
    assert all(part.net_unit_price * part.quantity == part.net_of_discount for part in parts)
    with pytest.raises(InputError, match="split"):
        _ = line.net_unit_price


def test_the_catalogue_fills_what_is_unknown_and_leaves_what_is_stated() -> None:
    tee = SimpleNamespace(description="T-shirt", hs=HsCode("610910"), origin="CN", weight_kg=Decimal("0.180"))
    order = an_order(lines=[a_line(), a_line(id="2", origin="TR")])
    first, second = order.with_products({"TEE": tee}).lines
    assert (first.hs, first.origin, first.weight_kg) == (HsCode("610910"), "CN", Decimal("0.180"))
    assert first.description == "T-shirt"
    assert second.origin == "TR"
    assert order.lines[0].hs is None


def test_every_sku_the_catalogue_lacks_is_named_at_once() -> None:
    order = an_order(
        lines=[
            a_line(),
            a_line(id="2", sku="MUG"),
            a_line(id="3", sku=None),
            a_line(id="4", sku="CARD", ships=False),
            a_line(id="5", sku="CAP", hs=HsCode("650500"), origin="CN"),
        ]
    )
    with pytest.raises(InputError) as refused:
        order.with_products({})
    assert "TEE, MUG, (line 3 without sku)" in str(refused.value)
    assert "CARD" not in str(refused.value)
    assert "CAP" not in str(refused.value)
    with pytest.raises(InputError):
        order.with_products(None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("parts", "field"),
    [
        ({"lines": ()}, "lines"),
        ({"lines": 7}, "lines"),
        ({"lines": [a_line(), a_line()]}, "lines[1].id"),
        ({"lines": [a_line(), "line"]}, "lines[1]"),
        ({"placed_at": datetime(2026, 8, 3)}, "placed_at"),  # noqa: DTZ001
        ({"placed_at": "2026-08-03"}, "placed_at"),
        ({"shipping": usd("-1")}, "shipping"),
        ({"shipping": "6.50"}, "shipping"),
        ({"shipping_discount": usd("7.00")}, "shipping_discount"),
        ({"currency": "US DOLLAR"}, "currency"),
        ({"currency": 840}, "currency"),
        ({"id": ""}, "id"),
        ({"id": "x" * 1000}, "id"),
        ({"platform": None}, "platform"),
        ({"ship_to": "Berlin"}, "ship_to"),
        ({"buyer": None}, "buyer"),
        ({"marketplace_facilitator": "yes"}, "marketplace_facilitator"),
        ({"seller_registrations": [1]}, "seller_registrations[0]"),
        ({"stated_total": usd("-56.50")}, "stated_total"),
    ],
)
def test_an_order_that_cannot_be_is_refused_by_field(parts: dict[str, Any], field: str) -> None:
    with pytest.raises(InputError) as refused:
        an_order(**parts)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("parts", "field"),
    [
        ({"quantity": 0}, "quantity"),
        ({"quantity": -1}, "quantity"),
        ({"quantity": 2.0}, "quantity"),
        ({"quantity": True}, "quantity"),
        ({"quantity": 10**9}, "quantity"),
        ({"quantity": Decimal(2)}, "quantity"),
        ({"unit_price": usd("-25.00")}, "unit_price"),
        ({"unit_price": 25}, "unit_price"),
        ({"unit_price": None}, "unit_price"),
        ({"discount": usd("50.01")}, "discount"),
        ({"discount": usd("-1")}, "discount"),
        ({"weight_kg": Decimal("NaN")}, "weight_kg"),
        ({"weight_kg": Decimal(0)}, "weight_kg"),
        ({"weight_kg": 0.18}, "weight_kg"),
        ({"hs": "610910"}, "hs"),
        ({"description": "   "}, "description"),
        ({"description": "x" * 100_000}, "description"),
        ({"sku": "a\x00b"}, "sku"),
        ({"price_includes_tax": 1}, "price_includes_tax"),
        ({"ships": None}, "ships"),
        ({"attributes": {"asin": "B0"}}, "attributes"),
        ({"attributes": (("a", "1"), ("a", "2"))}, "attributes"),
        ({"taxes": ["7.98"]}, "taxes[0]"),
    ],
)
def test_a_line_that_cannot_be_is_refused_by_field(parts: dict[str, Any], field: str) -> None:
    with pytest.raises(InputError) as refused:
        a_line(**parts)
    assert refused.value.field == field


def test_an_origin_that_is_no_country_is_refused() -> None:
    with pytest.raises(InputError):
        a_line(origin="XX")


@pytest.mark.parametrize(
    "parts",
    [
        {"shipping": Money("6.50", "EUR")},
        {"insurance": Money("6.50", "EUR")},
        {"stated_total": Money("56.50", "EUR")},
        {"lines": [a_line(unit_price=Money("25.00", "EUR"))]},
        {"taxes": [TaxCharged(amount=Money("1", "EUR"))]},
        {"charges": [Charge(kind="tip", amount=Money("1", "EUR"))]},
    ],
)
def test_two_currencies_in_one_order_are_refused(parts: dict[str, Any]) -> None:
    with pytest.raises(CurrencyMismatch):
        an_order(**parts)


def test_taxes_and_charges_know_their_words() -> None:
    with pytest.raises(InputError, match="gift-wrap"):
        Charge(kind="ribbon", amount=usd("1"))  # type: ignore[arg-type]
    with pytest.raises(InputError) as refused:
        TaxCharged(amount=usd("1"), rate=Decimal("19"))
    assert refused.value.field == "rate"


def test_a_party_is_consumer_business_or_unknown() -> None:
    assert Party().kind == "consumer"
    assert Party(kind=None).kind is None
    with pytest.raises(InputError):
        Party(kind="wholesale")  # type: ignore[arg-type]
    with pytest.raises(InputError):
        Party(tax_ids=["DE123"])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "parts",
    [
        {"country": "Germany"},
        {"country": "XX"},
        {"country": None},
        {"country": 49},
        {"country": "DE", "lines": ("",)},
        {"country": "DE", "lines": (7,)},
        {"country": "DE", "city": ""},
        {"country": "DE", "postcode": "1" * 1000},
    ],
)
def test_an_address_that_cannot_be_is_refused(parts: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        Address(**parts)


def test_orders_are_values() -> None:
    assert an_order() == an_order()
    assert hash(an_order()) == hash(an_order())
