"""May the basis of an application be changed, until when, at what price, and what is to be filed.

37 CFR 2.35; TMEP 806.03-806.04. The rules are rows of ``data/trademark/rules/us-amendment.toml``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from functools import cache
from typing import Any, Final, Literal, get_args

import attrs

from xbec.errors import GapError, InputError
from xbec.kernel.citation import Citation, plain_day
from xbec.kernel.timeline import Confidence, NoPeriod, Period, Timeline
from xbec.trademark.application import BASES, Application, Item
from xbec.trademark.dated_rows import RULES, dated_rows
from xbec.trademark.examination.combination import may_combine
from xbec.trademark.examination.figures import named
from xbec.trademark.examination.section44 import has_priority, priority_deadline
from xbec.trademark.notice import NOT_LEGAL_ADVICE

Permission = Literal["yes", "on petition", "by the Board", "no"]
"""From the freest to the strictest; that of an amendment is the strictest of its acts."""
Stage = Literal["before approval", "after approval", "after publication", "after allowance"]
_FILE: Final = RULES / "us-amendment.toml"


@attrs.frozen(slots=True)
class Ground:
    """One reason for the answer, and the law behind it (``None``: it follows from the others)."""

    why: str
    citation: Citation | None = None
    confidence: Confidence = "high"

    def __str__(self) -> str:
        return self.why if self.citation is None else f"{self.why} [{self.citation}]"


@attrs.frozen(slots=True, kw_only=True)
class BasisAmendment:
    """The answer on a change of bases.

    ``republication``: the mark is published again for opposition. ``filing_date_kept``: a continuing valid basis is
    presumed (37 CFR 2.35(b)(3)). ``priority_kept``: the priority of 44(d), ``None`` where none is claimed or a day is
    not known. ``goods_deleted`` rest on a deleted basis alone and go with it. ``application`` is the application as it
    would then stand, ``None`` where the answer is no.
    """

    allowed: Permission
    grounds: tuple[Ground, ...]
    republication: bool
    filing_date_kept: bool
    priority_kept: bool | None
    must_file: tuple[str, ...]
    goods_deleted: tuple[str, ...]
    application: Application | None
    notice: str = NOT_LEGAL_ADVICE

    @property
    def reason(self) -> str:
        """The reasons as one sentence."""
        return "; ".join(dict.fromkeys(ground.why for ground in self.grounds))

    def __str__(self) -> str:
        lines = [f"{self.allowed}: {self.reason}"]
        lines += [f"  to file: {each}" for each in self.must_file]
        lines += [f"  deleted with its basis: {each}" for each in self.goods_deleted]
        return "\n".join([*lines, self.notice])


def stage_of(app: Application, *, on: date) -> Stage:
    """How far the file has come on a day, by the days of the application."""
    steps: tuple[tuple[Stage, date | None], ...] = (
        ("after allowance", app.allowed),
        ("after publication", app.published),
        ("after approval", app.approved),
    )
    return next((stage for stage, day in steps if day is not None and day <= on), "before approval")


def amend_basis(
    app: Application,
    *,
    on: date,
    delete: Collection[str] = (),
    add: Collection[str] = (),
    items: Collection[str] | None = None,
    stage: Stage | None = None,
    inter_partes: bool = False,
    statement_of_use: bool = False,
    divided: bool = False,
) -> BasisAmendment:
    """May bases be deleted and added on a day, for all goods or for the items with these texts?

    ``stage`` is that of the file by its days, unless stated. ``inter_partes``: it is the subject of a proceeding before
    the Board. ``statement_of_use``: one is filed with the petition; ``divided``: the goods concerned are divided out.

    >>> from xbec.trademark.application import Applicant, Application, Item, Mark
    >>> shirts = Item(nice_class=25, text="Shirts", bases={"1(a)"})
    >>> application = Application(applicants=[Applicant(name="Meridian Goods LLC")], mark=Mark(), items=[shirts])
    >>> answer = amend_basis(application, on=date(2026, 3, 2), delete=["1(a)"], add=["1(b)"])
    >>> answer.allowed, answer.filing_date_kept, answer.application.bases
    ('yes', True, ('1(b)',))

    Raises :class:`InputError` for an unknown basis, item or stage, for a basis that is not there or there already,
    ``NoPeriod`` for a day before the data.
    """
    plain_day(on, field="on")
    chosen = _chosen(app, items)
    _check(chosen, delete, add, stage)
    after = [_after(item, delete, add) if item in chosen else item for item in app.items]
    facts = _facts(app, on, delete, add, inter_partes, statement_of_use, divided)
    reached = stage_of(app, on=on) if stage is None else stage
    acts = [("delete", basis) for basis in _in_order(delete)] + [("add", basis) for basis in _in_order(add)]
    rows = [_row(act, basis, app, chosen, reached, facts, on) for act, basis in acts]
    grounds = [Ground(row.value.reason, row.citation, row.confidence) for row in rows]
    answers: list[Permission] = [row.value.answer for row in rows]
    for problem in _contradictions(after, on):
        grounds.append(problem)
        answers.append("no")
    allowed = max(answers, key=get_args(Permission).index)
    if allowed == "no":
        grounds = [ground for ground, answer in zip(grounds, answers, strict=True) if answer == "no"]
    left = tuple(item for item in after if item.bases)
    return BasisAmendment(
        allowed=allowed,
        grounds=tuple(dict.fromkeys(grounds)),
        republication=allowed != "no" and any(row.value.republication for row in rows),
        filing_date_kept=allowed != "no",
        priority_kept=_priority(app, on, add),
        must_file=() if allowed == "no" else _must_file(acts, rows, on),
        goods_deleted=() if allowed == "no" else tuple(sorted(named(item) for item in after if not item.bases)),
        application=None if allowed == "no" else attrs.evolve(app, items=left),
    )


def _in_order(bases: Collection[str]) -> list[str]:
    return sorted(set(bases), key=BASES.index)


def _chosen(app: Application, texts: Collection[str] | None) -> tuple[Item, ...]:
    if texts is None:
        return app.items
    for text in set(texts) - {item.text for item in app.items}:
        raise InputError(
            "no such item", field="items", value=text, allowed=", ".join(item.text for item in app.items) or "no item"
        )
    return tuple(item for item in app.items if item.text in texts)


def _check(chosen: tuple[Item, ...], delete: Collection[str], add: Collection[str], stage: str | None) -> None:
    if not delete and not add:
        raise InputError("nothing to change", field="add", allowed="a basis to add or to delete")
    if stage is not None and stage not in get_args(Stage):
        raise InputError("not a stage", field="stage", value=stage, allowed=", ".join(get_args(Stage)))
    for field, bases in (("delete", delete), ("add", add)):
        for basis in bases:
            if isinstance(bases, str) or basis not in BASES:
                raise InputError("not a filing basis", field=field, value=basis, allowed=", ".join(BASES))
    for basis in delete:
        if basis in add or not any(basis in item.bases for item in chosen):
            raise InputError("not a basis of these goods, or added as well", field="delete", value=basis)
    for basis in add:
        if all(basis in item.bases for item in chosen):
            raise InputError("a basis of these goods already", field="add", value=basis)


def _after(item: Item, delete: Collection[str], add: Collection[str]) -> Item:
    return attrs.evolve(item, bases=(item.bases - set(delete)) | set(add))


def _facts(
    app: Application,
    on: date,
    delete: Collection[str],
    add: Collection[str],
    inter_partes: bool,
    statement_of_use: bool,
    divided: bool,
) -> frozenset[str]:
    true = {
        "inter partes": inter_partes,
        "priority late": "44(d)" in add and _in_time(app, on) is False,
        "1(b) kept": "1(b)" not in delete,
        "no statement of use": not statement_of_use,
        "not divided": not divided,
    }
    return frozenset(fact for fact, holds in true.items() if holds)


def _in_time(app: Application, on: date) -> bool | None:
    """Can priority of one of the foreign applications still be claimed? ``None``: no filing day is known."""
    filed = [foreign.filed for foreign in app.foreign_applications if foreign.filed is not None]
    return any(day <= on <= _last_day(day) for day in filed) if filed else None


def _last_day(filed: date) -> date:
    try:
        return priority_deadline(filed).last_day
    except (GapError, InputError):
        return filed  # older than the data or the calendar, so long past


def _priority(app: Application, on: date, add: Collection[str]) -> bool | None:
    if "44(d)" in add:
        return _in_time(app, on)
    if "44(d)" not in app.bases:
        return None
    # Deleting "44" leaves the priority claim in the file unless the applicant says otherwise (TMEP 806.04(b)).
    kept = [has_priority(app, foreign) for foreign in app.foreign_applications]
    return True if True in kept else None if None in kept or not kept else False


def _contradictions(after: list[Item], on: date) -> Iterator[Ground]:
    left = [item for item in after if item.bases]
    if not left:
        yield Ground("no goods would be left; that is an abandonment of the application")
    for item in left:
        if not (answer := may_combine(item.bases & set(BASES), same_goods=True, on=on)):
            yield Ground(f"{named(item)}: {answer.reason}")


def _must_file(acts: list[tuple[str, str]], rows: list[Period[_Rule]], on: date) -> tuple[str, ...]:
    found: list[str] = []
    for (act, basis), row in zip(acts, rows, strict=True):
        found += row.value.must_file
        if act == "add":
            found += _needs()["list"].on(on).value
            found += () if row.value.complete else _needs()[basis].on(on).value
    return tuple(dict.fromkeys(found))


# --- rows ---


@attrs.frozen(slots=True, kw_only=True)
class _Rule:
    answer: Permission
    reason: str
    act: str | None = None
    bases: frozenset[str] | None = None
    held: frozenset[str] | None = None
    application_held: frozenset[str] | None = None
    stages: frozenset[str] | None = None
    facts: frozenset[str] = frozenset()
    must_file: tuple[str, ...] = ()
    republication: bool = False
    complete: bool = False

    def fits(
        self, act: str, basis: str, app: Application, chosen: tuple[Item, ...], stage: str, facts: frozenset[str]
    ) -> bool:
        rests_on = {held for item in chosen for held in item.bases}
        return (
            self.act in (None, act)
            and (self.bases is None or basis in self.bases)
            and (self.held is None or not self.held.isdisjoint(rests_on))
            and (self.application_held is None or not self.application_held.isdisjoint(app.bases))
            and (self.stages is None or stage in self.stages)
            and self.facts <= facts
        )


def _row(
    act: str,
    basis: str,
    app: Application,
    chosen: tuple[Item, ...],
    stage: str,
    facts: frozenset[str],
    on: date,
) -> Period[_Rule]:
    for rows in _rules().values():
        try:
            row = rows.on(on)
        except NoPeriod:
            continue
        if row.value.fits(act, basis, app, chosen, stage, facts):
            return row
    first = min(rows[0].start for rows in _rules().values())
    raise NoPeriod("no rule on amending the basis on that day", day=on, first=first)


@cache
def _rules() -> Mapping[str, Timeline[_Rule]]:
    return dated_rows(_FILE, "amendment", _make)


@cache
def _needs() -> Mapping[str, Timeline[tuple[str, ...]]]:
    return dated_rows(_FILE, "needs", lambda row: tuple(row["texts"]))


def _make(row: dict[str, Any]) -> _Rule:
    sets = {
        word: frozenset(row[word]) for word in ("bases", "held", "application_held", "stages", "facts") if word in row
    }
    if row["answer"] not in get_args(Permission):
        raise InputError("not an answer", field="answer", value=row["answer"], allowed=", ".join(get_args(Permission)))
    return _Rule(
        answer=row["answer"],
        reason=row["reason"],
        act=row.get("act"),
        must_file=tuple(row.get("must_file", ())),
        republication=row.get("republication", False),
        complete=row.get("complete", False),
        **sets,
    )
