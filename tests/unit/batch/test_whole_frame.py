"""What only the whole frame tells: no rows at all, ids that stand twice, amounts that differ, several currencies."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from xbec.batch import frames, parts, polars_writer, pricing, quote, reprice, texts, warn
from xbec.errors import InputError

Lines = Callable[..., pl.DataFrame]
FINE = {"consignment": "Z"}
"""A consignment that is always in order."""


def priced_both_ways(frame: pl.DataFrame, on: date | str) -> pl.DataFrame:
    """The result, which is one and the same whether few rows are priced alone or all in a program."""
    alone, together = quote(frame, on=on), quote(frame, on=on, alone_below=0)
    assert alone.equals(together)
    return together


def test_currencies_of_one_frame_have_each_their_rate(lines: Lines, day: date) -> None:
    frame = lines({"currency": "USD"}, {"consignment": "B", "currency": "EUR"}).drop("freight")
    assert priced_both_ways(frame, day)["goods_value"].to_list() == [4383, 5000]


def test_a_currency_without_rate_is_told_whatever_was_priced_before(lines: Lines, day: date) -> None:
    quote(lines({}), on=day, alone_below=0)
    result = priced_both_ways(lines({"currency": "KZT"}, FINE), day)
    assert result["error"].to_list() == ["NoRate", None]
    assert "KZT/EUR" in result["error_message"][0]


@pytest.mark.parametrize("on_unknown", ["raise", "interval"])
def test_a_frame_of_no_rows_comes_back_with_all_columns(shop: pl.DataFrame, day: date, on_unknown: str) -> None:
    result = quote(shop.clear(), on=day, on_unknown=on_unknown)
    assert result.schema == quote(shop, on=day, on_unknown=on_unknown).schema
    days = [date(2026, 6, 30), date(2026, 7, 1)]
    assert reprice(shop.clear(), on=days).schema == reprice(shop, on=days).schema


def test_a_line_id_that_stands_twice_is_named(lines: Lines, day: date) -> None:
    frame = lines({"line": "7"}, FINE, {"line": "8"}, {"line": "7", "hs": "420221"}, {"consignment": "B", "line": "7"})
    result = priced_both_ways(frame, day)
    assert result["error"].to_list() == ["InputError", None, "InputError", "InputError", None]
    assert "field line; value '7'" in result["error_message"][0]


@pytest.mark.parametrize("elsewhere", ["5.00", None])
@pytest.mark.parametrize("name", ["freight", "insurance", "stated_fee_post"])
def test_amounts_of_the_consignment_that_differ_are_told(
    lines: Lines, day: date, name: str, elsewhere: str | None
) -> None:
    result = priced_both_ways(lines({name: "5.00"}, {"line": "2", name: "6.00"}, FINE | {name: elsewhere}), day)
    assert result["error"].to_list() == ["InputError", "InputError", None]
    assert "different amounts" in result["error_message"][0]
    assert "5.00 USD, 6.00 USD" in result["error_message"][0]


@pytest.mark.parametrize("name", ["freight", "insurance"])
def test_an_amount_wider_than_the_arithmetic_is_told(lines: Lines, day: date, name: str) -> None:
    wide = pl.Series(name, [Decimal(10) ** 20, None], dtype=pl.Decimal(38, 2))
    result = priced_both_ways(lines({}, FINE).with_columns(wide), day)
    assert result["error"].to_list() == ["InputError", None]
    assert "over the bound of the arithmetic" in result["error_message"][0]


def test_a_result_wider_than_a_column_is_told_and_not_left_out(lines: Lines, day: date) -> None:
    korea: dict[str, Any] = {"destination": "KR", "currency": "GBP", "registrations": None}
    frame = lines(korea, korea | FINE).drop("freight").with_columns(freight_minor=pl.Series([2**62, 500]))
    result = priced_both_ways(frame, day)
    assert result["error"].to_list() == ["InputError", None]
    assert "over the bound of the arithmetic" in result["error_message"][0]


def test_names_of_single_charges_and_of_ends_are_taken_where_they_come(shop: pl.DataFrame, day: date) -> None:
    for name, options in (("charge.vat", {"charges": True}), ("duty_low", {"on_unknown": "interval"})):
        frame = shop.with_columns(pl.lit(1).alias(name))
        with pytest.raises(InputError) as refused:
            quote(frame, on=day, **options)
        assert refused.value.field == name
        assert quote(frame, on=day)[name].to_list() == [1, 1, 1, 1]


def test_lists_that_are_not_ours_come_back_as_they_were(shop: pl.DataFrame, day: date) -> None:
    frame = shop.with_columns(nested=pl.lit([1, 2]))
    assert priced_both_ways(frame, day).select(frame.columns).equals(frame)


def test_rows_without_consignment_are_priced_alone_too(shop: pl.DataFrame, day: date) -> None:
    result = priced_both_ways(shop.drop("consignment"), day)
    assert result["error"].to_list() == [None] * 4
    assert result["goods_value"][0] == 4383


def test_frames_alike_but_for_which_combinations_they_have_are_told_apart(
    lines: Lines, day: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xbec.batch.coding._MOST_CONSIGNMENTS", 0)
    monkeypatch.setattr("xbec.batch.coding._MOST_LINES", 0)
    shirts, bags = {"hs": "610910", "stated_duty": "12 %"}, {"hs": "420221", "stated_duty": "3 %"}
    crossed = {"hs": "610910", "stated_duty": "3 %"}, {"hs": "420221", "stated_duty": "12 %"}
    dear = {"price": Decimal("900.00"), "quantity": 1}
    for first, second in ((shirts, bags), crossed):
        frame = lines(first | dear, second | dear | {"consignment": "B"})
        assert priced_both_ways(frame, day)["duty"].n_unique() == 2


def test_a_frame_of_several_laws_is_the_same_block_by_block(
    lines: Lines, day: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    to = ("DE", "CH", "GB", "FR", "NO", "JP", "XX")
    rows = ({"destination": to[n % 7], "price": str(5 + n), "stated_duty": "12 %"} for n in range(150))
    frame = lines(*rows).drop("consignment", "line")
    whole = quote(frame, on=day, alone_below=3, charges=True)
    monkeypatch.setattr("xbec.batch.parts._BLOCK", 40)
    parts = quote(frame, on=day, alone_below=3, charges=True)
    assert parts.select(whole.columns).equals(whole)
    assert parts.columns[-3:] == ["warnings", "error", "error_message"]


def test_the_same_lines_in_another_order_cost_the_same(lines: Lines, day: date) -> None:
    duties = ("12 %", "3 %", "Free", "7.5 %")
    to = ("FR", "DE", "IT")
    rows = (
        {"consignment": str(n), "destination": to[n % 3], "stated_duty": duties[n % 4], "price": str(200 + n)}
        for n in range(24)
    )
    frame = lines(*rows, {"consignment": "X", "destination": "GB", "stated_duty": "5 %"})
    priced = quote(frame, on=day, alone_below=0)
    for again in (frame.reverse(), frame.sort("price", descending=True), frame.sort("stated_duty")):
        told = quote(again, on=day, alone_below=0).sort(pl.col("consignment"))
        assert told.equals(priced.sort(pl.col("consignment")))


def test_amounts_at_the_ends_of_64_bits_stop_no_other_consignment(lines: Lines, day: date) -> None:
    frame = lines({}, {"line": "2"}, FINE, {"line": "2"} | FINE).drop("price")
    for worst in (2**63 - 1, -(2**63)):
        wild = frame.with_columns(pl.Series("price_minor", [worst, None, 2_500, 5_000], dtype=pl.Int64))
        result = priced_both_ways(wild, day)
        assert result["error"].to_list() == ["InputError", "InputError", None, None]


def test_quantities_at_the_ends_of_64_bits_stop_no_other_consignment(lines: Lines, day: date) -> None:
    frame = lines({}, {"consignment": "B"}, FINE).drop("quantity")
    wild = frame.with_columns(pl.Series("quantity", [2**63 - 1, -(2**63), 3], dtype=pl.Int64))
    assert priced_both_ways(wild, day)["error"].to_list() == ["InputError", "InputError", None]


@pytest.mark.parametrize("alone_below", [0, 10_000])
def test_a_consignment_of_too_many_lines_is_told_so(lines: Lines, day: date, alone_below: int) -> None:
    frame = lines(*({"line": str(n)} for n in range(1001)), FINE)
    told = quote(frame, on=day, alone_below=alone_below)
    assert told["error"].to_list() == ["InputError"] * 1001 + [None]
    assert set(told["error_message"][:1001]) == {"number of lines; field lines; value 1001; allowed: 1 to 1000"}
    assert quote(frame[1:], on=day, alone_below=0)["error"].null_count() == 1001


def test_rows_with_an_error_stop_no_other_row_of_their_law(lines: Lines, day: date) -> None:
    prices = ["5", "300", None, "0.01", "700", "-3", "12"] * 30
    frame = lines(*({"price": price, "stated_duty": "12 %"} for price in prices)).drop("consignment", "line")
    found = quote(frame, on=day, alone_below=0)
    assert found.equals(quote(frame, on=day, alone_below=len(prices)))
    assert found["error"].is_not_null().to_list() == [price in {None, "-3"} for price in prices]


def test_small_frames_of_many_kinds_say_the_same_each_time(
    lines: Lines, day: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tables are made for the kinds that a frame has, and for all that it may have once such frames come again."""
    made: list[int] = []
    whole = pricing._made

    def counted(key: Any, family: Any, coded: Any, kinds: Any, scales: Any) -> Any:
        made.append(sum(line is not None for line in kinds))
        return whole(key, family, coded, kinds, scales)

    monkeypatch.setattr(pricing, "_made", counted)
    codes = [f"6109{n:02d}" for n in range(10, 60)]
    frame = lines(*({"hs": codes[n % 3], "price": str(3 + n), "stated_duty": "12 %"} for n in range(70)))
    frame = frame.drop("consignment", "line").with_columns(pl.col("hs").cast(pl.Enum(codes)))
    told = [quote(frame, on=day) for _ in range(4)]
    assert all(each.equals(told[0]) for each in told)
    assert made == [3, 50]


