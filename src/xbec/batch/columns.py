"""The columns of a frame of lines, checked and turned into integers and codes before any law is read."""

from __future__ import annotations

from collections.abc import Container, Mapping
from datetime import date
from typing import Final

import attrs
import polars as pl

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
_DECIMALS_OF_TEXT: Final = 6
_NUMBER: Final = r"^\d{1,11}(\.\d{1,6})?$"
_MICRO: Final = 6
_LARGEST_QUANTITY: Final = 10**9


@attrs.frozen(slots=True)
class Frame:
    """A frame as the engine reads it.

    ``coded`` has one row a line: ``row`` (position in the caller's frame), ``run`` (number of its consignment),
    ``bad`` (some value is none), the texts, and the inputs as Int64 under ``in <name>``; ``scales`` are the decimals of
    the inputs, negative where they come on top of the minor unit (-1: minor units, -3: hundredths of them).
    """

    coded: pl.DataFrame
    scales: dict[str, int]
    on: date | None
    on_column: str | None
    line_texts: tuple[str, ...]
    consignment_texts: tuple[str, ...]
    several: bool


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
    exprs: list[pl.Expr] = []
    bad: list[pl.Expr] = []
    for name in _amount_columns(frame):
        expr, scale = _amount(frame, name)
        scales[name] = scale
        exprs.append(expr.alias(f"in {name}"))
        bad.append(expr < 0)
        if name == "price" or frame.schema[column_of(frame.schema, name)] == pl.String:
            said = pl.col(column_of(frame.schema, name))
            bad.append(expr.is_null() if name == "price" else expr.is_null() & said.is_not_null())
    quantity, places, strange = _quantity(frame, "quantity", pl.lit(1, dtype=pl.Int64))
    exprs.append(quantity.alias("in quantity"))
    scales["quantity"] = places
    bad.append(strange)
    for unit, name in _quantity_columns(frame):
        expr, places, strange = _quantity(frame, name, None)
        exprs.append((expr * 10 ** (_MICRO - places)).alias(f"in {unit}"))
        scales[unit] = _MICRO
        bad.append(strange)
    texts = [name for name in TEXTS if name in schema and name not in {"consignment", "line"}]
    exprs += [_text(frame, name) for name in texts]
    days = [name for name in DAYS if name in schema]
    for name in days:
        exprs.append(_day(frame, name))
    if isinstance(on, str):
        if on not in schema:
            raise InputError("no such column of days", field="on", value=on, allowed="a day, or a column of days")
        exprs.append(_day(frame, on).alias("on day"))
        bad.append(pl.col(on).is_null())
    elif type(on) is not date:
        raise InputError("not a day", field="on", value=on, allowed="a datetime.date, or the name of a column of days")
    history = [name for name in schema if name.startswith("history_")]
    exprs += [pl.col(name).cast(pl.String) for name in history]
    bad += [pl.col(name).is_null() for name in REQUIRED]
    several = "consignment" in schema
    number = _numbers(frame) if several else pl.int_range(frame.height, dtype=pl.UInt32)
    if several:
        bad.append(pl.col("consignment").is_null())
    order = [pl.col("line").cast(pl.String).alias("line")] if "line" in schema else []
    coded = frame.select(
        pl.int_range(frame.height, dtype=pl.UInt32).alias("row"),
        (pl.lit(number) if isinstance(number, pl.Series) else number).alias("run"),
        pl.any_horizontal([each.fill_null(False) for each in bad]).alias("bad"),
        *exprs,
        *order,
    )
    coded = _goods(coded, scales)
    line_texts = tuple(n for n in LINE_TEXTS if n in texts)
    about = [n for n in CONSIGNMENT_TEXTS if n in texts] + days + history + (["on day"] if isinstance(on, str) else [])
    day, column = (None, on) if isinstance(on, str) else (on, None)
    return Frame(coded, scales, day, column, line_texts, tuple(about), several)


def _amount_columns(frame: pl.DataFrame) -> list[str]:
    """Names of the inputs that are amounts of money: price, freight, insurance, ``content.x``, ``fee.x``."""
    found = []
    for name in AMOUNTS:
        both = [n for n in (name, f"{name}_minor") if n in frame.schema]
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
        found += [f"{kind}.{n.removeprefix(start)}" for n in frame.schema if n.startswith(start)]
    return found


def column_of(schema: Container[str], name: str) -> str:
    """The column in which an input stands."""
    if name in AMOUNTS:
        return f"{name}_minor" if f"{name}_minor" in schema else name
    kind, _, rest = name.partition(".")
    return next(start for start, k in _NAMED.items() if k == kind) + rest


def _amount(frame: pl.DataFrame, name: str) -> tuple[pl.Expr, int]:
    column = column_of(frame.schema, name)
    dtype = frame.schema[column]
    if column.endswith("_minor"):
        if not dtype.is_integer():
            raise _wrong(column, dtype, "whole numbers of minor units")
        return pl.col(column).cast(pl.Int64, strict=False), -1
    return _exact(column, dtype)


