from decimal import Decimal
from fractions import Fraction

import pytest

from xbec.errors import InputError
from xbec.kernel.rate import Rate


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("7.7 %", Fraction(77, 1000)),
        ("19%", Fraction(19, 100)),
        ("22/78", Fraction(11, 39)),
        ("2/37", Fraction(2, 37)),
        ("0.077", Fraction(77, 1000)),
        ("1.1534", Fraction(11534, 10000)),
        ("0 %", 0),
        ("1/3 %", Fraction(1, 300)),
    ],
)
def test_a_rate_is_exact_and_prints_as_it_was_written(written, value):
    rate = Rate(written)
    assert rate.fraction == value
    assert str(rate) == written
    assert Rate(str(rate)) == rate


def test_rates_of_numbers_print_what_reads_back():
    assert str(Rate(Fraction(2, 37))) == "2/37"
    assert str(Rate(Fraction(77, 1000))) == "0.077"
    assert str(Rate(Decimal("1.10"))) == "1.10"
    assert str(Rate(Rate("7.7 %"))) == "7.7 %"


def test_equality_order_and_hash_are_those_of_the_value():
    assert Rate("7.7 %") == Rate("0.077") == Rate(Fraction(77, 1000))
    assert len({Rate("7.7 %"), Rate("0.077")}) == 1
    assert Rate("2.6 %") < Rate("8.1 %")


def test_percent_and_inverse():
    assert Rate("0.077").percent == Decimal("7.7")
    assert Rate("1.1534").inverse.fraction == Fraction(10000, 11534)
    with pytest.raises(InputError):
        _ = Rate("0 %").inverse


@pytest.mark.parametrize(
    "value",
    [
        0.19,
        True,
        None,
        "",
        "%",
        " %",
        "19 % %",
        "19 percent",
        "7,7 %",
        "1/0",
        "19 %x",
        "NaN %",
        "9" * 100_000,
        b"1",
        Decimal("NaN"),
    ],
)
def test_what_is_no_rate_is_refused(value):
    with pytest.raises(InputError):
        Rate(value)


def test_a_rate_does_not_change():
    with pytest.raises(AttributeError):
        Rate("19 %").fraction = Fraction(1)
