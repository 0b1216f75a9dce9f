"""The rules are dated, cited data; a file that is not one is refused with its key."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from xbec.errors import DataFileError, InputError, NoRate
from xbec.fx import METHODS, Fx, RateTable, RuleBook

BOOK = """
[series.house]
title = "House rates"
pivot = "EUR"
[source.memo]
title = "House memo"
checked = 2026-11-22
[rule.house]
jurisdiction = "INT"
roles = ["payment"]
event = "paid"
[[rule.house.rows]]
from = 2026-01-01
series = "house"
method = "same-day-or-last-before"
max_age_days = 3
source = "memo p. 1"
"""


def test_every_rule_names_its_source_and_a_known_word() -> None:
    rows = [(rule, row) for rule in RuleBook.default() for row in rule.rows]
    assert len(rows) > 30
    for rule, row in rows:
        assert row.method in METHODS
        assert row.convention or (row.citation and row.citation.checked >= date(2026, 11, 22)), rule.id


def test_every_word_is_used_by_a_rule() -> None:
    assert {row.method for rule in RuleBook.default() for row in rule.rows} == set(METHODS)


def test_every_great_destination_has_a_rule_for_the_customs_value() -> None:
    countries = {rule.jurisdiction for rule in RuleBook.default() if "customs" in rule.roles}
    assert countries >= {
        "EU",
        "GB",
        "US",
        "CA",
        "AU",
        "NZ",
        "JP",
        "KR",
        "CN",
        "CH",
        "NO",
        "BR",
        "IN",
        "SG",
        "KZ",
        "TR",
        "MX",
    }


def test_recalled_rules_say_so() -> None:
    book = RuleBook.default()
    for rule in ("no-toll", "nz-customs", "br-siscomex", "tr-tcmb", "mx-dof", "kz-nbk", "eu-ioss-return"):
        assert book.rule(rule).rows[0].confidence == "low"
    for rule in ("eu-customs-value", "hmrc-monthly", "us-cbp", "ch-bazg", "ca-cbsa", "au-abf", "jp-customs"):
        assert book.rule(rule).rows[0].confidence == "high"


def test_the_euro_customs_rule_has_no_correction_within_the_month() -> None:
    assert RuleBook.default().rule("eu-customs-value").rows[0].deviation is None


def test_a_rule_of_ones_own_joins_and_wins() -> None:
    book = RuleBook.from_toml(BOOK) | RuleBook.default()
    row = {"source": "house", "base": "EUR", "quote": "USD", "rate": "1.15", "from": "2026-05-04"}
    fx = Fx(RateTable.from_rows([row]), rules=book)
    rate = fx.rate("USD", "EUR", rule="house", on=date(2026, 5, 6))
    assert (str(rate.rate), rate.title) == ("1.15", "House rates")
    with pytest.raises(NoRate, match="says nothing"):
        fx.rate("USD", "EUR", rule="house", on=date(2025, 12, 31))
    changed = RuleBook.from_toml(BOOK.replace("= 3", "= 0")) | book
    assert changed.rule("house").rows[0].max_age_days == 0
    assert len(changed) == len(book)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("max_age_days = 3", "max_age_days = 3.0"),
        ("max_age_days = 3", "max_age_days = -3"),
        ("max_age_days = 3", ""),
        ("max_age_days = 3", "max_age_days = true"),
        ('"memo p. 1"', '"nobody p. 1"'),
        ('source = "memo p. 1"', ""),
        ('source = "memo p. 1"', 'source = "memo"\nconvention = "both"'),
        ("same-day-or-last-before", "some-day"),
        ('series = "house"', 'series = "other"'),
        ('["payment"]', '["lunch"]'),
        ('["payment"]', "[]"),
        ('event = "paid"', 'event = "slept"'),
        ("from = 2026-01-01", "from = 2026-01-01T00:00:00"),
        ("from = 2026-01-01", "from = 2026-01-01\nto = 2025-01-01"),
        ("from = 2026-01-01", 'from = "2026-01-01"'),
        ('pivot = "EUR"', 'pivot = "euro"'),
        ('pivot = "EUR"', 'colour = "red"'),
        ("[series.house]", "[series.House]"),
        ("checked = 2026-11-22", ""),
        ("[source.memo]", "[sauce.memo]"),
        ("[rule.house]", "x"),
        ("max_age_days = 3", 'max_age_days = 3\ncurrencies = ["usd"]'),
        ("max_age_days = 3", 'max_age_days = 3\ndeviation = { more_than = "five", measured_from = "newer" }'),
        ("max_age_days = 3", 'max_age_days = 3\ndeviation = { more_than = "5 %", at_least = "5 %" }'),
        ("max_age_days = 3", 'max_age_days = 3\ndeviation = { at_least = "5 %", measured_from = "me" }'),
        (
            "max_age_days = 3",
            'max_age_days = 3\ndeviation = { at_least = "5 %", measured_from = "newer", review_day = 31 }',
        ),
    ],
)
def test_a_bad_file_is_refused(old: str, new: str) -> None:
    assert old in BOOK
    with pytest.raises(DataFileError):
        RuleBook.from_toml(BOOK.replace(old, new))


@pytest.mark.parametrize("text", ["rule = 5", "[series]\nx = 5", "rule = [1]", "\x00", "a" * 2_000_001])
def test_what_is_no_book_is_refused(text: str) -> None:
    with pytest.raises(DataFileError):
        RuleBook.from_toml(text)


def test_a_file_is_read_by_path(tmp_path: Path) -> None:
    file = tmp_path / "rules.toml"
    file.write_text(BOOK, encoding="utf-8")
    assert [rule.id for rule in RuleBook.from_toml(file)] == ["house"]
    with pytest.raises(DataFileError):
        RuleBook.from_toml(tmp_path / "none.toml")


@pytest.mark.parametrize("value", [None, 5, b"", []])
def test_other_kinds_are_refused(value: Any) -> None:
    with pytest.raises(InputError):
        RuleBook.from_toml(value)
    with pytest.raises(InputError, match="no such exchange-rate rule"):
        RuleBook.default().rule(value)
