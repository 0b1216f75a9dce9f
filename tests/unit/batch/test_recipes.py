"""The recipes of docs/batch-clusters.md run as they stand there and say what one machine says, in every row."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from xbec.batch import quote

DAY = date(2026, 8, 3)
PAGE = Path(__file__).parents[3] / "docs" / "batch-clusters.md"
BLOCK = re.compile(r"^```python\n(.*?)^```", re.M | re.S)
KEY = ["consignment", "line"]

# What these libraries say about themselves and about each other is theirs to mend.
pytestmark = pytest.mark.filterwarnings("ignore::Warning")


@pytest.fixture(scope="module")
def recipes() -> dict[str, Callable[..., None]]:
    """The functions of the page by name."""
    namespace: dict[str, Any] = {"__name__": "recipes"}
    for block in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        exec(compile(block, str(PAGE), "exec"), namespace)
    return namespace


@pytest.fixture(scope="module")
def lines() -> pl.DataFrame:
    """Consignments of three lines to five countries, the lines far apart; one of them cannot be priced."""
    number = 240
    frame = pl.DataFrame(
        {
            "consignment": [f"c{n % 80}" for n in range(number)],
            "line": [str(n // 80) for n in range(number)],
            "destination": [("DE", "FR", "GB", "CH", "NO")[n % 80 % 5] for n in range(number)],
            "hs": [("610910", "420221", "851762")[n % 3] for n in range(number)],
            "origin": "CN",
            "currency": "EUR",
            "price": [Decimal(100 + 37 * n) / 100 for n in range(number)],
            "quantity": [1 + n % 3 for n in range(number)],
            "freight": [Decimal(500 + n % 80) / 100 for n in range(number)],
            "stated_duty": [("12 %", "2.5 %", "Free")[n % 3] for n in range(number)],
            "weight_kg": Decimal("0.250"),
            "registrations": "IOSS,VOEC,GB-VAT",
        },
        schema_overrides={
            "price": pl.Decimal(12, 2),
            "freight": pl.Decimal(12, 2),
            "weight_kg": pl.Decimal(12, 3),
        },
    )
    bad = (pl.col("consignment") == "c7") & (pl.col("line") == "1")
    return frame.with_columns(hs=pl.when(bad).then(pl.lit("no code")).otherwise("hs"))


@pytest.fixture(scope="module")
def source(lines: pl.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The lines in three files, so that no file holds a whole consignment."""
    folder = tmp_path_factory.mktemp("lines")
    for number in range(3):
        lines[80 * number : 80 * (number + 1)].write_parquet(folder / f"{number}.parquet")
    return folder


def assert_priced(target: Path, lines: pl.DataFrame) -> None:
    found = pl.read_parquet(target / "*.parquet").sort(KEY)
    told = quote(lines.sort(KEY), on=DAY)
    for name in told.columns:
        assert found[name].to_list() == told[name].to_list(), name
    assert told["error"].null_count() == told.height - 3


def test_dask_says_what_one_machine_says(
    recipes: dict[str, Callable[..., None]], source: Path, lines: pl.DataFrame, tmp_path: Path
) -> None:
    recipes["price_with_dask"](str(source), str(tmp_path / "priced"), DAY, 2)
    assert_priced(tmp_path / "priced", lines)
    assert len(list((tmp_path / "priced").glob("*.parquet"))) == 2


@pytest.fixture
def _ray(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Ray on two cores, with no report to its makers and no dashboard."""
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    import ray

    ray.init(
        num_cpus=2,
        include_dashboard=False,
        log_to_driver=False,
        logging_level="ERROR",
        object_store_memory=150 * 2**20,
        runtime_env={"env_vars": {"POLARS_MAX_THREADS": "1", "PYTHONPATH": os.environ.get("PYTHONPATH", "")}},
    )
    yield
    ray.shutdown()


@pytest.mark.usefixtures("_ray")
def test_ray_says_what_one_machine_says(
    recipes: dict[str, Callable[..., None]], source: Path, lines: pl.DataFrame, tmp_path: Path
) -> None:
    recipes["price_with_ray"](str(source), str(tmp_path / "priced"), DAY, 2)
    assert_priced(tmp_path / "priced", lines)
