"""The verified statement and the days of an application: conditions of ``rules/us-formalities.toml``.

37 CFR 2.33, 2.193(e)(1). The statement of a 66(a) application lies in the international file and is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import pairwise
from typing import Final

from xbec.kernel.calendars import Calendar
from xbec.kernel.rulebook import Condition, Seen, defective, missing, present, unknown
from xbec.trademark.application import Application, Use
from xbec.trademark.examination.figures import figure, is_national, of_application, of_registration, short


def verification(app: Application, on: date) -> Iterator[Seen]:
    if not is_national(app):
        return
    found = app.verification
    if found is None:
        yield missing("verification", what="verified statement")
    else:
        facts = {"signature": found.signer, "day of signing": found.signed}
        lacking = [what for what, fact in facts.items() if not fact]
        yield missing("verification", what=", no ".join(lacking)) if lacking else present("verification")


def verification_signer(app: Application, on: date) -> Iterator[Seen]:
    if not is_national(app) or app.verification is None:
        return
    capacity = app.verification.capacity
    if capacity is None:
        yield unknown("verification")
    elif capacity in figure("signers", on):
        yield present("verification")
    else:
        yield defective("verification", capacity=short(capacity))


def statement(says: str, fact: str, *bases: str) -> Condition[Application]:
    """A condition that the verified statement says a fact, for applications that claim one of the bases."""

    def condition(app: Application, on: date) -> Iterator[Seen]:
        if not set(bases) & set(app.bases):
            return
        said = getattr(app.verification, fact, None)
        where = "verification"
        yield present(where) if said else missing(where, what=says) if said is None else defective(where, what=says)

    return condition


def verification_facts(app: Application, on: date) -> Iterator[Seen]:
    if not is_national(app) or app.verification is None:
        return
    for says, said in (
        ("that no other has the right to use the mark", app.verification.no_conflict),
        ("that the facts are true", app.verification.facts_true),
    ):
        where = "verification"
        yield present(where) if said else missing(where, what=says) if said is None else defective(where, what=says)


def verification_as_of_filing(app: Application, on: date) -> Iterator[Seen]:
    found = app.verification
    if not is_national(app) or app.filed is None or found is None or found.signed is None or found.signed <= app.filed:
        return
    # An allegation of use speaks as of its own day, not as of filing (37 CFR 2.76, 2.88).
    if "1(b)" in app.bases and found.in_use and found.as_of_filing is None:
        return
    yield (
        present("verification") if found.as_of_filing else missing("verification", signed=found.signed, filed=app.filed)
    )


def verification_age(app: Application, on: date) -> Iterator[Seen]:
    found = app.verification
    if not is_national(app) or found is None or found.signed is None:
        return
    filed = app.filed or on
    months = figure("verification-months", on)
    if filed > found.signed and filed > Calendar("US").add_months(found.signed, months):
        yield defective("verification", signed=found.signed, filed=filed)
    else:
        yield present("verification")


# --- dates ---


def _days_of_use(use: Use) -> tuple[tuple[str, date | None], ...]:
    return (("first use anywhere", use.first_use_anywhere), ("first use in commerce", use.first_use_commerce))


def use_order(app: Application, on: date) -> Iterator[Seen]:
    for use in app.uses:
        anywhere, commerce = use.first_use_anywhere, use.first_use_commerce
        if anywhere is None or commerce is None:
            continue
        where = f"class {use.nice_class}"
        if commerce < anywhere:
            yield defective(where, anywhere=anywhere, commerce=commerce)
        else:
            yield present(where)


def use_signed(app: Application, on: date) -> Iterator[Seen]:
    signed = app.verification.signed if app.verification is not None else None
    for use in app.uses if signed is not None else ():
        for what, day in _days_of_use(use):
            if day is not None and signed is not None and day > signed:
                yield defective(f"class {use.nice_class}", what=what, day=day, signed=signed)


def use_once(app: Application, on: date) -> Iterator[Seen]:
    for number in sorted({use.nice_class for use in app.uses}):
        pairs = {use for use in app.uses if use.nice_class == number}
        if len(pairs) > 1:
            yield defective(f"class {number}", count=len(pairs))


def use_class(app: Application, on: date) -> Iterator[Seen]:
    claimed = set(app.classes)
    for what, numbers in (
        ("dates of use", {use.nice_class for use in app.uses}),
        ("a specimen", {specimen.nice_class for specimen in app.specimens}),
    ):
        for number in sorted(numbers - claimed):
            yield defective(f"class {number}", what=what)


def day_to_come(app: Application, on: date) -> Iterator[Seen]:
    days: list[tuple[str, str, date | None]] = [
        ("application", "filed", app.filed),
        ("application", "approved for publication", app.approved),
        ("application", "published", app.published),
        ("application", "notice of allowance", app.allowed),
        ("verification", "signed", app.verification.signed if app.verification is not None else None),
    ]
    days += [(f"class {use.nice_class}", what, day) for use in app.uses for what, day in _days_of_use(use)]
    days += [(f"class {specimen.nice_class}", "specimen accessed", specimen.accessed) for specimen in app.specimens]
    days += [
        (of_registration(foreign), "registered abroad", foreign.registered) for foreign in app.foreign_registrations
    ]
    if (ir := app.international_registration) is not None:
        days.append(("international registration", "international registration", ir.registered))
    for where, what, day in days:
        if day is not None and day > on:
            yield defective(where, what=what, day=day, on=on)


def day_order(app: Application, on: date) -> Iterator[Seen]:
    steps = [
        ("filing", app.filed),
        ("approval for publication", app.approved),
        ("publication", app.published),
        ("notice of allowance", app.allowed),
    ]
    rows = [("application", steps)]
    rows += [
        (of_registration(foreign), [("registration abroad", foreign.registered), ("its expiry", foreign.expires)])
        for foreign in app.foreign_registrations
    ]
    rows += [
        (of_application(foreign), [("filing", app.filed), ("the claim of priority", foreign.claimed)])
        for foreign in app.foreign_applications
    ]
    for where, days in rows:
        stated = [(what, day) for what, day in days if day is not None]
        for (earlier, earlier_day), (after, after_day) in pairwise(stated):
            if after_day < earlier_day:
                yield defective(where, later=after, later_day=after_day, earlier=earlier, earlier_day=earlier_day)


CONDITIONS: Final[Mapping[str, Condition[Application]]] = {
    "us-verification": verification,
    "us-verification-signer": verification_signer,
    "us-verification-facts": verification_facts,
    "us-verification-as-of-filing": verification_as_of_filing,
    "us-verification-age": verification_age,
    "us-use-order": use_order,
    "us-use-signed": use_signed,
    "us-use-once": use_once,
    "us-use-class": use_class,
    "us-day-to-come": day_to_come,
    "us-day-order": day_order,
}
