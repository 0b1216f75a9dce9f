"""Lines priced by Spark's own SQL on a real JVM: what Polars says of a frame, whichever way each row is priced."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as f

from xbec.batch import quote as quote_here
from xbec.batch import spark
from xbec.batch.bounds import Reach
from xbec.batch.lower import RowsProgram
from xbec.batch.spark_writer import NotSql, Written
from xbec.errors import InputError
from xbec.landed_cost.program import DIVISIONS, even

# Spark warns of any pandas of today; the bridge uses none.
pytestmark = pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning")

DAY = date(2026, 8, 3)


def as_spark(session: SparkSession, frame: pl.DataFrame) -> DataFrame:
    table = frame.to_arrow()
    texts = {pa.large_string(): pa.string(), pa.large_list(pa.large_string()): pa.list_(pa.string())}
    texts[pa.string_view()] = pa.string()
    fields = [x.with_type(texts.get(x.type, x.type)) for x in table.schema]
    return session.createDataFrame(table.cast(pa.schema(fields)))


def as_polars(result: DataFrame) -> pl.DataFrame:
    found = pl.from_arrow(result.toArrow())
    assert isinstance(found, pl.DataFrame)
    return found


def plan_of(result: DataFrame) -> str:
    return str(result._jdf.queryExecution().analyzed().toString())


def assert_same(found: pl.DataFrame, told: pl.DataFrame) -> None:
    """Every row and column that Polars tells, and nothing more but nulls."""
    assert found.height == told.height
    found, told = found.sort("line"), told.sort("line")
    for name in told.columns:
        assert found[name].to_list() == told[name].to_list(), name
        assert found[name].dtype == told[name].dtype, name
    for name in set(found.columns) - set(told.columns):
        assert found[name].null_count() == found.height, name


def shirts(**columns: Any) -> pl.DataFrame:
    """A few lines to Germany."""
    number = max((len(v) for v in columns.values() if isinstance(v, list)), default=1)
    base: dict[str, Any] = {
        "destination": "DE", "hs": "610910", "origin": "CN", "currency": "EUR", "price": Decimal("12.50"),
        "quantity": 2, "stated_duty": "12 %",
    }  # fmt: skip
    made = {name: v if isinstance(v, list) else [v] * number for name, v in (base | columns).items()}
    made["line"] = [f"{n:03}" for n in range(number)]
    kinds = {"price": pl.Decimal(10, 2)} if isinstance(made["price"][0], Decimal) else {}
    return pl.DataFrame(made, schema_overrides=kinds)


# the writer ----------------------------------------------------------------------------------------------------------


MODES = ("half-up", "half-down", "down", "up", "half-even")
NUMBERS = (0, 1, 2, 3, 5, 7, 10, 49, 50, 51, 99, 100, 150, 250, 10**6 + 1, 2**31, 10**12 - 1)


@pytest.mark.parametrize("times", [1, 10**9], ids=["bigint", "decimal"])
@pytest.mark.parametrize("ansi", ["true", "false"])
def test_a_program_in_sql_is_exact(session: SparkSession, times: int, ansi: str) -> None:
    """Roundings of ``(a - 5 or a) x times / b``, floors of negative numbers among them."""
    session.conf.set("spark.sql.ansi.enabled", ansi)
    ops: list[tuple[Any, ...]] = [("input", "a"), ("input", "b"), ("mul", 0, ("c", times)), ("mul", 1, ("c", times))]
    ops += [("sub", 2, ("c", 5 * times)), ("max", 3, ("c", times))]
    modes = MODES if times == 1 else MODES[:4]
    ops += [("div", 2, 5, mode) for mode in modes] + [("div", 4, 5, mode) for mode in MODES[:4]]
    ops += [("div", 0, ("c", 100), mode) for mode in MODES]
    outputs = {f"o{n}": n for n in range(6, len(ops))}
    program = RowsProgram(
        ops=tuple(ops), columns=(), levels=(), procedure=("c", 0), procedures=("any",), outputs=outputs, charges={},
        trouble=False,
    )  # fmt: skip
    reach = {"a": Reach(0, max(NUMBERS), False), "b": Reach(0, max(NUMBERS), False)}
    written = Written(
        program, reach, list(outputs.values()), prefix="xbec_", table=str, read=str, absent=lambda name: "false"
    )
    rows = session.createDataFrame([*product(NUMBERS, NUMBERS)], "a bigint, b bigint")
    told = {name: written.number(operand) for name, operand in outputs.items()}
    for stage in written.stages:
        rows = rows.selectExpr("*", *(f"{sql} as {name}" for name, sql in stage.items()))
    for row in rows.selectExpr("a", "b", *(f"{sql} as {name}" for name, sql in told.items())).collect():
        a, b = row["a"], row["b"]
        values: list[Any] = [None, None, a * times, b * times, (a - 5) * times, max(b, 1) * times]
        for name, node in outputs.items():
            _, n, d, mode = ops[node]
            top, by = (a if n == 0 else values[n]), (values[d] if isinstance(d, int) else d[1])
            assert row[name] == eval(DIVISIONS[mode].format(n=top, d=by), {"even": even}), (mode, a, b)


def test_what_no_number_of_spark_holds_is_refused() -> None:
    ops = (("input", "a"), ("mul", 0, 0), ("mul", 1, 1), ("div", 2, ("c", 10**30), "down"))
    program = RowsProgram(
        ops=ops, columns=(), levels=(), procedure=("c", 0), procedures=("any",), outputs={"o": 3}, charges={},
        trouble=False,
    )  # fmt: skip
    for high, holds in ((10**9, True), (10**10, False)):
        reach = {"a": Reach(0, high, False)}
        written = Written(program, reach, [3], prefix="xbec_", table=str, read=str, absent=str)
        if holds:
            assert written.number(3) == "xbec_v3"
            assert "decimal" in str(written.stages)
        else:
            with pytest.raises(NotSql):
                written.number(3)


# equality ------------------------------------------------------------------------------------------------------------


def test_sql_says_what_polars_says(session: SparkSession, equality: Any) -> None:
    """Random lines under laws of all kinds, each a consignment of its own, some that only the bridge can price."""
    frame = equality.frame_of(150, 1, kinds=2)
    frame = frame.with_columns(line=pl.concat_str("consignment", "line", separator="/"))
    frame = frame.with_columns(consignment="line")
    told = quote_here(frame, on="day", fx=equality.FX)
    result = spark.quote(as_spark(session, frame), on="day", fx=equality.FX, how="sql")
    assert "xbec_family" in plan_of(result)
    assert "MapInArrow" in plan_of(result)
    assert_same(as_polars(result), told)
    assert told["error"].null_count() > 100


def test_a_frame_that_fits_needs_no_python(session: SparkSession) -> None:
    number = 60
    frame = shirts(
        price=[Decimal(100 + 977 * n) / 100 for n in range(number)],
        freight=[f"{n}.5" for n in range(number)],
        hs=[("610910", "420221", "851762")[n % 3] for n in range(number)],
        registrations=["IOSS" if n % 2 else None for n in range(number)],
        destination=[("DE", "FR")[n % 4 // 2] for n in range(number)],
        weight_kg=1,
    )
    result = spark.quote(as_spark(session, frame), on=DAY, how="sql", charges=True, on_unknown="interval")
    told = quote_here(frame, on=DAY, charges=True, on_unknown="interval")
    found = as_polars(result)
    assert "MapInArrow" not in plan_of(result)
    charges = [name for name in told.columns if name.startswith("charge.")]
    assert_same(found.drop(charges), told.drop(charges))
    for name in charges:  # a charge that the law of a line does not know is null, or nothing
        assert found.sort("line")[name].fill_null(0).to_list() == told.sort("line")[name].fill_null(0).to_list(), name
    assert told["error"].null_count() == number
    assert result.schema["procedure"].dataType.simpleString() == "string"


@pytest.mark.parametrize("ansi", ["true", "false"])
def test_what_is_out_of_the_ordinary_is_priced_by_the_bridge(session: SparkSession, ansi: str) -> None:
    session.conf.set("spark.sql.ansi.enabled", ansi)
    prices = [
        "12.50", "9", None, "-1", "1e3", " 7", "7\n", "7.1234567", "", "0", "99999999999.999999", "12345678.90",
        "٣", "0x1F", "NaN", "123456789012", "00012.5",
    ]  # fmt: skip
    quantities = [2, None, 0, -3, 2**62, 10**9, 10**7, 1]
    rows = [(price, quantity) for price in prices for quantity in (2, 3)] + [("12.50", each) for each in quantities]
    frame = shirts(
        price=[price for price, _ in rows],
        quantity=[quantity for _, quantity in rows],
        weight_kg=[Decimal("1.5") if n % 5 else None for n in range(len(rows))],
        quantity_l=[Decimal(n - 1) for n in range(len(rows))],
    )
    assert_same(as_polars(spark.quote(as_spark(session, frame), on=DAY, how="sql")), quote_here(frame, on=DAY))


def test_texts_are_never_read_as_sql(session: SparkSession) -> None:
    strange = ["it's", 'a"b', "\\", "`x`", "--", "x' or '1'='1", "\\'", "${x}", "%", "é\u0000z", None, "reduced"]
    frame = shirts(tax_class=strange, flags=[["battery", None], []] * 6, stated_duty=["12 %", *strange[1:]])
    frame = frame.with_columns(**{'it\'s a "column" -- \\': 1, "xbecs": 2})
    found = as_polars(spark.quote(as_spark(session, frame), on=DAY, how="sql"))
    assert_same(found, quote_here(frame, on=DAY))


def test_questions_of_law_are_asked_of_their_lines_only(session: SparkSession) -> None:
    codes = ["640399" if n % 7 == 0 else "610910" for n in range(40)]
    frame = shirts(hs=codes, stated_duty=None, price=Decimal("400.00"))
    result = spark.quote(as_spark(session, frame), on=DAY, how="sql")
    assert "xbec_family" in plan_of(result)
    told = quote_here(frame, on=DAY)
    assert_same(as_polars(result), told)
    assert told["error"].null_count() == codes.count("610910")


def test_an_empty_frame_has_the_columns_too(session: SparkSession) -> None:
    result = spark.quote(as_spark(session, shirts()).filter("destination = 'FR'"), on=DAY, how="sql")
    assert result.count() == 0
    assert result.columns[-1] == "error_message"


def test_the_recipe_of_the_page_runs(session: SparkSession, tmp_path: Path) -> None:
    page = (Path(__file__).parents[3] / "docs" / "batch-clusters.md").read_text(encoding="utf-8")
    recipe: dict[str, Any] = {"__name__": "recipe"}
    for block in re.findall(r"^```python\n(.*?)^```", page, re.M | re.S)[:2]:
        exec(block, recipe)
    frame = shirts(price=[Decimal(n + 1) for n in range(5)])
    frame.write_parquet(tmp_path / "lines.parquet")
    recipe["price_in_sql"](session, str(tmp_path / "lines.parquet"), str(tmp_path / "priced"), DAY)
    assert_same(pl.read_parquet(tmp_path / "priced" / "*.parquet"), quote_here(frame, on=DAY))


@pytest.mark.parametrize("more", [0, 24, 40])
def test_methods_of_generated_code_are_small_enough_to_be_compiled(session: SparkSession, more: int) -> None:
    """The JVM runs a method of more than 8,000 bytes by interpreting it, 20 times as slow."""
    session.conf.set("spark.sql.codegen.wholeStage", "true")
    frame = shirts(price=[Decimal(n + 1) for n in range(40)], freight="5", weight_kg="1", registrations="IOSS")
    frame = frame.with_columns(pl.lit(n if n % 3 else "text").alias(f"more_{n}") for n in range(more))
    plan = spark.quote(as_spark(session, frame), on=DAY, how="sql")._jdf.queryExecution().executedPlan()
    code = str(session._jvm.org.apache.spark.sql.execution.debug.package.codegenString(plan))
    session.conf.set("spark.sql.codegen.wholeStage", "false")
    sizes = [int(size) for size in re.findall(r"maxMethodCodeSize:(\d+)", code)]
    assert sizes
    assert max(sizes) < 8_000


# which way -----------------------------------------------------------------------------------------------------------


def test_consignments_of_several_lines_go_over_the_bridge(session: SparkSession) -> None:
    frame = shirts(consignment=["a", "b", "a"])
    result = spark.quote(as_spark(session, frame), on=DAY, how="auto")
    assert "xbec_family" not in plan_of(result)
    assert_same(as_polars(result), quote_here(frame, on=DAY))
    with pytest.raises(InputError, match="consignments of several lines") as told:
        spark.quote(as_spark(session, frame), on=DAY, how="sql")
    assert told.value.field == "how"


def test_a_family_of_few_rows_is_no_branch(session: SparkSession) -> None:
    frame = shirts(destination=["DE"] * 30 + ["CH"])
    plan = plan_of(spark.quote(as_spark(session, frame), on=DAY, how="auto"))
    assert "xbec_family" in plan
    assert "MapInArrow" in plan
    assert "MapInArrow" not in plan_of(spark.quote(as_spark(session, frame), on=DAY, how="sql"))


def test_rows_that_change_are_not_surveyed(session: SparkSession) -> None:
    moving = as_spark(session, shirts(line=["1"])).withColumn("quantity", (f.rand() * 3).cast("bigint"))
    with pytest.raises(InputError, match="persist"):
        spark.quote(moving, on=DAY, how="sql")
    assert "xbec_family" not in plan_of(spark.quote(moving, on=DAY, how="auto"))


def test_a_row_that_the_survey_did_not_meet_stops_the_job(session: SparkSession, tmp_path: Path) -> None:
    shirts(price=[Decimal(n) for n in range(1, 9)]).write_parquet(tmp_path / "lines.parquet")
    result = spark.quote(session.read.parquet(str(tmp_path / "lines.parquet")), on=DAY, how="sql")
    assert result.count() == 8
    shirts(price=[Decimal(n) for n in range(2, 10)]).write_parquet(tmp_path / "lines.parquet")
    with pytest.raises(Exception, match="surveyed"):
        result.toArrow()


def test_a_way_that_is_none_is_refused(session: SparkSession) -> None:
    with pytest.raises(InputError, match="arrow, sql, auto") as told:
        spark.quote(as_spark(session, shirts()), on=DAY, how="udf")
    assert told.value.field == "how"


def test_a_column_with_a_name_of_ours_goes_over_the_bridge(session: SparkSession) -> None:
    frame = shirts().with_columns(xbec_family=1)
    with pytest.raises(InputError, match="xbec_"):
        spark.quote(as_spark(session, frame), on=DAY, how="sql")
