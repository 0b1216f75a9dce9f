"""Amounts as people write them: the separators, signs and codes of a locale, through Babel (CLDR).

Apart from ``money`` so that an amount can be added without a catalogue of locales being loaded.
"""

from __future__ import annotations

import decimal
import re
from decimal import Decimal
from typing import Final
from unicodedata import normalize

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.languages import get_official_languages
from babel.numbers import (
    NumberFormatError,
    get_currency_symbol,
    get_decimal_symbol,
    get_group_symbol,
    parse_decimal,
    parse_pattern,
)

from xbec.errors import InputError
from xbec.kernel.currencies import currency_codes, minor_digits, shared_symbols

_LONGEST: Final = 80
_NUMBER = re.compile("[-+\u2212]?[0-9](?:[0-9.,'\u2019 \u00a0\u202f]*[0-9])?")
_SPACES = re.compile("[ \u00a0\u202f]")
_MARKS = re.compile("[\u200e\u200f\u061c]")


def read(text: str, *, locale: str, currency: str | None) -> tuple[Decimal, str]:
    """``"1.234,50 €"`` as ``(Decimal("1234.50"), "EUR")``. Errors: :class:`InputError`."""
    if not isinstance(text, str) or len(text) > _LONGEST:
        raise InputError("not an amount", field="money", value=text, allowed="text of at most 80 characters")
    place = _locale(locale)
    clean = _MARKS.sub("", text).strip()
    found = _NUMBER.search(clean)
    if found is None:
        raise InputError("an amount without a number", field="money", value=text)
    before, after = clean[: found.start()].strip(), clean[found.end() :].strip()
    number = found.group().replace("\u2212", "-")
    if before in {"-", "\u2212", "+"} or (before[:1] in {"-", "\u2212"} and number[:1].isdigit()):
        number = ("-" if before[0] != "+" else "") + number
        before = before[1:].strip()
    if before and after:
        raise InputError("an amount with text on both sides", field="money", value=text, cure="pass one amount")
    return _number(number, place, text), _currency(before or after, place, currency, text)


def write(amount: Decimal, decimals: int, currency: str, *, locale: str) -> str:
    """The amount in the currency format of the locale with exactly ``decimals`` decimals."""
    place = _locale(locale)
    pattern = parse_pattern(place.currency_formats["standard"].pattern)
    # CLDR's own decimals would hide minor units (IQD, LBP) and round unit prices, so ours are set.
    pattern.frac_prec = (decimals, decimals)
    # CLDR's currency spacing, which Babel leaves out: a code is not written against the digits (CHF 5, not CHF5).
    sign = get_currency_symbol(currency, place)
    if sign[-1:].isalpha():
        plus, minus = (re.sub("¤$", "¤\u00a0", part) for part in pattern.prefix)
        pattern.prefix = (plus, minus)
    if sign[:1].isalpha():
        plus, minus = (re.sub("^¤", "\u00a0¤", part) for part in pattern.suffix)
        pattern.suffix = (plus, minus)
    with decimal.localcontext(decimal.Context(prec=200)):
        return str(pattern.apply(amount, place, currency=currency, currency_digits=False))


def _locale(name: str) -> Locale:
    try:
        return Locale.parse(name.replace("-", "_"))
    except (AttributeError, TypeError, ValueError, UnknownLocaleError) as problem:
        raise InputError("not a locale", field="locale", value=name, allowed="e.g. de, en_GB") from problem


def _number(number: str, place: Locale, text: str) -> Decimal:
    group, point = get_group_symbol(place), get_decimal_symbol(place)
    # People type a plain blank or apostrophe where CLDR has the narrow no-break space or the typographic one.
    if _SPACES.fullmatch(group):
        number = _SPACES.sub(group, number)
    elif group in "'\u2019":
        number = re.sub("['\u2019]", group, number)
    try:
        return parse_decimal(number, locale=place, strict=True)
    except (NumberFormatError, ValueError, ArithmeticError) as problem:
        raise InputError(
            "an amount whose separators do not fit the locale",
            field="money",
            value=text,
            allowed=f"locale {place}: {group!r} between thousands, {point!r} before decimals",
        ) from problem


def _currency(sign: str, place: Locale, currency: str | None, text: str) -> str:
    if currency is not None:
        minor_digits(currency)
    if not sign:
        if currency is None:
            raise InputError("an amount without a currency", field="currency", value=text, cure="pass currency=")
        return currency
    sign = normalize("NFKC", sign)
    codes = currency_codes()
    code = sign.upper()
    meant = {code} if code in codes else {other for other in codes if _sign(other, place) == sign}
    if currency is not None:
        if currency in meant or sign in _home_signs(currency):
            return currency
        raise InputError("the amount names another currency", field="currency", value=text, allowed=currency)
    if len(meant) == 1 and (place.territory is not None or sign not in shared_symbols()):
        return meant.pop()
    raise InputError("a sign that does not say which currency", field="currency", value=text, cure="pass currency=")


def _sign(currency: str, place: Locale | str) -> str:
    # Japanese CLDR writes the full-width yen sign, people the narrow one.
    return normalize("NFKC", get_currency_symbol(currency, place))


def _home_signs(currency: str) -> set[str]:
    """How the countries of a currency write it themselves: ``$`` for AUD."""
    signs = set()
    for territory, periods in get_global("territory_currencies").items():
        if any(code == currency and end is None for code, _, end, _ in periods):
            for language in get_official_languages(territory, de_facto=True):
                try:
                    signs.add(_sign(currency, f"{language}_{territory}"))
                except (ValueError, UnknownLocaleError):
                    continue  # CLDR has no locale for that language in that country.
    return signs
