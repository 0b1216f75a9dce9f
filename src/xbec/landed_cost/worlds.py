"""The answer where something is unknown: every candidate priced, and the interval of the totals."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import attrs

from xbec.kernel.money import Money
from xbec.landed_cost.quote import KINDS, SCHEMA, Quote
from xbec.landed_cost.unknown import Unknown

if TYPE_CHECKING:
    from xbec.landed_cost.consignment import Consignment


@attrs.frozen(slots=True)
class World:
    """One way the unknowns may turn out, and its quote."""

    answers: tuple[str, ...]
    quote: Quote


@attrs.frozen(slots=True, eq=False)
class QuoteInterval:
    """Quotes of all worlds; an interval is the least and the greatest of the worlds, never a sum of intervals."""

    consignment: Consignment
    worlds: tuple[World, ...]
    unknowns: tuple[Unknown, ...]

    def between(self, figure: Callable[[Quote], Money]) -> tuple[Money, Money]:
        """Least and greatest of any figure over the worlds."""
        found = [figure(w.quote) for w in self.worlds]
        return min(found), max(found)

    @property
    def total(self) -> tuple[Money, Money]:
        return self.between(lambda q: q.total)

    @property
    def assessed(self) -> tuple[Money, Money]:
        return self.between(lambda q: q.assessed)

    @property
    def by_kind(self) -> dict[str, tuple[Money, Money]]:
        return {kind: self.between(lambda q, k=kind: q.by_kind[k]) for kind in KINDS}  # type: ignore[misc]

    def __getitem__(self, name: str) -> tuple[Money, Money]:
        return self.between(lambda q: q[name])

    def explain(self, *, form: str = "text") -> str:
        """What is unknown and why it matters, then each world on one line."""
        mark = "- " if form == "markdown" else "  "
        low, high = self.total
        told = [f"landed for the buyer between {low} and {high}"]
        told += [f"{mark}unknown: {u.reason}; to close it, {u.ask}" for u in self.unknowns]
        for world in self.worlds:
            told.append(
                f"{mark}{', '.join(world.answers)}: assessed {world.quote.assessed}, landed {world.quote.total}"
            )
        return "\n".join(told)

    def to_dict(self) -> dict[str, Any]:
        """JSON of the schema ``xbec.quote/1``, with ``low`` and ``high`` and every world."""
        low, high = self.total
        return {
            "schema": SCHEMA,
            "interval": True,
            "low": str(low.amount),
            "high": str(high.amount),
            "currency": low.currency,
            "unknowns": [{"key": u.key, "reason": u.reason, "ask": u.ask} for u in self.unknowns],
            "by_kind": {k: {"low": str(a.amount), "high": str(b.amount)} for k, (a, b) in self.by_kind.items()},
            "worlds": [{"answers": list(w.answers), "quote": w.quote.to_dict()} for w in self.worlds],
        }

    def __str__(self) -> str:
        return self.explain()

    def _repr_html_(self) -> str:
        from html import escape

        return f"<pre>{escape(self.explain())}</pre>"
