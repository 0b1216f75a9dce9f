"""The life of a US trademark file as one table: what may follow what, from the draft to expiry.

Everything that decides on the next state stands in this module, in :data:`LIFECYCLE`. The main road:

.. code-block:: text

    draft
      | filed
      v              office action                   response filed
    under examination ------------> action outstanding -----------> under examination
      |        ^  suspended / resumed        |      | appeal filed
      |        +-----> suspended             |      +--> on appeal -- refusal affirmed --> refused
      | approved                             | abandoned
      v                                      +--> abandoned -- revived --> under examination
    approved                                          +-- revival refused --> dead
      | published
      v          opposed              opposition sustained
    published ------------> opposed ----------------------> refused
      |     ^----------------- + opposition dismissed
      +---------------------------- registered -----------------------+
      | allowed (1(b): notice of allowance)                           |
      v         statement of use               registered             v        grace begins
    allowed -------------------> use stated ---------------------> registered <------------> in grace
      | abandoned                   | ^                               |   maintenance accepted  |
      v                             v | response filed                v                         v
    abandoned after allowance     action on use -- abandoned    cancelled / expired     cancelled / expired

From every state in which the file lives the applicant may withdraw it; an extension of protection (66(a)) ends with its
international registration: for good when that lapses, open to transformation when it was cancelled under Article 6(4)
of the Madrid Protocol at the request of the office of origin.

Acts that leave the state as it is (extensions, division, maintenance filings) are steps back into it. Between approval
and the notice of allowance no allegation of use is possible (the blackout period), so no row has one.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from difflib import get_close_matches
from itertools import islice
from typing import Any, Final

import attrs

from xbec.errors import InputError
from xbec.kernel.citation import plain_day
from xbec.kernel.finding import Finding
from xbec.kernel.lifecycle import Lifecycle
from xbec.trademark.application import Application
from xbec.trademark.notice import NOT_LEGAL_ADVICE

_PENDING: Final = (
    "under examination", "action outstanding", "on appeal", "suspended", "approved", "published", "opposed", "allowed",
    "use stated", "action on use", "appeal on use",
)  # fmt: skip
REGISTERED: Final = ("registered", "in grace", "cancellation pending")
_REVIVES_TO: Final = {
    "abandoned": "under examination",
    "abandoned after allowance": "allowed",
    "abandoned after use stated": "use stated",
}

LIFECYCLE: Final = Lifecycle(
    "US trademark file",
    "draft",
    table={
        ("draft", "filed"): "under examination",
        # examination
        ("under examination", "office action"): "action outstanding",
        ("under examination", "suspended"): "suspended",
        ("under examination", "approved"): "approved",
        ("under examination", "amendment to allege use"): "under examination",
        ("under examination", "divided"): "under examination",
        ("action outstanding", "extension to respond"): "action outstanding",
        ("action outstanding", "response filed"): "under examination",
        ("action outstanding", "appeal filed"): "on appeal",
        ("action outstanding", "amendment to allege use"): "action outstanding",
        ("action outstanding", "divided"): "action outstanding",
        ("action outstanding", "abandoned"): "abandoned",
        ("on appeal", "appeal allowed"): "under examination",
        ("on appeal", "refusal affirmed"): "refused",
        ("suspended", "resumed"): "under examination",
        ("suspended", "office action"): "action outstanding",
        ("suspended", "approved"): "approved",
        ("suspended", "amendment to allege use"): "suspended",
        ("suspended", "divided"): "suspended",
        # publication and opposition; the Supplemental Register has neither
        ("approved", "published"): "published",
        ("approved", "registered"): "registered",
        ("approved", "office action"): "action outstanding",
        ("published", "extension to oppose"): "published",
        ("published", "90-day extension to oppose"): "published",
        ("published", "opposed"): "opposed",
        ("published", "allowed"): "allowed",
        ("published", "registered"): "registered",
        ("published", "office action"): "action outstanding",
        ("opposed", "divided"): "opposed",
        ("opposed", "opposition dismissed"): "published",
        ("opposed", "opposition sustained"): "refused",
        # notice of allowance and statement of use
        ("allowed", "extension for statement of use"): "allowed",
        ("allowed", "divided"): "allowed",
        ("allowed", "statement of use"): "use stated",
        ("allowed", "abandoned"): "abandoned after allowance",
        ("use stated", "extension for statement of use"): "use stated",
        ("use stated", "divided"): "use stated",
        ("use stated", "office action"): "action on use",
        ("use stated", "registered"): "registered",
        ("action on use", "extension to respond"): "action on use",
        ("action on use", "extension for statement of use"): "action on use",
        ("action on use", "response filed"): "use stated",
        ("action on use", "appeal filed"): "appeal on use",
        ("action on use", "abandoned"): "abandoned after use stated",
        ("appeal on use", "appeal allowed"): "use stated",
        ("appeal on use", "refusal affirmed"): "refused",
        # abandonment and revival
        **{(state, "notice of abandonment"): state for state in _REVIVES_TO},
        **{(state, "abandonment known"): state for state in _REVIVES_TO},
        **{(state, "petition to revive"): state for state in _REVIVES_TO},
        # what was missed comes with the petition
        ("abandoned", "response filed"): "abandoned",
        ("abandoned after allowance", "extension for statement of use"): "abandoned after allowance",
        ("abandoned after allowance", "statement of use"): "abandoned after use stated",
        ("abandoned after use stated", "response filed"): "abandoned after use stated",
        **{(state, "revived"): back for state, back in _REVIVES_TO.items()},
        **{(state, "revival refused"): "dead" for state in _REVIVES_TO},
        **{(state, "withdrawn"): "withdrawn" for state in _PENDING},
        # registration and maintenance
        **{
            (state, f"section {section} filed"): state
            for state in ("registered", "in grace", "cancellation pending")
            for section in ("8", "9", "15", "71")
        },
        ("registered", "divided"): "registered",
        ("registered", "maintenance accepted"): "registered",
        ("registered", "grace begins"): "in grace",
        ("registered", "cancellation sought"): "cancellation pending",
        ("registered", "cancelled"): "cancelled",
        ("registered", "expired"): "expired",
        ("in grace", "maintenance accepted"): "registered",
        ("in grace", "cancelled"): "cancelled",
        ("in grace", "expired"): "expired",
        ("cancellation pending", "cancellation refused"): "registered",
        ("cancellation pending", "cancelled"): "cancelled",
        # an extension of protection follows its international registration
        **{(state, "cancelled under article 6(4)"): "extension ended" for state in (*_PENDING, *REGISTERED)},
        **{(state, "international registration lapsed"): "lapsed" for state in (*_PENDING, *REGISTERED)},
        ("extension ended", "transformation requested"): "transformed",
        ("extension ended", "transformation time passed"): "lapsed",
    },
    final={"refused", "dead", "withdrawn", "cancelled", "expired", "lapsed", "transformed"},
)
"""The whole table; ``LIFECYCLE.diagram()`` draws it."""

SIDE_EVENTS: Final = (
    "first foreign filing",
    "priority claimed",
    "international registration",
    "international registration renewed",
    "basic mark ceased",
    "basis amended",
    "assigned",
)
"""Events that belong to the file and leave its state as it is, whatever that is."""

EVENTS: Final = (*LIFECYCLE.events, *SIDE_EVENTS)
_MOST_EVENTS: Final = 2000

# Acts of the applicant: one at the wrong time is a mistake, where an act of the Office shows that events are missing.
_OWN_ACTS: Final = frozenset(
    (
        "amendment to allege use", "statement of use", "extension for statement of use", "extension to respond",
        "response filed", "appeal filed", "divided", "petition to revive", "transformation requested",
        "section 8 filed", "section 9 filed", "section 15 filed", "section 71 filed", "withdrawn",
    )
)  # fmt: skip
_NEEDS_BASIS: Final = {
    "allowed": "1(b)",
    "amendment to allege use": "1(b)",
    "statement of use": "1(b)",
    "extension for statement of use": "1(b)",
    "section 71 filed": "66(a)",
    "cancelled under article 6(4)": "66(a)",
    "international registration lapsed": "66(a)",
    "transformation requested": "66(a)",
}
_NOT_FOR_66A: Final = {
    "section 8 filed": "file the section 71 declaration at the USPTO",
    "section 9 filed": "renew the international registration at the International Bureau",
    "extension to respond": "respond within the period: there is no extension",
}


@attrs.frozen(slots=True)
class Event:
    """Something that happened to a file on a day.

    ``kind`` is a word of :data:`EVENTS` for the USPTO, the ``event`` of a term for another office; ``note`` says more.
    The state of a file reports unknown words, so that an importer may keep what it does not know.
    """

    kind: str
    day: date
    note: str = attrs.field(default="", kw_only=True)

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.kind, str) or not self.kind.strip() or len(self.kind) > 80:
            raise InputError("not a kind of event", field="event.kind", value=self.kind, allowed="1 to 80 characters")
        plain_day(self.day, field="event.day")
        if not isinstance(self.note, str) or len(self.note) > 1000:
            raise InputError(
                "not a note", field="event.note", value=self.note, allowed="text of 1,000 characters at most"
            )

    def __str__(self) -> str:
        return f"{self.kind} {self.day.isoformat()}" + (f" ({self.note})" if self.note else "")


def checked_events(value: object) -> tuple[Event, ...]:
    """Events of one file, as a tuple. Raises :class:`InputError` for what is none, and for more than 2,000."""
    if isinstance(value, str | bytes) or not isinstance(value, Iterable):
        raise InputError("not a list of events", field="events", value=value, allowed="Event values")
    found = tuple(islice(value, _MOST_EVENTS + 1))
    if len(found) > _MOST_EVENTS:
        raise InputError("too many events of one file", field="events", allowed=f"{_MOST_EVENTS} or fewer")
    for each in found:
        if not isinstance(each, Event):
            raise InputError("not an event", field="events", value=each, allowed="Event(kind, day)")
    return found


@attrs.frozen(slots=True)
class Prosecution:
    """An application and what happened to it, in any order.

    >>> from xbec.trademark.application import Applicant, Item, Mark
    >>> shirts = Item(nice_class=25, text="Shirts", bases={"1(b)"})
    >>> application = Application(
    ...     applicants=[Applicant(name="Meridian Goods LLC")], mark=Mark(text="MERIDIAN"), items=[shirts],
    ...     filed=date(2026, 1, 5),
    ... )
    >>> print(state_of(Prosecution(application, [Event("office action", date(2026, 8, 31))])).state)
    action outstanding
    """

    application: Application
    events: tuple[Event, ...] = attrs.field(default=(), converter=checked_events)

    @property
    def history(self) -> tuple[Event, ...]:
        """The events and those the application itself tells of, each once, by day."""
        app = self.application
        told: list[tuple[str, date | None, str]] = [
            ("filed", app.filed, ""),
            ("approved", app.approved, ""),
            ("published", app.published, ""),
            ("allowed", app.allowed, ""),
        ]
        for foreign in app.foreign_applications:
            where = " ".join(filter(None, (foreign.office, foreign.number)))
            told.append(("first foreign filing", foreign.filed, where))
            if app.filed is not None and foreign.filed is not None:
                told.append(("priority claimed", foreign.claimed or app.filed, where))
        if app.international_registration is not None:
            number = app.international_registration.number or ""
            told.append(("international registration", app.international_registration.registered, number))
        known = {(event.kind, event.day) for event in self.events}
        added = [Event(kind, day, note=note[:1000]) for kind, day, note in told if day and (kind, day) not in known]
        return tuple(sorted((*added, *self.events), key=lambda event: event.day))

    @property
    def reference(self) -> str:
        """What a person calls the file: the serial number, else the words of the mark; may be empty."""
        return self.application.serial_number or self.application.mark.text or ""


@attrs.frozen(slots=True)
class Status:
    """Where a file stands. ``since`` is the day of the last step (``None``: a draft), ``steps`` the way it came."""

    state: str
    since: date | None
    steps: tuple[tuple[Event, str], ...]
    findings: tuple[Finding, ...]

    @property
    def next_events(self) -> tuple[str, ...]:
        """What can happen next."""
        return LIFECYCLE.allowed(self.state)

    @property
    def is_over(self) -> bool:
        """Nothing can follow."""
        return LIFECYCLE.is_final(self.state)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, fit for JSON."""
        return {
            "state": self.state,
            "since": None if self.since is None else self.since.isoformat(),
            "steps": [{"event": e.kind, "day": e.day.isoformat(), "state": state} for e, state in self.steps],
            "next": list(self.next_events),
            "findings": [finding.to_dict() for finding in self.findings],
            "notice": NOT_LEGAL_ADVICE,
        }


