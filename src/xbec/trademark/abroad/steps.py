"""What a programme of filings is made of: the first filing, the offices where the mark is wanted, steps, findings."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import attrs

from xbec.errors import InputError
from xbec.kernel.citation import Citation, plain_day
from xbec.kernel.finding import Finding
from xbec.kernel.timeline import Confidence
from xbec.trademark.notice import NOT_LEGAL_ADVICE


def _day_or_none(_self: object, attribute: attrs.Attribute[date | None], value: date | None) -> None:
    if value is not None:
        plain_day(value, field=attribute.name)


def _a_day(_self: object, attribute: attrs.Attribute[date], value: date) -> None:
    plain_day(value, field=attribute.name)


def _a_code(_self: object, attribute: attrs.Attribute[str], value: str) -> None:
    if not isinstance(value, str) or not 2 <= len(value) <= 10:
        raise InputError("not a code", field=attribute.name, value=value, allowed="e.g. CN, EM, direct, madrid")


def _countries(value: object) -> frozenset[str]:
    if isinstance(value, str | bytes) or not isinstance(value, Iterable):
        raise InputError("not countries", field="origins", value=value, allowed="codes in a set, list or tuple")
    return frozenset(str(each) for each in value)


@attrs.frozen(slots=True)
class FirstFiling:
    """The first application for the mark and goods in a country of the Paris Convention, and how far it came.

    ``office`` is its code (``CN``, ``EM`` for the EUIPO). ``domicile`` is the country of the applicant; ``origins`` are
    further countries of which it is a national or where it has a real and effective establishment. They decide whether
    this office can be the office of origin of an international application, and who needs a representative.
    ``international_registration`` is the day of the international registration that rests on this filing.
    """

    office: str = attrs.field(validator=_a_code)
    filed: date = attrs.field(validator=_a_day)
    number: str | None = attrs.field(default=None, kw_only=True)
    published: date | None = attrs.field(default=None, validator=_day_or_none, kw_only=True)
    registered: date | None = attrs.field(default=None, validator=_day_or_none, kw_only=True)
    domicile: str | None = attrs.field(default=None, kw_only=True)
    origins: frozenset[str] = attrs.field(default=frozenset(), converter=_countries, kw_only=True)
    international_registration: date | None = attrs.field(default=None, validator=_day_or_none, kw_only=True)


@attrs.frozen(slots=True)
class Target:
    """An office where the mark is wanted, by which route (``direct`` or ``madrid``), and how far it came there.

    ``filed`` is the day of the application there; ``notified`` the day on which a Madrid designation was sent to the
    office; ``published`` that of the publication which opens the opposition.
    """

    office: str = attrs.field(validator=_a_code)
    route: str = attrs.field(default="direct", validator=_a_code)
    filed: date | None = attrs.field(default=None, validator=_day_or_none, kw_only=True)
    notified: date | None = attrs.field(default=None, validator=_day_or_none, kw_only=True)
    published: date | None = attrs.field(default=None, validator=_day_or_none, kw_only=True)
    registered: date | None = attrs.field(default=None, validator=_day_or_none, kw_only=True)


@attrs.frozen(slots=True, kw_only=True)
class Step:
    """One thing to do, or one day on which something ends.

    ``day`` is the last day, ``counted`` the day before it was moved over days off: rely on that one where the
    confidence is not high. ``opens`` is the first day on which it can be done (``None``: at once). ``optional``: the
    owner loses nothing by letting it pass, e.g. the opposition of others. ``hold`` lists what to have ready, ``why``
    derives the day.
    """

    day: date
    office: str
    act: str
    term: str
    counted: date
    opens: date | None = None
    grace: bool = False
    optional: bool = False
    hold: tuple[str, ...] = ()
    consequence: str | None = None
    why: str
    source: Citation
    confidence: Confidence = "high"

    def __str__(self) -> str:
        opens = f", from {self.opens.isoformat()}" if self.opens else ""
        counted = f" (counted: {self.counted.isoformat()})" if self.counted != self.day else ""
        lost = f"; otherwise: {self.consequence}" if self.consequence else ""
        doubt = "" if self.confidence == "high" else f" ! {self.confidence} confidence"
        line = f"{self.day.isoformat()}  {self.office}  {self.act}{opens}{counted}{lost} [{self.source}]{doubt}"
        return "\n".join([line, *(f"{'':16}hold: {each}" for each in self.hold)])

    def to_dict(self) -> dict[str, Any]:
        """Plain values, fit for JSON: days as ISO text."""
        return {
            "day": self.day.isoformat(),
            "counted": self.counted.isoformat(),
            "opens": None if self.opens is None else self.opens.isoformat(),
            "office": self.office,
            "act": self.act,
            "term": self.term,
            "grace": self.grace,
            "optional": self.optional,
            "hold": list(self.hold),
            "consequence": self.consequence,
            "why": self.why,
            "source": str(self.source),
            "url": self.source.url,
            "confidence": self.confidence,
        }


@attrs.frozen(slots=True, kw_only=True)
class FilingProgramme:
    """All steps from ``on``, by day, and what was found on the way: days that passed, contradictions, gaps in our data.

    It is not legal advice, and says so.
    """

    first: FirstFiling
    on: date
    steps: tuple[Step, ...]
    findings: tuple[Finding, ...]
    notice: str = NOT_LEGAL_ADVICE

    def at(self, code: str) -> tuple[Step, ...]:
        """The steps at one office; those of the international registration are at ``WO``."""
        return tuple(step for step in self.steps if step.office == code)

    def __str__(self) -> str:
        head = (
            f"Trademark programme from the first filing at {self.first.office} on {self.first.filed}, seen on {self.on}"
        )
        return "\n".join([head, *map(str, self.steps), *map(str, self.findings), self.notice])

    def to_dict(self) -> dict[str, Any]:
        """Plain values, fit for JSON."""
        return {
            "first": {"office": self.first.office, "filed": self.first.filed.isoformat(), "number": self.first.number},
            "on": self.on.isoformat(),
            "steps": [step.to_dict() for step in self.steps],
            "findings": [finding.to_dict() for finding in self.findings],
            "notice": self.notice,
        }
