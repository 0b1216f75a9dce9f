"""Trademark offices as data: what each requires, which periods run, what it charges, on any day.

One TOML file an office under ``data/trademark/offices``, all of one shape:

.. code-block:: toml

    office = "US"                       # the code used everywhere: ISO 3166-1, EM (EUIPO), BX, WO (WIPO)
    name = "United States Patent and Trademark Office"
    territory = ["US"]
    currency = "USD"
    counting = "us-37-cfr-2-196"        # a rule of data/periods.toml
    calendar = "uspto"                  # an office of data/periods.toml, or a country with holidays

    [source.cfr-2-62]
    title = "37 CFR 2.62 Procedure for submitting response"
    url = "https://..."
    checked = 2026-11-22

    [[requirement]]                     # what a filing needs, in words
    id = "representative"
    text = "..."
    exempt = ["US"]                     # countries of whose applicants it is not asked; absent: of nobody
    from = 2019-08-03
    source = "..."

    [[term]]                            # a period that an event sets off
    id = "office-action-response"
    act = "respond to the Office action"
    event = "office action"             # its from and to are days of this event
    length = "P3M"
    counting = "cn-trademark-validity"  # where it is not counted as the other periods of the office
    bases = ["1(a)", "1(b)"]            # absent: every basis
    extensions = 1                      # how many, each of extension length, from the end of the one before
    extension = "P3M"
    extended = ["P6M"]                  # instead: the extended periods whole, each from the event
    done_by = ["response filed"]        # events that fulfil the act, and events that take an extension
    extended_by = ["extension to respond"]
    extended_twice_by = ["..."]         # events that take two extensions at once
    fee = "..."                         # fees owed for the act, its extension, its grace
    extension_fee = "extension-office-action"
    grace = "P6M"
    grace_fee = "grace-section-8"
    opens = "P5Y"                       # the act is not possible before
    repeats = "P10Y"
    missed = "the application is abandoned"
    from = 2022-12-03
    source = "cfr-2-62 (a)"

    [[fee]]
    id = "application"
    title = "application, electronic"
    amount = "350 USD"
    per = "class"                       # see below
    from = 2025-01-18                   # days of payment
    source = "..."

    [[fee]]
    id = "application-further-class"    # a part of what is paid for an act carries its name in ``act``
    act = "application"                 # absent: the id
    title = "application, each class after the first"
    amount = "139 CAD"
    per = "further class"
    from = 2024-01-01
    source = "..."

    [[fee]]
    id = "application-paper"
    act = "application"
    variant = "paper"                   # a way of paying or filing; stands in place of the plain row of the same per
    title = "application on paper"
    amount = "850 USD"
    per = "class"
    from = 2025-01-18
    source = "..."

    [[fee]]
    id = "renewal-grace"
    title = "surcharge for renewal in the grace period"
    share = "25 %"                      # in place of amount: a part of what is paid for the act named by ``of``
    of = "renewal"
    per = "request"
    from = 2016-03-23
    source = "..."

What is paid for an act on a day is the sum of its rows: the plain ones and those of the variant asked for. An act whose
rows all carry a variant has no default, and one of them must be named. Common acts: ``application``, ``registration``,
``renewal``, ``opposition``. WIPO (``WO``) has ``application`` (variants ``colour``, ``ldc``, ``ldc-colour``),
``supplementary``, ``complementary``, and one act ``designation CA`` for each party with an individual fee. The words of
``per``, where n is the number of classes:

===================================== ==============================================================================
per                                   how often the amount is due
===================================== ==============================================================================
application, registration, request    once
new application                       once for each application created by a division
class                                 n
first class                           once, if n is 1 or more
second class                          once, if n is 2 or more
third and further class               n - 2, not below 0
further class                         n - 1, not below 0
class beyond 3                        n - 3, not below 0; any number
item beyond 10                        items of each class above 10, summed over the classes; any number
started thousand characters beyond    started thousands of the characters of each class above 1,000, summed over the
1,000                                 classes; any number
designation                           each country or organisation designated
===================================== ==============================================================================
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeVar

import attrs

from xbec.errors import DataFileError, GapError, InputError
from xbec.kernel.calendars import Calendar, CountingRule, Deadline, Span, counting_rule
from xbec.kernel.dated import Sources, read_toml
from xbec.kernel.money import Money
from xbec.kernel.rate import Rate
from xbec.kernel.timeline import Period, Timeline
from xbec.trademark.dated_rows import FOLDER, timelines

T = TypeVar("T")
PER_WORDS: Final = (
    "application",
    "registration",
    "request",
    "new application",
    "class",
    "first class",
    "second class",
    "third and further class",
    "further class",
    "designation",
)
PER_BEYOND: Final = re.compile(
    r"(class|item|started thousand characters) beyond ([1-9][0-9]{0,2}(?:,?[0-9]{3})?)", re.ASCII
)
PER_ALLOWED: Final = ", ".join(
    (*PER_WORDS, "class beyond 3", "item beyond 10", "started thousand characters beyond 1,000")
)
_FOLDER: Final = FOLDER / "offices"


@attrs.frozen(slots=True, kw_only=True)
class OfficeRequirement:
    """What an office asks of a filing or of the owner, in words; not of those domiciled in the ``exempt`` countries."""

    id: str
    text: str
    answer: str | None = None
    exempt: frozenset[str] = frozenset()


@attrs.frozen(slots=True, kw_only=True)
class Term:
    """A period that ``event`` sets off, and the act that must be done in it.

    The act is possible from ``opens`` after the event (at once, if ``None``) to ``length`` after it; ``extensions`` of
    ``extension`` each may be asked for, each counted from the day the one before ends; ``grace`` follows the last day,
    against ``grace_fee``. ``repeats`` says that the same term runs again each such span. ``bases`` is empty where it
    holds for every filing basis, ``register`` where it holds for every register.

    Where the law counts extended periods from the event itself, or they differ in length, ``extended`` holds them
    whole, shortest first, in place of ``extensions``. An event of ``done_by`` fulfils the term, one of ``extended_by``
    takes its next extension, one of ``extended_twice_by`` the next two at once. ``moves`` is false where the last day
    is none for an act at the office, so that it stays where it is on a day off. ``counting`` stands in place of the
    rule of the office for ``length`` (``None``: the rule of the office).
    """

    id: str
    act: str
    event: str
    length: Span
    opens: Span | None = None
    bases: frozenset[str] = frozenset()
    extensions: int = 0
    extension: Span | None = None
    grace: Span | None = None
    repeats: Span | None = None
    fee: str | None = None
    extension_fee: str | None = None
    grace_fee: str | None = None
    optional: bool = False
    missed: str | None = None
    extended: tuple[Span, ...] = ()
    done_by: frozenset[str] = frozenset()
    extended_by: frozenset[str] = frozenset()
    extended_twice_by: frozenset[str] = frozenset()
    register: str | None = None
    moves: bool = True
    counting: CountingRule | None = None


def _a_per(_self: object, _attribute: object, value: str) -> None:
    if not isinstance(value, str) or not (value in PER_WORDS or PER_BEYOND.fullmatch(value)):
        raise InputError("not what a fee is due for", field="per", value=value, allowed=PER_ALLOWED)


@attrs.frozen(slots=True, kw_only=True)
class Fee:
    """A fee of an office: ``amount``, or a ``share`` of what is paid for the act ``of``, for each ``per``.

    ``act`` is what it is paid for, ``variant`` the way of filing that it belongs to (``None``: the usual one).
    """

    id: str
    title: str
    per: str = attrs.field(validator=_a_per)
    act: str
    amount: Money | None = None
    share: Rate | None = None
    of: str | None = None
    variant: str | None = None

    def __attrs_post_init__(self) -> None:
        if (self.amount is None) is (self.share is None):
            raise InputError("a fee has an amount or a share, and not both", field="amount", value=self.id)
        if (self.share is None) is not (self.of is None):
            raise InputError("a share is a part of an act", field="of", value=self.of, allowed="share and of together")


@attrs.frozen(slots=True, kw_only=True)
class Office:
    """One office. ``requirements``, ``terms`` and ``fees`` are timelines by id; a term's days are days of its event.

    >>> office("US").fee("application", date(2025, 6, 2)).value.amount
    Money('350.00', 'USD')
    """

    code: str
    name: str
    territory: tuple[str, ...]
    currency: str
    counting: CountingRule
    calendar: Calendar
    requirements: Mapping[str, Timeline[OfficeRequirement]]
    terms: Mapping[str, Timeline[Term]]
    fees: Mapping[str, Timeline[Fee]]

    def fee(self, ident: str, on: date, *, known_on: date | None = None) -> Period[Fee]:
        """A fee on a day. Raises :class:`GapError` where there is none of that name, ``NoPeriod`` for the day."""
        return self._found(self.fees, ident, "fee").on(on, known_on)

    def term(self, ident: str, on: date, *, known_on: date | None = None) -> Period[Term]:
        """A term by the day of its event. Raises as :meth:`fee`."""
        return self._found(self.terms, ident, "term").on(on, known_on)

    def deadline(self, ident: str, day: date) -> Deadline:
        """The period of a term from the day of its event, without extensions and grace. Raises as :meth:`fee`.

        >>> office("US").deadline("priority", date(2026, 5, 14)).last_day
        datetime.date(2026, 11, 16)
        """
        term = self.term(ident, day).value
        rule = term.counting or self.counting
        return Deadline(day, term.length, rule=rule if term.moves else staying(rule), calendar=self.calendar)

    def requirement(self, ident: str, on: date, *, known_on: date | None = None) -> Period[OfficeRequirement]:
        """A requirement on a day. Raises as :meth:`fee`."""
        return self._found(self.requirements, ident, "requirement").on(on, known_on)

    def _found(self, among: Mapping[str, Timeline[T]], ident: str, what: str) -> Timeline[T]:
        try:
            return among[ident]
        except KeyError:
            raise GapError(
                f"no such {what} in the data of {self.name}", field=what, value=ident, allowed=", ".join(among)
            ) from None


_CODES: Final = "the EUIPO is EM, the United Kingdom GB, WIPO WO; read_office reads a file of your own"


def staying(rule: CountingRule) -> CountingRule:
    """The same rule where the last day stays on a day off."""
    return attrs.evolve(rule, end="stays", least_working_days=0)


@cache
def offices() -> tuple[str, ...]:
    """The codes of all offices there is data for."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.toml")))