def state_of(prosecution: Prosecution, *, on: date | None = None) -> Status:
    """Run the events, up to a day if one is given, through the table.

    What contradicts it (an event that cannot follow, one before the filing, one that the bases exclude, an unknown
    word) is a finding, and the run goes on: an act of the applicant is left out, an act of the Office stands and shows
    that events in between are missing.
    """
    state, since = LIFECYCLE.initial, None
    steps: list[tuple[Event, str]] = []
    findings: list[Finding] = []
    waiting = [event for event in prosecution.history if on is None or event.day <= on]
    while waiting:
        event = _first(waiting, state)
        waiting.remove(event)
        if event.kind in SIDE_EVENTS:
            continue
        if event.kind not in EVENTS:
            findings.append(
                Finding("unknown-event", "error", str(event), "not an event of the life cycle", _meant(event.kind))
            )
            continue
        findings.extend(_against_bases(event, prosecution.application.bases))
        came_from = _state_for(event, state)
        if came_from != state:
            findings.append(_out_of_order(event, state, came_from))
            if came_from is None:
                continue
        state, since = LIFECYCLE.step(came_from, event.kind), event.day
        steps.append((event, state))
    return Status(state, since, tuple(steps), tuple(findings))


def _meant(kind: str) -> str:
    near = get_close_matches(kind[:60], EVENTS, n=2, cutoff=0.75)
    return f"did you mean {' or '.join(near)}?" if near else f"use one of {', '.join(EVENTS)}"


