"""Conditions of the rules of brand programmes; the rules are rows of ``data/trademark/brands``.

A rule's id is its programme and the name of a condition: ``walmart-brand-portal-office``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Final, Literal

import attrs

from xbec.kernel.rulebook import RuleBook, Seen, defective, missing, present, unknown
from xbec.kernel.timeline import NoPeriod, Period, Timeline
from xbec.trademark.owned_mark import OwnedMark, YesNo
from xbec.trademark.treaties import states_of

ShownOn = Literal["product", "packaging", "neither"]
EnrolmentCondition = Callable[["Enrolment", date], Iterable[Seen]]
_IMAGES: Final = ("design", "colour", "three-dimensional")


@attrs.frozen(slots=True, kw_only=True)
class Acceptance:
    """What a programme takes of one office: its registered marks, its pending ones."""

    registered: YesNo
    pending: YesNo


@attrs.frozen(slots=True, kw_only=True)
class Enrolment:
    """Who wants to enrol which mark how: the subject of the rules. ``None`` is *not stated*."""

    mark: OwnedMark
    programme: BrandProgramme
    brand_name: str | None = None
    goods_classes: frozenset[int] | None = None
    seller: str | None = None
    seller_country: str | None = None
    authorised: bool | None = None
    shown_on: ShownOn | None = None
    contact_reached: bool | None = None
    documents: frozenset[str] | None = None
    market: str | None = None


@attrs.frozen(slots=True, kw_only=True)
class BrandProgramme:
    """One programme. ``accepts`` holds the offices it takes, as timelines; ``*`` stands for every other office."""

    id: str
    name: str
    platform: str
    purpose: str
    documents: tuple[str, ...]
    languages: tuple[str, ...]
    right_in: tuple[str, ...]
    operator_outside: tuple[str, ...]
    offices: Mapping[str, Timeline[Acceptance]]
    rules: RuleBook[Enrolment]

    def acceptance(self, of: str, on: date) -> Period[Acceptance] | None:
        """What it takes of an office on a day; ``None``: the office is not on the list of that day."""
        for code in (of, "*"):
            if code in self.offices:
                try:
                    return self.offices[code].on(on)
                except NoPeriod:
                    continue
        return None

    def listed(self, on: date) -> tuple[str, ...]:
        """The offices on the list of that day; empty where no copy of that day's list was read."""
        return tuple(code for code in sorted(self.offices) if self.acceptance(code, on) is not None)


def taken(row: Acceptance, status: str) -> YesNo:
    return row.registered if status == "registered" else row.pending if status == "pending" else "no"


def _office(case: Enrolment, on: date) -> Iterator[Seen]:
    listed = case.programme.listed(on)
    if case.programme.acceptance(case.mark.office, on) is not None:
        yield present(str(case.mark))
    elif listed:
        yield defective(str(case.mark), office=case.mark.office, accepted=", ".join(listed))
    else:
        yield unknown(str(case.mark))


def _status(case: Enrolment, on: date) -> Iterator[Seen]:
    row = case.programme.acceptance(case.mark.office, on)
    status = case.mark.state_on(on)
    words = {"status": status, "office": case.mark.office}
    if row is None:
        if status not in ("registered", "pending"):
            yield defective(str(case.mark), **words)
        return
    seen = {"yes": present, "no": defective, "unknown": unknown}[taken(row.value, status)]
    yield seen(str(case.mark), **words)


def _number(case: Enrolment, _on: date) -> Iterator[Seen]:
    mark = case.mark
    if mark.number is None and mark.international_number is None:
        yield missing(str(mark), office=mark.office)
    elif mark.office == "WO" or mark.number is None or mark.number == mark.international_number:
        yield defective(str(mark), number=mark.number or mark.international_number, office=mark.office)
    else:
        yield present(str(mark))


def _form(case: Enrolment, _on: date) -> Iterator[Seen]:
    mark = case.mark
    shows_words = mark.form in _IMAGES and bool(mark.text and mark.text.strip())
    yield (present if mark.form == "standard characters" or shows_words else defective)(str(mark), form=mark.form)


