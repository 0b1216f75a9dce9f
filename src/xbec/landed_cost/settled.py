"""Guards with the answers of text put in: what is left of them is tested while lowering, in the order of the law."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from xbec.law.guard import Node, is_fact_of_consignment, is_fact_of_line

DECIDED: Final[dict[bool, Node]] = {True: ("decided", True), False: ("decided", False)}
"""What is left of a guard that text decides."""


def settle(node: Node, answer: Callable[[Node], bool | None]) -> Node:
    """A guard with each leaf that ``answer`` decides answered; ``None`` leaves the leaf to be asked in its turn.

    What stands before the part that decides is kept, for it is tested and told; what stands after it never is.

    >>> settle(("and", ("name", "marketplace"), ("call", "any", ("name", "x"))), lambda leaf: True)
    ('call', 'any', ('name', 'x'))
    """
    kind = node[0]
    if kind == "and" or kind == "or":
        return _junction(node, answer)
    if kind == "not":
        inner = settle(node[1], answer)
        return DECIDED[not inner[1]] if inner[0] == "decided" else ("not", inner)
    if is_fact_of_line(node) or is_fact_of_consignment(node):
        decided = answer(node)
        return node if decided is None else DECIDED[decided]
    return node


def _junction(node: Node, answer: Callable[[Node], bool | None]) -> Node:
    wins = node[0] == "or"
    left: list[Node] = []
    for part in node[1:]:
        rest = settle(part, answer)
        if rest is DECIDED[not wins]:
            continue
        left.append(rest)
        if rest is DECIDED[wins]:
            break
    if not left:
        return DECIDED[not wins]
    return left[0] if len(left) == 1 else (node[0], *left)
