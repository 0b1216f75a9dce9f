"""Several regimes in one frame, rows in random order that is kept, beside one regime on as many lines.

    python benchmarks/mixed.py [--lines 2000000] [--rounds 7] [--only shapes]

Shapes: five laws of the benchmark whose charges differ in form (a limit with a flat duty, a limit without duty, two
duties and a fee between two amounts, a tax that is waived when small, a plain tax), once with one destination each and
once with eight. The same is written by hand: split the rows by shape, compute each part, put the rows back in order.
Real laws: five and forty destinations of the law book, the duty of each line stated. Every line is a consignment, and
all texts are categories. Amounts are compared first: those of the shapes with the hand-written ones, those of real laws
with the frames of each destination priced on their own, and a few lines with single quotes.

"In parts" is what a caller pays who already holds a frame for each destination and needs no order. Figures in brackets
are ratios of processor time.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from batch import CODES, COLUMNS, COMMON, DAY, HEAD, HS, books, lines
from peers import in_turn, ratio, wrong_lines

from xbec.batch import quote
from xbec.fx import Fx
from xbec.law import Law

GOAL = 2.0
MILLION = 1_000_000
SHARES = (0.50, 0.15, 0.20, 0.10, 0.05)
PROCEDURE = COMMON[COMMON.index("[[procedure]]") : COMMON.index("[[component]]")]
CHARGE = """
[[component]]
id = "{id}"
label = "{id}"
kind = "{kind}"
per = ["line"]
base = {base}
rate = {rate}
source = "bench"
"""
TAXED = CHARGE.format(id="vat", kind="tax", base='["goods", "freight", "duty"]', rate='{ tax = "vat" }')
UNTAXED_DUTY = TAXED.replace(', "duty"', "")


def duty(rate: str, *, ident: str = "duty", base: str = '["goods", "freight"]') -> str:
    return CHARGE.format(id=ident, kind="duty", base=base, rate=rate)


class Shape(NamedTuple):
    """A form of law: its currency, what a million dollars are in it, basis points of tax, who has it, its charges."""

    currency: str
    rate: int
    points: int
    destinations: str
    charges: str


SHAPES = (
    Shape(
        "EUR", 867_013, 1900, "DE FR IT ES NL BE AT PL",
        duty('[{ when = "goods <= 150 EUR", rate = "3 EUR" }, { tariff = true }]') + TAXED,
    ),
    Shape(
        "GBP", 742_118, 2000, "GB IE SE DK FI PT CZ GR",
        duty('[{ when = "goods <= 135 GBP", rate = "0 %" }, { tariff = true }]') + TAXED,
    ),
    Shape(
        "USD", MILLION, 0, "US MX CA BR AR CL CO PE",
        duty("{ tariff = true }", base='["goods"]')
        + duty('"10 %"', ident="surcharge", base='["goods"]')
        + duty('"0.3464 %"', ident="processing", base='["goods"]')
        + 'at_least = "2.62 USD"\nat_most = "634.84 USD"\n',
    ),
    Shape(
        "CHF", 801_220, 810, "CH LI NO IS JP KR TW IL",
        UNTAXED_DUTY + 'waive = { when = "result <= 5.00 CHF", source = "bench" }\n',
    ),
    Shape("AUD", 1_520_033, 1000, "AU NZ SG MY TH VN PH ID", UNTAXED_DUTY),
)  # fmt: skip
SHAPE_OF = {code: number for number, shape in enumerate(SHAPES) for code in shape.destinations.split()}
POINTS = {c: s.points + 50 * n * (s.points > 0) for s in SHAPES for n, c in enumerate(s.destinations.split())}

FORTY = (
    "DE", "GB", "CH", "NO", "JP", "AU", "CN", "ES", "FR", "IE", "IN", "IT", "KR", "KZ", "LI", "NL", "NZ", "PL", "SG",
    "US", "CA-AB", "CA-BC", "CA-MB", "CA-NB", "CA-NL", "CA-NS", "CA-NT", "CA-NU", "CA-ON", "CA-PE", "CA-QC", "CA-SK",
    "CA-YT", "BR-BA", "BR-MG", "BR-PR", "BR-RJ", "BR-RS", "BR-SC", "BR-SP",
)  # fmt: skip
GOODS = {
    "610910": "12 %", "420221": "2.5 %", "851762": "Free", "640399": "16.5 %", "950300": "4.7 %", "491110": "Free",
    "711719": "4 %", "392690": "6.5 %", "630790": "6.3 %", "940540": "2.7 %",
}  # fmt: skip


def laws(folder: Path) -> dict[str, Any]:
    """Law, tariff and exchange rates of the shapes; codes and their rates are those of the one-regime benchmark."""
    found = books(folder, "goods <= 150 EUR")
    rules = "".join(f'\nexchange.{x} = {{ rule = "commercial", event = "declared" }}' for x in ("customs", "limits"))
    for code, number in SHAPE_OF.items():
        shape = SHAPES[number]
        head = HEAD.format(code=code).replace('"EUR"', f'"{shape.currency}"\ntariff = "EU"{rules}')
        rate = f'[{{ from = 2021-07-01, rate = "{POINTS[code] / 100:.2f} %", source = "bench" }}]'
        text = f"{head}\n[tax.vat]\nstandard = {rate}\n{PROCEDURE}{shape.charges}"
        (folder / f"{code}.toml").write_text(text, encoding="utf-8")
    fx = Fx.default()
    for shape in SHAPES:
        fx = fx if shape.currency == "USD" else fx.stated({("USD", shape.currency): f"{shape.rate / MILLION:.6f}"})
    return {"law": Law([folder]), "tariff": found["tariff"], "fx": fx}


def sent_to(frame: pl.DataFrame, destinations: Sequence[str], shares: Sequence[float]) -> pl.DataFrame:
    """The lines with destinations drawn at random, in no order."""
    drawn = np.random.default_rng(5).choice(len(destinations), frame.height, p=np.array(shares) / sum(shares))
    return frame.with_columns(pl.Series("destination", drawn.astype(np.uint8)).cat.to(pl.Enum(list(destinations))))


def ordinary(number: int) -> pl.DataFrame:
    """Random lines that every real law can price: parcels of up to 2,000 USD, a duty for each code, weights."""
    draw = np.random.default_rng(7)
    hs = pl.Series(draw.integers(0, len(GOODS), number, dtype=np.uint8)).cat.to(pl.Enum(list(GOODS)))
    one = {"origin": "VN", "dispatch": "VN", "establishment": "VN", "channel": "post"}
    weight = [pl.Series(f"{name}_kg", draw.integers(50, 4000, number)) for name in ("weight", "quantity")]
    return lines(number).with_columns(
        pl.col("price_minor").clip(upper_bound=40_000),
        hs.alias("hs"),
        hs.replace_strict(GOODS, return_dtype=pl.Enum(sorted(set(GOODS.values())))).alias("stated_duty"),
        *((grams.cast(pl.Decimal(12, 3)) / 1000).cast(pl.Decimal(12, 3)) for grams in weight),
        pl.lit(0).alias("content_import-levy"),
        *(pl.lit(value, dtype=pl.Enum([value])).alias(name) for name, value in one.items()),
    )


def whole(number: int) -> pl.Expr:
    return pl.lit(number, dtype=pl.Int64)


def half_up(amount: pl.Expr, times: pl.Expr, of: int) -> pl.Expr:
    return (amount * times + whole(of // 2)) // whole(of)


def shaped(number: int, rows: pl.LazyFrame) -> pl.LazyFrame:
    """The charges of a shape, as one would write them."""
    goods, base = pl.col("goods"), pl.col("base")
    of_tariff = pl.lit(pl.Series([HS[code] for code in CODES], dtype=pl.Int64)).gather(pl.col("hs").to_physical())
    rate = whole(SHAPES[number].rate)
    if number == 0:
        duty = pl.when(goods <= whole(15_000)).then(whole(300)).otherwise(half_up(base, of_tariff, 10_000))
    elif number == 1:
        duty = pl.when(goods <= whole(13_500)).then(whole(0)).otherwise(half_up(base, of_tariff, 10_000))
    elif number == 2:
        duty = half_up(goods, of_tariff, 10_000) + half_up(goods, whole(1000), 10_000)
        duty += half_up(goods, whole(3464), MILLION).clip(262, 63_484)
    else:
        duty = whole(0)
    tax = half_up(base + pl.col("duty"), pl.col("points"), 10_000) if number != 2 else whole(0)
    if number == 3:
        tax = pl.when(tax <= whole(500)).then(whole(0)).otherwise(tax)
    return (
        rows.with_columns(
            goods=half_up(pl.col("price_minor") * pl.col("quantity"), rate, MILLION),
            freight=half_up(pl.col("freight_minor"), rate, MILLION),
        )
        .with_columns(base=goods + pl.col("freight"))
        .with_columns(duty=duty)
        .with_columns(tax=tax)
        .select("row", "duty", "tax", buyer_pays=pl.col("duty") + pl.col("tax"))
    )


def looked_up(frame: pl.DataFrame) -> pl.LazyFrame:
    """Lines with their number, and the shape and basis points of their destination."""
    codes = frame.schema["destination"].categories  # type: ignore[attr-defined]
    at = pl.col("destination").to_physical()
    shape, points = (pl.Series([table[c] for c in codes], dtype=pl.Int64) for table in (SHAPE_OF, POINTS))
    return frame.lazy().with_columns(shape=pl.lit(shape).gather(at), points=pl.lit(points).gather(at))


def parted_by_hand(frame: pl.DataFrame) -> pl.DataFrame:
    """Split by shape, compute, sort back: the fastest way to write it that keeps the order on two threads."""
    rows = looked_up(frame)
    parts = [shaped(number, rows.filter(pl.col("shape") == number)) for number in range(len(SHAPES))]
    return pl.concat(parts).sort("row").drop("row").collect()


def case(name: str, mixed: pl.DataFrame, one: pl.DataFrame, rule: dict[str, Any], rounds: int, *, hand: bool) -> None:
    """One mixture: amounts compared, all ways timed in turn, their ratios printed."""

    def price(frame: pl.DataFrame, **more: Any) -> pl.DataFrame:
        return quote(frame, on=DAY, columns=COLUMNS, **rule, **more)  # type: ignore[no-any-return]

    mixed, one = mixed.with_row_index("row"), one.with_row_index("row")
    parts = mixed.partition_by("destination")
    works: dict[str, Callable[[], Any]] = {
        "one": lambda: price(one),
        "mixed": lambda: price(mixed),
        "parts": lambda: [price(part) for part in parts],
    }
    result, few = price(mixed), mixed.head(500)
    problems = result["error_message"].drop_nulls().head(1).to_list()
    assert not problems, f"{name}: a line has no price: {problems}"
    expected = parted_by_hand(mixed) if hand else pl.concat(works["parts"]()).sort("row")
    assert wrong_lines(result, expected) == 0, f"{name}: lines have other amounts"
    assert wrong_lines(result.head(500), price(few, alone_below=500)) == 0, f"{name}: not what single quotes say"
    del result, expected
    if hand:
        works |= {"hand one": lambda: shaped(0, looked_up(one)).collect(), "hand mixed": lambda: parted_by_hand(mixed)}
    took = in_turn(works, rounds)
    pace = {key: mixed.height / median(x.wall for x in runs) / MILLION for key, runs in took.items()}
    print(f"{name}: {pace['one']:.1f} M lines/s of one regime, {pace['mixed']:.1f} mixed")
    print(f"    mixed / one regime           {ratio(took['mixed'], took['one'])}   (goal at most {GOAL})")
    print(f"    mixed / in parts, no order   {ratio(took['mixed'], took['parts'])}", flush=True)
    if hand:
        print(f"    by hand, mixed / one regime  {ratio(took['hand mixed'], took['hand one'])}")
        print(f"    mixed / mixed by hand        {ratio(took['mixed'], took['hand mixed'])}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=2_000_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--only", choices=("shapes", "laws"))
    asked = parser.parse_args()
    if asked.only != "laws":
        frame = lines(asked.lines).drop("consignment")
        with tempfile.TemporaryDirectory() as folder:
            rule = laws(Path(folder))
            for many in (1, 8):
                to = [code for shape in SHAPES for code in shape.destinations.split()[:many]]
                mixed = sent_to(frame, to, [share for share in SHARES for _ in range(many)])
                one = sent_to(frame, to[:many], [1.0] * many)
                case(f"five shapes, {len(to)} destinations", mixed, one, rule, asked.rounds, hand=True)
    if asked.only != "shapes":
        frame = ordinary(asked.lines).drop("consignment")
        fx = Fx.default().stated({"EUR/KZT": "560.25", "USD/KZT": "480.5"})
        one = sent_to(frame, FORTY[:1], [1.0])
        for places, shares in ((FORTY[:5], list(SHARES)), (FORTY, [1.0] * len(FORTY))):
            mixed = sent_to(frame, places, shares)
            case(f"real laws, {len(places)} destinations", mixed, one, {"fx": fx}, asked.rounds, hand=False)


if __name__ == "__main__":
    main()
