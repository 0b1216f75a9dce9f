"""Shopify: orders of the REST Admin API and of the ``orders/*`` webhooks, which have the same shape.

https://shopify.dev/docs/api/admin-rest/latest/resources/order

Amounts come twice: in the shop's currency and as the buyer saw them (``*_set.presentment_money``); the buyer's are
taken, all of them or none. ``price`` is the price of one piece, without tax unless ``taxes_included``. Tax of a line
stands in its ``tax_lines``; ``channel_liable`` says that the sales channel, not the merchant, owes it. There is no
standard field for an IOSS number. A line whose discount does not divide evenly over its pieces becomes two lines.

HS code and origin are read, in this order, from the duties charged at checkout, from the inventory item of the
variant, and from line item properties such as ``_hs_code`` and ``_country_of_origin``. Inventory items may be passed
along: ``{"order": ..., "inventory_items": [...]}``. The order is read as placed, before refunds and edits.

>>> from xbec.platforms import example
>>> order = Shopify().parse_order(example("shopify-order"))
>>> print(order.total.amount, order.total.currency, order.ship_to.country, order.lines[0].hs.digits)
56.50 USD DE 610910
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, ClassVar, Literal

from xbec.errors import DocumentError
from xbec.goods.hs import HsCode
from xbec.kernel.money import Money
from xbec.orders import Address, Charge, Order, OrderLine, Party, TaxCharged
from xbec.platforms.adapter import PlatformAdapter
from xbec.platforms.document import at, fit, read_document, step
from xbec.platforms.fields import Amount, Count, Currency, Id, Moment, Payload, Rate, Rows, Truth, Words

OWN_CHANNELS = frozenset({"web", "pos", "shopify_draft_order", "iphone", "android"})
"""``source_name`` of the merchant's own shop: values Shopify reserves for its own surfaces, none a marketplace."""

_HS_NAMES = frozenset({"hscode", "harmonizedsystemcode"})
_ORIGIN_NAMES = frozenset({"countryoforigin", "countrycodeoforigin", "origin"})
_MARKS = ("order", "line_items", "shipping_lines", "taxes_included", "presentment_currency", "financial_status")


class _Cash(Payload):
    amount: Amount
    currency_code: Currency


class _Both(Payload):
    shop_money: _Cash | None = None
    presentment_money: _Cash | None = None


class _TaxLine(Payload):
    price: Amount
    price_set: _Both | None = None
    rate: Rate | None = None
    title: Words = None
    channel_liable: Truth = None


class _Allocation(Payload):
    amount: Amount
    amount_set: _Both | None = None


class _Duty(Payload):
    harmonized_system_code: Words = None
    country_code_of_origin: Words = None
    shop_money: _Cash | None = None
    presentment_money: _Cash | None = None
    tax_lines: Rows[_TaxLine] = ()


class _Item(Payload):
    sku: Words = None
    harmonized_system_code: Words = None
    country_code_of_origin: Words = None


class _Variant(Payload):
    inventory_item: _Item | None = None


class _Property(Payload):
    name: Words = None
    value: Any = None


class _Priced(Payload):
    price: Amount
    price_set: _Both | None = None
    discount_allocations: Rows[_Allocation] | None = None
    tax_lines: Rows[_TaxLine] | None = None


class _Line(_Priced):
    id: Id
    quantity: Count
    name: Words = None
    title: Words = None
    sku: Words = None
    grams: Amount | None = None
    requires_shipping: Truth = None
    gift_card: Truth = None
    total_discount: Amount | None = None
    total_discount_set: _Both | None = None
    duties: Rows[_Duty] = ()
    properties: Rows[_Property] = ()
    variant: _Variant | None = None


class _Shipping(_Priced):
    discounted_price: Amount | None = None
    discounted_price_set: _Both | None = None
    is_removed: Truth = None


