"""Rows parted by the program that prices them, and put back in order, block by block so that they stay in cache."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Final, TypeVar

import numpy as np
import polars as pl

AT: Final = "at"
"""The position of a row; within a part positions grow."""
_BLOCK: Final = 2**17
Block = TypeVar("Block")
Part = TypeVar("Part")


def parted(rows: pl.DataFrame, of_row: pl.Series, many: int) -> list[pl.DataFrame]:
    """The rows of each of ``many`` parts, by the number of its part in each row; a part's rows keep their order."""
    kind = np.uint8 if many <= 256 else np.uint16 if many <= 65_536 else np.uint32
    numbers = of_row.to_numpy().astype(kind, copy=False)

    def cut(start: int) -> list[pl.DataFrame]:
        here = numbers[start : start + _BLOCK]
        order = np.argsort(here, kind="stable").astype(np.uint32)
        block = rows.slice(start, _BLOCK)[pl.Series(order)]
        ends = np.cumsum(np.bincount(here, minlength=many)).tolist()
        return [block.slice(start, end - start) for start, end in pairwise([0, *ends])]

    blocks = side_by_side(cut, range(0, rows.height, _BLOCK))
    return [pl.concat([b for b in pieces if b.height] or pieces[:1]) for pieces in zip(*blocks, strict=True)]


def together(parts: Sequence[pl.DataFrame], height: int) -> pl.DataFrame:
    """All parts as one frame in the order of their column ``at``, which has each position below ``height`` once."""
    if len(parts) == 1:
        return parts[0].drop(AT)
    positions = [part.get_column(AT).to_numpy() for part in parts]
    starts = np.array(range(0, height, _BLOCK))
    cuts = [[*np.searchsorted(each, starts).tolist(), len(each)] for each in positions]

    def block(number: int) -> pl.DataFrame:
        pieces = [part.slice(cut[number], cut[number + 1] - cut[number]) for part, cut in zip(parts, cuts, strict=True)]
        whole: pl.DataFrame = pl.concat([piece for piece in pieces if piece.height], how="diagonal")
        place = np.empty(whole.height, dtype=np.uint32)
        place[whole.get_column(AT).to_numpy() - starts[number]] = np.arange(whole.height, dtype=np.uint32)
        return whole.drop(AT)[pl.Series(place)]

    return pl.concat(side_by_side(block, range(len(starts))), how="diagonal")


def side_by_side(work: Callable[[Block], Part], blocks: Iterable[Block]) -> list[Part]:
    """The work on each block, by as many threads as Polars has."""
    with ThreadPoolExecutor(pl.thread_pool_size()) as pool:
        return list(pool.map(work, blocks))
