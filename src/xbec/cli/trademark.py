"""``xbec trademark``: check an application, its dates, its fees; classes for a product; how best to file."""

from __future__ import annotations

import json
import sys
import textwrap
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from xbec.cli.shell import day_of, read_file, told
from xbec.errors import InputError

if TYPE_CHECKING:
    from xbec.kernel.finding import Finding
    from xbec.kernel.rulebook import Requirement
    from xbec.trademark import Docket, DueDate, Examination, FeeStatement, Record

trademark_app = typer.Typer(
    help="Trademarks: check an application, deadlines, fees, classes. Not legal advice.", no_args_is_help=True
)

_File = Annotated[
    Path, typer.Argument(help="our JSON, a USPTO record (TSDR XML or JSON), or WIPO Madrid XML; recognised")
]
_On = Annotated[str | None, typer.Option(help="the day, YYYY-MM-DD; default: today")]
_Number = Annotated[str | None, typer.Option(help="which mark, where the file holds several")]
_Json = Annotated[bool, typer.Option("--json", help="print JSON")]
_STYLES = {"error": "bold red", "warning": "yellow", "info": "cyan", "met": "green"}
_SHOWN = {"info": "note"}


@trademark_app.command()
def check(
    file: _File,
    on: _On = None,
    number: _Number = None,
    met: Annotated[bool, typer.Option("--met", help="list what is met, too")] = False,
    as_json: _Json = False,
) -> None:
    """Examine a US application as the USPTO would: what is missing or wrong, what follows, what to do."""
    from xbec.trademark import check_application

    with told():
        record = _record(file, number)
        examined = check_application(record.application, day_of(on))
        if as_json:
            _print_json(examined.to_dict())
        else:
            _print_examination(examined, record, met=met)


@trademark_app.command()
def deadlines(
    file: _File,
    on: _On = None,
    number: _Number = None,
    ics: Annotated[Path | None, typer.Option(help="write the dates to come into this calendar file")] = None,
    as_json: _Json = False,
) -> None:
    """What must be done by when: responses, statement of use, maintenance, with extensions and grace."""
    from xbec.trademark import deadlines as docket_of
    from xbec.trademark import to_ics

    with told():
        record = _record(file, number)
        docket = docket_of(record.prosecution, on=day_of(on))
        if ics is not None:
            text = to_ics(docket, stamp=datetime.now(UTC))
            try:
                ics.write_bytes(text.encode("utf-8"))
            except OSError as problem:
                raise InputError(f"cannot write: {problem.strerror}", field="--ics", value=str(ics)) from problem
        if as_json:
            _print_json(docket.to_dict())
            return
        _print_docket(docket, record)
        if ics is not None:
            count = text.count("BEGIN:VEVENT")
            told_count = f"{count} date{'s' if count != 1 else ''}"
            Console(highlight=False, soft_wrap=True).print(f"{told_count} written to {ics}", markup=False)


@trademark_app.command()
def fees(
    file: _File,
    on: Annotated[str | None, typer.Option(help="the day, YYYY-MM-DD; default: the filing day, else today")] = None,
    number: _Number = None,
    years: Annotated[int, typer.Option(help="also the upkeep of that many years")] = 0,
    as_json: _Json = False,
) -> None:
    """What filing costs at the USPTO on a day, line by line; with --years also the life of the registration."""
    from xbec.trademark import application_fees, life_cost

    with told():
        record = _record(file, number)
        app = record.application
        day = app.filed if on is None and app.filed is not None else day_of(on)
        statement = (
            life_cost(app, on=day, years=years, registered=record.registered)
            if years
            else application_fees(app, on=day)
        )
        if as_json:
            _print_json(statement.to_dict())
        else:
            _print_fees(statement)


@trademark_app.command()
def classes(
    title: Annotated[str, typer.Argument(help='what is sold, in your own words: "silicone phone case"')],
    on: _On = None,
    hs: Annotated[str | None, typer.Option(help="its customs code, e.g. 3926.90")] = None,
    limit: Annotated[int, typer.Option(help="how many classes")] = 5,
    as_json: _Json = False,
) -> None:
    """Nice classes for what a seller calls a thing, likeliest first, with the evidence."""
    from xbec.trademark import nice_class, suggest_classes

    with told():
        day = day_of(on)
        found = suggest_classes(title, on=day, hs=hs, limit=limit)
        if as_json:
            _print_json({"title": title, "on": day.isoformat(), "suggestions": [each.to_dict() for each in found]})
            return
        console = Console(highlight=False)
        if not found:
            console.print("no class found: name the thing in plainer words, or add --hs", markup=False)
        sources = _numbered(each.source for each in found)
        table = _table("class", "score", "what it holds", "seen")
        for each in found:
            seen = [each.term and f"{each.term} ({each.match})", each.hs and f"HS {each.hs}", each.moved]
            sure = "" if each.confidence == "high" else f", {each.confidence}"
            cited = f" [{sources[str(each.source)]}]{sure}"
            scope = nice_class(each.number, on=day).scope
            table.add_row(str(each.number), str(each.score), Text(scope), Text("; ".join(filter(None, seen)) + cited))
        if found:
            console.print(f"{title}, filed on {day.isoformat()}, {found[0].edition}", markup=False, style="bold")
            console.print(table)
            console.print()
            _print_sources(console, sources)
        _print_notice(console)


