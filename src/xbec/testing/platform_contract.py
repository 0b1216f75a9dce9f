"""What every platform adapter owes its users, as tests.

In the tests of your adapter::

    from xbec.testing import PlatformContract

    class TestMyShop(PlatformContract):
        adapter = MyShop()
        samples = [Path("order.json").read_text()]

pytest collects the subclass and runs each promise below. Samples are whole order documents, as JSON text; give one of
each shape the platform sends. The suite needs pytest to run and imports nothing of it.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, ClassVar

from xbec.errors import DocumentError
from xbec.orders import Order
from xbec.platforms import PlatformAdapter, read_document

GARBAGE: tuple[str | bytes, ...] = (
    "",
    " ",
    "null",
    "17",
    '"order"',
    "[]",
    "{}",
    '{"order": null}',
    '{"order": []}',
    "{'order': 1}",
    '{"order": {"id": 1}',
    '{"order": NaN}',
    '{"order": 1e999999999}',
    '{"order": {"id": 1, "id": 2}}',
    '{"order": "\\ud800"}',
    '{"order": ' + "9" * 5_000 + "}",
    '{"order":' * 200 + "1" + "}" * 200,
    "[" * 100_000,
    b"\xff\xfe{}",
    b'{"order": "\xc3"}',
)
"""Documents that no adapter may take, and none may fall over."""

WRONG: tuple[Any, ...] = (
    None,
    True,
    -1,
    Decimal("NaN"),
    1.5,
    "",
    "\u0000",
    "x" * 20_000,
    [],
    [None],
    {},
    {"a": []},
    b"1",
    10**60,
)
"""Values that are put in the place of every part of every sample."""


class PlatformContract:
    """Subclass it with ``adapter`` and ``samples``; its methods are the tests."""

    adapter: ClassVar[PlatformAdapter]
    samples: ClassVar[Sequence[str]]

    def test_has_a_lower_case_name(self) -> None:
        """The name is the word by which users ask for the adapter."""
        assert self.adapter.name
        assert self.adapter.name == self.adapter.name.lower().strip()

    def test_reads_every_sample(self) -> None:
        """A real document becomes an order of this platform with lines that have a price."""
        assert self.samples, "give at least one sample"
        for order in self._orders():
            assert isinstance(order, Order)
            assert order.platform == self.adapter.name
            assert order.lines

    def test_recognises_its_own_and_nothing_else(self) -> None:
        """``detect`` relies on it; a document of nobody is refused without an exception."""
        for sample in self.samples:
            assert self.adapter.recognises(sample)
        for garbage in GARBAGE:
            assert not self.adapter.recognises(garbage), garbage[:40]

    def test_text_bytes_and_mapping_say_the_same(self) -> None:
        """It does not matter how the caller received the document."""
        for sample in self.samples:
            order = self.adapter.parse_order(sample)
            assert self.adapter.parse_order(sample.encode()) == order
            assert self.adapter.parse_order(read_document(sample)) == order

    def test_is_deterministic_and_leaves_the_payload_alone(self) -> None:
        """Twice the same, and the caller's mapping is as it was."""
        for sample in self.samples:
            document = json.loads(sample, parse_float=Decimal)
            before = copy.deepcopy(document)
            assert self.adapter.parse_order(document) == self.adapter.parse_order(document)
            assert document == before

    def test_totals_agree(self) -> None:
        """The parts make the grand total that the platform stated, to the last minor unit."""
        for order in self._orders():
            assert not order.discrepancy, f"order {order.id}: stated {order.stated_total}, parts make {order.total}"

    def test_every_piece_of_a_line_costs_the_same(self) -> None:
        """Lines arrive split where a discount or a line amount does not divide evenly."""
        for order in self._orders():
            for line in order.lines:
                assert line.net_unit_price * line.quantity == line.net_of_discount

    def test_refuses_garbage_with_a_document_error(self) -> None:
        """Anything may arrive; only ``DocumentError`` may leave."""
        for garbage in GARBAGE:
            refused = self._refusal(garbage)
            assert refused is not None, f"took {garbage[:40]!r}"
            assert refused.field is not None, f"{refused} names no place"

    def test_survives_a_part_that_is_missing_or_of_another_kind(self) -> None:
        """Each part of each sample is dropped and replaced in turn: an order, or a ``DocumentError`` with a path."""
        for sample in self.samples:
            for change, broken in mutations(read_document(sample)):
                refused = self._refusal(broken)
                assert refused is None or str(refused.field).startswith("$"), f"{change}: {refused}"

    def _refusal(self, payload: str | bytes | dict[str, Any]) -> DocumentError | None:
        try:
            self.adapter.parse_order(payload)
        except DocumentError as refused:
            return refused
        return None

    def _orders(self) -> list[Order]:
        return [self.adapter.parse_order(sample) for sample in self.samples]


def mutations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every document that differs from this one in one part, dropped or of another kind, each with what was changed."""
    for path in _paths(document, ()):
        for wrong in (_DROPPED, *WRONG):
            changed = copy.deepcopy(document)
            parent: Any = changed
            for part in path[:-1]:
                parent = parent[part]
            if wrong is _DROPPED:
                del parent[path[-1]]
            else:
                parent[path[-1]] = wrong
            yield f"{list(path)} {'dropped' if wrong is _DROPPED else 'replaced by ' + repr(wrong)[:40]}", changed


_DROPPED = object()


def _paths(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    if path:
        yield path
    parts: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in parts:
        yield from _paths(part, (*path, key))
