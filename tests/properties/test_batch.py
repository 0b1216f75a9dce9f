"""Batch = scalar: a frame says of every line what the single quote says, to the minor unit."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Final

import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st

from xbec.batch import machine, quote

CONSIGNMENTS: Final = 20_000
"""The reduced form of ``benchmarks/equality.py``, which draws a million."""
OF_A_FRAME: Final = 1_000
KINDS: Final = 3
unhurried: Final = settings(deadline=None, database=None, suppress_health_check=list(HealthCheck))


def _equality() -> ModuleType:
    path = Path(__file__).parents[2] / "benchmarks" / "equality.py"
    spec = importlib.util.spec_from_file_location("equality", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


EQUALITY = _equality()


@pytest.fixture(autouse=True)
def small_frames_are_priced_natively(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the frames of a million are."""
    monkeypatch.setattr(machine, "_FEW", -1)


def least(frame: pl.DataFrame, differences: Callable[[pl.DataFrame], Iterable[str]]) -> pl.DataFrame:
    """The fewest consignments of a frame that still differ, of those that do."""
    named = sorted({told.split()[0].removesuffix(":") for told in differences(frame)})

    def of(some: list[str]) -> pl.DataFrame:
        return frame.filter(pl.col("consignment").is_in(some))

    try:
        some = find(
            st.lists(st.sampled_from(named), min_size=1, unique=True),
            lambda some: any(differences(of(some))),
            settings=unhurried,
        )
    except Exception:  # they differ only beside those that do not
        return frame
    return of(some)


def refuse(frame: pl.DataFrame, differences: Callable[[pl.DataFrame], Iterable[str]]) -> None:
    """Fail with the least counterexample where batch and single quote differ."""
    if any(differences(frame)):
        few = least(frame, differences)
        pytest.fail("\n".join([*differences(few), *map(str, few.to_dicts())]))


def test_twenty_thousand_random_consignments_say_what_the_single_quote_says() -> None:
    drawn = 0

    @settings(unhurried, max_examples=CONSIGNMENTS // OF_A_FRAME, phases=[Phase.generate])
    @given(st.integers(0, 2**32 - 1), st.sampled_from(("raise", "raise", "interval")))
    def each_line_agrees(seed: int, on_unknown: str) -> None:
        nonlocal drawn
        drawn += OF_A_FRAME
        frame = EQUALITY.frame_of(OF_A_FRAME, seed, kinds=KINDS)
        refuse(frame, lambda some: EQUALITY.differences(some, on_unknown=on_unknown))

    each_line_agrees()
    assert drawn >= CONSIGNMENTS


def test_a_counterexample_shrinks_to_one_consignment() -> None:
    def spirits(frame: pl.DataFrame) -> list[str]:
        return [f"{ident} line 0: differs" for ident in frame.filter(pl.col("hs") == "220830")["consignment"]]

    frame = EQUALITY.frame_of(OF_A_FRAME, 1, kinds=KINDS)
    few = least(frame, spirits)
    assert few["consignment"].n_unique() == 1
    assert (few["hs"] == "220830").any()
    with pytest.raises(pytest.fail.Exception, match="line 0: differs"):
        refuse(frame, spirits)


def test_thousands_priced_one_by_one_are_as_priced_together() -> None:
    number = 4_100  # more rows than are read at a time, and consignments of three rows across every border
    frame = pl.DataFrame(
        {
            "consignment": [f"c{(row + 1) // 3}" for row in range(number)],
            "destination": ["DE", "ES"] * (number // 2),
            "hs": "610910",
            "origin": "CN",
            "currency": "EUR",
            "price": [str(10 + row % 40) for row in range(number)],
            "stated_duty": "12 %",
        }
    ).with_columns(destination=pl.col("destination").first().over("consignment"))
    day = EQUALITY.LAST
    alone = EQUALITY.quote(frame, on=day, alone_below=number)
    assert alone.equals(EQUALITY.quote(frame, on=day, alone_below=0))
    assert alone["error"].null_count() == number


WHOLE: Final = (2**63 - 1, -(2**63), 2**62, 2**53, 10**12, 10**12 + 1, 0, 1, -1, None, 5_000, 123_456)
"""Numbers of 64 bits that no price is, and a few that one may be."""
STRANGE: Final = {
    "destination": ("DE", "FR", "GB", "CH", "US", "NO", "XX", "", None),
    "hs": ("610910", "420221", "851762", "zz", "", None),
    "currency": ("EUR", "USD", "JPY", "ZZZ", None),
    "price_minor": WHOLE,
    "quantity": (1, 1, 2, 0, -1, None, 10**9, 10**9 + 1, 2**63 - 1),
    "freight_minor": (None, 0, *WHOLE),
    "stated_duty": ("12 %", "Free", None, "bogus"),
    "weight_kg": (1, 1, 0, -5, None),
}
PLAIN: Final = {
    "price_minor": (1, 900, 250_000),
    "quantity": (1, 3),
    "freight_minor": (0, 700, None),
    "weight_kg": (1,),
}


def strange(seed: int, *, several: bool, rows: int = 150) -> pl.DataFrame:
    """Rows of which many are wrong in some way; of some frames only the texts are."""
    draw = Random(seed)
    choices = STRANGE | (PLAIN if draw.random() < 0.4 else {})
    made = {name: [draw.choice(some) for _ in range(rows)] for name, some in choices.items()}
    same = {"origin": "CN", "channel": "post", "dispatch": "CN", "establishment": "CN", "registrations": "IOSS"}
    frame = pl.DataFrame(made, schema_overrides=dict.fromkeys(("price_minor", "quantity", "freight_minor"), pl.Int64))
    frame = frame.with_columns(pl.lit(value).alias(name) for name, value in same.items())
    if not several:
        return frame
    of = [draw.randrange(rows // 2) for _ in range(rows)]
    once = {
        name: [draw.choice(choices[name]) for _ in range(rows)] for name in ("destination", "currency", "freight_minor")
    }
    together = [pl.Series(name, [values[n] for n in of], dtype=frame.schema[name]) for name, values in once.items()]
    ids = {"consignment": pl.Series(of), "line": pl.Series(range(rows)).cast(pl.String)}
    return frame.with_columns(*together * (draw.random() < 0.7), **ids)


@settings(unhurried, max_examples=40)
@given(st.integers(0, 2**32 - 1), st.booleans(), st.sampled_from(("raise", "interval")))
def test_what_is_wrong_with_a_row_is_told_by_programs_as_by_the_single_quote(
    seed: int, several: bool, on_unknown: str
) -> None:
    frame = strange(seed, several=several)
    day = date(2026, 6, 1)
    programs = quote(frame, on=day, on_unknown=on_unknown, alone_below=0)
    assert programs.equals(quote(frame, on=day, on_unknown=on_unknown, alone_below=frame.height))
