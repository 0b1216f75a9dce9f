"""Frames priced by native code: rows that are a consignment each where they stand, whatever laws they are under, and
consignments of several rows, those of one law at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Final

import attrs
import numpy as np
import polars as pl

from xbec.batch import machine
from xbec.batch.at_once import Asked, asked_of
from xbec.batch.coding import Coded
from xbec.batch.columns import UNITS, Frame, Input
from xbec.batch.families import Family, part_of_codes
from xbec.batch.frames import select
from xbec.batch.kinds import narrow
from xbec.batch.llvm_runs import RUN, write_runs
from xbec.batch.llvm_writer import NAME, Codes, Column, NotNarrow, Scratch, Task, Text, write_llvm
from xbec.batch.lookups import Index, Look
from xbec.batch.polars_writer import PROCEDURE, TROUBLE
from xbec.batch.pricing import Pricing
from xbec.batch.result import ABOUT, Result
from xbec.batch.runs import longest_run
from xbec.errors import XbecError
from xbec.landed_cost.unknown import Question

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xbec.landed_cost.program import Operand

    Memory = NDArray[Any]

_IN_MILLIONTHS: Final = frozenset({"piece", "kg_gross", *UNITS})
_KINDS: Final[dict[Any, str]] = {pl.Int64: "int64", pl.UInt32: "uint32", pl.UInt8: "uint8"}
_MOST_KEPT: Final = 512
_LIMITS: Final = (2**28, 2**32, 2**36)
"""Amounts, in the units they are read in, that few rows of a frame reach; the lower, the more can be worked out."""
_MILLIONTHS: Final = 2**8
"""So many times as high is the limit of quantities in millionths."""
_FEW_LARGE: Final = 5
_RARE: Final = 10_000
"""One row in so many may be large; so many of them cost as much as native code saves."""
_LOOKED_AT: Final = 2**16
"""Rows that show how many the families of a larger frame have."""


@attrs.frozen(slots=True, eq=False)
class Priced:
    """What the rows of a frame come to, in its order; those that are not priced are marked as in trouble.

    ``same`` is what all have in common; ``elsewhere`` are rows, by family, that are to be priced in another way.
    """

    rows: pl.DataFrame
    same: dict[str, int]
    elsewhere: dict[int, pl.Series]


def limit_of(frame: Frame) -> int | None:
    """What numbers a frame keeps to but for few rows; ``None`` where native code is not there or not worth its while.

    Rows that pass the limit are priced one by one, and leave all others 64 bits to be worked out in.
    """
    rows = frame.coded.height
    if not machine.is_worth(rows):
        return None
    for limit in _LIMITS:
        beyond = large(frame, limit)
        if not beyond or select(frame.coded, pl.any_horizontal(beyond).sum()).item() <= max(_FEW_LARGE, rows // _RARE):
            return limit
    return None


def large(frame: Frame, limit: int) -> list[pl.Expr]:
    """Which rows pass the limit."""
    limits = {name: _limit_of(name, limit) for name in frame.inputs}
    return [each.expr >= limits[name] for name, each in frame.inputs.items() if each.high >= limits[name]]


def _limit_of(name: str, limit: int) -> int:
    return limit * _MILLIONTHS if name in _IN_MILLIONTHS else limit


def _inputs(frame: Frame, limit: int) -> dict[str, Input]:
    """What rows bring that are neither bad nor large."""
    return {
        name: attrs.evolve(each, low=max(each.low, 0), high=min(each.high, _limit_of(name, limit) - 1))
        for name, each in frame.inputs.items()
    }


class _Parts:
    """The rows of a frame by the family of their regime, in the last part those that are left out."""

    def __init__(self, found: Sequence[Family], bad: Sequence[pl.Expr], coded: Coded) -> None:
        self.many = len(found) + 1
        self.parted = _parted(found, bad, coded) if bad or len(found) > 1 else None
        self._coded = coded
        self._all_have_a_law = not bad and sum(len(family.codes) for family in found) == len(coded.samples)

    @cached_property
    def of_row(self) -> Memory:
        """The part of each row."""
        if self.parted is None:
            return np.zeros(self._coded.frame.height, dtype=np.uint8)
        return self.parted.part[self.parted.code]

    def rows(self, number: int) -> pl.Series:
        """The numbers of the rows of a part."""
        return pl.Series(np.flatnonzero(self.of_row == number), dtype=pl.UInt32)

    def kinds_of_lines(self, number: int) -> list[int]:
        """The kinds of lines that the rows of a part have."""
        frame = self._coded.frame
        return self._coded.kinds_of_lines(frame if self.parted is None else frame[self.rows(number)])

    def sizes(self, few: int) -> list[int]:
        """How many rows each part has.

        About, where some rows show that all families have more than a ``few``, and none of all rows is left out.
        """
        rows, parted = self._coded.frame.height, self.parted
        if parted is None:
            return [rows, 0]
        some = min(rows, _LOOKED_AT)
        if self._all_have_a_law and min((sizes := parted.counts(some))[:-1]) > few:
            return [size * rows // some for size in sizes]
        return parted.counts(rows)


def priced(
    found: Sequence[Family], bad: Sequence[pl.Expr], coded: Coded, frame: Frame, kept: Result, limit: int
) -> Priced:
    """Price the rows of a frame by the families of their regimes; ``bad`` rows are left out."""
    parts = _Parts(found, [*bad, *large(frame, limit)], coded)
    sizes = parts.sizes(kept.engine.alone_below)
    laws: dict[int, Asked] = {}
    elsewhere: dict[int, pl.Series] = {}
    for number, family in enumerate(found):
        if sizes[number] > kept.engine.alone_below:
            there = partial(parts.kinds_of_lines, number)
            try:
                laws[number] = asked_of(family, sizes[number], there, coded, frame, kept)
            except (XbecError, Question):
                elsewhere[number] = parts.rows(number)
    every = [set(law.same.items()) for law in laws.values()]
    shared = dict(set.intersection(*every)) if every else {}
    inputs, texts = _inputs(frame, limit), {}
    for number, law in laws.items():
        text = _text(law, coded, inputs, shared, together=parts.parted is None)
        if text is None:
            elsewhere[number] = parts.rows(number)
        else:
            texts[number] = text
    results = _results(texts, parts.parted, coded.frame, coded)
    for number in texts:
        if laws[number].about is None:
            at = parts.rows(number)
            try:
                told = _told(laws[number], at, coded, results)
            except (XbecError, Question):
                elsewhere[number] = at
            else:
                results.setdefault(ABOUT, np.zeros(coded.frame.height, dtype=np.uint32))[at.to_numpy()] = told
    aside = [size > 0 and n not in texts and n not in elsewhere for n, size in enumerate(sizes)]
    if any(aside):
        unpriced = np.array(aside)[parts.of_row]
        results[TROUBLE] = results[TROUBLE] | unpriced if TROUBLE in results else unpriced
    asked = {name: results[name] for name in (*kept.engine.amounts, ABOUT, TROUBLE) if name in results}
    return Priced(_as_frame(asked, coded.frame.height), shared, elsewhere)


_kept: dict[Any, tuple[Text | None, Pricing]] = {}
"""Texts of programs; what they were made for is kept too, so that its identity is not given away."""


def _text(
    law: Asked, coded: Coded, inputs: Mapping[str, Input], shared: Mapping[str, int], *, together: bool
) -> Text | None:
    """The program of a law over the columns of a frame, without what it shares with all other rows."""
    program = law.pricing.program
    results = {name: operand for name, operand in law.amounts.items() if name not in shared}
    if law.about is None:
        results |= {PROCEDURE: program.procedure} | {name: program.outputs[name] for name in law.watched}
    about = law.about if ABOUT not in shared else None
    return _written(law.pricing, coded, inputs, results, about, 1 if together else 0)


def _written(
    pricing: Pricing,
    coded: Coded,
    inputs: Mapping[str, Input],
    results: Mapping[str, Operand],
    about: Index | None,
    longest: int,
) -> Text | None:
    """A program as text, for rows by their numbers (0), that stand together (1) or in consignments of several.

    ``None`` where 63 bits do not hold all its numbers.
    """
    words = tuple(about.table) if isinstance(about, Look) else about
    bounds = tuple((name, each.low, each.high, each.gaps, each.factors) for name, each in inputs.items())
    codes = {
        "r": Codes(narrow(len(coded.samples)), max(pricing.regimes) + 1),
        "l": Codes(narrow(len(coded.lines)), len(coded.lines)),
    }
    key = (id(pricing), bounds, tuple(results.items()), words, *codes.values(), longest)
    if key not in _kept:
        if len(_kept) >= _MOST_KEPT:
            _kept.clear()
        indexes = pricing.positions if about is None else pricing.positions | {ABOUT: about}
        task = Task(pricing.program, inputs, indexes, codes, results)
        text = None
        with suppress(NotNarrow):
            text = write_runs(task, longest) if longest > 1 else write_llvm(task, together=longest == 1)
        _kept[key] = text, pricing
    return _kept[key][0]


def evaluate(
    pricing: Pricing, rows: pl.DataFrame, coded: Coded, frame: Frame, limit: int, wanted: Mapping[str, Operand]
) -> pl.DataFrame | None:
    """What a program says of consignments whose rows stand together in canonical order; no row is bad or large.

    ``None`` where 63 bits do not hold all numbers.
    """
    longest = longest_run(rows)
    # Rounded up, so that frames of like consignments share what is written for them.
    longest = 1 << (longest - 1).bit_length()
    program = pricing.program
    outputs = dict(wanted) | ({PROCEDURE: program.procedure} if isinstance(program.procedure, int) else {})
    text = _written(pricing, coded, _inputs(frame, limit), outputs, None, longest)
    return None if text is None else _as_frame(_results({0: text}, None, rows, coded), rows.height)


def _parted(found: Sequence[Family], bad: Sequence[pl.Expr], coded: Coded) -> machine.Parted:
    """The family of each row, by the code of its regime; one more than there are for one of none, or one left out."""
    many = len(coded.samples)
    part = np.array([*part_of_codes(found, many), len(found)], dtype=np.uint32)
    kind = narrow(many + 1)
    code = coded.r.cast(kind, wrap_numerical=True)
    if bad:
        code = pl.when(pl.any_horizontal(bad).fill_null(True)).then(pl.lit(many, dtype=kind)).otherwise(code)
    of_row = select(coded.frame, code.alias("r"), pl.first().alias("rows")).get_column("r").rechunk()
    return machine.Parted(of_row.to_numpy(), part, len(found) + 1)


def _results(
    texts: Mapping[int, Text], parted: machine.Parted | None, rows: pl.DataFrame, coded: Coded
) -> dict[str, Memory]:
    """What programs say of the rows of their families, by the names of the columns."""
    columns = dict.fromkeys(each for text in texts.values() for each in text.memory if isinstance(each, Column))
    results = {each.name: _nothing(rows.height, _KINDS[each.kind]) for each in columns if each.is_result}
    known = _read([each for each in columns if not each.is_result], rows, coded) | results
    calls: dict[int, machine.Call] = {}
    for number, text in texts.items():
        scratch = sum(each.words for each in text.memory if isinstance(each, Scratch))
        memory = [
            known[each.name] if isinstance(each, Column) else each.to_numpy()
            for each in text.memory
            if not isinstance(each, Scratch)
        ]
        calls[number] = machine.Call(machine.compiled(text.text), NAME, memory, scratch)
    if parted is not None:
        parted.run([calls.get(number) for number in range(parted.many)])
    elif calls:
        machine.run(calls[0], rows.height, known.get(RUN.name))
    return results


def _read(columns: Iterable[Column], rows: pl.DataFrame, coded: Coded) -> dict[str, Memory]:
    """The columns that programs read, without gaps and each in one piece."""
    codes = {"r": coded.r, "l": coded.l}
    found: dict[str, pl.Series] = {}
    made: list[pl.Expr] = []
    for column in columns:
        kind, _, name = column.name.partition(" ")
        if column.name in codes:
            made.append(codes[column.name].cast(column.kind, wrap_numerical=True).alias(column.name))
        elif kind == "absent":
            made.append(pl.col(f"in {name}").is_null().cast(pl.UInt8).alias(column.name))
        elif rows.get_column(column.name).null_count():
            made.append(pl.col(column.name).fill_null(0))
        else:
            found[column.name] = rows.get_column(column.name)
    if made:
        # A column of the frame makes sure that what is the same for all rows comes once for each.
        found |= {each.name: each for each in select(rows, *made, pl.first().alias("rows")).drop("rows")}
    assert all(len(column) == rows.height for column in found.values())
    return {name: column.rechunk().to_numpy() for name, column in found.items()}


def _told(law: Asked, at: pl.Series, coded: Coded, results: Mapping[str, Memory]) -> Memory:
    """What rows say in words, which have to be looked at for that."""
    whole = len(at) == coded.frame.height
    rows = select(coded.frame if whole else coded.frame[at], coded.r.alias("r"), coded.l.alias("l"))
    said = [
        pl.Series(name, results[name] if whole else results[name][at.to_numpy()]) for name in (PROCEDURE, *law.watched)
    ]
    return law.told(rows.with_columns(said)).to_numpy()


def _nothing(rows: int, kind: str) -> Memory:
    """Memory for a column; Arrow uses its own again, and what the system gives anew costs as much as a law to fill."""
    import pyarrow as pa  # type: ignore[import-untyped,unused-ignore]

    found = np.frombuffer(pa.allocate_buffer(rows * np.dtype(kind).itemsize), dtype=kind)
    if kind == "uint8":
        found.fill(0)
    return found


def _as_frame(columns: Mapping[str, Memory], rows: int) -> pl.DataFrame:
    """Columns whose memory is that of the values; which rows are in trouble only where any is."""
    import pyarrow as pa  # type: ignore[import-untyped,unused-ignore]

    found = []
    for name, values in columns.items():
        if name == TROUBLE:
            found += [pl.Series(TROUBLE, values.view(np.bool_))] if values.any() else []
        else:
            column = pl.from_arrow(pa.array(values))
            assert isinstance(column, pl.Series)
            found.append(column.alias(name))
    return pl.DataFrame(found) if found else pl.DataFrame(height=rows)
