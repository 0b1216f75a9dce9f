"""Shopify orders: which figure is taken from where."""

import json
from decimal import Decimal
from typing import Any, ClassVar

import pytest

from xbec.errors import DocumentError
from xbec.goods.hs import HsCode
from xbec.kernel.money import Money
from xbec.orders import Order
from xbec.platforms import Shopify, example
from xbec.testing import PlatformContract

EXAMPLE = example("shopify-order")


def both(shop: str, seen: str) -> dict[str, Any]:
    return {
        "shop_money": {"amount": shop, "currency_code": "USD"},
        "presentment_money": {"amount": seen, "currency_code": "EUR"},
    }


def in_euro() -> dict[str, Any]:
    """A shop in dollars, a buyer who saw euros with tax inside, three pieces, a discount, tax owed by the channel."""
    tax = {"price": "9.10", "price_set": both("9.10", "7.98"), "rate": 0.19, "title": "VAT", "channel_liable": True}
    line = {
        "id": 15390281174055,
        "price": "25.00",
        "price_set": both("25.00", "21.90"),
        "quantity": 3,
        "title": "Classic Cotton Tee",
        "sku": "TEE-CLASSIC-NVY-M",
        "grams": 180,
        "properties": [],
        "tax_lines": [tax],
        "discount_allocations": [{"amount": "18.02", "amount_set": both("18.02", "15.70")}],
    }
    shipping = {
        "price": "6.50",
        "price_set": both("6.50", "5.70"),
        "discounted_price": "3.25",
        "discounted_price_set": both("3.25", "2.85"),
        "tax_lines": [{"price": "0.52", "price_set": both("0.52", "0.46"), "channel_liable": False}],
    }
    order = json.loads(EXAMPLE)["order"] | {
        "presentment_currency": "EUR",
        "taxes_included": True,
        "source_name": "4377521",
        "line_items": [line],
        "shipping_lines": [shipping],
        "tax_lines": [{"price": "9.62", "price_set": both("9.62", "8.44")}],
        "total_discounts": "21.27",
        "total_price": "60.23",
        "total_price_set": both("60.23", "52.85"),
    }
    return {"order": order}


class TestShopify(PlatformContract):
    adapter = Shopify()
    samples: ClassVar = [EXAMPLE, json.dumps(in_euro())]


def changed(**parts: Any) -> dict[str, Any]:
    document = json.loads(EXAMPLE)
    document["order"].update(parts)
    return document  # type: ignore[no-any-return]


def changed_line(**parts: Any) -> dict[str, Any]:
    document = json.loads(EXAMPLE)
    document["order"]["line_items"][0].update(parts)
    return document  # type: ignore[no-any-return]


def parse(document: dict[str, Any]) -> Order:
    return Shopify().parse_order(document)


def test_the_example_is_two_shirts_to_a_consumer_in_germany() -> None:
    order = Shopify().parse_order(EXAMPLE)
    (line,) = order.lines
    assert (order.id, order.platform, order.currency) == ("6127384450917", "shopify", "USD")
    assert order.placed_at.isoformat() == "2026-08-03T10:14:22-04:00"
    assert (line.quantity, line.unit_price, order.freight) == (2, Money("25.00", "USD"), Money("6.50", "USD"))
    assert (line.hs, line.origin, line.weight_kg) == (HsCode("6109.10"), "CN", Decimal("0.180"))
    assert line.price_includes_tax is False
    assert order.buyer.kind == "consumer"
    assert (order.ship_to.place.country, order.ship_to.postcode) == ("DE", "10115")
    assert order.marketplace_facilitator is False
    assert order.taxes_charged == Money(0, "USD")


def test_the_bare_order_of_a_webhook_reads_the_same() -> None:
    assert Shopify().parse_order(json.loads(EXAMPLE)["order"]) == Shopify().parse_order(EXAMPLE)


def test_the_buyers_currency_is_taken_throughout() -> None:
    order = parse(in_euro())
    assert order.currency == "EUR"
    assert [(line.id, line.quantity, line.net_unit_price) for line in order.lines] == [
        ("15390281174055/1", 1, Money("16.66", "EUR")),
        ("15390281174055/2", 2, Money("16.67", "EUR")),
    ]
    assert order.goods == Money("50.00", "EUR")
    assert (order.shipping, order.shipping_discount) == (Money("5.70", "EUR"), Money("2.85", "EUR"))
    assert order.total == Money("52.85", "EUR")
    assert order.taxes_charged == Money("8.44", "EUR")
    assert [tax.collected_by for tax in order.taxes] == ["seller"]
    assert {tax.collected_by for line in order.lines for tax in line.taxes} == {"platform"}
    assert order.lines[0].taxes[0].rate == Decimal("0.19")
    assert order.marketplace_facilitator is True


def test_an_amount_in_the_shops_currency_only_is_refused_among_the_buyers() -> None:
    document = in_euro()
    del document["order"]["line_items"][0]["price_set"]
    with pytest.raises(DocumentError, match="stated in USD only") as refused:
        parse(document)
    assert refused.value.field == "$.order.line_items[0].price"


