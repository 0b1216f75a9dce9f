"""Batch = scalar: a frame says of every line what the single quote says, to the minor unit."""

from __future__ import annotations

import importlib.util
import random
from datetime import date, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st


def _equality() -> ModuleType:
    path = Path(__file__).parents[2] / "benchmarks" / "equality.py"
    spec = importlib.util.spec_from_file_location("equality", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


EQUALITY = _equality()


@st.composite
def frames(draw: Any) -> pl.DataFrame:
    """A few consignments of one kind; shrinks to one consignment of one line."""
    chance = random.Random(draw(st.integers(0, 2**32 - 1)))
    day = date(2021, 7, 1) + timedelta(draw(st.integers(0, 1900)))
    about = EQUALITY.kind(chance, day)
    number = draw(st.integers(1, 12))
    rows = [row for n in range(number) for row in EQUALITY.consignment(chance, f"c{n}", about)]
    frame: pl.DataFrame = EQUALITY.as_frame(draw(st.permutations(rows)))
    return frame


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(frames(), st.sampled_from(("raise", "interval")))
def test_a_frame_says_what_the_single_quote_says(frame: pl.DataFrame, on_unknown: str) -> None:
    assert list(EQUALITY.differences(frame, on_unknown=on_unknown)) == []


@pytest.mark.parametrize(("seed", "on_unknown"), [(11, "raise"), (12, "interval")])
def test_thousands_of_shuffled_consignments_agree(seed: int, on_unknown: str) -> None:
    frame = EQUALITY.frame_of(1_500, seed, kinds=30)
    assert list(EQUALITY.differences(frame, on_unknown=on_unknown)) == []
