"""A DataFrame of Spark priced by its executors: whole consignments through the Arrow bridge, or lines in Spark's SQL.

``spark.quote(df, on=date(2026, 8, 3)).write.parquet("priced")``; see docs/batch-clusters.md.
"""

from __future__ import annotations

import hashlib
import inspect
import pickle
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import attrs
import polars as pl

from xbec.batch.columns import OUTPUTS, read
from xbec.batch.engine import ERRORS, RESULTS, WORDS, Engine, engine_of
from xbec.batch.run import quote as quote_frame
from xbec.batch.spark_plan import Ask
from xbec.batch.spark_sql import priced, why_not_sql
from xbec.errors import InputError, MissingExtra
from xbec.landed_cost.engine import default_of

if TYPE_CHECKING:
    import pyarrow as pa  # type: ignore[import-untyped]
    from pyspark.sql import DataFrame
    from pyspark.sql.types import DataType

HOW: Final = ("arrow", "sql", "auto")
_LEAST_SHARE: Final = 0.1
"""A family of fewer rows is cheaper over the bridge than as a branch, which reads all rows."""
MOST_LINES: Final = 1_000_000
"""Lines of one consignment that are held at once; one of more is refused, row by row."""
_MOST_AT_ONCE: Final = 10_000_000
_TEXTS: Final = frozenset({*WORDS, *ERRORS})
"""Results that are text; the others are whole numbers of minor units."""
_BOOKS: Final = ("law", "fx", "tariff")
_KINDS: Final[Mapping[str, pl.DataType]] = {
    "string": pl.String(), "char": pl.String(), "varchar": pl.String(), "byte": pl.Int8(), "short": pl.Int16(),
    "integer": pl.Int32(), "long": pl.Int64(), "float": pl.Float32(), "double": pl.Float64(), "boolean": pl.Boolean(),
    "date": pl.Date(), "timestamp": pl.Datetime(), "timestamp_ntz": pl.Datetime(), "void": pl.Null(),
}  # fmt: skip
"""Types of Spark by name, as Arrow brings them to Polars; the rest goes past the engine."""


@attrs.frozen(slots=True, kw_only=True)
class Task:
    """What an executor is told: how to price, what to read, what to return (by kind in Arrow), where to cut."""

    on: date | str
    options: Mapping[str, Any]
    sent: Mapping[str, Any] = attrs.field(factory=dict)
    """Books of the caller's own: a digest, and a broadcast variable of the pickled book."""
    inputs: tuple[str, ...]
    results: Mapping[str, str]
    several: bool
    rows_at_once: int
    most_lines: int = MOST_LINES


