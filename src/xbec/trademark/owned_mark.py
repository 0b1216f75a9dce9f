"""A mark that somebody has filed or registered at one office, as brand programmes and the advisor look at it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import pairwise
from typing import Final, Literal, get_args

import attrs

from xbec.errors import InputError
from xbec.kernel.citation import plain_day

YesNo = Literal["yes", "no", "unknown"]
MarkStatus = Literal["registered", "pending", "refused", "abandoned", "expired", "cancelled"]
STATUSES: Final[tuple[str, ...]] = get_args(MarkStatus)
REGIONAL: Final = ("EM", "BX", "OA", "AP", "WO")
"""Offices that serve several countries, by the code of WIPO Standard ST.3."""


def class_numbers(value: object) -> frozenset[int]:
    """A set of class numbers, right or wrong. Raises :class:`InputError` for what is no set at all."""
    if isinstance(value, str | bytes) or not isinstance(value, Iterable):
        raise InputError("not a set of classes", field="classes", value=value, allowed="whole numbers in a set or list")
    return frozenset(value)


@attrs.frozen(slots=True, kw_only=True)
class OwnedMark:
    """A mark somebody has filed or registered at one office.

    ``office`` is the office whose right it is: ``US`` for an extension of protection to the United States, with
    ``via_madrid``; ``EM`` the EUIPO, ``BX`` Benelux, ``WO`` an international registration as such. ``number`` is the
    number that this office gave, ``international_number`` that of WIPO. ``form`` is a word of
    :data:`xbec.trademark.application.MarkForm`; ``text`` the words of the mark exactly as on the record. ``classes`` is
    ``None`` where not stated; ``same_goods`` says whether it covers the goods that a new filing is for.
    ``first_filing`` is ``False`` where an earlier filing of the mark for these goods exists; ``language`` is the
    language of the certificate (ISO 639-1).

    >>> mark = OwnedMark(office="US", status="pending", text="NORDLICHT", number="98000001", owner="Meridian Goods LLC")
    >>> str(mark)
    'US 98000001 NORDLICHT (pending)'

    Raises :class:`InputError` naming every contradiction at once.
    """

    office: str
    status: str
    text: str | None = None
    form: str = "standard characters"
    classes: frozenset[int] | None = attrs.field(default=None, converter=attrs.converters.optional(class_numbers))
    number: str | None = None
    international_number: str | None = None
    owner: str | None = None
    via_madrid: bool = False
    filed: date | None = None
    registered: date | None = None
    expires: date | None = None
    language: str | None = None
    first_filing: bool | None = None
    same_goods: bool | None = None

    def __attrs_post_init__(self) -> None:
        problems = list(self._problems())
        if problems:
            raise InputError("; ".join(problems), field="mark", value=f"{self.office} {self.number or ''}".strip())

    def _problems(self) -> Iterator[str]:
        plain = isinstance(self.office, str) and len(self.office) == 2 and self.office.isascii()
        if not (plain and self.office.isalpha() and self.office.isupper()) or self.office == "EU":
            yield f"not an office: {self.office!r} (a country such as US, or {', '.join(REGIONAL)}; the EUIPO is EM)"
        if self.status not in STATUSES:
            yield f"not a status: {self.status!r} ({', '.join(STATUSES)})"
        for nice_class in sorted(self.classes or (), key=repr):
            if type(nice_class) is not int or nice_class < 1:
                yield f"not a class: {nice_class!r} (the number of a Nice class)"
        days = [("filed", self.filed), ("registered", self.registered), ("expires", self.expires)]
        stated = [(name, plain_day(day, field=name)) for name, day in days if day is not None]
        for (earlier, first), (later, second) in pairwise(stated):
            if second < first:
                yield f"{later} {second.isoformat()} lies before {earlier} {first.isoformat()}"
        if self.status == "pending" and self.registered is not None:
            yield f"pending, yet registered on {self.registered.isoformat()}"

    def state_on(self, on: date) -> str:
        """The status on a day: a registration past its last day is ``expired``."""
        return (
            "expired" if self.status == "registered" and self.expires is not None and self.expires < on else self.status
        )

    def __str__(self) -> str:
        return " ".join(part for part in (self.office, self.number, self.text, f"({self.status})") if part)
