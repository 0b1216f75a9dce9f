"""An international registration as the register of WIPO has it, and what it is at an office it names."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Any, Final

import attrs

from xbec.errors import InputError
from xbec.trademark.application import (
    Applicant,
    Application,
    ForeignApplication,
    InternationalRegistration,
    Item,
    Mark,
)
from xbec.trademark.dated_rows import FOLDER, cited_words
from xbec.trademark.records.record import Entry, Record

_ENDS: Final = frozenset(("cancelled under article 6(4)", "international registration lapsed"))
_FILE: Final = FOLDER / "records" / "madrid.toml"


@attrs.frozen(slots=True, kw_only=True)
class BasicMark:
    """The national or regional mark on which the international registration rests."""

    kind: str
    number: str | None = None
    day: date | None = None


@attrs.frozen(slots=True, kw_only=True)
class Transaction:
    """An entry of the International Register. ``offices`` is empty where it concerns every designation."""

    code: str
    text: str
    day: date | None
    effective: date | None = None
    offices: frozenset[str] = frozenset()

    def __str__(self) -> str:
        whom = f" for {', '.join(sorted(self.offices))}" if self.offices else ""
        return f"{'no day' if self.day is None else self.day.isoformat()} {self.text}{whom}"


@attrs.frozen(slots=True, kw_only=True)
class MadridRecord:
    """An international registration. Offices are WIPO ST.3 codes: ``US``, ``EM``, ``BX``, ``CN``.

    ``goods`` are pairs of Nice class and text; ``intents`` the offices for which a declaration of intention to use is
    on record (form MM18).
    """

    number: str
    registered: date | None = None
    expires: date | None = None
    office_of_origin: str | None = None
    holders: tuple[Applicant, ...] = ()
    mark: Mark
    mark_type: str = "trademark"
    goods: tuple[tuple[int, str], ...] = ()
    nice_edition: str | None = None
    designations: frozenset[str] = frozenset()
    intents: frozenset[str] = frozenset()
    basic: tuple[BasicMark, ...] = ()
    priorities: tuple[ForeignApplication, ...] = ()
    transactions: tuple[Transaction, ...] = ()

    def extension_to(self, office: str = "US") -> Record:
        """The extension of protection to the United States as an application under 66(a), with its history.

        Its filing date is the day of the international registration, or of the subsequent designation that named the
        office. Raises :class:`InputError` for an office that is not designated, or is not the USPTO.
        """
        if office != "US" or office not in self.designations:
            problem = "not a designation of this registration" if office == "US" else "only the USPTO has this form"
            allowed = ", ".join(sorted(self.designations)) or "none is recorded"
            raise InputError(problem, field="office", value=office, allowed=allowed)
        history = tuple(self._entries(office))
        later = max((day for day in self._named_later(office) if day is not None), default=None)
        designated = later or self.registered
        # A priority belongs to the international application; who is named later has none from there.
        priorities = () if later else tuple(each.filed for each in self.priorities if each.filed is not None)
        application = Application(
            applicants=self.holders,
            mark=self.mark,
            mark_type=self.mark_type,
            items=[Item(nice_class=number, text=text, bases={"66(a)"}) for number, text in self.goods],
            filed=designated,
            international_registration=InternationalRegistration(
                number=self.number,
                office_of_origin=self.office_of_origin,
                registered=self.registered,
                designated=designated,
                intent_declaration=True if office in self.intents else None,
                through_bureau=True,
                same_holder=True,
                priority_filed=min(priorities, default=None),
                cancelled=next((entry.day for entry in history if set(entry.events) & _ENDS), None),
                classes=frozenset(number for number, _ in self.goods),
            ),
        )
        return Record(
            application=application,
            status=history[-1].text if history else None,
            status_day=history[-1].day if history else None,
            filed_bases=("66(a)",),
            history=history,
        )

    def _concerning(self, office: str) -> list[Transaction]:
        return [each for each in self.transactions if not each.offices or office in each.offices]

    def _named_later(self, office: str) -> Iterator[date | None]:
        for each in self._concerning(office):
            if each.code in ("EXN", "OBN") and office in each.offices:
                yield each.effective or each.day

    def _entries(self, office: str) -> Iterator[Entry]:
        events = {row["code"]: tuple(row["events"]) for row in madrid_words()["event"]}
        for each in self._concerning(office):
            if each.day is not None:
                yield Entry(day=each.day, code=each.code, text=each.text, events=events.get(each.code, ()))

    def __str__(self) -> str:
        mark = self.mark.text or self.mark.form
        designated = ", ".join(sorted(self.designations)) or "none"
        return f"{mark}: international registration {self.number}, designations {designated}"


@cache
def madrid_words() -> dict[str, Any]:
    """The words of ``data/trademark/records/madrid.toml``: what transactions are called, and the events they are."""
    return cited_words(_FILE)
