"""Where the data of this room lies, and its dated, cited rows as timelines by id."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

from xbec.errors import DataFileError, InputError
from xbec.kernel.dated import Sources, period, read_toml, timeline
from xbec.kernel.timeline import Period, Timeline

T = TypeVar("T")
FOLDER: Final = Path(__file__).resolve().parents[1] / "data" / "trademark"
RULES: Final = FOLDER / "rules"


def dated_rows(path: Path, kind: str, make: Callable[[dict[str, Any]], T]) -> Mapping[str, Timeline[T]]:
    """The rows ``[[kind]]`` of a file, each made into a value, in the order of the file.

    Raises :class:`DataFileError` naming file and row for a row that lacks a word or whose value is none.
    """
    content = read_toml(path)
    return timelines(content.get(kind, ()), kind, make, Sources(content.get("source", {}), name=path.name))


def timelines(
    rows: Iterable[dict[str, Any]], kind: str, make: Callable[[dict[str, Any]], T], sources: Sources
) -> Mapping[str, Timeline[T]]:
    """As :func:`dated_rows`, of rows that are read already."""
    found: dict[str, list[Period[T]]] = {}
    for row in rows:
        key = f"{kind}.{row.get('id')}"
        try:
            value = make(row)
            # The id of the row names the timeline; that of a period would have to differ from row to row.
            dated = {word: row[word] for word in row if word != "id"}
            found.setdefault(row["id"], []).append(period(dated, value, sources, key=key))
        except KeyError as problem:
            word = str(problem.args[0])
            raise DataFileError(
                "a row or its source lacks a word", field=f"{sources.name}: {key}", value=word
            ) from None
        except (InputError, TypeError, AttributeError) as problem:
            raise DataFileError(str(problem), field=f"{sources.name}: {key}") from problem
    return {i: timeline(each, name=sources.name, key=f"{kind}.{i}", gaps=True) for i, each in found.items()}


def cited_words(path: Path) -> dict[str, Any]:
    """A file of words with their meaning, whose ``[[event]]`` rows each cite a source of the file."""
    content = read_toml(path)
    sources = Sources(content["source"], name=path.name)
    for row in content["event"]:
        sources.cite(row["source"], key=f"event {row.get('code') or row['starts'][0]}")
    return content
