"""Rows parted by program and put back, block by block."""

from __future__ import annotations

import random

import polars as pl
import pytest

from xbec.batch import parts
from xbec.batch.parts import Places, parted


def cut(many: int, rows: int = 30_000) -> tuple[pl.DataFrame, list[pl.DataFrame], Places]:
    """Rows of ``many`` parts in random order, the parts, of which the last has no row, and the way back."""
    draw = random.Random(3)
    frame = pl.DataFrame({"n": range(rows), "part": [draw.randrange(many) for _ in range(rows)]})
    return frame, *parted(frame, frame["part"].cast(pl.UInt8).to_numpy(), many + 1)


@pytest.fixture(autouse=True, params=[1000, 2**17])
def block(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "_BLOCK", request.param)


@pytest.mark.parametrize("many", [1, 5, 20])
def test_rows_are_parted_in_their_order(many: int) -> None:
    frame, found, _ = cut(many)
    for number, part in enumerate(found):
        assert part.equals(frame.filter(pl.col("part") == number))


@pytest.mark.parametrize("many", [1, 5, 20])
def test_what_the_parts_come_to_is_put_back_in_the_order_of_the_whole(many: int) -> None:
    frame, found, places = cut(many)
    priced = [part.select("n", pl.col("n").mul(2).alias(f"of {n % 2}")) for n, part in enumerate(found)]
    back = places.put_back([*priced[:-1], None])
    assert back["n"].equals(frame["n"])
    for kind in range(min(many, 2)):
        expected = frame.select(pl.when(pl.col("part") % 2 == kind).then(pl.col("n") * 2)).to_series()
        assert back[f"of {kind}"].to_list() == expected.to_list()
