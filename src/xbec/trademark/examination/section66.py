"""Conditions of section 66(a): an extension of protection through the Madrid System.

The rules are rows of ``data/trademark/rules/us-section-66.toml``; 15 U.S.C. 1141-1141n, 37 CFR part 7, TMEP 1904.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

from xbec.errors import GapError, InputError
from xbec.kernel.rulebook import Condition, Seen, defective, later, missing, present, unknown
from xbec.trademark.application import Application, InternationalRegistration
from xbec.trademark.examination.figures import short
from xbec.trademark.examination.section44 import agrees, is_approved
from xbec.trademark.office_data import office

TRADEMARKS: Final = ("trademark", "service mark")


# --- conditions ---


def _registration(app: Application) -> InternationalRegistration | None:
    return app.international_registration if "66(a)" in app.bases else None


def _where(ir: InternationalRegistration) -> str:
    return f"international registration {short(ir.number or 'without number')}"


def through_bureau(app: Application, on: date) -> Iterator[Seen]:
    if "66(a)" not in app.bases:
        return
    ir = app.international_registration
    if ir is None:
        yield missing("international registration")
    else:
        yield agrees(ir.through_bureau, _where(ir))


def filing_day(app: Application, on: date) -> Iterator[Seen]:
    if (ir := _registration(app)) is None:
        return
    if ir.registered is None and ir.designated is None:
        yield missing(_where(ir))
    elif ir.registered is not None and ir.designated is not None and ir.designated < ir.registered:
        yield defective(_where(ir), designated=ir.designated, registered=ir.registered)
    else:
        yield present(_where(ir))


def intent(app: Application, on: date) -> Iterator[Seen]:
    if (ir := _registration(app)) is None or app.mark_type not in TRADEMARKS:
        return
    if ir.intent_declaration is None:
        yield unknown(_where(ir))
    else:
        yield present(_where(ir)) if ir.intent_declaration else missing(_where(ir))


def collective_statement(app: Application, on: date) -> Iterator[Seen]:
    if _registration(app) is None or app.mark_type in TRADEMARKS:
        return
    statement = app.verification
    if statement is not None and statement.bona_fide_intention:
        yield present("verification")
    else:
        words = {"mark_type": app.mark_type}
        yield missing("verification", **words) if is_approved(app, on) else later("verification", **words)


def classes(app: Application, on: date) -> Iterator[Seen]:
    if (ir := _registration(app)) is None:
        return
    if ir.classes is None:
        yield unknown(_where(ir))
        return
    for nice_class in app.classes_under("66(a)"):
        where = f"class {nice_class}"
        yield present(where) if nice_class in ir.classes else defective(where, nice_class=nice_class)


def holder(app: Application, on: date) -> Iterator[Seen]:
    if (ir := _registration(app)) is not None:
        yield agrees(ir.same_holder, _where(ir))


def in_force(app: Application, on: date) -> Iterator[Seen]:
    if (ir := _registration(app)) is None:
        return
    if ir.cancelled is not None and ir.cancelled <= on:
        yield defective(_where(ir), cancelled=ir.cancelled)
    else:
        yield present(_where(ir))


def dependency(app: Application, on: date) -> Iterator[Seen]:
    if (ir := _registration(app)) is None:
        return
    try:
        last_day = None if ir.registered is None else dependent_until(ir.registered)
    except (GapError, InputError):
        last_day = None  # a day outside the data or the calendar
    if last_day is None:
        yield unknown(_where(ir))
        return
    yield present(_where(ir)) if on > last_day else later(_where(ir), last_day=last_day)


def maintenance(app: Application, on: date) -> Iterator[Seen]:
    if "66(a)" in app.bases:
        yield later("after registration")


CONDITIONS: Final[Mapping[str, Condition[Application]]] = {
    "us-66a-through-bureau": through_bureau,
    "us-66a-filing-day": filing_day,
    "us-66a-intent": intent,
    "us-66a-collective-statement": collective_statement,
    "us-66a-classes": classes,
    "us-66a-holder": holder,
    "us-66a-in-force": in_force,
    "us-66a-dependency": dependency,
    "us-66a-maintenance": maintenance,
}


# --- dependence ---


def dependent_until(registered: date) -> date:
    """The last day on which an international registration of that day depends on its basic mark.

    >>> dependent_until(date(2021, 11, 22))
    datetime.date(2026, 11, 22)

    Five years, art. 6(3) of the Protocol. Raises ``NoPeriod`` for a day before the data.
    """
    return office("WO").deadline("dependency", registered).unmoved
