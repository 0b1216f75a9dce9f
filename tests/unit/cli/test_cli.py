"""The command line as a shell user meets it: output, exit codes, messages."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from xbec.cli.app import app

EXAMPLES = Path(__file__).parents[3] / "examples"
SHOPIFY = str(EXAMPLES / "shopify-order.json")
AMAZON = str(EXAMPLES / "amazon-order.json")
CATALOGUE = str(EXAMPLES / "catalogue.csv")
DAY = ["--on", "2026-08-03"]


def run(*words: str) -> tuple[int, str, str]:
    result = CliRunner(env={"COLUMNS": "160"}).invoke(app, list(words))
    return result.exit_code, result.stdout, result.stderr


def test_quote_prints_charges_rules_and_sources() -> None:
    code, out, _ = run("quote", SHOPIFY, "--to", "DE", *DAY, "--registered", "IOSS")
    assert code == 0
    assert "Import One Stop Shop" in out
    assert "VAT" in out
    assert "61.96 EUR" in out
    assert "Council Regulation (EU) 2026/382" in out
    assert "tested" not in out
    code, out, _ = run("quote", SHOPIFY, "--to", "DE", *DAY, "--registered", "IOSS", "--explain")
    assert code == 0
    assert "tested ioss: yes" in out


def test_quote_as_json() -> None:
    code, out, _ = run("quote", AMAZON, "--catalogue", CATALOGUE, *DAY, "--json")
    assert code == 0
    quote = json.loads(out)
    assert quote["schema"] == "xbec.quote/1"
    assert quote["jurisdiction"] == "DE"
    assert quote["by_collector"]["platform"] == "8.53"
    assert sum(float(x) for x in quote["by_kind"].values()) == pytest.approx(float(quote["assessed"]))


def test_stated_rate_setting_and_terms() -> None:
    code, out, _ = run(
        "quote",
        SHOPIFY,
        *DAY,
        "--rate",
        "USD/EUR=0.867013",
        "--setting",
        "item_key=hs6-origin",
        "--terms",
        "DDP",
        "--json",
    )
    assert code == 0
    quote = json.loads(out)
    assert quote["goods"] == "43.35"
    assert quote["settings"]["item_key"] == "hs6-origin"
    assert quote["by_payer"] == {"seller": quote["assessed"]}


def test_an_unknown_is_a_message_and_an_interval() -> None:
    code, _, err = run("quote", SHOPIFY, "--on", "2026-11-03", "--rate", "USD/EUR=0.86")
    assert code == 1
    assert "Union handling fee" in err
    assert "what to do" in err
    code, out, _ = run("quote", SHOPIFY, "--on", "2026-11-03", "--rate", "USD/EUR=0.86", "--interval")
    assert code == 0
    assert "between" in out


@pytest.mark.parametrize(
    ("words", "exit_code", "says"),
    [
        (["quote", "nothing.json"], 2, "cannot read"),
        (["quote", CATALOGUE], 2, "JSON"),
        (["quote", SHOPIFY, "--to", "ZZ"], 2, "ZZ"),
        (["quote", SHOPIFY, "--on", "yesterday"], 2, "YYYY-MM-DD"),
        (["quote", SHOPIFY, "--on", "1999-01-01"], 1, "2021-07-01"),
        (["quote", SHOPIFY, "--setting", "x"], 2, "key=value"),
        (["quote", SHOPIFY, "--platform", "nosuch"], 2, "nosuch"),
        (["quote", SHOPIFY, *DAY, "--procedure", "magic"], 2, "ioss"),
        (["quote", AMAZON, *DAY], 2, "catalogue"),
        (["law", "show", "QQ"], 1, "QQ"),
        (["law", "check", "--overlay", "nowhere.toml"], 1, "nowhere.toml"),
    ],
)
def test_what_goes_wrong_is_said_with_an_exit_code(words: list[str], exit_code: int, says: str) -> None:
    code, out, err = run(*words)
    assert (code, out) == (exit_code, "")
    assert says in err
    assert "Traceback" not in err


def test_law_show_and_check() -> None:
    code, out, _ = run("law", "show", "de", "--on", "2020-08-01")
    assert code == 0
    code, out, _ = run("law", "show", "DE", "--on", "2026-07-01")
    assert code == 0
    assert "19 %" in out
    assert "item-duty" in out
    code, out, _ = run("law", "diff", "CH", "2023-12-31", "2024-01-01")
    assert code == 0
    assert "tax vat standard: 7.7 % -> 8.1 %" in out
    code, out, _ = run("law", "check")
    assert code == 0
    assert "ok DE" in out


def test_python_m_xbec() -> None:
    done = subprocess.run([sys.executable, "-m", "xbec", "--help"], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "quote" in done.stdout
