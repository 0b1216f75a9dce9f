"""The bounded integer program of a quote, its first writer (straight-line Python), and a walk for programs run once.

A program is a list of pure operations on integers, each a tuple ``(op, operand, ...)``; its position is its node
number. An operand is a node number (``int``) or a tuple: ``("c", k)`` the constant k, ``("r", k, part)`` and
``("l", i, k, part)`` numerator (part 0) or denominator (part 1) of figure k of the regime or of line i.

=========  =====================================================================================
op         value
=========  =====================================================================================
input      an integer the consignment brings: ``("input", name, line or -1)``
add sub    a + b, a - b
mul        a * b
max min    of two
div        a / b rounded to an integer: ``("div", a, b, mode)``; a >= 0, b > 0
cmp        ``("cmp", "<=", a, b)``, a truth value
and or not of truth values
select     ``("select", c, a, b)``: a where c holds, else b
allocate   ``("allocate", total, (weights ...))``: a tuple of whole shares, cumulative cut
pick       one share of an allocation: ``("pick", node, position)``
cap        a, refused over 10**12 minor units
=========  =====================================================================================
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Final

from xbec.errors import InputError

Operand = int | tuple[Any, ...]
Op = tuple[Any, ...]
Choice = list[list[tuple[bool | int, int]]]
"""For each line the procedures that may take it, in order, each with its condition."""
Function = Callable[[Any, tuple[str, ...], tuple[Any, ...], tuple[Sequence[Any], ...]], Any]

CAP: Final = 10**12
"""Minor units of the law's currency; the bound every executor proves its widths from."""


def const(value: int) -> Operand:
    """A constant as an operand."""
    return ("c", value)


def allocate(total: int, weights: tuple[int, ...]) -> tuple[int, ...]:
    """Cut a whole amount by weights: floor(T x cum / W) - floor(T x previous / W); all weights zero are equal weights.

    >>> allocate(100, (1, 1, 1))
    (33, 33, 34)
    """
    whole = sum(weights)
    if whole == 0:
        weights = (1,) * len(weights)
        whole = len(weights)
    shares = []
    run = before = 0
    for weight in weights:
        run += weight
        now = total * run // whole
        shares.append(now - before)
        before = now
    return tuple(shares)


def over_cap(amount: int) -> int:
    """Refuse an amount over :data:`CAP`."""
    raise InputError(
        "an amount is over the bound of the arithmetic",
        field="price x quantity",
        value=amount,
        allowed=f"at most {CAP} minor units of the law's currency",
    )


DIVISIONS: Final = {
    "half-up": "(2*({n})+({d}))//(2*({d}))",
    "half-down": "-((({d})-2*({n}))//(2*({d})))",
    "down": "({n})//({d})",
    "up": "-((-({n}))//({d}))",
    "half-even": "even({n},{d})",
}


def even(number: int, by: int) -> int:
    """Round half to even."""
    whole, rest = divmod(number, by)
    return whole + (2 * rest > by or (2 * rest == by and whole % 2 == 1))


def _write(operand: Operand) -> str:
    if isinstance(operand, int):
        return f"v{operand}"
    kind = operand[0]
    if kind == "c":
        return str(operand[1])
    if kind == "r":
        return f"R[{2 * operand[1] + operand[2]}]"
    return f"L{operand[1]}[{2 * operand[2] + operand[3]}]"


def _expression(op: Op, inputs: dict[tuple[str, int], int]) -> str:
    name = op[0]
    if name == "input":
        return _read(op[1], op[2], inputs[op[1], op[2]])
    if name == "div":
        return DIVISIONS[op[3]].format(n=_write(op[1]), d=_write(op[2]))
    if name == "cmp":
        return f"{_write(op[2])}{op[1]}{_write(op[3])}"
    if name == "allocate":
        return f"allocate({_write(op[1])},({''.join(_write(w) + ',' for w in op[2])}))"
    if name == "pick":
        return f"{_write(op[1])}[{op[2]}]"
    first, *rest = (_write(x) for x in op[1:])
    if name in {"max", "min"}:
        sign = ">" if name == "max" else "<"
        return f"{first} if {first}{sign}{rest[0]} else {rest[0]}"
    if name == "select":
        return f"{rest[0]} if {first} else {rest[1]}"
    if name == "not":
        return f"not {first}"
    if name == "cap":
        return f"{first} if {first}<={CAP} else over_cap({first})"
    sign = {"add": "+", "sub": "-", "mul": "*", "and": " and ", "or": " or "}[name]
    return sign.join((first, *rest))


