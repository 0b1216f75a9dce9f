"""How the lines of consignments are cut into runs, and what is one on every line of a run."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

import attrs

from xbec.landed_cost.plan import Truth
from xbec.landed_cost.program import Op, Operand

CONSIGNMENT: Final = 0
"""The level of the whole consignment; others are positions in :attr:`Levels.cut`."""


@attrs.frozen(slots=True)
class Cut:
    """What a component is computed over: rows of ``mask`` that share a run of ``level`` (``None``: each row alone)."""

    level: int | None
    mask: Truth


@attrs.frozen(slots=True)
class Level:
    """A way to cut consignments into runs: by key columns of the tables, and by procedure where they are mixed."""

    keys: tuple[int, ...]
    by_procedure: bool
    sorted: bool


@attrs.frozen(slots=True)
class Column:
    """A column of the tables: an integer for each "regime", kind of "line" or "class"."""

    of: str
    values: tuple[int, ...]


class Levels:
    """The levels of a program that is being made, over its operations and the columns of its tables.

    ``of_consignment`` are the inputs that are one for all lines of a consignment.
    """

    def __init__(self, ops: Sequence[Op], columns: Sequence[Column], of_consignment: Collection[str]) -> None:
        self.cut: list[Level] = [Level((), by_procedure=False, sorted=True)]
        self._ops = ops
        self._columns = columns
        self._of_consignment = of_consignment
        self._varies: dict[tuple[Operand, int], bool] = {}

    def of(self, keys: Sequence[Operand], *, by_procedure: bool, in_order: bool) -> int:
        """A level whose runs share key columns and, if asked, the procedure."""
        columns = tuple(key[1] for key in keys if isinstance(key, tuple) and key[0] == "t")
        if not columns and not by_procedure:
            return CONSIGNMENT
        level = Level(columns, by_procedure=by_procedure, sorted=in_order)
        if level not in self.cut:
            self.cut.append(level)
        return self.cut.index(level)

    def varies(self, operand: Operand, level: int = CONSIGNMENT) -> bool:
        """May it differ between the rows of a run?"""
        if isinstance(operand, tuple):
            of_lines = operand[0] == "t" and self._columns[operand[1]].of != "regime"
            return of_lines and operand[1] not in self.cut[level].keys
        found = self._varies.get((operand, level))
        if found is None:
            op = self._ops[operand]
            if op[0] == "input":
                found = op[1] not in self._of_consignment
            elif op[0] == "flag":
                found = self.varies(("t", op[1]), level)
            elif op[0] in {"run-share", "absent"}:
                found = True
            elif op[0].startswith("run-"):
                found = op[-1] not in {CONSIGNMENT, level}
            else:
                found = any(self.varies(part, level) for part in op[1:] if isinstance(part, int | tuple))
            self._varies[operand, level] = found
        return found
