"""The Nice Classification: editions by filing day, the 45 classes, and which of them goods of an HS code may fall in.

Trademark goods and services are filed in classes of the Nice Agreement, which WIPO keeps; goods move between classes
only with a new edition. The day that counts is the filing day.
https://www.wipo.int/en/web/classification-nice

>>> from datetime import date
>>> edition(date(2025, 12, 31)).label, edition(date(2026, 1, 1)).label
('NCL(12-2025)', 'NCL(13-2026)')
>>> print(nice_class(18, on=date(2026, 2, 1)))
class 18 (goods): bags, luggage, wallets; leather and imitations; umbrellas and walking sticks; collars, leads and \
clothing for animals

The scopes are our own short words and not the official headings. Nothing here is legal advice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from typing import Any, Final, Literal, cast, get_args

import attrs

from xbec.errors import DataFileError, GapError, InputError
from xbec.goods import HsCode
from xbec.kernel.citation import Citation, plain_day
from xbec.kernel.dated import Sources, period, read_toml, timeline
from xbec.kernel.finding import Finding
from xbec.kernel.timeline import Confidence, NoPeriod, Period, Status, Timeline
from xbec.trademark.dated_rows import FOLDER
from xbec.trademark.notice import NOT_LEGAL_ADVICE

Kind = Literal["goods", "services"]
Likelihood = Literal["high", "medium", "low"]
LIKELIHOODS: Final[tuple[str, ...]] = get_args(Likelihood)
NICE: Final = FOLDER / "nice"
_RETAIL: Final = 35


@attrs.frozen(slots=True, kw_only=True)
class Edition:
    """One yearly version: ``label`` as WIPO writes it, in force from ``start`` to before ``end``.

    ``status`` is ``announced`` for the version of next year as long as it was not seen published; ``madrid`` says which
    version governs an international application.
    """

    label: str
    start: date
    end: date | None
    status: Status
    confidence: Confidence
    note: str | None
    madrid: str
    source: Citation

    def __str__(self) -> str:
        sure = "" if self.status == "in-force" else f" ({self.status}, {self.confidence})"
        return f"{self.label} from {self.start}{sure}"


@attrs.frozen(slots=True, kw_only=True)
class NiceClass:
    """A class on a day: its ``number`` 1 to 45, ``kind`` and ``scope`` in our own short words."""

    number: int
    kind: Kind
    scope: str
    source: Citation
    confidence: Confidence

    def __str__(self) -> str:
        return f"class {self.number} ({self.kind}): {self.scope}"


@attrs.frozen(slots=True)
class Candidate:
    """A class that goods of an HS code may fall in, and how many of them do."""

    number: int
    likelihood: Likelihood


@attrs.frozen(slots=True)
class HsClasses:
    """The classes of an HS ``code`` (chapter or heading) on a day, likeliest first."""

    code: str
    candidates: tuple[Candidate, ...]
    source: Citation
    confidence: Confidence


@attrs.frozen(slots=True, kw_only=True)
class ClassGaps:
    """Goods sold against classes protected, seen on a day: ``findings``, gravest first. It is not legal advice."""

    on: date
    findings: tuple[Finding, ...]
    notice: str = NOT_LEGAL_ADVICE

    def __str__(self) -> str:
        head = f"Goods sold against classes protected on {self.on.isoformat()}"
        return "\n".join([head, *map(str, self.findings or ("nothing lies open",)), self.notice])

    def to_dict(self) -> dict[str, Any]:
        """Plain values, fit for JSON."""
        return {
            "on": self.on.isoformat(),
            "findings": [each.to_dict() for each in self.findings],
            "notice": self.notice,
        }


def edition(filed: date) -> Edition:
    """The version that governs an application filed on that day.

    Raises :class:`NoPeriod` before 2012 and for a year whose version nobody has announced.
    """
    plain_day(filed, field="filed")
    rows, madrid = _editions()
    try:
        row = rows.on(filed)
    except NoPeriod as gap:
        try:
            row = rows.on(filed, status="announced")
        except NoPeriod:
            raise gap from None
    label, note = row.value
    return Edition(
        label=label,
        start=row.start,
        end=row.end,
        status=row.status,
        confidence=row.confidence,
        note=note,
        madrid=madrid,
        source=row.citation,
    )


def nice_class(number: int, *, on: date) -> NiceClass:
    """A class as it stands for applications filed on a day.

    Raises :class:`InputError` for a number that is no class, :class:`NoPeriod` before the 12th edition (2023-01-01).
    """
    plain_day(on, field="on")
    if isinstance(number, bool) or not isinstance(number, int) or number not in _classes():
        raise InputError("not a Nice class", field="nice_class", value=number, allowed="1 to 45")
    row = _classes()[number].on(on)
    kind, scope = row.value
    return NiceClass(number=number, kind=kind, scope=scope, source=row.citation, confidence=row.confidence)


def hs_classes(code: HsCode | str, *, on: date) -> HsClasses:
    """The classes goods of a code may fall in, by its heading, else by its chapter, on a filing day.

    >>> from datetime import date
    >>> found = hs_classes("6109.10", on=date(2026, 2, 1))
    >>> found.code, [(c.number, c.likelihood) for c in found.candidates]
    ('61', [(25, 'high')])

    Raises :class:`InputError` for what is no code, :class:`GapError` for chapters 98 and 99 and days before the data.
    """
    hs = code if isinstance(code, HsCode) else HsCode(code)
    for prefix in (hs.digits[:4], hs.chapter):
        rows = _hs().get(prefix)
        if rows is not None:
            row = rows.on(plain_day(on, field="on"))
            return HsClasses(prefix, row.value, row.citation, row.confidence)
    raise GapError(
        "the code describes no goods of its own, so no class follows from it",
        field="hs",
        value=str(hs),
        allowed="chapters 01 to 97",
    )


def class_gaps(hs_sold: Iterable[HsCode | str], classes_protected: Iterable[int], *, on: date) -> ClassGaps:
    """Goods sold, by HS code, against the classes a mark is protected in: what lies open, and what nobody sells.

    ``nice-gap`` names a class in which goods most likely fall and which is not protected (a warning; an info where only
    a part of such goods falls there); ``nice-moved`` goods whose class changed with an edition, so that an older
    registration has them in another class than a new filing; ``nice-unneeded`` a class of goods without goods, which a
    non-use attack may reach; ``nice-retail`` what class 35 is for. Bad codes and classes are findings too, all at once.
    Order and repetition of the input do not matter. An HS code shows where goods are likely filed, never where they
    are: read the list of goods of the registration.
    """
    plain_day(on, field="on")
    found: list[Finding] = []
    protected: set[int] = set()
    for number in _unique(classes_protected, "classes_protected"):
        if isinstance(number, int) and not isinstance(number, bool) and number in _classes():
            protected.add(number)
        else:
            found.append(_bad("nice-no-class", f"{number!r}", "there is no such Nice class", "state classes 1 to 45"))
    sold: dict[str, HsClasses] = {}
    for code in _unique(hs_sold, "hs_sold"):
        try:
            row = hs_classes(cast("HsCode | str", code), on=on)
            sold[row.code] = row
        except InputError as problem:
            found.append(_bad("nice-bad-hs", f"{code!r}", problem.problem, "state the HS code as text, e.g. 6109.10"))
        except GapError as problem:
            found.append(_bad("nice-no-candidate", f"HS {code}", problem.problem, "state the code of the goods"))
    for row in sold.values():
        found.extend(_gaps(row, protected))
        found.extend(_moved(row, protected, on))
    reached = {candidate.number for row in sold.values() for candidate in row.candidates}
    for number in sorted(protected - reached):
        known = nice_class(number, on=on)
        if known.kind == "goods":
            found.append(_unneeded(known))
    if sold and _RETAIL not in protected:
        found.append(_retail(nice_class(_RETAIL, on=on)))
    return ClassGaps(on=on, findings=tuple(sorted(found)))


def _gaps(row: HsClasses, protected: set[int]) -> Iterator[Finding]:
    likeliest = row.candidates[0].likelihood
    covered = [c for c in row.candidates if c.number in protected]
    answered = any(c.likelihood == likeliest for c in covered)
    beside = f", beside {_numbers(covered)}, where it is protected" if covered else ""
    for candidate in row.candidates:
        if candidate.number in protected or candidate.likelihood == "low":
            continue
        share = "most goods of this code fall" if candidate.likelihood == "high" else "some goods of this code fall"
        yield Finding(
            "nice-gap",
            "warning" if candidate.likelihood == likeliest and not answered else "info",
            f"class {candidate.number}",
            f"HS {row.code}: {share} in class {candidate.number}{beside}",
            f"look at what is sold; if it falls in class {candidate.number}, file for it there",
            row.source,
            consequence="the mark is not registered for these goods, and another may register it for them",
            confidence=row.confidence,
        )


def _moved(row: HsClasses, protected: set[int], on: date) -> Iterator[Finding]:
    """Goods whose likeliest class was another one under an earlier edition, or will be under a later one we know."""
    now = row.candidates[0].number
    for other in _hs()[row.code]:
        was = other.value[0].number
        if was == now or other.covers(on) or not {was, now} & protected:
            continue
        before = other.end is not None and other.end <= on
        days = f"before {other.end}" if before else f"from {other.start}"
        yield Finding(
            "nice-moved",
            "info",
            f"class {now}",
            f"HS {row.code}: applications filed {days} have most of these goods in class {was}, not in {now}",
            "look at the list of goods of each registration: the class of its filing day stays with it",
            row.source if before else other.citation,
            confidence=row.confidence,
        )


def _unneeded(known: NiceClass) -> Finding:
    return Finding(
        "nice-unneeded",
        "info",
        f"class {known.number}",
        f"no HS code sold points to class {known.number} ({known.scope})",
        "keep it only for goods in use or soon to be; otherwise drop it at renewal",
        known.source,
        consequence="a registration may be cancelled for goods on which the mark is not used",
        confidence="medium",
    )


def _retail(known: NiceClass) -> Finding:
    return Finding(
        "nice-retail",
        "info",
        f"class {known.number}",
        "class 35 covers a shop or marketplace that sells goods of many makers; selling one's own goods is no service",
        "file for it only if the mark is also the name of such a shop",
        known.source,
    )


def _bad(rule: str, where: str, why: str, cure: str) -> Finding:
    return Finding(rule, "error", where[:80], why, cure)


def _numbers(candidates: list[Candidate]) -> str:
    return ("classes " if len(candidates) > 1 else "class ") + " and ".join(
        str(candidate.number) for candidate in candidates
    )


def _unique(values: Iterable[object], field: str) -> list[object]:
    if isinstance(values, str | bytes) or not isinstance(values, Iterable):
        raise InputError("not a list", field=field, value=values, allowed="a list, tuple or set")
    return sorted({repr(value): value for value in values}.values(), key=repr)


@cache
def nice_sources() -> Sources:
    """The sources that the files of this room's Nice folder share."""
    return Sources(read_toml(NICE / "sources.toml")["source"], name="sources.toml")


