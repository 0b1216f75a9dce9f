"""What the advisor answers: ways to file in ranked order, each with its reasons, cost, time, risks and papers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, Final, Literal

import attrs

from xbec.errors import InputError
from xbec.kernel.citation import Citation
from xbec.kernel.finding import Finding
from xbec.kernel.rulebook import Requirement
from xbec.kernel.timeline import Confidence
from xbec.trademark.advice.situation import Claim
from xbec.trademark.brands.programmes import Accepted
from xbec.trademark.fees.statement import ConvertedFees, FeeStatement
from xbec.trademark.notice import NOT_LEGAL_ADVICE
from xbec.trademark.owned_mark import OwnedMark, YesNo

PointKind = Literal["for", "against", "risk", "collect"]
KINDS: Final[tuple[PointKind, ...]] = ("for", "against", "risk", "collect")
_OPEN: Final[Mapping[YesNo, str]] = {"yes": "open", "unknown": "open if what is not stated holds", "no": "closed"}
_WORTH_SHARING: Final = 2
_TITLES: Final[Mapping[PointKind, str]] = {"for": "for", "against": "against", "risk": "risk", "collect": "collect now"}


@attrs.frozen(slots=True, kw_only=True)
class Point:
    """One sentence about a way, with its source."""

    id: str
    kind: PointKind
    text: str
    source: Citation
    confidence: Confidence

    def __str__(self) -> str:
        doubt = "" if self.confidence == "high" else f" ! {self.confidence} confidence"
        return f"{self.text} [{self.source}]{doubt}"


@attrs.frozen(slots=True, kw_only=True)
class Expected:
    """When registration may come: ``late`` is ``None`` where nobody can say. An observation, never a promise."""

    early: date
    late: date | None
    text: str
    source: Citation
    confidence: Confidence

    def __str__(self) -> str:
        end = "open" if self.late is None else self.late.isoformat()
        return f"{self.early.isoformat()} to {end}: {self.text} [{self.source}] ! {self.confidence} confidence"


@attrs.frozen(slots=True, kw_only=True)
class Standing:
    """How a way stands on one criterion: ``value`` for a person, ``order`` for the ranking (less comes first)."""

    criterion: str
    value: str
    order: tuple[Any, ...] = attrs.field(repr=False)


@attrs.frozen(slots=True, kw_only=True)
class Option:
    """One way to file.

    ``lawful`` is ``unknown`` where something decisive is not stated; :attr:`open_questions` says what. ``bases`` are
    those of each class. ``cost`` are the official fees up to registration, ``ten_years`` those of the registration's
    first ten years with them, ``converted`` the cost in the currency asked for; ``None`` where our data has no fees of
    that day, or the way is closed.
    """

    way: str
    title: str
    bases: Mapping[int, tuple[str, ...]]
    lawful: YesNo
    requirements: tuple[Requirement, ...]
    points: tuple[Point, ...]
    claims: tuple[Claim, ...]
    rank_day: date
    standings: tuple[Standing, ...]
    expected: Expected | None = None
    cost: FeeStatement | None = None
    ten_years: FeeStatement | None = None
    converted: ConvertedFees | None = None

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is missing, wrong or not stated, gravest first."""
        return tuple(sorted(each.finding for each in self.requirements if each.finding is not None))

    @property
    def obstacles(self) -> tuple[Requirement, ...]:
        """Why the way is closed."""
        return self._decisive("missing", "defective")

    @property
    def open_questions(self) -> tuple[Requirement, ...]:
        """What must be stated before one can say whether the way is open."""
        return self._decisive("unknown")

    @property
    def warned(self) -> tuple[Requirement, ...]:
        """What to mind although it does not close the way."""
        return tuple(each for each in self.requirements if each.rule.severity == "warning" and each.state != "present")

    def _decisive(self, *states: str) -> tuple[Requirement, ...]:
        return tuple(each for each in self.requirements if each.rule.severity == "error" and each.state in states)

    def of(self, kind: PointKind) -> tuple[Point, ...]:
        """The sentences of one kind: ``for``, ``against``, ``risk``, ``collect``."""
        return tuple(point for point in self.points if point.kind == kind)

    def says(self, ident: str) -> bool:
        """Is the sentence of that id said?"""
        return any(point.id == ident for point in self.points)

    @property
    def fees_text(self) -> str:
        """The official fees in one sentence."""
        if self.cost is None:
            return "not in our data for that day"
        text = f"{_amounts(self.cost)} up to registration"
        if self.converted is not None:
            text += f", worth {self.converted.total}"
        return text if self.ten_years is None else f"{text}; {_amounts(self.ten_years)} with ten years of upkeep"

    def to_dict(self) -> dict[str, Any]:
        """Plain values, fit for JSON."""
        return {
            "way": self.way,
            "title": self.title,
            "bases": {str(nice_class): list(bases) for nice_class, bases in self.bases.items()},
            "lawful": self.lawful,
            "rank_day": self.rank_day.isoformat(),
            "priority_claims": [
                {"class": c.nice_class, "mark": str(c.mark), "last_day": c.deadline.last_day.isoformat()}
                for c in self.claims
            ],
            "requirements": [each.to_dict() for each in self.requirements],
            **{kind: [str(point) for point in self.of(kind)] for kind in KINDS},
            "standings": {each.criterion: each.value for each in self.standings},
            "expected": None if self.expected is None else str(self.expected),
            "cost": None if self.cost is None else self.cost.to_dict(),
            "ten_years": None if self.ten_years is None else self.ten_years.to_dict(),
            "converted": None if self.converted is None else self.converted.to_dict(),
        }


