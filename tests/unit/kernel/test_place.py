"""Places: which law answers for an address, and how an address is read."""

from __future__ import annotations

import pickle
import re
import tomllib
from importlib.resources import files
from typing import Any

import pycountry
import pytest

from xbec.errors import InputError
from xbec.kernel.areas import special_area, special_areas, subdivisions, table
from xbec.kernel.place import Place


@pytest.mark.parametrize(
    ("place", "jurisdiction", "customs", "tax"),
    [
        (Place("DE"), "DE", "EU", "DE"),
        (Place("DE", postcode="10115"), "DE", "EU", "DE"),
        (Place("DE", "BY"), "DE", "EU", "DE"),
        (Place("DE", postcode="27498"), "heligoland", "heligoland", "heligoland"),
        (Place("DE", postcode="D-27498"), "heligoland", "heligoland", "heligoland"),
        (Place("DE", "BW", "78266"), "CH", "CH", "CH"),
        (Place("AT", postcode="6991"), "AT", "EU", "AT"),
        (Place("ES", "MD"), "ES", "EU", "ES"),
        (Place("ES", postcode="35001"), "canary-islands", "EU", "canary-islands"),
        (Place("ES", "TF", "38001"), "canary-islands", "EU", "canary-islands"),
        (Place("ES", postcode="51001"), "ceuta", "ceuta", "ceuta"),
        (Place("ES", "ML"), "melilla", "melilla", "melilla"),
        (Place("IT", postcode="23041"), "livigno", "livigno", "livigno"),
        (Place("IT", postcode="22061"), "campione-d-italia", "EU", "campione-d-italia"),
        (Place("IT", postcode="47890"), "SM", "SM", "SM"),
        (Place("GR", postcode="630 86"), "mount-athos", "EU", "mount-athos"),
        (Place("FI", postcode="FI-22100"), "AX", "EU", "AX"),
        (Place("AX"), "AX", "EU", "AX"),
        (Place("FR", postcode="75001"), "FR", "EU", "FR"),
        (Place("MC"), "FR", "EU", "FR"),
        (Place("FR", postcode="97400"), "RE", "EU", "RE"),
        (Place("RE"), "RE", "EU", "RE"),
        (Place("FR", postcode="97150"), "MF", "EU", "MF"),
        (Place("FR", postcode="97133"), "BL", "BL", "BL"),
        (Place("NC"), "NC", "NC", "NC"),
        (Place("PT", postcode="9500-321"), "PT", "EU", "PT"),
        (Place("NL"), "NL", "EU", "NL"),
        (Place("CW"), "CW", "CW", "CW"),
        (Place("DK", postcode="3900"), "GL", "GL", "GL"),
        (Place("CY", "06"), "northern-cyprus", "northern-cyprus", "northern-cyprus"),
        (Place("GB", postcode="SW1A 1AA"), "GB", "GB", "GB"),
        (Place("GB", postcode="bt1 1aa"), "XI", "XI", "XI"),
        (Place("GB", "NIR"), "XI", "XI", "XI"),
        (Place("GB", "BFS"), "XI", "XI", "XI"),
        (Place("XI"), "XI", "XI", "XI"),
        (Place("IM"), "GB", "GB", "GB"),
        (Place("GB", postcode="IM1 1AA"), "GB", "GB", "GB"),
        (Place("JE"), "JE", "JE", "JE"),
        (Place("GB", postcode="GY1 1AA"), "GG", "GG", "GG"),
        (Place("CH"), "CH", "CH", "CH"),
        (Place("LI"), "LI", "CH", "CH"),
        (Place("CH", postcode="9490"), "LI", "CH", "CH"),
        (Place("CH", postcode="7562"), "samnaun", "samnaun", "samnaun"),
        (Place("NO", postcode="9170"), "SJ", "SJ", "SJ"),
        (Place("NO", postcode="9008"), "NO", "NO", "NO"),
        (Place("US", "CA", "94016-1234"), "US", "US", "US"),
        (Place("PR"), "US", "US", "PR"),
        (Place("US", "PR"), "US", "US", "PR"),
        (Place("US", postcode="00901"), "US", "US", "PR"),
        (Place("VI"), "VI", "VI", "VI"),
        (Place("US", "GU"), "GU", "GU", "GU"),
        (Place("US", "AE", "09021"), "us-military-post", "us-military-post", "us-military-post"),
        (Place("CN", "GD"), "CN", "CN", "CN"),
        (Place("CN", "HK"), "HK", "HK", "HK"),
        (Place("MO"), "MO", "MO", "MO"),
        (Place("AU", postcode="2899"), "NF", "NF", "NF"),
        (Place("KZ"), "KZ", "EAEU", "KZ"),
        (Place("XK"), "XK", "XK", "XK"),
    ],
    ids=str,
)
def test_which_law_answers(place: Place, jurisdiction: str, customs: str, tax: str) -> None:
    assert (place.jurisdiction, place.customs_territory, place.tax_territory) == (jurisdiction, customs, tax)


