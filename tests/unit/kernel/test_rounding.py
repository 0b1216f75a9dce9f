from decimal import Decimal
from fractions import Fraction

import pytest

from xbec.errors import InputError
from xbec.kernel.rounding import MODES, Rounding, decimal_parts, exact, round_ratio

BAD_NUMBERS = [
    1.5,
    float("nan"),
    float("inf"),
    True,
    None,
    b"1",
    [1],
    {},
    object(),
    Decimal("NaN"),
    Decimal("sNaN"),
    Decimal("Infinity"),
    Decimal("1E+999999"),
    Decimal("1E-999999"),
    Decimal("1" * 31),
    10**30,
    10**5000,
    Fraction(10**5000),
    Fraction(1, 10**5000),
    "",
    " ",
    "1,5",
    "1_000",
    " 1",
    "1 ",
    "١٢",
    "NaN",
    "inf",
    "0x10",
    ".5",
    "5.",
    "--1",
    "1e9999",
    "9" * 31,
    "9" * 100_000,
    "1/0",
    "1/",
    "/2",
    "1/2/3",
    "1.5/2",
    "1E+40",
]


@pytest.mark.parametrize("value", BAD_NUMBERS, ids=lambda value: type(value).__name__)
def test_what_is_no_exact_number_is_an_input_error(value):
    with pytest.raises(InputError):
        exact(value)


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("12.50", Fraction(25, 2)),
        ("-0.5", Fraction(-1, 2)),
        ("+3", 3),
        ("1E+3", 1000),
        ("1.5e-2", Fraction(3, 200)),
        (7, 7),
        (Decimal("-1.10"), Fraction(-11, 10)),
        (Decimal("1E+3"), 1000),
        (Decimal("0E-50"), 0),
        (Decimal("1." + "0" * 60), 1),
        ("2/37", Fraction(2, 37)),
        ("-2/37", Fraction(-2, 37)),
        (Fraction(1, 3), Fraction(1, 3)),
        ("9" * 30, 10**30 - 1),
    ],
)
def test_exact_numbers_are_read_exactly(value, number):
    assert exact(value) == number


def test_decimals_are_kept_as_written():
    assert decimal_parts("12.50", field="x") == (1250, 2)
    assert decimal_parts(Decimal("-0.010"), field="x") == (-10, 3)


# The same seven modes on the same six numbers, worked by hand.
@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("half-up", [-3, -2, -1, 1, 2, 3]),
        ("half-even", [-2, -2, 0, 0, 2, 2]),
        ("half-down", [-2, -1, 0, 0, 1, 2]),
        ("up", [-3, -2, -1, 1, 2, 3]),
        ("down", [-2, -1, 0, 0, 1, 2]),
        ("ceil", [-2, -1, 0, 1, 2, 3]),
        ("floor", [-3, -2, -1, 0, 1, 2]),
    ],
)
def test_halves(mode, expected):
    assert [round_ratio(n, 2, mode) for n in (-5, -3, -1, 1, 3, 5)] == expected


def test_a_step_need_not_be_a_power_of_ten():
    assert Rounding("0.05").apply(Decimal("7.475")) == Decimal("7.50")
    assert Rounding(1000, "down").apply(12_999) == 12_000
    assert Rounding(Fraction(1, 3)).apply(Fraction(1, 2)) == Fraction(2, 3)
    assert Rounding("0.5", "up").apply("0") == 0


@pytest.mark.parametrize(
    ("step", "mode"),
    [(0, "up"), (-1, "up"), ("0.05", "HALF_UP"), ("0.05", None), ("0.05", ["up"]), (0.05, "up"), (None, "up")],
)
def test_a_rounding_that_is_none_is_refused(step, mode):
    with pytest.raises(InputError):
        Rounding(step, mode)


@pytest.mark.parametrize("mode", ["", "nearest", None, 3])
def test_round_ratio_refuses_an_unknown_mode(mode):
    with pytest.raises(InputError):
        round_ratio(1, 2, mode)


@pytest.mark.parametrize("denominator", [0, -1])
def test_round_ratio_refuses_a_denominator_not_above_zero(denominator):
    for mode in MODES:
        with pytest.raises(InputError):
            round_ratio(1, denominator, mode)


@pytest.mark.parametrize("decimals", [-1, 31, True, "2", 2.0, None])
def test_decimals_that_are_none_are_refused(decimals):
    with pytest.raises(InputError):
        Rounding.to_decimals(decimals)
