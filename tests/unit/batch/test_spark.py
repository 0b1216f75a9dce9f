"""The Spark bridge on a real JVM: what Spark says of a frame is what Polars says of it, wherever its lines lay."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pytest
from pyspark import cloudpickle
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as f
from pyspark.sql import types as t

from xbec import Law
from xbec.batch import quote as quote_here
from xbec.batch import spark
from xbec.batch.columns import OUTPUTS
from xbec.errors import InputError, MissingExtra, NoTariff
from xbec.tariff import Schedule, Tariff, TariffAnswer, TariffSource

# Spark warns of any pandas of today; the bridge uses none.
pytestmark = pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning")

DAY = date(2026, 8, 3)
PARTITIONS = 4
KEY = ["consignment", "line"]


def as_spark(session: SparkSession, frame: pl.DataFrame) -> DataFrame:
    return session.createDataFrame(_plain(frame.to_arrow()))


def _plain(table: pa.Table) -> pa.Table:
    """Text as Spark takes it."""
    fields = [x.with_type(pa.string()) if "string" in str(x.type) else x for x in table.schema]
    return table.cast(pa.schema(fields))


def as_polars(result: DataFrame) -> pl.DataFrame:
    found = pl.from_arrow(result.toArrow())
    assert isinstance(found, pl.DataFrame)
    return found


def assert_same(found: pl.DataFrame, told: pl.DataFrame) -> None:
    """Every row and column that Polars tells, and nothing more but nulls."""
    assert found.height == told.height
    found, told = found.sort(KEY), told.sort(KEY)
    for name in told.columns:
        assert found[name].to_list() == told[name].to_list(), name
    for name in set(found.columns) - set(told.columns):
        assert found[name].null_count() == found.height, name


@pytest.fixture(scope="module")
def mixed(equality: Any) -> pl.DataFrame:
    """Random consignments of 1 to 6 lines, shuffled."""
    frame: pl.DataFrame = equality.frame_of(60, 2, kinds=9)
    return frame


@pytest.fixture(scope="module")
def told(mixed: pl.DataFrame, equality: Any) -> pl.DataFrame:
    """What Polars says of them; what a row is told first depends on the order of lines, which is Spark's here."""
    result: pl.DataFrame = quote_here(mixed.sort(KEY), on="day", fx=equality.FX)
    return result


def shirts(**columns: Any) -> pl.DataFrame:
    """A few lines to Germany."""
    number = max((len(v) for v in columns.values() if isinstance(v, list)), default=1)
    base: dict[str, Any] = {
        "destination": "DE", "hs": "610910", "origin": "CN", "currency": "EUR", "price": Decimal("12.50"),
        "quantity": 2, "stated_duty": "12 %",
    }  # fmt: skip
    made = {name: v if isinstance(v, list) else [v] * number for name, v in (base | columns).items()}
    return pl.DataFrame(made, schema_overrides={"price": pl.Decimal(10, 2)})


# equality ------------------------------------------------------------------------------------------------------------


def test_spark_says_what_polars_says(
    session: SparkSession, mixed: pl.DataFrame, told: pl.DataFrame, equality: Any
) -> None:
    spread = as_spark(session, mixed).repartition(PARTITIONS)
    homes = as_polars(spread.select("consignment", f.spark_partition_id().alias("home"))).group_by("consignment")
    assert homes.agg(pl.col("home").n_unique()).filter(pl.col("home") > 1).height > 20, "consignments must lie apart"
    result = spark.quote(spread, on="day", fx=equality.FX, rows_at_once=50)
    assert result.rdd.getNumPartitions() == PARTITIONS
    assert_same(as_polars(result), told)
    assert told["error"].null_count() > 50
    assert told["error"].n_unique() >= 5, "errors of several kinds are part of the sample"


def test_lines_that_stand_together_are_not_moved(
    session: SparkSession, mixed: pl.DataFrame, told: pl.DataFrame, equality: Any
) -> None:
    together = as_spark(session, mixed).repartitionByRange(PARTITIONS, "consignment").sortWithinPartitions(KEY)
    before = as_polars(together.withColumn("home", f.spark_partition_id()))
    result = spark.quote(together, on="day", fx=equality.FX, partition=False, rows_at_once=1)
    found = as_polars(result.withColumn("home", f.spark_partition_id()))
    assert found.select(*KEY, "home").equals(before.select(*KEY, "home")), "rows keep order and partition"
    assert before["home"].n_unique() == PARTITIONS
    assert_same(found.drop("home"), told)


