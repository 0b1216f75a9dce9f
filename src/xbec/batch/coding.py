"""From texts to codes: each kind of consignment becomes a regime, each kind of line a profile, once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import attrs
import numpy as np
import polars as pl

from xbec.batch.columns import DAYS, Frame
from xbec.batch.families import Family, Tables
from xbec.batch.frames import select
from xbec.batch.kinds import Kinds, kinds_of, numbered
from xbec.batch.lookups import Index, look, pair
from xbec.errors import InputError, XbecError
from xbec.kernel.money import Money
from xbec.kernel.place import Place
from xbec.landed_cost.consignment import Consignment, Days, Line

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MOST_CONSIGNMENTS: Final = 256
_MOST_LINES: Final = 8192
"""Categories of no more combinations are all taken to be there."""
_ANY_CODE: Final = "010121"
"""The code of the line that stands for all lines of a kind of consignment."""
_OPTIONAL: Final = ("freight", "insurance")
POSITIONS: Final = {"regime": "at regime", "line": "at line", "class": "at class"}
"""Columns of the positions of a row in the tables of its program."""


def consignment_facts(row: Mapping[str, Any]) -> dict[str, Any]:
    """The keyword arguments of a consignment that a row states, amounts and lines aside."""
    place = Place.parse(row["destination"])
    if row.get("region") is not None or row.get("postcode") is not None:
        place = Place(place.country, row.get("region") or place.subdivision, row.get("postcode"))
    facts: dict[str, Any] = {"destination": place}
    for name in ("terms", "channel", "transport", "buyer", "dispatch", "establishment", "marketplace"):
        if row.get(name) is not None:
            facts[name] = row[name]
    if row.get("registrations"):
        facts["registrations"] = frozenset(_list(row["registrations"]))
    days = {name: row[name] for name in DAYS if row.get(name) is not None}
    if days:
        facts["days"] = Days(**days)
    history = {n.removeprefix("history_"): row[n] for n in row if n.startswith("history_") and row[n] is not None}
    if history:
        facts["history"] = {name: _history(name, value) for name, value in history.items()}
    return facts


def _history(name: str, value: str) -> Money | Decimal:
    if " " in value:
        return Money.from_text(value)
    try:
        return Decimal(value)
    except ArithmeticError:
        raise InputError(
            "not a figure of the buyer", field=f"history_{name}", value=value, allowed="a number, or 120 CNY"
        ) from None


def line_facts(row: Mapping[str, Any]) -> dict[str, Any]:
    """The keyword arguments of a line that a row states, amounts and quantities aside."""
    facts: dict[str, Any] = {"hs": row["hs"]}
    for column, name in (
        ("origin", "origin"),
        ("tax_class", "tax_class"),
        ("claim", "claim"),
        ("stated_duty", "duty"),
        ("stated_tax_rate", "tax_rate"),
        ("price_includes", "price_includes"),
    ):
        if row.get(column) is not None:
            facts[name] = row[column]
    if row.get("flags"):
        facts["flags"] = frozenset(_list(row["flags"]))
    return facts


def _list(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


@attrs.frozen(slots=True, eq=False)
class Coded:
    """The codes ``r`` (kind of consignment) and ``l`` (kind of line) of each row, and what each code stands for.

    The codes are expressions over ``frame``, or over any of its rows. ``None`` stands for texts that are none; their
    rows are told when the consignment is priced by itself. With ``all_lines`` no line is ``None``.
    """

    r: pl.Expr
    l: pl.Expr  # noqa: E741 - beside r
    kinds: tuple[Kinds, Kinds]
    frame: pl.DataFrame
    samples: list[tuple[Consignment, date] | None]
    lines: list[Line | None]
    all_lines: bool

    def kinds_of_lines(self, rows: pl.DataFrame) -> list[int]:
        """The codes of the kinds of lines that some rows of the frame have."""
        return select(rows, self.l.unique()).to_series().to_list()


def code(frame: Frame) -> Coded:
    """Give every row its codes, and build a consignment and a line for each code."""
    coded = frame.coded
    optional = [n for n in frame.scales if n in _OPTIONAL or n.startswith("fee.")]
    stated: dict[str, bool] = {}
    about = list(frame.consignment_texts)
    for name in optional:
        none = coded.get_column(f"in {name}").null_count()
        if none in {0, coded.height}:
            stated[name] = none == 0
            continue
        amount = pl.col(f"in {name}")
        if frame.several:
            whole = amount.max().over("run")
            differs = (amount != whole).fill_null(False)
            coded = coded.with_columns(whole, bad=pl.col("bad") | differs if "bad" in coded.columns else differs)
        coded = coded.with_columns(amount.is_not_null().alias(f"has {name}"))
        about.append(f"has {name}")
    given = numbered(coded, [*about, *frame.line_texts, "currency"])
    r, kinds = kinds_of(given, about, most=_MOST_CONSIGNMENTS)
    of_line, kinds_of_line = kinds_of(given, [*frame.line_texts, "currency"], most=_MOST_LINES)
    told = tuple((name, stated.get(name)) for name in optional)
    return Coded(
        r, of_line, (kinds, kinds_of_line), given.frame, _samples(kinds, told, frame.on), *lines_of(kinds_of_line)
    )


@lru_cache(maxsize=32)
def _samples(
    kinds: Kinds, optional: tuple[tuple[str, bool | None], ...], on: date | None
) -> list[tuple[Consignment, date] | None]:
    """A consignment of each kind and its day; ``None`` in ``optional``: the kind says whether the amount is stated."""
    found = []
    for values in kinds.rows():
        row = dict(zip(kinds.names, values, strict=True))
        stated = [name for name, always in optional if (row[f"has {name}"] if always is None else always)]
        found.append(_sample(row, stated, on if on is not None else row["on day"]))
    return found


def _sample(row: Mapping[str, Any], stated: list[str], on: date | None) -> tuple[Consignment, date] | None:
    if row["destination"] is None or row["currency"] is None or on is None:
        return None
    try:
        nothing = Money(0, row["currency"])
        facts = consignment_facts(row)
        for name in stated:
            if name.startswith("fee."):
                facts.setdefault("fees", {})[name[4:]] = nothing
            else:
                facts[name] = nothing
        sample = Consignment(lines=[Line(hs=_ANY_CODE, price=nothing)], **facts)
    except XbecError:
        return None
    return sample, on


@lru_cache(maxsize=32)
def lines_of(kinds: Kinds) -> tuple[list[Line | None], bool]:
    """A line of each kind, and whether each kind is one."""
    lines = [_line(kinds.names, row) for row in kinds.rows()]
    return lines, all(line is not None for line in lines)


@lru_cache(maxsize=50_000)
def _line(names: tuple[str, ...], values: tuple[Any, ...]) -> Line | None:
    row = dict(zip(names, values, strict=True))
    if row["hs"] is None or row["currency"] is None:
        return None
    try:
        return Line(price=Money(0, row["currency"]), **line_facts(row))
    except XbecError:
        return None


def positions(family: Family, found: Tables, many: int) -> dict[str, Index]:
    """The positions of a row in the tables of its family: of its "regime", its kind of "line", its "class".

    They lead from the codes "r" and "l"; ``many`` is the number of the frame's kinds of consignments.
    """
    kinds = len(found.cut)

    def of_regime(values: Sequence[int]) -> Index:
        """A value of each regime of the family, by the code of the frame."""
        if len(set(values)) == 1:
            return values[0]
        if list(values) == family.codes and many == len(values):
            return "r"
        of_code = [0] * many
        for code, value in zip(family.codes, values, strict=True):
            of_code[code] = value
        return look(pl.Series(of_code, dtype=pl.UInt32), "r")

    def of_line(group: Index, rows: NDArray[np.uint32]) -> Index:
        """A value of each kind of line in each group."""
        if len(rows) == 1 and np.array_equal(rows[0], np.arange(kinds)):
            return "l"
        return look(pl.Series(rows.ravel()), pair(group, kinds, "l"))

    regime = of_regime(range(len(family.codes)))
    classes = 1 + max(max(row) for row in found.k)
    place = [0] * (len(family.codes) * classes)
    for (number, kind), position in found.c.items():
        place[number * classes + kind] = position
    if classes == 1:
        of_class = of_regime(place)
    else:
        of_lines = np.array(found.k, dtype=np.uint32)[:, found.cut]
        of_cut = of_line(of_regime(found.class_groups), of_lines)
        of_class = look(pl.Series(place, dtype=pl.UInt32), pair(regime, classes, of_cut))
    return {
        "regime": regime,
        "line": of_line(of_regime(found.line_groups), np.array(found.p, dtype=np.uint32)),
        "class": of_class,
    }
