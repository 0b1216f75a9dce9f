"""A table of published rates: strict reading, every bad row named, precedence on merging."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from xbec.errors import DocumentError, InputError
from xbec.fx import ExchangeRate, RateTable

HEAD = "source,base,quote,rate,per,from,to\n"
DAY = date(2026, 7, 22)


def usd(rate: str, *, day: date = DAY) -> ExchangeRate:
    return ExchangeRate("EUR", "USD", rate, day=day, source="ecb")


def test_csv_is_read_with_units_and_period() -> None:
    text = HEAD + "hmrc-monthly,GBP,AED,4.9,,2026-11-01,2026-12-01\nch-bazg,JPY,CHF,0.52,100,2026-11-02,\n"
    second, first = RateTable.from_csv(text)
    assert (first.rate, first.per, first.until) == (Decimal("4.9"), 1, date(2026, 12, 1))
    assert (second.per, second.until) == (100, None)


def test_csv_is_read_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "rates.csv"
    file.write_text("\ufeff" + HEAD + "ecb,EUR,USD,1.1408,,2026-07-22,\n", encoding="utf-8")
    assert list(RateTable.from_csv(file)) == list(RateTable.from_csv(str(file))) == [usd("1.1408")]


def test_title_and_link_may_be_given() -> None:
    text = "title,url,source,base,quote,rate,per,from,to\nList 7,https://example.org/7,sg-customs,USD,SGD,1.3,1,2026-11-01,\n"
    (rate,) = RateTable.from_csv(text)
    assert (rate.title, rate.url) == ("List 7", "https://example.org/7")


def test_every_bad_row_is_named() -> None:
    rows = ["ecb,EUR,USD,1.1408,,2026-07-22,", "ecb,EUR,usd,1.1,,2026-07-23,", "ecb,EUR,USD,x,,2026-07-24,", "ecb,EUR"]
    with pytest.raises(DocumentError) as caught:
        RateTable.from_csv(HEAD + "\n".join(rows))
    message = str(caught.value)
    assert "3 bad row(s)" in message
    assert "row 2" not in message
    assert all(part in message for part in ("row 3: not a currency code", "row 4: not an exchange rate", "row 5"))


def test_many_bad_rows_are_still_all_named() -> None:
    with pytest.raises(DocumentError, match="and rows 22, 23, 24"):
        RateTable.from_csv(HEAD + "ecb,EUR,USD,x,,2026-07-24,\n" * 23)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "source,base,quote,rate\n",
        HEAD.replace("rate", "rate,rate"),
        HEAD.replace("to", "to,mood"),
        HEAD + '"unclosed',
        HEAD + "ecb,EUR,USD,1,0,2026-07-24,\n",
        HEAD + "ecb,EUR,USD,1,-1,2026-07-24,\n",
        HEAD + "ecb,EUR,USD,1,,2026-13-24,\n",
        HEAD + "ecb,EUR,USD,1,,2026-07-24,2026-07-24\n",
        HEAD + "stated,EUR,USD,1,,2026-07-24,\n",
        HEAD + "ecb,EUR,USD,1.1,,2026-07-24,\necb,EUR,USD,1.2,,2026-07-24,\n",
        HEAD + "ecb,EUR,USD," + "1" * 200_000 + ",,2026-07-24,\n",
        "no such file.csv",
        "\x00.csv",
        "x" * 20_000_001,
    ],
)
def test_a_csv_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(DocumentError):
        RateTable.from_csv(text)


def test_a_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "rates.csv"
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DocumentError, match="UTF-8"):
        RateTable.from_csv(file)


@pytest.mark.parametrize("source", [None, 5, b"source", ["x"], float("nan")])
def test_what_is_no_csv_is_refused(source: Any) -> None:
    with pytest.raises(InputError):
        RateTable.from_csv(source)


@pytest.mark.parametrize("rows", [None, 5, "ecb", {"a": 1}, [5], [None], [{}], [{"source": "ecb"}], [{1: 2}]])
def test_what_are_no_rows_is_refused(rows: Any) -> None:
    with pytest.raises(InputError):
        RateTable.from_rows(rows)


def test_rows_may_be_mappings_with_days_and_decimals() -> None:
    row = {"source": "ecb", "base": "EUR", "quote": "USD", "rate": Decimal("1.1408"), "from": DAY, "to": None}
    assert list(RateTable.from_rows([row])) == [usd("1.1408")]
    with pytest.raises(InputError, match="float"):
        RateTable.from_rows([row | {"rate": 1.1408}])


def test_equal_rows_are_one_rate_and_unequal_ones_a_contradiction() -> None:
    assert len(RateTable([usd("1.1408"), usd("1.14080")])) == 1
    with pytest.raises(InputError, match="contradicts"):
        RateTable([usd("1.1408"), usd("1.1409")])


def test_only_published_rates_enter_a_table() -> None:
    stated = ExchangeRate("EUR", "USD", "1.1", day=DAY, source="stated")
    with pytest.raises(InputError, match="published"):
        RateTable([stated])


def test_the_left_table_wins_on_the_same_day_only() -> None:
    later = usd("1.1500", day=date(2026, 7, 23))
    ours, theirs = RateTable([usd("1.1")]), RateTable([usd("1.2"), later])
    assert list(ours | theirs) == [usd("1.1"), later]
    assert list(theirs | ours) == [usd("1.2"), later]
    assert (ours | theirs) == RateTable([later, usd("1.1")])


def test_rates_are_walked_from_a_day_in_both_directions() -> None:
    days = [date(2026, 7, number) for number in (1, 2, 3)]
    table = RateTable(usd("1.1", day=day) for day in days)
    assert [r.day for r in table.before("ecb", "USD", "EUR", day=days[1])] == [days[1], days[0]]
    assert [r.day for r in table.after("ecb", "USD", "EUR", day=days[1])] == [days[1], days[2]]
    assert list(table.before("hmrc-monthly", "USD", "EUR", day=days[1])) == []
