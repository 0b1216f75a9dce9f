"""Files of trademark offices: what loads, and what a wrong file is told."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from xbec import Money
from xbec.errors import DataFileError, GapError, InputError
from xbec.kernel.timeline import NoPeriod
from xbec.trademark.office_data import office, offices, read_office

HEAD = """
office = "XX"
name = "Office of Examples"
territory = ["XX"]
currency = "EUR"
counting = "us-37-cfr-2-196"
calendar = "uspto"
"""
SOURCE = '[source.act]\ntitle = "Act of examples"\nurl = "https://example.org/act"\nchecked = 2026-11-25\n'
FEE = """
[[fee]]
id = "application"
title = "application"
amount = "100 EUR"
per = "class"
from = 2020-01-01
source = "act s. 1"
"""
TERM = """
[[term]]
id = "renewal"
act = "renew the registration"
event = "registered"
length = "P10Y"
from = 2020-01-01
source = "act s. 2"
"""


def read(folder: Path, content: str | bytes) -> object:
    path = folder / "XX.toml"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_office(path)


def test_a_file_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "XX.toml"
    path.write_text(HEAD + SOURCE + FEE + TERM, encoding="utf-8")
    own = read_office(path)
    found = own.fee("application", date(2026, 3, 2))
    assert found.value.amount == Money("100", "EUR")
    assert found.value.act == "application"
    assert str(found.citation) == "Act of examples s. 1, checked 2026-11-25"
    assert str(own.term("renewal", date(2026, 3, 2)).value.length) == "10 years"


@pytest.mark.parametrize("code", offices())
def test_every_file_of_ours_loads_and_says_where_it_was_read(code: str) -> None:
    place = office(code)
    assert place.code == code
    assert place.fees
    assert place.terms
    for rows in (*place.fees.values(), *place.terms.values(), *place.requirements.values()):
        for row in rows:
            assert row.citation.url is not None
            assert row.citation.url.startswith("http")


@pytest.mark.parametrize("code", offices())
def test_every_fee_a_term_names_is_a_fee_or_a_gap_that_is_told(code: str) -> None:
    place = office(code)
    acts = {row.value.act for rows in place.fees.values() for row in rows}
    unpriced = {
        fee
        for rows in place.terms.values()
        for row in rows
        for fee in (row.value.fee, row.value.extension_fee, row.value.grace_fee)
        if fee is not None and fee not in acts
    }
    assert unpriced <= UNPRICED.get(code, set())


UNPRICED = {
    "BR": {"renewal", "renewal-grace"},
    "CA": {"renewal-grace"},
    "CN": {"renewal-grace"},
    "KR": {"renewal", "renewal-grace", "registration"},
}


@pytest.mark.parametrize("code", offices())
def test_amounts_of_an_office_are_in_its_currency(code: str) -> None:
    place = office(code)
    amounts = [row.value.amount for rows in place.fees.values() for row in rows]
    assert {amount.currency for amount in amounts if amount is not None} == {place.currency}


@pytest.mark.parametrize("code", ["ZZ", "us", "", "../US", None, 3, ["US"], "U" * 10_000])
def test_an_office_that_is_none_names_those_there_are(code: object) -> None:
    with pytest.raises(InputError, match=r"allowed: .*US"):
        office(code)  # type: ignore[arg-type]


def test_names_that_are_not_there_name_those_that_are() -> None:
    with pytest.raises(GapError, match=r"no such fee .*allowed: .*section-8"):
        office("US").fee("section-7", date(2026, 3, 2))
    with pytest.raises(GapError, match="no such term"):
        office("US").term("tea-break", date(2026, 3, 2))
    with pytest.raises(GapError, match="no such requirement"):
        office("US").requirement("tea", date(2026, 3, 2))
    with pytest.raises(NoPeriod):
        office("US").fee("application", date(2001, 1, 1))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "a word is missing; field XX.toml; value 'office'"),
        (HEAD.replace("territory", "territories") + SOURCE, "not a list of countries"),
        (HEAD.replace('territory = ["XX"]', 'territory = "XX"') + SOURCE, "not a list of countries"),
        (HEAD.replace('"EUR"', "978") + SOURCE, "not a text; field XX.toml: currency"),
        (HEAD.replace("us-37-cfr-2-196", "by-the-moon") + SOURCE, "not a rule of counting"),
        (HEAD.replace('"uspto"', '"atlantis"') + SOURCE, "not an office there is data for"),
        (HEAD.replace('"uspto"', '"QQ"') + SOURCE, "XX.toml"),
        (HEAD + "source = 3\n" + FEE, "sources are tables"),
        (HEAD + "[source]\nact = 'a book'\n" + FEE, "sources are tables"),
        (
            HEAD + "[source.act]\ntitle = 'a book'\n" + FEE,
            "its source lacks a word; field XX.toml: fee.application",
        ),
        (HEAD + FEE, "names a source the file does not define"),
        (HEAD + "fee = 3\n" + SOURCE, "not a list of fees"),
        (HEAD + "fee = [1, 2]\n" + SOURCE, "not a list of fees"),
        (HEAD + SOURCE + FEE.replace('id = "application"\n', ""), "a fee without an id"),
        (HEAD + SOURCE + FEE.replace('id = "application"', "id = 7"), "a fee without an id"),
        (
            HEAD + SOURCE + FEE + 'colour = "red"\n',
            "not a word of a fee; field XX.toml: fee.application; value 'colour'",
        ),
        (HEAD + SOURCE + FEE.replace('title = "application"\n', ""), "a fee lacks a word; .*value 'title'"),
        (HEAD + SOURCE + FEE.replace("from = 2020-01-01\n", ""), "a fee lacks a word; .*value 'from'"),
        (HEAD + SOURCE + FEE.replace('source = "act s. 1"\n', ""), "a fee lacks a word; .*value 'source'"),
        (HEAD + SOURCE + FEE.replace('amount = "100 EUR"\n', ""), "an amount or a share"),
        (HEAD + SOURCE + FEE + 'share = "25 %"\nof = "renewal"\n', "an amount or a share"),
        (HEAD + SOURCE + FEE.replace('amount = "100 EUR"', 'share = "25 %"'), "share and of together"),
        (HEAD + SOURCE + FEE.replace('amount = "100 EUR"', 'share = "25 %"\nof = "renewal"'), "a share of no fee"),
        (HEAD + SOURCE + FEE.replace('amount = "100 EUR"', 'share = "25 %"\nof = "application"'), "a share of no fee"),
        (HEAD + SOURCE + FEE.replace('"100 EUR"', "100"), "not an amount"),
        (HEAD + SOURCE + FEE.replace('"100 EUR"', "100.0"), "written as a float"),
        (HEAD + SOURCE + FEE.replace('"100 EUR"', '"100 XQX"'), "fee.application"),
        (HEAD + SOURCE + FEE.replace('per = "class"', 'per = "moon"'), "not what a fee is due for.*third and further"),
        (HEAD + SOURCE + FEE.replace('per = "class"', 'per = "item beyond 0"'), "not what a fee is due for"),
        (HEAD + SOURCE + FEE.replace('per = "class"', "per = 3"), "not a text; field XX.toml: fee.application.per"),
        (HEAD + SOURCE + FEE.replace("2020-01-01", '"2020-01-01"'), "fee.application"),
        (HEAD + SOURCE + FEE + "to = 2019-01-01\n", "a period ends before it starts"),
        (HEAD + SOURCE + FEE + 'confidence = "sure"\n', "not a confidence"),
        (HEAD + SOURCE + FEE + FEE, "two periods in-force overlap"),
        (HEAD + SOURCE + TERM.replace('"P10Y"', '"ten years"'), "not a length of time"),
        (HEAD + SOURCE + TERM.replace('event = "registered"\n', ""), "a term lacks a word; .*value 'event'"),
        (HEAD + SOURCE + TERM + "bases = 3\n", "term.renewal"),
        ("office = [", "not a TOML file"),
        (b"\xff\xfe", "not a TOML file"),
        ("x = " + "[" * 5000, "not a TOML file"),
    ],
)
def test_a_wrong_file_is_refused_naming_file_row_and_word(tmp_path: Path, content: str | bytes, says: str) -> None:
    with pytest.raises(DataFileError, match=says):
        read(tmp_path, content)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match="cannot read the file"):
        read_office(tmp_path / "none.toml")
