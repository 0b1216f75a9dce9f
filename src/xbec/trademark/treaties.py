"""Who is party to a trademark treaty with the United States (15 U.S.C. 1126(b)), and which states an office serves.

The lists are data, ``data/trademark/treaties.toml``, each true for the day it speaks of and taken to be true since.
A country in no list is unknown: the Office decides by Appendix B of its manual.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Final, Literal

import attrs

from xbec.errors import InputError
from xbec.kernel.citation import Citation
from xbec.kernel.timeline import Confidence, Period, Timeline
from xbec.trademark.dated_rows import FOLDER, dated_rows

Standing = Literal["party", "outside", "unknown"]
_FILE: Final = FOLDER / "treaties.toml"


@attrs.frozen(slots=True, kw_only=True)
class TreatyStanding:
    """How a country stands on a day. ``treaty`` and ``citation`` are ``None`` where nothing is known of it.

    >>> print(treaty_standing("CN", on=date(2026, 3, 2)))
    CN: party (WTO)
    """

    country: str
    standing: Standing
    treaty: str | None = None
    citation: Citation | None = None
    confidence: Confidence = "high"

    def __str__(self) -> str:
        return f"{self.country}: {self.standing}" + (f" ({self.treaty})" if self.treaty else "")


def treaty_standing(country: str, *, on: date) -> TreatyStanding:
    """A country, or the place of a regional office (``EM``, ``BX``), by its code.

    Raises :class:`InputError` for ``US``, which has no treaty with itself; what its citizens and residents may claim
    stands in 15 U.S.C. 1126(i).
    """
    if country == "US":
        raise InputError("no treaty country", field="country", value=country, allowed="any but US")
    serving = _office(country, on)
    code = country if serving is None else serving.party
    for row in _lists():
        if row.covers(on) and code in row.value.members:
            standing: Standing = "outside" if row.value.outside else "party"
            return TreatyStanding(
                country=country,
                standing=standing,
                treaty=row.value.treaty,
                citation=row.citation,
                confidence=row.confidence,
            )
    return TreatyStanding(country=country, standing="unknown")


def states_of(office: str, *, on: date) -> frozenset[str]:
    """The states for which an office registers: those of the Union for ``EM``, else the office's own code.

    >>> "DE" in states_of("EM", on=date(2026, 3, 2)), sorted(states_of("CN", on=date(2026, 3, 2)))
    (True, ['CN'])

    A day before the data of a regional office yields the empty set: its states are unknown then.
    """
    if office not in _offices():
        return frozenset((office,))
    serving = _office(office, on)
    return frozenset() if serving is None else serving.states


@attrs.frozen(slots=True)
class _List:
    treaty: str
    members: frozenset[str]
    outside: bool


@attrs.frozen(slots=True)
class _Regional:
    party: str
    states: frozenset[str]


def _office(code: str, on: date) -> _Regional | None:
    return next((row.value for row in _offices().get(code, ()) if row.covers(on)), None)


@cache
def _lists() -> tuple[Period[_List], ...]:
    rows = dated_rows(
        _FILE, "list", lambda row: _List(row["treaty"], _codes(row["members"]), row.get("outside", False))
    )
    return tuple(row for timeline in rows.values() for row in timeline)


@cache
def _offices() -> Mapping[str, Timeline[_Regional]]:
    return dated_rows(_FILE, "office", lambda row: _Regional(row["party"], _codes(row["states"])))


def _codes(text: str) -> frozenset[str]:
    codes = text.split()
    for code in codes:
        if len(code) != 2 or not code.isupper() or codes.count(code) > 1:
            raise InputError("not a code, or written twice", field="members", value=code)
    return frozenset(codes)
