"""Values of law along two axes: the days they hold, and the day from which they were known.

A period is half-open, ``[start, end)``. A correction appends a period that names the one it ``replaces``; nothing is
ever edited, so an answer given in the past can be given again with ``known_on=``.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import pairwise
from typing import Final, Generic, Literal, TypeVar, get_args, overload

import attrs

from xbec.errors import GapError, InputError
from xbec.kernel.citation import Citation, plain_day

T = TypeVar("T")
Status = Literal["in-force", "announced", "suspended", "repealed"]
Confidence = Literal["high", "medium", "low", "unconfirmed"]
STATUSES: Final[tuple[str, ...]] = get_args(Status)
CONFIDENCES: Final[tuple[str, ...]] = get_args(Confidence)


class NoPeriod(GapError):
    """No period covers the day. ``first`` is the first day the timeline answers for, ``last`` the last (``None``: open)

    Both are ``None`` where nothing of the asked status was known at all.
    """

    def __init__(
        self, problem: str, *, day: date | None = None, first: date | None = None, last: date | None = None
    ) -> None:
        until = "" if last is None else f" to {last.isoformat()}"
        allowed = None if first is None else f"{first.isoformat()}{until or ' onward'}"
        asked = None if day is None else day.isoformat()
        super().__init__(problem, field=None if day is None else "on", value=asked, allowed=allowed)
        self.day = day
        self.first = first
        self.last = last


@attrs.frozen(slots=True)
class Period(Generic[T]):
    """A value from ``start`` to before ``end`` (``None``: open), with what the law and our knowledge say of it.

    ``published`` is the day the law was published, ``recorded`` the day our data learnt it (``None``: first edition),
    ``replaces`` the ``id`` of the period it corrects.

    Errors: :class:`InputError` for an end that is not after the start, a moment in place of a day, an unknown word.
    """

    value: T
    start: date
    end: date | None = None
    status: Status = attrs.field(default="in-force", kw_only=True)
    confidence: Confidence = attrs.field(default="high", kw_only=True)
    published: date | None = attrs.field(default=None, kw_only=True)
    recorded: date | None = attrs.field(default=None, kw_only=True)
    citation: Citation = attrs.field(kw_only=True)
    replaces: str | None = attrs.field(default=None, kw_only=True)
    id: str | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        plain_day(self.start, field="start")
        for field in ("end", "published", "recorded"):
            if getattr(self, field) is not None:
                plain_day(getattr(self, field), field=field)
        if self.end is not None and self.end <= self.start:
            raise InputError(
                "a period ends before it starts", field="end", value=self.end.isoformat(), allowed=f"after {self.start}"
            )
        for field, words in (("status", STATUSES), ("confidence", CONFIDENCES)):
            word = getattr(self, field)
            if not isinstance(word, str) or word not in words:
                raise InputError(f"not a {field}", field=field, value=word, allowed=", ".join(words))
        if not isinstance(self.citation, Citation):
            raise InputError("a period without a source", field="citation", value=self.citation, allowed="Citation")
        for field in ("replaces", "id"):
            text = getattr(self, field)
            if text is not None and not (isinstance(text, str) and text):
                raise InputError("not a name", field=field, value=text, allowed="text or None")

    @property
    def known(self) -> date | None:
        """The day from which the period was known: ``recorded``, else ``published``; ``None``: always."""
        return self.recorded or self.published

    def covers(self, day: date) -> bool:
        """Is ``day`` inside the period?"""
        return self.start <= day and (self.end is None or day < self.end)


class Timeline(Sequence[Period[T]]):
    """Periods of one value, in the order of their start; answers :meth:`on`.

    >>> ustg = Citation("ustg", "UStG", "s. 12(1)", None, date(2026, 11, 20))
    >>> rates = Timeline([
    ...     Period("16 %", date(2020, 7, 1), date(2021, 1, 1), citation=ustg),
    ...     Period("19 %", date(2021, 1, 1), citation=ustg),
    ... ])
    >>> rates.on(date(2020, 12, 31)).value
    '16 %'
    >>> [str(day) for day in rates.change_days()]
    ['2020-07-01', '2021-01-01']

    Two periods of one status never overlap on a day on which both were known. In-force periods, as known today, leave
    no gap between the first and the last, unless ``gaps=True``.

    Errors: :class:`InputError` for no period, an overlap, a gap, a name used twice, a replaced period that is not there
    or was not known before the one that replaces it.
    """

    __slots__ = ("_known_days", "_replaced", "_rows", "_views")

    def __init__(self, periods: Iterable[Period[T]], *, gaps: bool = False) -> None:
        rows = list(periods)
        for row in rows:
            if not isinstance(row, Period):
                raise InputError("not a period", field="periods", value=row, allowed="Period")
        if not rows:
            raise InputError("a timeline without a period answers nothing", field="periods")
        self._rows: Final = tuple(sorted(rows, key=lambda row: row.start))
        self._replaced: Final = _replaced_days(self._rows)
        _refuse_overlap(self._rows, self._replaced)
        known = {row.known for row in rows if row.known is not None}
        self._known_days: Final = tuple(sorted(known))
        self._views: Final[dict[tuple[str, int], tuple[list[date], list[Period[T]]]]] = {}
        if not gaps:
            _refuse_gap(self._view("in-force", None)[1])

    def on(self, day: date, known_on: date | None = None, *, status: Status = "in-force") -> Period[T]:
        """The period of ``status`` that covers ``day``, as far as known on ``known_on`` (``None``: all our data).

        Errors: :class:`NoPeriod`, naming the first and the last day there is; :class:`InputError` for what is no day.
        """
        plain_day(day, field="on")
        starts, rows = self._view(status, known_on)
        position = bisect_right(starts, day) - 1
        if position >= 0:
            found = rows[position]
            if found.end is None or day < found.end:
                return found
        end = rows[-1].end if rows else None
        raise NoPeriod(
            f"no period {status} on that day" if known_on is None else f"no period {status} known on {known_on}",
            day=day,
            first=starts[0] if starts else None,
            last=None if end is None else date.fromordinal(end.toordinal() - 1),
        )

    def change_days(self, known_on: date | None = None, *, status: Status = "in-force") -> tuple[date, ...]:
        """Every day on which the answer changes: first days of periods, and first days on which none holds."""
        _, rows = self._view(status, known_on)
        return tuple(sorted({row.start for row in rows} | {row.end for row in rows if row.end is not None}))

    def _view(self, status: str, known_on: date | None) -> tuple[list[date], list[Period[T]]]:
        if status not in STATUSES:
            raise InputError("not a status", field="status", value=status, allowed=", ".join(STATUSES))
        if known_on is None:
            key = (status, len(self._known_days))
        else:
            key = (status, bisect_right(self._known_days, plain_day(known_on, field="known_on")))
        view = self._views.get(key)
        if view is None:
            # Nothing changes between two days on which something became known, so the earlier one stands for both.
            day = self._known_days[key[1] - 1] if key[1] else date.min
            rows = [
                row
                for row, replaced in zip(self._rows, self._replaced, strict=True)
                if row.status == status and (row.known or date.min) <= day and (replaced is None or day < replaced)
            ]
            view = self._views[key] = ([row.start for row in rows], rows)
        return view

    @overload
    def __getitem__(self, index: int) -> Period[T]: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Period[T]]: ...
    def __getitem__(self, index: int | slice) -> Period[T] | Sequence[Period[T]]:
        return self._rows[index]

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Period[T]]:
        return iter(self._rows)

    def __eq__(self, other: object) -> bool:
        return self._rows == other._rows if isinstance(other, Timeline) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._rows)

    def __repr__(self) -> str:
        return f"Timeline({list(self._rows)!r})"


def _replaced_days(rows: Sequence[Period[T]]) -> list[date | None]:
    """For each row the day from which another one stands in its place."""
    by_id: dict[str, Period[T]] = {}
    for row in rows:
        if row.id is not None:
            if row.id in by_id:
                raise InputError("two periods of one name", field="id", value=row.id)
            by_id[row.id] = row
    days: dict[str, date] = {}
    for row in rows:
        if row.replaces is None:
            continue
        old = by_id.get(row.replaces)
        if old is None:
            raise InputError("replaces a period that is not there", field="replaces", value=row.replaces)
        if row.recorded is None or (old.known is not None and row.recorded <= old.known):
            raise InputError(
                "a correction is recorded after what it corrects",
                field="recorded",
                value=None if row.recorded is None else row.recorded.isoformat(),
                allowed=f"a day after {old.known}" if old.known else "a day",
            )
        days[row.replaces] = min(row.recorded, days.get(row.replaces, date.max))
    return [None if row.id is None else days.get(row.id) for row in rows]


def _refuse_overlap(rows: Sequence[Period[T]], replaced: Sequence[date | None]) -> None:
    for status in STATUSES:
        open_rows: list[tuple[Period[T], date | None]] = []
        for row, until in zip(rows, replaced, strict=True):
            if row.status != status:
                continue
            # Rows come by start, so an earlier row that ended before this one meets none of the later ones.
            open_rows = [(old, gone) for old, gone in open_rows if old.end is None or old.end > row.start]
            for old, gone in open_rows:
                seen = max(old.known or date.min, row.known or date.min)
                if (gone is None or seen < gone) and (until is None or seen < until):
                    raise InputError(
                        f"two periods {status} overlap",
                        field="start",
                        value=row.start.isoformat(),
                        allowed=f"the period from {old.start} {'has no end' if old.end is None else f'ends {old.end}'}",
                        cure="end the first, or append a correction with recorded and replaces",
                    )
            open_rows.append((row, until))


def _refuse_gap(rows: Sequence[Period[T]]) -> None:
    for old, new in pairwise(rows):
        if old.end is not None and old.end < new.start:
            raise InputError(
                "a gap between two periods",
                field="start",
                value=new.start.isoformat(),
                allowed=f"{old.end}, where the period before it ends",
                cure="add the missing period, or pass gaps=True",
            )
