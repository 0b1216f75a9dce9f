"""VAT rates of the law book against ``eu-vat-rates-data``, a package checked against the Commission's database."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from eu_vat_rates_data import get_rate

from xbec.law import Law

TODAY = date(2026, 11, 24)
WEST = ("DE", "FR", "IT", "NL", "ES", "IE", "PL", "GB", "CH", "LI", "NO")

# The rate for livestock, which the package does not list.
NOT_IN_THE_PACKAGE = {("IE", Fraction("0.048"))}


def percent(value: float | None) -> set[Fraction]:
    return set() if value is None else {Fraction(Decimal(str(value))) / 100}


@pytest.mark.parametrize("code", WEST)
def test_standard_rate_of_today_agrees(code: str) -> None:
    published = get_rate(code)
    assert published is not None
    assert {Law.default()[code].tax_rate("vat", "standard", TODAY).value.value} == percent(published["standard"])


@pytest.mark.parametrize("code", WEST)
def test_every_class_has_a_rate_that_exists(code: str) -> None:
    published = get_rate(code)
    assert published is not None
    known = {Fraction(0)} | percent(published["standard"]) | percent(published["super_reduced"])
    known = known.union(*(percent(rate) for rate in published["reduced"]))
    law = Law.default()[code]
    ours = {law.tax_rate("vat", name, TODAY).value.value for name in law.taxes["vat"]}
    assert {rate for rate in ours - known if (code, rate) not in NOT_IN_THE_PACKAGE} == set()


@pytest.mark.parametrize("code", WEST)
def test_standard_rate_answers_for_every_month_since_the_file_begins(code: str) -> None:
    law = Law.default()[code]
    assert law.begins == date(2021, 7, 1)
    for year in range(2021, 2027):
        for month in range(1, 13):
            day = date(year, month, 1)
            if law.begins <= day <= TODAY:
                assert law.tax_rate("vat", "standard", day).citation.checked >= date(2026, 11, 1)


@pytest.mark.parametrize(
    ("code", "name", "day", "rate"),
    [
        ("CH", "standard", date(2023, 12, 31), "7.7 %"),
        ("CH", "standard", date(2024, 1, 1), "8.1 %"),
        ("CH", "reduced", date(2023, 12, 31), "2.5 %"),
        ("CH", "menstrual-products", date(2024, 12, 31), "8.1 %"),
        ("CH", "menstrual-products", date(2025, 1, 1), "2.6 %"),
        ("ES", "food-basic", date(2022, 12, 31), "4 %"),
        ("ES", "food-basic", date(2024, 9, 30), "0 %"),
        ("ES", "food-basic", date(2024, 12, 31), "2 %"),
        ("ES", "food-basic", date(2025, 1, 1), "4 %"),
        ("ES", "olive-oil", date(2024, 6, 30), "5 %"),
        ("ES", "olive-oil", date(2024, 7, 1), "0 %"),
        ("ES", "pasta-and-seed-oil", date(2024, 12, 31), "7.5 %"),
        ("PL", "food-basic", date(2022, 1, 31), "5 %"),
        ("PL", "food-basic", date(2024, 3, 31), "0 %"),
        ("PL", "food-basic", date(2024, 4, 1), "5 %"),
        ("IE", "newspapers", date(2022, 12, 31), "9 %"),
        ("IE", "newspapers", date(2023, 1, 1), "0 %"),
    ],
)
def test_temporary_rates_change_on_their_day(code: str, name: str, day: date, rate: str) -> None:
    assert Law.default()[code].tax_rate("vat", name, day).value.text == rate


@pytest.mark.parametrize(
    ("code", "hs", "name"),
    [
        ("DE", "49019900", "reduced"),
        ("DE", "20091100", "standard"),
        ("FR", "16043100", "standard"),
        ("IT", "49019900", "super-reduced"),
        ("ES", "15092000", "olive-oil"),
        ("IE", "62092000", "zero"),
        ("PL", "96190000", "second-reduced"),
        ("GB", "61112000", "zero"),
        ("CH", "30049000", "reduced"),
        ("LI", "49019900", "reduced"),
        ("NO", "49019900", "zero"),
    ],
)
def test_clear_goods_find_their_class(code: str, hs: str, name: str) -> None:
    found = Law.default()[code].class_of("vat", hs, TODAY)
    assert found is not None
    assert found.tax_class == name
