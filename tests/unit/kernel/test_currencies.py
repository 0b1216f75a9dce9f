import pycountry
import pytest
from babel.core import get_global

from xbec.errors import InputError
from xbec.kernel.currencies import currency_codes, minor_digits, shown_digits

# ISO 4217 lists these for metals, funds, tests and "no currency"; they have no minor unit and are no prices.
NO_PRICE = {"XAG", "XAU", "XBA", "XBB", "XBC", "XBD", "XDR", "XPD", "XPT", "XSU", "XTS", "XUA", "XXX"}
WITHDRAWN = {"HRK", "SLL", "ZWL", "ANG", "BGN"}


def test_the_codes_are_those_of_iso_4217_and_those_withdrawn_since_2021():
    current = {currency.alpha_3 for currency in pycountry.currencies}
    assert currency_codes() == (current - NO_PRICE) | WITHDRAWN
    assert not WITHDRAWN & current


def test_the_decimals_are_those_of_cldr_except_where_cldr_hides_a_minor_unit_that_exists():
    fractions = get_global("currency_fractions")
    cldr = {code: fractions.get(code, fractions["DEFAULT"])[0] for code in currency_codes()}
    hidden = {code for code in currency_codes() if cldr[code] != minor_digits(code)}
    asia = {"AFN", "IDR", "IQD", "IRR", "KPW", "LAK", "LBP", "MMK", "SYP", "YER"}
    assert hidden == asia | {"ALL", "COP", "HUF", "MGA", "SLL", "SOS"}
    assert all(shown_digits(code) == cldr[code] for code in currency_codes())


@pytest.mark.parametrize("code", ["XAU", "XXX", "EURO", "eur", "€", "", "E" * 10_000, 978, None, b"EUR", ["EUR"]])
def test_what_is_no_currency_is_refused(code):
    with pytest.raises(InputError):
        minor_digits(code)


def test_a_code_in_small_letters_is_told_how_to_be_written():
    with pytest.raises(InputError, match="write EUR"):
        minor_digits("eur")
