"""Kinds: which combinations of texts the rows of a frame have, and the number of its kind for every row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import product
from math import prod
from typing import Any, Final

import attrs
import numpy as np
import polars as pl

from xbec.batch.frames import select
from xbec.batch.texts import coded

_DENSE: Final = 2**22
"""Up to so many combinations, those that are there are found and numbered by a table; more by a join."""


@attrs.frozen(slots=True, cache_hash=True)
class Kinds:
    """The choices of each column, and which of their combinations are there (``None``: all may be)."""

    names: tuple[str, ...]
    choices: tuple[tuple[Any, ...], ...]
    there: tuple[int, ...] | None

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """The values of each kind, one a column."""
        if self.there is None:
            yield from product(*self.choices)
            return
        for number in self.there:
            row = []
            for choice in reversed(self.choices):
                number, place = divmod(number, len(choice))
                row.append(choice[place])
            yield tuple(reversed(row))


@attrs.frozen(slots=True)
class Numbered:
    """Columns with a whole number in place of each value: what each number stands for, and the number by column."""

    frame: pl.DataFrame
    choices: dict[str, tuple[Any, ...]]
    numbers: dict[str, pl.Expr]


def numbered(frame: pl.DataFrame, names: Iterable[str]) -> Numbered:
    """Numbers in place of the values of these columns; nothing stated is a value of its own.

    Texts are numbered in their order, so that frames of the same texts have the same kinds.
    """
    columns, choices, numbers = [], {}, {}
    names = list(dict.fromkeys(names))
    schema = frame.schema
    texts = [name for name in names if schema[name] == pl.String]
    found = dict(zip(texts, coded([frame.get_column(name) for name in texts]), strict=True))
    for name in names:
        column, kind = frame.get_column(name), schema[name]
        if isinstance(kind, pl.Enum):
            number_of, choice = pl.col(name).to_physical(), _listed(name, kind.categories)
            if column.null_count():
                number_of, choice = number_of.cast(pl.UInt32).fill_null(len(choice)), (*choice, None)
            numbers[name], choices[name] = number_of, choice
            continue
        number, values = found.get(name) or _numbered(column, kind)
        none = number.null_count() > 0
        if none:
            number = number.cast(pl.UInt32).fill_null(len(values))
        columns.append(number.alias(name))
        numbers[name] = pl.col(name)
        if kind == pl.String and not values.is_sorted():
            order = values.arg_sort()
            values = values.gather(order)
            rank = order.arg_sort().extend_constant(len(values), 1)
            numbers[name] = pl.lit(rank).gather(pl.col(name))
        choices[name] = _listed(name, values) + (None,) * none
    return Numbered(frame.with_columns(columns) if columns else frame, choices, numbers)


_listed_before: dict[str, tuple[pl.Series, tuple[Any, ...]]] = {}
_MOST_LISTED: Final = 64


def _listed(name: str, values: pl.Series) -> tuple[Any, ...]:
    """What numbers stand for; the very same tuple for the same values as before, which is found equal at once."""
    before = _listed_before.get(name)
    if before is None or not before[0].equals(values, check_dtypes=True):
        if len(_listed_before) >= _MOST_LISTED:
            _listed_before.clear()
        before = _listed_before[name] = (values, tuple(values.to_list()))
    return before[1]


def _numbered(column: pl.Series, kind: pl.DataType) -> tuple[pl.Series, pl.Series]:
    """Numbers from zero, null where the value is, and what they stand for."""
    if kind == pl.Boolean:
        return column.cast(pl.UInt8), pl.Series([False, True])
    if kind == pl.Date:
        days = column.to_physical()
        least, most = days.min(), days.max()
        if not isinstance(least, int) or not isinstance(most, int):
            return days, column.head(0)
        if most - least < _DENSE:
            of_row = (days - least).cast(pl.UInt32)
            there, dense = _there(of_row, most - least + 1)
            return dense.gather(of_row), (pl.Series(there, dtype=pl.Int32) + least).cast(pl.Date)
    values = column.unique(maintain_order=True).drop_nulls()
    place = pl.DataFrame([values, pl.int_range(len(values), dtype=pl.UInt32, eager=True).alias("number")])
    joined = column.to_frame().join(place, on=column.name, how="left", maintain_order="left")
    return joined.get_column("number"), values


def kinds_of(given: Numbered, names: Sequence[str], *, most: int) -> tuple[pl.Expr, Kinds]:
    """The number of its kind for every row, as an expression over the columns, and the kinds.

    Where there are at most ``most`` combinations, each is a kind and no pass over the rows is made.
    """
    choices = [given.choices[name] for name in names]
    size = prod(map(len, choices))
    wide = pl.UInt32 if size <= _DENSE else pl.Int64
    number: pl.Expr | None = None
    for name, choice in zip(names, choices, strict=True):
        if len(choice) > 1:
            digit = given.numbers[name].cast(wide)
            number = digit if number is None else number * len(choice) + digit
    kinds = Kinds(tuple(names), tuple(choices), None)
    if number is None:
        return pl.lit(0, dtype=pl.UInt32), kinds
    if size <= most:
        return number, kinds
    of_rows = select(given.frame, number).to_series()
    there, place = places(of_rows, size)
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


def narrow(many: int) -> type[pl.DataType]:
    """The smallest kind of whole number for as many."""
    return pl.UInt8 if many <= 2**8 else pl.UInt16 if many <= 2**16 else pl.UInt32
