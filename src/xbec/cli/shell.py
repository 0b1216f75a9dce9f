"""What every command shares: errors as messages with exit codes, days and files from the command line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import typer
from rich.console import Console
from rich.markup import escape

from xbec.errors import DataFileError, GapError, InputError, Refused, XbecError

LARGEST_DOCUMENT = 10_000_000


@contextmanager
def told() -> Iterator[None]:
    """Turn an error of xbec into a message and an exit code a shell user expects."""
    try:
        yield
    except XbecError as problem:
        console = Console(stderr=True, soft_wrap=True, highlight=False)
        console.print(f"[bold red]error[/] {escape(problem.problem)}")
        for name, value in (("field", problem.field), ("value", problem.value), ("allowed", problem.allowed)):
            if value is not None:
                console.print(f"  {name}: {str(value)[:300]}", markup=False)
        if problem.cure is not None:
            console.print(f"  what to do: {problem.cure}", markup=False)
        gap = isinstance(problem, GapError | Refused | DataFileError)
        raise typer.Exit(1 if gap else 2) from problem


def day_of(text: str | None) -> date:
    """The day of an option, YYYY-MM-DD; today where it is left out."""
    if text is None:
        return date.today()  # noqa: DTZ011 - the user's own day is meant
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError("not a day", field="day", value=text, allowed="YYYY-MM-DD") from None


def read_file(path: Path) -> bytes:
    """What a file holds, up to 10 MB."""
    try:
        if path.stat().st_size > LARGEST_DOCUMENT:
            raise InputError("file too large", field="FILE", value=str(path), allowed=f"{LARGEST_DOCUMENT} bytes")
        return path.read_bytes()
    except OSError as problem:
        raise InputError(f"cannot read: {problem.strerror}", field="FILE", value=str(path)) from problem
