"""A quote: every amount of a priced consignment, with the plan that explains it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

import attrs

from xbec.errors import InputError
from xbec.kernel.citation import Citation
from xbec.kernel.finding import Finding
from xbec.kernel.money import Money
from xbec.kernel.rounding import round_ratio
from xbec.landed_cost.plan import Charge, Group, Plan
from xbec.landed_cost.profile import Profile
from xbec.landed_cost.program import Operand
from xbec.landed_cost.regime import Regime, exchange_text
from xbec.landed_cost.unknown import Param

if TYPE_CHECKING:
    from xbec.fx import ExchangeRate
    from xbec.landed_cost.consignment import Consignment

SCHEMA = "xbec.quote/1"
KINDS = ("duty", "tax", "excise", "fee")


@attrs.frozen(slots=True)
class ChargeAmount:
    """One charge of a quote: what, how much (law's currency), who collects it and who pays."""

    id: str
    label: str
    kind: str
    amount: Money
    procedure: str
    collector: str
    payer: str
    citation: Citation | None
    lines: tuple[Money, ...]


class Step(NamedTuple):
    """One computation of the derivation: operands of the base and result in minor units; rule and source by charge."""

    charge: Charge
    group: Group
    operands: tuple[int, ...]
    result: int

    @property
    def rule(self) -> str:
        """The component's label and its rate as the law writes it."""
        return f"{self.charge.component.label}: {self.group.rate}"

    @property
    def source(self) -> Citation | None:
        """Where the rule stands."""
        return self.charge.component.citation


def payer_of(terms: str, collector: str) -> str:
    """Who bears a charge.

    What seller or platform collects the buyer pays at checkout; under DDP the rest is the seller's.
    """
    return "seller" if terms == "DDP" and collector not in {"seller", "platform"} else "buyer"


class Quote:
    """The landed cost of a consignment; amounts are :class:`Money` in the law's currency.

    ``quote.total`` is what the buyer pays landed, ``quote["vat"]`` a charge by id or kind, ``quote.explain()`` the
    derivation, ``quote.to_dict()`` JSON of a stable schema, ``quote.trace`` every operation for an independent check.
    """

    __slots__ = ("consignment", "plan", "profiles", "regime", "values")

    def __init__(
        self,
        consignment: Consignment,
        regime: Regime,
        profiles: tuple[Profile, ...],
        plan: Plan,
        values: tuple[Any, ...],
    ) -> None:
        self.consignment = consignment
        self.regime = regime
        self.profiles = profiles
        self.plan = plan
        self.values = values

    # figures -----------------------------------------------------------------------------------------------------

    def minor(self, operand: Operand) -> int:
        """The value of an operand of the plan, in minor units where it is an amount."""
        if isinstance(operand, int):
            return int(self.values[operand])
        kind: str = operand[0]
        if kind == "c":
            return int(operand[1])
        if kind == "r":
            return int(self.regime.figures[2 * operand[1] + operand[2]])
        return int(self.profiles[operand[1]].figures[2 * operand[2] + operand[3]])

    def param(self, ref: tuple[Any, ...]) -> Param:
        """The figure of law, tariff or exchange behind a reference of the plan."""
        if ref[0] == "r":
            of_regime: Param = self.regime.params[ref[1]]
            return of_regime
        found: Param | None = self.profiles[ref[1]].params[ref[2]]
        assert found is not None
        return found

    def _money(self, minor: int) -> Money:
        return Money.from_minor(minor, self.currency)

    @property
    def currency(self) -> str:
        """Currency of assessed amounts."""
        return self.regime.law.currency

    @property
    def procedures(self) -> tuple[str, ...]:
        """The procedure of each line, in the caller's order."""
        return self._callers([p.id for p in self.plan.procedures])

    def _callers(self, values: list[Any]) -> tuple[Any, ...]:
        back = [values[0]] * len(values)
        for position, line in enumerate(self.consignment.order):
            back[line] = values[position]
        return tuple(back)

    def given_minor(self, name: str) -> int:
        """Goods, freight, insurance or a stated fee in minor units."""
        return sum(self.minor(x) for x in self.plan.given.get(name, ()))

    @property
    def goods(self) -> Money:
        """Value of the goods at the customs rate, net of tax."""
        return self._money(self.given_minor("goods"))

    @property
    def freight(self) -> Money:
        return self._money(self.given_minor("freight"))

    @property
    def insurance(self) -> Money:
        return self._money(self.given_minor("insurance"))

    def _charges(self) -> Iterator[tuple[Charge, int]]:
        for charge in self.plan.charges:
            if charge.component.kind is not None:
                yield charge, sum(self.minor(x) for x in charge.amounts.values())

    @property
    def charges(self) -> tuple[ChargeAmount, ...]:
        """Every charge, zero ones that were charged included."""
        found = []
        zero = self._money(0)
        for charge, amount in self._charges():
            collector = charge.collector or "customs"
            lines = [zero] * len(self.plan.procedures)
            for line, operand in charge.amounts.items():
                lines[line] = self._money(self.minor(operand))
            found.append(
                ChargeAmount(
                    id=charge.component.id,
                    label=charge.component.label,
                    kind=charge.component.kind or "",
                    amount=self._money(amount),
                    procedure=charge.procedure.id,
                    collector=collector,
                    payer=payer_of(self.consignment.terms, collector),
                    citation=charge.component.citation,
                    lines=self._callers(lines),
                )
            )
        return tuple(found)

    @property
    def by_kind_minor(self) -> dict[str, int]:
        """Minor units by kind of charge; every kind is there."""
        totals = dict.fromkeys(KINDS, 0)
        for charge, amount in self._charges():
            totals[charge.component.kind or ""] += amount
        return totals

    @property
    def by_kind(self) -> dict[str, Money]:
        return {kind: self._money(minor) for kind, minor in self.by_kind_minor.items()}

    @property
    def by_collector(self) -> dict[str, Money]:
        return self._by("collector")

    @property
    def by_payer(self) -> dict[str, Money]:
        return self._by("payer")

    def _by(self, field: str) -> dict[str, Money]:
        totals: dict[str, Money] = {}
        for charge in self.charges:
            name = getattr(charge, field)
            totals[name] = totals.get(name, self._money(0)) + charge.amount
        return totals

    def __getitem__(self, name: str) -> Money:
        """A charge by id, or the total of a kind; :class:`InputError` for a name the law does not have."""
        known = [c.id for c in self.regime.law.components]
        if name not in known and name not in KINDS:
            raise InputError("no such charge", field="charge", value=name, allowed=", ".join([*KINDS, *known]))
        total = 0
        for charge in self.plan.charges:
            if charge.component.id == name or (name in KINDS and charge.component.kind == name and name not in known):
                total += sum(self.minor(x) for x in charge.amounts.values())
        return self._money(total)

    @property
    def assessed(self) -> Money:
        """All duties, taxes, excises and fees."""
        return self._money(sum(self.by_kind_minor.values()))

    @property
    def commercial_rate(self) -> Any:
        """The rate that turns the price into the buyer's currency: that of the day of payment."""
        return self.regime.fx.rate(
            self.consignment.currency, self.currency, rule="commercial", on=self.regime.days["paid"]
        )

    @property
    def price_paid(self) -> Money:
        """Goods, freight, insurance and stated fees at the commercial rate, without tax inside the price."""
        consignment = self.consignment
        paid = Fraction(0)
        for line in consignment.lines:
            paid += Fraction(line.price.amount) * Fraction(Decimal(line.quantity))
        for money in (consignment.freight, consignment.insurance):
            paid += Fraction(money.amount) if money is not None else 0
        total = self._commercial(paid, consignment.currency)
        for fee in consignment.fees.values():
            total += self._commercial(Fraction(fee.amount), fee.currency)
        return self._money(total - sum(self.minor(x) for x in self.plan.inside))

    def _commercial(self, amount: Fraction, currency: str) -> int:
        scaled = amount * 10**self.regime.digits
        if currency != self.currency:
            rate = self.regime.fx.rate(currency, self.currency, rule="commercial", on=self.regime.days["paid"])
            scaled *= Fraction(*rate.factor(currency))
        return round_ratio(scaled.numerator, scaled.denominator, "half-up")

    @property
    def total(self) -> Money:
        """Landed for the buyer: the price paid, and every charge the buyer pays; in the law's currency."""
        return self.price_paid + self.by_payer.get("buyer", self._money(0))

    @property
    def seller_cost(self) -> Money:
        """Charges the seller bears."""
        return self.by_payer.get("seller", self._money(0))

    @property
    def steps(self) -> tuple[Step, ...]:
        """The derivation as values, in the order of the pipeline; :meth:`explain` prints it."""
        minor = self.minor
        return tuple(
            [
                Step(charge, group, tuple([minor(amount) for _, _, amount in group.parts]), minor(group.result))
                for charge in self.plan.charges
                for group in charge.groups
            ]
        )

    # shown -------------------------------------------------------------------------------------------------------

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """What a careful reader is told: stale or weak law, stand-in rates, a value close to a threshold."""
        from xbec.landed_cost.warn import warnings_of

        return warnings_of(self)

    def explain(self, *, form: str = "text") -> str:
        """The derivation as ``"text"`` or ``"markdown"``; a broker can redo it with a pencil."""
        from xbec.landed_cost.explain import explain

        return explain(self, form=form)

    @property
    def trace(self) -> dict[str, Any]:
        """Every operation with operands, rounding, source and day, as JSON; see ``verify_trace``."""
        from xbec.landed_cost.trace import trace_of

        return trace_of(self)

    def to_dict(self) -> dict[str, Any]:
        """The quote as JSON of the stable schema ``xbec.quote/1``; amounts are texts."""
        from xbec.landed_cost.explain import to_dict

        return to_dict(self)

    def to_frame(self, library: str = "polars") -> Any:
        """One row per line and charge, as a polars or pandas data frame."""
        from xbec.landed_cost.explain import to_frame

        return to_frame(self, library)

    def _repr_html_(self) -> str:
        from xbec.landed_cost.explain import html

        return html(self)

    def __str__(self) -> str:
        return self.explain()

    def __repr__(self) -> str:
        return f"<Quote {self.regime.law.code} {self.regime.on}: assessed {self.assessed}>"

    @property
    def exchange_rates(self) -> dict[str, ExchangeRate]:
        """The published rates that the quote rests on, by role and currency."""
        of_regime, of_lines = self.plan.reads
        read = [self.regime.params[position].exchange for position in of_regime]
        for line, position in of_lines:
            figure = self.profiles[line].params[position]
            read.append(None if figure is None else figure.exchange)
        return {key: self.regime.rates[key] for key in dict.fromkeys(read) if key is not None}

    def exchange_texts(self) -> dict[str, str]:
        """The same in words."""
        return {
            key: f"{exchange_text(rate)}, {key.split()[0]} rate of {rate.day}, {rate.title or rate.source}"
            for key, rate in self.exchange_rates.items()
        }
