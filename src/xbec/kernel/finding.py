"""What a check found: one sentence about one thing, how grave it is, and what to do.

Checks never stop at the first problem: they return ``tuple[Finding, ...]`` beside their result, gravest first when
sorted.
"""

from __future__ import annotations

from datetime import date
from functools import total_ordering
from typing import Any, Final, Literal, Protocol, get_args, runtime_checkable

import attrs

from xbec.errors import InputError
from xbec.kernel.timeline import CONFIDENCES, Confidence

Severity = Literal["error", "warning", "info"]
SEVERITIES: Final[tuple[str, ...]] = get_args(Severity)


@runtime_checkable
class Source(Protocol):
    """What a finding cites: a :class:`xbec.kernel.citation.Citation`, or anything that reads like one."""

    @property
    def id(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def locator(self) -> str | None: ...
    @property
    def url(self) -> str | None: ...
    @property
    def checked(self) -> date: ...


@total_ordering
@attrs.frozen(slots=True, order=False)
class Finding:
    """One finding.

    ``rule`` is the id of the rule that spoke, ``where`` the thing it speaks of (a component, a field, a SKU; empty: the
    whole), ``why`` a sentence, ``cure`` what to do (``None``: nothing), ``source`` the law behind the rule,
    ``consequence`` what follows if nothing is done, ``confidence`` how sure our reading of that law is.

    >>> late = Finding("law-age", "warning", "vat", "the law was last checked on 2025-01-02", "check it again")
    >>> print(late)
    warning: vat: the law was last checked on 2025-01-02 (law-age); what to do: check it again
    >>> sorted([late, Finding("no-hs", "error", "line 1", "no HS code", "state it")])[0].rule
    'no-hs'

    Raises :class:`InputError` for an unknown severity, an empty ``rule`` or ``why``, a source that is none.
    """

    rule: str
    severity: Severity
    where: str
    why: str
    cure: str | None = None
    source: Source | None = None
    consequence: str | None = None
    confidence: Confidence = "high"

    def __attrs_post_init__(self) -> None:
        for field in ("rule", "why"):
            text = getattr(self, field)
            if not isinstance(text, str) or not text.strip():
                raise InputError("a finding says which rule and why", field=f"finding.{field}", value=text)
        if not isinstance(self.severity, str) or self.severity not in SEVERITIES:
            allowed = ", ".join(SEVERITIES)
            raise InputError("not a severity", field="finding.severity", value=self.severity, allowed=allowed)
        if not isinstance(self.where, str):
            raise InputError("not a place of a finding", field="finding.where", value=self.where, allowed="text")
        for field in ("cure", "consequence"):
            text = getattr(self, field)
            if text is not None and not isinstance(text, str):
                raise InputError(f"not a {field}", field=f"finding.{field}", value=text, allowed="text or None")
        if not isinstance(self.confidence, str) or self.confidence not in CONFIDENCES:
            allowed = ", ".join(CONFIDENCES)
            raise InputError("not a confidence", field="finding.confidence", value=self.confidence, allowed=allowed)
        if self.source is not None and not isinstance(self.source, Source):
            raise InputError("not a source", field="finding.source", value=self.source, allowed="Citation or None")

    def __lt__(self, other: object) -> bool:
        """Gravest first, then by rule, place and text."""
        if not isinstance(other, Finding):
            return NotImplemented
        return self._order() < other._order()

    def _order(self) -> tuple[int, str, str, str, str, str]:
        cited = "" if self.source is None else str(self.source)
        return SEVERITIES.index(self.severity), self.rule, self.where, self.why, self.cure or "", cited

    def __str__(self) -> str:
        where = f"{self.where}: " if self.where else ""
        consequence = f"; otherwise: {self.consequence}" if self.consequence else ""
        cure = f"; what to do: {self.cure}" if self.cure else ""
        sure = "" if self.confidence == "high" else f" ! {self.confidence} confidence: confirm the rule"
        source = f" [{self.source}]" if self.source is not None else ""
        return f"{self.severity}: {where}{self.why} ({self.rule}){consequence}{cure}{source}{sure}"

    def to_dict(self) -> dict[str, Any]:
        """Plain values, fit for JSON: days as ISO text, the source as a mapping or ``None``."""
        source = self.source
        return {
            "rule": self.rule,
            "severity": self.severity,
            "where": self.where,
            "why": self.why,
            "consequence": self.consequence,
            "cure": self.cure,
            "confidence": self.confidence,
            "source": None
            if source is None
            else {
                "id": source.id,
                "title": source.title,
                "locator": source.locator,
                "url": source.url,
                "checked": source.checked.isoformat(),
            },
        }
