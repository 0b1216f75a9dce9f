from decimal import Decimal
from fractions import Fraction

import pytest

from xbec.errors import InputError
from xbec.kernel.quantities import Dimensions, Quantity, Weight, unit, unit_of_taric, units
from xbec.kernel.rounding import Rounding


def test_weights_convert_exactly():
    assert Weight(1, "lb").kg == Decimal("0.45359237")
    assert Weight(16, "oz") == Weight(1, "lb")
    assert Weight("453.59237", "g").lb == 1
    assert Weight("2.5").g == 2500
    assert Weight(1, "kg").oz == Fraction("1000") / Fraction("28.349523125")
    assert Weight(1, "kg").to("lb").to("kg") == Weight(1, "kg")
    assert Weight("1.25", "kg").value == Decimal("1.25")


def test_weights_compare_add_and_round():
    assert Weight(1, "lb") < Weight("0.5", "kg") <= Weight(500, "g")
    assert Weight(1, "kg") + Weight(500, "g") == Weight("1.5", "kg")
    assert Weight(1, "kg") - Weight(1, "kg") == Weight(0, "g")
    assert 3 * Weight("0.1", "kg") == Weight("0.3", "kg")
    assert str(Weight("1.01", "kg").round_to(Rounding("0.5", "up"))) == "1.5 kg"
    assert len({Weight(1, "kg"), Weight(1000, "g")}) == 1
    assert not Weight(0)


def test_kinds_do_not_mix():
    for meet in (
        lambda: Quantity(1, "kg") + Quantity(1, "kg_gross"),
        lambda: Quantity(1, "l").to("l_alc"),
        lambda: Quantity(1, "pair") < Quantity(2, "piece"),
        lambda: Weight(1, "l"),
        lambda: Weight(1, "kg") + 1,
        lambda: Quantity(1, "m2").to("m"),
    ):
        with pytest.raises(InputError):
            meet()
    assert Quantity(1, "kg") != Quantity(1, "kg_gross")
    assert Quantity(1, "kg") != 1


@pytest.mark.parametrize(
    ("one", "many"),
    [
        (Quantity(1, "t"), Quantity(1000, "kg")),
        (Quantity(1, "dt"), Quantity(100, "kg")),
        (Quantity(5, "ct"), Quantity(1, "g")),
        (Quantity(1, "hl"), Quantity(100, "l")),
        (Quantity(1, "m3"), Quantity(10, "hl")),
        (Quantity(2, "l_proof"), Quantity(1, "l_alc")),
        (Quantity(1, "gross"), Quantity(12, "dozen")),
        (Quantity(1, "thousand"), Quantity(1000, "piece")),
        (Quantity(1, "in"), Quantity("2.54", "cm")),
        (Quantity(1, "ft"), Quantity(12, "in")),
        (Quantity(1, "tj"), Quantity(Fraction(2500, 9), "mwh")),
        (Quantity(1, "m2"), Quantity(10000, "cm2")),
    ],
)
def test_units_agree(one, many):
    assert one == many


def test_the_table_of_units_is_sound():
    table = units()
    taric = [row.taric for row in table.values() if row.taric]
    assert len(taric) == len(set(taric))
    for kind in {row.kind for row in table.values()}:
        assert next(row for row in table.values() if row.kind == kind).factor == 1
    assert all(row.factor > 0 and row.label for row in table.values())
    assert {"kg", "kg_gross", "g", "t", "l", "hl", "l_alc", "piece", "pair", "m", "m2", "m3", "ct", "kwh"} <= set(table)
    assert unit_of_taric("NPR") is unit("pair")


@pytest.mark.parametrize("code", ["KG", "stone", "", None, 3, [], "x" * 10_000])
def test_a_unit_that_is_none_is_refused(code):
    for ask in (
        unit,
        unit_of_taric,
        lambda u: Quantity(1, u),
        lambda u: Weight(1, u),
        lambda u: Dimensions(1, 1, 1, u),
    ):
        with pytest.raises(InputError):
            ask(code)


@pytest.mark.parametrize("amount", [-1, 1.5, True, None, "x", Decimal("NaN"), Decimal("-0.001"), "1" * 40])
def test_an_amount_that_is_none_is_refused(amount):
    for make in (lambda a: Quantity(a, "piece"), lambda a: Weight(a, "kg"), lambda a: Dimensions(a, 1, 1)):
        with pytest.raises(InputError):
            make(amount)


def test_volumetric_weight():
    box = Dimensions(40, 30, 20)
    assert box.volumetric_weight(5000) == Weight("4.8", "kg")
    assert Dimensions("0.4", "0.3", "0.2", "m").volumetric_weight(5000) == Weight("4.8", "kg")
    inches = Dimensions(12, 10, 8, "in")
    assert inches.volumetric_weight(139, length_unit="in", weight_unit="lb").lb == Fraction(960, 139)
    assert inches.to("cm").sides == (Decimal("30.48"), Decimal("25.4"), Decimal("20.32"))
    assert str(inches) == "12 x 10 x 8 in"
    for divisor in (0, -5000, 1.5, None):
        with pytest.raises(InputError):
            box.volumetric_weight(divisor)
    for sides in ((0, 1, 1), (1, 1, -1)):
        with pytest.raises(InputError):
            Dimensions(*sides)
