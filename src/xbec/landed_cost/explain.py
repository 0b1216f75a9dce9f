"""A quote as a person, a program and a notebook read it: text, Markdown, HTML, JSON, data frame."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from html import escape
from typing import TYPE_CHECKING, Any

import attrs

from xbec.errors import InputError, MissingExtra
from xbec.kernel.money import Money
from xbec.landed_cost.plan import Charge, Check, Group
from xbec.landed_cost.regime import STATED

if TYPE_CHECKING:
    from xbec.landed_cost.quote import Quote
    from xbec.law import Round


@attrs.frozen(slots=True)
class Row:
    """One line of the derivation: what, how it was worked out, the amount, and where the rule stands."""

    what: str
    how: str
    amount: Money | None
    source: str
    note: str = ""
    working: bool = False


def headline(quote: Quote) -> str:
    """Destination, sale, channel and procedures in one line."""
    consignment = quote.consignment
    titles = " and ".join(dict.fromkeys(p.title for p in quote.plan.procedures))
    sale = "B2C" if consignment.buyer == "consumer" else "B2B"
    place = consignment.destination
    where = place.subdivision or place.country
    stated = " (procedure stated)" if quote.regime.forced is not None else ""
    return f"{where}, {sale} by {consignment.channel}, {consignment.terms}, {titles}{stated}"


def rows_of(quote: Quote) -> list[Row]:
    """The derivation, in the order of the pipeline."""
    rows = [*_goods_rows(quote), *_given_rows(quote)]
    for charge in quote.plan.charges:
        for group in charge.groups:
            row = _group_row(quote, charge, group)
            if row is not None:
                rows.append(row)
    return rows


def _goods_rows(quote: Quote) -> list[Row]:
    rows = []
    consignment = quote.consignment
    rates = quote.exchange_texts()
    rate = rates.get(f"customs {consignment.currency}", "")
    for position, line in enumerate(consignment.sorted_lines):
        name = line.description or line.sku or f"HS {line.code}"
        how = f"{line.quantity} x {line.price}"
        if line.price_includes == "tax":
            how += ", tax taken out"
        rows.append(
            Row(f"goods: {name}"[:48], how, quote._money(quote.minor(quote.plan.given["goods"][position])), rate)
        )
    return rows


def _given_rows(quote: Quote) -> list[Row]:
    rows = []
    rates = quote.exchange_texts()
    for name in quote.plan.given:
        total = quote.given_minor(name)
        if name == "goods" or name.endswith(".sale") or not total:
            continue
        stated = _stated(quote, name)
        text = rates.get(f"customs {stated.currency}", "") if stated is not None else ""
        rows.append(Row(name, str(stated) if stated is not None else "", quote._money(total), text))
    return rows


def _stated(quote: Quote, name: str) -> Money | None:
    consignment = quote.consignment
    if name.startswith("fee."):
        return consignment.fees.get(name[4:])
    found = getattr(consignment, name, None)
    return found if isinstance(found, Money) else None


def _group_row(quote: Quote, charge: Charge, group: Group) -> Row | None:
    component = charge.component
    charged = group.charged if isinstance(group.charged, bool) else bool(quote.values[group.charged])
    if not charged or (component.kind is None and not quote.minor(group.result)):
        return None
    parts = " ".join(
        f"{'+' if sign > 0 else '-'} {quote._money(quote.minor(amount)).amount}"
        for sign, _, amount in group.parts
        if sign < 0 or quote.minor(amount) or len(group.parts) == 1
    ).removeprefix("+ ")
    how = _rate_told(quote, group)
    if parts:
        how = f"{how} of ({parts})" if how else parts
    if len(group.lines) == 1 and len(quote.plan.procedures) > 1:
        how += f", HS {quote.profiles[group.lines[0]].line.code}"
    waived = group.waived if isinstance(group.waived, bool) else bool(quote.values[group.waived])
    notes = []
    if waived and component.waive is not None:
        notes.append(f"waived: {component.waive.text}")
    for what, rounding in (
        ("base", component.round_base),
        ("result", quote.regime.rounding.get(component.id, component.round)),
    ):
        if rounding is not None:
            notes.append(
                f"{what} rounded to {decimal_text(rounding.to)} {rounding.mode} ({_rounding_source(rounding)})"
            )
    if component.note:
        notes.append(component.note)
    due = quote.minor(group.result)
    left = sum(quote.minor(charge.amounts[line]) for line in group.lines)
    if left != due:
        notes.append(f"{quote._money(due)} worked out, {_joint_waiver(quote, component.id)}")
    amount = quote._money(left)
    working = component.kind is None
    source = "working amount" if working else _source(quote, component.citation, group)
    return Row(component.label, how, amount, source, "; ".join(notes), working)


def _joint_waiver(quote: Quote, name: str) -> str:
    """Which joint waiver took a charge away."""
    for component in quote.regime.components:
        if name in component.waives and component.when is not None:
            held = any(_held(quote, c) for c in quote.plan.checks if c.of == f"{component.id} waives")
            if held:
                return f"waived: {component.when.text}"
    return "waived in part"


def decimal_text(number: Fraction) -> str:
    """A fraction with a finite decimal form as text."""
    return f"{Decimal(number.numerator) / Decimal(number.denominator):f}"


def _rounding_source(rounding: Round) -> str:
    if rounding.citation is not None:
        return str(rounding.citation)
    return STATED if rounding.convention == STATED else f"house convention: {rounding.convention}"


def _rate_told(quote: Quote, group: Group) -> str:
    told = [group.rate] if group.rate else []
    for ref in group.refs:
        param = quote.param(ref)
        if not param.name.startswith(("exchange", "limit")):
            told.append(f"{param.text} (stated)" if param.stated else param.text)
    return ", ".join(dict.fromkeys(told))


def _source(quote: Quote, citation: Any, group: Group) -> str:
    told = (
        []
        if citation is None
        else [f"{citation.title}, {citation.locator}, checked {citation.checked}".replace(", ,", ",")]
    )
    for ref in group.refs:
        cited = quote.param(ref).citation
        if cited is not None:
            text = f"{cited.title}, {cited.locator}, checked {cited.checked}".replace(", ,", ",")
            if text not in told:
                told.append(text)
    return "; ".join(told)


def exact_text(number: Fraction, digits: int) -> str:
    """A number with at least ``digits`` decimals, and up to six where it has more; a cut one ends in ``...``.

    >>> exact_text(Fraction(15000, 100), 2), exact_text(Fraction(1, 3), 2)
    ('150.00', '0.333333...')
    """
    whole = number * 10**6
    cut = Decimal(whole.numerator // whole.denominator).scaleb(-6)
    text = f"{cut:f}"
    while text[-1] == "0" and len(text) - text.index(".") - 1 > digits:
        text = text[:-1]
    return text.rstrip(".") + ("..." if whole.denominator != 1 else "")


def check_told(quote: Quote, check: Check) -> str:
    """A guard as tested: its text, yes or no, and both sides of each comparison of amounts."""
    outcome = _held(quote, check)
    sides = []
    for side in check.sides:
        values = []
        for exact in (side.left, side.right):
            number = Fraction(quote.minor(exact.num), quote.minor(exact.den))
            digits = quote.regime.digits if side.money else 0
            told = exact_text(number / 10**digits, digits)
            values.append(f"{told} {quote.currency}" if side.money else told)
        sides.append(f"{values[0]} {side.op} {values[1]}")
    detail = f" [{'; '.join(sides)}]" if sides else ""
    return f"{check.of}: {'yes' if outcome else 'no'}, {check.text}{detail}"


def checks_told(quote: Quote) -> list[str]:
    """Every guard that was tested, each once; of working amounts only those that held."""
    working = {c.id for c in quote.regime.law.components if c.kind is None and not c.waives}
    shown = [c for c in quote.plan.checks if c.of not in working or _held(quote, c)]
    return list(dict.fromkeys(check_told(quote, c) for c in shown))


def _held(quote: Quote, check: Check) -> bool:
    return check.outcome if isinstance(check.outcome, bool) else bool(quote.values[check.outcome])


def settings_told(quote: Quote) -> list[str]:
    """What the law leaves open where this quote came by, and how it was decided."""
    told = []
    asked = " ".join(check.text for check in quote.plan.checks)
    for key, setting in quote.regime.law.settings.items():
        if f"setting('{key}')" not in asked:
            continue
        value = quote.regime.settings[key]
        told.append(f"setting {key} = {value} ({'default' if value == setting.default else 'chosen'}; {setting.why})")
    return told


def days_told(quote: Quote) -> str:
    """Which event days were stated; the others are the day of the quote."""
    stated = [f"{e} {getattr(quote.consignment.days, e)}" for e in sorted(quote.regime.days)]
    told = ", ".join(x for x in stated if not x.endswith("None"))
    return f"days: {told}; every other {quote.regime.on}" if told else f"days: every event {quote.regime.on}"


def sums(quote: Quote) -> list[Row]:
    """Assessed, who collects, landed, seller's cost."""
    collected = ", ".join(f"{who} collects {amount}" for who, amount in quote.by_collector.items() if amount.minor)
    rows = [Row("assessed", collected or "nothing is charged", quote.assessed, "")]
    rate = ""
    if quote.consignment.currency != quote.currency:
        from xbec.landed_cost.regime import exchange_text

        used = quote.commercial_rate
        rate = f"at {exchange_text(used)} of {used.day}, the commercial rate"
    rows.append(
        Row(
            "landed for the buyer",
            f"price {quote.price_paid} and charges {quote.by_payer.get('buyer', quote._money(0))}",
            quote.total,
            rate,
        )
    )
    if quote.seller_cost.minor:
        rows.append(Row("borne by the seller", quote.consignment.terms, quote.seller_cost, ""))
    return rows


