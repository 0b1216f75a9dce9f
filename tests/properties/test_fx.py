"""Laws of exchange that hold for any rate: exact both ways, precedence on merging, typed refusals only."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from xbec.errors import XbecError
from xbec.fx import (
    METHODS,
    ExchangeRate,
    Fx,
    RateTable,
    RuleBook,
    read_bazg,
    read_ecb,
    read_hmrc,
    read_tcmb,
    read_unipass,
)

FIGURES = st.decimals(min_value="0.000001", max_value="1000000", places=6).filter(lambda figure: figure > 0)
UNITS = st.sampled_from([1, 10, 100, 1000])
CURRENCIES = st.sampled_from(["USD", "GBP", "JPY", "CHF"])
DAYS = st.dates(date(2026, 1, 1), date(2026, 1, 20))
RATES = st.builds(
    lambda quote, rate, per, day: ExchangeRate("EUR", quote, rate, per=per, day=day, source="ecb"),
    CURRENCIES,
    FIGURES,
    UNITS,
    DAYS,
)
TABLES = st.lists(RATES, max_size=20, unique_by=lambda rate: (rate.quote, rate.day)).map(RateTable)


@given(FIGURES, UNITS)
def test_there_and_back_is_exactly_one(figure: Decimal, per: int) -> None:
    rate = ExchangeRate("EUR", "USD", figure, per=per, day=date(2026, 1, 5), source="ecb")
    assert rate.factor("EUR") == rate.factor("USD")[::-1]
    assert Fraction(*rate.factor("EUR")) == Fraction(figure) / per


@given(FIGURES, FIGURES, UNITS, UNITS)
def test_a_cross_is_the_product_of_its_legs(first: Decimal, second: Decimal, one: int, other: int) -> None:
    day = date(2026, 1, 5)
    usd = ExchangeRate("EUR", "USD", first, per=one, day=day, source="ecb")
    gbp = ExchangeRate("GBP", "EUR", second, per=other, day=day, source="ecb")
    cross = Fx(RateTable([usd, gbp])).rate("USD", "GBP", rule="commercial", on=day)
    assert Fraction(*cross.factor("USD")) == Fraction(*usd.factor("USD")) * Fraction(*gbp.factor("EUR"))
    assert cross.factor("USD") == cross.factor("GBP")[::-1]


@given(TABLES, TABLES, TABLES)
def test_the_left_table_wins_and_merging_is_associative(a: RateTable, b: RateTable, c: RateTable) -> None:
    merged = a | b
    ours = {(rate.quote, rate.day): rate for rate in a}
    theirs = {(rate.quote, rate.day): rate for rate in b}
    assert {(rate.quote, rate.day): rate for rate in merged} == theirs | ours
    assert ((a | b) | c) == (a | (b | c))


@given(TABLES, TABLES, CURRENCIES, DAYS)
def test_several_tables_answer_like_their_merged_table(a: RateTable, b: RateTable, currency: str, on: date) -> None:
    answers = []
    for fx in (Fx(a, b), Fx(a | b)):
        try:
            answers.append(fx.rate(currency, "EUR", rule="commercial", on=on))
        except XbecError as problem:
            answers.append(str(problem))
    assert answers[0] == answers[1]


@given(TABLES, CURRENCIES, DAYS)
def test_an_answer_is_never_later_nor_older_than_the_rule_allows(table: RateTable, currency: str, on: date) -> None:
    with suppress(XbecError):
        rate = Fx(table).rate(currency, "EUR", rule="commercial", on=on)
        assert timedelta(0) <= on - rate.day <= timedelta(days=7)
        assert not any(rate.day < other.day <= on for other in table if other.quote == currency)


@given(st.sampled_from(sorted(METHODS)), st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_every_method_wants_a_day_for_every_day(word: str, on: date) -> None:
    assert abs((METHODS[word].wanted(on) - on).days) <= 460


CELLS = st.one_of(
    st.sampled_from(["ecb", "EUR", "USD", "1.1", "100", "2026-01-05", "2026-02-01", "", '"']), st.text(max_size=8)
)
LINES = st.lists(st.lists(CELLS, max_size=9).map(",".join), max_size=6).map("\n".join)


@given(st.one_of(st.text(), LINES, LINES.map(lambda rows: "source,base,quote,rate,per,from,to\n" + rows)))
def test_random_csv_text_raises_only_typed_errors(text: str) -> None:
    with suppress(XbecError):
        RateTable.from_csv(text)


@given(st.one_of(st.text(), st.binary(), LINES.map(lambda rows: "Date,USD,JPY,\n" + rows)))
def test_random_documents_raise_only_typed_errors(content: str | bytes) -> None:
    for read in (read_ecb, read_hmrc, read_bazg, read_tcmb, read_unipass):
        with suppress(XbecError):
            read(content)


@given(st.text())
def test_random_rules_raise_only_typed_errors(text: str) -> None:
    with suppress(XbecError):
        RuleBook.from_toml(text)


@given(st.one_of(st.none(), st.floats(), st.text(), st.binary(), st.integers(), st.lists(st.text())))
def test_any_value_in_any_place_raises_only_typed_errors(value: object) -> None:
    fx = Fx()
    for question in (
        lambda: fx.rate(value, "EUR", rule="commercial", on=date(2026, 1, 5)),
        lambda: fx.rate("EUR", value, rule="commercial", on=date(2026, 1, 5)),
        lambda: fx.rate("USD", "EUR", rule=value, on=date(2026, 1, 5)),
        lambda: fx.rate("USD", "EUR", rule="commercial", on=value),
        lambda: fx.stated({("USD", "EUR"): value}),
        lambda: fx.stated(value),
        lambda: ExchangeRate("EUR", "USD", value, day=date(2026, 1, 5), source="ecb"),
    ):
        with suppress(XbecError):
            question()
