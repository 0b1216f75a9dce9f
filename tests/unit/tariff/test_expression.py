"""Duties as tariffs write them, read and computed."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from xbec.errors import CurrencyMismatch, InputError
from xbec.kernel.money import Money
from xbec.kernel.quantities import unit
from xbec.kernel.quantities import units as kernel_units
from xbec.tariff import FREE, Duty, Unresolved

EUR, USD = "EUR", "USD"


def read(text: str, currency: str | None = None) -> Duty:
    duty = Duty.parse(text, currency)
    assert isinstance(duty, Duty), duty
    return duty


@pytest.mark.parametrize(
    ("text", "currency", "rate", "specifics"),
    [
        ("Free", USD, "0", []),
        ("無税", "JPY", "0", []),
        ("0.00 %", EUR, "0", []),
        ("6.5 %", EUR, "0.065", []),
        ("16.5%", USD, "0.165", []),
        ("6.5% on the entire set", USD, "0.065", []),
        ("1.9 cents/kg", USD, "0", [("0.019", USD, "kg")]),
        ("$1.055/kg", USD, "0", [("1.055", USD, "kg")]),
        ("$1.055/kg", "CAD", "0", [("1.055", "CAD", "kg")]),
        ("46.3 cents/kg + 11%", USD, "0.11", [("0.463", USD, "kg")]),
        ("27.6 cents/liter+ 17.5%", USD, "0.175", [("0.276", USD, "l")]),
        ("151.00 EUR / 100 kg", EUR, "0", [("1.51", EUR, "kg")]),
        ("126.00 GBP/100kg", "GBP", "0", [("1.26", "GBP", "kg")]),
        ("52.00 EUR / 1,000 items", EUR, "0", [("0.052", EUR, "piece")]),
        ("$6/1000", USD, "0", [("0.006", USD, "piece")]),
        ("$3/doz. + 50%", USD, "0.5", [("0.25", USD, "piece")]),
        ("90 cents/pr. + 37.5%", USD, "0.375", [("0.9", USD, "pair")]),
        ("23.7 cents/pf.liter", USD, "0", [("0.474", USD, "l_alc")]),
        ("13.5 cents/kg + 6.3% + 1.9 cents/article", USD, "0.063", [("0.135", USD, "kg"), ("0.019", USD, "piece")]),
        ("0.90 EUR / % vol / hl + 6.40 EUR / hl", EUR, "0", [("0.064", EUR, "l"), ("0.9", EUR, "l_alc")]),
        ("0.40 EUR / 100 kg /net/ % sacchar.", EUR, "0", [("0.4", EUR, "kg_sucrose")]),
        ("8.3% + 3.8 EUR/100 kg eda", EUR, "0.083", [("0.038", EUR, "kg_drained")]),
        ("5%, and $85.36/L of alcohol", "AUD", "0.05", [("85.36", "AUD", "l_alc")]),
        ("25%＋63円/kg", None, "0.25", [("63", "JPY", "kg")]),
        ("4,000,000円/頭", None, "0", [("4000000", "JPY", "head")]),
        ("1.6 €/100\xa0kg", None, "0", [("0.016", EUR, "kg")]),
    ],
)  # fmt: skip
def test_forms_without_bounds(
    text: str, currency: str | None, rate: str, specifics: list[tuple[str, str, str]]
) -> None:
    duty = read(text, currency)
    assert duty.ad_valorem == Fraction(rate)
    assert duty.specifics == tuple((Fraction(amount), money, code) for amount, money, code in specifics)
    assert (duty.at_least, duty.at_most) == (None, None)
    assert duty.units == tuple(code for _, _, code in duty.specifics)


@pytest.mark.parametrize(
    ("text", "body", "lo", "hi"),
    [
        ("4.50% MIN 0.30 EUR / item MAX 0.80 EUR / item", "4.5 %", "0.3 EUR/item", "0.8 EUR/item"),
        ("12 % MAX 2.80 EUR / m2", "12 %", None, "2.8 EUR/m2"),
        ("0.50 EUR / item MIN 2.70% MAX 4.60%", "0.5 EUR/item", "2.7 %", "4.6 %"),
        (
            "9.10% + 45.10 EUR / 100 kg MAX 18.90% + 16.50 EUR / 100 kg",
            "9.1 % + 0.451 EUR/kg", None, "18.9 % + 0.165 EUR/kg",
        ),
        ("30% or 4300 JPY/pair, whichever is the greater", "30 %", "4300 JPY/pair", None),
        ("10% or 2 EUR per kg whichever is lower", "10 %", None, "2 EUR/kg"),
        ("5%, or, if lower, $0.45/kg", "5 %", None, "0.45 AUD/kg"),
        ("5% but not less than $0.45/kg", "5 %", "0.45 AUD/kg", None),
        ("60%又は4,800円/足のうちいずれか高い税率", "60 %", "4800 JPY/pair", None),
        (
            "21.3%又は156.80円/lのうちいずれか低い税率\nただしその税率が93円/lを下回る場合は93円/l",
            "21.3 %", "93 JPY/l", "156.8 JPY/l",
        ),
        ("5.6%又は4.4%＋1.52円/㎡のうちいずれか高い税率", "5.6 %", "4.4 % + 1.52 JPY/m2", None),
        ("5 % MAX 0 %", "5 %", None, "Free"),
    ],
)  # fmt: skip
def test_forms_with_bounds(text: str, body: str, lo: str | None, hi: str | None) -> None:
    duty = read(text, "AUD")
    assert Duty(duty.ad_valorem, duty.specifics) == read(body)
    assert duty.at_least == (read(lo) if lo else None)
    assert duty.at_most == (read(hi) if hi else None)
    assert read(str(duty)) == duty


@pytest.mark.parametrize(
    "text",
    [
        "35", "0.05", "6.4 + 24.6 EUR/100 kg", "14BK", "16% [mark #]", "9.00% + EA", "9.00% + EA MAX 18.70% + ADSZ",
        "NIHIL", "Entry Price", "15.00% (01 JAN-14 FEB, 16 JUN-31 DEC), 0.00% (15 FEB-15 JUN)",
        "41 cents each + 5% on the case + 4.2% on the battery", "2.5% on the value of the lead content",
        "The rate applicable in the absence of this subheading", "suspended", "No change", "Free, under bond",
        "3.6606 cents/kg less 0.020668 cents/kg for each degree under 100 degrees but not less than 3.1 cents/kg",
        "33.90 EUR / 100 kg / std qual", "10 cents/1,000 pins + 3.5%", "5 cents/bbl", "(10%)", "*396円/kg", "◎10%",
        "16.50 % / Retail Price + 244.78 GBP / 1000 p/st MIN 320.90 GBP / 1000 p/st", "14,4", "14,4 %", "-5 %", "5 % %",
        "3 percent of the fair retail value", "5 % MIN 1 EUR/kg MIN 2 EUR/kg", "1 EUR/kg + 1 USD/l", "5 XXX/kg",
        "5 EUR", "EUR 5 USD/kg", "5 % + 3 %", "5/kg", "20000 %", "1 EUR/0 kg", "1/0 EUR/kg", "9" * 400 + " %",
        "MIN 5 %", "5 % MAX", "+", "1 % or 2 % or 3 %, whichever is the higher", "1 % or 2 %, whichever is nicer",
    ],
)  # fmt: skip
def test_what_the_shape_cannot_say_is_unresolved_and_never_a_guess(text: str) -> None:
    found = Duty.parse(text, "USD")
    assert isinstance(found, Unresolved)
    assert found.text == text
    assert found.reason


def test_a_dollar_needs_the_currency_of_the_schedule() -> None:
    found = Duty.parse("$1/kg")
    assert isinstance(found, Unresolved)
    assert "currency" in found.reason
    assert isinstance(Duty.parse("$1/kg", "EUR"), Unresolved)


@pytest.mark.parametrize("bad", ["", "  ", "x" * 501, "9" * 10_000_000, None, 5, 6.5, float("nan"), b"5 %", ["5 %"]])
def test_what_is_no_text_is_refused(bad: Any) -> None:
    with pytest.raises(InputError):
        Duty.parse(bad)


@pytest.mark.parametrize("bad", ["", "DOLLAR", 5, "usd"])
def test_what_is_no_currency_is_refused(bad: Any) -> None:
    with pytest.raises(InputError):
        Duty.parse("$1/kg", bad)


def test_the_shape_is_max_of_floor_and_min_of_ceiling() -> None:
    watch = read("4.50% MIN 0.30 EUR / item MAX 0.80 EUR / item")
    one = {"piece": Decimal(1)}
    assert watch.evaluate(Money("2", EUR), one) == Fraction("0.3")
    assert watch.evaluate(Money("10", EUR), one) == Fraction("0.45")
    assert watch.evaluate(Money("100", EUR), one) == Fraction("0.8")


def test_where_floor_and_ceiling_cross_the_floor_wins() -> None:
    wine = Duty("10 %", at_least=Duty(specifics=[(5, EUR, "l")]), at_most=Duty(specifics=[(3, EUR, "l")]))
    assert wine.evaluate(Money("1000", EUR), {"l": 1}) == 5


def test_quantities_are_converted_within_their_kind() -> None:
    duty = read("151.00 EUR / 100 kg")
    value = Money("10", EUR)
    expected = Fraction("1.51") / 2
    assert duty.evaluate(value, {"kg": Decimal("0.5")}) == expected
    assert duty.evaluate(value, {"g": 500}) == expected
    assert duty.evaluate(value, {"kg_gross": 9, "g": 500}) == expected


def test_a_missing_quantity_is_named() -> None:
    with pytest.raises(InputError, match="needs a quantity in kg") as caught:
        read("151.00 EUR / 100 kg").evaluate(Money("10", EUR), {"kg_gross": 1})
    assert caught.value.field == "quantities[kg]"


@pytest.mark.parametrize("bad", [0.5, Decimal("NaN"), -1, None, "x", True])
def test_a_quantity_that_is_none_is_refused(bad: Any) -> None:
    with pytest.raises(InputError):
        read("1 EUR/kg").evaluate(Money("10", EUR), {"kg": bad})


def test_another_currency_is_for_the_caller_to_convert() -> None:
    with pytest.raises(CurrencyMismatch, match="EUR"):
        read("5 % MIN 1 EUR/kg").evaluate(Money("10", USD), {"kg": 1})
    assert read("5 %").evaluate(Money("10", USD)) == Fraction(1, 2)


@pytest.mark.parametrize(
    ("value", "quantities"), [(10, {}), (None, {}), (Money("-1", EUR), {}), (Money("1", EUR), [1])]
)
def test_evaluate_refuses_what_is_no_value(value: Any, quantities: Any) -> None:
    with pytest.raises(InputError):
        read("5 %").evaluate(value, quantities)


def test_equality_is_that_of_the_value() -> None:
    assert read("151.00 EUR / 100 kg") == read("1.51 EUR/kg") == Duty(specifics=[("1.51", EUR, "kg")])
    assert hash(read("151.00 EUR / 100 kg")) == hash(read("1.51 EUR/kg"))
    assert read("0 %") == FREE == read("Free")
    assert read("5 % MIN 0 EUR/kg") == read("5 %")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("46.3 cents/kg + 14.9%", "14.9 % + 0.463 USD/kg"),
        ("151.00 EUR / 100 kg", "151.00 EUR/100 kg"),
        ("94 cents/doz. + 4.6%", "4.6 % + 0.94 USD/dozen"),
        ("16.50%", "16.50 %"),
        ("0%", "Free"),
    ],
)
def test_prints_back_as_the_law_counts(text: str, shown: str) -> None:
    assert str(read(text, USD)) == shown


def test_questions_about_a_duty() -> None:
    assert read("5 %").is_ad_valorem
    assert FREE.is_ad_valorem
    assert FREE.is_free
    assert not read("5 % MIN 1 %").is_ad_valorem
    bounded = read("5 % MIN 1 EUR/kg MAX 2 EUR/l")
    assert (bounded.units, bounded.currency) == (("kg", "l"), EUR)
    assert read("5 %").currency is None


@pytest.mark.parametrize(
    "arguments",
    [
        {"ad_valorem": 0.05}, {"ad_valorem": "-1 %"}, {"ad_valorem": None}, {"ad_valorem": 101},
        {"specifics": 5}, {"specifics": "x"}, {"specifics": [1]}, {"specifics": [(1, EUR)]},
        {"specifics": [(-1, EUR, "kg")]}, {"specifics": [(1, "eur", "kg")]}, {"specifics": [(1, EUR, "stone")]},
        {"specifics": [(1.5, EUR, "kg")]}, {"specifics": [(1, EUR, None)]},
        {"specifics": [(1, EUR, "kg"), (1, USD, "l")]}, {"specifics": [(1, EUR, "kg"), (1, USD, "kg")]},
        {"at_least": 5}, {"at_most": Duty(at_most=FREE)},
        {"specifics": [(1, EUR, "kg")], "at_least": Duty(specifics=[(1, USD, "kg")])},
        {"text": 5},
    ],
)  # fmt: skip
def test_a_duty_that_is_none_is_refused(arguments: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        Duty(**arguments)


def test_every_word_of_the_tariffs_means_a_unit_with_a_source() -> None:
    from xbec.tariff import units

    data = units._data()
    for row in [*data["unit"].values(), *data["word"].values()]:
        assert row["source"] in data["source"]
    for code, row in data["word"].items():
        base, factor = units.base_of(row.get("unit", code))
        for text in row["text"]:
            found = units.word(text)
            assert found is not None
            assert found.unit == base
            assert found.factor == factor * Fraction(row.get("factor", "1"))
    spellings = [units._key(text) for row in data["word"].values() for text in row["text"]]
    assert len(spellings) == len(set(spellings))
    assert not set(data["unit"]) & set(kernel_units())
    assert units.label("kg") == unit("kg").label
