"""One exchange rate as an authority published it: its direction, its units, its day, and an exact factor both ways."""

from __future__ import annotations

import re
from datetime import date
from decimal import Context, Decimal
from fractions import Fraction
from typing import Any, Final

import attrs

from xbec.errors import CurrencyMismatch, InputError
from xbec.kernel.citation import plain_day

LARGEST: Final = Decimal(10) ** 12
"""A published rate lies between this and its reciprocal."""

CONFIDENCE: Final = ("high", "medium", "low", "unconfirmed")
"""From certain to doubtful."""

_CODE = re.compile(r"[A-Z]{3}", re.ASCII)
_NUMBER = re.compile(r"[0-9]{1,13}(\.[0-9]{1,24})?", re.ASCII)
_SERIES = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}", re.ASCII)
_SHOWN = Context(prec=10)


def currency_code(value: object, *, field: str) -> str:
    """A currency as three capital letters; whether such a currency exists is for the published table to say.

    Errors: :class:`InputError`.
    """
    if isinstance(value, str) and _CODE.fullmatch(value):
        return value
    raise InputError("not a currency code", field=field, value=value, allowed="three capital letters, e.g. EUR")


def series_id(value: object, *, field: str = "source") -> str:
    """The id of a published series. Errors: :class:`InputError`."""
    if isinstance(value, str) and _SERIES.fullmatch(value):
        return value
    raise InputError(
        "not the id of a series", field=field, value=value, allowed="up to 64 of a-z 0-9 . _ -, e.g. hmrc-monthly"
    )


def published_number(value: object, *, field: str = "rate") -> Decimal:
    """A rate as printed: text, ``Decimal`` or ``int``, positive, within :data:`LARGEST` and its reciprocal.

    Errors: :class:`InputError`; a float is refused, because it is no longer what was published.
    """
    number: Decimal | None = None
    if isinstance(value, Decimal):
        number = value if value.is_finite() else None
    elif isinstance(value, str):
        number = Decimal(value) if _NUMBER.fullmatch(value) else None
    elif isinstance(value, int) and not isinstance(value, bool):
        number = Decimal(value) if 0 < value <= LARGEST else None
    if number is None or not 1 / LARGEST <= number <= LARGEST or len(number.as_tuple().digits) > 37:
        raise InputError(
            "not an exchange rate",
            field=field,
            value=value,
            allowed=f"a positive decimal number up to {LARGEST:f}, at most 37 digits, point as decimal sign",
            cure="pass text, not a float" if isinstance(value, float) else None,
        )
    return number