def write_python(
    ops: Sequence[Op],
    *,
    lines: int,
    inputs: dict[tuple[str, int], int],
    choice: Choice,
    chosen: tuple[int, ...],
) -> str:
    """The program as Python source of one function ``quote(C, N, R, L)``.

    C is the consignment, N the names it is read by, R the figures of the regime and L those of each line.

    ``choice[i]`` lists (truth value, procedure) of line i in order; where the procedures met at run time are not
    ``chosen`` the function returns the procedures met as a list, and the caller takes the program written for them.
    Every name comes from the counters here, never from a law file.
    """
    body: list[str] = ["def quote(C,N,R,L):", " s=C.sorted_lines"]
    names = "".join(f"L{i}," for i in range(lines))
    body.append(f" {names}=L")
    last = _last_of_choice(choice)
    tested = False
    for number, op in enumerate(ops):
        if not tested and number > last:
            body.extend(_test(choice, chosen))
            tested = True
        body.append(f" v{number}={_expression(op, inputs)}")
    if not tested:
        body.extend(_test(choice, chosen))
    body.append(f" return ({''.join(f'v{n},' for n in range(len(ops)))})")
    return "\n".join(body)


def _last_of_choice(choice: Choice) -> int:
    nodes = [c for line in choice for c, _ in line if isinstance(c, int) and not isinstance(c, bool)]
    return max(nodes, default=-1)


def _test(choice: Choice, chosen: tuple[int, ...]) -> list[str]:
    if all(len(line) == 1 and line[0][0] is True for line in choice):
        return []
    parts = []
    for line in choice:
        text = "-1"
        for condition, procedure in reversed(line):
            text = str(procedure) if condition is True else f"({procedure} if v{condition} else {text})"
        parts.append(text)
    if len(set(parts)) == 1:
        return (
            [f" c={parts[0]}", f" if c!={chosen[0]}: return [c]*{len(parts)}"]
            if len(set(chosen)) == 1
            else [
                f" c=[{parts[0]}]*{len(parts)}",
                f" if c!={list(chosen)}: return c",
            ]
        )
    return [f" c=[{','.join(parts)}]", f" if c!={list(chosen)}: return c"]


def _read(name: str, line: int, position: int) -> str:
    """Where an input stands in a consignment C; a name the caller gave is looked up in N, never written out."""
    if line < 0:
        if name.startswith("fee."):
            return f"C.fees[N[{position}]].scaled[0]"
        return "C.freight.scaled[0]" if name == "freight" else "C.insurance.scaled[0]"
    if name == "goods":
        return f"s[{line}].coefficient"
    if name.startswith("content."):
        return f"s[{line}].content[N[{position}]].scaled[0]"
    return f"s[{line}].micro[N[{position}]]"


def names_of(inputs: dict[tuple[str, int], int]) -> tuple[str, ...]:
    """The names a program looks up: of fees and contents without their prefix, else units."""
    return tuple(name.removeprefix("fee.").removeprefix("content.") for name, _ in inputs)


def reads_of(ops: Sequence[Op]) -> tuple[tuple[int, ...], tuple[tuple[int, int], ...]]:
    """Positions of the regime's figures that a program reads; line and position of each figure of a line; in order."""
    of_regime: dict[int, None] = {}
    of_lines: dict[tuple[int, int], None] = {}
    for op in ops:
        for operand in (*op[1:], *(op[2] if op[0] == "allocate" else ())):
            if not isinstance(operand, tuple) or not operand:
                continue
            if operand[0] == "r":
                of_regime[operand[1]] = None
            elif operand[0] == "l":
                of_lines[operand[1], operand[2]] = None
    return tuple(of_regime), tuple(of_lines)


