"""The law of one destination on one day, for one kind of consignment: facts answered, figures exact.

A :class:`Regime` knows everything that is text or law about a consignment (channel, registrations, days, rates of
exchange, limits); a :class:`Profile` knows the same of a line (code, origin, class, duty rate). Both hand figures to
the program as numerator and denominator, and answer each text-only guard once. What they cannot answer becomes a
:class:`Question`, which the quote turns into worlds.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import attrs

from xbec.errors import GapError, InputError, NoLaw, NoTariff
from xbec.kernel.citation import Citation
from xbec.kernel.money import Money
from xbec.kernel.place import Place
from xbec.kernel.rounding import Rounding
from xbec.landed_cost.consignment import Consignment, Line, number_of
from xbec.law.book import Figure, Jurisdiction
from xbec.law.component import Component, Force, Procedure, Round
from xbec.law.guard import DAYS, Node, is_fact_of_line, walk

if TYPE_CHECKING:
    from xbec.fx import ExchangeRate, Fx
    from xbec.tariff import Duty, Tariff

Answers = Mapping[str, Any]
_TERRITORY = "_territory"
STATED = "stated by the caller"
_MODES = {"ceil": "up", "floor": "down"}
"""Amounts are never below zero here, so these are one."""


@attrs.frozen(slots=True)
class Unknown:
    """Something the quote depends on, its candidates, and the smallest question that would close it."""

    key: str
    options: tuple[tuple[str, Any], ...]
    reason: str
    ask: str


class Question(Exception):
    """Raised inside the engine where an unknown is met; never leaves the room."""

    def __init__(self, unknown: Unknown) -> None:
        super().__init__(unknown.key)
        self.unknown = unknown


@attrs.frozen(slots=True)
class Param:
    """One figure handed to the program: exact value, its text, and where it comes from."""

    name: str
    text: str
    num: int
    den: int
    citation: Citation | None = None
    confidence: str = "high"
    day: date | None = None
    stated: bool = False


def param_of(name: str, text: str, value: Fraction, **more: Any) -> Param:
    """A figure from an exact fraction."""
    return Param(name, text, value.numerator, value.denominator, **more)


class Regime:
    """Law, day, exchange rates and the text facts of a consignment; built once for all consignments of one kind."""

    def __init__(
        self,
        law: Jurisdiction,
        consignment: Consignment,
        *,
        on: date,
        known_on: date | None,
        fx: Fx,
        tariff: Tariff,
        settings: Mapping[str, str],
        procedure: str | None,
        answers: Answers,
        rounding: Mapping[str, Rounding],
        edition: str,
    ) -> None:
        self.edition = edition
        self.law = law
        self.on = on
        self.known_on = known_on
        self.fx = fx
        self.tariff = tariff
        self.answers = answers
        self.sample = consignment
        self.days = {event: getattr(consignment.days, event) or on for event in DAYS}
        self.digits = Money(0, law.currency).digits
        self.settings = {key: s.default for key, s in law.settings.items()} | self._known_settings(settings)
        self.rounding = {name: self._stated(name, how) for name, how in rounding.items()}
        self.forced = self._known_procedure(procedure)
        self.procedures: tuple[Procedure, ...] = tuple(p for p in law.procedures if self._in_force(p.force))
        self.components: tuple[Component, ...] = tuple(c for c in law.components if self._in_force(c.force))
        self.params: list[Param] = []
        self.figures: tuple[int, ...] = ()
        self.line_names: dict[tuple[Any, ...], int] = {}
        self.profiles: dict[int, Profile] = {}
        self.plans: dict[Any, Any] = {}
        self.rates: dict[str, ExchangeRate] = {}
        self._param_index: dict[tuple[Any, ...], int] = {}
        self.leaves = self._leaves_of_lines()
        self.groups_by_rate = any("rate" in c.per for c in self.components)
        self.uses_tariff = any("tariff" in _forms(c) for c in self.components)
        self.input_names = self._input_names(consignment)

    def _known_settings(self, settings: Mapping[str, str]) -> dict[str, str]:
        for key, value in settings.items():
            known = self.law.settings.get(key)
            if known is None:
                continue
            if value not in known.choices:
                raise InputError(
                    "not a choice of the setting",
                    field=f"settings[{key}]",
                    value=value,
                    allowed=", ".join(known.choices),
                )
        return {k: v for k, v in settings.items() if k in self.law.settings}

    def _stated(self, name: str, how: Rounding) -> Round:
        known = [c.id for c in self.law.components]
        if name not in known and name not in {"goods", "freight", "insurance"}:
            raise InputError(
                f"{self.law.code} has no such amount", field="rounding", value=name, allowed=", ".join(known)
            )
        if not isinstance(how, Rounding):
            raise InputError("not a Rounding", field=f"rounding[{name}]", value=how, allowed="Rounding(step, mode)")
        return Round(Fraction(how.step), _MODES.get(how.mode, how.mode), None, STATED)

    def _known_procedure(self, procedure: str | None) -> str | None:
        ids = [p.id for p in self.law.procedures]
        if procedure is not None and procedure not in ids:
            raise InputError(
                f"{self.law.code} has no such procedure", field="procedure", value=procedure, allowed=", ".join(ids)
            )
        return procedure

    def _in_force(self, force: Force) -> bool:
        return force.holds(self.days[force.event or "declared"], self.known_on)

    def _leaves_of_lines(self) -> tuple[Node, ...]:
        from xbec.landed_cost.lower import guards_of

        found: dict[Node, None] = {}
        for guard in guards_of(self.procedures, self.components):
            found.update((n, None) for n in walk(guard.node) if is_fact_of_line(n))
        return tuple(found)

    def _input_names(self, consignment: Consignment) -> tuple[str, ...]:
        fees = [f"fee.{name}" for name in sorted(consignment.fees)]
        return (
            *(["freight"] if consignment.freight is not None else []),
            *(["insurance"] if consignment.insurance is not None else []),
            *fees,
        )

    def ask(self, unknown: Unknown) -> Any:
        """The answer assumed for an unknown; without one a :class:`Question`."""
        if unknown.key in self.answers:
            return self.answers[unknown.key]
        raise Question(unknown)

    def ask_whether(self, key: str, reason: str, ask: str) -> bool:
        """A question with two answers."""
        return bool(self.ask(Unknown(key, (("yes", True), ("no", False)), reason, ask)))

    # figures -----------------------------------------------------------------------------------------------------

    def param(self, key: tuple[Any, ...], build: Any) -> int:
        """Position of a figure among those of the regime; ``build`` makes it the first time."""
        found = self._param_index.get(key)
        if found is None:
            self.params.append(build())
            found = self._param_index[key] = len(self.params) - 1
            self.figures = tuple(x for p in self.params for x in (p.num, p.den))
        return found

    def line_param(self, key: tuple[Any, ...]) -> int:
        """Position of a figure among those of each line."""
        return self.line_names.setdefault(key, len(self.line_names))

    def exchange(self, currency: str, role: str) -> ExchangeRate:
        """The published rate between a currency and the law's, for a role on its event's day."""
        rule = self.law.exchange.get(role) or self.law.exchange["customs"]
        key = f"{role} {currency}"
        found = self.rates.get(key)
        if found is None:
            found = self.fx.rate(currency, self.law.currency, rule=rule.rule, on=self.days[rule.event])
            self.rates[key] = found
        return found

    def to_minor(self, amount: Fraction, currency: str, role: str = "limits") -> Fraction:
        """An amount in major units of any currency as exact minor units of the law's currency."""
        scaled = amount * Fraction(10**self.digits)
        if currency == self.law.currency:
            return scaled
        num, den = self.exchange(currency, role).factor(currency)
        return scaled * Fraction(num, den)

    def factor(self, currency: str, decimals: int, role: str) -> Param:
        """What an integer amount with so many decimals is multiplied by to become minor units of the law's currency."""
        value = Fraction(10**self.digits, 10**decimals)
        if currency == self.law.currency:
            return param_of(f"exchange.{role}", f"{currency}", value)
        rate = self.exchange(currency, role)
        num, den = rate.factor(currency)
        return param_of(
            f"exchange.{role}",
            exchange_text(rate),
            value * Fraction(num, den),
            citation=exchange_citation(rate, self.on),
            confidence=rate.confidence,
            day=rate.day,
            stated=rate.source == "stated",
        )

    def value(self, name: str, event: str) -> tuple[Figure, Param]:
        """A named figure on the day of an event; an amount in minor units of the law's currency."""
        period = self.law.value(name, self.days[event], known_on=self.known_on)
        return period.value, self.figure_param(f"value.{name}", period)

    def figure_param(self, name: str, period: Any) -> Param:
        """A dated figure as a parameter, with its source."""
        figure: Figure = period.value
        number = figure.value
        if figure.kind == "amount":
            number = self.to_minor(number, figure.currency or self.law.currency)
        return param_of(
            name, figure.text, number, citation=period.citation, confidence=period.confidence, day=period.start
        )

    # facts -------------------------------------------------------------------------------------------------------

    def fact(self, leaf: Node) -> bool:
        """Answer a leaf that text about the consignment decides."""
        if leaf[0] == "call":
            return self._called(leaf)
        if leaf[0] == "name":
            return self.sample.marketplace is not None
        if leaf[0] == "in":
            return self._text(leaf[1]) in leaf[2]
        _, op, left, right = leaf
        if (left[0] == "name" and left[1] in DAYS) or (right[0] == "name" and right[1] in DAYS):
            return compare(op, self._day(left), self._day(right))
        return compare(op, self._text(left), self._text(right))

    def _called(self, leaf: Node) -> bool:
        _, call, argument = leaf
        if call == "registered":
            return bool(argument in self.sample.registrations)
        if call == "area":
            return bool(argument in self.sample.destination.areas)
        raise InputError("not a guard of text", field="guard", value=str(leaf))

    def _day(self, node: Node) -> date:
        return self.days[node[1]] if node[0] == "name" else node[1]

    def _text(self, node: Node) -> str:
        if node[0] == "text":
            return str(node[1])
        if node[0] == "call":
            return self.settings[node[2]]
        name = node[1]
        sample = self.sample
        if name == "destination":
            return sample.destination.country
        if name == "subdivision":
            return sample.destination.subdivision or self._unknown_text(name)
        if name.endswith(_TERRITORY):
            return Place(self._text(("name", name[: -len(_TERRITORY)]))).customs_territory
        value = getattr(sample, name)
        return self._unknown_text(name) if value is None else str(value)

    def _unknown_text(self, name: str) -> str:
        reason = f"{name} is not stated"
        ask = f"state {name} of the consignment"
        raise Question(Unknown(name, (), reason, ask))

    def whether(self, leaf: Node, text: str) -> bool:
        """As :meth:`fact`, where an unknown text becomes a question with two answers."""
        try:
            return self.fact(leaf)
        except Question as question:
            unknown = question.unknown
            if unknown.options:
                raise
            return self.ask_whether(f"{text}", unknown.reason, unknown.ask)

    def profile(self, line: Line) -> Profile:
        """What is known of a line under this regime."""
        found = self.profiles.get(line.key)
        if found is None:
            if len(self.profiles) > 200_000:
                self.profiles.clear()
            found = self.profiles[line.key] = Profile(self, line)
        return found


