"""The canonical order: what every platform adapter produces and every other room reads.

An order has one currency, the one the buyer paid in. It says what was ordered, by whom, to where, at which prices, and
which facts about the sale the platform stated. It computes no tax.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Protocol

import attrs

from xbec.errors import InputError
from xbec.goods.hs import HsCode
from xbec.kernel.money import Money
from xbec.orders import _checks as check
from xbec.orders.address import Address, Party, TaxId
from xbec.orders.line import Charge, OrderLine, TaxCharged

if TYPE_CHECKING:
    from collections.abc import Iterable


class DescribesGoods(Protocol):
    """What ``with_products`` reads of a product; :class:`xbec.goods.Product` has it."""

    @property
    def description(self) -> str | None: ...
    @property
    def hs(self) -> HsCode | None: ...
    @property
    def origin(self) -> str | None: ...
    @property
    def weight_kg(self) -> Decimal | None: ...


@attrs.frozen(slots=True, kw_only=True)
class Order:
    """An order as placed on a platform.

    ``shipping`` is what the buyer was charged for shipping before ``shipping_discount``; ``insurance`` is ``None``
    where none is stated. ``taxes`` are those not on a line (on shipping, or a sum for the whole order).
    ``ship_from`` is where the platform says the goods leave from.

    ``marketplace_facilitator`` says whether the platform is liable for the tax of the sale (deemed supplier), ``None``
    unknown; ``marketplace_registrations`` are its numbers as stated in the order, ``seller_registrations`` the schemes
    the seller is registered for, such as ``"IOSS"``. ``sales_channel`` is the platform's own word for where the sale
    took place. ``stated_total`` is the platform's grand total, to check the reading against.

    Raises ``InputError`` for an order without lines, two lines of one id, days without offset, a shipping
    discount above the shipping; ``CurrencyMismatch`` for amounts of two currencies.

    >>> from datetime import datetime, timezone
    >>> order = Order(
    ...     id="1001", platform="shop", placed_at=datetime(2026, 8, 3, tzinfo=timezone.utc), currency="USD",
    ...     ship_to=Address(country="DE"), lines=(OrderLine(id="1", quantity=2, unit_price=Money("25.00", "USD")),),
    ...     shipping=Money("6.50", "USD"))
    >>> order.total == Money("56.50", "USD")
    True
    """

    id: str = attrs.field(validator=check.text(most=200))
    platform: str = attrs.field(validator=check.text(most=100))
    placed_at: datetime = attrs.field(validator=check.moment())
    currency: str = attrs.field(validator=check.text(most=3))
    ship_to: Address = attrs.field(validator=check.kind_of(Address))
    lines: tuple[OrderLine, ...] = attrs.field(validator=check.rows_of(OrderLine))
    ship_from: Address | None = attrs.field(default=None, validator=check.kind_of(Address, optional=True))
    buyer: Party = attrs.field(factory=Party, validator=check.kind_of(Party))
    paid_at: datetime | None = attrs.field(default=None, validator=check.moment(optional=True))
    shipping: Money = attrs.field(validator=check.amount())
    shipping_discount: Money = attrs.field(validator=check.amount())
    insurance: Money | None = attrs.field(default=None, validator=check.amount(optional=True))
    taxes: tuple[TaxCharged, ...] = attrs.field(default=(), validator=check.rows_of(TaxCharged))
    charges: tuple[Charge, ...] = attrs.field(default=(), validator=check.rows_of(Charge))
    marketplace_facilitator: bool | None = attrs.field(default=None, validator=check.kind_of(bool, optional=True))
    marketplace_id: str | None = attrs.field(default=None, validator=check.text(optional=True, most=200))
    marketplace_registrations: tuple[TaxId, ...] = attrs.field(default=(), validator=check.rows_of(TaxId))
    seller_registrations: tuple[str, ...] = attrs.field(default=(), validator=check.rows_of(str))
    sales_channel: str | None = attrs.field(default=None, validator=check.text(optional=True, most=200))
    stated_total: Money | None = attrs.field(default=None, validator=check.amount(optional=True))

    @shipping.default
    def _no_shipping(self) -> Money:
        return Money(0, self.currency)

    @shipping_discount.default
    def _no_shipping_discount(self) -> Money:
        return Money(0, self.currency)

    def __attrs_post_init__(self) -> None:
        if not self.lines:
            raise InputError("an order without lines", field="lines", allowed="at least one line")
        for name in ("shipping", "shipping_discount", "insurance", "stated_total"):
            check.same_currency(name, getattr(self, name), self.currency)
        for place, tax in enumerate(self.taxes):
            check.same_currency(f"taxes[{place}]", tax.amount, self.currency)
        for place, charge in enumerate(self.charges):
            check.same_currency(f"charges[{place}]", charge.amount, self.currency)
        seen: set[str] = set()
        for place, line in enumerate(self.lines):
            check.same_currency(f"lines[{place}].unit_price", line.unit_price, self.currency)
            if line.id in seen:
                raise InputError("two lines of one id", field=f"lines[{place}].id", value=line.id)
            seen.add(line.id)
        if self.shipping_discount > self.shipping:
            allowed = f"at most {self.shipping}"
            raise InputError(
                "a discount above the shipping",
                field="shipping_discount",
                value=self.shipping_discount,
                allowed=allowed,
            )

    @property
    def goods(self) -> Money:
        """All goods after their discounts, tax in or out as the lines say."""
        return self._sum(line.net_of_discount for line in self.lines)

    @property
    def freight(self) -> Money:
        """What the buyer paid for shipping, after its discount."""
        return self.shipping - self.shipping_discount

    @property
    def taxes_charged(self) -> Money:
        """Every tax and duty the platform charged, inside the prices or on top."""
        return self._sum(tax.amount for tax in self._taxes())

    @property
    def total(self) -> Money:
        """What the buyer paid: goods, shipping, insurance, other charges, and the taxes that are not inside prices."""
        parts = [self.goods, self.freight, *(charge.amount for charge in self.charges)]
        if self.insurance is not None:
            parts.append(self.insurance)
        parts.extend(tax.amount for tax in self._taxes() if not tax.included)
        return self._sum(parts)

    @property
    def discrepancy(self) -> Money | None:
        """Total stated by the platform less the total of the parts; ``None`` where it stated none. Zero is right."""
        return None if self.stated_total is None else self.stated_total - self.total

    @property
    def registrations(self) -> tuple[str, ...]:
        """Schemes under which the seller or the marketplace is registered, each once, in the order stated."""
        of_marketplace = (tax.scheme for tax in self.marketplace_registrations)
        return tuple(dict.fromkeys([*self.seller_registrations, *of_marketplace]))

    def with_products(self, products: Mapping[str, DescribesGoods]) -> Order:
        """The order with HS code, origin and weight filled from the seller's catalogue, by sku.

        What the platform stated stands; only what is ``None`` is filled, and stays so where the product does not know.
        Lines that do not ship need no product. Raises ``InputError`` that names every sku (or line without sku) that
        the catalogue lacks and whose code or origin the platform did not state.
        """
        if not isinstance(products, Mapping):
            raise InputError(
                "not a catalogue", field="products", value=products, allowed="a mapping from sku to Product"
            )
        missing: list[str] = []
        lines: list[OrderLine] = []
        for line in self.lines:
            product = products.get(line.sku) if line.sku is not None else None
            if product is not None:
                lines.append(_described(line, product))
                continue
            lines.append(line)
            if line.ships and (line.hs is None or line.origin is None):
                missing.append(line.sku if line.sku is not None else f"(line {line.id} without sku)")
        if missing:
            raise InputError(
                f"{len(missing)} not in the catalogue: {', '.join(dict.fromkeys(missing))}",
                field="products",
                allowed="a product for every sku whose HS code or origin the platform did not state",
                cure="add them to the products, each with its HS code and origin",
            )
        return attrs.evolve(self, lines=tuple(lines))

    def _taxes(self) -> Iterable[TaxCharged]:
        yield from self.taxes
        for line in self.lines:
            yield from line.taxes

    def _sum(self, amounts: Iterable[Money]) -> Money:
        total = Money(0, self.currency)
        for amount in amounts:
            total += amount
        return total


def _described(line: OrderLine, product: DescribesGoods) -> OrderLine:
    known = {name: getattr(line, name) for name in ("description", "hs", "origin", "weight_kg")}
    try:
        unknown = {name: getattr(product, name) for name, value in known.items() if value is None}
    except AttributeError as error:
        raise InputError(
            "this is no product", field=f"products[{line.sku}]", value=product, allowed="Product"
        ) from error
    return attrs.evolve(line, **unknown)
