"""A gap in the tariff is told where the duty is due, and only there."""

from __future__ import annotations

import gc
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from xbec import Consignment, Law, Line, Money, Quote, landed_cost, verify_trace
from xbec.errors import InputError, NoTariff

DAY = date(2022, 3, 1)
UNKNOWN = "62021300"  # not in the starter tariff


def line(price: str, **facts: Any) -> Line:
    words: dict[str, Any] = {"hs": UNKNOWN, "origin": "CN", "price": Money(price, "EUR")}
    return Line(**(words | facts))


def quote(*lines: Line) -> Any:
    return landed_cost(Consignment(lines=lines, destination="FR"), on=DAY)


def test_goods_under_the_relief_need_no_tariff_line() -> None:
    found = quote(line("140.00"))
    assert found["duty"] == Money("0", "EUR")
    assert found["vat"] == Money("28.00", "EUR")
    assert verify_trace(found.trace) == []
    assert "28.00 EUR" in found.explain()


def test_goods_over_the_relief_do() -> None:
    quote(line("140.00"))
    with pytest.raises(NoTariff, match="6202"):
        quote(line("151.00"))
    with pytest.raises(NoTariff, match="6202"):
        quote(line("100.00"), line("51.00", hs="610910"))


def test_a_quantity_is_asked_for_only_where_the_duty_is_due() -> None:
    by_weight = "2 EUR/kg"
    assert quote(line("140.00", duty=by_weight))["duty"] == Money("0", "EUR")
    with pytest.raises(InputError, match="kg"):
        quote(line("151.00", duty=by_weight))


def test_a_quantity_in_another_unit_of_its_kind_counts() -> None:
    by_weight = "144.10 EUR/t"
    assert quote(line("160.00", duty=by_weight, quantities={"t": 2}))["duty"] == Money("288.20", "EUR")
    assert quote(line("160.00", duty=by_weight, quantities={"kg": 2000}))["duty"] == Money("288.20", "EUR")
    with pytest.raises(InputError, match="six decimals"):
        line("160.00", quantities={"mg": "0.5"})


def test_stated_tax_rates_of_two_lines_stay_two() -> None:
    found = quote(line("100.00", tax_rate="20 %"), line("30.00", tax_rate="10 %"))
    assert found["vat"] == Money("23.00", "EUR")
    assert verify_trace(found.trace) == []


def test_a_law_book_that_is_gone_leaves_nothing_behind(tmp_path: Path) -> None:
    text = """
[source.own]
title = "an own file"
checked = 2026-11-22

[tax.vat]
standard = [{{ from = 2021-01-01, rate = "{rate} %", source = "own" }}]
"""
    for rate in range(1, 60):
        path = tmp_path / "FR.toml"
        path.write_text(text.format(rate=rate), encoding="utf-8")
        consignment = Consignment(lines=[line("100.00")], destination="FR")
        found = landed_cost(consignment, on=DAY, law=Law.default().overlay(path))
        assert isinstance(found, Quote)
        assert found["vat"] == Money(str(rate), "EUR")
        gc.collect()
