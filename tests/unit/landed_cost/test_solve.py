"""All-inclusive prices: none, one or several net prices, and the gap at a threshold."""

from __future__ import annotations

from datetime import date

import pytest

from xbec import Consignment, Line, Money, landed_cost
from xbec.errors import InputError, ThresholdGap
from xbec.landed_cost import Quote, solve

BEFORE = date(2025, 6, 2)


def parcel(price: str = "10.00", destination: str = "DE") -> Consignment:
    line = Line(hs="610910", origin="CN", price=Money(price, "EUR"), duty="12 %")
    return Consignment(lines=[line], destination=destination, registrations={"IOSS"})


def test_solve_agrees_with_the_forward_quote() -> None:
    for price in ("10.00", "37.50", "149.99", "150.00", "150.01", "240.00"):
        forward = landed_cost(parcel(price), on=BEFORE)
        assert isinstance(forward, Quote)
        found = solve(parcel(), total=forward.total, on=BEFORE)
        assert Money(price, "EUR") in [s.price for s in found]
        for solution in found:
            assert solution.quote.total + solution.rounding == forward.total


def test_a_minor_unit_no_net_price_reaches_is_a_shown_rounding() -> None:
    (found,) = solve(parcel(), total=Money("9.99", "EUR"), on=BEFORE)
    assert abs(found.rounding.minor) <= 1
    assert found.quote.total + found.rounding == Money("9.99", "EUR")


def test_only_a_jump_is_a_gap() -> None:
    with pytest.raises(ThresholdGap, match="jump"):
        solve(parcel(), total=Money("190.00", "EUR"), on=BEFORE)


def test_solve_takes_one_line() -> None:
    two = Consignment(lines=[*parcel().lines, *parcel().lines], destination="DE")
    with pytest.raises(InputError, match="one line"):
        solve(two, total=Money("100", "EUR"), on=BEFORE)


def test_a_threshold_gives_several_answers_under_their_own_procedure() -> None:
    """Free goods: the flat duty per item ends above the limit, so the total falls there and comes by twice."""
    day = date(2026, 8, 3)
    free = Consignment(
        lines=[Line(hs="490199", origin="CN", price=Money("1.00", "EUR"), duty="Free", tax_class="standard")],
        destination="DE",
        registrations={"IOSS"},
    )
    low, high = solve(free, total=Money("180.00", "EUR"), on=day)
    assert (low.procedure, high.procedure) == ("ioss", "standard")
    assert low.price < Money("150.00", "EUR") < high.price
    assert low.quote.total == high.quote.total == Money("180.00", "EUR")


def test_every_price_of_a_range_is_found_again() -> None:
    for minor in range(14900, 15100, 7):
        forward = landed_cost(parcel(str(Money.from_minor(minor, "EUR").amount)), on=date(2026, 8, 3))
        assert isinstance(forward, Quote)
        prices = [s.price.minor for s in solve(parcel(), total=forward.total, on=date(2026, 8, 3))]
        assert minor in prices
