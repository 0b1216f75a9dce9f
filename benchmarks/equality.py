"""Batch = scalar: random consignments over every law in the book, priced both ways, compared to the minor unit.

    python benchmarks/equality.py --consignments 1000000 --seed 1

Lines are shuffled before they are priced. Consignments of one line are priced again as a frame whose rows are a
consignment each, which takes another way through the batch: by turns with their charges, which Polars works out, and
without, which native code does where it is installed. It must come to the same. Prints what was compared and
the first differences; ends with 1 if any.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import polars as pl

from xbec import Law, XbecError
from xbec.batch import quote
from xbec.batch.columns import read
from xbec.batch.engine import Engine
from xbec.batch.one import amounts_of, landed_cost_of
from xbec.batch.warn import ids_of
from xbec.fx import Fx
from xbec.tariff import Tariff

FX = Fx.default().stated({"EUR/KZT": "560.25", "USD/KZT": "480.5"})
DESTINATIONS = sorted(j.code for j in Law.default() if j.procedures and j.code != "EU")
REGIONS = {"CA": ("CA-ON", "CA-QC", "CA-AB"), "BR": ("BR-SP", "BR-RJ"), "US": ("US-CA", "US-NY")}
CODES = ("610910", "420221", "851762", "640399", "950300", "490199", "330300", "220830", "711719", "6109100010")
ORIGINS = ("CN", "US", "DE", "JP", "VN", "MX", "GB", None)
CURRENCIES = ("USD", "EUR", "CNY", "JPY", "GBP")
FIRST, LAST = date(2021, 7, 1), date(2026, 10, 25)
LARGEST = (*(20_000,) * 20, *(300_000,) * 20)
LARGE = (10**9, 10**12)
"""Cents of a price; the last, in every other frame, needs sums wider than 64 bits, or is refused."""
AMOUNTS = (
    "goods_value", "freight_value", "insurance_value", "customs_value", "duty", "tax", "excise", "fee", "buyer_pays",
    "seller_pays",
)  # fmt: skip


def _some(draw: random.Random, value: Any, chance: float) -> Any:
    return value if draw.random() < chance else None


def kind(draw: random.Random, day: date) -> dict[str, Any]:
    """What a random consignment is apart from its lines and amounts."""
    destination = draw.choice(DESTINATIONS)
    return {
        "destination": destination,
        "region": draw.choice(REGIONS.get(destination, (None,))),
        "currency": draw.choice(CURRENCIES),
        "channel": draw.choice(("post", "express")),
        "terms": draw.choice(("DAP", "DDP")),
        "transport": draw.choice(("air", "sea")),
        "dispatch": draw.choice(("CN", "US", "DE")),
        "establishment": _some(draw, "CN", 0.95),
        "marketplace": _some(draw, "shop", 0.4),
        "registrations": _some(draw, "IOSS,VOEC,GB-VAT,CH-VAT", 0.5),
        "history_annual_use": "0 CNY",
        "history_shipments": "0",
        "day": day,
    }


def consignment(draw: random.Random, ident: str, about: dict[str, Any], largest: Sequence[int]) -> list[dict[str, Any]]:
    """The rows of one random consignment of a kind."""
    head = about | {
        "consignment": ident,
        "freight": _some(draw, Decimal(draw.randrange(0, 5000)) / 100, 0.7),
        "insurance": _some(draw, Decimal(draw.randrange(0, 900)) / 100, 0.2),
    }
    size = draw.choice((1, 1, 1, 2, 2, 3, 4, 5, 6))
    scale = 100 if head["currency"] == "JPY" else 1
    lines = []
    for number in range(size):
        weight = draw.randrange(1, 5000)
        lines.append(
            head
            | {
                "line": str(number),
                "hs": draw.choice(CODES),
                "origin": draw.choice(ORIGINS) if draw.random() < 0.3 else "CN",
                "price": Decimal(draw.randrange(1, draw.choice(largest))) / 100 * scale,
                "quantity": draw.randrange(1, 5),
                "stated_duty": _some(draw, draw.choice(("Free", "2.5 %", "12 %", "16.5 %", "4 % + 0.30 EUR/kg")), 0.93),
                "tax_class": _some(draw, "reduced", 0.03),
                "weight_kg": _some(draw, Decimal(weight) / 500, 0.97),
                "quantity_kg": _some(draw, Decimal(weight) / 1000, 0.97),
                "quantity_l": _some(draw, Decimal(weight) / 1000, 0.97),
                "content_excise": _some(draw, Decimal("3.21"), 0.97),
                "content_icms": _some(draw, Decimal("3.21"), 0.97),
                "content_import-levy": _some(draw, Decimal("3.21"), 0.97),
                "price_includes": "tax" if draw.random() < 0.1 else "net",
            }
        )
    return lines


def frame_of(number: int, seed: int, *, kinds: int = 100) -> pl.DataFrame:
    """A shuffled frame of random consignments of some random kinds and days."""
    draw = random.Random(seed)
    span = (LAST - FIRST).days
    pool = [kind(draw, FIRST + timedelta(draw.randrange(span))) for _ in range(kinds)]
    largest = (*LARGEST, *LARGE) if seed % 2 else LARGEST
    rows = [row for n in range(number) for row in consignment(draw, f"c{n}", draw.choice(pool), largest)]
    draw.shuffle(rows)
    return as_frame(rows)


def as_frame(rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Rows as a frame, amounts exact."""
    exact = ("freight", "insurance", "price", "weight_kg", "quantity_kg", "quantity_l")
    schema = dict.fromkeys((*exact, "content_excise", "content_icms", "content_import-levy"), pl.Decimal(18, 3))
    return pl.DataFrame(rows, schema_overrides=schema, infer_schema_length=None)


