"""One line of an order, and the taxes and charges that were taken with it.

All amounts of a line are in the currency of the order. Prices are as the buyer saw them: ``price_includes_tax`` says
whether tax is inside, ``None`` where the platform does not say.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

import attrs

from xbec.errors import InputError
from xbec.goods.hs import HsCode
from xbec.kernel.money import Money
from xbec.kernel.place import Place
from xbec.orders import _checks as check

Collector = Literal["platform", "seller"]
TaxKind = Literal["tax", "duty"]
TaxedPart = Literal["goods", "shipping", "order", "other"]
ChargeKind = Literal["gift-wrap", "cash-on-delivery", "tip", "other"]


def shares(amount: Money, pieces: int) -> tuple[tuple[int, Money], ...]:
    """An amount over so many pieces, as ``(pieces, amount of one)``, the dearer first; the sum is exact.

    >>> [(count, one.amount) for count, one in shares(Money("10.00", "USD"), 3)]
    [(1, Decimal('3.34')), (2, Decimal('3.33'))]
    """
    coefficient, decimals = amount.scaled
    low, rest = divmod(coefficient, pieces)
    counted = ((rest, low + 1), (pieces - rest, low))
    return tuple((count, Money(Decimal(f"{one}e-{decimals}"), amount.currency)) for count, one in counted if count)


@attrs.frozen(slots=True, kw_only=True)
class TaxCharged:
    """A tax or duty that the buyer was charged at checkout.

    ``included``: it is inside the prices, not on top (``None``: not stated). ``rate`` is a fraction of one as the
    platform stated it. ``collected_by``: who owes it to the treasury, ``platform`` or ``seller``, ``None`` unknown.
    ``on``: what it was taken on; ``order`` where the platform gives only a sum for all.
    """

    amount: Money = attrs.field(validator=check.amount())
    kind: TaxKind = attrs.field(default="tax", validator=check.one_of("tax", "duty"))
    title: str | None = attrs.field(default=None, validator=check.text(optional=True, most=500))
    rate: Decimal | None = attrs.field(default=None, validator=check.rate)
    on: TaxedPart = attrs.field(default="goods", validator=check.one_of("goods", "shipping", "order", "other"))
    included: bool | None = attrs.field(default=None, validator=check.kind_of(bool, optional=True))
    collected_by: Collector | None = attrs.field(default=None, validator=check.one_of("platform", "seller", None))


@attrs.frozen(slots=True, kw_only=True)
class Charge:
    """What the buyer paid beside goods, shipping, insurance and tax: gift wrap, cash on delivery, a tip."""

    kind: ChargeKind = attrs.field(validator=check.one_of("gift-wrap", "cash-on-delivery", "tip", "other"))
    amount: Money = attrs.field(validator=check.amount())


@attrs.frozen(slots=True, kw_only=True)
class OrderLine:
    """``quantity`` pieces of one thing at ``unit_price`` each, less ``discount`` on the whole line.

    ``hs`` and ``origin`` (ISO 3166-1 alpha-2) and ``weight_kg`` (one piece, kg) are ``None`` where the platform does
    not say: :meth:`Order.with_products <xbec.orders.Order.with_products>` fills them. ``ships`` is false for what never
    crosses a border, such as a gift card. ``attributes`` are pairs of text the platform gave and no field holds.

    Raises ``InputError`` for a quantity below one, an amount below zero, a discount above the goods, a weight that is
    none; ``CurrencyMismatch`` for amounts of two currencies.

    >>> line = OrderLine(id="1", unit_price=Money("25.00", "USD"), quantity=2, discount=Money("5.00", "USD"))
    >>> line.goods == Money("50.00", "USD"), line.net_of_discount == Money("45.00", "USD")
    (True, True)
    """

    id: str = attrs.field(validator=check.text(most=200))
    unit_price: Money = attrs.field(validator=check.amount())
    quantity: int = attrs.field(default=1, validator=check.quantity)
    sku: str | None = attrs.field(default=None, validator=check.text(optional=True, most=500))
    description: str | None = attrs.field(default=None, validator=check.text(optional=True))
    price_includes_tax: bool | None = attrs.field(default=None, validator=check.kind_of(bool, optional=True))
    discount: Money = attrs.field(validator=check.amount())
    hs: HsCode | None = attrs.field(default=None, validator=check.kind_of(HsCode, optional=True))
    origin: str | None = attrs.field(default=None, validator=check.text(optional=True, most=2))
    weight_kg: Decimal | None = attrs.field(default=None, validator=check.weight)
    taxes: tuple[TaxCharged, ...] = attrs.field(default=(), validator=check.rows_of(TaxCharged))
    ships: bool = attrs.field(default=True, validator=check.kind_of(bool))
    attributes: tuple[tuple[str, str], ...] = attrs.field(default=(), validator=check.attributes)

    @discount.default
    def _no_discount(self) -> Money:
        check.amount()(self, attrs.fields(OrderLine).unit_price, self.unit_price)
        return Money(0, self.unit_price.currency)

    def __attrs_post_init__(self) -> None:
        check.same_currency("discount", self.discount, self.unit_price.currency)
        for place, tax in enumerate(self.taxes):
            check.same_currency(f"taxes[{place}]", tax.amount, self.unit_price.currency)
        if self.discount > self.goods:
            raise InputError(
                "a discount above the goods", field="discount", value=self.discount, allowed=f"at most {self.goods}"
            )
        if self.origin is not None:
            Place(self.origin)

    @property
    def goods(self) -> Money:
        """Unit price times quantity, before any discount."""
        return self.unit_price * self.quantity

    @property
    def net_of_discount(self) -> Money:
        """What the buyer paid for the goods of this line, tax as ``price_includes_tax`` says."""
        return self.goods - self.discount

    @property
    def net_unit_price(self) -> Money:
        """What one piece cost after the discount, exactly.

        Raises ``InputError`` where the discount does not divide evenly over the pieces; :meth:`split` makes it.
        """
        parts = shares(self.discount, self.quantity)
        if len(parts) > 1:
            raise InputError(
                f"a discount that does not divide over {self.quantity} pieces",
                field="discount",
                value=self.discount,
                cure="use line.split(): lines whose pieces all cost the same, with the same sum",
            )
        return self.unit_price - parts[0][1]

    def split(self) -> tuple[OrderLine, ...]:
        """The line as one or two lines in which every piece costs the same; no minor unit is lost.

        The ids of two are the line's own with ``/1`` and ``/2``. Taxes and discount are shared by pieces.

        >>> line = OrderLine(id="7", unit_price=Money("25.00", "USD"), quantity=3, discount=Money("5.00", "USD"))
        >>> [(part.id, part.quantity, part.net_unit_price.amount) for part in line.split()]
        [('7/1', 2, Decimal('23.33')), ('7/2', 1, Decimal('23.34'))]
        """
        parts = shares(self.discount, self.quantity)
        if len(parts) == 1:
            return (self,)
        pieces = [count for count, _ in parts]
        taxes = [tax.amount.allocate(pieces) for tax in self.taxes]
        return tuple(
            attrs.evolve(
                self,
                id=f"{self.id}/{place + 1}",
                quantity=count,
                discount=off * count,
                taxes=tuple(
                    attrs.evolve(tax, amount=shared[place]) for tax, shared in zip(self.taxes, taxes, strict=True)
                ),
            )
            for place, (count, off) in enumerate(parts)
        )

    def attribute(self, name: str) -> str | None:
        """The text the platform gave under that name, or ``None``."""
        return next((value for key, value in self.attributes if key == name), None)
