"""The rule of batch.py in other tools on the same lines, beside ``xbec.batch.quote`` in one run.

    python benchmarks/peers.py [--lines 5000000] [--rounds 5] [--peers openfisca,duckdb,pandas]

OpenFisca: five inputs and six formulas on codes, building the simulation included; its floats are float32, so the lines
are counted whose amounts are not those of the rule. DuckDB: BIGINT, from a table of its own into a table of its own,
with the rates as columns and with the rates joined by text. pandas: ``apply`` of a function in ``Decimal``, on a small
part, compared by the line. What is joined by text stands beside our lines with columns of text, the rest beside our
lines with categories. Our amounts are compared with hand-written integers first. DuckDB gets as many threads as Polars
has: set POLARS_MAX_THREADS. OpenFisca and pandas use one. Figures in brackets are ratios of processor time.

    pip install openfisca-core duckdb pandas pyarrow
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from batch import CODES, COLUMNS, DAY, DEN, HS, NUM, VAT, books, by_hand, lines

from xbec.batch import quote

DESTINATIONS = sorted(VAT)
PART = 20_000
"""Lines for pandas ``apply``."""


class Rival(NamedTuple):
    """What is timed, and the amounts it comes to, in cents and in the order of the lines."""

    run: Callable[[], Any]
    amounts: Callable[[], pl.DataFrame]


class Took(NamedTuple):
    """Seconds of a run on the clock and of all its threads."""

    wall: float
    cpu: float


def in_turn(works: Mapping[str, Callable[[], Any]], rounds: int) -> dict[str, list[Took]]:
    """What each work takes, one after the other, round by round.

    Each is done twice and timed the second time, so that none pays for the memory that the one before it gave back.
    """
    found: dict[str, list[Took]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            work()
            began, used = time.perf_counter(), time.process_time()
            work()
            found[name].append(Took(time.perf_counter() - began, time.process_time() - used))
    return found


def ratio(over: Sequence[Took], under: Sequence[Took], *, times: float = 1.0) -> str:
    """The median of the ratios within a round; in brackets that of processor time."""
    pairs = list(zip(over, under, strict=True))
    wall, cpu = median(a.wall / b.wall for a, b in pairs) * times, median(a.cpu / b.cpu for a, b in pairs) * times
    return f"{wall:8.2f} ({cpu:.2f})"


def wrong_lines(found: pl.DataFrame, expected: pl.DataFrame) -> int:
    """How many lines have an amount that is another one, or none."""
    differ = (found[column].ne_missing(expected[column]).rename(column) for column in COLUMNS)
    return int(pl.DataFrame(list(differ)).select(pl.any_horizontal(COLUMNS).sum()).item())


def openfisca(frame: pl.DataFrame) -> Rival:
    """A model of five inputs and five formulas; a run builds the simulation and computes the three amounts."""
    from openfisca_core.entities import Entity
    from openfisca_core.periods import DateUnit
    from openfisca_core.simulations import SimulationBuilder
    from openfisca_core.taxbenefitsystems import TaxBenefitSystem
    from openfisca_core.variables import Variable

    line = Entity("line", "lines", "a line of an order", "")
    duties = np.array([HS[code] for code in CODES]) / 10_000
    taxes = np.array([VAT[code] for code in DESTINATIONS]) / 10_000

    def to_cents(amount: Any) -> Any:
        return np.floor(amount * 100 + 0.5) / 100

    def goods(of: Any, month: Any) -> Any:
        return to_cents(of("price_minor", month) / 100 * of("quantity", month) * (NUM / DEN))

    def freight(of: Any, month: Any) -> Any:
        return to_cents(of("freight_minor", month) / 100 * (NUM / DEN))

    def duty(of: Any, month: Any) -> Any:
        by_value = to_cents((of("goods", month) + of("freight", month)) * duties[of("hs", month)])
        return np.where(of("goods", month) <= 150, 3.0, by_value)

    def tax(of: Any, month: Any) -> Any:
        taxed = of("goods", month) + of("freight", month) + of("duty", month)
        return to_cents(taxed * taxes[of("destination", month)])

    def buyer_pays(of: Any, month: Any) -> Any:
        return of("duty", month) + of("tax", month)

    values = {
        name: frame[name].to_physical().cast(pl.Int64).to_numpy()
        for name in ("price_minor", "quantity", "freight_minor", "hs", "destination")
    }
    kinds: list[tuple[str, type, Any]] = [(name, int, None) for name in values]
    kinds += [(formula.__name__, float, formula) for formula in (goods, freight, duty, tax, buyer_pays)]
    system = TaxBenefitSystem([line])
    for name, kind, formula in kinds:
        about = {"value_type": kind, "entity": line, "definition_period": DateUnit.MONTH, "label": name}
        system.add_variable(type(name, (Variable,), about | ({"formula": formula} if formula else {})))

    def run() -> list[Any]:
        simulation = SimulationBuilder().build_default_simulation(system, count=frame.height)
        for name, value in values.items():
            simulation.set_input(name, "2026-06", value)
        return [simulation.calculate(name, "2026-06") for name in COLUMNS]

    def amounts() -> pl.DataFrame:
        cents = (np.rint(amount.astype(np.float64) * 100).astype(np.int64) for amount in run())
        return pl.DataFrame(dict(zip(COLUMNS, cents, strict=True)))

    return Rival(run, amounts)


def duckdb(frame: pl.DataFrame, *, joined: bool) -> Rival:
    """The rule in SQL over BIGINT, from table to table; rates stand beside the lines or are joined by text."""
    import duckdb

    base = duckdb.connect(config={"threads": pl.thread_pool_size()})
    texts = frame.with_row_index("row").with_columns(pl.col("hs", "destination", "currency").cast(pl.String))
    hs = pl.DataFrame({"hs": CODES, "hs_points": [HS[code] for code in CODES]})
    vat = pl.DataFrame({"destination": DESTINATIONS, "vat_points": [VAT[code] for code in DESTINATIONS]})
    if not joined:
        texts = texts.join(hs, on="hs", how="left", maintain_order="left")
        texts = texts.join(vat, on="destination", how="left", maintain_order="left")
    for name, table in {"line": texts, "hs": hs, "vat": vat}.items():
        base.register("given", table)
        base.execute(f"create table {name} as select * from given")
    source = "line join hs using (hs) join vat using (destination)" if joined else "line"
    rule = f"""
        with values as (select *, (price_minor * quantity * {NUM} + {DEN // 2}) // {DEN} as goods,
                                  (freight_minor * {NUM} + {DEN // 2}) // {DEN} as freight from {source}),
        whole as (select *, goods + freight as base from values),
        dutied as (select *, case when goods <= 15000 then 300 else (base * hs_points + 5000) // 10000 end as duty
                   from whole),
        taxed as (select *, ((base + duty) * vat_points + 5000) // 10000 as tax from dutied)
        select duty, tax, duty + tax as buyer_pays, row from taxed"""

    def run() -> None:
        base.execute(f"create or replace table result as select {', '.join(COLUMNS)} from ({rule})")

    def amounts() -> pl.DataFrame:
        found: pl.DataFrame = base.sql(f"select {', '.join(COLUMNS)} from ({rule}) order by row").pl()
        return found

    return Rival(run, amounts)


CENT, RATE = Decimal("0.01"), Decimal(NUM) / DEN


def to_cent(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


def in_decimal(price: int, quantity: int, freight: int, hs: str, destination: str) -> tuple[Decimal, Decimal, Decimal]:
    """The rule for one line, as one writes it in Decimal."""
    goods = to_cent(Decimal(price) / 100 * quantity * RATE)
    whole = goods + to_cent(Decimal(freight) / 100 * RATE)
    duty = Decimal(3) if goods <= 150 else to_cent(whole * HS[hs] / 10_000)
    tax = to_cent((whole + duty) * VAT[destination] / 10_000)
    return duty, tax, duty + tax


def pandas(frame: pl.DataFrame) -> Rival:
    """A function of a line, applied row by row."""
    names = ["price_minor", "quantity", "freight_minor", "hs", "destination"]
    rows = frame.select(names).with_columns(pl.col("hs", "destination").cast(pl.String)).to_pandas()

    def run() -> Any:
        return rows.apply(lambda row: in_decimal(*row), axis=1, result_type="expand")

    def amounts() -> pl.DataFrame:
        found = run()
        return pl.DataFrame({name: [int(x * 100) for x in found[n]] for n, name in enumerate(COLUMNS)})

    return Rival(run, amounts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=5_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--peers", default="openfisca,duckdb,pandas")
    asked = parser.parse_args()
    frame = lines(asked.lines).drop("consignment")
    texts = frame.with_columns(pl.col("hs", "destination", "currency").cast(pl.String))
    part = frame.head(PART)
    made = {
        "OpenFisca": ("openfisca", lambda: openfisca(frame), "codes", 8.0, frame.height),
        "DuckDB, rates as columns": ("duckdb", lambda: duckdb(frame, joined=False), "codes", 1.8, frame.height),
        "DuckDB, rates joined by text": ("duckdb", lambda: duckdb(frame, joined=True), "texts", 1.8, frame.height),
        "pandas apply": ("pandas", lambda: pandas(part), "codes", 1000.0, part.height),
    }
    rivals = {name: make() for name, (tool, make, *_) in made.items() if tool in asked.peers.split(",")}
    expected = by_hand(frame)
    with tempfile.TemporaryDirectory() as folder:
        rule = books(Path(folder), "goods <= 150 EUR")
        ours: dict[str, Callable[[], pl.DataFrame]] = {
            "codes": lambda: quote(frame, on=DAY, columns=COLUMNS, **rule),
            "texts": lambda: quote(texts, on=DAY, columns=COLUMNS, **rule),
        }
        for name, price in ours.items():
            wrong = wrong_lines(price(), expected)
            assert wrong == 0, f"ours, {name}: {wrong} wrong lines"
        wrong_of = {n: wrong_lines(r.amounts(), expected.head(made[n][4])) for n, r in rivals.items()}
        took = in_turn(ours | {name: rival.run for name, rival in rivals.items()}, asked.rounds)
    print(f"{frame.height} lines, {asked.rounds} rounds, {pl.thread_pool_size()} threads, of ours 0 lines wrong")
    for name, runs in took.items():
        _, _, beside, goal, height = made.get(name, ("", None, name, 0.0, frame.height))
        pace = height / median(x.wall for x in runs) / 1e6
        told = f"{'xbec, ' + name if name in ours else name:30} {pace:9.3f} M lines/s"
        if name in rivals:
            times = ratio(runs, took[beside], times=frame.height / height)
            told += f"   xbec {times} times as fast on {beside} (goal {goal:g}), {wrong_of[name]} lines wrong"
        print(told, flush=True)


if __name__ == "__main__":
    main()
