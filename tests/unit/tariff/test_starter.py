"""The starter schedule: its data, its intervals, its age."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from xbec.errors import InputError, NoTariff, Undetermined
from xbec.goods import HsCode
from xbec.kernel.currencies import minor_digits
from xbec.tariff import Duty, StarterSchedule, Tariff, Unresolved
from xbec.tariff import starter as data

DAY = date(2026, 8, 3)


@pytest.fixture(scope="module")
def tariff() -> Tariff:
    return Tariff.default()


@pytest.mark.parametrize(
    ("territory", "hs", "candidates", "edition"),
    [
        ("US", "6109.10", ["16.5 %"], "US-2025"),
        ("EU", "6109.10", ["12.00 %"], "EU-CN2020"),
        ("GB", "0409.00", ["16 %"], "GB-UKGT2021"),
        ("JP", "0409.00", ["25.5 %"], "JP-2026"),
        ("CH", "6109.10", ["Free"], "CH-2024"),
        ("BR", "0713.31", ["Free", "10 %"], "BR-2025"),
        ("US", "0902.10", ["Free", "6.4 %"], "US-2025"),
        ("US", "0713.31", ["Free", "0.003 USD/kg", "0.008 USD/kg"], "US-2025"),
        ("US", "0409.00", ["0.019 USD/kg"], "US-2025"),
    ],
)
def test_rates(tariff: Tariff, territory: str, hs: str, candidates: list[str], edition: str) -> None:
    answer = tariff.rate(territory, hs, origin="VN", on=DAY)
    expected = {Duty.parse(text) for text in candidates}
    assert set(answer.candidates) == expected
    assert answer.edition == edition
    assert answer.source.checked == date(2026, 11, 22)


def test_a_national_code_is_answered_by_its_subheading(tariff: Tariff) -> None:
    assert tariff.rate("US", "6109.10.00.12", on=DAY).duty.ad_valorem == Fraction("0.165")
    assert tariff.rate("US", HsCode("6109100012"), on=DAY).hs == "610910"


def test_lines_in_different_units_are_unresolved(tariff: Tariff) -> None:
    answer = tariff.rate("US", "0406.90", on=DAY)
    assert isinstance(answer.candidates[0], Unresolved)
    assert not answer.is_known
    with pytest.raises(NoTariff, match="more forms"):
        _ = answer.duty


def test_an_interval_has_no_single_duty(tariff: Tariff) -> None:
    with pytest.raises(Undetermined, match=r"Free, 6\.4 %"):
        _ = tariff.rate("US", "0902.10", on=DAY).duty


@pytest.mark.parametrize(
    ("territory", "on", "confidence"),
    [
        ("US", date(2026, 8, 3), "high"),
        ("US", date(2027, 6, 6), "high"),
        ("US", date(2027, 6, 7), "low"),
        ("EU", date(2021, 6, 1), "medium"),
        ("EU", date(2026, 8, 3), "low"),
        ("CH", date(2024, 1, 1), "medium"),
        ("CH", date(2026, 8, 3), "medium"),
        ("JP", date(2020, 1, 1), "low"),
    ],
)
def test_an_old_edition_is_marked(tariff: Tariff, territory: str, on: date, confidence: str) -> None:
    answer = tariff.rate(territory, "6109.10", on=on)
    assert answer.confidence == confidence
    assert (answer.caveat is not None) == (confidence == "low")


def test_a_rate_taken_over_from_an_older_nomenclature_is_marked(tariff: Tariff) -> None:
    answer = tariff.rate("EU", "3402.50", on=date(2021, 1, 1))
    assert answer.confidence == "low"
    assert answer.caveat == "taken over from 340220 of HS2017"


@pytest.mark.parametrize(
    ("territory", "hs", "origin", "on", "says"),
    [
        ("EU", "2844.41", None, DAY, "does not hold"),
        ("EU", "6109", None, DAY, "six digits"),
        ("CH", "0409.00", None, DAY, "does not hold"),
        ("CH", "6109.10", None, date(2023, 12, 31), "2024-01-01"),
        ("GB", "6109.10", None, date(2020, 12, 31), "2021-01-01"),
        ("US", "6109.10", "RU", DAY, "column 2"),
        ("CN", "6109.10", None, DAY, "no tariff of that territory"),
        ("ZZ", "6109.10", None, DAY, "no tariff of that territory"),
    ],
)
def test_what_it_does_not_know_is_no_tariff(
    tariff: Tariff, territory: str, hs: str, origin: str | None, on: date, says: str
) -> None:
    with pytest.raises(NoTariff, match=says) as caught:
        tariff.rate(territory, hs, origin=origin, on=on)
    assert caught.value.cure


@pytest.mark.parametrize(
    "question",
    [
        {"territory": None}, {"territory": 5}, {"territory": "eu"}, {"territory": ["EU"]}, {"territory": "E" * 10_000},
        {"hs": None}, {"hs": 610910}, {"hs": ["6109"]}, {"hs": float("nan")}, {"hs": "6" * 10_000_000},
        {"origin": 5}, {"origin": "China"}, {"origin": {}}, {"on": "2026-08-03"}, {"on": None}, {"on": 5},
    ],
)  # fmt: skip
def test_a_question_that_is_none_is_refused(tariff: Tariff, question: dict[str, Any]) -> None:
    arguments: dict[str, Any] = {"territory": "EU", "hs": "6109.10", "origin": "CN", "on": DAY} | question
    with pytest.raises(InputError):
        tariff.rate(arguments.pop("territory"), arguments.pop("hs"), **arguments)


def test_a_second_question_gets_the_same_answer(tariff: Tariff) -> None:
    first = tariff.rate("EU", "6109.10", origin="CN", on=DAY)
    assert tariff.rate("EU", "6109.10", origin="CN", on=DAY) is first
    assert Tariff.default() is tariff


@pytest.mark.parametrize("territory", data.starter_territories())
def test_every_cell_is_read_or_unresolved(territory: str) -> None:
    schedule = StarterSchedule(territory)
    column = data._columns()[territory]
    assert column
    known = 0
    for code in column:
        answer = schedule.rate(code, origin=None, on=DAY)
        assert 1 <= len(answer.candidates) <= 64
        if all(isinstance(candidate, Duty) for candidate in answer.candidates):
            known += 1
        else:
            assert len(answer.candidates) == 1
    assert known >= 0.9 * len(column)


def test_the_data_are_whole() -> None:
    columns = data._columns()
    assert set(columns) == {*data.starter_territories(), "taken_from"}
    codes = {code for column in columns.values() for code in column}
    assert len(codes) == 765
    assert all(HsCode(code).subheading == code for code in codes)
    for territory, facts in data._sources()["source"].items():
        minor_digits(facts["currency"])
        assert facts["edition_day"] <= facts["checked"]
        assert facts["edition"].startswith(territory)
    for pairs in columns["taken_from"].values():
        for pair in pairs.split():
            territory, _, old = pair.partition("=")
            assert territory in columns
            assert HsCode(old).digits == old


def test_a_territory_without_a_column_is_no_tariff() -> None:
    strange: list[Any] = ["CN", "", None, 5, []]
    for territory in strange:
        with pytest.raises(NoTariff, match="no column"):
            StarterSchedule(territory)


def test_importing_tariff_opens_no_data() -> None:
    import subprocess
    import sys

    script = (
        "import sys, xbec.tariff\n"
        "own = ('starter', 'grammar', 'schedule', 'units')\n"
        "print([name for name in own if f'xbec.tariff.{name}' in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert out.stdout.strip() == "[]", out.stderr
