"""Amazon orders of both shapes: which figure is taken from where."""

import json
from typing import Any, ClassVar

import pytest

from xbec.errors import DocumentError
from xbec.kernel.money import Money
from xbec.orders import Order, TaxId
from xbec.platforms import Amazon, example
from xbec.testing import PlatformContract

PRESENT = example("amazon-order")
V0 = example("amazon-v0-order")


class TestAmazon(PlatformContract):
    adapter = Amazon()
    samples: ClassVar = [PRESENT, V0]


def parse(document: dict[str, Any]) -> Order:
    return Amazon().parse_order(document)


def present(**item: Any) -> dict[str, Any]:
    document = json.loads(PRESENT)
    document["order"]["orderItems"][0].update(item)
    return document  # type: ignore[no-any-return]


def v0(*, order: dict[str, Any] | None = None, item: dict[str, Any] | None = None) -> dict[str, Any]:
    document = json.loads(V0)
    document["order"]["payload"].update(order or {})
    document["items"]["payload"]["OrderItems"][0].update(item or {})
    return document  # type: ignore[no-any-return]


def eur(amount: str) -> Money:
    return Money(amount, "EUR")


def euro(amount: str) -> dict[str, str]:
    return {"amount": amount, "currencyCode": "EUR"}


def test_the_present_shape() -> None:
    order = Amazon().parse_order(PRESENT)
    (line,) = order.lines
    assert (order.id, order.platform, order.sales_channel) == ("302-6184027-9350471", "amazon", "Amazon.de")
    assert (line.quantity, line.unit_price, line.sku) == (2, eur("18.50"), "TEE-CLASSIC-NVY-M")
    assert line.attribute("asin") == "B0EXMPL7Q2"
    assert line.attribute("reportingScheme") == "IOSS"
    assert [(tax.on, tax.amount) for tax in (*line.taxes, *order.taxes)] == [
        ("goods", eur("7.03")),
        ("shipping", eur("0.93")),
    ]
    assert order.marketplace_facilitator is True
    assert order.marketplace_registrations == (TaxId("IOSS", "IM0000000000"),)
    assert order.seller_registrations == ()
    assert order.registrations == ("IOSS",)
    assert order.buyer.kind == "consumer"


def test_whether_tax_is_inside_is_read_off_the_grand_total() -> None:
    assert parse(present()).lines[0].price_includes_tax is False
    document = present()
    document["order"]["proceeds"]["grandTotal"] = euro("41.90")
    inside = parse(document)
    assert inside.lines[0].price_includes_tax is True
    assert inside.total == eur("41.90")
    document["order"]["proceeds"]["grandTotal"] = euro("45.00")
    assert parse(document).lines[0].price_includes_tax is None


def test_discounts_go_where_their_detail_says() -> None:
    document = present()
    document["order"]["orderItems"][0]["proceeds"]["breakdowns"].append(
        {
            "type": "DISCOUNT",
            "subtotal": euro("-5.90"),
            "detailedBreakdowns": [
                {"subtype": "ITEM", "value": euro("-1.00")},
                {"subtype": "SHIPPING", "value": euro("-4.90")},
            ],
        }
    )
    order = parse(document)
    assert order.lines[0].discount == eur("1.00")
    assert order.freight == eur("0")


def test_gift_wrap_is_a_charge_beside_the_goods() -> None:
    document = present()
    document["order"]["orderItems"][0]["proceeds"]["breakdowns"].append({"type": "GIFT_WRAP", "subtotal": euro("3.00")})
    assert [(charge.kind, charge.amount) for charge in parse(document).charges] == [("gift-wrap", eur("3.00"))]


def test_without_an_ioss_number_or_a_tax_collection_the_facilitator_is_unknown() -> None:
    order = parse(present(fulfillment={}, tax={"taxCalculationBreakdowns": [{"reportingScheme": "IOSS"}]}))
    assert order.marketplace_facilitator is None
    assert order.lines[0].taxes[0].collected_by is None


def test_a_business_buyer_by_programme_or_registration() -> None:
    document = present()
    document["order"]["programs"] = ["AMAZON_BUSINESS"]
    assert parse(document).buyer.kind == "business"
    document = present()
    document["order"]["tax"] = {
        "taxRegistrations": [
            {"entityType": "BUYER", "taxRegistrationType": "BUSINESS", "taxRegistrationNumber": "XX0000000"}
        ]
    }
    buyer = parse(document).buyer
    assert (buyer.kind, buyer.tax_ids) == ("business", (TaxId("BUSINESS", "XX0000000"),))


