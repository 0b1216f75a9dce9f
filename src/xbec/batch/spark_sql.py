"""Lines priced by Spark itself: the programs of the kinds of lines that are in a DataFrame, written as integer SQL.

A small table of all kinds is broadcast and joined; it holds the family of each, and the figures its program reads. Each
family is a branch of the plan that reads the rows of its own texts. What no program answers (an open question of law, a
consignment in trouble, a number out of the ordinary) goes over the Arrow bridge. So nothing hangs on the survey: a row
that it did not meet is priced by the bridge, or stops the job where no row was to go there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from operator import and_
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from xbec.batch.spark_kinds import ORDINARY, PREFIX, keys_of, numbers_of, quoted, survey, with_numbers
from xbec.batch.spark_plan import NO_FAMILY, Ask, Branch, Plan

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

_FAMILY: Final = f"{PREFIX}family"
_ASIDE: Final = f"{PREFIX}aside"
_CHANGED: Final = "a row that was not there when the DataFrame was surveyed; persist what gives other rows each time"
_LARGEST_METHOD: Final = 7_200
"""Bytes of one method of Spark's generated code; of more than 8,000 the JVM does not compile it, and rows take 20 times
as long. An operator that takes no part in generated code ends a method."""
_BYTES: Final = {"start": 1_150, "column": 55, "character": 1.5}
"""What a method comes to, as measured: a column that is read and written, and a character of SQL."""
_ALL_PARTITIONS: Final = 10**6
_FIRST_ROWS: Final = 1_000


def why_not_sql(df: DataFrame, kinds: Mapping[str, pl.DataType]) -> str | None:
    """Why Spark's own SQL cannot price a DataFrame; ``None`` where it can."""
    from pyspark.sql.types import StringType

    if not hasattr(df, "_jdf"):
        return "a session of Spark Connect"
    if df.isStreaming:
        return "a stream, which cannot be surveyed"
    if any(name.lower().startswith(PREFIX) for name in kinds):
        return f"a column whose name begins with {PREFIX}"
    for field in df.schema.fields:
        if kinds[field.name] == pl.String() and field.dataType != StringType():
            return f"text that is compared in a way of its own, in {field.name}"
    if not df._jdf.queryExecution().withCachedData().deterministic():
        return "rows that differ each time they are read; persist them"
    if "consignment" in kinds and not _is_one_line_each(df):
        return "consignments of several lines"
    return None


def _is_one_line_each(df: DataFrame) -> bool:
    """Has each consignment one line? The first rows tell that most often, else all are counted."""
    for ids in (df.select("consignment").limit(_FIRST_ROWS), df.select("consignment")):
        if ids.groupBy("consignment").count().where("count > 1 or consignment is null").limit(1).count():
            return False
    return True


def priced(df: DataFrame, ask: Ask, bridge: Callable[[DataFrame], DataFrame]) -> DataFrame | None:
    """The DataFrame with its results, after one job that looks what is in it; ``None`` where nothing fits SQL."""
    numbers = numbers_of(ask.kinds, ask.on)
    found = survey(df, ask.kinds, ask.on, numbers)
    if found is None:
        return None
    plan = Plan(found, numbers, ask)
    if not plan.branches:
        return None
    columns = [quoted(name) for name in df.columns]
    parts, aside = [], []
    for branch in plan.branches:
        if plan.all_fit and branch.number == 0:
            stray = f"if({_FAMILY} = {NO_FAMILY}, raise_error('{_CHANGED}'), false)"
            rows = _with_families(df, plan).where(f"if({_FAMILY} = 0, true, {stray})")
        else:
            rows = _with_families(_only(df, branch.only), plan).where(f"{_FAMILY} = {branch.number}")
        rows = _worked_out(rows, branch, plan)
        if branch.trouble is not None:
            # Not deterministic in name, or Spark would move the filters down and write out anew all that they hang on.
            rows = rows.selectExpr("*", f"({branch.trouble} or spark_partition_id() < 0) as {_ASIDE}")
            aside.append(rows.where(_ASIDE).selectExpr(*columns))
            rows = rows.where(f"not {_ASIDE}")
        parts.append(rows.selectExpr(*columns, *(f"{sql} as {quoted(name)}" for name, sql in branch.results.items())))
    if not plan.all_fit:
        aside.append(_with_families(df, plan).where(f"{_FAMILY} = {NO_FAMILY}").selectExpr(*columns))
    if aside:
        parts.append(bridge(reduce(type(df).union, aside)))
    return reduce(type(df).union, parts)


