"""Official records of the USPTO (TSDR), read into an :class:`Application` with its history. No socket is opened.

Whoever has a key of the TSDR API passes in what it received: the XML of ``casestatus/sn.../info.xml`` (ST.96, and
ST.66 of older downloads) or the JSON of ``casestatus/sn.../info.json``, also one answer of ``caseMultiStatus``. The
format is recognised. https://developer.uspto.gov/api-catalog/tsdr-data-api

What the USPTO has no field for stays *not stated*: signatures, specimens, which terms come from the ID Manual. The JSON
states bases for the file as a whole; see :attr:`Record.findings` for how they were given to classes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from xbec.errors import DocumentError, InputError
from xbec.trademark.records.border import Problems, is_xml, read_json, read_xml, step
from xbec.trademark.records.record import Record
from xbec.trademark.records.tsdr_case import Case, Goods, Owner, record_of, within
from xbec.trademark.records.tsdr_xml import cases_of_xml

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_NAME: Final = "USPTO record"
_FILED: Final = {"filedUse": "1(a)", "filedItu": "1(b)", "filed44d": "44(d)", "filed44e": "44(e)", "filed66a": "66(a)"}
_CURRENT: Final = {
    "useCurr": "1(a)",
    "ituCurr": "1(b)",
    "sect44dCurr": "44(d)",
    "sect44eCurr": "44(e)",
    "sect66aCurr": "66(a)",
}
_KINDS: Final = {
    "trademark": "trademark",
    "serviceMark": "service mark",
    "collectiveTradeMark": "collective trademark",
    "collectiveServiceMark": "collective service mark",
    "collectiveMembershipMark": "collective membership mark",
    "certificationMark": "certification mark",
}


def read_tsdr(content: str | bytes, *, serial_number: str | None = None) -> Record:
    """The record of one mark, from the XML or JSON that TSDR gives out.

    ``serial_number`` picks one where a document holds several. Fields that are not known are ignored; what is needed
    and broken raises :class:`DocumentError`, one for all. Raises :class:`InputError` where several marks stand there
    and none is picked, :class:`MissingExtra` for XML without the extra ``trademark``.

    >>> record = read_tsdr('''{"trademarks": [{"status": {"serialNumber": 97999001, "filingDate": "2025-03-03",
    ...     "markElement": "MERIDIAN", "markDrawingCd": "4", "ituCurr": true, "extStatusDesc": "New application"},
    ...   "parties": {"ownerGroups": {"10": [{"name": "Meridian Goods LLC"}]}},
    ...   "gsList": [{"primeClassCode": "025", "description": "Shirts"}]}]}''')
    >>> print(record)
    MERIDIAN: US serial number 97999001; New application
    >>> record.application.items[0].bases
    frozenset({'1(b)'})
    """
    parsed = read_xml(content, name=_NAME) if is_xml(content) else read_json(content, name=_NAME)
    return tsdr_record(parsed, serial_number=serial_number)


def tsdr_record(parsed: Element | Mapping[str, Any], *, serial_number: str | None = None) -> Record:
    """As :func:`read_tsdr`, of an XML tree (names without namespace) or JSON object that is read already."""
    problems = Problems(_NAME)
    if isinstance(parsed, Mapping):
        cases = list(_cases_of_json(parsed, problems))
    else:
        cases = list(cases_of_xml(parsed, problems))
    if not cases:
        problems.raise_if_any()
        raise DocumentError(f"{_NAME}: no mark stands there", field="/", allowed="a TSDR status in XML or JSON")
    numbers = [case.serial_number for case in cases]
    if serial_number is None and len(cases) > 1:
        raise InputError(
            "the document holds several marks", field="serial_number", allowed=", ".join(str(n) for n in numbers[:50])
        )
    if serial_number is not None and serial_number not in numbers:
        allowed = ", ".join(str(number) for number in numbers[:50])
        raise InputError("not in the document", field="serial_number", value=serial_number, allowed=allowed)
    return record_of(cases[0 if serial_number is None else numbers.index(serial_number)], problems)


def is_tsdr_json(document: Mapping[str, Any]) -> bool:
    """Does a JSON object look like an answer of the TSDR API?"""
    return "trademarks" in document or "transactionList" in document


def _cases_of_json(document: Mapping[str, Any], problems: Problems) -> Iterator[Case]:
    root = _Part(document, "$", problems)
    for answer in [root, *root.rows("transactionList")]:
        for mark in answer.rows("trademarks"):
            yield _case(mark)


def _case(mark: _Part) -> Case:
    status = mark.part("status")
    publication = mark.part("publication")
    abroad = mark.part("usReference")
    registers = [status.flag("supplementalRegister"), status.flag("amendSupplemental")]
    return Case(
        path=mark.path,
        serial_number=status.text("serialNumber"),
        filed=status.text("filingDate"),
        registration_number=status.text("usRegistrationNumber"),
        registered=status.text("usRegistrationDate"),
        text=status.text("markElement"),
        drawing=status.text("markDrawingCd"),
        standard=status.flag("standardChar") or None,
        description=status.text("descOfMark"),
        # "Color is not claimed ..." stands in this field too.
        colours=None if (claim := status.text("colorClaimed")) is None or "not claimed" in claim else claim,
        kind=next((kind for name, kind in _KINDS.items() if status.flag(name)), None),
        supplemental=any(registers) and not status.flag("amendPrincipal"),
        status=status.text("extStatusDesc"),
        status_day=status.text("statusDate"),
        published=publication.text("datePublished"),
        allowed=publication.text("noticeOfAllowanceDate"),
        attorney=status.part("correspondence").text("attorneyName"),
        international=abroad.text("intlRegistrationNum"),
        filed_bases=frozenset(basis for name, basis in _FILED.items() if status.flag(name)),
        current_bases=frozenset(basis for name, basis in _CURRENT.items() if status.flag(name)),
        owners=list(_owners(mark.part("parties").part("ownerGroups"))),
        goods=[
            Goods(
                nice_class=next((code for row in each.rows("internationalClasses") if (code := row.text("code"))), None)
                or each.text("primeClassCode"),
                text=each.text("description"),
                status=each.text("statusDescription"),
                first_use=each.text("firstUseDate"),
                first_use_commerce=each.text("firstUseInCommerceDate"),
                path=each.path,
            )
            for each in mark.rows("gsList")
        ],
        foreign=[
            (each.text("frgnCountryCd"), each.text("frgnApplNum"), each.text("frgnApplFilingDt"))
            for each in mark.rows("foreignInfoList")
        ],
        history=[
            (each.text("entryDate"), each.text("entryCode"), each.text("entryDesc"), each.text("entryNumber"))
            for each in mark.rows("prosecutionHistory")
        ],
    )


def _owners(groups: _Part) -> Iterator[Owner]:
    for stage in groups.keys:
        for each in groups.rows(stage):
            name = each.text("name")
            if name is not None:
                place = each.part("addressStateCountry")
                lines = [each.text("address1"), each.text("address2"), each.text("city")]
                lines += [place.part("stateCountry").text("name"), each.text("zip")]
                yield Owner(
                    stage=int(stage) if stage.isascii() and stage.isdigit() and len(stage) <= 6 else 0,
                    name=name,
                    kind=each.part("entityType").text("description"),
                    country=place.part("iso").text("code"),
                    citizenship=each.part("citizenship").part("iso").text("code"),
                    address=", ".join(filter(None, lines)) or None,
                )


class _Part:
    """An object of the answer and its path; what is missing or null is empty, what is of another kind a problem."""

    __slots__ = ("_problems", "_values", "path")

    def __init__(self, values: Mapping[str, Any], path: str, problems: Problems) -> None:
        self._values, self.path, self._problems = values, path, problems

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(self._values)

    def text(self, key: str) -> str | None:
        value = self._values.get(key)
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if value is not None and not isinstance(value, str):
            self._problems.add(step(self.path, key), "text is needed", value)
            return None
        return within(value, step(self.path, key), self._problems)

    def flag(self, key: str) -> bool:
        value = self._values.get(key)
        if value is not None and not isinstance(value, bool):
            self._problems.add(step(self.path, key), "true or false is needed", value)
        return value is True

    def part(self, key: str) -> _Part:
        value, path = self._values.get(key), step(self.path, key)
        if value is not None and not isinstance(value, Mapping):
            self._problems.add(path, "an object is needed", value)
        return _Part(value if isinstance(value, Mapping) else {}, path, self._problems)

    def rows(self, key: str) -> list[_Part]:
        value, path = self._values.get(key), step(self.path, key)
        if value is not None and not isinstance(value, list):
            self._problems.add(path, "a list is needed", value)
        parts = []
        for place, row in enumerate(value if isinstance(value, list) else ()):
            if isinstance(row, Mapping):
                parts.append(_Part(row, step(path, place), self._problems))
            else:
                self._problems.add(step(path, place), "an object is needed", row)
        return parts
