"""Columns of text as small numbers, where few texts are met often.

A round takes the texts of some rows, gives every row the number of one of them by a table, and then looks whether the
row's text *is* that text. The rows for which it is not are left to the next round, with other texts: no hash is taken
on trust. All rows of a text fare alike in a round, so no text gets two numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import partial
from importlib.util import find_spec
from sys import byteorder, modules
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
import polars as pl

from xbec.batch.parts import side_by_side

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Words = NDArray[np.uint64]
    """Two for each text: in the first, 4 bytes of length and 4 of text; in the second, 8 more of text."""
    Marks = NDArray[np.bool_]
    Table = NDArray[np.unsignedinteger[Any]]
    OfBlock = Callable[[Words, slice], Marks | None]

_MOST: Final = 60_000
_SLOTS: Final = 2**16
"""As many as a number of 16 bits can name."""
_NOWHERE: Final = 2**32 - 1
_ROUNDS: Final = 10
"""Two or three do in practice; a column made so that its texts meet in one slot is given up after them."""
_LOOKED_AT: Final = 16_384
"""Rows that a round takes its texts from, and a few more of a long column."""
_LOOKED_AT_FIRST: Final = 2048
_FEW_TEXTS: Final = 256
"""Where the rows looked at first have fewer texts, no more rows are looked at."""
_FEW: Final = 20_000
"""So few rows are not worth a round."""
_MANY: Final = 200_000
"""From here on, rows are worked on in blocks and by all threads."""
_WORTH_WORDS: Final = 1_000_000
"""Below it, PyArrow would take longer to load than it saves."""
_BLOCK: Final = 131_072
"""Rows that a thread takes at once: what it computes stays in the cache, and the threads seldom wait for Python."""
_INLINE: Final = 12
"""Bytes of a text that its words hold; of a longer one they say where it is."""
_SHORT: Final = 8
"""Bytes that one number holds."""
_WIDEST: Final = 22
"""Bits that a table of short texts may be addressed by."""
_FACTORS: Final = (
    (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F), (0xD6E8FEB86659FD93, 0xA0761D6478BD642F),
    (0xE7037ED1A0B428DB, 0x8EBC6AF09C88C6E3), (0x589965CC75374CC3, 0x1D8E4E27C47D124F),
)  # fmt: skip
"""Odd numbers whose products with the words of texts spread them over a table."""


Coded = tuple[pl.Series, pl.Series] | None


def coded(columns: Sequence[pl.Series], *, most: int = _MOST) -> list[Coded]:
    """For each column of text a number for each row, null where the row is, and the text of each number.

    The numbers are ``UInt8`` or ``UInt16`` from 0 on; ``categories.gather(numbers)`` is the column again, in every row,
    and no category is there twice. The same column gets the same numbers. ``None`` where there are more than ``most``
    texts (at most 65,536), or where of the rows looked at first more than seven in ten differ: little is gained there.
    """
    with ThreadPoolExecutor(pl.thread_pool_size()) as workers:
        each = partial(_coded, most=min(most, _SLOTS), workers=workers)
        few = all(len(texts) <= _FEW for texts in columns)
        return [each(texts) for texts in columns] if few else side_by_side(each, columns)


def _coded(texts: pl.Series, most: int, workers: Executor) -> Coded:
    """The numbers of a column; the workers are shared, so that no more than these are at work at once."""
    assert texts.dtype == pl.String
    if len(texts) <= _FEW:
        number, known = _few(texts)
        return (_cast(number, len(known)), known) if len(known) <= most else None
    rows = texts.alias("text")
    categories = pl.Series([], dtype=pl.String)
    numbers: pl.Series | None = None
    at = _positions(0)
    seed = 0
    while len(rows) > rows.null_count():
        found: tuple[pl.Series, pl.Series, pl.Series] | None = None
        if len(rows) <= _FEW:
            found = (*_few(rows), _positions(0))
        elif seed < _ROUNDS:
            found = _round(rows, seed, workers)
        if found is None or len(categories) + len(found[1]) > most:
            return None
        number, known, left = found
        number = _cast(number, len(categories) + len(known))
        if numbers is None:
            numbers, at = number, left
        else:
            if numbers.dtype != number.dtype:
                numbers = numbers.cast(number.dtype)
            numbers.scatter(at, number + len(categories))
            at = at.gather(left)
        categories = pl.concat([categories, known])
        if not len(left):
            break
        rows = rows.gather(left)
        if rows.null_count():
            stated = rows.is_not_null()
            rows, at = rows.filter(stated), at.filter(stated)
        seed += 1
    # A text that is there twice is one whose words are not what Arrow says: `_by_window` did not know it again.
    if categories.n_unique() < len(categories):
        return None
    if numbers is None:
        numbers = _repeated(0, len(texts), pl.UInt8)
    if texts.null_count():
        numbers = pl.select(pl.when(texts.is_not_null()).then(numbers)).to_series()
    return numbers.alias(texts.name), categories.alias(texts.name)


def _cast(numbers: pl.Series, many: int) -> pl.Series:
    return numbers.cast(pl.UInt8 if many <= 2**8 else pl.UInt16)


def _few(rows: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Numbers of rows, null where the row is, and all their texts."""
    known = rows.unique().sort()
    known = known[1:] if known.null_count() else known
    return rows.cast(pl.Enum(known)).to_physical(), known


