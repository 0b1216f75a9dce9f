"""From texts to codes: each kind of consignment becomes a regime, each kind of line a profile, once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

import attrs
import polars as pl

from xbec.batch.columns import DAYS, Frame
from xbec.errors import InputError, XbecError
from xbec.kernel.money import Money
from xbec.kernel.place import Place
from xbec.landed_cost.consignment import Consignment, Days, Line
from xbec.landed_cost.guards import print_guard
from xbec.landed_cost.regime import Regime
from xbec.landed_cost.unknown import Question
from xbec.law.check import guards_of
from xbec.law.guard import is_fact_of_consignment, walk

_DENSE: Final = 2**22
"""Codes below it are made dense by a table, others by a join."""
_ANY_CODE: Final = "010121"
"""The code of the line that stands for all lines of a kind of consignment."""
_OPTIONAL: Final = ("freight", "insurance")


def code_columns(frame: pl.DataFrame, names: list[str]) -> tuple[pl.Series, list[int]]:
    """One dense code for the values of several columns together, and a row on which each code stands."""
    code = pl.Series("code", [0], dtype=pl.Int64).new_from_index(0, frame.height)
    size = 1
    for name in names:
        part, count = _physical(frame.get_column(name))
        if size * count > 2**62:
            code, size = _dense(code)
        code, size = code * count + part, size * count
        if size > _DENSE:
            code, size = _dense(code)
    code, _ = _dense(code)
    first = pl.DataFrame({"code": code}).with_row_index("at").group_by("code").agg(pl.col("at").min()).sort("code")
    return code.cast(pl.UInt32), first["at"].to_list()


def _physical(column: pl.Series) -> tuple[pl.Series, int]:
    """Whole numbers for values, and how many there are at most; nothing stated has a number of its own."""
    if column.dtype == pl.String:
        column = column.cast(pl.Categorical)
    if column.dtype == pl.Boolean:
        return column.cast(pl.Int64), 2
    number = column.to_physical().cast(pl.Int64)
    least, most = number.min(), number.max()
    if least is None or most is None:
        return pl.Series([0], dtype=pl.Int64).new_from_index(0, len(column)), 1
    number = (number - least).fill_null(most - least + 1)  # type: ignore[operator]
    count = most - least + 2  # type: ignore[operator]
    return _dense(number) if count > _DENSE else (number, int(count))


def _dense(code: pl.Series) -> tuple[pl.Series, int]:
    found = code.unique().sort()
    count = len(found)
    most = int(found[-1]) if count else 0
    numbers = pl.Series(range(count), dtype=pl.Int64)
    if most + 1 == count:
        return code, max(count, 1)
    if most < _DENSE:
        table = pl.Series([0], dtype=pl.Int64).new_from_index(0, most + 1).scatter(found, numbers)
        return table.gather(code), count
    table_frame = pl.DataFrame({"code": found, "number": numbers})
    joined = pl.DataFrame({"code": code}).join(table_frame, on="code", how="left", maintain_order="left")
    return joined["number"], count


def consignment_facts(row: Mapping[str, Any]) -> dict[str, Any]:
    """The keyword arguments of a consignment that a row states, amounts and lines aside."""
    place = Place.parse(row["destination"])
    if row.get("region") is not None or row.get("postcode") is not None:
        place = Place(place.country, row.get("region") or place.subdivision, row.get("postcode"))
    facts: dict[str, Any] = {"destination": place}
    for name in ("terms", "channel", "transport", "buyer", "dispatch", "establishment", "marketplace"):
        if row.get(name) is not None:
            facts[name] = row[name]
    if row.get("registrations"):
        facts["registrations"] = frozenset(_list(row["registrations"]))
    days = {name: row[name] for name in DAYS if row.get(name) is not None}
    if days:
        facts["days"] = Days(**days)
    history = {n.removeprefix("history_"): row[n] for n in row if n.startswith("history_") and row[n] is not None}
    if history:
        facts["history"] = {name: _history(name, value) for name, value in history.items()}
    return facts


def _history(name: str, value: str) -> Money | Decimal:
    if " " in value:
        return Money.from_text(value)
    try:
        return Decimal(value)
    except ArithmeticError:
        raise InputError(
            "not a figure of the buyer", field=f"history_{name}", value=value, allowed="a number, or 120 CNY"
        ) from None


def line_facts(row: Mapping[str, Any]) -> dict[str, Any]:
    """The keyword arguments of a line that a row states, amounts and quantities aside."""
    facts: dict[str, Any] = {"hs": row["hs"]}
    for column, name in (
        ("origin", "origin"),
        ("tax_class", "tax_class"),
        ("claim", "claim"),
        ("stated_duty", "duty"),
        ("stated_tax_rate", "tax_rate"),
        ("price_includes", "price_includes"),
    ):
        if row.get(column) is not None:
            facts[name] = row[column]
    if row.get("flags"):
        facts["flags"] = frozenset(_list(row["flags"]))
    return facts


def _list(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


@attrs.frozen(slots=True, eq=False)
class Family:
    """Regimes that answer every text guard alike and so share a program; ``codes`` are theirs in the frame."""

    regimes: list[Regime]
    codes: list[int]


@attrs.frozen(slots=True, eq=False)
class Coded:
    """A frame in codes: columns ``r`` (kind of consignment) and ``l`` (kind of line), and what each code stands for.

    ``None`` stands for texts that are none; their rows are told when the consignment is priced by itself.
    """

    frame: pl.DataFrame
    samples: list[tuple[Consignment, date] | None]
    lines: list[Line | None]


def code(frame: Frame) -> Coded:
    """Give every row its codes, and build a consignment and a line for each code."""
    coded = frame.coded
    optional = [n for n in frame.scales if n in _OPTIONAL or n.startswith("fee.")]
    for name in optional:
        amount = pl.col(f"in {name}")
        if frame.several:
            amount = amount.max().over("run")
        coded = coded.with_columns(amount.alias(f"in {name}"), amount.is_not_null().alias(f"has {name}"))
    about = [*frame.consignment_texts, *(f"has {name}" for name in optional)]
    number, first = code_columns(coded, about)
    lines, first_of_line = code_columns(coded, list(frame.line_texts))
    texts = coded.select(*about, *frame.line_texts)
    samples = [_sample(row, frame, optional) for row in texts.select(about)[first].to_dicts()]
    kinds = [_line(row) for row in texts.select(*frame.line_texts, "currency")[first_of_line].to_dicts()]
    coded = coded.with_columns(number.alias("r"), lines.alias("l"))
    return Coded(coded, samples, kinds)


def _sample(row: Mapping[str, Any], frame: Frame, optional: list[str]) -> tuple[Consignment, date] | None:
    if row["destination"] is None or row["currency"] is None:
        return None
    try:
        nothing = Money(0, row["currency"])
        facts = consignment_facts(row)
        for name in optional:
            if row[f"has {name}"]:
                if name.startswith("fee."):
                    facts.setdefault("fees", {})[name[4:]] = nothing
                else:
                    facts[name] = nothing
        sample = Consignment(lines=[Line(hs=_ANY_CODE, price=nothing)], **facts)
    except XbecError:
        return None
    on = frame.on if frame.on is not None else row["on day"]
    return None if on is None else (sample, on)


def _line(row: Mapping[str, Any]) -> Line | None:
    if row["hs"] is None or row["currency"] is None:
        return None
    try:
        return Line(price=Money(0, row["currency"]), **line_facts(row))
    except XbecError:
        return None


def signature(regime: Regime) -> tuple[Any, ...]:
    """What decides the form of a regime's program: all that is text, and which figures are amounts."""
    leaves = dict.fromkeys(
        node
        for guard in guards_of(regime.procedures, regime.components)
        for node in walk(guard.node)
        if is_fact_of_consignment(node)
    )
    history = tuple(sorted((name, isinstance(value, Money)) for name, value in regime.sample.history.items()))
    return (
        regime.law.code,
        tuple(map(id, regime.procedures)),
        tuple(map(id, regime.components)),
        tuple(_answer(regime, leaf) for leaf in leaves),
        regime.input_names,
        regime.sample.terms,
        history,
    )


def _answer(regime: Regime, leaf: Any) -> bool | None:
    try:
        return regime.whether(leaf, print_guard(leaf))
    except Question:
        return None


def families(regimes: Mapping[int, Regime]) -> list[Family]:
    """Regimes by the program they share."""
    found: dict[tuple[Any, ...], Family] = {}
    for number, regime in regimes.items():
        family = found.setdefault(signature(regime), Family([], []))
        family.regimes.append(regime)
        family.codes.append(number)
    return list(found.values())
