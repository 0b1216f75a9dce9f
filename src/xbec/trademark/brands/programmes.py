"""Brand programmes of platforms: which marks, of which offices, in which state, qualify, and what is still missing.

One file a programme under ``data/trademark/brands``: the offices it takes as dated rows, and rules whose conditions
are :mod:`xbec.trademark.brands.rules`. Programmes change without notice and partly behind a login; every finding says
how sure the reading is.

.. code-block:: toml

    programme = "walmart-brand-portal"
    name = "Walmart Brand Portal"
    platform = "Walmart"
    purpose = "to manage a brand on walmart.com"
    documents = ["registration certificate"]    # what is handed in, if a rule asks for it
    languages = ["en", "zh"]                    # languages that need no translation, if a rule asks for it
    right_in = ["CN"]                           # where a right must hold, if a rule asks for it
    operator_outside = ["CN"]                   # where the seller must not be, if a rule asks for it

    [[accepts]]
    offices = ["US"]            # "*": every other office
    registered = "yes"          # yes | no | unknown
    pending = "no"
    from = 2024-07-31
    source = "..."

    [[rule]]                    # see xbec.kernel.rulebook; the id is the programme and the name of a condition
    id = "walmart-brand-portal-office"
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

import attrs

from xbec.errors import DataFileError, InputError
from xbec.kernel.citation import Citation, plain_day
from xbec.kernel.dated import Sources, period, read_toml, timeline
from xbec.kernel.finding import Finding
from xbec.kernel.rulebook import Requirement, RuleBook
from xbec.kernel.timeline import CONFIDENCES, Confidence, Period
from xbec.trademark.brands.rules import (
    CONDITIONS,
    Acceptance,
    BrandProgramme,
    Enrolment,
    EnrolmentCondition,
    ShownOn,
    taken,
)
from xbec.trademark.dated_rows import FOLDER
from xbec.trademark.notice import NOT_LEGAL_ADVICE
from xbec.trademark.owned_mark import STATUSES, OwnedMark, YesNo, class_numbers

_FOLDER: Final = FOLDER / "brands"


@attrs.frozen(slots=True, kw_only=True)
class Accepted:
    """Does a programme take marks of an office in a state? With the reason and how sure it is."""

    answer: YesNo
    why: str
    source: Citation | None
    confidence: Confidence

    def __str__(self) -> str:
        sure = "" if self.confidence == "high" else f" ! {self.confidence} confidence"
        return f"{self.answer}: {self.why}{f' [{self.source}]' if self.source else ''}{sure}"


@attrs.frozen(slots=True, kw_only=True)
class ProgrammeCheck:
    """Whether a mark qualifies.

    ``answer`` speaks of everything the programme asks for, ``mark_answer`` of the mark alone (office, state, form,
    name). ``unknown`` means that something decisive is not stated or not known. ``others`` are the checks of further
    marks.
    """

    programme: str
    name: str
    on: date
    mark: OwnedMark
    requirements: tuple[Requirement, ...]
    others: tuple[ProgrammeCheck, ...] = ()
    notice: str = NOT_LEGAL_ADVICE

    @property
    def answer(self) -> YesNo:
        return _answer(self.requirements)

    @property
    def mark_answer(self) -> YesNo:
        return _answer([each for each in self.requirements if each.rule.topic == "mark"])

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is missing, defective or unknown, gravest first."""
        return tuple(sorted(each.finding for each in self.requirements if each.finding is not None))

    def requirement(self, kind: str) -> Requirement | None:
        """What one condition saw (``office``, ``status``, ``name`` ...); ``None`` where the programme has none."""
        ident = f"{self.programme}-{kind}"
        return next((each for each in self.requirements if each.rule.id == ident), None)

    def explain(self) -> str:
        """Line by line: what was looked at, what was seen, the source, what to do."""
        lines = [f"{self.name} on {self.on.isoformat()}: {self.answer}", f"mark: {self.mark}"]
        for each in self.requirements:
            sure = "" if each.confidence == "high" else f" ! {each.confidence} confidence"
            lines.append(f"  {each}{sure}")
            if each.state != "present" and each.rule.cure:
                lines.append(f"    what to do: {each.rule.cure}")
        lines += [f"other mark: {other.mark}: {other.answer}" for other in self.others]
        return "\n".join([*lines, self.notice])

    def to_dict(self) -> dict[str, Any]:
        """Plain values, fit for JSON."""
        return {
            "programme": self.programme,
            "on": self.on.isoformat(),
            "mark": str(self.mark),
            "answer": self.answer,
            "mark_answer": self.mark_answer,
            "requirements": [each.to_dict() for each in self.requirements],
            "others": [other.to_dict() for other in self.others],
            "notice": self.notice,
        }


def brand_programmes() -> tuple[str, ...]:
    """The ids of all programmes there is data for.

    >>> "amazon-brand-registry" in brand_programmes()
    True
    """
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.toml")))


@cache
def brand_programme(ident: str) -> BrandProgramme:
    """The programme of that id. Raises :class:`InputError` naming all."""
    if ident not in brand_programmes():
        raise InputError("not a brand programme", field="programme", value=ident, allowed=", ".join(brand_programmes()))
    return read_brand_programme(_FOLDER / f"{ident}.toml")