def explain(quote: Quote, *, form: str = "text") -> str:
    """Text or Markdown of the derivation."""
    if form not in {"text", "markdown"}:
        raise InputError("not a form of explanation", field="form", value=form, allowed="text, markdown")
    rows = [*rows_of(quote), *sums(quote)]
    tested = checks_told(quote)
    notes = [days_told(quote), *settings_told(quote), *(f"warning: {w.why}; {w.cure}" for w in quote.warnings)]
    if form == "markdown":
        told = [
            f"**{headline(quote)}** on {quote.regime.on}",
            "",
            "| | how | amount | source |",
            "| --- | --- | ---: | --- |",
        ]
        told += [f"| {r.what} | {_cell(r)} | {r.amount} | {r.source} |" for r in rows]
        told += ["", *(f"- {t}" for t in [*tested, *notes])]
        return "\n".join(told)
    width = max(len(r.what) for r in rows)
    how = min(60, max(len(_cell(r)) for r in rows))
    money = max(len(str(r.amount)) for r in rows)
    told = [f"{headline(quote)} on {quote.regime.on}"]
    told += [f"{r.what:<{width}}  {_cell(r):<{how}}  {r.amount!s:>{money}}  {r.source}".rstrip() for r in rows]
    told += [f"  tested {t}" for t in tested]
    told += [f"  {n}" for n in notes]
    return "\n".join(told)


