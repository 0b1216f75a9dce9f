"""The law of one destination on one day, for one kind of consignment: facts answered, figures exact.

A :class:`Regime` knows everything that is text or law about a consignment (channel, registrations, days, rates of
exchange, limits); a :class:`Profile` knows the same of a line (code, origin, class, duty rate). Both hand figures to
the program as numerator and denominator, and answer each text-only guard once. What they cannot answer becomes a
:class:`Question`, which the quote turns into worlds.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from datetime import date, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar, Final

from xbec.errors import GapError, InputError, NoLaw, XbecError
from xbec.kernel.citation import Citation
from xbec.kernel.money import Money
from xbec.kernel.place import Place
from xbec.kernel.rounding import Rounding
from xbec.kernel.timeline import Period, Timeline
from xbec.landed_cost.consignment import Consignment, Line, number_of
from xbec.landed_cost.in_force import LineAnswers, Settled, in_force
from xbec.landed_cost.profile import STATED_OF_CONSIGNMENT, TERRITORY, Profile
from xbec.landed_cost.settled import settle
from xbec.landed_cost.unknown import Param, Question, Unknown, compare, param_of
from xbec.law.book import Jurisdiction
from xbec.law.component import Round
from xbec.law.figure import Figure
from xbec.law.guard import DAYS, Node, is_fact_of_line

if TYPE_CHECKING:
    from xbec.fx import ExchangeRate, Fx
    from xbec.tariff import Tariff

Answers = Mapping[str, Any]
STATED = "stated by the caller"
_MOST_SETTLED: Final = 512
_MOST_PROFILES: Final = 50_000
_MODES = {"ceil": "up", "floor": "down"}
"""Amounts are never below zero here, so these are one."""


class Regime:
    """Law, day, exchange rates and the text facts of a consignment; built once for all consignments of one kind."""

    held: ClassVar[int] = 0
    """Profiles and lines of plans that regimes have made since they were last let go of."""

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
        self.in_force = in_force(law, tuple(self.days.items()), known_on)
        self.procedures = self.in_force.procedures
        self.components = self.in_force.components
        self.component_ids = self.in_force.component_ids
        self.leaves = self.in_force.leaves
        self.groups_by_rate = self.in_force.groups_by_rate
        self.uses_tariff = self.in_force.uses_tariff
        self.input_names = self._input_names(consignment)
        self.states = tuple(getattr(consignment, name) is not None for name in STATED_OF_CONSIGNMENT)
        self._settled: dict[int, Settled] = {}
        self._fewer: Regime | None = None
        self._forget()

    def _forget(self) -> None:
        """Begin with no figures, profiles and plans."""
        self.params: list[Param] = []
        self.figures: tuple[int, ...] = ()
        self.line_names: dict[tuple[Any, ...], int] = {}
        self.profiles: dict[int, Profile] = {}
        self.line_figures: dict[Any, Param] = {}
        self._alike: dict[Any, Profile] = {}
        self._units: dict[Any, tuple[str, ...]] = {}
        self.plans: dict[Any, Any] = {}
        self.met: set[int] = set()
        self.failures: dict[Any, XbecError | Unknown] = {}
        self.rates: dict[str, ExchangeRate] = {}
        self._param_index: dict[tuple[Any, ...], int] = {}
        self._factors: dict[tuple[str, int, str], Param] = {}

    def assuming(self, answers: Answers) -> Regime:
        """The same law, day and facts with more answers; what text decides is shared, figures and plans are its own."""
        other = copy(self)
        other.answers = answers
        other._fewer = self
        other._forget()
        return other

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

    def param(self, key: tuple[Any, ...]) -> int:
        """Position of a figure among those of the regime; :meth:`figure_of` makes it the first time."""
        found = self._param_index.get(key)
        if found is None:
            self.params.append(self.figure_of(key))
            found = self._param_index[key] = len(self.params) - 1
            self.figures = tuple(x for p in self.params for x in (p.num, p.den))
        return found

    def figure_of(self, key: tuple[Any, ...]) -> Param:
        """A figure by its key.

        ``("factor", "freight", role)`` converts an amount of the consignment, ``("money", amount, currency)`` one of
        the law; ``("value", name, event)`` is a named figure, ``("history", name)`` one of the buyer.
        """
        kind = key[0]
        if kind == "factor":
            sample = self.sample
            money = sample.fees[key[1][4:]] if key[1].startswith("fee.") else getattr(sample, key[1])
            return self.factor(money.currency, money.scaled[1], key[2])
        if kind == "money":
            amount, currency = key[1:]
            text = str(amount.numerator) if amount.denominator == 1 else f"{amount.numerator}/{amount.denominator}"
            used = self.rate_key(currency, "limits")
            return param_of("limit", f"{text} {currency}", self.to_minor(amount, currency), exchange=used)
        if kind == "value":
            return self.figure_param(f"value.{key[1]}", self._value(key[1], key[2]))
        value = self.sample.history[key[1]]
        if isinstance(value, Money):
            minor = self.to_minor(Fraction(value.amount), value.currency)
            return param_of(f"history.{key[1]}", str(value), minor, exchange=self.rate_key(value.currency, "limits"))
        return param_of(f"history.{key[1]}", str(value), Fraction(value))

    def line_param(self, key: tuple[Any, ...]) -> int:
        """Position of a figure among those of each line."""
        return self.line_names.setdefault(key, len(self.line_names))

    def rate_key(self, currency: str, role: str) -> str | None:
        """What a published rate is kept by; none between the law's currency and itself."""
        return None if currency == self.law.currency else f"{role} {currency}"

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
        found = self._factors.get((currency, decimals, role))
        if found is None:
            found = self._factors[currency, decimals, role] = self._factor(currency, decimals, role)
        return found

    def _factor(self, currency: str, decimals: int, role: str) -> Param:
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
            exchange=self.rate_key(currency, role),
        )

    def _value(self, name: str, event: str) -> Period[Figure]:
        return self.sure(self.law.values[name], self.days[event], f"value {name}")

    def is_amount(self, name: str, event: str) -> bool:
        """Is a named figure an amount of money (else a plain number)?"""
        return self._value(name, event).value.kind == "amount"

    def sure(self, rows: Timeline[Figure], on: date, name: str) -> Period[Figure]:
        """The row of a day; where it is unconfirmed a question, whose no is the row before it."""
        try:
            period = rows.on(on, known_on=self.known_on)
        except GapError as gap:
            raise NoLaw(
                f"{self.law.code} {name} has no figure on {on}",
                field="on",
                value=on.isoformat(),
                cure="lay an edition that has it over the law: Law.overlay(path)",
            ) from gap
        if period.confidence != "unconfirmed":
            return period
        holds = self.ask_whether(
            f"{self.law.code} {name} {period.value} in force",
            f"whether {name} is {period.value} from {period.start} on is unconfirmed",
            "confirm it, and state the answer",
        )
        return period if holds else rows.on(period.start - timedelta(days=1), known_on=self.known_on)

    def figure_param(self, name: str, period: Any) -> Param:
        """A dated figure as a parameter, with its source."""
        figure: Figure = period.value
        number, used = figure.value, None
        if figure.kind == "amount":
            currency = figure.currency or self.law.currency
            number, used = self.to_minor(number, currency), self.rate_key(currency, "limits")
        return param_of(
            name, figure.text, number,
            citation=period.citation, confidence=period.confidence, day=period.start, exchange=used,
        )  # fmt: skip

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
            return sample.destination.subdivision or self.answers.get(name) or self._unknown_text(name)
        if name.endswith(TERRITORY):
            return Place(self._text(("name", name[: -len(TERRITORY)]))).customs_territory
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

    def _fact_if_known(self, leaf: Node) -> bool | None:
        """As :meth:`fact`; ``None`` where it is to be asked, or cannot be answered."""
        try:
            return self.fact(leaf)
        except (Question, XbecError):
            return None

    def settled(self, answers: LineAnswers) -> Settled:
        """What is left of the guards for lines that text answers so."""
        found = self._settled.get(answers.number)
        if found is None:
            if len(self._settled) >= _MOST_SETTLED:
                self._settled.clear()

            def answer(leaf: Node) -> bool | None:
                return answers.leaves[leaf] if is_fact_of_line(leaf) else self._fact_if_known(leaf)

            left = {id(node): settle(node, answer) for node in self.in_force.guards}
            found = self._settled[answers.number] = Settled(left, number_of(tuple(left.values())))
        return found

    def profile(self, line: Line) -> Profile:
        """What is known of a line under this regime; one for lines that differ in nothing the law looks at."""
        found = self.profiles.get(line.key)
        if found is None:
            if len(self.profiles) >= _MOST_PROFILES:
                self.profiles.clear()
                self._alike.clear()
                self._units.clear()
                self.line_figures.clear()
            found = self.profiles[line.key] = self._profile(line)
        return found

    def _profile(self, line: Line) -> Profile:
        *facts, _, contents = line.facts
        looked_at = (*facts, *[part for part in contents if part[0] in self.in_force.contents_asked])
        units = self._units.get(looked_at)
        if units is not None:
            found = self._alike.get((looked_at, tuple([unit in line.micro for unit in units])))
            if found is not None:
                return found
        Regime.held += 1
        made = Profile(self, line, like=None if self._fewer is None else self._fewer.profile(line))
        units = self._units[looked_at] = (*self.in_force.units, *made.units)
        self._alike[looked_at, tuple([unit in line.micro for unit in units])] = made
        return made


def exchange_text(rate: ExchangeRate) -> str:
    """``1 EUR = 1.1534 USD`` as published."""
    return f"{rate.per} {rate.base} = {rate.rate} {rate.quote}"


def exchange_citation(rate: ExchangeRate, on: date) -> Citation:
    """The source of an exchange rate as a citation."""
    return Citation(
        id=rate.source, title=rate.title or rate.source, locator=f"rate of {rate.day}", url=rate.url, checked=on
    )
