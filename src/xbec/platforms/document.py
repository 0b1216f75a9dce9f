"""Guarding the border: JSON that a platform sent, read without surprises.

:func:`read_document` turns text, bytes or a mapping into plain ``dict``, ``list``, ``str``, ``int``, ``Decimal``,
``bool`` and ``None``. It refuses what no order needs and what could hurt: more than 10 MB, more than 100 levels, more
than a million values, NaN, integers of more than 40 digits, repeated keys, text that is not Unicode. :func:`fit` holds
a document against a pydantic model. Both raise :class:`~xbec.errors.DocumentError` only, its ``field`` the JSON path.

JSON: RFC 8259. Repeated keys are refused because two readers may take different ones (RFC 8259 s. 4).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, TypeVar

from xbec.errors import DocumentError, InputError

if TYPE_CHECKING:
    from pydantic import BaseModel

MAX_SIZE = 10_000_000
MAX_DEPTH = 100
MAX_VALUES = 1_000_000
MAX_DIGITS = 40

_FORM = "one JSON object in UTF-8 (RFC 8259)"
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
# Possessive: an unterminated string of ten megabytes must cost one pass, not one for every quote in it.
_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[{\]}]', re.DOTALL)

_Model = TypeVar("_Model", bound="BaseModel")


class _Refused:
    """Stands in the tree for what the JSON reader met, until the walk knows its path."""

    __slots__ = ("allowed", "problem", "shown")

    def __init__(self, problem: str, shown: object, allowed: str) -> None:
        self.problem, self.shown, self.allowed = problem, shown, allowed


class _Repeated(dict[str, Any]):
    """An object that named a key more than once."""

    key = ""


def step(path: str, part: str | int) -> str:
    """One step down a JSON path.

    >>> step(step("$.line_items", 0), "price"), step("$", "a b")
    ('$.line_items[0].price', '$["a b"]')
    """
    if isinstance(part, int):
        return f"{path}[{part}]"
    if _WORD.match(part) and len(part) <= MAX_DEPTH:
        return f"{path}.{part}"
    return f"{path}[{json.dumps(part[:MAX_DEPTH])}]"


def read_document(payload: str | bytes | Mapping[str, Any]) -> dict[str, Any]:
    """The document as plain values; JSON numbers with a point become ``Decimal``, never ``float``.

    A mapping is copied and its keys and values are checked alike; a ``float`` in it is left standing, to be refused by
    the field that would need it, since most floats of a payload are of no interest. Raises ``DocumentError``.

    >>> read_document('{"price": 25.00}')
    {'price': Decimal('25.00')}
    >>> read_document('{"a": {"b": 1, "b": 2}}')
    Traceback (most recent call last):
    xbec.errors.DocumentError: the key 'b' stands there more than once; field $.a; allowed: each key once
    """
    if isinstance(payload, bytes | bytearray):
        payload = _decode(bytes(payload))
    if isinstance(payload, str):
        return _plain(_loads(payload))
    if isinstance(payload, Mapping):
        return _plain(payload)
    raise DocumentError(
        "this is no document", field="$", value=type(payload).__name__, allowed="JSON as text or bytes, or a mapping"
    )


def fit(model: type[_Model], document: object, *, at: str = "$") -> _Model:
    """The part of a document at path ``at`` as an instance of a pydantic model. Raises ``DocumentError``."""
    from pydantic import ValidationError

    try:
        return model.model_validate(document)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        total = error.error_count()
        path = at
        for part in first["loc"]:
            path = step(path, part)
        more = f" (and {total - 1} more)" if total > 1 else ""
        if first["type"] == "missing":
            raise DocumentError(f"a part is missing{more}", field=path, allowed="present") from None
        given = first.get("ctx", {}).get("error")
        allowed = str(given) if given is not None else first["msg"].removeprefix("Input should be ")
        raise DocumentError(
            f"not of the platform's form{more}", field=path, value=first["input"], allowed=allowed
        ) from None


@contextmanager
def at(path: str) -> Iterator[None]:
    """Turns an ``InputError`` about a value into a ``DocumentError`` about the place in the document it came from."""
    try:
        yield
    except InputError as error:
        raise DocumentError(
            error.problem, field=path, value=error.value, allowed=error.allowed, cure=error.cure
        ) from error


def _decode(payload: bytes) -> str:
    if len(payload) > MAX_SIZE:
        raise _too_long(len(payload), "bytes")
    try:
        return payload.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DocumentError(f"byte {error.start} is not UTF-8", field="$", allowed=_FORM) from None


def _too_long(size: int, unit: str) -> DocumentError:
    return DocumentError(f"the document has {size} {unit}", field="$", allowed=f"at most {MAX_SIZE}")


def _loads(text: str) -> object:
    if len(text) > MAX_SIZE:
        raise _too_long(len(text), "characters")
    depth = 0
    for token in _TOKEN.finditer(text):
        mark = text[token.start()]
        if mark in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise _too_deep("$", f"character {token.start()}")
        elif mark in "]}":
            depth -= 1
    try:
        return json.loads(
            text,
            parse_float=_decimal,
            parse_int=_integer,
            parse_constant=lambda word: _Refused("this is no number", word, "a finite number"),
            object_pairs_hook=_object,
        )
    except (ValueError, RecursionError) as error:
        where = f"line {error.lineno} column {error.colno}: " if isinstance(error, json.JSONDecodeError) else ""
        what = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
        raise DocumentError(f"this is no JSON: {where}{what}", field="$", value=text, allowed=_FORM) from None


def _too_deep(path: str, where: str) -> DocumentError:
    return DocumentError(f"the document is too deep ({where})", field=path, allowed=f"at most {MAX_DEPTH} levels")


def _decimal(text: str) -> object:
    refused = _Refused("this number is out of all bounds", text, f"at most {MAX_DIGITS} digits, no huge exponent")
    if len(text) > MAX_DIGITS:
        return refused
    try:
        number = Decimal(text)
    except InvalidOperation:
        return refused
    return number if -MAX_DIGITS <= number.adjusted() <= MAX_DIGITS else refused


def _integer(text: str) -> object:
    if len(text) > MAX_DIGITS:
        return _Refused("this number is out of all bounds", text, f"at most {MAX_DIGITS} digits")
    return int(text)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    plain = dict(pairs)
    if len(plain) == len(pairs):
        return plain
    repeated = _Repeated(plain)
    seen: set[str] = set()
    for key, _ in pairs:
        if key in seen:
            repeated.key = key
            break
        seen.add(key)
    return repeated


def _plain(document: object) -> dict[str, Any]:
    """A checked copy; one walk without recursion, counted, so that a mapping that holds itself ends too."""
    if not isinstance(document, Mapping | _Refused):
        raise DocumentError("this is no JSON object", field="$", value=document, allowed=_FORM)
    root: list[Any] = [None]
    todo: list[tuple[Any, Any, Any, str, int]] = [(document, root, 0, "$", 0)]
    count = 0
    while todo:
        value, target, key, path, depth = todo.pop()
        count += 1
        if count > MAX_VALUES:
            raise DocumentError("the document holds too many values", field=path, allowed=f"at most {MAX_VALUES}")
        if depth > MAX_DEPTH:
            raise _too_deep(path, f"level {depth}")
        if isinstance(value, Mapping | list | tuple) and count + len(value) > MAX_VALUES:
            raise DocumentError("the document holds too many values", field=path, allowed=f"at most {MAX_VALUES}")
        if isinstance(value, Mapping):
            if isinstance(value, _Repeated):
                problem = f"the key {value.key[:MAX_DEPTH]!r} stands there more than once"
                raise DocumentError(problem, field=path, allowed="each key once")
            target[key] = copy = dict.fromkeys(value)
            for name, part in value.items():
                if not isinstance(name, str):
                    raise DocumentError("a key is no text", field=path, value=name, allowed="text")
                _scalar(name, path)
                todo.append((part, copy, name, step(path, name), depth + 1))
        elif isinstance(value, list | tuple):
            target[key] = row = [None] * len(value)
            todo.extend((part, row, place, step(path, place), depth + 1) for place, part in enumerate(value))
        else:
            target[key] = _scalar(value, path)
    plain: dict[str, Any] = root[0]
    return plain


def _scalar(value: object, path: str) -> object:
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, str):
        if len(value) > MAX_SIZE:
            raise _too_long(len(value), "characters")
        try:
            value.encode()
        except UnicodeEncodeError:
            raise DocumentError("the text is not Unicode", field=path, allowed="no lone surrogates") from None
        return value
    if isinstance(value, int):
        if value.bit_length() > MAX_DIGITS * 4:
            raise DocumentError("this number is out of all bounds", field=path, allowed=f"at most {MAX_DIGITS} digits")
        return value
    if isinstance(value, Decimal):
        if not value.is_finite() or not -MAX_DIGITS <= value.adjusted() <= MAX_DIGITS:
            raise DocumentError("this is no number of a document", field=path, value=value, allowed="a finite number")
        return value
    if isinstance(value, _Refused):
        raise DocumentError(value.problem, field=path, value=value.shown, allowed=value.allowed)
    raise DocumentError("this is no JSON value", field=path, value=type(value).__name__, allowed=_FORM)
