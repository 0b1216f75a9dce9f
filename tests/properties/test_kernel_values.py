"""Laws that the kernel's values keep for every input."""

from datetime import date, timedelta
from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Context,
    Decimal,
)
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from xbec.errors import InputError
from xbec.kernel.citation import Citation
from xbec.kernel.money import Money
from xbec.kernel.rate import Rate
from xbec.kernel.rounding import MODES, Rounding, exact, round_ratio
from xbec.kernel.timeline import NoPeriod, Period, Timeline

currencies = st.sampled_from(["JPY", "EUR", "KWD", "CLF"])
minors = st.integers(-(10**15), 10**15)
amounts = st.decimals(-(10**12), 10**12, places=6)
weights = st.lists(st.one_of(st.integers(0, 10**9), st.fractions(0, 1000)), min_size=1, max_size=12)
ratios = st.fractions(max_denominator=10**9)
wide = Context(prec=200)
DECIMAL_MODES = {
    "half-up": ROUND_HALF_UP,
    "half-even": ROUND_HALF_EVEN,
    "half-down": ROUND_HALF_DOWN,
    "up": ROUND_UP,
    "down": ROUND_DOWN,
    "ceil": ROUND_CEILING,
    "floor": ROUND_FLOOR,
}
anything = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(),
    st.binary(),
    st.decimals(),
    st.fractions(),
    st.lists(st.integers()),
    st.dictionaries(st.text(), st.integers()),
    st.dates(),
    st.complex_numbers(),
)


@given(minors, currencies, weights)
def test_allocation_loses_nothing_and_no_part_is_a_whole_unit_off(minor, currency, shares):
    parts = Money.from_minor(minor, currency).allocate(shares)
    assert sum(part.minor for part in parts) == minor
    total = sum(shares)
    for part, share in zip(parts, shares, strict=True):
        fair = Fraction(minor * share) / total if total else Fraction(minor, len(shares))
        assert abs(part.minor - fair) < 1


@given(minors, weights, st.randoms())
def test_allocation_does_not_depend_on_the_order_beyond_ties(minor, shares, random):
    money = Money.from_minor(minor, "EUR")
    order = list(range(len(shares)))
    random.shuffle(order)
    shuffled = money.allocate([shares[position] for position in order])
    by_share = lambda parts, of: sorted((share, part.minor) for share, part in zip(of, parts, strict=True))  # noqa: E731
    assume(len(set(shares)) == len(shares))
    total = sum(shares)
    rests = [abs(minor) * share / Fraction(total) % 1 for share in shares] if total else []
    assume(len(set(rests)) == len(rests))
    assert by_share(shuffled, [shares[p] for p in order]) == by_share(money.allocate(shares), shares)


@given(minors, weights)
def test_equal_weights_get_the_larger_part_first(minor, shares):
    parts = [abs(part.minor) for part in Money.from_minor(minor, "EUR").allocate([shares[0]] * len(shares))]
    assert parts == sorted(parts, reverse=True)


@given(st.decimals(-(10**9), 10**9, places=5), st.integers(0, 5), st.sampled_from(MODES))
def test_rounding_agrees_with_the_decimal_module(value, places, mode):
    expected = value.quantize(Decimal(1).scaleb(-places), rounding=DECIMAL_MODES[mode], context=wide)
    assert Rounding.to_decimals(places, mode).apply(value) == expected
    assert Money(value, "JPY").round_to(Rounding.to_decimals(places, mode)).amount == expected


@given(st.integers(), st.integers(1), st.sampled_from(MODES))
def test_rounding_is_less_than_one_away_and_keeps_whole_numbers(numerator, denominator, mode):
    rounded = round_ratio(numerator, denominator, mode)
    assert abs(rounded - Fraction(numerator, denominator)) < 1
    assert round_ratio(rounded * denominator, denominator, mode) == rounded


@given(amounts, amounts, st.fractions(-(10**6), 10**6, max_denominator=10**9), currencies)
def test_money_is_closed_in_its_currency_and_exact(one, two, ratio, currency):
    a, b = Money(one, currency), Money(two, currency)
    for result in (a + b, a - b, -a, abs(b), a * 3, a * ratio, a * Rate(ratio), (a * ratio).round_to(), a * two):
        assert isinstance(result, Money)
        assert (result.currency, result.digits) == (a.currency, a.digits)
    assert (a + b).amount == wide.add(one, two)
    assert (a * two).fraction == Fraction(one) * Fraction(two)
    assert (a * ratio).fraction == Fraction(one) * ratio
    assert a + b - b == a
    assert hash(a + b) == hash(b + a)
    assert (a < b, a == b, a > b) == (one < two, one == two, one > two)
    assert (a * ratio + b * ratio) == (a + b) * ratio


