"""A statement of fees: line by line, each with its day and source; the one derivation of its total."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

import attrs

from xbec.errors import InputError
from xbec.kernel.citation import Citation
from xbec.kernel.dated import stale
from xbec.kernel.finding import Finding
from xbec.kernel.money import Money
from xbec.kernel.timeline import Confidence
from xbec.trademark.notice import NOT_LEGAL_ADVICE

if TYPE_CHECKING:
    from xbec.fx import ExchangeRate, Fx

OLD_FEE_DAYS: Final = 365
"""A fee whose source was read longer ago than this, counted to the day of payment, is warned of."""


@attrs.frozen(slots=True, kw_only=True)
class FeeLine:
    """One fee: ``quantity`` times ``unit``, due on ``day``.

    ``assumed`` says that the day lies after the day on which the source was read, so that the amount may be another.
    """

    day: date
    office: str
    fee: str
    act: str
    title: str
    per: str
    quantity: int
    unit: Money
    citation: Citation
    confidence: Confidence
    note: str | None = None

    @property
    def total(self) -> Money:
        """``unit`` times ``quantity``."""
        return self.unit * self.quantity

    @property
    def assumed(self) -> bool:
        """Was the source read before the day of payment?"""
        return self.citation.checked < self.day

    def __str__(self) -> str:
        times = f"{self.quantity} x {self.unit} = " if self.quantity != 1 else ""
        note = f", {self.note}" if self.note else ""
        assumed = ", fee of the day it was read" if self.assumed else ""
        doubt = "" if self.confidence == "high" else f" ! {self.confidence} confidence"
        return f"{self.day}  {self.office}  {self.title}{note}: {times}{self.total}  [{self.citation}{assumed}]{doubt}"

    def to_dict(self) -> dict[str, Any]:
        """Plain values, fit for JSON."""
        return {
            "day": self.day.isoformat(),
            "office": self.office,
            "fee": self.fee,
            "act": self.act,
            "title": self.title,
            "per": self.per,
            "quantity": self.quantity,
            "unit": str(self.unit),
            "total": str(self.total),
            "note": self.note,
            "assumed": self.assumed,
            "confidence": self.confidence,
            "source": str(self.citation),
        }


def _by_day(lines: Iterable[FeeLine]) -> tuple[FeeLine, ...]:
    return tuple(sorted(lines, key=lambda line: line.day))


@attrs.frozen(slots=True, kw_only=True)
class FeeStatement:
    """Fees in the order of their days. ``findings`` name what is doubtful, old or not stated.

    >>> from xbec.trademark.fees.filing import filing_fees
    >>> statement = filing_fees("US", classes=2, on=date(2026, 3, 2))
    >>> statement.total
    Money('700.00', 'USD')
    """

    title: str
    lines: tuple[FeeLine, ...] = attrs.field(converter=_by_day)
    remarks: tuple[Finding, ...] = ()

    @property
    def totals(self) -> dict[str, Money]:
        """The total of each currency, by its code."""
        found: dict[str, Money] = {}
        for line in self.lines:
            currency = line.unit.currency
            found[currency] = found[currency] + line.total if currency in found else line.total
        return found

    @property
    def total(self) -> Money:
        """The total. Raises :class:`InputError` for no line or several currencies; see :meth:`in_currency`."""
        totals = self.totals
        if len(totals) != 1:
            raise InputError(
                "fees of several currencies" if totals else "a statement without fees",
                field="total",
                value=", ".join(totals) or None,
                cure="read totals, or convert with in_currency" if totals else None,
            )
        return next(iter(totals.values()))

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What a reader should know before relying on the total, gravest first."""
        return tuple(sorted({*self.remarks, *_doubts(self.lines)}))

    def old(self, days: int) -> tuple[FeeLine, ...]:
        """The lines whose source was read more than ``days`` days before the day of payment."""
        return tuple(line for line in self.lines if stale(line.citation.checked, line.day, days=days))

    def of(self, act: str) -> tuple[FeeLine, ...]:
        """The lines of one act, e.g. ``section-8``; empty where nothing is paid for it."""
        return tuple(line for line in self.lines if line.act == act)

    def in_currency(self, currency: str, *, fx: Fx, on: date, rule: str = "commercial") -> ConvertedFees:
        """All fees in one currency, each currency's total converted once, at the rate of ``on``.

        ``rule`` names a rule of the fx room. Raises :class:`xbec.errors.NoRate` where there is no rate.
        """
        parts = []
        for amount in self.totals.values():
            rate = fx.rate(amount.currency, currency, rule=rule, on=on)
            worth = amount.convert(Fraction(*rate.factor(amount.currency)), currency)
            parts.append((amount, worth, rate))
        return ConvertedFees(currency=currency, parts=tuple(parts))

    def __add__(self, other: FeeStatement) -> FeeStatement:
        """Both statements as one, under the title of the first."""
        if not isinstance(other, FeeStatement):
            return NotImplemented
        return FeeStatement(title=self.title, lines=self.lines + other.lines, remarks=self.remarks + other.remarks)

    def explain(self) -> str:
        """Every line with its source, the totals, the findings, and that it is no legal advice."""
        return "\n".join(
            [
                self.title,
                *(str(line) for line in self.lines),
                *(f"total {amount}" for amount in self.totals.values()),
                *(str(finding) for finding in self.findings),
                NOT_LEGAL_ADVICE,
            ]
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain values, fit for JSON; amounts as text."""
        return {
            "title": self.title,
            "lines": [line.to_dict() for line in self.lines],
            "totals": {currency: str(amount) for currency, amount in self.totals.items()},
            "findings": [finding.to_dict() for finding in self.findings],
            "notice": NOT_LEGAL_ADVICE,
        }


@attrs.frozen(slots=True, kw_only=True)
class ConvertedFees:
    """A statement in one currency: ``parts`` are the total of each currency, its worth, and the rate used."""

    currency: str
    parts: tuple[tuple[Money, Money, ExchangeRate], ...]

    @property
    def total(self) -> Money:
        """The sum of all parts, each rounded to the minor unit."""
        return sum((worth for _, worth, _ in self.parts), start=Money(0, self.currency))

    def explain(self) -> str:
        """One line a currency, with its rate."""
        lines = [f"{amount} = {worth}  ({rate})" for amount, worth, rate in self.parts]
        return "\n".join([*lines, f"total {self.total}", NOT_LEGAL_ADVICE])

    def to_dict(self) -> dict[str, Any]:
        """Plain values, fit for JSON."""
        parts = [{"amount": str(a), "worth": str(w), "rate": str(r)} for a, w, r in self.parts]
        return {"total": str(self.total), "parts": parts, "notice": NOT_LEGAL_ADVICE}


def _doubts(lines: Iterable[FeeLine]) -> list[Finding]:
    found: dict[tuple[str, str, str], Finding] = {}
    later: list[FeeLine] = []
    for line in lines:
        if line.confidence != "high":
            severity = "info" if line.confidence == "medium" else "warning"
            found[line.office, line.fee, line.confidence] = Finding(
                "fee-confidence",
                severity,  # type: ignore[arg-type]
                f"{line.office} {line.fee}",
                f"{line.title}: the amount {line.unit} is of {line.confidence} confidence",
                "look the fee up at the office before paying",
                line.citation,
                confidence=line.confidence,
            )
        if line.assumed:
            later.append(line)
    if not later:
        return list(found.values())
    old = any(stale(line.citation.checked, line.day, days=OLD_FEE_DAYS) for line in later)
    read, day = min(line.citation.checked for line in later), max(line.day for line in later)
    why = f"{len(later)} fees fall due up to {day}, after their sources were read (from {read}); the fee known is taken"
    cure = "look the fees up again before paying: offices change them every few years"
    return [*found.values(), Finding("fee-of-a-later-day", "warning" if old else "info", "", why, cure)]
