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

from xbec.landed_cost.consignment import number_of
from xbec.law.book import Jurisdiction
from xbec.law.check import guards_of, rates_of
from xbec.law.component import Component, Procedure
from xbec.law.guard import Node, is_fact_of_line, walk

Classes = Mapping[str, str]
_MOST_KEPT: Final = 4096
_Kept = TypeVar("_Kept")


@attrs.frozen(slots=True, eq=False)
class LineAnswers:
    """What text about a line answers to each leaf of the guards (``None``: unknown); equal answers have one number."""

    leaves: Mapping[Node, bool | None]
    number: int


class InForce:
    """Procedures and components of some days, the leaves of their guards, and answers kept by the facts of a line."""

    def __init__(self, law: Jurisdiction, days: Mapping[str, date], known_on: date | None) -> None:
        def holds(word: Procedure | Component) -> bool:
            return word.force.holds(days[word.force.event or "declared"], known_on)

        self.procedures: tuple[Procedure, ...] = tuple(p for p in law.procedures if holds(p))
        self.components: tuple[Component, ...] = tuple(c for c in law.components if holds(c))
        self.component_ids = frozenset(c.id for c in law.components)
        self.leaves = _leaves_of_lines(self.procedures, self.components)
        self.groups_by_rate = any("rate" in c.per for c in self.components)
        self.uses_tariff = any(rate.form == "tariff" for c in self.components for rate in rates_of(c))
        self._answers: dict[Any, LineAnswers] = {}
        self._classes: dict[Any, Classes] = {}

    def answers(self, facts: Any, answer: Callable[[Node], bool | None]) -> LineAnswers:
        """The answers about a line of these facts; ``answer`` gives each the first time."""

        def all_of_them() -> LineAnswers:
            leaves = {leaf: answer(leaf) for leaf in self.leaves}
            return LineAnswers(leaves, number_of((self, *leaves.values())))

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


def _leaves_of_lines(procedures: tuple[Procedure, ...], components: tuple[Component, ...]) -> tuple[Node, ...]:
    found: dict[Node, None] = {}
    for guard in guards_of(procedures, components):
        found.update((n, None) for n in walk(guard.node) if is_fact_of_line(n))
    return tuple(found)


@lru_cache(maxsize=256)
def in_force(law: Jurisdiction, days: tuple[tuple[str, date], ...], known_on: date | None) -> InForce:
    """What is in force on these days (by event), as it was known on ``known_on``; one for equal days."""
    return InForce(law, dict(days), known_on)
