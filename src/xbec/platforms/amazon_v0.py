"""Amazon orders of the deprecated shape: ``orders/v0`` getOrder and getOrderItems.

Read through :class:`xbec.platforms.Amazon`.

``ItemPrice`` is the amount of the whole line, not of one piece: where it, or its discount, does not divide evenly,
the line becomes two or three lines (``68828574383266/1``, ``/2``) so that no minor unit is lost. Items of quantity zero
were cancelled and are left out. ``DeemedResellerCategory`` ``IOSS`` (goods outside the EU) or ``UOSS`` (inside) says
that Amazon is the deemed supplier. ``PromotionDiscountTax`` is taken off ``ItemTax``.

Source: amzn/selling-partner-api-models, models/orders-api-model/ordersV0.json.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from xbec.errors import DocumentError
from xbec.kernel.money import Money
from xbec.orders import Charge, Order, OrderLine, Party, TaxCharged, TaxId, shares
from xbec.platforms.amazon_2026 import FACILITATOR, PLATFORM, AmazonAddress, address, settled
from xbec.platforms.document import at, fit, step
from xbec.platforms.fields import Amount, Count, Currency, Id, Moment, Payload, Rows, Truth, Words

_DEEMED = frozenset({"IOSS", "UOSS"})
_CURE = 'pass {"order": <getOrder>, "items": <getOrderItems>}'


class _Cash(Payload):
    Amount: Amount
    CurrencyCode: Currency


class _Collection(Payload):
    Model: Words = None


class _ItemBuyer(Payload):
    GiftWrapPrice: _Cash | None = None
    GiftWrapTax: _Cash | None = None


class _Item(Payload):
    OrderItemId: Id
    QuantityOrdered: Count
    ASIN: Words = None
    SellerSKU: Words = None
    Title: Words = None
    ConditionId: Words = None
    ItemPrice: _Cash | None = None
    ItemTax: _Cash | None = None
    PromotionDiscount: _Cash | None = None
    PromotionDiscountTax: _Cash | None = None
    ShippingPrice: _Cash | None = None
    ShippingTax: _Cash | None = None
    ShippingDiscount: _Cash | None = None
    ShippingDiscountTax: _Cash | None = None
    CODFee: _Cash | None = None
    CODFeeDiscount: _Cash | None = None
    BuyerInfo: _ItemBuyer | None = None
    TaxCollection: _Collection | None = None
    IossNumber: Words = None
    DeemedResellerCategory: Words = None


class _Items(Payload):
    AmazonOrderId: Id | None = None
    NextToken: Words = None
    OrderItems: Rows[_Item]


class _Address(Payload):
    Name: Words = None
    CompanyName: Words = None
    AddressLine1: Words = None
    AddressLine2: Words = None
    AddressLine3: Words = None
    City: Words = None
    StateOrRegion: Words = None
    PostalCode: Words = None
    CountryCode: Words = None
    Phone: Words = None


class _Classification(Payload):
    Name: Words = None
    Value: Words = None


class _BuyerTax(Payload):
    CompanyLegalName: Words = None
    TaxClassifications: Rows[_Classification] = ()


class _Buyer(Payload):
    BuyerEmail: Words = None
    BuyerName: Words = None
    BuyerTaxInfo: _BuyerTax | None = None


class _Order(Payload):
    AmazonOrderId: Id
    PurchaseDate: Moment
    OrderTotal: _Cash | None = None
    MarketplaceId: Words = None
    SalesChannel: Words = None
    IsBusinessOrder: Truth = None
    ShippingAddress: _Address | None = None
    DefaultShipFromLocationAddress: _Address | None = None
    BuyerInfo: _Buyer | None = None


def looks_like(document: dict[str, Any]) -> bool:
    """Whether either half of such an order stands in the document."""
    parts = (document, *(_opened(document, name)[1] for name in ("order", "items")))
    return any(isinstance(part, dict) and ("AmazonOrderId" in part or "OrderItems" in part) for part in parts)


def read(document: dict[str, Any]) -> Order:
    """The order of both halves. Raises ``DocumentError``."""
    where, body = _opened(document, "order") if "order" in document else _opened({"$": document}, "$")
    beside, rows = _opened(document, "items") if "items" in document else (where, body)
    if not isinstance(body, dict) or "AmazonOrderId" not in body:
        raise DocumentError("no Amazon order in it", field=where, allowed="an order with AmazonOrderId", cure=_CURE)
    if not isinstance(rows, dict) or "OrderItems" not in rows:
        raise DocumentError("the items of the order are missing", field=beside, allowed="OrderItems", cure=_CURE)
    raw = fit(_Order, body, at=where)
    items = fit(_Items, rows, at=beside)
    if items.AmazonOrderId not in {None, raw.AmazonOrderId}:
        path = step(beside, "AmazonOrderId")
        raise DocumentError("items of another order", field=path, value=items.AmazonOrderId, allowed=raw.AmazonOrderId)
    if items.NextToken is not None:
        raise DocumentError(
            "there are more items on a next page",
            field=step(beside, "NextToken"),
            allowed="absent",
            cure="gather the OrderItems of all pages and leave NextToken out",
        )
    with at(where):
        return _Reading(raw, where, items, beside).order()


def _opened(document: dict[str, Any], name: str) -> tuple[str, object]:
    path, part = ("$" if name == "$" else step("$", name)), document.get(name)
    if isinstance(part, dict) and isinstance(part.get("payload"), dict):
        return step(path, "payload"), part["payload"]
    return path, part


class _Reading:
    """One order while it is read: both halves and their paths."""

    def __init__(self, raw: _Order, root: str, items: _Items, beside: str) -> None:
        self.raw, self.root = raw, root
        self.items, self.beside = items, step(beside, "OrderItems")
        priced = next((item.ItemPrice for item in items.OrderItems if item.ItemPrice), None)
        cash = raw.OrderTotal or priced
        if cash is None:
            raise DocumentError(
                "the order has no price", field=self.beside, allowed="present; a pending order has none"
            )
        self.currency = cash.CurrencyCode
        self.shipping = self.off_shipping = Money(0, self.currency)
        self.taxes: list[TaxCharged] = []
        self.charges: list[Charge] = []
        self.facilitated = False

    def money(self, cash: _Cash | None, path: str) -> Money:
        if cash is None:
            return Money(0, self.currency)
        if cash.CurrencyCode != self.currency:
            path = step(path, "CurrencyCode")
            raise DocumentError("a second currency", field=path, value=cash.CurrencyCode, allowed=self.currency)
        with at(path):
            return Money(cash.Amount, self.currency)

    def order(self) -> Order:
        raw, root = self.raw, self.root
        lines = tuple(
            line
            for place, item in enumerate(self.items.OrderItems)
            if item.QuantityOrdered
            for line in self.lines(item, step(self.beside, place))
        )
        if not lines:
            raise DocumentError(
                "the order has no item", field=self.beside, allowed="at least one that is not cancelled"
            )
        email = raw.BuyerInfo.BuyerEmail if raw.BuyerInfo else None
        numbers = dict.fromkeys(item.IossNumber for item in self.items.OrderItems if item.IossNumber)
        origin = raw.DefaultShipFromLocationAddress
        from_path = step(root, "DefaultShipFromLocationAddress")
        return settled(
            Order(
                id=raw.AmazonOrderId,
                platform=PLATFORM,
                placed_at=raw.PurchaseDate,
                currency=self.currency,
                buyer=self.buyer(),
                ship_to=address(_modern(raw.ShippingAddress), step(root, "ShippingAddress"), email=email),
                ship_from=address(_modern(origin), from_path) if origin and origin.CountryCode else None,
                lines=lines,
                shipping=self.shipping,
                shipping_discount=self.off_shipping,
                taxes=tuple(self.taxes),
                charges=tuple(self.charges),
                marketplace_facilitator=True if self.facilitated else None,
                marketplace_id=raw.MarketplaceId,
                marketplace_registrations=tuple(TaxId("IOSS", number) for number in numbers),
                sales_channel=raw.SalesChannel,
                stated_total=self.money(raw.OrderTotal, step(root, "OrderTotal")) if raw.OrderTotal else None,
            )
        )

    def lines(self, item: _Item, path: str) -> Iterator[OrderLine]:
        if item.ItemPrice is None:
            where = step(path, "ItemPrice")
            raise DocumentError("the item has no price", field=where, allowed="present; a pending order has none yet")
        collector = self.collector(item)
        goods = self.money(item.ItemPrice, step(path, "ItemPrice"))
        discount = self.money(item.PromotionDiscount, step(path, "PromotionDiscount"))
        taxes = list(self.tax(item, path, "Item", "Promotion", on="goods", collector=collector))
        self.beside_goods(item, path, collector)
        told = {"asin": item.ASIN, "condition": item.ConditionId, "deemed_reseller": item.DeemedResellerCategory}
        with at(path):
            runs = list(_runs(shares(goods, item.QuantityOrdered), shares(discount, item.QuantityOrdered)))
            counts = [count for count, _, _ in runs]
            shared = [tax.amount.allocate(counts) for tax in taxes]
            for place, (count, price, off) in enumerate(runs):
                yield OrderLine(
                    id=item.OrderItemId if len(runs) == 1 else f"{item.OrderItemId}/{place + 1}",
                    sku=item.SellerSKU,
                    description=item.Title,
                    quantity=count,
                    unit_price=price,
                    discount=off * count,
                    taxes=tuple(
                        TaxCharged(amount=parts[place], title=tax.title, on=tax.on, collected_by=tax.collected_by)
                        for tax, parts in zip(taxes, shared, strict=True)
                    ),
                    attributes=tuple((name, value) for name, value in told.items() if value is not None),
                )

    def collector(self, item: _Item) -> Literal["platform"] | None:
        """The platform, where Amazon says that it is facilitator or deemed supplier, or gave its IOSS number."""
        model = item.TaxCollection.Model if item.TaxCollection else None
        if model not in FACILITATOR and item.DeemedResellerCategory not in _DEEMED and item.IossNumber is None:
            return None
        self.facilitated = True
        return "platform"

    def beside_goods(self, item: _Item, path: str, collector: Literal["platform"] | None) -> None:
        """Shipping and other charges of an item, which belong to the order."""
        self.shipping += self.money(item.ShippingPrice, step(path, "ShippingPrice"))
        self.off_shipping += self.money(item.ShippingDiscount, step(path, "ShippingDiscount"))
        self.taxes.extend(self.tax(item, path, "Shipping", "Shipping", on="shipping", collector=collector))
        fee = self.money(item.CODFee, step(path, "CODFee"))
        fee -= self.money(item.CODFeeDiscount, step(path, "CODFeeDiscount"))
        wrap = item.BuyerInfo or _ItemBuyer()
        beside = step(path, "BuyerInfo")
        price = self.money(wrap.GiftWrapPrice, step(beside, "GiftWrapPrice"))
        tax = self.money(wrap.GiftWrapTax, step(beside, "GiftWrapTax"))
        with at(path):
            if fee:
                self.charges.append(Charge(kind="cash-on-delivery", amount=fee))
            if price:
                self.charges.append(Charge(kind="gift-wrap", amount=price))
            if tax:
                self.taxes.append(TaxCharged(amount=tax, title="tax", on="other", collected_by=collector))

    def tax(
        self,
        item: _Item,
        path: str,
        what: Literal["Item", "Shipping"],
        off: Literal["Promotion", "Shipping"],
        *,
        on: Literal["goods", "shipping"],
        collector: Literal["platform"] | None,
    ) -> Iterator[TaxCharged]:
        """Tax on the price less tax on its discount."""
        full = self.money(getattr(item, f"{what}Tax"), step(path, f"{what}Tax"))
        less = self.money(getattr(item, f"{off}DiscountTax"), step(path, f"{off}DiscountTax"))
        with at(step(path, f"{off}DiscountTax")):
            if full or less:
                yield TaxCharged(amount=full - less, title="tax", on=on, collected_by=collector)

    def buyer(self) -> Party:
        raw = self.raw.BuyerInfo or _Buyer()
        tax = raw.BuyerTaxInfo or _BuyerTax()
        ids = tuple(TaxId(row.Name or "tax", row.Value) for row in tax.TaxClassifications if row.Value)
        kinds: dict[bool | None, Literal["business", "consumer"] | None] = {True: "business", False: "consumer"}
        kind = kinds.get(self.raw.IsBusinessOrder)
        return Party(name=raw.BuyerName or tax.CompanyLegalName, tax_ids=ids, kind=kind)


def _runs(
    by_price: tuple[tuple[int, Money], ...], by_discount: tuple[tuple[int, Money], ...]
) -> Iterator[tuple[int, Money, Money]]:
    """Prices and discounts of the same pieces as runs of pieces that agree in both."""
    prices, offs = list(by_price), list(by_discount)
    while prices:
        count = min(prices[-1][0], offs[-1][0])
        yield count, prices[-1][1], offs[-1][1]
        for rows in (prices, offs):
            left, one = rows.pop()
            if left > count:
                rows.append((left - count, one))


def _modern(raw: _Address | None) -> AmazonAddress | None:
    if raw is None:
        return None
    return AmazonAddress(
        name=raw.Name,
        companyName=raw.CompanyName,
        addressLine1=raw.AddressLine1,
        addressLine2=raw.AddressLine2,
        addressLine3=raw.AddressLine3,
        city=raw.City,
        stateOrRegion=raw.StateOrRegion,
        postalCode=raw.PostalCode,
        countryCode=raw.CountryCode,
        phone=raw.Phone,
    )
