"""Conditions of sections 44(d) and 44(e): priority of a foreign application, and a foreign registration as basis.

The rules are rows of ``data/trademark/rules/us-section-44.toml``; 15 U.S.C. 1126; 37 CFR 2.34(a)(3)-(4); TMEP 1000.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from typing import Final

from xbec.errors import GapError, InputError
from xbec.kernel.calendars import Calendar, Deadline, Span
from xbec.kernel.dated import read_toml
from xbec.kernel.rulebook import Condition, Seen, defective, later, missing, present, unknown
from xbec.trademark.application import Applicant, Application, ForeignApplication, ForeignRegistration
from xbec.trademark.dated_rows import RULES
from xbec.trademark.examination.figures import is_country, named, of_application, of_registration, short
from xbec.trademark.office_data import office
from xbec.trademark.owned_mark import REGIONAL
from xbec.trademark.treaties import states_of, treaty_standing

REGISTRATION_BASES: Final = ("1(a)", "1(b)", "44(e)")
"""One of these must stand beside 44(d), which is no basis for registration (37 CFR 2.34(a)(4)(iii))."""
_FILE: Final = RULES / "us-section-44.toml"


def priority_deadline(filed: date) -> Deadline:
    """Until when the priority of a foreign application filed on that day may be claimed.

    >>> priority_deadline(date(2026, 5, 14)).last_day
    datetime.date(2026, 11, 16)

    Six months, moved on from a closing day of the Office (15 U.S.C. 1126(d)(1); 37 CFR 2.196; TMEP 1003.02). Raises
    ``NoPeriod`` for a day before the data, :class:`InputError` for a year whose holidays are not known.
    """
    return office("US").deadline("priority", filed)


def claimed_on(app: Application, foreign: ForeignApplication) -> date | None:
    """The day of the claim: the one stated, but never before the US filing that carries it; ``None``: not made yet."""
    return max((day for day in (app.filed, foreign.claimed) if day is not None), default=None)


def has_priority(app: Application, foreign: ForeignApplication) -> bool | None:
    """Was the claim made in time? ``None``: a day is not known or outside our data, or no claim is made yet."""
    claimed = claimed_on(app, foreign)
    if claimed is None or foreign.filed is None:
        return None
    try:
        return foreign.filed <= claimed <= priority_deadline(foreign.filed).last_day
    except (GapError, InputError):
        return None


def is_approved(app: Application, on: date) -> bool:
    """Has the mark been approved for publication, or gone further?"""
    return any(day is not None and day <= on for day in (app.approved, app.published, app.allowed))


def _priorities(app: Application) -> tuple[ForeignApplication, ...]:
    return app.foreign_applications if "44(d)" in app.bases else ()


def _registrations(app: Application) -> tuple[ForeignRegistration, ...]:
    return app.foreign_registrations if "44(e)" in app.bases else ()


def agrees(fact: bool | None, where: str) -> Seen:
    """A fact that a person has looked at: yes, no, or nobody looked."""
    return unknown(where) if fact is None else present(where) if fact else defective(where)


def intent(basis: str) -> Condition[Application]:
    """The verified statement of a bona fide intention to use the mark, for the items under a basis."""

    def condition(app: Application, on: date) -> Iterator[Seen]:
        if basis in app.bases:
            said = app.verification is not None and app.verification.bona_fide_intention
            yield present("verification") if said else missing("verification")

    return condition


# --- 44(d) ---


def foreign_application(app: Application, on: date) -> Iterator[Seen]:
    if "44(d)" in app.bases and not app.foreign_applications:
        yield missing("priority claim", what="the foreign application")
    for foreign in _priorities(app):
        where = of_application(foreign)
        yield missing(where, what="its filing date") if foreign.filed is None else present(where)


def serial_number(app: Application, on: date) -> Iterator[Seen]:
    for foreign in _priorities(app):
        where = of_application(foreign)
        if foreign.number is not None:
            yield present(where)
        else:
            yield missing(where) if is_approved(app, on) else later(where)


def claim_in_time(app: Application, on: date) -> Iterator[Seen]:
    for foreign in _priorities(app):
        where, claimed = of_application(foreign), claimed_on(app, foreign)
        if foreign.filed is None or foreign.filed > (claimed or on):
            continue  # the rules on details and on the order of days speak of these
        try:
            deadline = priority_deadline(foreign.filed)
        except (GapError, InputError):
            yield unknown(where, filed=foreign.filed)  # a day outside the calendar or the data
            continue
        words = {"filed": foreign.filed, "last_day": deadline.last_day, "claimed": claimed}
        if claimed is None and on <= deadline.last_day:
            yield later(where, **words)
        elif claimed is None:
            yield missing(where, **words)
        else:
            yield present(where) if deadline.is_met(claimed) else defective(where, **words)


def order_of_days(app: Application, on: date) -> Iterator[Seen]:
    for foreign in _priorities(app):
        if foreign.filed is not None:
            where, claimed = of_application(foreign), claimed_on(app, foreign) or on
            yield present(where) if foreign.filed <= claimed else defective(where, filed=foreign.filed, claimed=claimed)


def first_filing(app: Application, on: date) -> Iterator[Seen]:
    for foreign in _priorities(app):
        where = of_application(foreign)
        if foreign.first or (foreign.first is False and foreign.earlier_abandoned):
            yield present(where)
        elif foreign.first is None:
            yield unknown(where)
        else:
            yield missing(where) if foreign.earlier_abandoned is None else defective(where)


def registration_basis(app: Application, on: date) -> Iterator[Seen]:
    for item in app.items_under("44(d)"):
        if item.bases.isdisjoint(REGISTRATION_BASES):
            yield missing(named(item)) if is_approved(app, on) else later(named(item))
        else:
            yield present(named(item))


def priority_scope(app: Application, on: date) -> Iterator[Seen]:
    if not app.foreign_applications:
        return
    for item in app.items_under("44(d)"):
        covered = any(f.covers is None or item.text in f.covers for f in app.foreign_applications)
        yield present(named(item)) if covered else defective(named(item))


def priority_applicant(app: Application, on: date) -> Iterator[Seen]:
    for foreign in _priorities(app):
        yield agrees(foreign.same_applicant, of_application(foreign))


def priority_mark(app: Application, on: date) -> Iterator[Seen]:
    for foreign in _priorities(app):
        yield agrees(foreign.same_mark, of_application(foreign))


def priority_origin(app: Application, on: date) -> Iterator[Seen]:
    if "44(d)" not in app.bases:
        return
    for applicant in app.applicants:
        where = f"applicant {short(applicant.name)}"
        if "US" in applicant.origins:
            yield present(where)  # citizens and residents have the same benefits, 15 U.S.C. 1126(i)
            continue
        standings = {treaty_standing(country, on=on).standing for country in applicant.origins}
        words = {"countries": ", ".join(sorted(applicant.origins)) or "no country"}
        if "party" in standings:
            yield present(where)
        else:
            yield unknown(where, **words) if "unknown" in standings or not standings else defective(where, **words)


def priority_country(app: Application, on: date) -> Iterator[Seen]:
    for foreign in _priorities(app):
        yield _of_treaty_country(foreign.office, of_application(foreign), on)


def _is_office(code: str) -> bool:
    return code in REGIONAL or is_country(code)


def _of_treaty_country(code: str, where: str, on: date) -> Seen:
    if not _is_office(code):
        return missing(where, office=short(code))
    standing = "outside" if code == "US" else treaty_standing(code, on=on).standing
    if standing == "party":
        return present(where)
    return unknown(where, office=code) if standing == "unknown" else defective(where, office=code)


# --- 44(e) ---


def foreign_registration(app: Application, on: date) -> Iterator[Seen]:
    if "44(e)" not in app.bases:
        return
    if not app.foreign_registrations:
        # An application that waits for the registration of its own priority application is suspended, not refused.
        awaited = bool(_priorities(app)) and not is_approved(app, on)
        yield later("foreign registration") if awaited else missing("foreign registration", what="none is named")
    for foreign in app.foreign_registrations:
        where = of_registration(foreign)
        yield missing(where, what="its number is not stated") if foreign.number is None else present(where)


def copy(app: Application, on: date) -> Iterator[Seen]:
    for foreign in _registrations(app):
        yield present(of_registration(foreign)) if foreign.copy else missing(of_registration(foreign))


def translation(app: Application, on: date) -> Iterator[Seen]:
    for foreign in _registrations(app):
        where = of_registration(foreign)
        if foreign.language == "en" or foreign.translation:
            yield present(where)
        elif foreign.language is None:
            yield unknown(where)
        else:
            yield missing(where, language=foreign.language)


def translation_signed(app: Application, on: date) -> Iterator[Seen]:
    for foreign in _registrations(app):
        if foreign.language not in (None, "en"):
            where = of_registration(foreign)
            if not foreign.translation:
                yield later(where)
            elif foreign.translation_signed is None:
                yield unknown(where)
            else:
                yield present(where) if foreign.translation_signed else missing(where)


def in_force(app: Application, on: date) -> Iterator[Seen]:
    for foreign in _registrations(app):
        where = of_registration(foreign)
        if foreign.expires is None:
            yield unknown(where)
        elif foreign.expires < on:
            yield defective(where, expires=foreign.expires)
        else:
            yield present(where)


def renewal(app: Application, on: date) -> Iterator[Seen]:
    for foreign in _registrations(app):
        if foreign.expires is not None and on <= foreign.expires:
            where = of_registration(foreign)
            near = foreign.expires <= _soon(on)
            yield later(where, expires=foreign.expires) if near else present(where)


@cache
def _ahead() -> Span:
    return Span.parse(read_toml(_FILE)["convention"]["renewal_ahead"]["length"])


def _soon(on: date) -> date:
    span = _ahead()
    return Calendar("US").add_months(on, span.number * (12 if span.unit == "year" else 1))


def registered_origin(app: Application, on: date) -> Iterator[Seen]:
    for foreign in _registrations(app):
        for applicant in app.applicants if _is_office(foreign.office) else ():
            where = f"{of_registration(foreign)}, applicant {short(applicant.name)}"
            states = states_of(foreign.office, on=on)
            words = {"office": foreign.office, "countries": ", ".join(sorted(applicant.origins)) or "no country"}
            if not states.isdisjoint(applicant.origins):
                yield present(where)
            elif not states or not applicant.origins:
                yield unknown(where, **words)
            else:
                yield defective(where, **words)


def establishment(app: Application, on: date) -> Iterator[Seen]:
    for foreign, applicant, states in _of_origin(app, on):
        at_home = states & {applicant.domicile, applicant.citizenship}
        if not at_home:
            where = f"{of_registration(foreign)}, applicant {short(applicant.name)}"
            countries = ", ".join(sorted(states & applicant.establishments))
            yield present(where) if foreign.establishment_statement else missing(where, countries=countries)


def nationality(app: Application, on: date) -> Iterator[Seen]:
    for foreign, applicant, states in _of_origin(app, on):
        domicile = applicant.domicile
        by_nationality_only = applicant.kind == "individual" and states.isdisjoint(
            applicant.establishments | {domicile or ""}
        )
        if by_nationality_only:
            where = f"{of_registration(foreign)}, applicant {short(applicant.name)}"
            lives_in_party = domicile not in (None, "US") and treaty_standing(domicile, on=on).standing == "party"
            yield (
                unknown(where, citizenship=applicant.citizenship, domicile=domicile)
                if lives_in_party
                else present(where)
            )


def _of_origin(app: Application, on: date) -> Iterator[tuple[ForeignRegistration, Applicant, frozenset[str]]]:
    """Registrations from a country of origin, each with an applicant whose origin it is and the states it covers."""
    for foreign in _registrations(app):
        states = states_of(foreign.office, on=on)
        for applicant in app.applicants:
            if not states.isdisjoint(applicant.origins):
                yield foreign, applicant, states


def registered_country(app: Application, on: date) -> Iterator[Seen]:
    for foreign in _registrations(app):
        yield _of_treaty_country(foreign.office, of_registration(foreign), on)


def registered_mark(app: Application, on: date) -> Iterator[Seen]:
    for foreign in _registrations(app):
        yield agrees(foreign.same_mark, of_registration(foreign))


def registered_owner(app: Application, on: date) -> Iterator[Seen]:
    for foreign in _registrations(app):
        yield agrees(foreign.same_owner, of_registration(foreign))


def registered_scope(app: Application, on: date) -> Iterator[Seen]:
    if not app.foreign_registrations:
        return
    for item in app.items_under("44(e)"):
        covered = any(f.covers is None or item.text in f.covers for f in app.foreign_registrations)
        yield present(named(item)) if covered else defective(named(item))


CONDITIONS: Final[Mapping[str, Condition[Application]]] = {
    "us-44d-foreign-application": foreign_application,
    "us-44d-serial-number": serial_number,
    "us-44d-claim-in-time": claim_in_time,
    "us-44d-order-of-days": order_of_days,
    "us-44d-first-filing": first_filing,
    "us-44d-intent": intent("44(d)"),
    "us-44d-registration-basis": registration_basis,
    "us-44d-scope": priority_scope,
    "us-44d-same-applicant": priority_applicant,
    "us-44d-same-mark": priority_mark,
    "us-44d-origin": priority_origin,
    "us-44d-treaty-country": priority_country,
    "us-44e-registration": foreign_registration,
    "us-44e-origin": registered_origin,
    "us-44e-establishment": establishment,
    "us-44e-nationality": nationality,
    "us-44e-treaty-country": registered_country,
    "us-44e-copy": copy,
    "us-44e-translation": translation,
    "us-44e-translation-signed": translation_signed,
    "us-44e-in-force": in_force,
    "us-44e-renewal": renewal,
    "us-44e-intent": intent("44(e)"),
    "us-44e-same-mark": registered_mark,
    "us-44e-same-owner": registered_owner,
    "us-44e-scope": registered_scope,
}
