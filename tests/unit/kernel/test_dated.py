"""The loader of dated data: exact, bounded, overlaid, compared, aged."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from xbec.errors import DataFileError
from xbec.kernel import dated


def test_floats_and_broken_files_are_refused_with_their_name(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match="float"):
        dated.parse_toml("rate = 0.19", name="X.toml")
    with pytest.raises(DataFileError, match="float"):
        dated.parse_toml("rate = 1e3", name="X.toml")
    for broken in ("a = ", b"\xff\xfe", "a = " + "[" * 5000, "a = 1\na = 2"):
        with pytest.raises(DataFileError, match=r"X\.toml"):
            dated.parse_toml(broken, name="X.toml")
    with pytest.raises(DataFileError, match="cannot read"):
        dated.read_toml(tmp_path / "none.toml")


def test_a_file_too_large_is_not_parsed(tmp_path: Path) -> None:
    large = tmp_path / "large.toml"
    large.write_bytes(b"#" * (dated.LARGEST_FILE + 1))
    with pytest.raises(DataFileError, match="too large"):
        dated.read_toml(large)


def test_sources_resolve_to_citations() -> None:
    sources = dated.Sources({"act": {"title": "The Act", "checked": date(2026, 1, 2)}}, name="X.toml")
    cited = sources.cite("act art. 7(2)", key="value.x")
    assert (cited.title, cited.locator, cited.checked) == ("The Act", "art. 7(2)", date(2026, 1, 2))
    with pytest.raises(DataFileError, match=r"value\.x"):
        sources.cite("decree art. 1", key="value.x")


def test_overlay_merges_tables_and_lists_of_ids_and_replaces_the_rest() -> None:
    base = {"value": {"a": [{"from": 1}], "b": 2}, "component": [{"id": "x", "rate": "1 %"}, {"id": "y"}]}
    top = {"value": {"a": [{"from": 5}]}, "component": [{"id": "x", "rate": "2 %"}, {"id": "z"}]}
    assert dated.overlay(base, top) == {
        "value": {"a": [{"from": 5}], "b": 2},
        "component": [{"id": "x", "rate": "2 %"}, {"id": "y"}, {"id": "z"}],
    }
    assert base["value"]["a"] == [{"from": 1}]  # type: ignore[index]


def test_difference_names_the_key() -> None:
    changes = dated.difference({"a": {"b": 1, "c": 2}}, {"a": {"b": 1, "c": 3, "d": 4}})
    assert changes == [("a.c", 2, 3), ("a.d", None, 4)]


def test_staleness_counts_days() -> None:
    assert not dated.stale(date(2026, 1, 1), date(2026, 1, 31), days=30)
    assert dated.stale(date(2026, 1, 1), date(2026, 2, 1), days=30)


def test_overlay_keeps_the_places_a_list_leaves_open() -> None:
    base = {"component": [{"id": "duty", "rate": "5 %"}, {"slot": "fees"}, {"id": "vat", "rate": "19 %"}]}
    top = {"component": [{"id": "duty", "rate": "7 %"}, {"id": "fee", "slot": "fees"}]}
    assert dated.overlay(base, top)["component"] == [
        {"id": "duty", "rate": "7 %"},
        {"slot": "fees"},
        {"id": "vat", "rate": "19 %"},
        {"id": "fee", "slot": "fees"},
    ]
