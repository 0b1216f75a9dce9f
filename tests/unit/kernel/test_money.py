import copy
import json
import pickle
import subprocess
import sys
from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from pydantic import BaseModel, ValidationError

from xbec.errors import CurrencyMismatch, InputError
from xbec.kernel.money import Money
from xbec.kernel.rate import Rate
from xbec.kernel.rounding import Rounding


def eur(amount):
    return Money(amount, "EUR")


@pytest.mark.parametrize(
    ("money", "text", "minor"),
    [
        (Money(1250, "JPY"), "1250 JPY", 1250),
        (Money("12.5", "EUR"), "12.50 EUR", 1250),
        (Money(Decimal("1.2500"), "KWD"), "1.250 KWD", 1250),
        (Money("-0.0001", "CLF"), "-0.0001 CLF", -1),
    ],
)
def test_amounts_of_every_kind_of_minor_unit(money, text, minor):
    assert str(money) == text
    assert money.minor == minor
    assert Money.from_minor(minor, money.currency) == money
    assert Money.from_text(text) == money


def test_a_unit_price_keeps_its_decimals_and_has_no_whole_minor_unit():
    price = eur("0.0125")
    assert (price.amount, price.scaled, str(price)) == (Decimal("0.0125"), (125, 4), "0.0125 EUR")
    with pytest.raises(InputError, match="round_to"):
        _ = price.minor
    assert (price * 800).minor == 1000


@pytest.mark.parametrize(
    "amount",
    [
        12.5,
        float("nan"),
        True,
        None,
        "",
        "abc",
        "12,50",
        Decimal("NaN"),
        Decimal("Infinity"),
        "1" * 31,
        10**30,
        b"1",
        [],
        Fraction(1, 2),
    ],
)
def test_what_is_no_amount_is_refused(amount):
    with pytest.raises(InputError):
        eur(amount)


@pytest.mark.parametrize("text", ["12.50", "EUR 12.50", "12.50  EUR", "12.50 EURO", "", None, 3, "1 2 EUR"])
def test_from_text_is_strict(text):
    with pytest.raises(InputError):
        Money.from_text(text)


@pytest.mark.parametrize("minor", [12.0, True, "1", None, 10**30, Decimal(1)])
def test_from_minor_takes_whole_numbers(minor):
    with pytest.raises(InputError):
        Money.from_minor(minor, "EUR")


def test_arithmetic_is_exact_whatever_the_decimal_context():
    with localcontext() as context:
        context.prec = 3
        assert eur("123456789.01") + eur("0.0001") == eur("123456789.0101")
        assert (eur("123456789.01") * Decimal("1.000001")).amount == Decimal("123456912.46678901")
    assert eur("1") - eur("1.5") == -eur("0.5") == eur("-0.5")
    assert abs(eur("-2")) == eur(2)
    assert 3 * eur("0.10") == eur("0.30")
    assert eur("9" * 28) * 100 * Fraction(1, 100) == eur("9" * 28)
    assert sum([eur("0.10"), eur("0.20")]) == eur("0.30")


def test_a_product_with_an_endless_fraction_stays_exact_until_rounded():
    part = eur("100") * Rate("22/78")
    assert part.fraction == Fraction(2200, 78)
    assert part.round_to() == eur("28.21")
    assert part + part + part == eur("300") * Rate("22/78")
    assert part * Fraction(78, 22) == eur("100")
    assert eur("28.20") < part < eur("28.21")
    assert str(part) == "1100/39 EUR"
    for ask in ("amount", "scaled", "minor"):
        with pytest.raises(InputError, match="round_to"):
            getattr(part, ask)


def test_two_currencies_never_meet():
    usd = Money("1", "USD")
    for meet in (
        lambda: eur(1) + usd,
        lambda: eur(1) - usd,
        lambda: eur(1) < usd,
        lambda: eur(1) >= usd,
        lambda: sum([eur(1), usd]),
    ):
        with pytest.raises(CurrencyMismatch):
            meet()
    assert eur(1) != usd


@pytest.mark.parametrize("other", [1, 1.5, "1.00 EUR", None, Decimal(1), True])
def test_money_and_a_bare_number_never_meet(other):
    for meet in (
        lambda: eur(1) + other,
        lambda: other + eur(1),
        lambda: eur(1) - other,
        lambda: other - eur(1),
        lambda: eur(1) < other,
        lambda: eur(1) >= other,
    ):
        with pytest.raises((InputError, TypeError)):
            meet()
    assert eur(1) != other