def quote(
    df: DataFrame,
    *,
    on: date | str,
    how: str = "arrow",
    partition: bool = True,
    rows_at_once: int = 100_000,
    **options: Any,
) -> DataFrame:
    """The lines of a DataFrame of Spark with their charges, as :func:`xbec.batch.quote` gives them.

    Columns in and out, ``on`` and ``options`` are those of :func:`xbec.batch.quote`: ``law``, ``fx``, ``tariff``,
    ``settings``, ``answers``, ``known_on``, ``on_unknown``, ``charges``, ``columns``, ``alone_below``. Amounts are
    ``bigint`` minor units of ``assessed_currency``; columns of the caller come back with their types. With
    ``charges=True`` every charge of the law book has a column, null where it is not in the lines.

    Lines of one ``consignment`` must meet: ``partition=True`` moves them into one partition and sorts it (one shuffle).
    With ``partition=False`` the caller states that the lines of a consignment stand one after another in one partition;
    rows then keep their places. Without a column ``consignment`` nothing is moved. Executors price ``rows_at_once``
    rows at a time, up to the end of a consignment; one of more than a million lines is refused, row by row.

    ``how="arrow"`` hands all rows to Python workers. ``how="sql"`` first runs a job that looks which kinds of lines
    there are, and writes the law of the commonest as SQL over ``bigint``; rows that SQL cannot answer go to Python, and
    the results are the same. It is for consignments of one line each and refuses others, as it does streams and rows
    that differ each time they are read. ``how="auto"`` does so where it can and where a law has a tenth of the rows,
    else as ``"arrow"``. In SQL rows do not keep their places.

    The defaults of law, rates and tariff are read where they are used, once a Python worker; books of your own are
    broadcast. xbec must be installed on the executors.

    Raises at once, before any job that prices: :class:`InputError` for a schema that cannot be priced, an option that
    is none, a book that cannot be sent; :class:`MissingExtra` without pyspark. What is wrong with a row is told in its
    ``error``.
    """
    _need_spark()
    from pyspark.sql import DataFrame as Frame
    from pyspark.sql.types import LongType, StringType, StructField, StructType

    if not isinstance(df, Frame):
        raise InputError(
            "not a frame of Spark", field="df", value=type(df).__name__, cure="use xbec.batch.quote for other frames"
        )
    if isinstance(rows_at_once, bool) or not isinstance(rows_at_once, int) or not 1 <= rows_at_once <= _MOST_AT_ONCE:
        raise InputError("not a number of rows", field="rows_at_once", value=rows_at_once, allowed="1 to 10,000,000")
    if how not in HOW:
        raise InputError("not a way to price", field="how", value=how, allowed=", ".join(HOW))
    _check_options(options)
    engine = _engine(options)
    kinds = {field.name: _kind(field.dataType) for field in df.schema.fields}
    results = results_of(options)
    _check_names(df.columns, results)
    _check_ids(kinds)
    read(pl.DataFrame(schema=kinds), on)
    several = "consignment" in kinds
    work = worker(
        on=on,
        options={name: value for name, value in options.items() if name not in _BOOKS},
        sent={name: _sent(df, name, options[name]) for name in _BOOKS if _is_own(name, options.get(name))},
        inputs=tuple(name for name, kind in kinds.items() if kind != pl.Object),
        results=results,
        several=several,
        rows_at_once=rows_at_once,
    )
    added = [StructField(name, StringType() if kind == "string" else LongType()) for name, kind in results.items()]
    schema = StructType([*df.schema.fields, *added])

    def over_the_bridge(rows: DataFrame) -> DataFrame:
        if partition and several:
            keys = [name for name in ("consignment", "line") if name in kinds]
            rows = rows.repartition("consignment").sortWithinPartitions(*keys)
        return rows.mapInArrow(work, schema)

    reason = None if how == "arrow" else why_not_sql(df, kinds)
    if how == "sql" and reason is not None:
        raise InputError(f"not to be priced in SQL: {reason}", field="how", value=how, cure='say how="auto"')
    if how == "arrow" or reason is not None:
        return over_the_bridge(df)
    ask = Ask(
        kinds=kinds,
        on=on,
        engine=engine,
        results=results,
        least_share=0 if how == "sql" else _LEAST_SHARE,
    )
    priced_there = priced(df, ask, over_the_bridge)
    return over_the_bridge(df) if priced_there is None else priced_there


