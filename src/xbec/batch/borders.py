"""Where a file of lines is cut: at borders of consignments, after checking that each consignment stands together.

Only the column of ids is read, a part of the file at a time. Ids that ascend need no memory at all; others are held as
hashes of 8 bytes, so many at once and no more, and what the hashes suspect is looked up in the file before it is said.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import attrs
import polars as pl

from xbec.errors import InputError

ROWS_READ_AT_ONCE: Final = 1_000_000
HASHES_AT_ONCE: Final = 2**25
"""256 MiB of hashes; a file of more lines is gone through several times."""
_SUSPECTS_AT_ONCE: Final = 10_000
_ID: Final = "consignment"


@attrs.frozen(slots=True)
class Pieces:
    """``cuts``: the rows at which pieces begin, and the end of the file; ``consignments``: how many there are."""

    cuts: tuple[int, ...]
    consignments: int

    @property
    def rows(self) -> int:
        """Lines of the file."""
        return self.cuts[-1]


def cut(scan: pl.LazyFrame, rows: int, rows_at_once: int) -> Pieces:
    """Cut a file into pieces of at most so many rows, each of whole consignments.

    Raises :class:`InputError` where lines of a consignment stand apart, and where one has more lines than a piece.
    """
    schema = scan.collect_schema()
    if _ID not in schema:
        return Pieces((*range(0, rows, rows_at_once), rows), rows)
    if schema[_ID].is_nested() or schema[_ID].is_float():
        raise InputError("a column of a wrong kind", field=_ID, value=str(schema[_ID]), allowed="text or whole numbers")
    cuts, found, latest, last = [0], 0, 0, None
    ascend = True
    for starts, ids in _starts(scan, rows):
        stated = ids.drop_nulls()
        found += len(stated)
        if ascend and len(stated):
            ascend = bool((stated.shift(1) < stated).all()) and (last is None or last < stated[0])
            last = stated[-1]
        latest = _cut_on(cuts, latest, starts, rows_at_once)
    _cut_on(cuts, latest, pl.Series([rows], dtype=pl.Int64), rows_at_once)
    if not ascend:
        _check_together(scan, rows)
    return Pieces((*cuts, rows) if rows else (0,), found)


def _cut_on(cuts: list[int], latest: int, starts: pl.Series, most: int) -> int:
    """Cut as far as these starts of consignments allow; tells the latest start that may still become a cut."""
    while True:
        within = int(starts.search_sorted(cuts[-1] + most, side="right"))
        if within:
            latest = max(latest, int(starts[within - 1]))
        if within == len(starts):
            return latest
        if latest == cuts[-1]:
            raise InputError(
                f"a consignment is longer than a piece: it begins at row {latest}",
                field=_ID,
                allowed=f"at most {most} lines",
                cure="see that the column holds ids of consignments, or ask for more rows at once",
            )
        cuts.append(latest)


def _starts(scan: pl.LazyFrame, rows: int) -> Iterator[tuple[pl.Series, pl.Series]]:
    """Rows on which consignments begin and their ids, a part of the file at a time; a row without id stands alone."""
    column = scan.select(_ID)
    if isinstance(scan.collect_schema()[_ID], pl.Categorical | pl.Enum):
        column = column.cast(pl.String)
    before: pl.Series | None = None
    for at in range(0, rows, ROWS_READ_AT_ONCE):
        ids = column.slice(at, ROWS_READ_AT_ONCE).collect().to_series()
        previous = ids.shift(1) if before is None else pl.concat([before, ids[:-1]])
        begins = ids.ne_missing(previous) | ids.is_null()
        where = begins.arg_true()
        yield where.cast(pl.Int64) + at, ids.gather(where)
        before = ids[-1:]


def _check_together(scan: pl.LazyFrame, rows: int) -> None:
    shares = 1 + rows // HASHES_AT_ONCE
    for share in range(shares):
        hashes = pl.concat([_hashes(ids, shares, share) for _, ids in _starts(scan, rows)]).sort()
        suspects = hashes.filter(hashes == hashes.shift(1)).unique()
        for at in range(0, len(suspects), _SUSPECTS_AT_ONCE):
            _look_up(scan, rows, suspects[at : at + _SUSPECTS_AT_ONCE])


def _hash(ids: pl.Series) -> pl.Series:
    return ids.hash()


def _hashes(ids: pl.Series, shares: int, share: int) -> pl.Series:
    hashes = _hash(ids.drop_nulls())
    return hashes if shares == 1 else hashes.filter(hashes % shares == share)


def _look_up(scan: pl.LazyFrame, rows: int, suspects: pl.Series) -> None:
    """Two ids may share a hash; only an id that begins twice is refused."""
    begun = [
        pl.DataFrame({"row": starts, _ID: ids}).filter(_hash(ids).is_in(suspects.implode()))
        for starts, ids in _starts(scan, rows)
    ]
    twice = (
        pl.concat(begun)
        .drop_nulls(_ID)
        .group_by(_ID)
        .agg(pl.col("row").min().alias("first"), pl.col("row").bottom_k(2).max().alias("again"), pl.len())
        .filter(pl.col("len") > 1)
        .sort("again")
    )
    if twice.height:
        ident, first, again = twice.row(0)[:3]
        raise InputError(
            f"the lines of a consignment stand apart: it begins at row {first} and again at row {again}",
            field=_ID,
            value=ident,
            cure='sort the file by consignment: polars.scan_parquet(f).sort("consignment").sink_parquet(g)',
        )