@pytest.mark.parametrize("alone", [True, False])
def test_an_undetermined_consignment_is_told_its_own_unknowns_only(lines: Lines, day: date, alone: bool) -> None:
    whole = lines(
        *(
            {"consignment": f"{n}", "hs": ("950300", "490199")[n % 2], "destination": "AU", "price": "900"}
            for n in range(80)
        )
    )
    frame = whole.drop("consignment", "line") if alone else whole
    told = priced_both_ways(frame, day)
    assert told["error"].unique().to_list() == ["Undetermined"]
    named = [{hs for hs in ("950300", "490199") if hs in message} for message in told["error_message"]]
    assert named == [{"950300"}, {"490199"}] * 40


def test_regimes_that_are_warned_of_differently_share_a_frame(lines: Lines) -> None:
    """An old law, a figure of low confidence, both, or neither."""
    rows = [
        {"destination": to, "currency": "CAD", "stated_duty": "Free", "price": "90"} for to in ("CA-QC", "CA-ON")
    ] * 40
    days = pl.Series("on_day", [date(2026, 8, 3), date(2026, 8, 3), date(2028, 1, 3), date(2028, 1, 3)] * 20)
    frame = lines(*rows).drop("consignment", "line").with_columns(days)
    told = priced_both_ways(frame, "on_day")
    assert set(told["warnings"]) == {None, "law-age", "low-confidence", "law-age, low-confidence"}


