"""What stands in a docket: one date of one act, its extensions and grace, and all dates of a file together."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

import attrs

from xbec.kernel.calendars import Answer, Deadline
from xbec.kernel.citation import Citation, plain_day
from xbec.kernel.finding import Finding
from xbec.kernel.timeline import Confidence
from xbec.trademark.notice import NOT_LEGAL_ADVICE
from xbec.trademark.prosecution.lifecycle import Event

DueState = Literal["not yet", "open", "grace", "passed", "done"]


@attrs.frozen(slots=True, kw_only=True)
class Extension:
    """The last day after one more extension, and the day by which it must be asked for."""

    number: int
    ask_by: date
    deadline: Deadline

    @property
    def last_day(self) -> date:
        """The last day once this extension is granted."""
        return self.deadline.last_day


@attrs.frozen(slots=True, kw_only=True)
class DueDate:
    """One act at one office.

    ``deadline`` counts the period, with the extensions taken so far (``extended`` of them); ``extensions`` are those
    still possible. ``fee``, ``extension_fee`` and ``grace_fee`` name what the office charges (``Office.fee``).
    """

    id: str
    office: str
    act: str
    event: Event
    opens: date
    deadline: Deadline
    extended: int
    extensions: tuple[Extension, ...]
    grace: Deadline | None
    state: DueState
    done: Event | None
    optional: bool
    missed: str | None
    fee: str | None
    extension_fee: str | None
    grace_fee: str | None
    source: Citation
    confidence: Confidence

    @property
    def unmoved(self) -> date:
        """The day the period ends by counting alone."""
        return self.deadline.unmoved

    @property
    def last_day(self) -> date:
        """The last day of the act, without surcharge and with the extensions taken so far."""
        return self.deadline.last_day

    @property
    def grace_ends(self) -> date | None:
        """The last day of the grace period; ``None`` where there is none."""
        return None if self.grace is None else self.grace.last_day

    @property
    def closes(self) -> date:
        """The day after which nothing helps any more: the end of the grace period, else the last day."""
        return self.last_day if self.grace is None else max(self.last_day, self.grace.last_day)

    def is_met(self, day: date) -> Answer:
        """Is the act in time on ``day``? The answer carries the reason: too early, in time, in grace, too late."""
        plain_day(day, field="day")
        if day < self.opens:
            return Answer(False, f"too early: possible from {self.opens.isoformat()}")
        if day <= self.last_day:
            return Answer(True, f"in time: not after {self.last_day.isoformat()}")
        if day <= self.closes:
            return Answer(True, f"in the grace period, with surcharge: not after {self.closes.isoformat()}")
        return Answer(False, f"too late: {self.closes.isoformat()} was the last day")

    def explain(self) -> str:
        """How it was counted, in one line, and where the period stands."""
        line = f"{self.event.kind}: {self.deadline.explain()}"
        if self.extended:
            line += f"; {self.extended} extension{'s' if self.extended > 1 else ''} taken"
        if self.grace is not None:
            line += f"; grace: {self.grace.explain()}"
        sure = "" if self.confidence == "high" else f" ! {self.confidence} confidence"
        return f"{line}; period: {self.source}{sure}"

    def __str__(self) -> str:
        text = f"{self.last_day.isoformat()}  {self.state:8} {self.act}"
        if self.done is not None:
            return f"{text}; done {self.done.day.isoformat()}"
        if self.state == "not yet":
            text += f"; from {self.opens.isoformat()}"
        if self.extensions:
            text += f"; extensible to {self.extensions[-1].last_day.isoformat()}"
        if self.grace is not None:
            text += f"; grace to {self.grace.last_day.isoformat()}"
        if self.state == "passed":
            return f"{text}; if it was not done: {self.missed}" if self.missed else text
        return f"{text}; otherwise {self.missed}" if self.missed and not self.optional else text

    def to_dict(self) -> dict[str, Any]:
        """Plain values, fit for JSON."""
        return {
            "id": self.id,
            "office": self.office,
            "act": self.act,
            "event": self.event.kind,
            "event_day": self.event.day.isoformat(),
            "opens": self.opens.isoformat(),
            "unmoved": self.unmoved.isoformat(),
            "last_day": self.last_day.isoformat(),
            "extended": self.extended,
            "extensions": [
                {"number": e.number, "ask_by": e.ask_by.isoformat(), "last_day": e.last_day.isoformat()}
                for e in self.extensions
            ],
            "grace_ends": None if self.grace is None else self.grace.last_day.isoformat(),
            "state": self.state,
            "done": None if self.done is None else self.done.day.isoformat(),
            "optional": self.optional,
            "missed": self.missed,
            "fee": self.fee,
            "extension_fee": self.extension_fee,
            "grace_fee": self.grace_fee,
            "how": self.explain(),
            "source": str(self.source),
            "confidence": self.confidence,
        }


@attrs.frozen(slots=True, kw_only=True)
class Docket:
    """All dates of a file as they stand ``on`` a day, by last day. ``state`` is that of the life cycle, if it ran."""

    reference: str
    on: date
    due: tuple[DueDate, ...]
    findings: tuple[Finding, ...]
    state: str | None = None

    @property
    def open(self) -> tuple[DueDate, ...]:
        """What can be done today: in its window or in grace, and not done."""
        return tuple(each for each in self.due if each.state in ("open", "grace"))

    def of(self, ident: str) -> tuple[DueDate, ...]:
        """The dates of one term, by last day; none where the file has no such event."""
        return tuple(each for each in self.due if each.id == ident)

    def __str__(self) -> str:
        head = f"{self.reference or 'trademark'} on {self.on.isoformat()}" + (f": {self.state}" if self.state else "")
        return "\n".join([head, *map(str, self.due), *map(str, self.findings), NOT_LEGAL_ADVICE])

    def to_dict(self) -> dict[str, Any]:
        """Plain values, fit for JSON."""
        return {
            "reference": self.reference,
            "on": self.on.isoformat(),
            "state": self.state,
            "due": [each.to_dict() for each in self.due],
            "findings": [each.to_dict() for each in self.findings],
            "notice": NOT_LEGAL_ADVICE,
        }