@attrs.frozen(slots=True, kw_only=True)
class Outlook:
    """What a wanted brand programme takes: each mark held already, a filing at the USPTO, its registration."""

    programme: str
    name: str
    held: tuple[tuple[OwnedMark, Accepted], ...]
    pending: Accepted
    registered: Accepted

    def to_dict(self) -> dict[str, Any]:
        """Plain values, fit for JSON."""
        return {
            "programme": self.programme,
            "held": {str(mark): str(taken) for mark, taken in self.held},
            "pending": str(self.pending),
            "registered": str(self.registered),
        }


@attrs.frozen(slots=True, kw_only=True)
class Criterion:
    """One criterion of the ranking, in words."""

    id: str
    text: str


@attrs.frozen(slots=True, kw_only=True)
class Advice:
    """The ways in ranked order, those that are closed last and with the reason; never fewer than were looked at.

    ``findings`` are about what was told: contradictions, unknown classes and programmes, gaps.
    """

    on: date
    subject: str
    options: tuple[Option, ...]
    criteria: tuple[Criterion, ...]
    outlooks: tuple[Outlook, ...]
    findings: tuple[Finding, ...]
    notice: str = NOT_LEGAL_ADVICE

    @property
    def lawful(self) -> tuple[Option, ...]:
        """The ways that are open, best first."""
        return tuple(option for option in self.options if option.lawful == "yes")

    @property
    def closed(self) -> tuple[Option, ...]:
        """The ways that are not open, each with its obstacles."""
        return tuple(option for option in self.options if option.lawful == "no")

    @property
    def best(self) -> Option | None:
        """The first way that is open; ``None`` where none is, or all hang on a question."""
        return next(iter(self.lawful), None)

    def option(self, way: str) -> Option:
        """The option of a way, e.g. ``44(e)``. Raises :class:`InputError` naming all."""
        for option in self.options:
            if option.way == way:
                return option
        raise InputError("no such way", field="way", value=way, allowed=", ".join(each.way for each in self.options))

    def why_before(self, first: str, second: str) -> str:
        """The criterion that puts one way before the other, with both values.

        Raises :class:`InputError` where the first does not come before the second.
        """
        one, other = self.option(first), self.option(second)
        if self.options.index(one) >= self.options.index(other):
            raise InputError("does not come first", field="first", value=first, allowed=f"{second} comes before it")
        for criterion, mine, yours in zip(self.criteria, one.standings, other.standings, strict=True):
            if mine.order != yours.order:
                return f"{criterion.text}: {mine.value} against {yours.value}"
        return "equal on every criterion; the order of the list"

    @property
    def deadlines(self) -> tuple[Claim, ...]:
        """The priorities that can still be claimed, the first to end first."""
        claims = {(claim.nice_class, claim.mark): claim for option in self.options for claim in option.claims}
        return tuple(sorted(claims.values(), key=lambda claim: (claim.deadline.last_day, claim.nice_class)))

    def explain(self) -> str:
        """The whole advice as text. Sources are numbered and listed at the end."""
        notes = _Notes()
        return "\n".join([*self._lines(notes), *notes.lines(), self.notice])

    def _lines(self, notes: _Notes) -> Iterator[str]:
        yield f"{self.subject}, on {self.on.isoformat()}"
        yield from (f"{finding.severity}: {_plain(finding)}" for finding in self.findings)
        standing = [option for option in self.options if option.lawful != "no"]
        everywhere, minded = _said_by_all(standing), _warned_everywhere(standing)
        for number, option in enumerate(standing, 1):
            yield f"{number}. {option.way} {option.title}: {_OPEN[option.lawful]}"
            yield from _details(option, self.on, notes, everywhere, minded)
            if number < len(standing):
                following = standing[number]
                yield f"  before {following.way}: {self.why_before(option.way, following.way)}"
        if everywhere or minded:
            yield "For each of these:"
            for point in everywhere.values():
                yield f"  {_TITLES[point.kind]}: {point.text}{notes.mark(point.source, point.confidence)}"
            yield from (f"  mind: {_sentence(each, notes)}" for each in minded)
        for option in self.closed:
            yield f"- {option.way} {option.title}: {_OPEN[option.lawful]}"
            yield from (f"  {_sentence(each, notes)}" for each in option.obstacles)
        for outlook in self.outlooks:
            yield f"{outlook.name}:"
            for what, taken in (
                *((str(mark), taken) for mark, taken in outlook.held),
                ("application at the USPTO", outlook.pending),
                ("registration at the USPTO", outlook.registered),
            ):
                yield f"  {what}: {taken.answer}, {taken.why}{notes.mark(taken.source, taken.confidence)}"

    def to_dict(self) -> dict[str, Any]:
        """Plain values, fit for JSON."""
        return {
            "on": self.on.isoformat(),
            "subject": self.subject,
            "criteria": [criterion.text for criterion in self.criteria],
            "options": [option.to_dict() for option in self.options],
            "programmes": [outlook.to_dict() for outlook in self.outlooks],
            "findings": [finding.to_dict() for finding in self.findings],
            "notice": self.notice,
        }


