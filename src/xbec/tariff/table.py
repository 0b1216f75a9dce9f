"""The CSV form of a schedule: strict, of bounded size, every bad row named."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Final

from xbec.errors import DocumentError, InputError, XbecError
from xbec.goods.hs import HsCode
from xbec.kernel.citation import Citation, plain_day
from xbec.kernel.currencies import minor_digits
from xbec.tariff.expression import Duty, Unresolved
from xbec.tariff.schedule import TariffLine

LARGEST_FILE: Final = 50_000_000
MOST_ROWS: Final = 1_000_000
_NEEDED: Final = ("hs", "duty", "from", "to", "source")
_OPTIONAL: Final = ("origin", "checked")
_SHOWN: Final = 10
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


def read_table(path_or_text: Path | str, *, currency: str, checked: date | None) -> list[TariffLine]:
    """The lines of a CSV file or text; see :meth:`Schedule.from_csv`."""
    minor_digits(currency)
    if checked is not None:
        plain_day(checked, field="checked")
    name, text = _content(path_or_text)
    try:
        return _lines(csv.reader(text.splitlines(keepends=True), strict=True), name, currency, checked)
    except csv.Error as problem:
        raise DocumentError(f"not a CSV file: {problem}", field=name) from problem


def _content(path_or_text: object) -> tuple[str, str]:
    if isinstance(path_or_text, str) and ("\n" in path_or_text or "\r" in path_or_text):
        if len(path_or_text) > LARGEST_FILE:
            raise _too_large("schedule", len(path_or_text))
        return "schedule", path_or_text.removeprefix("\ufeff")
    if not isinstance(path_or_text, str | Path) or not str(path_or_text) or len(str(path_or_text)) > 4096:
        raise InputError(
            "not a file and not the content of one",
            field="path_or_text",
            value=path_or_text,
            allowed="Path or CSV text",
        )
    try:
        path = Path(path_or_text)
        if path.stat().st_size > LARGEST_FILE:
            raise _too_large(path.name, path.stat().st_size)
        return path.name, path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as problem:
        raise DocumentError(f"not text in UTF-8: {problem.reason}", field=str(path_or_text)) from problem
    except (OSError, ValueError) as problem:
        if isinstance(problem, XbecError):
            raise
        raise InputError(
            "cannot read the file",
            field="path_or_text",
            value=str(path_or_text),
            cure="pass a Path, or the text itself",
        ) from problem


def _too_large(name: str, size: int) -> DocumentError:
    return DocumentError("file too large", field=name, value=size, allowed=f"{LARGEST_FILE} bytes")


def _lines(rows: Iterable[list[str]], name: str, currency: str, checked: date | None) -> list[TariffLine]:
    reader = iter(rows)
    header = [column.strip() for column in next(reader, [])]
    known = set(_NEEDED) | set(_OPTIONAL)
    if not set(_NEEDED) <= set(header) or not set(header) <= known or len(set(header)) != len(header):
        raise DocumentError(
            "not the columns of a schedule",
            field=f"{name}: row 1",
            value=",".join(header)[:200],
            allowed=f"{', '.join(_NEEDED)}; and {', '.join(_OPTIONAL)}",
        )
    lines: list[TariffLine] = []
    bad: list[tuple[int, str]] = []
    count = 0
    duties: dict[str, Duty | Unresolved] = {}
    sources: dict[tuple[str, date], Citation] = {}
    for number, row in enumerate(reader, start=2):
        if not row:
            continue
        count += 1
        if count > MOST_ROWS:
            raise DocumentError("too many rows", field=name, value=count, allowed=f"{MOST_ROWS} rows")
        try:
            lines.append(_line(header, row, currency, checked, duties, sources))
        except InputError as problem:
            bad.append((number, f"{problem.field}: {problem.problem}"))
    if bad:
        shown = "; ".join(f"row {number} {problem}" for number, problem in bad[:_SHOWN])
        more = f"; and {len(bad) - _SHOWN} more rows" if len(bad) > _SHOWN else ""
        raise DocumentError(f"{len(bad)} bad rows: {shown}{more}", field=f"{name}: row {bad[0][0]}")
    if not lines:
        raise DocumentError("a schedule without rows", field=name)
    return lines


def _line(
    header: list[str],
    row: list[str],
    currency: str,
    checked: date | None,
    duties: dict[str, Duty | Unresolved],
    sources: dict[tuple[str, date], Citation],
) -> TariffLine:
    if len(row) != len(header):
        raise InputError(f"{len(row)} cells where the header has {len(header)}", field="row")
    cell = dict(zip(header, map(str.strip, row), strict=True))
    start = _day(cell["from"], "from")
    text = cell["duty"]
    duty = duties.get(text)
    if duty is None:
        duty = duties[text] = Duty.parse(text, currency)
    read = _day(cell["checked"], "checked") if cell.get("checked") else checked or start
    source = sources.get((cell["source"], read))
    if source is None:
        source = sources[cell["source"], read] = Citation("schedule", cell["source"], checked=read)
    return TariffLine(
        hs=HsCode(cell["hs"]),
        origin=cell.get("origin") or None,
        duty=duty,
        start=start,
        end=_day(cell["to"], "to") if cell["to"] else None,
        source=source,
    )


def _day(text: str, field: str) -> date:
    if _DAY.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            pass
    raise InputError("not a day", field=field, value=text, allowed="YYYY-MM-DD")
