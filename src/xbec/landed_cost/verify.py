"""An independent checker of traces: it imports nothing of the engine and recomputes the result from the trace alone.

It redoes every operation, every rounding and every allocation, forms the groups of each charge anew from the facts of
the lines, and adds the totals. A trace with one figure altered does not pass.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import ceil, floor
from typing import Any

from xbec.errors import InputError

_PREFIX = {"hs2": 2, "hs4": 4, "hs6": 6, "hs8": 8, "hs10": 10}


def verify_trace(trace: Mapping[str, Any]) -> list[str]:
    """What is wrong with a trace, as sentences; an empty list where all recomputes.

    Raises :class:`InputError` for something that is no trace.
    """
    if not isinstance(trace, Mapping) or trace.get("schema") != "xbec.trace/1":
        raise InputError("not a trace", field="schema", allowed="xbec.trace/1")
    try:
        return _Checker(trace).problems()
    except (KeyError, IndexError, TypeError, ValueError, ZeroDivisionError, AttributeError) as broken:
        return [f"the trace is incomplete or malformed: {broken!r}"]


class _Checker:
    def __init__(self, trace: Mapping[str, Any]) -> None:
        self.trace = trace
        self.values: list[Any] = []
        self.found: list[str] = []

    def problems(self) -> list[str]:
        for name, figure in self.trace["figures"].items():
            self._figure(name, figure)
        for number, node in enumerate(self.trace["nodes"]):
            if node["id"] != number:
                self.found.append(f"node {number} is out of order")
            value = node["value"] if node["op"] == "input" else self._work(node)
            if node["op"] == "input" and (isinstance(value, bool) or not isinstance(value, int) or value < 0):
                self.found.append(f"node {number}: an input is a whole number, not negative")
            if (list(value) if isinstance(value, tuple) else value) != node["value"]:
                self.found.append(f"node {number} ({node['op']}): {node['value']} is stated, {value} is right")
            self.values.append(tuple(value) if isinstance(value, list) else value)
        totals = dict.fromkeys(self.trace["by_kind"], 0)
        for charge in self.trace["charges"]:
            self._charge(charge, totals)
        if totals != self.trace["by_kind"]:
            self.found.append(f"totals by kind: {self.trace['by_kind']} stated, {totals} is right")
        if sum(totals.values()) != self.trace["assessed"]:
            self.found.append(f"assessed: {self.trace['assessed']} stated, {sum(totals.values())} is right")
        return self.found

    def _figure(self, name: str, figure: Mapping[str, Any]) -> None:
        """A percentage or fraction told in words must be the number that is used."""
        text = figure["text"]
        if not figure["name"].startswith(("tax", "value", "table")):
            return
        if text.endswith("%"):
            told = Fraction(text[:-1].strip()) / 100
        elif "/" in text and text.replace("/", "").isdigit():
            told = Fraction(text)
        else:
            return
        if told != Fraction(figure["num"], figure["den"]):
            self.found.append(f"figure {name}: {text} is told, {figure['num']}/{figure['den']} is used")

    def _of(self, operand: Any) -> Any:
        if isinstance(operand, int):
            return self.values[operand]
        if "const" in operand:
            return operand["const"]
        return self.trace["figures"][operand["figure"]][operand["part"]]

    def _work(self, node: Mapping[str, Any]) -> Any:
        op = node["op"]
        args = [self._of(x) for x in node["args"]]
        if op == "div":
            return _round(Fraction(args[0], args[1]), node["rounding"])
        if op == "cmp":
            return _compare(node["compare"], *args)
        if op == "allocate":
            return _cut(args[0], [self._of(x) for x in node["weights"]])
        if op == "pick":
            return args[0][node["position"]]
        if op == "select":
            return args[1] if args[0] else args[2]
        if op == "not":
            return not args[0]
        if op in {"and", "or"}:
            return (args[0] and args[1]) if op == "and" else (args[0] or args[1])
        if op == "cap":
            if args[0] > 10**12:
                self.found.append("an amount is over the cap")
            return args[0]
        a, b = args
        return {"add": a + b, "sub": a - b, "mul": a * b, "max": max(a, b), "min": min(a, b)}[op]

    def _charge(self, charge: Mapping[str, Any], totals: dict[str, int]) -> None:
        lines = {x["line"]: self._of(x["value"]) for x in charge["lines"]}
        total = sum(lines.values())
        if total != charge["total"]:
            self.found.append(f"charge {charge['id']}: {charge['total']} stated, its lines add to {total}")
        if charge["kind"] is not None:
            totals[charge["kind"]] += total
        facts = self.trace["lines"]
        for line in lines:
            if facts[line]["procedure"] != charge["procedure"]:
                self.found.append(f"charge {charge['id']}: line {line} is of another procedure")
        expected: dict[tuple[Any, ...], list[int]] = {}
        for line in sorted(lines):
            expected.setdefault(tuple(_key(facts[line], key, line) for key in charge["per"]), []).append(line)
        stated = sorted(sorted(g["lines"]) for g in charge["groups"])
        if "rate" not in charge["per"] and stated != sorted(expected.values()):
            self.found.append(f"charge {charge['id']}: groups {stated} stated, {sorted(expected.values())} are right")


def _key(facts: Mapping[str, Any], key: str, line: int) -> Any:
    if key == "line":
        return line
    if key in _PREFIX:
        return facts["hs"][: _PREFIX[key]]
    if key == "tax-class":
        return (*facts["classes"].values(), facts["tax_rate"])
    return facts["origin"] if key == "origin" else None


def _compare(op: str, a: Any, b: Any) -> bool:
    outcome: bool = {"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b, "==": a == b, "!=": a != b}[op]
    return outcome


def _round(exact: Fraction, mode: str) -> int:
    below = floor(exact)
    rest = exact - below
    half = Fraction(1, 2)
    if mode == "down":
        return below
    if mode == "up":
        return ceil(exact)
    if rest != half:
        return below + (rest > half)
    if mode == "half-even":
        return below + below % 2
    return below + (mode == "half-up")


def _cut(total: int, weights: list[int]) -> tuple[int, ...]:
    if not any(weights):
        weights = [1] * len(weights)
    whole, run, shares = sum(weights), 0, []
    for weight in weights:
        shares.append((run + weight) * total // whole - run * total // whole)
        run += weight
    return tuple(shares)