def test_rows_without_consignment_are_priced_where_they_are(session: SparkSession) -> None:
    frame = shirts(line=[f"{n:03}" for n in range(150)], price=[Decimal(n + 1) / 4 for n in range(150)])
    result = spark.quote(as_spark(session, frame).repartition(PARTITIONS), on=DAY)
    said = quote_here(frame, on=DAY)
    found = as_polars(result).sort("line")
    assert found["tax"].to_list() == said["tax"].to_list()
    assert found["error"].null_count() == 150


def test_worlds_come_as_low_and_high(session: SparkSession) -> None:
    frame = shirts(consignment=["a", "a", "b"], line=["1", "2", "1"], stated_duty=["12 %", None, "12 %"])
    said = quote_here(frame, on=DAY, on_unknown="interval")
    found = as_polars(spark.quote(as_spark(session, frame), on=DAY, on_unknown="interval"))
    assert_same(found, said)
    assert found.sort(KEY)["buyer_pays_high"].to_list() == said["buyer_pays_high"].to_list()


def test_each_charge_of_the_law_has_a_column(session: SparkSession) -> None:
    frame = shirts(consignment=["a", "a", "b"], line=["1", "2", "1"])
    said = quote_here(frame, on=DAY, charges=True)
    found = as_polars(spark.quote(as_spark(session, frame), on=DAY, charges=True))
    assert_same(found, said)
    assert found["charge.vat"].null_count() == 0
    assert "charge.gst" in found.columns


def test_the_recipe_of_the_page_runs(session: SparkSession, tmp_path: Path) -> None:
    page = (Path(__file__).parents[3] / "docs" / "batch-clusters.md").read_text(encoding="utf-8")
    namespace: dict[str, Any] = {"__name__": "recipe"}
    exec(re.findall(r"^```python\n(.*?)^```", page, re.M | re.S)[0], namespace)
    frame = shirts(consignment=["a", "a", "b"], line=["1", "2", "1"])
    frame.write_parquet(tmp_path / "lines.parquet")
    namespace["price_with_spark"](session, str(tmp_path / "lines.parquet"), str(tmp_path / "priced"), DAY)
    assert_same(pl.read_parquet(tmp_path / "priced" / "*.parquet"), quote_here(frame, on=DAY))


# columns -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", spark.HOW)
@pytest.mark.parametrize("columns", [("duty", "tax"), ("procedure", "tax", "warnings")], ids=", ".join)
def test_only_the_results_asked_for_go_over_the_bridge(
    session: SparkSession, day: date, how: str, columns: tuple[str, ...]
) -> None:
    lines = shirts(price=[Decimal("12.50"), Decimal("190.00"), Decimal("7.00")])
    told = quote_here(lines, on=day, columns=columns)
    result = spark.quote(as_spark(session, lines), on=day, columns=columns, how=how)
    assert set(result.columns) == set(told.columns)
    found = as_polars(result).select(told.columns).sort("price")
    assert found.equals(told.sort("price"))


def test_columns_of_the_caller_come_back_as_they_were(session: SparkSession) -> None:
    schema = t.StructType(
        [
            t.StructField("consignment", t.LongType(), False),
            t.StructField("destination", t.StringType()),
            t.StructField("hs", t.StringType()),
            t.StructField("currency", t.StringType()),
            t.StructField("price", t.DecimalType(12, 3)),
            t.StructField("flags", t.ArrayType(t.StringType())),
            t.StructField("ordered", t.DateType()),
            t.StructField("seen", t.TimestampType()),
            t.StructField("note", t.MapType(t.StringType(), t.StringType())),
            t.StructField("score", t.DoubleType()),
        ]
    )
    row = (7, "DE", "610910", "EUR", Decimal("12.500"), ["battery"], DAY, None, {"shelf": "4"}, 0.5)
    result = spark.quote(session.createDataFrame([row], schema), on=DAY)
    assert result.schema.fields[: len(schema.fields)] == schema.fields
    assert tuple(result.columns[len(schema.fields) :]) == OUTPUTS
    kinds = {field.name: field.dataType for field in result.schema.fields}
    assert kinds["duty"] == t.LongType()
    assert kinds["error_message"] == t.StringType()
    (found,) = result.collect()
    assert tuple(found)[: len(row)] == row
    assert found["goods_value"] == 1250


def test_an_empty_frame_has_the_columns_too(session: SparkSession) -> None:
    result = spark.quote(as_spark(session, shirts()).filter("destination = 'FR'"), on=DAY)
    assert result.count() == 0
    assert set(OUTPUTS) < set(result.columns)


