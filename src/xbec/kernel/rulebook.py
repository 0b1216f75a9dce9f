"""Rules that a check applies: their words, dates and sources are data, their conditions are one small function each.

A rulebook is a TOML file of ``[[rule]]`` rows beside a mapping from rule id to function. The function looks at the
subject (an application, a listing, a return) and says what it saw and where; the row says what that means: the
requirement, how grave it is, what follows, what to do, the law and the days it holds. A row without a function, or a
function without a row, does not load.

.. code-block:: toml

    [[rule]]
    id = "us-1a-specimen"
    topic = "1(a)"
    requires = "one specimen per class that shows the mark as used in commerce"
    severity = "error"
    missing = "class {nice_class}: no specimen"
    consequence = "registration is refused"
    cure = "file one, with a declaration that it was in use on the filing date"
    from = 1999-10-30
    source = "cfr-2-34 (a)(1)(iv)"
    see = "15 U.S.C. 1051(a)(1); TMEP 904.03"
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final, Generic, Literal, TypeVar, get_args

import attrs

from xbec.errors import DataFileError, InputError
from xbec.kernel.citation import Citation
from xbec.kernel.dated import Sources, parse_toml, period, read_toml, timeline
from xbec.kernel.finding import Finding, Severity
from xbec.kernel.timeline import Confidence, NoPeriod, Period, Timeline

S = TypeVar("S")
State = Literal["present", "missing", "defective", "unknown", "later"]
"""``unknown``: the subject does not say. ``later``: not there, and not due yet."""
STATES: Final[tuple[str, ...]] = get_args(State)
_WORD: Final = re.compile(r"\{([a-z_]+)\}")
_TEXTS: Final = ("missing", "defective", "unknown", "later")
_OWN: Final = ("id", "topic", "requires", "severity", *_TEXTS, "consequence", "cure", "see", "note")
_DATED: Final = ("from", "to", "source", "status", "confidence", "published", "recorded", "replaces")
_WORDS: Final = frozenset((*_OWN, *_DATED))
_SEVERITIES: Final[Mapping[str, Mapping[str, Severity]]] = {
    "unknown": {"error": "warning", "warning": "warning", "info": "info"},
    "later": {"error": "info", "warning": "info", "info": "info"},
}


@attrs.frozen(slots=True)
class Seen:
    """What a function of a rule saw at one place. Make it with :func:`present`, :func:`missing` and so on."""

    state: State
    where: str
    words: Mapping[str, object] = attrs.field(factory=dict)


def present(where: str = "", /, **words: object) -> Seen:
    """The requirement is met there."""
    return Seen("present", where, words)


def missing(where: str = "", /, **words: object) -> Seen:
    """What is required is not there; ``words`` fill the row's ``missing`` text."""
    return Seen("missing", where, words)


def defective(where: str = "", /, **words: object) -> Seen:
    """It is there, and wrong; ``words`` fill the row's ``defective`` text."""
    return Seen("defective", where, words)


def unknown(where: str = "", /, **words: object) -> Seen:
    """The subject does not say; ``words`` fill the row's ``unknown`` text."""
    return Seen("unknown", where, words)


def later(where: str = "", /, **words: object) -> Seen:
    """It is not there and not due yet; ``words`` fill the row's ``later`` text."""
    return Seen("later", where, words)


@attrs.frozen(slots=True, kw_only=True)
class Rule:
    """The words of a rule in one period of the law. ``see`` holds further locators of the same rule."""

    id: str
    topic: str
    requires: str
    severity: Severity
    texts: Mapping[str, str]
    consequence: str | None
    cure: str | None
    see: str | None
    note: str | None


@attrs.frozen(slots=True)
class Requirement:
    """A rule met its subject at one place: what is required, what was seen, what follows, what to do.

    ``str()`` is one line; :attr:`finding` is ``None`` where the requirement is met.
    """

    rule: Rule
    state: State
    where: str
    why: str
    source: Citation
    confidence: Confidence

    @property
    def finding(self) -> Finding | None:
        """What is to be mended, or ``None`` where the requirement is met."""
        if self.state == "present":
            return None
        severity = _SEVERITIES.get(self.state, {}).get(self.rule.severity, self.rule.severity)
        return Finding(
            self.rule.id,
            severity,
            self.where,
            self.why,
            self.rule.cure,
            self.source,
            consequence=self.rule.consequence,
            confidence=self.confidence,
        )

    def __str__(self) -> str:
        where = f"{self.where}: " if self.where else ""
        return f"{self.state}: {where}{self.why} [{self.source}]"

    def to_dict(self) -> dict[str, Any]:
        """Plain values, fit for JSON."""
        return {
            "rule": self.rule.id,
            "topic": self.rule.topic,
            "requires": self.rule.requires,
            "state": self.state,
            "where": self.where,
            "why": self.why,
            "consequence": None if self.state == "present" else self.rule.consequence,
            "cure": None if self.state == "present" else self.rule.cure,
            "source": str(self.source),
            "see": self.rule.see,
            "confidence": self.confidence,
        }


