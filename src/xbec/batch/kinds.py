"""Kinds: which combinations of texts the rows of a frame have, and the number of its kind for every row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from itertools import product
from math import prod
from typing import Any, Final

import attrs
import numpy as np
import polars as pl

from xbec.batch.texts import coded

_DENSE: Final = 2**22
"""Up to so many combinations, those that are there are found and numbered by a table; more by a join."""
_EPOCH: Final = date(1970, 1, 1)


@attrs.frozen(slots=True, cache_hash=True)
class Kinds:
    """The choices of each column, and which of their combinations are there (``None``: all may be)."""

    names: tuple[str, ...]
    choices: tuple[tuple[Any, ...], ...]
    there: tuple[int, ...] | None

    def rows(self) -> list[dict[str, Any]]:
        """The values of each kind, by column."""
        if self.there is None:
            return [dict(zip(self.names, row, strict=True)) for row in product(*self.choices)]
        found = []
        for number in self.there:
            row: dict[str, Any] = {}
            for name, choice in zip(reversed(self.names), reversed(self.choices), strict=True):
                number, place = divmod(number, len(choice))
                row[name] = choice[place]
            found.append(row)
        return found


def numbered(frame: pl.DataFrame, names: Iterable[str]) -> tuple[pl.DataFrame, dict[str, tuple[Any, ...]]]:
    """The frame with a whole number in place of each value of these columns, and the value of each number.

    Nothing stated is a value of its own.
    """
    numbers, choices = [], {}
    for name in names:
        number, choice = _numbered(frame.get_column(name))
        if number.null_count():
            number, choice = number.cast(pl.UInt32).fill_null(len(choice)), [*choice, None]
        numbers.append(number.alias(name))
        choices[name] = tuple(choice)
    return frame.with_columns(numbers), choices


def _numbered(column: pl.Series) -> tuple[pl.Series, list[Any]]:
    """Numbers from zero, null where the value is, and what they stand for."""
    kind = column.dtype
    if isinstance(kind, pl.Enum):
        return column.to_physical(), kind.categories.to_list()
    if kind == pl.Boolean:
        return column.cast(pl.UInt8), [False, True]
    if kind == pl.Date:
        days = column.to_physical()
        least, most = days.min(), days.max()
        if not isinstance(least, int) or not isinstance(most, int):
            return days, []
        if most - least < _DENSE:
            there, dense = _there((days - least).cast(pl.UInt32), most - least + 1)
            return dense.gather((days - least).cast(pl.UInt32)), [_EPOCH + timedelta(least + day) for day in there]
    if kind == pl.String:
        found = coded(column)
        if found is not None:
            return found[0], found[1].to_list()
    values = column.unique(maintain_order=True).drop_nulls()
    place = pl.DataFrame([values, pl.int_range(len(values), dtype=pl.UInt32, eager=True).alias("number")])
    joined = column.to_frame().join(place, on=column.name, how="left", maintain_order="left")
    return joined.get_column("number"), values.to_list()


def kinds_of(
    frame: pl.DataFrame, names: Sequence[str], choices: dict[str, tuple[Any, ...]], *, most: int
) -> tuple[pl.Expr, Kinds]:
    """The number of its kind for every row, and the kinds. ``frame`` and ``choices`` are what :func:`numbered` gave.

    Where there are at most ``most`` combinations, each is a kind and no pass over the rows is made: the number is an
    expression over the columns.
    """
    sizes = [len(choices[name]) for name in names]
    number: pl.Expr = pl.lit(0, dtype=pl.UInt32)
    wide = pl.UInt32 if prod(sizes) <= _DENSE else pl.Int64
    told = [name for name in names if len(choices[name]) > 1]
    for position, name in enumerate(told):
        digit = pl.col(name).cast(wide)
        number = digit if position == 0 else number * len(choices[name]) + digit
    kinds = Kinds(tuple(names), tuple(choices[name] for name in names), None)
    if prod(sizes) <= most:
        return number, kinds
    of_rows = frame.lazy().select(number).collect(engine="streaming").to_series()
    there, place = places(of_rows, prod(sizes))
    return place(number), attrs.evolve(kinds, there=tuple(there))


def places(numbers: pl.Series, size: int) -> tuple[list[int], Callable[[pl.Expr], pl.Expr]]:
    """Which numbers below ``size`` are there, and what gives each number its place among them."""
    if size <= min(_DENSE, 2**16 + 8 * len(numbers)):
        there, table = _there(numbers, size)
        return there, pl.lit(table).gather
    found = numbers.unique().sort().drop_nulls()
    return found.to_list(), pl.lit(found).search_sorted


def _there(numbers: pl.Series, size: int) -> tuple[list[int], pl.Series]:
    """Which numbers below ``size`` are there, and a table from each of them to its place among them."""
    flags = np.zeros(size, dtype=np.bool_)
    flags[numbers.drop_nulls().to_numpy()] = True
    return np.flatnonzero(flags).tolist(), pl.Series(np.cumsum(flags, dtype=np.uint32) - 1)
