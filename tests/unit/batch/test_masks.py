"""Ids of warnings as bits of a row: looked up by code, joined within a consignment, told as text."""

from __future__ import annotations

from datetime import date
from itertools import product

import polars as pl
import pytest

from xbec import Consignment, Law, Line, Money, landed_cost
from xbec.batch.lookups import expression
from xbec.batch.warn import ids_of, masks_of, of_consignments, texts, told, united, watched, way_of
from xbec.fx import Fx
from xbec.landed_cost.engine import default_of, make_regime
from xbec.landed_cost.regime import Regime
from xbec.landed_cost.worlds import QuoteInterval

DAY = date(2026, 8, 3)


def line(**more: object) -> Line:
    return Line(hs="610910", origin="CN", price=Money("90", "CAD"), duty="Free", **more)  # type: ignore[arg-type]


def canada(province: str, day: date = DAY) -> Regime:
    books = (Law.default(), Fx.default().stated({}), default_of("tariff"), {}, None, None, {})
    return make_regime(Consignment(lines=[line()], destination=province), day, books, {})


def test_bits_are_told_in_the_order_of_the_ids() -> None:
    assert texts(pl.Series([0, 1, 2, 3, 4, 5, 6, 7], dtype=pl.UInt8)).to_list() == [
        None,
        "law-age",
        "low-confidence",
        "law-age, low-confidence",
        "stand-in-rate",
        "law-age, stand-in-rate",
        "low-confidence, stand-in-rate",
        "law-age, low-confidence, stand-in-rate",
    ]


def test_a_consignment_is_warned_of_what_any_of_its_lines_is() -> None:
    masks = pl.Series([1, 4, 0, 2, 0], dtype=pl.UInt8)
    assert of_consignments(masks, pl.Series([0, 0, 1, 2, 2])).to_list() == [5, 5, 0, 2, 2]
    assert of_consignments(masks.clear(), pl.Series([], dtype=pl.UInt32)).to_list() == []


def test_worlds_are_united() -> None:
    first, second = pl.Series([1, 0], dtype=pl.UInt8), pl.Series([4, 0], dtype=pl.UInt8)
    assert united([first, second]).to_list() == [5, 0]


def test_only_components_of_low_confidence_need_be_watched() -> None:
    assert "provincial-tax" in watched([canada("CA-QC")], [line()])
    german = make_regime(
        Consignment(lines=[line()], destination="DE"),
        DAY,
        (Law.default(), Fx.default(), default_of("tariff"), {}, None, None, {}),
        {},
    )
    assert watched([german], [line(), None]) == ()
    assert watched([german], [line(tax_class="zero")]) == ("vat",)


def test_a_row_is_warned_by_regime_line_procedure_and_what_was_charged() -> None:
    regimes = {0: canada("CA-QC"), 1: canada("CA-ON"), 3: canada("CA-QC", date(2028, 1, 3))}
    procedures = [p.id for p in regimes[0].procedures]
    taken = procedures.index("import")
    names = watched(list(regimes.values()), [line()])
    rows = pl.DataFrame(
        [(r, 0, taken, charged) for r, charged in product(regimes, (0, 1))],
        schema={"r": pl.UInt32, "l": pl.UInt32, "procedure": pl.Int32, "charged": pl.Int64},
        orient="row",
    )
    rows = rows.with_columns(pl.col("charged").alias(f"charged.{name}") for name in names).drop("charged")
    assert texts(told(rows, procedures, regimes, [line(), None])).to_list() == [
        None,
        "low-confidence",
        None,
        None,
        "law-age",
        "law-age, low-confidence",
    ]
    masks = masks_of(procedures, regimes, [line(), None], names)
    assert masks is not None
    columns = {name: pl.col(name) for name in rows.columns} | {"way": way_of(pl.col("procedure"), len(procedures) + 1)}
    looked_up = expression(masks.of("way"), columns)
    assert rows.select(looked_up).to_series().to_list() == told(rows, procedures, regimes, [line(), None]).to_list()
    nowhere = rows.with_columns(procedure=pl.lit(-1, dtype=pl.Int32))
    assert nowhere.select(looked_up).to_series().to_list() == [0] * 6
    assert told(nowhere, procedures, regimes, [line(), None]).to_list() == [0] * 6


@pytest.mark.parametrize("terms", ["DAP", "DDP"])
def test_ids_of_a_quote_are_those_of_its_warnings(terms: str) -> None:
    for currency in ("EUR", "USD"):
        goods = Line(hs="610910", origin="CN", price=Money("83", currency))
        quote = landed_cost(
            Consignment(lines=[goods], destination="CH", terms=terms), on=DAY, fx=Fx.default().stated({})
        )
        assert not isinstance(quote, QuoteInterval)
        expected = sorted({finding.rule for finding in quote.warnings} - {"near-threshold"})
        assert ids_of(quote) == (", ".join(expected) or None)
