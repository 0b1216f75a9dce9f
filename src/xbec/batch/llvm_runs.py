"""The LLVM writer for consignments of several rows, which stand together in canonical order.

A consignment is gone through in stages. What rows add to a sum is added up in one stage, and the sum is there in the
next; what a row comes to in one stage and is asked for in a later one is noted in the scratch memory of the call. A row
finds its group of a level by the first row that is in it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import polars as pl

from xbec.batch.bounds import NARROW, TRUTHS
from xbec.batch.llvm_writer import END, Column, NotNarrow, Scratch, Task, Text, Writer, head_of
from xbec.landed_cost.program import Op, Operand

_FREE: Final = frozenset({"input", "absent", "flag"})
"""Operations that are cheaper worked out again than noted."""
_SUMS: Final = frozenset({"run-sum", "run-any"})
RUN: Final = Column("run", pl.UInt32)


def write_runs(task: Task, longest: int) -> Text:
    """A program for consignments of at most ``longest`` rows; :class:`NotNarrow` where 63 bits do not hold a number.

    ``start`` and ``stop`` of the function lie between consignments, and ``run`` is the number of that of a row.
    """
    return _Runs(task, longest).of_consignments()


class _Runs(Writer):
    def __init__(self, task: Task, longest: int) -> None:
        super().__init__(task, longest)
        self._longest = longest
        self._stages: dict[int, int] = {}
        self._stage = 0
        self._slots: dict[Any, int] = {}
        self._groups: dict[int, str] = {}
        self._running: dict[Any, str] = {}
        self._place("scratch", Scratch(0))

    def of_consignments(self) -> Text:
        """The program as a function over consignments."""
        program = self.program
        first = self._open([program.procedure])
        all_open = [*first, *(n for n in self._open([*self.outputs.values(), program.trouble]) if n not in set(first))]
        for number in all_open:
            self._stages[number] = self._stage_of(program.ops[number])
        rest = all_open[len(first) :]
        kept = self._kept(all_open)
        runs = [op for number in all_open if (op := program.ops[number])[0].startswith("run-")]
        levels = {op[-1] for op in runs}
        counted = {op[-1] for op in runs if op[0] == "run-share" and self._may_weigh_nothing(op)}
        bodies = []
        for stage in range(1 + max(self._stages.values(), default=0)):
            self._stage = stage
            self.row, self.body, self._names, self._nodes = f"%row{self._stage}", [], {}, {}
            self._groups, self._running = {}, {}
            self._work_out(first, kept)
            for level in sorted(levels):
                if self._stage_of_level(level) == self._stage:
                    self._group(level)
                    if level in counted:
                        self._upto(("count", level), "1")
            self._work_out(rest, kept)
            for name, operand in self.outputs.items():
                if self._stage_of_operand(operand) == self._stage:
                    self._store(name, pl.Int64, self._number(operand))
            if self.bounds.may_fail and self._stage_of_operand(program.trouble) == self._stage:
                self._store("trouble", pl.UInt8, self._let(f"zext i1 {self._truth(program.trouble)} to i64"))
            bodies.append(self.body)
        self.memory[0] = Scratch(max(len(self._slots), 1) * self._longest)
        return Text(_function(self._place(RUN, RUN), len(self.memory), bodies), tuple(self.memory))

    # stages ------------------------------------------------------------------------------------------------------

    def _open(self, roots: Iterable[Any]) -> list[int]:
        """The nodes that results hang on and that are not the same on all rows."""
        return [number for number in self.bounds.needed(roots) if len(set(self.bounds.of(number))) > 1]

    def _stage_of_operand(self, operand: Any) -> int:
        if isinstance(operand, bool) or not isinstance(operand, int):
            return 0
        return self._stages.get(operand, 0)

    def _stage_of_level(self, level: int) -> int:
        return self._stage_of_operand(self.program.procedure) if self.program.levels[level].by_procedure else 0

    def _stage_of(self, op: Op) -> int:
        stage = max(map(self._stage_of_operand, self._parts(op)), default=0)
        if op[0] in _SUMS:
            return 1 + max(stage, self._stage_of_level(op[-1]))
        if op[0] == "run-share":
            return max(stage, self._stage_of_level(op[-1]) + self._may_weigh_nothing(op))
        return stage

    def _parts(self, op: Op) -> list[Operand]:
        return [part for part in self.bounds.hangs_on(op) if isinstance(part, int | tuple)]

    def _kept(self, numbers: Iterable[int]) -> set[int]:
        """Nodes that are asked for in a later stage than their own."""
        found = set()
        for number in numbers:
            op = self.program.ops[number]
            asked = self._stages[number] - (op[0] in _SUMS)
            found |= {part for part in self._parts(op) if self._stage_of_operand(part) < asked}
        return {
            number for number in found if isinstance(number, int) and self.program.ops[number][0] not in _FREE | _SUMS
        }

    def _work_out(self, numbers: Iterable[int], kept: set[int]) -> None:
        for number in numbers:
            op, stage = self.program.ops[number], self._stages[number]
            if op[0] in _SUMS:
                if stage == self._stage + 1:
                    self._add_up(number, op)
            elif stage == self._stage and op[0] not in _FREE:
                self._nodes[number] = self._share(op) if op[0] == "run-share" else self._node(number, op)
                if number in kept:
                    self._note(number, self._as_number(number, self._nodes[number]))

    def _value(self, number: int) -> str:
        if number not in self._nodes:
            op = self.program.ops[number]
            if op[0] in _FREE:
                self._nodes[number] = self._node(number, op)
            else:
                found = self._summed(op) if op[0] in _SUMS else self._noted(number)
                self._nodes[number] = self._let(f"icmp ne i64 {found}, 0") if op[0] in TRUTHS else found
        return self._nodes[number]

    def _as_number(self, number: int, value: str) -> str:
        return self._let(f"zext i1 {value} to i64") if self.program.ops[number][0] in TRUTHS else value

    # what is noted -----------------------------------------------------------------------------------------------

    @property
    def _line(self) -> str:
        """The place of the row in its consignment."""
        return f"%line{self._stage}"

    def _spot(self, key: Any, line: str) -> str:
        """Where something is noted for a line."""
        slot = self._slots.setdefault(key, len(self._slots))
        at = self._let(f"add i64 {line}, {slot * self._longest}")
        return self._let(f"getelementptr i64, ptr %p0, i64 {at}")

    def _note(self, key: Any, value: str) -> None:
        self.body.append(f"  store i64 {value}, ptr {self._spot(key, self._line)}")

    def _noted(self, key: Any) -> str:
        return self._anew(f"load i64, ptr {self._spot(key, self._line)}")

    # groups ------------------------------------------------------------------------------------------------------

    def _group(self, level: int) -> str:
        """The first line of the row's group."""
        if level not in self._groups:
            if self._stage_of_level(level) == self._stage:
                self._groups[level] = self._found(level)
            else:
                self._groups[level] = self._noted(("group", level)) if ("group", level) in self._slots else "0"
        return self._groups[level]

    def _found(self, level: int) -> str:
        program = self.program
        keys = [("t", key) for key in program.levels[level].keys]
        keys += [program.procedure] if program.levels[level].by_procedure else []  # type: ignore[list-item]
        values = [self._number(key) for key in keys if len(set(self.bounds.of(key))) > 1]
        if not values:
            return "0"
        for n, value in enumerate(values):
            self._note(("key", level, n), value)
        place = self._let(f"getelementptr i64, ptr %p0, i64 {self._slots['key', level, 0] * self._longest}")
        given = f"ptr {place}, i64 {len(values)}, i64 {self._longest}, i64 {self._line}"
        found = self._anew(f"call i64 @first_like({given})")
        self._note(("group", level), found)
        return found

    # sums --------------------------------------------------------------------------------------------------------

    def _add(self, key: Any, value: str, group: str) -> str:
        """Add a value to what the lines of the group before this one came to."""
        spot = self._spot(key, group)
        is_first = self._let(f"icmp eq i64 {group}, {self._line}")
        before = self._anew(f"select i1 {is_first}, i64 0, i64 {self._anew(f'load i64, ptr {spot}')}")
        after = self._anew(f"add i64 {before}, {value}")
        self.body.append(f"  store i64 {after}, ptr {spot}")
        return after

    def _add_up(self, number: int, op: Op) -> None:
        name, what, _ = op
        if max(map(abs, self.bounds.of(number))) > NARROW:
            raise NotNarrow
        value = self._number(what) if name == "run-sum" else self._let(f"zext i1 {self._truth(what)} to i64")
        self._upto(op, value)

    def _summed(self, key: Any) -> str:
        return self._anew(f"load i64, ptr {self._spot(key, self._group(key[-1]))}")

    def _upto(self, key: Any, value: str) -> str:
        """The sum of the group's lines up to this one."""
        if key not in self._running:
            self._running[key] = self._add(key, value, self._group(key[-1]))
        return self._running[key]

    def _share(self, op: Op) -> str:
        """The line's part of a whole: from where the weights before it end to where its own does."""
        _, whole, weight, total, level = op
        (least, most), heaviest = self.bounds.of(whole), self.bounds.of(weight)[1]
        if max(most, -least) * self._longest * max(heaviest, 1) > NARROW:
            raise NotNarrow
        shared, part, by = self._number(whole), self._number(weight), self._number(total)
        upto = self._upto(("up to", weight, level), part)
        if self._may_weigh_nothing(op):
            # Weights that come to nothing cut the whole into equal parts.
            none, count = self._let(f"icmp eq i64 {by}, 0"), self._summed(("count", level))
            place = self._upto(("place", level), "1")
            part, upto, by = (
                self._let(f"select i1 {none}, i64 {equal}, i64 {each}")
                for equal, each in (("1", part), (place, upto), (count, by))
            )
        if self.bounds.of(total)[0] < 1:
            by = self._least_or_most("max", by, "1")
        start = self._let(f"mul i64 {shared}, {self._let(f'sub i64 {upto}, {part}')}")
        end = self._let(f"mul i64 {shared}, {upto}")
        return self._let(f"sub i64 {self._down(end, by, least)}, {self._down(start, by, least)}")

    def _may_weigh_nothing(self, op: Op) -> bool:
        return self.bounds.of(op[2])[0] <= 0


