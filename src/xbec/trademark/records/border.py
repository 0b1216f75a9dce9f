"""The border of the room: text or bytes from outside become a JSON object or an XML tree, within limits.

Refused, always as :class:`DocumentError`: more than 10 MB, more than 60 levels, more than 400,000 values or elements,
keys that stand twice, numbers of more than 40 digits, NaN, text that is not Unicode, an XML document type and whatever
could hide in one (entities, external files). Elements and attributes lose their namespace: one office publishes the
same record under three.
"""

from __future__ import annotations

import json
import re
from calendar import monthrange
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final
from xml.etree.ElementTree import TreeBuilder

import attrs

from xbec.errors import DocumentError, MissingExtra, shorten

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MAX_SIZE: Final = 10_000_000
MAX_DEPTH: Final = 60
MAX_PARTS: Final = 400_000
MAX_DIGITS: Final = 40
MAX_TOLD: Final = 50
"""Problems that one message lists; what is beyond them is counted."""

_ENCODINGS: Final = frozenset(("utf-8", "us-ascii", "ascii", "iso-8859-1", "windows-1252", "utf-16"))
_DECLARED: Final = re.compile(rb"""\A\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_DECLARATION: Final = re.compile(r"\A\s*<\?xml[^>]{0,300}\?>")
_PLAIN_KEY: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,59}\Z")
_DAY: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:Z|[T+-][0-9:.+Z-]{1,30})?", re.ASCII)
_PACKED: Final = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_PARTIAL: Final = re.compile(r"(\d{4})(?:-(\d{2}))?", re.ASCII)
_YEARS: Final = range(1800, 2201)
_CONTROLS: Final = {code: " " for code in (*range(32), *range(127, 160)) if chr(code) not in "\t\n\r"}


@attrs.define
class Problems:
    """What is wrong with a document, gathered so that it is told at once."""

    name: str
    found: list[tuple[str, str]] = attrs.field(factory=list)

    def add(self, path: str, problem: str, value: object = None, *, allowed: str | None = None) -> None:
        """Note a problem at a JSON path or XML path."""
        shown = "" if value is None else f", not {value if isinstance(value, Decimal) else shorten(value)}"
        self.found.append((path, f"{problem}{shown}" + (f"; allowed: {allowed}" if allowed else "")))

    def raise_if_any(self) -> None:
        """Raise one :class:`DocumentError` that lists them all with their paths."""
        if not self.found:
            return
        if len(self.found) == 1:
            path, text = self.found[0]
            raise DocumentError(f"{self.name}: {text}", field=path)
        told = [f"{path}: {text}" for path, text in self.found[:MAX_TOLD]]
        more = len(self.found) - len(told)
        lines = "\n  ".join(told + ([f"and {more} more"] if more else []))
        raise DocumentError(f"{self.name}: {len(self.found)} problems\n  {lines}")


def step(path: str, part: str | int) -> str:
    """One step down a JSON path.

    >>> step(step("$.items", 0), "nice_class"), step("$", "a b")
    ('$.items[0].nice_class', '$["a b"]')
    """
    if isinstance(part, int):
        return f"{path}[{part}]"
    return f"{path}.{part}" if _PLAIN_KEY.match(part) else f"{path}[{json.dumps(part[:60])}]"


def without_controls(text: str) -> str:
    """The text with a space for each control character, so that it cannot steer the terminal that shows it."""
    return text.translate(_CONTROLS)


def is_xml(content: object) -> bool:
    """Does it start as XML does?"""
    if isinstance(content, bytes):
        return content[:200].removeprefix(b"\xef\xbb\xbf").lstrip().startswith((b"<", b"\xff\xfe", b"\xfe\xff"))
    return isinstance(content, str) and content[:200].removeprefix("\ufeff").lstrip().startswith("<")


def read_json(content: str | bytes, *, name: str) -> dict[str, Any]:
    """The JSON object, numbers with a point as ``Decimal``; RFC 8259. Raises :class:`DocumentError`."""
    text = _text(content, name, "utf-8")
    try:
        found = json.loads(
            text, parse_float=_decimal, parse_int=_whole, parse_constant=_decimal, object_pairs_hook=_once
        )
    except json.JSONDecodeError as problem:
        where = f"line {problem.lineno} column {problem.colno}"
        raise DocumentError(f"{name}: not JSON: {problem.msg} at {where}", field="$", allowed="a JSON object") from None
    except _Twice as problem:
        raise DocumentError(f"{name}: a key stands there twice", field="$", value=problem.key) from None
    except (RecursionError, ValueError) as problem:
        raise DocumentError(f"{name}: not JSON that can be read: {problem}", field="$") from None
    if not isinstance(found, dict):
        raise DocumentError(f"{name}: no JSON object", field="$", value=type(found).__name__, allowed="an object")
    _bounded(found, name)
    return found


def read_xml(content: str | bytes, *, name: str) -> Element:
    """The root of the XML tree, names without namespace. Raises :class:`DocumentError`.

    Raises :class:`MissingExtra` without the extra ``trademark``.
    """
    try:
        from defusedxml.common import DefusedXmlException
        from defusedxml.ElementTree import DefusedXMLParser, ParseError
    except ImportError as missing:
        raise MissingExtra("defusedxml is not installed", cure="pip install 'xbec[trademark]'") from missing
    text = _text(content, name, _declared(content, name))
    parser = DefusedXMLParser(target=_Bounded(name), forbid_dtd=True, forbid_entities=True, forbid_external=True)
    try:
        # The parser gets text whose encoding is settled, so that a declaration cannot have it read in another one.
        parser.feed(_DECLARATION.sub("", text, count=1))
        root: Element = parser.close()
    except DefusedXmlException:
        raise DocumentError(
            f"{name}: a document type or an entity is refused", field="/", allowed="plain elements"
        ) from None
    except (ParseError, ValueError, AssertionError, LookupError) as problem:
        if isinstance(problem, DocumentError):
            raise
        raise DocumentError(f"{name}: not XML: {str(problem)[:200]}", field="/", allowed="well-formed XML") from None
    return root


def day_of(text: str) -> date | None:
    """A day as offices write it, ``2024-05-06``, ``2024-05-06-04:00`` or ``20240506``; ``None`` where it is none.

    The day stands as the office wrote it; an offset from UTC does not move it.
    """
    found = _DAY.fullmatch(text) or _PACKED.fullmatch(text)
    return _made(int(found[1]), int(found[2]), int(found[3])) if found else None


def day_of_use(text: str) -> date | None:
    """A day of first use, where only the month or year may be known: the last day of it is presumed (TMEP 903.06).

    Besides what :func:`day_of` takes: ``2024-05``, ``2024``, and ``20240500``, ``20240000`` as USPTO records write it.
    https://ulm.awsg.jerryma.net/tmep/Oct2018/TMEP-900d1e377.html, read on 2026-11-25

    >>> day_of_use("2024-05"), day_of_use("2024"), day_of_use("20240200")
    (datetime.date(2024, 5, 31), datetime.date(2024, 12, 31), datetime.date(2024, 2, 29))
    """
    if whole := day_of(text):
        return whole
    found = _PARTIAL.fullmatch(text)
    year, month = (found[1], found[2] or "00") if found else ("0", "00")
    if (packed := _PACKED.fullmatch(text)) and packed[3] == "00":
        year, month = packed[1], packed[2]
    first = _made(int(year), int(month) or 12, 1)
    return None if first is None else first.replace(day=monthrange(first.year, first.month)[1])


def _made(year: int, month: int, day: int) -> date | None:
    if year not in _YEARS:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


class _Twice(Exception):
    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise _Twice(key)
            seen.add(key)
    return found


def _whole(text: str) -> int:
    return int(_decimal(text))


def _decimal(text: str) -> Decimal:
    try:
        number = Decimal(text) if len(text) <= MAX_DIGITS else Decimal("NaN")
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number.adjusted()) > MAX_DIGITS:
        raise ValueError(f"the number {shorten(text)} is out of all bounds")
    return number


def _bounded(document: dict[str, Any], name: str) -> None:
    waiting: list[tuple[Any, int]] = [(document, 1)]
    count = 0
    while waiting:
        value, depth = waiting.pop()
        count += 1
        if depth > MAX_DEPTH or count > MAX_PARTS:
            allowed = f"{MAX_DEPTH} levels, {MAX_PARTS} values"
            raise DocumentError(f"{name}: too deep or too many values", field="$", allowed=allowed)
        if isinstance(value, Mapping):
            waiting.extend((part, depth + 1) for part in value.values())
            waiting.extend((key, depth) for key in value)
        elif isinstance(value, list):
            waiting.extend((part, depth + 1) for part in value)
        elif isinstance(value, str) and not _is_unicode(value):
            raise DocumentError(f"{name}: text that is not Unicode", field="$", allowed="no lone surrogates")


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _declared(content: object, name: str) -> str:
    if not isinstance(content, bytes):
        return "utf-8"
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    declared = _DECLARED.match(content.removeprefix(b"\xef\xbb\xbf"))
    encoding = declared[1].decode("ascii").lower() if declared else "utf-8"
    if encoding not in _ENCODINGS:
        allowed = ", ".join(sorted(_ENCODINGS))
        raise DocumentError(f"{name}: an encoding that is not read", field="/", value=encoding, allowed=allowed)
    return encoding


def _text(content: object, name: str, encoding: str) -> str:
    if not isinstance(content, str | bytes):
        raise DocumentError(f"{name}: no document", field="$", value=type(content).__name__, allowed="text or bytes")
    if len(content) > MAX_SIZE:
        raise DocumentError(f"{name}: too large", field="$", value=len(content), allowed=f"at most {MAX_SIZE}")
    if isinstance(content, str):
        if not _is_unicode(content):
            raise DocumentError(f"{name}: text that is not Unicode", field="$", allowed="no lone surrogates")
        return content.removeprefix("\ufeff")
    try:
        return content.decode("utf-8-sig" if encoding == "utf-8" else encoding)
    except UnicodeDecodeError as problem:
        raise DocumentError(f"{name}: byte {problem.start} is not {encoding}", field="$") from None


def _local(name: str) -> str:
    return name.rpartition("}")[2]


class _Bounded(TreeBuilder):
    """Builds the tree, and stops where it grows beyond what an official record needs."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self._depth = self._count = 0

    def start(self, tag: str, attributes: dict[str, str], /) -> Element:
        self._depth += 1
        self._count += 1 + len(attributes)
        if self._depth > MAX_DEPTH or self._count > MAX_PARTS:
            allowed = f"{MAX_DEPTH} levels, {MAX_PARTS} elements"
            raise DocumentError(f"{self._name}: too deep or too many elements", field="/", allowed=allowed)
        return super().start(_local(tag), {_local(key): without_controls(value) for key, value in attributes.items()})

    def data(self, data: str, /) -> None:
        super().data(without_controls(data))

    def end(self, tag: str, /) -> Element:
        self._depth -= 1
        return super().end(_local(tag))
