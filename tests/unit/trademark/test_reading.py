"""One door for every document: its kind is recognised, and the same mark comes out of the same file."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from xbec.errors import DocumentError, InputError
from xbec.trademark.prosecution.deadlines import deadlines
from xbec.trademark.records.madrid import read_madrid
from xbec.trademark.records.own_json import read_application, read_prosecution, read_situation
from xbec.trademark.records.reading import read_record
from xbec.trademark.records.tsdr import read_tsdr

ROOT = Path(__file__).parents[3]
CASES = ROOT / "tests" / "cases" / "data"
EXAMPLES = ROOT / "examples"


def test_official_records_are_recognised() -> None:
    for name in ("st96-registered.xml", "st66-foreign.xml", "info-mixed.json"):
        content = (CASES / "tsdr" / name).read_bytes()
        assert read_record(content) == read_tsdr(content)
    multi = (CASES / "tsdr" / "multi-status.json").read_text(encoding="utf-8")
    assert read_record(multi, number="97999005") == read_tsdr(multi, serial_number="97999005")
    register = (CASES / "wipo" / "meca-register.xml").read_bytes()
    assert read_record(register, number="1799906") == read_madrid(register, number="1799906").extension_to("US")


def test_our_own_documents_are_recognised() -> None:
    content = (EXAMPLES / "trademark-application.json").read_bytes()
    record = read_record(content)
    assert record.application == read_application(content)
    assert (record.history, record.status) == ((), None)
    content = (EXAMPLES / "trademark-record.json").read_bytes()
    record = read_record(content, number="99999010")
    assert record.prosecution == read_prosecution(content)
    day = date(2026, 11, 25)
    ours, read = deadlines(read_prosecution(content), on=day), deadlines(record.prosecution, on=day)
    assert [str(due) for due in ours.due] == [str(due) for due in read.due]
    with pytest.raises(DocumentError, match="another mark"):
        read_record(content, number="1")


def test_what_is_no_trademark_document_is_refused() -> None:
    for content in ("<html/>", "{}", "[]", "", "<a", b"PK\x03\x04"):
        with pytest.raises(DocumentError):
            read_record(content)
    with pytest.raises(InputError, match="not a designation"):
        read_record((CASES / "wipo" / "meca-register.xml").read_bytes(), number="1799907")


def test_a_situation_is_read_whole_or_refused_whole() -> None:
    content = (EXAMPLES / "trademark-situation.json").read_text(encoding="utf-8")
    situation = read_situation(content)
    assert (situation.classes, situation.first_sale) == ({9}, date(2027, 4, 25))
    assert situation.marks[0].expires == date(2034, 1, 6)
    assert situation.programmes == ("amazon-brand-registry",)
    told = json.loads(content)
    told["marks"][0] |= {"status": "sold", "expires": "2020-01-01"}
    with pytest.raises(DocumentError, match="not a status: 'sold'") as caught:
        read_situation(json.dumps(told))
    assert "expires 2020-01-01 lies before registered" in str(caught.value)
    assert str(caught.value.field).startswith("$.marks[0]")
    told["classes"], told["first_sale"] = "9", "soon"
    with pytest.raises(DocumentError) as caught:
        read_situation(json.dumps(told))
    assert "$.classes: a list is needed" in str(caught.value)
    assert "$.first_sale: a day, YYYY-MM-DD, is needed, not 'soon'" in str(caught.value)
