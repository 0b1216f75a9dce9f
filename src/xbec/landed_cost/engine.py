"""``landed_cost``: from a consignment and a day to a quote."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from itertools import product
from typing import TYPE_CHECKING, Any, Final

import attrs

from xbec.errors import GapError, InputError, NoLaw, TooManyUnknowns, Undetermined
from xbec.landed_cost.consignment import Consignment, Line
from xbec.landed_cost.pipeline import make_plan, make_selector, select_procedures
from xbec.landed_cost.plan import Plan
from xbec.landed_cost.profile import Profile
from xbec.landed_cost.program import Op, names_of
from xbec.landed_cost.quote import Quote
from xbec.landed_cost.regime import Regime
from xbec.landed_cost.unknown import Question, Unknown
from xbec.landed_cost.worlds import QuoteInterval, World
from xbec.law import Law

if TYPE_CHECKING:
    from xbec.fx import Fx
    from xbec.kernel.rounding import Rounding
    from xbec.tariff import Tariff

MOST_WORLDS: Final = 64
_MOST_REGIMES: Final = 4096
_MOST_PLANS: Final = 1024
"""Plans a regime keeps; a plan of many lines holds some tens of kilobytes."""
_regimes: dict[Any, Regime] = {}
"""By law book, exchange rates, tariff and facts. The book is part of the key, and a regime holds the other two, so that
none of the three goes away and leaves its identity to another while its regimes live."""
_NOTHING: Final[Mapping[str, Any]] = {}
_defaults: dict[str, Any] = {}


def default_of(name: str) -> Any:
    """The default ``law``, ``fx`` or ``tariff``, made once."""
    found = _defaults.get(name)
    if found is None:
        if name == "fx":
            from xbec.fx import Fx

            found = Fx.default()
        elif name == "tariff":
            from xbec.tariff import Tariff

            found = Tariff.default()
        else:
            found = Law.default()
        _defaults[name] = found
    return found


def landed_cost(
    consignment: Consignment,
    *,
    on: date,
    law: Law | None = None,
    fx: Fx | None = None,
    tariff: Tariff | None = None,
    settings: Mapping[str, str] = _NOTHING,
    rounding: Mapping[str, Rounding] = _NOTHING,
    procedure: str | None = None,
    answers: Mapping[str, Any] = _NOTHING,
    known_on: date | None = None,
    on_unknown: str = "raise",
) -> Quote | QuoteInterval:
    """What a consignment costs landed, with every charge, who collects and who pays it, and why.

    ``on`` is the day of the quote (each event day of the consignment defaults to it). ``settings`` decides what the law
    leaves to the declarant; ``rounding`` states how a component (or ``goods``, ``freight``, ``insurance``) is rounded;
    ``procedure`` forces one; ``answers`` states what is unknown, by the key the quote names.
    ``known_on`` prices with what was known on an earlier day. ``on_unknown="interval"`` prices every candidate of an
    unknown; ``"raise"`` (default) raises :class:`Undetermined` where the candidates lead to different totals.

    Raises :class:`XbecError` of the branch that says whose fault it is: :class:`InputError`, :class:`GapError`
    (no law, rate or tariff for it), :class:`Refused`.
    """
    if on_unknown != "raise" and on_unknown != "interval":
        raise InputError("not a way to treat unknowns", field="on_unknown", value=on_unknown, allowed="raise, interval")
    law = law or _defaults.get("law") or default_of("law")
    fx = fx or _defaults.get("fx") or default_of("fx")
    tariff = tariff or _defaults.get("tariff") or default_of("tariff")
    said: Any = None
    try:
        if settings or answers or rounding or procedure or known_on:
            said = (
                tuple(sorted(settings.items())),
                tuple(sorted(answers.items())),
                tuple(sorted((k, str(v)) for k, v in rounding.items())),
                procedure,
                known_on,
            )
        key = (law, id(fx), id(tariff), on, consignment.key, said)
        regime = _regimes.get(key)
    except (TypeError, AttributeError) as problem:
        raise _not_priceable(consignment, on) from problem
    try:
        if regime is None:
            engine = (law, fx, tariff, settings, procedure, known_on, rounding)
            regime = _regime(key, consignment, on, engine, answers)
        return price(regime, consignment)
    except Question:
        engine = (law, fx, tariff, settings, procedure, known_on, rounding)
        return _worlds(consignment, on, engine, answers, on_unknown)


def _not_priceable(consignment: object, on: object) -> InputError:
    if not isinstance(consignment, Consignment):
        return InputError("not a Consignment", field="consignment", value=consignment)
    return InputError("settings and answers are mappings of text to plain values", field="settings", value=str(on))


def _regime(
    key: Any, consignment: Consignment, on: date, engine: tuple[Any, ...], answers: Mapping[str, Any]
) -> Regime:
    regime = make_regime(consignment, on, engine, answers)
    if len(_regimes) >= _MOST_REGIMES:
        _regimes.clear()
    _regimes[key] = regime
    return regime


def make_regime(consignment: Consignment, on: date, engine: tuple[Any, ...], answers: Mapping[str, Any]) -> Regime:
    """The regime of a consignment; ``engine`` is (law, fx, tariff, settings, procedure, known_on, rounding).

    Raises :class:`NoLaw` for a day before the law of the book begins, a question where a line has candidates.
    """
    law, fx, tariff, settings, procedure, known_on, rounding = engine
    if isinstance(on, bool) or type(on) is not date:
        raise InputError("not a day", field="on", value=on, allowed="a datetime.date")
    jurisdiction = law[consignment.destination.jurisdiction]
    first = jurisdiction.begins
    for event in ("on", "ordered", "paid", "loaded", "dispatched", "declared"):
        day = on if event == "on" else getattr(consignment.days, event)
        if day is not None and day < first:
            raise NoLaw(
                f"the law of {jurisdiction.code} in this book begins later",
                field=event,
                value=day.isoformat(),
                allowed=f"{first} or later",
                cure="lay an earlier edition over it with Law.overlay(path)",
            )
    if consignment.has_candidates:
        raise Question(Unknown("candidates of a line", (), "", ""))
    return Regime(
        jurisdiction,
        consignment,
        on=on,
        known_on=known_on,
        fx=fx,
        tariff=tariff,
        settings=settings,
        procedure=procedure,
        answers=answers,
        rounding=rounding,
        edition=law.edition,
    )


def price(regime: Regime, consignment: Consignment) -> Quote:
    """Price a consignment under its regime: find the plan of its structure, run it, keep the values."""
    lines = consignment.sorted_lines
    if len(lines) == 1:
        line = lines[0]
        profiles: tuple[Profile, ...] = (regime.profiles.get(line.key) or regime.profile(line),)
        structure: Any = profiles[0].structure
    else:
        profiles = tuple([regime.profile(x) for x in lines])
        structure = (consignment.shape, tuple([p.structure for p in profiles]))
    plans = regime.plans.get(structure)
    if plans is None:
        plan = _first_plan(regime, profiles, consignment)
        if len(regime.plans) >= _MOST_PLANS:
            regime.plans.clear()
        plans = regime.plans[structure] = {None: plan, plan.chosen: plan}
    else:
        plan = plans[None]
    width = len(regime.line_names)
    for profile in profiles:
        if len(profile.params) != width:
            profile.fill()
    figures = (profiles[0].figures,) if len(profiles) == 1 else tuple([p.figures for p in profiles])
    try:
        values = plan.function(consignment, plan.names, regime.figures, figures)
        if type(values) is list:
            chosen = tuple(values)
            found = plans.get(chosen)
            if found is None:
                found = plans[chosen] = make_plan(regime, profiles, consignment.shape, chosen)
                return price(regime, consignment)
            plan = found
            values = plan.function(consignment, plan.names, regime.figures, figures)
    except TypeError:
        raise_gap(profiles, plan.ops, lambda tried: plan.function(consignment, plan.names, regime.figures, tried))
        raise
    return Quote(consignment, regime, profiles, plan, values)


def raise_gap(profiles: tuple[Profile, ...], ops: Sequence[Op], run: Callable[[Any], Any]) -> None:
    """Raise the gap behind a figure a program met and a profile could not give.

    A figure that is used wherever the program runs comes before duties that are missing; among these the first that
    stops the program by itself is told, for the others may belong to goods that owe none.
    """
    missing: dict[tuple[int, int], GapError | InputError] = {}
    for op in ops:
        for operand in (*op[1:], *(op[2] if op[0] == "allocate" else ())):
            if isinstance(operand, tuple) and operand and operand[0] == "l":
                gap = profiles[operand[1]].gaps.get(operand[2])
                if gap is not None:
                    missing.setdefault((operand[1], operand[2]), gap)
    lack = profiles[0].regime.line_names.get(("lack",))
    for (_, position), gap in missing.items():
        if position != lack:
            raise gap
    for (line, _), gap in missing.items():
        figures = [[0 if x is None and n != line else x for x in p.figures] for n, p in enumerate(profiles)]
        try:
            run(figures)
        except TypeError:
            raise gap from None


def _first_plan(regime: Regime, profiles: tuple[Profile, ...], consignment: Consignment) -> Plan:
    """The plan of a structure met for the first time; a selector says which procedures take it."""
    lower, choice = select_procedures(regime, profiles, consignment.shape)
    if all(ways[0][0] is True for ways in choice):
        return make_plan(regime, profiles, consignment.shape, tuple(ways[0][1] for ways in choice))
    for profile in profiles:
        profile.fill()
    names = names_of(lower.inputs)
    select = make_selector(lower, choice)
    try:
        chosen = tuple(select(consignment, names, regime.figures, tuple(p.figures for p in profiles)))
    except TypeError:
        raise_gap(profiles, lower.ops, lambda tried: select(consignment, names, regime.figures, tried))
        raise
    return make_plan(regime, profiles, consignment.shape, chosen)


def _candidates(consignment: Consignment) -> list[tuple[str, Consignment]]:
    """The consignments that candidates of code and class stand for; one where there are none."""
    ways: list[list[tuple[str, Line]]] = []
    for n, line in enumerate(consignment.lines):
        codes = line.hs if isinstance(line.hs, tuple) else (line.hs,)
        classes = line.tax_class if isinstance(line.tax_class, tuple) else (line.tax_class,)
        ways.append(
            [
                (
                    "" if len(codes) * len(classes) == 1 else f"line {n}: {code} {tax_class or ''}".strip(),
                    line if len(codes) * len(classes) == 1 else attrs.evolve(line, hs=code, tax_class=tax_class),
                )
                for code in codes
                for tax_class in classes
            ]
        )
    number = 1
    for way in ways:
        number *= len(way)
    if number > MOST_WORLDS:
        raise _too_many(f"{number} candidates of codes and classes")
    return [
        (
            ", ".join(label for label, _ in combination if label),
            attrs.evolve(consignment, lines=[x for _, x in combination]),
        )
        if number > 1
        else ("", consignment)
        for combination in product(*ways)
    ]


def _too_many(what: str) -> TooManyUnknowns:
    return TooManyUnknowns(
        "too many unknowns to price each candidate",
        field="worlds",
        value=what,
        allowed=f"at most {MOST_WORLDS}",
        cure="state one of them: origin, national code, tax class or the duty of the line",
    )


def _worlds(
    consignment: Consignment, on: date, engine: tuple[Any, ...], answers: Mapping[str, Any], on_unknown: str
) -> Quote | QuoteInterval:
    """Price every world that the unknowns met make, each under its own answers."""
    worlds: list[World] = []
    unknowns: dict[str, Unknown] = {}
    todo = [(one, dict(answers), (label,) if label else ()) for label, one in _candidates(consignment)]
    if len(todo) > 1:
        unknowns["candidates"] = Unknown(
            "candidates", (), "a line has several candidates of code or tax class", "state one code and one class"
        )
    while todo:
        one, assumed, labels = todo.pop(0)
        try:
            said = repr([sorted(x.items(), key=str) for x in (engine[3], assumed, engine[6])])
            key = (engine[0], *map(id, engine[1:3]), on, engine[4:6], said, one.key)
            regime = _regimes.get(key) or _regime(key, one, on, engine, assumed)
            worlds.append(World(labels, price(regime, one)))
        except Question as question:
            unknown = question.unknown
            unknowns[unknown.key] = unknown
            todo.extend(
                (one, assumed | {unknown.key: value}, (*labels, f"{unknown.key}: {label}"))
                for label, value in unknown.options
            )
            if len(todo) + len(worlds) > MOST_WORLDS:
                raise _too_many(", ".join(unknowns)) from None
    totals = {tuple(sorted(w.quote.by_kind_minor.items())) for w in worlds}
    first = worlds[0].quote
    if len(totals) == 1:
        return first
    if on_unknown == "raise":
        reasons = "; ".join(u.reason for u in unknowns.values())
        lowest, highest = min(w.quote.assessed for w in worlds), max(w.quote.assessed for w in worlds)
        raise Undetermined(
            f"the charges lie between {lowest} and {highest}: {reasons}",
            field=", ".join(unknowns),
            cure="; ".join(u.ask for u in unknowns.values()) + '; or ask for on_unknown="interval"',
        )
    return QuoteInterval(consignment, tuple(worlds), tuple(unknowns.values()))
