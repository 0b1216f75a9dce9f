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

``expect`` names charges, working amounts, kinds, ``goods``, ``assessed``, ``total``, ``procedure``; ``"vat base"`` is
what a charge was computed on, ``charged`` and ``spared`` list charges by whether they were due at all; an interval is
``["low", "high"]``.

An example of a day, a land or a rate that no law file holds states its law: ``law`` is the text of a law file laid over
that of the destination (or over the one its ``jurisdiction`` names, or standing alone where there is none), or the name
of a text under ``[laws]`` of the same file, or a list of these. ``how.rounding = { igst = "0.01 half-up" }`` states how
an amount is rounded.
"""

from __future__ import annotations

import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from xbec import Consignment, Law, Line, Money, Place, landed_cost
from xbec.fx import Fx
from xbec.kernel.rounding import Rounding
from xbec.landed_cost import Days, Quote, verify_trace

FILES = sorted(p for p in (Path(__file__).parent / "data").glob("*.toml") if not p.name.startswith("trademark_"))
READ = [tomllib.loads(path.read_text(encoding="utf-8")) for path in FILES]
CASES = [pytest.param(case, file.get("laws", {}), id=case["id"]) for file in READ for case in file.get("case", [])]
NOT_OURS = tomllib.loads((Path(__file__).parent / "not-ours.toml").read_text(encoding="utf-8"))["example"]


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


def stated_law(stated: str | list[str], laws: dict[str, str], place: Place, folder: Path) -> Law:
    law = Law.default()
    for n, said in enumerate([stated] if isinstance(stated, str) else stated):
        text = laws.get(said, said)
        path = folder / str(n) / f"{tomllib.loads(text).get('jurisdiction', place.jurisdiction)}.toml"
        path.parent.mkdir()
        path.write_text(text, encoding="utf-8")
        law = law.overlay(path)
    return law


@pytest.mark.parametrize(("case", "laws"), CASES)
def test_case(case: dict[str, Any], laws: dict[str, str], tmp_path: Path) -> None:
    how = dict(case.get("how", {}))
    fx = Fx.default()
    if "rates" in how:
        fx = fx.stated(how.pop("rates"))
    if "rounding" in how:
        how["rounding"] = {name: Rounding(*words.split()) for name, words in how["rounding"].items()}
    consignment = build(case)
    if "law" in case:
        how["law"] = stated_law(case["law"], laws, consignment.destination, tmp_path)
    day = case["on"]
    assert isinstance(day, date)
    result = landed_cost(consignment, on=day, fx=fx, **how)
    assert case["expect"]
    for name, expected in case["expect"].items():
        assert figure(result, name, expected) == wanted(expected), name
    quotes = [result] if isinstance(result, Quote) else [w.quote for w in result.worlds]
    for quote in quotes:
        assert verify_trace(quote.trace) == []


def figure(result: Any, name: str, expected: Any) -> Any:
    if name == "procedure":
        return tuple(dict.fromkeys(result.procedures))
    if name in {"charged", "spared"}:
        due = {step.charge.component.id for step in result.steps if is_due(result, step.group.charged)}
        return tuple(id for id in expected if (id in due) is (name == "charged"))
    if name.endswith(" base"):
        steps = [step for step in result.steps if step.charge.component.id == name.removesuffix(" base")]
        return Money.from_minor(sum(result.minor(step.group.base) for step in steps), result.currency)
    if name in {"goods", "freight", "insurance", "assessed", "total", "seller_cost"}:
        return getattr(result, name)
    return result[name]


def is_due(quote: Quote, charged: bool | int) -> bool:
    return charged if isinstance(charged, bool) else bool(quote.minor(charged))


def wanted(expected: Any) -> Any:
    if isinstance(expected, list):
        return tuple(money(x) if " " in x else x for x in expected)
    return money(expected) if " " in expected else (expected,)


def test_there_are_cases() -> None:
    assert len({p.id for p in CASES}) == len(CASES) > 0


def test_what_is_not_ours_is_named_once_and_says_why() -> None:
    ids = [example["id"] for example in NOT_OURS]
    assert len(set(ids)) == len(ids)
    assert not set(ids) & {p.id for p in CASES}
    for example in NOT_OURS:
        assert set(example) == {"id", "reason"}, example
        assert len(example["reason"]) >= 20, example
