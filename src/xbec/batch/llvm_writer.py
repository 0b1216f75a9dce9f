"""The LLVM writer: a program of rows that are a consignment each, as LLVM assembly over integers of 64 bits.

A function is ``void price(i64 start, i64 stop, ptr places)`` for rows that stand together, and ``void price(ptr rows,
i64 many, ptr places)`` for rows by their numbers; ``places`` are the addresses of what it reads and writes, in the
order of :attr:`Text.memory`. All names are counters, and what tables say is read from memory, so that programs of one
structure are one text, compiled once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeAlias

import attrs
import polars as pl

from xbec.batch.bounds import NARROW, Bounds
from xbec.batch.columns import Input
from xbec.batch.lookups import Index, Look, Pair, names
from xbec.batch.lower import RowsProgram
from xbec.landed_cost.program import CAP, Op, Operand

NAME: Final = "price"
"""What the function is called in its text."""
_BITS: Final[dict[Any, int]] = {pl.UInt8: 8, pl.UInt16: 16, pl.UInt32: 32, pl.UInt64: 64, pl.Int64: 64}
_SIGNS: Final = {"<": "slt", "<=": "sle", ">": "sgt", ">=": "sge", "==": "eq", "!=": "ne"}


class NotNarrow(Exception):
    """A number may pass 63 bits; never leaves the room."""


@attrs.frozen(slots=True)
class Column:
    """A column that a program reads, or one that it writes."""

    name: str
    kind: type[pl.DataType]
    is_result: bool = False


@attrs.frozen(slots=True)
class Codes:
    """A column of codes that indexes start from: its kind, and a number above all codes that rows here have."""

    kind: type[pl.DataType]
    many: int


@attrs.frozen(slots=True)
class Scratch:
    """So many numbers of 64 bits that a call may write to and that no other call sees."""

    words: int


Memory: TypeAlias = Column | pl.Series | Scratch


@attrs.frozen(slots=True, eq=False)
class Text:
    """A function as text, and the columns and tables it works on, in the order of its places."""

    text: str
    memory: tuple[Memory, ...]


@attrs.frozen(slots=True, eq=False)
class Task:
    """A program to be written, for rows whose inputs keep to their bounds.

    ``indexes`` are the positions in its tables, and "about" where it is asked for; ``codes`` are the columns they start
    from. Written are ``outputs`` (minor units, Int64), "about" (UInt32) and "trouble" (UInt8).
    """

    program: RowsProgram
    inputs: Mapping[str, Input]
    indexes: Mapping[str, Index]
    codes: Mapping[str, Codes]
    outputs: Mapping[str, Operand]


def write_llvm(task: Task, *, together: bool) -> Text:
    """A program for rows that are a consignment each; :class:`NotNarrow` where 63 bits do not hold a number.

    ``together`` says which of the two forms the function has.
    """
    return Writer(task).written(together=together)


class Writer:
    """Writes what each row comes to, values in the order in which they are asked for."""

    def __init__(self, task: Task, longest: int = 1) -> None:
        self.program = task.program
        self.inputs = task.inputs
        self.indexes = task.indexes
        self.codes = task.codes
        self.outputs = task.outputs
        self.bounds = Bounds(task.program, task.inputs, longest)
        self.memory: list[Memory] = []
        self._places: dict[Any, str] = {}
        self.body: list[str] = []
        self.row = "%row"
        self._names: dict[str, str] = {}
        self._given = 0
        self._nodes: dict[int, str] = {}
        self._tables: dict[tuple[int, bool], pl.Series] = {}

    def written(self, *, together: bool) -> Text:
        """The program as a function over rows."""
        program = self.program
        said = [program.outputs[name] for name in names(self.indexes.get("about", 0)) if name in program.outputs]
        for number in self.bounds.needed([*self.outputs.values(), *said, program.procedure, program.trouble]):
            self._nodes[number] = self._node(number, program.ops[number])
        for name, operand in self.outputs.items():
            self._store(name, pl.Int64, self._number(operand))
        if "about" in self.indexes:
            self._store("about", pl.UInt32, self._index(self.indexes["about"]))
        if self.bounds.may_fail:
            self._store("trouble", pl.UInt8, self._let(f"zext i1 {self._truth(program.trouble)} to i64"))
        return Text(_function(len(self.memory), self.body, together=together), tuple(self.memory))

    # values ------------------------------------------------------------------------------------------------------

    def _let(self, expression: str) -> str:
        """The name of a value, worked out once."""
        if expression not in self._names:
            self._names[expression] = self._anew(expression)
        return self._names[expression]

    def _anew(self, expression: str) -> str:
        """The name of a value that is worked out here, whatever was before."""
        name = f"%v{self._given}"
        self._given += 1
        self.body.append(f"  {name} = {expression}")
        return name

    def _place(self, key: Any, memory: Memory) -> str:
        if key not in self._places:
            self._places[key] = f"%p{len(self.memory)}"
            self.memory.append(memory)
        return self._places[key]

    def _load(self, place: str, kind: Any, at: str) -> str:
        bits = _BITS[kind]
        found = self._let(
            f"load i{bits}, ptr {self._let(f'getelementptr i{bits}, ptr {place}, i64 {at}')}, {_CONSTANT}"
        )
        return found if bits == 64 else self._let(f"zext i{bits} {found} to i64")

    def _store(self, name: str, kind: type[pl.DataType], value: str) -> None:
        column = Column(name, kind, is_result=True)
        bits, place = _BITS[kind], self._place(column, column)
        if bits < 64:
            value = self._let(f"trunc i64 {value} to i{bits}")
        at = self._let(f"getelementptr i{bits}, ptr {place}, i64 {self.row}")
        self.body.append(f"  store i{bits} {value}, ptr {at}")

    def _column(self, name: str, kind: type[pl.DataType]) -> str:
        column = Column(name, kind)
        return self._load(self._place(column, column), kind, self.row)

    def _index(self, index: Index) -> str:
        if isinstance(index, int):
            return str(index)
        if isinstance(index, str):
            return self._leaf(index)
        if isinstance(index, Look):
            return self._looked_up(index.table, index.at)
        first, second = self._index(index.first), self._index(index.second)
        if isinstance(index, Pair):
            return self._let(f"add i64 {self._let(f'mul i64 {first}, {index.many}')}, {second}")
        shared = self._let(f"and i64 {first}, {second}")
        return self._let(f"zext i1 {self._let(f'icmp ne i64 {shared}, 0')} to i64")

    def _looked_up(self, table: pl.Series, at: Index) -> str:
        # No memory but that of the table is ever read.
        assert self._most(at) < len(table)
        return self._load(self._place(id(table), table), table.dtype.base_type(), self._index(at))

    def _most(self, index: Index) -> int:
        """The greatest that an index may be."""
        if isinstance(index, int):
            return index
        if isinstance(index, str):
            if index in self.codes:
                return self.codes[index].many - 1
            return len(self.program.procedures) if index == "way" else 1
        if isinstance(index, Look):
            return int(index.table.max())  # type: ignore[arg-type]
        if isinstance(index, Pair):
            return self._most(index.first) * index.many + self._most(index.second)
        return 1

    def _leaf(self, name: str) -> str:
        """A code of the row, the place of its procedure, or an output of the program that is 1 or 0."""
        if name in self.codes:
            return self._column(name, self.codes[name].kind)
        if name == "way":
            procedure = self._number(self.program.procedure)
            none = self._let(f"icmp slt i64 {procedure}, 0")
            return self._let(f"select i1 {none}, i64 {len(self.program.procedures)}, i64 {procedure}")
        return self._number(self.program.outputs[name])

    def _input(self, name: str | int) -> str:
        if isinstance(name, int):
            return str(name)
        each = self.inputs[name]
        if each.low == each.high:
            return str(each.low)
        if not each.factors:
            return self._column(f"in {name}", pl.Int64)
        first, second = map(self._input, each.factors)
        return self._let(f"mul i64 {first}, {second}")

    def _table(self, number: int, *, flag: bool) -> str:
        """What stands in a column of the tables for the row."""
        column = self.program.columns[number]
        if (number, flag) not in self._tables:
            values = [bool(value) for value in column.values] if flag else column.values
            self._tables[number, flag] = pl.Series(values, dtype=pl.UInt8 if flag else pl.Int64)
        table = self._tables[number, flag]
        return self._looked_up(table, self.indexes[column.of])

    # operations --------------------------------------------------------------------------------------------------

    def _number(self, operand: Operand) -> str:
        low, high = self.bounds.of(operand)
        if max(-low, high) > NARROW:
            raise NotNarrow
        if low == high:
            return str(low)
        return self._value(operand) if isinstance(operand, int) else self._table(operand[1], flag=False)

    def _truth(self, operand: Any) -> str:
        if isinstance(operand, bool):
            return str(operand).lower()
        decided = self.bounds.decided(operand)
        return self._value(operand) if decided is None else str(decided).lower()

    def _value(self, number: int) -> str:
        """A node that has been worked out."""
        return self._nodes[number]

    def _node(self, number: int, op: Op) -> str:
        low, high = self.bounds.of(number)
        if low == high:
            return str(low)
        if max(-low, high) > NARROW:
            raise NotNarrow
        name = op[0]
        if name == "input":
            return self._input(op[1])
        if name == "absent":
            return self._let(f"icmp ne i64 {self._column(f'absent {op[1]}', pl.UInt8)}, 0")
        if name == "flag":
            return self._let(f"icmp ne i64 {self._table(op[1], flag=True)}, 0")
        if name in {"and", "or"}:
            return self._let(f"{name} i1 {self._truth(op[1])}, {self._truth(op[2])}")
        if name == "not":
            return self._let(f"xor i1 {self._truth(op[1])}, true")
        if name == "run-any":
            return self._truth(op[1])
        if name.startswith("run-"):
            return self._number(op[1])  # A row alone in its run is the whole of it.
        if name == "cmp":
            return self._let(f"icmp {_SIGNS[op[1]]} i64 {self._number(op[2])}, {self._number(op[3])}")
        if name == "select":
            decided = self.bounds.decided(op[1])
            if decided is not None:
                return self._number(op[2] if decided else op[3])
            a, b = self._number(op[2]), self._number(op[3])
            return self._let(f"select i1 {self._truth(op[1])}, i64 {a}, i64 {b}")
        if name == "div":
            return self._divided(op)
        a = self._number(op[1])
        if name == "cap":
            # Rows over it are in trouble; what they come to must still be within its bounds.
            return self._least_or_most("min", a, str(CAP)) if self.bounds.of(op[1])[1] > CAP else a
        b = self._number(op[2])
        return self._least_or_most(name, a, b) if name in {"max", "min"} else self._let(f"{name} i64 {a}, {b}")

    def _least_or_most(self, which: str, a: str, b: str) -> str:
        return self._let(f"call i64 @llvm.s{which}.i64(i64 {a}, i64 {b})")

    def _divided(self, op: Op) -> str:
        """A division rounded to an integer, as one that rounds down."""
        _, n, d, mode = op
        (least, most), by = self.bounds.of(n), self.bounds.of(d)
        a, b = self._number(n), self._number(d)
        if by[0] < 1:
            b = self._least_or_most("max", b, "1")
        exact_half = mode == "half-up" and by[0] == by[1] and by[0] % 2 == 0
        if (1 if exact_half else 2) * (max(most, -least) + max(by[1], 1)) > NARROW:
            raise NotNarrow
        if mode == "half-even":
            return self._half_even(a, b, least)
        if exact_half:
            a = self._let(f"add i64 {a}, {by[0] // 2}")
        elif mode.startswith("half"):
            a, half = self._let(f"shl i64 {a}, 1"), b
            b = self._let(f"shl i64 {b}, 1")
            a = self._let(f"add i64 {a}, {half if mode == 'half-up' else self._let(f'sub i64 {half}, 1')}")
        elif mode == "up":
            a = self._let(f"add i64 {a}, {self._let(f'sub i64 {b}, 1')}")
        return self._down(a, b, least)

    def _down(self, a: str, b: str, least: int) -> str:
        if least >= 0:
            return self._let(f"udiv i64 {a}, {b}")
        whole, rest = self._let(f"sdiv i64 {a}, {b}"), self._let(f"srem i64 {a}, {b}")
        below = self._let(f"icmp slt i64 {rest}, 0")
        return self._let(f"sub i64 {whole}, {self._let(f'zext i1 {below} to i64')}")

    def _half_even(self, a: str, b: str, least: int) -> str:
        whole = self._down(a, b, least)
        rest = self._let(f"sub i64 {a}, {self._let(f'mul i64 {whole}, {b}')}")
        twice = self._let(f"shl i64 {rest}, 1")
        odd = self._let(f"trunc i64 {whole} to i1")
        tie = self._let(f"and i1 {self._let(f'icmp eq i64 {twice}, {b}')}, {odd}")
        up = self._let(f"or i1 {self._let(f'icmp sgt i64 {twice}, {b}')}, {tie}")
        return self._let(f"add i64 {whole}, {self._let(f'zext i1 {up} to i64')}")


_CONSTANT: Final = "!invariant.load !0"
_TOGETHER: Final = """\
define void @price(i64 %start, i64 %stop, ptr %places) {{
first:
{head}
  br label %one
one:
  %row = phi i64 [ %start, %first ], [ %next, %one ]
{body}
  %next = add i64 %row, 1
  %more = icmp slt i64 %next, %stop
  br i1 %more, label %one, label %done
"""
_APART: Final = """\
define void @price(ptr %rows, i64 %many, ptr %places) {{
first:
{head}
  br label %one
one:
  %number = phi i64 [ 0, %first ], [ %next, %one ]
  %at_row = getelementptr i64, ptr %rows, i64 %number
  %row = load i64, ptr %at_row, !invariant.load !0
{body}
  %next = add i64 %number, 1
  %more = icmp slt i64 %next, %many
  br i1 %more, label %one, label %done
"""
END: Final = """\
done:
  ret void
}
!0 = !{}
declare i64 @llvm.smax.i64(i64, i64)
declare i64 @llvm.smin.i64(i64, i64)
"""


def _function(places: int, body: list[str], *, together: bool) -> str:
    """A function that does the same for row after row."""
    form = _TOGETHER if together else _APART
    return form.format(head=head_of(places), body="\n".join(body)) + END


def head_of(places: int) -> str:
    """The addresses that a function is given, by name."""
    head = []
    for n in range(places):
        head += [f"  %q{n} = getelementptr ptr, ptr %places, i64 {n}", f"  %p{n} = load ptr, ptr %q{n}"]
    return "\n".join(head)