@trademark_app.command()
def advise(
    file: Annotated[Path, typer.Argument(help="a situation as JSON: applicant, classes, marks, first_sale ...")],
    on: _On = None,
    as_json: _Json = False,
) -> None:
    """Rank the ways to file in the United States: lawful ones first, with reasons, cost, time and risk."""
    from xbec.trademark import advise_basis, read_situation

    with told():
        advice = advise_basis(read_situation(read_file(file)), on=day_of(on))
        if as_json:
            _print_json(advice.to_dict())
        else:
            _print_text(Console(highlight=False), advice.explain())


def _record(file: Path, number: str | None) -> Record:
    from xbec.trademark import read_record

    return read_record(read_file(file), number=number)


def _print_json(content: Any) -> None:
    sys.stdout.write(json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def _print_notice(console: Console) -> None:
    from xbec.trademark import NOT_LEGAL_ADVICE

    console.print()
    console.print(NOT_LEGAL_ADVICE, markup=False, style="italic")


def _table(*columns: str) -> Table:
    table = Table(show_edge=False, pad_edge=False, box=box.SIMPLE_HEAD)
    for name in columns:
        numeric = name in ("class", "score", "amount")
        table.add_column(name, justify="right" if numeric else "left", no_wrap=numeric, overflow="fold")
    return table


def _numbered(sources: Iterable[object]) -> dict[str, int]:
    """Each source once, with the number under which it is cited."""
    return {source: n for n, source in enumerate(dict.fromkeys(map(str, sources)), 1)}


def _print_sources(console: Console, sources: dict[str, int]) -> None:
    for source, n in sources.items():
        _hang(console, f"[{n}]", Text(source, style="dim"), width=4)


def _hang(console: Console, head: str | Text, *body: str | Text, width: int, indent: int = 0) -> None:
    """A short head and beside it lines that wrap in their own column."""
    grid = Table.grid(padding=(0, 1), pad_edge=False)
    grid.add_column(width=width, no_wrap=True)
    grid.add_column(overflow="fold", ratio=1)
    for place, line in enumerate(body):
        beside = line if isinstance(line, Text) else Text(line)
        grid.add_row((head if isinstance(head, Text) else Text(head)) if place == 0 else Text(""), beside)
    console.print(Padding(grid, (0, 0, 0, indent)))


_HANGING: Final = tuple(" -[123456789")


def _print_text(console: Console, text: str) -> None:
    """Text whose indented and numbered lines wrap a little further in than they start."""
    for line in text.splitlines():
        indent = " " * (len(line) - len(line.lstrip()))
        hang = f"{indent}    " if line[:1] in _HANGING else ""
        parts = textwrap.wrap(line.strip(), console.width, initial_indent=indent, subsequent_indent=hang)
        console.print("\n".join(parts), markup=False)


def _print_findings(console: Console, findings: Iterable[Finding]) -> None:
    for each in findings:
        where = f"{each.where}: " if each.where else ""
        body: list[str | Text] = [f"{where}{each.why}"]
        if each.consequence:
            body.append(Text(f"otherwise: {each.consequence}", style="dim"))
        if each.cure:
            body.append(Text(f"what to do: {each.cure}", style="dim"))
        _hang(console, Text(_SHOWN.get(each.severity, each.severity), style=_STYLES[each.severity]), *body, width=8)


def _print_reading(console: Console, record: Record) -> None:
    """How an official record was read, where one was."""
    if record.status is not None:
        console.print(f"on record: {record.status}", markup=False)
    if record.findings:
        _print_findings(console, record.findings)
        console.print()


def _print_examination(examined: Examination, record: Record, *, met: bool) -> None:
    from xbec.trademark import BASES

    console = Console(highlight=False)
    console.print(f"{examined.subject}, examined on {examined.on.isoformat()}", markup=False, style="bold")
    _print_reading(console, record)
    if record.status is not None:
        console.print("what an official record never shows (signatures, specimens, e-mail) is listed as not there")
    complete, registrable = examined.is_complete, examined.is_registrable
    counts = {s: sum(each.severity == s for each in examined.findings) for s in ("error", "warning", "info")}
    console.print(
        ", ".join(f"{n} {_SHOWN.get(s, s)}{'s' if n != 1 else ''}" for s, n in counts.items())
        + f"; complete as of this day: {'yes' if complete else 'no'}"
        + f"; could be registered: {'yes, as far as these rules see' if registrable else 'no'}",
        markup=False,
    )
    shown = [each for each in examined.requirements if met or each.state != "present"]
    sources = _numbered(each.source for each in shown)
    for topic in examined.topics:
        groups: dict[tuple[str, str], list[Requirement]] = {}
        for each in shown:
            if each.rule.topic == topic:
                groups.setdefault((each.rule.id, each.why), []).append(each)
        if groups:
            console.print()
            console.print(f"basis {topic}" if topic in BASES else topic, markup=False, style="bold")
        for alike in groups.values():
            _print_requirement(console, alike, sources)
    console.print()
    _print_sources(console, sources)
    _print_notice(console)


def _print_requirement(console: Console, alike: list[Requirement], sources: dict[str, int]) -> None:
    first = alike[0]
    finding = first.finding
    word = "met" if finding is None else finding.severity
    places = ", ".join(dict.fromkeys(each.where for each in alike if each.where))
    body: list[str | Text] = [f"{places}: {first.why}" if places else first.why]
    if finding is not None:
        if first.rule.consequence:
            body.append(Text(f"otherwise: {first.rule.consequence}", style="dim"))
        if first.rule.cure:
            body.append(Text(f"what to do: {first.rule.cure}", style="dim"))
    sure = "" if first.confidence == "high" else f", {first.confidence} confidence: confirm the rule"
    see = f", see {first.rule.see}" if first.rule.see else ""
    body.append(Text(f"[{sources[str(first.source)]}]{see}{sure}", style="dim"))
    _hang(console, Text(_SHOWN.get(word, word), style=_STYLES[word]), *body, width=8, indent=2)


_STATES = {"open": "bold", "grace": "bold red", "not yet": "", "passed": "dim", "done": "dim"}


def _print_docket(docket: Docket, record: Record) -> None:
    console = Console(highlight=False)
    mark = record.application.mark.text or record.application.mark.form
    name = " ".join(dict.fromkeys(filter(None, (docket.reference, mark))))
    state = f": {docket.state}" if docket.state else ""
    console.print(f"{name} on {docket.on.isoformat()}{state}", markup=False, style="bold")
    _print_reading(console, record)
    sources = _numbered(due.source for due in docket.due)
    if not docket.due:
        console.print("no date runs: nothing that happened to this file sets one off", markup=False)
    for due in docket.due:
        _print_due(console, due, docket, sources)
    console.print()
    if docket.findings:
        _print_findings(console, docket.findings)
        console.print()
    _print_sources(console, sources)
    _print_notice(console)


def _print_due(console: Console, due: DueDate, docket: Docket, sources: dict[str, int]) -> None:
    head = Text(f"{due.last_day.isoformat()}  {due.state}", style=_STATES[due.state])
    office = "" if due.office == "US" else f"{due.office}: "
    sure = "" if due.confidence == "high" else f", {due.confidence} confidence: confirm the period"
    cited = f" [{sources[str(due.source)]}]{sure}"
    if due.done is not None:
        _hang(console, head, Text(f"{office}{due.act}; done {due.done.day.isoformat()}{cited}", style="dim"), width=20)
        return
    if due.state == "passed":
        lines = [f"{office}{due.act}{cited}", *([f"if it was not done: {due.missed}"] if due.missed else [])]
        _hang(console, head, *(Text(line, style="dim") for line in lines), width=20)
        return
    days = (due.last_day - docket.on).days
    left = f" ({days} day{'s' if days != 1 else ''})" if days >= 0 and due.state == "open" else ""
    lines = [f"{office}{due.act}{left}"]
    details = [f"after: {due.event.kind} {due.event.day.isoformat()}{cited}"]
    if due.state == "not yet":
        details.append(f"possible from {due.opens.isoformat()}")
    if due.extensions:
        details.append(f"extensible to {due.extensions[-1].last_day.isoformat()}, ask by {due.last_day.isoformat()}")
    if due.grace_ends is not None:
        details.append(f"with surcharge to {due.grace_ends.isoformat()}")
    if due.missed and not due.optional:
        details.append(f"otherwise: {due.missed}")
    _hang(console, head, *lines, *(Text(line, style="dim") for line in details), width=20)


def _print_fees(statement: FeeStatement) -> None:
    console = Console(highlight=False)
    console.print(statement.title, markup=False, style="bold")
    sources = _numbered(line.citation for line in statement.lines)
    table = _table("day", "fee", "how", "amount", "source")
    for line in statement.lines:
        how = f"{line.quantity} x {line.unit}" if line.quantity != 1 else ""
        note = f" ({line.note})" if line.note else ""
        sure = "" if line.confidence == "high" else f", {line.confidence}"
        cited = Text(f"[{sources[str(line.citation)]}]{sure}", style="dim")
        table.add_row(line.day.isoformat(), Text(f"{line.title}{note}"), how, str(line.total), cited)
    table.add_section()
    for total in statement.totals.values():
        table.add_row("", Text("total", style="bold"), "", Text(str(total), style="bold"), "")
    console.print(table)
    console.print()
    if statement.findings:
        _print_findings(console, statement.findings)
        console.print()
    _print_sources(console, sources)
    _print_notice(console)