@attrs.frozen(slots=True, kw_only=False)
class ExchangeRate:
    """``per`` units of ``base`` are worth ``rate`` units of ``quote``, as published: never inverted, never re-rounded.

    ``day`` is the day (or the first day of the period) the rate is for, ``until`` the first day it is no longer for, or
    ``None`` where the series names no end. ``source`` is the id of the series, ``"stated"`` for a rate of the caller.
    ``legs`` holds the published rates of a cross rate; its own ``rate`` is then a figure for the eye (10 digits) and
    :meth:`factor` is exact. ``stand_in`` says that another series stands in for the one the law names; ``provisional``
    that the rate is the newest one held and a later one may have been published for the day. ``confidence`` is that of
    the rule, never above low for a stand-in.

    >>> rate = ExchangeRate("EUR", "USD", "1.1411", day=date(2026, 9, 23), source="ecb")
    >>> print(rate)
    1 EUR = 1.1411 USD, ecb of 2026-09-23
    >>> rate.factor("EUR"), rate.factor("USD")
    ((11411, 10000), (10000, 11411))

    Errors: :class:`InputError`.
    """

    base: str
    quote: str
    rate: Decimal = attrs.field(converter=published_number)
    per: int = attrs.field(default=1, kw_only=True)
    day: date = attrs.field(kw_only=True)
    until: date | None = attrs.field(default=None, kw_only=True)
    source: str = attrs.field(kw_only=True)
    title: str = attrs.field(default="", kw_only=True)
    url: str | None = attrs.field(default=None, kw_only=True)
    legs: tuple[ExchangeRate, ...] = attrs.field(default=(), kw_only=True)
    stand_in: bool = attrs.field(default=False, kw_only=True)
    provisional: bool = attrs.field(default=False, kw_only=True)
    confidence: str = attrs.field(default="high", kw_only=True)
    _there: tuple[int, int] = attrs.field(init=False, eq=False, repr=False)
    _back: tuple[int, int] = attrs.field(init=False, eq=False, repr=False)

    @_there.default
    def _exact(self) -> tuple[int, int]:
        self._check()
        if self.legs:
            first, second = self.legs
            value = Fraction(*first.factor(self.base)) * Fraction(*second.factor(first.other(self.base)))
        else:
            value = Fraction(self.rate) / self.per
        return value.numerator, value.denominator

    @_back.default
    def _reciprocal(self) -> tuple[int, int]:
        numerator, denominator = self._there
        return denominator, numerator

    def _check(self) -> None:
        currency_code(self.base, field="base")
        currency_code(self.quote, field="quote")
        series_id(self.source)
        plain_day(self.day, field="day")
        if type(self.per) is not int or not 1 <= self.per <= 1_000_000:
            raise InputError("not a number of units", field="per", value=self.per, allowed="1 to 1000000")
        if self.until is not None and plain_day(self.until, field="until") <= self.day:
            raise InputError("a rate ends before it starts", field="until", value=self.until.isoformat())
        if self.base == self.quote and (self.rate != 1 or self.per != 1):
            raise InputError("a currency is worth itself", field="quote", value=self.quote, allowed="rate 1 per 1")
        if not isinstance(self.title, str) or not (self.url is None or isinstance(self.url, str)):
            raise InputError("title and url are text", field="title", value=self.title)
        if self.confidence not in CONFIDENCE:
            raise InputError("not a confidence", field="confidence", value=self.confidence, allowed=str(CONFIDENCE))
        if type(self.legs) is not tuple or any(not isinstance(leg, ExchangeRate) for leg in self.legs):
            raise InputError("legs are exchange rates", field="legs", value=self.legs)
        if self.legs and (len(self.legs) != 2 or self.quote != self.legs[1].other(self.legs[0].other(self.base))):
            raise InputError("the legs do not lead from base to quote", field="legs", value=self.legs)

    @classmethod
    def crossed(cls, base: str, quote: str, *, first: ExchangeRate, second: ExchangeRate) -> ExchangeRate:
        """The exact cross of two published rates that share a currency; day and flags are those of the weaker leg.

        >>> usd = ExchangeRate("EUR", "USD", "1.25", day=date(2026, 9, 23), source="ecb")
        >>> gbp = ExchangeRate("EUR", "GBP", "0.80", day=date(2026, 9, 23), source="ecb")
        >>> ExchangeRate.crossed("GBP", "USD", first=gbp, second=usd).factor("GBP")
        (25, 16)
        """
        value = Fraction(*first.factor(base)) * Fraction(*second.factor(first.other(base)))
        older = min((first, second), key=lambda leg: leg.day)
        ends = [leg.until for leg in (first, second) if leg.until is not None]
        shown = _SHOWN.divide(Decimal(value.numerator), Decimal(value.denominator))
        return cls(
            base,
            quote,
            min(max(shown, 1 / LARGEST), LARGEST),
            day=older.day,
            until=min((end for end in ends if end > older.day), default=None),
            source=first.source if first.source == second.source or second.source == "stated" else second.source,
            title=older.title,
            url=older.url,
            legs=(first, second),
            stand_in=first.stand_in or second.stand_in,
            provisional=first.provisional or second.provisional,
            confidence=max(first.confidence, second.confidence, key=CONFIDENCE.index),
        )

    def factor(self, from_currency: str) -> tuple[int, int]:
        """Numerator and denominator by which an amount of ``from_currency`` becomes one of the other currency; exact.

        Errors: :class:`CurrencyMismatch` where ``from_currency`` is neither of the two.
        """
        if from_currency == self.base:
            return self._there
        if from_currency == self.quote:
            return self._back
        raise self._stranger(from_currency)

    def other(self, currency: str) -> str:
        """The other currency of the two. Errors: :class:`CurrencyMismatch`."""
        if currency == self.base:
            return self.quote
        if currency == self.quote:
            return self.base
        raise self._stranger(currency)

    def _stranger(self, currency: Any) -> CurrencyMismatch:
        return CurrencyMismatch(
            "this rate is of other currencies",
            field="from_currency",
            value=currency,
            allowed=f"{self.base} or {self.quote}",
        )

    def __str__(self) -> str:
        flags = (", stand-in" if self.stand_in else "") + (", provisional" if self.provisional else "")
        figure = f"{self.per} {self.base} = {self.rate} {self.quote}"
        if self.legs:
            return f"{figure} ({'; '.join(str(leg) for leg in self.legs)}){flags}"
        return f"{figure}, {self.source} of {self.day.isoformat()}{flags}"
