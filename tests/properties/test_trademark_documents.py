"""Whatever arrives at the border of the trademark room, a value or one DocumentError (or InputError) leaves it."""

from __future__ import annotations

import contextlib
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from xbec.errors import DocumentError, InputError
from xbec.trademark.application import Application
from xbec.trademark.records.madrid import MadridRecord, read_madrid
from xbec.trademark.records.own_json import read_prosecution, write_application
from xbec.trademark.records.reading import read_record
from xbec.trademark.records.record import Record
from xbec.trademark.records.tsdr import read_tsdr

DATA = Path(__file__).parents[1] / "cases" / "data"
JSON = [json.loads(path.read_text(encoding="utf-8")) for path in sorted((DATA / "tsdr").glob("*.json"))]
XML = [
    path.read_text(encoding="utf-8") for folder in ("tsdr", "wipo") for path in sorted((DATA / folder).glob("*.xml"))
]
OURS: dict[str, Any] = {
    "application": {
        "filed": "2026-01-05",
        "applicants": [{"name": "Meridian Goods LLC", "establishments": ["CN"]}],
        "mark": {"text": "MERIDIAN", "colours": ["red"]},
        "items": [{"nice_class": 25, "text": "Shirts", "bases": ["1(a)"], "id_manual": True}],
        "uses": [{"nice_class": 25, "first_use_anywhere": "2024-05", "first_use_commerce": "2024"}],
        "verification": {"signed": "2026-01-02", "in_use": True},
        "international_registration": {"number": "1799999", "classes": [25]},
    },
    "events": [{"kind": "office action", "day": "2026-08-31"}],
}
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from([10**60, -1, "9" * 50, "2026-02-30", "0000-00-00", "20240000", "25", "€", "\ud800", "1(a)"]),
)
VALUES = st.recursive(
    SCALARS, lambda parts: st.lists(parts, max_size=3) | st.dictionaries(st.text(max_size=5), parts, max_size=3)
)


@contextlib.contextmanager
def refusing() -> Iterator[None]:
    """A refusal is a DocumentError, or an InputError where the caller has to pick one of several marks."""
    try:
        yield
    except DocumentError:
        pass
    except InputError as problem:
        if problem.field not in ("serial_number", "number"):
            raise


@st.composite
def broken(draw: st.DrawFn, samples: list[dict[str, Any]]) -> str:
    """A sample with some parts replaced, dropped or added, at any depth, as JSON."""
    document: dict[str, Any] = json.loads(json.dumps(draw(st.sampled_from(samples))))
    for _ in range(draw(st.integers(1, 5))):
        part: Any = document
        while True:
            keys = list(part) if isinstance(part, dict) else list(range(len(part)))
            if not keys:
                break
            key = draw(st.sampled_from(keys))
            if isinstance(part[key], dict | list) and part[key] and draw(st.integers(0, 9)):
                part = part[key]
                continue
            if draw(st.booleans()):
                part[key] = draw(VALUES)
            elif isinstance(part, dict) and draw(st.booleans()):
                part[draw(st.text(max_size=8))] = draw(VALUES)
            else:
                del part[key]
            break
    return json.dumps(document)


@settings(max_examples=60, deadline=None)
@given(broken([OURS]))
def test_our_own_json(content: str) -> None:
    try:
        app = read_prosecution(content).application
    except DocumentError:
        return
    assert isinstance(app, Application)
    assert read_prosecution(write_application(app)).application == app


@settings(max_examples=60, deadline=None)
@given(broken(JSON), st.sampled_from([None, "99999003", "79999004"]))
def test_json_of_the_uspto(content: str, serial_number: str | None) -> None:
    with refusing():
        record = read_tsdr(content, serial_number=serial_number)
        assert isinstance(record, Record)
        assert record.application.serial_number
        assert record.application.applicants


@settings(max_examples=50, deadline=None)
@given(st.sampled_from(XML), st.integers(0, 2**32), st.integers(1, 6))
def test_xml_of_offices(sample: str, seed: int, changes: int) -> None:
    """Pieces of the sample cut out, doubled or put elsewhere, and single signs changed."""
    draw, content = random.Random(seed), sample
    for _ in range(changes):
        start = draw.randrange(len(content))
        end = min(len(content), start + draw.choice([1, 5, 60, 700]))
        piece = content[start:end]
        if draw.random() < 0.4:
            # A whole element, so that the tree often stays well-formed.
            start = content.find("<", start)
            end = content.find(">", start) + 1
            piece = content[start:end]
        replaced = draw.choice(
            ["", piece * 2, "9" * 30, "<a>", "&x;", "\x00", "2024-13-40", "true", "]]>", piece[::-1]]
        )
        content = content[:start] + replaced + content[end:] or "<"
    for read, kind in ((read_tsdr, Record), (read_madrid, MadridRecord)):
        with refusing():
            assert isinstance(read(content), kind)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=200))
def test_anything(content: str | bytes) -> None:
    for read in (read_tsdr, read_madrid, read_prosecution, read_record):
        with refusing():
            read(content)
