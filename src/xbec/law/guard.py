"""The one guard grammar of the law language: a white list, parsed to plain tuples and printed back in explanations.

A guard is a string such as ``"registered('IOSS') and sum(goods) <= 150 EUR"``. Nothing is evaluated here and nothing
outside the grammar parses. Nodes are tuples whose first item names the kind::

    ("or", a, b, ...) ("and", a, b, ...) ("not", a)
    ("compare", op, a, b)            op: < <= > >= == !=
    ("in", a, (text, ...))
    ("add", a, b) ("subtract", a, b) ("multiply", a, b)
    ("amount", Fraction, "EUR") ("number", Fraction) ("day", date) ("text", str)
    ("name", str) ("call", name, argument)
"""

from __future__ import annotations

import re
from datetime import date
from fractions import Fraction
from typing import Any, Final

from xbec.errors import DataFileError

Node = tuple[Any, ...]

FACTS_OF_LINE: Final = frozenset({"origin", "origin_territory", "hs", "tax_class"})
FACTS_OF_CONSIGNMENT: Final = frozenset(
    {
        "dispatch",
        "dispatch_territory",
        "establishment",
        "establishment_territory",
        "destination",
        "subdivision",
        "channel",
        "transport",
        "buyer",
        "terms",
        "marketplace",
    }
)
DAYS: Final = frozenset({"ordered", "paid", "loaded", "dispatched", "declared"})
CALLS_OF_LINE: Final = frozenset({"listed", "flag", "claim", "stated", "contains"})
CALLS_OF_CONSIGNMENT: Final = frozenset({"registered", "history", "setting", "area"})
CALLS_WITH_TEXT: Final = CALLS_OF_LINE | CALLS_OF_CONSIGNMENT | {"charged"}
CALLS_WITH_GUARD: Final = frozenset({"any", "all", "count", "sum", "sum_here"})
NUMBERS_OF_LINE: Final = frozenset({"price", "quantity", "weight"})

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<day>\d{4}-\d{2}-\d{2})
    | (?P<number>\d{1,15}(?:\.\d{1,9})?)
    | (?P<text>'[^']{0,200}')
    | (?P<name>[A-Za-z_][\w.]*(?:-[\w.]+)*)
    | (?P<op><=|>=|==|!=|<|>|\+|-|\*|\(|\)|\[|\]|,)
    )""",
    re.VERBOSE,
)
_LONGEST = 2_000
_DEEPEST = 40
_COMPARISONS = frozenset({"<", "<=", ">", ">=", "==", "!="})


def parse_guard(text: str, *, where: str) -> Node:
    """Parse a guard. ``where`` names file and key in the error.

    >>> parse_guard("origin in ['CN', 'HK'] and sum(goods) <= 150 EUR", where="x")
    ('and', ('in', ('name', 'origin'), ('CN', 'HK')), ('compare', '<=', ('call', 'sum', ('name', 'goods')), \
('amount', Fraction(150, 1), 'EUR')))
    """
    return _Parser(text, where).whole()


def walk(node: Node) -> list[Node]:
    """The node and all nodes below it."""
    found = [node]
    for part in node[1:]:
        if isinstance(part, tuple) and part and node[0] not in {"amount", "in"}:
            found.extend(walk(part))
    if node[0] == "in":
        found.extend(walk(node[1]))
    return found


def is_fact_of_line(node: Node) -> bool:
    """Is this a leaf that text about one line decides (origin, HS, lists, flags)?"""
    if node[0] == "call":
        return bool(node[1] in CALLS_OF_LINE)
    if node[0] in {"compare", "in"}:
        return any(part[0] == "name" and part[1] in FACTS_OF_LINE for part in _sides(node))
    return False


def is_fact_of_consignment(node: Node) -> bool:
    """Is this a leaf that text about the consignment decides (channel, days, registrations, settings)?"""
    if node[0] == "call":
        return bool(node[1] in {"registered", "area"})
    if node[0] == "name":
        return bool(node[1] == "marketplace")
    if node[0] in {"compare", "in"}:
        return any(
            (part[0] == "name" and part[1] in FACTS_OF_CONSIGNMENT | DAYS)
            or (part[0] == "call" and part[1] == "setting")
            for part in _sides(node)
        )
    return False


def _sides(node: Node) -> tuple[Node, ...]:
    return (node[1],) if node[0] == "in" else (node[2], node[3])


class _Parser:
    def __init__(self, text: str, where: str) -> None:
        self.text = text
        self.where = where
        self.tokens = self._cut()
        self.at = 0
        self.depth = 0

    def fail(self, problem: str) -> DataFileError:
        return DataFileError(
            f"guard does not parse: {problem}",
            field=self.where,
            value=self.text,
            cure="the words of a guard are listed in docs/law-language.md",
        )

    def _cut(self) -> list[tuple[str, str]]:
        if len(self.text) > _LONGEST:
            raise self.fail(f"longer than {_LONGEST} characters")
        tokens: list[tuple[str, str]] = []
        at, end = 0, len(self.text.rstrip())
        while at < end:
            match = _TOKEN.match(self.text, at)
            if match is None or match.end() == at:
                raise self.fail(f"unexpected {self.text[at : at + 10]!r}")
            kind = match.lastgroup or ""
            tokens.append((kind, match.group(kind)))
            at = match.end()
        return tokens

    def peek(self, ahead: int = 0) -> tuple[str, str]:
        index = self.at + ahead
        return self.tokens[index] if index < len(self.tokens) else ("end", "")

    def take(self, value: str | None = None) -> tuple[str, str]:
        token = self.peek()
        if value is not None and token[1] != value:
            raise self.fail(f"expected {value!r}, found {token[1] or 'the end'!r}")
        self.at += 1
        return token

    def whole(self) -> Node:
        node = self.either()
        if self.peek()[0] != "end":
            raise self.fail(f"unexpected {self.peek()[1]!r}")
        return node

    def either(self) -> Node:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise self.fail(f"nested deeper than {_DEEPEST}")
        parts = [self.both()]
        while self.peek() == ("name", "or"):
            self.take()
            parts.append(self.both())
        self.depth -= 1
        return parts[0] if len(parts) == 1 else ("or", *parts)

    def both(self) -> Node:
        parts = [self.negated()]
        while self.peek() == ("name", "and"):
            self.take()
            parts.append(self.negated())
        return parts[0] if len(parts) == 1 else ("and", *parts)

    def negated(self) -> Node:
        if self.peek() == ("name", "not"):
            self.take()
            self.depth += 1
            if self.depth > _DEEPEST:
                raise self.fail(f"nested deeper than {_DEEPEST}")
            return ("not", self.negated())
        return self.comparison()

    def comparison(self) -> Node:
        left = self.sum()
        kind, word = self.peek()
        if kind == "op" and word in _COMPARISONS:
            self.take()
            return ("compare", word, left, self.sum())
        if (kind, word) == ("name", "in"):
            self.take()
            return ("in", left, self.list())
        if (kind, word) == ("name", "not") and self.peek(1) == ("name", "in"):
            self.take()
            self.take()
            return ("not", ("in", left, self.list()))
        return left

    def list(self) -> tuple[str, ...]:
        self.take("[")
        items: list[str] = []
        while True:
            kind, word = self.take()
            if kind != "text":
                raise self.fail(f"a list holds quoted texts, found {word!r}")
            items.append(word[1:-1])
            if self.peek()[1] == ",":
                self.take()
                continue
            self.take("]")
            return tuple(items)

    def sum(self) -> Node:
        node = self.product()
        while self.peek() in {("op", "+"), ("op", "-")}:
            kind = "add" if self.take()[1] == "+" else "subtract"
            node = (kind, node, self.product())
        return node

    def product(self) -> Node:
        node = self.atom()
        while self.peek() == ("op", "*"):
            self.take()
            node = ("multiply", node, self.atom())
        return node

    def atom(self) -> Node:
        kind, word = self.take()
        if word == "(":
            node = self.either()
            self.take(")")
            return node
        if kind == "day":
            try:
                return ("day", date.fromisoformat(word))
            except ValueError:
                raise self.fail(f"{word} is not a day") from None
        if kind == "text":
            return ("text", word[1:-1])
        if kind == "number":
            following = self.peek()
            if following[0] == "name" and re.fullmatch("[A-Z]{3}", following[1]):
                self.take()
                return ("amount", Fraction(word), following[1])
            return ("number", Fraction(word))
        if kind == "name" and word not in {"and", "or", "not", "in"}:
            return self.call(word) if self.peek()[1] == "(" else ("name", word)
        raise self.fail(f"unexpected {word or 'end'!r}")

    def call(self, name: str) -> Node:
        self.take("(")
        if name in CALLS_WITH_TEXT:
            kind, word = self.take()
            if kind != "text":
                raise self.fail(f"{name}(...) takes a quoted text")
            self.take(")")
            return ("call", name, word[1:-1])
        if name in CALLS_WITH_GUARD:
            argument = self.either()
            self.take(")")
            return ("call", name, argument)
        raise self.fail(f"there is no word {name!r}(...)")
