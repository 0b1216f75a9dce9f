"""What a law file must still satisfy once its words parse: every name resolves, and every rate fits its group."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from xbec.errors import DataFileError
from xbec.law.component import Component, Guard, Procedure, Rate
from xbec.law.guard import CALLS_WITH_GUARD, DAYS, FACTS_OF_CONSIGNMENT, FACTS_OF_LINE, NUMBERS_OF_LINE, Node, walk

if TYPE_CHECKING:
    from xbec.law.book import Jurisdiction

GIVEN = ("goods", "freight", "insurance")
"""Amounts that exist before any component; ``goods.sale`` and so on, ``fee.<id>``, ``content.<id>`` too."""


def is_given(name: str) -> bool:
    """Is it an amount the consignment brings, not a component?"""
    return name in GIVEN or name.startswith(("fee.", "content.")) or name in {f"{g}.sale" for g in GIVEN}


def check_names(law: Jurisdiction, *, name: str) -> None:
    """Raise :class:`DataFileError` for the first name that does not resolve."""
    ids: set[str] = set()
    procedures = {p.id for p in law.procedures}
    for procedure in law.procedures:
        where = f"{name}: procedure.{procedure.id}"
        for guard in [procedure.when, *(c.when for c in procedure.collects)]:
            _check_guard(law, guard, set(), where, result=False)
    for component in law.components:
        where = f"{name}: component.{component.id}"
        if component.id in ids:
            raise DataFileError("two components of one id", field=where)
        if is_given(component.id):
            raise DataFileError("the id is that of an amount that exists already", field=where)
        for missing in set(component.procedures or ()) - procedures:
            raise DataFileError("no such procedure", field=f"{where}.procedures", value=missing)
        _check_component(law, component, ids, where)
        ids.add(component.id)


def _check_component(law: Jurisdiction, component: Component, ids: set[str], where: str) -> None:
    used = [n for _, n in component.base]
    for off in (component.deduct, component.less):
        if isinstance(off, tuple):
            used.extend(n for _, n in off)
    for amount in [*used, *component.waives, *component.among]:
        if amount not in ids and not is_given(amount):
            raise DataFileError("names an amount that is not there yet (order matters)", field=where, value=amount)
    for guard in guards_in(component):
        _check_guard(law, guard, ids, where, result=guard is component.waive or bool(component.waives))
    for rate in rates_of(component):
        _check_rate(law, rate, component, where)
    if component.choose and not component.among:
        raise DataFileError("choose needs among", field=where)
    if component.waives and component.when is None:
        raise DataFileError("waives needs when", field=where)


def guards_of(procedures: tuple[Procedure, ...], components: tuple[Component, ...]) -> Iterator[Guard]:
    """Every guard of a law."""
    for procedure in procedures:
        for guard in (procedure.when, *(c.when for c in procedure.collects)):
            if guard is not None:
                yield guard
    for component in components:
        yield from guards_in(component)


def guards_in(component: Component) -> Iterator[Guard]:
    for guard in [component.when, component.waive, *(c.when for c in component.collects)]:
        if guard is not None:
            yield guard
    for rate in rates_of(component):
        yield from (g for g, _ in rate.cases if g is not None)


def rates_of(component: Component) -> Iterator[Rate]:
    """Every rate of a component, those inside cases and bands too."""
    todo: list[object] = [
        component.rate,
        component.deduct,
        component.less,
        component.gross_up,
        component.at_least,
        component.at_most,
    ]
    while todo:
        rate = todo.pop()
        if isinstance(rate, Rate):
            yield rate
            todo.extend(r for _, r in rate.cases)
            todo.extend(r for _, _, r in rate.bands)


_KEY_OF_TABLE = {"origin": "origin", "tax_class": "tax-class", "hs2": "hs2", "hs4": "hs4", "hs6": "hs6", "hs8": "hs8"}


def _check_rate(law: Jurisdiction, rate: Rate, component: Component, where: str) -> None:
    known = {"value": law.values, "tax": law.taxes, "table": law.tables, "quantity": law.values}.get(rate.form)
    if known is not None and rate.name is not None and rate.name not in known:
        raise DataFileError(
            f"no such {rate.form}", field=f"{where}.rate", value=rate.name, allowed=", ".join(known) or "none"
        )
    needs = None
    if rate.form == "tariff" and "hs10" not in component.per:
        needs = "line"
    elif rate.form == "tax":
        needs = "tax-class"
    elif rate.form == "table" and rate.name is not None:
        needs = _KEY_OF_TABLE.get(law.tables[rate.name].key)
    if needs and needs not in component.per and "line" not in component.per and "rate" not in component.per:
        raise DataFileError(
            "the rate is not constant on its group", field=f"{where}.per", value=list(component.per), allowed=needs
        )


def _check_guard(law: Jurisdiction, guard: Guard | None, ids: set[str], where: str, *, result: bool) -> None:
    if guard is None:
        return
    for node in walk(guard.node):
        if node[0] == "name":
            _check_name(law, node, ids, where, guard, result=result)
        elif node[0] == "call":
            _check_call(law, node, ids, where, guard)


def _check_name(law: Jurisdiction, node: Node, ids: set[str], where: str, guard: Guard, *, result: bool) -> None:
    name = node[1]
    if (
        name in ids
        or name in law.values
        or is_given(name)
        or name in FACTS_OF_LINE | FACTS_OF_CONSIGNMENT | DAYS | NUMBERS_OF_LINE
        or (name == "result" and result)
    ):
        return
    raise DataFileError(f"a guard names {name!r}, which is no amount, value or fact", field=where, value=guard.text)


def _check_call(law: Jurisdiction, node: Node, ids: set[str], where: str, guard: Guard) -> None:
    _, call, argument = node
    if call in CALLS_WITH_GUARD:
        return
    known = {"listed": law.lists, "setting": law.settings, "charged": ids}.get(call)
    if known is not None and argument not in known:
        raise DataFileError(
            f"{call}({argument!r}): no such name", field=where, value=guard.text, allowed=", ".join(known) or "none"
        )