def _amounts(statement: FeeStatement) -> str:
    return ", ".join(str(amount) for amount in statement.totals.values())


class _Notes:
    """Sources by number, in the order in which they are first named."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def mark(self, source: Citation | None, confidence: Confidence) -> str:
        doubt = "" if confidence == "high" else f" ! {confidence} confidence"
        if source is None:
            return doubt
        return f" [{self._numbers.setdefault(str(source), len(self._numbers) + 1)}]{doubt}"

    def lines(self) -> Iterator[str]:
        return (f"[{number}] {source}" for source, number in self._numbers.items())


def _said_by_all(options: list[Option]) -> Mapping[str, Point]:
    """What is said of every open way is told once."""
    if len(options) < _WORTH_SHARING:
        return {}
    shared = set.intersection(*({f"{p.kind}: {p.text}" for p in option.points} for option in options))
    return {line: p for p in options[0].points if (line := f"{p.kind}: {p.text}") in shared}


def _warned_everywhere(options: list[Option]) -> tuple[Requirement, ...]:
    if len(options) < _WORTH_SHARING:
        return ()
    return tuple(each for each in options[0].warned if all(each in option.warned for option in options))


def _details(
    option: Option, on: date, notes: _Notes, everywhere: Mapping[str, Point], minded: tuple[Requirement, ...]
) -> Iterator[str]:
    shares = [f"class {nice_class}: {', '.join(bases)}" for nice_class, bases in option.bases.items()]
    yield f"  bases: {'; '.join(shares)}"
    yield from (f"  question: {_sentence(each, notes)}" for each in option.open_questions)
    whose = (
        "the filing day, if filed then"
        if option.rank_day == on
        else "that of the first filing, whose priority is claimed"
    )
    yield f"  priority day: {option.rank_day.isoformat()}, {whose}"
    yield f"  official fees: {option.fees_text}"
    if option.expected is not None:
        expected = option.expected
        end = "open" if expected.late is None else expected.late.isoformat()
        doubt = notes.mark(expected.source, expected.confidence)
        yield f"  registration expected: {expected.early.isoformat()} to {end}; {expected.text}{doubt}"
    for kind in KINDS:
        for point in option.of(kind):
            if f"{kind}: {point.text}" not in everywhere:
                yield f"  {_TITLES[kind]}: {point.text}{notes.mark(point.source, point.confidence)}"
    yield from (f"  mind: {_sentence(each, notes)}" for each in option.warned if each not in minded)


def _plain(finding: Finding) -> str:
    cure = f"; what to do: {finding.cure}" if finding.cure else ""
    return f"{finding.why}{cure}"


def _sentence(requirement: Requirement, notes: _Notes) -> str:
    where = f"{requirement.where}: " if requirement.where else ""
    cure = f"; what to do: {requirement.rule.cure}" if requirement.rule.cure else ""
    return f"{where}{requirement.why}{cure}{notes.mark(requirement.source, requirement.confidence)}"


def decide(requirements: Iterable[Requirement]) -> YesNo:
    """Is a way open? Only rules whose breach is an error decide; what may come later does not close it."""
    states = {each.state for each in requirements if each.rule.severity == "error"}
    if states & {"missing", "defective"}:
        return "no"
    return "unknown" if "unknown" in states else "yes"
