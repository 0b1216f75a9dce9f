"""Use in commerce, 1(a), and intention to use, 1(b): the conditions of ``rules/us-section-1.toml``.

15 U.S.C. 1051; 37 CFR 2.34(a)(1), (2), 2.56, 2.76, 2.88. Items keep the basis they were filed under: one under 1(b)
whose use was alleged later stays under 1(b). Dates and specimens belong to a class, so in a class that both bases share
they are read as those of the 1(a) items.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from typing import Final

import attrs

from xbec.kernel.rulebook import Condition, Seen, defective, later, missing, present, unknown
from xbec.kernel.timeline import Timeline
from xbec.trademark.application import Application, Specimen
from xbec.trademark.dated_rows import RULES, dated_rows
from xbec.trademark.examination.figures import holds, is_goods, is_service, short
from xbec.trademark.examination.verification import statement


@attrs.frozen(slots=True, kw_only=True)
class SpecimenRow:
    """How the Office meets a kind of specimen: ``goods`` and ``services`` are accepted, refused or depends.

    ``page``: a web page; ``ordering``: the goods can be ordered there; ``unreal``: it shows no use at all.
    """

    kind: str
    goods: str
    services: str
    page: bool = False
    ordering: bool = False
    unreal: bool = False


@cache
def _specimens() -> Mapping[str, Timeline[SpecimenRow]]:
    words = {field.name for field in attrs.fields(SpecimenRow)}
    return dated_rows(
        RULES / "us-section-1.toml",
        "specimen",
        lambda row: SpecimenRow(kind=row["id"], **{word: row[word] for word in words & row.keys()}),
    )


def specimen_row(kind: str, on: date) -> SpecimenRow:
    """How a kind of specimen is met on a day; a kind without a row is judged as ``other``.

    Raises ``NoPeriod`` for a day before the first row.

    >>> specimen_row("advertising", date(2026, 11, 25)).goods
    'refused'
    """
    rows = _specimens()
    return rows.get(kind, rows["other"]).on(on).value


def _first(app: Application, nice_class: int, field: str) -> date | None:
    days: list[date] = [
        day for use in app.uses if use.nice_class == nice_class and (day := getattr(use, field)) is not None
    ]
    return min(days, default=None)


def _date_of_use(field: str) -> Condition[Application]:
    def condition(app: Application, on: date) -> Iterator[Seen]:
        for nice_class in app.classes_under("1(a)"):
            where = f"class {nice_class}"
            yield missing(where) if _first(app, nice_class, field) is None else present(where)

    return condition


def use_before_filing(app: Application, on: date) -> Iterator[Seen]:
    for nice_class in app.classes_under("1(a)"):
        commerce, filed = _first(app, nice_class, "first_use_commerce"), app.filed or on
        if commerce is not None:
            where = f"class {nice_class}"
            yield defective(where, commerce=commerce, filed=filed) if commerce > filed else present(where)


def specimen(app: Application, on: date) -> Iterator[Seen]:
    for nice_class in app.classes_under("1(a)"):
        there = any(each.nice_class == nice_class for each in app.specimens)
        yield present(f"class {nice_class}") if there else missing(f"class {nice_class}")


def allegation(app: Application, on: date) -> Iterator[Seen]:
    for nice_class in app.classes_under("1(b)"):
        where = f"class {nice_class}"
        shared = nice_class in app.classes_under("1(a)")
        facts = {
            "use in commerce under oath": bool(app.verification and app.verification.in_use),
            "date of first use anywhere": _first(app, nice_class, "first_use_anywhere"),
            "date of first use in commerce": _first(app, nice_class, "first_use_commerce"),
            "specimen": any(each.nice_class == nice_class for each in app.specimens),
        }
        of_class = [fact for what, fact in facts.items() if what != "use in commerce under oath"]
        lacking = [what for what, fact in facts.items() if not fact]
        if shared:
            yield unknown(where) if app.allowed else later(where, what=", ".join(facts))
        elif not lacking:
            yield present(where)
        elif app.allowed or any(of_class):
            yield missing(where, what=", ".join(lacking))
        else:
            yield later(where, what=", ".join(lacking))


def blackout(app: Application, on: date) -> Iterator[Seen]:
    if app.approved is None or "1(b)" not in app.bases:
        return
    until = app.allowed or date.max
    signed = app.verification.signed if app.verification is not None and app.verification.in_use else None
    if signed is not None and app.approved < signed < until:
        allowed = "no notice of allowance yet" if app.allowed is None else f"notice of allowance on {app.allowed}"
        yield defective("application", signed=signed, approved=app.approved, allowed=allowed)
    elif app.approved <= on < until and any(each.state == "later" for each in allegation(app, on)):
        yield later("application", approved=app.approved)
    else:
        yield present("application")


# --- specimens ---

Judged = tuple[str, Seen]
"""The rule that speaks, and what it saw."""


def _kind(each: Specimen, row: SpecimenRow, on: date) -> Iterator[Judged]:
    where, kind = f"class {each.nice_class}", short(each.kind)
    yield "us-specimen-real", defective(where, kind=kind) if row.unreal else present(where)
    if row.unreal:
        return
    for rule, concerned, answer in (
        ("us-specimen-goods", is_goods(each.nice_class, on), row.goods),
        ("us-specimen-services", is_service(each.nice_class, on), row.services),
    ):
        if concerned:
            seen = {"accepted": present, "refused": defective, "depends": unknown}[answer]
            yield rule, seen(where, kind=kind)


def _looked(each: Specimen, row: SpecimenRow, on: date) -> Iterator[Judged]:
    where = f"class {each.nice_class}"
    questions = [("us-specimen-mark", each.shows_mark), ("us-specimen-association", each.shows_goods)]
    if row.ordering and is_goods(each.nice_class, on):
        questions.append(("us-specimen-ordering", each.shows_ordering))
    for rule, answer in questions:
        yield rule, present(where) if answer else unknown(where) if answer is None else defective(where)


def _page(each: Specimen, row: SpecimenRow, app: Application, on: date) -> Iterator[Judged]:
    if row.page and holds("page-details", app, on):
        where, facts = f"class {each.nice_class}", {"URL": each.url, "day of access": each.accessed}
        lacking = [what for what, fact in facts.items() if not fact]
        yield "us-specimen-page", missing(where, what=" and no ".join(lacking)) if lacking else present(where)


def _time(each: Specimen, app: Application) -> Iterator[Judged]:
    if each.nice_class not in app.classes_under("1(a)"):
        return
    where, rule = f"class {each.nice_class}", "us-specimen-in-use"
    after = app.filed is not None and each.accessed is not None and each.accessed > app.filed
    if each.in_use_on_filing is False:
        yield rule, defective(where)
    elif after and each.in_use_on_filing is None:
        yield rule, missing(where, accessed=each.accessed, filed=app.filed)
    else:
        yield rule, present(where)


def _judge(each: Specimen, app: Application, on: date) -> tuple[Judged, ...]:
    row = specimen_row(each.kind, on)
    return (*_kind(each, row, on), *_looked(each, row, on), *_page(each, row, app, on), *_time(each, app))


def _specimen_rule(rule: str) -> Condition[Application]:
    def condition(app: Application, on: date) -> Iterator[Seen]:
        wanted = {*app.classes_under("1(a)"), *app.classes_under("1(b)")}
        for nice_class in sorted(wanted):
            of_class = [_judge(each, app, on) for each in app.specimens if each.nice_class == nice_class]
            # One specimen a class is asked for, so a sound one makes the faults of the others harmless.
            sound = [judged for judged in of_class if _is_sound(judged)]
            for judged in sound or of_class:
                yield from (seen for spoken, seen in judged if spoken == rule)

    return condition


def _is_sound(judged: Iterable[Judged]) -> bool:
    return all(seen.state == "present" for _, seen in judged)


CONDITIONS: Final[Mapping[str, Condition[Application]]] = {
    "us-1a-use": statement("that the mark is in use in commerce", "in_use", "1(a)"),
    "us-1a-owner": statement("that the applicant owns the mark", "owner", "1(a)"),
    "us-1a-first-use-anywhere": _date_of_use("first_use_anywhere"),
    "us-1a-first-use-commerce": _date_of_use("first_use_commerce"),
    "us-1a-use-before-filing": use_before_filing,
    "us-1a-specimen": specimen,
    "us-1a-specimen-statement": statement("that the specimen shows the mark as used", "specimen_as_used", "1(a)"),
    "us-1b-intention": statement("that the mark is meant to be used in commerce", "bona_fide_intention", "1(b)"),
    "us-1b-entitled": statement("that the applicant is entitled to use the mark", "entitled", "1(b)"),
    "us-1b-allegation": allegation,
    "us-1b-blackout": blackout,
    **{
        rule: _specimen_rule(rule)
        for rule in (
            "us-specimen-real",
            "us-specimen-goods",
            "us-specimen-services",
            "us-specimen-mark",
            "us-specimen-association",
            "us-specimen-ordering",
            "us-specimen-page",
            "us-specimen-in-use",
        )
    },
}