@pytest.mark.parametrize("on_unknown", ["raise", "interval"])
@pytest.mark.parametrize("several", [True, False])
def test_large_frames_go_other_ways_and_say_the_same(
    equality: Any, monkeypatch: pytest.MonkeyPatch, on_unknown: str, several: bool
) -> None:
    """Streams in place of plans in memory, warnings looked up by the rows there are, blocks smaller than the frame."""
    given = [equality.frame_of(400, seed, kinds=6) for seed in (3, 4)]
    if not several:
        given = [frame.drop("consignment", "line") for frame in given]

    def priced() -> list[pl.DataFrame]:
        for kept in (pricing._kept, pricing._asked, polars_writer._kept):
            kept.clear()
        return [
            quote(frame, on="day", fx=equality.FX, on_unknown=on_unknown, charges=True, alone_below=0)
            for frame in given
        ]

    before = priced()
    for module, name, value in (
        (warn, "_MOST_MASKS", 0), (frames, "FEW", 0), (polars_writer, "FEW", 0), (polars_writer, "_FEW_OF_RUNS", 0),
        (parts, "_BLOCK", 70), (texts, "_FEW", 10), (texts, "_WORTH_WORDS", 0),
    ):  # fmt: skip
        monkeypatch.setattr(module, name, value)
    for one, other in zip(before, priced(), strict=True):
        assert one.equals(other)


ERRORS = ("error", "error_message")
KEPT = [(), ("tax",), ("procedure",), ("warnings", "duty"), ("assessed_currency", "fee", "procedure", "buyer_pays")]


@pytest.mark.parametrize("several", [True, False])
@pytest.mark.parametrize("on_unknown", ["raise", "interval"])
@pytest.mark.parametrize("columns", KEPT, ids=", ".join)
def test_results_asked_for_are_those_of_all_results(
    equality: Any, columns: tuple[str, ...], on_unknown: str, several: bool
) -> None:
    frame = equality.frame_of(300, 8, kinds=5)
    frame = frame if several else frame.drop("consignment", "line")
    options = {"on": "day", "fx": equality.FX, "on_unknown": on_unknown, "alone_below": 0}
    whole, some = quote(frame, **options), quote(frame, columns=columns, **options)
    asked = {end for name in columns for end in (name, f"{name}_low", f"{name}_high")} | {*frame.columns, *ERRORS}
    assert some.columns == [name for name in whole.columns if name in asked]
    assert some.equals(whole[some.columns])


def test_a_result_that_is_none_is_refused(shop: pl.DataFrame, day: date) -> None:
    with pytest.raises(InputError, match="columns") as told:
        quote(shop, on=day, columns=("duty", "error"))
    assert "seller_pays, warnings" in str(told.value)
