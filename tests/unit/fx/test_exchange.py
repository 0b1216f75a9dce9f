"""``Fx`` answers by rule and day: stated rates first, the official series, a flagged stand-in, or a clear refusal."""

from __future__ import annotations

from datetime import date, datetime
from fractions import Fraction
from typing import Any

import pytest

from xbec.errors import DataFileError, InputError, MissingExtra, NoRate
from xbec.fx import EcbHistory, ExchangeRate, Fx, RateTable, ecb, ecb_history

AUGUST = date(2026, 8, 3)


def hmrc(rate: str, currency: str = "USD") -> RateTable:
    row = {"source": "hmrc-monthly", "base": "GBP", "quote": currency, "rate": rate, "from": "2026-08-01"}
    return RateTable.from_rows([row])


# Redone from the ECB history by art. 146; not taken from a customs list.
EU = [
    (date(2020, 1, 31), date(2019, 12, 18), {"USD": "1.1115", "GBP": "0.85055", "JPY": "121.81", "CNY": "7.7783"}),
    (date(2023, 12, 1), date(2023, 11, 22), {"USD": "1.0911", "GBP": "0.8703", "JPY": "162.25", "CHF": "0.964"}),
    (date(2024, 5, 15), date(2024, 4, 17), {"USD": "1.0638", "GBP": "0.854", "JPY": "164.54", "CHF": "0.9693"}),
    (date(2025, 1, 1), date(2024, 12, 18), {"USD": "1.0496", "GBP": "0.8252", "JPY": "161.52", "CNY": "7.6463"}),
]


@pytest.mark.parametrize(("on", "day", "rates"), EU)
def test_the_european_customs_rate_of_a_month(on: date, day: date, rates: dict[str, str]) -> None:
    for currency, figure in rates.items():
        rate = Fx.default().rate(currency, "EUR", rule="eu-customs-value", on=on)
        assert (str(rate.rate), rate.base, rate.quote, rate.day) == (figure, "EUR", currency, day)
        assert rate.factor("EUR") == Fraction(figure).as_integer_ratio()
        assert (rate.stand_in, rate.confidence) == (False, "high")


def test_both_directions_give_the_one_published_rate() -> None:
    fx = Fx.default()
    there = fx.rate("USD", "EUR", rule="commercial", on=date(2025, 3, 4))
    assert there == fx.rate("EUR", "USD", rule="commercial", on=date(2025, 3, 4))
    assert there.base == "EUR"


def test_an_answer_is_kept() -> None:
    fx = Fx.default()
    assert fx is Fx.default()
    assert fx.rate("USD", "EUR", rule="commercial", on=AUGUST) is fx.rate("USD", "EUR", rule="commercial", on=AUGUST)


def test_a_weekend_takes_friday() -> None:
    rate = Fx.default().rate("USD", "EUR", rule="commercial", on=date(2025, 3, 9))
    assert (rate.day, rate.provisional) == (date(2025, 3, 7), False)


def test_two_foreign_currencies_are_crossed_exactly_over_the_euro() -> None:
    fx = Fx.default()
    usd, gbp = (fx.rate("EUR", c, rule="commercial", on=date(2025, 3, 4)) for c in ("USD", "GBP"))
    cross = fx.rate("USD", "GBP", rule="commercial", on=date(2025, 3, 4))
    assert Fraction(*cross.factor("USD")) == Fraction(gbp.rate) / Fraction(usd.rate)
    assert Fraction(*cross.factor("GBP")) * Fraction(*cross.factor("USD")) == 1
    assert cross.legs == (usd, gbp)


def test_one_currency_is_worth_itself_without_any_table() -> None:
    rate = Fx().rate("KZT", "KZT", rule="kz-nbk", on=AUGUST)
    assert rate.factor("KZT") == (1, 1)


def test_the_official_series_goes_before_the_stand_in() -> None:
    rate = Fx.default(hmrc("1.3301")).rate("USD", "GBP", rule="hmrc-monthly", on=AUGUST)
    assert (str(rate.rate), rate.base, rate.stand_in, rate.confidence) == ("1.3301", "GBP", False, "high")
    assert rate.title == "HMRC exchange rates for customs and VAT, monthly"