def test_a_few_rows_can_be_looked_at_without_pricing_all(session: SparkSession) -> None:
    frame = shirts(line=[f"{n:04}" for n in range(500)])
    result = spark.quote(as_spark(session, frame), on=DAY, rows_at_once=50)
    assert [row["tax"] for row in result.limit(2).collect()] == quote_here(frame, on=DAY)["tax"].to_list()[:2]


# what is wrong is said at once, on the driver ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("frame", "options", "field", "says"),
    [
        (shirts().drop("hs"), {}, "hs", "a column is missing"),
        (shirts().drop("price"), {}, "price", "a column is missing"),
        (shirts().cast({"price": pl.Float64}), {}, "price", "never float"),
        (shirts().cast({"price": pl.Decimal(20, 9)}), {}, "price", "at most 6 decimals"),
        (shirts().with_columns(duty=1), {}, "duty", "name of a result"),
        (shirts().with_columns(Duty=1), {}, "Duty", "capital letters"),
        (shirts().with_columns(pl.lit(1).alias("a.b")), {}, "a.b", "rename"),
        (shirts().with_columns(pl.lit(1).alias("a`b")), {}, "a`b", "rename"),
        (shirts(), {"on": "day"}, "on", "no such column"),
        (shirts(), {"on": "hs"}, "hs", "days"),
        (shirts(), {"on": "2026-08-03"}, "on", "a column of days"),
        (shirts(), {"on_unknown": "guess"}, "on_unknown", "raise, interval"),
        (shirts(), {"rows_at_once": 0}, "rows_at_once", "1 to"),
        (shirts(), {"rows_at_once": True}, "rows_at_once", "1 to"),
        (shirts(), {"alone_belov": 3}, "alone_belov", "alone_below"),
    ],
    ids=lambda x: None if isinstance(x, pl.DataFrame | dict) else str(x),
)
def test_what_cannot_be_priced_is_refused_before_any_job_runs(
    session: SparkSession, frame: pl.DataFrame, options: dict[str, Any], field: str, says: str
) -> None:
    given = as_spark(session, frame)
    with pytest.raises(InputError, match=says) as told:
        spark.quote(given, **({"on": DAY} | options))
    assert told.value.field == field


def test_a_column_twice_is_refused(session: SparkSession) -> None:
    given = as_spark(session, shirts())
    with pytest.raises(InputError, match="two columns of one name") as told:
        spark.quote(given.select("*", f.lit("x").alias("hs")), on=DAY)
    assert told.value.field == "hs"


def test_without_pyspark_the_extra_is_named(session: SparkSession, monkeypatch: pytest.MonkeyPatch) -> None:
    given = as_spark(session, shirts())
    monkeypatch.setitem(sys.modules, "pyspark", None)
    with pytest.raises(MissingExtra, match=r"xbec\[spark\]"):
        spark.quote(given, on=DAY)


def test_what_is_no_spark_frame_is_refused() -> None:
    with pytest.raises(InputError, match="not a frame of Spark") as told:
        spark.quote(shirts(), on=DAY)
    assert told.value.cure is not None
    assert "xbec.batch.quote" in told.value.cure


# law, rates and tariff of one's own ----------------------------------------------------------------------------------


class Locked(TariffSource):
    """A source that holds what no other process can have."""

    territory = "EU"

    def __init__(self) -> None:
        self.open = (n for n in range(3))

    def rate(self, hs: Any, *, origin: str | None, on: date) -> TariffAnswer:
        raise NoTariff("nothing")


def test_a_tariff_of_ones_own_goes_to_the_executors(session: SparkSession) -> None:
    flat = "hs,origin,duty,from,to,source\n6109.10,,5 %,2026-01-01,,A trial\n"
    tariff = Tariff.default().preferring(Schedule.from_csv(flat, territory="EU", currency="EUR"))
    frame = shirts(consignment=["a", "a", "b"], line=["1", "2", "1"], price=Decimal("400.00"), stated_duty=None)
    said = quote_here(frame, on=DAY, tariff=tariff)
    assert_same(as_polars(spark.quote(as_spark(session, frame), on=DAY, tariff=tariff)), said)
    assert said["duty"].to_list() == [4000, 4000, 4000]


