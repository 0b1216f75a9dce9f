"""Laws that share a program keep their own tax classes."""

from __future__ import annotations

from datetime import date

import polars as pl

from xbec.batch import quote

DAY = date(2025, 6, 2)


def test_the_class_of_one_law_says_nothing_of_the_next() -> None:
    """Books are of the reduced class in Germany and of the super-reduced in Spain; a stated class is what it says."""
    frame = pl.DataFrame(
        {
            "destination": ["DE", "ES", "ES", "DE"] * 40,
            "hs": ["490199", "490199", "950300", "950300"] * 40,
            "tax_class": [None, None, "reduced", None] * 40,
            "origin": "CN",
            "currency": "EUR",
            "price": "1000",
            "stated_duty": "Free",
        }
    )
    together = quote(frame, on=DAY)
    alone = quote(frame.head(4), on=DAY, alone_below=10)
    assert together.head(4)["tax"].to_list() == alone["tax"].to_list() == [7000, 4000, 10000, 19000]
