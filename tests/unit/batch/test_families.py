"""Laws that share a program keep their own tax classes."""

from __future__ import annotations

from datetime import date

import polars as pl

from xbec.batch import quote
from xbec.batch.families import families
from xbec.kernel.money import Money
from xbec.landed_cost import Consignment, Line
from xbec.landed_cost.engine import default_of, make_regime

DAY = date(2025, 6, 2)
STATES = ("NL", "ES", "IE", "IT", "DE", "FR", "PL")


def test_the_class_of_one_law_says_nothing_of_the_next() -> None:
    """What is reduced here by its code may be super-reduced there; a stated class is what it says."""
    kinds = [
        {"destination": state, "hs": hs, "tax_class": tax_class}
        for state in STATES
        for hs, tax_class in (("490199", None), ("950300", "reduced"), ("950300", None), ("020130", None))
    ]
    frame = pl.DataFrame(kinds, schema_overrides={"tax_class": pl.String}).with_columns(
        origin=pl.lit("CN"), currency=pl.lit("EUR"), price=pl.lit("1000"), stated_duty=pl.lit("Free")
    )
    one = frame.height
    together = quote(pl.concat([frame] * 70), on=DAY, alone_below=0).head(one)
    alone = quote(frame, on=DAY, alone_below=one)
    assert together["error"].to_list() == alone["error"].to_list()
    assert together["tax"].to_list() == alone["tax"].to_list()


def test_member_states_share_a_program() -> None:
    books = (default_of("law"), default_of("fx"), default_of("tariff"), {}, None, None, {})
    line = Line(hs="610910", origin="CN", price=Money("10", "EUR"))
    regimes = {
        number: make_regime(Consignment(lines=[line], destination=state), DAY, books, {})
        for number, state in enumerate(STATES)
    }
    assert len(families(regimes)) < len(STATES)
