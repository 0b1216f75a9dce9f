"""Small invented frames, and the random ones of ``benchmarks/equality.py``."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

DAY = date(2026, 8, 3)
PARTITIONS = 4
LINE: dict[str, Any] = {
    "consignment": "A",
    "line": "1",
    "destination": "DE",
    "hs": "610910",
    "origin": "CN",
    "price": "25.00",
    "quantity": 2,
    "currency": "USD",
    "freight": None,
    "registrations": "IOSS",
}
SCHEMA = dict.fromkeys(LINE, pl.String) | {"quantity": pl.Int64}


@pytest.fixture(scope="session")
def day() -> date:
    """The day of the quotes."""
    return DAY


@pytest.fixture(scope="session")
def lines() -> Callable[..., pl.DataFrame]:
    """A frame of lines, each a mapping of what differs from a plain line to Germany under IOSS."""

    def make(*rows: dict[str, Any]) -> pl.DataFrame:
        whole = [LINE | row for row in rows]
        extra = {name for row in whole for name in row} - set(LINE)
        return pl.DataFrame(whole, schema_overrides=SCHEMA, infer_schema_length=None).select([*LINE, *sorted(extra)])

    return make


@pytest.fixture(scope="session")
def shop(lines: Callable[..., pl.DataFrame]) -> pl.DataFrame:
    """Three consignments, of two, one and one lines, in mixed order."""
    return lines(
        {"line": "1", "freight": "6.50"},
        {"consignment": "B", "destination": "GB", "hs": "420221", "price": "60", "registrations": None},
        {"line": "2", "hs": "420221", "price": "60", "quantity": 1},
        {"consignment": "C", "destination": "CH", "price": "80", "registrations": None, "quantity": 3},
    )


@pytest.fixture(scope="session")
def equality() -> Any:
    """The script that compares batch and single quote on random consignments."""
    path = Path(__file__).parents[3] / "benchmarks" / "equality.py"
    spec = importlib.util.spec_from_file_location("equality_of_units", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="package")
def session() -> Iterator[SparkSession]:
    """Spark on a JVM of its own, with two executors' worth of cores."""
    from pyspark.sql import SparkSession

    before = {name: os.environ.get(name) for name in ("PYSPARK_PYTHON", "PYSPARK_DRIVER_PYTHON")}
    os.environ |= dict.fromkeys(before, sys.executable)
    made = (
        SparkSession.builder.master("local[2]")
        .appName("xbec")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.extraJavaOptions", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")  # starts sooner
        .config("spark.sql.codegen.wholeStage", "false")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.sql.shuffle.partitions", str(PARTITIONS))
        .config("spark.sql.adaptive.enabled", "false")
        .config("spark.sql.execution.arrow.maxRecordsPerBatch", "60")
        .getOrCreate()
    )
    made.sparkContext.setLogLevel("OFF")  # errors are part of the tests
    yield made
    made.stop()
    assert SparkSession.getActiveSession() is None
    for name, value in before.items():
        if value is None:
            del os.environ[name]
        else:
            os.environ[name] = value