def accepts(ident: str, of: str, status: str, *, on: date) -> Accepted:
    """Does a programme take a mark of an office in that state?

    >>> print(accepts("amazon-brand-registry", "CN", "registered", on=date(2026, 11, 25)).answer)
    no
    """
    taker = brand_programme(ident)
    if status not in STATUSES:
        raise InputError("not a status of a mark", field="status", value=status, allowed=", ".join(STATUSES))
    row = taker.acceptance(of, plain_day(on, field="on"))
    if row is None:
        known = taker.listed(on)
        why = f"{of} is not on the list of {taker.name}" if known else f"no conditions of {taker.name} of that day"
        return Accepted(
            answer="no" if known else "unknown",
            why=why,
            source=taker.offices[known[0]].on(on).citation if known else None,
            confidence="medium" if known else "low",
        )
    answer = taken(row.value, status)
    verb = {"yes": "are taken", "no": "are not taken", "unknown": "may be taken; no copy read says so"}[answer]
    return Accepted(answer=answer, why=f"{status} marks of {of} {verb}", source=row.citation, confidence=row.confidence)


def qualifies(
    marks: OwnedMark | Iterable[OwnedMark],
    ident: str,
    *,
    on: date,
    brand_name: str | None = None,
    goods_classes: Iterable[int] | None = None,
    seller: str | None = None,
    seller_country: str | None = None,
    authorised: bool | None = None,
    shown_on: ShownOn | None = None,
    contact_reached: bool | None = None,
    documents: Iterable[str] | None = None,
    market: str | None = None,
) -> ProgrammeCheck:
    """Check one mark, or several: the one that comes furthest is the answer, the rest are ``others``.

    ``brand_name`` is the brand as it is to be enrolled; ``goods_classes`` the Nice classes of the goods sold;
    ``seller`` who enrols, by ``authorised`` with the owner's permission; ``shown_on`` where the mark stands;
    ``contact_reached`` whether somebody reads the mail of the contact on the trademark record; ``documents`` what is at
    hand; ``market`` the country of the listings. ``None`` is *not stated* and never counts as yes.

    >>> mark = OwnedMark(office="CN", status="registered", text="NORDLICHT", number="12345678")
    >>> qualifies(mark, "amazon-brand-registry", on=date(2026, 11, 25)).mark_answer
    'no'

    Raises :class:`InputError` for an unknown programme or no mark.
    """
    taker = brand_programme(ident)
    plain_day(on, field="on")
    each_mark = (marks,) if isinstance(marks, OwnedMark) else tuple(marks)
    if not each_mark:
        raise InputError("no mark to check", field="marks", cure="state one OwnedMark, registered or pending")
    checks = []
    for mark in each_mark:
        enrolment = Enrolment(
            mark=mark,
            programme=taker,
            brand_name=brand_name,
            goods_classes=None if goods_classes is None else class_numbers(goods_classes),
            seller=seller,
            seller_country=seller_country,
            authorised=authorised,
            shown_on=shown_on,
            contact_reached=contact_reached,
            documents=None if documents is None else frozenset(documents),
            market=market,
        )
        requirements = tuple(_cited(each, enrolment, on) for each in taker.rules.apply(enrolment, on))
        checks.append(ProgrammeCheck(programme=ident, name=taker.name, on=on, mark=mark, requirements=requirements))
    best, *rest = sorted(checks, key=_furthest)
    return attrs.evolve(best, others=tuple(rest))


def read_brand_programme(path: Path) -> BrandProgramme:
    """A programme from a file of one's own. Raises :class:`DataFileError` naming file and key."""
    content, name = read_toml(path), path.name
    sources = Sources(content.get("source", {}), name=name)
    try:
        ident = content["programme"]
        rows: dict[str, list[Period[Acceptance]]] = {}
        for row in content["accepts"]:
            taken = Acceptance(registered=row["registered"], pending=row["pending"])
            for code in row["offices"]:
                rows.setdefault(code, []).append(period(row, taken, sources, key=f"accepts.{code}"))
        return BrandProgramme(
            id=ident,
            name=content["name"],
            platform=content["platform"],
            purpose=content["purpose"],
            documents=tuple(content.get("documents", ())),
            languages=tuple(content.get("languages", ())),
            right_in=tuple(content.get("right_in", ())),
            operator_outside=tuple(content.get("operator_outside", ())),
            offices={code: timeline(each, name=name, key=f"accepts.{code}") for code, each in rows.items()},
            rules=RuleBook.read(path, _conditions(ident, content, name)),
        )
    except KeyError as problem:
        raise DataFileError("a word is missing", field=name, value=str(problem.args[0])) from None


def _conditions(ident: str, content: Mapping[str, Any], name: str) -> dict[str, EnrolmentCondition]:
    chosen: dict[str, EnrolmentCondition] = {}
    for row in content["rule"]:
        kind = row["id"].removeprefix(f"{ident}-")
        if kind not in CONDITIONS:
            allowed = ", ".join(f"{ident}-{each}" for each in CONDITIONS)
            raise DataFileError("a rule without a condition", field=f"{name}: rule", value=row["id"], allowed=allowed)
        chosen[row["id"]] = CONDITIONS[kind]
    return chosen


def _answer(requirements: Iterable[Requirement]) -> YesNo:
    decisive = [each for each in requirements if each.rule.severity == "error"]
    if any(each.state in ("missing", "defective") for each in decisive):
        return "no"
    if not decisive or any(each.state != "present" for each in decisive):
        return "unknown"
    return "yes"


def _furthest(check: ProgrammeCheck) -> tuple[int, int, int, str]:
    order = ("yes", "unknown", "no")
    return order.index(check.answer), order.index(check.mark_answer), len(check.findings), str(check.mark)


def _cited(requirement: Requirement, enrolment: Enrolment, on: date) -> Requirement:
    """What the row of an office decides cites that row, not the rule."""
    if not requirement.rule.id.endswith("-status"):
        return requirement
    row = enrolment.programme.acceptance(enrolment.mark.office, on)
    if row is None:
        return requirement
    weaker = max(requirement.confidence, row.confidence, key=CONFIDENCES.index)
    return attrs.evolve(requirement, source=row.citation, confidence=weaker)