@pytest.mark.parametrize("factor", [1.5, True, None, "2", Decimal("NaN"), Money("1", "EUR"), 10**40])
def test_what_is_no_factor_is_refused(factor):
    with pytest.raises(InputError):
        _ = eur(1) * factor


def test_equal_amounts_are_one_key_however_written():
    assert len({eur("1"), eur("1.00"), eur("1.0000"), eur(Decimal("1E0")), eur("3") * Fraction(1, 3)}) == 1
    assert not eur(0)
    assert eur("0.01")


def test_an_amount_does_not_change():
    money = eur(1)
    for name in ("amount", "currency", "minor", "scaled", "note"):
        with pytest.raises(AttributeError):
            setattr(money, name, 1)
    assert copy.copy(money) is copy.deepcopy(money) is money
    assert pickle.loads(pickle.dumps(money)) == money
    assert eval(repr(money), {"Money": Money}) == money


@pytest.mark.parametrize(
    ("money", "rounding", "expected"),
    [
        (eur("12.345"), None, "12.35 EUR"),
        (eur("-12.345"), None, "-12.35 EUR"),
        (eur("12.345"), Rounding("0.01", "half-even"), "12.34 EUR"),
        (Money("12.525", "CHF"), Rounding("0.05"), "12.55 CHF"),
        (Money("12999", "JPY"), Rounding(1000, "down"), "12000 JPY"),
        (Money("0.5", "JPY"), None, "1 JPY"),
        (Money("1.23455", "KWD"), None, "1.235 KWD"),
    ],
)
def test_rounding(money, rounding, expected):
    assert str(money.round_to(rounding)) == expected


def test_conversion_uses_the_published_direction_exactly():
    # 1 EUR = 1.1534 USD: the six-digit inverse 0.867002 gives another cent on some amounts.
    rate = Rate("1.1534")
    assert Money("50.00", "USD").convert(rate.inverse, "EUR") == eur("43.35")
    assert eur("43.35").convert(rate, "USD") == Money("50.00", "USD")
    assert eur("10").convert(Decimal("163.456"), "JPY") == Money(1635, "JPY")
    assert eur("10").convert(rate, "USD", rounding=Rounding(1, "down")) == Money(11, "USD")
    for bad in (Rate("0"), Decimal("-1"), 1.1, None):
        with pytest.raises(InputError):
            eur(1).convert(bad, "USD")


@pytest.mark.parametrize(
    ("money", "weights", "minors"),
    [
        (eur("0.05"), [3, 7], [2, 3]),
        (eur("1.00"), [1, 1, 1], [34, 33, 33]),
        (eur("-1.00"), [1, 1, 1], [-34, -33, -33]),
        (eur("1.00"), [0, 0], [50, 50]),
        (eur("1.01"), [0, 1, 0, 1], [0, 51, 0, 50]),
        (Money(10, "JPY"), [Decimal("0.5"), Fraction(1, 3), 1], [3, 2, 5]),
        (eur("10"), [eur("19.99"), eur("5.01")], [800, 200]),
        (eur(0), [1, 2], [0, 0]),
    ],
)
def test_allocation_loses_no_minor_unit(money, weights, minors):
    assert [part.minor for part in money.allocate(weights)] == minors


@pytest.mark.parametrize("weights", [[], [-1, 2], [1.5], [None], None, 3, [True], ["x"]])
def test_what_is_no_weights_is_refused(weights):
    with pytest.raises(InputError):
        eur(1).allocate(weights)


def test_parts_of_a_minor_unit_are_not_allocated():
    with pytest.raises(InputError):
        eur("0.005").allocate([1])


