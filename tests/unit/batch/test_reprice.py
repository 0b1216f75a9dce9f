"""``reprice`` tells what a change of law does to each line, and what the exchange rate does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import polars as pl
import pytest

from xbec import Consignment, Line, Money, landed_cost
from xbec.batch import quote, reprice
from xbec.batch.reprice import CHANGES, OUTPUTS
from xbec.errors import InputError
from xbec.fx import Fx

Lines = Callable[..., pl.DataFrame]
EVE, FIRST = date(2026, 6, 30), date(2026, 7, 1)
"""The days around the EUR 3 duty of the European Union."""
STEADY = Fx.default().stated({"USD/EUR": "0.90", "USD/GBP": "0.75", "USD/CHF": "0.80"})


def test_the_three_euro_duty_is_the_cause_of_what_it_adds(lines: Lines) -> None:
    told = reprice(lines({}), on=[EVE, FIRST], fx=STEADY).row(0, named=True)
    assert (told["before_duty"], told["after_duty"], told["difference_duty"]) == (0, 300, 300)
    assert told["difference_tax"] == 57
    assert (told["difference_law"], told["difference_exchange"]) == (357, 0)
    assert told["cause"] == "item-duty"
    assert told["causes"] == "item-duty, vat"
    assert (told["before_procedure"], told["after_procedure"]) == ("ioss", "ioss")
    assert told["error"] is None


def test_a_line_that_nothing_changes_has_no_cause(lines: Lines) -> None:
    told = reprice(lines({"destination": "GB", "registrations": None}), on=[EVE, FIRST], fx=STEADY)
    assert told.select(f"difference_{name}" for name in CHANGES).row(0) == (0,) * len(CHANGES)
    row = told.row(0, named=True)
    assert (row["difference_law"], row["difference_exchange"]) == (0, 0)
    assert row["cause"] is None
    assert row["causes"] is None
    assert row["error"] is None


def test_what_only_the_rates_change_is_not_told_of_the_law(lines: Lines) -> None:
    fx = Fx.default().stated({"USD/GBP": "0.75"}, on=EVE).stated({"USD/GBP": "0.80"}, on=FIRST)
    frame = lines({"destination": "GB", "registrations": None})
    told = reprice(frame, on=[EVE, FIRST], fx=fx).row(0, named=True)
    assert (told["before_tax"], told["after_tax"]) == (750, 800)
    assert (told["difference_law"], told["difference_exchange"]) == (0, 50)
    assert (told["cause"], told["causes"]) == ("exchange rate", "exchange rate")


def test_law_and_rates_are_told_apart(lines: Lines) -> None:
    fx = Fx.default().stated({"USD/EUR": "0.90"}, on=EVE).stated({"USD/EUR": "0.80"}, on=FIRST)
    told = reprice(lines({}), on=[EVE, FIRST], fx=fx).row(0, named=True)
    # 19 % of 45.00, then of 48.00 at the old rate, then of 43.00 at the new one
    assert (told["before_tax"], told["after_tax"]) == (855, 817)
    assert told["difference_law"] == 300 + 57
    assert told["difference_exchange"] == -95
    assert told["causes"] == "item-duty, exchange rate, vat"


def test_an_exchange_rate_that_moves_goods_over_a_limit_is_the_cause(lines: Lines) -> None:
    fx = Fx.default().stated({"USD/GBP": "0.75"}, on=EVE).stated({"USD/GBP": "0.80"}, on=FIRST)
    frame = lines({"destination": "GB", "registrations": None, "price": "86", "stated_duty": "12 %"})
    told = reprice(frame, on=[EVE, FIRST], fx=fx).row(0, named=True)
    assert told["before_procedure"] != told["after_procedure"]
    assert told["difference_duty"] > 0
    assert told["difference_law"] == 0
    assert told["causes"] == "exchange rate"


def test_another_procedure_by_law_is_told_first(lines: Lines) -> None:
    frame = lines({"destination": "US", "registrations": None, "price": "40", "quantity": 1})
    told = reprice(frame, on=[date(2025, 8, 1), date(2025, 9, 1)]).row(0, named=True)
    assert told["before_procedure"] != told["after_procedure"]
    assert told["cause"] == "procedure"
    assert told["causes"].startswith("procedure, ")
    assert told["difference_duty"] == told["after_duty"] - told["before_duty"] != 0


def test_both_days_say_what_the_single_quote_says(shop: pl.DataFrame) -> None:
    told = reprice(shop, on=[EVE, FIRST])
    for when, day in (("before", EVE), ("after", FIRST)):
        priced = quote(shop, on=day)
        for name in CHANGES:
            assert told[f"{when}_{name}"].to_list() == priced[name].to_list()
    swiss = Consignment(lines=[Line(hs="610910", origin="CN", price=Money("80", "USD"), quantity=3)], destination="CH")
    single = landed_cost(swiss, on=FIRST)
    assert told["after_tax"][3] == int(single.by_kind["tax"].amount * 100)  # type: ignore[union-attr]


def test_the_frame_keeps_its_columns_and_its_order(shop: pl.DataFrame) -> None:
    told = reprice(shop, on=[EVE, FIRST])
    assert told.columns == [*shop.columns, *OUTPUTS]
    assert told.select(shop.columns).equals(shop)


def test_an_error_of_either_day_names_the_day(lines: Lines) -> None:
    frame = lines({}, {"consignment": "B", "destination": "GB", "registrations": None})
    early = date(2020, 1, 1)
    fine, lacking = reprice(frame, on=[FIRST, early]).rows(named=True)
    for row in (fine, lacking):
        assert row["error"] == "NoLaw"
        assert row["error_message"].startswith("on 2020-01-01: ")
        assert row["before_tax"] > 0
        assert row["after_tax"] is row["difference_tax"] is row["difference_law"] is row["cause"] is None
    bad = reprice(lines({"hs": "no code"}, {"consignment": "B"}), on=[EVE, FIRST])
    assert bad["error"].to_list() == ["InputError", None]
    assert bad["error_message"][0].startswith("on 2026-06-30: line 1: ")
    assert bad["cause"].to_list() == [None, "item-duty"]


def test_days_that_the_frame_states_hold_on_both_days(lines: Lines) -> None:
    frame = lines({"declared": EVE, "ordered": EVE, "paid": EVE, "dispatched": EVE, "loaded": EVE})
    told = reprice(frame, on=[EVE, FIRST])
    assert told["difference_tax"].item() == 0
    assert told["cause"].item() is None


@pytest.mark.parametrize("on", [EVE, [EVE], [EVE, EVE], [EVE, FIRST, FIRST], ["day", FIRST], "ab", None, 3])
def test_what_is_not_two_days_is_refused(shop: pl.DataFrame, on: Any) -> None:
    with pytest.raises(InputError) as refused:
        reprice(shop, on=on)
    assert refused.value.field == "on"


@pytest.mark.parametrize("name", ["cause", "before_duty", "difference_law", "error"])
def test_a_column_with_the_name_of_a_result_is_refused(shop: pl.DataFrame, name: str) -> None:
    with pytest.raises(InputError) as refused:
        reprice(shop.with_columns(pl.lit("x").alias(name)), on=[EVE, FIRST])
    assert refused.value.field == name


@pytest.mark.parametrize("seed", [3, 4])
def test_the_parts_add_up_on_random_frames(equality: Any, seed: int) -> None:
    frame = equality.frame_of(400, seed, kinds=40).drop("day")
    told = reprice(frame, on=[date(2025, 6, 2), date(2026, 8, 3)], fx=equality.FX)
    priced = told.filter(pl.col("error").is_null())
    assert priced.height > 100
    charges = pl.col("difference_buyer_pays") + pl.col("difference_seller_pays")
    kinds = pl.sum_horizontal(f"difference_{kind}" for kind in ("duty", "tax", "excise", "fee"))
    assert priced.select((charges == kinds).all()).item()
    parted = priced.filter(pl.col("difference_law").is_not_null())
    parts = pl.col("difference_law") + pl.col("difference_exchange")
    assert parted.select((parts == charges).all()).item()
    assert priced.filter(pl.col("cause").is_null()).select((charges == 0).all()).item()
    assert set(told.filter(pl.col("error").is_not_null())["difference_duty"]) <= {None}
