"""Spark pricing against Spark doing nothing: the same lines through ``mapInArrow``, unchanged and priced; and in SQL.

    python benchmarks/spark.py --lines 1000000 --batch 100000
    python benchmarks/spark.py --rule --lines 2000000
    python benchmarks/spark.py --sql DE --lines 5000000
    python benchmarks/spark.py --sql DE,FR,GB --lines 3000000

Consignments of 2.5 lines on average, mixed destinations, in partitions already cut by consignment and held in memory;
every row of the result is read by Spark (format ``noop``). First the prices of a part are compared with Polars. Prints
the medians of wall clock and of processor time (of the JVM and its Python workers, read from ``/proc``: a busy machine
stretches the former, not the latter), their ratios, what a second of one core prices, and what a billion lines come to
at that pace. Beside the identity bridge stands one that sends back empty results of the declared width: what the wider
rows alone cost.

``--rule`` prices the rule of batch.py in the same way: lines that are a consignment each, three amounts asked for.

``--sql`` prices consignments of one line each to the destinations named, read from a Parquet file, with ``how="sql"``:
beside it stand Spark's scan of the same file, the survey that comes first, and the Arrow bridge.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import batch as of_batch
import numpy as np
import polars as pl
import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession, functions

from xbec.batch import engine, quote, spark

DAY = date(2026, 8, 3)
DESTINATIONS = ("DE", "FR", "GB", "CH", "NO")
CODES = ("610910", "420221", "851762", "640399", "950300", "711719")
DUTIES = ("12 %", "2.5 %", "Free", "4.7 %", "16.5 %")
BILLION = 10**9


def lines_of(number: int, seed: int, *, destinations: tuple[str, ...] = DESTINATIONS) -> pl.DataFrame:
    """So many lines in consignments of one to four; texts as a warehouse holds them."""
    draw = np.random.default_rng(seed)
    sizes = draw.integers(1, 5, size=number)
    ends = np.cumsum(sizes)
    ids = np.searchsorted(ends, np.arange(number), side="right")
    to = draw.integers(0, len(destinations), size=number)[ids]
    return pl.DataFrame(
        {
            "consignment": pl.Series(ids).cast(pl.String).str.zfill(10),
            "line": (np.arange(number) - np.concatenate(([0], ends))[ids] + 1).astype(str),
            "destination": np.array(destinations)[to],
            "hs": np.array(CODES)[draw.integers(0, len(CODES), size=number)],
            "origin": "CN",
            "currency": "EUR",
            "price": pl.Series(draw.integers(100, 12_000, size=number)).cast(pl.Decimal(12, 2)) / 100,
            "quantity": draw.integers(1, 4, size=number),
            "freight": pl.Series(draw.integers(100, 900, size=number)[ids]).cast(pl.Decimal(12, 2)) / 100,
            "stated_duty": np.array(DUTIES)[draw.integers(0, len(DUTIES), size=number)],
            "weight_kg": pl.Series(draw.integers(50, 4_000, size=number)).cast(pl.Decimal(12, 3)) / 1000,
            "channel": "post",
            "dispatch": "CN",
            "establishment": "CN",
            "registrations": "IOSS,VOEC,GB-VAT,CH-VAT",
        },
        schema_overrides={"price": pl.Decimal(12, 2), "freight": pl.Decimal(12, 2), "weight_kg": pl.Decimal(12, 3)},
    )


def session_of(batch: int, cores: int) -> SparkSession:
    os.environ["PYSPARK_PYTHON"] = os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
    made = (
        SparkSession.builder.master(f"local[{cores}]")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.driver.memory", "6g")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.sql.adaptive.enabled", "false")
        .config("spark.sql.execution.arrow.maxRecordsPerBatch", str(batch))
        .getOrCreate()
    )
    made.sparkContext.setLogLevel("ERROR")
    return made


def identity(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    yield from batches


def widened(results: dict[str, str]) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """The same rows with results of the declared width, all zero or empty."""

    def widen(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            table = pa.Table.from_batches([batch])
            for name, kind in results.items():
                zero: Any = "" if kind == "string" else 0
                table = table.append_column(name, pa.repeat(pa.scalar(zero, pa.type_for_alias(kind)), batch.num_rows))
            yield from table.to_batches()

    return widen


def read_all(frame: DataFrame) -> None:
    frame.write.format("noop").mode("overwrite").save()


def processor_time() -> float:
    """Seconds of processor time that this process and all below it have used."""
    ticks = os.sysconf("SC_CLK_TCK")
    parents, used = {}, {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # has ended meanwhile
        parents[int(path.parent.name)] = int(fields[1])
        used[int(path.parent.name)] = sum(map(int, fields[11:15])) / ticks
    ours = {os.getpid()}
    while more := {pid for pid, parent in parents.items() if parent in ours} - ours:
        ours |= more
    return sum(used[pid] for pid in ours)


def timed(work: Callable[[], Any]) -> tuple[float, float]:
    """Wall clock and processor time of a run, in seconds."""
    began, used = time.perf_counter(), processor_time()
    work()
    return time.perf_counter() - began, processor_time() - used


def report(runs: dict[str, list[tuple[float, float]]], lines: int) -> None:
    """Print what the runs of each bridge took, and what follows from it."""
    took = {name: median(wall for wall, _ in each) for name, each in runs.items()}
    used = {name: median(cpu for _, cpu in each) for name, each in runs.items()}
    for name in runs:
        spread = f"{min(w for w, _ in runs[name]):.2f} to {max(w for w, _ in runs[name]):.2f}"
        print(
            f"{name:10} {took[name]:6.2f} s ({spread}), {used[name]:6.2f} s of processor time, "
            f"{used[name] / lines * 1e6:.2f} us a line"
        )
    for other in ("identity", "wide rows"):
        print(
            f"priced / {other:10} {took['priced'] / took[other]:.2f} in wall clock, "
            f"{used['priced'] / used[other]:.2f} in processor time"
        )
    pace = lines / used["priced"]
    print(f"a second of one core prices {pace:,.0f} lines, all of Spark included")
    print(
        f"a billion lines: {BILLION / pace / 3600:.1f} core hours, {BILLION / pace / 64 / 60:.0f} minutes of 64 cores"
    )


def in_sql(session: SparkSession, asked: argparse.Namespace) -> None:
    """Time how="sql" beside a scan of the same file, and print what each takes."""
    lines = lines_of(asked.lines, 1, destinations=tuple(asked.sql.split(","))).drop("consignment", "line")
    session.conf.set("spark.sql.shuffle.partitions", str(2 * asked.cores))
    with tempfile.TemporaryDirectory() as folder:
        lines.write_parquet(f"{folder}/lines.parquet", row_group_size=250_000)
        given = session.read.parquet(f"{folder}/lines.parquet")
        priced = spark.quote(given, on=DAY, how="sql")
        told = quote(lines[:20_000], on=DAY)
        part = pl.from_arrow(spark.quote(given.limit(20_000), on=DAY, how="sql").toArrow())
        assert isinstance(part, pl.DataFrame)
        assert part.sort(pl.all()).select(told.columns).equals(told.sort(pl.all())), "Spark and Polars differ"
        work: dict[str, Callable[[], Any]] = {
            "scan": partial(read_all, given),
            "survey": partial(spark.quote, given, on=DAY, how="sql"),
            "sql": partial(read_all, priced),
            "identity": partial(read_all, given.mapInArrow(identity, given.schema)),
            "bridge": partial(read_all, spark.quote(given, on=DAY, rows_at_once=asked.batch)),
        }
        for each in work.values():
            each()
        took = {name: [timed(each) for _ in range(asked.rounds)] for name, each in work.items()}
    used = {name: median(cpu for _, cpu in each) for name, each in took.items()}
    for name, each in took.items():
        wall = median(wall for wall, _ in each)
        each_line = used[name] / asked.lines * 1e6
        print(f"{name:10} {wall:6.2f} s, {used[name]:6.2f} s of processor time, {each_line:.2f} us a line")
    whole = used["survey"] + used["sql"]
    print(f"sql / scan {used['sql'] / used['scan']:.2f}, bridge / (survey + sql) {used['bridge'] / whole:.2f}")


def held_by(session: SparkSession, lines: pl.DataFrame) -> DataFrame:
    """Lines as a frame of Spark, texts as Spark takes them."""
    texts = [x.with_type(pa.string()) if "string" in str(x.type) else x for x in lines.to_arrow().schema]
    return session.createDataFrame(lines.to_arrow().cast(pa.schema(texts)))


def of_laws(session: SparkSession, asked: argparse.Namespace) -> dict[str, DataFrame]:
    """Consignments of several lines to several countries, over each bridge."""
    lines = lines_of(asked.lines, 1)
    given = held_by(session, lines)
    held = given.repartition(2 * asked.cores, "consignment").sortWithinPartitions("consignment", "line").persist()
    print(f"{held.count()} lines in {held.rdd.getNumPartitions()} partitions, {asked.batch} rows a batch")

    told = quote(lines[:5_000], on=DAY)
    last = lines["consignment"][5_000]
    part = spark.quote(held.filter(held["consignment"] < last), on=DAY, partition=False)
    found = pl.from_arrow(part.toArrow())
    assert isinstance(found, pl.DataFrame)
    told = told.filter(pl.col("consignment") < last).sort("consignment", "line")
    assert found.sort("consignment", "line").select(told.columns).equals(told), "Spark and Polars differ"
    assert told["error"].null_count() == told.height, told["error_message"].drop_nulls()[0]
    print(f"{told.height} lines are what Polars says, none with an error")
    return over(held, spark.quote(held, on=DAY, partition=False, rows_at_once=asked.batch))


def of_rule(session: SparkSession, asked: argparse.Namespace) -> dict[str, DataFrame]:
    """The rule of batch.py, over each bridge."""
    lines = of_batch.lines(asked.lines).drop("consignment")
    lines = lines.with_columns(pl.col("hs", "destination", "currency").cast(pl.String))
    held = held_by(session, lines).repartition(2 * asked.cores).persist()
    print(f"{held.count()} lines in {held.rdd.getNumPartitions()} partitions, {asked.batch} rows a batch")
    with tempfile.TemporaryDirectory() as folder:
        rule = of_batch.books(Path(folder), "goods <= 150 EUR")
        told = quote(lines, on=of_batch.DAY, columns=of_batch.COLUMNS, **rule)
        priced = spark.quote(
            held, on=of_batch.DAY, columns=of_batch.COLUMNS, partition=False, rows_at_once=asked.batch, **rule
        )
    sums = priced.agg(*(functions.sum(name) for name in of_batch.COLUMNS)).collect()[0]
    assert list(sums) == [told[name].sum() for name in of_batch.COLUMNS], "Spark and Polars differ"
    return over(held, priced)


def over(held: DataFrame, priced: DataFrame) -> dict[str, DataFrame]:
    """The three bridges."""
    columns = tuple(name for name in priced.columns if name in engine.RESULTS)
    return {
        "identity": held.mapInArrow(identity, held.schema),
        "wide rows": held.mapInArrow(widened(spark.results_of({"columns": columns})), priced.schema),
        "priced": priced,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--batch", type=int, default=100_000)
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--rule", action="store_true", help="the rule of batch.py")
    parser.add_argument("--sql", metavar="DE,FR", help="time how='sql' on lines to these destinations")
    asked = parser.parse_args()
    session = session_of(asked.batch, asked.cores)
    if asked.sql:
        in_sql(session, asked)
        return
    bridges = of_rule(session, asked) if asked.rule else of_laws(session, asked)
    runs: dict[str, list[tuple[float, float]]] = {name: [] for name in bridges}
    for bridge in bridges.values():
        read_all(bridge)
    for _ in range(asked.rounds):
        for name, bridge in bridges.items():
            runs[name].append(timed(partial(read_all, bridge)))
    report(runs, asked.lines)
    session.stop()


if __name__ == "__main__":
    main()