def office(code: str) -> Office:
    """The office of that code, e.g. ``US``, ``EM`` (EUIPO), ``WO`` (WIPO). Raises :class:`InputError` naming all."""
    if not isinstance(code, str) or code not in offices():
        raise InputError(
            "no data of that office", field="office", value=code, allowed=", ".join(offices()), cure=_CODES
        )
    return _bundled(code)


@cache
def _bundled(code: str) -> Office:
    return read_office(_FOLDER / f"{code}.toml")


def read_office(path: Path) -> Office:
    """An office from a file of one's own, of the same shape. Raises :class:`DataFileError` naming file and key."""
    content, name = read_toml(path), path.name
    for word in _TEXTS:
        if word not in content:
            raise DataFileError("a word is missing", field=name, value=word)
        if not isinstance(content[word], str):
            raise DataFileError("not a text", field=f"{name}: {word}", value=content[word])
    territory, listed = content.get("territory"), content.get("source", {})
    if not isinstance(territory, list) or not all(isinstance(each, str) for each in territory):
        raise DataFileError("not a list of countries", field=f"{name}: territory", value=territory)
    if not isinstance(listed, dict) or not all(isinstance(each, dict) for each in listed.values()):
        raise DataFileError("sources are tables", field=f"{name}: source", cure="[source.id]")
    sources, calendar = Sources(listed, name=name), content["calendar"]
    try:
        place = Office(
            code=content["office"],
            name=content["name"],
            territory=tuple(territory),
            currency=content["currency"],
            counting=counting_rule(content["counting"]),
            calendar=Calendar(calendar) if len(calendar) == 2 else Calendar.of_office(calendar),
            requirements=_rows(content, "requirement", OfficeRequirement, _requirement, sources),
            terms=_rows(content, "term", Term, _term, sources),
            fees=_rows(content, "fee", Fee, _fee, sources),
        )
    except (InputError, GapError) as problem:
        raise DataFileError(str(problem), field=name) from problem
    fees = [row.value for rows in place.fees.values() for row in rows]
    whole = {fee.act for fee in fees} - {fee.act for fee in fees if fee.share is not None}
    for fee in fees:
        if fee.of is not None and fee.of not in whole:
            allowed = ", ".join(sorted(whole))
            raise DataFileError("a share of no fee", field=f"{name}: fee.{fee.id}", value=fee.of, allowed=allowed)
    return place


