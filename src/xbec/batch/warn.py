"""The warnings of a frame: ids of the rules of :mod:`xbec.landed_cost.warn` that are decided without amounts.

What a row is warned of hangs on the code of its regime, the code of its kind of line, the procedure that takes it, and
which charges its program says were charged. Each such combination is looked at once; rows look their answer up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, Final

import attrs
import polars as pl

from xbec.batch.columns import UNITS
from xbec.batch.frames import select
from xbec.batch.kinds import places
from xbec.batch.lookups import Index, both, expression, look, pair
from xbec.errors import XbecError
from xbec.kernel.dated import stale
from xbec.landed_cost.pipeline import make_plan
from xbec.landed_cost.quote import Quote
from xbec.landed_cost.unknown import Question
from xbec.landed_cost.warn import OLD_LAW_DAYS
from xbec.law.check import rates_of
from xbec.law.guard import walk

if TYPE_CHECKING:
    from xbec.kernel.timeline import Period
    from xbec.landed_cost.consignment import Line
    from xbec.landed_cost.plan import Plan
    from xbec.landed_cost.profile import Profile
    from xbec.landed_cost.regime import Regime
    from xbec.landed_cost.worlds import QuoteInterval
    from xbec.law.component import Component

RULES: Final = ("law-age", "low-confidence", "stand-in-rate")
"""Ids of the rules, in the order of the text; each has a bit."""
AGE, LOW, STAND_IN = 1, 2, 4
_MOST_ASKED: Final = 6
CHARGED: Final = "charged."
"""Outputs of a program that say, 1 or 0, whether a component was charged on the row."""
_RATE: Final = "rate of exchange"
"""Beside the ids of components, none of which has a blank."""
TEXTS: Final = [", ".join(rule for bit, rule in enumerate(RULES) if mask >> bit & 1) or None for mask in range(8)]


def ids_of(priced: Quote | QuoteInterval) -> str | None:
    """The ids that a quote, or any world of an interval, is warned of, sorted; near-threshold is left to the quote."""
    quotes = [priced] if isinstance(priced, Quote) else [world.quote for world in priced.worlds]
    found = {finding.rule for quote in quotes for finding in quote.warnings}
    return ", ".join(rule for rule in RULES if rule in found) or None


def texts(masks: pl.Series) -> pl.Series:
    """The ids of each row, joined by ", "; null where there are none."""
    return pl.Series(TEXTS, dtype=pl.String).gather(masks.cast(pl.UInt32))


def watched(regimes: Sequence[Regime], lines: Sequence[Line | None]) -> tuple[str, ...]:
    """Components that may rest on something of low confidence: a program must say on which rows they are charged."""
    known = [line for line in lines if line is not None]
    stated = {line.tax_class for line in known if line.tax_class is not None}
    low_duties: dict[Any, bool] = {}
    found: dict[str, None] = {}
    for regime in regimes:
        duties = (id(regime.tariff), regime.law.tariff or regime.law.code, regime.days["declared"])
        if duties not in low_duties:
            low_duties[duties] = regime.uses_tariff and any(_has_low_duty(regime, line) for line in known)
        for component in regime.components:
            if _is_weak(component) or _may_be_weak(regime, component, stated, low_duty=low_duties[duties]):
                found[component.id] = None
    return tuple(found)


@attrs.frozen(slots=True, eq=False)
class Masks:
    """What rows are warned of, as bits of :data:`RULES`, for all kinds of lines that there are.

    ``of_regimes``: by code of the regime and procedure; one number where it is the same for all. ``of_lines``: which of
    the components ``watch`` and :data:`_RATE` rest on something weak, as bits, by regime, kind of line and
    procedure. ``ways`` are the procedures and one more for none, ``kinds`` the kinds of lines.
    """

    ways: int
    kinds: int
    watch: tuple[str, ...]
    of_regimes: pl.Series | int
    of_lines: pl.Series | None

    def of(self, way: Index) -> Index:
        """The bits of rows by their codes "r" and "l", their ``way``, and "charged.<id>" of watched components."""
        whole = self.of_regimes
        of_regime: Index = whole if isinstance(whole, int) else look(whole, pair("r", self.ways, way))
        if self.of_lines is None:
            return of_regime
        told = _told(self.watch, look(self.of_lines, pair(pair("r", self.kinds, "l"), self.ways, way)))
        return told if of_regime == 0 else look(_EITHER, pair(of_regime, len(TEXTS), told))


_EITHER: Final = pl.Series([one | other for one in range(len(TEXTS)) for other in range(len(TEXTS))], dtype=pl.UInt8)
_MOST_MASKS: Final = 4096
"""Kinds of lines under regimes and procedures of which all are looked at before any row is."""


def masks_of(
    procedures: Sequence[str], regimes: Mapping[int, Regime], lines: Sequence[Line | None], watch: Sequence[str]
) -> Masks | None:
    """What all kinds of lines are warned of; ``None`` where there are so many that the rows have to say which."""
    ways, kinds = len(procedures) + 1, len(lines)
    of_lines = None
    if watch or _asks_for_rates(regimes):
        known = sum(line is not None for line in lines)
        if len(regimes) * known * len(procedures) > _MOST_MASKS or (max(regimes) + 1) * kinds * ways > 8 * _MOST_MASKS:
            return None
        bits = [0] * ((max(regimes) + 1) * kinds * ways)
        for r, regime in regimes.items():
            for n, line in enumerate(lines):
                for way, name in enumerate(procedures if line is not None else ()):
                    bits[(r * kinds + n) * ways + way] = _bits(watch, _warned_of(regime, line, name))  # type: ignore[arg-type]
        of_lines = pl.Series(bits, dtype=pl.UInt64) if any(bits) else None
    return Masks(ways, kinds, tuple(watch), _by_regime(procedures, regimes), of_lines)


def told(
    rows: pl.DataFrame, procedures: Sequence[str], regimes: Mapping[int, Regime], lines: Sequence[Line | None]
) -> pl.Series | int:
    """What each row is warned of, as bits of :data:`RULES`; one number where it is the same for all.

    ``rows`` has ``r`` (code of its regime), ``l`` (code of its kind of line), ``procedure`` (position among
    ``procedures``, -1 where none takes it) and ``charged.<id>`` for the components :func:`watched`. Only the kinds of
    lines that the rows have are looked at.
    """
    watch = [name.removeprefix(CHARGED) for name in rows.columns if name.startswith(CHARGED)]
    ways, kinds = len(procedures) + 1, len(lines)
    way, charged = way_of(pl.col("procedure"), ways), [pl.col(f"{CHARGED}{name}") for name in watch]
    whole = _by_regime(procedures, regimes)
    if isinstance(whole, pl.Series):
        whole = rows.select(pl.lit(whole).gather(pl.col("r").cast(pl.UInt64) * ways + way)).to_series()
    if not watch and not _asks_for_rates(regimes):
        return whole
    key = (pl.col("r").cast(pl.UInt64) * kinds + pl.col("l")) * ways + way
    keyed = select(rows, key.alias("key"), *charged)
    there, place = places(keyed.get_column("key"), (max(regimes) + 1) * kinds * ways)
    bits = []
    for number in there:
        pair, n = divmod(number, ways)
        r, line = divmod(pair, kinds)
        known = lines[line]
        weak = known is not None and n < len(procedures)
        bits.append(_bits(watch, _warned_of(regimes[r], known, procedures[n])) if weak else 0)  # type: ignore[arg-type]
    if not any(bits):
        return whole
    of_key = pl.lit(pl.Series(bits, dtype=pl.UInt64)).gather(place(pl.col("key")))
    columns = {"weak": of_key} | {name: pl.col(name) for name in keyed.columns}
    of_lines = select(keyed, expression(_told(watch, "weak"), columns)).to_series()
    return of_lines | (whole if isinstance(whole, pl.Series) else pl.Series([whole], dtype=pl.UInt8))


def way_of(procedure: pl.Expr, ways: int) -> pl.Expr:
    """The position of the procedure; the last of the ways where none takes the row."""
    return ((procedure.cast(pl.Int64) + ways) % ways).cast(pl.UInt64)


def _bits(watch: Sequence[str], weak: frozenset[str]) -> int:
    """What is weak on a line: a bit for each watched component, the last the lowest, and the highest for its rate."""
    return sum(2**n for n, name in enumerate((*reversed(watch), _RATE)) if name in weak)


def _told(watch: Sequence[str], weak: Index) -> Index:
    """What rows are warned of for what was charged on them, from the bits of what is weak on such lines."""
    charged: Index = 0
    for name in watch:
        charged = pair(charged, 2, f"{CHARGED}{name}")
    return look(_TOLD, pair(both(weak, 2 ** len(watch)), 2, both(weak, charged)))


_TOLD: Final = pl.Series([0, LOW, STAND_IN, LOW | STAND_IN], dtype=pl.UInt8)


def _by_regime(procedures: Sequence[str], regimes: Mapping[int, Regime]) -> pl.Series | int:
    """What the procedure and the exchange rates of a regime are warned of, by code and procedure."""
    found = {(r, n): _of_procedure(regime, way) for r, regime in regimes.items() for n, way in enumerate(procedures)}
    if len(set(found.values())) == 1:
        return next(iter(found.values()))
    keys = ((r, n) for r in range(max(regimes) + 1) for n in range(len(procedures) + 1))
    return pl.Series([found.get(key, 0) for key in keys], dtype=pl.UInt8)


def _asks_for_rates(regimes: Mapping[int, Regime]) -> bool:
    """Does a rate stand in for another that not all lines of its regime rest on?"""
    return any(
        not _values_stand_in(regime) and any(rate.stand_in for rate in regime.rates.values())
        for regime in regimes.values()
    )


def _of_procedure(regime: Regime, procedure: str) -> int:
    """What the procedure and the exchange rates of a kind of consignment are warned of."""
    mask = STAND_IN if _values_stand_in(regime) else 0
    taken = next((p for p in regime.procedures if p.id == procedure), None)
    if taken is None:
        return mask
    mask |= LOW if taken.force.confidence == "low" else 0
    return mask | (AGE if stale(taken.citation.checked, regime.on, days=OLD_LAW_DAYS) else 0)


def _values_stand_in(regime: Regime) -> bool:
    """Does the rate of the customs value, on which all lines rest, stand in for an official one?"""
    rate = regime.rates.get(f"customs {regime.sample.currency}")
    return rate is not None and rate.stand_in


def _is_weak(component: Component) -> bool:
    return component.kind is not None and component.force.confidence == "low"


def _has_low_duty(regime: Regime, line: Line) -> bool:
    """Is the tariff's answer for a line of low confidence?"""
    if line.duty is not None:
        return False
    try:
        answer = regime.tariff.rate(
            regime.law.tariff or regime.law.code, line.code, origin=line.origin, on=regime.days["declared"]
        )
    except XbecError:
        return False
    return answer.confidence == "low"