def test_areas_hold_country_subdivision_and_special_area() -> None:
    assert Place("ES", "CN", "35001").areas == ("ES", "ES-CN", "canary-islands")
    assert Place("ES", "CN", "35001").special == ("canary-islands",)
    assert Place("GP").areas == ("GP", "guadeloupe")


@pytest.mark.parametrize(
    ("given", "kept"), [("QC", "CA-QC"), ("CA-QC", "CA-QC"), ("qc", "CA-QC"), ("Québec", "CA-QC"), ("quebec", "CA-QC")]
)
def test_a_subdivision_is_read_with_or_without_the_country_or_by_name(given: str, kept: str) -> None:
    assert Place("CA", given).subdivision == kept


@pytest.mark.parametrize(
    ("given", "kept"),
    [("sw1a 1aa", "SW1A1AA"), ("〒150-0001", "1500001"), ("１５０－０００１", "1500001"), ("١٢٣٤٥", "12345")],
)
def test_a_postcode_is_kept_in_plain_capitals_and_digits(given: str, kept: str) -> None:
    assert Place("JP", postcode=given).postcode == kept


def test_an_unknown_subdivision_names_those_there_are() -> None:
    with pytest.raises(InputError, match=r"not a subdivision of CA.*AB, BC, MB, NB") as caught:
        Place("CA", "ZZ")
    assert caught.value.field == "subdivision"


@pytest.mark.parametrize(("given", "cure"), [("UK", "write GB"), ("EL", "write GR"), ("de", "write DE"), ("ZZ", None)])
def test_a_wrong_country_says_which_was_meant(given: str, cure: str | None) -> None:
    with pytest.raises(InputError) as caught:
        Place(given)
    assert caught.value.cure == cure


def test_subdivision_and_postcode_of_two_areas_contradict_each_other() -> None:
    with pytest.raises(InputError, match="ceuta and canary-islands"):
        Place("ES", "CE", "35001")


def test_an_address_keeps_what_law_can_read() -> None:
    assert Place.from_address("GB", "Greater London", "BT1 1AA") == Place("GB", None, "BT1 1AA")
    assert Place.from_address("HK", "Kowloon", "n/a") == Place("HK")
    assert Place.from_address("CA", "QC", "n/a") == Place("CA", "QC")
    assert Place.from_address("ES", "CE", "35001") == Place("ES", None, "35001")
    with pytest.raises(InputError):
        Place.from_address("UK", "London")


def test_parse_reads_a_country_or_a_subdivision() -> None:
    assert Place.parse("DE") == Place("DE")
    assert Place.parse("CA-QC") == Place("CA", "QC")
    for text in ("ES-35001", "DE-", "-", "", "germany", None, 7):
        with pytest.raises(InputError):
            Place.parse(text)  # type: ignore[arg-type]


def test_possible_areas_say_what_a_postcode_would_decide() -> None:
    assert Place("IT").possible_areas == ("campione-d-italia", "livigno", "san-marino", "vatican")
    assert Place("IT", postcode="00184").possible_areas == ()
    assert Place("ES", "MD").possible_areas == ()
    assert Place("PL").possible_areas == ()


def test_a_place_is_a_value() -> None:
    place = Place("CA", "QC", "H2X 1Y4")
    assert place == Place("CA", "CA-QC", "h2x1y4")
    assert len({place, Place("CA", "QC", "H2X1Y4")}) == 1
    assert pickle.loads(pickle.dumps(place)).areas == place.areas
    assert str(place) == "CA-QC H2X1Y4"
    assert repr(Place("DE")) == "Place('DE')"


@pytest.mark.parametrize("bad", [None, 1, 1.5, float("nan"), b"DE", [], {}, "D" * 10**6, object(), True])
def test_wrong_types_are_refused(bad: Any) -> None:
    with pytest.raises(InputError):
        Place(bad)
    if bad is not None:
        with pytest.raises(InputError):
            Place("DE", bad)
        with pytest.raises(InputError):
            Place("DE", None, bad)


def test_countries_are_those_of_iso_3166() -> None:
    assert table().countries == {country.alpha_2 for country in pycountry.countries} | {"XI", "XK"}


def test_subdivisions_are_those_of_iso_3166() -> None:
    known = {f"{country}-{code}" for country, codes in subdivisions().items() for code in codes}
    assert {each.code for each in pycountry.subdivisions} <= known
    assert known - {each.code for each in pycountry.subdivisions} == {"US-AA", "US-AE", "US-AP"}


def test_every_area_has_a_source_and_names_what_exists() -> None:
    for area in special_areas():
        assert special_area(area.id) is area
        assert area.citation.url is not None
        assert area.code is None or area.code in table().countries
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", area.id)
    known = {f"{country}-{code}" for country, codes in subdivisions().items() for code in codes}
    assert set(table().by_subdivision) <= known
    assert set(table().by_postcode) <= table().countries
    with pytest.raises(InputError):
        special_area("atlantis")


def test_every_source_is_used() -> None:
    content = tomllib.loads((files("xbec") / "data" / "places.toml").read_text(encoding="utf-8"))
    rows = [*content["area"], *content["territory"].values()]
    used = {row["source"].partition(" ")[0] for row in rows}
    assert set(content["source"]) - used <= {"postcodes", "iso3166-1"}
