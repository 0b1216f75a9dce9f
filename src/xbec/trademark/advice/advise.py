"""How to file in the United States: every way, lawful or not, ranked by stated criteria.

>>> from xbec.trademark.application import Applicant
>>> from xbec.trademark.owned_mark import OwnedMark
>>> seller = Applicant(name="Shenzhen Nordlicht Co., Ltd.", domicile="CN", citizenship="CN")
>>> home = OwnedMark(
...     office="CN", status="registered", number="12345678", text="NORDLICHT", classes={9}, same_goods=True,
...     filed=date(2019, 3, 1), registered=date(2020, 1, 7), expires=date(2030, 1, 6), language="zh",
... )
>>> told = Situation(
...     applicant=seller, classes={9}, mark_text="NORDLICHT", marks=[home], first_sale=date(2027, 4, 25),
...     intention=True, madrid_party=True, id_manual=True, programmes=["amazon-brand-registry"],
... )
>>> advice = advise_basis(told, on=date(2026, 11, 25))
>>> [option.way for option in advice.lawful]
['44(e)', '66(a)', '1(b)', '44(e) + 1(b)']
>>> advice.option("1(a)").obstacles[0].why
'the first sale is planned for 2027-04-25, 151 days after filing'

The words, the ways, the criteria and the times are ``data/trademark/advice/ways.toml``. Nothing of it is legal advice.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import attrs

from xbec.errors import DataFileError, GapError, InputError
from xbec.kernel.calendars import Span
from xbec.kernel.citation import plain_day
from xbec.kernel.dated import read_toml
from xbec.kernel.rulebook import RuleBook
from xbec.kernel.timeline import NoPeriod, Period, Timeline
from xbec.trademark.advice.answer import (
    KINDS,
    Advice,
    Criterion,
    Expected,
    Option,
    Outlook,
    Point,
    PointKind,
    Standing,
    decide,
)
from xbec.trademark.advice.points import POINTS, use_deadline
from xbec.trademark.advice.rules import INPUT, WAYS
from xbec.trademark.advice.situation import HERE, INTERNATIONAL, Plan, Situation, Way
from xbec.trademark.application import Application
from xbec.trademark.brands.programmes import accepts, brand_programme, brand_programmes
from xbec.trademark.dated_rows import FOLDER, RULES, dated_rows
from xbec.trademark.examination import combination
from xbec.trademark.fees.filing import filing_fees
from xbec.trademark.fees.statement import FeeStatement
from xbec.trademark.fees.us import life_cost
from xbec.trademark.office_data import office

if TYPE_CHECKING:
    from xbec.fx import Fx

_FILE: Final = FOLDER / "advice" / "ways.toml"
_INPUT_FILE: Final = FOLDER / "advice" / "situation.toml"
_WORD: Final = re.compile(r"\{([a-z_]+)\}")
_YEARS: Final = 10


def advise_basis(situation: Situation, *, on: date, currency: str | None = None, fx: Fx | None = None) -> Advice:
    """Rank every way to file on a day. Unlawful ways come last, each with the rule that closes it.

    ``currency`` and ``fx`` also give the cost in the currency of the budget. What was told wrongly (a class that does
    not exist, a filing of tomorrow) is in ``findings``, all of it at once.

    Raises :class:`InputError` for what is no situation or no day, or a currency without rates;
    :class:`xbec.errors.NoRate` where there is no rate of the day.
    """
    if not isinstance(situation, Situation):
        raise InputError("not a situation", field="situation", value=situation, allowed="Situation")
    plain_day(on, field="on")
    if currency is not None and fx is None:
        raise InputError("a currency without rates", field="fx", value=currency, cure="pass Fx with a rate table")
    data = _data()
    told = data.input_rules.apply(situation, on)
    options = []
    for way in data.ways:
        plan = Plan(situation=situation, way=way, on=on)
        if plan.classes and (not way.split or len(set(plan.bases.values())) > 1):
            option = _option(plan)
            if currency is not None and fx is not None and option.cost is not None:
                option = attrs.evolve(option, converted=option.cost.in_currency(currency, fx=fx, on=on))
            options.append(option)
    classes = ", ".join(str(nice_class) for nice_class in sorted(situation.classes, key=repr))
    mark = f" of {situation.mark_text}" if situation.mark_text else ""
    return Advice(
        on=on,
        subject=f"Filing{mark} in the United States, class {classes or '(none)'}",
        options=tuple(sorted(options, key=lambda option: [each.order for each in option.standings])),
        criteria=data.criteria,
        outlooks=tuple(_outlook(ident, situation, on) for ident in situation.programmes if ident in brand_programmes()),
        findings=tuple(sorted(each.finding for each in told if each.finding is not None)),
    )


def _option(plan: Plan) -> Option:
    data, on = _data(), plan.on
    drawn = plan.application
    requirements = (*data.way_rules.apply(plan, on), *data.combination_rules.apply(drawn, on))
    lawful = decide(requirements)
    is_open = lawful != "no"
    points = tuple(_points(plan)) if is_open else ()
    expected = _expected(plan) if is_open else None
    cost = _cost(plan, drawn, years=0, expected=expected) if is_open else None
    return Option(
        way=plan.way.id,
        title=plan.way.title,
        bases=plan.bases,
        lawful=lawful,
        requirements=requirements,
        points=points,
        claims=plan.open_claims if "44(d)" in plan.way.bases else (),
        rank_day=plan.priority_day,
        standings=_standings(plan, lawful=lawful, cost=cost, papers=sum(p.kind == "collect" for p in points)),
        expected=expected,
        cost=cost,
        ten_years=_cost(plan, drawn, years=_YEARS, expected=expected) if is_open else None,
    )


# --- cost and time ---


def _cost(plan: Plan, drawn: Application, *, years: int, expected: Expected | None) -> FeeStatement | None:
    """Official fees of a complete application; for 1(b) as many extensions as the first sale needs."""
    extensions, allowed = 0, None
    try:
        if plan.classes_under("1(b)"):
            stage = _data().stage("to-allowance", plan.on)
            allowed = None if stage is None else _after(plan.on, stage.value.low)
            reached = use_deadline(plan, allowed or plan.on)
            extensions = reached.extensions if plan.situation.first_sale is not None else 0
        statement = life_cost(
            drawn,
            on=plan.on,
            years=years,
            registered=None if expected is None or not years else expected.early,
            allowed=allowed,
            extensions=extensions,
            complete=True,
        )
        if plan.classes_under("66(a)") and not plan.international:
            statement += filing_fees(INTERNATIONAL, classes=len(plan.classes), on=plan.on)
        return statement
    except (GapError, InputError):
        return None


def _expected(plan: Plan) -> Expected | None:
    """The earliest and the latest day to expect; ``None`` where nothing is known of filings of that day."""
    intends = bool(plan.classes_under("1(b)"))
    madrid = bool(plan.classes_under("66(a)"))
    stage = _data().stage("to-allowance" if intends else "to-protection" if madrid else "to-registration", plan.on)
    if stage is None:
        return None
    early, late = _after(plan.on, stage.value.low), _after(plan.on, stage.value.high)
    text, end = stage.value.text, late
    open_end = bool(plan.classes_under("44(e)")) and not plan.registrations
    if intends and (after := _data().stage("after-use", plan.on)) is not None:
        sale = plan.situation.first_sale
        early = _after(max(early, sale or early), after.value.low)
        end = _after(max(late, sale or late), after.value.high)
        open_end = open_end or sale is None
        text = f"{text}; {after.value.text}"
    return Expected(
        early=early,
        late=None if open_end else end,
        text=text,
        source=stage.citation,
        confidence=stage.confidence,
    )


def _after(day: date, span: Span) -> date:
    return office(HERE).calendar.add_months(day, span.number)


# --- sentences ---


def _points(plan: Plan) -> Iterator[Point]:
    for ident, rows in _data().points.items():
        try:
            row = rows.on(plan.on)
        except NoPeriod:
            continue
        for said in POINTS[ident](plan, plan.on):
            yield Point(
                id=ident,
                kind=row.value.kind,
                text=_filled(row.value.text, said.words),
                source=said.source or row.citation,
                confidence=said.confidence or row.confidence,
            )


def _filled(text: str, words: Mapping[str, object]) -> str:
    return _WORD.sub(lambda match: str(words.get(match[1], match[0])), text)


def _outlook(ident: str, situation: Situation, on: date) -> Outlook:
    held = [mark for mark in situation.marks if mark.state_on(on) in ("registered", "pending")]
    return Outlook(
        programme=ident,
        name=brand_programme(ident).name,
        held=tuple((mark, accepts(ident, mark.office, mark.state_on(on), on=on)) for mark in held),
        pending=accepts(ident, HERE, "pending", on=on),
        registered=accepts(ident, HERE, "registered", on=on),
    )


# --- ranking ---


@attrs.frozen(slots=True, kw_only=True)
class _Case:
    plan: Plan
    lawful: str
    cost: FeeStatement | None
    papers: int


def _by_law(case: _Case) -> Standing:
    return Standing(criterion="lawful", value=case.lawful, order=(("yes", "unknown", "no").index(case.lawful),))


def _by_priority(case: _Case) -> Standing:
    day = case.plan.priority_day
    return Standing(criterion="priority", value=day.isoformat(), order=(day.toordinal(),))


def _by_use(case: _Case) -> Standing:
    owed = case.plan.bears_use
    value = "use must still be proven" if owed else "nothing is left to prove"
    return Standing(criterion="use", value=value, order=(int(owed),))


def _by_cost(case: _Case) -> Standing:
    if case.cost is None:
        return Standing(criterion="cost", value="not known", order=(1, 0))
    here = case.cost.totals[office(HERE).currency]
    return Standing(criterion="cost", value=str(here), order=(0, here.amount))


def _by_attack(case: _Case) -> Standing:
    plan = case.plan
    if plan.classes_under("66(a)"):
        return Standing(criterion="attack", value="falls with the basic mark while it depends on it", order=(2,))
    if any("44(e)" in bases and not {"1(a)", "1(b)"} & set(bases) for bases in plan.bases.values()):
        return Standing(criterion="attack", value="needs the foreign registration until registered", order=(1,))
    return Standing(criterion="attack", value="stands on its own", order=(0,))


def _by_papers(case: _Case) -> Standing:
    return Standing(criterion="papers", value=f"{case.papers} to collect", order=(case.papers,))


_CRITERIA: Final[Mapping[str, Callable[[_Case], Standing]]] = {
    "lawful": _by_law,
    "priority": _by_priority,
    "use": _by_use,
    "cost": _by_cost,
    "attack": _by_attack,
    "papers": _by_papers,
}


def _standings(plan: Plan, *, lawful: str, cost: FeeStatement | None, papers: int) -> tuple[Standing, ...]:
    case = _Case(plan=plan, lawful=lawful, cost=cost, papers=papers)
    return tuple(_CRITERIA[criterion.id](case) for criterion in _data().criteria)


# --- data ---


@attrs.frozen(slots=True, kw_only=True)
class _Stage:
    low: Span
    high: Span
    text: str


@attrs.frozen(slots=True, kw_only=True)
class _Sentence:
    kind: PointKind
    text: str


@attrs.frozen(slots=True, kw_only=True)
class _Data:
    ways: tuple[Way, ...]
    criteria: tuple[Criterion, ...]
    stages: Mapping[str, Timeline[_Stage]]
    points: Mapping[str, Timeline[_Sentence]]
    input_rules: RuleBook[Situation]
    way_rules: RuleBook[Plan]
    combination_rules: RuleBook[Application]

    def stage(self, ident: str, on: date) -> Period[_Stage] | None:
        try:
            return self.stages[ident].on(on)
        except NoPeriod:
            return None


@cache
def _data() -> _Data:
    content = read_toml(_FILE)
    ways = tuple(
        Way(id=row["id"], title=row["title"], bases=tuple(row["bases"]), split=row.get("split", False))
        for row in content["way"]
    )
    criteria = tuple(Criterion(id=row["id"], text=row["text"]) for row in content["criterion"])
    points = dated_rows(_FILE, "point", _sentence)
    for what, rows, known in (("point", points, POINTS), ("criterion", [each.id for each in criteria], _CRITERIA)):
        for ident in set(rows) ^ set(known):
            raise DataFileError(f"a {what} without a row or a condition", field=_FILE.name, value=ident)
    return _Data(
        ways=ways,
        criteria=criteria,
        stages=dated_rows(_FILE, "stage", _stage),
        points=points,
        input_rules=RuleBook.read(_INPUT_FILE, INPUT),
        way_rules=RuleBook.read(_FILE, WAYS),
        combination_rules=RuleBook.read(RULES / "us-combination.toml", combination.CONDITIONS),
    )


def _stage(row: dict[str, Any]) -> _Stage:
    return _Stage(low=Span.parse(row["low"]), high=Span.parse(row["high"]), text=row["text"])


def _sentence(row: dict[str, Any]) -> _Sentence:
    if row["kind"] not in KINDS:
        raise InputError("not a kind of sentence", field="kind", value=row["kind"], allowed=", ".join(KINDS))
    return _Sentence(kind=row["kind"], text=row["text"])
