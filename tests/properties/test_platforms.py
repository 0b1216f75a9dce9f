"""Whatever arrives at the border, an order or a DocumentError leaves it; and no minor unit is lost on the way."""

import json
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from xbec.errors import DocumentError
from xbec.kernel.money import Money
from xbec.orders import OrderLine, shares
from xbec.platforms import adapter, detect, example, example_names, read_document
from xbec.testing.platform_contract import mutations

SAMPLES = {name: json.loads(example(name)) for name in example_names()}
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.decimals(),
    st.text(max_size=30),
    st.sampled_from(["EUR", "USD", "DE", "0", "-1.00", "1e9", "NaN", "6109.10", "2026-08-03T10:14:22Z", "9" * 50]),
)
VALUES = st.recursive(
    SCALARS, lambda parts: st.lists(parts, max_size=3) | st.dictionaries(st.text(max_size=5), parts, max_size=3)
)


def assert_names_a_place(error: DocumentError) -> None:
    assert str(error.field).startswith("$")


@st.composite
def broken(draw: st.DrawFn) -> dict[str, Any]:
    """A sample with one to four parts replaced or dropped, at any depth."""
    document: dict[str, Any] = json.loads(json.dumps(SAMPLES[draw(st.sampled_from(sorted(SAMPLES)))]))
    for _ in range(draw(st.integers(1, 4))):
        part: Any = document
        while True:
            keys = list(part) if isinstance(part, dict) else list(range(len(part)))
            if not keys:
                break
            key = draw(st.sampled_from(keys))
            if isinstance(part[key], dict | list) and part[key] and draw(st.integers(0, 9)):
                part = part[key]
                continue
            if draw(st.booleans()):
                part[key] = draw(VALUES)
            else:
                del part[key]
            break
    return document


@settings(max_examples=300, deadline=None)
@given(broken())
def test_a_broken_document_is_an_order_or_a_document_error(document: dict[str, Any]) -> None:
    for name in ("amazon", "shopify"):
        adapter(name).recognises(document)
        try:
            order = adapter(name).parse_order(document)
        except DocumentError as error:
            assert_names_a_place(error)
        else:
            assert order.lines
            assert order.total.currency == order.currency


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(), st.binary(), VALUES, st.text(alphabet='{}[]",:\\u0dN1-e.')))
def test_anything_at_all_is_a_document_or_a_document_error(payload: Any) -> None:
    for read in (read_document, detect, adapter("shopify").parse_order, adapter("amazon").parse_order):
        try:
            read(payload)
        except DocumentError as error:
            assert_names_a_place(error)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.text(), VALUES))
def test_what_is_read_is_plain(document: dict[str, Any]) -> None:
    try:
        read = read_document(document)
    except DocumentError:
        return
    assert set(read) == set(document)
    json.dumps(read, default=str)


def test_mutations_touch_every_part() -> None:
    changes = [change for change, _ in mutations({"a": [{"b": 1}]})]
    assert {change.rsplit(" dropped")[0] for change in changes if change.endswith("dropped")} == {
        "['a']",
        "['a', 0]",
        "['a', 0, 'b']",
    }


AMOUNTS = st.decimals(min_value=0, max_value=Decimal("99999999.99"), places=2)


@given(AMOUNTS, st.integers(1, 1_000_000))
def test_shares_add_up_and_differ_by_one_unit(amount: Decimal, pieces: int) -> None:
    money = Money(amount, "EUR")
    cut = shares(money, pieces)
    assert sum(count for count, _ in cut) == pieces
    assert sum(one * count for count, one in cut) == money
    assert len(cut) <= 2
    assert max(one for _, one in cut) - min(one for _, one in cut) <= Money("0.01", "EUR")


@given(AMOUNTS, st.integers(1, 1000), st.decimals(min_value=0, max_value=1, places=4))
def test_a_split_line_loses_nothing(price: Decimal, quantity: int, part: Decimal) -> None:
    goods = Money(price, "EUR") * quantity
    discount = (goods * part).round_to()
    line = OrderLine(id="1", unit_price=Money(price, "EUR"), quantity=quantity, discount=min(discount, goods))
    parts = line.split()
    assert sum(one.quantity for one in parts) == quantity
    assert sum(one.net_unit_price * one.quantity for one in parts) == line.net_of_discount
