"""A row is warned of what the single quote of its consignment is warned of, as far as no amount decides it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from xbec import Law
from xbec.batch import explain, quote
from xbec.fx import Fx

Lines = Callable[..., pl.DataFrame]
RULES = ("law-age", "low-confidence", "stand-in-rate")


def warned(priced: Any) -> str | None:
    """The ids of the rules that speak of a quote, or of any world of an interval, without those amounts decide."""
    quotes = [world.quote for world in priced.worlds] if hasattr(priced, "worlds") else [priced]
    found = {finding.rule for quote in quotes for finding in quote.warnings}
    assert found <= {*RULES, "near-threshold"}
    return ", ".join(sorted(found - {"near-threshold"})) or None


@pytest.mark.parametrize(("seed", "on_unknown"), [(21, "raise"), (22, "interval")])
def test_random_frames_are_warned_as_the_single_quote_is(equality: Any, seed: int, on_unknown: str) -> None:
    frame = equality.frame_of(260, seed, kinds=20)
    result = quote(frame, on="day", fx=equality.FX, on_unknown=on_unknown, alone_below=0)
    met: Counter[str | None] = Counter()
    for row, ident in enumerate(result["consignment"]):
        if result["error"][row] is not None:
            assert result["warnings"][row] is None
            continue
        fresh = equality.FX.stated({})  # so that no earlier consignment has asked for a rate
        single = warned(explain(frame, {"consignment": ident}, on="day", fx=fresh, on_unknown=on_unknown))
        assert result["warnings"][row] == single, (ident, result.row(row, named=True))
        met[single] += 1
    assert len(met) > 3, met


def test_alone_or_together_the_warnings_are_the_same(equality: Any) -> None:
    frame = equality.frame_of(60, 4, kinds=10)
    fx = equality.FX.stated({})
    together = quote(frame, on="day", fx=fx, alone_below=0)["warnings"]
    assert quote(frame, on="day", fx=equality.FX.stated({}), alone_below=10**9)["warnings"].equals(together)


def test_what_stands_in_for_an_official_rate_is_told(lines: Lines, day: date) -> None:
    result = quote(lines({}, {"consignment": "B", "currency": "EUR"}), on=day, alone_below=0)
    single = [warned(explain(result, row, on=day, fx=Fx.default().stated({}))) for row in (0, 1)]
    assert result["warnings"].to_list() == single


def test_a_law_that_was_not_checked_for_a_year_is_told(lines: Lines) -> None:
    frame = lines({"destination": "GB", "currency": "GBP", "registrations": None})
    assert quote(frame, on=date(2028, 1, 3), alone_below=0)["warnings"].item() == "law-age"
    assert quote(frame, on=date(2026, 8, 3), alone_below=0)["warnings"].item() is None


def test_a_figure_of_low_confidence_is_told_where_it_is_charged(lines: Lines, day: date) -> None:
    quebec = {"destination": "CA-QC", "currency": "CAD", "registrations": None, "price": "90", "stated_duty": "Free"}
    result = quote(lines(quebec, quebec | {"consignment": "B", "destination": "CA-ON"}), on=day, alone_below=0)
    single = [warned(explain(result, row, on=day)) for row in (0, 1)]
    assert result["warnings"].to_list() == single
    assert "low-confidence" in str(single[0])
    assert "low-confidence" not in str(single[1])


def test_a_line_is_warned_of_what_its_consignment_is_warned_of(lines: Lines, day: date) -> None:
    quebec = {"destination": "CA-QC", "currency": "CAD", "registrations": None, "price": "90", "stated_duty": "Free"}
    frame = lines(quebec, quebec | {"line": "2", "tax_class": "zero"}, quebec | {"line": "3", "hs": "490199"})
    result = quote(frame, on=day, alone_below=0)
    assert result["warnings"].to_list() == [warned(explain(frame, 0, on=day))] * 3


def test_a_rate_that_only_the_duty_of_a_line_asks_for_is_told(lines: Lines) -> None:
    duty = {"stated_duty": "4 % + 0.30 EUR/kg", "quantity_kg": "3.5", "weight_kg": "7"}
    frame = lines(duty | {"destination": "GB", "currency": "GBP", "price": "900", "registrations": None})
    told = quote(frame, on=date(2024, 12, 27), alone_below=0)
    single = warned(explain(frame, 0, on=date(2024, 12, 27), fx=Fx.default().stated({})))
    assert told["warnings"].to_list() == [single]
    assert single == "stand-in-rate"


def test_a_charge_is_told_of_where_the_duty_is_unknown_and_counts_for_nothing(lines: Lines) -> None:
    shoe = {"destination": "FR", "hs": "640399", "channel": "post", "registrations": None, "price": "68"}
    frame, on = lines(shoe), date(2026, 7, 20)
    single = warned(explain(frame, 0, on=on))
    assert quote(frame, on=on, alone_below=0)["warnings"].to_list() == [single]
    assert "low-confidence" in str(single)


TESTLAND = """
jurisdiction = "MX"
name = "Testland"
currency = "MXN"
begins = 2021-07-01
territory = { customs = "MX", tax = "MX" }
exchange.customs = { rule = "commercial", event = "declared" }
[source.act]
title = "Act of Testland"
checked = 2026-08-01
[[procedure]]
id = "import"
collects = "customs"
source = "act art. 9"
[table.levy]
key = "origin"
rows.VN = [{ from = 2021-07-01, rate = "3 %", source = "act art. 2", confidence = "low" }]
rows."*" = [{ from = 2021-07-01, rate = "3 %", source = "act art. 2" }]
[[component]]
id = "levy"
kind = "duty"
base = ["goods"]
rate = { table = "levy" }
source = "act art. 1"
"""


def test_of_lines_alike_those_are_warned_whose_row_of_a_table_is_less_sure(lines: Lines, tmp_path: Path) -> None:
    (tmp_path / "MX.toml").write_text(TESTLAND, encoding="utf-8")
    one = {"destination": "MX", "currency": "MXN", "registrations": None}
    origins = ("CN", "VN", "KR", "VN")
    frame = lines(*(one | {"consignment": str(n), "origin": origin} for n, origin in enumerate(origins)))
    told = quote(frame, on=date(2026, 8, 3), law=Law([tmp_path]), alone_below=0)
    assert set(told["duty"]) == {150}
    assert told["warnings"].to_list() == [None, "low-confidence", None, "low-confidence"]