Condition = Callable[[S, date], Iterable[Seen]]
"""``(subject, day) -> what was seen``, one entry a place; no entry: the rule does not concern this subject."""


class RuleBook(Generic[S]):
    """Rules of one subject, by id. ``topics`` are the groups they fall in, in the order of the file.

    Raises :class:`DataFileError` for a row without a condition, a condition without a row, a text that is missing.
    """

    __slots__ = ("_conditions", "_rules", "name")

    def __init__(self, rules: Mapping[str, Timeline[Rule]], conditions: Mapping[str, Condition[S]], *, name: str):
        for ident in rules.keys() ^ conditions.keys():
            side = "a condition" if ident in rules else "a row"
            raise DataFileError(f"a rule without {side}", field=f"{name}: rule", value=ident)
        self._rules = dict(rules)
        self._conditions = dict(conditions)
        self.name = name

    @classmethod
    def read(cls, path: Path, conditions: Mapping[str, Condition[S]]) -> RuleBook[S]:
        """From a TOML file; see the head of this module for a row."""
        return cls(_rules(read_toml(path), path.name), conditions, name=path.name)

    @classmethod
    def parse(cls, content: bytes | str, conditions: Mapping[str, Condition[S]], *, name: str) -> RuleBook[S]:
        """As :meth:`read`, from text."""
        return cls(_rules(parse_toml(content, name=name), name), conditions, name=name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._rules)

    def __len__(self) -> int:
        return len(self._rules)

    def __or__(self, other: RuleBook[S]) -> RuleBook[S]:
        """Both books as one. Raises :class:`InputError` for a rule that is in both."""
        for ident in self._rules.keys() & other._rules.keys():
            raise InputError("a rule stands in two books", field="rule", value=ident)
        return RuleBook(
            self._rules | other._rules, self._conditions | other._conditions, name=f"{self.name}, {other.name}"
        )

    def rule(self, ident: str, on: date) -> Period[Rule]:
        """The rule as it stands on a day. Raises :class:`InputError` for an unknown id, ``NoPeriod`` for the day."""
        try:
            return self._rules[ident].on(on)
        except KeyError:
            raise InputError("not a rule", field="rule", value=ident, allowed=", ".join(self._rules)) from None

    def apply(self, subject: S, on: date, *, known_on: date | None = None) -> tuple[Requirement, ...]:
        """Every rule in force on the day, in the order of the file, at every place it concerns."""
        found: list[Requirement] = []
        for ident, rows in self._rules.items():
            try:
                row = rows.on(on, known_on)
            except NoPeriod:
                continue
            for seen in self._conditions[ident](subject, on):
                found.append(_requirement(row, seen))
        return tuple(found)


def _requirement(row: Period[Rule], seen: Seen) -> Requirement:
    rule = row.value
    if seen.state == "present":
        why = rule.requires
    else:
        text = rule.texts.get(seen.state)
        if text is None:
            raise DataFileError("a rule has no words for what was seen", field=f"rule.{rule.id}", value=seen.state)
        why = _WORD.sub(lambda match: str(seen.words.get(match[1], match[0])), text)
    return Requirement(rule, seen.state, seen.where, why, row.citation, row.confidence)


def _rules(content: Mapping[str, Any], name: str) -> dict[str, Timeline[Rule]]:
    sources = Sources(content.get("source", {}), name=name)
    periods: dict[str, list[Period[Rule]]] = {}
    for row in content.get("rule", ()):
        key = f"rule.{row.get('id')}"
        for word in row.keys() - _WORDS:
            raise DataFileError("not a word of a rule", field=f"{name}: {key}", value=word, allowed=", ".join(_WORDS))
        try:
            rule = Rule(
                id=row["id"],
                topic=row["topic"],
                requires=row["requires"],
                severity=row["severity"],
                texts={state: row[state] for state in _TEXTS if state in row},
                consequence=row.get("consequence"),
                cure=row.get("cure"),
                see=row.get("see"),
                note=row.get("note"),
            )
            periods.setdefault(rule.id, []).append(
                period({word: row[word] for word in row if word != "id"}, rule, sources, key=key)
            )
        except KeyError as problem:
            raise DataFileError("a rule lacks a word", field=f"{name}: {key}", value=str(problem.args[0])) from None
        if not rule.texts:
            raise DataFileError("a rule that finds nothing", field=f"{name}: {key}", cure="add missing or defective")
    return {ident: timeline(rows, name=name, key=f"rule.{ident}", gaps=True) for ident, rows in periods.items()}
