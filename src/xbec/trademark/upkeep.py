"""What keeping a mark costs: the fees of every term of an office that falls due up to a day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from xbec.errors import InputError
from xbec.kernel.calendars import Deadline, Span
from xbec.kernel.citation import plain_day
from xbec.kernel.finding import Finding
from xbec.kernel.timeline import NoPeriod, Period
from xbec.trademark.application import BASES
from xbec.trademark.fee_statement import FeeStatement
from xbec.trademark.fees import fee_variants, filing_fees
from xbec.trademark.office import Office, Term, office


def upkeep_fees(
    where: str | Office,
    /,
    *,
    classes: int,
    events: Mapping[str, date],
    until: date,
    bases: Iterable[str] = (),
    optional: Iterable[str] = (),
    variant: str | None = None,
) -> FeeStatement:
    """The fees of the terms that ``events`` set off and that end by ``until``, each on its last day without surcharge.

    ``events`` are days by name as the office's file calls them (``registered``, ``filed``); terms that repeat do so;
    optional ones count where ``optional`` names them. Where a required act has no fee here, a finding says so.

    >>> days = {"registered": date(2026, 3, 3)}
    >>> upkeep_fees("US", classes=1, events=days, until=date(2036, 3, 3), bases=["1(a)"]).total
    Money('975.00', 'USD')

    Raises :class:`InputError` for an event no term of the office hangs on, and for no ``bases`` where it matters; as
    :func:`xbec.trademark.fees.filing_fees`.
    """
    place = where if isinstance(where, Office) else office(where)
    plain_day(until, field="until")
    known = {row.value.event for rows in place.terms.values() for row in rows}
    for event, day in events.items():
        if event not in known:
            raise InputError(
                f"no term of {place.name} hangs on it", field="events", value=event, allowed=", ".join(sorted(known))
            )
        plain_day(day, field=f"events[{event}]")
    statement = FeeStatement(title=f"{place.name}: upkeep until {until}", lines=())
    chosen, wanted = frozenset(bases), frozenset(optional)
    for row, day in _terms(place, events):
        term = row.value
        if term.optional and term.id not in wanted:
            continue
        if term.bases and not chosen:
            raise InputError(
                f"what falls due at {place.name} depends on the filing basis", field="bases", allowed=", ".join(BASES)
            )
        if term.bases and not term.bases & chosen:
            continue
        for end in _ends(place, term, day, until):
            if term.fee is None:
                statement += _elsewhere(place, row, end)
                continue
            variants = fee_variants(place, term.fee, on=end)
            way = variant if variant in variants else None
            statement += filing_fees(place, act=term.fee, classes=classes, on=end, variant=way)
    return statement


def _terms(place: Office, events: Mapping[str, date]) -> Iterator[tuple[Period[Term], date]]:
    for rows in place.terms.values():
        for event, day in events.items():
            try:
                row = rows.on(day)
            except NoPeriod:
                continue
            if row.value.event == event:
                yield row, day


def _ends(place: Office, term: Term, start: date, until: date) -> Iterator[date]:
    span = term.length
    while True:
        deadline = Deadline(start, span, rule=place.counting, calendar=place.calendar)
        if deadline.unmoved > until:
            return
        yield deadline.last_day if term.moves else deadline.unmoved
        if term.repeats is None:
            return
        span = _longer(span, term.repeats)


def _longer(span: Span, by: Span) -> Span:
    if span.unit == by.unit:
        return Span(span.number + by.number, span.unit)
    months = {"month": 1, "year": 12}
    if span.unit in months and by.unit in months:
        return Span(span.number * months[span.unit] + by.number * months[by.unit], "month")
    raise InputError("a term and its repetition in units that do not add up", field="repeats", value=f"{span}, {by}")


def _elsewhere(place: Office, row: Period[Term], end: date) -> FeeStatement:
    why = f"to {row.value.act} by {end}: our data of {place.name} has no fee for it, and the total none"
    finding = Finding("fee-not-included", "info", f"{place.code} {row.value.id}", why, None, row.citation)
    return FeeStatement(title="", lines=(), remarks=(finding,))