@cache
def _editions() -> tuple[Timeline[tuple[str, str | None]], str]:
    content = read_toml(NICE / "editions.toml")
    sources = Sources(content["source"], name="editions.toml")
    rows = [
        period(row, (row["label"], row.get("note")), sources, key=f"edition.{row['label']}")
        for row in content["edition"]
    ]
    return timeline(rows, name="editions.toml", key="edition"), content["madrid"]["note"]


@cache
def _classes() -> Mapping[int, Timeline[tuple[Kind, str]]]:
    periods: dict[int, list[Period[tuple[Kind, str]]]] = {}
    for row in read_toml(NICE / "classes.toml")["class"]:
        number = row["number"]
        periods.setdefault(number, []).append(
            period(row, (row["kind"], row["scope"]), nice_sources(), key=f"class.{number}")
        )
    return {n: timeline(rows, name="classes.toml", key=f"class.{n}") for n, rows in sorted(periods.items())}


@cache
def _hs() -> Mapping[str, Timeline[tuple[Candidate, ...]]]:
    content = read_toml(NICE / "hs.toml")
    shared = {word: content[word] for word in ("from", "source", "confidence")}
    periods: dict[str, list[Period[tuple[Candidate, ...]]]] = {}
    for code, text in (*content["chapter"].items(), *content["heading"].items()):
        periods[code] = [period(shared, _candidates(text, code), nice_sources(), key=code)]
    dated: dict[str, list[Period[tuple[Candidate, ...]]]] = {}
    for row in content["moved"]:
        words: dict[str, Any] = {"confidence": shared["confidence"], **row}
        value = _candidates(row["classes"], row["code"])
        dated.setdefault(row["code"], []).append(period(words, value, nice_sources(), key=row["code"]))
    return {code: timeline(rows, name="hs.toml", key=code) for code, rows in (periods | dated).items()}


def _candidates(text: str, code: str) -> tuple[Candidate, ...]:
    found = []
    for part in text.split(","):
        number, _, likelihood = part.strip().partition(" ")
        if not number.isdigit() or int(number) not in _classes() or likelihood not in LIKELIHOODS:
            raise DataFileError("not a class with its likelihood", field=f"hs.toml: {code}", value=part)
        found.append(Candidate(int(number), cast("Likelihood", likelihood)))
    return tuple(found)
