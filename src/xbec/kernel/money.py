"""An amount in a currency: exact, immutable, in integers inside.

``Money`` is a hand-written slots class and not an attrs value because adding amounts is the hottest thing the library
does. Like ``fractions.Fraction`` it keeps private slots behind read-only properties.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from math import lcm
from typing import Any, Final, final

from xbec.errors import CurrencyMismatch, InputError
from xbec.kernel.currencies import minor_digits
from xbec.kernel.rate import Rate
from xbec.kernel.rounding import (
    Exact,
    Rounding,
    decimal_parts,
    decimals_of,
    exact,
    place_point,
    round_ratio,
    shorten_decimals,
)

_LARGEST: Final = 10**30
_new: Final = object.__new__


@final
class Money:
    """``Money("12.50", "EUR")``: an amount (text, int or Decimal; never a float) and an ISO 4217 code.

    Amounts may have more decimals than the minor unit (unit prices), and a product with a rate such as 22/78 stays
    exact until :meth:`round_to`. Equal amounts are equal however they were written.

    >>> Money("12.5", "EUR") + Money("0.0125", "EUR")
    Money('12.5125', 'EUR')
    >>> (Money("100", "EUR") * Rate("22/78")).round_to()
    Money('28.21', 'EUR')
    >>> Money("1", "EUR") + Money("1", "USD")
    Traceback (most recent call last):
    ...
    xbec.errors.CurrencyMismatch: two currencies; value '1.00 EUR and 1.00 USD'; what to do: convert one of them first

    Errors: :class:`InputError` for a float, NaN, more than 30 digits, an unknown code;
    :class:`CurrencyMismatch` where two currencies meet.
    """

    # _scaled is (coefficient, decimals), shortened down to the decimals of the minor unit. An amount that no decimals
    # can write (100 EUR x 22/78) is (numerator, -denominator): the negative sign keeps it out of every fast path.
    __slots__ = ("_currency", "_digits", "_scaled")
    _scaled: tuple[int, int]
    _currency: str
    _digits: int

    def __init__(self, amount: str | int | Decimal, currency: str) -> None:
        digits = minor_digits(currency)
        coefficient, decimals = decimal_parts(amount, field="amount")
        if decimals > digits:
            coefficient, decimals = shorten_decimals(coefficient, decimals, least=digits)
        elif decimals < digits:
            coefficient, decimals = coefficient * 10 ** (digits - decimals), digits
        self._scaled = (coefficient, decimals)
        self._currency = str(currency)
        self._digits = digits

    @classmethod
    def from_minor(cls, minor: int, currency: str) -> Money:
        """An amount of whole minor units (cents; yen for JPY).

        >>> Money.from_minor(1250, "EUR"), Money.from_minor(1250, "JPY")
        (Money('12.50', 'EUR'), Money('1250', 'JPY'))
        """
        digits = minor_digits(currency)
        if not isinstance(minor, int) or isinstance(minor, bool) or not -_LARGEST < minor < _LARGEST:
            raise InputError("not a whole number of minor units", field="minor", value=minor, allowed="int")
        return _make(int(minor), digits, currency, digits)

    @classmethod
    def from_text(cls, text: str) -> Money:
        """The inverse of ``str``: ``"12.50 EUR"``, as our files write amounts. For people's writing see :meth:`parse`.

        >>> Money.from_text("150 EUR")
        Money('150.00', 'EUR')
        """
        amount, space, currency = text.partition(" ") if isinstance(text, str) else ("", "", "")
        if not space:
            raise InputError("not an amount", field="money", value=text, allowed='e.g. "12.50 EUR"')
        return cls(amount, currency)

    @classmethod
    def parse(cls, text: str, *, locale: str = "en", currency: str | None = None) -> Money:
        """Read an amount as people write it, with the separators of ``locale`` and a sign or code of a currency.

        A sign that several currencies share (``$``, ``kr``) needs ``currency=`` or a locale with a territory (en_CA).

        >>> Money.parse("1.234,50 €", locale="de")
        Money('1234.50', 'EUR')
        >>> Money.parse("$12.50", locale="en_AU")
        Money('12.50', 'AUD')

        Errors: :class:`InputError` for separators that do not fit the locale, for no currency, or two that contradict.
        Source: CLDR through Babel.
        """
        from xbec.kernel import _money_text

        return cls(*_money_text.read(text, locale=locale, currency=currency))

    @property
    def currency(self) -> str:
        """ISO 4217 code."""
        return self._currency

    @property
    def digits(self) -> int:
        """Decimals of the minor unit (ISO 4217): 2 for EUR, 0 for JPY, 3 for KWD, 4 for CLF."""
        return self._digits

    @property
    def scaled(self) -> tuple[int, int]:
        """``(coefficient, decimals)``: the amount is coefficient / 10**decimals, exactly; decimals >= :attr:`digits`.

        Errors: :class:`InputError` for an amount that no decimals can write; round it first.
        """
        if self._scaled[1] < 0:
            raise InputError(
                "an amount that decimals cannot write exactly", field="amount", value=str(self), cure="call round_to()"
            )
        return self._scaled

    @property
    def amount(self) -> Decimal:
        """The amount in major units. Errors: as :attr:`scaled`."""
        return Decimal(place_point(*self.scaled))

    @property
    def fraction(self) -> Fraction:
        """The amount in major units as an exact ratio; it exists for every amount."""
        number, decimals = self._scaled
        return Fraction(number, 10**decimals if decimals >= 0 else -decimals)

    @property
    def minor(self) -> int:
        """Whole minor units. Errors: :class:`InputError` for an amount with parts of a minor unit; round it first."""
        coefficient, decimals = self._scaled
        if decimals != self._digits:
            raise InputError(
                "an amount with parts of a minor unit", field="amount", value=str(self), cure="call round_to() first"
            )
        return coefficient

    def __add__(self, other: Money) -> Money:
        if type(other) is Money and self._currency == other._currency:
            left, decimals = self._scaled
            right, others = other._scaled
            if decimals == others == self._digits:
                new: Money = _new(Money)
                new._scaled = (left + right, decimals)
                new._currency = self._currency
                new._digits = decimals
                return new
            return self._with(self.fraction + other.fraction)
        raise self._mismatch(other)

    def __radd__(self, other: int) -> Money:
        # sum() starts with the integer 0, the only number that needs no currency.
        if type(other) is int and other == 0:
            return self
        raise self._mismatch(other)

    def __sub__(self, other: Money) -> Money:
        return self + -other if type(other) is Money else self + other

    def __rsub__(self, other: object) -> Money:
        raise self._mismatch(other)

    def __neg__(self) -> Money:
        return _make(-self._scaled[0], self._scaled[1], self._currency, self._digits)

    def __abs__(self) -> Money:
        return self if self._scaled[0] >= 0 else -self

    def __mul__(self, factor: Exact | Rate) -> Money:
        coefficient, decimals = self._scaled
        if isinstance(factor, Rate):
            parts = factor.scaled
        elif isinstance(factor, (int, Decimal)):
            parts = decimal_parts(factor, field="factor")
        elif isinstance(factor, str):
            raise InputError("text is no factor", field="factor", value=factor, cure='write Rate("7.7 %")')
        else:
            parts = None
        if parts is not None and decimals >= 0:
            coefficient, decimals = coefficient * parts[0], decimals + parts[1]
            if decimals > self._digits:
                coefficient, decimals = shorten_decimals(coefficient, decimals, least=self._digits)
            if -_LARGEST < coefficient < _LARGEST:
                return _make(coefficient, decimals, self._currency, self._digits)
        ratio = factor.fraction if isinstance(factor, Rate) else exact(factor, field="factor")
        return self._with(self.fraction * ratio)

    __rmul__ = __mul__

    def __eq__(self, other: object) -> bool:
        if type(other) is not Money:
            return NotImplemented
        return self._scaled == other._scaled and self._currency == other._currency

    def __hash__(self) -> int:
        return hash((self._scaled, self._currency))

    def __bool__(self) -> bool:
        return self._scaled[0] != 0

    def __lt__(self, other: Money) -> bool:
        return self._minus(other) < 0

    def __le__(self, other: Money) -> bool:
        return self._minus(other) <= 0

    def __gt__(self, other: Money) -> bool:
        return self._minus(other) > 0

    def __ge__(self, other: Money) -> bool:
        return self._minus(other) >= 0

    def round_to(self, rounding: Rounding | None = None) -> Money:
        """Rounded; ``None`` is the minor unit, half away from zero.

        >>> Money("12.345", "EUR").round_to(), Money("12.345", "CHF").round_to(Rounding("0.05"))
        (Money('12.35', 'EUR'), Money('12.35', 'CHF'))
        """
        number, decimals = self._scaled
        digits = self._digits
        if rounding is None:
            if decimals == digits:
                return self
            if decimals > digits:
                return _make(round_ratio(number, 10 ** (decimals - digits)), digits, self._currency, digits)
            return _make(round_ratio(number * 10**digits, -decimals), digits, self._currency, digits)
        if not isinstance(rounding, Rounding):
            raise InputError("not a rounding", field="rounding", value=rounding, allowed="Rounding or None")
        return self._with(rounding.apply(self.fraction))

    def convert(self, rate: Rate | Exact, currency: str, *, rounding: Rounding | None = None) -> Money:
        """The amount in another currency, rounded once (``None``: its minor unit, half away from zero).

        ``rate`` is units of ``currency`` for one unit of this one. Where a rate is published the other way round, pass
        ``rate.inverse``: it is exact.

        >>> Money("50", "USD").convert(Rate("1.1534").inverse, "EUR")
        Money('43.35', 'EUR')

        Errors: :class:`InputError` for a rate that is not above zero.
        """
        ratio = rate.fraction if isinstance(rate, Rate) else exact(rate, field="rate")
        if ratio <= 0:
            raise InputError("an exchange rate must be above zero", field="rate", value=str(rate))
        return _from_fraction(self.fraction * ratio, currency, minor_digits(currency)).round_to(rounding)

    def allocate(self, weights: Iterable[Exact | Money]) -> list[Money]:
        """Divide whole minor units in proportion to ``weights``; the parts always add up to the amount.

        Largest remainder, ties by position; all weights zero counts as equal weights. Weights are not negative.

        >>> [str(part) for part in Money("0.05", "EUR").allocate([3, 7])]
        ['0.02 EUR', '0.03 EUR']

        Errors: :class:`InputError` for no weights, a negative weight, parts of a minor unit.
        """
        whole = _whole_weights(weights)
        total = sum(whole)
        if total == 0:
            whole, total = [1] * len(whole), len(whole)
        minor = self.minor
        parts, remainders = zip(*(divmod(abs(minor) * weight, total) for weight in whole), strict=True)
        left = abs(minor) - sum(parts)
        first = set(sorted(range(len(parts)), key=lambda position: -remainders[position])[:left])
        sign = -1 if minor < 0 else 1
        return [
            _make(sign * (part + (position in first)), self._digits, self._currency, self._digits)
            for position, part in enumerate(parts)
        ]

    def format(self, locale: str = "en") -> str:
        """The amount as people of a locale write it, with every decimal it has.

        >>> Money("1234567.50", "EUR").format("de_DE")
        '1.234.567,50\\xa0€'

        Source: CLDR through Babel. Errors: :class:`InputError` for an unknown locale; as :attr:`scaled`.
        """
        from xbec.kernel import _money_text

        return _money_text.write(self.amount, self._scaled[1], self._currency, locale=locale)

    def __str__(self) -> str:
        number, decimals = self._scaled
        written = place_point(number, decimals) if decimals >= 0 else f"{number}/{-decimals}"
        return f"{written} {self._currency}"

    def __repr__(self) -> str:
        return "Money({!r}, {!r})".format(*str(self).split(" "))

    def __reduce__(self) -> tuple[Any, ...]:
        return _make, (*self._scaled, self._currency, self._digits)

    def __copy__(self) -> Money:
        return self

    def __deepcopy__(self, memo: object) -> Money:
        return self

    def _with(self, value: Fraction) -> Money:
        return _from_fraction(value, self._currency, self._digits)

    def _minus(self, other: Money) -> int | Fraction:
        if type(other) is not Money or self._currency != other._currency:
            raise self._mismatch(other)
        if self._scaled[1] == other._scaled[1] >= 0:
            return self._scaled[0] - other._scaled[0]
        return self.fraction - other.fraction

    def _mismatch(self, other: object) -> InputError:
        if isinstance(other, Money):
            return CurrencyMismatch("two currencies", value=f"{self} and {other}", cure="convert one of them first")
        return InputError("not an amount of money", value=other, allowed=f"Money in {self._currency}")

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        """A pydantic field: reads ``{"amount": "12.50", "currency": "EUR"}`` and ``"12.50 EUR"``, writes the former."""
        from pydantic_core import core_schema

        return core_schema.no_info_plain_validator_function(
            _from_border,
            serialization=core_schema.plain_serializer_function_ser_schema(_to_border, when_used="json"),
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: Any) -> dict[str, Any]:
        return {
            "type": "object",
            "properties": {
                "amount": {"type": "string", "examples": ["12.50"]},
                "currency": {"type": "string", "pattern": "^[A-Z]{3}$", "examples": ["EUR"]},
            },
            "required": ["amount", "currency"],
            "additionalProperties": False,
        }


def _make(coefficient: int, decimals: int, currency: str, digits: int) -> Money:
    new: Money = _new(Money)
    new._scaled = (coefficient, decimals)
    new._currency = currency
    new._digits = digits
    return new


def _from_fraction(value: Fraction, currency: str, digits: int) -> Money:
    if not -_LARGEST < value < _LARGEST:
        raise InputError("an absurd amount", field="amount", value=value.numerator, allowed="fewer than 31 digits")
    decimals = decimals_of(value.denominator)
    if decimals is None:
        return _make(value.numerator, -value.denominator, currency, digits)
    decimals = max(decimals, digits)
    return _make(value.numerator * 10**decimals // value.denominator, decimals, currency, digits)


def _whole_weights(weights: Iterable[Exact | Money]) -> list[int]:
    """The weights as whole numbers in the same proportion."""
    try:
        given = [weight.fraction if isinstance(weight, Money) else weight for weight in weights]
    except TypeError as problem:
        raise InputError("not a list of weights", field="weights", value=weights) from problem
    if not given:
        raise InputError("no weights to allocate by", field="weights", value=given, allowed="one or more")
    ratios = [weight if type(weight) is int else exact(weight, field="weights") for weight in given]
    if min(ratios) < 0:
        raise InputError("a negative weight", field="weights", value=given, allowed="zero or more")
    shared = lcm(*(ratio.denominator for ratio in ratios))
    return [ratio.numerator * (shared // ratio.denominator) for ratio in ratios]


def _from_border(value: Any) -> Money:
    if isinstance(value, Money):
        return value
    if isinstance(value, Mapping):
        if set(value) != {"amount", "currency"}:
            raise InputError("not an amount", field="money", value=list(value), allowed="amount and currency")
        return Money(value["amount"], value["currency"])
    return Money.from_text(value)


def _to_border(money: Money) -> dict[str, str]:
    return {"amount": str(money.amount), "currency": money.currency}
