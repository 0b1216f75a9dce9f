"""``xbec trademark`` as a shell user meets it, for our own JSON and for official records."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from icalendar import Calendar
from typer.testing import CliRunner

from xbec.cli.app import app
from xbec.trademark.notice import NOT_LEGAL_ADVICE
from xbec.trademark.records.own_json import read_application, write_application

ROOT = Path(__file__).parents[3]
PACKAGED = ROOT / "src" / "xbec" / "data" / "examples"
CASES = ROOT / "tests" / "cases" / "data"
APPLICATION = str(PACKAGED / "trademark-application.json")
RECORD = str(PACKAGED / "trademark-record.json")
SITUATION = str(PACKAGED / "trademark-situation.json")
MIXED = str(CASES / "tsdr" / "info-mixed.json")
REGISTERED = str(CASES / "tsdr" / "st96-registered.xml")
MULTI = str(CASES / "tsdr" / "multi-status.json")
MADRID = str(CASES / "wipo" / "st66.xml")
DAY = ("--on", "2026-11-25")


def run(*words: str, width: int = 120) -> tuple[int, str, str]:
    result = CliRunner(env={"COLUMNS": str(width), "NO_COLOR": "1"}).invoke(app, ["trademark", *words])
    return result.exit_code, result.stdout, result.stderr


def said(out: str) -> str:
    """The output without line breaks, so that a width does not matter."""
    return " ".join(out.split())


@pytest.mark.parametrize(
    "words",
    [
        ("check", APPLICATION),
        ("check", MIXED),
        ("check", REGISTERED, "--met"),
        ("check", MADRID),
        ("deadlines", RECORD),
        ("deadlines", MIXED),
        ("deadlines", REGISTERED),
        ("deadlines", MADRID),
        ("fees", APPLICATION),
        ("fees", APPLICATION, "--years", "10"),
        ("classes", "silicone phone case", "--hs", "3926.90"),
        ("classes", "zzzzqqqq"),
        ("advise", SITUATION),
    ],
    ids=lambda words: " ".join(Path(word).name for word in words),
)
@pytest.mark.parametrize("width", [80, 120])
def test_every_command_fits_the_width_and_says_that_it_is_no_legal_advice(words: tuple[str, ...], width: int) -> None:
    code, out, err = run(*words, *DAY, width=width)
    assert (code, err) == (0, "")
    assert said(NOT_LEGAL_ADVICE) in said(out)
    assert max(map(len, out.splitlines())) <= width
    assert "\x1b" not in out


def test_check_tells_what_is_wrong_what_follows_and_what_to_do() -> None:
    code, out, _ = run("check", APPLICATION, *DAY)
    assert code == 0
    assert "US application for LUMORA, examined on 2026-11-25" in out
    assert "complete as of this day: no" in out
    told = said(out)
    assert "class 11: no day of access of the web page otherwise: the specimen is not accepted what to do:" in told
    assert "priority of the foreign filing of 2026-06-03 can be claimed until 2026-12-03" in told
    assert "37 CFR 2.56(c)" in out
    assert "met" not in out.split()
    code, out, _ = run("check", APPLICATION, *DAY, "--met")
    assert code == 0
    assert "met" in out.split()


def test_check_of_an_official_record_says_how_it_was_read() -> None:
    _, out, _ = run("check", MIXED, *DAY)
    assert "on record: NOA Sent" in out
    assert "class 25: read as 1(a), since dates of use stand there" in out
    assert "what an official record never shows" in out


def test_check_as_json() -> None:
    code, out, _ = run("check", APPLICATION, *DAY, "--json")
    assert code == 0
    content = json.loads(out)
    assert content["complete"]["yes"] is False
    assert content["notice"] == NOT_LEGAL_ADVICE
    assert any(each["severity"] == "error" for each in content["findings"])


def test_deadlines_and_the_calendar_file(tmp_path: Path) -> None:
    target = tmp_path / "halden.ics"
    code, out, _ = run("deadlines", RECORD, *DAY, "--ics", str(target))
    assert code == 0
    assert "99999010 HALDEN TRAIL on 2026-11-25: allowed" in out
    told = said(out)
    assert "2027-01-13 open file the statement of use, or ask for six months more (49 days)" in told
    assert "done 2025-09-22 [1]" in told
    assert "(any other person) [2] if it was not done: the mark goes on" in told
    assert "after: allowed 2026-01-13 [3]" in told
    assert f"1 date written to {target}" in out
    calendar = Calendar.from_ical(target.read_bytes())
    (event,) = calendar.walk("VEVENT")
    assert event.decoded("DTSTART").isoformat() == "2027-01-13"
    code, out, _ = run("deadlines", RECORD, *DAY, "--json")
    assert [due["state"] for due in json.loads(out)["due"]] == ["done", "passed", "open"]


def test_maintenance_of_a_registered_mark_from_the_uspto() -> None:
    code, out, _ = run("deadlines", REGISTERED, *DAY)
    assert code == 0
    told = said(out)
    assert "2030-06-04 not yet" in told
    assert "with surcharge to 2030-12-04" in told


def test_an_extension_of_protection_whose_registration_was_cancelled() -> None:
    code, out, _ = run("deadlines", MADRID, "--on", "2026-06-01")
    assert code == 0
    assert "extension ended" in out
    assert "2026-08-04 open" in said(out), "transformation within three months"


def test_fees_line_by_line() -> None:
    code, out, _ = run("fees", APPLICATION, *DAY)
    assert code == 0
    assert "2 x 350.00 USD" in out
    assert "900.00 USD" in out
    code, out, _ = run("fees", APPLICATION, *DAY, "--years", "10", "--json")
    assert code == 0
    content = json.loads(out)
    assert content["notice"] == NOT_LEGAL_ADVICE
    assert {line["act"] for line in content["lines"]} >= {"application", "statement-of-use", "section-8", "section-9"}


def test_fees_of_a_filed_application_are_those_of_its_day() -> None:
    filed = json.loads(run("fees", MIXED, "--json")[1])
    assert {line["day"] for line in filed["lines"]} == {"2025-05-19"}


def test_classes_with_evidence() -> None:
    code, out, _ = run("classes", "silicone phone case", *DAY)
    assert code == 0
    assert "NCL(13-2026)" in out
    assert "phone case" in out
    code, out, _ = run("classes", "silicone phone case", *DAY, "--json", "--limit", "1")
    assert [each["number"] for each in json.loads(out)["suggestions"]] == [9]


def test_advice_ranks_the_ways_to_file() -> None:
    code, out, _ = run("advise", SITUATION, *DAY)
    assert code == 0
    assert out.index("1. 44(e)") < out.index("1(b) intent to use")
    assert "priority day: 2026-11-25, the filing day, if filed then" in out
    assert "[1] IIPLA" in out
    assert not [line for line in out.splitlines() if line.startswith("    ") and "attorney admitted at" in line]
    code, out, _ = run("advise", SITUATION, *DAY, "--json")
    assert json.loads(out)["notice"] == NOT_LEGAL_ADVICE


@pytest.mark.parametrize(
    ("words", "exit_code", "says"),
    [
        (("check", "nothing.json"), 2, "cannot read"),
        (("check", str(CASES / "au.toml")), 2, "not JSON"),
        (("check", str(PACKAGED / "shopify-order.json")), 2, "no such field"),
        (("check", SITUATION), 2, "another document"),
        (("check", APPLICATION, "--on", "1901-01-01"), 1, "no rules of a US application"),
        (("check", APPLICATION, "--number", "99999999"), 2, "another mark"),
        (("check", MULTI), 2, "79999004, 97999005"),
        (("deadlines", MULTI, "--number", "1"), 2, "not in the document"),
        (("deadlines", str(CASES / "wipo" / "meca-register.xml"), "--number", "1799907"), 2, "not a designation"),
        (("deadlines", RECORD, "--ics", str(ROOT / "no" / "such" / "folder" / "x.ics")), 2, "cannot write"),
        (("fees", APPLICATION, "--on", "yesterday"), 2, "YYYY-MM-DD"),
        (("fees", APPLICATION, "--years", "1000"), 2, "0 to 100"),
        (("classes", ""), 2, "title"),
        (("classes", "lamp", "--hs", "x"), 2, "HS"),
        (("advise", APPLICATION), 2, "another document"),
    ],
    ids=lambda value: " ".join(Path(word).name for word in value) if isinstance(value, tuple) else None,
)
def test_what_goes_wrong_is_said_with_an_exit_code(words: tuple[str, ...], exit_code: int, says: str) -> None:
    code, out, err = run(*words)
    assert (code, out) == (exit_code, "")
    assert says in err
    assert "Traceback" not in err


def test_all_problems_of_a_document_are_listed(tmp_path: Path) -> None:
    file = tmp_path / "broken.json"
    file.write_text('{"applicants": "me", "mark": {}, "items": [{"nice_class": "25"}]}', encoding="utf-8")
    code, _, err = run("check", str(file))
    assert code == 2
    for line in ("4 problems", "$.applicants: a list", "$.items[0].nice_class: a whole", "$.items[0].text: is missing"):
        assert line in err


def test_text_that_looks_like_markup_is_printed_as_it_stands(tmp_path: Path) -> None:
    application = json.loads(Path(APPLICATION).read_text(encoding="utf-8"))
    application["mark"]["text"] = "[bold]LUMORA[/red]"
    application["applicants"][0] |= {"name": "[red]A[/]", "email": None}
    file = tmp_path / "markup.json"
    file.write_text(json.dumps(application), encoding="utf-8")
    code, out, _ = run("check", str(file), *DAY)
    assert code == 0
    assert "[bold]LUMORA[/red]" in out
    assert "[red]A[/]" in out


def test_no_document_steers_the_terminal(tmp_path: Path) -> None:
    ours = json.loads(Path(APPLICATION).read_text(encoding="utf-8"))
    ours["mark"]["text"] = "LUMORA\x1b[31m"
    file = tmp_path / "controls.json"
    file.write_text(json.dumps(ours), encoding="utf-8")
    code, _, err = run("check", str(file), *DAY)
    assert code == 2
    assert "text without control characters is needed" in err
    assert "field: $.mark.text" in err
    assert "\x1b" not in err
    record = json.loads(Path(MIXED).read_text(encoding="utf-8"))
    record["trademarks"][0]["status"]["markElement"] = "HALDEN\x1b[31m\x9b31m"
    file.write_text(json.dumps(record), encoding="utf-8")
    code, out, _ = run("check", str(file), *DAY)
    assert code == 0
    assert not {"\x1b", "\x9b"} & set(out)
    assert "HALDEN [31m 31m" in out


def test_the_examples_are_those_of_the_package_and_read_back() -> None:
    for path in sorted(PACKAGED.glob("trademark-*.json")):
        assert (ROOT / "examples" / path.name).read_bytes() == path.read_bytes()
    application = read_application(Path(APPLICATION).read_bytes())
    assert read_application(write_application(application)) == application
