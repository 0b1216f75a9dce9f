"""``landed_cost``: from a consignment and a day to a quote."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from itertools import product
from typing import TYPE_CHECKING, Any, Final

import attrs

from xbec.errors import InputError, NoLaw, TooManyUnknowns, XbecError
from xbec.landed_cost.consignment import Consignment, Line, first_met
from xbec.landed_cost.in_force import in_force
from xbec.landed_cost.pipeline import finish_plan, make_selector, select_procedures
from xbec.landed_cost.plan import Plan
from xbec.landed_cost.profile import Profile
from xbec.landed_cost.quote import Quote
from xbec.landed_cost.regime import Regime
from xbec.landed_cost.unknown import Question, Unknown, again, kept, undetermined
from xbec.landed_cost.worlds import QuoteInterval, World
from xbec.law import Law

if TYPE_CHECKING:
    from xbec.fx import Fx
    from xbec.kernel.rounding import Rounding
    from xbec.tariff import Tariff

MOST_WORLDS: Final = 64
_MOST_REGIMES: Final = 4096
_MOST_PLANS: Final = 1024
"""Plans, failures and structures met that a regime keeps; a plan of many lines holds some tens of kilobytes."""
_MOST_HELD: Final = 30_000
"""Profiles and lines of plans that all regimes hold together, of some kilobytes each."""
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
            regime = _kept_regime(key, make_regime(consignment, on, engine, answers))
        return price(regime, consignment)
    except Question:
        pass
    engine = (law, fx, tariff, settings, procedure, known_on, rounding)
    return _worlds(consignment, partial(_regime_of, on=on, engine=engine, answers=answers, said=said), on_unknown)


def _regime_of(
    consignment: Consignment, *, on: date, engine: tuple[Any, ...], answers: Mapping[str, Any], said: Any
) -> Regime:
    law, fx, tariff, *_ = engine
    key = (law, id(fx), id(tariff), on, consignment.key, said)
    return _regimes.get(key) or _kept_regime(key, make_regime(consignment, on, engine, answers))


def _not_priceable(consignment: object, on: object) -> InputError:
    if not isinstance(consignment, Consignment):
        return InputError("not a Consignment", field="consignment", value=consignment)
    return InputError("settings and answers are mappings of text to plain values", field="settings", value=str(on))


def _kept_regime(key: Any, regime: Regime) -> Regime:
    if len(_regimes) >= _MOST_REGIMES or Regime.held >= _MOST_HELD:
        _let_go()
    _regimes[key] = regime
    return regime


def _let_go() -> None:
    """Begin anew with what is kept, so that a long run of odd consignments does not grow."""
    _regimes.clear()
    in_force.cache_clear()
    Regime.held = 0


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
        kind: Any = profiles[0].structure
    else:
        kept_profiles = regime.profiles
        profiles = tuple([kept_profiles.get(x.key) or regime.profile(x) for x in lines])
        kind = (consignment.shape, *[p.kind for p in profiles])
    plans = regime.plans.get(kind)
    if plans is None:
        plans = _plans_of(regime, profiles, consignment, kind)
    plan = plans[None]
    width = len(regime.line_names)
    for profile in profiles:
        if len(profile.params) != width:
            profile.fill()
    figures = (profiles[0].figures,) if len(profiles) == 1 else tuple([p.figures for p in profiles])
    try:
        compiled = plan.compiled
        if compiled is None:
            values = plan.run(consignment, regime.figures, figures)
        else:
            values = compiled(consignment, plan.names, regime.figures, figures)
        if type(values) is list:
            chosen = tuple(values)
            found = plans.get(chosen)
            if found is None:
                _another_plan(regime, profiles, consignment, plans, chosen)
                return price(regime, consignment)
            plan = found
            values = plan.run(consignment, regime.figures, figures)
    except TypeError:
        raise_gap(regime, profiles, plan, consignment)
        raise
    return Quote(consignment, regime, profiles, plan, values)


def _plans_of(regime: Regime, profiles: tuple[Profile, ...], consignment: Consignment, kind: Any) -> dict[Any, Plan]:
    """The plans of lines of a kind not met before, which may be of a structure that was."""
    if len(profiles) == 1:
        return _first_plans(regime, profiles, consignment, kind)
    structure = _structure(regime, consignment, profiles)
    plans: dict[Any, Plan] | None = regime.plans.get(structure)
    if plans is None:
        return _first_plans(regime, profiles, consignment, structure)
    _keep_plans(regime, kind, plans)
    return plans


def _keep_plans(regime: Regime, kind: Any, plans: dict[Any, Plan]) -> None:
    if len(regime.plans) >= _MOST_PLANS:
        regime.plans.clear()
    regime.plans[kind] = plans


def _structure(regime: Regime, consignment: Consignment, profiles: tuple[Profile, ...]) -> tuple[Any, ...]:
    """What decides the program of several lines: that of each, and which of them are computed together."""
    known, shape = regime.in_force, consignment.shape
    found: list[Any] = [profile.structure for profile in profiles]
    found += [shape[key] for key in known.keys]
    if known.groups_by_class:
        found.append(_shared([profile.class_key for profile in profiles]))
    if known.groups_by_rate:
        found.append(_shared([profile.rate_key for profile in profiles]))
    return tuple(found)


def _shared(keys: list[Any]) -> tuple[int, ...] | None:
    """Which lines have one key; ``None`` where all have."""
    return None if keys.count(keys[0]) == len(keys) else first_met(keys)


def raise_gap(regime: Regime, profiles: tuple[Profile, ...], plan: Plan, consignment: Consignment) -> None:
    """Raise the gap behind a figure a program met and a profile could not give.

    A figure that is used wherever the program runs comes before duties that are missing; among these the first that
    stops the program by itself is told, for the others may belong to goods that owe none.
    """
    missing = {}
    _, of_lines = plan.reads
    for line, position in of_lines:
        gap = profiles[line].gaps.get(position)
        if gap is not None:
            missing[line, position] = gap
    lack = regime.line_names.get(("lack",))
    for (_, position), gap in missing.items():
        if position != lack:
            raise again(gap)
    for (line, _), gap in missing.items():
        figures = tuple([0 if x is None and n != line else x for x in p.figures] for n, p in enumerate(profiles))
        try:
            plan.run(consignment, regime.figures, figures)
        except TypeError:
            raise again(gap) from None


def _first_plans(
    regime: Regime, profiles: tuple[Profile, ...], consignment: Consignment, structure: Any
) -> dict[Any, Plan]:
    """The plans of a structure met for the first time, by the procedures that take its lines.

    That of ``None`` is run first, and answers which procedures take the lines where they are not its own.
    """
    if Regime.held >= _MOST_HELD:
        _let_go()
    facts = _facts(profiles, consignment)
    _raise_known(regime, facts)
    try:
        lower, choice = select_procedures(regime, profiles)
        selector = make_selector(lower, choice)
        is_open = any(ways[0][0] is not True for ways in choice)
        if is_open:
            for profile in profiles:
                profile.fill()
        else:
            chosen = tuple(ways[0][1] for ways in choice)
    except (Question, XbecError) as problem:
        _keep_failure(regime, facts, problem)
        raise
    if is_open:
        try:
            chosen = tuple(selector.run(consignment, regime.figures, tuple([p.figures for p in profiles])))
        except TypeError:
            raise_gap(regime, profiles, selector, consignment)
            raise
    try:
        plan = finish_plan(lower, choice, chosen)
    except (Question, XbecError) as problem:
        _keep_failure(regime, (facts, chosen) if is_open else facts, problem)
        if is_open:
            _keep_plans(regime, structure, {None: selector})
        raise
    plans: dict[Any, Plan] = {None: plan, chosen: plan}
    if _is_worth_keeping(regime, structure, len(profiles)):
        Regime.held += len(profiles)
        _keep_plans(regime, structure, plans)
    return plans


def _is_worth_keeping(regime: Regime, structure: Any, lines: int) -> bool:
    """Is the plan kept? One of several lines only when it is made again: most are never met a second time."""
    if lines == 1 or hash(structure) in regime.met:
        return True
    if len(regime.met) >= _MOST_PLANS:
        regime.met.clear()
    regime.met.add(hash(structure))
    return False


def _another_plan(
    regime: Regime,
    profiles: tuple[Profile, ...],
    consignment: Consignment,
    plans: dict[Any, Plan],
    chosen: tuple[int, ...],
) -> None:
    """Add the plan of a known structure whose lines go to procedures not met before."""
    facts = (_facts(profiles, consignment), chosen)
    _raise_known(regime, facts)
    try:
        plans[chosen] = finish_plan(*select_procedures(regime, profiles), chosen)
    except (Question, XbecError) as problem:
        _keep_failure(regime, facts, problem)
        raise
    if not plans[None].procedures:
        plans[None] = plans[chosen]


def _facts(profiles: tuple[Profile, ...], consignment: Consignment) -> Any:
    """All about the lines that what is told of them may name; amounts are no part of it."""
    return (consignment.shape, *[profile.line.key for profile in profiles])


def _keep_failure(regime: Regime, facts: Any, problem: Question | XbecError) -> None:
    """Keep why there is no plan for lines of these facts, which lowering would only find again."""
    if len(regime.failures) >= _MOST_PLANS:
        regime.failures.clear()
    regime.failures[facts] = problem.unknown if isinstance(problem, Question) else kept(again(problem))


def _raise_known(regime: Regime, facts: Any) -> None:
    known = regime.failures.get(facts)
    if isinstance(known, Unknown):
        raise Question(known)
    if known is not None:
        raise again(known)


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
    consignment: Consignment, regime_of: Callable[[Consignment], Regime], on_unknown: str
) -> Quote | QuoteInterval:
    """Price every world that the unknowns met make, each under its own answers."""
    worlds: list[World] = []
    unknowns: dict[str, Unknown] = {}
    todo = deque((one, regime_of(one), (label,) if label else ()) for label, one in _candidates(consignment))
    if len(todo) > 1:
        unknowns["candidates"] = Unknown(
            "candidates", (), "a line has several candidates of code or tax class", "state one code and one class"
        )
    while todo:
        one, regime, labels = todo.popleft()
        try:
            worlds.append(World(labels, price(regime, one)))
        except Question as question:
            unknown = question.unknown
            unknowns[unknown.key] = unknown
            todo.extend(
                (one, _assuming(regime, unknown, n), (*labels, f"{unknown.key}: {label}"))
                for n, (label, _) in enumerate(unknown.options)
            )
            if len(todo) + len(worlds) > MOST_WORLDS:
                raise _too_many(", ".join(unknowns)) from None
    totals = {tuple(sorted(w.quote.by_kind_minor.items())) for w in worlds}
    if len(totals) == 1:
        return worlds[0].quote
    if on_unknown == "raise":
        raise undetermined(unknowns.values())
    return QuoteInterval(consignment, tuple(worlds), tuple(unknowns.values()))


def _assuming(regime: Regime, unknown: Unknown, option: int) -> Regime:
    """The regime in which one of the options of an unknown is so."""
    key = (regime, unknown.key, option)
    value = unknown.options[option][1]
    return _regimes.get(key) or _kept_regime(key, regime.assuming({**regime.answers, unknown.key: value}))
