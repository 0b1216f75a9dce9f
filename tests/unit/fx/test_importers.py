"""Official files become tables; what is hostile or broken is refused with a typed error."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from xbec.errors import DocumentError, InputError
from xbec.fx import Fx, RateTable, read_bazg, read_ecb, read_hmrc, read_tcmb, read_unipass

ECB = "Date,USD,JPY,BGN,\n2026-01-02,1.17,184.2,N/A,\n2025-12-31,1.175,184.09,1.9558,\n"
ECB_XML = """<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01"
 xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref"><Cube><Cube time="2026-10-30">
<Cube currency="USD" rate="1.1172"/><Cube currency="JPY" rate="175.68"/></Cube></Cube></gesmes:Envelope>"""
HMRC = """<?xml version="1.0" encoding="UTF-8"?>
<exchangeRateMonthList Period="01/Nov/2026 to 30/Nov/2026">
  <exchangeRate><countryName>Abu Dhabi</countryName><countryCode>DH</countryCode><currencyName>Dirham </currencyName>
    <currencyCode>AED</currencyCode><rateNew>4.9211</rateNew></exchangeRate>
  <exchangeRate><countryName>Dubai</countryName><countryCode>DU</countryCode><currencyName>Dirham </currencyName>
    <currencyCode>AED</currencyCode><rateNew>4.9211</rateNew></exchangeRate>
  <exchangeRate><countryName>USA</countryName><countryCode>US</countryCode><currencyName>Dollar </currencyName>
    <currencyCode>USD</currencyCode><rateNew>1.34</rateNew></exchangeRate>
</exchangeRateMonthList>"""
BAZG = """<?xml version="1.0" encoding="UTF-8"?>
<wechselkurse xmlns="https://www.backend-rates.bazg.admin.ch/xmldaily">
  <datum>03.06.2026</datum><zeit>07:00:03</zeit><gueltigkeit>04.06.2026</gueltigkeit>
  <devise code="usd"><land_en>United States</land_en><waehrung>1 USD</waehrung><kurs>0.79588</kurs></devise>
  <devise code="huf"><land_en>Hungary</land_en><waehrung>1000 HUF</waehrung><kurs>2.31200</kurs></devise>
</wechselkurse>"""
TCMB = """<?xml version="1.0" encoding="UTF-8"?>
<?xml-stylesheet type="text/xsl" href="isokur.xsl"?>
<Tarih_Date Tarih="18.09.2026" Date="09/18/2026"  Bulten_No="2026/176" >
  <Currency CrossOrder="0" Kod="USD" CurrencyCode="USD"><Unit>1</Unit><Isim>ABD DOLARI</Isim>
    <ForexBuying>48.6116</ForexBuying><ForexSelling>48.6992</ForexSelling></Currency>
  <Currency CrossOrder="5" Kod="JPY" CurrencyCode="JPY"><Unit>100</Unit><Isim>JAPON YENİ</Isim>
    <ForexBuying>30.7666</ForexBuying><ForexSelling>30.9704</ForexSelling></Currency>
  <Currency CrossOrder="9" Kod="XDR" CurrencyCode="XDR"><Unit>1</Unit>
    <ForexBuying>65.1</ForexBuying><ForexSelling/></Currency>
</Tarih_Date>"""
UNIPASS = """<trifFxrtInfoQryRtnVo><tCnt>2</tCnt>
  <trifFxrtInfoQryRsltVo><cntySgn>VN</cntySgn><mtryUtNm>Dong</mtryUtNm><fxrt>0.0509</fxrt><currSgn>VND</currSgn>
    <aplyBgnDt>20261101</aplyBgnDt><imexTp>1</imexTp></trifFxrtInfoQryRsltVo>
  <trifFxrtInfoQryRsltVo><cntySgn>US</cntySgn><mtryUtNm>US Dollar</mtryUtNm><fxrt>1402.11</fxrt><currSgn>USD</currSgn>
    <aplyBgnDt>20261101</aplyBgnDt><imexTp>2</imexTp></trifFxrtInfoQryRsltVo>
