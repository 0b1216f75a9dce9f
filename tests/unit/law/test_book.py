"""The law book: lazy, overlaid, and precise about what is wrong in a file."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from xbec.errors import DataFileError, NoLaw
from xbec.law import Law

GOOD = """
jurisdiction = "MX"
name = "Testland"
currency = "MXN"
begins = 2021-07-01
territory = { customs = "MX", tax = "MX" }
exchange.customs = { rule = "commercial" }
[source.act]
title = "Act of Testland"
checked = 2026-08-01
[value]
limit = [{ from = 2021-01-01, to = 2024-01-01, amount = "50 USD", source = "act art. 1" },
         { from = 2024-01-01, amount = "60 USD", source = "act art. 1" }]
[tax.vat]
standard = [{ from = 2021-01-01, rate = "16 %", source = "act art. 2" }]
[[procedure]]
id = "import"
source = "act art. 3"
[[component]]
slot = "national"
[[component]]
id = "vat"
kind = "tax"
base = ["goods"]
rate = { tax = "vat" }
source = "act art. 4"
"""


def book(tmp_path: Path, text: str, code: str = "MX") -> Law:
    (tmp_path / f"{code}.toml").write_text(text, encoding="utf-8")
    return Law([tmp_path])


def test_a_figure_by_day_with_its_source(tmp_path: Path) -> None:
    law = book(tmp_path, GOOD)["MX"]
    assert str(law.value("limit", date(2023, 12, 31)).value) == "50 USD"
    period = law.value("limit", date(2024, 1, 1))
    assert str(period.value) == "60 USD"
    assert period.citation.title == "Act of Testland"
    assert period.citation.checked == date(2026, 8, 1)
    with pytest.raises(NoLaw, match="limit"):
        law.value("limit", date(2020, 12, 31))
    with pytest.raises(NoLaw, match="reduced"):
        law.tax_rate("vat", "reduced", date(2024, 1, 1))


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('"act art. 2"', '"law art. 2"', "does not define"),
        (', source = "act art. 2"', "", "tax.vat.standard.0.source"),
        ("to = 2024-01-01", "to = 2023-06-01", "gap"),
        ("to = 2024-01-01", "to = 2024-06-01", "overlap"),
        ('"16 %"', "0.16", "float"),
        ('"16 %"', '"16"', "not a rate"),
        ('"16 %"', '"1.6e1 %"', "not a decimal number"),
        ('"50 USD"', '"50 USX"', "no such currency"),
        ('currency = "MXN"', 'currency = "MXX"', "no such currency"),
        ('name = "Testland"', 'name = "Testland"\ncapital = "X"', "capital"),
        ("checked = 2026-08-01", "", "checked"),
        ('kind = "tax"', 'kind = "levy"', "kind"),
        ("from = 2024-01-01", 'from = "2024-01-01"', "from"),
        ('exchange.customs = { rule = "commercial" }', "[exchange]", "exchange.customs"),
        ('jurisdiction = "MX"', 'jurisdiction = "Mexico"', "jurisdiction"),
        ("[value]", "[value", "not a TOML file"),
    ],
)
def test_what_is_wrong_names_file_and_key(tmp_path: Path, old: str, new: str, problem: str) -> None:
    assert old in GOOD
    with pytest.raises(DataFileError) as told:
        book(tmp_path, GOOD.replace(old, new))["MX"]
    assert problem in str(told.value)
    assert "MX.toml" in str(told.value)


def test_overlay_corrects_without_a_fork(tmp_path: Path) -> None:
    law = book(tmp_path, GOOD)
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "MX.toml").write_text(
        '[tax.vat]\nstandard = [{ from = 2021-01-01, rate = "17 %", source = "act art. 2" }]\n', encoding="utf-8"
    )
    for other in (law.overlay(mine), law.overlay(mine / "MX.toml")):
        assert str(other["MX"].tax_rate("vat", "standard", date(2025, 1, 1)).value) == "17 %"
    assert str(law["MX"].tax_rate("vat", "standard", date(2025, 1, 1)).value) == "16 %"
    with pytest.raises(DataFileError, match="no such file"):
        law.overlay(tmp_path / "nowhere.toml")


CHILD = """
jurisdiction = "PE"
name = "Childland"
extends = "MX"
[source.decree]
title = "Decree of Childland"
checked = 2026-08-01
[[component]]
slot = "national"
id = "stamp"
kind = "fee"
rate = "2 MXN"
per = ["consignment"]
source = "decree art. 1"
"""


def test_a_child_fills_slots_and_edits_nothing(tmp_path: Path) -> None:
    book(tmp_path, GOOD)
    law = book(tmp_path, CHILD, "PE")
    assert [c.id for c in law["PE"].components] == ["stamp", "vat"]
    assert [c.id for c in law["MX"].components] == ["vat"]
    with pytest.raises(DataFileError, match="edits a component"):
        book(tmp_path, CHILD.replace('"stamp"', '"vat"'), "PE")["PE"]
    with pytest.raises(DataFileError, match="no such slot"):
        book(tmp_path, CHILD.replace('slot = "national"', 'slot = "other"'), "PE")["PE"]


def test_a_correction_is_appended_and_an_old_quote_replays(tmp_path: Path) -> None:
    rows = (
        'standard = [{ id = "v1", from = 2021-01-01, rate = "16 %", source = "act art. 2" },\n'
        '{ from = 2021-01-01, rate = "18 %", source = "act art. 2", recorded = 2026-09-01, replaces = "v1" }]'
    )
    text = GOOD.replace('standard = [{ from = 2021-01-01, rate = "16 %", source = "act art. 2" }]', rows)
    law = book(tmp_path, text)["MX"]
    day = date(2026, 1, 1)
    assert str(law.tax_rate("vat", "standard", day).value) == "18 %"
    assert str(law.tax_rate("vat", "standard", day, known_on=date(2026, 8, 31)).value) == "16 %"
    assert str(law.tax_rate("vat", "standard", day, known_on=date(2026, 9, 1)).value) == "18 %"


def test_no_file_is_a_typed_gap() -> None:
    for code in ("AQ", "../x", "", "EUROPE"):
        with pytest.raises(NoLaw):
            Law.default()[code]


def test_every_word_a_file_may_hold_is_explained() -> None:
    from xbec.law.file import ComponentModel, LawFile, ListModel, ProcedureModel, RateModel, SettingModel, ValueRow

    page = (Path(__file__).parents[3] / "docs" / "law-language.md").read_text(encoding="utf-8")
    models = (LawFile, ProcedureModel, ComponentModel, RateModel, ValueRow, ListModel, SettingModel)
    words = {field.alias or name for model in models for name, field in model.model_fields.items()}
    assert {w for w in words if w not in page} == set()


def test_the_law_of_a_day(tmp_path: Path) -> None:
    law = book(tmp_path, GOOD).on(date(2023, 6, 1))["MX"]
    assert str(law.value("limit").value) == "50 USD"
    assert str(law.tax_rate("vat").value) == "16 %"
    assert [p.id for p in law.procedures] == ["import"]
    assert [c.id for c in law.components] == ["vat"]
