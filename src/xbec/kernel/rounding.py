"""Exact numbers, and the one place where they are rounded.

A number of the library is an ``int``, a ``Decimal`` or a ``Fraction``, never a float. Rounding has a step (0.01, 0.05,
1000) and a mode, both named by the law that asks for it.
"""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from math import gcd
from typing import Final, Literal, cast, get_args

import attrs

from xbec.errors import InputError

Mode = Literal["half-up", "half-even", "half-down", "up", "down", "ceil", "floor"]
MODES: Final[tuple[str, ...]] = get_args(Mode)
"""half-up: half away from zero; up: away from zero; down: toward zero; ceil, floor: toward plus, minus infinity."""

Exact = int | Decimal | Fraction

MOST_DIGITS: Final = 30
"""Digits of a written number, before and after the point together; more is refused as absurd."""

_TOO_LARGE: Final = 10**MOST_DIGITS
_ALLOWED: Final = f"a number of at most {MOST_DIGITS} digits, as str, int, Decimal or Fraction"
_DECIMAL = re.compile(r"([+-]?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]{1,3}))?", re.ASCII)
_RATIO = re.compile(r"([+-]?[0-9]+)/([0-9]+)", re.ASCII)


def round_ratio(numerator: int, denominator: int, mode: str = "half-up") -> int:
    """``numerator / denominator`` rounded to a whole number, in integers; ``denominator`` is above zero.

    >>> [round_ratio(n, 2) for n in (-3, -1, 1, 3)]
    [-2, -1, 1, 2]
    >>> [round_ratio(n, 2, "half-even") for n in (-3, -1, 1, 3)]
    [-2, 0, 0, 2]

    Errors: :class:`InputError` for a mode that is none, or a denominator that is not above zero.
    """
    if denominator <= 0:
        raise InputError("a denominator must be above zero", field="denominator", value=denominator)
    if mode == "half-up":
        if numerator >= 0:
            return (2 * numerator + denominator) // (2 * denominator)
        return -((denominator - 2 * numerator) // (2 * denominator))
    if mode == "floor":
        return numerator // denominator
    if mode == "ceil":
        return -(-numerator // denominator)
    size = abs(numerator)
    whole, rest = divmod(size, denominator)
    if mode == "up":
        away = rest > 0
    elif mode == "down":
        away = False
    elif mode == "half-even":
        away = 2 * rest > denominator or (2 * rest == denominator and whole % 2 == 1)
    elif mode == "half-down":
        away = 2 * rest > denominator
    else:
        raise InputError("not a rounding mode", field="mode", value=mode, allowed=", ".join(MODES))
    return (whole + away) * (1 if numerator >= 0 else -1)


def decimal_parts(value: object, *, field: str) -> tuple[int, int]:
    """A written number as ``(integer coefficient, decimals)``, trailing zeros kept: ``"12.50"`` is ``(1250, 2)``.

    Errors: :class:`InputError` for a float, a bool, NaN, infinity, text that is no plain number, more than 30 digits.
    """
    if isinstance(value, str):
        text = str(value) if len(value) <= 4 * MOST_DIGITS else ""
    elif isinstance(value, int) and not isinstance(value, bool):
        if -_TOO_LARGE < value < _TOO_LARGE:
            return int(value), 0
        text = ""
    elif isinstance(value, Decimal):
        # A Decimal may write a million zeros in eight characters, so its size is asked before its text.
        text = str(value) if -4 * MOST_DIGITS < value.adjusted() < 4 * MOST_DIGITS else ""
        text = text if len(text) <= 4 * MOST_DIGITS else ""
    else:
        raise _refusal(value, field)
    whole, point, places = text.partition(".")
    plain = whole + places
    # Most numbers have no sign and no exponent; they need no pattern.
    if plain.isdigit() and plain.isascii() and len(plain) <= MOST_DIGITS and whole and (places or not point):
        return int(plain), len(places)
    match = _DECIMAL.fullmatch(text)
    if match is None:
        raise _refusal(value, field)
    sign, whole, places, exponent = match.groups()
    if places is None:
        coefficient, decimals = int(whole), 0
    else:
        coefficient, decimals = int(whole + places), len(places)
    if sign == "-":
        coefficient = -coefficient
    if exponent is not None:
        decimals -= int(exponent)
    if decimals > MOST_DIGITS or len(plain) > MOST_DIGITS:
        coefficient, decimals = shorten_decimals(coefficient, decimals, least=0)
    elif decimals < 0:
        coefficient, decimals = coefficient * 10 ** min(-decimals, 2 * MOST_DIGITS), 0
    if decimals > MOST_DIGITS or not -_TOO_LARGE < coefficient < _TOO_LARGE:
        raise _refusal(value, field)
    return coefficient, decimals


def shorten_decimals(coefficient: int, decimals: int, *, least: int) -> tuple[int, int]:
    """Drop zeros at the end of the decimals, keeping at least ``least`` of them."""
    while decimals > least and coefficient % 10 == 0:
        coefficient //= 10
        decimals -= 1
    return coefficient, decimals


def exact(value: object, *, field: str = "number") -> Fraction:
    """Any exact number as a ``Fraction``; text may be a decimal or a ratio of whole numbers.

    >>> exact("0.05"), exact("22/78")
    (Fraction(1, 20), Fraction(11, 39))

    Errors: :class:`InputError` as :func:`decimal_parts`, and for a denominator of zero.
    """
    if isinstance(value, Fraction):
        if abs(value.numerator) < _TOO_LARGE**2 and value.denominator < _TOO_LARGE**2:
            return value
        raise _refusal(value, field)
    if isinstance(value, str) and "/" in value:
        match = _RATIO.fullmatch(value) if len(value) <= 5 * MOST_DIGITS else None
        if match is None or not int(match[2]):
            raise _refusal(value, field)
        return exact(Fraction(int(match[1]), int(match[2])), field=field)
    coefficient, decimals = decimal_parts(value, field=field)
    return Fraction(coefficient, 10**decimals)


def scaled(value: Fraction) -> tuple[int, int] | None:
    """``(integer coefficient, decimals)`` of a number, shortest; ``None`` when decimals cannot write it.

    >>> scaled(Fraction("0.077")), scaled(Fraction(1, 3))
    ((77, 3), None)
    """
    decimals = decimals_of(value.denominator)
    return None if decimals is None else (value.numerator * 10**decimals // value.denominator, decimals)


def decimals_of(denominator: int) -> int | None:
    """How many decimals write ``1 / denominator`` exactly; ``None`` when none do (1/3).

    >>> decimals_of(8), decimals_of(78)
    (3, None)
    """
    twos = (denominator & -denominator).bit_length() - 1
    denominator >>= twos
    fives = 0
    while denominator % 5 == 0:
        denominator //= 5
        fives += 1
    return max(twos, fives) if denominator == 1 else None


def write(value: Fraction) -> str:
    """A number as people write it, ``0.05`` where 30 digits can, else ``11/39``; :func:`exact` reads it back."""
    parts = scaled(value)
    if parts is None or parts[1] > MOST_DIGITS or abs(parts[0]) >= _TOO_LARGE:
        return f"{value.numerator}/{value.denominator}"
    return place_point(*parts)


def place_point(coefficient: int, decimals: int) -> str:
    """``(1250, 2)`` as ``"12.50"``.

    >>> place_point(-5, 2)
    '-0.05'
    """
    if decimals == 0:
        return str(coefficient)
    digits = str(abs(coefficient)).zfill(decimals + 1)
    return f"{'-' if coefficient < 0 else ''}{digits[:-decimals]}.{digits[-decimals:]}"


def _refusal(value: object, field: str) -> InputError:
    if isinstance(value, float):
        return InputError(
            "a float is not exact", field=field, value=value, allowed=_ALLOWED, cure='write it in quotes, e.g. "12.50"'
        )
    if isinstance(value, Fraction):
        # Python refuses to write integers of more than 4300 digits, so an absurd fraction has no text of its own.
        value = f"a fraction of {max(value.numerator.bit_length(), value.denominator.bit_length())} bits"
    return InputError("not an exact number", field=field, value=value, allowed=_ALLOWED)


@attrs.frozen(slots=True, init=False)
class Rounding:
    """Round to a multiple of ``step`` (0.01, 0.05, 1, 1000; in units of the currency or of the quantity).

    ``mode`` is one of :data:`MODES`; the default ``half-up`` takes a half away from zero.

    >>> Rounding("0.05").apply(Fraction("12.525"))
    Fraction(251, 20)
    >>> print(Rounding(1000, "down"))
    to 1000, down

    Errors: :class:`InputError` for a step that is not above zero, a float, a mode that is none.
    """

    step: Fraction
    mode: Mode

    def __init__(self, step: Exact | str, mode: str = "half-up") -> None:
        exact_step = exact(step, field="step")
        if exact_step <= 0:
            raise InputError("a rounding step must be above zero", field="step", value=step)
        if not isinstance(mode, str) or mode not in MODES:
            raise InputError("not a rounding mode", field="mode", value=mode, allowed=", ".join(MODES))
        self.__attrs_init__(exact_step, cast("Mode", mode))

    @classmethod
    def to_decimals(cls, decimals: int, mode: str = "half-up") -> Rounding:
        """Round to so many decimals; ``2`` is the cent.

        >>> Rounding.to_decimals(2) == Rounding("0.01")
        True
        """
        if not isinstance(decimals, int) or isinstance(decimals, bool) or not 0 <= decimals <= MOST_DIGITS:
            raise InputError(
                "not a number of decimals", field="decimals", value=decimals, allowed=f"0 to {MOST_DIGITS}"
            )
        return cls(Fraction(1, 10**decimals), mode)

    def apply(self, value: Exact) -> Fraction:
        """``value`` rounded, exactly. Errors: :class:`InputError` for a float, NaN, an absurd size."""
        number = value if type(value) is Fraction else exact(value, field="value")
        step = self.step
        numerator = number.numerator * step.denominator
        denominator = number.denominator * step.numerator
        shared = gcd(numerator, denominator)
        return round_ratio(numerator // shared, denominator // shared, self.mode) * step

    def __str__(self) -> str:
        return f"to {write(self.step)}, {self.mode}"
