"""A rate of duty, of tax or of exchange, held as an exact ratio of whole numbers."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import attrs

from xbec.errors import InputError
from xbec.kernel.rounding import Exact, exact, scaled, write


@attrs.frozen(slots=True, init=False, repr=False, order=True)
class Rate:
    """An exact rate that prints as the law wrote it.

    Text may be a percentage, a decimal or a ratio; equality is that of the value, not of the writing.

    >>> Rate("7.7 %").fraction
    Fraction(77, 1000)
    >>> print(Rate("22/78"), Rate("22/78").fraction)
    22/78 11/39
    >>> Rate("7.7 %") == Rate("0.077")
    True

    Errors: :class:`InputError` for a float, NaN, a denominator of zero, more than 30 digits.
    """

    fraction: Fraction
    scaled: tuple[int, int] | None = attrs.field(eq=False)
    """``(integer coefficient, decimals)``, or ``None`` for a rate that decimals cannot write (22/78)."""
    _text: str = attrs.field(eq=False)

    def __init__(self, value: Exact | str | Rate) -> None:
        if isinstance(value, Rate):
            number, text = value.fraction, value._text
        elif isinstance(value, str):
            number, text = _read(value), str(value)
        else:
            number = exact(value, field="rate")
            text = f"{value:f}" if isinstance(value, Decimal) else write(number)
        self.__attrs_init__(number, scaled(number), text)

    @property
    def percent(self) -> Fraction:
        """The rate in percent: ``Fraction(77, 10)`` for 7.7 %; it equals ``Decimal("7.7")``."""
        return self.fraction * 100

    @property
    def inverse(self) -> Rate:
        """One over the rate, exactly; for an exchange rate, the other direction without rounding.

        >>> print(Rate("1.25").inverse)
        0.8

        Errors: :class:`InputError` for a rate of zero.
        """
        if not self.fraction:
            raise InputError("a rate of zero has no inverse", field="rate", value=self._text)
        return Rate(1 / self.fraction)

    def __str__(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return f"Rate({self._text!r})"


def _read(text: str) -> Fraction:
    number, percent, rest = text.partition("%")
    if rest or (percent and not number.strip()):
        raise InputError("not a rate", field="rate", value=text, allowed='e.g. "7.7 %", "0.077", "22/78"')
    if percent:
        return exact(number.removesuffix(" "), field="rate") / 100
    return exact(number, field="rate")
