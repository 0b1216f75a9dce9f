"""Duties and schedules under random input: nothing but typed refusals, exact arithmetic, the longest prefix."""

from datetime import date
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from xbec.errors import InputError
from xbec.goods import HsCode
from xbec.kernel.citation import Citation
from xbec.kernel.money import Money
from xbec.tariff import Duty, Schedule, TariffLine, Unresolved

DAY = date(2026, 8, 3)
UNITS = ["kg", "kg_gross", "l", "l_alc", "piece", "pair", "m2", "kg_sucrose", "stick"]
numbers = st.integers(0, 10**7).map(lambda n: Fraction(n, 10**4))
odd = st.builds(Fraction, st.integers(0, 10**6), st.integers(1, 999))


@st.composite
def linear(draw: st.DrawFn) -> Duty:
    rate = draw(st.one_of(st.just(Fraction(0)), numbers.map(lambda n: n / 1000), odd.map(lambda n: n / 10**6)))
    units = draw(st.lists(st.sampled_from(UNITS), max_size=3, unique=True))
    return Duty(rate, [(draw(st.one_of(numbers, odd)), "EUR", unit) for unit in units])


@st.composite
def duties(draw: st.DrawFn) -> Duty:
    body = draw(linear())
    return Duty(
        body.ad_valorem,
        body.specifics,
        at_least=draw(st.none() | linear()),
        at_most=draw(st.none() | linear()),
    )


def by_hand(part: Duty, value: Fraction, quantities: dict[str, Fraction]) -> Fraction:
    return part.ad_valorem * value + sum(
        (amount * quantities[unit] for amount, _, unit in part.specifics), start=Fraction(0)
    )


@given(duties())
def test_a_duty_prints_and_reads_back(duty: Duty) -> None:
    assert Duty.parse(str(duty)) == duty


@given(duties(), st.integers(0, 10**9), st.dictionaries(st.sampled_from(UNITS), odd))
def test_evaluate_is_exact(duty: Duty, minor: int, quantities: dict[str, Fraction]) -> None:
    quantities = dict.fromkeys(UNITS, Fraction(0)) | quantities
    value = Money.from_minor(minor, "EUR")
    expected = by_hand(duty, value.fraction, quantities)
    if duty.at_most is not None:
        expected = min(expected, by_hand(duty.at_most, value.fraction, quantities))
    if duty.at_least is not None:
        expected = max(expected, by_hand(duty.at_least, value.fraction, quantities))
    result = duty.evaluate(value, quantities)
    assert type(result) is Fraction
    assert result == expected
    assert result >= 0


WORDS = """
5 12.5 100 1,000 . % $ cents EUR USD / + MIN MAX kg l each or whichever is the greater hl ( ) 円 又は 無税 %vol Free ,
and plus - < 0 1/3 [ * EA per ㎡ " ; 4300
"""
pieces = st.sampled_from(WORDS.split())
texts = st.one_of(
    st.text(max_size=60), st.lists(pieces, max_size=12).map(" ".join), st.lists(pieces, max_size=12).map("".join)
)


@given(texts, st.sampled_from([None, "USD", "EUR"]))
def test_any_text_is_a_duty_or_unresolved_or_refused(text: str, currency: str | None) -> None:
    try:
        found = Duty.parse(text, currency)
    except InputError:
        assert not text.strip()
        return
    if isinstance(found, Unresolved):
        assert found.text == text
    else:
        assert Duty.parse(str(found)) == found


@given(st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.binary(), st.lists(st.text()), st.text()))
def test_any_value_is_a_code_or_refused(value: object) -> None:
    try:
        code = HsCode(value)  # type: ignore[arg-type]
    except InputError:
        return
    assert HsCode(str(code)) == code
    assert HsCode(code.digits) == code


codes = st.integers(1, 6).flatmap(
    lambda pairs: st.lists(st.sampled_from("12"), min_size=2 * pairs, max_size=2 * pairs).map("".join)
)


@given(st.lists(codes, min_size=1, max_size=20, unique=True), codes)
def test_the_longest_prefix_answers(listed: list[str], asked: str) -> None:
    about = Citation("t", "Test", checked=DAY)
    lines = [
        TariffLine(hs=code, duty=Duty(Fraction(n + 1, 1000)), start=date(2026, 1, 1), source=about)
        for n, code in enumerate(listed)
    ]
    covering = [code for code in listed if asked.startswith(code)]
    below = [code for code in listed if code.startswith(asked)]
    schedule = Schedule(lines, territory="EU")
    try:
        found = {
            duty.ad_valorem for duty in schedule.rate(asked, origin="CN", on=DAY).candidates if isinstance(duty, Duty)
        }
    except LookupError:
        assert not covering
        assert not below
        return
    expected = {*below, *([max(covering, key=len)] if covering else [])}
    assert found == {Fraction(listed.index(code) + 1, 1000) for code in expected}
