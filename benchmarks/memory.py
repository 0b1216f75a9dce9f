"""What pricing costs as frames grow: peak memory from Parquet to Parquet, and time a line in memory.

    python benchmarks/memory.py [--lines 10000000] [--rounds 5]

Parquet to Parquet: lines in consignments of 2.5 on average go through ``xbec.batch.price_file`` with its own settings,
in a process of their own; its peak is the one the system counts (``ru_maxrss``), the libraries included, and ought to
stay under 4 GiB. The first million amounts are compared with hand-written ones.

In memory: ``xbec.batch.quote`` of 10,000 to ``--lines`` lines in turn, each a consignment or 2.5 of them, medians of
all rounds. The smallest frames show what a call costs however few its lines are; a stream of them whose texts differ
from frame to frame shows what it costs to look up codes that were not met before.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import polars as pl
from batch import COLUMNS, DAY, books, groups_by_hand, lines
from peers import Took, in_turn, wrong_lines

from xbec.batch import price_file, quote

GIB = 2**30
LIMIT = 4.0
COMPARED = 1_000_000
SMALLEST = 10_000
ALONE, TOGETHER = "goods <= 150 EUR", "sum(goods) <= 150 EUR"
"""The limit of the rule for a line that is a consignment, and for lines that travel together."""


def together(number: int) -> pl.DataFrame:
    """Lines in consignments, each of which has one freight and one destination."""
    of_first = pl.col("freight_minor", "destination").first().over("consignment")
    return lines(number).with_columns(of_first)


def write(source: Path, number: int) -> int:
    """A file of lines, as a warehouse would export it; gives its size in bytes."""
    together(number).write_parquet(source, row_group_size=250_000)
    return source.stat().st_size


def price(source: Path, target: Path, rule_folder: Path) -> tuple[float, float, float]:
    """Seconds, and the peak memory in GiB of this process before and after."""
    rule = books(rule_folder, TOGETHER)
    before, began = peak(), time.perf_counter()
    price_file(source, target, on=DAY, columns=COLUMNS, resume=False, **rule)
    return time.perf_counter() - began, before, peak()


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / GIB


def compare(source: Path, target: Path) -> int:
    """Wrong lines among the first; a consignment that the cut would tear apart is left out."""
    given = pl.read_parquet(source, n_rows=COMPARED + 1)
    if given.height > COMPARED:
        given = given.filter(pl.col("consignment") != given["consignment"][-1])
    return wrong_lines(pl.read_parquet(target, n_rows=given.height), groups_by_hand(given))


def grow(largest: int, rounds: int, folder: Path) -> list[tuple[str, int, float, float]]:
    """Nanoseconds a line on the clock and of all threads, by form and number of lines."""
    sizes = [size for size in (SMALLEST * 10**n for n in range(8)) if size <= largest]
    found = []
    for name, when, frame in (
        ("a line each", ALONE, lines(largest).drop("consignment")),
        ("2.5 lines", TOGETHER, together(largest)),
    ):
        rule = books(folder, when)
        works = {str(size): partial(quote, frame.head(size), on=DAY, columns=COLUMNS, **rule) for size in sizes}
        in_turn({str(SMALLEST): works[str(SMALLEST)]}, 1)  # law, tariff and plan are read once
        for size, runs in in_turn(works, rounds).items():
            wall, cpu = (median(run[kind] for run in runs) / int(size) * 1e9 for kind in (0, 1))
            found.append((name, int(size), wall, cpu))
    streamed = stream(rounds, folder)
    wall, cpu = (median(run[kind] for run in streamed) / SMALLEST * 1e9 for kind in (0, 1))
    found.append(("a line each, texts new", SMALLEST, wall, cpu))
    return found


def stream(rounds: int, folder: Path) -> list[Took]:
    """Frames of texts, of which each has other codes than the one before."""
    rule = books(folder, ALONE)
    texts = pl.col("hs", "destination", "currency").cast(pl.String)
    frames = lines(2 * SMALLEST * (rounds + 1)).drop("consignment").with_columns(texts).iter_slices(SMALLEST)
    work = {"stream": lambda: quote(next(frames), on=DAY, columns=COLUMNS, **rule)}
    in_turn(work, 1)  # law, tariff and plan are read once
    return in_turn(work, rounds)["stream"]


def alone(work: Callable[..., Any], *args: Any) -> Any:
    """A call in a process of its own, started afresh so that it inherits no memory."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
        return process.submit(work, *args).result()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        source, target, rule = folder / "lines.parquet", folder / "priced.parquet", folder / "law"
        rule.mkdir()
        size = alone(write, source, asked.lines)
        took, before, most = alone(price, source, target, rule)
        wrong = alone(compare, source, target)
        assert wrong == 0, f"{wrong} wrong lines"
        sizes = f"{size / GIB:.2f} GiB to {target.stat().st_size / GIB:.2f} GiB"
        print(f"Parquet to Parquet, {asked.lines:,} lines, {sizes}")
        print(f"    {took:.1f} s, {asked.lines / took / 1e6:.2f} M lines/s")
        print(f"    peak {most:.2f} GiB (goal at most {LIMIT:g}), {before:.2f} GiB before the first line", flush=True)
        print(f"{'in memory, consignments of':28} {'lines':>12} {'ns a line':>10} {'processor':>10} {'of least':>9}")
        grown = alone(grow, asked.lines, asked.rounds, rule)
    for name, number, wall, cpu in grown:
        least = min(each[2] for each in grown if each[0] == name)
        print(f"{name:28} {number:12,} {wall:10.0f} {cpu:10.0f} {wall / least:9.2f}")


if __name__ == "__main__":
    main()