@given(amounts, currencies)
def test_money_reads_back_what_it_writes(amount, currency):
    money = Money(amount, currency)
    coefficient, decimals = money.scaled
    assert Fraction(coefficient, 10**decimals) == Fraction(amount)
    assert decimals == money.digits or coefficient % 10
    assert Money.from_text(str(money)) == Money(money.amount, currency) == money
    for locale in ("en_US", "de_DE", "fr_FR", "de_CH", "en_IN"):
        assert Money.parse(money.format(locale), locale=locale, currency=currency) == money


@given(st.one_of(ratios, st.integers(0, 199).map(lambda bits: Fraction(1, 2**bits))))
def test_a_rate_reads_back_what_it_writes(ratio):
    rate = Rate(ratio)
    assert rate.fraction == ratio
    assert Rate(str(rate)) == rate
    assert Rate(f"{ratio.numerator}/{ratio.denominator}") == rate
    assert str(Rate(f"{ratio.numerator}/{ratio.denominator}")) == f"{ratio.numerator}/{ratio.denominator}"
    if ratio:
        assert rate.inverse.inverse == rate


@given(st.decimals(-1000, 1000, places=4))
def test_a_percentage_is_a_hundredth_of_its_number(percent):
    assert Rate(f"{percent} %").fraction * 100 == Rate(percent).fraction == Fraction(percent)


@given(anything)
def test_bad_input_of_any_type_is_an_input_error(value):
    for make in (
        lambda v: Money(v, "EUR"),
        lambda v: Money("1", v),
        Rate,
        Rounding,
        exact,
        Money.from_text,
        Money.parse,
    ):
        try:
            make(value)
        except InputError:
            continue


@given(
    st.dates(date(1990, 1, 1), date(2040, 1, 1)),
    st.lists(st.integers(1, 900), min_size=1, max_size=8),
    st.booleans(),
    st.integers(-1000, 8000),
)
def test_a_timeline_without_gaps_answers_every_day_between_first_and_last(first, lengths, is_open, offset):
    citation = Citation("act", "An Act", None, None, date(2026, 11, 20))
    days = [first]
    for length in lengths:
        days.append(days[-1] + timedelta(length))
    ends = [*days[1:-1], None if is_open else days[-1]]
    line = Timeline(
        [Period(n, start, end, citation=citation) for n, (start, end) in enumerate(zip(days, ends, strict=False))]
    )
    day = first + timedelta(offset)
    if day < first or (not is_open and day >= days[-1]):
        with pytest.raises(NoPeriod) as gap:
            line.on(day)
        assert gap.value.first == first
        assert gap.value.last == (None if is_open else days[-1] - timedelta(1))
    else:
        assert line.on(day).covers(day)
        assert sum(period.covers(day) for period in line) == 1
    assert line.change_days() == tuple(days[:-1] if is_open else days)


@given(st.lists(st.tuples(st.integers(0, 300), st.integers(1, 300), st.integers(0, 3)), min_size=1, max_size=6))
def test_what_a_timeline_accepts_has_one_answer_on_every_day_and_every_known_day(rows):
    citation = Citation("act", "An Act", None, None, date(2026, 11, 20))
    zero = date(2026, 1, 1)
    periods = [
        Period(
            number,
            zero + timedelta(start),
            zero + timedelta(start + length),
            citation=citation,
            id=str(number),
            recorded=date(2027, 1, 1) + timedelta(number),
            replaces=str(number - back) if 0 < back <= number else None,
        )
        for number, (start, length, back) in enumerate(rows)
    ]
    try:
        line = Timeline(periods, gaps=True)
    except InputError:
        return
    for known in range(-1, len(rows) + 1):
        known_on = date(2027, 1, 1) + timedelta(known)
        replaced = {p.replaces for p in periods if p.recorded <= known_on}
        for offset in range(0, 601, 25):
            day = zero + timedelta(offset)
            right = [p for p in periods if p.recorded <= known_on and p.id not in replaced and p.covers(day)]
            assert len(right) <= 1
            try:
                found = [line.on(day, known_on=known_on)]
            except NoPeriod:
                found = []
            assert found == right
