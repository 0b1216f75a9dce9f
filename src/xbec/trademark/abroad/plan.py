"""A programme of filings in several countries: from the first filing to what must be done where, and by when.

The day of each step is counted by the rule of its own office and moved over that office's own closing days. A target is
reached by an application there (``direct``), or by naming it in one international application under the Madrid
Protocol (``madrid``), which rests on the first filing for five years.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Final

import attrs

from xbec.errors import InputError
from xbec.kernel.calendars import Deadline
from xbec.kernel.citation import plain_day
from xbec.kernel.finding import Finding
from xbec.kernel.timeline import CONFIDENCES, NoPeriod, Period, Status, Timeline
from xbec.trademark.abroad.steps import FilingProgramme, FirstFiling, Step, Target
from xbec.trademark.office_data import Office, OfficeRequirement, Term, office, offices
from xbec.trademark.prosecution.deadlines import office_deadlines
from xbec.trademark.prosecution.docket import Docket, DueDate
from xbec.trademark.prosecution.lifecycle import Event

ROUTES: Final = ("direct", "madrid")
MADRID: Final = "WO"
MOST_TARGETS: Final = 200
_BASIS: Final[Mapping[str, str]] = {"first": "1(a)", "direct": "44(d)", "madrid": "66(a)"}
_HOLD: Final = (
    "declaration",
    "use-to-file",
    "representative",
    "basic-mark",
    "entitlement",
    "priority-claim",
    "priority-documents",
)


def filing_programme(first: FirstFiling, targets: Iterable[Target | str], *, on: date) -> FilingProgramme:
    """What must be filed where by when after a first filing, as one timeline seen on ``on``.

    A target may be the bare code of an office, for an application there. Contradictory days, unknown offices and
    routes, a priority that is lost and steps whose day has passed are findings, all at once; what can be told is told.
    Opposition is estimated only where the day of publication is stated, renewal only where the day that sets it off is.

    >>> plan = filing_programme(FirstFiling("CN", date(2026, 5, 14), domicile="CN"), ["US", "JP"], on=date(2026, 8, 3))
    >>> [(step.office, step.day.isoformat()) for step in plan.steps]
    [('JP', '2026-11-16'), ('US', '2026-11-16')]

    Raises :class:`InputError` for what is no first filing, target or day, and for more than 200 targets.
    """
    plain_day(on, field="on")
    if not isinstance(first, FirstFiling):
        raise InputError("not a first filing", field="first", value=first, allowed="FirstFiling(office, filed)")
    wanted = _targets(targets)
    told: list[Step | Finding] = [*_contradictions(first, wanted), *_first_filing(first, on)]
    usable = {
        (target.office, target.route): target
        for target in reversed(wanted)
        if target.office in _known() and target.route in ROUTES and target.office != first.office
    }
    madrid = sorted(code for code, route in usable if route == "madrid")
    for target in usable.values():
        told.extend((_direct if target.route == "direct" else _designation)(target, first, on))
    if madrid:
        told.extend(_international(first, madrid, on))
    else:
        told.extend(_madrid_open(first, sorted(t.office for t in usable.values() if t.filed is None), on))
    steps = [each for each in told if isinstance(each, Step)]
    return FilingProgramme(
        first=first,
        on=on,
        steps=tuple(sorted(steps, key=lambda step: (step.day, step.office, step.term, step.act))),
        findings=tuple(sorted({each for each in told if isinstance(each, Finding)})),
    )


def _known() -> tuple[str, ...]:
    return tuple(code for code in offices() if code != MADRID)


def _targets(targets: object) -> list[Target]:
    if isinstance(targets, str | bytes) or not isinstance(targets, Iterable):
        raise InputError("not targets", field="targets", value=targets, allowed="offices in a list")
    found: list[Target] = []
    for each in targets:
        if len(found) == MOST_TARGETS:
            raise InputError("too many targets", field="targets", allowed=f"{MOST_TARGETS} at most")
        if not isinstance(each, Target | str):
            raise InputError("not a target", field="targets", value=each, allowed="Target(office) or its code")
        found.append(Target(each) if isinstance(each, str) else each)
    return found


def _contradictions(first: FirstFiling, targets: list[Target]) -> Iterator[Finding]:
    where = f"first filing {first.office}"
    known = f"offices with data: {', '.join(_known())}"
    if first.office not in _known():
        why = "there is no data of that office: its own periods are not told"
        yield Finding("unknown-office", "warning", where, why, known)
    yield from _order(where, first, ("filed", "published"), ("filed", "registered"))
    yield from _order(where, first, ("filed", "international_registration"))
    counts: dict[tuple[str, str], int] = {}
    for target in targets:
        where = f"target {target.office}"
        counts[target.office, target.route] = counts.get((target.office, target.route), 0) + 1
        if target.office not in _known():
            yield Finding(
                "unknown-office", "error", where, "there is no data of that office: nothing is told of it", known
            )
        if target.route not in ROUTES:
            cure = f"state one of: {', '.join(ROUTES)}"
            yield Finding("unknown-route", "error", where, f"{target.route} is no route to an office", cure)
        if target.office == first.office:
            why = "the first filing is at this office: it cannot be extended to it or repeated there"
            yield Finding("target-is-origin", "error", where, why, "leave it out, or name the first filing rightly")
        # published and registered stand in either order: where oppositions follow registration, so does publication
        yield from _order(where, target, ("filed", "notified"), ("filed", "published"), ("filed", "registered"))
        yield from _order(where, target, ("notified", "published"), ("notified", "registered"))
        if target.filed is not None and target.filed < first.filed:
            why = f"filed on {target.filed}, before the filing stated as the first, of {first.filed}"
            cure = "start from the earliest filing for the mark and goods: the six months run from it"
            yield Finding("not-the-first", "error", where, why, cure)
    for (code, route), count in counts.items():
        if count > 1:
            why = f"named {count} times by the route {route}; the first is taken"
            yield Finding("target-twice", "warning", f"target {code}", why, "name it once")


def _order(where: str, record: object, *pairs: tuple[str, str]) -> Iterator[Finding]:
    for earlier, later in pairs:
        before, after = getattr(record, earlier), getattr(record, later)
        if before is not None and after is not None and after < before:
            why = f"{later.replace('_', ' ')} on {after}, before {earlier} on {before}"
            yield Finding("contradictory-days", "error", where, why, "correct one of the two days")


def _first_filing(first: FirstFiling, on: date) -> Iterator[Step | Finding]:
    if first.office in _known():
        place = office(first.office)
        for event in ("filed", "published", "registered"):
            day = getattr(first, event)
            # it claims no priority, so it has no priority to document
            yield from _terms(place, event, day, on=on, basis=_BASIS["first"], skip=("priority-documents",))


def _direct(target: Target, first: FirstFiling, on: date) -> Iterator[Step | Finding]:
    place, basis = office(target.office), _BASIS["direct"]
    skip: tuple[str, ...] = ()
    if target.filed is None:
        for told in _terms(place, "first foreign filing", first.filed, on=on, basis=basis):
            yield attrs.evolve(told, hold=tuple(_held(place, told.day, first))) if isinstance(told, Step) else told
        if not place.requirements:
            why = "what the office asks of a filing is not in our data"
            yield Finding("requirements-unknown", "info", target.office, why, "ask an attorney there before filing")
    else:
        late = list(_late(place, first.filed, target.filed))
        yield from late
        skip = ("priority-documents",) if late else ()
    for event in ("filed", "published", "registered"):
        yield from _terms(place, event, getattr(target, event), on=on, basis=basis, skip=skip)


def _designation(target: Target, first: FirstFiling, on: date) -> Iterator[Step | Finding]:
    """What happens to a Madrid designation at the designated office; it is renewed at the International Bureau."""
    place, basis = office(target.office), _BASIS["madrid"]
    own = any(row.value.event == "designation published" for terms in place.terms.values() for row in terms)
    published = "designation published" if own else "published"
    yield from _terms(place, published, target.published, on=on, basis=basis)
    yield from _terms(place, "registered", target.registered, on=on, basis=basis, skip=("renewal",))
    for told in _terms(office(MADRID), "designation notified", target.notified, on=on, basis=basis):
        at = target.office
        yield attrs.evolve(told, office=at) if isinstance(told, Step) else attrs.evolve(told, where=at)
    if target.filed is not None:
        why = "a day of filing is stated for a Madrid designation, which has none of its own"
        yield Finding(
            "contradictory-days", "error", f"target {target.office}", why, "state route direct, or leave it out"
        )


def _international(first: FirstFiling, codes: list[str], on: date) -> Iterator[Step | Finding]:
    bureau = office(MADRID)
    yield from _entitlement(bureau, first, on)
    registered = first.international_registration
    if registered is not None:
        yield from _late(_through_origin(first), first.filed, registered)
        yield from _terms(bureau, "international registration", registered, on=on, basis=_BASIS["madrid"])
        return
    for told in _terms(_through_origin(first), "first foreign filing", first.filed, on=on, basis=None):
        if isinstance(told, Step):
            held = list(_held(bureau, told.day, first))
            for code in codes:
                row = _requirement(office(code), "declaration", told.day)
                if row is not None and row.value.answer != "no":
                    held.append(f"{code}, declaration: {row.value.text}")
            told = attrs.evolve(told, hold=tuple(held), act=f"{told.act}, naming {', '.join(codes)}")
        yield told
    dependency = bureau.terms["dependency"][0]
    why = f"the international registration falls with the basic mark for {dependency.value.length} from its day"
    cure = "keep the first filing alive, or file directly where the mark must stand by itself"
    yield Finding("madrid-dependency", "info", MADRID, why, cure, dependency.citation)


def _through_origin(first: FirstFiling) -> Office:
    """The Bureau with the closing days of the office of origin, where the international application is handed in."""
    bureau = office(MADRID)
    if first.office not in _known():
        return bureau
    home = office(first.office)
    kept = {ident: rows for ident, rows in home.requirements.items() if ident == "calendar"}
    return attrs.evolve(bureau, calendar=home.calendar, requirements={**bureau.requirements, **kept})


def _entitlement(bureau: Office, first: FirstFiling, on: date) -> Iterator[Finding]:
    asked = _requirement(bureau, "entitlement", on)
    source = None if asked is None else asked.citation
    where = f"office of origin {first.office}"
    text = "" if asked is None else asked.value.text
    origins = first.origins | ({first.domicile} if first.domicile else frozenset())
    if not origins:
        why = "neither domicile nor nationality nor establishment of the applicant is stated"
        yield Finding("madrid-entitlement", "warning", where, why, f"state it: {text}", source)
    elif first.office not in _known():
        why = "there is no data of that office: who may file through it is not known"
        yield Finding("madrid-entitlement", "warning", where, why, f"check that {text}", source)
    elif origins.isdisjoint(office(first.office).territory):
        why = f"the applicant belongs to {', '.join(sorted(origins))}, not to the territory of {first.office}"
        cure = f"file directly, or rest the international application on a mark at an office where {text}"
        lost = "the international application is refused by the office of origin"
        yield Finding("madrid-entitlement", "error", where, why, cure, source, lost)


def _madrid_open(first: FirstFiling, codes: list[str], on: date) -> Iterator[Finding]:
    """Where several applications are still to be made, one international application may stand in their place."""
    origins = first.origins | ({first.domicile} if first.domicile else frozenset())
    if len(codes) < 2 or first.office not in _known() or origins.isdisjoint(office(first.office).territory):
        return
    bureau = _through_origin(first)
    for told in _terms(bureau, "first foreign filing", first.filed, on=on, basis=None):
        if isinstance(told, Step):
            dependency = bureau.terms["dependency"][0].value.length
            why = (
                f"one international application through {first.office} until {told.day} could name them;"
                f" it falls with the basic mark for {dependency}"
            )
            yield Finding("madrid-open", "info", ", ".join(codes), why, "compare the fees of both routes", told.source)


def _terms(
    place: Office, event: str, day: date | None, *, on: date, basis: str | None, skip: tuple[str, ...] = ()
) -> Iterator[Step | Finding]:
    """What an event sets off at an office: the next step of each of its terms, or what there is to say in its place."""
    if day is None:
        return
    for ident, rows in place.terms.items():
        if ident not in skip and any(_concerns(row.value, event, basis) for row in rows):
            try:
                rows.on(day)
            except NoPeriod as gap:
                yield _gap(place, rows, event, day, gap)
    dates: dict[str, list[DueDate]] = {}
    docket = _docket(place, event, day, on=on, basis=basis)
    yield from (finding for finding in docket.findings if finding.rule == "not-counted")
    for due in docket.due:
        dates.setdefault(due.id, []).append(attrs.evolve(due, deadline=_moved(place, due)))
    for ident, found in dates.items():
        if ident not in skip:
            yield from _next(place, found, on)


def _docket(place: Office, event: str, day: date, *, on: date, basis: str | None) -> Docket:
    """The dates an event sets off, as seen when it has happened: a programme may be planned before the first filing."""
    bases = () if basis is None else (basis,)
    return office_deadlines(place.code, [Event(event, day)], on=max(on, day), bases=bases)


def _concerns(term: Term, event: str, basis: str | None) -> bool:
    return term.event == event and (not term.bases or basis is None or basis in term.bases)


def _next(place: Office, dates: list[DueDate], on: date) -> Iterator[Step | Finding]:
    """The first of the dates of one term that has not passed, or that all have."""
    running = [due for due in dates if due.closes >= on]
    due = running[0] if running else dates[-1]
    where = f"{place.code} {due.id}"
    if not running:
        yield _passed(due, where)
        return
    if due is not dates[0]:
        why = f"{due.act}: what fell due before {on} is taken as done"
        yield Finding("assumed-done", "info", where, why, "check that it was", due.source)
    if due.last_day < on:
        why = f"{due.act}: the last day was {due.last_day}; possible until {due.closes}, with a surcharge"
        yield Finding("in-grace", "warning", where, why, "do it now", due.source, due.missed, due.confidence)
    yield _step(place, due, on)


def _passed(due: DueDate, where: str) -> Finding:
    if due.id == "priority":
        why = f"the last day to claim the priority was {due.last_day}"
        cure = "file now if the mark is still free there, and search for marks filed in between"
        return Finding("priority-lost", "error", where, why, cure, due.source, due.missed, due.confidence)
    if due.optional:
        why = f"{due.act}: the day was {due.closes}"
        return Finding("day-passed", "info", where, why, None, due.source, due.missed, due.confidence)
    why = f"{due.act}: the last day was {due.closes}; whether it was done is not stated"
    cure = "check the file; if it was not done, ask at once whether the office restores it"
    return Finding("day-passed", "warning", where, why, cure, due.source, due.missed, due.confidence)


def _step(place: Office, due: DueDate, on: date) -> Step:
    late = due.last_day < on and due.grace is not None
    ends = due.grace if late and due.grace is not None else due.deadline
    confidence = due.confidence
    over = range(ends.unmoved.toordinal(), ends.last_day.toordinal())
    if any(date.fromordinal(day).weekday() < 5 for day in over):
        calendar = _requirement(place, "calendar", ends.unmoved)
        if calendar is not None:
            confidence = max(confidence, calendar.confidence, key=CONFIDENCES.index)
    longer = " (can be extended)" if due.extensions else ""
    return Step(
        day=ends.last_day,
        office=place.code,
        act=f"{due.act}, in the grace period" if late else f"{due.act}{longer}",
        term=due.id,
        counted=ends.unmoved,
        opens=due.opens if due.opens > due.event.day else None,
        grace=late,
        optional=due.optional,
        consequence=due.missed,
        why=ends.explain(),
        source=due.source,
        confidence=confidence,
    )


def _late(place: Office, first: date, filed: date) -> Iterator[Finding]:
    """Was an application filed after the last day of the priority?"""
    try:
        place.terms["priority"].on(first)
    except NoPeriod as gap:
        yield _gap(place, place.terms["priority"], "first foreign filing", first, gap)
    for due in _docket(place, "first foreign filing", first, on=filed, basis=None).due:
        last = _moved(place, due).last_day
        if due.id == "priority" and filed > last:
            why = f"filed on {filed}, after the last day to claim the priority, {last}"
            cure = "rely on the day of filing there; search for marks filed in between"
            where = f"{place.code} priority"
            yield Finding("priority-lost", "error", where, why, cure, due.source, due.missed, due.confidence)


def _moved(place: Office, due: DueDate) -> Deadline:
    """The deadline, moved over the closing days of ``place`` where those are not the office's own."""
    return (
        due.deadline if due.deadline.calendar == place.calendar else attrs.evolve(due.deadline, calendar=place.calendar)
    )


