"""What is in a DataFrame of Spark, found in one job: its kinds of lines, and how large the numbers of each are.

The numbers of a row become ``bigint`` in SQL as :mod:`xbec.batch.columns` makes them integers in Polars. A row with a
number that cannot be, or one far beyond the trade (:data:`LARGEST`), is not *ordinary* and goes over the Arrow bridge.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import attrs
import polars as pl

from xbec.batch.bounds import Reach
from xbec.batch.columns import (
    AMOUNTS,
    CONSIGNMENT_TEXTS,
    DAYS,
    LINE_TEXTS,
    Frame,
    column_of,
    read,
)  # fmt: skip

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

PREFIX: Final = "xbec_"
"""Begins the name of every column that is added on the way."""
LARGEST: Final = 10**7
"""Units of the currency in an amount, pieces of a line, kilograms: more is not ordinary."""
MOST_KINDS: Final = 50_000
ORDINARY: Final = f"{PREFIX}ordinary"
_MICRO: Final = 6
_MOST: Final = 2**62
_PLACES_OF_TEXT: Final = 6


@attrs.frozen(slots=True)
class Number:
    """An integer of a row: as it is stated, when it is ordinary, and its worth among the inputs of a program.

    ``stated`` is SQL over the columns of the caller, ``""`` for what is made of others; ``ordinary`` and ``worth`` are
    SQL over the stated numbers. All are null where nothing is stated.
    """

    name: str
    stated: str
    ordinary: str
    worth: str

    @property
    def column(self) -> str:
        """The column of its worth."""
        return column_of_input(self.name)


@attrs.frozen(slots=True, eq=False)
class Kinds:
    """The kinds of lines of a DataFrame: ``told`` has a row a kind, its texts, days, and which amounts it states.

    ``rows`` counts the ordinary rows of each, ``others`` all that are not. ``frame`` is what the engine reads of them,
    amounts aside. ``reach`` are the bounds of each number over the ordinary rows.
    """

    frame: Frame
    told: pl.DataFrame
    rows: list[int]
    others: int
    reach: dict[str, Reach]


def column_of_input(name: str) -> str:
    """The column of an input of programs."""
    return f"{PREFIX}in_{name if name.isidentifier() else name.encode().hex()}"


def quoted(name: str) -> str:
    """The name of a column in SQL."""
    return "`" + name.replace("`", "``") + "`"


def keys_of(kinds: Mapping[str, pl.DataType], on: date | str, numbers: Sequence[Number]) -> dict[str, str]:
    """What decides the kind of a line, in SQL: texts, days, and ``has x``, whether an optional amount is stated."""
    found = {name: quoted(name) for name in (*CONSIGNMENT_TEXTS, *LINE_TEXTS, *DAYS) if name in kinds}
    for name in found:
        if isinstance(kinds[name], pl.List):
            found[name] = f"array_join({quoted(name)}, ',')"
        elif kinds[name] == pl.Null():
            found[name] = "cast(null as string)"
    found |= {name: f"cast({quoted(name)} as string)" for name in kinds if name.startswith("history_")}
    found |= {on: quoted(on)} if isinstance(on, str) else {}
    return found | {f"has {x.name}": f"{x.column} is not null" for x in numbers if _is_optional(x.name)}


def numbers_of(kinds: Mapping[str, pl.DataType], on: date | str) -> list[Number]:
    """The integers that a row of such columns brings."""
    scales = read(pl.DataFrame(schema={n: k for n, k in kinds.items() if n not in {"consignment", "line"}}), on).scales
    found = []
    for name, scale in scales.items():
        column = _column_of(kinds, name)
        if name == "goods" or (name == "quantity" and column not in kinds):
            continue
        is_amount = name in AMOUNTS or "." in name
        stated, given = _exact(kinds, column)
        largest = LARGEST * 10 ** (given if scale >= 0 else -scale + 1)
        own = _stated(name)
        ordinary = f"{own} between {0 if is_amount else 1}L and {largest}L"
        if name not in {"price", "quantity"}:
            ordinary = f"({quoted(column)} is null or {ordinary})"
        times = "" if is_amount or name == "quantity" else f" * {10 ** (_MICRO - given)}L"
        found.append(Number(name, stated, ordinary, f"{own}{times}"))
    scale = scales["goods"]
    most = min(LARGEST * 10 ** (scale if scale >= 0 else -scale + 1), _MOST)
    price, pieces = _stated("price"), _stated("quantity") if "quantity" in kinds else "1L"
    found.append(
        Number("goods", "", f"if({pieces} > 0L, {price} <= {most}L div {pieces}, false)", f"{price} * {pieces}")
    )
    found.append(Number("piece", "", "true", f"{pieces} * {10 ** (_MICRO - scales['quantity'])}L"))
    return found


def _is_optional(name: str) -> bool:
    """May a consignment state it or not, and does the law see which?"""
    return name in {"freight", "insurance"} or name.startswith("fee.")


def _stated(name: str) -> str:
    return f"{column_of_input(name)}_stated"


def _column_of(kinds: Mapping[str, pl.DataType], name: str) -> str:
    if name in AMOUNTS or "." in name:
        return column_of(kinds, name)
    return "weight_kg" if name == "kg_gross" else name if name in {"goods", "quantity"} else f"quantity_{name}"


def _exact(kinds: Mapping[str, pl.DataType], column: str) -> tuple[str, int]:
    """A column of exact numbers as ``bigint``, null where it is too large or no number, and its decimals."""
    dtype, sql = kinds[column], quoted(column)
    if isinstance(dtype, pl.Decimal):
        places = dtype.scale
        if dtype.precision > 18:
            limit = f"cast('{10**12 - 1}' as decimal(13,0))"
            sql = f"if({sql} between -{limit} and {limit}, cast({sql} as decimal(18,{places})), null)"
        return (f"cast({sql} * {10**places} as bigint)" if places else f"cast({sql} as bigint)"), places
    if dtype == pl.String():
        # Digits and a point alone, to the very end of the text; Spark's cast would take spaces and exponents too.
        number = rf"{sql} rlike r'\A[0-9]{{1,11}}([.][0-9]{{1,6}})?\z'"
        sql = f"if({number}, try_cast({sql} as decimal(17,{_PLACES_OF_TEXT})), null)"
        return f"cast({sql} * {10**_PLACES_OF_TEXT} as bigint)", _PLACES_OF_TEXT
    return f"cast({sql} as bigint)", 0


def with_numbers(df: DataFrame, numbers: Sequence[Number]) -> DataFrame:
    """A DataFrame with a column for the worth of each number, null on rows that are not :data:`ORDINARY`."""
    stated = [f"{x.stated} as {_stated(x.name)}" for x in numbers if x.stated]
    ordinary = " and ".join(f"coalesce({number.ordinary}, false)" for number in numbers)
    df = df.selectExpr("*", *stated).selectExpr("*", f"({ordinary}) as {ORDINARY}")
    return df.selectExpr("*", *(f"if({ORDINARY}, {x.worth}, null) as {x.column}" for x in numbers))


def survey(df: DataFrame, kinds: Mapping[str, pl.DataType], on: date | str, numbers: Sequence[Number]) -> Kinds | None:
    """The kinds of lines of a DataFrame, by one job; ``None`` where they are too many."""
    from pyspark.sql import functions as f

    texts = keys_of(kinds, on, numbers)
    named = [f"{PREFIX}t{n}" for n in range(len(texts))]
    rows = with_numbers(df, numbers).selectExpr(
        "*", *(f"{x} as {y}" for x, y in zip(texts.values(), named, strict=True))
    )
    counts = [f"count_if({ORDINARY}) as many", f"count_if(not {ORDINARY}) as others"]
    for n, number in enumerate(numbers):
        counts.append(f"max({number.column}) as high{n}")
        counts.append(f"coalesce(bool_or({ORDINARY} and {number.column} is null), false) as gaps{n}")
    found = pl.from_arrow(rows.groupBy(*named).agg(*map(f.expr, counts)).limit(MOST_KINDS + 1).toArrow())
    assert isinstance(found, pl.DataFrame)
    if found.height > MOST_KINDS:
        return None
    reach = {}
    for n, number in enumerate(numbers):
        high: Any = found.get_column(f"high{n}").max()
        reach[number.name] = Reach(0, high or 0, bool(found.get_column(f"gaps{n}").any()))
    told = found.select(pl.col(own).alias(name) for own, name in zip(named, texts, strict=True))
    return Kinds(
        frame=read(_as_given(told, kinds), on),
        told=told,
        rows=found.get_column("many").to_list(),
        others=int(found.get_column("others").sum()),
        reach=reach,
    )


def _as_given(told: pl.DataFrame, kinds: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """The kinds as a frame with the columns of the caller; all amounts are nothing, or not stated."""
    stated = {column_of(kinds, name[4:]): pl.col(name) for name in told.columns if name.startswith("has ")}
    chosen = []
    for name, kind in kinds.items():
        if name in told.columns:
            chosen.append(pl.col(name))
        elif _is_number(name):
            nothing = pl.lit("0").cast(kind) if kind != pl.Null() else pl.lit(None)
            chosen.append((pl.when(stated[name]).then(nothing) if name in stated else nothing).alias(name))
    return told.select(chosen)


def _is_number(name: str) -> bool:
    amounts = {*AMOUNTS, *(f"{amount}_minor" for amount in AMOUNTS)}
    return name in amounts | {"quantity", "weight_kg"} or name.startswith(("quantity_", "content_", "stated_fee_"))
