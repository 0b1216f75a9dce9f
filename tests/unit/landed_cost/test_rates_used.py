"""A quote tells of the exchange rates that it rests on, whatever other quotes of its kind asked for."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from xbec import Consignment, Line, Money, landed_cost
from xbec.fx import Fx
from xbec.landed_cost.quote import Quote


def quoted(destination: str, currency: str, on: date, duty: str, fx: Fx) -> Quote:
    goods = Line(
        hs="610910", origin="CN", price=Money("900", currency), duty=duty, quantities={"kg": Decimal(1)}, weight_kg=1
    )
    quote = landed_cost(Consignment(lines=[goods], destination=destination), on=on, fx=fx)
    assert isinstance(quote, Quote)
    return quote


def rules(quote: Quote) -> set[str]:
    return {finding.rule for finding in quote.warnings}


def test_a_rate_that_only_another_consignment_asked_for_is_not_told() -> None:
    on, fx = date(2026, 8, 3), Fx.default().stated({})
    before = quoted("CA-ON", "CAD", on, "2 %", fx)
    assert before.exchange_rates == {}
    asking = quoted("CA-ON", "CAD", on, "0.30 EUR/kg", fx)
    assert list(asking.exchange_rates) == ["customs EUR"]
    assert list(asking.to_dict()["exchange"]) == ["customs EUR"]
    assert "stand-in-rate" in rules(asking)
    for quote in (before, quoted("CA-ON", "CAD", on, "2 %", fx), quoted("CA-ON", "CAD", on, "3 %", fx)):
        assert quote.exchange_rates == {}
        assert quote.to_dict()["exchange"] == {}
        assert "stand-in-rate" not in rules(quote)


@pytest.mark.parametrize("destination", ["AU", "BR-SP", "CA-QC", "CH", "CN", "DE", "GB", "IN", "JP", "KR", "NO", "SG"])
def test_every_quote_in_a_foreign_currency_rests_on_the_rate_of_its_customs_value(destination: str) -> None:
    currency = "USD"
    quote = quoted(destination, currency, date(2026, 8, 3), "5 %", Fx.default())
    assert f"customs {currency}" in quote.exchange_rates
    assert set(quote.to_dict()["exchange"]) == set(quote.exchange_rates)
