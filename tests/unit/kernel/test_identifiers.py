"""Identifiers: well formed numbers are normalised and taken apart, others are refused in words."""

from __future__ import annotations

import pickle
from datetime import date
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict, ValidationError

from xbec.errors import InputError
from xbec.kernel.identifiers import (
    S10,
    ChineseCustomsCode,
    Eori,
    Gtin,
    Identifier,
    Ioss,
    ResidentId,
    UnifiedSocialCreditCode,
    VatNumber,
)

KINDS = (S10, ChineseCustomsCode, Eori, Gtin, Ioss, ResidentId, UnifiedSocialCreditCode, VatNumber)


@pytest.mark.parametrize(
    ("given", "kept", "country"),
    [
        ("DE 136,695 976", "DE136695976", "DE"),
        ("ATU13585627", "ATU13585627", "AT"),
        ("el 094259216", "EL094259216", "GR"),
        ("GR094259216", "EL094259216", "GR"),
        ("XI 980 7806 84", "XI980780684", "XI"),
        ("NO 995 525 828 MVA", "NO995525828MVA", "NO"),
        ("CHE-107.787.577 IVA", "CHE107787577IVA", "CH"),
    ],
)
def test_vat_numbers(given: str, kept: str, country: str) -> None:
    number = VatNumber(given)
    assert (str(number), number.country) == (kept, country)


@pytest.mark.parametrize(
    ("kind", "given", "why"),
    [
        (VatNumber, "DE136695975", "the check digit is wrong"),
        (VatNumber, "DE1366", "the length is wrong"),
        (VatNumber, "136695976", "does not begin with a country"),
        (VatNumber, "EU372022452", "does not begin with a country"),
        (Eori, "GB12345", "twelve digits"),
        (Eori, "US123456789", "a country that issues them"),
        (Eori, "DE" + "1" * 16, "the length is wrong"),
        (Ioss, "IM9990000742", "a part of it cannot be"),
        (Ioss, "EU2760000742", "does not begin with IM"),
        (Ioss, "IM276000074", "the length is wrong"),
        (Gtin, "4006381333932", "the check digit is wrong"),
        (Gtin, "400638133393", "the check digit is wrong"),
        (Gtin, "12345", "the length is wrong"),
        (Gtin, "00000000", "only zeros"),
        (S10, "RR473124828DE", "would be 9"),
        (S10, "UJ473124829YP", "does not end with a country"),
        (S10, "RR47312482DE", "the format is wrong"),
        (UnifiedSocialCreditCode, "91110000600037341M", "the check character is wrong"),
        (UnifiedSocialCreditCode, "9111000060003734", "the length is wrong"),
        (UnifiedSocialCreditCode, "9111000O600037341L", "the format is wrong"),
        (ChineseCustomsCode, "44A3169D3W", "the format is wrong"),
        (ResidentId, "360426199113010071", "wrong|cannot be"),
        (ResidentId, "99042619910101007X", "wrong|cannot be"),
    ],
)
def test_a_refusal_says_what_is_wrong(kind: type[Identifier], given: str, why: str) -> None:
    with pytest.raises(InputError, match=why):
        kind(given)


def test_the_same_item_has_one_gtin() -> None:
    upc = Gtin("036000291452")
    assert upc == Gtin("0036000291452") == Gtin("00036000291452")
    assert (str(upc), upc.gtin14, upc.prefix, upc.indicator) == ("036000291452", "00036000291452", "003", 0)
    assert str(Gtin("73513537")) == "73513537"
    assert Gtin("98412345678908").indicator == 9


@pytest.mark.parametrize(
    ("serial", "digit"),
    [
        ("47312482", "9"),
        ("00000000", "5"),  # remainder 0: 11 counts as 5
        ("00000008", "0"),  # 56 leaves 1: 10 counts as 0
        ("10000000", "3"),
    ],
)
def test_check_digits_of_postal_items(serial: str, digit: str) -> None:
    assert S10(f"RR{serial}{digit}CN").check_digit == digit
    with pytest.raises(InputError, match=f"would be {digit}"):
        S10(f"RR{serial}{(int(digit) + 1) % 10}CN")


def test_other_parts() -> None:
    assert Eori("EL094259216").country == "GR"
    assert Eori("XI205672212000").country == "XI"
    assert Ioss("IM9000000742").member_state == "XI"
    assert Ioss("IM3720000742").member_state == "IE"
    code = UnifiedSocialCreditCode("91110000600037341L")
    assert (code.authority, code.kind, code.region, code.organisation) == ("9", "1", "110000", "600037341")


def test_identity_numbers_stay_out_of_sight() -> None:
    number = ResidentId("360426199101010071")
    assert "19910101" not in repr(number)
    assert number.birthday == date(1991, 1, 1)
    assert str(number) == "360426199101010071"
    with pytest.raises(InputError) as caught:
        ResidentId("360426199101010072")
    assert "36042619" not in str(caught.value)
    with pytest.raises(InputError) as caught:
        ResidentId("360426199101010071?")
    assert "36042619" not in str(caught.value)


@pytest.mark.parametrize("area", ["810000", "820000", "830000"])
def test_residence_permits_of_hong_kong_macao_taiwan(area: str) -> None:
    from stdnum.cn import ric

    first = f"{area}19900101001"
    assert ResidentId(first + ric.calc_check_digit(first + "0")).area == area
    with pytest.raises(InputError):
        ResidentId(f"{area}19901301001" + ric.calc_check_digit(f"{area}199013010010"))


def test_numbers_of_one_kind_sort_and_others_do_not_compare() -> None:
    assert sorted([Gtin("98412345678908"), Gtin("73513537")])[0] == Gtin("73513537")
    assert len({Eori("DE136695976"), VatNumber("DE136695976")}) == 2
    with pytest.raises(TypeError):
        _ = Eori("DE123456789") < VatNumber("DE136695976")
    assert pickle.loads(pickle.dumps(Gtin("73513537"))) == Gtin("73513537")
    with pytest.raises(InputError):
        Identifier("123")


def test_they_are_fields_of_a_model() -> None:
    class Seller(BaseModel):
        model_config = ConfigDict(strict=True, extra="forbid")
        vat: VatNumber
        eori: Eori | None = None

    seller = Seller.model_validate_json('{"vat": "DE 136695976", "eori": "DE123456789"}')
    assert seller.vat == VatNumber("DE136695976")
    assert seller.model_dump()["vat"] == seller.vat
    assert seller.model_dump_json() == '{"vat":"DE136695976","eori":"DE123456789"}'
    assert Seller.model_json_schema()["properties"]["vat"]["type"] == "string"
    assert Seller(vat=VatNumber("DE136695976")).eori is None
    with pytest.raises(ValidationError, match="the check digit is wrong"):
        Seller.model_validate({"vat": "DE136695975"})


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("bad", [None, 5, 1.5, float("nan"), b"x", [], {}, "", " ", "\x00", "9" * 10**7, object()])
def test_wrong_types_are_refused_and_never_echoed_at_length(kind: type[Identifier], bad: Any) -> None:
    with pytest.raises(InputError) as caught:
        kind(bad)
    assert len(str(caught.value)) < 500
