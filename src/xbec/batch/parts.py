"""Rows parted by the program that prices them, block by block so that they stay in cache."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Final, TypeVar

import numpy as np
import polars as pl

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


def side_by_side(work: Callable[[Block], Part], blocks: Iterable[Block]) -> list[Part]:
    """The work on each block, by as many threads as Polars has."""
    with ThreadPoolExecutor(pl.thread_pool_size()) as pool:
        return list(pool.map(work, blocks))
