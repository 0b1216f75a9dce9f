"""Which filing bases may stand together, for the same goods and for different goods of one application.

The matrix is data, ``data/trademark/rules/us-combination.toml``; 37 CFR 2.34(b), TMEP 806.02.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from itertools import combinations
from typing import Any, Final

import attrs

from xbec.errors import InputError
from xbec.kernel.calendars import Answer
from xbec.kernel.rulebook import Condition, Seen, defective, later, missing, present
from xbec.kernel.timeline import NoPeriod, Period, Timeline
from xbec.trademark.application import BASES, Application
from xbec.trademark.dated_rows import RULES, dated_rows
from xbec.trademark.examination.figures import named

_FILE: Final = RULES / "us-combination.toml"


@attrs.frozen(slots=True, kw_only=True)
class Pair:
    """Two bases: may they stand together for the same goods, for different goods; is the priority of 44(d) kept?"""

    bases: tuple[str, str]
    same_goods: bool
    different_goods: bool
    keeps_priority: bool = False
    note: str


def pair(first: str, second: str, on: date) -> Period[Pair]:
    """The row of two bases on a day, in either order.

    >>> pair("44(d)", "1(b)", date(2026, 3, 2)).value.keeps_priority
    True

    Raises :class:`InputError` for what is no basis or one basis twice, ``NoPeriod`` for the day.
    """
    for basis in (first, second):
        if basis not in BASES:
            raise InputError("not a filing basis", field="basis", value=basis, allowed=", ".join(BASES))
    if first == second:
        raise InputError("one basis twice", field="basis", value=first, allowed="two bases")
    return _pairs()[" ".join(sorted((first, second), key=BASES.index))].on(on)


def may_combine(bases: Iterable[str], *, same_goods: bool, on: date) -> Answer:
    """May these bases stand together, for the same goods or for different goods of one application?

    >>> answer = may_combine(["1(a)", "1(b)"], same_goods=True, on=date(2026, 3, 2))
    >>> bool(answer), answer.reason
    (False, '1(a) and 1(b): never for the same goods; item by item within one class it is possible')

    Raises as :func:`pair`.
    """
    claimed = sorted(set(bases))
    for row in (pair(first, second, on).value for first, second in combinations(claimed, 2)):
        if not (row.same_goods if same_goods else row.different_goods):
            return Answer(False, f"{row.bases[0]} and {row.bases[1]}: {row.note}")
    return Answer(True, "they may stand together")


@cache
def _pairs() -> Mapping[str, Timeline[Pair]]:
    return dated_rows(_FILE, "pair", _make)


def _make(row: dict[str, Any]) -> Pair:
    first, second = row["id"].split()
    return Pair(
        bases=(first, second),
        same_goods=row["same_goods"],
        different_goods=row["different_goods"],
        keeps_priority=row.get("keeps_priority", False),
        note=row["note"],
    )


# --- conditions ---


def _known(bases: Iterable[str], on: date) -> Iterator[Pair]:
    """The pairs we know: what is no basis is found by another rule, and section 66(a) has not always been one."""
    for first, second in combinations(sorted(set(bases) & set(BASES), key=BASES.index), 2):
        try:
            yield pair(first, second, on).value
        except NoPeriod:
            continue


def same_goods(app: Application, on: date) -> Iterator[Seen]:
    for item in app.items:
        bad = [row for row in _known(item.bases, on) if not row.same_goods and row.different_goods]
        for row in bad:
            yield defective(named(item), first=row.bases[0], second=row.bases[1], note=row.note)
        if not bad and len(item.bases) > 1:
            yield present(named(item))


def application(app: Application, on: date) -> Iterator[Seen]:
    bad = [row for row in _known(app.bases, on) if not row.different_goods]
    for row in bad:
        yield defective("bases", first=row.bases[0], second=row.bases[1], note=row.note)
    if not bad and len(app.bases) > 1:
        yield present("bases")


def waits(app: Application, on: date) -> Iterator[Seen]:
    """Goods that could be registered, and wait for others of the same application that rest on 1(b)."""
    ready = [item for item in app.items if "1(b)" not in item.bases and item.bases & {"1(a)", "44(e)"}]
    if not ready or "1(b)" not in app.bases:
        return
    others = ", ".join(basis for basis in ("1(a)", "44(e)") if any(basis in item.bases for item in ready))
    allowed = app.allowed is not None and app.allowed <= on
    yield missing("1(b) goods", others=others) if allowed else later("1(b) goods", others=others)


CONDITIONS: Final[Mapping[str, Condition[Application]]] = {
    "us-combination-same-goods": same_goods,
    "us-combination-application": application,
    "us-combination-waits": waits,
}