def _only(df: DataFrame, values: Mapping[str, list[Any]]) -> DataFrame:
    """The rows that have such values, which a source may find without reading all others."""
    from pyspark.sql import functions as f

    for name, some in values.items():
        column = f.col(quoted(name))
        kept = column.isin([value for value in some if value is not None])
        df = df.where(kept | column.isNull() if None in some else kept)
    return df


def _worked_out(rows: DataFrame, branch: Branch, plan: Plan) -> DataFrame:
    """The rows with the columns of a branch, in methods of generated code that the JVM compiles."""
    start = _BYTES["start"] + _BYTES["column"] * (len(plan.ask.kinds) + len(plan.ask.results) + len(plan.columns))
    size = start
    for stage in (*branch.stages, branch.results):
        more = _BYTES["character"] * sum(map(len, stage.values()))
        if size + more > _LARGEST_METHOD and size > start:
            rows, size = rows.coalesce(_ALL_PARTITIONS), start
        size += more
        if stage is not branch.results:
            rows = rows.selectExpr("*", *(f"{sql} as {name}" for name, sql in stage.items()))
    return rows


def _with_families(df: DataFrame, plan: Plan) -> DataFrame:
    """The rows with their numbers, and with the family and the figures of their kind, from a table that is broadcast.

    What all kinds have in common is compared, what differs is joined.
    """
    import pyarrow as pa  # type: ignore[import-untyped]
    from pyspark.sql import functions as f

    fits = f.expr(ORDINARY)
    for number in plan.numbers:
        reach = plan.found.reach[number.name]
        fits = fits & f.expr(f"coalesce({number.column} <= {reach.high}L, {str(reach.gaps).lower()})")
    told = plan.found.told
    kept = [n for n, family in enumerate(plan.family) if family != NO_FAMILY]
    table: dict[str, Any] = {f"{PREFIX}of": pa.array([plan.family[n] for n in kept], pa.int32())}
    table |= {name: pa.array([values[n] for n in kept], pa.int64()) for name, values in plan.columns.items()}
    matches: list[Column] = []
    rows = with_numbers(df, plan.numbers)
    for position, (name, sql) in enumerate(keys_of(plan.ask.kinds, plan.ask.on, plan.numbers).items()):
        values = [told.get_column(name)[n] for n in kept]
        if len(set(values)) == 1:
            own = f.expr(sql)
            fits = fits & (own.isNull() if values[0] is None else own.eqNullSafe(f.lit(values[0])))
            continue
        key, given = f"{PREFIX}k{position}", f"{PREFIX}g{position}"
        kind = {pl.Boolean(): pa.bool_(), pl.Date(): pa.date32()}.get(told.schema[name], pa.string())
        table[key] = pa.array(values, kind)
        rows = rows.withColumn(given, f.expr(sql))
        matches.append(f.col(given).eqNullSafe(f.col(key)) if None in values else f.col(given) == f.col(key))
    small = f.broadcast(df.sparkSession.createDataFrame(pa.table(table)))
    rows = rows.withColumn(f"{PREFIX}fits", f.coalesce(fits, f.lit(False)))
    rows = rows.join(small, on=reduce(and_, matches), how="left") if matches else rows.crossJoin(small)
    return rows.selectExpr("*", f"if({PREFIX}fits, coalesce({PREFIX}of, {NO_FAMILY}), {NO_FAMILY}) as {_FAMILY}")
