"""The docket of a trademark file: what must be done by when, counted by the office's own rule and calendar.

Periods are data of the office (``[[term]]`` rows of ``data/trademark/offices``); the day of the event chooses the row.
A period is counted from the day of its event; an extension and a grace period run from the day the period before them
ends by counting alone, so that a weekend in between never adds days. A last day on a day off moves where the office's
rule moves it; the day a window opens never does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Final

import attrs

from xbec.errors import InputError
from xbec.kernel.calendars import Deadline, Span
from xbec.kernel.citation import plain_day
from xbec.kernel.finding import Finding, Severity
from xbec.kernel.timeline import NoPeriod, Period
from xbec.trademark.office_data import Office, Term, office, staying
from xbec.trademark.prosecution.docket import Docket, DueDate, DueState, Extension
from xbec.trademark.prosecution.lifecycle import Event, Prosecution, checked_events, state_of

_ENDS: Final = frozenset(
    (
        "abandoned", "withdrawn", "refusal affirmed", "opposition sustained", "revival refused", "cancelled", "expired",
        "cancelled under article 6(4)", "international registration lapsed", "transformation requested",
    )
)  # fmt: skip
# What shows how a period ended, although the act itself is not on record.
_TELLS: Final = _ENDS | {
    "abandonment known", "notice of abandonment", "petition to revive",
    "approved", "published", "allowed", "registered", "maintenance accepted",
}  # fmt: skip
_HORIZON: Final = 25
"""Repetitions of a term that are looked at: more than the years of the calendar hold."""


def deadlines(prosecution: Prosecution, *, on: date) -> Docket:
    """The docket of a US file: priority, responses, revival, opposition, statement of use, maintenance.

    An extension of protection (66(a)) also shows the periods of its international registration at WIPO. Raises
    :class:`InputError` for what is no day. Contradictions of the record are findings of the docket.

    >>> from xbec.trademark.application import Applicant, Item, Mark, Application
    >>> shirts = Item(nice_class=25, text="Shirts", bases={"1(a)"})
    >>> app = Application(applicants=[Applicant(name="Meridian Goods LLC")], mark=Mark(text="MERIDIAN"), items=[shirts])
    >>> docket = deadlines(Prosecution(app, [Event("office action", date(2026, 8, 31))]), on=date(2026, 9, 7))
    >>> print(docket.of("office-action-response")[0].explain())  # doctest: +ELLIPSIS
    office action: 3 months from 2026-08-31 (not counted) end on 2026-11-30; 37 CFR 2.196, ...
    """
    plain_day(on, field="on")
    app = prosecution.application
    bases = set(app.bases) | ({"44(d)"} if app.foreign_applications and app.bases else set())
    status = state_of(prosecution, on=on)
    history = prosecution.history
    docket = _docket(office("US"), history, on, frozenset(bases), app.register, prosecution.reference)
    due = docket.due
    if "66(a)" in bases:
        international = tuple(event for event in history if event.kind != "first foreign filing")
        due = _by_day((*due, *_docket(office("WO"), international, on, frozenset(), None, "").due))
    findings = list(status.findings)
    registration = app.international_registration
    cancelled = None if registration is None else registration.cancelled
    known = ("cancelled under article 6(4)", "international registration lapsed")
    if cancelled is not None and not any(event.kind in known for event in prosecution.events):
        why = f"the international registration was cancelled on {cancelled.isoformat()}, and nothing says why"
        cure = f"record '{known[0]}' (transformation is possible) or '{known[1]}' (it is not)"
        findings.append(Finding("cause-of-cancellation", "error", "international registration", why, cure))
    findings += [*docket.findings, *_missed(due, [event for event in history if event.day <= on])]
    return attrs.evolve(docket, due=due, findings=tuple(findings), state=status.state)


def office_deadlines(
    code: str,
    events: Iterable[Event],
    *,
    on: date,
    bases: Iterable[str] = (),
    reference: str = "",
) -> Docket:
    """The docket of a file at any office there is data for: its terms, set off by ``events`` of the same words.

    ``bases`` choose among terms that differ by filing basis; without them all are shown. An event that sets off no term
    of the office, and ends or fulfils none, is a finding, because a misspelt one would hide a date. Raises
    :class:`InputError` for an unknown office.
    """
    plain_day(on, field="on")
    place, listed = office(code), checked_events(events)
    docket = _docket(place, listed, on, frozenset(bases), None, reference)
    known = set(_ENDS)
    for rows in place.terms.values():
        for row in rows:
            known |= {row.value.event} | row.value.done_by | row.value.extended_by
    unknown = [
        Finding(
            "unknown-event",
            "warning",
            str(event),
            f"no period of {place.name} hangs on it",
            f"words of this office: {', '.join(sorted(known - _ENDS))}",
        )
        for event in listed
        if event.kind not in known
    ]
    return attrs.evolve(docket, findings=(*docket.findings, *unknown))


def _docket(
    place: Office, events: tuple[Event, ...], on: date, bases: frozenset[str], register: str | None, reference: str
) -> Docket:
    past = tuple(sorted({e for e in events if e.day <= on}, key=lambda event: (event.day, event.kind, event.note)))
    due: list[DueDate] = []
    acts: list[tuple[DueDate, frozenset[str]]] = []
    findings = [
        Finding("event-to-come", "info", str(event), f"it lies after {on.isoformat()} and sets nothing off yet")
        for event in events
        if event.day > on
    ]
    for ident, rows in place.terms.items():
        for event in past:
            if not any(_concerns(row.value, event, bases, register) for row in rows):
                continue
            try:
                row = place.term(ident, event.day)
            except NoPeriod as problem:
                why = f"no rule of {place.name} for {ident} is in our data for that day: {problem}"
                findings.append(Finding("no-term", "info", str(event), why, "look the period up"))
                continue
            if _concerns(row.value, event, bases, register):
                try:
                    for each in _due_dates(place, row, event, past, on):
                        due.append(each)
                        findings.extend(_late(each, row.value, past))
                        acts.append((each, row.value.done_by))
                except InputError as problem:
                    why = f"{ident} cannot be counted: {problem}"
                    findings.append(Finding("not-counted", "warning", str(event), why, "count it by hand"))
    findings += _early(acts, past)
    return Docket(reference=reference, on=on, due=_by_day(due), findings=tuple(findings))


def _by_day(due: Iterable[DueDate]) -> tuple[DueDate, ...]:
    return tuple(sorted(due, key=lambda each: (each.last_day, each.office, each.id, each.event.day)))


def _late(due: DueDate, term: Term, events: tuple[Event, ...]) -> Iterator[Finding]:
    """An act after the last day, and requests for an extension that were no use."""
    if due.done is not None and due.done.day > due.closes and not _revived(events, due.done.day):
        why = f"after {due.closes.isoformat()}, the last day to {due.act}, and no extension is recorded"
        # what others do late is no fault of the file
        severity: Severity = "warning" if due.optional else "error"
        yield Finding("late-act", severity, str(due.done), why, "add the extension, or check the day", due.source)
    later = next((e.day for e in events if e.kind == term.event and e.day > due.event.day), date.max)
    weights = {**dict.fromkeys(term.extended_by, 1), **dict.fromkeys(term.extended_twice_by, 2)}
    asked = [weights[e.kind] for e in events if e.kind in weights and due.event.day <= e.day < later]
    if sum(asked) > due.extended:
        why = f"{sum(asked)} extensions are recorded, {due.extended} could be counted: {due.act}"
        cure = "check the days: each is asked for in the period it prolongs, one in each"
        yield Finding("extension-not-counted", "warning", str(due.event), why, cure, due.source)


def _early(acts: list[tuple[DueDate, frozenset[str]]], events: tuple[Event, ...]) -> Iterator[Finding]:
    """Acts before their window opens, which fulfil nothing: a declaration filed too early has to be filed again."""
    for event in events:
        periods = [due for due, done_by in acts if event.kind in done_by and due.event.day <= event.day]
        if any(due.done == event or due.opens <= event.day <= due.closes for due in periods):
            continue
        opening = min((due for due in periods if due.opens > event.day), key=lambda due: due.opens, default=None)
        if opening is not None:
            why = f"too early: possible from {opening.opens.isoformat()}, and counted for nothing before"
            cure = f"file again by {opening.last_day.isoformat()}, or check the day"
            yield Finding("early-act", "warning", str(event), why, cure, opening.source)


def _missed(due: Iterable[DueDate], events: list[Event]) -> Iterator[Finding]:
    """Periods that ran out with nothing recorded in them, and no event that tells how it ended."""
    for each in due:
        told = any(e.kind in _TELLS and e.day > each.event.day for e in events)
        if each.state == "passed" and each.missed and not each.optional and not told:
            why = f"the last day to {each.act} was {each.closes.isoformat()}, and no such act is recorded"
            cure = "record what was filed, or how the file ended"
            yield Finding("not-on-record", "warning", str(each.event), why, cure, each.source, each.missed)


def _revived(events: tuple[Event, ...], day: date) -> bool:
    """Was the file revived on or after the day? What was late then is forgiven."""
    return any(event.kind == "revived" and event.day >= day for event in events)


def _concerns(term: Term, event: Event, bases: frozenset[str], register: str | None) -> bool:
    return (
        term.event == event.kind
        and (not term.bases or not bases or bool(term.bases & bases))
        and (term.register is None or register is None or term.register == register)
    )


def _due_dates(
    place: Office, row: Period[Term], event: Event, events: tuple[Event, ...], on: date
) -> Iterator[DueDate]:
    """One date, or for a term that repeats every one that has opened and the next."""
    term = row.value
    ended = next(
        (e for e in events if e.kind in _ENDS and e.day > event.day and not _revived(events, e.day)),
        None,
    )
    for repetition in range(_HORIZON if term.repeats else 1):
        due = _due_date(place, row, event, events, on, repetition)
        if ended is not None and due.closes >= ended.day and due.done is None:
            return
        yield due
        if due.opens > on:
            return


def _due_date(
    place: Office, row: Period[Term], event: Event, events: tuple[Event, ...], on: date, repetition: int
) -> DueDate:
    term = row.value
    main = term.counting or place.counting
    if not term.moves:
        main = staying(main)

    def count(start: date, span: Span) -> Deadline:
        return Deadline(start, span, rule=main, calendar=place.calendar)

    def again(span: Span) -> Span:
        return span if term.repeats is None else _plus(span, term.repeats, repetition)

    opens = event.day if term.opens is None else _unmoved(event.day, again(term.opens), place)
    ends = [count(event.day, again(term.length)), *(count(event.day, span) for span in term.extended)]
    if term.extension is not None and not term.extended:
        for _ in range(term.extensions):
            ends.append(count(ends[-1].unmoved, term.extension))
    taken = _taken(term, event, events, ends)
    deadline = ends[taken]
    grace = None
    if term.grace is not None:
        after = place.counting if term.moves else staying(place.counting)
        grace = Deadline(deadline.unmoved, term.grace, rule=after, calendar=place.calendar)
    closes = deadline.last_day if grace is None else grace.last_day
    at_latest = max(closes, ends[-1].last_day)
    done = next(
        (
            e
            for e in events
            if e.kind in term.done_by and opens <= e.day and (e.day <= at_latest or _revived(events, e.day))
        ),
        None,
    )
    state: DueState
    if done is not None:
        state = "done"
    elif on < opens:
        state = "not yet"
    elif on <= deadline.last_day:
        state = "open"
    else:
        state = "grace" if on <= closes else "passed"
    possible = state in ("open", "not yet")
    return DueDate(
        id=term.id,
        office=place.code,
        act=term.act,
        event=event,
        opens=opens,
        deadline=deadline,
        extended=taken,
        extensions=tuple(
            Extension(number=number, ask_by=ends[number - 1].last_day, deadline=ends[number])
            for number in range(taken + 1, len(ends))
            if possible
        ),
        grace=grace,
        state=state,
        done=done,
        optional=term.optional,
        missed=term.missed,
        fee=term.fee,
        extension_fee=term.extension_fee,
        grace_fee=term.grace_fee,
        source=row.citation,
        confidence=row.confidence,
    )


def _taken(term: Term, event: Event, events: tuple[Event, ...], ends: list[Deadline]) -> int:
    """How many extensions were asked for in time: each request in the period it prolongs, and only one in each."""
    taken, begins = 0, event.day
    for asked in events:
        steps = 1 if asked.kind in term.extended_by else 2 if asked.kind in term.extended_twice_by else 0
        if not steps or asked.day < begins or taken + steps >= len(ends):
            continue
        if asked.day <= ends[taken].last_day or _revived(events, asked.day):
            taken += steps
            begins = ends[taken - 1].unmoved + timedelta(1)
    return taken


def _unmoved(start: date, span: Span, place: Office) -> date:
    return Deadline(start, span, rule=staying(place.counting), calendar=place.calendar).unmoved


def _plus(span: Span, more: Span, times: int) -> Span:
    """``span`` and ``times`` of ``more``, as one length from the same day."""
    if times == 0 or span.unit == more.unit:
        return Span(span.number + more.number * times, span.unit)
    months = {"month": 1, "year": 12}
    if span.unit not in months or more.unit not in months:
        raise InputError("two lengths that do not add up", field="repeats", value=f"{span} and {more}")
    return Span(span.number * months[span.unit] + more.number * months[more.unit] * times, "month")
