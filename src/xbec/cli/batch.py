"""``xbec batch``: a Parquet file of lines priced into another, with progress, taken up where it was interrupted."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich import box
from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from xbec.cli.shell import day_of, told
from xbec.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from xbec.batch.files import Summary

_INTERRUPTED = 130
"""What a shell expects of a command stopped by Ctrl-C."""


def batch(
    source: Annotated[Path, typer.Argument(help="a Parquet file of lines; lines of a consignment stand together")],
    target: Annotated[Path, typer.Argument(help="the Parquet file to write; it appears at the end, whole")],
    on: Annotated[str | None, typer.Option(help="day, YYYY-MM-DD, or a column of days; default: today")] = None,
    to: Annotated[list[str] | None, typer.Option(help="destinations: DE,FR,CA-QC; each line once for each")] = None,
    charges: Annotated[bool, typer.Option("--charges", help="a column for each charge of the law")] = False,
    on_unknown: Annotated[str, typer.Option(help="raise: an error on the line; interval: _low and _high")] = "raise",
    constant: Annotated[list[str] | None, typer.Option(help="name=value: a column of one value")] = None,
    rows_at_once: Annotated[int | None, typer.Option(help="lines held in memory; default: 250000")] = None,
    no_resume: Annotated[bool, typer.Option("--no-resume", help="do not take up an interrupted run")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="print the summary as JSON")] = False,
) -> None:
    """Price a Parquet file of lines landed into another, line by line; what is wrong stands beside its line."""
    with told():
        from xbec.batch.files import ROWS_AT_ONCE, price_file

        day = _day_or_column(on)
        destinations = [each.strip() for text in to for each in text.split(",")] if to else None
        errors = Console(stderr=True, highlight=False)

        def note(text: str) -> None:
            errors.print(f"note: {text}", markup=False, soft_wrap=True)

        try:
            with _bar(errors) as progress:
                summary = price_file(
                    source,
                    target,
                    on=day,
                    to=destinations,
                    constants=_constants(constant or []),
                    rows_at_once=ROWS_AT_ONCE if rows_at_once is None else rows_at_once,
                    progress=progress,
                    note=note,
                    resume=not no_resume,
                    on_unknown=on_unknown,
                    charges=charges,
                )
        except KeyboardInterrupt:
            note(f"interrupted; finished pieces are kept in {target}.parts, and the same command goes on from there")
            raise typer.Exit(_INTERRUPTED) from None
        if as_json:
            sys.stdout.write(json.dumps(summary.to_dict(), indent=2, ensure_ascii=False) + "\n")
        else:
            _print_summary(summary)


def _day_or_column(text: str | None) -> date | str:
    if text is None:
        return day_of(None)
    try:
        return date.fromisoformat(text)
    except ValueError:
        return text


def _constants(items: list[str]) -> dict[str, Any]:
    """Columns from ``name=value``; days and minor units get their kind, all else stays the text it is."""
    from xbec.batch.columns import DAYS

    found: dict[str, Any] = {}
    for item in items:
        name, sign, value = item.partition("=")
        if not sign or not name or not value:
            raise InputError("not a pair", field="--constant", value=item, allowed="name=value")
        if name in found:
            raise InputError("a constant is stated twice", field="--constant", value=name)
        if name in DAYS:
            found[name] = day_of(value)
        elif name.endswith("_minor"):
            if not (value.isascii() and value.isdigit() and len(value) < 19):
                raise InputError("not whole minor units", field="--constant", value=item, allowed="price_minor=1250")
            found[name] = int(value)
        else:
            found[name] = value
    return found


class _Rate(ProgressColumn):
    """Lines a second."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:,.0f} lines/s" if task.speed else "", style="progress.data.speed")


@contextmanager
def _bar(console: Console) -> Iterator[Callable[[int, int], None]]:
    """A bar that moves with the rows done; rows of an earlier run do not count as speed of this one."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=None),
        TaskProgressColumn(),
        _Rate(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal, expand=True) as bar:
        task = bar.add_task("reading", total=None)
        begun = False

        def progress(done: int, rows: int) -> None:
            nonlocal begun
            if not begun:
                begun = True
                bar.reset(task, total=rows, completed=done, description="pricing")
            else:
                bar.update(task, completed=done)
            if done == rows:
                bar.update(task, description="joining")

        yield progress


def _print_summary(summary: Summary) -> None:
    console = Console(highlight=False)
    facts = Table.grid(padding=(0, 2))
    facts.add_column(no_wrap=True)
    facts.add_column(overflow="fold")
    priced = summary.rows - summary.taken_up
    rate = f", {priced / summary.seconds:,.0f} lines/s" if priced and summary.seconds else ""
    facts.add_row("lines", f"{summary.lines:,}")
    facts.add_row("consignments", f"{summary.consignments:,}")
    if summary.destinations:
        facts.add_row("destinations", Text(", ".join(summary.destinations)))
    facts.add_row("rows written", f"{summary.rows:,}")
    if summary.taken_up:
        facts.add_row("", f"{summary.taken_up:,} of them priced by an earlier run")
    facts.add_row("seconds", f"{summary.seconds:,.1f}{rate}")
    facts.add_row("data", Text(summary.edition))
    facts.add_row("rows with errors", f"{summary.rows_with_errors:,}")
    console.print(Text(summary.target, style="bold"), soft_wrap=True)
    console.print(facts)
    if summary.errors:
        table = Table(show_edge=False, pad_edge=False, box=box.SIMPLE_HEAD)
        table.add_column("error", no_wrap=True)
        table.add_column("rows", justify="right", no_wrap=True)
        table.add_column("for example", overflow="fold")
        for each in summary.errors:
            table.add_row(each.code, f"{each.lines:,}", Text(f"{each.where}: {each.example}"))
        console.print()
        console.print(table)
