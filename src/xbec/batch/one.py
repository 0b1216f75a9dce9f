"""Consignments priced one by one: those that the programs leave aside, and any row that is to be explained.

What is wrong with a line, what the law refuses and what is unknown is told by the single quote, in its words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import polars as pl

from xbec.batch.checks import refuse_repeated_lines, refuse_wide
from xbec.batch.coding import consignment_facts, line_facts
from xbec.batch.columns import CONSIGNMENT_TEXTS, DAYS, UNITS, Frame, column_of
from xbec.batch.warn import ids_of
from xbec.errors import InputError, XbecError
from xbec.kernel.money import Money
from xbec.landed_cost.consignment import Consignment, Line
from xbec.landed_cost.engine import landed_cost
from xbec.landed_cost.quote import Quote, payer_of

if TYPE_CHECKING:
    from xbec.batch.run import Engine
    from xbec.landed_cost.worlds import QuoteInterval

Row = Mapping[str, Any]


def price_alone(given: pl.DataFrame, rows: pl.Series, frame: Frame, engine: Engine) -> pl.DataFrame:
    """The result of the consignments on these rows, or the error of each."""
    picked = given[rows.to_list()].with_columns(rows.alias("row"))
    numbers = frame.coded[rows.to_list()].get_column("run").to_list() if frame.several else rows.to_list()
    together: dict[int, list[Row]] = {}
    for number, row in zip(numbers, picked.to_dicts(), strict=True):
        together.setdefault(number, []).append(row)
    found: list[dict[str, Any]] = []
    for unsorted in together.values():
        lines = sorted(unsorted, key=lambda row: int(row["row"]))
        try:
            priced = landed_cost_of(lines, frame.on, engine, frame)
            told = amounts_of(priced, lines, engine)
            refuse_wide(told)
            found.extend(told)
        except XbecError as problem:
            found.extend(
                {"row": r["row"], "error": type(problem).__name__, "error_message": str(problem)} for r in lines
            )
    texts = dict.fromkeys(("procedure", "assessed_currency", "warnings", "error", "error_message"), pl.String)
    kinds = {name: kind for name, kind in texts.items() if any(name in values for values in found)}
    return pl.DataFrame(found, infer_schema_length=None, schema_overrides=kinds | {"row": pl.UInt32})


def landed_cost_of(lines: Sequence[Row], on: date | None, engine: Engine, frame: Frame) -> Quote | QuoteInterval:
    """The single quote of a consignment that stands on these rows."""
    consignment, day = consignment_of(lines, on, frame)
    return landed_cost(
        consignment,
        on=day,
        law=engine.law,
        fx=engine.fx,
        tariff=engine.tariff,
        settings=engine.settings,
        answers=engine.answers,
        known_on=engine.known_on,
        on_unknown=engine.on_unknown,
    )


def consignment_of(lines: Sequence[Row], on: date | None, frame: Frame) -> tuple[Consignment, date]:
    """The consignment on these rows and its day. Raises :class:`InputError` naming line and field."""
    head: Row = lines[0]
    for name in (*CONSIGNMENT_TEXTS, *DAYS, *(n for n in head if n.startswith("history_"))):
        if name in head and len({_plain(row[name]) for row in lines}) > 1:
            raise InputError(
                "lines of one consignment differ in what belongs to the consignment",
                field=name,
                value=", ".join(sorted({str(row[name]) for row in lines})),
            )
    for name in ("destination", "currency"):
        if head[name] is None:
            raise InputError("not stated", field=name)
    if frame.several and head["consignment"] is None:
        raise InputError("not stated", field="consignment")
    refuse_repeated_lines(lines)
    currency = head["currency"]
    made = []
    for number, row in enumerate(lines):
        try:
            made.append(_line(row, currency))
        except InputError as problem:
            label = row.get("line") if row.get("line") is not None else number + 1
            raise InputError(
                f"line {label}: {problem.problem}",
                field=problem.field,
                value=problem.value,
                allowed=problem.allowed,
                cure=problem.cure,
            ) from problem
    facts = consignment_facts(_texts(head))
    for name in ("freight", "insurance"):
        amount = _one(lines, name, currency)
        if amount is not None:
            facts[name] = amount
    fees = {
        name.removeprefix("fee."): _one(lines, column_of(head, name), currency)
        for name in frame.scales
        if name.startswith("fee.")
    }
    facts["fees"] = {name: fee for name, fee in fees.items() if fee is not None}
    day = on if on is not None else head[frame.on_column or ""]
    if day is None:
        raise InputError("not stated", field=frame.on_column)
    return Consignment(lines=made, **facts), day


def _plain(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _texts(row: Row) -> dict[str, Any]:
    lists = {name: row[name] for name in ("flags", "registrations") if isinstance(row.get(name), list)}
    return {**row, **{name: ",".join(x for x in value if x is not None) for name, value in lists.items()}}


def _line(row: Row, currency: str) -> Line:
    facts = line_facts(_texts(row))
    if row["hs"] is None:
        raise InputError("not stated", field="hs")
    price = _amount(row, "price", currency)
    if price is None:
        raise InputError("not stated", field="price")
    quantity = row.get("quantity", 1)
    if quantity is None:
        raise InputError("not stated", field="quantity")
    if row.get("weight_kg") is not None:
        facts["weight_kg"] = _exact(row["weight_kg"])
    facts["quantities"] = {
        unit: _exact(row[f"quantity_{unit}"]) for unit in UNITS if row.get(f"quantity_{unit}") is not None
    }
    facts["content"] = {
        name.removeprefix("content_"): Money(_exact(row[name]), currency)
        for name in row
        if name.startswith("content_") and row[name] is not None
    }
    if row.get("line") is not None:
        facts["id"] = str(row["line"])
    return Line(price=price, quantity=_exact(quantity), **facts)


def _exact(value: Any) -> Any:
    return value if isinstance(value, int | Decimal | str) else str(value)


def _amount(row: Row, name: str, currency: str) -> Money | None:
    if row.get(f"{name}_minor") is not None:
        return Money.from_minor(row[f"{name}_minor"], currency)
    value = row.get(name)
    return None if value is None else Money(_exact(value), currency)


def _one(lines: Sequence[Row], name: str, currency: str) -> Money | None:
    """An amount of the consignment: the same on each of its lines that states it."""
    found = {amount for row in lines if (amount := _amount(row, name, currency)) is not None}
    if len(found) > 1:
        raise InputError(
            "lines of one consignment state different amounts",
            field=name,
            value=", ".join(sorted(map(str, found))),
            cure="state the amount of the consignment on each of its lines, or on one",
        )
    return next(iter(found), None)


def amounts_of(priced: Quote | QuoteInterval, lines: Sequence[Row], engine: Engine) -> list[dict[str, Any]]:
    """The columns of the result for each line of a priced consignment."""
    quotes = [priced] if isinstance(priced, Quote) else [world.quote for world in priced.worlds]
    worlds = [_amounts(quote, lines, charges=engine.charges) for quote in quotes]
    warnings = ids_of(priced)
    told = worlds[0] if engine.on_unknown == "raise" else _between(worlds)
    return [values | {"warnings": warnings} for values in told]


def _amounts(priced: Quote, lines: Sequence[Row], *, charges: bool) -> list[dict[str, Any]]:
    plan, order = priced.plan, priced.consignment.order
    found: list[dict[str, Any]] = [{} for _ in lines]
    for position, line in enumerate(order):
        values = found[line]
        values["row"] = lines[line]["row"]
        values["procedure"] = plan.procedures[position].id
        values["assessed_currency"] = priced.currency
        for name in ("goods", "freight", "insurance"):
            given = plan.given.get(name)
            values[f"{name}_value"] = 0 if given is None else priced.minor(given[position])
        values |= dict.fromkeys(("duty", "tax", "excise", "fee", "buyer_pays", "seller_pays"), 0)
        values["customs_value"] = _customs_value(priced, position)
        for charge in plan.charges:
            if charge.component.kind is None or position not in charge.amounts:
                continue
            amount = priced.minor(charge.amounts[position])
            payer = payer_of(priced.consignment.terms, charge.collector or "customs")
            values[charge.component.kind] += amount
            values[f"{payer}_pays"] += amount
            if charges:
                key = f"charge.{charge.component.id}"
                values[key] = values.get(key, 0) + amount
    return found


def _customs_value(priced: Quote, position: int) -> int:
    """The base of the first duty of the tariff on a line."""
    from xbec.law.check import rates_of

    amounts: dict[str, dict[int, Any]] = {}
    for charge in priced.plan.charges:
        amounts.setdefault(charge.component.id, {}).update(charge.amounts)
    for component in priced.regime.components:
        if component.kind == "duty" and any(rate.form == "tariff" for rate in rates_of(component)):
            value = 0
            for sign, name in component.base:
                if name in priced.plan.given:
                    value += sign * priced.minor(priced.plan.given[name][position])
                elif position in amounts.get(name, {}):
                    value += sign * priced.minor(amounts[name][position])
            return value
    return 0


def _between(worlds: list[list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """The least and the greatest of each amount over the worlds."""
    found = []
    for line in zip(*worlds, strict=True):
        first = line[0]
        values: dict[str, Any] = {"row": first["row"], "assessed_currency": first["assessed_currency"]}
        if len({world["procedure"] for world in line}) == 1:
            values["procedure"] = first["procedure"]
        for name in dict.fromkeys(name for world in line for name in world):
            if name not in {"row", "procedure", "assessed_currency"}:
                each = [world.get(name, 0) for world in line]
                low, high = min(each), max(each)
                if low == high:
                    values[name] = low
                values |= {f"{name}_low": low, f"{name}_high": high}
        found.append(values)
    return found
