"""Consignments priced one by one: those that the programs leave aside, and any row that is to be explained.

What is wrong with a line, what the law refuses and what is unknown is told by the single quote, in its words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

import attrs
import polars as pl

from xbec.batch.checks import refuse_repeated_lines, refuse_wide
from xbec.batch.coding import consignment_facts, line_facts
from xbec.batch.columns import CONSIGNMENT_TEXTS, DAYS, LINE_TEXTS, UNITS, Frame, column_of
from xbec.batch.warn import ids_of
from xbec.errors import InputError, XbecError
from xbec.goods import HsCode
from xbec.kernel.money import Money
from xbec.landed_cost.consignment import MOST_LINES, Consignment, Line, wrong_number_of_lines
from xbec.landed_cost.engine import landed_cost
from xbec.landed_cost.quote import Quote, payer_of

if TYPE_CHECKING:
    from xbec.batch.engine import Engine
    from xbec.landed_cost.worlds import QuoteInterval

Row = Mapping[str, Any]


def price_alone(given: pl.DataFrame, rows: pl.Series, frame: Frame, engine: Engine) -> pl.DataFrame:
    """The result of the consignments on these rows, or the error of each."""
    numbers = frame.coded.get_column("run").gather(rows) if frame.several else rows
    order = pl.DataFrame([numbers.alias("number"), rows.alias("row")]).sort("number", "row")
    lines = pl.len().over("number")
    parts = [_too_many(part) for part in order.filter(lines > MOST_LINES).partition_by("number", maintain_order=True)]
    order = order.filter(lines <= MOST_LINES)
    start = 0
    while start < order.height:
        length = _whole(order.get_column("number"), start)
        parts.append(_priced(given, order.slice(start, length), frame, engine))
        start += length
    return pl.concat(parts, how="diagonal") if parts else pl.DataFrame(schema={"row": pl.UInt32})


def _too_many(order: pl.DataFrame) -> pl.DataFrame:
    """The error of a consignment of more lines than are ever made plain values."""
    problem = wrong_number_of_lines(order.height)
    told = {"error": type(problem).__name__, "error_message": str(problem)}
    return order.select("row").with_columns(pl.lit(text).alias(name) for name, text in told.items())


_AT_ONCE: Final = 2_000
"""Rows made plain values at a time, which take ten times the memory of a frame."""


def _whole(numbers: pl.Series, start: int) -> int:
    """How many rows from here on are priced at once: whole consignments."""
    end = min(start + _AT_ONCE, len(numbers))
    while end < len(numbers) and numbers[end] == numbers[end - 1]:
        end += 1
    return end - start


def _priced(given: pl.DataFrame, order: pl.DataFrame, frame: Frame, engine: Engine) -> pl.DataFrame:
    """The result of some consignments, each on rows that follow each other."""
    picked = given[order.get_column("row")].with_columns(order.get_column("row"))
    found: list[dict[str, Any]] = []
    wrong: dict[str, list[Any]] = {"row": [], "error": [], "error_message": []}
    names = _names_of(picked.columns, frame)
    together = groupby(zip(order.get_column("number").to_list(), picked.to_dicts(), strict=True), key=itemgetter(0))
    for _, numbered in together:
        lines = [row for _, row in numbered]
        try:
            priced = _quote_of(_consignment(lines, frame.on, frame, names), engine)
            told = amounts_of(priced, lines, engine)
            refuse_wide(told)
            found.extend(told)
        except XbecError as problem:
            error, message = type(problem).__name__, str(problem)
            for row in lines:
                wrong["row"].append(row["row"])
                wrong["error"].append(error)
                wrong["error_message"].append(message)
    told_of = dict.fromkeys(name for values in found for name in values)
    columns = {name: [values.get(name) for values in found] for name in told_of}
    texts = dict.fromkeys(("procedure", "assessed_currency", "warnings", "error", "error_message"), pl.String)
    parts = [
        pl.DataFrame(part, schema_overrides={n: kind for n, kind in texts.items() if n in part} | {"row": pl.UInt32})
        for part in (columns, wrong)
        if part and part["row"]
    ]
    return pl.concat(parts, how="diagonal")


def landed_cost_of(lines: Sequence[Row], on: date | None, engine: Engine, frame: Frame) -> Quote | QuoteInterval:
    """The single quote of a consignment that stands on these rows."""
    return _quote_of(consignment_of(lines, on, frame), engine)


def _quote_of(consignment_and_day: tuple[Consignment, date], engine: Engine) -> Quote | QuoteInterval:
    consignment, day = consignment_and_day
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
    return _consignment(lines, on, frame, _names_of(lines[0], frame))


def _consignment(lines: Sequence[Row], on: date | None, frame: Frame, names: _Names) -> tuple[Consignment, date]:
    head: Row = lines[0]
    if len(lines) > MOST_LINES:
        raise wrong_number_of_lines(len(lines))
    if len(lines) > 1:
        _refuse_different(lines, names.of_consignment)
    for name in ("destination", "currency"):
        if head[name] is None:
            raise InputError("not stated", field=name)
    if frame.several and head["consignment"] is None:
        raise InputError("not stated", field="consignment")
    if len(lines) > 1:
        refuse_repeated_lines(lines)
    currency = head["currency"]
    amounts = {name: _one(lines, name, names.amounts.get(name), currency) for name in ("freight", "insurance")}
    facts: dict[str, Any] = {name: amount for name, amount in amounts.items() if amount is not None}
    if names.fees:
        fees = {name: _one(lines, column, column, currency) for name, column in names.fees.items()}
        facts["fees"] = {name: fee for name, fee in fees.items() if fee is not None}
    made = []
    for number, row in enumerate(lines):
        try:
            made.append(_line(row, currency, names))
        except InputError as problem:
            label = row.get("line") if row.get("line") is not None else number + 1
            raise InputError(
                f"line {label}: {problem.problem}",
                field=problem.field,
                value=problem.value,
                allowed=problem.allowed,
                cure=problem.cure,
            ) from problem
    facts |= _consignment_facts(names.of_consignment, _values(head, names.of_consignment))
    day = on if on is not None else head[frame.on_column or ""]
    if day is None:
        raise InputError("not stated", field=frame.on_column)
    return Consignment(lines=made, **facts), day


@attrs.frozen(slots=True, eq=False)
class _Names:
    """The columns of a frame by what they say: of a consignment, of a line, amounts, quantities, parts of the value."""

    of_consignment: tuple[str, ...]
    of_line: tuple[str, ...]
    amounts: dict[str, str]
    fees: dict[str, str]
    units: dict[str, str]
    contents: dict[str, str]


def _names_of(columns: Iterable[str], frame: Frame) -> _Names:
    return _names(tuple(columns), tuple(name for name in frame.scales if name.startswith("fee.")))


@lru_cache(maxsize=64)
def _names(columns: tuple[str, ...], fees: tuple[str, ...]) -> _Names:
    known = frozenset(columns)
    return _Names(
        of_consignment=(
            *[name for name in (*CONSIGNMENT_TEXTS, *DAYS) if name in known],
            *[name for name in columns if name.startswith("history_")],
        ),
        of_line=tuple(name for name in LINE_TEXTS if name in known),
        amounts={
            name: column
            for name in ("price", "freight", "insurance")
            for column in (f"{name}_minor", name)
            if column in known
        },
        fees={name.removeprefix("fee."): column_of(known, name) for name in fees},
        units={unit: f"quantity_{unit}" for unit in UNITS if f"quantity_{unit}" in known},
        contents={name.removeprefix("content_"): name for name in columns if name.startswith("content_")},
    )


def _refuse_different(lines: Sequence[Row], names: Sequence[str]) -> None:
    head = lines[0]
    for name in names:
        if any(row[name] != head[name] for row in lines):
            raise InputError(
                "lines of one consignment differ in what belongs to the consignment",
                field=name,
                value=", ".join(sorted({str(row[name]) for row in lines})),
            )


def _values(row: Row, names: tuple[str, ...]) -> tuple[Any, ...]:
    """What stands in some columns, lists of texts as texts."""
    return tuple([_text(value) if isinstance(value := row[name], list) else value for name in names])


def _text(values: list[str | None]) -> str:
    return ",".join([x for x in values if x is not None])


@lru_cache(maxsize=4096)
def _consignment_facts(names: tuple[str, ...], values: tuple[Any, ...]) -> Mapping[str, Any]:
    return consignment_facts(dict(zip(names, values, strict=True)))


@lru_cache(maxsize=4096)
def _line_facts(names: tuple[str, ...], values: tuple[Any, ...]) -> Mapping[str, Any]:
    facts = line_facts(dict(zip(names, values, strict=True)))
    with suppress(XbecError):  # what is no code is told by the line, after what is not stated at all
        facts["hs"] = HsCode(facts["hs"])
    return facts


def _line(row: Row, currency: str, names: _Names) -> Line:
    facts = _line_facts(names.of_line, _values(row, names.of_line))
    if row["hs"] is None:
        raise InputError("not stated", field="hs")
    price = _amount(row, names.amounts["price"], currency)
    if price is None:
        raise InputError("not stated", field="price")
    quantity = row.get("quantity", 1)
    if quantity is None:
        raise InputError("not stated", field="quantity")
    more: dict[str, Any] = {}
    if row.get("weight_kg") is not None:
        more["weight_kg"] = _exact(row["weight_kg"])
    if names.units:
        more["quantities"] = {
            unit: _exact(value) for unit, column in names.units.items() if (value := row[column]) is not None
        }
    if names.contents:
        more["content"] = {
            part: Money(_exact(value), currency)
            for part, column in names.contents.items()
            if (value := row[column]) is not None
        }
    if row.get("line") is not None:
        more["id"] = str(row["line"])
    return Line(price=price, quantity=_exact(quantity), **facts, **more)


def _exact(value: Any) -> Any:
    return value if isinstance(value, int | Decimal | str) else str(value)


def _amount(row: Row, column: str, currency: str) -> Money | None:
    value = row[column]
    if value is None:
        return None
    return Money.from_minor(value, currency) if column.endswith("_minor") else Money(_exact(value), currency)


def _one(lines: Sequence[Row], name: str, column: str | None, currency: str) -> Money | None:
    """An amount of the consignment: the same on each of its lines that states it."""
    if column is None:
        return None
    if len(lines) == 1:
        return _amount(lines[0], column, currency)
    found = {amount for row in lines if (amount := _amount(row, column, currency)) is not None}
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
