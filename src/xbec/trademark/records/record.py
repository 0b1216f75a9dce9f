"""What an office has on record of a mark: the application as it stands, and its history."""

from __future__ import annotations

from datetime import date

import attrs

from xbec.kernel.finding import Finding
from xbec.trademark.application import Application
from xbec.trademark.prosecution.lifecycle import Event, Prosecution


@attrs.frozen(slots=True, kw_only=True)
class Entry:
    """One entry of an office's history of a case.

    ``code`` and ``text`` are the office's own, ``number`` its count of entries. ``events`` are the kinds of
    :class:`~xbec.trademark.Event` that it is; none where it sets nothing off.
    """

    day: date
    text: str
    code: str | None = None
    number: int | None = None
    events: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.day.isoformat()} {self.text}" + (f" ({', '.join(self.events)})" if self.events else "")


@attrs.frozen(slots=True, kw_only=True)
class Record:
    """An official record of one mark at one office, read.

    ``application`` is the mark as the record shows it today. What no record shows (specimens, signatures, which terms
    come from the ID Manual) is ``None`` or empty there, as ever: not stated. ``filed_bases`` are those of the filing
    day, where the record tells them apart; ``history`` runs from the oldest entry; ``findings`` says what the record
    left open and how it was read.
    """

    application: Application
    office: str = "US"
    registration_number: str | None = None
    registered: date | None = None
    status: str | None = None
    status_day: date | None = None
    filed_bases: tuple[str, ...] = ()
    history: tuple[Entry, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def prosecution(self) -> Prosecution:
        """The application with the events of its history, for :func:`~xbec.trademark.deadlines`."""
        events = {
            (kind, entry.day): entry.text if entry.text != kind else ""
            for entry in self.history
            for kind in entry.events
        }
        if self.registered is not None and not any(kind == "registered" for kind, _ in events):
            events["registered", self.registered] = ""
        application = self.application
        if "1(b)" in self.filed_bases and "1(b)" not in application.bases:
            # The accepted statement of use made it 1(a); the notice of allowance before it belongs to 1(b).
            items = [attrs.evolve(item, bases=item.bases | {"1(b)"}) for item in application.items]
            application = attrs.evolve(application, items=items)
        return Prosecution(application, [Event(kind, day, note=text) for (kind, day), text in events.items()])

    def __str__(self) -> str:
        app = self.application
        mark = app.mark.text or app.mark.form
        number = f" serial number {app.serial_number}" if app.serial_number else ", no number"
        registered = f", registration {self.registration_number}" if self.registration_number else ""
        return f"{mark}: {self.office}{number}{registered}; {self.status or 'status not stated'}"
