"""Weights, dimensions and the supplementary units of customs tariffs, exact in every conversion.

The units are data (``data/units.toml``). Units of different kinds never convert into each other: a gross kilogram is no
net kilogram, a litre of wine no litre of pure alcohol.
"""

from __future__ import annotations

import tomllib
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, Final, Self

import attrs

from xbec.errors import InputError
from xbec.kernel.rounding import Exact, Rounding, exact, write

_FILE: Final = Path(__file__).resolve().parents[1] / "data" / "units.toml"


@attrs.frozen(slots=True)
class Unit:
    """A unit: its code here, its kind, the exact factor to the first unit of the kind, its TARIC code if it has one."""

    code: str
    kind: str
    factor: Fraction
    label: str
    taric: str | None


@cache
def units() -> dict[str, Unit]:
    """Every unit by its code.

    >>> units()["hl"].label, units()["hl"].factor
    ('hectolitre', Fraction(100, 1))

    Source: SI brochure, NIST SP 811, TARIC; see ``data/units.toml``.
    """
    rows: dict[str, dict[str, str]] = tomllib.loads(_FILE.read_text(encoding="utf-8"))["unit"]
    return {
        code: Unit(code, row["kind"], exact(row["factor"], field=code), row["label"], row.get("taric"))
        for code, row in rows.items()
    }


def unit(code: str) -> Unit:
    """The unit of a code. Errors: :class:`InputError` for a code that is none."""
    found = units().get(code) if isinstance(code, str) else None
    if found is None:
        raise InputError("not a unit", field="unit", value=code, allowed=", ".join(units()))
    return found


def unit_of_taric(code: str) -> Unit:
    """The unit of a measurement unit code (with qualifier) of the EU and UK tariffs.

    >>> unit_of_taric("LPA").code, unit_of_taric("DTN").code
    ('l_alc', 'dt')

    Errors: :class:`InputError` for a code we have no unit for.
    """
    for candidate in units().values():
        if candidate.taric is not None and candidate.taric == code:
            return candidate
    raise InputError("not a TARIC measurement unit we know", field="unit", value=code)


@attrs.frozen(slots=True, init=False, eq=False, repr=False)
class _Measured:
    """What :class:`Quantity` and :class:`Weight` share: an exact number of a unit, never below zero."""

    KINDS: ClassVar[frozenset[str]] = frozenset()

    amount: Fraction
    unit: str

    def __init__(self, amount: Exact | str, unit: str) -> None:
        number = exact(amount, field="amount")
        if number < 0:
            raise InputError("a quantity below zero", field="amount", value=amount, allowed="zero or more")
        kind = _kind(unit)
        if self.KINDS and kind not in self.KINDS:
            raise InputError(f"not a unit of {', '.join(sorted(self.KINDS))}", field="unit", value=unit)
        self.__attrs_init__(number, str(unit))

    @property
    def kind(self) -> str:
        """What is measured: ``"net mass"``, ``"volume"``, ``"pieces"`` ..."""
        return _kind(self.unit)

    def number_of(self, code: str) -> Fraction:
        """How many of another unit of the same kind this is, exactly. Errors: :class:`InputError` for another kind."""
        source, target = unit(self.unit), unit(code)
        if source.kind != target.kind:
            raise InputError(
                f"{source.label} does not convert into {target.label}",
                field="unit",
                value=code,
                allowed=", ".join(other.code for other in units().values() if other.kind == source.kind),
            )
        return self.amount * source.factor / target.factor

    def to(self, code: str) -> Self:
        """The same in another unit of its kind."""
        return type(self)(self.number_of(code), code)

    def round_to(self, rounding: Rounding) -> Self:
        """Rounded in its own unit."""
        if not isinstance(rounding, Rounding):
            raise InputError("not a rounding", field="rounding", value=rounding, allowed="Rounding")
        return type(self)(rounding.apply(self.amount), self.unit)

    def __add__(self, other: Self) -> Self:
        return type(self)(self.amount + self._same(other), self.unit)

    def __sub__(self, other: Self) -> Self:
        return type(self)(self.amount - self._same(other), self.unit)

    def __mul__(self, factor: Exact) -> Self:
        return type(self)(self.amount * exact(factor, field="factor"), self.unit)

    __rmul__ = __mul__

    def __eq__(self, other: object) -> bool:
        return self._key() == other._key() if isinstance(other, _Measured) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._key())

    def __lt__(self, other: Self) -> bool:
        return self.amount < self._same(other)

    def __le__(self, other: Self) -> bool:
        return self.amount <= self._same(other)

    def __gt__(self, other: Self) -> bool:
        return self.amount > self._same(other)

    def __ge__(self, other: Self) -> bool:
        return self.amount >= self._same(other)

    def __bool__(self) -> bool:
        return self.amount != 0

    def __str__(self) -> str:
        return f"{write(self.amount)} {self.unit}"

    def __repr__(self) -> str:
        return f"{type(self).__name__}({write(self.amount)!r}, {self.unit!r})"

    def _same(self, other: object) -> Fraction:
        if isinstance(other, _Measured):
            return other.number_of(self.unit)
        raise InputError("not a quantity", value=other, allowed=f"a quantity of {self.kind}")

    def _key(self) -> tuple[str, Fraction]:
        own = unit(self.unit)
        return own.kind, self.amount * own.factor


