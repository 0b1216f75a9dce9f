"""What a person, a program and a notebook get to see of a quote."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from html.parser import HTMLParser

import pytest

from xbec import Consignment, Line, Money, Quote, landed_cost
from xbec.errors import InputError
from xbec.fx import Fx

FX = Fx.default().stated({("USD", "EUR"): "0.867013"})


@pytest.fixture
def quote() -> Quote:
    consignment = Consignment(
        lines=[
            Line(hs="610910", origin="CN", price=Money("25.00", "USD"), quantity=2, description="T-shirt <b>&</b>"),
            Line(hs="490199", origin="CN", price=Money("10.00", "USD")),
        ],
        destination="DE",
        freight=Money("6.50", "USD"),
        registrations={"IOSS"},
    )
    found = landed_cost(consignment, on=date(2026, 8, 3), fx=FX)
    assert isinstance(found, Quote)
    return found


def test_text_names_base_rate_rounding_source_and_day(quote: Quote) -> None:
    told = quote.explain()
    assert "DE, B2C by post, DAP, Import One Stop Shop on 2026-08-03" in told
    assert "3 EUR" in told
    assert "checked 2026-11-22" in told
    assert "tested ioss: yes" in told
    assert "52.02 EUR <= 150.00 EUR" in told
    assert "stated" in told or "0.867013" in told
    assert str(quote) == told


def test_markdown_is_a_table(quote: Quote) -> None:
    lines = quote.explain(form="markdown").splitlines()
    table = [x for x in lines if x.startswith("|")]
    assert len({x.count("|") for x in table}) == 1
    with pytest.raises(InputError, match="text, markdown"):
        quote.explain(form="pdf")


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_html_is_well_formed_and_escapes_what_it_was_given(quote: Quote) -> None:
    html = quote._repr_html_()
    tags = Tags()
    tags.feed(html)
    assert tags.open == []
    assert "<b>&</b>" not in html
    assert "&lt;b&gt;" in html


def test_dict_is_json_and_adds_up(quote: Quote) -> None:
    told = json.loads(json.dumps(quote.to_dict()))
    assert told["schema"] == "xbec.quote/1"
    assert told["jurisdiction"] == "DE"
    for charge in told["charges"]:
        assert sum(Decimal(x) for x in charge["lines"]) == Decimal(charge["amount"])
        assert charge["source"]
        assert charge["checked"]
    assert sum(Decimal(x) for x in told["by_kind"].values()) == Decimal(told["assessed"])
    assert Decimal(told["price_paid"]) + Decimal(told["by_payer"]["buyer"]) == Decimal(told["total"])
    assert "seller" not in told["by_payer"]


@pytest.mark.parametrize("library", ["polars", "pandas"])
def test_data_frame(quote: Quote, library: str) -> None:
    frame = quote.to_frame(library)
    assert len(frame) == 2 * len(quote.charges)
    assert set(frame.columns) >= {"line", "hs", "charge", "kind", "amount", "currency", "collector", "payer"}
    with pytest.raises(InputError):
        quote.to_frame("excel")


def test_steps_hold_operands_and_results(quote: Quote) -> None:
    results = {s.charge.component.id: s.result for s in quote.steps if s.charge.component.kind}
    assert results["item-duty"] == 300
    assert all(s.source is not None for s in quote.steps if s.charge.component.kind)