def _exact(column: str, dtype: pl.DataType) -> tuple[pl.Expr, int]:
    """A column of exact numbers as integers, and their decimals."""
    if dtype.is_integer():
        return pl.col(column).cast(pl.Int64, strict=False), 0
    if isinstance(dtype, pl.Decimal):
        if dtype.scale > _DECIMALS_OF_TEXT:
            raise _wrong(column, dtype, f"at most {_DECIMALS_OF_TEXT} decimals")
        return pl.col(column).to_physical().cast(pl.Int64, strict=False), dtype.scale
    if dtype == pl.String:
        said = pl.col(column)
        parts = said.str.split_exact(".", 1)
        whole = parts.struct.field("field_0").cast(pl.Int64, strict=False)
        part = parts.struct.field("field_1").fill_null("").str.pad_end(_DECIMALS_OF_TEXT, "0")
        number = whole * 10**_DECIMALS_OF_TEXT + part.cast(pl.Int64, strict=False)
        return pl.when(said.str.contains(_NUMBER)).then(number), _DECIMALS_OF_TEXT
    if dtype == pl.Null:
        return pl.lit(None, dtype=pl.Int64), 0
    raise _wrong(column, dtype, "Decimal, whole numbers or text; never float, which is not exact")


def _quantity_columns(frame: pl.DataFrame) -> list[tuple[str, str]]:
    found = [("kg_gross", "weight_kg")] if "weight_kg" in frame.schema else []
    for name in frame.schema:
        if name.startswith("quantity_"):
            unit = name.removeprefix("quantity_")
            if unit not in UNITS:
                raise InputError("not a unit a frame can count in", field=name, value=unit, allowed=", ".join(UNITS))
            found.append((unit, name))
    return found


def _quantity(frame: pl.DataFrame, name: str, default: pl.Expr | None) -> tuple[pl.Expr, int, pl.Expr]:
    """A quantity as integers, its decimals, and which rows state none that can be."""
    if name not in frame.schema:
        assert default is not None
        return default, 0, pl.lit(False)
    expr, places = _exact(name, frame.schema[name])
    strange = (expr <= 0) | (expr > _LARGEST_QUANTITY * 10**places)
    missing = expr.is_null() if default is not None else expr.is_null() & pl.col(name).is_not_null()
    return expr, places, strange.fill_null(False) | missing


def _text(frame: pl.DataFrame, name: str) -> pl.Expr:
    dtype = frame.schema[name]
    if dtype == pl.String or isinstance(dtype, pl.Categorical | pl.Enum):
        return pl.col(name)
    if dtype == pl.List(pl.String) and name in {"flags", "registrations"}:
        return pl.col(name).list.join(",")
    if dtype == pl.Null:
        return pl.col(name).cast(pl.String)
    raise _wrong(name, dtype, "text")


def _day(frame: pl.DataFrame, name: str) -> pl.Expr:
    if frame.schema[name] != pl.Date:
        raise _wrong(name, frame.schema[name], "days (Date)")
    return pl.col(name)


def _wrong(name: str, dtype: pl.DataType, allowed: str) -> InputError:
    return InputError("a column of a wrong kind", field=name, value=str(dtype), allowed=allowed)


def _numbers(frame: pl.DataFrame) -> pl.Series:
    """A number for each consignment, the same on all its rows."""
    ids = frame.get_column("consignment")
    runs = ids.rle_id()
    together = (runs.max() or 0) + 1 == ids.n_unique() if len(ids) else True  # type: ignore[operator]
    return runs if together else ids.rank("dense").cast(pl.UInt32).fill_null(0)


def _goods(coded: pl.DataFrame, scales: dict[str, int]) -> pl.DataFrame:
    """Price times quantity, and the pieces in millionths; what does not fit 63 bits is bad."""
    most = coded.select(
        price=pl.col("in price").max().cast(pl.Int128), quantity=pl.col("in quantity").max().cast(pl.Int128)
    )
    fits = (most["price"].item() or 0) * (most["quantity"].item() or 0) < 2**62
    price, quantity = pl.col("in price"), pl.col("in quantity")
    goods = price * quantity if fits else (price.cast(pl.Int128) * quantity.cast(pl.Int128))
    coded = coded.with_columns(
        goods.cast(pl.Int64, strict=False).alias("in goods"),
        (quantity * 10 ** (_MICRO - scales["quantity"])).alias("in piece"),
    )
    if not fits:
        coded = coded.with_columns(bad=pl.col("bad") | pl.col("in goods").is_null())
    places = scales["quantity"]
    scales["goods"] = scales["price"] + places if scales["price"] >= 0 else scales["price"] - places
    return coded