class _Address(Payload):
    country_code: Words = None
    name: Words = None
    first_name: Words = None
    last_name: Words = None
    company: Words = None
    address1: Words = None
    address2: Words = None
    city: Words = None
    province_code: Words = None
    zip: Words = None
    phone: Words = None


class _Stock(Payload):
    inventory_items: Rows[_Item] = ()


class _Order(Payload):
    id: Id
    created_at: Moment
    currency: Currency
    presentment_currency: Currency | None = None
    taxes_included: Truth = None
    email: Words = None
    company: dict[str, Any] | None = None
    source_name: Words = None
    shipping_address: _Address | None = None
    billing_address: _Address | None = None
    line_items: Rows[_Line]
    shipping_lines: Rows[_Shipping] = ()
    tax_lines: Rows[_TaxLine] = ()
    total_discounts: Amount | None = None
    total_price: Amount | None = None
    total_price_set: _Both | None = None
    total_tip_received: Amount | None = None


class Shopify(PlatformAdapter):
    """Reads Shopify orders; see the module for what is read from where."""

    name: ClassVar[str] = "shopify"

    def recognises(self, payload: str | bytes | Mapping[str, Any]) -> bool:
        """Whether this looks like a Shopify order. Never raises."""
        try:
            _, body = _body(read_document(payload))
        except DocumentError:
            return False
        return isinstance(body, dict) and "line_items" in body and sum(mark in body for mark in _MARKS) > 1

    def parse_order(self, payload: str | bytes | Mapping[str, Any]) -> Order:
        """The order as placed, in the currency the buyer saw. Raises ``DocumentError`` only."""
        document = read_document(payload)
        root, body = _body(document)
        with at(root):
            return _Reading(fit(_Order, body, at=root), root, fit(_Stock, document).inventory_items).order()


def _body(document: dict[str, Any]) -> tuple[str, object]:
    return ("$.order", document["order"]) if "order" in document else ("$", document)