def _round(rows: pl.Series, seed: int, workers: Executor) -> tuple[pl.Series, pl.Series, pl.Series] | None:
    """Numbers of rows, the texts that they stand for, and the positions of the rows whose text is another."""
    known = _looked_at(rows, _LOOKED_AT_FIRST)
    if len(known) >= _FEW_TEXTS or not len(known):
        sample = min(_SLOTS, _LOOKED_AT + len(rows) // 128)
        known = _looked_at(rows, sample)
        if not len(known):
            known = _looked_at(rows.drop_nulls().head(_LOOKED_AT), _LOOKED_AT)
        elif len(rows) > sample > 1_000 and 10 * len(known) > 7 * sample:
            return None
    words = _words(known) if len(rows) >= _WORTH_WORDS or "pyarrow" in modules else None
    if words is None:
        return _by_hash(rows, known, seed)
    if len(known) == 1:
        return _repeated(0, len(rows), pl.UInt8), known, _unlike(rows, words, workers)
    found = _by_window(rows, words, workers) if not seed else None
    if found is not None:
        return found[0], known, found[1]
    return _by_product(rows, known, words, seed, workers)


def _looked_at(rows: pl.Series, many: int) -> pl.Series:
    """The texts of about so many rows, from all over the column, in their order."""
    # In one query: each method of a column would be one.
    found = pl.col("text").gather_every(max(1, len(rows) // many)).drop_nulls().unique().sort()
    return rows.alias("text").to_frame().select(found).to_series()


def _by_hash(rows: pl.Series, known: pl.Series, seed: int) -> tuple[pl.Series, pl.Series, pl.Series]:
    """The numbers of the rows' slots, the texts that stand in them, and the positions of the rows of other texts."""
    # Of the texts that meet in a slot, one is known in this round.
    slots = known.alias("text").to_frame().select(_slot(seed).cast(pl.UInt32)).to_series()
    held = _repeated(_NOWHERE, _SLOTS, pl.UInt32).scatter(slots, _positions(len(known)))
    taken = held.filter(held != _NOWHERE).sort()
    known, slots = known.gather(taken), slots.gather(taken)
    kind = pl.UInt8 if len(known) <= 256 else pl.UInt16
    table = _repeated(0, _SLOTS, kind).scatter(slots, _positions(len(known)).cast(kind))
    wanted = rows.to_frame().lazy().with_columns(number=pl.lit(table).gather(_slot(seed)))
    other = pl.lit(known).gather(pl.col("number")) != pl.col("text")
    engine: Literal["streaming", "in-memory"] = "streaming" if len(rows) >= _MANY else "in-memory"
    found = wanted.select("number", other=other).collect(engine=engine)
    return found["number"], known, _where(found["other"])


def _slot(seed: int) -> pl.Expr:
    return pl.col("text").hash(seed).cast(pl.UInt16, wrap_numerical=True)


def _by_product(
    rows: pl.Series, known: pl.Series, words: Words, seed: int, workers: Executor
) -> tuple[pl.Series, pl.Series, pl.Series]:
    """The same as :func:`_by_hash` in half the time, where the words of the known texts hold them."""
    lengths = _lengths(words)
    short = lengths[0] <= _SHORT and (lengths == lengths[0]).all()
    best = 0
    for bits, factors in _spreads(len(known), seed):
        if short:
            slots_of = _letters(words) * np.uint64(factors[1])
        else:
            slots_of = words[:, 0] * np.uint64(factors[0]) + words[:, 1] * np.uint64(factors[1])
        slots_of >>= np.uint64(64 - bits)
        taken = np.zeros(1 << bits, np.bool_)
        taken[slots_of] = True
        there = int(np.count_nonzero(taken))
        if there > best:
            best, slots, spread = there, slots_of, (bits, *factors)
        if best == len(known):
            break
    else:
        # Of the texts that meet in a slot, one is known in this round.
        each = np.sort(np.unique(slots, return_index=True)[1])
        known, words, slots = known.gather(each.astype(np.uint32)), words[each], slots[each]
    table: Table = np.zeros(1 << spread[0], np.uint8 if len(known) <= 256 else np.uint16)
    table[slots] = np.arange(len(known))
    numbers = np.empty(len(rows), table.dtype)
    place = (_place_short if short else _place)(table, words, spread, numbers)
    return pl.Series(numbers), known, _in_blocks(rows, place, workers)


def _spreads(many: int, seed: int) -> Iterator[tuple[int, tuple[int, int]]]:
    """Sizes of tables in bits, and factors, to be tried until no two of as many texts meet."""
    bits = min(max(many.bit_length() + 3, 10), 16)
    for each in (bits, bits + 1):
        for factors in _FACTORS[seed:] or _FACTORS[-1:]:
            yield each, factors


def _place(table: Table, known: Words, spread: tuple[int, int, int], numbers: Table) -> Callable[[], OfBlock]:
    """Numbers of texts by both of their words."""
    down, first, second = np.uint64(64 - spread[0]), np.uint64(spread[1]), np.uint64(spread[2])
    whole = known.view("V16")[:, 0]

    def place() -> OfBlock:
        slot, half = np.empty(_BLOCK, np.uint64), np.empty(_BLOCK, np.uint64)
        meant, differ = np.empty(_BLOCK, "V16"), np.empty((_BLOCK, 2), np.bool_)

        def of_block(words: Words, at: slice) -> Marks | None:
            many = len(words)
            here, number, unlike = slot[:many], numbers[at], differ[:many]
            np.multiply(words[:, 0], first, out=here)
            np.multiply(words[:, 1], second, out=half[:many])
            here += half[:many]
            here >>= down
            np.take(table, here.view(np.int64), out=number, mode="clip")
            np.take(whole, number, out=meant[:many], mode="clip")
            np.not_equal(meant[:many].view(np.uint64).reshape(words.shape), words, out=unlike)
            return np.logical_or(unlike[:, 0], unlike[:, 1]) if unlike.any() else None

        return of_block

    return place


def _place_short(table: Table, known: Words, spread: tuple[int, int, int], numbers: Table) -> Callable[[], OfBlock]:
    """The same in two thirds of that time, where all known texts are of one length that eight bytes hold."""
    down, factor = np.uint64(64 - spread[0]), np.uint64(spread[2])
    length, letters = _lengths(known)[0], _letters(known).copy()

    def place() -> OfBlock:
        text, slot, differ = np.empty(_BLOCK, np.uint64), np.empty(_BLOCK, np.uint64), np.empty(_BLOCK, np.bool_)

        def of_block(words: Words, at: slice) -> Marks | None:
            many = len(words)
            said, here, number, unlike = text[:many], slot[:many], numbers[at], differ[:many]
            np.copyto(said, _letters(words))
            np.multiply(said, factor, out=here)
            here >>= down
            np.take(table, here.view(np.int64), out=number, mode="clip")
            np.take(letters, number, out=here, mode="clip")
            strange = said != here
            np.not_equal(_lengths(words), length, out=unlike)
            if strange.any():
                unlike |= strange
            return unlike.copy() if unlike.any() else None

        return of_block

    return place


def _lengths(words: Words) -> NDArray[np.uint32]:
    """The bytes that each text has."""
    return words.view(np.uint32)[:, 0]


def _letters(words: Words) -> NDArray[np.uint64]:
    """The first eight bytes of each text that its words hold, as one number."""
    return words.view(np.uint32)[:, 1:3].view(np.uint64)[:, 0]


def _unlike(rows: pl.Series, known: Words, workers: Executor) -> pl.Series:
    """The positions of the rows whose words are not those of the one known text."""
    whole = (known[0, 0] & 0xFFFFFFFF) <= 4

    def compare(words: Words, _: slice) -> Marks | None:
        differ: Marks = words[:, 0] != known[0, 0]
        if not whole:
            differ |= words[:, 1] != known[0, 1]
        return differ if differ.any() else None

    return _in_blocks(rows, lambda: compare, workers)


def _by_window(rows: pl.Series, known: Words, workers: Executor) -> tuple[pl.Series, pl.Series] | None:
    """The same in half of that time, where texts are so short that their first word tells them apart.

    Codes of countries and currencies differ in a few neighbouring bits of it. These address a table in which no two
    texts meet.
    """
    first = known[:, 0]
    differ = int(np.bitwise_or.reduce(first ^ first[0]))
    low = (differ & -differ).bit_length() - 1
    if (first & 0xFFFFFFFF).max() > 4 or differ.bit_length() - low > _WIDEST:
        return None
    size = 1 << (differ.bit_length() - low)
    outside = np.uint64(2**64 - 1 - ((size - 1) << low))
    none = len(known)
    table = np.full(size, none, np.uint8 if none < 256 else np.uint16)
    table[(first ^ first[0]) >> low] = np.arange(none)
    numbers = np.empty(len(rows), table.dtype)

    def place() -> OfBlock:
        buffer = np.empty(_BLOCK, np.uint64)

        def of_block(words: Words, at: slice) -> Marks | None:
            difference = buffer[: len(words)]
            np.bitwise_xor(words[:, 0], first[0], out=difference)
            strange = (difference & outside) != 0 if np.bitwise_or.reduce(difference) & outside else None
            difference >>= low
            here = numbers[at]
            np.take(table, difference.view(np.int64), out=here, mode="clip")
            if strange is not None:
                here[strange] = none
            return here == none if (here == none).any() else None

        return of_block

    left = _in_blocks(rows, place, workers)
    return pl.Series(numbers), left


def _in_blocks(texts: pl.Series, work: Callable[[], OfBlock], workers: Executor) -> pl.Series:
    """Let the workers do some work on the words of all rows; NumPy lets them run side by side.

    ``work`` makes for each thread what it does with a block, and the memory that takes. Returns the positions of the
    rows that it marks; there are none in most blocks.
    """
    blocks, start = [], 0
    for chunk in _views(texts):
        for first in range(0, len(chunk), _BLOCK):
            block = chunk[first : first + _BLOCK]
            blocks.append((block, slice(start, start + len(block))))
            start += len(block)
    waiting = iter(blocks)
    marked: dict[int, NDArray[np.intp]] = {}

    def take(_: int) -> None:
        of_block = work()
        for words, at in waiting:
            marks = of_block(words, at)
            if marks is not None:
                marked[at.start] = np.flatnonzero(marks) + at.start

    threads = min(pl.thread_pool_size(), len(blocks))
    list(workers.map(take, range(threads)))
    if not marked:
        return _positions(0)
    return pl.Series(np.concatenate([marked[start] for start in sorted(marked)]), dtype=pl.UInt32)


def _words(texts: pl.Series) -> Words | None:
    """The words of a few texts; ``None`` where they do not hold them, or cannot be had."""
    if byteorder != "little" or find_spec("pyarrow") is None:
        return None
    words = np.concatenate(_views(texts))
    return words if (words[:, 0] & 0xFFFFFFFF).max() <= _INLINE else None


def _views(texts: pl.Series) -> list[Words]:
    """The words of each chunk, where Arrow has laid them; nothing is copied."""
    found = []
    for chunk in texts.get_chunks():
        array = chunk.to_arrow(compat_level=pl.CompatLevel.newest())
        words = np.frombuffer(array.buffers()[1], dtype=np.uint64).reshape(-1, 2)
        found.append(words[array.offset : array.offset + len(array)])
    return found


def _where(true: pl.Series) -> pl.Series:
    return _positions(len(true)).filter(true) if true.any() else _positions(0)


def _repeated(value: int, times: int, kind: type[pl.DataType]) -> pl.Series:
    return pl.Series([value], dtype=kind).new_from_index(0, times)


def _positions(count: int) -> pl.Series:
    return pl.int_range(count, dtype=pl.UInt32, eager=True)