class Profile:
    """What law and text say of one line: answers to text guards, tax classes, the duty expression, figures."""

    __slots__ = ("_duty", "classes", "figures", "gaps", "leaves", "line", "params", "regime", "structure")

    def __init__(self, regime: Regime, line: Line) -> None:
        self.regime = regime
        self.line = line
        self.params: list[Param | None] = []
        self.gaps: dict[int, GapError | InputError] = {}
        self.figures: tuple[Any, ...] = ()
        self.classes = {tax: self._class_of(tax) for tax in regime.law.taxes}
        self._duty: Duty | GapError | Unknown | None = self._look_up() if regime.uses_tariff else None
        self.leaves = {leaf: self._leaf(leaf) for leaf in regime.leaves}
        self.structure = number_of(
            (
                tuple(self.leaves.values()),
                tuple(self.classes.values()),
                self._duty_form(),
                line.facts[10],
                tuple(line.content),
                line.price_includes,
                line.duty is not None,
                None if line.tax_rate is None else str(line.tax_rate),
                self.rate_key if regime.groups_by_rate else None,
            )
        )

    @property
    def rate_key(self) -> str:
        """What lines of one duty rate share."""
        return "" if self._duty is None or isinstance(self._duty, Exception) else str(self._duty)

    def _class_of(self, tax: str) -> str:
        if isinstance(self.line.tax_class, str):
            return self.line.tax_class
        found = self.regime.law.class_of(tax, self.line.code, self.regime.days["declared"])
        return found.tax_class if found else "standard"

    def _leaf(self, leaf: Node) -> bool | None:
        try:
            return self._answer(leaf)
        except Question:
            return None

    def whether(self, leaf: Node) -> bool:
        """Answer a leaf that text about the line decides, or ask."""
        found = self.leaves[leaf]
        if found is not None:
            return found
        subject, ask = self._subject(leaf)
        return self.regime.ask_whether(
            f"{subject} [{self.line.code} {self.line.origin or '?'}]",
            f"{subject} is unknown for HS {self.line.code or '?'} from {self.line.origin or 'an unknown origin'}",
            ask,
        )

    def _subject(self, leaf: Node) -> tuple[str, str]:
        if leaf[0] == "call":
            ask = {
                "listed": "state the full national code",
                "contains": f"state what {leaf[2]} the goods hold: Line(content={{{leaf[2]!r}: Money(...)}})",
            }
            return f"{leaf[1]}('{leaf[2]}')", ask.get(leaf[1], f"state the {leaf[1]}")
        name = (leaf[1] if leaf[0] == "in" else leaf[2])[1]
        return f"{name}", f"state the {name.removesuffix(_TERRITORY)} of the line"

    def _answer(self, leaf: Node) -> bool:
        line = self.line
        if leaf[0] == "call":
            _, call, argument = leaf
            if call == "flag":
                return bool(argument in line.flags)
            if call == "claim":
                return bool(line.claim == argument)
            if call in {"stated", "contains"}:
                if call == "contains" and argument not in line.content:
                    raise Question(Unknown("contains", (), "", ""))
                return argument in line.content
            found = self.regime.law.lists[argument]
            day = self.regime.days["declared"]
            if day < found.period.start or (found.period.end is not None and day >= found.period.end):
                return False
            held = found.holds(line.code)
            if held is None:
                raise Question(Unknown("listed", (), "", ""))
            return held
        if leaf[0] == "in":
            name = leaf[1][1]
            if name == "hs":
                return self._hs_in(leaf[2])
            return self._text(name) in leaf[2]
        _, op, left, right = leaf
        if right[0] == "name":
            left, right = right, left
        if left[1] == "hs":
            held = self._hs_in((str(right[1]),))
            return held if op == "==" else not held
        return compare(op, self._text(left[1]), str(right[1]))

    def _hs_in(self, prefixes: tuple[str, ...]) -> bool:
        code = self.line.code
        if any(code.startswith(p) for p in prefixes):
            return True
        if any(p.startswith(code) for p in prefixes):
            raise Question(Unknown("hs", (), "", ""))
        return False

    def _text(self, name: str) -> str:
        line = self.line
        if name == "tax_class":
            return next(iter(self.classes.values()), "standard")
        if line.origin is None:
            raise Question(Unknown("origin", (), "", ""))
        return Place(line.origin).customs_territory if name == "origin_territory" else line.origin

    # duty --------------------------------------------------------------------------------------------------------

    def _look_up(self) -> Duty | GapError | Unknown | None:
        from xbec.tariff import Duty, Unresolved

        line, regime = self.line, self.regime
        if line.duty is not None:
            stated = line.duty if isinstance(line.duty, Duty) else Duty.parse(str(line.duty), regime.law.currency)
            if isinstance(stated, Unresolved):
                return NoTariff("the stated duty is no duty expression", field="duty", value=str(line.duty))
            return stated
        try:
            answer = regime.tariff.rate(
                regime.law.tariff or regime.law.code, line.code, origin=line.origin, on=regime.days["declared"]
            )
        except GapError as gap:
            return gap
        open_ends = [c for c in answer.candidates if not isinstance(c, Duty)]
        if open_ends or not answer.candidates:
            return NoTariff(
                f"the duty of HS {line.code} is not resolved",
                field="hs",
                value=line.code,
                cure="state the duty of the line (duty='12 %') or give a schedule of your own",
            )
        found = [c for c in answer.candidates if isinstance(c, Duty)]
        if len(found) == 1:
            return found[0]
        key = f"duty of {line.code} from {line.origin or '?'}"
        unknown = Unknown(
            key,
            tuple((str(c), c) for c in found),
            f"HS {line.code} covers national lines of different rates",
            "state the national code with a schedule that holds it, or the duty of the line",
        )
        chosen = regime.answers.get(key)
        return unknown if chosen is None else chosen

    @property
    def duty(self) -> Duty:
        """The duty expression of the line; a gap or a question where there is none."""
        found = self._duty
        if isinstance(found, GapError):
            raise found
        if isinstance(found, Unknown):
            raise Question(found)
        if found is None:
            raise NoTariff("no tariff was looked up", field="hs", value=self.line.code)
        return found

    @property
    def lack(self) -> GapError | InputError | None:
        """Why the duty of the line cannot be computed: no rate is known, or a quantity it counts in is not stated."""
        found = self._duty
        if isinstance(found, GapError):
            return found
        units = () if found is None or isinstance(found, Unknown) else found.units
        return next((missing_quantity(self.line, unit) for unit in units if unit not in self.line.micro), None)

    @property
    def known_duty(self) -> Duty | None:
        """The duty expression of the line where there is one, for what is shown."""
        return None if isinstance(self._duty, GapError | Unknown) else self._duty

    def _duty_form(self) -> Any:
        found = self._duty
        if found is None or isinstance(found, GapError):
            return found is None
        if isinstance(found, Unknown):
            return found.key
        return tuple(
            None if part is None else (part.ad_valorem != 0, tuple(unit for _, _, unit in part.specifics))
            for part in (found, found.at_least, found.at_most)
        )

    # figures -----------------------------------------------------------------------------------------------------

    def fill(self) -> None:
        """Work out the figures the programs of the regime have asked for since."""
        for key, position in list(self.regime.line_names.items())[len(self.params) :]:
            try:
                self.params.append(self._param(key))
            except (GapError, InputError) as gap:
                self.params.append(None)
                self.gaps[position] = gap
        self.figures = tuple(x for p in self.params for x in ((p.num, p.den) if p is not None else (None, None)))

    def _param(self, key: tuple[Any, ...]) -> Param:
        regime, line = self.regime, self.line
        kind = key[0]
        if kind == "goods":
            return regime.factor(line.price.currency, line.facts[8], key[1])
        if kind == "content":
            money = line.content.get(key[1])
            if money is None:
                raise InputError(
                    "a part of the value that the law asks for is not stated",
                    field=f"content[{key[1]}]",
                    cure=f"Line(content={{{key[1]!r}: Money(...)}})",
                )
            return regime.factor(money.currency, money.scaled[1], "customs")
        if kind == "tax":
            return self._tax_param(key[1], key[2])
        if kind == "table":
            return self._table_param(key[1], key[2])
        if kind == "lack":
            if self.lack is not None:
                raise self.lack
            return Param("duty", "", 0, 1)
        part = {"duty": self.duty, "lo": self.duty.at_least, "hi": self.duty.at_most}[kind]
        text = str(self.duty)
        if part is None:
            return Param("duty", text, 0, 1)
        stated = line.duty is not None
        if key[1] == "a":
            return param_of("duty", text, part.ad_valorem, **self._duty_source(), stated=stated)
        if key[1] >= len(part.specifics):
            return Param("duty", text, 0, 1)
        amount, currency, _ = part.specifics[key[1]]
        each = regime.to_minor(amount, currency, "customs") / 10**6
        return param_of("duty", text, each, **self._duty_source(), stated=stated)

    def _duty_source(self) -> dict[str, Any]:
        if self.line.duty is not None:
            return {}
        regime = self.regime
        answer = regime.tariff.rate(
            regime.law.tariff or regime.law.code,
            self.line.code,
            origin=self.line.origin,
            on=regime.days["declared"],
        )
        return {"citation": answer.source, "confidence": answer.confidence}

    def _tax_param(self, tax: str, event: str) -> Param:
        regime = self.regime
        if self.line.tax_rate is not None and tax == (regime.law.price_tax or tax):
            from xbec.kernel.rate import Rate

            rate = self.line.tax_rate if isinstance(self.line.tax_rate, Rate) else Rate(self.line.tax_rate)
            return param_of(f"tax.{tax}", str(rate), rate.fraction, stated=True)
        period = regime.law.tax_rate(tax, self.classes[tax], regime.days[event], known_on=regime.known_on)
        return regime.figure_param(f"tax.{tax}.{self.classes[tax]}", period)

    def _table_param(self, name: str, event: str) -> Param:
        regime = self.regime
        table = regime.law.tables[name]
        key = self.table_key(table.key)
        rows = regime.law.table_rows(name, key)
        if rows is None:
            raise NoLaw(
                f"{regime.law.code} table {name} has no row",
                field=table.key,
                value=key,
                allowed=", ".join(table.rows),
            )
        return regime.figure_param(f"table.{name}.{key}", rows.on(regime.days[event], known_on=regime.known_on))

    def table_key(self, key: str) -> str | None:
        """The key of a table for this line; for a fact of the consignment that is not stated, a question."""
        regime, line = self.regime, self.line
        if key.startswith("hs"):
            return line.code[: int(key[2:])]
        if key == "tax_class":
            return next(iter(self.classes.values()), "standard")
        if key == "origin":
            return line.origin
        sample = regime.sample
        if key == "subdivision":
            return sample.destination.subdivision
        found: str | None = getattr(sample, key)
        return found


def missing_quantity(line: Line, unit: str) -> InputError:
    """The error of a duty that counts in a unit the line does not state."""
    return InputError(
        f"the duty of HS {line.code} needs a quantity in {unit}",
        field=f"quantities[{unit}]",
        cure=f"state it: Line(quantities={{{unit!r}: ...}})",
    )


def compare(op: str, left: Any, right: Any) -> bool:
    """One of the six comparisons of the language."""
    if op == "==":
        return bool(left == right)
    if op == "!=":
        return bool(left != right)
    if op == "<":
        return bool(left < right)
    if op == "<=":
        return bool(left <= right)
    if op == ">":
        return bool(left > right)
    return bool(left >= right)


def exchange_text(rate: ExchangeRate) -> str:
    """``1 EUR = 1.1534 USD`` as published."""
    return f"{rate.per} {rate.base} = {rate.rate} {rate.quote}"


def exchange_citation(rate: ExchangeRate, on: date) -> Citation:
    """The source of an exchange rate as a citation."""
    return Citation(
        id=rate.source, title=rate.title or rate.source, locator=f"rate of {rate.day}", url=rate.url, checked=on
    )


def _forms(component: Component) -> set[str]:
    from xbec.law.check import rates_of

    return {r.form for r in rates_of(component)}
