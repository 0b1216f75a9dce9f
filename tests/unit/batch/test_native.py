"""Frames priced by native code say what they say without it, whatever their rows are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, NamedTuple

import polars as pl
import pytest

from xbec.batch import machine, native, pricing, quote, warn
from xbec.batch.at_once import Asked
from xbec.errors import InputError

Lines = Callable[..., pl.DataFrame]


class Done(NamedTuple):
    """What native code came to: the columns, what is the same for all rows, rows not priced, families elsewhere."""

    columns: list[str]
    same: dict[str, int]
    unpriced: int
    elsewhere: int


@pytest.fixture(autouse=True, params=["whole", "in pieces"])
def frames_of_any_size(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Small frames, as they are and cut up as those of millions are."""
    monkeypatch.setattr(machine, "_FEW", -1)
    if request.param == "in pieces":
        monkeypatch.setattr(machine, "_ROWS", 40)
        monkeypatch.setattr(machine, "_BLOCK", 16)
        monkeypatch.setattr(native, "_LOOKED_AT", 40)


@pytest.fixture
def natively(monkeypatch: pytest.MonkeyPatch) -> list[Done]:
    """What native code came to."""
    done: list[Done] = []
    priced = native.priced

    def noted(*given: Any) -> native.Priced:
        found = priced(*given)
        trouble = found.rows["trouble"].sum() if "trouble" in found.rows.columns else 0
        done.append(Done(found.rows.columns, found.same, trouble, len(found.elsewhere)))
        return found

    monkeypatch.setattr(native, "priced", noted)
    return done


