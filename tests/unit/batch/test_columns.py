"""A wrong schema is said at once; a wrong line is said on its consignment, and stops no other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from xbec.batch import explain, quote
from xbec.batch.columns import OUTPUTS, TEXTS
from xbec.errors import InputError, XbecError

Lines = Callable[..., pl.DataFrame]
FINE = {"consignment": "Z"}
"""A consignment that is always in order."""


def priced_both_ways(frame: pl.DataFrame, on: date | str) -> pl.DataFrame:
    """The result, which is one and the same whether few rows are priced alone or all in a program."""
    alone, together = quote(frame, on=on), quote(frame, on=on, alone_below=0)
    compared = [name for name in alone.columns if name != "warnings"]
    assert alone.select(compared).equals(together.select(compared))
    return together


# the schema -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["destination", "hs", "currency", "price"])
def test_a_missing_column_is_named(shop: pl.DataFrame, day: date, name: str) -> None:
    with pytest.raises(InputError) as refused:
        quote(shop.drop(name), on=day)
    assert refused.value.field == name
    assert "missing" in refused.value.problem


@pytest.mark.parametrize(
    ("name", "dtype"),
    [
        ("price", pl.Float64),
        ("quantity", pl.Float32),
        ("freight", pl.Float64),
        ("hs", pl.Int64),
        ("destination", pl.Int64),
        ("origin", pl.Boolean),
        ("paid", pl.String),
        ("paid", pl.Datetime),
        ("price_minor", pl.Float64),
        ("price_minor", pl.String),
        ("weight_kg", pl.Float64),
        ("content_excise", pl.Float64),
        ("stated_fee_handling", pl.Float64),
        ("flags", pl.List(pl.Int64)),
    ],
)
def test_a_column_of_a_wrong_kind_is_named(shop: pl.DataFrame, day: date, name: str, dtype: Any) -> None:
    frame = shop.drop("price") if name == "price_minor" else shop
    with pytest.raises(InputError) as refused:
        quote(frame.with_columns(pl.lit(None, dtype=dtype).alias(name)), on=day)
    assert refused.value.field == name
    assert str(refused.value.value).startswith(str(dtype()) if isinstance(dtype, type) else str(dtype)[:4])
    assert refused.value.allowed


def test_float_is_refused_with_the_reason(shop: pl.DataFrame, day: date) -> None:
    with pytest.raises(InputError, match="never float, which is not exact"):
        quote(shop.with_columns(pl.col("price").cast(pl.Float64)), on=day)


def test_more_decimals_than_six_are_refused_by_kind(shop: pl.DataFrame, day: date) -> None:
    with pytest.raises(InputError, match="at most 6 decimals") as refused:
        quote(shop.with_columns(price=pl.lit(Decimal("1.0000001"), dtype=pl.Decimal(20, 7))), on=day)
    assert refused.value.field == "price"


def test_an_amount_stated_twice_is_named(shop: pl.DataFrame, day: date) -> None:
    with pytest.raises(InputError) as refused:
        quote(shop.with_columns(price_minor=pl.lit(2500)), on=day)
    assert (refused.value.field, refused.value.value) == ("price", "price, price_minor")


@pytest.mark.parametrize("name", OUTPUTS)
def test_a_column_with_the_name_of_a_result_is_refused(shop: pl.DataFrame, day: date, name: str) -> None:
    with pytest.raises(InputError) as refused:
        quote(shop.with_columns(pl.lit(1).alias(name)), on=day)
    assert refused.value.field == name


def test_a_quantity_in_a_unit_that_is_none_is_named(shop: pl.DataFrame, day: date) -> None:
    with pytest.raises(InputError) as refused:
        quote(shop.with_columns(quantity_bushel=pl.lit(1)), on=day)
    assert (refused.value.field, refused.value.value) == ("quantity_bushel", "bushel")
    assert "kg" in str(refused.value.allowed)


@pytest.mark.parametrize("on", [None, "no such column", datetime(2026, 8, 3, tzinfo=UTC), 20260803, True])
def test_what_is_no_day_is_refused(shop: pl.DataFrame, on: Any) -> None:
    with pytest.raises(InputError) as refused:
        quote(shop, on=on)
    assert refused.value.field == "on"


def test_a_way_to_treat_unknowns_that_is_none_is_refused(shop: pl.DataFrame, day: date) -> None:
    with pytest.raises(InputError) as refused:
        quote(shop, on=day, on_unknown="guess")
    assert refused.value.field == "on_unknown"


def test_columns_that_are_not_ours_come_back_as_they_were(shop: pl.DataFrame, day: date) -> None:
    frame = shop.with_columns(colour=pl.lit("red"), weight=pl.lit(1.5))
    assert quote(frame, on=day).select(frame.columns).equals(frame)


# one line -------------------------------------------------------------------------------------------------------------

WRONG: dict[str, tuple[dict[str, Any], str, str]] = {
    "no hs": ({"hs": None}, "InputError", "line 1: not stated; field hs"),
    "no destination": ({"destination": None}, "InputError", "field destination"),
    "no currency": ({"currency": None}, "InputError", "field currency"),
    "no price": ({"price": None}, "InputError", "line 1: not stated; field price"),
    "no quantity": ({"quantity": None}, "InputError", "line 1: not stated; field quantity"),
    "no consignment": ({"consignment": None}, "InputError", "field consignment"),
    "negative price": ({"price": "-1"}, "InputError", "field price"),
    "negative freight": ({"freight": "-1"}, "InputError", "field freight"),
    "negative fee": ({"stated_fee_post": "-1"}, "InputError", "field fees[post]"),
    "negative content": ({"content_excise": "-0.01"}, "InputError", "field content[excise]"),
    "price is text": ({"price": "cheap"}, "InputError", "value 'cheap'"),
    "price with a comma": ({"price": "25,00"}, "InputError", "value '25,00'"),
    "freight is text": ({"freight": "free"}, "InputError", "value 'free'"),
    "too dear": ({"price": "99999999999"}, "InputError", "over the bound of the arithmetic"),
    "much too dear": ({"price": "9" * 29}, "InputError", "over the bound of the arithmetic"),
    "quantity of none": ({"quantity": 0}, "InputError", "field quantity; value 0"),
    "quantity below none": ({"quantity": -3}, "InputError", "field quantity; value -3"),
    "quantity too large": ({"quantity": 10**9 + 1}, "InputError", "at most 10**9"),
    "quantity of 63 bits": ({"quantity": 2**63 - 1}, "InputError", "at most 10**9"),
    "weight of none": ({"weight_kg": "0"}, "InputError", "field weight_kg"),
    "kilograms below none": ({"quantity_kg": "-1"}, "InputError", "field quantities[kg]"),
    "no country": ({"destination": "XX"}, "InputError", "value 'XX'"),
    "no law": ({"destination": "MN"}, "NoLaw", "value 'MN'"),
    "no region": ({"region": "XX-1"}, "InputError", "field subdivision"),
    "no code": ({"hs": "shirt"}, "InputError", "line 1: not an HS code; field hs; value 'shirt'"),
    "long code": ({"hs": "6" * 10_000}, "InputError", "line 1: not an HS code"),
    "no origin": ({"origin": "QQ"}, "InputError", "value 'QQ'"),
    "no such currency": ({"currency": "ABC"}, "InputError", "value 'ABC'"),
    "no terms": ({"terms": "EXW"}, "InputError", "field terms; value 'EXW'; allowed: DAP, DDP"),
    "no channel": ({"channel": "pigeon"}, "InputError", "field channel"),
    "no transport": ({"transport": "sled"}, "InputError", "field transport"),
    "no buyer": ({"buyer": "cat"}, "InputError", "field buyer"),
    "no dispatch": ({"dispatch": "QQ"}, "InputError", "value 'QQ'"),
    "no price kind": ({"price_includes": "gross"}, "InputError", "field price_includes"),
    "no tax class": ({"tax_class": "luxury"}, "NoLaw", "field tax_class; value 'luxury'"),
    "no tax rate": ({"stated_tax_rate": "some"}, "InputError", "value 'some'"),
    "no history": ({"history_shipments": "few"}, "InputError", "field history_shipments; value 'few'"),
    "no money of history": ({"history_annual_use": "5 XYZ"}, "InputError", "value 'XYZ'"),
    "before the law": ({"declared": date(2010, 1, 1)}, "NoLaw", "field declared; value '2010-01-01'"),
}


@pytest.mark.parametrize("wrong", WRONG, ids=lambda name: name.replace(" ", "-"))
def test_a_wrong_value_is_told_on_its_consignment_alone(lines: Lines, day: date, wrong: str) -> None:
    said, error, told = WRONG[wrong]
    fine = FINE | {name: None for name in said if name not in {"consignment", "hs", "destination", "currency"}}
    fine |= {name: value for name, value in (("price", "25.00"), ("quantity", 2)) if name in said}
    result = priced_both_ways(lines(said, fine), day)
    assert result["error"].to_list() == [error, None]
    assert told in result["error_message"][0]
    assert result["tax"].to_list() == [None, 890]
    assert result["procedure"].to_list() == [None, "ioss"]


@pytest.mark.parametrize("wrong", ["no hs", "negative price", "no country", "quantity of none"])
def test_a_bad_line_marks_every_line_of_its_consignment(lines: Lines, day: date, wrong: str) -> None:
    said, error, told = WRONG[wrong]
    frame = lines({"line": "a"}, FINE, {"line": "b"} | said, {"line": "c"})
    if "destination" in said or "currency" in said:
        frame = frame.with_columns(
            pl.when(pl.col("consignment") == "A").then(pl.lit(value)).otherwise(pl.col(name)).alias(name)
            for name, value in said.items()
        )
    result = priced_both_ways(frame, day)
    assert result["error"].to_list() == [error, None, error, error]
    messages = {message for message in result["error_message"] if message is not None}
    assert len(messages) == 1
    assert told.replace("line 1", "line b") in messages.pop()


def test_an_event_day_that_is_not_stated_is_the_day_of_the_quote(lines: Lines, day: date) -> None:
    frame = lines({"paid": date(2026, 8, 1)}, FINE | {"paid": None})
    result = priced_both_ways(frame, day)
    assert result["error"].to_list() == [None, None]
    told = explain(frame, 1, on=day)
    assert told.regime.days["paid"] == day  # type: ignore[union-attr]


def test_a_day_that_the_column_of_days_lacks_is_told(lines: Lines) -> None:
    frame = lines({"at": date(2026, 8, 3)}, FINE | {"at": None}, {"consignment": "Y", "at": date(2010, 1, 1)})
    result = priced_both_ways(frame, "at")
    assert result["error"].to_list() == [None, "InputError", "NoLaw"]
    assert "field at" in result["error_message"][1]
    assert "2010-01-01" in result["error_message"][2]


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("destination", ("DE", "FR")),
        ("currency", ("USD", "EUR")),
        ("registrations", ("IOSS", None)),
        ("terms", ("DAP", "DDP")),
        ("declared", (date(2026, 8, 3), date(2026, 8, 4))),
        ("history_shipments", ("0", "1")),
    ],
)
def test_lines_that_differ_in_what_is_the_consignments_are_told(
    lines: Lines, day: date, name: str, values: tuple[Any, Any]
) -> None:
    frame = lines({name: values[0]}, {"line": "2", name: values[1]}, FINE | {name: values[0]})
    result = priced_both_ways(frame, day)
    assert result["error"].to_list() == ["InputError", "InputError", None]
    assert f"field {name}" in result["error_message"][0]
    assert "differ" in result["error_message"][0]


@pytest.mark.parametrize("stated", [("6.50", None), (None, "6.50"), ("6.50", "6.5")])
def test_freight_stands_on_one_line_or_the_same_on_each(
    lines: Lines, day: date, stated: tuple[str | None, str | None]
) -> None:
    result = priced_both_ways(lines({"freight": stated[0]}, {"line": "2", "freight": stated[1]}), day)
    assert result["error"].to_list() == [None, None]
    assert result["freight_value"].sum() == 570  # 6.50 USD at 1 EUR = 1.1408 USD


def test_text_may_be_finer_than_a_column_of_amounts(lines: Lines, day: date) -> None:
    frame = lines({"price": "1.23456789", "quantity": 1000, "registrations": None}, FINE | {"price": "1e2"})
    result = priced_both_ways(frame, day)
    assert result["goods_value"].to_list() == [108219, 17532]  # 1234.56789 USD and 200 USD at 1.1408


def test_whole_numbers_decimals_texts_and_minor_units_say_the_same(lines: Lines, day: date) -> None:
    frame = lines({"price": "25"}, FINE | {"price": "25"})
    expected = quote(frame, on=day).drop("price")
    for name, values in (
        ("price", pl.Series([25, 25])),
        ("price", pl.Series([Decimal("25.00"), Decimal("25.00")])),
        ("price", pl.Series([25, 25], dtype=pl.UInt8)),
        ("price_minor", pl.Series([2500, 2500])),
    ):
        given = frame.drop("price").with_columns(values.alias(name))
        assert priced_both_ways(given, day).drop(name).equals(expected, null_equal=True)


@pytest.mark.parametrize("several", [True, False])
@pytest.mark.parametrize("column", ["price", "freight", "insurance", "fee_clearance", "content_steel"])
def test_an_amount_that_is_nothing_on_all_rows_is_priced(lines: Lines, day: date, column: str, several: bool) -> None:
    """In whatever order the lines of a consignment stand."""
    items = (("2", "610910"), ("1", "420221"), ("3", "610910"))
    rows = ({"consignment": name, "line": line, "hs": hs} for line, hs in items for name in "CAB")
    frame = lines(*rows).with_columns(pl.lit("0").alias(column))
    told = priced_both_ways(frame if several else frame.drop("consignment", "line"), day)
    assert told["error"].null_count() == told.height


@pytest.mark.parametrize("column", ["price", "weight_kg", "freight"])
@pytest.mark.parametrize(
    "strange", ["-0.01", "92233720368547758.08", "184467440737095516.17", "-184467440737095513.66"]
)
def test_a_decimal_that_no_64_bits_hold_is_priced_as_by_itself_or_told(
    lines: Lines, day: date, column: str, strange: str
) -> None:
    """Cut to 64 bits, the last two would be 0.01 and 2.50."""
    shirts = lines(*({"consignment": name} for name in "ABC"))
    amounts = pl.Series([Decimal("25.00"), Decimal(strange), Decimal("60.00")], dtype=pl.Decimal(38, 2))
    frame = shirts.with_columns(amounts.alias(column))
    others = pl.col("consignment") != "B"
    told = priced_both_ways(frame, day)
    assert told.filter(others).equals(priced_both_ways(frame.filter(others), day))
    assert (told["tax"][1] is None) == (told["error"][1] is not None)
    assert told["buyer_pays"][1] != told["buyer_pays"][0]


def test_every_problem_of_a_row_is_the_one_explain_raises(lines: Lines, day: date) -> None:
    for said, error, _ in WRONG.values():
        frame = lines(said)
        with pytest.raises(XbecError) as problem:
            explain(frame, 0, on=day)
        assert type(problem.value).__name__ == error
        assert quote(frame, on=day)["error_message"].item() == str(problem.value)


def test_texts_may_be_categories(shop: pl.DataFrame, day: date) -> None:
    names = [name for name in TEXTS if name in shop.columns]
    as_categories = shop.with_columns(pl.col(names).cast(pl.Categorical))
    assert quote(as_categories, on=day).drop(names).equals(quote(shop, on=day).drop(names))


def test_registrations_may_be_a_list(shop: pl.DataFrame, day: date) -> None:
    as_list = shop.with_columns(pl.col("registrations").str.split(","))
    assert quote(as_list, on=day).drop("registrations").equals(quote(shop, on=day).drop("registrations"))
