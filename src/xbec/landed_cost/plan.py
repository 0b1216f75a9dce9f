"""What lowering makes: a plan, its charges and groups, and the guards that were tested."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import attrs

from xbec.landed_cost.program import (
    Choice,
    Function,
    Op,
    Operand,
    compile_python,
    names_of,
    reads_of,
    walk_program,
    write_python,
)
from xbec.law.component import Component, Procedure

_WALKS: Final = 16
"""To compile a program takes as long as to walk it so many times."""
Truth = bool | int
"""Decided while lowering (``bool``) or a node of the program (``int``)."""


@attrs.frozen(slots=True, eq=False)
class Exact:
    """An exact value while lowering: numerator and denominator as operands."""

    num: Operand
    den: Operand = ("c", 1)


@attrs.frozen(slots=True, eq=False)
class Side:
    """A comparison that was tested at run time, for the derivation: ``left op right``."""

    left: Exact
    op: str
    right: Exact
    money: bool


@attrs.frozen(slots=True, eq=False)
class Check:
    """A guard that was tested: its text, its outcome, and the comparisons inside it."""

    of: str
    text: str
    line: int
    outcome: Truth
    sides: tuple[Side, ...]
    citation: Any = None


@attrs.frozen(slots=True, eq=False)
class Group:
    """One computation of a component over a group of lines (positions in canonical order)."""

    lines: tuple[int, ...]
    parts: tuple[tuple[int, str, Operand], ...]
    base: Operand | None
    rate: str
    refs: tuple[tuple[Any, ...], ...]
    charged: Truth
    result: Operand
    waived: Truth = False


@attrs.frozen(slots=True, eq=False)
class Charge:
    """A component as lowered for one procedure: its groups, and the amount of each line."""

    component: Component
    procedure: Procedure
    collector: str | None
    groups: tuple[Group, ...]
    amounts: dict[int, Operand]


@attrs.define(slots=True, eq=False)
class Plan:
    """A lowered program with all that a derivation needs; shared by every consignment of its structure.

    It is walked the first times and compiled once that pays: most structures of many lines are met once or twice.
    """

    ops: tuple[Op, ...]
    inputs: dict[tuple[str, int], int]
    choice: Choice
    chosen: tuple[int, ...]
    procedures: tuple[Procedure, ...]
    given: dict[str, list[Operand]]
    inside: tuple[Operand, ...]
    charges: tuple[Charge, ...]
    checks: tuple[Check, ...]
    names: tuple[str, ...] = attrs.field(init=False, default=())
    """What the compiled function looks up by name."""
    compiled: Function | None = attrs.field(init=False, default=None)
    _reads: tuple[tuple[int, ...], tuple[tuple[int, int], ...]] | None = attrs.field(init=False, default=None)
    _walked: int = attrs.field(init=False, default=0)

    @property
    def reads(self) -> tuple[tuple[int, ...], tuple[tuple[int, int], ...]]:
        """Positions of the regime's figures that the program reads, and line and position of each of a line."""
        if self._reads is None:
            self._reads = reads_of(self.ops)
        return self._reads

    @property
    def function(self) -> Function:
        """The program as a function of consignment, names, figures of the regime and figures of each line."""
        if self.compiled is None:
            source = write_python(
                self.ops, lines=len(self.choice), inputs=self.inputs, choice=self.choice, chosen=self.chosen
            )
            self.names = names_of(self.inputs)
            self.compiled = compile_python(source)
        return self.compiled

    def run(self, consignment: Any, regime: tuple[Any, ...], lines: tuple[Sequence[Any], ...]) -> Any:
        """The values of all operations, in order; a list of other procedures where these take the lines.

        Raises :class:`TypeError` where it meets a figure that is not known (``None``).
        """
        if self.compiled is not None or self._walked >= _WALKS:
            return self.function(consignment, self.names, regime, lines)
        self._walked += 1
        return walk_program(self.ops, self.choice, self.chosen, consignment, regime, lines)
