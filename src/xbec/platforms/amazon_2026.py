"""Amazon orders of the present shape: ``orders_2026-01-01`` getOrder. Read through :class:`xbec.platforms.Amazon`.

``unitPrice`` is the price of one piece. Shipping, discounts, taxes and other charges stand in the breakdowns of each
item's proceeds and need ``includedData=PROCEEDS``; the address needs ``RECIPIENT`` and a restricted data token.

Source: amzn/selling-partner-api-models, models/orders-api-model/orders_2026-01-01.json.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import attrs

from xbec.errors import DocumentError
from xbec.kernel.money import Money
from xbec.orders import Address, Charge, Order, OrderLine, Party, TaxCharged, TaxId
from xbec.platforms.document import at, fit, step
from xbec.platforms.fields import Amount, Count, Currency, Id, Moment, Payload, Rows, Words

PLATFORM = "amazon"
FACILITATOR = frozenset({"MARKETPLACE_FACILITATOR", "MarketplaceFacilitator"})
BUSINESS_PROGRAM = "AMAZON_BUSINESS"
_ON: dict[str, Literal["goods", "shipping"]] = {"ITEM": "goods", "SHIPPING": "shipping"}
_CHARGES: dict[str, Literal["gift-wrap", "cash-on-delivery", "other"]] = {
    "GIFT_WRAP": "gift-wrap",
    "COD_FEE": "cash-on-delivery",
    "OTHER": "other",
}


class _Cash(Payload):
    amount: Amount
    currencyCode: Currency


class _Detail(Payload):
    subtype: Words = None
    value: _Cash


class _Breakdown(Payload):
    type: str
    subtotal: _Cash
    detailedBreakdowns: Rows[_Detail] = ()


class _Proceeds(Payload):
    breakdowns: Rows[_Breakdown] = ()


class _Total(Payload):
    grandTotal: _Cash | None = None


class _Price(Payload):
    unitPrice: _Cash | None = None


class _Condition(Payload):
    conditionType: Words = None


class _Product(Payload):
    asin: Words = None
    title: Words = None
    sellerSku: Words = None
    condition: _Condition | None = None
    price: _Price | None = None


class _Abroad(Payload):
    iossNumber: Words = None


class _Shipping(Payload):
    internationalShipping: _Abroad | None = None


class _Fulfillment(Payload):
    shipping: _Shipping | None = None


class _Scheme(Payload):
    reportingScheme: Words = None


class _Collection(Payload):
    model: Words = None
    responsibleParty: Words = None


class _ItemTax(Payload):
    taxCalculationBreakdowns: Rows[_Scheme] = ()
    taxCollections: Rows[_Collection] = ()


class _Item(Payload):
    orderItemId: Id
    quantityOrdered: Count
    product: _Product
    proceeds: _Proceeds | None = None
    fulfillment: _Fulfillment | None = None
    tax: _ItemTax | None = None


class AmazonAddress(Payload):
    """A delivery address of the present shape; the deprecated one is read into it."""

    name: Words = None
    companyName: Words = None
    addressLine1: Words = None
    addressLine2: Words = None
    addressLine3: Words = None
    city: Words = None
    stateOrRegion: Words = None
    postalCode: Words = None
    countryCode: Words = None
    phone: Words = None


class _Recipient(Payload):
    deliveryAddress: AmazonAddress | None = None


class _Buyer(Payload):
    buyerName: Words = None
    buyerEmail: Words = None
    buyerCompanyName: Words = None


class _Registration(Payload):
    entityType: Words = None
    taxRegistrationType: Words = None
    taxRegistrationNumber: Words = None


class _Tax(Payload):
    taxRegistrations: Rows[_Registration] = ()


class _Channel(Payload):
    channelName: Words = None
    marketplaceId: Words = None
    marketplaceName: Words = None


class _Package(Payload):
    shipFromAddress: AmazonAddress | None = None


class _Order(Payload):
    orderId: Id
    createdTime: Moment
    programs: Rows[str] = ()
    salesChannel: _Channel | None = None
    buyer: _Buyer | None = None
    recipient: _Recipient | None = None
    proceeds: _Total | None = None
    tax: _Tax | None = None
    orderItems: Rows[_Item]
    packages: Rows[_Package] = ()


def present(document: dict[str, Any]) -> tuple[str, dict[str, Any] | None]:
    """Path and body of an order of this shape; the body is ``None`` where the document has none."""
    for path, body in (("$.order", document.get("order")), ("$", document)):
        if isinstance(body, dict) and ("orderId" in body or "orderItems" in body):
            return path, body
    return "$", None


def read(body: dict[str, Any], root: str) -> Order:
    """The order whose body stands at path ``root``. Raises ``DocumentError``."""
    with at(root):
        return _Reading(fit(_Order, body, at=root), root).order()


def address(raw: AmazonAddress | None, path: str, *, email: str | None = None) -> Address:
    """A delivery address. Raises ``DocumentError`` where there is none: Amazon shows it to restricted tokens only."""
    if raw is None or raw.countryCode is None:
        raise DocumentError(
            "the order does not say where it goes",
            field=path,
            allowed="an address with an ISO 3166-1 alpha-2 country code",
            cure="ask for the recipient's data with a restricted data token",
        )
    with at(path):
        return Address(
            country=raw.countryCode,
            name=raw.name,
            company=raw.companyName,
            lines=tuple(line for line in (raw.addressLine1, raw.addressLine2, raw.addressLine3) if line),
            city=raw.city,
            subdivision=raw.stateOrRegion,
            postcode=raw.postalCode,
            phone=raw.phone,
            email=email,
        )


def settled(order: Order) -> Order:
    """The order with ``price_includes_tax`` read off the grand total: the parts make it with tax inside, or on top."""
    total, tax = order.stated_total, order.taxes_charged
    if total is None or not tax:
        return order
    on_top = order.total
    included = {total == on_top: False, total == on_top - tax: True}.get(True)
    if included is None:
        return order

    def told(taxes: tuple[TaxCharged, ...]) -> tuple[TaxCharged, ...]:
        return tuple(attrs.evolve(one, included=included) for one in taxes)

    lines = tuple(attrs.evolve(one, price_includes_tax=included, taxes=told(one.taxes)) for one in order.lines)
    return attrs.evolve(order, lines=lines, taxes=told(order.taxes))


class _Reading:
    """One order of the present shape while it is read."""

    def __init__(self, raw: _Order, root: str) -> None:
        self.raw = raw
        self.root = root
        self.currency = self._currency()
        self.shipping = self.off_shipping = Money(0, self.currency)
        self.taxes: list[TaxCharged] = []
        self.charges: list[Charge] = []
        self.ioss: list[str] = []
        self.facilitated: set[bool] = set()

    def _currency(self) -> str:
        if self.raw.proceeds and self.raw.proceeds.grandTotal:
            return self.raw.proceeds.grandTotal.currencyCode
        for item in self.raw.orderItems:
            if item.product.price and item.product.price.unitPrice:
                return item.product.price.unitPrice.currencyCode
        path = step(step(self.root, "proceeds"), "grandTotal")
        raise DocumentError("no amount in this order", field=path, allowed="present", cure="ask for PROCEEDS")

    def money(self, cash: _Cash, path: str) -> Money:
        if cash.currencyCode != self.currency:
            raise DocumentError(
                "a second currency", field=step(path, "currencyCode"), value=cash.currencyCode, allowed=self.currency
            )
        with at(path):
            return Money(cash.amount, self.currency)

    def order(self) -> Order:
        raw, root = self.raw, self.root
        lines = tuple(
            part
            for place, item in enumerate(raw.orderItems)
            if item.quantityOrdered
            for part in self.line(item, step(step(root, "orderItems"), place)).split()
        )
        if not lines:
            raise DocumentError("the order has no item", field=step(root, "orderItems"), allowed="at least one")
        channel = raw.salesChannel or _Channel()
        email = raw.buyer.buyerEmail if raw.buyer else None
        where = raw.recipient.deliveryAddress if raw.recipient else None
        total = raw.proceeds.grandTotal if raw.proceeds else None
        return settled(
            Order(
                id=raw.orderId,
                platform=PLATFORM,
                placed_at=raw.createdTime,
                currency=self.currency,
                buyer=self.buyer(),
                ship_to=address(where, step(step(root, "recipient"), "deliveryAddress"), email=email),
                ship_from=self.ship_from(),
                lines=lines,
                shipping=self.shipping,
                shipping_discount=self.off_shipping,
                taxes=tuple(self.taxes),
                charges=tuple(self.charges),
                marketplace_facilitator=True if True in self.facilitated else None,
                marketplace_id=channel.marketplaceId,
                marketplace_registrations=tuple(TaxId("IOSS", number) for number in dict.fromkeys(self.ioss)),
                sales_channel=channel.marketplaceName or channel.channelName,
                stated_total=self.money(total, step(step(root, "proceeds"), "grandTotal")) if total else None,
            )
        )

    def line(self, item: _Item, path: str) -> OrderLine:
        product, price = item.product, item.product.price
        if price is None or price.unitPrice is None:
            where = step(step(step(path, "product"), "price"), "unitPrice")
            raise DocumentError("the item has no price", field=where, allowed="present; an open order has none yet")
        collector = self.collector(item)
        discount, taxes = self.proceeds(item, step(step(path, "proceeds"), "breakdowns"), collector)
        told = {
            "asin": product.asin,
            "condition": product.condition.conditionType if product.condition else None,
            "reportingScheme": next((row.reportingScheme for row in item.tax.taxCalculationBreakdowns), None)
            if item.tax
            else None,
        }
        with at(path):
            return OrderLine(
                id=item.orderItemId,
                sku=product.sellerSku,
                description=product.title,
                quantity=item.quantityOrdered,
                unit_price=self.money(price.unitPrice, step(step(step(path, "product"), "price"), "unitPrice")),
                discount=discount,
                taxes=tuple(taxes),
                attributes=tuple((name, value) for name, value in told.items() if value is not None),
            )

    def collector(self, item: _Item) -> Literal["platform"] | None:
        """The platform, where Amazon gave its IOSS number or says that it is the facilitator."""
        shipping = item.fulfillment.shipping if item.fulfillment else None
        number = shipping.internationalShipping.iossNumber if shipping and shipping.internationalShipping else None
        if number is not None:
            self.ioss.append(number)
        models = {row.model for row in item.tax.taxCollections} if item.tax else set()
        facilitated = number is not None or bool(models & FACILITATOR)
        self.facilitated.add(facilitated)
        return "platform" if facilitated else None

    def proceeds(self, item: _Item, path: str, collector: Literal["platform"] | None) -> tuple[Money, list[TaxCharged]]:
        """Discount and taxes of the goods; shipping, its discount and tax, and other charges go to the order."""
        discount = Money(0, self.currency)
        taxes: list[TaxCharged] = []
        for place, row in enumerate(item.proceeds.breakdowns if item.proceeds else ()):
            where = step(step(path, place), "subtotal")
            amount = self.money(row.subtotal, where)
            parts = dict(self.details(row, step(path, place)))
            with at(where):
                if row.type == "SHIPPING":
                    self.shipping += amount
                elif row.type == "DISCOUNT":
                    shipping = abs(parts.get("SHIPPING", Money(0, self.currency)))
                    self.off_shipping += shipping
                    discount += abs(amount) - shipping
                elif row.type == "TAX":
                    for name, part in (parts or {"": amount}).items():
                        tax = TaxCharged(amount=part, title="tax", on=_ON.get(name, "other"), collected_by=collector)
                        (taxes if name != "SHIPPING" else self.taxes).append(tax)
                elif row.type in _CHARGES and amount:
                    self.charges.append(Charge(kind=_CHARGES[row.type], amount=amount))
        return discount, taxes

    def details(self, row: _Breakdown, path: str) -> Iterator[tuple[str, Money]]:
        found: dict[str, Money] = {}
        for place, part in enumerate(row.detailedBreakdowns):
            name = part.subtype or ""
            value = self.money(part.value, step(step(step(path, "detailedBreakdowns"), place), "value"))
            found[name] = found[name] + value if name in found else value
        if found and row.type == "TAX" and sum(found.values()) != self.money(row.subtotal, path):
            raise DocumentError("the parts do not add up to the subtotal", field=path, value=str(row.subtotal.amount))
        yield from found.items()

    def buyer(self) -> Party:
        raw = self.raw
        registered = [row for row in raw.tax.taxRegistrations if row.entityType == "BUYER"] if raw.tax else []
        business = BUSINESS_PROGRAM in raw.programs or any(row.taxRegistrationType == "BUSINESS" for row in registered)
        name = (raw.buyer.buyerName or raw.buyer.buyerCompanyName) if raw.buyer else None
        ids = tuple(
            TaxId(row.taxRegistrationType or "tax", row.taxRegistrationNumber)
            for row in registered
            if row.taxRegistrationNumber
        )
        return Party(name=name, tax_ids=ids, kind="business" if business else "consumer")

    def ship_from(self) -> Address | None:
        """Where the packages left from, where that is one country."""
        path = step(self.root, "packages")
        found = [
            address(package.shipFromAddress, step(step(path, place), "shipFromAddress"))
            for place, package in enumerate(self.raw.packages)
            if package.shipFromAddress is not None and package.shipFromAddress.countryCode is not None
        ]
        return found[0] if len({one.country for one in found}) == 1 else None
