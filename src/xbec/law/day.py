"""The law of one day: ``law.on(day)["DE"]`` answers without a date at every question."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import attrs

from xbec.kernel.timeline import Period
from xbec.law.component import Component, Procedure
from xbec.law.figure import Figure

if TYPE_CHECKING:
    from xbec.law.book import Jurisdiction, Law


@attrs.frozen(slots=True, eq=False)
class LawOfDay:
    """All jurisdictions on a day, as far as it was known on ``known_on``."""

    law: Law
    day: date
    known_on: date | None = None

    def __getitem__(self, code: str) -> JurisdictionOfDay:
        return JurisdictionOfDay(self.law[code], self.day, self.known_on)


@attrs.frozen(slots=True, eq=False)
class JurisdictionOfDay:
    """One jurisdiction on a day.

    >>> from xbec.law import Law
    >>> swiss = Law.default().on(date(2026, 8, 3))["CH"]
    >>> rate = swiss.tax_rate("vat")
    >>> print(rate.value, "from", rate.start, "by", rate.citation.title)
    8.1 % from 2024-01-01 by BAZG, receipt of letters and parcels
    """

    jurisdiction: Jurisdiction
    day: date
    known_on: date | None = None

    def value(self, name: str) -> Period[Figure]:
        """A named figure with its period, source, day checked and confidence; :class:`NoLaw` where there is none."""
        return self.jurisdiction.value(name, self.day, known_on=self.known_on)

    def tax_rate(self, tax: str, tax_class: str = "standard") -> Period[Figure]:
        """The rate of a class of a tax."""
        return self.jurisdiction.tax_rate(tax, tax_class, self.day, known_on=self.known_on)

    @property
    def procedures(self) -> tuple[Procedure, ...]:
        """The procedures in force, in the order they are tried."""
        return tuple(p for p in self.jurisdiction.procedures if p.force.holds(self.day, self.known_on))

    @property
    def components(self) -> tuple[Component, ...]:
        """The components in force, in the order they are worked out."""
        return tuple(c for c in self.jurisdiction.components if c.force.holds(self.day, self.known_on))