def _cell(row: Row) -> str:
    return f"{row.how} ! {row.note}" if row.note else row.how


def html(quote: Quote) -> str:
    """The derivation as an HTML table for a notebook."""
    body = []
    for row in rows_of(quote):
        if not row.working:
            body.append(_html_row(row, "td"))
    for row in sums(quote):
        body.append(_html_row(row, "th"))
    notes = "".join(f"<li>{escape(w.why)}</li>" for w in quote.warnings)
    return (
        "<table class='xbec-quote' style='border-collapse:collapse'>"
        f"<caption style='text-align:left;font-weight:bold'>{escape(headline(quote))} on {quote.regime.on}</caption>"
        f"<thead>{_html_row(Row('item', 'how', None, 'source'), 'th')}</thead>"
        f"<tbody>{''.join(body)}</tbody></table>" + (f"<ul>{notes}</ul>" if notes else "")
    )


def _html_row(row: Row, tag: str) -> str:
    left, right = "text-align:left;padding:2px 8px", "text-align:right;padding:2px 8px;white-space:nowrap"
    amount = "amount" if row.amount is None else str(row.amount)
    cells = ((row.what, left), (_cell(row), left), (amount, right), (row.source, left))
    return "<tr>" + "".join(f"<{tag} style='{style}'>{escape(text)}</{tag}>" for text, style in cells) + "</tr>"


def to_dict(quote: Quote) -> dict[str, Any]:
    """The quote as plain JSON values, schema ``xbec.quote/1``."""
    from xbec.landed_cost.quote import SCHEMA

    def text(money: Money) -> str:
        return str(money.amount)

    return {
        "schema": SCHEMA,
        "interval": False,
        "jurisdiction": quote.regime.law.code,
        "on": quote.regime.on.isoformat(),
        "edition": quote.regime.edition,
        "days": {k: v.isoformat() for k, v in sorted(quote.regime.days.items())},
        "currency": quote.currency,
        "procedures": list(quote.procedures),
        "goods": text(quote.goods),
        "freight": text(quote.freight),
        "insurance": text(quote.insurance),
        "charges": [
            {
                "id": c.id,
                "label": c.label,
                "kind": c.kind,
                "amount": text(c.amount),
                "procedure": c.procedure,
                "collector": c.collector,
                "payer": c.payer,
                "source": None if c.citation is None else c.citation.title,
                "locator": None if c.citation is None else c.citation.locator,
                "url": None if c.citation is None else c.citation.url,
                "checked": None if c.citation is None else c.citation.checked.isoformat(),
                "lines": [text(m) for m in c.lines],
            }
            for c in quote.charges
        ],
        "by_kind": {k: text(m) for k, m in quote.by_kind.items()},
        "by_collector": {k: text(m) for k, m in quote.by_collector.items()},
        "by_payer": {k: text(m) for k, m in quote.by_payer.items()},
        "assessed": text(quote.assessed),
        "price_paid": text(quote.price_paid),
        "total": text(quote.total),
        "seller_cost": text(quote.seller_cost),
        "exchange": quote.exchange_texts(),
        "settings": dict(quote.regime.settings),
        "tested": checks_told(quote),
        "warnings": [w.to_dict() for w in quote.warnings],
    }


def to_frame(quote: Quote, library: str) -> Any:
    """One row per line and charge; columns line, charge, kind, amount, currency, collector, payer, procedure."""
    records = [
        {
            "line": n,
            "hs": quote.consignment.lines[n].code,
            "charge": c.id,
            "kind": c.kind,
            "amount": m.amount,
            "currency": quote.currency,
            "collector": c.collector,
            "payer": c.payer,
            "procedure": c.procedure,
        }
        for c in quote.charges
        for n, m in enumerate(c.lines)
    ]
    if library not in {"polars", "pandas"}:
        raise InputError("not a data frame library", field="library", value=library, allowed="polars, pandas")
    try:
        module = __import__(library)
    except ImportError as missing:
        raise MissingExtra(f"{library} is not installed", cure=f"pip install 'xbec[{library}]'") from missing
    return module.DataFrame(records)
