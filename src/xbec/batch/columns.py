"""The columns of a frame of lines, checked and turned into integers and codes before any law is read."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from datetime import date
from typing import Final

import attrs
import polars as pl

from xbec.batch.frames import select
from xbec.errors import InputError

TEXTS: Final[Mapping[str, str]] = {
    "consignment": "id of the consignment; lines of one id travel together; absent: each row is one of its own",
    "line": "id of the line within its consignment",
    "destination": "country or subdivision, ISO 3166: DE, CA-QC",
    "region": "subdivision, where destination is a country",
    "postcode": "of the destination; decides special areas",
    "hs": "HS or national code",
    "origin": "country of origin, ISO 3166-1 alpha-2",
    "currency": "of all amounts of the line, ISO 4217",
    "tax_class": "stated class, e.g. reduced",
    "flags": "flags of the line, a list or text with commas",
    "claim": "preference claimed",
    "stated_duty": "a duty expression that wins over the tariff, e.g. 12 %",
    "stated_tax_rate": "a rate that wins over the law, e.g. 19 %",
    "price_includes": "net or tax",
    "terms": "DAP or DDP",
    "channel": "post, express or freight",
    "transport": "air, sea, road, rail or post",
    "buyer": "consumer or business",
    "dispatch": "country the goods are sent from",
    "establishment": "country of the seller",
    "marketplace": "the platform that facilitates the sale",
    "registrations": "schemes the seller is registered for, a list or text with commas: IOSS",
}
DAYS: Final = ("ordered", "paid", "loaded", "dispatched", "declared")
LINE_TEXTS: Final = (
    "hs", "origin", "tax_class", "flags", "claim", "stated_duty", "stated_tax_rate", "price_includes",
)  # fmt: skip
CONSIGNMENT_TEXTS: Final = (
    "destination", "region", "postcode", "currency", "terms", "channel", "transport", "buyer", "dispatch",
    "establishment", "marketplace", "registrations",
)  # fmt: skip
REQUIRED: Final = ("destination", "hs", "currency")
AMOUNTS: Final = ("price", "freight", "insurance")
_NAMED: Final = {"content_": "content", "stated_fee_": "fee"}
"""Amounts with a name of their own: parts of the value, charges of the carrier."""
UNITS: Final = ("kg", "l", "l_alc", "pair", "m", "m2")
OUTPUTS: Final = (
    "procedure", "assessed_currency", "goods_value", "freight_value", "insurance_value", "customs_value", "duty", "tax",
    "excise", "fee", "buyer_pays", "seller_pays", "warnings", "error", "error_message",
)  # fmt: skip
Schema = Mapping[str, pl.DataType]
_DECIMALS_OF_TEXT: Final = 6
_NUMBER: Final = r"^[0-9]{1,11}(\.[0-9]{1,6})?$"
_MICRO: Final = 6
_LARGEST_QUANTITY: Final = 10**9
_LARGEST_INPUT: Final = 2**62


@attrs.frozen(slots=True)
class Input:
    """An integer a row brings: an expression over :attr:`Frame.coded`, its bounds, whether some rows have none.

    It is the product of inputs and numbers, where ``factors`` names some; else the column ``in <name>``.
    """

    expr: pl.Expr
    low: int
    high: int
    gaps: bool
    factors: tuple[str | int, ...] = ()


@attrs.frozen(slots=True)
class Frame:
    """A frame as the engine reads it.

    ``coded`` has one row a line: the texts, the columns that ``inputs`` are made of, ``run`` (number of the
    consignment) where rows travel together, and ``bad`` (some value is none) where there is such a row. ``scales`` are
    the decimals of the inputs, negative where they come on top of the minor unit (-1: minor units, -3: hundredths).
    """

    coded: pl.DataFrame
    inputs: dict[str, Input]
    scales: dict[str, int]
    on: date | None
    on_column: str | None
    line_texts: tuple[str, ...]
    consignment_texts: tuple[str, ...]
    several: bool
    has_bad: bool


def read(frame: pl.DataFrame, on: date | str) -> Frame:
    """Check the schema of a frame and read its columns. Raises :class:`InputError` naming the first wrong column."""
    schema = frame.schema
    for name in REQUIRED:
        if name not in schema:
            raise InputError("a column is missing", field=name, allowed=f"{TEXTS[name]}", cure="see docs/batch.md")
    for name in OUTPUTS:
        if name in schema:
            raise InputError(
                "a column of the frame has the name of a result", field=name, cure=f"rename it, e.g. given_{name}"
            )
    scales: dict[str, int] = {}
    numbers: dict[str, pl.Expr] = {}
    amounts, quantities = _amount_columns(schema), _quantity_columns(schema)
    said = amounts | quantities
    short = _short(frame, [column for column in said.values() if isinstance(schema[column], pl.Decimal)])
    for name, column in amounts.items():
        numbers[name], scales[name] = _amount(column, schema[column], short)
    numbers["quantity"], scales["quantity"] = pl.lit(1, dtype=pl.Int64), 0
    for name, column in quantities.items():
        expr, places = _exact(column, schema[column], short)
        numbers[name] = expr if name == "quantity" else expr * 10 ** (_MICRO - places)
        scales[name] = places if name == "quantity" else _MICRO
    texts = [name for name in TEXTS if name in schema and name not in {"consignment", "line"}]
    exprs = [_text(schema, name) for name in texts]
    days = [name for name in DAYS if name in schema]
    exprs += [_day(schema, name) for name in days]
    bad: list[pl.Expr] = [pl.col(name).is_null() for name in REQUIRED if frame.get_column(name).null_count()]
    if isinstance(on, str):
        if on not in schema:
            raise InputError("no such column of days", field="on", value=on, allowed="a day, or a column of days")
        exprs.append(_day(schema, on).alias("on day"))
        bad += [pl.col("on day").is_null()] if frame.get_column(on).null_count() else []
    elif type(on) is not date:
        raise InputError("not a day", field="on", value=on, allowed="a datetime.date, or the name of a column of days")
    history = [name for name in schema if name.startswith("history_")]
    exprs += [pl.col(name).cast(pl.String) for name in history]
    several = "consignment" in schema
    if several:
        exprs.append(pl.lit(_numbers(frame)).alias("run"))
        bad += [pl.lit(frame.get_column("consignment").is_null())] if frame["consignment"].null_count() else []
    if "line" in schema:
        exprs.append(pl.col("line").cast(pl.String).alias("line"))
    # Apart from what is taken as it is, so that work is shared evenly among threads.
    worked = frame.select(expr.alias(f"in {name}") for name, expr in numbers.items())
    coded = frame.select(exprs).hstack(worked.get_columns())
    inputs, least = _inputs(coded, list(numbers), several=several)
    bad += _strange(frame, inputs, said, scales, least)
    coded, inputs = _goods(coded, inputs, scales, bad)
    if bad:
        coded = coded.with_columns(pl.any_horizontal([each.fill_null(False) for each in bad]).alias("bad"))
    line_texts = tuple(n for n in LINE_TEXTS if n in texts)
    about = [n for n in CONSIGNMENT_TEXTS if n in texts] + days + history + (["on day"] if isinstance(on, str) else [])
    day = None if isinstance(on, str) else on
    day_column = on if isinstance(on, str) else None
    return Frame(coded, inputs, scales, day, day_column, line_texts, tuple(about), several, bool(bad))


def _inputs(coded: pl.DataFrame, names: list[str], *, several: bool) -> tuple[dict[str, Input], dict[str, int | None]]:
    """The inputs with their bounds, nothing stated counting as zero; and the least that is stated.

    Bounds are rounded up to whole bits, so that all bits met, in one number, say as much as the greatest does, in less
    time; its sign says whether any is below zero. The least is looked for where it counts: no quantity may be zero, and
    amounts of several lines are weights.
    """
    columns = {name: pl.col(f"in {name}") for name in names}
    bits = [name for name in names if _is_amount(name) and not several]
    asked = [columns[name].bitwise_or().alias(name) for name in bits]
    for name in names:
        if name not in bits:
            asked += [columns[name].max().alias(name), columns[name].min().alias(f"least {name}")]
    found = select(coded, *asked).row(0, named=True)
    inputs, least = {}, {}
    for name, column in columns.items():
        low, high = found.get(f"least {name}", 0), found[name] or 0
        if name in bits and high < 0:
            low, high = coded.select(column.min().alias("low"), column.max().alias("high")).row(0)
        least[name] = low
        gaps = bool(coded.get_column(f"in {name}").null_count())
        low = low or 0
        # What is nothing on all rows is not carried along.
        expr = column if low or high or gaps else pl.lit(0, dtype=pl.Int64)
        inputs[name] = Input(expr, *_bounds(min(low, 0) if gaps else low, high), gaps)
    return inputs, least


def _is_amount(name: str) -> bool:
    return name in AMOUNTS or "." in name


def _bounds(low: int, high: int) -> tuple[int, int]:
    """Round bounds about two numbers, so that frames of like amounts share what is made for them."""
    return (-(2 ** (-low).bit_length()) if low < 0 else min(low, 1)), 2 ** max(high, 0).bit_length() - 1


def _strange(
    frame: pl.DataFrame,
    inputs: Mapping[str, Input],
    said: Mapping[str, str],
    scales: Mapping[str, int],
    least: Mapping[str, int | None],
) -> list[pl.Expr]:
    """Which rows state a number that cannot be: below zero, too large, or no number at all."""
    found: list[pl.Expr] = []
    for name, each in inputs.items():
        if name not in said:
            continue
        column = frame.get_column(said[name])
        lost = each.expr.is_null()
        if name in {"price", "quantity"}:
            found += [lost] if each.gaps else []
        elif each.gaps and column.dtype != pl.Null:
            found.append(pl.lit(column.is_not_null()) & lost)
        if each.low < 0:
            found.append(each.expr < 0)
        if not _is_amount(name):
            largest = _LARGEST_QUANTITY * 10 ** scales[name]
            if each.high > largest:
                found.append(each.expr > largest)
            smallest = least[name]
            if smallest is not None and smallest <= 0:
                found.append(each.expr <= 0)
    return found


def _short(frame: pl.DataFrame, decimals: Sequence[str]) -> frozenset[str]:
    """The columns of Decimal in which no number is below zero or longer than 63 bits."""
    if not decimals:
        return frozenset()
    bits = select(frame, *(pl.col(name).to_physical().bitwise_or() for name in decimals)).row(0, named=True)
    return frozenset(name for name, all_bits in bits.items() if 0 <= (all_bits or 0) < 2**63)


def _amount_columns(schema: Schema) -> dict[str, str]:
    """Inputs that are amounts of money (price, freight, insurance, ``content.x``, ``fee.x``) and their columns."""
    found: list[str] = []
    for name in AMOUNTS:
        both = [n for n in (name, f"{name}_minor") if n in schema]
        if len(both) == 2:
            raise InputError("one amount is stated twice", field=name, value=", ".join(both), cure="drop one column")
        found += [name] if both else []
    if "price" not in found:
        raise InputError(
            "a column is missing",
            field="price",
            allowed="price (Decimal, whole number or text) or price_minor (whole minor units)",
        )
    for start, kind in _NAMED.items():
        found += [f"{kind}.{n.removeprefix(start)}" for n in schema if n.startswith(start)]
    return {name: column_of(schema, name) for name in found}


def column_of(schema: Container[str], name: str) -> str:
    """The column in which an input stands."""
    if name in AMOUNTS:
        return f"{name}_minor" if f"{name}_minor" in schema else name
    kind, _, rest = name.partition(".")
    return next(start for start, k in _NAMED.items() if k == kind) + rest


def _amount(column: str, dtype: pl.DataType, short: Container[str]) -> tuple[pl.Expr, int]:
    if column.endswith("_minor"):
        if not dtype.is_integer():
            raise _wrong(column, dtype, "whole numbers of minor units")
        return pl.col(column).cast(pl.Int64, strict=False), -1
    return _exact(column, dtype, short)


def _exact(column: str, dtype: pl.DataType, short: Container[str]) -> tuple[pl.Expr, int]:
    """A column of exact numbers as integers, and their decimals."""
    if dtype.is_integer():
        return pl.col(column).cast(pl.Int64, strict=False), 0
    if isinstance(dtype, pl.Decimal):
        if dtype.scale > _DECIMALS_OF_TEXT:
            raise _wrong(column, dtype, f"at most {_DECIMALS_OF_TEXT} decimals")
        # A cast that looks at each number takes three times as long.
        whole = pl.col(column).to_physical()
        return whole.cast(pl.Int64, strict=False, wrap_numerical=column in short), dtype.scale
    if dtype == pl.String:
        # So many digits are exact; what Polars takes for a number beyond them is none here.
        exact = pl.col(column).cast(pl.Decimal(17, _DECIMALS_OF_TEXT), strict=False)
        number = exact.to_physical().cast(pl.Int64, strict=False)
        return pl.when(pl.col(column).str.contains(_NUMBER)).then(number), _DECIMALS_OF_TEXT
    if dtype == pl.Null:
        return pl.lit(None, dtype=pl.Int64), 0
    raise _wrong(column, dtype, "Decimal, whole numbers or text; never float, which is not exact")


def _quantity_columns(schema: Schema) -> dict[str, str]:
    """Inputs that are quantities and their columns."""
    found = {"quantity": "quantity"} if "quantity" in schema else {}
    found |= {"kg_gross": "weight_kg"} if "weight_kg" in schema else {}
    for name in schema:
        if name.startswith("quantity_"):
            unit = name.removeprefix("quantity_")
            if unit not in UNITS:
                raise InputError("not a unit a frame can count in", field=name, value=unit, allowed=", ".join(UNITS))
            found[unit] = name
    return found


def _text(schema: Schema, name: str) -> pl.Expr:
    dtype = schema[name]
    if dtype == pl.String or isinstance(dtype, pl.Categorical | pl.Enum):
        return pl.col(name)
    if dtype == pl.List(pl.String) and name in {"flags", "registrations"}:
        return pl.col(name).list.join(",")
    if dtype == pl.Null:
        return pl.col(name).cast(pl.String)
    raise _wrong(name, dtype, "text")


def _day(schema: Schema, name: str) -> pl.Expr:
    if schema[name] != pl.Date:
        raise _wrong(name, schema[name], "days (Date)")
    return pl.col(name)


def _wrong(name: str, dtype: pl.DataType, allowed: str) -> InputError:
    return InputError("a column of a wrong kind", field=name, value=str(dtype), allowed=allowed)


def _numbers(frame: pl.DataFrame) -> pl.Series:
    """A number for each consignment, the same on all its rows."""
    ids = frame.get_column("consignment")
    runs = ids.rle_id()
    together = ids.is_sorted() or (runs.max() or 0) + 1 == ids.n_unique()  # type: ignore[operator]
    return runs if together else ids.rank("dense").cast(pl.UInt32).fill_null(0)


def _goods(
    coded: pl.DataFrame, inputs: dict[str, Input], scales: dict[str, int], bad: list[pl.Expr]
) -> tuple[pl.DataFrame, dict[str, Input]]:
    """Price times quantity, and the pieces in millionths; what does not fit 62 bits is bad."""
    price, quantity = inputs["price"], inputs["quantity"]
    places = scales["quantity"]
    scales["goods"] = scales["price"] + places if scales["price"] >= 0 else scales["price"] - places
    least, most = max(price.low, 0) * max(quantity.low, 0), price.high * quantity.high
    expr = price.expr * quantity.expr
    factors: tuple[str, ...] = ("price", "quantity")
    if most > _LARGEST_INPUT:
        wide = price.expr.cast(pl.Int128) * quantity.expr.cast(pl.Int128)
        fits = wide.is_between(0, _LARGEST_INPUT)
        coded = coded.with_columns(pl.when(fits).then(wide).otherwise(0).cast(pl.Int64).alias("in goods"))
        bad.append(~fits)
        expr, least, most, factors = pl.col("in goods"), 0, _LARGEST_INPUT, ()
    pieces = 10 ** (_MICRO - places)
    inputs = inputs | {
        "goods": Input(expr, least, most, price.gaps or quantity.gaps, factors),
        "piece": Input(quantity.expr * pieces, 0, quantity.high * pieces, quantity.gaps, ("quantity", pieces)),
    }
    return coded, inputs
