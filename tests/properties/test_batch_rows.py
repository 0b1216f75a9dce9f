"""What a program of rows leaves out changes nothing: truths, choices and sums over runs, simplified and as written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from xbec.batch.families import families, tables
from xbec.batch.levels import CONSIGNMENT
from xbec.batch.rows import Rows
from xbec.kernel.money import Money
from xbec.landed_cost import Consignment, Line
from xbec.landed_cost.builder import ONE, ZERO
from xbec.landed_cost.engine import default_of, make_regime
from xbec.landed_cost.program import Op, Operand, const

DAY = date(2026, 8, 3)
BOOKS = (default_of("law"), default_of("fx"), default_of("tariff"), {}, None, None, {})
LINES = [Line(hs=hs, origin="CN", price=Money("10", "EUR")) for hs in ("610910", "420221", "950300")]
REGIME = make_regime(Consignment(lines=LINES[:1], destination="DE", freight=Money("5", "EUR")), DAY, BOOKS, {})
FAMILY = families({0: REGIME})[0]


def fresh() -> Rows:
    return Rows(FAMILY.regimes, tables(FAMILY.regimes, LINES), {"price": 2, "freight": 2})


class Both:
    """Each node twice: as the rows simplify it, and as it was asked for. Truths are ``bool`` or nodes."""

    def __init__(self) -> None:
        self.rows, self.raw = fresh(), fresh()
        self.level = self.rows.levels.of([self.key(self.rows)], by_procedure=False, in_order=True)
        assert self.raw.levels.of([self.key(self.raw)], by_procedure=False, in_order=True) == self.level

    def key(self, rows: Rows) -> Operand:
        return rows.column("line", [0, 1, 1])

    def flag(self, values: Sequence[bool]) -> Any:
        return self.rows.flag(values), self.raw.flag(values)

    def amount(self, name: str) -> Any:
        return self.rows.input(name), self.raw.input(name)

    def less(self, a: Any, limit: int) -> Any:
        return tuple(x.op("cmp", "<", y, const(limit)) for x, y in zip((self.rows, self.raw), a, strict=True))

    def negation(self, a: Any) -> Any:
        return self.rows.negation(a[0]), (not a[1]) if isinstance(a[1], bool) else self.raw.op("not", a[1])

    def join(self, word: str, a: Any, b: Any) -> Any:
        work = self.rows.both if word == "and" else self.rows.either
        raw = [const(int(x)) if isinstance(x, bool) else x for x in (a[1], b[1])]
        return work(a[0], b[0]), self.raw.op(word, *raw)

    def select(self, c: Any, a: Any, b: Any) -> Any:
        raw = const(int(c[1])) if isinstance(c[1], bool) else c[1]
        return self.rows.select(c[0], a[0], b[0]), self.raw.op("select", raw, a[1], b[1])

    def add(self, a: Any, b: Any) -> Any:
        return self.rows.add(a[0], b[0]), self.raw.op("add", a[1], b[1])

    def run_sum(self, a: Any, level: int) -> Any:
        return self.rows.run_sum(a[0], level), self.raw.op("run-sum", a[1], level)

    def run_any(self, a: Any, level: int) -> Any:
        raw = const(int(a[1])) if isinstance(a[1], bool) else a[1]
        return self.rows.run_any(a[0], level), self.raw.op("run-any", raw, level)


def value(rows: Rows, operand: Any, consignment: list[dict[str, int]], row: int) -> int:
    """What an operand is on a row of a consignment."""
    if isinstance(operand, bool):
        return int(operand)
    if isinstance(operand, tuple):
        return int(operand[1]) if operand[0] == "c" else rows.columns[operand[1]].values[consignment[row]["line"]]
    op: Op = rows.ops[operand]
    if op[0] == "input":
        return consignment[row][op[1]]
    if op[0] == "flag":
        return rows.columns[op[1]].values[consignment[row]["line"]]
    if op[0].startswith("run-"):
        keys = [rows.columns[key].values for key in rows.levels.cut[op[2]].keys]
        run = [n for n, x in enumerate(consignment) if all(k[x["line"]] == k[consignment[row]["line"]] for k in keys)]
        each = [value(rows, op[1], consignment, n) for n in run]
        return sum(each) if op[0] == "run-sum" else int(any(each))
    a, *rest = (value(rows, part, consignment, row) for part in op[1:] if not isinstance(part, str))
    if op[0] == "not":
        return 1 - a
    if op[0] == "select":
        return rest[0] if a else rest[1]
    b = rest[0]
    return {"and": a & b, "or": a | b, "add": a + b, "cmp": int(a < b)}[op[0]]


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["not", "and", "or", "select", "select", "add", "sum", "any", "less"]),
        st.integers(0, 6), st.integers(0, 6), st.integers(0, 6), st.integers(0, 40), st.booleans(),
    ),
    min_size=1, max_size=25,
)  # fmt: skip
CONSIGNMENT_OF = st.tuples(
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 20)), min_size=1, max_size=5), st.integers(0, 20)
)


def unless(outer: str, inner: str) -> list[tuple[str, int, int, int, int, bool]]:
    """A truth joined with one that names its contrary, either way round."""
    turned = [("not", 0, 0, 0, 0, True), (inner, 0, 2, 0, 0, True), (outer, 2, 0, 0, 0, True)]
    return [*turned, ("not", 2, 0, 0, 0, True), (inner, 2, 0, 0, 0, True), (outer, 0, 1, 0, 0, True)]


@settings(max_examples=400, deadline=None)
@example(unless("and", "or"), ([(0, 3), (1, 9)], 3))
@example(unless("and", "or"), ([(0, 9), (2, 3)], 9))
@example(unless("or", "and"), ([(0, 3), (1, 9)], 9))
@example(unless("or", "and"), ([(0, 9), (2, 3)], 3))
@given(STEPS, CONSIGNMENT_OF)
def test_what_is_left_out_changes_nothing(
    steps: list[tuple[str, int, int, int, int, bool]], drawn: tuple[list[tuple[int, int]], int]
) -> None:
    both = Both()
    amounts = [both.amount("price"), both.amount("freight"), (ZERO, ZERO), (ONE, ONE)]
    truths = [both.flag([True, False, False]), both.flag([True, False, True]), (True, True), (False, False)]
    truths += [both.less(amount, 7) for amount in amounts[:2]]
    for word, x, y, z, limit, whole in steps:
        level = CONSIGNMENT if whole else both.level
        t, u = truths[-1 - x % len(truths)], truths[-1 - y % len(truths)]
        a, b = amounts[-1 - y % len(amounts)], amounts[-1 - z % len(amounts)]
        if word == "not":
            truths.append(both.negation(t))
        elif word in {"and", "or"}:
            truths.append(both.join(word, t, u))
        elif word == "any":
            truths.append(both.run_any(t, level))
        elif word == "less":
            truths.append(both.less(a, limit))
        elif word == "select":
            amounts.append(both.select(t, a, b))
        elif word == "add":
            amounts.append(both.add(a, b))
        else:
            amounts.append(both.run_sum(a, level))
    lines, freight = drawn
    consignment = [{"line": line, "price": price, "freight": freight} for line, price in sorted(lines)]
    for simple, raw in (*truths[-8:], *amounts[-8:]):
        for row in range(len(consignment)):
            assert value(both.rows, simple, consignment, row) == value(both.raw, raw, consignment, row)
        for level in (CONSIGNMENT, both.level):
            if isinstance(simple, bool) or both.rows.levels.varies(simple, level):
                continue
            keys = [both.rows.columns[key].values for key in both.rows.levels.cut[level].keys]
            runs: dict[tuple[int, ...], set[int]] = {}
            for row, line in enumerate(consignment):
                run = tuple(key[line["line"]] for key in keys)
                runs.setdefault(run, set()).add(value(both.rows, simple, consignment, row))
            assert all(len(values) == 1 for values in runs.values())
