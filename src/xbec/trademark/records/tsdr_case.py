"""A case of the USPTO as its records tell it, whatever their format, and the record that is made of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from typing import Any, Final

import attrs

from xbec.kernel.finding import Finding
from xbec.trademark.application import (
    BASES,
    Applicant,
    Application,
    Attorney,
    ForeignApplication,
    InternationalRegistration,
    Item,
    Mark,
    Use,
)
from xbec.trademark.dated_rows import FOLDER, cited_words
from xbec.trademark.records.border import Problems, day_of, day_of_use, without_controls
from xbec.trademark.records.record import Entry, Record

_FILE: Final = FOLDER / "records" / "tsdr.toml"
MAX_TEXT: Final = 200_000
_ENDED: Final = ("cancel", "abandon", "expired", "deleted")
_LAST_CLASS: Final = 45


@attrs.define(kw_only=True)
class Owner:
    """An owner at a stage: party type 10 applied, 20 stood at publication, 30 and above are registrants since."""

    stage: int
    name: str
    kind: str | None = None
    country: str | None = None
    citizenship: str | None = None
    address: str | None = None


@attrs.define(kw_only=True)
class Goods:
    """Goods or services of one class; ``bases`` is empty where the record states none for the class."""

    nice_class: str | None
    text: str | None
    status: str | None = None
    bases: frozenset[str] = frozenset()
    first_use: str | None = None
    first_use_commerce: str | None = None
    path: str = "$"


@attrs.define(kw_only=True)
class Case:
    """What was read, as the record writes it; days are texts until :func:`record_of` reads them."""

    path: str
    serial_number: str | None = None
    filed: str | None = None
    registration_number: str | None = None
    registered: str | None = None
    text: str | None = None
    drawing: str | None = None
    standard: bool | None = None
    description: str | None = None
    translation: str | None = None
    colours: str | None = None
    kind: str | None = None
    supplemental: bool | None = None
    status: str | None = None
    status_day: str | None = None
    published: str | None = None
    allowed: str | None = None
    attorney: str | None = None
    international: str | None = None
    filed_bases: frozenset[str] = frozenset()
    current_bases: frozenset[str] = frozenset()
    owners: list[Owner] = attrs.field(factory=list)
    goods: list[Goods] = attrs.field(factory=list)
    foreign: list[tuple[str | None, str | None, str | None]] = attrs.field(factory=list)
    """Country, number and filing day of each foreign application."""
    history: list[tuple[str | None, str | None, str | None, str | None]] = attrs.field(factory=list)
    """Day, code, text and number of each entry."""


def record_of(case: Case, problems: Problems) -> Record:
    """The record that a case makes. Raises :class:`DocumentError` that lists all problems of the document."""
    words = _words()
    findings: list[Finding] = []

    def day(name: str, text: str | None) -> date | None:
        return _day(text, f"{case.path}: {name}", problems)

    if not case.serial_number:
        problems.add(case.path, "no serial number: not a record of the USPTO")
    if not case.owners:
        problems.add(case.path, "no owner")
    history = tuple(_once(sorted(_entries(case, problems), key=lambda entry: (entry.day, entry.number or 0))))
    last = {kind: entry.day for entry in history for kind in entry.events}
    uses = tuple(_uses(case.goods, problems))
    record_bases = case.current_bases or case.filed_bases
    items = tuple(_items(case.goods, record_bases, findings, problems))
    form = "standard characters" if case.standard else words["drawing"].get((case.drawing or "")[:1], "other")
    application = Application(
        applicants=[_applicant(owner, words["entity"]) for owner in _current(case.owners)],
        mark=Mark(
            form=form,
            text=case.text,
            drawing=None if case.drawing is None else not case.drawing.startswith("6"),
            description=case.description,
            translation=case.translation,
            colours=() if case.colours is None else (case.colours,),
        ),
        items=items,
        filed=day("filing date", case.filed),
        serial_number=case.serial_number,
        mark_type=words["mark"].get((case.kind or "").split(",")[0].strip().lower(), "trademark"),
        register="supplemental" if case.supplemental else "principal",
        uses=uses,
        foreign_applications=[
            ForeignApplication(office=country, number=number, filed=day("foreign filing date", filed))
            for country, number, filed in case.foreign
            if country is not None
        ],
        international_registration=None
        if case.international is None or "66(a)" not in record_bases | case.filed_bases
        else InternationalRegistration(number=case.international, through_bureau=True),
        attorney=None if case.attorney is None else Attorney(name=case.attorney),
        approved=last.get("approved"),
        published=day("publication date", case.published) or last.get("published"),
        allowed=day("date of the notice of allowance", case.allowed) or last.get("allowed"),
    )
    record = Record(
        application=application,
        registration_number=case.registration_number,
        registered=day("registration date", case.registered) or last.get("registered"),
        status=case.status,
        status_day=day("status date", case.status_day),
        filed_bases=tuple(basis for basis in BASES if basis in case.filed_bases),
        history=history,
        findings=tuple(findings),
    )
    problems.raise_if_any()
    return record


def _current(owners: Iterable[Owner]) -> list[Owner]:
    """The owners of the latest stage, each once."""
    last = max((owner.stage for owner in owners), default=0)
    return list({owner.name: owner for owner in owners if owner.stage == last}.values())


def _applicant(owner: Owner, kinds: Mapping[str, str]) -> Applicant:
    return Applicant(
        name=owner.name,
        kind=None if owner.kind is None else kinds.get(owner.kind.strip().lower(), "other"),
        domicile=owner.country,
        citizenship=owner.citizenship,
        address=owner.address,
    )


def _items(
    goods: Iterable[Goods], record_bases: frozenset[str], findings: list[Finding], problems: Problems
) -> Iterable[Item]:
    both = frozenset(("1(a)", "1(b)"))
    for each in goods:
        number = _class(each)
        if number is None:
            findings.append(_read("class", each.nice_class or "goods", "this class is none of the Nice Classification"))
            continue
        where = f"class {number}"
        if each.status and any(word in each.status.lower() for word in _ENDED):
            findings.append(_read("class", where, f"left out, its status is {each.status.lower()}"))
            continue
        if each.text is None:
            problems.add(each.path, f"no goods or services of {where}")
            continue
        bases = each.bases
        if not bases:
            bases = record_bases
            if both <= bases:
                # The USPTO gives dates of use to the classes in use only.
                use = each.first_use is not None
                bases -= {"1(b)" if use else "1(a)"}
                said = "dates of use stand there" if use else "no date of use stands there"
                findings.append(_read("basis", where, f"read as {'1(a)' if use else '1(b)'}, since {said}"))
            elif len(bases) > 1:
                told = ", ".join(basis for basis in BASES if basis in bases)
                findings.append(_read("basis", where, f"the record states {told} for the whole file, not by class"))
        if not bases:
            findings.append(_read("basis", where, "the record states no basis"))
        yield Item(nice_class=number, text=each.text, bases=bases)


def _read(what: str, where: str, why: str) -> Finding:
    return Finding(f"tsdr-{what}", "info", where, why, "look at the file at the USPTO")


def _uses(goods: Iterable[Goods], problems: Problems) -> Iterable[Use]:
    for each in goods:
        number = _class(each)
        days = [
            _day(text, f"{each.path}: {name}", problems, of_use=True)
            for name, text in (("first use", each.first_use), ("first use in commerce", each.first_use_commerce))
        ]
        if number is not None and any(days):
            yield Use(nice_class=number, first_use_anywhere=days[0], first_use_commerce=days[1])


def _class(goods: Goods) -> int | None:
    text = goods.nice_class or ""
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= 3 else 0
    return number if 1 <= number <= _LAST_CLASS else None


def _entries(case: Case, problems: Problems) -> Iterable[Entry]:
    for place, (day, code, text, number) in enumerate(case.history):
        path = f"{case.path}: history {place + 1}"
        when = _day(day, path, problems)
        if when is None:
            if day is None:
                problems.add(path, "no day")
            continue
        counted = int(number) if number and number.isascii() and number.isdigit() and len(number) <= 9 else None
        told = text or code or "no text"
        yield Entry(day=when, code=code, text=told, number=counted, events=events_of(code, told))


def _once(history: Iterable[Entry]) -> Iterator[Entry]:
    """Acts of the applicant that two entries tell, once each; a use filed before the notice of allowance is an AAU."""
    open_action = allowed = stated = False
    for entry in history:
        kept: list[str] = []
        for kind in entry.events:
            if kind == "response filed" and not open_action:
                continue
            if kind == "statement of use":
                if stated:
                    continue
                stated = True
                kept.append(kind if allowed else "amendment to allege use")
                continue
            open_action = kind == "office action" or (open_action and kind not in ("response filed", "approved"))
            allowed = allowed or kind == "allowed"
            kept.append(kind)
        yield attrs.evolve(entry, events=tuple(kept))


def events_of(code: str | None, text: str) -> tuple[str, ...]:
    """What an entry of the prosecution history is in the life cycle; nothing where it sets nothing off there.

    >>> events_of("NOAMO", "NOA MAILED - SOU REQUIRED FROM APPLICANT"), events_of(None, "PAPER RECEIVED")
    (('allowed',), ())
    """
    rows = _words()["event"]
    plain = " ".join(text.upper().split())
    told = [(len(start), tuple(row["events"])) for row in rows for start in row["starts"] if plain.startswith(start)]
    if told:
        return max(told)[1]
    return next((tuple(row["events"]) for row in rows if code is not None and row.get("code") == code[:4]), ())


def _day(text: str | None, path: str, problems: Problems, *, of_use: bool = False) -> date | None:
    if text is None or not text.strip("0"):
        return None
    day = day_of_use(text) if of_use else day_of(text)
    if day is None:
        problems.add(path, "not a day", text, allowed="YYYY-MM-DD")
    return day


@cache
def _words() -> dict[str, Any]:
    return cited_words(_FILE)


def within(text: str | None, path: str, problems: Problems) -> str | None:
    """The text without controls and spaces around it, or ``None``; beyond all bounds it is a problem."""
    stripped = without_controls(text or "").strip()
    if len(stripped) > MAX_TEXT:
        problems.add(path, f"a text of {len(stripped)} characters", allowed=f"at most {MAX_TEXT}")
        return None
    return stripped or None
