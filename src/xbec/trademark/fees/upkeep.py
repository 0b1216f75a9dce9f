"""What keeping a mark costs at any office: the fees of every term that falls due up to a day, and of a whole life."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final

import attrs

from xbec.errors import InputError
from xbec.kernel.citation import plain_day
from xbec.kernel.finding import Finding
from xbec.trademark.application import BASES
from xbec.trademark.fees.filing import fee_variants, filing_fees
from xbec.trademark.fees.statement import FeeStatement
from xbec.trademark.office_data import Office, office
from xbec.trademark.prosecution.deadlines import office_deadlines
from xbec.trademark.prosecution.docket import DueDate
from xbec.trademark.prosecution.lifecycle import Event

_NOT_UPKEEP: Final = ("application", "registration")


def upkeep_fees(
    code: str,
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
    optional ones count where ``optional`` names them. The fees of filing and of registration are not upkeep. A renewal
    whose fee our data does not hold is a finding.

    >>> days = {"registered": date(2026, 3, 3)}
    >>> upkeep_fees("US", classes=1, events=days, until=date(2036, 3, 3), bases=["1(a)"]).total
    Money('975.00', 'USD')

    Raises :class:`InputError` for an event no term of the office hangs on, and for no ``bases`` where they matter; as
    :func:`xbec.trademark.filing_fees`.
    """
    place, chosen, wanted = office(code), tuple(bases), frozenset(optional)
    plain_day(until, field="until")
    _refuse(place, events, chosen)
    statement = FeeStatement(title=f"{place.name}: upkeep until {until}", lines=())
    happened = [Event(kind, day) for kind, day in events.items()]
    for due in office_deadlines(code, happened, on=until, bases=chosen).due:
        if due.unmoved > until or (due.optional and due.id not in wanted):
            continue
        if due.fee in _NOT_UPKEEP:
            continue
        if due.fee is None:
            if place.term(due.id, due.event.day).value.repeats is not None:
                statement += _elsewhere(place, due)
            continue
        variants = fee_variants(place, due.fee, on=due.last_day)
        way = variant if variant in variants else None
        statement += filing_fees(place, act=due.fee, classes=classes, on=due.last_day, variant=way)
    return statement


def office_life_cost(
    code: str,
    /,
    *,
    classes: int,
    filed: date,
    registered: date | None = None,
    years: int = 10,
    variant: str | None = None,
    items: Sequence[int] | None = None,
) -> FeeStatement:
    """Application, registration where the office charges it, and upkeep over ``years`` from then on, at any office.

    For an office whose fees do not depend on a filing basis; for the USPTO see
    :func:`xbec.trademark.life_cost`. Without ``registered`` the day of filing stands for it, and the statement
    says so.

    >>> office_life_cost("EM", classes=1, filed=date(2026, 3, 3)).total
    Money('1700.00', 'EUR')

    Raises as :func:`upkeep_fees`.
    """
    place, start = office(code), registered or filed
    statement = filing_fees(place, classes=classes, on=filed, variant=variant, items=items)
    if _charges(place, "registration", start):
        statement += filing_fees(place, act="registration", classes=classes, on=start)
    days = {"filed": filed, "registered": start}
    known = {row.value.event for rows in place.terms.values() for row in rows}
    events = {kind: day for kind, day in days.items() if kind in known}
    until = place.calendar.add_months(start, horizon(years))
    statement += upkeep_fees(code, classes=classes, events=events, until=until, variant=variant)
    if registered is None:
        why = f"the day of registration is not stated: the day of filing, {filed}, stands for it"
        finding = Finding("fee-day-not-stated", "warning", place.code, why, "state registered")
        statement += FeeStatement(title="", lines=(), remarks=(finding,))
    return attrs.evolve(statement, title=f"{place.name}: application and {years} years")


def horizon(years: object) -> int:
    """A number of years, in months. Raises :class:`InputError` for what is none, or above a century."""
    if type(years) is not int or not 0 <= years <= 100:
        raise InputError("not a number of years", field="years", value=years, allowed="0 to 100")
    return 12 * years


def _charges(place: Office, act: str, on: date) -> bool:
    rows = [rows for rows in place.fees.values() if any(row.value.act == act for row in rows)]
    return any(row.covers(on) for each in rows for row in each)


def _refuse(place: Office, events: Mapping[str, date], bases: tuple[str, ...]) -> None:
    terms = [row.value for rows in place.terms.values() for row in rows]
    known = sorted({term.event for term in terms})
    for event, day in events.items():
        if event not in known:
            raise InputError(
                f"no term of {place.name} hangs on it", field="events", value=event, allowed=", ".join(known)
            )
        plain_day(day, field=f"events[{event}]")
    if not bases and any(term.bases and term.event in events for term in terms):
        raise InputError(
            f"what falls due at {place.name} depends on the filing basis", field="bases", allowed=", ".join(BASES)
        )


def _elsewhere(place: Office, due: DueDate) -> FeeStatement:
    why = f"to {due.act} by {due.last_day}: our data of {place.name} has no fee for it; the total is without it"
    finding = Finding("fee-not-included", "warning", f"{place.code} {due.id}", why, "ask for the fee", due.source)
    return FeeStatement(title="", lines=(), remarks=(finding,))