def test_a_third_currency_is_refused_at_its_path() -> None:
    document = in_euro()
    document["order"]["line_items"][0]["price_set"]["presentment_money"]["currency_code"] = "GBP"
    with pytest.raises(DocumentError, match="second currency") as refused:
        parse(document)
    assert refused.value.field == "$.order.line_items[0].price_set.presentment_money.currency_code"


def test_taxes_of_the_order_count_only_where_no_line_has_them() -> None:
    document = changed(tax_lines=[{"price": "9.50", "rate": "0.19", "title": "VAT"}], total_price="66.00")
    document["order"].pop("total_price_set")
    assert parse(document).taxes_charged == Money(0, "USD")
    for part in (*document["order"]["line_items"], *document["order"]["shipping_lines"]):
        del part["tax_lines"]
    order = parse(document)
    assert order.taxes_charged == Money("9.50", "USD")
    assert order.taxes[0].on == "order"
    assert not order.discrepancy


def test_who_is_liable_is_unknown_without_tax_lines_outside_the_own_shop() -> None:
    assert parse(changed(source_name="4377521")).marketplace_facilitator is None
    assert parse(changed(source_name="web")).marketplace_facilitator is False


def test_a_discount_that_no_line_explains_is_refused() -> None:
    document = changed(total_discounts="5.00")
    del document["order"]["line_items"][0]["discount_allocations"]
    with pytest.raises(DocumentError) as refused:
        parse(document)
    assert refused.value.field == "$.order.total_discounts"


def test_classification_prefers_what_shopify_knows_to_what_a_buyer_could_type() -> None:
    no_properties = changed_line(properties=[])
    assert parse(no_properties).lines[0].hs is None
    stock = {"sku": "TEE-CLASSIC-NVY-M", "harmonized_system_code": "610990", "country_code_of_origin": "PT"}
    line = parse(changed_line() | {"inventory_items": [stock]}).lines[0]
    assert (line.hs, line.origin) == (HsCode("610990"), "PT")
    variant = {"inventory_item": {"harmonized_system_code": "610910", "country_code_of_origin": "TR"}}
    line = parse(changed_line(properties=[], variant=variant)).lines[0]
    assert (line.hs, line.origin) == (HsCode("610910"), "TR")


def test_duties_collected_at_checkout_are_charged_and_classify() -> None:
    duty = {
        "id": "2",
        "harmonized_system_code": "61091000",
        "country_code_of_origin": "BD",
        "shop_money": {"amount": "6.00", "currency_code": "USD"},
        "presentment_money": {"amount": "6.00", "currency_code": "USD"},
        "tax_lines": [{"price": "1.14", "rate": 0.19, "title": "VAT", "channel_liable": False}],
    }
    order = parse(changed_line(duties=[duty]))
    (line,) = order.lines
    assert (line.hs, line.origin) == (HsCode("61091000"), "BD")
    assert [(tax.kind, tax.amount) for tax in line.taxes] == [
        ("duty", Money("6.00", "USD")),
        ("tax", Money("1.14", "USD")),
    ]


def test_a_gift_card_does_not_ship() -> None:
    assert parse(changed_line(gift_card=True)).lines[0].ships is False
    assert parse(changed_line(requires_shipping=False)).lines[0].ships is False


def test_a_company_on_the_order_makes_the_buyer_a_business() -> None:
    assert parse(changed(company={"id": 4711, "location_id": 12})).buyer.kind == "business"


def test_properties_that_are_no_classification_are_kept() -> None:
    line = parse(changed_line(properties=[{"name": "Engraving", "value": "For Ida"}, {"name": "Gift", "value": 1}]))
    assert line.lines[0].attributes == (("Engraving", "For Ida"), ("Gift", "1"))


@pytest.mark.parametrize(
    ("document", "field"),
    [
        (changed(shipping_address=None), "$.order.shipping_address"),
        (changed(created_at="2026-08-03"), "$.order.created_at"),
        (changed(created_at="2026-08-03T10:14:22"), "$.order.created_at"),
        (changed(line_items=[]), "$.order.line_items"),
        (changed(line_items=None), "$.order.line_items"),
        (changed(presentment_currency="USDollar"), "$.order.presentment_currency"),
        (changed(presentment_currency="XQZ"), "$.order"),
        (changed_line(price=25.0), "$.order.line_items[0].price"),
        (changed_line(price="25,00"), "$.order.line_items[0].price"),
        (changed_line(price="-25.00", price_set=None), "$.order.line_items[0]"),
        (changed_line(quantity="2"), "$.order.line_items[0].quantity"),
        (changed_line(quantity=-2), "$.order.line_items[0].quantity"),
        (
            changed_line(properties=[{"name": "_hs_code", "value": "cotton"}]),
            "$.order.line_items[0].properties[0].value",
        ),
        (changed_line(properties=[{"name": "origin", "value": "XX"}]), "$.order.line_items[0]"),
        (changed() | {"inventory_items": {}}, "$.inventory_items"),
        (changed() | {"inventory_items": [{"sku": 7}]}, "$.inventory_items[0].sku"),
    ],
)
def test_what_does_not_fit_is_refused_at_its_path(document: dict[str, Any], field: str) -> None:
    with pytest.raises(DocumentError) as refused:
        parse(document)
    assert str(refused.value.field).startswith(field)
