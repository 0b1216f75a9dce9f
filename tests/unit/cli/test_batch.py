"""``xbec batch`` as a shell user meets it: the summary, the bar, messages and exit codes."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner

from xbec.batch import files
from xbec.cli.app import app

DAY = ("--on", "2026-08-03")
ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\r")


def run(*words: str | Path, width: int = 120, terminal: bool = False) -> tuple[int, str, str]:
    env = {"COLUMNS": str(width), "NO_COLOR": "1"} | ({"FORCE_COLOR": "1", "TERM": "xterm"} if terminal else {})
    result = CliRunner(env=env).invoke(app, ["batch", *map(str, words)])
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture
def given() -> pl.DataFrame:
    """Thirty consignments of two lines, one of them with a code that is none."""
    number = [n // 2 for n in range(60)]
    return pl.DataFrame(
        {
            "consignment": [f"order-{n:03}" for n in number],
            "line": [str(n % 2) for n in range(60)],
            "destination": [("DE", "GB")[n % 2] for n in number],
            "hs": ["cotton" if n == 17 else "610910" for n in number],
            "price": [f"{10 + n}.50" for n in number],
        }
    ).with_columns(origin=pl.lit("CN"), registrations=pl.lit("IOSS,GB-VAT"))


@pytest.fixture
def source(given: pl.DataFrame, tmp_path: Path) -> Path:
    path = tmp_path / "in.parquet"
    given.write_parquet(path, row_group_size=7)
    return path


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "out.parquet"


@pytest.mark.parametrize("width", [80, 120])
def test_the_summary_fits_the_window(source: Path, target: Path, width: int) -> None:
    code, out, err = run(source, target, *DAY, "--constant", "currency=USD", "--rows-at-once", "8", width=width)
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == str(target)
    assert max(map(len, lines[1:])) <= width
    facts = dict(re.split(r"\s{2,}", line.rstrip(), maxsplit=1) for line in lines[1:7])
    assert facts["lines"] == "60"
    assert facts["consignments"] == "30"
    assert facts["rows with errors"] == "2"
    table = " ".join(" ".join(lines[7:]).split())
    assert re.search(r"error rows for example", table)
    assert re.search(r"InputError 2 consignment order-017 to GB: ", table)
    assert "'cotton'" in table
    found = pl.read_parquet(target)
    assert found.height == 60
    assert set(found["currency"]) == {"USD"}
    assert found["error"].null_count() == 58


def test_the_summary_as_json(source: Path, target: Path) -> None:
    code, out, _ = run(source, target, *DAY, "--constant", "currency=USD", "--to", "DE,FR", "--to", "CA-QC", "--json")
    assert code == 0
    told = json.loads(out)
    assert told["schema"] == "xbec.batch-summary/1"
    assert told["destinations"] == ["DE", "FR", "CA-QC"]
    assert (told["lines"], told["rows"]) == (60, 180)
    assert pl.read_parquet(target)["destination"].unique(maintain_order=True).to_list() == ["DE", "FR", "CA-QC"]


@pytest.mark.parametrize("width", [80, 120])
def test_a_terminal_sees_a_bar_on_stderr(source: Path, target: Path, width: int) -> None:
    code, out, err = run(
        source, target, *DAY, "--constant", "currency=USD", "--rows-at-once", "8", width=width, terminal=True
    )
    assert code == 0
    shown = [line for line in re.split(r"[\r\n]+", ANSI.sub("\n", err)) if line.strip()]
    assert any("100%" in line for line in shown)
    assert max(map(len, shown)) <= width
    assert "%" not in out


def test_charges_interval_day_columns_and_kinds_of_constants(given: pl.DataFrame, source: Path, target: Path) -> None:
    given.with_columns(day=pl.date(2026, 8, 3)).drop("price").write_parquet(source)
    code, _, err = run(
        source, target, "--on", "day", "--charges", "--on-unknown", "interval",
        *("--constant", "currency=USD", "--constant", "price_minor=2500", "--constant", "paid=2026-08-01"),
    )  # fmt: skip
    assert (code, err) == (0, "")
    found = pl.read_parquet(target)
    assert {"charge.vat", "charge.vat_low", "charge.vat_high", "duty_low"} <= set(found.columns)
    assert found.schema["price_minor"] == pl.Int64
    assert found.schema["paid"] == pl.Date


def test_an_interrupted_command_says_how_to_go_on(source: Path, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = (source, target, *DAY, "--constant", "currency=USD", "--rows-at-once", "8")
    put = files.Kept.put
    left = [4]

    def until_a_key_is_pressed(self: Any, name: str, write: Any) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt
        put(self, name, write)

    monkeypatch.setattr(files.Kept, "put", until_a_key_is_pressed)
    code, out, err = run(*words)
    assert (code, out) == (130, "")
    assert f"kept in {target}.parts" in err
    assert not target.exists()
    monkeypatch.undo()
    code, out, _ = run(*words)
    assert code == 0
    assert "24 of them priced by an earlier run" in out
    assert pl.read_parquet(target).height == 60


def test_started_anew_is_said(source: Path, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = (source, target, *DAY, "--rows-at-once", "8", "--constant")

    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    for flags, said in (((), "note: started anew"), (("--no-resume",), "")):
        monkeypatch.setattr(files, "_join", interrupted)
        assert run(*words, "currency=USD")[0] == 130
        monkeypatch.undo()
        code, out, err = run(*words, "currency=EUR", *flags)
        assert code == 0
        assert (said in err) if said else err == ""
        assert "earlier run" not in out


@pytest.mark.parametrize(
    ("words", "exit_code", "says"),
    [
        ([], 2, "currency"),
        (["--constant", "currency"], 2, "name=value"),
        (["--constant", "currency="], 2, "name=value"),
        (["--constant", "currency=USD", "--constant", "currency=EUR"], 2, "twice"),
        (["--constant", "curency=USD"], 2, "curency"),
        (["--constant", "currency=USD", "--constant", "paid=soon"], 2, "YYYY-MM-DD"),
        (["--constant", "currency=USD", "--constant", "freight_minor=2.50"], 2, "whole minor units"),
        (["--constant", "currency=USD", "--to", "ZZ"], 2, "ZZ"),
        (["--constant", "currency=USD", "--to", "DE,AQ"], 1, "AQ"),
        (["--constant", "currency=USD", "--on", "someday"], 2, "someday"),
        (["--constant", "currency=USD", "--on-unknown", "guess"], 2, "raise, interval"),
        (["--constant", "currency=USD", "--rows-at-once", "0"], 2, "rows_at_once"),
        (["--constant", "currency=USD", "--rows-at-once", "1"], 2, "longer than a piece"),
    ],
)
def test_what_goes_wrong_is_said_with_an_exit_code(
    source: Path, target: Path, words: list[str], exit_code: int, says: str
) -> None:
    code, out, err = run(source, target, *DAY, *words)
    assert (code, out) == (exit_code, "")
    assert says in err
    assert "Traceback" not in err
    assert not target.exists()


def test_files_that_are_none(source: Path, target: Path) -> None:
    text = source.with_name("lines.csv")
    text.write_text("consignment,hs\n1,610910\n")
    for words, says in (
        ((source.with_name("nothing"), target), "no such file"),
        ((text, target), "not a Parquet file"),
        ((source, source), "one file"),
    ):
        code, out, err = run(*words, *DAY)
        assert (code, out) == (2, "")
        assert says in err
