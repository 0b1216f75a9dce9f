"""Worked examples of money: shares, conversion, rounding, tax on a price and in it (``data/money.toml``)."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from xbec import Money
from xbec.kernel.rate import Rate
from xbec.kernel.rounding import Rounding, exact
from xbec.tariff import Duty

DATA = tomllib.loads((Path(__file__).parent / "data" / "money.toml").read_text(encoding="utf-8"))


def cases(kind: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", [pytest.param(case, id=case["id"]) for case in DATA[kind]])


@cases("allocate")
def test_shares(case: dict[str, Any]) -> None:
    amount = Money.from_text(case["amount"])
    parts = amount.allocate([exact(weight) for weight in case["weights"]])
    assert parts == [Money.from_text(part) for part in case["parts"]]
    assert sum(parts) == amount


@cases("share")
def test_share_of_an_amount_and_a_part_of_it(case: dict[str, Any]) -> None:
    share = Money.from_text(case["amount"]) * (exact(case["part"]) / exact(case["whole"]))
    assert share.round_to() == Money.from_text(case["result"])
    assert (share * Rate(case["rate"])).round_to() == Money.from_text(case["of_it"])


@cases("spread")
def test_a_cost_spread_over_units_by_value(case: dict[str, Any]) -> None:
    lines = [(Money.from_text(line["price"]), line["quantity"]) for line in case["lines"]]
    shares = Money.from_text(case["cost"]).allocate([price * quantity for price, quantity in lines])
    prices = [
        (price + share * (exact(1) / quantity)).round_to(Rounding("0.0001"))
        for (price, quantity), share in zip(lines, shares, strict=True)
    ]
    assert prices == [Money.from_text(price) for price in case["prices"]]


@cases("convert")
def test_conversion(case: dict[str, Any]) -> None:
    wanted = Money.from_text(case["result"])
    rounding = Rounding.to_decimals(wanted.digits, case["mode"]) if "mode" in case else None
    assert Money.from_text(case["amount"]).convert(Rate(case["rate"]), wanted.currency, rounding=rounding) == wanted


@cases("round")
def test_rounding(case: dict[str, Any]) -> None:
    amount = Money.from_text(case["amount"])
    if "duty" in case:
        duty = Duty.parse(case["duty"], amount.currency)
        assert isinstance(duty, Duty)
        amount = amount * (duty.evaluate(amount, {"piece": 1}) / amount.fraction)
    rounding = Rounding(case["step"], case.get("mode", "half-up")) if "step" in case else None
    assert amount.round_to(rounding) == Money.from_text(case["result"])


@cases("tax")
def test_tax_on_a_price_or_in_it(case: dict[str, Any]) -> None:
    if "net" in case:
        found = [on_top(line) for line in case["net"]]
    else:
        found = [inside(line, first=case.get("first", "tax")) for line in case["gross"]]
    net = sum((x[0] for x in found[1:]), found[0][0])
    tax = sum((x[1] for x in found[1:]), found[0][1])
    sums = {"net": net, "tax": tax, "gross": net + tax}
    for name, wanted in case["expect"].items():
        assert sums[name] == Money.from_text(wanted), name


def on_top(line: dict[str, Any]) -> tuple[Money, Money]:
    """Net amount, what is taken off it, and the tax on the rest, rounded once."""
    net = Money.from_text(line["amount"]) * line.get("quantity", 1)
    if "less" in line:
        net -= Money.from_text(line["less"])
    return net, (net * Rate(line["rate"])).round_to()


def inside(line: dict[str, Any], *, first: str) -> tuple[Money, Money]:
    """Net amount and tax of a price that includes it, of one unit times the quantity; ``first`` is what is rounded."""
    gross, rate = Money.from_text(line["amount"]), Rate(line["rate"]).fraction
    net = (gross * (1 / (1 + rate))).round_to()
    if first == "tax":
        net = gross - (gross * (rate / (1 + rate))).round_to()
    return net * line.get("quantity", 1), (gross - net) * line.get("quantity", 1)


def test_ids_are_unique_and_cited() -> None:
    found = [case for kind in DATA.values() for case in kind]
    assert len({case["id"] for case in found}) == len(found)
    assert all(case["source"] and case["url"].startswith("http") for case in found)