def _first(waiting: list[Event], state: str) -> Event:
    """The next event. The order within a day is not recorded: what is possible comes first, own acts before others."""
    same_day = [event for event in waiting if event.day == waiting[0].day]
    allowed = LIFECYCLE.allowed(state)
    return min(same_day, key=lambda e: (e.kind not in allowed, e.kind not in _OWN_ACTS, e.kind, e.note))


def _state_for(event: Event, state: str) -> str | None:
    """The state from which the event is possible: this one, or for an act of the Office the nearest that can follow."""
    candidates = (state,) if event.kind in _OWN_ACTS else LIFECYCLE.reachable(state)
    return next((each for each in candidates if (each, event.kind) in LIFECYCLE.table), None)


def _out_of_order(event: Event, state: str, came_from: str | None) -> Finding:
    if came_from is not None:
        why = f"{event.kind} is recorded, but not how the file went from {state} to {came_from}"
        return Finding("missing-event", "warning", str(event), why, "add the events in between")
    cure = f"check the day; possible then: {', '.join(LIFECYCLE.allowed(state)) or 'nothing, it is over'}"
    return Finding("contradictory-event", "error", str(event), f"not possible while {state}", cure)


def _against_bases(event: Event, bases: tuple[str, ...]) -> Iterable[Finding]:
    needed = _NEEDS_BASIS.get(event.kind)
    if needed is not None and bases and needed not in bases:
        why = f"{event.kind} belongs to {needed}; the application claims {', '.join(bases)}"
        yield Finding("event-against-basis", "error", str(event), why, "check the event or the bases")
    if event.kind in _NOT_FOR_66A and bases == ("66(a)",):
        why = f"{event.kind} does not apply to an extension of protection under 66(a)"
        yield Finding("event-against-basis", "error", str(event), why, _NOT_FOR_66A[event.kind])
