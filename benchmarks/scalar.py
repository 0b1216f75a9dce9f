"""Scalar quotes beside a hand-written int function of the same EU rule, in one run; prints ratios.

The rule: goods and freight from USD at a stated rate; up to EUR 150 a flat EUR 3 duty per item (2026 law), above it
the duty rate of the code; VAT on goods, freight and duty. Results are compared before anything is timed. Run with

    python benchmarks/scalar.py
"""

from __future__ import annotations

import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date

from xbec import Consignment, Line, Money, landed_cost
from xbec.fx import Fx

ON = date(2026, 8, 3)
NUM, DEN = 867013, 1_000_000
RATES = {"DE": 19, "FR": 20, "NL": 21, "IE": 23, "IT": 22, "ES": 21}
NATIONAL = ("DE", "NL", "IE", "ES")
DUTY = {"610910": 1200, "420221": 300, "851762": 0, "640399": 800, "950300": 470}


def bare(price: int, quantity: int, freight: int, code: str, country: str) -> tuple[int, int]:
    """Cents in, duty and VAT in cents out."""
    goods = (price * quantity * NUM * 2 + DEN) // (2 * DEN)
    carried = (freight * NUM * 2 + DEN) // (2 * DEN)
    duty = 300 if goods <= 15000 else ((goods + carried) * DUTY[code] * 2 + 10000) // 20000
    vat = ((goods + carried + duty) * RATES[country] * 2 + 100) // 200
    return duty, vat


def bare_three(lines: list[tuple[int, int, str]], freight: int, country: str) -> tuple[int, int]:
    """Three lines: freight by value, duty per tariff item or per line, VAT on the whole."""
    goods = [(p * q * NUM * 2 + DEN) // (2 * DEN) for p, q, _ in lines]
    carried = (freight * NUM * 2 + DEN) // (2 * DEN)
    total, run, before, shares = sum(goods), 0, 0, []
    for value in goods:
        run += value
        now = carried * run // total
        shares.append(now - before)
        before = now
    if total <= 15000:
        duty = 300 * len({c for _, _, c in lines})
    else:
        duty = sum(
            ((g + s) * DUTY[c] * 2 + 10000) // 20000 for g, s, (_, _, c) in zip(goods, shares, lines, strict=True)
        )
    vat = ((total + carried + duty) * RATES[country] * 2 + 100) // 200
    return duty, vat


def ratio(ours: Callable[[], object], theirs: Callable[[], object], rounds: int = 7) -> tuple[float, float]:
    """Median time of each, in seconds, interleaved."""
    mine, rival = [], []
    ours()
    theirs()
    for _ in range(rounds):
        start = time.perf_counter()
        theirs()
        middle = time.perf_counter()
        ours()
        mine.append(time.perf_counter() - middle)
        rival.append(middle - start)
    return statistics.median(mine), statistics.median(rival)


def main() -> None:
    random.seed(7)
    fx = Fx.default().stated({("USD", "EUR"): "0.867013"})
    codes = sorted(DUTY)
    rows, built = [], []
    triples, built_three = [], []
    for _ in range(2000):
        country, freight = random.choice(NATIONAL), random.randint(100, 2000)
        lines = sorted(
            ((random.randint(500, 20000), random.randint(1, 3), code) for code in random.sample(codes, 3)),
            key=lambda x: x[2],
        )
        rows.append((*lines[0][:2], freight, lines[0][2], country))
        triples.append((lines, freight, country))
        for count, into in ((1, built), (3, built_three)):
            into.append(
                Consignment(
                    lines=[
                        Line(
                            hs=code,
                            origin="CN",
                            price=Money.from_minor(price, "USD"),
                            quantity=quantity,
                            duty=f"{DUTY[code] / 100:g} %",
                        )
                        for price, quantity, code in lines[:count]
                    ],
                    destination=country,
                    freight=Money.from_minor(freight, "USD"),
                )
            )
    wrong = 0
    for row, consignment in zip(rows, built, strict=True):
        quote = landed_cost(consignment, on=ON, fx=fx)
        wrong += (quote["duty"].minor, quote["tax"].minor) != bare(*row)
    for row3, consignment in zip(triples, built_three, strict=True):
        quote = landed_cost(consignment, on=ON, fx=fx)
        wrong += (quote["duty"].minor, quote["tax"].minor) != bare_three(*row3)
    print(f"wrong lines: {wrong} of {len(rows) + len(triples)}")

    def quotes(items: list[Consignment]) -> list[object]:
        return [landed_cost(c, on=ON, fx=fx) for c in items]

    for name, ours, theirs, goal in (
        ("one line, derivation held", lambda: quotes(built), lambda: [bare(*r) for r in rows], 8),
        ("three lines, derivation held", lambda: quotes(built_three), lambda: [bare_three(*r) for r in triples], 8),
    ):
        mine, rival = ratio(ours, theirs)
        print(f"{name:32s} {mine / len(rows) * 1e6:7.2f} us  x{mine / rival:6.2f} of bare int   (goal {goal})")
    held = quotes(built)
    mine, rival = ratio(lambda: [q.steps for q in held], lambda: [bare(*r) for r in rows])  # type: ignore[attr-defined]
    name, spent = "derivation made visible", mine / len(rows) * 1e6
    print(f"{name:32s} {spent:7.2f} us  x{mine / rival:6.2f} of bare int   (goal 20)")
    print(f"import xbec                      {fresh('import xbec'):7.1f} ms over a bare interpreter (goal 150)")
    first = (
        "import time; from datetime import date; from xbec import *\n"
        "t=time.perf_counter()\n"
        "c=Consignment(lines=[Line(hs='610910',origin='CN',price=Money('25.00','EUR'))],destination='DE')\n"
        "landed_cost(c,on=date(2026,8,3)); print((time.perf_counter()-t)*1000)"
    )
    print(f"first quote of a country         {printed(first):7.1f} ms (goal 60)")
    memory = (
        "import tracemalloc; from xbec import Law; tracemalloc.start()\n"
        "law=Law.default(); held=[law[c] for c in law.codes]\n"
        "print(tracemalloc.get_traced_memory()[0]/2**20)"
    )
    print(f"memory of the whole law book     {printed(memory):7.1f} MB (goal 40)")


def printed(program: str) -> float:
    """The number a program prints in a fresh interpreter, median of 5."""
    command = [sys.executable, "-c", program]
    return statistics.median(
        float(subprocess.run(command, capture_output=True, text=True, check=True).stdout) for _ in range(5)
    )


def fresh(statement: str) -> float:
    """Milliseconds a statement adds to a fresh interpreter, median of 7."""
    added = []
    for _ in range(7):
        spans = []
        for code in ("pass", statement):
            start = time.perf_counter()
            subprocess.run([sys.executable, "-c", code], check=True)
            spans.append(time.perf_counter() - start)
        added.append((spans[1] - spans[0]) * 1000)
    return statistics.median(added)


if __name__ == "__main__":
    main()
