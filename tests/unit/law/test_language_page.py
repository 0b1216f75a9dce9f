"""The whole file at the end of docs/law-language.md loads, prices and explains itself."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from xbec import Consignment, Law, Line, Money, Quote, landed_cost, verify_trace
from xbec.errors import Refused
from xbec.law.file import ComponentModel, RateModel

PAGE = (Path(__file__).parents[3] / "docs" / "law-language.md").read_text(encoding="utf-8")
WHOLE = re.findall(r"```toml\n(.*?)```", PAGE, re.S)[-1]
DAY = date(2026, 8, 3)


@pytest.fixture
def law(tmp_path: Path) -> Law:
    (tmp_path / "MX.toml").write_text(WHOLE, encoding="utf-8")
    return Law([tmp_path])


def quote(law: Law, *lines: Line, **facts: object) -> Quote:
    given: dict[str, object] = {"destination": "MX-JAL", "dispatch": "CN", "fees": {"clearance": Money("20", "MXN")}}
    found = landed_cost(Consignment(lines=list(lines), **(given | facts)), on=DAY, law=law)  # type: ignore[arg-type]
    assert isinstance(found, Quote)
    assert verify_trace(found.trace) == []
    return found


def test_the_whole_file_prices(law: Law) -> None:
    shirt = Line(hs="61091000", origin="CN", price=Money("1200.00", "MXN"), duty="12 %")
    exempt = {"exempt": Money("200.00", "MXN")}
    shirt_part = Line(hs="490199", origin="US", price=Money("300.00", "MXN"), duty="Free", content=exempt)
    found = quote(law, shirt, shirt_part)
    assert found.procedures == ("import", "import")
    assert found["duty"] == Money("110.00", "MXN")
    assert found["topped-up"] == Money("70.00", "MXN")
    assert found["item-fee"] == Money("8.00", "MXN")
    assert found["excess"] == Money("30.00", "MXN")
    assert found["levy"] == Money("22.50", "MXN")
    assert found["vat"] == Money("220.80", "MXN") + Money("24.00", "MXN")
    assert found["state-tax"].amount == Decimal("2.25")
    full = landed_cost(found.consignment, on=DAY, law=law, settings={"clearance": "full"})
    assert isinstance(full, Quote)
    assert full["duty-full"] == Money("144.00", "MXN")


def test_its_other_procedures(law: Law) -> None:
    book = Line(hs="490199", origin="US", price=Money("20.00", "MXN"), duty="Free")
    sale = quote(law, book, registrations=frozenset({"MX-VAT"}), marketplace="shop")
    assert sale.procedures == ("parcel",)
    assert set(sale.by_collector) == {"platform", "post"}
    assert sale["vat"] == sale["levy"] == Money("0.00", "MXN")
    wine = Line(hs="220421", origin="CL", price=Money("90.00", "MXN"), duty="Free", quantities={"l": Decimal("0.75")})
    assert quote(law, wine)["per-kilo"] == Money("9.38", "MXN")
    with pytest.raises(Refused, match="licence"):
        quote(law, Line(hs="930100", origin="US", price=Money("5", "MXN"), flags={"weapon"}))


def test_what_was_known_then(law: Law) -> None:
    line = Line(hs="490199", origin="US", price=Money("300.00", "MXN"), duty="Free")
    consignment = Consignment(lines=[line], destination="MX-JAL", dispatch="CN")
    now = landed_cost(consignment, on=DAY, law=law)
    then = landed_cost(consignment, on=DAY, law=law, known_on=date(2026, 6, 30))
    assert (now["levy"], then["levy"]) == (Money("4.50", "MXN"), Money("3.00", "MXN"))


def test_it_holds_every_word_of_components_and_rates() -> None:
    words = {f.alias or n for model in (ComponentModel, RateModel) for n, f in model.model_fields.items()}
    assert {w for w in words if not re.search(rf"\b{w}\b", WHOLE)} == set()