def test_the_first_table_wins() -> None:
    rate = Fx(hmrc("1.11"), hmrc("1.22")).rate("USD", "GBP", rule="hmrc-monthly", on=AUGUST)
    assert str(rate.rate) == "1.11"


def test_the_ecb_stands_in_flagged_when_a_list_is_not_loaded() -> None:
    rate = Fx.default().rate("USD", "GBP", rule="hmrc-monthly", on=AUGUST)
    assert (rate.stand_in, rate.confidence, rate.source) == (True, "low", "ecb")
    assert "stand-in" in str(rate)
    assert Fx.default().rate("USD", "EUR", rule="commercial", on=AUGUST).stand_in is False


def test_strict_means_no_stand_in() -> None:
    with pytest.raises(NoRate) as caught:
        Fx.default(stand_in=None).rate("USD", "GBP", rule="hmrc-monthly", on=AUGUST)
    message = str(caught.value)
    assert all(part in message for part in ("hmrc-monthly", "2026-08-03", "read_hmrc", "fx.stated({'USD/GBP': '...'})"))


def test_a_day_after_the_history_is_refused_with_the_nearest_day() -> None:
    last = ecb_history().last_day()
    with pytest.raises(NoRate, match=f"nearest day there is: {last.isoformat()}"):
        Fx.default().rate("USD", "EUR", rule="commercial", on=date(last.year + 1, last.month, 1))


def test_just_after_the_history_the_rate_is_provisional() -> None:
    row = {"source": "ecb", "base": "EUR", "quote": "USD", "rate": "1.1172", "from": "2026-10-30"}
    fx = Fx(RateTable.from_rows([row]))
    sunday, monday = (fx.rate("USD", "EUR", rule="commercial", on=date(2026, 11, day)) for day in (1, 2))
    assert (sunday.provisional, monday.provisional, monday.confidence) == (False, True, "low")
    with pytest.raises(NoRate):
        fx.rate("USD", "EUR", rule="commercial", on=date(2026, 11, 7))


def test_a_currency_the_ecb_does_not_quote_is_refused() -> None:
    with pytest.raises(NoRate, match="ecb cannot stand in"):
        Fx.default().rate("USD", "KZT", rule="kz-nbk", on=AUGUST)


def test_a_currency_that_joined_the_euro_has_no_rate_afterwards() -> None:
    fx = Fx.default()
    assert str(fx.rate("HRK", "EUR", rule="commercial", on=date(2022, 12, 30)).rate).startswith("7.53")
    with pytest.raises(NoRate):
        fx.rate("HRK", "EUR", rule="commercial", on=date(2023, 6, 1))


def test_stated_rates_win_over_everything_and_say_so() -> None:
    plain = Fx.default(hmrc("1.3301"))
    fx = plain.stated({("USD", "EUR"): "0.867013", "GBP/USD": "1.25"})
    rate = fx.rate("EUR", "USD", rule="eu-customs-value", on=AUGUST)
    assert (rate.source, rate.day, rate.stand_in) == ("stated", AUGUST, False)
    assert Fraction(*rate.factor("USD")) == Fraction("0.867013")
    assert fx.rate("USD", "GBP", rule="hmrc-monthly", on=AUGUST).source == "stated"
    assert plain.rate("USD", "GBP", rule="hmrc-monthly", on=AUGUST).source == "hmrc-monthly"


def test_a_stated_rate_of_a_day_serves_that_day() -> None:
    fx = Fx().stated({"USD/EUR": "0.5"}).stated({"USD/EUR": "0.9"}, on=AUGUST)
    days = (AUGUST, date(2026, 8, 4))
    assert [str(fx.rate("USD", "EUR", rule="commercial", on=day).rate) for day in days] == ["0.9", "0.5"]


def test_a_stated_rate_serves_as_a_leg() -> None:
    fx = Fx.default().stated({"USD/EUR": "0.5"})
    cross = fx.rate("USD", "GBP", rule="commercial", on=date(2025, 3, 4))
    assert [leg.source for leg in cross.legs] == ["stated", "ecb"]
    assert Fraction(*cross.factor("USD")) == Fraction(cross.legs[1].rate) / 2


