"""What is priced: a consignment of lines, with the facts the law asks for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import count
from typing import TYPE_CHECKING, Any, Final

import attrs

from xbec.errors import CurrencyMismatch, InputError
from xbec.goods import HsCode
from xbec.kernel.money import Money
from xbec.kernel.place import Place

if TYPE_CHECKING:
    from xbec.orders import Order

MOST_LINES: Final = 1000
_LARGEST_QUANTITY: Final = 10**9
_MICRO: Final = 10**6
_BASES: Final = frozenset({"piece", "kg", "kg_gross", "l", "l_alc", "pair", "m", "m2"})
CHANNELS: Final = ("post", "express", "freight")
TRANSPORTS: Final = ("air", "sea", "road", "rail", "post")
BUYERS: Final = ("consumer", "business")
TERMS: Final = ("DAP", "DDP")
PRICES: Final = ("net", "tax")


def _one_of(allowed: tuple[str, ...], value: object, field: str) -> None:
    if value not in allowed:
        raise InputError("not one of the words allowed", field=field, value=value, allowed=", ".join(allowed))


def exact_quantity(value: object, field: str) -> Decimal:
    """A positive, finite, exact quantity, at most 10**9 with six decimals."""
    if type(value) is int and 0 < value <= _LARGEST_QUANTITY:
        return Decimal(value)
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        raise InputError("not an exact number", field=field, value=value, allowed="int, Decimal or text; never float")
    if isinstance(value, str) and len(value) > 40:
        raise InputError("not a number", field=field, value=value)
    try:
        number = Decimal(value)
    except ArithmeticError:
        raise InputError("not a number", field=field, value=value) from None
    if not number.is_finite() or not 0 < number <= _LARGEST_QUANTITY:
        raise InputError("not a possible quantity", field=field, value=value, allowed="more than 0, at most 10**9")
    if number * _MICRO % 1:
        raise InputError("too fine a quantity", field=field, value=value, allowed="at most six decimals")
    return number


def _add_base(micro: dict[str, int], unit: str) -> None:
    """State a quantity in the unit duties count in too, where it is stated in another of its kind (g: kg)."""
    from xbec.tariff.units import base_of

    try:
        base, factor = base_of(unit)
    except InputError:
        return
    amount = micro[unit] * factor
    if base in micro:
        return
    if amount.denominator != 1 or amount > _LARGEST_QUANTITY * _MICRO:
        raise InputError(
            "not a possible quantity",
            field=f"quantities[{unit}]",
            value=unit,
            allowed=f"at most 10**9 {base}, six decimals of it",
        )
    micro[base] = int(amount)


def _country(value: object, field: str) -> str:
    if not isinstance(value, str):
        raise InputError("not a country", field=field, value=value, allowed="ISO 3166-1 alpha-2 code")
    return value if value in _countries else _checked_country(value)


_countries: set[str] = set()
"""Codes that were found to be countries."""


def _checked_country(value: str) -> str:
    country = Place(value).country
    if country == value:
        _countries.add(country)
    return country


_NONE: Final[frozenset[str]] = frozenset()


def _texts(values: object, field: str) -> frozenset[str]:
    if values is _NONE:
        return _NONE
    if isinstance(values, str) or not isinstance(values, Iterable):
        raise InputError("not a set of texts", field=field, value=values)
    found = frozenset(values)
    for value in found:
        if not isinstance(value, str) or not 0 < len(value) <= 80:
            raise InputError("not a short text", field=field, value=value)
    return found


_numbers: dict[Any, int] = {}
_counter = count(1)
_MOST_NUMBERED: Final = 200_000


def number_of(facts: tuple[Any, ...]) -> int:
    """A number for facts, the same for equal facts, so that a warm quote looks up an integer.

    The table starts anew when it is full; numbers are never given twice, so that an old one only misses.
    """
    if len(_numbers) >= _MOST_NUMBERED:
        _numbers.clear()
    return _numbers.setdefault(facts, next(_counter))


def _flags(values: Iterable[str]) -> frozenset[str]:
    return _texts(values, "flags")


def _registrations(values: Iterable[str]) -> frozenset[str]:
    return _texts(values, "registrations")


def _code(value: HsCode | str | tuple[HsCode | str, ...]) -> HsCode | tuple[HsCode, ...]:
    if not isinstance(value, tuple):
        return value if isinstance(value, HsCode) else HsCode(value)
    if not 1 <= len(value) <= 64:
        raise InputError("candidates of a code", field="hs", value=len(value), allowed="1 to 64")
    return tuple(x if isinstance(x, HsCode) else HsCode(x) for x in value)


def _place(value: Place | str) -> Place:
    if isinstance(value, Place):
        return value
    if not isinstance(value, str):
        raise InputError("not a place", field="destination", value=value, allowed="a Place or its code")
    return Place.parse(value)


@attrs.frozen(slots=True)
class Days:
    """The days of a consignment; each defaults to the day of the quote."""

    ordered: date | None = None
    paid: date | None = None
    loaded: date | None = None
    dispatched: date | None = None
    declared: date | None = None


_NO_DAYS: Final = Days()


@attrs.frozen(slots=True, kw_only=True)
class Line:
    """One line of goods.

    ``hs`` is an HS or national code, or a tuple of candidates; ``price`` is the unit price, net of tax unless
    ``price_includes="tax"``. ``quantities`` holds amounts by customs unit (``kg`` net, ``kg_gross``, ``l``, ``l_alc``,
    ``pair`` ...; ``g``, ``t``, ``hl`` count as part of ``kg``, ``l``). What is stated wins over what is looked up:
    ``duty`` (an expression such as ``"12 %"``), ``tax_rate`` (of the tax named by the law's ``price_tax``),
    ``tax_class`` (or a tuple of candidates).

    Raises :class:`InputError` naming field, value and what is allowed.
    """

    hs: HsCode | tuple[HsCode, ...] = attrs.field(converter=_code)
    origin: str | None = None
    price: Money
    quantity: int | Decimal = 1
    id: str | None = None
    description: str | None = None
    sku: str | None = None
    tax_class: str | tuple[str, ...] | None = None
    weight_kg: Decimal | None = None
    quantities: Mapping[str, Decimal] = attrs.field(factory=dict)
    flags: frozenset[str] = attrs.field(default=_NONE, converter=_flags)
    claim: str | None = None
    duty: Any = None
    tax_rate: Any = None
    content: Mapping[str, Money] = attrs.field(factory=dict)
    price_includes: str = "net"
    code: str = attrs.field(init=False, default="")
    facts: tuple[Any, ...] = attrs.field(init=False, default=(), repr=False)
    key: int = attrs.field(init=False, default=0, repr=False, eq=False)
    coefficient: int = attrs.field(init=False, default=0, repr=False)
    micro: Mapping[str, int] = attrs.field(init=False, factory=dict, repr=False)

    def __attrs_post_init__(self) -> None:
        put = object.__setattr__
        if not isinstance(self.price, Money):
            raise InputError("a price is a Money", field="price", value=self.price)
        if self.price.scaled[0] < 0:
            raise InputError("a price is not negative", field="price", value=str(self.price))
        _one_of(PRICES, self.price_includes, "price_includes")
        quantity = exact_quantity(self.quantity, "quantity")
        if self.origin is not None:
            put(self, "origin", _country(self.origin, "origin"))
        if isinstance(self.hs, HsCode):
            put(self, "code", self.hs.digits)
        micro = {"piece": int(quantity * _MICRO)}
        if self.weight_kg is not None:
            micro["kg_gross"] = int(exact_quantity(self.weight_kg, "weight_kg") * _MICRO)
        for unit, amount in dict(self.quantities).items():
            micro[str(unit)] = int(exact_quantity(amount, f"quantities[{unit}]") * _MICRO)
        for unit in [x for x in micro if x not in _BASES]:
            _add_base(micro, unit)
        put(self, "micro", micro)
        for name, part in self.content.items():
            if not isinstance(part, Money) or part.scaled[0] < 0:
                raise InputError("a content value is a Money, not negative", field=f"content[{name}]", value=str(part))
        coefficient, decimals = self.price.scaled
        whole, parts = (self.quantity, 0) if type(self.quantity) is int else _as_integer(quantity)
        put(self, "coefficient", coefficient * whole)
        put(
            self,
            "facts",
            (
                self.code,
                self.origin,
                self.tax_class,
                self.flags,
                self.claim,
                None if self.duty is None else str(self.duty),
                None if self.tax_rate is None else str(self.tax_rate),
                self.price.currency,
                decimals + parts,
                self.price_includes,
                tuple(micro) if len(micro) > 1 else (),
                tuple((n, m.currency, m.scaled[1]) for n, m in sorted(self.content.items())),
            ),
        )
        put(self, "key", number_of(self.facts))

    @property
    def sort_key(self) -> tuple[Any, ...]:
        """The canonical order of lines, so that the caller's order never changes a total."""
        return (
            self.code,
            self.origin or "",
            str(self.tax_class or ""),
            self.price.amount,
            self.micro["piece"],
            self.micro.get("kg_gross", 0),
            tuple(sorted(self.flags)),
            tuple(sorted(self.micro.items())),
            self.claim or "",
            str(self.duty or ""),
            str(self.tax_rate or ""),
            self.price_includes,
            -len(self.content),
            tuple(sorted((name, money.amount) for name, money in self.content.items())),
            self.id or "",
        )


def _as_integer(quantity: Decimal) -> tuple[int, int]:
    _, digits, exponent = quantity.as_tuple()
    if not isinstance(exponent, int):
        raise InputError("not a number", field="quantity", value=str(quantity))
    number = int("".join(map(str, digits)))
    return (number * 10**exponent, 0) if exponent >= 0 else (number, -exponent)


def _lines(values: Iterable[Line]) -> tuple[Line, ...]:
    if isinstance(values, str | bytes | Mapping) or not isinstance(values, Iterable):
        raise InputError("not lines", field="lines", value=values, allowed="a list of Line")
    lines = tuple(values)
    if not 1 <= len(lines) <= MOST_LINES:
        raise wrong_number_of_lines(len(lines))
    for n, line in enumerate(lines):
        if not isinstance(line, Line):
            raise InputError("not a Line", field=f"lines[{n}]", value=line)
    return lines


def wrong_number_of_lines(number: int) -> InputError:
    """The error of a consignment of none or too many."""
    return InputError("number of lines", field="lines", value=number, allowed=f"1 to {MOST_LINES}")


@attrs.frozen(slots=True, kw_only=True, eq=False)
class Consignment:
    """Goods that travel together to one buyer.

    ``freight`` and ``insurance`` are those of the whole consignment, in the currency of the lines (``None``: there is
    none to add). ``fees`` are charges of the carrier that the caller states, by name. Three places differ: ``origin``
    of a line, ``dispatch`` (where the goods are sent from), ``establishment`` (of the seller). ``registrations`` names
    the schemes the seller is registered for, such as ``{"IOSS"}``; ``marketplace`` the platform that facilitates it.
    ``history`` holds figures about the buyer that some laws count; a figure not given is unknown, never zero.
    """

    lines: tuple[Line, ...] = attrs.field(converter=_lines)
    destination: Place = attrs.field(converter=_place)
    freight: Money | None = None
    insurance: Money | None = None
    fees: Mapping[str, Money] = attrs.field(factory=dict)
    terms: str = "DAP"
    channel: str = "post"
    transport: str | None = None
    buyer: str = "consumer"
    dispatch: str | None = None
    establishment: str | None = None
    marketplace: str | None = None
    registrations: frozenset[str] = attrs.field(default=_NONE, converter=_registrations)
    history: Mapping[str, Any] = attrs.field(factory=dict)
    days: Days = _NO_DAYS
    currency: str = attrs.field(init=False, default="")
    order: tuple[int, ...] = attrs.field(init=False, default=(), repr=False)
    sorted_lines: tuple[Line, ...] = attrs.field(init=False, default=(), repr=False)
    key: int = attrs.field(init=False, default=0, repr=False)
    shape: tuple[tuple[int, ...], ...] = attrs.field(init=False, default=(), repr=False)

    def __attrs_post_init__(self) -> None:
        put = object.__setattr__
        lines = self.lines
        _one_of(TERMS, self.terms, "terms")
        _one_of(CHANNELS, self.channel, "channel")
        _one_of(BUYERS, self.buyer, "buyer")
        if self.transport is not None:
            _one_of(TRANSPORTS, self.transport, "transport")
        for field in ("dispatch", "establishment"):
            value = getattr(self, field)
            if value is not None:
                put(self, field, _country(value, field))
        if not isinstance(self.days, Days):
            raise InputError("not the days of a consignment", field="days", value=self.days, allowed="Days(...)")
        currency = lines[0].price.currency
        put(self, "currency", currency)
        stated = [("freight", self.freight), ("insurance", self.insurance)]
        for place, money in [(f"lines[{n}].price", x.price) for n, x in enumerate(lines[1:], 1)] + stated:
            if money is None:
                continue
            if not isinstance(money, Money):
                raise InputError("not a Money", field=place, value=money)
            if money.currency != currency:
                raise CurrencyMismatch(
                    "a consignment has one currency", field=place, value=str(money), allowed=currency
                )
            if money.scaled[0] < 0:
                raise InputError("not negative, please", field=place, value=str(money))
        for name, fee in self.fees.items():
            if not isinstance(fee, Money) or fee.scaled[0] < 0:
                raise InputError("a fee is a Money, not negative", field=f"fees[{name}]", value=str(fee))
        order = tuple(sorted(range(len(lines)), key=lambda n: lines[n].sort_key)) if len(lines) > 1 else (0,)
        put(self, "order", order)
        put(self, "sorted_lines", lines if len(lines) == 1 else tuple([lines[n] for n in order]))
        put(self, "shape", _shape(self.sorted_lines))
        put(self, "key", number_of(self._facts()))

    def _facts(self) -> tuple[Any, ...]:
        money = tuple([None if m is None else (m.currency, m.scaled[1]) for m in (self.freight, self.insurance)])
        return (
            self.destination.jurisdiction,
            self.destination.areas,
            self.dispatch,
            self.establishment,
            self.marketplace is not None,
            self.registrations,
            self.terms,
            self.channel,
            self.transport,
            self.buyer,
            None if self.days is _NO_DAYS or self.days == _NO_DAYS else attrs.astuple(self.days),
            money,
            tuple((n, f.currency, f.scaled[1]) for n, f in sorted(self.fees.items())),
            tuple(sorted((k, str(v)) for k, v in self.history.items() if v is not None)),
            self.has_candidates,
        )

    @property
    def has_candidates(self) -> bool:
        """Has a line several candidates of code or tax class?"""
        return any(isinstance(x.hs, tuple) or isinstance(x.tax_class, tuple) for x in self.lines)

    @classmethod
    def from_order(cls, order: Order, **facts: Any) -> Consignment:
        """The consignment of an order of a platform; ``facts`` add or override what the order does not say.

        Every line needs an HS code; the first without one is named.
        """
        lines = []
        for n, whole in enumerate(order.lines):
            if not whole.ships:
                continue
            if whole.hs is None:
                raise InputError(
                    "an order line has no HS code",
                    field=f"lines[{n}].hs",
                    value=whole.sku or whole.description,
                    cure="fill it from your catalogue: order.with_products({sku: Product(...)})",
                )
            for item in whole.split():
                lines.append(
                    Line(
                        hs=whole.hs,
                        origin=item.origin,
                        price=item.net_unit_price,
                        quantity=item.quantity,
                        id=item.id,
                        sku=item.sku,
                        description=item.description,
                        weight_kg=None if item.weight_kg is None else item.weight_kg * item.quantity,
                        price_includes="tax" if item.price_includes_tax else "net",
                    )
                )
        given: dict[str, Any] = {
            "destination": order.ship_to.place,
            "buyer": (order.buyer.kind if order.buyer is not None else None) or "consumer",
            "dispatch": order.ship_from.country if order.ship_from is not None else None,
            "freight": order.freight if order.freight else None,
            "insurance": order.insurance,
            "registrations": order.registrations,
            "marketplace": order.platform if order.marketplace_facilitator else None,
            "days": Days(ordered=order.placed_at.date(), paid=None if order.paid_at is None else order.paid_at.date()),
        }
        return cls(lines=lines, **(given | facts))


GROUP_KEYS: Final = ("hs2", "hs4", "hs6", "hs8", "hs10", "origin")
"""What lines may share, so that a charge is computed over them together; beside their class and their rate."""


def _shape(lines: tuple[Line, ...]) -> tuple[tuple[int, ...], ...]:
    """For each of :data:`GROUP_KEYS` which lines share it."""
    if len(lines) == 1:
        return _ALONE
    codes = [tuple([x.code[:length] for x in lines]) for length in (2, 4, 6, 8, 10)]
    return tuple([first_met(keys) for keys in (*codes, tuple([x.origin for x in lines]))])


_ALONE: Final = ((0,),) * len(GROUP_KEYS)


def first_met(keys: Sequence[Any]) -> tuple[int, ...]:
    """For each key the position where it is first met."""
    seen: dict[Any, int] = {}
    return tuple(seen.setdefault(key, n) for n, key in enumerate(keys))