def _gap(place: Office, rows: Timeline[Term], event: str, day: date, gap: NoPeriod) -> Finding:
    """No rule in force: what is announced instead is told, with the earlier of the two days it could be."""
    where = f"{place.code} {rows[0].value.id}"
    why = f"{rows[-1].value.act}: no rule is confirmed for what is {event} on {day}"
    announced: Status = "announced"
    try:
        row = rows.on(day, status=announced)
    except NoPeriod:
        return Finding("no-rule", "warning", where, f"{why} ({gap.problem})", "ask the office or an attorney there")
    old = rows[0].value
    lengths = (old.length, row.value.length)
    ends = min(Deadline(day, span, rule=place.counting, calendar=place.calendar).last_day for span in lengths)
    cure = f"act by {ends}: {row.value.length} is announced and not confirmed, before it was {old.length}"
    return Finding("no-rule", "warning", where, why, cure, row.citation, confidence=row.confidence)


def _requirement(place: Office, ident: str, day: date) -> Period[OfficeRequirement] | None:
    try:
        return place.requirements[ident].on(day) if ident in place.requirements else None
    except NoPeriod:
        return None


def _held(place: Office, day: date, first: FirstFiling) -> Iterator[str]:
    for ident in _HOLD:
        row = _requirement(place, ident, day)
        if row is None or (ident == "use-to-file" and row.value.answer == "no"):
            continue
        asked = row.value
        if asked.exempt and first.domicile in asked.exempt:
            continue
        unless = (
            f" (not if domiciled in {', '.join(sorted(asked.exempt))})" if asked.exempt and not first.domicile else ""
        )
        doubt = "" if row.confidence == "high" else f" ! {row.confidence} confidence"
        yield f"{ident.replace('-', ' ')}: {asked.text}{unless}{doubt}"
