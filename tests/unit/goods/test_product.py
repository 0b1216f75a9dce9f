"""Products of a catalogue."""

import pickle
from decimal import Decimal
from typing import Any

import pytest

from xbec.errors import InputError
from xbec.goods import HsCode, Product, known_attributes


def test_facts_are_read_and_normalised() -> None:
    product = Product(
        "LMP-3", "Desk lamp", hs="9405.21", origin="CN", weight_kg="1.20", attributes=["mains", "light-source"]
    )
    assert product.hs == HsCode("940521")
    assert product.weight_kg == Decimal("1.20")
    assert product.attributes == frozenset({"mains", "light-source"})
    assert product.has("mains")
    assert not product.has("battery")


def test_what_is_not_stated_is_unknown() -> None:
    product = Product("X-1")
    assert (product.description, product.hs, product.origin, product.weight_kg) == (None, None, None, None)
    assert product.attributes == frozenset()
    assert dict(product.quantities) == {}


def test_quantities_of_several_pieces() -> None:
    wine = Product("W-1", hs="2204.21", quantities={"l": "0.75", "l_alc": Decimal("0.09")})
    assert wine.quantities_of(12) == {"l": Decimal("9.00"), "l_alc": Decimal("1.08")}
    with pytest.raises(InputError, match="pieces"):
        wine.quantities_of(0)


def test_a_product_is_a_value() -> None:
    make: Any = lambda: Product("A", hs="6109.10", attributes={"textile"}, quantities={"kg": "0.2"})  # noqa: E731
    assert make() == make()
    assert hash(make()) == hash(make())
    assert pickle.loads(pickle.dumps(make())) == make()
    with pytest.raises(TypeError):
        make().quantities["kg"] = Decimal(1)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("sku", ""), ("sku", None), ("sku", 12), ("sku", "x" * 501),
        ("description", " "), ("description", 5),
        ("hs", 610910), ("hs", "61091"),
        ("origin", "China"), ("origin", "cn"), ("origin", 5), ("origin", "XX"),
        ("weight_kg", 1.2), ("weight_kg", Decimal("NaN")), ("weight_kg", 0), ("weight_kg", "-1"), ("weight_kg", 10**9),
        ("attributes", "battery"), ("attributes", {"batery"}), ("attributes", [1]), ("attributes", 5),
        ("attributes", [["x"]]),
        ("quantities", 5), ("quantities", {"kg": 0.5}), ("quantities", {"KG": 1}), ("quantities", {1: 1}),
        ("quantities", {"kg": "Infinity"}), ("quantities", {"kg": 0}),
    ],
)  # fmt: skip
def test_what_is_no_fact_is_refused_with_its_field(field: str, value: object) -> None:
    facts: dict[str, Any] = {"sku": "A"} | {field: value}
    with pytest.raises(InputError) as caught:
        Product(**facts)
    assert str(caught.value.field).startswith(field)


def test_a_near_miss_is_put_right() -> None:
    with pytest.raises(InputError, match="write food-contact"):
        Product("A", attributes={"Food_contact"})


def test_every_attribute_has_one_spelling_and_a_meaning() -> None:
    for word, meaning in known_attributes().items():
        assert word == word.lower().replace("_", "-").strip()
        assert meaning
    assert {"battery", "radio", "food-contact", "alcohol", "tobacco", "perfume"} <= set(known_attributes())
