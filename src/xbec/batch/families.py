"""Which regimes share a program, and which tables their rows are looked up in.

Regimes share one where all text about them is answered alike; figures may differ. Of a row three codes are enough:
``r``, its regime; ``p``, its kind of line as tariff and lists see it, one in all member states of a customs union;
``c``, the tax class and the table rows that its regime's law gives it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import count
from operator import itemgetter
from typing import Any, Final

import attrs

from xbec.kernel.money import Money
from xbec.landed_cost.consignment import Line
from xbec.landed_cost.guards import print_guard
from xbec.landed_cost.profile import Profile
from xbec.landed_cost.regime import Regime
from xbec.landed_cost.unknown import Question
from xbec.law.book import Jurisdiction
from xbec.law.check import guards_of
from xbec.law.component import Collector, Component, Guard, Rate, Round
from xbec.law.guard import is_fact_of_consignment, walk

KEYS_OF_LINES: Final = frozenset({"origin", "tax_class", "hs2", "hs4", "hs6", "hs8"})
"""Keys of tables that a line decides; the others are facts of the consignment."""


@attrs.frozen(slots=True, eq=False)
class Family:
    """Regimes that answer every text guard alike and so share a program; ``codes`` are theirs in the frame."""

    regimes: list[Regime]
    codes: list[int]


_forms: dict[tuple[Any, ...], int] = {}
_form_of: dict[int, tuple[int, Regime]] = {}
"""By the identity of a regime, which is kept too, so that its identity is not given away."""
_next_form = count()
_MOST_FORMS: Final = 512


def families(regimes: Mapping[int, Regime]) -> list[Family]:
    """Regimes by the program they share."""
    found: dict[int, Family] = {}
    forms: dict[int, Any] = {}
    for number, regime in regimes.items():
        known = _form_of.get(id(regime))
        if known is None:
            if len(_form_of) >= _MOST_FORMS:
                _form_of.clear()
                _forms.clear()
            form = _forms.setdefault(_signature(regime, forms), next(_next_form))
            known = _form_of[id(regime)] = (form, regime)
        family = found.setdefault(known[0], Family([], []))
        family.regimes.append(regime)
        family.codes.append(number)
    return list(found.values())


def part_of_codes(found: Sequence[Family], many: int) -> list[int]:
    """The position of the family of each code of a frame; one more than there are for a code of none."""
    part = [len(found)] * many
    for number, family in enumerate(found):
        for code in family.codes:
            part[code] = number
    return part


def _signature(regime: Regime, forms: dict[int, Any]) -> tuple[Any, ...]:
    """What decides the form of a program: the words of the law in force, and all that is text."""
    law = regime.law
    leaves = dict.fromkeys(
        node
        for guard in guards_of(regime.procedures, regime.components)
        for node in walk(guard.node)
        if is_fact_of_consignment(node)
    )
    forces = [x.force for x in regime.procedures] + [x.force for x in regime.components]
    open_questions = any(force.confidence == "unconfirmed" for force in forces)
    tables = tuple((name, table.key, len(table.rows) > 1) for name, table in law.tables.items())
    return (
        law.code if open_questions else None,
        law.currency,
        law.price_tax,
        tuple(law.taxes),
        tables,
        tuple(law.values),
        tuple(_form_once(forms, x) for x in regime.procedures),
        tuple(_form_once(forms, x) for x in regime.components),
        tuple(_answer(regime, leaf) for leaf in leaves),
        regime.input_names,
        regime.sample.terms,
        tuple(sorted((name, isinstance(value, Money)) for name, value in regime.sample.history.items())),
    )


def _answer(regime: Regime, leaf: Any) -> bool | None:
    try:
        return regime.whether(leaf, print_guard(leaf))
    except Question:
        return None


def _form_once(forms: dict[int, Any], word: Any) -> Any:
    found = forms.get(id(word))
    if found is None:
        found = forms[id(word)] = _form(word)
    return found


_SAID_ONLY: Final = frozenset({"label", "title", "citation", "waive_citation", "note", "force", "text"})
"""What a component says to people and not to a program."""


def _form(word: Any) -> Any:
    """The words of a component or procedure that a program is made of, as plain values."""
    if isinstance(word, Guard):
        return word.text
    if isinstance(word, Round):
        return word.to, word.mode
    if isinstance(word, Collector):
        return word.by, None if word.when is None else word.when.text
    if isinstance(word, Rate | Component) or attrs.has(type(word)):
        fields = [field.name for field in attrs.fields(type(word)) if field.name not in _SAID_ONLY]
        force = getattr(word, "force", None)
        event = () if force is None else (force.event, force.confidence == "unconfirmed")
        return tuple(_form(getattr(word, name)) for name in fields) + event
    if isinstance(word, tuple):
        return tuple(_form(part) for part in word)
    return word


@attrs.frozen(slots=True, eq=False)
class Tables:
    """What the rows of a family are looked up in.

    ``profiles`` are the kinds of lines by ``p``, ``classed`` those by ``c``. Each regime has its group of equal tariffs
    and its group of equal classes. ``p[group][l]`` is the profile of a line; ``cut[l]`` numbers what classes hang on,
    ``k[group][cut]`` the kind of classes it gives, and ``c[regime, kind]`` its place among ``classed``.
    """

    profiles: list[Profile]
    classed: list[Profile]
    line_groups: list[int]
    class_groups: list[int]
    p: list[list[int]]
    cut: list[int]
    k: list[list[int]]
    c: dict[tuple[int, int], int]


def tables(regimes: Sequence[Regime], lines: Sequence[Line | None]) -> Tables:
    """The kinds of lines of a family: each line under each group of regimes that see it alike."""
    line_groups, first = _grouped([_sees_lines(regime) for regime in regimes])
    class_groups, first_classed = _grouped([_gives_classes(regime) for regime in regimes])
    profiles: list[Profile] = []
    p: list[list[int]] = []
    for number in first:
        regime, row = regimes[number], []
        for line in lines:
            row.append(len(profiles) if line is not None else 0)
            if line is not None:
                profiles.append(regime.profile(line))
        p.append(row)
    classes = [_Classes(regimes[number]) for number in first_classed]
    cut, heads = _cut(classes, lines)
    kinds: dict[Any, int] = {}
    k: list[list[int]] = []
    samples: list[dict[int, Line]] = []
    # A line of each kind by group, for goods of the reduced class of one law may be of another in the next.
    for each in classes:
        sample: dict[int, Line] = {}
        k.append([kinds.setdefault(each.of(line), len(kinds)) for line in heads] or [0])
        for kind, line in zip(k[-1], heads, strict=False):
            sample.setdefault(kind, line)
        samples.append(sample)
    classed: list[Profile] = []
    c: dict[tuple[int, int], int] = {}
    for number, regime in enumerate(regimes):
        for kind, line in sorted(samples[class_groups[number]].items(), key=itemgetter(0)):
            c[number, kind] = len(classed)
            classed.append(regime.profile(line))
    return Tables(profiles, classed, line_groups, class_groups, p, cut, k, c)


def _cut(classes: Sequence[_Classes], lines: Sequence[Line | None]) -> tuple[list[int], list[Line]]:
    """Lines that differ in nothing that any of these laws classes by: the number of each, and a line of each number.

    Of a code only the longest prefix counts that stands in some law, for every shorter one is a prefix of it.
    """
    prefixes = {prefix for each in classes for known in each.prefixes.values() for prefix in known}
    lengths = sorted({len(prefix) for prefix in prefixes}, reverse=True)
    keys: dict[str, set[str]] = {}
    for each in classes:
        for _, table in each.keyed:
            keys.setdefault(table.key, set()).update(table.rows)
    of_code = [(int(key[2:]), rows) for key, rows in keys.items() if key.startswith("hs")]
    origins = keys.get("origin", set())
    numbers: dict[Any, int] = {}
    cut: list[int] = []
    heads: list[Line] = []
    for line in lines:
        if line is None:
            cut.append(0)
            continue
        code = line.code
        longest = None
        for length in lengths:
            if code[:length] in prefixes:
                longest = code[:length]
                break
        of_tables = tuple([code[:n] if code[:n] in rows else None for n, rows in of_code]) if of_code else ()
        origin = line.origin if line.origin is None or str(line.origin) in origins else "*"
        stated = line.tax_class if isinstance(line.tax_class, str) else None
        rate = None if line.tax_rate is None else str(line.tax_rate)
        number = numbers.setdefault((longest, of_tables, origin, stated, rate), len(numbers))
        if number == len(heads):
            heads.append(line)
        cut.append(number)
    return cut, heads


def _grouped(keys: Sequence[Any]) -> tuple[list[int], list[int]]:
    """The group of each, and the first member of each group."""
    numbers: dict[Any, int] = {}
    first: list[int] = []
    groups = []
    for position, key in enumerate(keys):
        if key not in numbers:
            numbers[key] = len(numbers)
            first.append(position)
        groups.append(numbers[key])
    return groups, first


def _sees_lines(regime: Regime) -> tuple[Any, ...]:
    """What the duty of a line and the answers about it hang on."""
    law, sample = regime.law, regime.sample
    own = law.code if any("tax_class" in print_guard(leaf) for leaf in regime.leaves) else None
    lists = tuple(
        (name, x.hs, x.complete, x.period.start, x.period.end, x.period.confidence) for name, x in law.lists.items()
    )
    stated = tuple(
        getattr(sample, name) is None for name in ("transport", "dispatch", "establishment", "freight", "insurance")
    )
    exchange = law.exchange["customs"]
    return (
        own,
        regime.uses_tariff and (law.tariff or law.code),
        tuple(regime.days.values()),
        law.currency,
        (exchange.rule, exchange.event),
        lists,
        stated,
    )


def _gives_classes(regime: Regime) -> tuple[Any, ...]:
    return regime.law.code, regime.days["declared"], repr(regime.answers.get("origin"))


class _Classes:
    """The tax classes and table rows that a law gives lines on a day."""

    def __init__(self, regime: Regime) -> None:
        self.regime = regime
        self.law: Jurisdiction = regime.law
        self.keyed = [(name, table) for name, table in self.law.tables.items() if table.key in KEYS_OF_LINES]
        self.taxes = list(self.law.taxes)
        self.prefixes = _prefixes(regime)
        self._rows: dict[tuple[str, str | None], str | None] = {}

    def of(self, line: Line) -> tuple[Any, ...]:
        """The classes of a line, a stated rate, and the row of every table that a line decides."""
        classes = tuple(self._class_of(tax, line) for tax in self.taxes)
        rows = tuple(self._row(name, table.rows, self._key(table.key, line, classes)) for name, table in self.keyed)
        return classes, None if line.tax_rate is None else str(line.tax_rate), rows

    def _class_of(self, tax: str, line: Line) -> str:
        if isinstance(line.tax_class, str):
            return line.tax_class
        known = self.prefixes.get(tax)
        if known is None:
            return "standard"
        for length in range(len(line.code), 0, -1):
            found = known.get(line.code[:length])
            if found is not None:
                return found
        return "standard"

    def _key(self, key: str, line: Line, classes: tuple[str, ...]) -> str | None:
        if key.startswith("hs"):
            return line.code[: int(key[2:])]
        if key == "tax_class":
            return next(iter(classes), "standard")
        stated: Any = line.origin if line.origin is not None else self.regime.answers.get("origin")
        return None if stated is None else str(stated)

    def _row(self, name: str, rows: Mapping[str, Any], key: str | None) -> str | None:
        return key if key is None or key in rows else "*"


def _prefixes(regime: Regime) -> dict[str, dict[str, str]]:
    """The class of every HS prefix in force, by tax; of one prefix the first entry speaks."""
    day = regime.days["declared"]
    found: dict[str, dict[str, str]] = {}
    for entry in regime.law.classifications:
        if day >= entry.period.start and (entry.period.end is None or day < entry.period.end):
            for prefix in entry.hs:
                found.setdefault(entry.tax, {}).setdefault(prefix, entry.tax_class)
    return found
