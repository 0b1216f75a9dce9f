"""How the day of a rate is chosen, on days a person can check on a wall calendar."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from xbec.errors import NoRate
from xbec.fx import METHODS, Fx, RateTable

WORDS = [
    ("same-day-or-last-before", date(2026, 11, 4), date(2026, 11, 4)),
    ("previous-business-day", date(2026, 11, 4), date(2026, 11, 3)),
    ("second-last-wednesday-of-previous-month", date(2026, 11, 30), date(2026, 10, 21)),
    ("second-last-wednesday-of-previous-month", date(2026, 10, 1), date(2026, 9, 23)),
    ("second-last-wednesday-of-previous-month", date(2026, 1, 31), date(2025, 12, 24)),
    ("second-last-wednesday-of-previous-month", date(2025, 1, 1), date(2024, 12, 18)),
    ("third-wednesday-of-previous-month-or-next", date(2020, 1, 7), date(2019, 12, 18)),
    ("third-wednesday-of-previous-month-or-next", date(2026, 10, 7), date(2026, 9, 16)),
    ("third-wednesday-of-previous-month-or-next", date(2026, 12, 7), date(2026, 11, 18)),
    ("before-second-last-day-of-previous-month", date(2026, 3, 2), date(2026, 2, 26)),
    ("before-second-last-day-of-previous-month", date(2026, 11, 2), date(2026, 10, 29)),
    ("first-working-day-of-october", date(2026, 1, 1), date(2025, 10, 1)),
    ("first-working-day-of-october", date(2026, 12, 31), date(2025, 10, 1)),
    ("first-of-quarter", date(2026, 6, 30), date(2026, 4, 1)),
    ("first-of-quarter", date(2026, 10, 1), date(2026, 10, 1)),
    ("last-day-of-month-or-next", date(2024, 2, 3), date(2024, 2, 29)),
    ("last-day-of-quarter-or-next", date(2026, 10, 3), date(2026, 12, 31)),
]


@pytest.mark.parametrize(("word", "on", "wanted"), WORDS)
def test_the_wanted_day(word: str, on: date, wanted: date) -> None:
    assert METHODS[word].wanted(on) == wanted


def rows(series: str, pair: str, **rates: str) -> list[dict[str, Any]]:
    """Rates by start and, after two underscores, end: ``d2026_01_05__2026_02_01="1.2"``."""
    base, quote = pair.split("/")
    found = []
    for key, rate in rates.items():
        start, _, end = key[1:].partition("__")
        row = {"source": series, "base": base, "quote": quote, "rate": rate, "from": start.replace("_", "-")}
        found.append(row | ({"to": end.replace("_", "-")} if end else {}))
    return found


def answer(rule: str, pair: str, on: date, table: list[dict[str, Any]]) -> str:
    base, quote = pair.split("/")
    return str(Fx(RateTable.from_rows(table)).rate(base, quote, rule=rule, on=on).rate)


def test_a_wednesday_without_a_rate_takes_the_last_one_before() -> None:
    table = rows("ecb", "EUR/USD", d2026_10_20="1.12", d2026_10_22="1.14")
    assert answer("eu-customs-value", "USD/EUR", date(2026, 11, 5), table) == "1.12"


def test_october_takes_its_first_published_day() -> None:
    table = rows("ecb", "EUR/USD", d2022_09_30="0.97", d2022_10_03="0.98")
    assert answer("eu-euro-amounts", "USD/EUR", date(2023, 1, 1), table) == "0.98"


@pytest.mark.parametrize(
    ("on", "rate"), [(date(2026, 3, 14), "1.00"), (date(2026, 3, 15), "1.06"), (date(2026, 4, 1), "1")]
)
def test_the_tariff_euro_moves_from_the_fifteenth_when_more_than_five_percent(on: date, rate: str) -> None:
    table = rows("ecb", "EUR/USD", d2026_02_26="1.00", d2026_03_13="1.06", d2026_03_16="1.2", d2026_03_27="1")
    assert answer("eu-tariff-euro-value", "USD/EUR", on, table) == rate


def test_the_tariff_euro_stays_at_five_percent_of_the_newer_rate() -> None:
    table = rows("ecb", "EUR/USD", d2026_02_26="0.95", d2026_03_13="1.00")
    assert answer("eu-tariff-euro-value", "USD/EUR", date(2026, 3, 20), table) == "0.95"


def test_the_quarter_keeps_its_first_rate_until_a_day_moves_five_percent() -> None:
    table = rows(
        "us-certified", "EUR/USD", d2026_07_01="1.00", d2026_07_06="1.0499", d2026_07_07="1.05", d2026_07_08="1.0"
    )
    got = [answer("us-cbp", "EUR/USD", date(2026, 7, day), table) for day in (1, 6, 7, 8)]
    assert got == ["1.00", "1.00", "1.05", "1.00"]


def test_the_quarterly_list_with_its_variance_days_is_enough() -> None:
    table = rows("us-certified", "EUR/USD", d2026_07_01__2026_10_01="1.00", d2026_08_05__2026_08_06="1.07")
    got = [answer("us-cbp", "EUR/USD", date(2026, 8, day), table) for day in (4, 5, 6)]
    assert got == ["1.00", "1.07", "1.00"]


def test_without_the_daily_rate_the_five_percent_cannot_be_tested() -> None:
    table = rows("us-certified", "EUR/USD", d2026_07_01="1.00")
    with pytest.raises(NoRate, match="2026-08-20"):
        answer("us-cbp", "EUR/USD", date(2026, 8, 20), table)


def test_a_currency_outside_the_quarterly_list_takes_the_daily_rate() -> None:
    table = rows("us-certified", "PLN/USD", d2026_07_01="0.25", d2026_08_20="0.251")
    assert answer("us-cbp", "PLN/USD", date(2026, 8, 20), table) == "0.251"


def test_a_month_table_serves_its_month_and_no_other_day() -> None:
    table = rows("hmrc-monthly", "GBP/USD", d2026_10_01="1.33")
    assert answer("hmrc-monthly", "USD/GBP", date(2026, 10, 31), table) == "1.33"
    with pytest.raises(NoRate, match="nearest day there is: 2026-10-01"):
        answer("hmrc-monthly", "USD/GBP", date(2026, 11, 1), table)


def test_a_change_within_the_month_wins_from_its_day() -> None:
    table = rows("hmrc-monthly", "GBP/USD", d2026_10_01__2026_11_01="1.33", d2026_10_14__2026_11_01="1.25")
    assert [answer("hmrc-monthly", "USD/GBP", date(2026, 10, day), table) for day in (13, 14)] == ["1.33", "1.25"]


def test_a_week_table_serves_seven_days() -> None:
    table = rows("jp-customs", "USD/JPY", d2026_11_01="151.20")
    assert answer("jp-customs", "USD/JPY", date(2026, 11, 7), table) == "151.20"
    with pytest.raises(NoRate):
        answer("jp-customs", "USD/JPY", date(2026, 11, 8), table)


def test_a_published_period_stands_until_the_next_but_not_for_ever() -> None:
    table = rows("in-cbic", "USD/INR", d2026_10_02="88.10", d2026_10_16="88.45")
    assert [answer("in-cbic", "USD/INR", date(2026, 10, day), table) for day in (15, 16)] == ["88.10", "88.45"]
    with pytest.raises(NoRate):
        answer("in-cbic", "USD/INR", date(2026, 11, 30), table)


def test_the_day_before_is_the_last_published_one() -> None:
    table = rows("tr-tcmb", "USD/TRY", d2026_09_18="48.6992", d2026_09_21="48.71")
    assert answer("tr-tcmb", "USD/TRY", date(2026, 9, 21), table) == "48.6992"


def test_the_parity_waits_for_the_next_trading_day() -> None:
    table = rows("cn-cfets", "USD/CNY", d2026_09_15="7.10", d2026_09_17="7.12")
    assert answer("cn-gacc-from-parity", "USD/CNY", date(2026, 10, 9), table) == "7.12"
