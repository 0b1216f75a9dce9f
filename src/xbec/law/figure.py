"""Figures of law: a rate, an amount or a number, read from text and kept exact."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import attrs

from xbec.errors import DataFileError
from xbec.kernel.currencies import currency_codes


@attrs.frozen(slots=True)
class Figure:
    """One figure of law: a percent or fraction, an amount of money, or a plain number; exact."""

    kind: str
    value: Fraction
    currency: str | None
    text: str

    def __str__(self) -> str:
        return self.text


def read_figure(row: Mapping[str, Any], *, where: str) -> Figure:
    """A row's amount, rate or number as an exact figure."""
    if "amount" in row:
        value, currency = amount(row["amount"], where=where)
        return Figure("amount", value, currency, row["amount"])
    if "rate" in row:
        return Figure("rate", rate(row["rate"], where=where), None, row["rate"])
    return Figure("number", exact(row["number"], where=where), None, row["number"])


_NUMBER = re.compile(r"-?\d{1,15}(?:\.\d{1,12})?")


def exact(text: str, *, where: str) -> Fraction:
    """A decimal number as an exact fraction."""
    if not _NUMBER.fullmatch(text.strip()):
        raise DataFileError("not a decimal number", field=where, value=text)
    return Fraction(text.strip())


def rate(text: str, *, where: str) -> Fraction:
    """``"8.1 %"`` or ``"22/78"`` as an exact fraction."""
    body = text.strip()
    if body.endswith("%"):
        return exact(body[:-1], where=where) / 100
    if re.fullmatch(r"\d{1,9}/[1-9]\d{0,8}", body):
        return Fraction(body)
    raise DataFileError("not a rate", field=where, value=text, allowed='"8.1 %" or an exact fraction "22/78"')


def amount(text: str, *, where: str) -> tuple[Fraction, str]:
    """``"150 EUR"`` as amount (major units) and currency."""
    match = re.fullmatch(r"\s*(-?\d{1,15}(?:\.\d{1,12})?)\s+([A-Z]{3})\s*", text)
    if match is None:
        raise DataFileError("not an amount", field=where, value=text, allowed='"150 EUR"')
    known_currency(match[2], where)
    return Fraction(match[1]), match[2]


def known_currency(code: str, where: str) -> None:
    """Refuse what is no currency of ISO 4217."""
    if code not in currency_codes():
        raise DataFileError("no such currency", field=where, value=code, allowed="ISO 4217 codes")
