"""A program of rows: procedures, components in order, and what is returned, for regimes of one structure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import attrs

from xbec.batch.families import Tables
from xbec.batch.levels import Column, Cut, Level
from xbec.batch.rows import Rows
from xbec.batch.warn import CHARGED
from xbec.landed_cost.builder import ZERO
from xbec.landed_cost.component import compute, waive_jointly
from xbec.landed_cost.guards import truth
from xbec.landed_cost.pipeline import surely
from xbec.landed_cost.plan import Truth
from xbec.landed_cost.program import Op, Operand, const
from xbec.landed_cost.quote import KINDS, payer_of
from xbec.landed_cost.regime import Regime
from xbec.law.check import rates_of
from xbec.law.component import COLLECTORS, Component, Procedure

_IN_ORDER: Final = frozenset({"hs2", "hs4", "hs6", "hs8", "hs10", "consignment"})
"""Words of ``per`` whose groups stand together in the canonical order."""


@attrs.frozen(slots=True, eq=False)
class RowsProgram:
    """Operations, tables and levels, the outputs by name, and the truth value that marks trouble.

    ``procedure`` is the position in ``procedures`` that takes the row, -1 where none does. Amounts are minor units of
    the law's currency.
    """

    ops: tuple[Op, ...]
    columns: tuple[Column, ...]
    levels: tuple[Level, ...]
    procedure: Operand
    procedures: tuple[str, ...]
    outputs: dict[str, Operand]
    charges: dict[str, Operand]
    trouble: Truth


def lower_rows(regimes: Sequence[Regime], tables: Tables, scales: dict[str, int]) -> RowsProgram:
    """Lower the law of regimes that answer every text guard alike; raises a question that all of them ask."""
    rows = Rows(regimes, tables, scales)
    regime = rows.regime
    rows.amount("goods", None)
    taken = _procedures(rows)
    for name in regime.input_names:
        rows.amount(name, None)
    charges: dict[str, Operand] = {}
    by_kind: dict[str, Operand] = dict.fromkeys(KINDS, ZERO)
    by_payer: dict[str, Operand] = {"buyer": ZERO, "seller": ZERO}
    for component in regime.components:
        before = rows.amounts.get(component.id, ZERO)
        for event, here in _events(component, taken, regime.procedures).items():
            rows.event = event
            _component(rows, component, taken, here)
        if component.kind is not None and rows.amounts.get(component.id, ZERO) != before:
            charges[component.id] = ZERO
    for component in regime.components:
        if component.id in charges:
            amount = charges[component.id] = rows.amounts[component.id]
            by_kind[component.kind or ""] = rows.add(by_kind[component.kind or ""], amount)
            for payer in by_payer:
                pays = _pays(rows, component, taken, payer)
                by_payer[payer] = rows.add(by_payer[payer], rows.select(pays, amount, ZERO))
    outputs = {name: rows.amount(name, None) for name in ("goods", "freight", "insurance")}
    outputs["customs_value"] = _customs_value(rows)
    outputs |= by_kind
    outputs |= {f"{payer}_pays": amount for payer, amount in by_payer.items()}
    outputs |= {f"{CHARGED}{name}": rows.select(held, const(1), ZERO) for name, held in rows.charged.items()}
    trouble: Truth = False
    for condition in rows.trouble:
        trouble = rows.either(trouble, condition)
    procedure: Operand = const(-1)
    for number, condition in reversed(taken.items()):
        procedure = rows.select(condition, const(number), procedure)
    return RowsProgram(
        ops=tuple(rows.ops),
        columns=tuple(rows.columns),
        levels=tuple(rows.levels.cut),
        procedure=procedure,
        procedures=tuple(p.id for p in regime.procedures),
        outputs=outputs,
        charges=charges,
        trouble=trouble,
    )


def _procedures(rows: Rows) -> dict[int, Truth]:
    """For each procedure that takes any row, on which rows; each row goes to the first whose guard holds."""
    regime = rows.regime
    taken: dict[int, Truth] = {}
    left: Truth = True
    for number, procedure in enumerate(regime.procedures):
        if regime.forced is not None and procedure.id != regime.forced:
            continue
        holds: Truth = True
        rows.event = procedure.force.event or "declared"
        rows.mask = left
        if procedure.when is not None and regime.forced is None:
            holds = rows.holds_on_row(procedure.when)
        if holds is False or (
            regime.forced is None and not surely(regime, procedure.id, procedure.force.confidence, procedure.title)
        ):
            continue
        here = rows.both(left, holds)
        if here is False:
            continue
        taken[number] = here
        rows.mask = here
        if procedure.refuse is not None:
            rows.trouble_if(True)
        left = rows.both(left, rows.negation(holds))
        if left is False:
            break
    rows.mask = left
    if left is not False:
        rows.trouble_if(True)
    rows.mask = True
    return taken


def _events(component: Component, taken: dict[int, Truth], procedures: Sequence[Procedure]) -> dict[str, list[int]]:
    """The procedures a component belongs to, by the event whose day its figures hang on."""
    found: dict[str, list[int]] = {}
    for number in taken:
        procedure = procedures[number]
        if component.procedures is None or procedure.id in component.procedures:
            event = component.force.event or procedure.force.event or "declared"
            found.setdefault(event, []).append(number)
    return found


def _component(rows: Rows, component: Component, taken: dict[int, Truth], here: list[int]) -> None:
    """One component over the rows of procedures that read its figures on one day."""
    mask: Truth = False
    for number in here:
        mask = rows.either(mask, taken[number])
    if len(here) == len(taken):
        mask = True  # a row that no procedure takes is trouble already
    rows.mask = mask
    rows.per = component.per
    mixed = len(taken) > 1
    rows.here_level = rows.levels.of((), by_procedure=mixed, in_order=True)
    if component.waives:
        waive_jointly(rows, component, _cut(rows, component, mask, mixed))
        rows.mask = True
        return
    held: Truth = True if component.when is None else rows.holds_on_row(component.when)
    conditions = rows.both(mask, held)
    if conditions is not False and surely(rows.regime, component.id, component.force.confidence, component.label):
        compute(rows, component, _cut(rows, component, mask, mixed), conditions)
    rows.mask = True


def _cut(rows: Rows, component: Component, mask: Truth, mixed: bool) -> Cut:
    """The groups of a component; those of mixed procedures are cut by procedure too."""
    if "line" in component.per:
        return Cut(None, mask)
    words = [word for word in component.per if word != "consignment"]
    in_order = len(words) == 1 and words[0] in _IN_ORDER
    keys = [rows.key(component, word) for word in words]
    return Cut(rows.levels.of(keys, by_procedure=mixed, in_order=in_order), mask)


def _pays(rows: Rows, component: Component, taken: dict[int, Truth], payer: str) -> Truth:
    """On which rows a payer bears a charge: by who collects it under the row's procedure."""
    regime = rows.regime
    found: Truth = False
    for number, here in taken.items():
        procedure = regime.procedures[number]
        rows.mask = here
        left = here
        for rule in component.collects or procedure.collects:
            holds: Truth = True if rule.when is None else truth(rows, rule.when.node, None, rule.when.text)
            if payer_of(regime.sample.terms, rule.by) == payer:
                found = rows.either(found, rows.both(left, holds))
            left = rows.both(left, rows.negation(holds))
        if left is not False and payer_of(regime.sample.terms, COLLECTORS[-1]) == payer:
            found = rows.either(found, left)
    rows.mask = True
    return found


def _customs_value(rows: Rows) -> Operand:
    """The base of the duty on each row: what the first duty of the tariff is charged on."""
    for component in rows.regime.components:
        if component.kind == "duty" and any(rate.form == "tariff" for rate in rates_of(component)):
            value: Operand = ZERO
            for sign, name in component.base:
                amount = rows.amount(name, None)
                value = rows.add(value, amount) if sign > 0 else rows.sub(value, amount)
            return value
    return ZERO
