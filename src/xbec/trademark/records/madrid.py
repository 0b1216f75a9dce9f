"""Records of the International Register of WIPO (Madrid System), read without opening a socket.

Three shapes, as far as they are public:

.. code-block:: text

    ST.66      Transaction / ... / TradeMark with RegistrationOfficeCode WO      Madrid Monitor, ROMARIN since 2011
    MECA       MARKGR (INTREGN INTREGD OOCD EXPDATE) / CURRENT, and beside it    ROMARIN bulk data
               one element a transaction: ENN EXN REN LIN CBNT RFNT ...
    MECA       ENN or EXN (INTREGN INTREGD OOCD NOTDATE REGEDAT) by itself       e-notification to an office

The element names are those that WIPO's own stylesheets read
(https://www.wipo.int/standards/XMLSchema/trademarks/romarin/Romarin-V1-3.xsd); no public sample of Madrid data in
ST.96 was found, so that one is not read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING, Final, get_args

from xbec.errors import DocumentError, InputError
from xbec.trademark.application import Applicant, ApplicantKind, ForeignApplication, Mark
from xbec.trademark.records.border import Problems, day_of, read_xml
from xbec.trademark.records.madrid_record import BasicMark, MadridRecord, Transaction, madrid_words
from xbec.trademark.records.tsdr_case import within

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_NAME: Final = "WIPO record"
_DESIGNATING: Final = ("DESPG", "DESPG2", "DESAG")
_FORMS: Final = {"Word": "standard characters", "Colour": "colour", "3-D": "three-dimensional", "Sound": "sound"}
_MECA_FORMS: Final = {"STDMIND": "Word", "COLMARI": "Colour", "THRDMAR": "3-D", "SOUMARI": "Sound"}
# MECA writes it for goods that no class is recorded for.
_NO_CLASS: Final = "99"


def read_madrid(content: str | bytes, *, number: str | None = None) -> MadridRecord:
    """One international registration; ``number`` picks it where a document holds several.

    Fields that are not known are ignored; what is needed and broken raises :class:`DocumentError`, one for all. Raises
    :class:`InputError` where several stand there and none is picked, :class:`MissingExtra` without the extra
    ``trademark``.

    >>> record = read_madrid('''<MARKGR INTREGN="1799999" INTREGD="20250303" OOCD="CN"><CURRENT><HOLGR>
    ...   <NAME><NAMEL>Meridian Goods Co., Ltd.</NAMEL></NAME><ADDRESS><COUNTRY>CN</COUNTRY></ADDRESS></HOLGR>
    ...   <IMAGE TEXT="MERIDIAN" TYPE="NIL"/><STDMIND/>
    ...   <BASICGS NICEVER="12-2025"><GSGR NICCLAI="25"><GSTERMEN>Shirts.</GSTERMEN></GSGR></BASICGS>
    ...   <DESPG><DCPCD>US</DCPCD><DCPCD>GB</DCPCD></DESPG></CURRENT></MARKGR>''')
    >>> print(record)
    MERIDIAN: international registration 1799999, designations GB, US
    >>> record.extension_to("US").application.bases
    ('66(a)',)
    """
    return madrid_record(read_xml(content, name=_NAME), number=number)


def madrid_record(root: Element, *, number: str | None = None) -> MadridRecord:
    """As :func:`read_madrid`, of an XML tree (names without namespace) that is read already."""
    problems = Problems(_NAME)
    found = list(_records(root, problems))
    problems.raise_if_any()
    numbers = [record.number for record in found]
    if not found:
        raise DocumentError(f"{_NAME}: no international registration stands there", field="/", allowed="ST.66 or MECA")
    if number is None and len(found) > 1:
        raise InputError("the document holds several marks", field="number", allowed=", ".join(numbers[:50]))
    if number is not None and number not in numbers:
        raise InputError("not in the document", field="number", value=number, allowed=", ".join(numbers[:50]))
    return found[0 if number is None else numbers.index(number)]


def is_madrid(root: Element) -> bool:
    """Does an XML tree look like a record of the International Register?"""
    if next(_meca_roots(root), None) is not None:
        return True
    return any((each.text or "").strip() == "WO" for each in root.iter("RegistrationOfficeCode"))


def _records(root: Element, problems: Problems) -> Iterator[MadridRecord]:
    for group in _meca_roots(root):
        if (record := _meca(group, problems)) is not None:
            yield record
    for mark in root.iter("TradeMark"):
        if (mark.findtext("RegistrationOfficeCode") or "").strip() == "WO":
            record = _st66(mark, problems)
            if record is not None:
                yield record


def _meca_roots(root: Element) -> Iterator[Element]:
    groups = list(root.iter("MARKGR"))
    yield from groups
    if not groups:
        for code in ("ENN", "EXN"):
            yield from (each for each in root.iter(code) if each.get("INTREGN"))


def _meca(group: Element, problems: Problems) -> MadridRecord | None:
    path = f"/{group.tag}"
    number = within(group.get("INTREGN"), f"{path}/@INTREGN", problems)
    # A notification has the mark in itself, a record of the register under CURRENT.
    current = group.find("CURRENT") if group.tag == "MARKGR" else group
    if number is None or current is None:
        problems.add(path, "no number (INTREGN)" if number is None else "no current state (CURRENT)")
        return None
    day = _days(path, problems)
    transactions = [] if group.tag == "MARKGR" else [group]
    transactions += [each for each in group if group.tag == "MARKGR" and each.tag in madrid_words()["transaction"]]
    feature = next((word for tag, word in _MECA_FORMS.items() if current.find(tag) is not None), "Figurative")
    image = current.find("IMAGE")
    return MadridRecord(
        number=number,
        registered=day("INTREGD", group.get("INTREGD")),
        expires=day("EXPDATE", group.get("EXPDATE")),
        office_of_origin=group.get("OOCD") or None,
        holders=tuple(_holder(each, path, problems) for each in current.findall("HOLGR")),
        mark=Mark(
            form=_FORMS.get(feature, "design"),
            text=within(None if image is None else image.get("TEXT"), f"{path}/IMAGE/@TEXT", problems),
            description=_english(current, "MARDESGR/MARDES"),
            translation=_english(current, "MARTRGR/MARTR"),
            transliteration=within(current.findtext("MARTRAN"), f"{path}/MARTRAN", problems),
            colours=tuple(filter(None, (_english(current, "COLCLAGR/COLCLA"),))),
        ),
        mark_type="trademark" if current.find("TYPMARI") is None else "collective mark",
        goods=tuple(
            _goods(
                (
                    (each.get("NICCLAI"), _english(each, "GSTERM"))
                    for each in current.findall("BASICGS/GSGR")
                    if each.get("NICCLAI") != _NO_CLASS
                ),
                f"{path}/BASICGS",
                problems,
            )
        ),
        nice_edition=None if (goods := current.find("BASICGS")) is None else goods.get("NICEVER"),
        designations=_designated(current) | (_designated(group) if group.tag == "EXN" else frozenset()),
        intents=_codes(current.findall("INTENTG/CPCD")),
        basic=tuple(
            BasicMark(kind=kind, number=each.findtext(f"{tag}N"), day=day(f"{tag}D", each.findtext(f"{tag}D")))
            for kind, element, tag in (("application", "BASAPPGR", "BASAPP"), ("registration", "BASREGGR", "BASREG"))
            for each in current.findall(f"BASGR/{element}")
        ),
        priorities=tuple(
            ForeignApplication(
                office=(each.findtext("PRICP") or "").strip() or "unknown",
                number=each.findtext("PRIAPPN"),
                filed=day("PRIAPPD", each.findtext("PRIAPPD")),
            )
            for each in current.findall("PRIGR")
        ),
        transactions=_in_order(
            Transaction(
                code=each.tag,
                text=madrid_words()["transaction"][each.tag],
                day=day("REGRDAT", each.get("REGRDAT") or each.get("NOTDATE") or each.get("INTREGD")),
                effective=day("REGEDAT", each.get("REGEDAT")),
                offices=_designated(each) | _codes(each.findall("DCPCD")) | _given(each.get("INTOFF")),
            )
            for each in transactions
        ),
    )


def _holder(party: Element, path: str, problems: Problems) -> Applicant:
    name = " ".join(_texts(party.findall("NAME/NAMEL"))) or within(party.findtext("NAME"), path, problems)
    if not name:
        problems.add(f"{path}/HOLGR", "no name of the holder")
    country = next(iter(_texts(party.findall("ADDRESS/COUNTRY"))), None)
    return Applicant(
        name=name or "",
        kind=_entity(party.findtext("LEGNATU/LEGNATT")),
        domicile=country,
        citizenship=next(iter(_texts(party.findall("NATLTY"))), None),
        establishments=_codes(party.findall("ENTEST")),
        address=", ".join(_texts(party.findall("ADDRESS/ADDRL"))) or None,
    )


def _st66(mark: Element, problems: Problems) -> MadridRecord | None:
    path = "/TradeMark"

    def text(where: str, of: Element = mark) -> str | None:
        return within(of.findtext(where), f"{path}/{where}", problems)

    day = _days(path, problems)
    number = text("ApplicationNumber")
    if number is None:
        problems.add(path, "no number (ApplicationNumber)")
        return None
    basic = "BasicRegistrationApplicationDetails/BasicRegistrationApplication"
    goods = mark.find("GoodsServicesDetails/GoodsServices")
    return MadridRecord(
        number=number,
        registered=day("ApplicationDate", text("ApplicationDate")),
        expires=day("ExpiryDate", text("ExpiryDate")),
        office_of_origin=text("ReceivingOfficeCode"),
        holders=tuple(_applicant(each, text) for each in mark.findall("ApplicantDetails/Applicant")),
        mark=Mark(
            form=_FORMS.get(text("MarkFeature") or "", "design"),
            text=text("WordMarkSpecification/MarkVerbalElementText"),
            description=_in_english(mark.findall("MarkDescriptionDetails/MarkDescription")),
            translation=_in_english(mark.findall("WordMarkSpecification/MarkTranslation")),
            transliteration=text("WordMarkSpecification/MarkTransliteration"),
            colours=tuple(
                filter(None, (_in_english(mark.findall("MarkImageDetails/MarkImage/MarkImageColourClaimedText")),))
            ),
        ),
        mark_type="collective mark" if text("KindMark") == "Collective" else "trademark",
        goods=tuple(
            _goods(
                (
                    (text("ClassNumber", each), _in_english(each.findall("GoodsServicesDescription")))
                    for each in ([] if goods is None else goods.findall("ClassDescriptionDetails/ClassDescription"))
                ),
                f"{path}/GoodsServicesDetails",
                problems,
            )
        ),
        nice_edition=None if goods is None else text("ClassificationVersion", goods),
        designations=_codes(mark.findall("DesignatedCountryDetails/DesignatedCountry/DesignatedCountryCode")),
        intents=_codes(mark.findall("MarkUseIntentDetails/MarkUseIntentCountryCode")),
        basic=tuple(
            BasicMark(
                kind=kind.lower(),
                number=text(f"Basic{kind}Number", each),
                day=day(f"Basic{kind}Date", text(f"Basic{kind}Date", each)),
            )
            for kind in ("Application", "Registration")
            for each in mark.findall(f"{basic}/Basic{kind}Details/Basic{kind}")
        ),
        priorities=tuple(
            ForeignApplication(
                office=text("PriorityCountryCode", each) or "unknown",
                number=text("PriorityNumber", each),
                filed=day("PriorityDate", text("PriorityDate", each)),
            )
            for each in mark.findall("PriorityDetails/Priority")
        ),
        transactions=_in_order(
            _transaction(each, day) for record in mark.findall("MarkRecordDetails/MarkRecord") for each in record
        ),
    )


def _transaction(record: Element, day: Callable[[str, str | None], date | None]) -> Transaction:
    told = next((text for each in record if each.tag.endswith("Kind") and (text := (each.text or "").strip())), "")
    code = madrid_words()["st66"].get(told, "")
    designated = "RecordDesignatedCountryDetails/DesignatedCountry/DesignatedCountryCode"
    filed, effective = record.findtext("RecordFilingDate"), record.findtext("RecordEffectiveDate")
    return Transaction(
        code=code,
        text=madrid_words()["transaction"].get(code, told.lower() or "an entry without a kind"),
        day=day("RecordFilingDate", filed or record.findtext("RecordNotificationDate")),
        effective=day("RecordEffectiveDate", effective),
        offices=_codes(record.findall(designated)) | _given(record.findtext("RecordInterestedOfficeCode")),
    )


def _applicant(party: Element, text: Callable[[str, Element], str | None]) -> Applicant:
    book = "ApplicantAddressBook/FormattedNameAddress"
    lines = _texts(party.findall(f"{book}/Name/FreeFormatName/FreeFormatNameDetails/FreeFormatNameLine"))
    entitled = "ApplicantEntitlement/EntitlementEstablishment/EntitlementEstablishmentCode"
    return Applicant(
        name=" ".join(lines) or text(f"{book}/Name/FreeFormatName/FreeFormatNameDetails", party) or "",
        kind=_entity(text("ApplicantLegalEntity", party)),
        domicile=text(f"{book}/Address/AddressCountryCode", party),
        citizenship=text("ApplicantNationalityCode", party),
        establishments=_codes(party.findall(entitled)),
        address=", ".join(_texts(party.findall(f"{book}/Address/FreeFormatAddress/FreeFormatAddressLine"))) or None,
    )


def _goods(rows: Iterable[tuple[str | None, str | None]], path: str, problems: Problems) -> Iterator[tuple[int, str]]:
    for number, text in rows:
        plain = (number or "").strip()
        if not (plain.isascii() and plain.isdigit() and len(plain) <= 3):
            problems.add(path, "not a class", number, allowed="a number")
        elif text is None:
            problems.add(path, f"no goods or services of class {int(plain)}")
        elif (read := within(text, path, problems)) is not None:
            yield int(plain), read


def _days(path: str, problems: Problems) -> Callable[[str, str | None], date | None]:
    def day(name: str, text: str | None) -> date | None:
        plain = (text or "").strip()
        found = day_of(plain)
        if plain and found is None:
            problems.add(f"{path}/{name}", "not a day", plain, allowed="YYYYMMDD or YYYY-MM-DD")
        return found

    return day


def _english(element: Element, stem: str) -> str | None:
    """The text in English, else in French, else in Spanish: MECA ends the names of its elements with the language."""
    found = (_stripped(element.findtext(f"{stem}{language}")) for language in ("EN", "FR", "ES"))
    return next((text for text in found if text), None)


def _in_english(elements: Iterable[Element]) -> str | None:
    texts = {(each.get("languageCode") or "").lower(): _stripped(each.text) for each in elements}
    return texts.get("en") or next((text for text in texts.values() if text), None)


def _stripped(text: str | None) -> str:
    return (text or "").strip()


def _texts(elements: Iterable[Element]) -> list[str]:
    return [text for each in elements if (text := _stripped(each.text))]


def _codes(elements: Iterable[Element]) -> frozenset[str]:
    return frozenset(_texts(elements))


def _given(code: str | None) -> frozenset[str]:
    return frozenset((code.strip(),)) if code and code.strip() else frozenset()


def _designated(element: Element) -> frozenset[str]:
    return frozenset(code for tag in _DESIGNATING for code in _texts(element.findall(f"{tag}/DCPCD")))


def _entity(text: str | None) -> str | None:
    plain = (text or "").strip().lower()
    return None if not plain else plain if plain in get_args(ApplicantKind) else "other"


def _in_order(transactions: Iterable[Transaction]) -> tuple[Transaction, ...]:
    return tuple(sorted(transactions, key=lambda each: each.day or date.min))
