"""Status records of the USPTO in XML: ``casestatus/sn.../info.xml`` and the file in the ZIP that TSDR gives out.

Three shapes are read, all by their local names, as the USPTO changed namespaces and roots with the years:

.. code-block:: text

    ST.96   TrademarkTransaction (before: Transaction) / TrademarkTransactionBody / ... / TrademarkBag / Trademark
    ST.66   Transaction / TradeMarkTransactionBody / ... / TradeMarkDetails / TradeMark, beside it ApplicantDetails

https://tsdrapi.uspto.gov/ts/cd/casestatus/sn97123456/info.xml; https://www.wipo.int/standards/XMLSchema/ST96/
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final, Protocol

from xbec.trademark.records.border import Problems
from xbec.trademark.records.tsdr_case import Case, Goods, Owner, within

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_INDICATORS: Final = {
    "BasisUseIndicator": "1(a)",
    "BasisIntentToUseIndicator": "1(b)",
    "BasisForeignApplicationIndicator": "44(d)",
    "BasisForeignRegistrationIndicator": "44(e)",
    "BasisInternationalRegistrationIndicator": "66(a)",
    # Spelt so in the records of ST.66.
    "BasisRequestforExtentionOfProtectionIndicator": "66(a)",
}
_RECORD: Final = "/Trademark"


class Reader(Protocol):
    """Reads the text at a path below an element."""

    def __call__(self, path: str, of: Element = ..., /) -> str | None: ...


def cases_of_xml(root: Element, problems: Problems) -> Iterator[Case]:
    """Each mark of a status record, of either standard."""
    for trademark in root.iter("Trademark"):
        yield _st96(trademark, problems)
    for data in root.iter("TransactionData"):
        for trademark in data.iter("TradeMark"):
            # The International Bureau writes the same standard: its records are for xbec.trademark.records.madrid.
            if (trademark.findtext("RegistrationOfficeCode") or "US").strip() == "US":
                yield _st66(trademark, data, problems)


def _st96(mark: Element, problems: Problems) -> Case:
    def text(path: str, of: Element = mark) -> str | None:
        return within(of.findtext(path), f"{_RECORD}/{path}", problems)

    words = "MarkRepresentation/MarkReproduction/WordMarkSpecification"
    national = "NationalTrademarkInformation"
    descriptions = "MarkRepresentation/MarkDescriptionBag"
    return Case(
        path=_RECORD,
        serial_number=text("ApplicationNumber/ApplicationNumberText"),
        filed=text("ApplicationDate"),
        registration_number=text("RegistrationNumber"),
        registered=text("RegistrationDate"),
        text=text(f"{words}/MarkVerbalElementText"),
        drawing=text(f"{descriptions}/NationalMarkDescription/MarkFeatureCode"),
        standard=_yes(text(f"{words}/MarkStandardCharacterIndicator")),
        description=text(f"{descriptions}/MarkDescriptionText"),
        translation=text(f"{words}/MarkTranslationText"),
        colours=text("MarkRepresentation/MarkReproduction/MarkImageBag/MarkImage/MarkImageColourClaimedText"),
        kind=text("MarkCategory"),
        supplemental=_supplemental(text(f"{national}/RegisterCategory")),
        status=text(f"{national}/MarkCurrentStatusExternalDescriptionText"),
        status_day=text("MarkCurrentStatusDate"),
        published=text("PublicationBag/Publication/PublicationDate"),
        allowed=text(f"{national}/AllowanceNoticeDate"),
        attorney=text("RecordAttorney/Contact/Name/PersonName/PersonFullName"),
        international=next(
            (
                number
                for each in mark.findall("AssociatedMarkBag/AssociatedMark")
                if "international" in (text("AssociationCategory", each) or "").lower()
                and (number := text("InternationalApplicationNumber/ApplicationNumberText", each))
            ),
            None,
        ),
        filed_bases=_bases(mark.find("NationalFilingBasis/FilingBasis")),
        current_bases=_bases(mark.find("NationalFilingBasis/CurrentBasis")),
        owners=[
            owner for each in mark.findall("ApplicantBag/Applicant") if (owner := _owner_st96(each, text)) is not None
        ],
        goods=[
            Goods(
                nice_class=_nice_class(each),
                text=_joined(each.iter("GoodsServicesDescriptionText")),
                status=_joined(each.iter("NationalStatusExternalDescriptionText")),
                bases=_bases(each.find("NationalFilingBasis/CurrentBasis")),
                first_use=_first(each, "FirstUsedDate"),
                first_use_commerce=_first(each, "FirstUsedCommerceDate"),
                path=f"{_RECORD}/GoodsServicesBag/GoodsServices[{place}]",
            )
            for place, each in enumerate(mark.findall("GoodsServicesBag/GoodsServices"), 1)
        ],
        foreign=[
            (
                text("PriorityCountryCode", each),
                text("ApplicationNumber/ApplicationNumberText", each),
                text("PriorityApplicationFilingDate", each),
            )
            for each in mark.findall("PriorityBag/Priority")
        ],
        history=[
            (
                text("MarkEventDate", each),
                text("NationalMarkEvent/MarkEventCode", each),
                text("NationalMarkEvent/MarkEventDescriptionText", each),
                text("NationalMarkEvent/MarkEventEntryNumber", each),
            )
            for each in mark.findall("MarkEventBag/MarkEvent")
        ],
    )


def _owner_st96(party: Element, text: Reader) -> Owner | None:
    address = "Contact/PostalAddressBag/PostalAddress/PostalStructuredAddress"
    name = text("Contact/Name/EntityName", party) or text(
        "Contact/Name/OrganizationName/OrganizationStandardName", party
    )
    name = name or text("Contact/Name/PersonName/PersonFullName", party)
    if name is None:
        return None
    lines = [_joined(party.findall(f"{address}/AddressLineText"), ", ")]
    lines += [text(f"{address}/{part}", party) for part in ("CityName", "GeographicRegionName", "PostalCode")]
    return Owner(
        stage=_whole(party.get("sequenceNumber")),
        name=name,
        kind=text("LegalEntityName", party),
        country=text(f"{address}/CountryCode", party),
        citizenship=text("IncorporationCountryCode", party),
        address=", ".join(filter(None, lines)) or None,
    )


def _st66(mark: Element, data: Element, problems: Problems) -> Case:
    def text(path: str, of: Element = mark) -> str | None:
        return within(of.findtext(path), f"/TradeMark/{path}", problems)

    name = "FormattedNameAddress/Name/FreeFormatName/FreeFormatNameDetails/FreeFormatNameLine"
    basis = "ClassDescriptionExt/FilingBasisDetails"
    return Case(
        path="/TradeMark",
        serial_number=text("ApplicationNumber"),
        filed=text("ApplicationDate"),
        registration_number=text("RegistrationNumber"),
        registered=text("RegistrationDate"),
        text=text("WordMarkSpecification/MarkVerbalElementText"),
        drawing=text("TradeMarkExt/MarkFeatureCode"),
        standard=_yes(text("WordMarkSpecification/MarkStandardCharacterIndicator")),
        description=text("MarkDescriptionDetails/MarkDescription"),
        translation=text("WordMarkSpecification/MarkTranslation"),
        colours=text("MarkImageDetails/MarkImage/MarkImageColourClaimedText"),
        kind=text("KindMark"),
        supplemental=_supplemental(text("TradeMarkExt/RegisterCategory")),
        status=text("TradeMarkExt/MarkCurrentStatusExternalDescriptionText"),
        status_day=text("MarkCurrentStatusDate"),
        published=text("PublicationDetails/Publication/PublicationDate"),
        attorney=next(
            (
                attorney
                for each in mark.findall("RepresentativeDetails/Representative")
                if text("Comment", each) == "Attorney of Record"
                and (attorney := text(f"RepresentativeAddressBook/{name}", each))
            ),
            None,
        ),
        international=text("TradeMarkExt/RelatedMarkDetails/InternationalRegistrationNumber"),
        filed_bases=_bases(mark.find("TradeMarkExt/FilingBasisDetails/BasisWhenFiled")),
        current_bases=_bases(mark.find("TradeMarkExt/FilingBasisDetails/BasisCurrently")),
        owners=[
            owner
            for each in data.findall("ApplicantDetails/Applicant")
            if (owner := _owner_st66(each, text, name)) is not None
        ],
        goods=[
            Goods(
                nice_class=text("ClassNumber", each),
                text=text("GoodsServicesDescription", each),
                status=text("ClassDescriptionExt/ClassNumberStatusDescriptionText", each),
                bases=_bases(each.find(f"{basis}/BasisCurrently")),
                first_use=text(f"{basis}/FirstUseDateNumber", each),
                first_use_commerce=text(f"{basis}/FirstUseInCommerceDate", each),
                path=f"/TradeMark/GoodsServicesDetails/ClassDescription[{place}]",
            )
            for place, each in enumerate(mark.iter("ClassDescription"), 1)
        ],
        history=[
            (
                text("MarkEventDate", each),
                text("MarkEventCode", each),
                text("MarkEventExt/MarkEventInternalDescriptionText", each),
                text("MarkEventExt/MarkEventEntryNumber", each),
            )
            for each in mark.findall("MarkEventDetails/MarkEvent")
        ],
    )


def _owner_st66(party: Element, text: Reader, name: str) -> Owner | None:
    book = "ApplicantAddressBook"
    address = f"{book}/FormattedNameAddress/Address/FormattedAddress"
    called = text(f"{book}/{name}", party)
    if called is None:
        return None
    parts = ("AddressRoom", "AddressBuilding", "AddressStreet", "AddressCity", "AddressState", "AddressPostcode")
    return Owner(
        stage=_whole(text("ApplicantExt/PartyTypeCode", party)),
        name=called,
        kind=text("ApplicantLegalEntity", party),
        country=text(f"{address}/FormattedAddressCountryCode", party),
        citizenship=text("ApplicantIncorporationCountryCode", party),
        address=", ".join(filter(None, (text(f"{address}/{part}", party) for part in parts))) or None,
    )


def _bases(element: Element | None) -> frozenset[str]:
    if element is None:
        return frozenset()
    return frozenset(basis for name, basis in _INDICATORS.items() if _yes(element.findtext(name)))


def _nice_class(goods: Element) -> str | None:
    """The class by its Nice entry, else the primary one."""
    by_kind = {
        (each.findtext("ClassificationKindCode") or "").strip(): (each.findtext("ClassNumber") or "").strip() or None
        for each in goods.findall("GoodsServicesClassificationBag/GoodsServicesClassification")
    }
    return by_kind.get("Nice") or by_kind.get("Primary")


def _first(element: Element, name: str) -> str | None:
    return next((text for each in element.iter(name) if (text := (each.text or "").strip())), None)


def _joined(elements: Iterable[Element], between: str = " ") -> str | None:
    return between.join(text for each in elements if (text := (each.text or "").strip())) or None


def _yes(text: str | None) -> bool | None:
    return None if text is None else text.strip().lower() == "true"


def _supplemental(register: str | None) -> bool | None:
    return None if register is None else register.lower() == "supplemental"


def _whole(text: str | None) -> int:
    return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) <= 6 else 0
