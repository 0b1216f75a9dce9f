"""``explain`` gives the single quote of a row, equal to what ``quote`` told on it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import polars as pl
import pytest

from xbec import Quote
from xbec.batch import explain, quote
from xbec.errors import InputError, NoLaw, XbecError
from xbec.landed_cost import QuoteInterval

Lines = Callable[..., pl.DataFrame]


def test_every_row_leads_to_the_quote_of_its_consignment(shop: pl.DataFrame, day: date) -> None:
    priced = quote(shop, on=day)
    for row, ident in enumerate(shop["consignment"]):
        told = explain(shop, row, on=day)
        assert isinstance(told, Quote)
        whole = priced.filter(pl.col("consignment") == ident)
        for kind, amount in told.by_kind_minor.items():
            assert whole[kind].sum() == amount, (ident, kind)
        assert len(told.consignment.lines) == whole.height


def test_the_derivation_of_a_row_is_printed(shop: pl.DataFrame, day: date) -> None:
    text = explain(shop, 2, on=day).explain()
    assert text.startswith("DE, B2C by post")
    assert "goods: HS 420221        1 x 60.00 USD" in text
    assert "goods: HS 610910        2 x 25.00 USD" in text


def test_a_consignment_is_named_by_its_id(shop: pl.DataFrame, day: date) -> None:
    by_id = explain(shop, {"consignment": "A"}, on=day)
    assert by_id.explain() == explain(shop, 0, on=day).explain()


def test_a_priced_frame_can_be_asked_as_it_came_back(shop: pl.DataFrame, day: date) -> None:
    priced = quote(shop, on=day, charges=True, on_unknown="interval")
    assert explain(priced, 3, on=day).explain() == explain(shop, 3, on=day).explain()
    assert explain(priced.lazy(), 3, on=day).explain() == explain(shop, 3, on=day).explain()


def test_rows_without_consignment_are_consignments_of_one_line(shop: pl.DataFrame, day: date) -> None:
    alone = explain(shop.drop("consignment"), 2, on=day)
    assert isinstance(alone, Quote)
    assert [line.code for line in alone.consignment.lines] == ["420221"]


def test_days_may_stand_in_a_column(shop: pl.DataFrame) -> None:
    days = [date(2026, 6, 30), date(2026, 7, 1), date(2026, 6, 30), date(2026, 7, 1)]
    frame = shop.with_columns(day=pl.Series(days))
    before = explain(frame, 0, on="day")
    assert isinstance(before, Quote)
    assert before.regime.on == date(2026, 6, 30)
    assert before["duty"].amount == 0


def test_what_is_unknown_is_an_interval_where_asked(lines: Lines, day: date) -> None:
    frame = lines({"hs": "640399", "price": "400", "registrations": None, "origin": None})
    priced = quote(frame, on=day, on_unknown="interval")
    told = explain(frame, 0, on=day, on_unknown="interval")
    assert isinstance(told, QuoteInterval)
    low, high = told.by_kind["duty"]
    assert (priced["duty_low"].item(), priced["duty_high"].item()) == (int(low.amount * 100), int(high.amount * 100))
    with pytest.raises(XbecError) as problem:
        explain(frame, 0, on=day)
    assert quote(frame, on=day)["error_message"].item() == str(problem.value)


def test_the_error_of_a_row_is_raised(lines: Lines, day: date) -> None:
    frame = lines({}, {"consignment": "B", "hs": "no code"}, {"consignment": "C", "destination": "MN"})
    with pytest.raises(InputError) as bad:
        explain(frame, 1, on=day)
    assert bad.value.field == "hs"
    assert bad.value.value == "no code"
    with pytest.raises(NoLaw):
        explain(frame, 2, on=day)


@pytest.mark.parametrize("row", [-1, 4, True, 1.0, "1", None, {}, {"line": "1"}, {"consignment": "A", "line": "1"}])
def test_what_is_no_row_of_the_frame_is_refused(shop: pl.DataFrame, day: date, row: Any) -> None:
    with pytest.raises(InputError) as refused:
        explain(shop, row, on=day)
    assert refused.value.field == "row"


@pytest.mark.parametrize("ident", ["Z", 7, None, ["A"]])
def test_an_id_that_is_not_there_is_named(shop: pl.DataFrame, day: date, ident: Any) -> None:
    with pytest.raises(InputError) as refused:
        explain(shop, {"consignment": ident}, on=day)
    assert refused.value.field == "consignment"
    assert refused.value.value == ident


def test_an_id_needs_a_column_of_ids(shop: pl.DataFrame, day: date) -> None:
    with pytest.raises(InputError, match="no column consignment"):
        explain(shop.drop("consignment"), {"consignment": "A"}, on=day)


def test_a_way_that_is_none_is_refused(shop: pl.DataFrame, day: date) -> None:
    with pytest.raises(InputError) as refused:
        explain(shop, 0, on=day, on_unknown="guess")
    assert refused.value.field == "on_unknown"


def test_random_frames_are_explained_as_they_were_priced(equality: Any) -> None:
    frame = equality.frame_of(60, 5, kinds=6)
    priced = quote(frame, on="day", fx=equality.FX).with_columns(pl.len().over("consignment").alias("lines"))
    compared = 0
    for ident, error in priced.unique("consignment", maintain_order=True).select("consignment", "error").iter_rows():
        row = priced["consignment"].index_of(ident)
        assert row is not None
        if error is not None:
            with pytest.raises(XbecError) as problem:
                explain(frame, row, on="day", fx=equality.FX)
            assert type(problem.value).__name__ == error
            continue
        told = explain(frame, row, on="day", fx=equality.FX)
        assert isinstance(told, Quote)
        whole = priced.filter(pl.col("consignment") == ident)
        assert {kind: whole[kind].sum() for kind in told.by_kind_minor} == told.by_kind_minor
        compared += 1
    assert compared > 20