def _rows(
    content: Mapping[str, Any], kind: str, shape: type[T], make: Callable[[dict[str, Any]], T], sources: Sources
) -> Mapping[str, Timeline[T]]:
    rows = content.get(kind, [])
    fields = attrs.fields(shape)  # type: ignore[arg-type]
    words = {field.name for field in fields} | _DATED
    texts = {field.name for field in fields if field.type in ("str", "str | None")}
    needed = {field.name for field in fields if field.default is attrs.NOTHING} | {"from", "source"}
    if shape is Fee:
        needed.discard("act")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise DataFileError(f"not a list of {kind}s", field=f"{sources.name}: {kind}", cure=f"[[{kind}]]")
    for row in rows:
        ident = row.get("id")
        key = f"{kind}.{ident}"
        if not isinstance(ident, str) or not ident:
            raise DataFileError(f"a {kind} without an id", field=f"{sources.name}: {kind}", value=ident)
        for word in row.keys() - words:
            allowed = ", ".join(sorted(words))
            raise DataFileError(f"not a word of a {kind}", field=f"{sources.name}: {key}", value=word, allowed=allowed)
        for word in sorted(needed - row.keys()):
            raise DataFileError(f"a {kind} lacks a word", field=f"{sources.name}: {key}", value=word)
        for word in sorted(texts & row.keys()):
            if not isinstance(row[word], str):
                raise DataFileError("not a text", field=f"{sources.name}: {key}.{word}", value=row[word])
    return timelines(rows, kind, lambda row: make({word: row[word] for word in row if word not in _DATED}), sources)


_TEXTS: Final = ("office", "name", "currency", "counting", "calendar")
_DATED: Final = frozenset(("from", "to", "source", "status", "confidence", "published", "recorded", "replaces", "note"))


def _requirement(row: dict[str, Any]) -> OfficeRequirement:
    return OfficeRequirement(**{**row, "exempt": frozenset(row.get("exempt", ()))})


def _term(row: dict[str, Any]) -> Term:
    words: dict[str, Any] = dict(row)
    for word in ("length", "opens", "extension", "grace", "repeats"):
        if word in row:
            words[word] = Span.parse(row[word])
    words["extended"] = tuple(Span.parse(each) for each in row.get("extended", ()))
    for word in ("bases", "done_by", "extended_by", "extended_twice_by"):
        words[word] = frozenset(row.get(word, ()))
    if "counting" in row:
        words["counting"] = counting_rule(row["counting"])
    return Term(**words)


def _fee(row: dict[str, Any]) -> Fee:
    words: dict[str, Any] = {"act": row["id"], **row}
    if "amount" in row:
        words["amount"] = Money.from_text(row["amount"])
    if "share" in row:
        words["share"] = Rate(row["share"])
    return Fee(**words)
