"""From texts to codes: each kind of consignment becomes a regime, each kind of line a profile, once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import product
from math import prod
from typing import Any, Final

import attrs
import polars as pl

from xbec.batch.columns import DAYS, Frame
from xbec.batch.families import Family, Tables
from xbec.errors import InputError, XbecError
from xbec.kernel.money import Money
from xbec.kernel.place import Place
from xbec.landed_cost.consignment import Consignment, Days, Line

_WORTH_GUESSING: Final = 100_000
_SAMPLED: Final = 50_000
_MOST_CATEGORIES: Final = 60_000
_MOST_CONSIGNMENTS: Final = 256
_MOST_LINES: Final = 8192
"""Categories of no more combinations are all taken to be there."""
_DENSE: Final = 2**22
"""Codes below it are made dense by a table, others by a join."""
_ANY_CODE: Final = "010121"
"""The code of the line that stands for all lines of a kind of consignment."""
_OPTIONAL: Final = ("freight", "insurance")
AT_REGIME: Final = "at regime"
AT_LINE: Final = "at line"
AT_CLASS: Final = "at class"
"""Columns of the positions of a row in the tables of its program."""


def code_columns(frame: pl.DataFrame, names: Sequence[str], *, most: int) -> tuple[pl.Expr | pl.Series, pl.DataFrame]:
    """One code for the values of several columns together, and the values that each code stands for.

    Where all columns are categories of at most ``most`` combinations, each has its code, an expression over the frame,
    and no pass over the rows is made.
    """
    if not names:
        return pl.lit(0, dtype=pl.UInt32), pl.DataFrame({"": [None]})
    columns = [frame.get_column(name) for name in names]
    choices = [_categories(column) for column in columns]
    size = prod(len(choice) if choice is not None else most + 1 for choice in choices)
    if size <= most:
        code: pl.Expr | None = None
        for name, choice in zip(names, choices, strict=True):
            assert choice is not None
            if len(choice) > 1:
                part = pl.col(name).to_physical().cast(pl.UInt32)
                code = part if code is None else code * len(choice) + part
        rows = list(product(*(choice for choice in choices if choice is not None)))
        kinds = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")
        return pl.lit(0, dtype=pl.UInt32) if code is None else code, kinds
    number = pl.Series("code", [0], dtype=pl.Int64).new_from_index(0, frame.height)
    count = 1
    for column in columns:
        values, more = _physical(column)
        if count * more > 2**62:
            number, count = _dense(number)
        number, count = number * more + values, count * more
        if count > _DENSE:
            number, count = _dense(number)
    number, _ = _dense(number)
    first = pl.DataFrame({"code": number}).with_row_index("at").group_by("code").agg(pl.col("at").min()).sort("code")
    return number.cast(pl.UInt32), frame.select(names)[first["at"]]


def as_categories(frame: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """Text columns as categories, where few values are met often.

    The categories are guessed from rows taken evenly and completed from those that the guess leaves out.
    """
    if frame.height < _WORTH_GUESSING:
        return frame
    texts = [name for name in names if frame.schema[name] == pl.String]
    guessed = {}
    for name in texts:
        values = frame.get_column(name).gather_every(frame.height // _SAMPLED).unique().drop_nulls()
        if len(values) <= _MOST_CATEGORIES:
            guessed[name] = values.sort()
    for _ in range(2):
        cast = [pl.col(name).cast(pl.Enum(values), strict=False) for name, values in guessed.items()]
        coded = frame.lazy().select(cast).collect(engine="streaming")
        lacking = [n for n in guessed if coded[n].null_count() > frame[n].null_count()]
        if not lacking:
            return frame.with_columns(coded)
        for name in lacking:
            left = frame.get_column(name).filter(coded[name].is_null()).unique().drop_nulls()
            guessed[name] = pl.concat([guessed[name], left]).sort()
            if len(guessed[name]) > _MOST_CATEGORIES:
                del guessed[name]
    return frame


def _one(height: int) -> pl.Series:
    return pl.Series([0], dtype=pl.UInt32).new_from_index(0, height)


def _categories(column: pl.Series) -> list[str] | None:
    """The categories of a column that has one in every row; ``None`` for other columns."""
    if isinstance(column.dtype, pl.Enum) and not column.null_count():
        return column.dtype.categories.to_list()
    return None


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
class Coded:
    """The codes ``r`` (kind of consignment) and ``l`` (kind of line) of each row, and what each code stands for.

    The codes are expressions over ``frame``, or over any of its rows. ``None`` stands for texts that are none; their
    rows are told when the consignment is priced by itself.
    """

    r: pl.Expr
    l: pl.Expr  # noqa: E741 - beside r
    frame: pl.DataFrame
    samples: list[tuple[Consignment, date] | None]
    lines: list[Line | None]


def code(frame: Frame) -> Coded:
    """Give every row its codes, and build a consignment and a line for each code."""
    coded = frame.coded
    optional = [n for n in frame.scales if n in _OPTIONAL or n.startswith("fee.")]
    stated: dict[str, bool] = {}
    about = list(frame.consignment_texts)
    for name in optional:
        none = coded.get_column(f"in {name}").null_count()
        if none in {0, coded.height}:
            stated[name] = none == 0
            continue
        amount = pl.col(f"in {name}")
        if frame.several:
            whole = amount.max().over("run")
            differs = (amount != whole).fill_null(False)
            coded = coded.with_columns(whole, bad=pl.col("bad") | differs if "bad" in coded.columns else differs)
        coded = coded.with_columns(amount.is_not_null().alias(f"has {name}"))
        about.append(f"has {name}")
    coded = as_categories(coded, [*frame.consignment_texts, *frame.line_texts])
    r, kinds = code_columns(coded, about, most=_MOST_CONSIGNMENTS)
    of_line, kinds_of_line = code_columns(coded, [*frame.line_texts, "currency"], most=_MOST_LINES)
    if isinstance(r, pl.Series):
        coded, r = coded.with_columns(r.alias("r")), pl.col("r")
    if isinstance(of_line, pl.Series):
        coded, of_line = coded.with_columns(of_line.alias("l")), pl.col("l")
    samples = []
    for row in kinds.to_dicts():
        has = {name: stated[name] if name in stated else bool(row[f"has {name}"]) for name in optional}
        samples.append(_sample(row, frame, [name for name in optional if has[name]]))
    return Coded(r, of_line, coded, samples, _lines(kinds_of_line))


def _sample(row: Mapping[str, Any], frame: Frame, stated: list[str]) -> tuple[Consignment, date] | None:
    if row["destination"] is None or row["currency"] is None:
        return None
    try:
        nothing = Money(0, row["currency"])
        facts = consignment_facts(row)
        for name in stated:
            if name.startswith("fee."):
                facts.setdefault("fees", {})[name[4:]] = nothing
            else:
                facts[name] = nothing
        sample = Consignment(lines=[Line(hs=_ANY_CODE, price=nothing)], **facts)
    except XbecError:
        return None
    on = frame.on if frame.on is not None else row["on day"]
    return None if on is None else (sample, on)


_known_lines: dict[tuple[Any, ...], Line | None] = {}
_MOST_KNOWN: Final = 50_000


def _lines(kinds: pl.DataFrame) -> list[Line | None]:
    """A line for each row, each made once."""
    if len(_known_lines) + kinds.height > _MOST_KNOWN:
        _known_lines.clear()
    names = tuple(kinds.columns)
    found = []
    for row in kinds.rows():
        key = (names, row)
        if key not in _known_lines:
            _known_lines[key] = _line(dict(zip(names, row, strict=True)))
        found.append(_known_lines[key])
    return found


def _line(row: Mapping[str, Any]) -> Line | None:
    if row["hs"] is None or row["currency"] is None:
        return None
    try:
        return Line(price=Money(0, row["currency"]), **line_facts(row))
    except XbecError:
        return None


def codes_of(family: Family, found: Tables, coded: Coded) -> list[pl.Expr]:
    """The positions of each row in the tables of its family: of its regime, its kind of line, its class."""
    kinds, many = len(found.p[0]), len(coded.samples)

    def of_regime(values: Sequence[int]) -> pl.Expr:
        """A value of each regime of the family, by the code of the frame."""
        if len(set(values)) == 1:
            return pl.lit(values[0], dtype=pl.UInt32)
        if list(values) == family.codes and many == len(values):
            return coded.r
        return pl.lit(_one(many).scatter(family.codes, list(values))).gather(coded.r)

    def of_line(group: pl.Expr, rows: list[list[int]]) -> pl.Expr:
        """A value of each kind of line in each group."""
        if len(rows) == 1 and rows[0] == list(range(kinds)):
            return coded.l
        index = coded.l if len(rows) == 1 else group * kinds + coded.l
        return pl.lit(pl.Series([x for row in rows for x in row], dtype=pl.UInt32)).gather(index)

    regime = of_regime(range(len(family.codes)))
    of_kind = of_line(of_regime(found.line_groups), found.p)
    classes = 1 + max(max(row) for row in found.k)
    place = [0] * (len(family.codes) * classes)
    for (number, kind), position in found.c.items():
        place[number * classes + kind] = position
    if classes == 1:
        of_class = of_regime(place)
    else:
        k = of_line(of_regime(found.class_groups), found.k)
        of_class = pl.lit(pl.Series(place, dtype=pl.UInt32)).gather(regime * classes + k)
    return [regime.alias(AT_REGIME), of_kind.alias(AT_LINE), of_class.alias(AT_CLASS)]
