"""Schedules a user brings, and the chain that asks them before the starter."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from xbec.errors import DocumentError, InputError, NoTariff
from xbec.kernel.citation import Citation
from xbec.tariff import Duty, Schedule, Tariff, TariffLine, Unresolved
from xbec.tariff import table as reader

DAY = date(2026, 8, 3)
HEADER = "hs,origin,duty,from,to,source\n"


def schedule(*rows: str, header: str = HEADER, **words: Any) -> Schedule:
    return Schedule.from_csv(header + "\n".join(rows) + "\n", **({"territory": "EU", "currency": "EUR"} | words))


def duties(found: Schedule, hs: str, origin: str | None = "CN", on: date = DAY) -> list[str]:
    return sorted(str(candidate) for candidate in found.rate(hs, origin=origin, on=on).candidates)


def test_the_longest_code_wins() -> None:
    found = schedule("61,,10 %,2026-01-01,,t", "6109,,11 %,2026-01-01,,t", "6109.10.00,,12 %,2026-01-01,,t")
    assert duties(found, "6109.10.00.90") == ["12 %"]
    assert duties(found, "6109.90.20") == ["11 %"]
    assert duties(found, "6110.20") == ["10 %"]


def test_a_line_for_the_origin_beats_a_line_for_any() -> None:
    found = schedule("6109.10,,12 %,2026-01-01,,t", "61,KR,Free,2026-01-01,,t")
    assert duties(found, "6109.10", "KR") == ["Free"]
    assert duties(found, "6109.10", "CN") == ["12 %"]


def test_an_unknown_origin_has_the_duties_of_all() -> None:
    found = schedule("6109.10,,12 %,2026-01-01,,t", "61,KR,Free,2026-01-01,,t")
    assert duties(found, "6109.10", None) == ["12 %", "Free"]
    only_korea = schedule("6109.10,KR,Free,2026-01-01,,t")
    with pytest.raises(NoTariff, match="covers this code"):
        only_korea.rate("6109.10", origin=None, on=DAY)


def test_days_are_half_open() -> None:
    found = schedule("6109.10,,12 %,2026-01-01,2026-07-01,t", "6109.10,,8 %,2026-07-01,,t")
    assert duties(found, "6109.10", on=date(2026, 6, 30)) == ["12 %"]
    assert duties(found, "6109.10", on=date(2026, 7, 1)) == ["8 %"]
    with pytest.raises(NoTariff):
        found.rate("6109.10", origin="CN", on=date(2025, 12, 31))


def test_a_code_above_the_lines_has_all_their_duties() -> None:
    found = schedule(
        "6109.10.00,,12 %,2026-01-01,,t", "6109.90.20,,9 %,2026-01-01,,t", "6109.90.90,,12 %,2026-01-01,,t"
    )
    answer = found.rate("6109", origin="CN", on=DAY)
    assert duties(found, "6109") == ["12 %", "9 %"]
    assert answer.confidence == "low"
    assert answer.caveat
    assert found.rate("6109.10.00", origin="CN", on=DAY).confidence == "high"


def test_a_covering_line_and_an_exception_under_it_are_both_possible() -> None:
    found = schedule("6109,,12 %,2026-01-01,,t", "6109.10.10,,5 %,2026-01-01,,t")
    assert duties(found, "6109.10") == ["12 %", "5 %"]
    assert duties(found, "6109.10.90") == ["12 %"]


def test_more_duties_than_the_engine_prices_are_unresolved() -> None:
    rows = [f"6109.{n:02d},,{n} %,2026-01-01,,t" for n in range(1, 70)]
    answer = schedule(*rows).rate("6109", origin="CN", on=DAY)
    assert isinstance(answer.candidates[0], Unresolved)


def test_a_file_is_read_with_its_sources(tmp_path: Path) -> None:
    path = tmp_path / "tariff.csv"
    path.write_text(
        "\ufeffhs,duty,from,to,source,checked\r\n0406.90,151.00 EUR / 100 kg,2026-01-01,,CN 2026,2026-03-01\r\n\r\n",
        encoding="utf-8",
    )
    found = Schedule.from_csv(path, territory="EU", currency="EUR", edition="CN2026")
    answer = found.rate("0406.90", origin=None, on=DAY)
    assert (answer.source.title, answer.source.checked, answer.edition) == ("CN 2026", date(2026, 3, 1), "CN2026")
    assert answer.duty.units == ("kg",)
    assert len(found) == 1
    assert len(Schedule.from_csv(str(path), territory="EU", currency="EUR")) == 1


def test_a_duty_nobody_computes_is_kept_and_listed() -> None:
    found = schedule("1704.90,,9.00% + EA,2026-01-01,,t", "6109.10,,35,2026-01-01,,t", "6110,,12 %,2026-01-01,,t")
    assert [line.hs.digits for line in found.unresolved] == ["170490", "610910"]
    with pytest.raises(NoTariff, match="bare number"):
        _ = found.rate("6109.10", origin="CN", on=DAY).duty


def test_every_bad_row_is_named() -> None:
    with pytest.raises(DocumentError) as caught:
        schedule(
            "61091,,12 %,2026-01-01,,t",
            "6109,,12 %,2026-13-01,,t",
            "6109,China,12 %,2026-01-01,,t",
            "6109,,,2026-01-01,,t",
            "6109,,12 %,2026-01-01,2025-01-01,t",
            "6109,,12 %,2026-01-01,,",
            "6109,,12 %",
        )
    text = str(caught.value)
    assert text.startswith("7 bad rows")
    for number, field in ((2, "hs"), (3, "from"), (4, "origin"), (5, "duty"), (6, "end"), (7, "citation"), (8, "row")):
        assert f"row {number} {field}" in text
    assert caught.value.field == "schedule: row 2"


def test_a_file_full_of_bad_rows_has_a_short_error() -> None:
    with pytest.raises(DocumentError, match="and 4990 more rows") as caught:
        schedule(*["x,,12 %,2026-01-01,,t"] * 5000)
    assert len(str(caught.value)) < 2000


@pytest.mark.parametrize(
    "text",
    ["\n", "hs,duty\n6109,5 %\n", "hs,hs,duty,from,to,source\n", "hs,duty,from,to,source,rate\n", HEADER,
     HEADER + '"6109,,5 %,2026-01-01,,t\n', HEADER + "6109,," + "9" * 200_000 + ",2026-01-01,,t\n", "\x00\n\x00"],
)  # fmt: skip
def test_what_is_no_schedule_is_refused(text: str) -> None:
    with pytest.raises(DocumentError):
        Schedule.from_csv(text, territory="EU", currency="EUR")


def test_overlapping_lines_are_refused() -> None:
    with pytest.raises(InputError, match="overlap"):
        schedule("6109,,12 %,2026-01-01,,t", "6109,,8 %,2026-07-01,,t")
    schedule("6109,,12 %,2026-01-01,,t", "6109,KR,8 %,2026-07-01,,t")


def test_sizes_are_bounded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(reader, "MOST_ROWS", 2)
    with pytest.raises(DocumentError, match="too many rows"):
        schedule(*[f"61{n:02d},,5 %,2026-01-01,,t" for n in range(1, 5)])
    monkeypatch.setattr(reader, "LARGEST_FILE", 10)
    path = tmp_path / "big.csv"
    path.write_text(HEADER, encoding="utf-8")
    for content in (HEADER, path):
        with pytest.raises(DocumentError, match="too large"):
            Schedule.from_csv(content, territory="EU", currency="EUR")


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "latin.csv"
    path.write_bytes(b"hs,\xff\n")
    with pytest.raises(DocumentError, match="UTF-8"):
        Schedule.from_csv(path, territory="EU", currency="EUR")


@pytest.mark.parametrize(
    "arguments",
    [
        {"path_or_text": "no-such-file.csv"}, {"path_or_text": ""}, {"path_or_text": 5}, {"path_or_text": None},
        {"path_or_text": "a\x00b"}, {"path_or_text": "x" * 10_000}, {"path_or_text": Path()},
        {"territory": "Europe"}, {"territory": None}, {"currency": "euro"}, {"currency": None},
        {"checked": "2026-01-01"}, {"confidence": "sure"}, {"edition": 5}, {"edition": ""},
    ],
)  # fmt: skip
def test_arguments_that_are_none_are_refused(arguments: dict[str, Any]) -> None:
    given: dict[str, Any] = {
        "path_or_text": HEADER + "6109,,5 %,2026-01-01,,t\n", "territory": "EU", "currency": "EUR"
    }  # fmt: skip
    with pytest.raises(InputError):
        Schedule.from_csv(**(given | arguments))


def test_lines_as_values() -> None:
    book = Citation("book", "Own book", checked=DAY)
    line = TariffLine(hs="6109.10", duty=Duty("12 %"), start=date(2026, 1, 1), source=book)
    assert Schedule([line], territory="EU").rate("6109.10", origin=None, on=DAY).source == book
    for lines in ([5], 5, "x"):
        with pytest.raises(InputError):
            Schedule(lines, territory="EU")  # type: ignore[arg-type]
    for bad in (
        {"duty": "12 %"},
        {"source": None},
        {"start": "2026-01-01"},
        {"origin": "x"},
        {"end": date(2025, 1, 1)},
    ):
        facts: dict[str, Any] = {
            "hs": "6109.10", "duty": Duty("12 %"), "start": date(2026, 1, 1), "source": book
        } | bad  # fmt: skip
        with pytest.raises(InputError):
            TariffLine(**facts)


def test_the_first_source_that_knows_answers() -> None:
    own = schedule("6109.10,,7 %,2026-01-01,,t")
    tariff = Tariff.default().preferring(own)
    assert str(tariff.rate("EU", "6109.10", origin="CN", on=DAY).duty) == "7 %"
    assert tariff.rate("EU", "6109.90", origin="CN", on=DAY).edition == "EU-CN2020"
    assert tariff.rate("US", "6109.10", origin="CN", on=DAY).edition == "US-2025"
    assert Tariff(own).territories == ("EU",)
    with pytest.raises(NoTariff, match="no line of"):
        Tariff(own).rate("EU", "6201.40", origin="CN", on=DAY)
    for bad in ("x", None, [own]):
        with pytest.raises(InputError):
            Tariff(bad)  # type: ignore[arg-type]
