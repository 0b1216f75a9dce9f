"""Native code works out what the definitions say: operations, indexes, and which rows a function is called on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from xbec.batch.columns import Input
from xbec.batch.levels import Column as TableColumn
from xbec.batch.levels import Level
from xbec.batch.llvm_runs import write_runs
from xbec.batch.llvm_writer import Codes, NotNarrow, Scratch, Task, Text, write_llvm
from xbec.batch.lookups import Index, Look, Pair, both, expression, look, pair
from xbec.batch.lower import RowsProgram
from xbec.batch.machine import Call, Parted, compiled, run
from xbec.kernel.rounding import round_ratio
from xbec.landed_cost.program import CAP, Op, Operand, allocate, const

REACH: Final = {"price": (-50, 2**40), "freight": (0, 900), "quantity": (0, 10**9), "kg": (0, 5_000)}
MADE: Final = {"goods": ("freight", "quantity"), "piece": ("quantity", 1000)}
TABLES: Final = (TableColumn("line", (3, 17, 250_000, 1)), TableColumn("line", (0, 1, 1, 0)))
CODES: Final = {"r": Codes(pl.UInt8, 3), "l": Codes(pl.UInt16, 4)}
MODES: Final = ("half-up", "half-down", "half-even", "up", "down")
TRUTHS: Final = frozenset({"cmp", "and", "or", "not", "flag", "absent"})
compiling: Final = settings(deadline=None, suppress_health_check=list(HealthCheck))


def inputs() -> dict[str, Input]:
    """What a row brings: some of it is a product, one may be absent."""
    found = {name: Input(pl.col(f"in {name}"), *reach, gaps=name == "kg") for name, reach in REACH.items()}
    found |= {name: Input(pl.lit(0), 0, 900 * 10**9, gaps=False, factors=factors) for name, factors in MADE.items()}
    return found | {"insurance": Input(pl.lit(0), 0, 0, gaps=False)}


def called(text: Text, memory: Mapping[str, Any], rows: int) -> dict[str, Any]:
    """What a function writes for rows that stand together."""
    results: dict[str, Any] = {}
    places = []
    scratch = 0
    for each in text.memory:
        if isinstance(each, Scratch):
            scratch = each.words
        elif isinstance(each, pl.Series):
            places.append(each.to_numpy())
        elif each.is_result:
            empty = pl.Series([0], dtype=each.kind).new_from_index(0, rows).to_numpy().copy()
            places.append(results.setdefault(each.name, empty))
        else:
            places.append(memory[each.name])
    run(Call(compiled(text.text), "price", places, scratch), rows, memory.get("run"))
    return {name: values.tolist() for name, values in results.items()}


# operations -----------------------------------------------------------------------------------------------------------


def value(ops: list[Op], operand: Operand, row: Mapping[str, int]) -> int:
    """What an operand is on a row, as the operations are defined."""
    if isinstance(operand, tuple):
        return int(operand[1]) if operand[0] == "c" else TABLES[operand[1]].values[row["l"]]
    op = ops[operand]
    name = op[0]
    if name == "input":
        return {"goods": row["freight"] * row["quantity"], "piece": row["quantity"] * 1000, "insurance": 0}.get(
            op[1], row.get(op[1], 0)
        )
    if name == "absent":
        return int(row["absent kg"])
    if name == "flag":
        return TABLES[op[1]].values[row["l"]]
    if name == "cmp":
        a, b = (value(ops, part, row) for part in op[2:])
        return int({"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b, "==": a == b, "!=": a != b}[op[1]])
    if name == "div":
        return round_ratio(value(ops, op[1], row), value(ops, op[2], row), op[3])
    a, *rest = (value(ops, part, row) for part in op[1:])
    if name == "not":
        return 1 - a
    if name == "cap":
        return min(a, CAP)
    if name == "select":
        return rest[0] if a else rest[1]
    b = rest[0]
    return {"add": a + b, "sub": a - b, "mul": a * b, "max": max(a, b), "min": min(a, b), "and": a & b, "or": a | b}[
        name
    ]


STEP = st.tuples(
    st.sampled_from(["add", "sub", "mul", "max", "min", "cap", "select", "div", "div", "cmp", "and", "or", "not"]),
    st.integers(0, 9), st.integers(0, 9), st.integers(0, 9),
    st.sampled_from(MODES), st.sampled_from(["<", "<=", ">", ">=", "==", "!="]),
    st.sampled_from([0, 1, 2, 7, 100, 999, 10**6]),
)  # fmt: skip
ROW = st.fixed_dictionaries(
    {name: st.integers(*reach) | st.sampled_from(reach) for name, reach in REACH.items()}
    | {"l": st.integers(0, 3), "absent kg": st.integers(0, 1)}
)


def built(steps: list[tuple[Any, ...]]) -> tuple[list[Op], list[Operand], list[int]]:
    """Operations that steps ask for, those that are numbers and those that are a yes or no."""
    ops: list[Op] = [("input", name) for name in (*REACH, *MADE, "insurance")]
    numbers: list[Operand] = [*range(len(ops)), ("t", 0), const(0), const(1), const(1_000)]
    truths = [len(ops), len(ops) + 1]
    ops += [("flag", 1), ("absent", "kg")]

    def add(*op: Any) -> int:
        ops.append(op)
        return len(ops) - 1

    for name, x, y, z, mode, sign, constant in steps:
        a, b = numbers[-1 - x % len(numbers)], numbers[-1 - y % len(numbers)]
        held, other = truths[-1 - z % len(truths)], truths[-1 - y % len(truths)]
        if name == "div":
            by = const(constant) if constant else add("max", b, const(1))
            numbers.append(add("div", add("max", a, const(0)), by, mode))
        elif name == "select":
            numbers.append(add("select", held, a, b))
        elif name == "cmp":
            truths.append(add("cmp", sign, a, b if x % 2 else const(constant)))
        elif name in {"and", "or"}:
            truths.append(add(name, held, other))
        elif name == "not":
            truths.append(add("not", held))
        else:
            numbers.append(add("cap", a) if name == "cap" else add(name, a, b))
    return ops, numbers, truths


@settings(compiling, max_examples=150)
@given(st.lists(STEP, max_size=14), st.lists(ROW, min_size=1, max_size=6))
def test_each_operation_is_as_defined(steps: list[tuple[Any, ...]], rows: list[dict[str, int]]) -> None:
    ops, numbers, truths = built(steps)
    outputs = {f"o{n}": operand for n, operand in enumerate(numbers[-3:])}
    program = RowsProgram(tuple(ops), TABLES, (), const(0), ("any",), outputs, {}, truths[-1])
    rows = [row | ({"kg": 0} if row["absent kg"] else {}) for row in rows]
    memory = {f"in {name}": np.array([row[name] for row in rows], dtype=np.int64) for name in REACH}
    memory |= {
        "l": np.array([row["l"] for row in rows], dtype=np.uint16),
        "absent kg": np.array([row["absent kg"] for row in rows], dtype=np.uint8),
    }
    try:
        text = write_llvm(Task(program, inputs(), {"line": "l"}, CODES, outputs), together=True)
    except NotNarrow:
        return
    found = called(text, memory, len(rows))
    expected = {name: [value(ops, operand, row) for row in rows] for name, operand in outputs.items()}
    trouble = [value(ops, truths[-1], row) for row in rows]
    assert found == expected | ({"trouble": trouble} if "trouble" in found else {})
    assert "trouble" in found or not any(trouble)


@pytest.mark.parametrize("mode", MODES)
def test_a_division_by_nothing_stops_nothing(mode: str) -> None:
    """A row that may not divide is in trouble, and what it comes to is not looked at."""
    ops = (("input", "quantity"), ("input", "freight"), ("div", 0, 1, mode))
    program = RowsProgram(ops, TABLES, (), const(0), ("any",), {"o": 2}, {}, False)
    text = write_llvm(Task(program, inputs(), {}, CODES, {"o": 2}), together=True)
    memory = {"in quantity": np.array([700, 700, 0]), "in freight": np.array([0, 300, 0])}
    assert called(text, memory, 3)["o"][1] == round_ratio(700, 300, mode)


@pytest.mark.parametrize(
    "op",
    [
        ("mul", 0, const(2**23)),
        ("add", 0, const(2**63 - 1)),
        ("div", 0, const(2**62), "up"),
        ("div", const(2**62), 0, "half-up"),
    ],
)
def test_a_number_of_more_than_63_bits_is_refused(op: Op) -> None:
    program = RowsProgram((("input", "price"), op), TABLES, (), const(0), ("any",), {"o": 1}, {}, False)
    with pytest.raises(NotNarrow):
        write_llvm(Task(program, inputs(), {}, CODES, {"o": 1}), together=True)


# consignments of several rows -----------------------------------------------------------------------------------------

LEVELS: Final = (
    Level((), by_procedure=False, sorted=True),
    Level((1,), by_procedure=False, sorted=False),
    Level((0, 1), by_procedure=False, sorted=False),
    Level((), by_procedure=True, sorted=True),
    Level((1,), by_procedure=True, sorted=False),
)
GROUPED = st.tuples(
    st.sampled_from(["sum", "sum", "any", "share", "share", "add", "sub", "select", "div", "less", "and", "not"]),
    st.integers(0, 9), st.integers(0, 9), st.integers(0, 9), st.integers(0, 4),
)  # fmt: skip
SMALL = st.fixed_dictionaries(
    {"price": st.integers(0, 50), "quantity": st.integers(0, 3), "l": st.integers(0, 3), "kg": st.integers(0, 9)}
)
CONSIGNMENTS = st.lists(st.lists(SMALL, min_size=1, max_size=7), min_size=1, max_size=4)


class Consignment:
    """What operands are on the rows of one consignment, as operations and levels are defined."""

    def __init__(self, ops: list[Op], rows: list[dict[str, int]], procedure: Operand) -> None:
        self.ops, self.rows, self.procedure = ops, rows, procedure
        self.known: dict[Any, int] = {}

    def group(self, level: int, row: int) -> list[int]:
        """The rows of the group of a row, in their order."""
        return [n for n in range(len(self.rows)) if self.keys(level, n) == self.keys(level, row)]

    def keys(self, level: int, row: int) -> list[int]:
        keys = [TABLES[key].values[self.rows[row]["l"]] for key in LEVELS[level].keys]
        return [*keys, self.of(self.procedure, row)] if LEVELS[level].by_procedure else keys

    def of(self, operand: Operand, row: int) -> int:
        if (operand, row) not in self.known:
            self.known[operand, row] = self._of(operand, row)
        return self.known[operand, row]

    def _of(self, operand: Operand, row: int) -> int:
        op: Op = ("c",) if isinstance(operand, tuple) else self.ops[operand]
        if op[0] in {"run-sum", "run-any"}:
            each = [self.of(op[1], n) for n in self.group(op[2], row)]
            return sum(each) if op[0] == "run-sum" else int(any(each))
        if op[0] == "run-share":
            rows = self.group(op[4], row)
            weights = [self.of(op[2], n) for n in rows]
            return allocate(self.of(op[1], row), tuple(weights))[rows.index(row)]
        if op[0] == "input":
            return self.rows[row][op[1]]
        if op[0] in {"c", "flag"}:
            return value(self.ops, operand, self.rows[row])
        parts = [self.of(part, row) for part in op[1:] if not isinstance(part, str)]
        signs = [part for part in op[1:] if isinstance(part, str)]
        plain: Op = (op[0], *signs, *map(const, parts)) if op[0] == "cmp" else (op[0], *map(const, parts), *signs)
        return value([plain], 0, {})


@settings(compiling, max_examples=200)
@example([("sum", 0, 0, 0, 0), ("sum", 1, 0, 0, 0)], [[dict.fromkeys(("price", "quantity", "l", "kg"), 0)] * 2], 0)
@given(st.lists(GROUPED, max_size=16), CONSIGNMENTS, st.integers(0, 2))
def test_sums_and_shares_of_groups_are_as_defined(
    steps: list[tuple[Any, ...]], consignments: list[list[dict[str, int]]], where: int
) -> None:
    ops: list[Op] = [
        ("input", "price"),
        ("input", "quantity"),
        ("input", "kg"),
        ("flag", 1),
        ("cmp", ">", 0, const(25)),
    ]
    numbers: list[Operand] = [0, 1, 2, ("t", 0), const(0), const(1)]
    truths = [3, 4]

    def add(*op: Any) -> int:
        ops.append(op)
        return len(ops) - 1

    # As in a program of law, the procedures come first, and groups by procedure do not decide them.
    procedure = add("select", truths[where % 2], const(1), const(0))
    for name, x, y, z, level in steps:
        a, b, held = numbers[-1 - x % len(numbers)], numbers[-1 - y % len(numbers)], truths[-1 - z % len(truths)]
        if name == "sum":
            numbers.append(add("run-sum", a, level))
        elif name == "any":
            truths.append(add("run-any", held, level))
        elif name == "share":
            # The whole is one for all rows of its group, as the sum over it is, and weights are not below zero.
            whole, weight = add("run-sum", add("max", a, const(0)), level), add("max", b, const(0))
            numbers.append(add("run-share", whole, weight, add("run-sum", weight, level), level))
        elif name == "select":
            numbers.append(add("select", held, a, b))
        elif name == "div":
            numbers.append(add("div", add("max", a, const(0)), const(3), "half-up"))
        elif name == "less":
            truths.append(add("cmp", "<", a, b))
        elif name in {"and", "not"}:
            truths.append(add("not", held) if name == "not" else add("and", held, truths[-1 - y % len(truths)]))
        else:
            numbers.append(add(name, a, b))
    outputs = {f"o{n}": operand for n, operand in enumerate([*numbers[-4:], procedure])}
    program = RowsProgram(tuple(ops), TABLES, LEVELS, procedure, ("any",), outputs, {}, truths[-1])
    rows = [row for each in consignments for row in each]
    run_of = [number for number, each in enumerate(consignments) for _ in each]
    memory = {"run": np.array(run_of, dtype=np.uint32), "l": np.array([row["l"] for row in rows], dtype=np.uint16)}
    memory |= {f"in {name}": np.array([row[name] for row in rows]) for name in ("price", "quantity", "kg")}
    reach = {"price": 63, "quantity": 3, "kg": 15}
    given = {name: Input(pl.col(f"in {name}"), 0, high, gaps=False) for name, high in reach.items()}
    try:
        text = write_runs(Task(program, given, {"line": "l"}, CODES, outputs), 8)
    except NotNarrow:
        return
    found = called(text, memory, len(rows))
    told = [Consignment(ops, each, procedure) for each in consignments]
    for name, operand in outputs.items():
        expected = [one.of(operand, row) for one in told for row in range(len(one.rows))]
        assert found[name] == expected, (name, ops)
    trouble = [one.of(truths[-1], row) for one in told for row in range(len(one.rows))]
    assert found.get("trouble", [0] * len(rows)) == trouble


# indexes --------------------------------------------------------------------------------------------------------------

TABLE = st.lists(st.integers(0, 40), min_size=12, max_size=12)


def looks(tables: list[list[int]]) -> Index:
    """Looks into tables by the codes, one number of two, and bits in common."""
    first, second, third = (pl.Series(table, dtype=pl.UInt32) for table in tables)
    place = look(first, pair("r", 4, "l"))
    shared = both(place, look(second, pair("l", 3, "r")))
    return pair(look(third, pair(shared, 4, "l")), 41, place)


@settings(compiling, max_examples=60)
@given(st.lists(TABLE, min_size=3, max_size=3))
def test_an_index_leads_to_the_same_place_in_polars_and_in_native_code(tables: list[list[int]]) -> None:
    index = looks(tables)
    rows = pl.DataFrame(
        {"r": [r for r in range(3) for _ in range(4)], "l": list(range(4)) * 3}, schema={"r": pl.UInt8, "l": pl.UInt16}
    )
    program = RowsProgram((), TABLES, (), const(0), ("any",), {}, {}, False)
    text = write_llvm(Task(program, inputs(), {"about": index}, CODES, {}), together=True)
    found = called(text, {name: rows[name].to_numpy() for name in rows.columns}, 12)["about"]
    expected = []
    for code, line in rows.iter_rows():
        place = tables[0][code * 4 + line]
        shared = int(place & tables[1][line * 3 + code] > 0)
        expected.append(tables[2][shared * 4 + line] * 41 + place)
    assert found == expected
    told = rows.select(expression(index, {"r": pl.col("r"), "l": pl.col("l")}).cast(pl.Int64).alias("at"), pl.col("r"))
    assert told["at"].to_list() == expected


def test_a_table_that_a_code_may_lead_out_of_is_refused() -> None:
    """No memory but that of the table is ever read."""
    program = RowsProgram((), TABLES, (), const(0), ("any",), {}, {}, False)
    short = pl.Series(range(11), dtype=pl.UInt32)
    with pytest.raises(AssertionError):
        write_llvm(Task(program, inputs(), {"about": Look(short, Pair("r", 4, "l"))}, CODES, {}), together=True)


# rows of several parts ------------------------------------------------------------------------------------------------

ADDS = """
define void @add(ptr %rows, i64 %many, ptr %places) {
first:
  %counts = load ptr, ptr %places
  br label %one
one:
  %n = phi i64 [ 0, %first ], [ %next, %one ]
  %at = getelementptr i64, ptr %rows, i64 %n
  %row = load i64, ptr %at
  %place = getelementptr i64, ptr %counts, i64 %row
  %before = load i64, ptr %place
  %after = add i64 %before, NUMBER
  store i64 %after, ptr %place
  %next = add i64 %n, 1
  %more = icmp slt i64 %next, %many
  br i1 %more, label %one, label %done
done:
  ret void
}
"""


@pytest.mark.parametrize("kind", [np.uint8, np.uint16, np.uint32])
@pytest.mark.parametrize(("codes", "parts"), [(1, 1), (5, 3), (200, 40)])
@pytest.mark.parametrize("rows", [1, 2_047, 2_048, 2_049, 200_003])
def test_each_function_is_called_once_on_each_row_of_its_part(kind: Any, codes: int, parts: int, rows: int) -> None:
    draw = np.random.default_rng(rows)
    code = draw.integers(0, codes, rows).astype(kind)
    part = draw.integers(0, parts, codes).astype(np.uint32)
    parted = Parted(code, part, parts + 1)
    of_row = part[code]
    assert parted.counts(rows) == np.bincount(of_row, minlength=parts + 1).tolist()
    found = np.zeros(rows, dtype=np.int64)
    calls = [Call(compiled(ADDS.replace("NUMBER", str(n + 1))), "add", [found]) for n in range(parts)]
    # Rows of the last part are left as they are, as are those of a part that is never met.
    parted.run([*calls[:-1], None, None])
    assert found.tolist() == np.where(of_row == parts - 1, 0, of_row + 1).tolist()
