"""How the rows of a family are priced: its program, made once for equal regimes and kinds of lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import attrs
import polars as pl

from xbec.batch import warn
from xbec.batch.coding import Coded, Position, positions
from xbec.batch.families import Family, tables
from xbec.batch.lower import RowsProgram, lower_rows
from xbec.landed_cost.consignment import Line
from xbec.landed_cost.regime import Regime

_OFTEN: Final = 20
_ALL_KINDS: Final = 500_000
"""Kinds of lines by regimes: up to so many, each met often, no pass over the rows looks which there are."""
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
    positions: dict[str, Position]
    watch: tuple[str, ...]
    masks: warn.Masks | None

    def codes(self, r: pl.Expr, line: pl.Expr) -> dict[str, pl.Expr]:
        """The places of rows in the tables, by what the tables are of."""
        return {name: position(r, line) for name, position in self.positions.items()}

    @property
    def watched(self) -> list[str]:
        """The outputs that say on which rows a watched component is charged."""
        return [f"{warn.CHARGED}{name}" for name in self.watch]


_kept: dict[Any, tuple[Pricing, Any]] = {}
"""By regimes and kinds of lines, which are kept too, so that their identities are not given away."""


def pricing_of(family: Family, coded: Coded, lines: list[Line | None], scales: Mapping[str, int]) -> Pricing:
    """The pricing of a family's rows of these kinds of lines; raises a question that all its regimes ask."""
    key = (
        tuple(map(id, family.regimes)),
        tuple(family.codes),
        coded.kinds,
        id(lines) if lines is coded.lines else tuple([0 if line is None else line.key for line in lines]),
        tuple(scales.items()),
    )
    kept = _kept.get(key)
    if kept is None:
        found = tables(family.regimes, lines)
        program = lower_rows(family.regimes, found, dict(scales))
        regimes = dict(zip(family.codes, family.regimes, strict=True))
        watch = tuple(x for x in warn.watched(family.regimes, lines) if f"{warn.CHARGED}{x}" in program.outputs)
        masks = warn.masks_of(program.procedures, regimes, lines, watch)
        asked = {column.of for column in program.columns}
        places = {n: place for n, place in positions(family, found, len(coded.samples)).items() if n in asked}
        pricing = Pricing(regimes, lines, program, places, watch, masks)
        kept = (pricing, (family.regimes, lines))
        if len(_kept) >= _MOST_KEPT:
            _kept.clear()
        _kept[key] = kept
    return kept[0]


def lines_there(coded: Coded, rows: pl.DataFrame, regimes: int) -> list[Line | None]:
    """The kinds of lines to make tables for: all, or those that the rows have where they are few among many."""
    lines = coded.lines
    if len(lines) * regimes <= _ALL_KINDS and len(lines) * _OFTEN <= rows.height:
        return lines
    there = rows.lazy().select(coded.l.unique()).collect(engine="streaming").to_series()
    found: list[Line | None] = [None] * len(lines)
    for number in there.to_list():
        found[number] = lines[number]
    return found
