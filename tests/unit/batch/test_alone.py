"""Consignments priced one by one have columns of the same kinds as the others."""

from __future__ import annotations

from datetime import date

import polars as pl

from xbec.batch import quote


def test_rows_priced_alone_have_text_columns_of_text() -> None:
    frame = pl.DataFrame(
        {
            "destination": ["DE"] * 3,
            "hs": "490199",
            "origin": "CN",
            "currency": "EUR",
            "price": "10",
            "stated_duty": "Free",
        }
    )
    schema = quote(frame, on=date(2025, 6, 2)).schema
    for name in ("procedure", "assessed_currency", "warnings", "error", "error_message"):
        assert schema[name] == pl.String
