"""The one loader of dated, cited data: read a TOML file safely, turn its rows into timelines, overlay, compare, age.

Every room that keeps figures in files reads them through here, so that all files share one row:
``from``, ``to`` (half-open), ``source``, ``status``, ``confidence``, ``published``, ``recorded``, ``replaces``, ``id``,
``note``, ``event`` beside the room's own words.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final, TypeVar

from xbec.errors import DataFileError
from xbec.kernel.citation import Citation
from xbec.kernel.timeline import Period, Timeline

T = TypeVar("T")
LARGEST_FILE: Final = 20_000_000
"""Bytes; a larger data file is refused before it is parsed."""


def read_toml(path: Path) -> dict[str, Any]:
    """Read one of our files. Floats are refused: a figure of law is a string or an integer, so that it stays exact."""
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE:
            raise DataFileError("file too large", field=str(path.name), value=size, allowed=f"{LARGEST_FILE} bytes")
        return parse_toml(path.read_bytes(), name=path.name)
    except OSError as problem:
        raise DataFileError(f"cannot read the file: {problem.strerror}", field=str(path)) from problem


def parse_toml(content: bytes | str, *, name: str) -> dict[str, Any]:
    """As :func:`read_toml`, from text; ``name`` is what errors call the file.

    >>> parse_toml("rate = 0.19", name="DE.toml")
    Traceback (most recent call last):
    ...
    xbec.errors.DataFileError: a figure is written as a float; field DE.toml; value '0.19'; what to do: write it in \
quotes, e.g. "19 %"
    """

    def refuse(literal: str) -> Any:
        raise DataFileError(
            "a figure is written as a float", field=name, value=literal, cure='write it in quotes, e.g. "19 %"'
        )

    try:
        text = content.decode("utf-8") if isinstance(content, bytes) else content
        if len(text) > LARGEST_FILE:
            raise DataFileError("file too large", field=name, value=len(text), allowed=f"{LARGEST_FILE} characters")
        return tomllib.loads(text, parse_float=refuse)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise DataFileError(f"not a TOML file: {problem}", field=name) from problem


class Sources:
    """The ``[source]`` table of a file: resolves ``"mwstg art. 25"`` to a citation."""

    __slots__ = ("_by_id", "_cache", "name")

    def __init__(self, by_id: Mapping[str, Mapping[str, Any]], *, name: str) -> None:
        self._by_id = dict(by_id)
        self._cache: dict[str, Citation] = {}
        self.name = name

    def cite(self, text: str, *, key: str) -> Citation:
        """The citation of ``"<id> <locator>"``; an id that the file does not define is refused."""
        found = self._cache.get(text)
        if found is None:
            ident, _, locator = text.partition(" ")
            source = self._by_id.get(ident)
            if source is None:
                raise DataFileError(
                    "a figure names a source the file does not define",
                    field=f"{self.name}: {key}",
                    value=text,
                    allowed=", ".join(sorted(self._by_id)) or "no source is defined",
                    cure=f"add [source.{ident}] with title and checked",
                )
            found = Citation(
                id=ident,
                title=source["title"],
                locator=locator.strip(),
                url=source.get("url"),
                checked=source["checked"],
            )
            self._cache[text] = found
        return found

    def __iter__(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        return iter(self._by_id.items())


def period(row: Mapping[str, Any], value: T, sources: Sources, *, key: str) -> Period[T]:
    """One row as a period of a timeline."""
    start, end = row["from"], row.get("to")
    if end is not None and end <= start:
        raise DataFileError("a period ends before it starts", field=f"{sources.name}: {key}", value=end.isoformat())
    return Period(
        value=value,
        start=start,
        end=end,
        status=row.get("status", "in-force"),
        confidence=row.get("confidence", "high"),
        published=row.get("published"),
        recorded=row.get("recorded"),
        citation=sources.cite(row["source"], key=key),
        replaces=row.get("replaces"),
        id=row.get("id"),
    )


def timeline(periods: list[Period[T]], *, name: str, key: str, gaps: bool = False) -> Timeline[T]:
    """Periods of one key as a timeline; gap and overlap are refused with file and key."""
    try:
        return Timeline(periods, gaps=gaps)
    except ValueError as problem:
        raise DataFileError(str(problem), field=f"{name}: {key}") from problem


def overlay(base: Mapping[str, Any], top: Mapping[str, Any]) -> dict[str, Any]:
    """Lay one parsed file over another.

    Tables merge key by key. A list of dated rows (tables with ``from``) of the top replaces the list of the base; a
    list of tables with ``id`` (or ``slot``) merges by it, new ones at the end. Anything else: the top wins.
    """
    merged = dict(base)
    for key, value in top.items():
        old = merged.get(key)
        if isinstance(value, Mapping) and isinstance(old, Mapping):
            merged[key] = overlay(old, value)
        elif isinstance(old, list) and _has_ids(value) and _has_ids(old):
            merged[key] = list(({_id(item): item for item in old} | {_id(item): item for item in value}).values())
        else:
            merged[key] = value
    return merged


def _has_ids(value: Any) -> bool:
    return isinstance(value, list) and len(value) > 0 and all(isinstance(v, Mapping) and any(_id(v)) for v in value)


def _id(item: Mapping[str, Any]) -> tuple[Any, Any]:
    """What an entry is merged by: its id, or for a place left open its slot."""
    return (item["id"], None) if "id" in item else (None, item.get("slot"))


def difference(old: Mapping[str, Any], new: Mapping[str, Any], *, at: str = "") -> list[tuple[str, Any, Any]]:
    """What changed between two parsed files, as ``(key path, old, new)``; ``None`` where a side has nothing."""
    changes: list[tuple[str, Any, Any]] = []
    for key in [*old, *(k for k in new if k not in old)]:
        path = f"{at}.{key}" if at else str(key)
        before, after = old.get(key), new.get(key)
        if isinstance(before, Mapping) and isinstance(after, Mapping):
            changes.extend(difference(before, after, at=path))
        elif before != after:
            changes.append((path, before, after))
    return changes


def stale(checked: date, today: date, *, days: int) -> bool:
    """Was a source last checked more than ``days`` days before ``today``?

    >>> stale(date(2026, 1, 1), date(2026, 11, 24), days=180)
    True
    """
    return (today - checked).days > days