def _may_be_weak(regime: Regime, component: Component, stated: set[Any], *, low_duty: bool) -> bool:
    """Does it name a figure of which a row of low confidence is in force?"""
    law, days = regime.law, set(regime.days.values())
    names = [] if component.waive is None else [node[1] for node in walk(component.waive.node) if node[0] == "name"]
    for rate in rates_of(component):
        if rate.form == "tariff" and low_duty:
            return True
        if rate.form in {"value", "quantity"} and rate.name is not None:
            names.append(rate.name)
        elif rate.form == "table" and rate.name is not None:
            if any(_is_low(rows, days) for rows in law.tables[rate.name].rows.values()):
                return True
        elif rate.form == "tax" and rate.name is not None:
            given = stated | {x.tax_class for x in law.classifications if x.tax == rate.name} | {"standard"}
            if any(name in given and _is_low(rows, days) for name, rows in law.taxes[rate.name].items()):
                return True
    return any(name in law.values and _is_low(law.values[name], days) for name in names)


def _is_low(rows: Iterable[Period[Any]], days: set[date]) -> bool:
    return any(
        row.confidence == "low" and any(row.start <= day and (row.end is None or day < row.end) for day in days)
        for row in rows
    )


def _warned_of(regime: Regime, line: Line, procedure: str) -> frozenset[str]:
    """Components that rest on something of low confidence on such a line; :data:`_RATE` where a rate stands in.

    The plan of one line says which figures a component reads; what it comes to is kept with the regime, and is the same
    for all lines of a kind whose figures are as sure.
    """
    key = ("told", line.key, procedure)
    found: frozenset[str] | None = regime.plans.get(key)
    if found is None:
        profile = regime.profile(line)
        of_tables = [
            row if (row := profile.table_key(table.key)) in table.rows else "*" for table in regime.law.tables.values()
        ]
        like = ("told", profile.kind, *of_tables, line.price.currency, _has_low_duty(regime, line), procedure)
        found = regime.plans.get(like)
        if found is None:
            found = regime.plans[like] = frozenset(_read(regime, line, procedure))
        regime.plans[key] = found
    return found