def differences(given: pl.DataFrame, *, on_unknown: str = "raise") -> Iterator[str]:
    """What the batch says differently from the single quote, line by line; yields nothing where they agree."""
    result = quote(given, on="day", fx=FX, on_unknown=on_unknown, charges=True, alone_below=0)
    yield from _as_rows(given, result, on_unknown)
    engine = Engine(
        Law.default(), FX, Tariff.default(), {}, {}, None, on_unknown, charges=True, columns=AMOUNTS, alone_below=0
    )
    frame = read(given, "day")
    together: dict[str, list[dict[str, Any]]] = {}
    for row in result.with_row_index("row").to_dicts():
        together.setdefault(row["consignment"], []).append(row)
    names = [name for name in result.columns if name.startswith("charge.")]
    ends = ("", "_low", "_high") if on_unknown == "interval" else ("",)
    names = [f"{name}{end}" for name in (*AMOUNTS, *names) for end in ends]
    for ident, rows in together.items():
        try:
            priced = landed_cost_of(rows, None, engine, frame)
        except XbecError as problem:
            if any(row["error"] != type(problem).__name__ for row in rows):
                yield f"{ident}: scalar {type(problem).__name__} {problem}; batch {[row['error'] for row in rows]}"
            continue
        warned = ids_of(priced)
        open_rate = any("/kg" in (row["stated_duty"] or "") and row["quantity_kg"] is None for row in rows)
        for row in rows:
            both = [row["warnings"] or "", warned or ""]
            if open_rate:
                # The rate that a duty by a quantity not stated would need may be told of or not.
                both = [text.removesuffix("stand-in-rate").removesuffix(", ") for text in both]
            if row["error"] is None and both[0] != both[1]:
                yield f"{ident} line {row['line']}: warned of {row['warnings']}, scalar of {warned}"
        for row, told in zip(rows, amounts_of(priced, rows, engine), strict=True):
            if row["error"] is not None:
                yield f"{ident} line {row['line']}: batch error {row['error']} {row['error_message']}"
                continue
            for name in names:
                if row.get(name) != told.get(name) and (row.get(name) or told.get(name)):
                    yield (
                        f"{ident} line {row['line']} to {row['destination']} on {row['day']}, {row['procedure']}: "
                        f"{name} batch {row.get(name)} scalar {told.get(name)}"
                    )


def _as_rows(given: pl.DataFrame, result: pl.DataFrame, on_unknown: str) -> Iterator[str]:
    """What consignments of one line come to otherwise as a frame without consignments."""
    single = pl.col("consignment").count().over("consignment") == 1
    told = result.filter(single)
    if not told.height:
        return
    rows = given.filter(single).drop("consignment", "line")
    charges = given.height % 2 > 0
    found = quote(rows, on="day", fx=FX, on_unknown=on_unknown, charges=charges, alone_below=0)
    names = [name for name in (*told.columns, *found.columns) if charges or not name.startswith("charge.")]
    yield from _differ(told, found, [name for name in dict.fromkeys(names) if name not in {"consignment", "line"}])


def _differ(told: pl.DataFrame, found: pl.DataFrame, names: list[str]) -> Iterator[str]:
    for name in names:
        nothing = pl.Series(name, [None] * told.height, dtype=pl.Int64)
        one, other = (each[name] if name in each.columns else nothing for each in (told, found))
        if name.startswith("charge."):
            one, other = one.fill_null(0), other.fill_null(0)
        differ = one.ne_missing(other)
        if name == "warnings":
            # Of the rate that a duty by a quantity not stated would need, one of the two may warn.
            by_weight = told["stated_duty"].fill_null("").str.contains("/kg") & told["quantity_kg"].is_null()
            differ &= ~by_weight
        for number in differ.arg_true():
            yield f"{told['consignment'][number]} as a row: {name} is {other[number]} and was {one[number]}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--consignments", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--at-once", type=int, default=20_000)
    parser.add_argument("--on-unknown", choices=("raise", "interval"), default="raise")
    asked = parser.parse_args()
    began, done, lines, wrong = time.perf_counter(), 0, 0, 0
    seed = asked.seed
    while done < asked.consignments:
        number = min(asked.at_once, asked.consignments - done)
        given = frame_of(number, seed)
        for told in differences(given, on_unknown=asked.on_unknown):
            wrong += 1
            if wrong <= 20:
                print(told)
        done, lines, seed = done + number, lines + given.height, seed + 1
        print(
            f"{done} consignments, {lines} lines, {wrong} differences, {time.perf_counter() - began:.0f} s", flush=True
        )
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
