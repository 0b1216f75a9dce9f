"""Words of the law language about parts of the value, product lists and programmes with days of their own."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from xbec import Consignment, Law, Line, Money, landed_cost
from xbec.errors import DataFileError, Undetermined
from xbec.landed_cost import Quote, QuoteInterval, verify_trace

DAY = date(2026, 8, 3)
HEAD = """
jurisdiction = "MX"
name = "Testland"
currency = "MXN"
begins = 2021-07-01
territory = { customs = "MX", tax = "MX" }
exchange.customs = { rule = "commercial", event = "declared" }
[source.act]
title = "Act of Testland"
checked = 2026-08-01
[[procedure]]
id = "import"
collects = "customs"
source = "act art. 9"
"""
METAL = """
[[component]]
id = "metal-whole"
when = "not stated('steel') and contains('steel')"
base = ["goods"]
[[component]]
id = "metal-part"
when = "stated('steel')"
base = ["content.steel"]
[[component]]
id = "metal"
kind = "duty"
base = ["metal-whole", "metal-part"]
rate = "50 %"
source = "act art. 1"
[[component]]
id = "rest"
kind = "duty"
base = ["goods", "-metal-whole", "-metal-part"]
rate = "10 %"
source = "act art. 2"
"""


def price(tmp_path: Path, body: str, *, lists: str = "", how: Any = None, **line: Any) -> Quote | QuoteInterval:
    (tmp_path / "MX.toml").write_text(HEAD + body, encoding="utf-8")
    if lists:
        (tmp_path / "lists").mkdir()
        (tmp_path / "lists" / "MX.toml").write_text(lists, encoding="utf-8")
    words: dict[str, Any] = {"hs": "73181580", "origin": "CN", "price": Money("100.00", "MXN")} | line
    result = landed_cost(
        Consignment(lines=[Line(**words)], destination="MX"), on=DAY, law=Law([tmp_path]), **(how or {})
    )
    for quote in [result] if isinstance(result, Quote) else [w.quote for w in result.worlds]:
        assert verify_trace(quote.trace) == []
    return result


def mxn(text: str) -> Money:
    return Money(text, "MXN")


def test_a_stated_part_of_the_value_is_used(tmp_path: Path) -> None:
    quote = price(tmp_path, METAL, content={"steel": mxn("40.00")})
    assert (quote["metal"], quote["rest"]) == (mxn("20.00"), mxn("6.00"))


def test_a_part_stated_as_nothing_is_nothing(tmp_path: Path) -> None:
    quote = price(tmp_path, METAL, content={"steel": mxn("0.00")})
    assert (quote["metal"], quote["rest"]) == (mxn("0.00"), mxn("10.00"))


def test_whether_goods_contain_what_is_not_stated_is_a_question(tmp_path: Path) -> None:
    with pytest.raises(Undetermined, match=r"state what steel the goods hold: Line\(content="):
        price(tmp_path, METAL)
    interval = price(tmp_path, METAL, how={"on_unknown": "interval"})
    assert interval["duty"] == (mxn("10.00"), mxn("50.00"))


LISTED = """
[[component]]
id = "extra"
kind = "duty"
when = "listed('extra')"
base = ["goods"]
rate = "25 %"
source = "act art. 3"
"""


def a_list(codes: str, more: str = "") -> str:
    return f"[list.extra]\nfrom = 2025-01-01\nsource = 'act annex'\ncomplete = true\nhs = {codes}\n{more}"


def test_a_list_may_be_one_text_in_a_file_of_lists(tmp_path: Path) -> None:
    lists = a_list("'''\n0101 7318\n8471'''")
    assert price(tmp_path, LISTED, lists=lists)["extra"] == mxn("25.00")


def test_a_code_on_an_unconfirmed_list_is_unknown_and_off_it_is_not(tmp_path: Path) -> None:
    lists = a_list('["7318"]', 'confidence = "unconfirmed"')
    interval = price(tmp_path, LISTED, lists=lists, how={"on_unknown": "interval"})
    assert interval["extra"] == (mxn("0.00"), mxn("25.00"))
    other = tmp_path / "other"
    other.mkdir()
    assert price(other, LISTED, lists=lists, hs="61091000")["extra"] == mxn("0.00")


def test_a_code_too_short_for_the_list_is_a_question(tmp_path: Path) -> None:
    with pytest.raises(Undetermined, match="state the full national code"):
        price(tmp_path, LISTED, lists=a_list('["73181580", "01"]'), hs="731815")


def test_a_list_holds_codes_alone(tmp_path: Path) -> None:
    law = HEAD + LISTED + a_list("'7318 steel'")
    (tmp_path / "MX.toml").write_text(law, encoding="utf-8")
    with pytest.raises(DataFileError, match=r"list\.extra\.hs"):
        Law([tmp_path])["MX"]


def test_a_programme_out_of_force_counts_as_nothing_and_not_charged(tmp_path: Path) -> None:
    body = """
[[component]]
id = "old"
kind = "duty"
base = ["goods"]
rate = "30 %"
source = "act art. 4"
to = 2026-01-01
[[component]]
id = "new"
kind = "duty"
when = "not charged('old')"
base = ["goods", "-old"]
rate = "10 %"
source = "act art. 5"
"""
    quote = price(tmp_path, body)
    assert (quote["old"], quote["new"], quote["duty"]) == (mxn("0.00"), mxn("10.00"), mxn("10.00"))


def test_a_case_that_is_not_reached_needs_no_figure(tmp_path: Path) -> None:
    body = """
[value]
now = [{ from = 2026-01-01, rate = "5 %", source = "act art. 6" }]
once = [{ from = 2020-01-01, to = 2021-01-01, rate = "9 %", source = "act art. 6" }]
[[component]]
id = "step"
kind = "duty"
base = ["goods"]
rate = [{ when = "declared >= 2026-01-01", value = "now" }, { value = "once" }]
source = "act art. 6"
"""
    assert price(tmp_path, body)["step"] == mxn("5.00")
