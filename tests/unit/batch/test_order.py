"""The canonical order of lines, found by comparing neighbours, is that of a plain sort."""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from xbec.batch import machine
from xbec.batch.coding import code
from xbec.batch.columns import read
from xbec.batch.order import canonical
from xbec.kernel.money import Money
from xbec.landed_cost.consignment import Consignment, Line

DAY = date(2026, 8, 3)


@pytest.fixture(autouse=True, params=["native code", "NumPy"])
def how(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "_FEW", -1 if request.param == "native code" else 10**9)


def frame_of(draw: random.Random, sizes: list[int], *, ids: bool) -> pl.DataFrame:
    """Consignments of these many lines, few different ones, so that many tie in several keys."""
    rows: list[dict[str, Any]] = []
    for number, size in enumerate(sizes):
        names = draw.sample(range(1000), size)
        for name in names:
            row = {
                "consignment": f"c{number}",
                "destination": "DE",
                "currency": "EUR",
                "hs": draw.choice(("610910", "420221", "6109100010")),
                "origin": draw.choice(("CN", "VN", None)),
                "price": Decimal(draw.choice(("1.00", "2.50", "99999999.99"))),
                "quantity": draw.choice((1, 2)),
                "weight_kg": draw.choice((Decimal("0.5"), Decimal("2"), None)),
                "quantity_l": draw.choice((Decimal("0.25"), None)),
                "flags": draw.choice(("battery", None)),
                "price_includes": draw.choice(("net", "tax")),
            }
            rows.append(row | ({"line": str(name)} if ids else {}))
    exact = {"price": pl.Decimal(12, 2), "weight_kg": pl.Decimal(12, 3), "quantity_l": pl.Decimal(12, 3)}
    return pl.DataFrame(rows, schema_overrides=exact | {"flags": pl.String, "origin": pl.String})


def ordered(frame: pl.DataFrame) -> list[int]:
    """The rows in canonical order, as the batch puts them."""
    given = read(frame, DAY)
    order = canonical(given, code(given))
    return list(range(frame.height)) if order is None else order.to_list()


def as_the_single_quote(frame: pl.DataFrame) -> list[int]:
    """The same by the engine of single quotes, consignment by consignment."""
    rows = frame.with_row_index("row").to_dicts()
    found: list[int] = []
    for ident in dict.fromkeys(row["consignment"] for row in rows):
        lines = [row for row in rows if row["consignment"] == ident]
        made = [
            Line(
                hs=row["hs"],
                origin=row["origin"],
                price=Money(row["price"], "EUR"),
                quantity=row["quantity"],
                weight_kg=row["weight_kg"],
                quantities={} if row["quantity_l"] is None else {"l": row["quantity_l"]},
                flags=frozenset() if row["flags"] is None else frozenset({row["flags"]}),
                price_includes=row["price_includes"],
                **({"id": row["line"]} if "line" in row else {}),
            )
            for row in lines
        ]
        found += [lines[position]["row"] for position in Consignment(lines=made, destination="DE").order]
    return found


@pytest.mark.parametrize("seed", range(12))
def test_lines_stand_as_the_single_quote_puts_them(seed: int) -> None:
    draw = random.Random(seed)
    frame = frame_of(draw, [draw.randrange(1, 9) for _ in range(40)], ids=True)
    assert ordered(frame) == as_the_single_quote(frame)


def test_lines_of_large_consignments_are_sorted_among_small_ones() -> None:
    draw = random.Random(5)
    frame = frame_of(draw, [3, 70, 1, 2, 33, 32, 200, 4], ids=True)
    assert ordered(frame) == as_the_single_quote(frame)


def test_equal_lines_without_ids_keep_their_places() -> None:
    frame = frame_of(random.Random(7), [6, 1, 40, 5], ids=False)
    assert ordered(frame) == as_the_single_quote(frame)


def test_consignments_whose_lines_are_scattered_are_brought_together() -> None:
    frame = frame_of(random.Random(8), [4] * 20, ids=True).sample(fraction=1.0, shuffle=True, seed=3)
    order = ordered(frame)
    ids = frame["consignment"].gather(order).to_list()
    assert len(dict.fromkeys(ids)) == 1 + sum(a != b for a, b in zip(ids[1:], ids[:-1], strict=True))
    together = frame[order]
    assert ordered(together) == list(range(together.height))


def test_lines_in_order_are_not_moved() -> None:
    frame = frame_of(random.Random(9), [5] * 10, ids=True)
    frame = frame[ordered(frame)]
    given = read(frame, DAY)
    assert canonical(given, code(given)) is None


def test_amounts_of_any_size_are_keys() -> None:
    frame = frame_of(random.Random(10), [6] * 5, ids=True)
    prices = [1, 10**12, 5, 10**12 - 1, 7, 2**40] * 5
    wide = frame.drop("price").with_columns(pl.Series("price_minor", prices))
    order = ordered(wide)
    for first in range(0, 30, 6):
        rows = wide[order[first : first + 6]].select("hs", pl.col("origin").fill_null(""), "price_minor")
        assert rows.rows() == sorted(rows.rows())
