"""Laws that share a program keep their own tax classes."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date

import polars as pl
import pytest

from xbec.batch import quote
from xbec.batch.families import families, tables
from xbec.kernel.money import Money
from xbec.landed_cost import Consignment, Line
from xbec.landed_cost.engine import default_of, make_regime
from xbec.landed_cost.regime import Regime

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


def regimes_of(destinations: Sequence[str]) -> dict[int, Regime]:
    books = (default_of("law"), default_of("fx"), default_of("tariff"), {}, None, None, {})
    line = Line(hs="610910", origin="CN", price=Money("10", "EUR"))
    return {
        number: make_regime(Consignment(lines=[line], destination=state, dispatch="CN"), DAY, books, {})
        for number, state in enumerate(destinations)
    }


def test_member_states_share_a_program() -> None:
    assert len(families(regimes_of(STATES))) < len(STATES)


@pytest.mark.parametrize("destinations", [STATES, ("US",), ("GB", "CH", "NO", "IN", "KZ", "CA-QC", "BR-SP")])
def test_every_line_is_classed_as_by_itself(destinations: tuple[str, ...]) -> None:
    """Lines are classed once for all that no law tells apart."""
    draw = random.Random(4)
    chapters = ("02", "04", "21", "30", "48", "49", "61", "64", "95")
    lines = [
        Line(
            hs=f"{draw.choice(chapters)}{draw.randrange(100):02}{draw.randrange(10)}0",
            origin=draw.choice((None, "CN", "VN", "DE", "MX")),
            tax_class=draw.choice((None, None, "reduced")),
            price=Money(0, "EUR"),
        )
        for _ in range(400)
    ]
    for family in families(regimes_of(destinations)):
        found = tables(family.regimes, [None, *lines, None])
        for number, regime in enumerate(family.regimes):
            group = found.class_groups[number]
            for line, cut in zip(lines, found.cut[1:-1], strict=True):
                profile, own = found.classed[found.c[number, found.k[group][cut]]], regime.profile(line)
                assert profile.regime is regime
                assert profile.classes == own.classes
                for table in regime.law.tables.values():
                    rows = [x.table_key(table.key) for x in (profile, own)]
                    assert len({row if row in table.rows else "*" for row in rows}) == 1


def test_lines_of_no_kind_are_classed_too() -> None:
    family = families(regimes_of(STATES))[0]
    assert tables(family.regimes, [None, None]).cut == [0, 0]
