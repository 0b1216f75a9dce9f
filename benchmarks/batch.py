"""Batch pricing beside hand-written Polars Int64 of the same rule, in one run; exact output asserted first.

    python benchmarks/batch.py [--lines 5000000] [--rounds 5]

The rule: goods and freight of 27 destinations and 5,000 codes converted half-up at 0.867013; up to 150 EUR of goods a
duty of 3 EUR, above it the rate of the code on goods and freight; VAT of the destination on all of it. The rates are
numbers for this benchmark, not law.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from xbec.batch import quote
from xbec.fx import Fx
from xbec.law import Law
from xbec.tariff import Schedule, Tariff

COLUMNS = ("duty", "tax", "buyer_pays")
DAY = date(2026, 6, 1)
_POINTS = """
AT 2000 BE 2100 BG 2000 HR 2500 CY 1900 CZ 2100 DK 2500 EE 2400 FI 2550 FR 2000 DE 1900 GR 2400 HU 2700 IE 2300 IT 2200
LV 2100 LT 2100 LU 1700 MT 1800 NL 2100 PL 2300 PT 2300 RO 2100 SK 2300 SI 2200 ES 2100 SE 2500
"""
_WORDS = _POINTS.split()
VAT = dict(zip(_WORDS[::2], map(int, _WORDS[1::2]), strict=True))
CODES = [f"{100000 + 130 * i:06d}" for i in range(5000)]
HS_RATES = (0, 450, 1200)
HS = {code: HS_RATES[(i * 7919) % 3] for i, code in enumerate(CODES)}
NUM, DEN = 867_013, 1_000_000

HEAD = """
jurisdiction = "{code}"
name = "{code}"
currency = "EUR"
begins = 2021-07-01
territory = {{ customs = "EU", tax = "{code}" }}
[source.bench]
title = "numbers of the benchmark"
checked = 2026-11-25
"""
COMMON = (
    HEAD.format(code="EU").replace(
        'currency = "EUR"',
        'currency = "EUR"\ntariff = "EU"\nexchange.customs = '
        '{ rule = "eu-customs-value", event = "declared" }\nexchange.limits = { rule = "eu-euro-amounts", event = '
        '"declared" }',
        1,
    )
    + """
[tax.vat]

[[procedure]]
id = "import"
title = "import"
source = "bench"
collects = "carrier"

[[component]]
id = "duty"
label = "duty"
kind = "duty"
per = ["line"]
base = ["goods", "freight"]
rate = [{ when = "WHEN", rate = "3 EUR" }, { tariff = true }]
source = "bench"