def _read(regime: Regime, line: Line, procedure: str) -> Iterator[str]:
    position = next(n for n, p in enumerate(regime.procedures) if p.id == procedure)
    found = _planned(regime, _stating_all(regime, line), position) or _planned(regime, line, position)
    if found is None:
        return
    regime, profile, plan = found
    of_regime, of_lines = plan.reads
    figures = [*(regime.params[n] for n in of_regime), *(profile.params[n] for _, n in of_lines)]
    rates = [figure.exchange for figure in figures if figure is not None]
    if any(rate is not None and regime.rates[rate].stand_in for rate in rates):
        yield _RATE
    for charge in plan.charges:
        if _is_weak(charge.component):
            yield charge.component.id
        for ref in (ref for group in charge.groups for ref in group.refs):
            figure = regime.params[ref[1]] if ref[0] == "r" else profile.params[ref[2]]
            if figure is not None and figure.confidence == "low":
                yield charge.component.id


def _planned(regime: Regime, line: Line, position: int) -> tuple[Regime, Profile, Plan] | None:
    """The plan of a line under a procedure; where it asks, with one of what may be."""
    for _ in range(_MOST_ASKED):
        try:
            profile = regime.profile(line)
            plan = _plan(regime, profile, position)
            profile.fill()
        except Question as question:
            unknown = question.unknown
            if not unknown.options:
                return None
            regime = regime.assuming({**regime.answers, unknown.key: unknown.options[0][1]})
        except XbecError:
            return None
        else:
            return regime, profile, plan
    return None


