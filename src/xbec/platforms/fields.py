"""Field types of the payload models: what platforms really send, taken strictly.

Amounts arrive as text or as JSON numbers and leave as ``Decimal``; a ``float`` is refused. Ids arrive as numbers or
text and leave as text. Empty text is the platforms' way to say "none". Days carry their offset.
"""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

_AMOUNT = re.compile(r"-?[0-9]{1,18}(?:\.[0-9]{1,12})?\Z")
_DAY = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?(?:Z|[+-][0-9:]{4,6})\Z"
)
_MOST = 10_000
_PLACES = 12
_UNSEEN = dict.fromkeys({*range(32), 127} - {9, 10, 13}, " ")

_T = TypeVar("_T")


class Payload(BaseModel):
    """A part of a platform's document: strict in what it names, blind to what it does not name."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True, arbitrary_types_allowed=True)


def _amount(value: Any) -> Decimal:
    if isinstance(value, str) and _AMOUNT.match(value.strip()):
        return Decimal(value.strip())
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**18:
        return Decimal(value)
    if isinstance(value, Decimal) and value.is_finite() and value.adjusted() < 18:
        exponent = value.as_tuple().exponent
        if isinstance(exponent, int) and exponent >= -_PLACES:
            return value
    raise ValueError("a decimal amount such as '25.00'; never a float: pass the text, or load with parse_float=Decimal")


def _rate(value: Any) -> Decimal:
    # A rate is information, not money, and json.loads makes it a float: repr gives back the text that was sent.
    return _amount(repr(value)) if isinstance(value, float) else _amount(value)


def _id(value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, str) and 0 < len(value.strip()) <= 200:
        return value.strip()
    raise ValueError("an id: a number, or text of 1 to 200 characters")


def _words(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, str) and len(value) <= _MOST:
        return value.translate(_UNSEEN).strip() or None
    raise ValueError(f"text of at most {_MOST} characters")


def _moment(value: Any) -> datetime:
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value
    if isinstance(value, str) and _DAY.match(value):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            moment = None
        if moment is not None and moment.tzinfo is not None:
            return moment
    raise ValueError("a moment with its offset, such as '2026-08-03T10:14:22-04:00' (ISO 8601)")


def _truth(value: Any) -> bool | None:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str) and value in {"true", "false"}:
        return value == "true"
    raise ValueError("true or false")


def _none_to_empty(value: Any) -> Any:
    return () if value is None else tuple(value) if isinstance(value, list) else value


Amount = Annotated[Decimal, BeforeValidator(_amount)]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Rate = Annotated[Decimal, BeforeValidator(_rate)]
Id = Annotated[str, BeforeValidator(_id)]
Words = Annotated[str | None, BeforeValidator(_words)]
Moment = Annotated[datetime, BeforeValidator(_moment)]
Truth = Annotated[bool | None, BeforeValidator(_truth)]
Count = Annotated[int, Field(ge=0, le=1_000_000)]
Rows = Annotated[tuple[_T, ...], BeforeValidator(_none_to_empty), Field(max_length=10_000)]
