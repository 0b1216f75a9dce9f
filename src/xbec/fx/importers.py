"""Official files of exchange rates, turned into a :class:`RateTable`; each takes text or bytes, none opens a socket.

ECB (CSV, ZIP, XML), HMRC monthly XML, BAZG daily XML, TCMB ``today.xml``, UNIPASS ``trifFxrtInfoQry``.
"""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from xbec.errors import DocumentError, InputError
from xbec.fx.ecb import ABSENT, PIVOT, SERIES
from xbec.fx.rate import ExchangeRate
from xbec.fx.table import LARGEST_FILE, RateTable, day_of

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_MONTHS: Final = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
}
_ENCODINGS: Final = frozenset(
    {"utf-8", "us-ascii", "ascii", "iso-8859-1", "iso-8859-9", "windows-1252", "windows-1254"}
)
_DECLARED = re.compile(rb"""\A\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_FORBIDDEN = re.compile(r"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)


def read_ecb(content: str | bytes, *, since: date | None = None) -> RateTable:
    """ECB euro reference rates (series ``ecb``, units for EUR 1): the history or one-day CSV, its ZIP, or the XML.

    ``since`` leaves out older days; the whole history is some 200,000 rates. Errors: :class:`DocumentError`.

    >>> table = read_ecb("Date, USD, JPY, \\n30 October 2026, 1.1172, 175.68, \\n")
    >>> [str(rate) for rate in table]
    ['1 EUR = 175.68 JPY, ecb of 2026-10-30', '1 EUR = 1.1172 USD, ecb of 2026-10-30']
    """
    if since is not None:
        since = day_of(since, field="since")
    if isinstance(content, bytes) and content.startswith(b"PK"):
        content = _unzip(content)
    if _starts_as_xml(content):
        return _table(_ecb_xml(_parse(content, "ecb"), since), "ecb")
    text = _decode(content, "ecb") if isinstance(content, bytes) else _sized(content, "ecb")
    return _table(_ecb_csv(text.removeprefix("\ufeff"), since), "ecb")


def _ecb_csv(text: str, since: date | None) -> Iterator[ExchangeRate]:
    head, *lines = text.splitlines() or [""]
    names = [name.strip() for name in head.split(",")]
    if names[0] != "Date" or len(names) < 2:
        raise DocumentError("not an ECB file of rates", field="ecb", value=head, allowed="a header Date,USD,JPY,...")
    for number, line in enumerate(lines, start=2):
        cells = [cell.strip() for cell in line.split(",")]
        if cells == [""]:
            continue
        day = _day(cells[0], f"ecb: line {number}")
        if len(cells) > len(names):
            raise DocumentError("more cells than the header", field=f"ecb: line {number}", value=len(cells))
        if since is None or day >= since:
            for name, figure in zip(names[1:], cells[1:], strict=False):
                if name and figure not in ABSENT:
                    yield _rate(PIVOT, name, figure, day=day, source=SERIES, at=f"ecb: line {number}")


def _ecb_xml(root: Element, since: date | None) -> Iterator[ExchangeRate]:
    found = False
    for cube in root.iter("{http://www.ecb.int/vocabulary/2002-08-01/eurofxref}Cube"):
        if "time" not in cube.attrib:
            continue
        found = True
        at = f"ecb: {cube.attrib['time'][:20]}"
        day = _day(cube.attrib["time"], at)
        if since is None or day >= since:
            for row in cube:
                currency, figure = row.attrib.get("currency", ""), row.attrib.get("rate", "")
                yield _rate(PIVOT, currency, figure, day=day, source=SERIES, at=at)
    if not found:
        raise DocumentError("not an ECB file of rates", field="ecb", allowed="Cube elements with time")


def read_hmrc(content: str | bytes) -> RateTable:
    """HMRC monthly XML ``exchangeRateMonthList`` (series ``hmrc-monthly``, units for GBP 1), valid for its period.

    A currency stands once a country; equal rows are one rate, unequal ones refuse the file.
    Errors: :class:`DocumentError`.
    """
    root = _parse(content, "hmrc")
    _named(root, "exchangeRateMonthList", "hmrc")
    first, _, last = root.attrib.get("Period", "").partition(" to ")
    day = _day(first, "hmrc: Period")
    until = _day(last, "hmrc: Period") + timedelta(days=1)
    rows = root.findall("exchangeRate")
    return _table(
        (
            _rate(
                "GBP",
                _child(row, "currencyCode"),
                _child(row, "rateNew"),
                day=day,
                until=until,
                source="hmrc-monthly",
                at=f"hmrc: exchangeRate[{place}]",
            )
            for place, row in enumerate(rows)
            if _child(row, "currencyCode") != "GBP"
        ),
        "hmrc",
    )


def read_bazg(content: str | bytes) -> RateTable:
    """BAZG daily XML ``wechselkurse`` (series ``ch-bazg``, CHF for 1, 100 or 1000 units); the day is ``gueltigkeit``.

    Errors: :class:`DocumentError`.
    """
    root = _parse(content, "bazg")
    space = root.tag[: root.tag.find("}") + 1]
    _named(root, f"{space}wechselkurse", "bazg")
    day = _day(_child(root, f"{space}gueltigkeit"), "bazg: gueltigkeit")

    def rates() -> Iterator[ExchangeRate]:
        for row in root.findall(f"{space}devise"):
            code = row.attrib.get("code", "").upper()
            units, _, currency = _child(row, f"{space}waehrung").partition(" ")
            if currency != code:
                raise DocumentError("code and currency differ", field=f"bazg: {code[:20]}", value=currency)
            figure = _child(row, f"{space}kurs")
            yield _rate(currency, "CHF", figure, per=units, day=day, source="ch-bazg", at=f"bazg: {code}")

    return _table(rates(), "bazg")


def read_tcmb(content: str | bytes) -> RateTable:
    """TCMB ``today.xml`` or a day of its archive: ``ForexSelling`` (series ``tr-tcmb``, TRY for ``Unit`` units).

    Currencies without a selling rate are left out. Errors: :class:`DocumentError`.
    """
    root = _parse(content, "tcmb")
    _named(root, "Tarih_Date", "tcmb")
    day = _day(root.attrib.get("Tarih", ""), "tcmb: Tarih")
    month, _, rest = root.attrib.get("Date", "").partition("/")
    if rest and _day(f"{rest.partition('/')[0]}.{month}.{rest.partition('/')[2]}", "tcmb: Date") != day:
        raise DocumentError("Tarih and Date name two days", field="tcmb: Date", value=root.attrib["Date"])
    return _table(
        (
            _rate(
                row.attrib.get("CurrencyCode", ""),
                "TRY",
                _child(row, "ForexSelling"),
                per=_child(row, "Unit"),
                day=day,
                source="tr-tcmb",
                at=f"tcmb: {row.attrib.get('CurrencyCode', '')[:20]}",
            )
            for row in root.findall("Currency")
            if _child(row, "ForexSelling")
        ),
        "tcmb",
    )


def read_unipass(content: str | bytes, *, jpy_per: int | None = None) -> RateTable:
    """Korea Customs ``trifFxrtInfoQry`` answer: KRW for 1 unit, for the week from ``aplyBgnDt``.

    Import rates (``imexTp`` 2) become series ``kr-kcs``, export rates (1) ``kr-kcs-export``. Readers of this service
    disagree whether its yen rate is for 1 or for 100 yen, so a file with JPY needs ``jpy_per``.
    Errors: :class:`InputError` where ``jpy_per`` is needed; :class:`DocumentError`, also for an error answer.
    """
    if jpy_per not in (None, 1, 100) or isinstance(jpy_per, (bool, float)):
        raise InputError("not a number of yen", field="jpy_per", value=jpy_per, allowed="1 or 100")
    root = _parse(content, "unipass")
    _named(root, "trifFxrtInfoQryRtnVo", "unipass")
    if any(_child(part, "errYn") == "Y" for part in root.iter()):
        message = next((found for part in root.iter() if (found := _child(part, "errMsg"))), "no message")
        raise DocumentError("the customs service answered with an error", field="unipass: errMsg", value=message)

    def rates() -> Iterator[ExchangeRate]:
        for place, row in enumerate(root.findall("trifFxrtInfoQryRsltVo")):
            at = f"unipass: trifFxrtInfoQryRsltVo[{place}]"
            source = {"1": "kr-kcs-export", "2": "kr-kcs"}.get(_child(row, "imexTp"))
            if source is None:
                raise DocumentError("not an import or export rate", field=f"{at}.imexTp", value=_child(row, "imexTp"))
            currency, start = _child(row, "currSgn"), _child(row, "aplyBgnDt")
            if currency == "JPY" and jpy_per is None:
                raise InputError(
                    "the file does not say for how many yen its JPY rate is",
                    field="jpy_per",
                    allowed="1 or 100",
                    cure=f"look at the figure {_child(row, 'fxrt')[:20]} and pass jpy_per",
                )
            day = _day(f"{start[:4]}-{start[4:6]}-{start[6:]}", f"{at}.aplyBgnDt")
            yield _rate(
                currency,
                "KRW",
                _child(row, "fxrt"),
                per=jpy_per if currency == "JPY" and jpy_per else 1,
                day=day,
                until=day + timedelta(days=7),
                source=source,
                at=at,
            )

    return _table(rates(), "unipass")


def _rate(
    base: str,
    quote: str,
    figure: str,
    *,
    day: date,
    source: str,
    at: str,
    per: str | int = 1,
    until: date | None = None,
) -> ExchangeRate:
    try:
        units = int(per) if isinstance(per, int) or (per.isascii() and per.isdigit() and len(per) < 8) else 0
        return ExchangeRate(base, quote, figure, per=units, day=day, until=until, source=source)
    except InputError as problem:
        raise DocumentError(
            problem.problem, field=f"{at}.{problem.field}", value=problem.value, allowed=problem.allowed
        ) from problem


def _table(rates: Iterator[ExchangeRate], at: str) -> RateTable:
    try:
        table = RateTable(rates)
    except InputError as problem:
        if problem.field == "jpy_per":
            raise
        raise DocumentError(problem.problem, field=f"{at}: {problem.field}", value=problem.value) from problem
    if not table:
        raise DocumentError("the file holds no rate", field=at)
    return table


def _day(text: str, at: str) -> date:
    """A day as these files write it: 2026-10-30, 30.10.2026, 30 October 2026, 30/Oct/2026."""
    parts = re.split(r"[-. /]", text.strip()) if len(text) <= 40 else []
    if len(parts) == 3:
        year, month, day = parts if len(parts[0]) == 4 else reversed(parts)
        number = _MONTHS.get(month[:3].lower()) if month.isalpha() else int(month) if month.isdecimal() else None
        if number and year.isdecimal() and day.isdecimal() and len(year) == 4:
            try:
                found = date(int(year), number, int(day))
            except ValueError:
                pass
            else:
                if found.year < 2200:
                    return found
    raise DocumentError("not a day", field=at, value=text, allowed="as the authority writes it")


def _child(row: Element, name: str) -> str:
    return (row.findtext(name) or "").strip()


def _named(root: Element, name: str, at: str) -> None:
    if root.tag != name:
        raise DocumentError("another document than expected", field=at, value=root.tag, allowed=name)


def _starts_as_xml(content: object) -> bool:
    if isinstance(content, bytes):
        return content[:200].removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<")
    return isinstance(content, str) and content[:200].removeprefix("\ufeff").lstrip().startswith("<")


def _sized(content: object, at: str) -> str:
    if not isinstance(content, str):
        raise InputError("not a document", field=at, value=type(content).__name__, allowed="text or bytes")
    if len(content) > LARGEST_FILE:
        raise DocumentError("too large", field=at, value=len(content), allowed=f"{LARGEST_FILE} characters")
    return content


def _decode(content: bytes, at: str) -> str:
    if len(content) > LARGEST_FILE:
        raise DocumentError("too large", field=at, value=len(content), allowed=f"{LARGEST_FILE} bytes")
    declared = _DECLARED.match(content.removeprefix(b"\xef\xbb\xbf"))
    name = declared[1].decode("ascii").lower() if declared else "utf-8"
    if name not in _ENCODINGS:
        raise DocumentError("an encoding that is not read", field=at, value=name, allowed=", ".join(sorted(_ENCODINGS)))
    try:
        return content.decode("utf-8-sig" if name == "utf-8" else name)
    except UnicodeDecodeError as problem:
        raise DocumentError(f"not text in {name}", field=at) from problem


def _parse(content: str | bytes, at: str) -> Element:
    from xml.etree.ElementTree import ParseError, fromstring

    text = _decode(content, at) if isinstance(content, bytes) else _sized(content, at)
    if _FORBIDDEN.search(text):
        raise DocumentError("a document type or an entity is refused", field=at, allowed="plain elements")
    try:
        # Entities cannot be declared without what is refused above, and the parser gets text, not bytes to guess at.
        return fromstring(text.removeprefix("\ufeff").lstrip())  # noqa: S314
    except (ParseError, ValueError) as problem:
        raise DocumentError(f"not XML: {problem}", field=at) from problem


def _unzip(content: bytes) -> bytes:
    from zipfile import BadZipFile, ZipFile

    if len(content) > LARGEST_FILE:
        raise DocumentError("too large", field="ecb", value=len(content), allowed=f"{LARGEST_FILE} bytes")
    try:
        with ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
            if len(names) != 1:
                raise DocumentError("a ZIP with one file is expected", field="ecb", value=len(names))
            with archive.open(names[0]) as file:
                found = file.read(LARGEST_FILE + 1)
    except (BadZipFile, zlib.error, OSError, RuntimeError, EOFError, ValueError) as problem:
        if isinstance(problem, DocumentError):
            raise
        raise DocumentError("not a ZIP that can be read", field="ecb") from problem
    if len(found) > LARGEST_FILE:
        raise DocumentError("too large", field="ecb", allowed=f"{LARGEST_FILE} bytes")
    return found
