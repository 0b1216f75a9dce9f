"""Dated, cited rows that stand in a file beside its rules, as timelines by id."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

from xbec.errors import DataFileError, InputError
from xbec.kernel.dated import Sources, period, read_toml, timeline
from xbec.kernel.timeline import Period, Timeline

T = TypeVar("T")
FOLDER: Final = Path(__file__).resolve().parents[1] / "data" / "trademark"
"""All data of this room."""
RULES: Final = FOLDER / "rules"


def dated_rows(path: Path, kind: str, make: Callable[[dict[str, Any]], T]) -> Mapping[str, Timeline[T]]:
    """The rows ``[[kind]]`` of a file, each made into a value, in the order of the file.

    Raises :class:`DataFileError` naming file and row for a row that lacks a word or whose value is none.
    """
    content, name = read_toml(path), path.name
    sources = Sources(content.get("source", {}), name=name)
    found: dict[str, list[Period[T]]] = {}
    for row in content.get(kind, ()):
        key = f"{kind}.{row.get('id')}"
        try:
            value = make(row)
            # The id of the row names the timeline; that of a period would have to differ from row to row.
            found.setdefault(row["id"], []).append(
                period({word: row[word] for word in row if word != "id"}, value, sources, key=key)
            )
        except KeyError as problem:
            raise DataFileError("a row lacks a word", field=f"{name}: {key}", value=str(problem.args[0])) from None
        except InputError as problem:
            raise DataFileError(str(problem), field=f"{name}: {key}") from problem
    return {ident: timeline(rows, name=name, key=f"{kind}.{ident}", gaps=True) for ident, rows in found.items()}
