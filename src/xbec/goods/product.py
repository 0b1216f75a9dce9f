"""A product of the seller's catalogue, with the facts that customs, tax and product rules ask for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import attrs

from xbec.errors import InputError
from xbec.goods.hs import HsCode
from xbec.kernel.rounding import decimal_parts, place_point

_FILE: Final = Path(__file__).resolve().parents[1] / "data" / "goods.toml"
_LONGEST_SKU: Final = 500
_LONGEST_TEXT: Final = 10_000
_MOST_KG: Final = Decimal(1_000_000)
_MOST_OF_A_UNIT: Final = Decimal(10**9)
_MOST_UNITS: Final = 50
_UNIT: Final = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
_NOTHING: Final[Mapping[str, Decimal]] = MappingProxyType({})


@cache
def known_attributes() -> Mapping[str, str]:
    """Every attribute a product may have, with what it means.

    >>> known_attributes()["food-contact"]
    'meant to touch food: tableware, kitchen tools, food packaging'

    The list is ``data/goods.toml``; a word that no rule of the library reads yet may stand in it.
    """
    import tomllib

    table: dict[str, str] = tomllib.loads(_FILE.read_text(encoding="utf-8"))["attribute"]
    return MappingProxyType(table)


def _text(value: object, field: str, most: int) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > most:
        raise InputError("no text, empty or too long", field=field, value=value, allowed=f"1 to {most} characters")
    return value


def _amount(value: object, field: str, most: Decimal) -> Decimal:
    if type(value) is Decimal and value.is_finite():
        number = value
    else:
        number = Decimal(place_point(*decimal_parts(value, field=field)))
    if not 0 < number <= most:
        raise InputError("out of range", field=field, value=value, allowed=f"above 0, at most {most}")
    return number


def _hs(value: object) -> HsCode | None:
    return value if value is None or isinstance(value, HsCode) else HsCode(value)  # type: ignore[arg-type]


def _weight(value: object) -> Decimal | None:
    return None if value is None else _amount(value, "weight_kg", _MOST_KG)


def _attributes(value: object) -> frozenset[str]:
    if isinstance(value, str | bytes | Mapping) or not isinstance(value, Iterable):
        raise InputError("not a set of attributes", field="attributes", value=value, allowed="e.g. {'battery'}")
    words = list(value)
    if not words:
        return frozenset()
    known = known_attributes()
    for word in words:
        if not isinstance(word, str) or word not in known:
            likely = word.strip().lower().replace("_", "-") if isinstance(word, str) else ""
            raise InputError(
                "not an attribute the library knows",
                field="attributes",
                value=word,
                allowed="the words of known_attributes()",
                cure=f"write {likely}" if likely in known else None,
            )
    return frozenset(words)


def _quantities(value: object) -> Mapping[str, Decimal]:
    if not isinstance(value, Mapping) or len(value) > _MOST_UNITS:
        raise InputError(
            "not amounts by unit", field="quantities", value=value, allowed=f"a mapping of at most {_MOST_UNITS} units"
        )
    amounts = {}
    for unit, amount in value.items():
        if not isinstance(unit, str) or not _UNIT.fullmatch(unit):
            raise InputError("not a unit", field="quantities", value=unit, allowed="e.g. kg, l, l_alc, pair, m2")
        amounts[unit] = _amount(amount, f"quantities[{unit}]", _MOST_OF_A_UNIT)
    return MappingProxyType(amounts)


@attrs.frozen(slots=True)
class Product:
    """One thing a seller sells; each fact but the sku may be unknown (``None``), and unknown is never a default.

    ``hs`` is the code customs know it by, ``origin`` the country (ISO 3166-1 alpha-2) where it was made in the sense of
    the rules of origin, ``weight_kg`` the gross weight of one piece in kg. ``attributes`` are facts that rules ask for
    (:func:`known_attributes`). ``quantities`` holds what one piece contains by unit of a tariff: ``kg`` net, ``l``,
    ``l_alc``, ``pair``, ``m2``.

    >>> shirt = Product("TS-1", "T-shirt, cotton", hs="6109.10", origin="BD", weight_kg=Decimal("0.2"))
    >>> print(shirt.hs, shirt.origin, shirt.weight_kg)
    6109.10 BD 0.2
    >>> Product("PB-1", hs="8507.60", attributes={"batery"})
    Traceback (most recent call last):
    ...
    xbec.errors.InputError: not an attribute the library knows; field attributes; value 'batery'; allowed: the words \
of known_attributes()

    Errors: :class:`InputError` naming the field, for any value that is none.
    """

    sku: str = attrs.field()
    description: str | None = attrs.field(default=None)
    hs: HsCode | None = attrs.field(default=None, converter=_hs, kw_only=True)
    origin: str | None = attrs.field(default=None, kw_only=True)
    weight_kg: Decimal | None = attrs.field(default=None, converter=_weight, kw_only=True)
    attributes: frozenset[str] = attrs.field(default=frozenset(), converter=_attributes, kw_only=True)
    quantities: Mapping[str, Decimal] = attrs.field(
        default=_NOTHING, converter=_quantities, kw_only=True, hash=False, repr=lambda value: repr(dict(value))
    )

    def __attrs_post_init__(self) -> None:
        _text(self.sku, "sku", _LONGEST_SKU)
        if self.description is not None:
            _text(self.description, "description", _LONGEST_TEXT)
        if self.origin is not None:
            _country(self.origin)

    def has(self, attribute: str) -> bool:
        """Has the product this attribute? Errors: :class:`InputError` for a word that is none."""
        return attribute in self.attributes or bool(_attributes([attribute]) & self.attributes)

    def quantities_of(self, pieces: int) -> Mapping[str, Decimal]:
        """What so many pieces contain, by unit.

        >>> dict(Product("W-1", quantities={"l": "0.75"}).quantities_of(6))
        {'l': Decimal('4.50')}

        Errors: :class:`InputError` for a number below one.
        """
        if not isinstance(pieces, int) or isinstance(pieces, bool) or not 1 <= pieces <= 10**9:
            raise InputError("not a number of pieces", field="pieces", value=pieces, allowed="1 to 10**9")
        return {unit: amount * pieces for unit, amount in self.quantities.items()}

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (attrs.asdict(self, recurse=False) | {"quantities": dict(self.quantities)},)


def _rebuild(fields: dict[str, Any]) -> Product:
    return Product(**fields)


def _country(code: object) -> None:
    from xbec.kernel.place import Place

    refusal = InputError("not a country", field="origin", value=code, allowed="ISO 3166-1 alpha-2, e.g. BD")
    if not isinstance(code, str) or not re.fullmatch("[A-Z]{2}", code):
        raise refusal
    try:
        Place(code)
    except InputError as problem:
        raise refusal from problem