[[component]]
id = "vat"
label = "VAT"
kind = "tax"
per = ["line"]
base = ["goods", "freight", "duty"]
rate = { tax = "vat" }
source = "bench"
"""
)


def books(folder: Path, when: str) -> dict[str, Any]:
    """Law, tariff and exchange rates of the rule."""
    (folder / "EU.toml").write_text(COMMON.replace("WHEN", when), encoding="utf-8")
    for code, points in VAT.items():
        text = HEAD.format(code=code).replace('currency = "EUR"', 'currency = "EUR"\nextends = "EU"')
        rate = f"{points / 100:.2f} %"
        text += f'[tax.vat]\nstandard = [{{ from = 2021-07-01, rate = "{rate}", source = "bench" }}]\n'
        (folder / f"{code}.toml").write_text(text, encoding="utf-8")
    rows = "".join(f"{code},{bp / 100:.2f} %,2021-07-01,,benchmark\n" for code, bp in HS.items())
    schedule = Schedule.from_csv("hs,duty,from,to,source\n" + rows, territory="EU", currency="EUR", checked=DAY)
    return {"law": Law([folder]), "tariff": Tariff(schedule), "fx": Fx.default().stated({"USD/EUR": "0.867013"})}


def lines(number: int) -> pl.DataFrame:
    """Random lines, texts as categories."""
    draw = np.random.default_rng(20261122)
    destinations = sorted(VAT)
    return pl.DataFrame(
        {
            "price_minor": np.minimum(np.maximum(draw.lognormal(8.0, 1.1, number), 50), 500_000).astype(np.int64),
            "quantity": draw.integers(1, 6, number, dtype=np.int64),
            "freight_minor": draw.integers(0, 3000, number, dtype=np.int64),
            "destination": pl.Series(draw.integers(0, 27, number).astype(np.uint8)).cat.to(pl.Enum(destinations)),
            "hs": pl.Series(draw.integers(0, 5000, number).astype(np.uint16)).cat.to(pl.Enum(CODES)),
            "currency": pl.repeat("USD", number, eager=True).cast(pl.Enum(["USD"])),
            "consignment": np.cumsum(draw.random(number) < 0.4).astype(np.int64),
        }
    )


def by_hand(frame: pl.DataFrame) -> pl.DataFrame:
    """The rule as one would write it: Int64, rates gathered by category."""
    hs = pl.lit(pl.Series([HS[code] for code in CODES], dtype=pl.Int64)).gather(pl.col("hs").to_physical())
    rates = [VAT[code] for code in sorted(VAT)]
    vat = pl.lit(pl.Series(rates, dtype=pl.Int64)).gather(pl.col("destination").to_physical())
    number = lambda x: pl.lit(x, dtype=pl.Int64)  # noqa: E731
    return (
        frame.lazy()
        .with_columns(
            goods=(pl.col("price_minor") * pl.col("quantity") * number(NUM) + number(DEN // 2)) // number(DEN),
            freight=(pl.col("freight_minor") * number(NUM) + number(DEN // 2)) // number(DEN),
        )
        .with_columns(base=pl.col("goods") + pl.col("freight"))
        .with_columns(
            duty=pl.when(pl.col("goods") <= number(15000))
            .then(number(300))
            .otherwise((pl.col("base") * hs + number(5000)) // number(10000))
        )
        .with_columns(taxed=pl.col("base") + pl.col("duty"))
        .with_columns(tax=(pl.col("taxed") * vat + number(5000)) // number(10000))
        .select("duty", "tax", buyer_pays=pl.col("duty") + pl.col("tax"))
        .collect()
    )


def strings_by_hand(frame: pl.DataFrame) -> pl.DataFrame:
    """The same on texts that are coded first."""
    return by_hand(
        frame.with_columns(pl.col("hs").cast(pl.Enum(CODES)), pl.col("destination").cast(pl.Enum(sorted(VAT))))
    )


def groups_by_hand(frame: pl.DataFrame) -> pl.DataFrame:
    """The rule for consignments of several lines: the limit on their goods, freight cut over them, in canonical order.

    The fastest way to write it: rows sorted once, sums of their runs by NumPy (twice as fast as ``over``), one gather
    to put them back.
    """
    number = lambda x: pl.lit(x, dtype=pl.Int64)  # noqa: E731
    hs = pl.lit(pl.Series([HS[code] for code in CODES], dtype=pl.Int64)).gather(pl.col("hs").to_physical())
    rates = [VAT[code] for code in sorted(VAT)]
    vat = pl.lit(pl.Series(rates, dtype=pl.Int64)).gather(pl.col("destination").to_physical())
    rows = (
        frame.lazy()
        .with_row_index("row")
        .sort("consignment", "hs", "price_minor", "quantity")
        .with_columns(
            goods=(pl.col("price_minor") * pl.col("quantity") * number(NUM) + number(DEN // 2)) // number(DEN),
            whole=(pl.col("freight_minor") * number(NUM) + number(DEN // 2)) // number(DEN),
        )
        .collect()
    )
    goods, of = rows["goods"].to_numpy(), rows["consignment"].to_numpy()
    starts = np.concatenate(([0], np.flatnonzero(of[1:] != of[:-1]) + 1))
    sizes = np.diff(starts, append=len(of))
    upto = np.cumsum(goods)
    before = np.repeat(upto[starts] - goods[starts], sizes)
    runs = {"value": np.repeat(np.add.reduceat(goods, starts), sizes), "upto": upto - before}
    found = (
        rows.with_columns(pl.Series(name, values) for name, values in runs.items())
        .lazy()
        .with_columns(
            freight=(pl.col("whole") * pl.col("upto")) // pl.col("value")
            - (pl.col("whole") * (pl.col("upto") - pl.col("goods"))) // pl.col("value")
        )
        .with_columns(base=pl.col("goods") + pl.col("freight"))
        .with_columns(
            duty=pl.when(pl.col("value") <= number(15000))
            .then(number(300))
            .otherwise((pl.col("base") * hs + number(5000)) // number(10000))
        )
        .with_columns(taxed=pl.col("base") + pl.col("duty"))
        .with_columns(tax=(pl.col("taxed") * vat + number(5000)) // number(10000))
        .select("row", "duty", "tax", buyer_pays=pl.col("duty") + pl.col("tax"))
        .collect()
    )
    place = np.empty(len(of), dtype=np.uint32)
    place[found["row"].to_numpy()] = np.arange(len(of), dtype=np.uint32)
    return found.drop("row")[pl.Series(place)]


def beside(
    name: str, goal: str, number: int, hand: Callable[[], pl.DataFrame], ours: Callable[[], pl.DataFrame], rounds: int
) -> None:
    """Both in turn, their results compared first; prints the median ratio."""
    expected, found = hand(), ours()
    wrong = sum(int((found[column] != expected[column]).sum()) for column in COLUMNS)
    assert wrong == 0, f"{name}: {wrong} wrong amounts"
    del expected, found
    ratios, speeds = [], []
    for _ in range(rounds):
        began = time.perf_counter()
        hand()
        middle = time.perf_counter()
        ours()
        ended = time.perf_counter()
        ratios.append((middle - began) / (ended - middle))
        speeds.append(number / (ended - middle) / 1e6)
    print(f"{name:40} {statistics.median(speeds):6.1f} M lines/s   {statistics.median(ratios):5.2f} of hand-written   "
          f"(goal {goal})", flush=True)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=5_000_000)
    parser.add_argument("--rounds", type=int, default=7)
    asked = parser.parse_args()
    frame = lines(asked.lines)
    single = frame.drop("consignment")
    with tempfile.TemporaryDirectory() as folder:
        rule = books(Path(folder), "goods <= 150 EUR")
        began = time.perf_counter()
        quote(single.head(1000), on=DAY, **rule)
        print(f"first call {time.perf_counter() - began:.2f} s")
        beside(
            "one regime, coded inputs", "0.85", asked.lines, lambda: by_hand(single),
            lambda: quote(single, on=DAY, columns=COLUMNS, **rule), asked.rounds,
        )  # fmt: skip
        texts = single.with_columns(pl.col("hs", "destination", "currency").cast(pl.String))
        beside(
            "text inputs, against hand-written on codes", "0.5", asked.lines, lambda: by_hand(single),
            lambda: quote(texts, on=DAY, columns=COLUMNS, **rule), asked.rounds,
        )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        rule = books(Path(folder), "sum(goods) <= 150 EUR")
        first = pl.col("freight_minor").first().over("consignment")
        several = frame.with_columns(freight_minor=first, destination=pl.col("destination").first().over("consignment"))
        beside(
            "consignments of 2.5 lines", "0.9", asked.lines, lambda: groups_by_hand(several),
            lambda: quote(several, on=DAY, columns=COLUMNS, **rule), asked.rounds,
        )  # fmt: skip


if __name__ == "__main__":
    main()