def _plan(regime: Regime, profile: Profile, position: int) -> Plan:
    key = ("plan", profile.structure, position)
    found: Plan | None = regime.plans.get(key)
    if found is None:
        found = regime.plans[key] = make_plan(regime, (profile,), (position,))
    return found


def _stating_all(regime: Regime, line: Line) -> Line:
    """The line with everything a law may ask of it; kinds of lines state no quantities and no parts of the value."""
    parts = {name for c in regime.components for _, name in c.base if name.startswith("content.")}
    content = {name.removeprefix("content."): line.price for name in parts}
    return attrs.evolve(line, quantities=dict.fromkeys(UNITS, Decimal(1)), weight_kg=Decimal(1), content=content)


def united(worlds: Sequence[pl.Series]) -> pl.Series:
    """What the rows are warned of in any of the worlds."""
    return reduce(or_, worlds)


def of_consignments(masks: pl.Series, run: pl.Series) -> pl.Series:
    """What any row of a consignment is warned of, on each of its rows; ``run`` is its number."""
    if masks.n_unique() == 1:
        return masks
    bits = [(pl.col("mask").cast(pl.Int64) // 2**bit % 2).max().over("run") * 2**bit for bit in range(len(RULES))]
    frame = pl.DataFrame([masks.alias("mask"), run.alias("run")])
    return frame.select(pl.sum_horizontal(bits).cast(pl.UInt8)).to_series()
