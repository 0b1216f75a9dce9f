"""Bad input is a typed error that names field, value and what is allowed."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from xbec import Consignment, Line, Money, XbecError, landed_cost
from xbec.errors import CurrencyMismatch, InputError, NoLaw

DAY = date(2026, 8, 3)


def line(**more: Any) -> Line:
    return Line(**({"hs": "610910", "origin": "CN", "price": Money("25.00", "USD")} | more))


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ({"price": 25}, "price"),
        ({"price": Money("-1", "USD")}, "price"),
        ({"quantity": 0}, "quantity"),
        ({"quantity": -3}, "quantity"),
        ({"quantity": 10**12}, "quantity"),
        ({"quantity": 1.5}, "quantity"),
        ({"quantity": True}, "quantity"),
        ({"quantity": Decimal("NaN")}, "quantity"),
        ({"quantity": Decimal("Infinity")}, "quantity"),
        ({"quantity": "9" * 10_000_000}, "quantity"),
        ({"quantity": Decimal("0.0000001")}, "quantity"),
        ({"hs": "77"}, "hs"),
        ({"hs": "x" * 10_000_000}, "hs"),
        ({"hs": ()}, "hs"),
        ({"origin": "ZZ"}, ""),
        ({"origin": 7}, "origin"),
        ({"flags": "alcohol"}, "flags"),
        ({"weight_kg": Decimal(-1)}, "weight_kg"),
        ({"quantities": {"l": 0}}, "quantities[l]"),
        ({"price_includes": "maybe"}, "price_includes"),
        ({"content": {"steel": 5}}, "content[steel]"),
    ],
)
def test_lines(words: dict[str, Any], field: str) -> None:
    with pytest.raises(InputError) as told:
        line(**words)
    assert field in str(told.value.field)
    assert len(str(told.value)) < 1000


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ({"lines": []}, InputError),
        ({"lines": None}, InputError),
        ({"lines": [1]}, InputError),
        ({"lines": "abc"}, InputError),
        ({"lines": [line()] * 1001}, InputError),
        ({"lines": [line(), line(price=Money("1", "EUR"))]}, CurrencyMismatch),
        ({"freight": Money("1", "EUR")}, CurrencyMismatch),
        ({"freight": Money("-1", "USD")}, InputError),
        ({"freight": 5}, InputError),
        ({"destination": "Germany"}, InputError),
        ({"destination": 49}, InputError),
        ({"terms": "EXW"}, InputError),
        ({"channel": "pigeon"}, InputError),
        ({"transport": "pigeon"}, InputError),
        ({"registrations": "IOSS"}, InputError),
        ({"days": date(2026, 1, 1)}, InputError),
        ({"dispatch": "ZZ"}, InputError),
        ({"fees": {"clearance": 5}}, InputError),
    ],
)
def test_consignments(words: dict[str, Any], kind: type[XbecError]) -> None:
    with pytest.raises(kind):
        Consignment(**({"lines": [line()], "destination": "DE"} | words))


def test_days_and_destinations_without_law() -> None:
    consignment = Consignment(lines=[line()], destination="DE")
    with pytest.raises(NoLaw, match="2021-07-01"):
        landed_cost(consignment, on=date(2021, 6, 30))
    with pytest.raises(InputError):
        landed_cost(consignment, on=datetime(2026, 8, 3))  # noqa: DTZ001
    with pytest.raises(InputError):
        landed_cost(consignment, on="2026-08-03")  # type: ignore[arg-type]
    with pytest.raises(InputError):
        landed_cost("DE", on=DAY)  # type: ignore[arg-type]
    with pytest.raises(InputError):
        landed_cost(consignment, on=DAY, procedure="nothing")
    with pytest.raises(InputError):
        landed_cost(consignment, on=DAY, on_unknown="guess")
    with pytest.raises(NoLaw):
        landed_cost(Consignment(lines=[line()], destination="AQ"), on=DAY)


def test_an_amount_over_the_cap() -> None:
    heavy = Consignment(lines=[line(price=Money("99999999", "EUR"), quantity=10**9)], destination="DE")
    with pytest.raises(InputError, match="bound of the arithmetic"):
        landed_cost(heavy, on=DAY)
