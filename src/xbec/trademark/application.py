"""An application to register a trademark at the USPTO, as values.

Values hold what the applicant says, right or wrong: an unknown basis, a class that does not exist or a date before
another is for :func:`xbec.trademark.check_application` to find, all at once. ``None`` means *not stated*, which is not
the same as no.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final, Literal

import attrs

from xbec.errors import InputError
from xbec.kernel.citation import plain_day

BASES: Final = ("1(a)", "1(b)", "44(d)", "44(e)", "66(a)")
"""Filing bases: use in commerce, intent to use, foreign application, foreign registration, Madrid extension."""

ApplicantKind = Literal[
    "individual",
    "corporation",
    "limited liability company",
    "partnership",
    "joint venture",
    "sole proprietorship",
    "trust",
    "association",
    "government",
    "other",
]
MarkForm = Literal[
    "standard characters", "design", "sound", "scent", "motion", "colour", "three-dimensional", "touch", "other"
]
MarkType = Literal["trademark", "service mark", "collective mark", "collective membership mark", "certification mark"]
SpecimenKind = Literal[
    "label",
    "tag",
    "packaging",
    "goods bearing the mark",
    "point-of-sale display",
    "web page with ordering",
    "web page",
    "advertising",
    "signage",
    "business documents",
    "audio or video",
    "mock-up",
    "printer's proof",
    "other",
]
Capacity = Literal["applicant", "officer", "first-hand knowledge", "attorney", "other"]


def _a_day(_self: object, attribute: attrs.Attribute[date | None], value: date | None) -> None:
    if value is not None:
        plain_day(value, field=attribute.name)


_SHORT: Final = 40


def _texts(value: object) -> frozenset[str]:
    if isinstance(value, str | bytes) or not isinstance(value, Iterable):
        cure = f"put it in braces: {{{value!r}}}" if isinstance(value, str) and len(value) < _SHORT else None
        raise InputError("not a set of texts", value=value, allowed="texts in a set, list or tuple", cure=cure)
    return frozenset(str(each) for each in value)


def _tuple(value: object) -> tuple[object, ...]:
    if isinstance(value, str | bytes) or not isinstance(value, Iterable):
        raise InputError("not a list", value=value, allowed="a list or tuple")
    return tuple(value)


@attrs.frozen(slots=True, kw_only=True)
class Applicant:
    """Who applies. Countries are ISO 3166-1 alpha-2.

    ``domicile`` is where a person lives permanently or an entity has its principal place of business (37 CFR 2.2(o));
    ``citizenship`` the nationality of a person, or the country under whose law an entity is organised;
    ``establishments`` are countries with a bona fide and effective industrial or commercial establishment.
    """

    name: str
    kind: str | None = None
    domicile: str | None = None
    citizenship: str | None = None
    establishments: frozenset[str] = attrs.field(default=frozenset(), converter=_texts)
    address: str | None = None
    email: str | None = None

    @property
    def origins(self) -> frozenset[str]:
        """Countries of origin under 15 U.S.C. 1126(c): establishment, domicile, nationality."""
        return self.establishments | {c for c in (self.domicile, self.citizenship) if c is not None}


@attrs.frozen(slots=True, kw_only=True)
class Attorney:
    """Who represents the applicant. ``licensed_in`` is the US state or territory of the bar, e.g. ``NY``."""

    name: str
    licensed_in: str | None = None
    bar_year: int | None = None
    good_standing: bool | None = None
    email: str | None = None


@attrs.frozen(slots=True, kw_only=True)
class Mark:
    """What is to be registered.

    ``text`` holds its words, ``translation`` and ``transliteration`` their English meaning and Latin form where they
    have one (empty text: the words have no meaning in a foreign language). ``living_individual`` names a person whose
    name or likeness it shows; ``consent`` says that the written consent is of record.
    """

    form: str = "standard characters"
    text: str | None = None
    drawing: bool | None = None
    description: str | None = None
    colours: tuple[str, ...] = attrs.field(default=(), converter=_tuple)
    colour_claim: bool | None = None
    foreign_words: bool | None = None
    translation: str | None = None
    non_latin: bool | None = None
    transliteration: str | None = None
    living_individual: str | None = None
    consent: bool | None = None
    acquired_distinctiveness: bool = False
    prior_registrations: tuple[str, ...] = attrs.field(default=(), converter=_tuple)


@attrs.frozen(slots=True, kw_only=True)
class Item:
    """One entry of the identification of goods and services, with the bases that cover it.

    ``id_manual``: picked from the USPTO's Acceptable Identification of Goods and Services Manual, unaltered.
    """

    nice_class: int
    text: str
    bases: frozenset[str] = attrs.field(converter=_texts)
    id_manual: bool | None = None


@attrs.frozen(slots=True, kw_only=True)
class Specimen:
    """How the mark is seen in use. ``url`` and ``accessed`` belong to a web page.

    ``shows_mark``, ``shows_goods`` (the goods, or a direct association with the services), ``shows_ordering`` (a means
    to order the goods) and ``in_use_on_filing`` (a declaration that it was in use on the filing date) are what a person
    saw in it; ``None``: nobody looked.
    """

    nice_class: int
    kind: str
    url: str | None = None
    accessed: date | None = attrs.field(default=None, validator=_a_day)
    shows_mark: bool | None = None
    shows_goods: bool | None = None
    shows_ordering: bool | None = None
    in_use_on_filing: bool | None = None


@attrs.frozen(slots=True, kw_only=True)
class Use:
    """Use in commerce of one class: the two dates, each of at least one item of the class (37 CFR 2.34(a)(1)).

    Where only month or year is known, the last day of it stands for it (TMEP 903.06).
    """

    nice_class: int
    first_use_anywhere: date | None = attrs.field(default=None, validator=_a_day)
    first_use_commerce: date | None = attrs.field(default=None, validator=_a_day)


@attrs.frozen(slots=True, kw_only=True)
class ForeignApplication:
    """The application whose priority is claimed under 44(d).

    ``office`` is its country or regional office (``CN``, ``EM`` for the EUIPO, ``BX``). ``first`` says it is the first
    filing in a treaty country for the mark and goods; ``earlier_abandoned`` the statement of 37 CFR
    2.34(a)(4)(i)(B) about an earlier one. ``covers`` lists the texts of the US items that lie within it; ``None``: all.
    """

    office: str
    filed: date | None = attrs.field(default=None, validator=_a_day)
    number: str | None = None
    claimed: date | None = attrs.field(default=None, validator=_a_day)
    first: bool | None = None
    earlier_abandoned: bool | None = None
    same_mark: bool | None = None
    same_applicant: bool | None = None
    covers: frozenset[str] | None = attrs.field(default=None, converter=attrs.converters.optional(_texts))


@attrs.frozen(slots=True, kw_only=True)
class ForeignRegistration:
    """The registration on which 44(e) rests; ``language`` is ISO 639-1 of the copy."""

    office: str
    number: str | None = None
    registered: date | None = attrs.field(default=None, validator=_a_day)
    expires: date | None = attrs.field(default=None, validator=_a_day)
    copy: bool | None = None
    language: str | None = None
    translation: bool | None = None
    translation_signed: bool | None = None
    same_mark: bool | None = None
    same_owner: bool | None = None
    establishment_statement: bool | None = None
    covers: frozenset[str] | None = attrs.field(default=None, converter=attrs.converters.optional(_texts))


@attrs.frozen(slots=True, kw_only=True)
class InternationalRegistration:
    """The international registration whose protection is extended to the United States under 66(a).

    ``designated`` is the day of the international registration or of the subsequent designation;
    ``intent_declaration`` the declaration of bona fide intention (form MM18) in the international file.
    """

    number: str | None = None
    office_of_origin: str | None = None
    registered: date | None = attrs.field(default=None, validator=_a_day)
    designated: date | None = attrs.field(default=None, validator=_a_day)
    intent_declaration: bool | None = None
    through_bureau: bool | None = None
    same_holder: bool | None = None
    priority_filed: date | None = attrs.field(default=None, validator=_a_day)
    cancelled: date | None = attrs.field(default=None, validator=_a_day)
    classes: frozenset[int] | None = None


@attrs.frozen(slots=True, kw_only=True)
class Verification:
    """The signed statement of 37 CFR 2.33. Each fact is ``True`` where the statement says it.

    ``capacity`` is who signed: the applicant, an officer, someone with first-hand knowledge and authority, the attorney
    (37 CFR 2.193(e)(1)). ``as_of_filing``: a later statement speaks as of the filing date.
    """

    signed: date | None = attrs.field(default=None, validator=_a_day)
    signer: str | None = None
    capacity: str | None = None
    in_use: bool | None = None
    bona_fide_intention: bool | None = None
    owner: bool | None = None
    entitled: bool | None = None
    no_conflict: bool | None = None
    specimen_as_used: bool | None = None
    facts_true: bool | None = None
    as_of_filing: bool | None = None


@attrs.frozen(slots=True, kw_only=True)
class Application:
    """One application at the USPTO.

    ``filed`` is ``None`` before filing; ``approved`` (for publication), ``published`` and ``allowed`` (notice of
    allowance) are days of the examination as far as it has come. ``members_control`` (the applicant controls use by
    members or users) and ``certification_standards`` (they are of record) belong to collective and certification marks.
    The order of items, uses and documents has no meaning.

    >>> shirts = Item(nice_class=25, text="Shirts", bases={"1(b)"}, id_manual=True)
    >>> application = Application(
    ...     applicants=[Applicant(name="Meridian Goods LLC")], mark=Mark(text="MERIDIAN"), items=[shirts]
    ... )
    >>> application.classes, application.bases
    ((25,), ('1(b)',))
    """

    applicants: tuple[Applicant, ...] = attrs.field(converter=_tuple)
    mark: Mark
    items: tuple[Item, ...] = attrs.field(converter=_tuple)
    filed: date | None = attrs.field(default=None, validator=_a_day)
    serial_number: str | None = None
    mark_type: str = "trademark"
    register: Literal["principal", "supplemental"] = "principal"
    uses: tuple[Use, ...] = attrs.field(default=(), converter=_tuple)
    specimens: tuple[Specimen, ...] = attrs.field(default=(), converter=_tuple)
    foreign_applications: tuple[ForeignApplication, ...] = attrs.field(default=(), converter=_tuple)
    foreign_registrations: tuple[ForeignRegistration, ...] = attrs.field(default=(), converter=_tuple)
    international_registration: InternationalRegistration | None = None
    verification: Verification | None = None
    attorney: Attorney | None = None
    classes_paid: int | None = None
    electronic: bool = True
    concurrent_use: bool = False
    concurrent_use_limits: str | None = None
    members_control: bool | None = None
    certification_standards: bool | None = None
    approved: date | None = attrs.field(default=None, validator=_a_day)
    published: date | None = attrs.field(default=None, validator=_a_day)
    allowed: date | None = attrs.field(default=None, validator=_a_day)

    @property
    def classes(self) -> tuple[int, ...]:
        """The Nice classes claimed, ascending."""
        return tuple(sorted({item.nice_class for item in self.items}))

    @property
    def bases(self) -> tuple[str, ...]:
        """The bases claimed for any item, in the order of the statute; unknown ones last."""
        claimed = {basis for item in self.items for basis in item.bases}
        return tuple(b for b in BASES if b in claimed) + tuple(sorted(claimed.difference(BASES)))

    def items_under(self, basis: str) -> tuple[Item, ...]:
        """The items that a basis covers."""
        return tuple(item for item in self.items if basis in item.bases)

    def classes_under(self, basis: str) -> tuple[int, ...]:
        """The classes in which a basis covers an item, ascending."""
        return tuple(sorted({item.nice_class for item in self.items_under(basis)}))