</trifFxrtInfoQryRtnVo>"""

READERS: list[tuple[Callable[[Any], RateTable], str]] = [
    (read_ecb, ECB),
    (read_ecb, ECB_XML),
    (read_hmrc, HMRC),
    (read_bazg, BAZG),
    (read_tcmb, TCMB),
    (read_unipass, UNIPASS),
]


def zipped(text: str) -> bytes:
    buffer = io.BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as archive:
        archive.writestr("eurofxref-hist.csv", text)
    return buffer.getvalue()


def test_ecb_history_leaves_out_what_is_not_quoted() -> None:
    table = read_ecb(ECB)
    assert [(r.quote, r.day.day) for r in table] == [("BGN", 31), ("JPY", 31), ("JPY", 2), ("USD", 31), ("USD", 2)]
    assert read_ecb(zipped(ECB)) == read_ecb(ECB.encode()) == table
    assert len(read_ecb(ECB, since=date(2026, 1, 1))) == 2


def test_ecb_day_file_and_xml_say_the_same() -> None:
    day = "Date, USD, JPY, \n30 October 2026, 1.1172, 175.68, \n"
    assert read_ecb(day) == read_ecb(ECB_XML) == read_ecb(ECB_XML.encode())


def test_hmrc_month_serves_its_month() -> None:
    fx = Fx(read_hmrc(HMRC))
    rate = fx.rate("AED", "GBP", rule="hmrc-monthly", on=date(2026, 11, 30))
    assert (rate.base, rate.rate, rate.day, rate.until) == (
        "GBP",
        Decimal("4.9211"),
        date(2026, 11, 1),
        date(2026, 12, 1),
    )
    assert len(fx.rate("AED", "USD", rule="hmrc-monthly", on=date(2026, 11, 30)).legs) == 2


def test_hmrc_rows_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(DocumentError, match="contradicts"):
        read_hmrc(HMRC.replace("4.9211", "4.9", 1))


def test_bazg_day_is_the_day_of_validity_and_units_count() -> None:
    huf, usd = read_bazg(BAZG)
    assert (huf.per, huf.quote, huf.day) == (1000, "CHF", date(2026, 6, 4))
    assert Fx(read_bazg(BAZG)).rate("USD", "CHF", rule="ch-bazg", on=date(2026, 6, 4)).rate == usd.rate


def test_the_older_address_of_bazg_is_read_too() -> None:
    assert read_bazg(BAZG.replace("bazg.admin.ch", "ezv.admin.ch")) == read_bazg(BAZG)


def test_tcmb_selling_rate_serves_the_next_day() -> None:
    table = read_tcmb(TCMB)
    assert [(r.base, r.per, str(r.rate)) for r in table] == [("JPY", 100, "30.9704"), ("USD", 1, "48.6992")]
    assert Fx(table).rate("USD", "TRY", rule="tr-tcmb", on=date(2026, 9, 21)).day == date(2026, 9, 18)


def test_tcmb_in_its_older_encoding() -> None:
    older = TCMB.replace("UTF-8", "ISO-8859-9").encode("iso-8859-9")
    assert read_tcmb(older) == read_tcmb(TCMB)


def test_unipass_keeps_import_and_export_apart() -> None:
    table = read_unipass(UNIPASS)
    assert [(r.source, r.base, r.until) for r in table] == [
        ("kr-kcs", "USD", date(2026, 11, 8)),
        ("kr-kcs-export", "VND", date(2026, 11, 8)),
    ]
    assert Fx(table).rate("USD", "KRW", rule="kr-kcs", on=date(2026, 11, 7)).confidence == "medium"


def test_unipass_yen_need_their_units_said() -> None:
    yen = UNIPASS.replace("VND", "JPY").replace("0.0509", "912.34")
    with pytest.raises(InputError, match="jpy_per"):
        read_unipass(yen)
    assert {r.per for r in read_unipass(yen, jpy_per=100) if r.base == "JPY"} == {100}
    for wrong in (0, 10, True, 1.0, "1", float("nan")):
        with pytest.raises(InputError):
            read_unipass(yen, jpy_per=wrong)  # type: ignore[arg-type]


def test_unipass_error_answers_are_told() -> None:
    error = "<error><errYn>Y</errYn><errMsg>unknown key</errMsg></error>"
    with pytest.raises(DocumentError, match="unknown key"):
        read_unipass(f"<trifFxrtInfoQryRtnVo><ntceInfo/>{error}</trifFxrtInfoQryRtnVo>")


@pytest.mark.parametrize(("read", "good"), READERS)
def test_hostile_and_broken_documents_are_refused(read: Callable[[Any], RateTable], good: str) -> None:
    bomb = '<!DOCTYPE a [<!ENTITY b "x">]>'
    as_xml = good if good.startswith("<") else ECB_XML
    after_head = as_xml.replace("?>", "?>" + bomb, 1) if "?>" in as_xml else bomb + as_xml
    bad = [
        after_head,
        after_head.replace("DOCTYPE", "doctype"),
        good[: len(good) // 2] if good.startswith("<") else good[:20],
        good.encode("utf-16"),
        good.replace("UTF-8", "UTF-16").encode() if "UTF-8" in good else b"\xff\xfe",
        good.replace("UTF-8", "UTF-7").encode() if "UTF-8" in good else b"\xff",
        "<a/>",
        "<a",
        "",
        "\x00",
        b"",
        b"PK\x03\x04",
        "<a>\udc80</a>",
        " " * 20_000_001,
        b" " * 20_000_001,
        good.replace("1.1", "x").replace("4.9", "x").replace("0.7", "x").replace("48.6", "x").replace("1402", "x"),
    ]
    for document in bad:
        if document != good:
            with pytest.raises(DocumentError):
                read(document)
    for other in (None, 5, [], float("nan")):
        with pytest.raises(InputError):
            read(other)


@pytest.mark.parametrize(
    ("read", "good", "old", "new"),
    [
        (read_hmrc, HMRC, "01/Nov/2026", "31/Feb/2026"),
        (read_hmrc, HMRC, "01/Nov/2026 to", "01/Dec/2026 to"),
        (read_hmrc, HMRC, "exchangeRate>", "row>"),
        (read_hmrc, HMRC, "USD", "US"),
        (read_hmrc, HMRC, "30/Nov/2026", "30/Nov/9999"),
        (read_bazg, BAZG, "04.06.2026", "4 June"),
        (read_bazg, BAZG, "1 USD", "1 EUR"),
        (read_bazg, BAZG, "1 USD", "one USD"),
        (read_tcmb, TCMB, "09/18/2026", "09/19/2026"),
        (read_tcmb, TCMB, "18.09.2026", ""),
        (read_tcmb, TCMB, "<Unit>100</Unit>", ""),
        (read_unipass, UNIPASS, "<imexTp>1", "<imexTp>3"),
        (read_unipass, UNIPASS, "20261101", "20261301"),
        (read_ecb, ECB, "2026-01-02", "2026-01-99"),
        (read_ecb, ECB, "184.2,", "184.2,1,1,1"),
        (read_ecb, ECB, "Date", "Day"),
        (read_ecb, ECB_XML, "2026-10-30", "soon"),
        (read_ecb, ECB_XML, "time=", "day="),
    ],
)
def test_a_document_that_changed_its_shape_is_refused(
    read: Callable[[Any], RateTable], good: str, old: str, new: str
) -> None:
    assert old in good
    with pytest.raises(DocumentError):
        read(good.replace(old, new))


def test_a_zip_that_grows_beyond_the_limit_is_refused() -> None:
    with pytest.raises(DocumentError, match="too large"):
        read_ecb(zipped(" " * 20_000_001))


def test_since_is_a_day() -> None:
    with pytest.raises(InputError):
        read_ecb(ECB, since="soon")  # type: ignore[arg-type]
