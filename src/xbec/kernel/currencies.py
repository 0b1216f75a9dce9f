"""ISO 4217 currency codes and the decimals of their minor unit.

The decimals are those of ISO 4217, because amounts are assessed in them; CLDR *shows* fewer for sixteen currencies
(no fils for IQD), which is a matter of display. The table is ``data/currencies.toml``; it is read on the first amount.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any, Final

from xbec.errors import InputError

_FILE: Final = Path(__file__).resolve().parents[1] / "data" / "currencies.toml"
_ALLOWED: Final = "a three-letter code of ISO 4217, e.g. EUR"
_LONGEST: Final = 20


class _Digits(dict[str, int]):
    """Code -> decimals. Filled on the first miss, so that a hit costs one look into a dict."""

    def __missing__(self, code: str) -> int:
        if self:
            raise _refusal(code)
        data = _read()
        for digits, codes in data["minor_unit"].items():
            self.update(dict.fromkeys(codes.split(), int(digits)))
        self.update({row["code"]: row["decimals"] for row in data["withdrawn"]})
        return self[code]


@cache
def _read() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


_DIGITS: Final = _Digits()


def _refusal(code: object) -> InputError:
    if not isinstance(code, str) or len(code) > _LONGEST:
        return InputError("not a currency", field="currency", value=code, allowed=_ALLOWED)
    if code in _read()["no_minor_unit"]["codes"].split():
        return InputError("a code without a minor unit; no price is written in it", field="currency", value=code)
    likely = code.strip().upper()
    cure = f"write {likely}" if likely in _DIGITS else None
    return InputError("not a currency", field="currency", value=code, allowed=_ALLOWED, cure=cure)


def minor_digits(code: str) -> int:
    """Decimals of the minor unit of a currency.

    >>> [minor_digits(code) for code in ("JPY", "EUR", "KWD", "CLF")]
    [0, 2, 3, 4]

    Source: ISO 4217 list one. Errors: :class:`InputError` for anything that is not a code with a minor unit.
    """
    if isinstance(code, str):
        return _DIGITS[code]
    raise _refusal(code)


def currency_codes() -> frozenset[str]:
    """Every code an amount may have: those current, and those withdrawn since 2021-07-01."""
    minor_digits("EUR")
    return frozenset(_DIGITS)


def shown_digits(code: str) -> int:
    """Decimals that CLDR shows for a currency; fewer than :func:`minor_digits` for some.

    >>> minor_digits("IQD"), shown_digits("IQD")
    (3, 0)
    """
    digits = minor_digits(code)
    return next((int(shown) for shown, codes in _read()["display"].items() if code in codes.split()), digits)


def shared_symbols() -> frozenset[str]:
    """Signs such as ``$`` and ``kr`` that do not say which currency is meant."""
    return frozenset(_read()["symbol"]["shared"])
