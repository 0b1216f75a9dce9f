"""What lowering makes: a plan, its charges and groups, and the guards that were tested."""

from __future__ import annotations

from typing import Any

import attrs

from xbec.landed_cost.program import Op, Operand
from xbec.law.component import Component, Procedure

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


@attrs.frozen(slots=True, eq=False)
class Plan:
    """A lowered program with all that a derivation needs; shared by every consignment of its structure."""

    ops: tuple[Op, ...]
    inputs: dict[tuple[str, int], int]
    choice: list[list[tuple[Truth, int]]]
    chosen: tuple[int, ...]
    procedures: tuple[Procedure, ...]
    given: dict[str, list[Operand]]
    inside: tuple[Operand, ...]
    charges: tuple[Charge, ...]
    checks: tuple[Check, ...]
    names: tuple[str, ...]
    function: Any
