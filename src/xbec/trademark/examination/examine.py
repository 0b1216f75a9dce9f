"""An application at the USPTO, examined on a day: what is required, there, missing or wrong, and what to do about it.

The rules are rows of ``data/trademark/rules/us-*.toml``; see :mod:`xbec.kernel.rulebook`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cache, reduce
from operator import or_
from typing import Any, Final

import attrs

from xbec.errors import InputError, NoLaw
from xbec.kernel.calendars import Answer
from xbec.kernel.citation import plain_day
from xbec.kernel.finding import Finding
from xbec.kernel.rulebook import Condition, Requirement, RuleBook
from xbec.kernel.timeline import NoPeriod
from xbec.trademark import application as values
from xbec.trademark.application import Application
from xbec.trademark.dated_rows import RULES
from xbec.trademark.examination import combination, formalities, section1, section44, section66
from xbec.trademark.examination.figures import short
from xbec.trademark.notice import NOT_LEGAL_ADVICE

_TITLES: Final[Mapping[str, str]] = {
    "1(a)": "1(a) use in commerce",
    "1(b)": "1(b) intention to use",
    "44(d)": "44(d) foreign application",
    "44(e)": "44(e) foreign registration",
    "66(a)": "66(a) Madrid extension",
}
_LARGEST: Final = 10_000
"""Entries of a list in one application; more are refused before any rule reads them."""


_BOOKS: Final[Mapping[str, Mapping[str, Condition[Application]]]] = {
    "us-formalities.toml": formalities.CONDITIONS,
    "us-combination.toml": combination.CONDITIONS,
    "us-section-1.toml": section1.CONDITIONS,
    "us-section-44.toml": section44.CONDITIONS,
    "us-section-66.toml": section66.CONDITIONS,
}


@cache
def us_rules() -> RuleBook[Application]:
    """All rules of a US application, general ones first, then basis by basis; read once on first use."""
    return reduce(or_, (RuleBook.read(RULES / file, conditions) for file, conditions in _BOOKS.items()))


@attrs.frozen(slots=True, kw_only=True)
class Examination:
    """What an examiner would list on the day ``on``: ``requirements`` in the order of the rules.

    ``subject`` names the application. ``print()`` shows the whole list, met requirements included.
    """

    subject: str
    on: date
    requirements: tuple[Requirement, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is to be mended, asked or done later, gravest first."""
        return tuple(sorted(found for each in self.requirements if (found := each.finding) is not None))

    @property
    def topics(self) -> tuple[str, ...]:
        """The groups of the list: filing bases, and general ones such as ``applicant``."""
        return tuple(dict.fromkeys(each.rule.topic for each in self.requirements))

    def under(self, topic: str) -> tuple[Requirement, ...]:
        """The requirements of a basis (``1(a)``) or another topic. Raises :class:`InputError` naming all topics."""
        if topic not in self.topics:
            raise InputError("not a topic here", field="topic", value=topic, allowed=", ".join(self.topics))
        return tuple(each for each in self.requirements if each.rule.topic == topic)

    @property
    def is_complete(self) -> Answer:
        """Is all there that is due by this day? What may follow later, and a mere note, does not count."""
        return self._answer("missing", "defective", "unknown")

    @property
    def is_registrable(self) -> Answer:
        """As :attr:`is_complete`, and nothing left for later: as far as these rules see, it could be registered."""
        return self._answer("missing", "defective", "unknown", "later")

    def _answer(self, *states: str) -> Answer:
        open_points = [e for e in self.requirements if e.state in states and e.rule.severity == "error"]
        if not open_points:
            return Answer(True, f"nothing open under {len({e.rule.id for e in self.requirements})} rules")
        rules = list(dict.fromkeys(each.rule.id for each in open_points))
        return Answer(False, f"{_count(len(open_points), 'point')} open: {', '.join(rules)}")

    def __str__(self) -> str:
        return self.explain()

    def explain(self, *, met: bool = True) -> str:
        """The list as text, by topic; ``met=False`` leaves out what is met. It ends with the notice."""
        lines = [f"{self.subject}, examined on {self.on.isoformat()}: {self._summary()}"]
        for topic in self.topics:
            shown = [each for each in self.under(topic) if met or each.state != "present"]
            if shown:
                lines += ["", _TITLES.get(topic, topic), *_lines(shown)]
        return "\n".join([*lines, "", NOT_LEGAL_ADVICE])

    def _summary(self) -> str:
        found = self.findings
        counts = [
            _count(sum(each.severity == severity for each in found), word)
            for severity, word in (("error", "error"), ("warning", "warning"), ("info", "note"))
        ]
        return ", ".join(counts)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, fit for JSON."""
        return {
            "subject": self.subject,
            "on": self.on.isoformat(),
            "complete": {"yes": self.is_complete.yes, "reason": self.is_complete.reason},
            "registrable": {"yes": self.is_registrable.yes, "reason": self.is_registrable.reason},
            "requirements": [each.to_dict() for each in self.requirements],
            "findings": [each.to_dict() for each in self.findings],
            "notice": NOT_LEGAL_ADVICE,
        }


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'s' if number != 1 else ''}"


def _lines(shown: Sequence[Requirement]) -> Iterator[str]:
    groups: dict[tuple[str, str, str], list[Requirement]] = {}
    for each in shown:
        groups.setdefault((each.rule.id, each.state, each.why), []).append(each)
    for alike in groups.values():
        first = alike[0]
        where = ", ".join(dict.fromkeys(each.where for each in alike if each.where))
        yield f"  {first.state:<9}  {where + ': ' if where else ''}{first.why}"
        if first.state != "present":
            yield f"             required: {first.rule.requires}"
            if first.rule.consequence:
                yield f"             otherwise: {first.rule.consequence}"
            if first.rule.cure:
                yield f"             what to do: {first.rule.cure}"
        sure = "" if first.confidence == "high" else f" ! {first.confidence} confidence"
        see = f"; see {first.rule.see}" if first.rule.see else ""
        yield f"             [{first.source}{see}]{sure}"


def check_application(app: Application, on: date, *, known_on: date | None = None) -> Examination:
    """Examine an application under the rules in force on a day, as far as they were known on ``known_on``.

    Everything wrong in what the applicant says comes back as findings, all at once. The order of items, uses and
    documents changes nothing.

    >>> from xbec.trademark.application import Applicant, Item, Mark
    >>> shirts = Item(nice_class=25, text="Shirts", bases={"1(a)"}, id_manual=True)
    >>> seller = Applicant(name="Meridian Goods LLC", kind="limited liability company", domicile="US")
    >>> app = Application(applicants=[seller], mark=Mark(text="MERIDIAN", foreign_words=False), items=[shirts])
    >>> examined = check_application(app, date(2026, 11, 25))
    >>> print(examined.under("1(a)")[2])
    missing: class 25: no date of first use anywhere [Bases for filing (GPO, 2008 edition); 37 CFR 2.34 (a)(1)(ii), \
checked 2026-11-25]
    >>> bool(examined.is_complete)
    False

    Raises :class:`InputError` for what is no application, no day, or holds values of another kind;
    :class:`NoLaw` for a day before the first rule.
    """
    plain_day(on, field="on")
    if known_on is not None:
        plain_day(known_on, field="known_on")
    _refuse_other_values(app)
    found = us_rules().apply(app, on, known_on=known_on)
    if not any(each.rule.id == "us-applicant-named" for each in found):
        problem = "no rules of a US application on that day"
        raise NoLaw(problem, field="on", value=on.isoformat(), allowed=_first_day(on))
    order = {ident: position for position, ident in enumerate(us_rules())}
    ranked = sorted(found, key=lambda each: (order[each.rule.id], each.where, each.state, each.why))
    words = short(app.mark.text) if app.mark.text else app.mark.form
    number = f" {short(app.serial_number)}" if app.serial_number else ""
    return Examination(subject=f"US application{number} for {words}", on=on, requirements=tuple(ranked))


def _first_day(on: date) -> str | None:
    try:
        us_rules().rule("us-applicant-named", on)
    except NoPeriod as gap:
        return gap.allowed
    return None


_LISTS: Final[Mapping[str, type]] = {
    "applicants": values.Applicant,
    "items": values.Item,
    "uses": values.Use,
    "specimens": values.Specimen,
    "foreign_applications": values.ForeignApplication,
    "foreign_registrations": values.ForeignRegistration,
}
_SINGLE: Final[Mapping[str, type]] = {
    "international_registration": values.InternationalRegistration,
    "verification": values.Verification,
    "attorney": values.Attorney,
}


def _refuse_other_values(app: Application) -> None:
    """Application values hold what they are given; here is where another kind of value is refused by name."""
    if not isinstance(app, Application):
        raise InputError("not an application", field="app", value=app, allowed="Application")
    if not isinstance(app.mark, values.Mark):
        raise InputError("not a mark", field="mark", value=app.mark, allowed="Mark")
    for field, kind in _LISTS.items():
        found = getattr(app, field)
        if len(found) > _LARGEST:
            raise InputError("too many entries", field=field, value=len(found), allowed=f"{_LARGEST}")
        for each in found:
            if not isinstance(each, kind):
                raise InputError("another kind of value", field=field, value=each, allowed=kind.__name__)
            _refuse_kinds(each, field)
    for field, kind in _SINGLE.items():
        if (single := getattr(app, field)) is not None:
            if not isinstance(single, kind):
                raise InputError("another kind of value", field=field, value=single, allowed=kind.__name__)
            _refuse_kinds(single, field)
    _refuse_kinds(app.mark, "mark")
    _refuse_kinds(app, "application")


_KINDS: Final[Mapping[str, tuple[type, ...]]] = {
    "str": (str,),
    "bool": (bool,),
    "int": (int,),
    "frozenset[int]": (frozenset,),
}


def _refuse_kinds(value: Any, field: str) -> None:
    """Every word, number and answer of a value is of the kind it declares."""
    for each in attrs.fields(type(value)):
        # Annotations are kept as text, e.g. "str | None"; what has a converter or validator is already sound.
        declared, _, empty = str(each.type).partition(" | ")
        kinds = (str,) if declared.startswith("Literal") else _KINDS.get(declared)
        given = getattr(value, each.name)
        if kinds is None or (empty == "None" and given is None):
            continue
        if not isinstance(given, kinds) or (isinstance(given, bool) and kinds != (bool,)):
            raise InputError("another kind of value", field=f"{field}.{each.name}", value=given, allowed=each.type)