def test_packages_of_one_country_say_where_goods_leave_from() -> None:
    document = present()
    document["order"]["packages"] = [
        {"shipFromAddress": {"addressLine1": "100 Sample Wharf", "city": "Portland", "countryCode": "US"}}
    ]
    origin = parse(document).ship_from
    assert origin is not None
    assert origin.country == "US"


def test_the_deprecated_shape_states_line_amounts() -> None:
    order = Amazon().parse_order(V0)
    assert [(line.id, line.quantity, line.unit_price, line.net_unit_price) for line in order.lines] == [
        ("51730284619408/1", 2, eur("13.33"), eur("12.00")),
        ("51730284619408/2", 1, eur("13.34"), eur("12.00")),
        ("51730284619416", 1, eur("5.99"), eur("5.99")),
    ]
    assert order.goods == eur("41.99")
    assert order.total == order.stated_total == eur("46.89")
    assert all(line.price_includes_tax for line in order.lines)
    assert order.taxes_charged == eur("7.82")
    assert order.marketplace_facilitator is True
    assert order.ship_from is not None
    assert order.ship_from.country == "US"
    assert order.lines[0].attribute("deemed_reseller") == "IOSS"


def test_both_halves_may_come_without_envelope_or_as_one() -> None:
    document = json.loads(V0)
    order, items = document["order"]["payload"], document["items"]["payload"]
    expected = Amazon().parse_order(V0)
    assert parse({"order": order, "items": items}) == expected
    assert parse(order | items) == expected
    assert parse({"payload": order | items}) == expected


def test_deemed_reseller_alone_makes_amazon_the_facilitator() -> None:
    item = {"IossNumber": "", "TaxCollection": None, "DeemedResellerCategory": "UOSS"}
    document = v0(item=item)
    document["items"]["payload"]["OrderItems"].pop()
    order = parse(document)
    assert order.marketplace_facilitator is True
    assert order.registrations == ()


def test_cancelled_items_are_left_out() -> None:
    order = parse(v0(item={"QuantityOrdered": 0, "ItemPrice": None}))
    assert [line.id for line in order.lines] == ["51730284619416"]


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ({"order": json.loads(V0)["order"]}, "$"),
        ({"items": json.loads(V0)["items"]}, "$"),
        (v0(order={"AmazonOrderId": "306-0000000-0000000"}), "$.items.payload.AmazonOrderId"),
        (v0(order={"ShippingAddress": None}), "$.order.payload.ShippingAddress"),
        (v0(item={"ItemPrice": None}), "$.items.payload.OrderItems[0].ItemPrice"),
        (v0(item={"ItemPrice": {"CurrencyCode": "GBP", "Amount": "1"}}), "$.items.payload.OrderItems[0].ItemPrice"),
        (v0(item={"PromotionDiscount": {"CurrencyCode": "EUR", "Amount": "99"}}), "$.items.payload.OrderItems[0]"),
        (v0(item={"PromotionDiscountTax": {"CurrencyCode": "EUR", "Amount": "9"}}), "$.items.payload.OrderItems[0]"),
        (present(quantityOrdered="2"), "$.order.orderItems[0].quantityOrdered"),
        (present(quantityOrdered=0), "$.order.orderItems"),
        (present(product={"price": None}), "$.order.orderItems[0].product.price"),
        (present(product={"price": {"unitPrice": {"amount": 18.5, "currencyCode": "EUR"}}}), "$.order.orderItems[0]"),
    ],
)
def test_what_does_not_fit_is_refused_at_its_path(document: dict[str, Any], field: str) -> None:
    with pytest.raises(DocumentError) as refused:
        parse(document)
    assert str(refused.value.field).startswith(field)


def test_further_pages_of_items_are_asked_for() -> None:
    document = v0()
    document["items"]["payload"]["NextToken"] = "page-2"
    with pytest.raises(DocumentError, match="next page"):
        parse(document)


def test_tax_parts_that_do_not_add_up_are_refused() -> None:
    document = present()
    document["order"]["orderItems"][0]["proceeds"]["breakdowns"][2]["subtotal"] = euro("7.97")
    with pytest.raises(DocumentError, match="do not add up"):
        parse(document)
