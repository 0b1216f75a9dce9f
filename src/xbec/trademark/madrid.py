"""Conditions of section 66(a), and what becomes of the US part when an international registration falls.

The rules are rows of ``data/trademark/rules/us-madrid.toml``; 15 U.S.C. 1141-1141n, 37 CFR part 7, TMEP 1904.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from typing import Final, Literal, get_args

import attrs

from xbec.errors import GapError, InputError
from xbec.kernel.calendars import Answer, Deadline
from xbec.kernel.citation import Citation
from xbec.kernel.rulebook import Condition, Seen, defective, later, missing, present, unknown
from xbec.kernel.timeline import Timeline
from xbec.trademark.application import Application, InternationalRegistration
from xbec.trademark.dated_rows import dated_rows
from xbec.trademark.figures import RULES, short
from xbec.trademark.notice import NOT_LEGAL_ADVICE
from xbec.trademark.office import office
from xbec.trademark.section44 import agrees, is_approved

Ending = Literal["office of origin", "not renewed", "holder"]
"""Why an international registration ended: cancelled at the request of the office of origin (art. 6(4) of the
Protocol), not renewed, or given up by its holder."""
TRADEMARKS: Final = ("trademark", "service mark")
_FILE: Final = RULES / "us-madrid.toml"


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


# --- dependence and transformation ---


def dependent_until(registered: date) -> date:
    """The last day on which an international registration of that day depends on its basic mark.

    >>> dependent_until(date(2021, 11, 22))
    datetime.date(2026, 11, 22)

    Five years, art. 6(3) of the Protocol. Raises ``NoPeriod`` for a day before the data.
    """
    bureau = office("WO")
    length = bureau.term("dependency", registered).value.length
    return Deadline(registered, length, rule=bureau.counting, calendar=bureau.calendar).unmoved


def falls_with_basic(registered: date, *, ceased: date, begun: date | None = None) -> Answer:
    """Does the international registration fall with its basic mark?

    ``ceased`` is the day the basic mark lost its effect, ``begun`` the day of the proceeding or withdrawal that led
    to it (``None``: the same day). What began within the five years counts, however late it ended.

    >>> print(falls_with_basic(date(2021, 11, 22), ceased=date(2026, 12, 1)).reason)
    independent since 2026-11-22: the proceeding began on 2026-12-01
    """
    began = ceased if begun is None else begun
    if began > ceased:
        raise InputError("a proceeding began after it ended", field="begun", value=began, allowed=f"until {ceased}")
    last_day = dependent_until(registered)
    if began <= last_day:
        return Answer(True, f"it depended on the basic mark until {last_day}: the proceeding began on {began}")
    return Answer(False, f"independent since {last_day}: the proceeding began on {began}")


@attrs.frozen(slots=True, kw_only=True)
class Transformation:
    """May a fallen extension of protection become an application under section 1 or 44, and until when?

    ``last_day`` is ``None`` where there is no right to it. ``filing_date_kept`` and ``priority_kept``: the new
    application has the date and the priority of the extension; it is examined as a new one.
    """

    allowed: Answer
    last_day: date | None
    must_file: tuple[str, ...]
    citation: Citation
    notice: str = NOT_LEGAL_ADVICE

    @property
    def filing_date_kept(self) -> bool:
        return bool(self.allowed)

    @property
    def priority_kept(self) -> bool:
        return bool(self.allowed)


def transformation(cancelled: date, *, by: Ending, on: date) -> Transformation:
    """Transformation under section 70(c) of the Trademark Act of what was cancelled on a day, asked for on another.

    >>> transformation(date(2026, 8, 24), by="office of origin", on=date(2026, 11, 24)).last_day
    datetime.date(2026, 11, 24)
    >>> print(transformation(date(2026, 8, 24), by="not renewed", on=date(2026, 9, 1)).allowed.reason)
    only what was cancelled at the request of the office of origin can be transformed; this one: not renewed

    15 U.S.C. 1141j(c); 37 CFR 7.31; TMEP 1904.09. Raises :class:`InputError` for an unknown ending or a request before
    the cancellation, ``NoPeriod`` for a day before the data.
    """
    if by not in get_args(Ending):
        raise InputError("not an ending", field="by", value=by, allowed=", ".join(get_args(Ending)))
    if on < cancelled:
        raise InputError("asked for before the cancellation", field="on", value=on, allowed=f"from {cancelled}")
    usa = office("US")
    term = usa.term("transformation", cancelled)
    if by != "office of origin":
        reason = f"only what was cancelled at the request of the office of origin can be transformed; this one: {by}"
        return Transformation(allowed=Answer(False, reason), last_day=None, must_file=(), citation=term.citation)
    deadline = Deadline(cancelled, term.value.length, rule=usa.counting, calendar=usa.calendar)
    allowed = deadline.is_met(on)
    needs = _needs().on(cancelled).value if allowed else ()
    return Transformation(allowed=allowed, last_day=deadline.last_day, must_file=needs, citation=term.citation)


@cache
def _needs() -> Timeline[tuple[str, ...]]:
    return dated_rows(_FILE, "needs", lambda row: tuple(row["texts"]))["transformation"]