class _Reading:
    """One order while it is read: the payload, its currency, and the path to every part."""

    def __init__(self, raw: _Order, root: str, stock: tuple[_Item, ...]) -> None:
        self.raw = raw
        self.root = root
        self.stock = {item.sku: item for item in stock if item.sku is not None}
        both = raw.total_price_set
        seen = both.presentment_money.currency_code if both and both.presentment_money else None
        self.currency = raw.presentment_currency or seen or raw.currency

    def order(self) -> Order:
        raw, root = self.raw, self.root
        lines = tuple(part for line in self.lines() for part in line.split())
        if not lines:
            raise DocumentError("the order has no line", field=step(root, "line_items"), allowed="at least one")
        shipping, shipping_discount, shipping_taxes, detailed = self.shipping()
        detailed = detailed or any(line.tax_lines is not None for line in raw.line_items)
        whole = () if detailed else tuple(self.taxes(raw.tax_lines, step(root, "tax_lines"), on="order"))
        taxes = (*shipping_taxes, *whole)
        tip = self.money(raw.total_tip_received, None, step(root, "total_tip_received"))
        total = None
        if raw.total_price is not None:
            total = self.money(raw.total_price, raw.total_price_set, step(root, "total_price"))
        return Order(
            id=raw.id,
            platform=Shopify.name,
            placed_at=raw.created_at,
            currency=self.currency,
            buyer=self.buyer(),
            ship_to=self.address(raw.shipping_address, step(root, "shipping_address")),
            lines=lines,
            shipping=shipping,
            shipping_discount=shipping_discount,
            taxes=taxes,
            charges=(Charge(kind="tip", amount=tip),) if tip.amount else (),
            marketplace_facilitator=self.facilitator((*taxes, *(tax for line in lines for tax in line.taxes))),
            sales_channel=raw.source_name,
            stated_total=total,
        )

    def money(self, plain: Decimal | None, both: _Both | None, path: str) -> Money:
        """The amount the buyer saw; nothing stated is nothing charged."""
        if both is not None and both.presentment_money is not None:
            cash = both.presentment_money
            path += "_set.presentment_money"
            if cash.currency_code != self.currency:
                path = step(path, "currency_code")
                raise DocumentError("a second currency", field=path, value=cash.currency_code, allowed=self.currency)
            return self.amount(cash.amount, path)
        if plain is not None and plain and self.raw.currency != self.currency:
            raise DocumentError(
                f"stated in {self.raw.currency} only",
                field=path,
                value=plain,
                allowed=f"an amount in {self.currency}, the currency of the buyer",
                cure="pass the order with its *_set amounts",
            )
        return self.amount(plain or Decimal(0), path)

    def amount(self, number: Decimal, path: str) -> Money:
        with at(path):
            return Money(number, self.currency)

    def lines(self) -> Iterator[OrderLine]:
        base = step(self.root, "line_items")
        apart = any(line.discount_allocations is not None for line in self.raw.line_items)
        if not apart and self.raw.total_discounts and not any(line.total_discount for line in self.raw.line_items):
            raise DocumentError(
                "a discount that is not shared out to the lines",
                field=step(self.root, "total_discounts"),
                value=self.raw.total_discounts,
                allowed="line_items[].discount_allocations beside it",
            )
        for place, line in enumerate(self.raw.line_items):
            path = step(base, place)
            if not line.quantity:
                continue
            if line.discount_allocations is None:
                discount = self.money(line.total_discount, line.total_discount_set, step(path, "total_discount"))
            else:
                discount = self.allocated(line.discount_allocations, path)
            hs, origin = self.classified(line, path)
            with at(path):
                yield OrderLine(
                    id=line.id,
                    sku=line.sku,
                    description=line.name or line.title,
                    quantity=line.quantity,
                    unit_price=self.money(line.price, line.price_set, step(path, "price")),
                    price_includes_tax=self.raw.taxes_included,
                    discount=discount,
                    hs=hs,
                    origin=origin,
                    weight_kg=line.grams / 1000 if line.grams else None,
                    taxes=tuple(self.line_taxes(line, path)),
                    ships=line.requires_shipping is not False and line.gift_card is not True,
                    attributes=tuple(_told(line).items()),
                )

    def allocated(self, rows: tuple[_Allocation, ...], path: str) -> Money:
        total = Money(0, self.currency)
        base = step(path, "discount_allocations")
        for place, row in enumerate(rows):
            total += self.money(row.amount, row.amount_set, step(step(base, place), "amount"))
        return total

    def line_taxes(self, line: _Line, path: str) -> Iterator[TaxCharged]:
        yield from self.taxes(line.tax_lines or (), step(path, "tax_lines"), on="goods")
        for place, duty in enumerate(line.duties):
            where = step(step(path, "duties"), place)
            both = _Both(shop_money=duty.shop_money, presentment_money=duty.presentment_money)
            plain = duty.shop_money.amount if duty.shop_money else None
            if plain is None and duty.presentment_money is None:
                raise DocumentError("a duty without amount", field=where, allowed="shop_money, presentment_money")
            yield TaxCharged(amount=self.money(plain, both, where), kind="duty", title="duty", included=False)
            yield from self.taxes(duty.tax_lines, step(where, "tax_lines"), on="other")

    def taxes(
        self, rows: tuple[_TaxLine, ...], path: str, *, on: Literal["goods", "shipping", "order", "other"]
    ) -> Iterator[TaxCharged]:
        owes: dict[bool | None, Literal["platform", "seller"] | None] = {True: "platform", False: "seller", None: None}
        for place, row in enumerate(rows):
            where = step(path, place)
            amount = self.money(row.price, row.price_set, step(where, "price"))
            with at(where):
                yield TaxCharged(
                    amount=amount,
                    title=row.title,
                    rate=row.rate,
                    on=on,
                    included=self.raw.taxes_included,
                    collected_by=owes[row.channel_liable],
                )

    def shipping(self) -> tuple[Money, Money, tuple[TaxCharged, ...], bool]:
        price = discount = Money(0, self.currency)
        taxes: list[TaxCharged] = []
        detailed = False
        for place, row in enumerate(self.raw.shipping_lines):
            path = step(step(self.root, "shipping_lines"), place)
            if row.is_removed:
                continue
            full = self.money(row.price, row.price_set, step(path, "price"))
            off = self.allocated(row.discount_allocations or (), path)
            if not off.amount and row.discounted_price is not None:
                off = full - self.money(row.discounted_price, row.discounted_price_set, step(path, "discounted_price"))
            price, discount = price + full, discount + off
            detailed = detailed or row.tax_lines is not None
            taxes.extend(self.taxes(row.tax_lines or (), step(path, "tax_lines"), on="shipping"))
        return price, discount, tuple(taxes), detailed

    def classified(self, line: _Line, path: str) -> tuple[HsCode | None, str | None]:
        """HS code and origin; what the buyer could have typed, a property, comes last."""
        codes: list[tuple[str, str | None]] = []
        origins: list[str | None] = []
        for place, duty in enumerate(line.duties):
            codes.append((step(step(path, "duties"), place), duty.harmonized_system_code))
            origins.append(duty.country_code_of_origin)
        own = line.variant.inventory_item if line.variant else None
        for item in (own, self.stock.get(line.sku) if line.sku else None):
            if item is not None:
                codes.append((step(path, "variant" if item is own else "sku"), item.harmonized_system_code))
                origins.append(item.country_code_of_origin)
        for place, row in enumerate(line.properties):
            word = _word(row.name)
            text = row.value.strip() if isinstance(row.value, str) and row.value.strip() else None
            if word in _HS_NAMES:
                codes.append((step(step(step(path, "properties"), place), "value"), text))
            elif word in _ORIGIN_NAMES:
                origins.append(text)
        hs = None
        where, code = next(((where, code) for where, code in codes if code), (path, None))
        if code is not None:
            with at(where):
                hs = HsCode(code)
        return hs, next((origin for origin in origins if origin), None)

    def address(self, raw: _Address | None, path: str) -> Address:
        if raw is None or raw.country_code is None:
            path = path if raw is None else step(path, "country_code")
            raise DocumentError("the order does not say where it goes", field=path, allowed="ISO 3166-1 alpha-2 code")
        with at(path):
            return Address(
                country=raw.country_code,
                name=_name(raw),
                company=raw.company,
                lines=tuple(line for line in (raw.address1, raw.address2) if line),
                city=raw.city,
                subdivision=raw.province_code,
                postcode=raw.zip,
                phone=raw.phone,
                email=self.raw.email,
            )

    def buyer(self) -> Party:
        raw = self.raw.billing_address or self.raw.shipping_address
        path = step(self.root, "billing_address" if self.raw.billing_address else "shipping_address")
        known = raw is not None and raw.country_code is not None
        return Party(
            name=_name(raw) if raw else None,
            address=self.address(raw, path) if known else None,
            kind="business" if self.raw.company is not None else "consumer",
        )

    def facilitator(self, taxes: tuple[TaxCharged, ...]) -> bool | None:
        """Whether the channel owes the tax; where no tax line says, the merchant's own shop has no facilitator."""
        collectors = {tax.collected_by for tax in taxes}
        if "platform" in collectors:
            return True
        return False if "seller" in collectors or self.raw.source_name in OWN_CHANNELS else None


def _word(name: str | None) -> str:
    return "".join(sign for sign in (name or "").lower() if sign.isalpha())


def _name(raw: _Address) -> str | None:
    return raw.name or " ".join(part for part in (raw.first_name, raw.last_name) if part) or None


def _told(line: _Line) -> dict[str, str]:
    known = _HS_NAMES | _ORIGIN_NAMES
    told: dict[str, str] = {}
    for row in line.properties:
        if row.name and isinstance(row.value, str | int | Decimal) and _word(row.name) not in known:
            told.setdefault(row.name, str(row.value))
    return told