@pytest.mark.parametrize(
    "rates",
    [
        None,
        [("USD", "EUR")],
        {("USD", "EUR"): 1.5},
        {("USD", "EUR"): "NaN"},
        {("USD", "EUR"): None},
        {("USD", "USD"): "1"},
        {("USD",): "1"},
        {("usd", "EUR"): "1"},
        {(1, 2): "1"},
        {"USDEUR": "1"},
        {"USD/EUR/GBP": "1"},
        {"x" * 100_000: "1"},
        {5: "1"},
        {"USD/EUR": "0.9", "EUR/USD": "1.1"},
    ],
)
def test_bad_stated_rates_are_refused(rates: Any) -> None:
    with pytest.raises(InputError):
        Fx().stated(rates)


@pytest.mark.parametrize(
    ("base", "quote", "rule", "on"),
    [
        ("usd", "EUR", "commercial", AUGUST),
        (None, "EUR", "commercial", AUGUST),
        (["USD"], "EUR", "commercial", AUGUST),
        ("USD", float("nan"), "commercial", AUGUST),
        ("USD", "EUR", "no-such-rule", AUGUST),
        ("USD", "EUR", None, AUGUST),
        ("USD", "EUR", {}, AUGUST),
        ("USD", "USD", "no-such-rule", AUGUST),
        ("USD", "EUR", "commercial", "2026-08-03"),
        ("USD", "EUR", "commercial", datetime(2026, 8, 3)),  # noqa: DTZ001
        ("USD", "EUR", "commercial", date.min),
        ("USD", "EUR", "commercial", date.max),
        ("USD", "EUR", "commercial", None),
    ],
)
def test_bad_questions_are_refused(base: Any, quote: Any, rule: Any, on: Any) -> None:
    with pytest.raises(InputError):
        Fx.default().rate(base, quote, rule=rule, on=on)


@pytest.mark.parametrize("arguments", [{"stand_in": "nobody"}, {"stand_in": 5}, {"stand_in": []}, {"rules": {}}])
def test_bad_settings_are_refused(arguments: Any) -> None:
    with pytest.raises(InputError):
        Fx.default(**arguments)
    with pytest.raises(InputError):
        Fx({"USD": 1}, **arguments)  # type: ignore[arg-type]


def test_the_extra_is_asked_for_only_when_an_ecb_rate_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ecb, "find_spec", lambda name: None)
    fx = Fx(hmrc("1.3301"), EcbHistory(), stand_in="ecb")
    assert fx.rate("USD", "GBP", rule="hmrc-monthly", on=AUGUST).source == "hmrc-monthly"
    assert fx.stated({"USD/EUR": "0.9"}).rate("USD", "EUR", rule="commercial", on=AUGUST).source == "stated"
    with pytest.raises(MissingExtra, match=r"pip install 'xbec\[fx\]'"):
        fx.rate("USD", "EUR", rule="commercial", on=AUGUST)


def test_a_table_of_the_ecb_is_enough_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ecb, "find_spec", lambda name: None)
    table = RateTable([ExchangeRate("EUR", "USD", "1.15", day=AUGUST, source="ecb")])
    rate = Fx(table, EcbHistory(), stand_in="ecb").rate("USD", "EUR", rule="commercial", on=AUGUST)
    assert str(rate.rate) == "1.15"


def test_a_newer_table_goes_on_where_the_bundled_history_ends() -> None:
    last = ecb_history().last_day()
    later = date(last.year + 1, 1, 8)
    fx = Fx.default(RateTable([ExchangeRate("EUR", "USD", "1.15", day=later, source="ecb")]))
    assert str(fx.rate("USD", "EUR", rule="commercial", on=later).rate) == "1.15"
    assert fx.rate("USD", "EUR", rule="commercial", on=last).day == last


def test_a_history_of_another_shape_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setattr(ecb, "_bundled", lambda: tmp_path / "none.zip")
    with pytest.raises(DataFileError, match="cannot be read"):
        Fx(EcbHistory()).rate("USD", "EUR", rule="commercial", on=AUGUST)
    (tmp_path / "none.zip").write_bytes(b"PK not a zip")
    with pytest.raises(DataFileError):
        EcbHistory().last_day()