@lru_cache(maxsize=1024)
def compile_python(source: str) -> Function:
    """Compile what :func:`write_python` wrote; equal structures share one function."""
    space: dict[str, Any] = {"__builtins__": {}, "allocate": allocate, "over_cap": over_cap, "even": even}
    exec(compile(source, "<xbec program>", "exec"), space)  # noqa: S102 - our own counters only, no text of a file
    function: Function = space["quote"]
    return function


def _half_down(number: int, by: int) -> int:
    return -((by - 2 * number) // (2 * by))


_ROUNDINGS: Final[dict[str, Callable[[int, int], int]]] = {
    "half-up": lambda n, d: (2 * n + d) // (2 * d),
    "half-down": _half_down,
    "down": operator.floordiv,
    "up": lambda n, d: -((-n) // d),
    "half-even": even,
}
_OF_TWO: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "max": max,
    "min": min,
    "and": lambda a, b: a and b,
    "or": lambda a, b: a or b,
}
_COMPARISONS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


def walk_program(
    ops: Sequence[Op],
    choice: Choice,
    chosen: tuple[int, ...] | None,
    consignment: Any,
    regime: tuple[Any, ...],
    lines: Sequence[Sequence[Any]],
) -> Any:
    """What the function that :func:`write_python` writes returns, worked out without writing it.

    To compile a program takes some thirty times as long as to walk it once, and programs of many lines are often run
    once. Without ``chosen`` only the procedures are answered, as a list. An operation on a figure that is not known
    raises :class:`TypeError`, as the function does.
    """
    values: list[Any] = []

    def value(x: Operand) -> Any:
        if isinstance(x, int):
            return values[x]
        kind = x[0]
        if kind == "c":
            return x[1]
        return regime[2 * x[1] + x[2]] if kind == "r" else lines[x[1]][2 * x[2] + x[3]]

    last = _last_of_choice(choice)
    for number, op in enumerate(ops):
        if number == last + 1:
            met = _met(choice, values)
            if chosen is None or met != list(chosen):
                return met
        name = op[0]
        if name in _OF_TWO:
            values.append(_OF_TWO[name](value(op[1]), value(op[2])))
        elif name == "div":
            values.append(_ROUNDINGS[op[3]](value(op[1]), value(op[2])))
        elif name == "input":
            values.append(_brought(consignment, op[1], op[2]))
        elif name == "cmp":
            values.append(_COMPARISONS[op[1]](value(op[2]), value(op[3])))
        elif name == "select":
            values.append(value(op[2]) if value(op[1]) else value(op[3]))
        elif name == "pick":
            values.append(value(op[1])[op[2]])
        elif name == "allocate":
            values.append(allocate(value(op[1]), tuple([value(weight) for weight in op[2]])))
        elif name == "not":
            values.append(not value(op[1]))
        else:
            amount = value(op[1])
            values.append(amount if amount <= CAP else over_cap(amount))
    if last + 1 >= len(ops):
        met = _met(choice, values)
        if chosen is None or met != list(chosen):
            return met
    return tuple(values)


def _met(choice: Choice, values: list[Any]) -> list[int]:
    """The first procedure of each line whose condition holds; -1 where none does."""
    return [
        next((number for condition, number in line if condition is True or values[condition]), -1) for line in choice
    ]


def _brought(consignment: Any, name: str, line: int) -> int:
    """An input of a consignment, by the name :func:`_read` writes it out for."""
    if line < 0:
        money = consignment.fees[name.removeprefix("fee.")] if name.startswith("fee.") else getattr(consignment, name)
        return int(money.scaled[0])
    one = consignment.sorted_lines[line]
    if name == "goods":
        return int(one.coefficient)
    if name.startswith("content."):
        return int(one.content[name.removeprefix("content.")].scaled[0])
    return int(one.micro[name])
