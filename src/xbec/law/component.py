"""Procedures and components: what a law file says happens to a consignment, frozen and parsed."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import attrs

from xbec.errors import DataFileError
from xbec.kernel.citation import Citation
from xbec.kernel.dated import Sources
from xbec.law.figure import amount, exact, rate
from xbec.law.guard import Node, parse_guard

COLLECTORS = ("platform", "seller", "post", "carrier", "customs")


@attrs.frozen(slots=True, eq=False)
class Guard:
    """A guard as written and as parsed."""

    text: str
    node: Node


@attrs.frozen(slots=True, eq=False)
class Force:
    """When, and how surely, a procedure or component is in force."""

    start: date | None
    end: date | None
    status: str
    confidence: str
    published: date | None
    recorded: date | None
    event: str | None

    def holds(self, on: date, known_on: date | None) -> bool:
        """In force on the day, as far as it was known on ``known_on``."""
        if self.status != "in-force" or (self.start and on < self.start) or (self.end and on >= self.end):
            return False
        known = self.recorded or self.published
        return known_on is None or known is None or known <= known_on


@attrs.frozen(slots=True, eq=False)
class Round:
    """A rounding: step in units of the currency, mode, and the source or the house convention behind it."""

    to: Fraction
    mode: str
    citation: Citation | None
    convention: str | None


@attrs.frozen(slots=True, eq=False)
class Rate:
    """One way to a rate. ``form`` is ratio, money, value, tax, tariff, table, quantity, bands or cases.

    ``name`` is the value, tax, table or (bands) the amount looked at; ``unit`` the unit of a quantity;
    ``cases`` pairs of guard and rate; ``bands`` pairs of upper limit (``None`` open) and rate.
    """

    form: str
    text: str
    number: Fraction | None = None
    currency: str | None = None
    name: str | None = None
    unit: str | None = None
    cases: tuple[tuple[Guard | None, Rate], ...] = ()
    bands: tuple[tuple[Fraction | None, str | None, Rate], ...] = ()


@attrs.frozen(slots=True, eq=False)
class Collector:
    """Who collects, if the guard holds."""

    by: str
    when: Guard | None


@attrs.frozen(slots=True, eq=False)
class Procedure:
    """A customs procedure; a line goes to the first whose guard holds."""

    id: str
    title: str
    when: Guard | None
    collects: tuple[Collector, ...]
    refuse: str | None
    citation: Citation
    force: Force


@attrs.frozen(slots=True, eq=False)
class Component:
    """One amount of the pipeline; with a kind it is a charge."""

    id: str
    kind: str | None
    label: str
    procedures: tuple[str, ...] | None
    when: Guard | None
    base: tuple[tuple[int, str], ...]
    rate: Rate | None
    per: tuple[str, ...]
    deduct: Rate | tuple[tuple[int, str], ...] | None
    less: Rate | tuple[tuple[int, str], ...] | None
    gross_up: Rate | bool
    times: Fraction | None
    times_base: Fraction | None
    round: Round | None
    round_base: Round | None
    at_least: Rate | None
    at_most: Rate | None
    waive: Guard | None
    waive_citation: Citation | None
    waives: tuple[str, ...]
    choose: str | None
    among: tuple[str, ...]
    collects: tuple[Collector, ...]
    citation: Citation | None
    force: Force
    note: str | None


def _guard(text: str | None, where: str) -> Guard | None:
    return None if text is None else Guard(text, parse_guard(text, where=where))


def _force(model: Any) -> Force:
    return Force(
        model.get("from"),
        model.get("to"),
        model.get("status", "in-force"),
        model.get("confidence", "high"),
        model.get("published"),
        model.get("recorded"),
        model.get("event"),
    )


def _collects(value: Any, where: str) -> tuple[Collector, ...]:
    if value is None:
        return ()
    if isinstance(value, str):
        if value not in COLLECTORS:
            raise DataFileError("no such collector", field=where, value=value, allowed=", ".join(COLLECTORS))
        return (Collector(value, None),)
    return tuple(Collector(c["by"], _guard(c.get("when"), where)) for c in value)


def _signed(names: list[str]) -> tuple[tuple[int, str], ...]:
    return tuple((-1, n[1:]) if n.startswith("-") else (1, n) for n in names)


def build_rate(word: Any, *, where: str) -> Rate:
    """A rate word of a file as a :class:`Rate`."""
    if isinstance(word, list):
        return Rate(
            "cases", "by case", cases=tuple((_guard(x.get("when"), where), _case(x, where=where)) for x in word)
        )
    if isinstance(word, str):
        if word.strip().endswith("%") or "/" in word:
            return Rate("ratio", word, number=rate(word, where=where))
        number, currency = amount(word, where=where)
        return Rate("money", word, number=number, currency=currency)
    return _case(word, where=where)


def _case(word: Any, *, where: str) -> Rate:
    said = [k for k in ("value", "tax", "tariff", "table", "amount", "bands", "rate") if word.get(k) is not None]
    if len(said) != 1:
        raise DataFileError(
            "a rate says exactly one of value, tax, tariff, table, amount, bands, rate",
            field=where,
            value=", ".join(said) or "none",
        )
    form = said[0]
    if form == "rate":
        return build_rate(word["rate"], where=where)
    if form == "tariff":
        return Rate("tariff", "duty rate of the tariff")
    if form == "amount":
        if word.get("unit") is None:
            raise DataFileError("an amount per quantity needs a unit", field=where)
        if isinstance(word["amount"], dict):
            return Rate(
                "quantity",
                f"{word['amount']['value']} per {word.get('unit')}",
                name=word["amount"]["value"],
                unit=word.get("unit"),
            )
        number, currency = amount(word["amount"], where=where)
        return Rate(
            "quantity",
            f"{word['amount']} per {word.get('unit')}",
            number=number,
            currency=currency,
            unit=word.get("unit"),
        )
    if form == "bands":
        if word.get("by") is None:
            raise DataFileError("bands need the amount they look at: by", field=where)
        bands: list[tuple[Fraction | None, str | None, Rate]] = []
        for band in word["bands"]:
            limit = (None, None) if band.get("up_to") is None else amount(band["up_to"], where=where)
            bands.append((*limit, build_rate(band["rate"], where=where)))
        if bands[-1][0] is not None or any(b[0] is None for b in bands[:-1]):
            raise DataFileError("the last band, and only the last, is open", field=where)
        return Rate("bands", "by band", name=word.get("by"), bands=tuple(bands))
    name = word[form]
    if form == "value" and word.get("unit") is not None:
        return Rate("quantity", f"{name} per {word.get('unit')}", name=name, unit=word.get("unit"))
    return Rate(form, name, name=name)


def _figure(text: str | None, where: str) -> Rate | None:
    """An amount as written, or the name of a value."""
    if text is None:
        return None
    return build_rate(text, where=where) if text[:1].isdigit() else Rate("value", text, name=text)


def _off(word: Any, where: str) -> Rate | tuple[tuple[int, str], ...] | None:
    return _signed(word) if isinstance(word, list) else _figure(word, where)


def _round(model: Any, sources: Sources, where: str) -> Round | None:
    if model is None:
        return None
    step = exact(model["to"], where=where)
    if step <= 0:
        raise DataFileError("a rounding step is positive", field=where, value=model["to"])
    cited = sources.cite(model["source"], key=where) if "source" in model else None
    return Round(step, model.get("mode", "half-up"), cited, model.get("convention"))


def _factor(text: str | None, where: str) -> Fraction | None:
    return None if text is None else rate(text, where=where)


def build_procedure(model: Any, sources: Sources, *, name: str) -> Procedure:
    """A validated procedure, frozen."""
    where = f"{name}: procedure.{model['id']}"
    return Procedure(
        id=model["id"],
        title=model.get("title") or model["id"],
        when=_guard(model.get("when"), f"{where}.when"),
        collects=_collects(model.get("collects"), f"{where}.collects"),
        refuse=model.get("refuse"),
        citation=sources.cite(model["source"], key=f"procedure.{model['id']}"),
        force=_force(model),
    )


def build_component(model: Any, sources: Sources, *, name: str) -> Component:
    """A validated component, frozen."""
    where = f"{name}: component.{model['id']}"
    gross = model.get("gross_up")
    waive = model.get("waive", {})
    return Component(
        id=model["id"],
        kind=model.get("kind"),
        label=model.get("label") or model["id"],
        procedures=None if model.get("procedures") is None else tuple(model["procedures"]),
        when=_guard(model.get("when"), f"{where}.when"),
        base=_signed(model.get("base") or []),
        rate=None if model.get("rate") is None else build_rate(model["rate"], where=f"{where}.rate"),
        per=tuple(model.get("per", ["line"])),
        deduct=_off(model.get("deduct"), f"{where}.deduct"),
        less=_off(model.get("less"), f"{where}.less"),
        gross_up=gross if isinstance(gross, bool) else False if gross is None else build_rate(gross, where=where),
        times=_factor(model.get("times"), f"{where}.times"),
        times_base=_factor(model.get("times_base"), f"{where}.times_base"),
        round=_round(model.get("round"), sources, f"{where}.round"),
        round_base=_round(model.get("round_base"), sources, f"{where}.round_base"),
        at_least=_figure(model.get("at_least"), f"{where}.at_least"),
        at_most=_figure(model.get("at_most"), f"{where}.at_most"),
        waive=_guard(waive.get("when"), f"{where}.waive"),
        waive_citation=sources.cite(waive["source"], key=f"component.{model['id']}.waive")
        if "source" in waive
        else None,
        waives=tuple(model.get("waives") or ()),
        choose=model.get("choose"),
        among=tuple(model.get("among") or ()),
        collects=_collects(model.get("collects"), f"{where}.collects"),
        citation=sources.cite(model["source"], key=f"component.{model['id']}") if model.get("source") else None,
        force=_force(model),
        note=model.get("note"),
    )
