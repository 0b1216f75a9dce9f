"""A docket as a calendar file (iCalendar, RFC 5545) that any calendar program subscribes to or imports.

One all-day event a date: the last day, the day a window opens, the end of a grace period; with reminders. The text is
the same for the same docket and stamp, and the ids stay when a date moves, so that an import again updates.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from xbec.errors import InputError
from xbec.trademark.notice import NOT_LEGAL_ADVICE
from xbec.trademark.prosecution.docket import Docket, DueDate

REMIND: Final = (60, 14, 2)
"""Days before a date at which a calendar reminds, unless others are asked for."""
_FOLD: Final = 75


def to_ics(docket: Docket, *, stamp: datetime, remind: Iterable[int] = REMIND, name: str = "") -> str:
    """The dates of a docket that are still to come or open, as text with CRLF line ends.

    ``stamp`` is the moment the file is made, with its time zone; ``remind`` are days before each date. Raises
    :class:`InputError` for a stamp without a zone, a reminder that is no number of days.

    >>> from xbec.trademark.prosecution.deadlines import office_deadlines
    >>> from xbec.trademark.prosecution.lifecycle import Event
    >>> docket = office_deadlines("US", [Event("published", date(2026, 11, 3))], on=date(2026, 11, 5), reference="LUMO")
    >>> text = to_ics(docket, stamp=datetime(2026, 11, 5, tzinfo=UTC))
    >>> [line for line in text.splitlines() if line.startswith("DTSTART")]
    ['DTSTART;VALUE=DATE:20261203']
    """
    if not isinstance(stamp, datetime) or stamp.tzinfo is None or stamp.utcoffset() is None:
        raise InputError("not a moment", field="stamp", value=stamp, allowed="a datetime with a time zone")
    days = tuple(remind)
    for each in days:
        if isinstance(each, bool) or not isinstance(each, int) or not 0 <= each <= 3650:
            raise InputError("not a number of days before", field="remind", value=each, allowed="0 to 3650")
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//xbec//trademark docket//EN", "CALSCALE:GREGORIAN"]
    lines.append(f"X-WR-CALNAME:{_text(name or docket.reference or 'Trademark deadlines')}")
    made = stamp.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    for due in docket.due:
        for part, day, summary in _days(due, docket.on):
            lines += _event(docket, due, part, day, summary, made, days)
    lines.append("END:VCALENDAR")
    return "".join(f"{folded}\r\n" for line in lines for folded in _folded(line))


def _days(due: DueDate, on: date) -> Iterator[tuple[str, date, str]]:
    """The days of one date that are not over: what it is, the day, its title."""
    if due.state in ("done", "passed"):
        return
    if due.opens > on:
        yield "opens", due.opens, f"Possible from today: {due.act}"
    if due.last_day >= on:
        yield "last-day", due.last_day, f"Last day: {due.act}"
    if due.grace is not None and due.grace.last_day >= on:
        yield "grace", due.grace.last_day, f"Last day with surcharge: {due.act}"


def _event(
    docket: Docket, due: DueDate, part: str, day: date, summary: str, made: str, remind: tuple[int, ...]
) -> list[str]:
    # The event that set the period off, not the last day, so that an extension moves the entry and adds none.
    window = f"{due.opens:%Y-%m-%d}" if due.opens != due.event.day else ""
    key = "/".join((docket.reference, due.office, due.id, f"{due.event.day:%Y-%m-%d}", due.event.note, window, part))
    title = f"{docket.reference}: {summary}" if docket.reference else summary
    told = [due.explain()]
    if due.extensions:
        told.append(f"Extensible to {due.extensions[-1].last_day.isoformat()}; ask by {due.last_day.isoformat()}.")
    if due.missed:
        told.append(f"If missed: {due.missed}.")
    told.append(NOT_LEGAL_ADVICE)
    lines = [
        "BEGIN:VEVENT",
        f"UID:{uuid5(NAMESPACE_URL, f'xbec:trademark:{key}')}",
        f"DTSTAMP:{made}",
        f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
        f"DTEND;VALUE=DATE:{day + timedelta(1):%Y%m%d}",
        f"SUMMARY:{_text(title)}",
        f"DESCRIPTION:{_text(chr(10).join(told))}",
        "TRANSP:TRANSPARENT",
    ]
    for before in remind:
        trigger = f"-P{before}D" if before else "PT0S"
        lines += ["BEGIN:VALARM", "ACTION:DISPLAY", f"TRIGGER:{trigger}", f"DESCRIPTION:{_text(title)}", "END:VALARM"]
    return [*lines, "END:VEVENT"]


def _text(text: str) -> str:
    """Escaped as RFC 5545, 3.3.11 asks; control characters other than the line end have no place there."""
    clean = "".join(c for c in text.replace("\r\n", "\n").replace("\r", "\n") if c == "\n" or " " <= c != "\x7f")
    return clean.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _folded(line: str) -> Iterator[str]:
    """The line in pieces of at most 75 octets, never through a character (RFC 5545, 3.1)."""
    piece, size = "", 0
    for character in line:
        octets = len(character.encode("utf-8", "replace"))
        if size + octets > _FOLD:
            yield piece
            piece, size = " ", 1
        piece, size = piece + character, size + octets
    yield piece