def worker(**told: Any) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """What an executor runs on each partition; ``told`` are the fields of a :class:`Task`, plain values all of them."""

    def run(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        # Spark runs a Python worker a core, and Polars, when it is imported, starts a thread a core in each. This
        # function and what it holds must therefore be unpickled without an import of xbec.batch.
        import os

        os.environ.setdefault("POLARS_MAX_THREADS", os.environ.get("OMP_NUM_THREADS", "1"))
        from xbec.batch.spark import Task, price

        yield from price(batches, Task(**told))

    return run


def price(batches: Iterator[pa.RecordBatch], task: Task) -> Iterator[pa.RecordBatch]:
    """The batches of one partition, each row with its result."""
    options = {**task.options, **{name: _received(*sent) for name, sent in task.sent.items()}}
    for table, refused in _cut(batches, task):
        if refused:
            found = _refused(table, task)
        else:
            frame = pl.from_arrow(table.select(list(task.inputs)))
            assert isinstance(frame, pl.DataFrame)
            found = quote_frame(frame, on=task.on, **options)
        yield from _with_results(table, found, task).to_batches()


def results_of(options: Mapping[str, Any]) -> dict[str, str]:
    """The columns of the result and their kinds in Arrow, known before anything is priced."""
    asked = {*options.get("columns", RESULTS), *ERRORS}
    outputs = [name for name in OUTPUTS if name in asked]
    amounts = [name for name in outputs if name not in _TEXTS]
    charges: list[str] = []
    if options.get("charges"):
        law = options.get("law") or default_of("law")
        named = {component.id for jurisdiction in law for component in jurisdiction.components if component.kind}
        charges = [f"charge.{name}" for name in sorted(named)]
    ends: list[str] = []
    if options.get("on_unknown") == "interval":
        ends = [f"{name}_{end}" for name in (*amounts, *charges) for end in ("low", "high")]
    return {name: "string" if name in _TEXTS else "int64" for name in (*outputs, *charges, *ends)}


# what the driver checks ----------------------------------------------------------------------------------------------


def _need_spark() -> None:
    try:
        import pyarrow  # noqa: F401
        import pyspark  # noqa: F401
    except ImportError as missing:
        raise MissingExtra(
            "pricing on Spark needs an extra", field="extra", value="spark", cure="pip install 'xbec[spark]'"
        ) from missing


def _check_options(options: Mapping[str, Any]) -> None:
    known = [name for name in inspect.signature(quote_frame).parameters if name not in {"frame", "on"}]
    for name in options:
        if name not in known:
            raise InputError("not an option", field=name, value=options[name], allowed=", ".join(known))


def _engine(options: Mapping[str, Any]) -> Engine:
    """What the driver prices with, for the part that it writes as SQL."""
    names = ("law", "fx", "tariff", "settings", "answers", "known_on", "charges", "columns", "alone_below")
    told: dict[str, Any] = dict.fromkeys(names[:6]) | {name: options[name] for name in names if name in options}
    return engine_of(on_unknown=options.get("on_unknown", "raise"), **told)


def _check_names(columns: list[str], results: Mapping[str, Any]) -> None:
    """Spark takes a name with a dot for a field of a struct, and names without regard to capital letters."""
    seen: set[str] = set()
    for name in columns:
        if "." in name or "`" in name:
            raise InputError(
                "a name with a dot or a backtick, which Spark cannot hand over", field=name, cure="rename the column"
            )
        if name.lower() in seen:
            raise InputError("two columns of one name", field=name, cure="rename or drop one")
        seen.add(name.lower())
        if name not in results and name.lower() in results:
            raise InputError(
                "a column has the name of a result but for capital letters",
                field=name,
                cure=f"rename it, e.g. given_{name.lower()}",
            )


def _check_ids(kinds: Mapping[str, pl.DataType]) -> None:
    """Ids are compared as they are, so a kind that has no plain equality is none of an id."""
    for name, kind in kinds.items():
        is_id = name in {"consignment", "line"} or name.startswith("history_")
        if is_id and not (kind.is_integer() or kind in {pl.String(), pl.Null()}):
            raise InputError(
                "a column of a wrong kind", field=name, value=str(kind), allowed="text or whole numbers", cure="cast it"
            )


def _kind(dtype: DataType) -> pl.DataType:
    """A type of Spark as Polars reads it."""
    from pyspark.sql.types import ArrayType, DecimalType, StringType

    if isinstance(dtype, DecimalType):
        return pl.Decimal(dtype.precision, dtype.scale)
    if isinstance(dtype, ArrayType) and isinstance(dtype.elementType, StringType):
        return pl.List(pl.String())
    return _KINDS.get(dtype.typeName(), pl.Object())


def _is_own(name: str, book: Any) -> bool:
    return book is not None and book is not default_of(name)


def _sent(df: DataFrame, name: str, book: Any) -> Any:
    """A book as a broadcast variable, with a digest by which a worker knows that it has it already."""
    from pyspark import cloudpickle  # pickle itself refuses a law book, which holds functions

    if name == "law":
        for _ in book:  # a law book reads its files when asked, and its folders need not lie on the executors
            pass
    try:
        pickled = cloudpickle.dumps(book)  # type: ignore[no-untyped-call]
    except Exception as problem:
        raise InputError(
            f"a book that cannot be sent to the executors: {problem}",
            field=name,
            value=type(book).__name__,
            cure="make it of values that can be pickled (no open files, connections, generators)",
        ) from problem
    return hashlib.sha256(pickled).hexdigest(), df.sparkSession.sparkContext.broadcast(pickled)


# what an executor does -----------------------------------------------------------------------------------------------


_books: dict[str, Any] = {}
"""Books of callers by digest, made once a worker."""
_MOST_BOOKS: Final = 8


def _received(digest: str, sent: Any) -> Any:
    if digest not in _books:
        if len(_books) >= _MOST_BOOKS:
            _books.clear()
        _books[digest] = pickle.loads(sent.value)  # noqa: S301  # what the driver of this very job has sent
    return _books[digest]


def _cut(batches: Iterator[pa.RecordBatch], task: Task) -> Iterator[tuple[pa.Table, bool]]:
    if task.several:
        return whole_consignments(batches, task.rows_at_once, most_lines=task.most_lines)
    return ((_table([piece]), False) for piece in _pieces(batches, task.rows_at_once))


def whole_consignments(
    batches: Iterator[pa.RecordBatch], rows_at_once: int, *, most_lines: int = MOST_LINES
) -> Iterator[tuple[pa.Table, bool]]:
    """Batches cut anew where a ``consignment`` ends, at about ``rows_at_once`` rows; ``True`` marks what is refused.

    Lines of a consignment stand one after another. What follows the last end is carried to the next batch. Rows without
    a consignment are errors one by one and may be cut anywhere.
    """
    held: list[pa.RecordBatch] = []
    rows = 0
    over: Any = None
    for piece in _pieces(batches, rows_at_once):
        if over is not None:
            more = _first_run(piece, over)
            if more:
                yield _table([piece.slice(0, more)]), True
            if more == piece.num_rows:
                continue
            piece, over = piece.slice(more), None
        held.append(piece)
        rows += piece.num_rows
        if rows < rows_at_once:
            continue
        table = _table(held)
        last, open_rows = _last_run(held)
        whole = rows if last is None else rows - open_rows
        if whole:
            yield table.slice(0, whole), False
            held, rows = table.slice(whole).to_batches(), rows - whole
        if rows > most_lines:
            yield _table(held), True
            held, rows, over = [], 0, last
    if held:
        yield _table(held), False


def _pieces(batches: Iterator[pa.RecordBatch], rows: int) -> Iterator[pa.RecordBatch]:
    """Batches of at most so many rows, none of them empty."""
    for batch in batches:
        for start in range(0, batch.num_rows, rows):
            yield batch.slice(start, rows)


def _table(batches: list[pa.RecordBatch]) -> pa.Table:
    import pyarrow as pa

    return pa.Table.from_batches(batches)


def _ids(batch: pa.RecordBatch) -> pl.Series:
    ids = pl.from_arrow(batch.column("consignment"))
    assert isinstance(ids, pl.Series)
    return ids


def _last_run(held: list[pa.RecordBatch]) -> tuple[Any, int]:
    """The last consignment of these batches, and how many rows of it stand at their end."""
    last: Any = None
    found = 0
    for number, batch in enumerate(reversed(held)):
        runs = _ids(batch).rle()
        end = runs[-1]
        if number == 0:
            last = end["value"]
        elif end["value"] != last:
            break
        found += end["len"]
        if len(runs) > 1:
            break
    return last, found


def _first_run(batch: pa.RecordBatch, ident: Any) -> int:
    """How many rows at the start of a batch are of this consignment."""
    first = _ids(batch).rle()[0]
    return int(first["len"]) if first["value"] == ident else 0


def _refused(table: pa.Table, task: Task) -> pl.DataFrame:
    problem = InputError(
        f"a consignment of more than {task.most_lines:,} lines",
        field="consignment",
        value=table.column("consignment")[0].as_py(),
        cure="give each consignment an id of its own",
    )
    told = {"error": type(problem).__name__, "error_message": str(problem)}
    return pl.DataFrame({name: [text] * table.num_rows for name, text in told.items()})


def _with_results(table: pa.Table, found: pl.DataFrame, task: Task) -> pa.Table:
    """The rows as they came, and their results in the declared columns."""
    import pyarrow as pa

    strange = set(found.columns) - set(task.inputs) - set(task.results)
    assert not strange, f"results that were not declared: {sorted(strange)}"
    for name, kind in task.results.items():
        dtype = pa.type_for_alias(kind)
        if name in found.columns:
            column = found.get_column(name).to_arrow(compat_level=pl.CompatLevel.oldest()).cast(dtype)
        else:
            column = pa.nulls(table.num_rows, dtype)
        table = table.append_column(name, column)
    return table
