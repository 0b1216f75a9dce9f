"""Worked examples of authorities, providers and textbooks: what is given leads to what is published.

Each file under ``data/`` is a list of cases::

    [[case]]
    id = "ch-bazg-vacuum-cleaner"
    source = "BAZG, examples of import tax"
    url = "https://..."
    on = 2026-08-03
    consignment = { destination = "CH", freight = "10.00 CHF", channel = "post" }
    [[case.line]]
    hs = "850811"
    price = "100.00 EUR"
    [case.how]
    rates = { "EUR/CHF" = "0.95" }
    [case.expect]
    vat = "15.95 CHF"

``expect`` names charges, kinds, ``goods``, ``assessed``, ``total``, ``procedure``; an interval is ``["low", "high"]``.
"""

from __future__ import annotations

import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from xbec import Consignment, Line, Money, Place, landed_cost
from xbec.fx import Fx
from xbec.landed_cost import Days, Quote, verify_trace

FILES = sorted((Path(__file__).parent / "data").glob("*.toml"))
CASES = [
    pytest.param(case, id=case["id"])
    for path in FILES
    for case in tomllib.loads(path.read_text(encoding="utf-8"))["case"]
]


def money(text: str) -> Money:
    amount, currency = text.split()
    return Money(amount, currency)


def build_line(given: dict[str, Any]) -> Line:
    words = dict(given)
    words["price"] = money(words["price"])
    for name in ("quantity", "weight_kg"):
        if isinstance(words.get(name), str):
            words[name] = Decimal(words[name])
    if "quantities" in words:
        words["quantities"] = {k: Decimal(v) for k, v in words["quantities"].items()}
    if "content" in words:
        words["content"] = {k: money(v) for k, v in words["content"].items()}
    if "flags" in words:
        words["flags"] = frozenset(words["flags"])
    return Line(**words)


def build(case: dict[str, Any]) -> Consignment:
    words = dict(case["consignment"])
    for name in ("freight", "insurance"):
        if name in words:
            words[name] = money(words[name])
    if "fees" in words:
        words["fees"] = {k: money(v) for k, v in words["fees"].items()}
    if "registrations" in words:
        words["registrations"] = frozenset(words["registrations"])
    if "days" in words:
        words["days"] = Days(**words["days"])
    if "history" in words:
        words["history"] = {k: money(v) if " " in str(v) else int(v) for k, v in words["history"].items()}
    postcode = words.pop("postcode", None)
    place = Place.parse(words["destination"])
    if postcode is not None:
        place = Place(place.country, place.subdivision, postcode)
    words["destination"] = place
    return Consignment(lines=[build_line(x) for x in case["line"]], **words)


@pytest.mark.parametrize("case", CASES)
def test_case(case: dict[str, Any]) -> None:
    how = dict(case.get("how", {}))
    fx = Fx.default()
    if "rates" in how:
        fx = fx.stated(how.pop("rates"))
    day = case["on"]
    assert isinstance(day, date)
    result = landed_cost(build(case), on=day, fx=fx, **how)
    assert case["expect"]
    for name, expected in case["expect"].items():
        assert figure(result, name) == wanted(expected), name
    quotes = [result] if isinstance(result, Quote) else [w.quote for w in result.worlds]
    for quote in quotes:
        assert verify_trace(quote.trace) == []


def figure(result: Any, name: str) -> Any:
    if name == "procedure":
        return tuple(dict.fromkeys(result.procedures))
    if name in {"goods", "freight", "insurance", "assessed", "total", "seller_cost"}:
        return getattr(result, name)
    return result[name]


def wanted(expected: Any) -> Any:
    if isinstance(expected, list):
        return tuple(money(x) if " " in x else x for x in expected)
    return money(expected) if " " in expected else (expected,)


def test_there_are_cases() -> None:
    assert len({p.id for p in CASES}) == len(CASES) > 0
