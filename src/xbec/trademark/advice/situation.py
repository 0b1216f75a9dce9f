"""The situation of a seller who wants a mark in the United States, and the plans that may fit it.

A :class:`Situation` is what the seller tells; a :class:`Plan` is one way to file, applied to it on a day. The facts
that rules and reasons ask for (what is in use, which priority is still open, which registration counts) are derived
here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from typing import Final

import attrs

from xbec.errors import InputError
from xbec.kernel.calendars import Deadline
from xbec.kernel.citation import plain_day
from xbec.trademark.application import Applicant, Application, InternationalRegistration, Item, Mark
from xbec.trademark.examination.figures import figure, is_goods, is_service
from xbec.trademark.examination.section44 import priority_deadline
from xbec.trademark.owned_mark import OwnedMark, YesNo, class_numbers
from xbec.trademark.treaties import states_of

HERE: Final = "US"
INTERNATIONAL: Final = "WO"


def _marks(value: object) -> tuple[OwnedMark, ...]:
    marks = tuple(value) if isinstance(value, Iterable) else (value,)
    for mark in marks:
        if not isinstance(mark, OwnedMark):
            raise InputError("not a mark", field="marks", value=mark, allowed="OwnedMark")
    return tuple(sorted(marks, key=lambda mark: (mark.filed or date.max, mark.office, mark.number or "", repr(mark))))


def _names(value: object) -> tuple[str, ...]:
    if isinstance(value, str | bytes) or not isinstance(value, Iterable):
        raise InputError("not a list of names", value=value, allowed="texts in a list or tuple")
    return tuple(dict.fromkeys(value))


def _a_day(_self: object, attribute: attrs.Attribute[date | None], value: date | None) -> None:
    if value is not None:
        plain_day(value, field=attribute.name)


@attrs.frozen(slots=True, kw_only=True)
class Situation:
    """What a seller tells. ``None`` is *not stated*, which is not the same as no.

    ``marks`` are all filings and registrations of the mark anywhere. ``first_sale`` is the first sale or shipment under
    the mark in commerce with or within the United States: a past day means that use has begun, a future one that it is
    planned. ``classes_in_use`` are the classes in which use has begun (``None``: all of them, once the first sale has
    passed); ``specimens`` the classes for which a photograph or page of real use is at hand. ``intention`` says that a
    bona fide intention to use exists and can be shown; ``madrid_party`` that a country of origin belongs to the Madrid
    Protocol; ``attorney`` that an attorney admitted in the United States acts; ``id_manual`` that the goods are picked
    from the USPTO's ID Manual. ``programmes`` are ids of :func:`xbec.trademark.brand_programmes`.
    """

    applicant: Applicant
    classes: frozenset[int] = attrs.field(converter=class_numbers)
    mark_text: str | None = None
    marks: tuple[OwnedMark, ...] = attrs.field(default=(), converter=_marks)
    first_sale: date | None = attrs.field(default=None, validator=_a_day)
    classes_in_use: frozenset[int] | None = attrs.field(
        default=None, converter=attrs.converters.optional(class_numbers)
    )
    specimens: frozenset[int] | None = attrs.field(default=None, converter=attrs.converters.optional(class_numbers))
    intention: bool | None = None
    madrid_party: bool | None = None
    attorney: bool | None = None
    id_manual: bool | None = None
    programmes: tuple[str, ...] = attrs.field(default=(), converter=_names)


def is_nice_class(value: object, on: date) -> bool:
    """Is it the number of a class of goods or services on that day?"""
    return isinstance(value, int) and not isinstance(value, bool) and (is_goods(value, on) or is_service(value, on))


@attrs.frozen(slots=True, kw_only=True)
class Way:
    """One way to file: the bases, and how they share the classes.

    ``same``: every basis covers every class. ``split``: the first basis covers the classes it can, the second the rest.
    """

    id: str
    title: str
    bases: tuple[str, ...]
    split: bool = False


@attrs.frozen(slots=True, kw_only=True)
class Claim:
    """The priority of one class: its first filing abroad, and the last day to claim it in the United States."""

    nice_class: int
    mark: OwnedMark
    filed: date
    deadline: Deadline


@attrs.frozen(slots=True, kw_only=True)
class Plan:
    """A way to file, applied to a situation on the day of filing: the subject of the advisor's rules."""

    situation: Situation
    way: Way
    on: date

    @property
    def classes(self) -> tuple[int, ...]:
        """The classes that exist, ascending; the others are findings on what was told."""
        return tuple(sorted(each for each in self.situation.classes if is_nice_class(each, self.on)))

    @property
    def in_use(self) -> frozenset[int]:
        """The classes in which the mark is in use in commerce on the day."""
        told = self.situation
        if told.first_sale is None or told.first_sale > self.on:
            return frozenset()
        return told.classes if told.classes_in_use is None else told.classes & told.classes_in_use

    @property
    def bases(self) -> Mapping[int, tuple[str, ...]]:
        """The bases of each class. A priority is claimed for the classes that still have one."""
        return {nice_class: self._bases_of(nice_class) for nice_class in self.classes}

    def _bases_of(self, nice_class: int) -> tuple[str, ...]:
        if self.way.split:
            first, second = self.way.bases
            able = nice_class in self.in_use if first == "1(a)" else self.covered(nice_class) == "yes"
            return (first,) if able else (second,)
        if "44(d)" in self.way.bases and len(self.way.bases) > 1 and self.open_claims:
            claimed = {claim.nice_class for claim in self.open_claims}
            return tuple(basis for basis in self.way.bases if basis != "44(d)" or nice_class in claimed)
        return self.way.bases

    def classes_under(self, basis: str) -> tuple[int, ...]:
        return tuple(nice_class for nice_class, bases in self.bases.items() if basis in bases)

    @property
    def bears_use(self) -> bool:
        """Must use be proven before registration although it has not begun?"""
        return any(
            nice_class not in self.in_use and ("1(a)" in bases or "1(b)" in bases)
            for nice_class, bases in self.bases.items()
        )

    @property
    def application(self) -> Application:
        """The filing as an application, one entry a class: what fees and the rules of combination are asked about."""
        told = self.situation
        abroad = InternationalRegistration(through_bureau=True) if "66(a)" in self.way.bases else None
        return Application(
            applicants=(told.applicant,),
            mark=Mark(text=told.mark_text),
            items=[
                Item(nice_class=nice_class, text="all goods", bases=bases, id_manual=told.id_manual)
                for nice_class, bases in self.bases.items()
            ],
            international_registration=abroad,
        )

    # --- foreign filings ---

    @property
    def foreign(self) -> tuple[OwnedMark, ...]:
        """Living filings and registrations of national and regional offices other than the USPTO."""
        return tuple(
            mark
            for mark in self.situation.marks
            if mark.office not in (HERE, INTERNATIONAL) and mark.state_on(self.on) in ("pending", "registered")
        )

    @property
    def is_domestic(self) -> bool:
        """Is the applicant domiciled in the United States or its territories?"""
        return self.situation.applicant.domicile in figure("united-states", self.on)

    @property
    def origins(self) -> frozenset[str]:
        """The applicant's countries of origin other than the United States."""
        return self.situation.applicant.origins.difference(figure("united-states", self.on))

    def from_origin(self, mark: OwnedMark) -> bool:
        """Is the mark of an office that serves a country of origin?"""
        return bool(self.origins & states_of(mark.office, on=self.on))

    @property
    def registrations(self) -> tuple[OwnedMark, ...]:
        """The registrations in force on which 44(e) can rest: of a country of origin."""
        return tuple(
            mark
            for mark in self.foreign
            if mark.state_on(self.on) == "registered" and self.from_origin(mark) and self.same_mark(mark)
        )

    @property
    def awaited(self) -> tuple[OwnedMark, ...]:
        """Applications in a country of origin that may become such a registration."""
        return tuple(
            mark
            for mark in self.foreign
            if mark.status == "pending" and self.from_origin(mark) and self.same_mark(mark)
        )

    @property
    def resting_on(self) -> tuple[OwnedMark, ...]:
        """What 44(e) would rest on: registrations, and with 44(d) also applications that are awaited."""
        return self.registrations + (self.awaited if "44(d)" in self.way.bases else ())

    def covered(self, nice_class: int, by: Iterable[OwnedMark] | None = None) -> YesNo:
        """Does one of those marks cover the goods of the class? Unknown where classes or goods are not stated."""
        answers = [_covers(mark, nice_class) for mark in (self.resting_on if by is None else by)]
        return "yes" if "yes" in answers else "unknown" if "unknown" in answers else "no"

    def same_mark(self, mark: OwnedMark) -> bool:
        """The mark to be filed must be that of the foreign record; not stated counts as the same."""
        wanted, text = self.situation.mark_text, mark.text
        return wanted is None or text is None or wanted.strip().casefold() == text.strip().casefold()

    @property
    def claims(self) -> tuple[Claim, ...]:
        """For each class the first foreign filing that covers it, with the last day of the priority."""
        found = []
        for nice_class in self.classes:
            filed = [(day, mark) for day, mark in self._filed_abroad if _covers(mark, nice_class) != "no"]
            if filed and filed[0][1].first_filing is not False:
                day, mark = filed[0]
                found.append(Claim(nice_class=nice_class, mark=mark, filed=day, deadline=_deadline(day)))
        return tuple(found)

    @property
    def _filed_abroad(self) -> tuple[tuple[date, OwnedMark], ...]:
        """Every filing with its day, first day first; one that has lapsed since still was the first."""
        outside = (mark for mark in self.situation.marks if mark.office not in (HERE, INTERNATIONAL))
        return tuple((mark.filed, mark) for mark in outside if mark.filed is not None and self.same_mark(mark))

    @property
    def open_claims(self) -> tuple[Claim, ...]:
        """The claims that can still be made on the day."""
        return tuple(claim for claim in self.claims if claim.deadline.is_met(self.on))

    # --- Madrid ---

    @property
    def international(self) -> tuple[OwnedMark, ...]:
        """International registrations in force."""
        return tuple(
            mark
            for mark in self.situation.marks
            if mark.office == INTERNATIONAL and mark.state_on(self.on) == "registered" and self.same_mark(mark)
        )

    @property
    def basic_marks(self) -> tuple[OwnedMark, ...]:
        """What an extension under 66(a) would come from: an international registration, else marks at home."""
        return self.international or tuple(
            mark for mark in self.foreign if self.from_origin(mark) and self.same_mark(mark)
        )

    @property
    def priority_day(self) -> date:
        """The day from which the filing ranks: that of the earliest open claim, else the day of filing."""
        claims = self.open_claims if "44(d)" in self.way.bases else ()
        if "66(a)" in self.way.bases and not self.international:
            claims = tuple(claim for claim in self.open_claims if claim.mark in self.basic_marks)
        return min([*(claim.filed for claim in claims), self.on])


# Every way asks for the same few days again and again.
_deadline: Final = lru_cache(maxsize=256)(priority_deadline)


def _covers(mark: OwnedMark, nice_class: int) -> YesNo:
    if mark.same_goods is False or (mark.classes is not None and nice_class not in mark.classes):
        return "no"
    return "yes" if mark.same_goods and mark.classes is not None else "unknown"