def _function(run: str, places: int, bodies: list[list[str]]) -> str:
    """A function that goes through one consignment after another, and through each as often as there are stages."""
    loops = []
    for n, body in enumerate(bodies):
        before, after = ("cut", f"s{n - 1}")[n > 0], f"s{n + 1}" if n + 1 < len(bodies) else "finished"
        loops += [
            f"s{n}:",
            f"  %line{n} = phi i64 [ 0, %{before} ], [ %next{n}, %s{n} ]",
            f"  %row{n} = add i64 %from, %line{n}",
            *body,
            f"  %next{n} = add i64 %line{n}, 1",
            f"  %more{n} = icmp slt i64 %next{n}, %lines",
            f"  br i1 %more{n}, label %s{n}, label %{after}",
        ]
    return _CONSIGNMENTS.format(head=head_of(places), run=run, loops="\n".join(loops)) + END + _FIRST_LIKE


_CONSIGNMENTS: Final = """\
define void @price(i64 %start, i64 %stop, ptr %places) {{
first:
{head}
  br label %begin
begin:
  %from = phi i64 [ %start, %first ], [ %to, %finished ]
  %at_run = getelementptr i32, ptr {run}, i64 %from
  %run = load i32, ptr %at_run
  br label %look
look:
  %last = phi i64 [ %from, %begin ], [ %to, %same ]
  %to = add i64 %last, 1
  %inside = icmp slt i64 %to, %stop
  br i1 %inside, label %same, label %cut
same:
  %at_following = getelementptr i32, ptr {run}, i64 %to
  %following = load i32, ptr %at_following
  %alike = icmp eq i32 %following, %run
  br i1 %alike, label %look, label %cut
cut:
  %lines = sub i64 %to, %from
  br label %s0
{loops}
finished:
  %more = icmp slt i64 %to, %stop
  br i1 %more, label %begin, label %done
"""
_FIRST_LIKE: Final = """
; The first line whose keys are those of a line; of each key there are "apart" places.
define internal i64 @first_like(ptr %keys, i64 %many, i64 %apart, i64 %line) {
first:
  br label %earlier
earlier:
  %other = phi i64 [ 0, %first ], [ %next, %differs ]
  %is_line = icmp eq i64 %other, %line
  br i1 %is_line, label %found, label %key
key:
  %n = phi i64 [ 0, %earlier ], [ %n_next, %alike ]
  %at = mul i64 %n, %apart
  %one_at = add i64 %at, %line
  %other_at = add i64 %at, %other
  %one = getelementptr i64, ptr %keys, i64 %one_at
  %two = getelementptr i64, ptr %keys, i64 %other_at
  %one_key = load i64, ptr %one
  %other_key = load i64, ptr %two
  %same = icmp eq i64 %one_key, %other_key
  br i1 %same, label %alike, label %differs
alike:
  %n_next = add i64 %n, 1
  %more = icmp slt i64 %n_next, %many
  br i1 %more, label %key, label %found
differs:
  %next = add i64 %other, 1
  br label %earlier
found:
  ret i64 %other
}
"""
