"""How the rows of a family are priced: its program, made once for equal regimes and kinds of lines."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import attrs
import polars as pl

from xbec.batch import warn
from xbec.batch.coding import Coded, positions
from xbec.batch.families import Family, tables
from xbec.batch.lookups import Index, expression
from xbec.batch.lower import RowsProgram, lower_rows
from xbec.errors import XbecError
from xbec.landed_cost.consignment import Line
from xbec.landed_cost.regime import Regime
from xbec.landed_cost.unknown import Question

_OFTEN: Final = 20
_ALL_KINDS: Final = 500_000
"""Kinds of lines by regimes: up to so many, each met often, no pass over the rows looks which there are."""
_TIMES: Final = 2
"""Frames that make do with the kinds of lines they have, before the tables are made for all."""
_NEVER: Final = 10**9
_MOST_KEPT: Final = 64


@attrs.frozen(slots=True, eq=False)
class Pricing:
    """The program of a family, how rows find their places in its tables, and what they are warned of.

    ``regimes`` are those of the family by their code, ``watch`` the components of which the program says on which rows
    they are charged. ``masks`` is ``None`` where the rows have to say which warnings to look for. Nothing here is an
    expression over one frame: frames of equal kinds share it.
    """

    regimes: dict[int, Regime]
    lines: Sequence[Line | None]
    program: RowsProgram
    positions: dict[str, Index]
    watch: tuple[str, ...]
    masks: warn.Masks | None

    def codes(self, r: pl.Expr, line: pl.Expr) -> dict[str, pl.Expr]:
        """The places of rows in the tables, by what the tables are of."""
        columns = {"r": r, "l": line}
        return {name: expression(position, columns) for name, position in self.positions.items()}

    @property
    def watched(self) -> list[str]:
        """The outputs that say on which rows a watched component is charged."""
        return [f"{warn.CHARGED}{name}" for name in self.watch]


_kept: dict[Any, tuple[Pricing, Any]] = {}
"""By regimes and kinds of lines; regimes are kept too, so that their identities are not given away."""
_asked: dict[Any, int] = {}
"""How often frames had few of the kinds of lines that there may be; below zero where all of them cannot be priced."""


def pricing_of(
    family: Family, coded: Coded, rows: int, there: Callable[[], Sequence[int]], scales: Mapping[str, int]
) -> Pricing:
    """The pricing of so many rows of a family; raises a question that all its regimes ask.

    It holds for all kinds of lines that the frame may have, where they are few or met often or were asked for before;
    else for those that are ``there``, in the rows.
    """
    about = (tuple(map(id, family.regimes)), tuple(family.codes), coded.kinds, tuple(scales.items()))
    lines = coded.lines
    key: tuple[Any, ...] = (*about, "all")
    if key in _kept:
        return _kept[key][0]
    if len(lines) * len(family.regimes) <= _ALL_KINDS:
        if len(lines) * _OFTEN <= rows:
            return _made(key, family, coded, lines, scales)
        _asked[key] = _asked.get(key, 0) + 1
        if _asked[key] > _TIMES:
            try:
                return _made(key, family, coded, lines, scales)
            except (XbecError, Question):
                _asked[key] = -_NEVER
    few: list[Line | None] = [None] * len(lines)
    for number in there():
        few[number] = lines[number]
    key = (*about, tuple([0 if line is None else line.key for line in few]))
    return _kept[key][0] if key in _kept else _made(key, family, coded, few, scales)


def _made(key: Any, family: Family, coded: Coded, lines: list[Line | None], scales: Mapping[str, int]) -> Pricing:
    found = tables(family.regimes, lines)
    program = lower_rows(family.regimes, found, dict(scales))
    regimes = dict(zip(family.codes, family.regimes, strict=True))
    watch = tuple(x for x in warn.watched(family.regimes, lines) if f"{warn.CHARGED}{x}" in program.outputs)
    masks = warn.masks_of(program.procedures, regimes, lines, watch)
    asked = {column.of for column in program.columns}
    places = {n: place for n, place in positions(family, found, len(coded.samples)).items() if n in asked}
    pricing = Pricing(regimes, lines, program, places, watch, masks)
    if len(_kept) >= _MOST_KEPT:
        _kept.clear()
        _asked.clear()
    _kept[key] = (pricing, family.regimes)
    return pricing
