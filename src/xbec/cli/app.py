"""The commands, as a typer application.

Exit codes: 0 done; 1 the question has no answer (a gap in the data, an unknown, a refusal); 2 wrong input or usage.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from xbec.cli.batch import batch
from xbec.cli.shell import day_of, read_file, told
from xbec.cli.trademark import trademark_app
from xbec.errors import InputError
from xbec.landed_cost import Consignment, Quote, landed_cost

app = typer.Typer(
    name="xbec", help="Cross-border e-commerce: landed cost with its derivation and its law.", no_args_is_help=True
)
law_app = typer.Typer(help="The law book.", no_args_is_help=True)
app.add_typer(law_app, name="law")
app.add_typer(trademark_app, name="trademark")
app.command()(batch)


@app.command()
def quote(
    file: Annotated[Path, typer.Argument(help="an order document of a platform (JSON)")],
    to: Annotated[str | None, typer.Option(help="destination, e.g. DE or CA-QC; default: the order's address")] = None,
    on: Annotated[str | None, typer.Option(help="day of the quote, YYYY-MM-DD; default: today")] = None,
    catalogue: Annotated[Path | None, typer.Option(help="CSV with sku, hs, origin, weight_kg")] = None,
    registered: Annotated[list[str] | None, typer.Option(help="a scheme the seller is registered for")] = None,
    terms: Annotated[str, typer.Option(help="DAP or DDP")] = "DAP",
    channel: Annotated[str, typer.Option(help="post, express or freight")] = "post",
    dispatch: Annotated[str | None, typer.Option(help="country the goods are sent from")] = None,
    procedure: Annotated[str | None, typer.Option(help="force a procedure of the law")] = None,
    setting: Annotated[list[str] | None, typer.Option(help="key=value: what the law leaves open")] = None,
    answer: Annotated[list[str] | None, typer.Option(help="key=yes|no|value: what is unknown")] = None,
    rate: Annotated[list[str] | None, typer.Option(help="USD/EUR=0.867: a stated rate of exchange")] = None,
    platform: Annotated[str | None, typer.Option(help="shopify, amazon ...; default: recognised")] = None,
    interval: Annotated[bool, typer.Option("--interval", help="price every candidate of what is unknown")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
    explain: Annotated[bool, typer.Option("--explain", help="print every guard that was tested")] = False,
) -> None:
    """Price an order landed, with every charge, its rule and its source."""
    from xbec.fx import Fx
    from xbec.platforms import adapter, detect

    with told():
        content = read_file(file)
        found = adapter(platform) if platform else detect(content)
        order = found.parse_order(content)
        if catalogue is not None:
            from xbec.goods import read_catalogue

            order = order.with_products(read_catalogue(read_file(catalogue).decode("utf-8", "strict")))
        facts: dict[str, Any] = {"terms": terms, "channel": channel, "dispatch": dispatch}
        if to is not None:
            facts["destination"] = to
        if registered:
            facts["registrations"] = frozenset(registered) | frozenset(order.seller_registrations)
        fx = Fx.default()
        if rate:
            fx = fx.stated(dict(_pairs(rate, "--rate").items()))
        answers = {k: {"yes": True, "no": False}.get(v, v) for k, v in _pairs(answer or [], "--answer").items()}
        result = landed_cost(
            Consignment.from_order(order, **facts),
            on=day_of(on),
            fx=fx,
            settings=_pairs(setting or [], "--setting"),
            answers=answers,
            procedure=procedure,
            on_unknown="interval" if interval else "raise",
        )
        if as_json:
            sys.stdout.write(json.dumps(result.to_dict(), indent=2, ensure_ascii=False) + "\n")
        elif isinstance(result, Quote):
            _print_quote(result, explain=explain)
        else:
            Console(soft_wrap=True, highlight=False).print(result.explain(), markup=False)


def _pairs(items: list[str], field: str) -> dict[str, str]:
    pairs = {}
    for item in items:
        key, sign, value = item.rpartition("=")
        if not sign or not key:
            raise InputError("not a pair", field=field, value=item, allowed="key=value")
        pairs[key] = value
    return pairs


def _print_quote(result: Quote, *, explain: bool) -> None:
    from xbec.landed_cost.explain import checks_told, days_told, headline, rows_of, settings_told, sums

    console = Console(highlight=False)
    sources: dict[str, int] = {}

    def cited(text: str) -> str:
        return " ".join(f"[{sources.setdefault(s, len(sources) + 1)}]" for s in text.split("; ") if s)

    table = Table(show_edge=False, pad_edge=False, box=box.SIMPLE_HEAD)
    table.add_column("item", overflow="fold")
    table.add_column("how", overflow="fold")
    table.add_column("amount", justify="right", no_wrap=True)
    table.add_column("source", no_wrap=True, style="dim")
    for row in rows_of(result):
        if explain or not row.working:
            how = row.how + (f" ! {row.note}" if row.note else "")
            table.add_row(escape(row.what), escape(how), str(row.amount), escape(cited(row.source)))
    table.add_section()
    for row in sums(result):
        table.add_row(f"[bold]{row.what}[/]", escape(row.how), f"[bold]{row.amount}[/]", escape(cited(row.source)))
    console.print(f"[bold]{escape(headline(result))}[/] on {result.regime.on}")
    console.print(table)
    for text, number in sources.items():
        console.print(f"  [{number}] {text}", markup=False, style="dim")
    console.print(f"  {days_told(result)}; data of {result.regime.edition}", markup=False)
    for line in settings_told(result):
        console.print(f"  {line}", markup=False)
    if explain:
        for line in checks_told(result):
            console.print(f"  tested {line}", markup=False, style="dim")
    for warning in result.warnings:
        console.print(f"  [yellow]warning[/] {escape(warning.why)}; {escape(warning.cure or '')}")


@law_app.command("show")
def show(
    code: Annotated[str, typer.Argument(help="jurisdiction, e.g. DE")],
    on: Annotated[str | None, typer.Option(help="day, YYYY-MM-DD; default: today")] = None,
) -> None:
    """Print the law of a jurisdiction on a day: figures, procedures, components, each with its source."""
    from xbec.law import Law

    with told():
        day = day_of(on)
        jurisdiction = Law.default()[code.upper()]
        console = Console(highlight=False)
        table = Table(
            title=f"{jurisdiction.name} ({jurisdiction.code}), {jurisdiction.currency}, on {day}",
            title_justify="left",
            show_edge=False,
        )
        for column in ("what", "figure", "from", "source"):
            table.add_column(column, overflow="fold")
        named = [(f"value {k}", t) for k, t in jurisdiction.values.items()]
        named += [(f"{tax} {c}", t) for tax, classes in jurisdiction.taxes.items() for c, t in classes.items()]
        for name, rows in named:
            try:
                period = rows.on(day)
            except LookupError:
                continue
            table.add_row(
                name, str(period.value), str(period.start), f"{period.citation.title}, {period.citation.locator}"
            )
        table.add_section()
        for procedure in jurisdiction.procedures:
            if procedure.force.holds(day, None):
                table.add_row(
                    f"procedure {procedure.id}",
                    procedure.when.text if procedure.when else "always",
                    str(procedure.force.start or ""),
                    procedure.citation.title,
                )
        table.add_section()
        for component in jurisdiction.components:
            if component.kind and component.force.holds(day, None):
                rate = component.rate.text if component.rate else ""
                table.add_row(
                    f"{component.kind} {component.id}",
                    f"{rate} {('if ' + component.when.text) if component.when else ''}".strip(),
                    str(component.force.start or ""),
                    component.citation.title if component.citation else "",
                )
        console.print(table)


@law_app.command("diff")
def diff(
    code: Annotated[str, typer.Argument(help="jurisdiction, e.g. DE")],
    before: Annotated[str, typer.Argument(help="a day, YYYY-MM-DD")],
    after: Annotated[str, typer.Argument(help="a later day, YYYY-MM-DD")],
) -> None:
    """What differs between the law of two days."""
    from xbec.law import Law

    with told():
        found = Law.default()[code.upper()].changes(day_of(before), day_of(after))
        for what, then, now in found:
            sys.stdout.write(f"{what}: {then or 'none'} -> {now or 'none'}\n")
        if not found:
            sys.stdout.write("nothing differs\n")


@law_app.command("check")
def check(
    overlay: Annotated[Path | None, typer.Option(help="a file or folder of your own to lay over the law")] = None,
) -> None:
    """Load every law file: words valid, no gap or overlap, every source present."""
    from xbec.law import Law

    with told():
        law = Law.default() if overlay is None else Law.default().overlay(overlay)
        for code in law.codes:
            jurisdiction = law.check(code)
            sys.stdout.write(
                f"ok {code}: {len(jurisdiction.procedures)} procedures, {len(jurisdiction.components)} components, "
                f"{len(list(jurisdiction.sources))} sources\n"
            )
