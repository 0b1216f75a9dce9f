"""Places in tables, and what stands there, as values that any writer can write down.

An index is a whole number, the name of a column of whole numbers, a look into a table, or something made of two.
None is below zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import attrs
import polars as pl


@attrs.frozen(slots=True, eq=False)
class Look:
    """What stands in ``table`` at a place."""

    table: pl.Series
    at: Index


@attrs.frozen(slots=True, eq=False)
class Pair:
    """One number for two: ``first * many + second``, the second below ``many``."""

    first: Index
    many: int
    second: Index


@attrs.frozen(slots=True, eq=False)
class Both:
    """1 where two numbers have a bit in common, else 0."""

    first: Index
    second: Index


Index: TypeAlias = int | str | Look | Pair | Both


def look(table: pl.Series, at: Index) -> Index:
    """A look into a table; a number where the place is known, or the same stands at every place."""
    if isinstance(at, int):
        return int(table[at])
    return int(table[0]) if table.n_unique() == 1 else Look(table, at)


def pair(first: Index, many: int, second: Index) -> Index:
    """One number for two."""
    if first == 0:
        return second
    if many == 1:
        return first
    if isinstance(first, int) and isinstance(second, int):
        return first * many + second
    return Pair(first, many, second)


def both(first: Index, second: Index) -> Index:
    """Whether two numbers have a bit in common."""
    if isinstance(first, int) and isinstance(second, int):
        return int(first & second > 0)
    return 0 if first == 0 or second == 0 else Both(first, second)


def names(index: Index) -> set[str]:
    """The columns that an index names."""
    if isinstance(index, int):
        return set()
    if isinstance(index, str):
        return {index}
    return names(index.at) if isinstance(index, Look) else names(index.first) | names(index.second)


def expression(index: Index, columns: Mapping[str, pl.Expr]) -> pl.Expr:
    """An index as an expression over the columns it names."""
    if isinstance(index, int):
        return pl.lit(index, dtype=pl.UInt64)
    if isinstance(index, str):
        return columns[index]
    if isinstance(index, Look):
        return pl.lit(index.table).gather(expression(index.at, columns))
    first, second = (expression(each, columns).cast(pl.UInt64) for each in (index.first, index.second))
    return first * index.many + second if isinstance(index, Pair) else (first & second > 0).cast(pl.UInt64)
