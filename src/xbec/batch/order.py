"""The canonical order of lines: consignments one after another, the lines of each by the keys of the scalar engine.

Keys are whole numbers of known bounds and are packed into as few as 62 bits allow. Where the lines of a consignment
already stand together, as in most frames, a line's place is found by comparing it with its few neighbours.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
import polars as pl

from xbec.batch import machine
from xbec.batch.coding import Coded, lines_of
from xbec.batch.columns import Frame
from xbec.batch.frames import select
from xbec.batch.kinds import Kinds
from xbec.batch.parts import side_by_side

if TYPE_CHECKING:
    from numpy.typing import NDArray

_UNITS: Final = frozenset({"kg", "kg_gross", "l", "l_alc", "pair", "m", "m2"})
_FEW_LINES: Final = 32
"""Consignments of no more lines are put in order by comparing neighbours, larger ones by sorting."""
_LARGEST_WORD: Final = 2**62
_BLOCK: Final = 2**16

Numbers: TypeAlias = "NDArray[Any]"
Key = tuple[pl.Expr, int]
"""A whole number from zero, and how many there may be."""


def canonical(frame: Frame, coded: Coded) -> pl.Series | None:
    """Positions of the rows in canonical order; ``None`` where they stand in it."""
    if not coded.frame.height:
        return None
    words = _packed(_keys(frame, coded))
    keyed = (word.cast(pl.Int64).alias(f"{n}") for n, word in enumerate(words))
    found = select(coded.frame, pl.col("run"), *keyed).rechunk()
    order = _order(found)
    if "line" not in coded.frame.columns or not _has_equals(found, order):
        return order
    return _order(found.with_columns(_line_ranks(found, order, coded.frame.get_column("line"))))


def _keys(frame: Frame, coded: Coded) -> list[Key]:
    """The keys of the canonical order but for the line id, which decides between lines that are else equal."""
    first, flags, rest = _ranks_of(coded.kinds[1])
    names = sorted(frame.inputs)
    keys = [_of_line(first, coded), _amount(frame, "price"), _amount(frame, "quantity")]
    keys += [_amount(frame, name, none_first=True) for name in names if name == "kg_gross"]
    keys.append(_of_line(flags, coded))
    keys += [_amount(frame, name) for name in names if name in _UNITS]
    keys.append(_of_line(rest, coded))
    keys += [_amount(frame, name) for name in names if name.startswith("content.")]
    return [key for key in keys if key[1] > 1]


@lru_cache(maxsize=32)
def _ranks_of(kinds: Kinds) -> tuple[pl.Series, pl.Series, pl.Series]:
    """Of each kind of line the rank of its code, origin and tax class, that of its flags, and that of the rest."""
    lines, _ = lines_of(kinds)
    return (
        _ranks([("", "", "") if x is None else (x.code, x.origin or "", str(x.tax_class or "")) for x in lines]),
        _ranks([() if x is None else tuple(sorted(x.flags)) for x in lines]),
        _ranks(
            [
                ("", "", "", "")
                if x is None
                else (x.claim or "", str(x.duty or ""), str(x.tax_rate or ""), x.price_includes)
                for x in lines
            ]
        ),
    )


def _of_line(ranks: pl.Series, coded: Coded) -> Key:
    return pl.lit(ranks).gather(coded.l), int(ranks.max() or 0) + 1  # type: ignore[arg-type]


def _amount(frame: Frame, name: str, *, none_first: bool = False) -> Key:
    each = frame.inputs[name]
    expr, low, high = each.expr, 0 if none_first else max(each.low, 0), min(each.high, _LARGEST_WORD - 2)
    if each.low < 0 or each.high > high:
        # What lies outside is wrong; its consignment is priced by itself, wherever it stands here.
        expr = expr.clip(0, high)
    expr = expr.fill_null(low if none_first else high + 1) if each.gaps else expr
    return (expr - low if low else expr), high - low + 2


def _ranks(values: Sequence[Any]) -> pl.Series:
    order = {value: n for n, value in enumerate(sorted(set(values)))}
    return pl.Series([order[value] for value in values], dtype=pl.Int64)


def _packed(keys: Sequence[Key]) -> list[pl.Expr]:
    words: list[pl.Expr] = []
    size = _LARGEST_WORD
    for key, count in keys:
        if size * count > _LARGEST_WORD:
            words.append(key)
            size = count
        else:
            words[-1] = words[-1] * count + key
            size *= count
    return words or [pl.lit(0, dtype=pl.Int64)]


def _order(keyed: pl.DataFrame) -> pl.Series | None:
    run, *words = (column.to_numpy() for column in keyed.get_columns())
    if (run[1:] < run[:-1]).any():
        return _sorted(keyed)
    if machine.is_worth(len(run)):
        order, moved, longest = machine.arranged(run, words, _FEW_LINES)
    else:
        order, moved, longest = _arranged(run, words)
    if longest > _FEW_LINES:
        starts = np.concatenate(([0], np.flatnonzero(run[1:] != run[:-1]) + 1, [len(run)]))
        long = np.flatnonzero(np.diff(starts) > _FEW_LINES)
        rows = np.concatenate([np.arange(starts[n], starts[n + 1], dtype=np.uint32) for n in long])
        order[rows] = rows[_sorted(keyed[pl.Series(rows)]).to_numpy()]
        moved = True
    return pl.Series(order) if moved else None


def _arranged(run: Numbers, words: list[Numbers]) -> tuple[Numbers, bool, int]:
    """As :func:`xbec.batch.machine.arranged`, without native code."""
    starts = np.flatnonzero(run[1:] != run[:-1])
    longest = int(np.diff(starts, prepend=-1, append=len(run) - 1).max())
    order = np.empty(len(run), dtype=np.uint32)

    def place(block: tuple[int, int]) -> bool:
        start, end = block
        shift = _shifts(run[start:end], [word[start:end] for word in words])
        places = np.arange(start, end, dtype=np.uint32)
        order[places + shift] = places
        return bool(shift.any())

    return order, any(side_by_side(place, _blocks(run))), longest


def _sorted(keyed: pl.DataFrame) -> pl.Series:
    return keyed.select(pl.arg_sort_by(keyed.columns, maintain_order=True).cast(pl.UInt32)).to_series()


def _blocks(run: Numbers) -> list[tuple[int, int]]:
    """Parts of the rows small enough for the cache, cut where a consignment starts."""
    cuts = np.unique(np.searchsorted(run, run[::_BLOCK]))
    return list(zip(cuts.tolist(), [*cuts[1:].tolist(), len(run)], strict=True))


def _shifts(run: Numbers, words: list[Numbers]) -> Numbers:
    """How many places each row goes down: up one for each later row before it, down one for each earlier after it.

    It stays among the rows of its consignment even where that has more than a few lines.
    """
    shift = np.zeros(len(run), dtype=np.int8)
    for apart in range(1, min(_FEW_LINES, len(run))):
        together = run[:-apart] == run[apart:]
        if not together.any():
            break
        passes = together & _is_greater([word[:-apart] for word in words], [word[apart:] for word in words])
        shift[:-apart] += passes
        shift[apart:] -= passes
    return shift


def _is_greater(one: list[Numbers], other: list[Numbers]) -> Numbers:
    greater: Numbers = one[-1] > other[-1]
    for a, b in zip(one[-2::-1], other[-2::-1], strict=True):
        greater = (a > b) | ((a == b) & greater)
    return greater


def _has_equals(keyed: pl.DataFrame, order: pl.Series | None) -> bool:
    return bool(_equals(keyed, order).any())


def _equals(keyed: pl.DataFrame, order: pl.Series | None) -> pl.Series:
    """In canonical order, the rows that are like the row before them in all keys."""
    ordered = keyed if order is None else keyed[order]
    same = [pl.col(name) == pl.col(name).shift(1) for name in ordered.columns]
    return ordered.select(pl.all_horizontal(same).fill_null(False)).to_series()


def _line_ranks(keyed: pl.DataFrame, order: pl.Series | None, ids: pl.Series) -> pl.Series:
    """Ranks of the line ids of rows that are else equal; zero for the others."""
    after = _equals(keyed, order)
    tied = (after | after.shift(-1, fill_value=False)).arg_true()
    rows = tied.cast(pl.UInt32) if order is None else order.gather(tied)
    ranks = ids.gather(rows).fill_null("").rank("dense").cast(pl.Int64)
    return pl.Series("line", [0], dtype=pl.Int64).new_from_index(0, keyed.height).scatter(rows, ranks)
