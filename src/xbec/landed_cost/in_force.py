"""What of a law is in force on the days of a consignment, and what it says of lines in words.

Regimes of the same days share it: worlds of one consignment, currencies, settings. What it keeps is text answered once;
figures belong to the regimes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache
from typing import Any, Final, TypeVar

import attrs

from xbec.landed_cost.consignment import GROUP_KEYS, number_of
from xbec.landed_cost.plan import Check
from xbec.law.book import Jurisdiction
from xbec.law.check import guards_of, rates_of
from xbec.law.component import Component, Guard, Procedure
from xbec.law.guard import Node, is_fact_of_line, walk

Classes = Mapping[str, str]
_MOST_KEPT: Final = 4096
_Kept = TypeVar("_Kept")


@attrs.frozen(slots=True, eq=False)
class LineAnswers:
    """What text about a line answers to each leaf of the guards (``None``: unknown); equal answers have one number."""

    leaves: Mapping[Node, bool | None]
    number: int


@attrs.frozen(slots=True, eq=False)
class Settled:
    """What is left of each guard, by its identity, for lines that text answers alike; equal ones share a number."""

    nodes: Mapping[int, Node]
    number: int


class InForce:
    """Procedures and components of some days, the leaves of their guards, and answers kept by the facts of a line."""

    def __init__(self, law: Jurisdiction, days: Mapping[str, date], known_on: date | None) -> None:
        def holds(word: Procedure | Component) -> bool:
            return word.force.holds(days[word.force.event or "declared"], known_on)

        self.procedures: tuple[Procedure, ...] = tuple(p for p in law.procedures if holds(p))
        self.components: tuple[Component, ...] = tuple(c for c in law.components if holds(c))
        self.component_ids = frozenset(c.id for c in law.components)
        self.guards = _guards(self.procedures, self.components)
        self.leaves = tuple(dict.fromkeys(n for guard in self.guards for n in walk(guard) if is_fact_of_line(n)))
        self.groups_by_rate = any("rate" in c.per for c in self.components)
        self.groups_by_class = any("tax-class" in c.per for c in self.components)
        self.uses_tariff = any(rate.form == "tariff" for c in self.components for rate in rates_of(c))
        self.units, self.contents = _counted(self.components), _contents(self.procedures, self.components)
        self.contents_asked = self.contents | {leaf[2] for leaf in self.leaves if leaf[0] == "call"}
        """Those that a guard asks about too: what a leaf calls may be a part of the value."""
        self.keys = tuple(n for n, key in enumerate(GROUP_KEYS) if any(key in c.per for c in self.components))
        """Which of the keys that lines may share are ones that components are computed over."""
        self._checks: dict[Any, Check] = {}
        self._answers: dict[Any, LineAnswers] = {}
        self._distinct: dict[int, LineAnswers] = {}
        self._classes: dict[Any, Classes] = {}

    def check(self, of: str, guard: Guard, line: int, outcome: bool, citation: Any) -> Check:
        """A guard that text decided for a line, told: one for all plans of these days."""
        key = (of, line, outcome)
        found = self._checks.get(key)
        if found is None or found.text is not guard.text:
            if len(self._checks) >= _MOST_KEPT:
                self._checks.clear()
            found = self._checks[key] = Check(of, guard.text, line, outcome, (), citation)
        return found

    def answers(self, facts: Any, answer: Callable[[Node], bool | None]) -> LineAnswers:
        """The answers about a line of these facts; ``answer`` gives each the first time."""

        def all_of_them() -> LineAnswers:
            leaves = {leaf: answer(leaf) for leaf in self.leaves}
            number = number_of((self, *leaves.values()))
            return self._distinct.setdefault(number, LineAnswers(leaves, number))

        return _kept(self._answers, facts, all_of_them)

    def classes(self, facts: Any, give: Callable[[], Classes]) -> Classes:
        """The tax classes of a line of these facts, by tax; ``give`` gives them the first time."""
        return _kept(self._classes, facts, give)


def _kept(kept: dict[Any, _Kept], key: Any, make: Callable[[], _Kept]) -> _Kept:
    found = kept.get(key)
    if found is None:
        if len(kept) >= _MOST_KEPT:
            kept.clear()
        found = kept[key] = make()
    return found


def _guards(procedures: tuple[Procedure, ...], components: tuple[Component, ...]) -> tuple[Node, ...]:
    """Every guard, and every guard inside a word over lines: what is tested for one line at a time."""
    found = [guard.node for guard in guards_of(procedures, components)]
    inner = [n[2] for node in found for n in walk(node) if n[0] == "call" and n[1] in {"any", "all", "count"}]
    return (*found, *inner)


def _counted(components: tuple[Component, ...]) -> frozenset[str]:
    """The units that rates and guards of the law count in, beside pieces; duties of the tariff may count in others."""
    found = {rate.unit for c in components for rate in rates_of(c) if rate.form == "quantity" and rate.unit}
    return frozenset(found | {"kg_gross"})


def _contents(procedures: tuple[Procedure, ...], components: tuple[Component, ...]) -> frozenset[str]:
    """The parts of the value that the law names; what guards ask about in words is among the leaves."""
    names = {name for c in components for _, name in c.base} | {name for c in components for name in c.among}
    for component in components:
        for off in (component.deduct, component.less):
            names |= {name for _, name in off} if isinstance(off, tuple) else set()
        names |= {rate.name for rate in rates_of(component) if rate.form == "bands" and rate.name}
    for guard in guards_of(procedures, components):
        names |= {node[1] for node in walk(guard.node) if node[0] == "name"}
    start = "content."
    return frozenset(name.removeprefix(start) for name in names if name.startswith(start))


@lru_cache(maxsize=256)
def in_force(law: Jurisdiction, days: tuple[tuple[str, date], ...], known_on: date | None) -> InForce:
    """What is in force on these days (by event), as it was known on ``known_on``; one for equal days."""
    return InForce(law, dict(days), known_on)
