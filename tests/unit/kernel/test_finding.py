"""Findings: sorted gravest first, printed as a sentence, handed on as plain values."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from xbec.errors import InputError
from xbec.kernel.citation import Citation
from xbec.kernel.finding import Finding

CITED = Citation("gpsr", "Regulation (EU) 2023/988", "art. 19", "https://example.org/gpsr", date(2026, 11, 20))


def test_the_gravest_comes_first() -> None:
    info = Finding("near-threshold", "info", "duty", "a value within 2 % of a limit decides")
    error = Finding("no-hs", "error", "line 2", "no HS code", "state it")
    warning = Finding("law-age", "warning", "vat", "checked long ago", None, CITED)
    assert sorted([info, warning, error]) == [error, warning, info]
    assert sorted([error, Finding("no-hs", "error", "line 1", "no HS code")])[0].where == "line 1"


def test_it_reads_as_a_sentence() -> None:
    finding = Finding("gpsr-person", "error", "offer", "no responsible person is named", "name one", CITED)
    assert str(finding) == (
        "error: offer: no responsible person is named (gpsr-person); what to do: name one "
        "[Regulation (EU) 2023/988 art. 19, checked 2026-11-20]"
    )
    assert str(Finding("empty", "info", "", "nothing was found")) == "info: nothing was found (empty)"


def test_it_becomes_json() -> None:
    plain = Finding("gpsr-person", "error", "offer", "no responsible person", None, CITED).to_dict()
    assert json.loads(json.dumps(plain))["source"] == {
        "id": "gpsr",
        "title": "Regulation (EU) 2023/988",
        "locator": "art. 19",
        "url": "https://example.org/gpsr",
        "checked": "2026-11-20",
    }
    assert Finding("a", "info", "", "b").to_dict()["source"] is None


def test_equal_findings_are_one() -> None:
    assert len({Finding("a", "info", "x", "y", None, CITED), Finding("a", "info", "x", "y", None, CITED)}) == 1


@pytest.mark.parametrize(
    "bad",
    [
        ("", "info", "x", "y"),
        ("a", "fatal", "x", "y"),
        ("a", None, "x", "y"),
        ("a", [], "x", "y"),
        ("a", "info", None, "y"),
        ("a", "info", "x", ""),
        ("a", "info", "x", "y", 5),
        ("a", "info", "x", "y", None, "a law"),
    ],
)
def test_what_says_nothing_is_refused(bad: tuple[Any, ...]) -> None:
    with pytest.raises(InputError):
        Finding(*bad)
