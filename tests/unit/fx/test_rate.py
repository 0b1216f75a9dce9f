"""An exchange rate keeps its published direction and converts exactly both ways."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import attrs
import pytest

from xbec.errors import CurrencyMismatch, InputError
from xbec.fx import ExchangeRate

DAY = date(2026, 9, 23)


def ecb(quote: str, rate: str, *, day: date = DAY) -> ExchangeRate:
    return ExchangeRate("EUR", quote, rate, day=day, source="ecb")


def test_factor_multiplies_from_the_currency_that_is_named() -> None:
    rate = ecb("USD", "1.1411")
    assert Fraction(*rate.factor("EUR")) == Fraction(11411, 10000)
    assert Fraction(*rate.factor("USD")) == Fraction(10000, 11411)


def test_units_are_part_of_the_rate() -> None:
    rate = ExchangeRate("EGP", "CHF", "1.66619", per=100, day=DAY, source="ch-bazg")
    assert Fraction(*rate.factor("EGP")) * 100 == Fraction("1.66619")
    assert str(rate) == "100 EGP = 1.66619 CHF, ch-bazg of 2026-09-23"


def test_the_figure_stays_as_printed() -> None:
    assert str(ecb("GBP", "0.83380").rate) == "0.83380"


def test_a_cross_is_exact_and_shows_its_legs() -> None:
    cross = ExchangeRate.crossed("GBP", "USD", first=ecb("GBP", "0.8595"), second=ecb("USD", "1.1411"))
    assert Fraction(*cross.factor("GBP")) == Fraction("1.1411") / Fraction("0.8595")
    assert Fraction(*cross.factor("USD")) == Fraction("0.8595") / Fraction("1.1411")
    assert cross.rate == Decimal("1.327632344")
    assert [leg.quote for leg in cross.legs] == ["GBP", "USD"]


def test_a_cross_is_as_old_and_as_doubtful_as_its_weaker_leg() -> None:
    old = attrs.evolve(ecb("GBP", "0.8595", day=date(2026, 9, 21)), confidence="low", stand_in=True)
    cross = ExchangeRate.crossed("USD", "GBP", first=ecb("USD", "1.1411"), second=old)
    assert (cross.day, cross.confidence, cross.stand_in) == (date(2026, 9, 21), "low", True)


def test_another_currency_is_refused() -> None:
    with pytest.raises(CurrencyMismatch, match="EUR or USD"):
        ecb("USD", "1.1411").factor("GBP")
    with pytest.raises(CurrencyMismatch):
        ecb("USD", "1.1411").factor(float("nan"))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "rate",
    [
        *("0", "-1", "1,1", "1e3", "NaN", "", " 1", "١", "9" * 5000),
        *(0, True, 10**400, 1.5, float("nan"), None, [], b"1"),
        *(Decimal("Infinity"), Decimal("1E+999999"), Decimal("1E-999999"), Decimal("sNaN")),
    ],
)
def test_what_is_no_rate_is_refused(rate: Any) -> None:
    with pytest.raises(InputError, match="not an exchange rate"):
        ExchangeRate("EUR", "USD", rate, day=DAY, source="ecb")


@pytest.mark.parametrize(
    "change",
    [
        {"base": "eur"},
        {"base": None},
        {"quote": "EURO"},
        {"quote": "EUR"},
        {"per": 0},
        {"per": True},
        {"per": "1"},
        {"day": datetime(2026, 9, 23)},  # noqa: DTZ001
        {"day": "2026-09-23"},
        {"until": DAY},
        {"until": 5},
        {"source": "ECB"},
        {"source": ""},
        {"title": None},
        {"url": 3},
        {"confidence": "sure"},
        {"legs": [1]},
        {"legs": (1,)},
    ],
)
def test_every_field_is_checked(change: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        attrs.evolve(ecb("USD", "1.1411"), **change)
