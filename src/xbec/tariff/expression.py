"""A rate of duty as tariffs write it: a percentage, amounts per quantity, a floor and a ceiling, all exact.

Every duty this library computes has the shape ``max(lo, min(hi, a*V + sum s_i*Q_i))``: ``V`` the customs value, ``Q_i``
quantities, ``lo`` and ``hi`` absent or again of the shape ``a*V + sum s_i*Q_i``. What a tariff writes and this shape
cannot say (Meursing components, seasons, entry prices, rates on a part of the value) is :class:`Unresolved`.

>>> duty = Duty.parse("9.1 % + 45.10 EUR / 100 kg MAX 18.9 % + 16.50 EUR / 100 kg")
>>> duty.evaluate(Money("1000", "EUR"), {"kg": 200})
Fraction(906, 5)
>>> print(duty)
9.1 % + 45.10 EUR/100 kg MAX 18.9 % + 16.50 EUR/100 kg
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

import attrs

from xbec.errors import CurrencyMismatch, InputError
from xbec.kernel.currencies import minor_digits
from xbec.kernel.money import Money
from xbec.kernel.rate import Rate
from xbec.kernel.rounding import Exact, exact, write

if TYPE_CHECKING:
    from xbec.kernel.quantities import Quantity

Specific = tuple[Fraction, str, str]
"""Amount in major units, currency, unit: ``(Fraction("1.51"), "EUR", "kg")`` is 1.51 EUR for each kg."""

LONGEST: Final = 500
"""Characters of a duty text; a longer one is refused."""

_PERCENT: Final = re.compile(r"([0-9]{1,4}(?:\.[0-9]{1,6})?) ?%", re.ASCII)
_MOST_RATE: Final = 100
_LARGEST: Final = 10**15
_NONE: Final[Mapping[str, Exact]] = {}


@attrs.frozen(slots=True)
class Unresolved:
    """A duty text that no :class:`Duty` can stand for, and why. It is neither zero nor a guess."""

    text: str
    reason: str

    def __str__(self) -> str:
        return f"{self.text!r}: {self.reason}"


@attrs.frozen(slots=True, init=False, repr=False)
class Duty:
    """``max(at_least, min(at_most, ad_valorem * value + sum of amount * quantity))``.

    ``ad_valorem`` is a fraction of one. ``specifics`` are amounts per first unit of their kind (kg, not 100 kg), one a
    unit, sorted by unit, all in one currency. ``at_least`` and ``at_most`` are duties without bounds of their own.
    Equality is that of the value: ``151.00 EUR/100 kg`` equals ``1.51 EUR/kg``.

    >>> Duty("4.5 %", at_least=Duty(specifics=[("0.30", "EUR", "piece")]))
    Duty.parse('4.5 % MIN 0.3 EUR/piece')

    Errors: :class:`InputError` for a float, a negative or absurd number, an unknown unit or currency, a bound that is
    itself bounded; :class:`CurrencyMismatch` for two currencies.
    """

    ad_valorem: Fraction
    specifics: tuple[Specific, ...]
    at_least: Duty | None
    at_most: Duty | None
    _text: str | None = attrs.field(eq=False)

    def __init__(
        self,
        ad_valorem: Exact | str | Rate = 0,
        specifics: Iterable[tuple[Exact | str, str, str]] = (),
        *,
        at_least: Duty | None = None,
        at_most: Duty | None = None,
        text: str | None = None,
    ) -> None:
        rate = Rate(ad_valorem).fraction
        if not 0 <= rate <= _MOST_RATE or rate.denominator > _LARGEST:
            raise InputError("not a rate of duty", field="ad_valorem", value=str(ad_valorem), allowed="0 to 10000 %")
        amounts = _amounts(specifics)
        for field, bound in (("at_least", at_least), ("at_most", at_most)):
            if bound is None:
                continue
            if not isinstance(bound, Duty) or bound.at_least is not None or bound.at_most is not None:
                raise InputError("not a bound of a duty", field=field, value=bound, allowed="a Duty without bounds")
        if at_least is not None and not at_least.ad_valorem and not at_least.specifics:
            at_least = None  # no duty is below zero, so a floor of zero says nothing
        if text is not None and (not isinstance(text, str) or not 0 < len(text) <= 2 * LONGEST):
            raise InputError("not a text", field="text", value=text, allowed=f"1 to {2 * LONGEST} characters")
        self.__attrs_init__(rate, amounts, at_least, at_most, text)
        currencies = {currency for part in self._parts for _, currency, _ in part.specifics}
        if len(currencies) > 1:
            raise CurrencyMismatch(
                "a duty in two currencies", field="specifics", value=", ".join(sorted(currencies)), allowed="one"
            )

    @classmethod
    def parse(cls, text: str, currency: str | None = None) -> Duty | Unresolved:
        """Read a duty as a tariff writes it; ``currency`` is what ``$`` and ``cents`` mean in that tariff.

        >>> print(Duty.parse("46.3 cents/kg + 14.9%", "USD"))
        14.9 % + 0.463 USD/kg
        >>> print(Duty.parse("30% or 4300 JPY/pair, whichever is the greater"))
        30 % MIN 4300 JPY/pair
        >>> Duty.parse("9.00% + EA").reason
        "no duty this library computes: 'EA'"

        Forms and their sources: ``data/tariff/units.toml``. Errors: :class:`InputError` for what is no text, empty, or
        longer than 500 characters, and for a currency that is none.
        """
        if not isinstance(text, str) or not text.strip() or len(text) > LONGEST:
            raise InputError("not a duty", field="duty", value=text, allowed=f"text of 1 to {LONGEST} characters")
        if currency is not None:
            minor_digits(currency)
        plain = _PERCENT.fullmatch(text)
        if plain is not None:  # nine of ten rates of the world are this or free, and need no grammar
            rate = Fraction(plain[1]) / 100
            return cls(rate, text=f"{plain[1]} %") if rate else FREE
        if text == "Free":
            return FREE
        from xbec.tariff.grammar import read

        return read(text, currency)

    def evaluate(self, value: Money, quantities: Mapping[str, Exact | Quantity] = _NONE) -> Fraction:
        """The duty on a customs value and quantities by unit, exact and unrounded, in the currency of ``value``.

        A quantity in another unit of the same kind is converted (``{"g": 500}`` where the duty counts kg).

        >>> Duty.parse("1.9 cents/kg", "USD").evaluate(Money("80", "USD"), {"kg": 12})
        Fraction(57, 250)

        Errors: :class:`InputError` naming a quantity that is missing, a value below zero; :class:`CurrencyMismatch`
        where the duty is in another currency: convert the value first.
        """
        if not isinstance(value, Money):
            raise InputError("not an amount of money", field="value", value=value, allowed="Money")
        if not isinstance(quantities, Mapping):
            raise InputError("not amounts by unit", field="quantities", value=quantities, allowed="e.g. {'kg': 2}")
        if value.fraction < 0:
            raise InputError("a customs value below zero", field="value", value=str(value))
        own = self.currency
        if own is not None and own != value.currency:
            raise CurrencyMismatch(
                "the duty and the value are in two currencies",
                field="value",
                value=str(value),
                allowed=own,
                cure=f"convert the value to {own} at the customs rate first",
            )
        result = self._linear(value.fraction, quantities)
        if self.at_most is not None:
            result = min(result, self.at_most._linear(value.fraction, quantities))
        if self.at_least is not None:
            result = max(result, self.at_least._linear(value.fraction, quantities))
        return result

    @property
    def is_ad_valorem(self) -> bool:
        """Is it a plain percentage of the value (zero included), without amounts or bounds?"""
        return not self.specifics and self.at_least is None and self.at_most is None

    @property
    def is_free(self) -> bool:
        """Is there never any duty?"""
        return self.is_ad_valorem and not self.ad_valorem

    @property
    def units(self) -> tuple[str, ...]:
        """The units whose quantities :meth:`evaluate` needs, sorted; bounds included."""
        return tuple(sorted({unit for part in self._parts for _, _, unit in part.specifics}))

    @property
    def currency(self) -> str | None:
        """The currency of its amounts; ``None`` for a duty that has none and follows the value."""
        return next((currency for part in self._parts for _, currency, _ in part.specifics), None)

    def __str__(self) -> str:
        if self._text is not None:
            return self._text
        if self.is_free:
            return "Free"
        text = self._sum()
        if self.at_least is not None:
            text += f" MIN {self.at_least._sum()}"
        if self.at_most is not None:
            text += f" MAX {self.at_most._sum()}"
        return text

    def __repr__(self) -> str:
        return f"Duty.parse({str(self)!r})"

    @property
    def _parts(self) -> tuple[Duty, ...]:
        return tuple(part for part in (self, self.at_least, self.at_most) if part is not None)

    def _linear(self, value: Fraction, quantities: Mapping[str, Any]) -> Fraction:
        total = self.ad_valorem * value
        if self.specifics:
            from xbec.tariff.units import quantity_in

            for amount, _, unit in self.specifics:
                total += amount * quantity_in(quantities, unit)
        return total

    def _sum(self) -> str:
        if self._text is not None and self.at_least is None and self.at_most is None:
            return "0 %" if self.is_free else self._text
        terms = [f"{write(self.ad_valorem * 100)} %"] if self.ad_valorem or not self.specifics else []
        terms += [f"{write(amount)} {currency}/{unit}" for amount, currency, unit in self.specifics]
        return " + ".join(terms)


def _amounts(specifics: object) -> tuple[Specific, ...]:
    if isinstance(specifics, str) or not isinstance(specifics, Iterable):
        raise InputError("not amounts per unit", field="specifics", value=specifics, allowed="(amount, currency, unit)")
    rows = tuple(specifics)
    if not rows:
        return ()
    from xbec.tariff.units import base_of

    merged: dict[str, tuple[Fraction, str]] = {}
    for row in rows:
        if not isinstance(row, tuple) or len(row) != 3:
            raise InputError("not an amount per unit", field="specifics", value=row, allowed="(amount, currency, unit)")
        amount, currency, code = exact(row[0], field="specifics"), row[1], row[2]
        minor_digits(currency)
        unit, factor = base_of(code)
        amount /= factor
        if amount < 0 or amount > _LARGEST or amount.denominator > _LARGEST:
            raise InputError("not an amount of duty", field="specifics", value=str(row[0]), allowed="zero or more")
        before, other = merged.get(unit, (Fraction(0), currency))
        if other != currency:
            raise CurrencyMismatch("a duty in two currencies", field="specifics", value=f"{other}, {currency}")
        if amount:
            merged[unit] = (before + amount, currency)
    return tuple((amount, currency, unit) for unit, (amount, currency) in sorted(merged.items()))


FREE: Final = Duty()
"""No duty."""
