"""What law and text say of one line under a regime: answers, classes, the duty, figures."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, cast

from xbec.errors import GapError, InputError, NoLaw, NoTariff
from xbec.kernel.place import Place
from xbec.landed_cost.consignment import Line, number_of
from xbec.landed_cost.unknown import Param, Question, Unknown, again, compare, kept, param_of
from xbec.law.guard import Node

if TYPE_CHECKING:
    from xbec.landed_cost.regime import Regime
    from xbec.tariff import Duty, Unresolved

TERRITORY = "_territory"
STATED_OF_CONSIGNMENT: Final = ("transport", "dispatch", "establishment", "freight", "insurance")
_STATED_OF_LINE: Final = ("duty", "tax_rate", "tax_class")


def _words(line: Line) -> tuple[Any, ...]:
    """All of a line that a leaf of a guard may look at."""
    stated = tuple([getattr(line, name) is not None for name in _STATED_OF_LINE])
    return line.code, line.origin, line.tax_class, line.flags, line.claim, tuple(line.content), stated


@lru_cache(maxsize=4096)
def _parsed(text: str, currency: str) -> Duty | Unresolved:
    """A stated duty, read once."""
    from xbec.tariff import Duty

    return Duty.parse(text, currency)


class Profile:
    """What law and text say of one line: answers to text guards, tax classes, the duty expression, figures."""

    __slots__ = (
        "_duty", "_settled", "class_key", "classes", "figures", "gaps", "kind", "leaves", "line", "params", "rate_key",
        "regime", "structure",
    )  # fmt: skip

    def __init__(self, regime: Regime, line: Line, *, like: Profile | None = None) -> None:
        """``like`` is the profile of the line under the same law and days with fewer answers."""
        self.regime = regime
        self.line = line
        self.params: list[Param | None] = []
        self.gaps: dict[int, GapError | InputError] = {}
        self.figures: tuple[Any, ...] = ()
        if like is None:
            self.classes = regime.in_force.classes(
                (line.code, line.tax_class), lambda: {tax: self._class_of(tax) for tax in regime.law.taxes}
            )
            answers = regime.in_force.answers((*_words(line), regime.states), self._leaf)
            self.leaves = answers.leaves
            self._settled = regime.settled(answers)
        else:
            self.classes, self.leaves, self._settled = like.classes, like.leaves, like._settled
        self._duty: Duty | GapError | Unknown | None
        if like is None or isinstance(like._duty, Unknown):
            self._duty = self._look_up() if regime.uses_tariff else None
        else:
            self._duty = like._duty
        self.class_key = number_of((*self.classes.values(), None if line.tax_rate is None else str(line.tax_rate)))
        """What lines of one class of every tax share, those with a stated rate apart."""
        self.rate_key = "" if self._duty is None or isinstance(self._duty, Exception) else str(self._duty)
        """What lines of one duty rate share."""
        self.structure = number_of(
            (
                self._settled.number,
                self._assumed() if regime.answers else (),
                self._duty_form(),
                tuple([unit in line.micro for unit in regime.in_force.units]),
                tuple([part in line.content for part in regime.in_force.contents]),
                line.price_includes,
            )
        )
        self.kind = number_of((self.structure, self.class_key, self.rate_key))
        """As ``structure``, with all that decides which lines are computed together."""

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
            self._key(subject),
            f"{subject} is unknown for HS {self.line.code or '?'} from {self.line.origin or 'an unknown origin'}",
            ask,
        )

    def _key(self, subject: str) -> str:
        return f"{subject} [{self.line.code} {self.line.origin or '?'}]"

    def _assumed(self) -> tuple[Any, ...]:
        """The answers stated or assumed to what text leaves open: of two lines alike they may differ."""
        answers = self.regime.answers
        return tuple([answers.get(self._key(self._subject(leaf)[0])) for leaf, x in self.leaves.items() if x is None])

    @property
    def settled(self) -> Mapping[int, Node]:
        """The guards of the law, by their identity, with all that text decides for this line answered."""
        return self._settled.nodes

    def answer(self, leaf: Node) -> bool | None:
        """As :meth:`whether`; ``None`` where it is unknown and nobody answered."""
        try:
            return self.whether(leaf)
        except Question:
            return None

    def _subject(self, leaf: Node) -> tuple[str, str]:
        if leaf[0] == "call":
            ask = {
                "listed": "state the full national code",
                "contains": f"state what {leaf[2]} the goods hold: Line(content={{{leaf[2]!r}: Money(...)}})",
            }
            return f"{leaf[1]}('{leaf[2]}')", ask.get(leaf[1], f"state the {leaf[1]}")
        name = (leaf[1] if leaf[0] == "in" else leaf[2])[1]
        return f"{name}", f"state the {name.removesuffix(TERRITORY)} of the line"

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
                return self._is_stated(argument)
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

    def _is_stated(self, what: str) -> bool:
        if what in _STATED_OF_LINE:
            return getattr(self.line, what) is not None
        if what in STATED_OF_CONSIGNMENT:
            return getattr(self.regime.sample, what) is not None
        return what in self.line.content

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
            stated = line.duty if isinstance(line.duty, Duty) else _parsed(str(line.duty), regime.law.currency)
            if isinstance(stated, Unresolved):
                return NoTariff("the stated duty is no duty expression", field="duty", value=str(line.duty))
            return stated
        try:
            answer = regime.tariff.rate(
                regime.law.tariff or regime.law.code, line.code, origin=line.origin, on=regime.days["declared"]
            )
        except GapError as gap:
            return cast("GapError", kept(gap))
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
            raise again(found)
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
    def units(self) -> tuple[str, ...]:
        """The units the duty of the line counts in."""
        return () if self.known_duty is None else self.known_duty.units

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
        form: list[Any] = [
            None
            if part is None
            else (part.ad_valorem != 0 or not part.specifics, tuple([unit for _, _, unit in part.specifics]))
            for part in (found, found.at_least, found.at_most)
        ]
        return *form, tuple([unit in self.line.micro for unit in found.units])

    # figures -----------------------------------------------------------------------------------------------------

    def fill(self) -> None:
        """Work out the figures the programs of the regime have asked for since."""
        for key, position in list(self.regime.line_names.items())[len(self.params) :]:
            try:
                self.params.append(self.figure_of(key))
            except (GapError, InputError) as gap:
                self.params.append(None)
                kept(gap)
                self.gaps[position] = gap
        self.figures = tuple(x for p in self.params for x in ((p.num, p.den) if p is not None else (None, None)))

    def figure_of(self, key: tuple[Any, ...]) -> Param:
        """A figure of the line by its key; raises the gap, the question or the error that stands in its place.

        ``("goods", role)`` and ``("content", part)`` convert amounts, ``("tax", name, event)`` and ``("table", name,
        event)`` are rates of the law, ``("duty" | "lo" | "hi", "a" or n)`` the parts of the duty.
        """
        if key[0] == "goods":
            return self.regime.factor(self.line.price.currency, self.line.facts[8], key[1])
        same = self._same_figure(key)
        found = None if same is None else self.regime.line_figures.get(same)
        if found is None:
            found = self._figure_of(key)
            if same is not None:
                self.regime.line_figures[same] = found
        return found

    def _same_figure(self, key: tuple[Any, ...]) -> Any:
        """What decides a figure of a line beside the regime; ``None`` where it is not kept."""
        kind, line = key[0], self.line
        if kind == "tax":
            return key, self.classes[key[1]], line.facts[6]
        if kind in {"duty", "lo", "hi"}:
            return key, str(self.duty), line.duty is not None or (line.code, line.origin)
        return None

    def _figure_of(self, key: tuple[Any, ...]) -> Param:
        regime, line = self.regime, self.line
        kind = key[0]
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
                raise again(self.lack)
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
        used = regime.rate_key(currency, "customs")
        return param_of("duty", text, each, **self._duty_source(), stated=stated, exchange=used)

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
        rows = regime.law.taxes[tax].get(self.classes[tax])
        if rows is None:
            raise NoLaw(
                f"{regime.law.code} has no rate of {tax} for that class",
                field="tax_class",
                value=self.classes[tax],
                allowed=", ".join(regime.law.taxes[tax]),
            )
        period = regime.sure(rows, regime.days[event], f"{tax} {self.classes[tax]}")
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
        return regime.figure_param(f"table.{name}.{key}", regime.sure(rows, regime.days[event], f"{name} {key}"))

    def table_key(self, key: str) -> str | None:
        """The key of a table for this line; what is not stated is as answered, ``None`` where nobody did."""
        regime, line = self.regime, self.line
        if key.startswith("hs"):
            return line.code[: int(key[2:])]
        if key == "tax_class":
            return next(iter(self.classes.values()), "standard")
        if key == "origin":
            stated: str | None = line.origin
        elif key == "subdivision":
            stated = regime.sample.destination.subdivision
        else:
            stated = getattr(regime.sample, key)
        return regime.answers.get(key) if stated is None else stated


def missing_quantity(line: Line, unit: str) -> InputError:
    """The error of a duty that counts in a unit the line does not state."""
    return InputError(
        f"the duty of HS {line.code} needs a quantity in {unit}",
        field=f"quantities[{unit}]",
        cure=f"state it: Line(quantities={{{unit!r}: ...}})",
    )
