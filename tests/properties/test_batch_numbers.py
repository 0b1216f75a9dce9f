"""Amounts and quantities written as text are read digit for digit, or are no number."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from xbec.batch.columns import read

NUMBER = re.compile(r"[0-9]{1,11}(\.[0-9]{1,6})?")
WRITTEN = st.one_of(
    st.from_regex(NUMBER, fullmatch=True),
    st.from_regex(r"[+-]?[0-9]{0,13}\.?[0-9]{0,8}([eE][+-]?[0-9]{1,2})?", fullmatch=True),
    st.text("0123456789.,-+eE_ x\u0663\uff15\0", max_size=20),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(WRITTEN, min_size=1, max_size=30))
def test_a_number_as_text_is_exact_or_none(written: list[str]) -> None:
    frame = pl.DataFrame({"destination": "DE", "hs": "610910", "currency": "EUR", "price": written})
    found = read(frame, date(2026, 8, 3))
    assert found.scales["price"] == 6
    expected = [int(Decimal(text).scaleb(6)) if NUMBER.fullmatch(text) else None for text in written]
    assert found.coded["in price"].to_list() == expected
