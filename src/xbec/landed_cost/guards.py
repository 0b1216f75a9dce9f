"""Guards, lowered: decided by text where text decides, else a truth value of the program."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xbec.errors import DataFileError
from xbec.kernel.money import Money
from xbec.landed_cost.plan import Check, Exact, Side, Truth
from xbec.landed_cost.program import const
from xbec.landed_cost.unknown import Question, Unknown, compare
from xbec.law.component import Collector, Guard
from xbec.law.guard import Node, is_fact_of_consignment, is_fact_of_line

if TYPE_CHECKING:
    from xbec.landed_cost.builder import Builder


def check_guard(lower: Builder, of: str, guard: Guard, line: Any, citation: Any = None) -> Truth:
    """Evaluate a guard for a line and keep it, with both sides of its comparisons, for the derivation."""
    node = lower.settled(guard.node, line)
    if node[0] == "decided":
        decided: bool = node[1]
        lower.checks.append(lower.regime.in_force.check(of, guard, line, decided, citation))
        return decided
    lower.sides = []
    outcome = truth(lower, node, line, guard.text)
    lower.checks.append(Check(of, guard.text, line, outcome, tuple(lower.sides), citation))
    return outcome


def tested(lower: Builder, node: Node, line: Any, text: str) -> Truth:
    """As :func:`truth`, for a node as it stands in the law: what text decides is answered from what is kept."""
    return truth(lower, lower.settled(node, line), line, text)


def truth(lower: Builder, node: Node, line: Any, text: str) -> Truth:
    """A guard for a line: decided now, or a node of the program."""
    kind = node[0]
    if kind == "decided":
        return bool(node[1])
    if kind == "and" or kind == "or":
        return _junction(lower, node, line, text)
    if kind == "call" and node[1] == "charged":
        return lower.is_charged(node[2], line)
    if kind == "not":
        lower.rail = not lower.rail
        inner = truth(lower, node[1], line, text)
        lower.rail = not lower.rail
        return lower.negation(inner)
    if is_fact_of_line(node):
        return lower.fact_of_line(node, line)
    if is_fact_of_consignment(node):
        return lower.regime.whether(node, print_guard(node))
    if kind == "call":
        return _call(lower, node, line, text)
    if kind == "compare":
        return _compare(lower, node, line, text)
    raise DataFileError("a guard is not yes or no", field=lower.regime.law.code, value=text)


def _junction(lower: Builder, node: Node, line: Any, text: str) -> Truth:
    """Short-circuit with three values: a decided side wins over a question on the other."""
    wins = node[0] == "or"
    parts: list[Truth] = []
    question: Unknown | None = None
    for part in node[1:]:
        try:
            value = truth(lower, part, line, text)
        except Question as asked:
            question = question or asked.unknown
            continue
        if value is wins:
            return wins
        if not isinstance(value, bool):
            parts.append(value)
    if question is not None:
        raise Question(question)
    if not parts:
        return not wins
    joined = parts[0]
    for part_node in parts[1:]:
        joined = lower.op(node[0], joined, part_node)
    return joined


def _call(lower: Builder, node: Node, line: Any, text: str) -> Truth:
    _, call, argument = node
    if call == "any" or call == "all":
        decided: Truth = lower.once(
            node, lambda: lower.over_lines(call, lambda each: tested(lower, argument, each, text))
        )
        return decided
    if call == "history":
        return bool(lower.regime.sample.history.get(argument))
    raise DataFileError("not a guard of yes or no", field=lower.regime.law.code, value=text)


def _compare(lower: Builder, node: Node, line: Any, text: str) -> Truth:
    _, op, left_node, right_node = node
    left, money_left = exact_of(lower, left_node, line, text)
    right, money_right = exact_of(lower, right_node, line, text)
    if left is None or right is None:
        return lower.regime.ask_whether(
            print_guard(node),
            f"{print_guard(node)} cannot be tested",
            "state the history of the buyer that it looks at",
        )
    lower.sides.append(Side(left, op, right, money_left or money_right))
    a, b = lower.mul(left.num, right.den), lower.mul(right.num, left.den)
    if not isinstance(a, int) and not isinstance(b, int) and a[0] == b[0] == "c":
        return compare(op, a[1], b[1])
    return lower.op("cmp", op, a, b)


def exact_of(lower: Builder, node: Node, line: Any, text: str) -> tuple[Exact | None, bool]:
    """A number or amount in a guard, and whether it is money (minor units of the law's currency)."""
    kind = node[0]
    if kind == "number":
        return Exact(const(node[1].numerator), const(node[1].denominator)), False
    if kind == "amount":
        return lower.money(node[1], node[2]), True
    if kind in {"add", "subtract", "multiply"}:
        left, money_left = exact_of(lower, node[1], line, text)
        right, money_right = exact_of(lower, node[2], line, text)
        if left is None or right is None:
            return None, money_left or money_right
        work = {"add": lower.plus, "subtract": lower.minus, "multiply": lower.times}[kind]
        return work(left, right), money_left or money_right
    if kind == "name":
        return _named(lower, node[1], line)
    if kind == "call":
        return _number_call(lower, node, line, text)
    raise DataFileError("not a number or an amount", field=lower.regime.law.code, value=text)


def _named(lower: Builder, name: str, line: Any) -> tuple[Exact | None, bool]:
    if name == "result" and lower.result is not None:
        return Exact(lower.result), True
    if name == "quantity":
        return Exact(lower.pieces(line), const(10**6)), False
    if name == "weight":
        return lower.quantity("kg_gross", line), False
    if name == "price":
        return Exact(lower.mul(lower.amount("goods", line), const(10**6)), lower.pieces(line)), True
    if name in lower.regime.law.values and name not in lower.regime.component_ids:
        return lower.value(name)
    return Exact(lower.amount(name, line)), True


def _number_call(lower: Builder, node: Node, line: Any, text: str) -> tuple[Exact | None, bool]:
    _, call, argument = node
    if call == "history":
        return _history(lower, argument)
    total: tuple[Exact | None, bool] = lower.once(node, lambda: _summed(lower, call, argument, text))
    return total


def _summed(lower: Builder, call: str, argument: Node, text: str) -> tuple[Exact | None, bool]:
    if call == "count":

        def one(each: Any) -> Exact:
            return Exact(lower.select(tested(lower, argument, each, text), const(1), const(0)))

        return lower.sum_lines("sum", one), False
    money = True

    def part(each: Any) -> Exact | None:
        nonlocal money
        value, money = exact_of(lower, argument, each, text)
        return value

    return lower.sum_lines(call, part), money


def _history(lower: Builder, name: str) -> tuple[Exact | None, bool]:
    value = lower.regime.sample.history.get(name)
    if value is None:
        return None, False
    return lower.of_regime(("history", name)), isinstance(value, Money)


def print_guard(node: Node) -> str:
    """A node of a guard as text."""
    kind = node[0]
    if kind in {"name", "number", "day"}:
        return str(node[1])
    if kind == "text":
        return f"'{node[1]}'"
    if kind == "amount":
        return f"{node[1]} {node[2]}"
    if kind == "call":
        inner = f"'{node[2]}'" if isinstance(node[2], str) else print_guard(node[2])
        return f"{node[1]}({inner})"
    if kind == "compare":
        return f"{print_guard(node[2])} {node[1]} {print_guard(node[3])}"
    if kind == "in":
        return f"{print_guard(node[1])} in {list(node[2])}"
    if kind == "not":
        return f"not {print_guard(node[1])}"
    sign = {"and": " and ", "or": " or ", "add": " + ", "subtract": " - ", "multiply": " * "}[kind]
    return sign.join(print_guard(part) for part in node[1:])


def collector_of(lower: Builder, rules: tuple[Collector, ...], line: Any) -> str | None:
    """The first collector whose guard holds; it must be decided by text."""
    for rule in rules:
        holds = True if rule.when is None else tested(lower, rule.when.node, line, rule.when.text)
        if holds is True:
            return rule.by
        if holds is not False:
            raise DataFileError(
                "who collects must not hang on an amount: make it a procedure",
                field=f"{lower.regime.law.code}: collects",
                value=rule.when.text if rule.when else None,
            )
    return None
