"""Codes of the Harmonized System and of the national tariffs that subdivide it.

The first six digits are the World Customs Organization's and the same everywhere: chapter (2), heading (4), subheading
(6). What follows is national: 8 digits in the Combined Nomenclature, 10 in TARIC and the HTSUS, up to 12 elsewhere.
https://www.wcoomd.org/en/topics/nomenclature/overview/what-is-the-harmonized-system.aspx

>>> code = HsCode("6109.10.00.12")
>>> print(code, code.chapter, code.heading, code.subheading, code.national)
6109.10.00.12 61 6109 610910 0012
"""

from __future__ import annotations

import re
from typing import Any, Final

import attrs

from xbec.errors import InputError

_LONGEST: Final = 40
_LENGTHS: Final = frozenset({2, 4, 6, 8, 10, 12})
_WRITTEN: Final = re.compile("[0-9]+(?:[. \u00a0][0-9]+)*", re.ASCII)
_SEPARATORS: Final = str.maketrans("", "", ". \u00a0")
_ALLOWED: Final = "2, 4, 6, 8, 10 or 12 digits as text, with dots or spaces between them, e.g. 6109.10"
RESERVED_CHAPTER: Final = "77"
"""Kept free by the Harmonized System for future use; no goods are classified in it."""
SPECIAL_CHAPTERS: Final = frozenset({"98", "99"})
"""Left to national use: special provisions, temporary rates; not a description of goods."""


@attrs.frozen(slots=True, init=False, repr=False, order=True)
class HsCode:
    """``HsCode("6109.10")``: a code of 2 to 12 digits, an even number of them; equal, sorted and hashed by its digits.

    >>> HsCode("6109 10") == HsCode("610910"), HsCode("61") < HsCode("6109")
    (True, True)
    >>> HsCode("6109").is_prefix_of(HsCode("610910"))
    True
    >>> HsCode("7701.10")
    Traceback (most recent call last):
    ...
    xbec.errors.InputError: chapter 77 is reserved and holds no goods; field hs; value '7701.10'

    Errors: :class:`InputError` for a number (it loses a leading zero), an odd count of digits, no chapter of the HS.
    """

    digits: str
    """The digits alone: ``"610910"``."""

    def __init__(self, code: str | HsCode) -> None:
        self.__attrs_init__(code.digits if isinstance(code, HsCode) else _digits(code))

    @property
    def chapter(self) -> str:
        """The first two digits."""
        return self.digits[:2]

    @property
    def heading(self) -> str:
        """The first four digits. Errors: :class:`InputError` for a chapter alone."""
        return self._first(4, "heading")

    @property
    def subheading(self) -> str:
        """The first six digits, the finest that all countries share. Errors: :class:`InputError` for a shorter code."""
        return self._first(6, "subheading")

    @property
    def national(self) -> str:
        """The digits behind the sixth, which one country or union gave; ``""`` where there are none."""
        return self.digits[6:]

    @property
    def is_special(self) -> bool:
        """Is this a national provision of chapters 98 and 99 rather than a kind of goods?"""
        return self.digits[:2] in SPECIAL_CHAPTERS

    def is_prefix_of(self, other: HsCode | str) -> bool:
        """Does ``other`` fall under this code? A code falls under itself."""
        return (other if isinstance(other, HsCode) else HsCode(other)).digits.startswith(self.digits)

    def startswith(self, prefix: HsCode | str) -> bool:
        """Does this code fall under ``prefix``? Text may have any number of digits, as in lists of law: ``"970"``.

        Errors: :class:`InputError` for text that holds anything but digits, dots and spaces.
        """
        if isinstance(prefix, HsCode):
            return self.digits.startswith(prefix.digits)
        return self.digits.startswith(_plain(prefix))

    def __str__(self) -> str:
        digits = self.digits
        return ".".join([digits[:4], *(digits[at : at + 2] for at in range(4, len(digits), 2))])

    def __repr__(self) -> str:
        return f"HsCode({str(self)!r})"

    def _first(self, count: int, what: str) -> str:
        if len(self.digits) < count:
            raise InputError(
                f"a code too short to have a {what}", field="hs", value=str(self), allowed=f"{count} digits or more"
            )
        return self.digits[:count]

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        """A pydantic field: reads text, writes ``"6109.10"``."""
        from pydantic_core import core_schema

        return core_schema.no_info_plain_validator_function(
            cls, serialization=core_schema.plain_serializer_function_ser_schema(str, when_used="json")
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: Any) -> dict[str, Any]:
        return {"title": "HsCode", "type": "string", "examples": ["6109.10"]}


def _plain(text: object) -> str:
    if isinstance(text, str) and len(text) <= _LONGEST:
        if text.isascii() and text.isdigit():
            return str(text)
        if _WRITTEN.fullmatch(text.strip()):
            return text.strip().translate(_SEPARATORS)
    cure = None
    if isinstance(text, int | float) and not isinstance(text, bool):
        cure = "write the code in quotes; a number loses its leading zero"
    raise InputError("not an HS code", field="hs", value=text, allowed=_ALLOWED, cure=cure)


def _digits(code: object) -> str:
    digits = _plain(code)
    if len(digits) not in _LENGTHS:
        raise InputError(f"an HS code of {len(digits)} digits", field="hs", value=code, allowed=_ALLOWED)
    chapter = digits[:2]
    if chapter == RESERVED_CHAPTER:
        raise InputError("chapter 77 is reserved and holds no goods", field="hs", value=code)
    if chapter == "00":
        raise InputError(
            "there is no chapter 00", field="hs", value=code, allowed="chapters 01 to 97; 98 and 99 national"
        )
    return digits
