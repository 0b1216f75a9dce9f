"""What the numbers of :mod:`xbec.kernel.identifiers` share: reading, refusing, comparing, printing."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import total_ordering
from typing import Any, ClassVar, Final

import attrs

from xbec.errors import InputError

_LONGEST: Final = 64
_SEPARATORS: Final = re.compile(r"[\s\-‐-―./,]+")
_BARE: Final = re.compile(r"[A-Z0-9]{1,40}")


@total_ordering
@attrs.frozen(slots=True, order=False, repr=False)
class Identifier:
    """A number of some kind. Construct a subclass; ``value`` is the normalised number.

    ``secret`` numbers are personal data and stay out of messages.
    """

    value: str

    what: ClassVar[str] = "an identifier"
    form: ClassVar[str] = "see the subclass"
    secret: ClassVar[bool] = False

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "value", self._checked(self._bare(self.value)))

    @classmethod
    def _bare(cls, text: object) -> str:
        """Capitals and digits of the number as people write it."""
        if isinstance(text, str) and len(text) <= _LONGEST:
            bare = _SEPARATORS.sub("", unicodedata.normalize("NFKC", text)).upper()
            if _BARE.fullmatch(bare):
                return bare
        raise cls._refusal(text, "letters and digits are needed")

    @classmethod
    def _checked(cls, bare: str) -> str:
        raise InputError("not a kind of number by itself", field="identifier", allowed="a subclass")

    @classmethod
    def _refusal(cls, number: object, why: str) -> InputError:
        field = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", cls.__name__).lower()
        return InputError(f"not {cls.what}: {why}", field=field, value=None if cls.secret else number, allowed=cls.form)

    @classmethod
    def _by_stdnum(cls, validate: Callable[[str], str], bare: str) -> str:
        """Run a check of python-stdnum and say in words what it found wrong."""
        from stdnum import exceptions

        try:
            return validate(bare)
        except exceptions.InvalidLength:
            why = "the length is wrong"
        except exceptions.InvalidChecksum:
            why = "the check digit is wrong"
        except exceptions.InvalidComponent:
            why = "a part of it cannot be"
        except (exceptions.ValidationError, ValueError, IndexError, KeyError):
            why = "the format is wrong"
        raise cls._refusal(bare, why)

    @property
    def formatted(self) -> str:
        """The number as people print it."""
        return self.value

    def __str__(self) -> str:
        return self.value

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.formatted!r})"

    def __lt__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self.value < other.value

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        from pydantic_core import core_schema

        def read(value: Any) -> Identifier:
            return value if isinstance(value, cls) else cls(value)

        return core_schema.no_info_plain_validator_function(
            read,
            json_schema_input_schema=core_schema.str_schema(),
            serialization=core_schema.plain_serializer_function_ser_schema(
                str, return_schema=core_schema.str_schema(), when_used="json"
            ),
        )