def test_a_folder_of_law_need_not_lie_on_the_executors(session: SparkSession, tmp_path: Path) -> None:
    overlay = tmp_path / "law"
    overlay.mkdir()
    (overlay / "DE.toml").write_text(
        '[source.own]\ntitle = "A trial"\nurl = "https://example.org"\nchecked = 2026-01-01\n'
        '[[tax.vat.standard]]\nfrom = 2026-08-01\nrate = "21 %"\nsource = "own"\n',
        encoding="utf-8",
    )
    law = Law.default().overlay(overlay)
    frame = shirts(consignment=["a", "b"], line=["1", "1"])
    said = quote_here(frame, on=DAY, law=law)
    result = spark.quote(as_spark(session, frame), on=DAY, law=law)
    (overlay / "DE.toml").unlink()
    assert_same(as_polars(result), said)
    assert said["tax"].to_list() != quote_here(frame, on=DAY)["tax"].to_list()


def test_what_cannot_be_sent_is_refused_with_a_cure(session: SparkSession) -> None:
    with pytest.raises(InputError, match="cannot be sent to the executors") as told:
        spark.quote(as_spark(session, shirts()), on=DAY, tariff=Tariff.default().preferring(Locked()))
    assert told.value.field == "tariff"
    assert told.value.cure is not None


def test_an_executor_starts_no_thread_a_core_in_each_worker() -> None:
    told = {"on": DAY, "options": {}, "inputs": (), "results": {}, "several": False, "rows_at_once": 1}
    sent = cloudpickle.dumps(spark.worker(**told))
    script = (
        "import pickle, sys\n"
        "work = pickle.loads(sys.stdin.buffer.read())\n"
        "assert 'polars' not in sys.modules, 'imported before the number of threads is said'\n"
        "list(work(iter([])))\n"
        "print(sys.modules['polars'].thread_pool_size())\n"
    )
    given = {name: value for name, value in os.environ.items() if name != "POLARS_MAX_THREADS"}
    done = subprocess.run(
        [sys.executable, "-c", script],
        input=sent,
        capture_output=True,
        env=given | {"OMP_NUM_THREADS": "1"},
        check=True,
    )
    assert done.stdout.decode().strip() == "1"


# consignments cut whole ----------------------------------------------------------------------------------------------


def batches_of(ids: list[list[str | None]]) -> Iterator[pa.RecordBatch]:
    for each in ids:
        yield pa.record_batch({"consignment": pa.array(each, pa.string())})


def cuts(ids: list[list[str | None]], rows_at_once: int, **limit: int) -> list[tuple[list[str | None], bool]]:
    found = spark.whole_consignments(batches_of(ids), rows_at_once, **limit)
    return [(table.column("consignment").to_pylist(), refused) for table, refused in found]


@pytest.mark.parametrize(
    ("ids", "rows_at_once", "expected"),
    [
        ([["a", "a", "b"], ["b", "c"]], 3, [["a", "a"], ["b", "b"], ["c"]]),
        ([["a", "a"], ["a"], ["a", "b"]], 1, [["a", "a", "a", "a"], ["b"]]),
        ([["a"], [], ["b"]], 100, [["a", "b"]]),
        ([["a", "b", "c", "c", "d", "d", "d"]], 2, [["a"], ["b"], ["c", "c"], ["d", "d", "d"]]),
        ([[None, None, None, None, "a"]], 2, [[None, None], [None, None], ["a"]]),
        ([], 5, []),
        ([[]], 5, []),
    ],
)
def test_batches_are_cut_where_a_consignment_ends(
    ids: list[list[str | None]], rows_at_once: int, expected: list[list[str | None]]
) -> None:
    assert cuts(ids, rows_at_once) == [(each, False) for each in expected]


def test_a_consignment_of_too_many_lines_is_refused_and_not_held() -> None:
    found = cuts([["a", "b", "b"], ["b", "b"], ["b", "c"], ["c"]], 2, most_lines=3)
    assert found == [(["a"], False), (["b", "b", "b", "b"], True), (["b"], True), (["c", "c"], False)]


def test_lines_of_a_refused_consignment_say_so() -> None:
    table = _plain(shirts(consignment=["a", "b", "b", "b", "c"], line=list("12345")).to_arrow())
    task = spark.Task(
        on=DAY,
        options={},
        inputs=tuple(table.column_names),
        results=spark.results_of({}),
        several=True,
        rows_at_once=2,
        most_lines=2,
    )
    found = pa.Table.from_batches(spark.price(iter(table.to_batches(max_chunksize=2)), task=task))
    assert found.column("error").to_pylist() == [None, "InputError", "InputError", "InputError", None]
    assert "2 lines" in found.column("error_message").to_pylist()[1]
    assert found.column("tax").to_pylist()[1:4] == [None] * 3
