"""What every application at the USPTO needs, whatever its basis: applicant, attorney, identification, classes, fee.

37 CFR 2.21 and 2.32 (https://www.ecfr.gov/current/title-37/chapter-I/subchapter-A/part-2). ``CONDITIONS`` holds all of
``rules/us-formalities.toml``, those of the mark and of the verification included. An extension of protection under
66(a) comes from the International Bureau, which takes the fee; conditions about it leave such an application out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

from xbec.kernel.rulebook import Condition, Seen, defective, later, missing, present, unknown
from xbec.trademark.application import BASES, Applicant, Application, Item
from xbec.trademark.examination import mark, verification
from xbec.trademark.examination.figures import (
    figure,
    holds,
    is_class,
    is_country,
    is_national,
    named,
    national_items,
    one_text,
    short,
)

_IN_CARE: Final = re.compile(r"\bp\.? ?o\.? ?box\W{0,3}\d|\bpost office box\b|\bc/o\b|\bin care of\b", re.IGNORECASE)


def _applicant(applicant: Applicant) -> str:
    return f"applicant {short(applicant.name)}" if applicant.name.strip() else "applicant"


def applicant_named(app: Application, on: date) -> Iterator[Seen]:
    if not app.applicants:
        yield missing("applicant")
    for applicant in app.applicants:
        yield present(_applicant(applicant)) if applicant.name.strip() else missing("applicant")


def applicant_entity(app: Application, on: date) -> Iterator[Seen]:
    kinds = figure("applicant-kinds", on)
    for applicant in app.applicants:
        where = _applicant(applicant)
        if not applicant.kind:
            yield missing(where)
        elif applicant.kind not in kinds:
            yield defective(where, kind=short(applicant.kind))
        else:
            yield present(where)


def _stated(field: str) -> Condition[Application]:
    def condition(app: Application, on: date) -> Iterator[Seen]:
        for applicant in app.applicants:
            where = _applicant(applicant)
            yield present(where) if getattr(applicant, field) else missing(where)

    return condition


def domicile_address(app: Application, on: date) -> Iterator[Seen]:
    for applicant in app.applicants:
        if applicant.address and _IN_CARE.search(applicant.address):
            yield defective(_applicant(applicant), address=short(applicant.address))


def applicant_country(app: Application, on: date) -> Iterator[Seen]:
    for applicant in app.applicants:
        stated = [("domicile", applicant.domicile), ("citizenship", applicant.citizenship)]
        stated += [("establishment", country) for country in sorted(applicant.establishments)]
        for field, country in stated:
            if country and not is_country(country):
                yield defective(_applicant(applicant), country=short(country), field=field)


def applicant_contact(app: Application, on: date) -> Iterator[Seen]:
    if not is_national(app):
        return
    for applicant in app.applicants:
        lacking = [what for what, text in (("address", applicant.address), ("e-mail", applicant.email)) if not text]
        where = _applicant(applicant)
        yield missing(where, what=" and no ".join(lacking)) if lacking else present(where)


def attorney_foreign(app: Application, on: date) -> Iterator[Seen]:
    domiciles = sorted({applicant.domicile for applicant in app.applicants if applicant.domicile})
    if not app.applicants or set(domiciles) & set(figure("united-states", on)):
        return
    if app.attorney is not None:
        yield present("representation")
    elif not domiciles:
        yield unknown("representation")
    elif is_national(app):
        yield missing("representation", domicile=", ".join(domiciles))
    else:
        yield later("representation", domicile=", ".join(domiciles))


def attorney_qualified(app: Application, on: date) -> Iterator[Seen]:
    if (attorney := app.attorney) is None:
        return
    where = f"attorney {short(attorney.name)}"
    if attorney.good_standing is False:
        yield defective(where, why="not in good standing")
    elif attorney.licensed_in and attorney.licensed_in not in figure("bars", on):
        yield defective(where, why=f"licensed in {short(attorney.licensed_in)}, which is no bar of the United States")
    elif attorney.good_standing is None:
        yield unknown(where)
    else:
        yield present(where)


def attorney_details(app: Application, on: date) -> Iterator[Seen]:
    if (attorney := app.attorney) is None:
        return
    where = f"attorney {short(attorney.name)}"
    facts = {"e-mail": attorney.email, "state of the bar": attorney.licensed_in, "year of admission": attorney.bar_year}
    lacking = [what for what, fact in facts.items() if not fact]
    yield missing(where, what=", no ".join(lacking)) if lacking else present(where)


# --- identification, classes, fee, basis ---


def items(app: Application, on: date) -> Iterator[Seen]:
    yield present("identification") if app.items else missing("identification")


def item_text(app: Application, on: date) -> Iterator[Seen]:
    for item in app.items:
        yield present(named(item)) if item.text.strip() else missing(named(item))


def nice_class(app: Application, on: date) -> Iterator[Seen]:
    for number in app.classes:
        where = f"class {number}"
        yield present(where) if is_class(number, app, on) else defective(where, nice_class=number)


def item_once(app: Application, on: date) -> Iterator[Seen]:
    seen = Counter((item.nice_class, " ".join(item.text.casefold().split())) for item in app.items)
    for (number, text), times in seen.items():
        if text and times > 1:
            yield defective(f"class {number}: {short(text)}", times=times)


def _free_text(app: Application) -> Mapping[int, list[Item]]:
    free: dict[int, list[Item]] = {}
    for item in national_items(app):
        if not item.id_manual and item.text.strip():
            free.setdefault(item.nice_class, []).append(item)
    return free


def free_text(app: Application, on: date) -> Iterator[Seen]:
    if not holds("free-text-characters", app, on):
        return
    free = _free_text(app)
    for number in sorted({item.nice_class for item in national_items(app)}):
        where = f"class {number}"
        typed = [item for item in free.get(number, ()) if item.id_manual is False]
        if typed:
            yield defective(where, count=len(typed))
        else:
            yield unknown(where, count=len(free[number])) if number in free else present(where)


def free_text_length(app: Application, on: date) -> Iterator[Seen]:
    if not holds("free-text-characters", app, on):
        return
    limit = figure("free-text-characters", app.filed or on)
    for number, found in _free_text(app).items():
        characters = len(one_text(item for item in found if item.id_manual is False))
        if characters > limit:
            groups = -(-(characters - limit) // limit)
            yield defective(f"class {number}", characters=characters, groups=groups, limit=limit)


def classes_paid(app: Application, on: date) -> Iterator[Seen]:
    claimed = len({item.nice_class for item in national_items(app)})
    if not claimed:
        return
    if app.classes_paid is None:
        yield (later if app.filed is None else unknown)("fee", claimed=claimed)
    elif app.classes_paid < claimed:
        yield defective("fee", paid=app.classes_paid, claimed=claimed)
    else:
        yield present("fee")


def electronic(app: Application, on: date) -> Iterator[Seen]:
    if is_national(app) and holds("electronic-filing", app, on):
        yield present("filing") if app.electronic else defective("filing")


def basis(app: Application, on: date) -> Iterator[Seen]:
    if app.items:
        yield present("basis") if app.bases else missing("basis")


def item_basis(app: Application, on: date) -> Iterator[Seen]:
    if app.bases:
        for item in app.items:
            yield present(named(item)) if item.bases else missing(named(item))


def known_basis(app: Application, on: date) -> Iterator[Seen]:
    for claimed in app.bases:
        if claimed in BASES:
            yield present(f"basis {claimed}")
        else:
            yield defective("basis", basis=short(claimed), allowed=", ".join(BASES))


CONDITIONS: Final[Mapping[str, Condition[Application]]] = {
    "us-applicant-named": applicant_named,
    "us-applicant-entity": applicant_entity,
    "us-applicant-domicile": _stated("domicile"),
    "us-applicant-domicile-address": domicile_address,
    "us-applicant-citizenship": _stated("citizenship"),
    "us-applicant-country": applicant_country,
    "us-applicant-contact": applicant_contact,
    "us-attorney-foreign": attorney_foreign,
    "us-attorney-qualified": attorney_qualified,
    "us-attorney-details": attorney_details,
    "us-items": items,
    "us-item-text": item_text,
    "us-class": nice_class,
    "us-item-once": item_once,
    "us-free-text": free_text,
    "us-free-text-length": free_text_length,
    "us-classes-paid": classes_paid,
    "us-electronic": electronic,
    "us-basis": basis,
    "us-item-basis": item_basis,
    "us-known-basis": known_basis,
    **mark.CONDITIONS,
    **verification.CONDITIONS,
}
