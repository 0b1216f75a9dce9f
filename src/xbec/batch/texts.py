"""Columns of text as small numbers, where few texts are met often.

A round takes the texts of some rows, gives every row the number of one of them by a table, and then looks whether the
row's text *is* that text. The rows for which it is not are left to the next round, with other texts: no hash is taken
on trust. All rows of a text fare alike in a round, so no text gets two numbers.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from sys import byteorder
from typing import TYPE_CHECKING, Final

import polars as pl

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_MOST: Final = 60_000
_SLOTS: Final = 2**16
"""As many as a number of 16 bits can name."""
_NOWHERE: Final = 2**32 - 1
_ROUNDS: Final = 6
"""Two or three do in practice; a column made so that its texts meet in one slot is given up after them."""
_LOOKED_AT: Final = 16_384
"""Rows that a round takes its texts from, and a few more of a long column."""
_FEW: Final = 20_000
"""So few rows are not worth a round."""
_MANY: Final = 200_000
"""From here on, rows are worked on in blocks and by all threads."""
_WORTH_WORDS: Final = 1_000_000
"""Below it, NumPy and PyArrow would take longer to load than they save."""
_BLOCK: Final = 65_536
"""Rows that a thread takes at once: what it computes stays in its cache, and the threads seldom wait for Python."""
_WIDEST: Final = 22
"""Bits that a table of short texts may be addressed by."""


def coded(texts: pl.Series, *, most: int = _MOST) -> tuple[pl.Series, pl.Series] | None:
    """A number for each row of a column of text, null where the row is, and the text of each number.

    The numbers are ``UInt8`` or ``UInt16`` from 0 on; ``categories.gather(numbers)`` is the column again, in every row,
    and no category is there twice. The same column gets the same numbers. ``None`` where there are more than ``most``
    texts (at most 65,536), or where of the rows looked at first more than half differ: little is gained there.
    """
    assert texts.dtype == pl.String
    most = min(most, _SLOTS)
    rows = texts.alias("text")
    numbers, categories = _repeated(0, len(rows), pl.UInt8), pl.Series([], dtype=pl.String)
    at: pl.Series | None = None
    seed = 0
    while len(rows) > rows.null_count():
        found = _few(rows) if len(rows) <= _FEW else _round(rows, seed) if seed < _ROUNDS else None
        if found is None or len(categories) + len(found[1]) > most:
            return None
        number, known, left = found
        kind = pl.UInt8 if len(categories) + len(known) <= 256 else pl.UInt16
        number = number.cast(kind)
        numbers = number if at is None else numbers.cast(kind).scatter(at, number + len(categories))
        categories = pl.concat([categories, known])
        rows, at = rows.gather(left), left if at is None else at.gather(left)
        seed += 1
    # A text that is there twice was laid out otherwise than Arrow says: `_by_words` did not know it again.
    if categories.n_unique() < len(categories):
        return None
    if texts.null_count():
        numbers = pl.select(pl.when(texts.is_not_null()).then(numbers)).to_series()
    return numbers.alias(texts.name), categories.alias(texts.name)


def _few(rows: pl.Series) -> tuple[pl.Series, pl.Series, pl.Series]:
    known = rows.drop_nulls().unique(maintain_order=True)
    return rows.cast(pl.Enum(known)).to_physical().fill_null(0), known, pl.Series([], dtype=pl.UInt32)


def _round(rows: pl.Series, seed: int) -> tuple[pl.Series, pl.Series, pl.Series] | None:
    """The numbers of rows, the texts they stand for, and the positions of the rows that have no number yet."""
    step = max(1, len(rows) // min(_SLOTS, _LOOKED_AT + len(rows) // 256))
    sample = rows.gather_every(step).drop_nulls()
    if not len(sample):
        sample = rows.drop_nulls().head(_FEW)
    # Of the texts that meet in a slot, one is known in this round.
    slots = sample.to_frame().select(_slot(seed).cast(pl.UInt32)).to_series()
    held = _repeated(_NOWHERE, _SLOTS, pl.UInt32).scatter(slots, _positions(len(sample)))
    taken = (held != _NOWHERE).arg_true()
    known = sample.gather(held.gather(taken))
    if step > 1 and len(sample) > 1_000 and 2 * len(known) > len(sample):
        return None
    numbers = None
    if len(known) == 1:
        numbers, other = _repeated(0, len(rows), pl.UInt8), rows != known[0]
    else:
        if len(rows) >= _WORTH_WORDS and not rows.null_count() and not seed:
            numbers = _by_words(rows, known)
        if numbers is None:
            numbers, other = _by_hash(rows, known, taken, seed)
        else:
            other = numbers == len(known)
    left = _positions(len(rows)).filter(other) if other.any() else pl.Series([], dtype=pl.UInt32)
    return numbers, known, left


def _slot(seed: int) -> pl.Expr:
    return pl.col("text").hash(seed).cast(pl.UInt16, wrap_numerical=True)


def _by_hash(rows: pl.Series, known: pl.Series, slots: pl.Series, seed: int) -> tuple[pl.Series, pl.Series]:
    """The number that the slot of each row has, and whether the row's text is another; any texts."""
    kind = pl.UInt8 if len(known) <= 256 else pl.UInt16
    table = _repeated(0, _SLOTS, kind).scatter(slots, _positions(len(known)).cast(kind))
    number = pl.lit(table).gather(_slot(seed)).alias("number")
    other = pl.lit(known).gather(pl.col("number")) != pl.col("text")
    found = (
        rows.to_frame()
        .lazy()
        .with_columns(number)
        .select("number", other=other)
        .collect(engine="streaming" if len(rows) >= _MANY else "in-memory")
    )
    return found["number"], found["other"]


