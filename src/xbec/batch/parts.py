"""Rows parted by the program that prices them, block by block so that they stay in cache, and put back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import accumulate
from typing import TYPE_CHECKING, Final, TypeVar

import attrs
import numpy as np
import polars as pl

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.unsignedinteger]

_BLOCK: Final = 2**18
_FEW: Final = 6
"""Of so few parts each is looked for in a pass of its own; more are sorted."""
Block = TypeVar("Block")
Part = TypeVar("Part")


@attrs.frozen(slots=True, eq=False)
class Places:
    """By block, how many of its rows each part has, and where its rows stand in turn.

    ``places`` are those of the rows of a block among its rows laid end to end, part after part.
    """

    sizes: list[list[int]]
    places: list[pl.Series]

    def put_back(self, parts: Sequence[pl.DataFrame | None]) -> pl.DataFrame:
        """What the rows of each part came to, in the order of the whole; columns that a part has not are null."""
        whole = pl.concat([part for part in parts if part is not None], how="diagonal")
        starts = list(accumulate(map(sum, zip(*self.sizes, strict=True)), initial=0))[:-1]
        firsts = []
        for sizes in self.sizes:
            firsts.append(starts)
            starts = [start + size for start, size in zip(starts, sizes, strict=True)]

        def put(block: int) -> pl.DataFrame:
            taken = zip(firsts[block], self.sizes[block], strict=True)
            rows = pl.concat([whole.slice(first, size) for first, size in taken if size], rechunk=True)
            return rows[self.places[block]]

        return pl.concat(side_by_side(put, range(len(self.sizes))))


def parted(rows: pl.DataFrame, of_row: Numbers, many: int) -> tuple[list[pl.DataFrame], Places]:
    """The rows of each of ``many`` parts, by the number of its part in each row, in their order; and the way back."""
    count = np.arange(_BLOCK, dtype=np.uint32)

    def cut(start: int) -> tuple[list[pl.DataFrame], list[int], pl.Series]:
        here = of_row[start : start + _BLOCK]
        if many <= _FEW:
            each = [np.flatnonzero(here == number) for number in range(many)]
            order, sizes = np.concatenate(each), [len(rows) for rows in each]
        else:
            order = np.argsort(here, kind="stable")
            ends = np.searchsorted(here[order], np.arange(many), side="right")
            sizes = np.diff(ends, prepend=0).tolist()
        block = rows.slice(start, _BLOCK)[pl.Series(order.astype(np.uint32))]
        places = np.empty(len(order), dtype=np.uint32)
        places[order] = count[: len(order)]
        pieces = [block.slice(end - n, n) for n, end in zip(sizes, accumulate(sizes), strict=True)]
        return pieces, sizes, pl.Series(places)

    blocks = side_by_side(cut, range(0, rows.height, _BLOCK))
    pieces = zip(*(parts for parts, _, _ in blocks), strict=True)
    frames = [pl.concat([b for b in each if b.height] or each[:1]) for each in pieces]
    return frames, Places([sizes for _, sizes, _ in blocks], [places for _, _, places in blocks])


def side_by_side(work: Callable[[Block], Part], blocks: Iterable[Block]) -> list[Part]:
    """The work on each block, by as many threads as Polars has."""
    with ThreadPoolExecutor(pl.thread_pool_size()) as pool:
        return list(pool.map(work, blocks))