def _name(case: Enrolment, _on: date) -> Iterator[Seen]:
    brand, text = case.brand_name, case.mark.text
    if brand is None or text is None:
        yield unknown(str(case.mark))
    elif brand == text:
        yield present(str(case.mark))
    else:
        yield defective(str(case.mark), brand=repr(brand), text=repr(text), difference=_difference(brand, text))


def _difference(brand: str, text: str) -> str:
    def bare(value: str) -> str:
        return "".join(char for char in value if char.isalnum())

    if brand.casefold() == text.casefold():
        return "other capitals"
    if "".join(brand.split()) == "".join(text.split()):
        return "other spaces"
    if bare(brand) == bare(text):
        return "other punctuation or spaces"
    return (
        "other capitals and punctuation or spaces" if bare(brand).casefold() == bare(text).casefold() else "other words"
    )


def _classes(case: Enrolment, _on: date) -> Iterator[Seen]:
    sold, covered = case.goods_classes, case.mark.classes
    if sold is None or covered is None:
        yield unknown(str(case.mark))
        return
    for nice_class in sorted(sold):
        where = f"class {nice_class}"
        yield present(where) if nice_class in covered else missing(where, nice_class=nice_class)


def _territory(case: Enrolment, on: date) -> Iterator[Seen]:
    if case.market is None:
        yield unknown(str(case.mark))
    elif case.market in states_of(case.mark.office, on=on):
        yield present(str(case.mark))
    else:
        yield missing(str(case.mark), office=case.mark.office, market=case.market)


def _right_in(case: Enrolment, on: date) -> Iterator[Seen]:
    holds = states_of(case.mark.office, on=on)
    yield (present if holds.issuperset(case.programme.right_in) else missing)(str(case.mark), office=case.mark.office)


def _operator(case: Enrolment, _on: date) -> Iterator[Seen]:
    if case.seller_country is None:
        yield unknown("seller")
    else:
        inside = case.seller_country in case.programme.operator_outside
        yield (defective if inside else present)(case.seller_country)


def _owner(case: Enrolment, _on: date) -> Iterator[Seen]:
    seller, owner = case.seller, case.mark.owner
    words = {"seller": seller or "the applicant", "owner": owner or "on record"}
    if case.authorised or (seller is not None and seller == owner):
        yield present(words["seller"])
    elif case.authorised is None:
        yield unknown(words["seller"], **words)
    else:
        yield missing(words["seller"], **words)


def _contact(case: Enrolment, _on: date) -> Iterator[Seen]:
    yield {True: present, False: missing, None: unknown}[case.contact_reached]("contact on record")


def _shown_on(case: Enrolment, _on: date) -> Iterator[Seen]:
    if case.shown_on is None:
        yield unknown("product")
    else:
        yield missing("product") if case.shown_on == "neither" else present(case.shown_on)


def _documents(case: Enrolment, _on: date) -> Iterator[Seen]:
    needed = case.programme.documents
    if case.documents is None:
        yield unknown("documents", needed=", ".join(needed))
        return
    lacking = [each for each in needed if each not in case.documents]
    yield missing("documents", lacking=", ".join(lacking)) if lacking else present("documents")


def _translation(case: Enrolment, _on: date) -> Iterator[Seen]:
    mark = case.mark
    if mark.language is None:
        yield unknown(str(mark))
    elif mark.language in case.programme.languages:
        yield present(str(mark))
    else:
        yield missing(str(mark), office=mark.office, language=mark.language)


CONDITIONS: Final[Mapping[str, EnrolmentCondition]] = {
    "office": _office,
    "status": _status,
    "number": _number,
    "form": _form,
    "name": _name,
    "classes": _classes,
    "territory": _territory,
    "right-in": _right_in,
    "operator": _operator,
    "owner": _owner,
    "contact": _contact,
    "shown-on": _shown_on,
    "documents": _documents,
    "translation": _translation,
}