def _by_words(rows: pl.Series, known: pl.Series) -> pl.Series | None:
    """The number of each row, or one more than the last where it has none; three times as fast, for short codes.

    Arrow lays a text of up to 4 bytes out in one word of 64 bits: 4 bytes of length, then the text, then zeros. Codes
    of countries and currencies differ in a few neighbouring bits of it, which address a table with no two texts in one
    place.
    """
    if byteorder != "little" or find_spec("numpy") is None or find_spec("pyarrow") is None:
        return None
    import numpy as np

    words = np.concatenate(_first_words(known))
    if (words & 0xFFFFFFFF).max() > 4:
        return None
    differ = int(np.bitwise_or.reduce(words ^ words[0]))
    low = (differ & -differ).bit_length() - 1
    if differ.bit_length() - low > _WIDEST:
        return None
    size = 1 << (differ.bit_length() - low)
    outside = np.uint64(2**64 - 1 - ((size - 1) << low))
    none = len(known)
    table = np.full(size, none, np.uint8 if none < 256 else np.uint16)
    table[(words ^ words[0]) >> low] = np.arange(none)
    numbers = np.empty(len(rows), table.dtype)
    blocks, start = [], 0
    for chunk in _first_words(rows):
        for block in np.split(chunk, range(_BLOCK, len(chunk), _BLOCK)):
            blocks.append((block, numbers[start : start + len(block)]))
            start += len(block)
    waiting = iter(blocks)

    def work(_: int) -> None:
        differences = np.empty(_BLOCK, np.uint64)
        for block, out in waiting:
            difference = np.bitwise_xor(block, words[0], out=differences[: len(block)])
            strange = (difference & outside) != 0 if np.bitwise_or.reduce(difference) & outside else None
            difference >>= low
            np.take(table, difference.view(np.int64), out=out, mode="clip")
            if strange is not None:
                out[strange] = none

    threads = pl.thread_pool_size()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, range(threads)))
    return pl.Series(numbers)


def _first_words(texts: pl.Series) -> list[NDArray[np.uint64]]:
    """The first 8 of the 16 bytes that each text has in Arrow's layout of views; nothing is copied."""
    import numpy as np

    found = []
    for chunk in texts.get_chunks():
        array = chunk.to_arrow(compat_level=pl.CompatLevel.newest())
        words = np.frombuffer(array.buffers()[1], dtype=np.uint64)[::2]
        found.append(words[array.offset : array.offset + len(array)])
    return found


def _repeated(value: int, times: int, kind: type[pl.DataType]) -> pl.Series:
    return pl.Series([value], dtype=kind).new_from_index(0, times)


def _positions(count: int) -> pl.Series:
    return pl.int_range(count, dtype=pl.UInt32, eager=True)