@pytest.mark.parametrize(
    ("text", "locale", "currency", "expected"),
    [
        ("12,50 €", "de", None, "12.50 EUR"),
        ("1.234,50 €", "de-DE", None, "1234.50 EUR"),
        ("€1,234.00", "en", None, "1234.00 EUR"),
        ("-12,50 €", "de", None, "-12.50 EUR"),
        ("−€12.50", "en", None, "-12.50 EUR"),
        ("1 234,50 €", "fr", None, "1234.50 EUR"),
        ("CHF 1'234.50", "de_CH", None, "1234.50 CHF"),
        ("USD 12.5", "en", None, "12.50 USD"),
        ("12.50 usd", "en", None, "12.50 USD"),
        ("12.50", "en", "USD", "12.50 USD"),
        ("$12.50", "en", "AUD", "12.50 AUD"),
        ("$12.50", "en_CA", None, "12.50 CAD"),
        ("¥1,250", "ja_JP", None, "1250 JPY"),
        ("1,23,456.00 ₹", "en_IN", None, "123456.00 INR"),
        ("12.345 KWD", "en", None, "12.345 KWD"),
    ],
)
def test_amounts_as_people_write_them(text, locale, currency, expected):
    assert str(Money.parse(text, locale=locale, currency=currency)) == expected


@pytest.mark.parametrize(
    ("text", "locale", "currency"),
    [
        ("12.50 €", "de", None),
        ("12,5 €", "en", None),
        ("$12.50", "en", None),
        ("12.50", "en", None),
        ("€ 5", "en", "USD"),
        ("$5", "en", "EUR"),
        ("5 EUR", "en", "USD"),
        ("EUR", "en", None),
        ("5 EUR 6", "en", None),
        ("EUR 5 each", "en", None),
        ("1.2.3 EUR", "en", None),
        ("5 EUR", "xx_nowhere", None),
        ("5 EUR", None, None),
        ("5", "en", "XXX"),
        (None, "en", None),
        (5, "en", "EUR"),
        ("9" * 500, "en", "EUR"),
        ("NaN EUR", "en", None),
        ("(5) EUR", "en", None),
        ("5 ???", "en", None),
    ],
)
def test_an_amount_that_could_mean_two_things_is_refused(text, locale, currency):
    with pytest.raises(InputError):
        Money.parse(text, locale=locale, currency=currency)


@pytest.mark.parametrize(
    ("money", "locale", "shown"),
    [
        (eur("1234567.5"), "de_DE", "1.234.567,50\xa0€"),
        (Money("1234567", "JPY"), "en", "¥1,234,567"),
        (Money("1.234", "IQD"), "en", "IQD\xa01.234"),
        (Money("-5", "CHF"), "en", "-CHF\xa05.00"),
        (Money("5", "CHF"), "de", "5,00\xa0CHF"),
        (eur("0.0125"), "en", "€0.0125"),
        (eur("-5"), "en-GB", "-€5.00"),
        (eur("9" * 28 + ".99"), "en", "€" + ",".join(["9", *["999"] * 9]) + ".99"),
    ],
)
def test_amounts_as_people_read_them(money, locale, shown):
    assert money.format(locale) == shown


@pytest.mark.parametrize("locale", ["", "nowhere", None, 3, "e" * 1000, ["en"]])
def test_a_locale_that_is_none_is_refused(locale):
    with pytest.raises(InputError):
        eur(1).format(locale)


class Price(BaseModel, strict=True):
    price: Money


def test_a_pydantic_field_reads_and_writes_json():
    price = Price.model_validate_json('{"price": {"amount": "12.50", "currency": "EUR"}}')
    assert price.price == eur("12.50")
    assert Price.model_validate({"price": "12.50 EUR"}) == Price(price=eur("12.50")) == price
    assert json.loads(price.model_dump_json()) == {"price": {"amount": "12.50", "currency": "EUR"}}
    assert price.model_dump() == {"price": eur("12.50")}
    assert Price.model_json_schema()["properties"]["price"]["required"] == ["amount", "currency"]


@pytest.mark.parametrize(
    "value",
    [
        12.5,
        {"amount": 12.5, "currency": "EUR"},
        {"amount": "1"},
        {"amount": "1", "currency": "EUR", "x": 1},
        "12.50",
        None,
        {"amount": "1", "currency": []},
    ],
)
def test_a_pydantic_field_refuses(value):
    with pytest.raises(ValidationError):
        Price.model_validate({"price": value})


def test_adding_money_loads_no_catalogue():
    code = (
        "import sys; from xbec.kernel.money import Money; Money('1', 'EUR') + Money('2', 'EUR');"
        "print([m for m in ('babel', 'pycountry') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
