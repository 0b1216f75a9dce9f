"""Schedules a user brings: dated lines by code and origin, from values or from a CSV file.

A file has a header and the columns ``hs``, ``duty``, ``from``, ``to`` (half-open, may be empty), ``source``; it may
have ``origin`` (ISO 3166-1 alpha-2; empty: any origin) and ``checked`` (the day the source was read). ``duty`` is any
text :meth:`Duty.parse` reads.

>>> schedule = Schedule.from_csv('''hs,origin,duty,from,to,source
... 6109.10,,12 %,2026-01-01,,Import tariff 2026
... 6109.10,KR,Free,2026-01-01,,Import tariff 2026
... ''', territory="XA", currency="EUR")
>>> [str(schedule.rate("6109.10.00", origin=origin, on=date(2026, 8, 3)).duty) for origin in ("CN", "KR")]
['12 %', 'Free']
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Final

import attrs

from xbec.errors import InputError, NoTariff
from xbec.goods.hs import HsCode
from xbec.kernel.citation import Citation, plain_day
from xbec.tariff.answer import CONFIDENCES, Confidence, TariffAnswer, TariffSource, checked_question, code_of
from xbec.tariff.expression import Duty, Unresolved

MOST_CANDIDATES: Final = 64
_LONGEST_NAME: Final = 200


@attrs.frozen(slots=True, kw_only=True)
class TariffLine:
    """One line of a schedule: a code, a duty, an origin (``None``: any), half-open days, a source.

    Errors: :class:`InputError` for a field that is none of these, or a period that ends before it starts.
    """

    hs: HsCode = attrs.field(converter=code_of)
    duty: Duty | Unresolved
    start: date
    end: date | None = None
    origin: str | None = None
    source: Citation

    def __attrs_post_init__(self) -> None:
        checked_question("XA", self.origin, self.start)
        if not isinstance(self.duty, Duty | Unresolved):
            raise InputError("not a duty", field="duty", value=self.duty, allowed="Duty, e.g. Duty.parse('12 %')")
        if self.end is not None and plain_day(self.end, field="end") <= self.start:
            raise InputError(
                "a line ends before it starts", field="end", value=str(self.end), allowed=f"after {self.start}"
            )
        if not isinstance(self.source, Citation):
            raise InputError("a line without a source", field="source", value=self.source, allowed="Citation")

    def covers(self, on: date) -> bool:
        """Is it in force on that day?"""
        return self.start <= on and (self.end is None or on < self.end)


class Schedule(TariffSource):
    """Lines of one territory, found by the longest code that covers the one asked.

    A line for the origin beats a line for any origin, however long their codes. A code shorter than the lines gets the
    duties of all lines under it as candidates; so does an unknown origin (``None``) those of all origins.

    Errors: :class:`InputError` for lines of one code and origin whose days overlap.
    """

    __slots__ = ("_by_code", "_codes", "confidence", "edition", "territory")

    def __init__(
        self,
        lines: Iterable[TariffLine],
        *,
        territory: str,
        edition: str | None = None,
        confidence: Confidence = "high",
    ) -> None:
        checked_question(territory, None, date.min)
        if confidence not in CONFIDENCES:
            raise InputError("not a confidence", field="confidence", value=confidence, allowed=", ".join(CONFIDENCES))
        if edition is not None and not (isinstance(edition, str) and 0 < len(edition) <= _LONGEST_NAME):
            raise InputError("not a name of an edition", field="edition", value=edition)
        if isinstance(lines, str | bytes) or not isinstance(lines, Iterable):
            raise InputError("not lines of a schedule", field="lines", value=lines, allowed="TariffLine values")
        by_code: dict[str, list[TariffLine]] = {}
        for line in lines:
            if not isinstance(line, TariffLine):
                raise InputError("not a line of a schedule", field="lines", value=line, allowed="TariffLine")
            by_code.setdefault(line.hs.digits, []).append(line)
        for rows in by_code.values():
            if len(rows) > 1:
                _refuse_overlap(rows)
        self.territory = territory
        self.edition: Final = edition or f"{territory}, own schedule"
        self.confidence: Final[Confidence] = confidence
        self._by_code: Final = by_code
        self._codes: Final = sorted(by_code)

    @classmethod
    def from_csv(
        cls,
        path_or_text: Path | str,
        *,
        territory: str,
        currency: str,
        edition: str | None = None,
        checked: date | None = None,
        confidence: Confidence = "high",
    ) -> Schedule:
        """Read a schedule; text with a line break is content, other text and a ``Path`` name a file (UTF-8).

        ``currency`` is what ``$`` and ``cents`` mean in it. ``checked`` is the day its sources were read, for rows that
        do not say; without it the first day of a row stands there. A duty no :class:`Duty` can stand for is kept as
        :class:`Unresolved` (see :attr:`unresolved`).

        Errors: :class:`DocumentError` naming the bad rows, for more than 50 MB or 1,000,000 rows, unknown columns;
        :class:`InputError` for arguments that are none.
        """
        from xbec.tariff.table import read_table

        lines = read_table(path_or_text, currency=currency, checked=checked)
        return cls(lines, territory=territory, edition=edition, confidence=confidence)

    @property
    def unresolved(self) -> tuple[TariffLine, ...]:
        """The lines whose duty this library does not compute."""
        return tuple(line for code in self._codes for line in self._by_code[code] if isinstance(line.duty, Unresolved))

    def __len__(self) -> int:
        return sum(map(len, self._by_code.values()))

    def rate(self, hs: HsCode | str, *, origin: str | None, on: date) -> TariffAnswer:
        """See :meth:`TariffSource.rate`.

        Errors: :class:`NoTariff` where no line covers the code on that day; :class:`InputError`.
        """
        code = code_of(hs)
        checked_question(self.territory, origin, on)
        found = {line.duty: line for line in self._lines(code.digits, origin, on)}
        if not found:
            raise NoTariff(
                f"{self.territory}: no line of {self.edition} covers this code on {on}",
                field="hs",
                value=str(code),
                cure="add the line, or state the origin or the duty",
            )
        first = next(iter(found.values()))
        # The lines under a code need not be all there are, so what they agree on is no more than likely.
        partial = not self._covering(code.digits, origin, on)
        candidates: tuple[Duty | Unresolved, ...] = tuple(found)
        if len(candidates) > MOST_CANDIDATES:
            candidates = (Unresolved(str(code), f"{len(candidates)} different duties under this code"),)
        return TariffAnswer(
            candidates=candidates,
            source=first.source,
            edition=self.edition,
            confidence="low" if partial and self.confidence in ("high", "medium") else self.confidence,
            territory=self.territory,
            hs=first.hs.digits,
            caveat="only lines under the code are listed, none that covers it" if partial else None,
        )

    def _lines(self, digits: str, origin: str | None, on: date) -> Iterable[TariffLine]:
        yield from self._covering(digits, origin, on)
        at = bisect_left(self._codes, digits)
        below = ""
        while at < len(self._codes) and self._codes[at].startswith(digits):
            below = self._codes[at]
            at += 1
            if below != digits and any(line.covers(on) for line in self._by_code[below]):
                yield from self._covering(below, origin, on)

    def _covering(self, digits: str, origin: str | None, on: date) -> list[TariffLine]:
        """The line that holds for a code and an origin; for an unknown origin, one for each that is named."""
        general: TariffLine | None = None
        special: dict[str, TariffLine] = {}
        for length in range(len(digits), 1, -2):
            for line in self._by_code.get(digits[:length], ()):
                if not line.covers(on):
                    continue
                if line.origin is None:
                    general = general or line
                elif origin is None or line.origin == origin:
                    special.setdefault(line.origin, line)
        if origin is not None and special:
            return [special[origin]]
        # Lines of some origins say nothing about an unknown one, unless a line for any origin covers the rest.
        return [general, *special.values()] if general else []

    def __repr__(self) -> str:
        return f"Schedule({self.edition!r}, {len(self)} lines, territory={self.territory!r})"


def _refuse_overlap(rows: list[TariffLine]) -> None:
    rows.sort(key=lambda line: (line.origin or "", line.start))
    for old, new in pairwise(rows):
        if old.origin == new.origin and (old.end is None or old.end > new.start):
            raise InputError(
                "two lines of one code and origin overlap",
                field="hs",
                value=f"{new.hs} {new.origin or ''}".strip(),
                allowed=f"the line from {old.start} {'has no end' if old.end is None else f'ends {old.end}'}",
                cure="end the first line where the second starts",
            )