@pytest.fixture
def evaluated(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The rows of consignments of several that native code priced; below zero where it could not."""
    done: list[int] = []
    evaluate = native.evaluate

    def noted(pricing: Any, rows: pl.DataFrame, *given: Any) -> pl.DataFrame | None:
        found = evaluate(pricing, rows, *given)
        done.append(-rows.height if found is None else rows.height)
        return found

    monkeypatch.setattr(native, "evaluate", noted)
    return done


def without(monkeypatch: pytest.MonkeyPatch, frame: pl.DataFrame, on: date | str, **more: Any) -> pl.DataFrame:
    """The frame priced as where native code is not installed."""
    with monkeypatch.context() as here:
        here.setattr(machine, "available", lambda: False)
        here.setattr(native, "priced", None)
        here.setattr(native, "evaluate", None)
        found: pl.DataFrame = quote(frame, on=on, **more)
    return found


def of_many_laws(lines: Lines, rows: int = 150, **more: Any) -> pl.DataFrame:
    """Rows under six laws, one of which is none."""
    to = ("DE", "CH", "GB", "FR", "NO", "XX", "JP")
    frame = lines(*({"destination": to[n % 7], "price": str(5 + n), "stated_duty": "12 %"} | more for n in range(rows)))
    return frame.drop("consignment", "line")


@pytest.mark.parametrize("few", [0, 3, 30])
def test_rows_of_many_laws_are_priced_where_they_stand(
    natively: list[Done], monkeypatch: pytest.MonkeyPatch, lines: Lines, day: date, few: int
) -> None:
    frame = of_many_laws(lines)
    told = quote(frame, on=day, alone_below=few)
    assert told.equals(without(monkeypatch, frame, day, alone_below=few))
    assert told["error"].null_count() == 129
    assert not natively[0].elsewhere
    assert natively[0].unpriced == (150 if few == 30 else 21)


def test_some_rows_of_a_large_frame_show_that_each_law_has_many(
    natively: list[Done], monkeypatch: pytest.MonkeyPatch, lines: Lines, day: date
) -> None:
    frame = of_many_laws(lines, 300).filter(pl.col("destination") != "XX")
    expected = quote(frame, on=day, alone_below=5)
    for looked_at in (70, 30):  # of which 30 do not show it
        monkeypatch.setattr(native, "_LOOKED_AT", looked_at)
        assert quote(frame, on=day, alone_below=5).equals(expected)
    assert [done.unpriced for done in natively] == [0, 0, 0]


@pytest.mark.parametrize("number", [20, 60])
def test_rows_of_one_law_are_priced_without_being_parted(
    natively: list[Done], monkeypatch: pytest.MonkeyPatch, lines: Lines, day: date, number: int
) -> None:
    rows = ({"price": str(5 + n), "stated_duty": "12 %"} for n in range(number))
    frame = lines(*rows).drop("consignment", "line", "freight")
    monkeypatch.setattr(machine, "Parted", None)
    told = quote(frame, on=day)
    assert told.equals(without(monkeypatch, frame, day))
    assert natively[0].unpriced == (20 if number == 20 else 0)
    assert ("duty" in natively[0].columns) == (number == 60)


@pytest.mark.parametrize("to", [("DE",), ("DE", "FR", "GB")])
@pytest.mark.parametrize(
    "wrong",
    [{"price": "-3"}, {"price": None}, {"hs": "zz"}, {"currency": None}, {"price": "99000000"}, {"quantity": 0}],
)
def test_wrong_and_large_rows_stop_no_other(
    natively: list[Done],
    monkeypatch: pytest.MonkeyPatch,
    lines: Lines,
    day: date,
    wrong: dict[str, Any],
    to: tuple[str, ...],
) -> None:
    monkeypatch.setattr(native, "_FEW_LARGE", 6)
    rows = [
        {"destination": to[n % len(to)], "stated_duty": "12 %"} | (wrong if n % 25 == 24 else {}) for n in range(150)
    ]
    frame = lines(*rows).drop("consignment", "line")
    told = quote(frame, on=day)
    assert told.equals(without(monkeypatch, frame, day))
    assert told["error"].null_count() == (150 if wrong == {"price": "99000000"} else 144)
    assert natively[0].unpriced == 6


@pytest.mark.parametrize("to", [("DE",), ("DE", "FR", "GB")])
@pytest.mark.parametrize("wrong", [{"price": "-3"}, {"hs": "zz"}, {"price": "99000000"}, {"destination": "XX"}])
def test_a_row_that_is_wrong_far_down_a_large_frame_is_found(
    natively: list[Done],
    monkeypatch: pytest.MonkeyPatch,
    lines: Lines,
    day: date,
    wrong: dict[str, Any],
    to: tuple[str, ...],
) -> None:
    rows = [{"destination": to[n % len(to)], "stated_duty": "12 %"} | (wrong if n == 290 else {}) for n in range(300)]
    frame = lines(*rows).drop("consignment", "line")
    told = quote(frame, on=day, alone_below=5)
    assert told.equals(without(monkeypatch, frame, day, alone_below=5))
    assert natively[0].unpriced == 1


def test_a_frame_of_many_large_rows_is_priced_without(
    natively: list[Done], monkeypatch: pytest.MonkeyPatch, lines: Lines, day: date
) -> None:
    frame = of_many_laws(lines, price="99000000")
    monkeypatch.setattr(native, "_FEW_LARGE", 149)
    expected = quote(frame, on=day)
    assert not natively
    monkeypatch.setattr(native, "_FEW_LARGE", 150)
    assert quote(frame, on=day).equals(expected)
    assert natively[0].unpriced == 150


@pytest.mark.parametrize("on_unknown", ["raise", "interval"])
@pytest.mark.parametrize("most_masks", [0, 4096])
def test_random_rows_of_all_laws_say_the_same(
    natively: list[Done],
    monkeypatch: pytest.MonkeyPatch,
    equality: Any,
    on_unknown: str,
    most_masks: int,
) -> None:
    """Among them rows that hang on what is unknown, and with no masks rows that say which warnings to look for."""
    monkeypatch.setattr(warn, "_MOST_MASKS", most_masks)
    monkeypatch.setattr(pricing, "_kept", {})
    frame = equality.frame_of(500, 12, kinds=9).drop("consignment", "line")
    more = {"fx": equality.FX, "on_unknown": on_unknown, "alone_below": 0}
    told = quote(frame, on="day", **more)
    assert told.equals(without(monkeypatch, frame, "day", **more))
    assert natively[0].elsewhere


@pytest.mark.parametrize("on_unknown", ["raise", "interval"])
def test_rows_that_hang_on_what_is_unknown_are_priced_elsewhere(
    natively: list[Done], monkeypatch: pytest.MonkeyPatch, lines: Lines, on_unknown: str
) -> None:
    """Whether the European fee of November 2026 is in force is not confirmed."""
    day = date(2026, 11, 5)
    frame = lines(*({"destination": to, "stated_duty": "12 %"} for to in ("DE", "CH") * 40)).drop("consignment", "line")
    told = quote(frame, on=day, on_unknown=on_unknown)
    assert told.equals(without(monkeypatch, frame, day, on_unknown=on_unknown))
    assert natively[0].elsewhere == 1
    assert told["fee"].null_count() == 40


def test_rows_whose_warnings_hang_on_an_answer_are_priced_elsewhere(
    natively: list[Done], monkeypatch: pytest.MonkeyPatch, lines: Lines, day: date
) -> None:
    monkeypatch.setattr(warn, "_MOST_MASKS", 0)
    monkeypatch.setattr(pricing, "_kept", {})
    rows = [{"destination": to, "currency": "CAD", "stated_duty": "Free"} for to in ("CA-QC", "DE")] * 40
    frame = lines(*rows).drop("consignment", "line")
    expected = quote(frame, on=day)
    assert natively.pop().elsewhere == 0

    def asks(*given: Any) -> Any:
        raise InputError("asked", field="origin")

    with monkeypatch.context() as here:
        here.setattr(Asked, "told", asks)
        assert quote(frame, on=day).equals(expected)
    assert natively.pop().elsewhere == 1


@pytest.mark.parametrize("columns", [(), ("tax",), ("warnings", "duty"), ("procedure",)], ids=", ".join)
def test_only_what_is_asked_for_is_worked_out(
    natively: list[Done], lines: Lines, day: date, columns: tuple[str, ...]
) -> None:
    frame = of_many_laws(lines, 60)
    whole = quote(frame, on=day, alone_below=0)
    some = quote(frame, on=day, alone_below=0, columns=columns)
    assert some.equals(whole[some.columns])
    assert len(natively) == 2
    assert set(natively[1].columns) <= {*columns, "about", "trouble"}


def test_what_is_the_same_for_all_rows_takes_no_memory(natively: list[Done], lines: Lines, day: date) -> None:
    frame = lines(*({"price": str(5 + n), "stated_duty": "12 %"} for n in range(60))).drop("consignment", "line")
    told = quote(frame, on=day)
    assert natively[0].same["excise"] == 0
    assert "excise" not in natively[0].columns
    assert told["excise"].to_list() == [0] * 60


def test_columns_with_gaps_and_in_pieces_are_read(
    natively: list[Done], monkeypatch: pytest.MonkeyPatch, lines: Lines, day: date
) -> None:
    rows = [{"destination": to, "freight": cost, "stated_duty": "4 % + 0.30 EUR/kg", "weight_kg": weight}
            for to, cost, weight in (("DE", "6.50", "0.5"), ("CH", None, None), ("FR", None, "2"))] * 20  # fmt: skip
    frame = lines(*rows).drop("consignment", "line")
    pieces = pl.concat([frame.head(7), frame.slice(7)], rechunk=False)
    told = quote(pieces, on=day, alone_below=0)
    assert told.equals(without(monkeypatch, frame, day, alone_below=0))
    assert natively


def several(lines: Lines, number: int = 60, **more: Any) -> pl.DataFrame:
    """Consignments of one to four lines to three places, in no order, with freight to share."""
    rows = []
    for n in range(number):
        to = ("DE", "CH", "GB")[n % 3]
        for line in range(1 + n % 4):
            goods = {"hs": ("610910", "420221", "640399")[(n + line) % 3], "price": str(20 + 7 * line + n)}
            rows.append(
                {"consignment": f"c{n}", "line": str(line), "destination": to, "freight": "6.50"} | goods | more
            )
    return lines(*({"stated_duty": "12 %"} | row for row in rows)).sample(fraction=1, shuffle=True, seed=3)


@pytest.mark.parametrize("charges", [True, False])
def test_consignments_of_several_lines_come_to_the_same(
    evaluated: list[int], monkeypatch: pytest.MonkeyPatch, lines: Lines, day: date, charges: bool
) -> None:
    frame = several(lines)
    told = quote(frame, on=day, charges=charges)
    assert told.equals(without(monkeypatch, frame, day, charges=charges))
    assert told["error"].null_count() == frame.height
    assert sum(evaluated) == frame.height
    assert len(evaluated) == 3


def test_consignments_longer_than_those_of_another_frame_are_priced(
    evaluated: list[int], monkeypatch: pytest.MonkeyPatch, lines: Lines, day: date
) -> None:
    """Of 3, of 40 and of 200 lines, whose order is found in different ways."""
    sizes = (3, 40, 200)
    rows = [
        {"consignment": f"c{n}", "line": str(line), "freight": "90", "price": str(20 + line * 7 % 31)}
        for n, size in enumerate(sizes)
        for line in range(size)
    ]
    frame = lines(*({"stated_duty": "12 %"} | row for row in rows)).sample(fraction=1, shuffle=True, seed=4)
    told = quote(frame, on=day)
    assert told.equals(without(monkeypatch, frame, day))
    assert evaluated == [sum(sizes)]


def test_a_consignment_with_a_wrong_or_large_line_stops_no_other(
    evaluated: list[int], monkeypatch: pytest.MonkeyPatch, lines: Lines, day: date
) -> None:
    frame = several(lines).with_columns(
        price=pl.when(pl.col("consignment") == "c3").then(pl.lit("-1"))
        .when((pl.col("consignment") == "c7") & (pl.col("line") == "1")).then(pl.lit("99000000"))
        .otherwise(pl.col("price"))
    )  # fmt: skip
    told = quote(frame, on=day)
    assert told.equals(without(monkeypatch, frame, day))
    assert set(told.filter(pl.col("error").is_not_null())["consignment"]) == {"c3"}
    assert sum(evaluated) == frame.height - 8


def test_what_63_bits_do_not_hold_is_left_to_polars(
    evaluated: list[int], monkeypatch: pytest.MonkeyPatch, lines: Lines, day: date
) -> None:
    """Ninety million dollars, read in millionths, and converted."""
    monkeypatch.setattr(native, "_LIMITS", (2**50,))
    frame = several(lines, price="90000000")
    told = quote(frame, on=day)
    assert told.equals(without(monkeypatch, frame, day))
    assert min(evaluated) < 0


@pytest.mark.parametrize("on_unknown", ["raise", "interval"])
@pytest.mark.parametrize("seed", [12, 13])
def test_random_consignments_of_all_laws_say_the_same(
    evaluated: list[int], monkeypatch: pytest.MonkeyPatch, equality: Any, on_unknown: str, seed: int
) -> None:
    monkeypatch.setattr(native, "_FEW_LARGE", 200)
    frame = equality.frame_of(500, seed, kinds=9)
    more = {"fx": equality.FX, "on_unknown": on_unknown, "alone_below": 0}
    told = quote(frame, on="day", **more)
    assert told.equals(without(monkeypatch, frame, "day", **more))
    assert max(evaluated) > 0


def test_charges_are_told_without_native_code(natively: list[Done], lines: Lines, day: date) -> None:
    told = quote(of_many_laws(lines), on=day, charges=True)
    assert any(name.startswith("charge.") for name in told.columns)
    assert not natively


def test_few_rows_are_not_worth_the_compiling(lines: Lines, day: date, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(native, "priced", None)
    monkeypatch.setattr(machine, "_FEW", 150)
    assert quote(of_many_laws(lines), on=day)["error"].null_count() == 129


@pytest.mark.parametrize("missing", ["llvmlite", "pyarrow"])
def test_native_code_is_used_where_its_libraries_are(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert machine.available()
    machine.available.cache_clear()
    monkeypatch.setattr(machine, "find_spec", lambda name: None if name == missing else object())
    assert not machine.available()
    machine.available.cache_clear()