@attrs.frozen(slots=True, init=False, eq=False, repr=False)
class Quantity(_Measured):
    """An amount of a unit that a duty, a tax or a declaration counts in.

    >>> Quantity("0.7", "l").to("hl")
    Quantity('0.007', 'hl')
    >>> Quantity(2, "dozen") == Quantity(24, "piece")
    True
    >>> Quantity(1, "kg").to("kg_gross")
    Traceback (most recent call last):
    ...
    xbec.errors.InputError: kilogram does not convert into kilogram, gross; field unit; value 'kg_gross'; \
allowed: kg, g, mg, dt, t, ct, lb, oz

    Errors: :class:`InputError` for a float, a number below zero, an unknown unit, units of two kinds.
    """


@attrs.frozen(slots=True, init=False, eq=False, repr=False)
class Weight(_Measured):
    """A weight in kg, g, t, lb, oz ..., exact: 1 lb is 0.45359237 kg.

    >>> Weight("1.5", "lb").to("kg")
    Weight('0.680388555', 'kg')
    >>> print(Weight(16, "oz").to("lb"))
    1 lb

    Errors: as :class:`Quantity`.
    """

    KINDS: ClassVar[frozenset[str]] = frozenset({"net mass", "gross mass"})

    def __init__(self, value: Exact | str, unit: str = "kg") -> None:
        super().__init__(value, unit)

    @property
    def value(self) -> Fraction:
        """The number, in :attr:`unit`."""
        return self.amount

    @property
    def kg(self) -> Fraction:
        """Kilograms, exactly."""
        return self._base()

    @property
    def g(self) -> Fraction:
        """Grams, exactly."""
        return self._base() * 1000

    @property
    def lb(self) -> Fraction:
        """Pounds, exactly; seldom a decimal."""
        return self._base() / unit("lb").factor

    @property
    def oz(self) -> Fraction:
        """Ounces, exactly; seldom a decimal."""
        return self._base() / unit("oz").factor

    def _base(self) -> Fraction:
        return self.amount * unit(self.unit).factor


@attrs.frozen(slots=True, init=False)
class Dimensions:
    """Length, width and height of a parcel, in one unit of length; each above zero.

    >>> box = Dimensions(40, 30, 20, "cm")
    >>> print(box, "=", box.volumetric_weight(5000))
    40 x 30 x 20 cm = 4.8 kg

    Errors: :class:`InputError` for a float, a side that is not above zero, a unit that is no length.
    """

    length: Fraction
    width: Fraction
    height: Fraction
    unit: str

    def __init__(self, length: Exact | str, width: Exact | str, height: Exact | str, unit: str = "cm") -> None:
        sides = {"length": length, "width": width, "height": height}
        exact_sides = {field: exact(side, field=field) for field, side in sides.items()}
        for field, side in exact_sides.items():
            if side <= 0:
                raise InputError("a side must be above zero", field=field, value=sides[field])
        if _kind(unit) != "length":
            raise InputError("not a unit of length", field="unit", value=unit, allowed="mm, cm, m, in, ft")
        self.__attrs_init__(**exact_sides, unit=str(unit))

    @property
    def sides(self) -> tuple[Fraction, Fraction, Fraction]:
        """The sides, the longest first, in :attr:`unit`."""
        longest, middle, shortest = sorted((self.length, self.width, self.height), reverse=True)
        return longest, middle, shortest

    def to(self, code: str) -> Dimensions:
        """The same in another unit of length."""
        length, width, height = (
            Quantity(side, self.unit).number_of(code) for side in (self.length, self.width, self.height)
        )
        return Dimensions(length, width, height, code)

    def volumetric_weight(self, divisor: Exact | str, *, length_unit: str = "cm", weight_unit: str = "kg") -> Weight:
        """Volume over ``divisor`` (cubic ``length_unit`` for one ``weight_unit``; 5000 cm3/kg, 139 in3/lb), exact.

        Errors: :class:`InputError` for a divisor that is not above zero.
        """
        by = exact(divisor, field="divisor")
        if by <= 0:
            raise InputError("a divisor must be above zero", field="divisor", value=divisor)
        box = self.to(length_unit)
        return Weight(box.length * box.width * box.height / by, weight_unit)

    def __str__(self) -> str:
        return f"{write(self.length)} x {write(self.width)} x {write(self.height)} {self.unit}"


def _kind(code: Any) -> str:
    return unit(code).kind
