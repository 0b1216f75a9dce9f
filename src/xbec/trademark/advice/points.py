"""When the advisor says what: reasons for and against a way to file, its risks, and what to collect for it now.

A function looks at a plan and yields the words of its sentence, once for each time it is said, or nothing. The
sentences are the ``[[point]]`` rows of ``data/trademark/advice/ways.toml``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Any, Final

import attrs

from xbec.kernel.calendars import Deadline, Span
from xbec.kernel.citation import Citation
from xbec.kernel.timeline import Confidence
from xbec.trademark.advice.situation import HERE, INTERNATIONAL, Claim, Plan
from xbec.trademark.brands.programmes import accepts, brand_programme, brand_programmes
from xbec.trademark.office_data import office
from xbec.trademark.owned_mark import YesNo


@attrs.frozen(slots=True)
class Said:
    """The words of one sentence; ``source`` and ``confidence`` stand in place of those of the row."""

    words: Mapping[str, Any] = attrs.field(factory=dict)
    source: Citation | None = None
    confidence: Confidence | None = None


PointCondition = Callable[[Plan, date], Iterable[Said]]


@attrs.frozen(slots=True)
class UseDeadline:
    """The statement of use of a plan, if the notice of allowance had a certain day.

    ``extensions`` is the number needed to reach the first sale (all of them where none is planned, or none suffices);
    ``in_time`` says whether the first sale lies before the last day.
    """

    allowed: date
    extensions: int
    last_day: date
    in_time: bool


def use_deadline(plan: Plan, allowed: date) -> UseDeadline:
    """How many extensions the statement of use needs. Raises ``NoPeriod`` for a day before the data."""
    place = office(HERE)
    term = place.term("statement-of-use", allowed).value
    sale = plan.situation.first_sale
    last_day = allowed
    for extensions in range(term.extensions + 1):
        months = term.length.number + (term.extension.number if term.extension is not None else 0) * extensions
        span = Span(months, term.length.unit)
        last_day = Deadline(allowed, span, rule=place.counting, calendar=place.calendar).last_day
        if sale is not None and sale <= last_day:
            return UseDeadline(allowed, extensions, last_day, in_time=True)
    return UseDeadline(allowed, term.extensions, last_day, in_time=sale is None)


def _when(test: Callable[[Plan], object]) -> PointCondition:
    """A sentence without words of its own, said where the test holds."""

    def said(plan: Plan, _on: date) -> Iterator[Said]:
        if test(plan):
            yield Said()

    return said


def _uses(plan: Plan, *bases: str) -> bool:
    return any(plan.classes_under(basis) for basis in bases)


def _together(plan: Plan, *bases: str) -> bool:
    """Do the bases cover the same goods?"""
    return not plan.way.split and all(basis in plan.way.bases for basis in bases)


def _intends(plan: Plan) -> bool:
    return _uses(plan, "1(b)", "44(d)", "44(e)", "66(a)")


def _registers_unused(plan: Plan) -> bool:
    return not _uses(plan, "1(a)", "1(b)")


def _list(classes: Iterable[int]) -> str:
    return ", ".join(str(each) for each in sorted(classes))


# --- for ---


def _keeps_priority(plan: Plan, _on: date) -> Iterator[Said]:
    if plan.priority_day == plan.on:
        return
    claims: dict[str, Claim] = {str(claim.mark): claim for claim in plan.open_claims}
    for mark, claim in claims.items():
        last_day = claim.deadline.last_day.isoformat()
        yield Said({"mark": mark, "day": claim.filed.isoformat(), "last_day": last_day})


def _registers_without_use(plan: Plan, on: date) -> Iterator[Said]:
    if _registers_unused(plan):
        sale = plan.situation.first_sale
        ahead = f", and the first sale is {(sale - on).days} days away" if sale is not None and sale > on else ""
        yield Said({"sale": ahead})


def _programme(answer: YesNo) -> PointCondition:
    def said(plan: Plan, on: date) -> Iterator[Said]:
        for ident in plan.situation.programmes:
            if ident in brand_programmes():
                taken = accepts(ident, HERE, "pending", on=on)
                if taken.answer == answer:
                    words = {"programme": brand_programme(ident).name, "why": taken.why}
                    yield Said(words, taken.source, taken.confidence)

    return said


# --- against ---


def _statement_of_use(plan: Plan, on: date) -> Iterator[Said]:
    if _uses(plan, "1(b)"):
        yield Said({"extensions": office(HERE).term("statement-of-use", on).value.extensions})


def _priority_partial(plan: Plan, _on: date) -> Iterator[Said]:
    if "44(d)" in plan.way.bases and plan.open_claims:
        without = set(plan.classes) - {claim.nice_class for claim in plan.open_claims}
        if without:
            yield Said({"classes": _list(without)})


def _suspended(plan: Plan, _on: date) -> Iterator[Said]:
    if _uses(plan, "44(e)") and not plan.registrations:
        yield from (Said({"mark": mark}) for mark in plan.resting_on)


def _waits_for_slowest(plan: Plan, _on: date) -> Iterator[Said]:
    if plan.way.split and _uses(plan, "1(b)"):
        yield Said({"classes": _list(plan.classes_under("1(b)"))})


# --- risks ---


def _central_attack(plan: Plan, on: date) -> Iterator[Said]:
    if _uses(plan, "66(a)"):
        registered = [mark.registered for mark in plan.international if mark.registered is not None]
        bureau, begun = office(INTERNATIONAL), max(registered, default=on)
        term = bureau.term("dependency", begun).value
        last_day = Deadline(begun, term.length, rule=bureau.counting, calendar=bureau.calendar).unmoved
        if last_day >= on:
            yield Said({"day": last_day.isoformat()})


def _foreign_in_force(plan: Plan, _on: date) -> Iterator[Said]:
    if _uses(plan, "44(e)"):
        for mark in plan.resting_on:
            runs = f": {mark} runs to {mark.expires.isoformat()}" if mark.expires is not None else f": {mark}"
            yield Said({"expiry": runs})


def _sale_too_late(plan: Plan, on: date) -> Iterator[Said]:
    sale = plan.situation.first_sale
    if _uses(plan, "1(b)") and sale is not None and sale > on:
        reached = use_deadline(plan, on)
        if not reached.in_time:
            days = {"day": sale.isoformat(), "last_day": reached.last_day.isoformat(), "allowed": on.isoformat()}
            yield Said(days)


# --- to collect ---


def _specimens(plan: Plan, _on: date) -> Iterator[Said]:
    classes = set(plan.classes_under("1(a)")) - (plan.situation.specimens or frozenset())
    if classes:
        yield Said({"classes": _list(classes)})


def _later_specimen(plan: Plan, on: date) -> Iterator[Said]:
    if _uses(plan, "1(b)"):
        sale = plan.situation.first_sale
        yield Said(
            {"sale": f", the first sale being planned for {sale.isoformat()}" if sale is not None and sale > on else ""}
        )


def _priority_papers(plan: Plan, _on: date) -> Iterator[Said]:
    if "44(d)" in plan.way.bases:
        yield from (Said({"mark": mark}) for mark in dict.fromkeys(str(claim.mark) for claim in plan.open_claims))


def _copy(plan: Plan, _on: date) -> Iterator[Said]:
    if _uses(plan, "44(e)"):
        yield from (Said({"mark": mark}) for mark in plan.resting_on)


def _translation(plan: Plan, _on: date) -> Iterator[Said]:
    if _uses(plan, "44(e)"):
        yield from (Said({"mark": mark}) for mark in plan.resting_on if mark.language != "en")


def _contact(plan: Plan, _on: date) -> Iterator[Said]:
    for ident in plan.situation.programmes:
        if ident in brand_programmes() and f"{ident}-contact" in brand_programme(ident).rules:
            yield Said({"programme": brand_programme(ident).name})


def _needs_attorney(plan: Plan) -> bool:
    return not plan.is_domestic and not plan.situation.attorney


POINTS: Final[Mapping[str, PointCondition]] = {
    "registers-on-use": _when(lambda plan: _uses(plan, "1(a)") and plan.in_use >= set(plan.classes_under("1(a)"))),
    "files-before-use": _when(lambda plan: not plan.in_use.issuperset(plan.classes) and "1(a)" not in plan.way.bases),
    "keeps-priority": _keeps_priority,
    "priority-stays": _when(lambda plan: "44(d)" in plan.way.bases and plan.open_claims and len(plan.way.bases) > 1),
    "registers-without-use": _registers_without_use,
    "own-feet": _when(lambda plan: _uses(plan, "44(e)")),
    "two-legs": _when(lambda plan: _together(plan, "44(e)", "1(a)") or _together(plan, "44(e)", "1(b)")),
    "one-register": _when(lambda plan: _uses(plan, "66(a)")),
    "programme-pending": _programme("yes"),
    "statement-of-use": _statement_of_use,
    "use-anyway": _when(lambda plan: set(plan.classes_under("1(b)")) & plan.in_use),
    "no-assignment": _when(lambda plan: _uses(plan, "1(b)")),
    "priority-partial": _priority_partial,
    "suspended": _suspended,
    "both-requirements": _when(lambda plan: _together(plan, "44(e)", "1(a)") or _together(plan, "44(e)", "1(b)")),
    "waits-for-slowest": _waits_for_slowest,
    "madrid-rigid": _when(lambda plan: _uses(plan, "66(a)")),
    "madrid-fees": _when(lambda plan: _uses(plan, "66(a)")),
    "programme-waits": _programme("no"),
    "central-attack": _central_attack,
    "foreign-in-force": _foreign_in_force,
    "void-without-intention": _when(_intends),
    "void-without-use": _when(lambda plan: _uses(plan, "1(a)")),
    "non-use": _when(_registers_unused),
    "expungement": _when(_registers_unused),
    "sale-too-late": _sale_too_late,
    "collect-specimen": _specimens,
    "collect-dates": _when(lambda plan: _uses(plan, "1(a)")),
    "collect-intention": _when(_intends),
    "collect-later-specimen": _later_specimen,
    "collect-priority": _priority_papers,
    "collect-copy": _copy,
    "collect-translation": _translation,
    "collect-madrid": _when(lambda plan: _uses(plan, "66(a)")),
    "collect-attorney": _when(_needs_attorney),
    "collect-contact": _contact,
}
