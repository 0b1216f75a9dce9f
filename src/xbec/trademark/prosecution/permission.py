"""May this be done to the file now? Assign it, allege use, divide it, transform it, revive it.

Each question answers yes, no or unknown, with every requirement it tested, the law and the cure. The words of the rules
are ``data/trademark/rules/permission.toml``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from typing import Any, Final, Literal

import attrs

from xbec.errors import InputError
from xbec.kernel.citation import plain_day
from xbec.kernel.finding import Finding
from xbec.kernel.rulebook import Requirement, RuleBook, Seen, defective, present, unknown
from xbec.kernel.timeline import Timeline
from xbec.trademark.dated_rows import RULES, dated_rows
from xbec.trademark.notice import NOT_LEGAL_ADVICE
from xbec.trademark.office_data import office
from xbec.trademark.prosecution.deadlines import deadlines
from xbec.trademark.prosecution.lifecycle import LIFECYCLE, REGISTERED, Prosecution, Status, state_of

_FILE: Final = RULES / "permission.toml"
_ALLEGATIONS: Final = ("amendment to allege use", "statement of use")
_ABANDONED: Final = ("abandoned", "abandoned after allowance", "abandoned after use stated")
_REVIVAL_TERMS: Final = ("petition-to-revive", "petition-to-revive-on-knowledge", "petition-to-revive-at-latest")


@attrs.frozen(slots=True, kw_only=True)
class _Proposal:
    """What somebody wants to do to a file. ``None``: not said."""

    act: str
    prosecution: Prosecution
    status: Status
    successor: bool | None = None
    ongoing: bool | None = None
    goodwill: bool | None = None
    all_goods: bool | None = None
    ceased: date | None = None
    begun: date | None = None

    @property
    def bases(self) -> tuple[str, ...]:
        return self.prosecution.application.bases

    def day_of(self, kind: str, on: date) -> date | None:
        """The last such event up to a day."""
        return max((e.day for e in self.prosecution.history if e.kind == kind and e.day <= on), default=None)


@attrs.frozen(slots=True)
class Ruling:
    """Yes, no or unknown, and why. True in a condition only when it is yes.

    ``requirements`` are all that were tested; ``reason`` tells those that stand against it, ``findings`` what to do.
    ``must_file`` is what the request has to hold, where it is possible and our data lists it.
    """

    answer: Literal["yes", "no", "unknown"]
    requirements: tuple[Requirement, ...]
    must_file: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self.answer == "yes"

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What stands against it, gravest first."""
        return tuple(sorted(finding for each in self.requirements if (finding := each.finding) is not None))

    @property
    def reason(self) -> str:
        """Why not, or what was met."""
        against = [each for each in self.requirements if each.state != "present"]
        return "; ".join(str(each) for each in against or self.requirements)

    def __str__(self) -> str:
        lines = [f"{self.answer}: {self.reason}", *(f"  to file: {each}" for each in self.must_file)]
        return "\n".join([*lines, NOT_LEGAL_ADVICE])

    def to_dict(self) -> dict[str, Any]:
        """Plain values, fit for JSON."""
        return {
            "answer": self.answer,
            "requirements": [each.to_dict() for each in self.requirements],
            "findings": [each.to_dict() for each in self.findings],
            "must_file": list(self.must_file),
            "notice": NOT_LEGAL_ADVICE,
        }


def can_assign(
    prosecution: Prosecution,
    *,
    on: date,
    to_successor: bool | None = None,
    business_ongoing: bool | None = None,
    goodwill: bool | None = True,
) -> Ruling:
    """May the application or registration be assigned? 15 U.S.C. 1060(a)(1).

    ``to_successor``: the buyer succeeds to the applicant's business, or the part to which the mark pertains;
    ``business_ongoing``: that business is ongoing and existing. Both matter only for 1(b) before an allegation of use.
    """
    facts = {"successor": to_successor, "ongoing": business_ongoing, "goodwill": goodwill}
    return _ruling("assign", prosecution, on, **facts)


def can_allege_use(prosecution: Prosecution, *, on: date, on_all_goods: bool | None = True) -> Ruling:
    """May an amendment to allege use or a statement of use be filed? Not in the blackout period between the two."""
    return _ruling("allege use", prosecution, on, all_goods=on_all_goods)


def can_divide(prosecution: Prosecution, *, on: date) -> Ruling:
    """May the application be divided? 37 CFR 2.87(c). In an opposition the Board decides on motion.

    The new application keeps the filing date and every time limit that runs; the fee is ``divide`` of each new
    application, and the application fee as well for each that takes only some of the goods of a class.
    """
    return _ruling("divide", prosecution, on)


def can_transform(prosecution: Prosecution, *, on: date) -> Ruling:
    """May the extension of protection become an application under section 1 or 44? 37 CFR 7.31.

    The new application keeps filing date and priority of the extension and is examined as a new one; by when the
    request is due stands in the docket (``transformation``).
    """
    ruling = _ruling("transform", prosecution, on)
    return attrs.evolve(ruling, must_file=_needs()["transformation"].on(on).value) if ruling else ruling


def can_revive(prosecution: Prosecution, *, on: date) -> Ruling:
    """May a petition to revive be filed? 37 CFR 2.66; not once the time for a statement of use is used up."""
    return _ruling("revive", prosecution, on)


def can_rely_on_basic_mark(
    prosecution: Prosecution, *, on: date, ceased: date | None = None, proceedings_begun: date | None = None
) -> Ruling:
    """Does the international registration stand although its basic mark ceased? Madrid Protocol Art. 6(3).

    ``ceased`` is the day the basic application or registration lost its effect (``None``: as recorded, ``basic mark
    ceased``), ``proceedings_begun`` the day on which the proceedings that ended it began: what began within the five
    years counts, however late it ended. Raises :class:`InputError` for proceedings that began after they ended.
    """
    if ceased is not None and proceedings_begun is not None and proceedings_begun > ceased:
        raise InputError(
            "proceedings began after they ended",
            field="proceedings_begun",
            value=proceedings_begun.isoformat(),
            allowed=f"until {ceased.isoformat()}",
        )
    return _ruling("rely on the basic mark", prosecution, on, ceased=ceased, begun=proceedings_begun)


def _ruling(act: str, prosecution: Prosecution, on: date, **facts: Any) -> Ruling:
    plain_day(on, field="on")
    proposal = _Proposal(act=act, prosecution=prosecution, status=state_of(prosecution, on=on), **facts)
    requirements = _book().apply(proposal, on)
    states = {each.state for each in requirements}
    if states & {"missing", "defective"}:
        return Ruling("no", requirements)
    return Ruling("unknown" if "unknown" in states else "yes", requirements)


def _itu_assignment(it: _Proposal, on: date) -> Iterator[Seen]:
    if it.act != "assign" or "1(b)" not in it.bases:
        return
    # The law binds the application; a registration issues only after the allegation, recorded here or not.
    if it.status.state in REGISTERED or any(event.kind in _ALLEGATIONS for event, _ in it.status.steps):
        yield present()
    elif it.successor is False or it.ongoing is False:
        why = "the buyer does not take over the business" if it.successor is False else "no such business is ongoing"
        yield defective(bases=", ".join(it.bases), why=why)
    elif it.successor is None or it.ongoing is None:
        yield unknown(bases=", ".join(it.bases))
    else:
        yield present()


def _goodwill(it: _Proposal, on: date) -> Iterator[Seen]:
    if it.act == "assign":
        yield unknown() if it.goodwill is None else present() if it.goodwill else defective()


def _allegation_basis(it: _Proposal, on: date) -> Iterator[Seen]:
    if it.act == "allege use" and it.bases:
        yield present() if "1(b)" in it.bases else defective()


def _blackout(it: _Proposal, on: date) -> Iterator[Seen]:
    if it.act != "allege use":
        return
    state = it.status.state
    if any(kind in LIFECYCLE.allowed(state) for kind in _ALLEGATIONS):
        yield present()
    elif state in ("approved", "published", "opposed"):
        yield defective(state=state, why="the blackout period runs")
    else:
        yield defective(state=state, why="no allegation of use is possible then")


def _statement_in_time(it: _Proposal, on: date) -> Iterator[Seen]:
    if it.act != "allege use" or it.status.state != "allowed":
        return
    for due in deadlines(it.prosecution, on=on).of("statement-of-use")[-1:]:
        yield present() if on <= due.last_day else defective(last_day=due.last_day)


def _all_goods(it: _Proposal, on: date) -> Iterator[Seen]:
    if it.act == "allege use" and "1(b)" in it.bases:
        yield unknown() if it.all_goods is None else present() if it.all_goods else defective()


def _divide_time(it: _Proposal, on: date) -> Iterator[Seen]:
    if it.act == "divide":
        possible = "divided" in LIFECYCLE.allowed(it.status.state) and it.status.state != "registered"
        yield present() if possible else defective(state=it.status.state)


def _divide_bases(it: _Proposal, on: date) -> Iterator[Seen]:
    if it.act == "divide" and it.status.state == "allowed":
        yield present() if len(it.bases) > 1 else defective(bases=", ".join(it.bases) or "no basis")


def _transformation_cause(it: _Proposal, on: date) -> Iterator[Seen]:
    if it.act != "transform":
        return
    if it.day_of("cancelled under article 6(4)", on) is not None:
        yield present()
    elif it.day_of("international registration lapsed", on) is not None:
        yield defective(why="the international registration lapsed: it was not renewed, or the holder gave it up")
    else:
        registration = it.prosecution.application.international_registration
        ended = registration is not None and registration.cancelled is not None
        yield unknown() if ended else defective(why="the international registration has not been cancelled")


def _transformation_time(it: _Proposal, on: date) -> Iterator[Seen]:
    cancelled = it.day_of("cancelled under article 6(4)", on)
    if it.act == "transform" and cancelled is not None:
        last_day = office("US").deadline("transformation", cancelled).last_day
        yield present() if on <= last_day else defective(last_day=last_day)


def _revival_abandoned(it: _Proposal, on: date) -> Iterator[Seen]:
    if it.act == "revive":
        yield present() if it.status.state in _ABANDONED else defective(state=it.status.state)


def _revival_time(it: _Proposal, on: date) -> Iterator[Seen]:
    if it.act != "revive" or it.status.state not in _ABANDONED:
        return
    docket = deadlines(it.prosecution, on=on)
    by_term = {ident: docket.of(ident)[-1] for ident in _REVIVAL_TERMS if docket.of(ident)}
    notice, known, latest = (by_term.get(ident) for ident in _REVIVAL_TERMS)
    if notice is not None:
        last_day = notice.last_day
    elif known is not None and latest is not None:
        last_day = min(known.last_day, latest.last_day)
    elif latest is not None and on > latest.last_day:
        last_day = latest.last_day
    else:
        yield unknown()
        return
    yield present() if on <= last_day else defective(last_day=last_day)


def _revival_cap(it: _Proposal, on: date) -> Iterator[Seen]:
    allowed = it.day_of("allowed", on)
    if it.act != "revive" or it.status.state != "abandoned after allowance" or allowed is None:
        return
    term = office("US").term("statement-of-use", allowed).value
    end = office("US").deadline("statement-of-use", allowed)
    for _ in range(term.extensions if term.extension is not None else 0):
        end = attrs.evolve(end, start=end.unmoved, period=term.extension)
    yield present() if on <= end.last_day else defective(last_day=end.last_day)


def _dependency(it: _Proposal, on: date) -> Iterator[Seen]:
    registration = it.prosecution.application.international_registration
    registered = it.day_of("international registration", on)
    if it.act != "rely on the basic mark":
        return
    if registered is None:
        yield unknown()
        return
    end = office("WO").deadline("dependency", registered).unmoved
    where = "" if registration is None else registration.number or ""
    ceased = it.ceased or it.day_of("basic mark ceased", on)
    if ceased is not None and ceased <= end:
        yield defective(where, why=f"the basic mark ceased on {ceased.isoformat()}", last_day=end)
    elif it.begun is not None and it.begun <= end:
        yield defective(where, why=f"the proceedings that ended it began on {it.begun.isoformat()}", last_day=end)
    else:
        yield present(where)


CONDITIONS: Final = {
    "us-itu-assignment": _itu_assignment,
    "us-assignment-goodwill": _goodwill,
    "us-allegation-basis": _allegation_basis,
    "us-blackout": _blackout,
    "us-statement-of-use-time": _statement_in_time,
    "us-allegation-all-goods": _all_goods,
    "us-divide-time": _divide_time,
    "us-divide-several-bases": _divide_bases,
    "us-transformation-cause": _transformation_cause,
    "us-transformation-time": _transformation_time,
    "us-revival-abandoned": _revival_abandoned,
    "us-revival-time": _revival_time,
    "us-revival-cap": _revival_cap,
    "madrid-dependency": _dependency,
}


@cache
def _needs() -> Mapping[str, Timeline[tuple[str, ...]]]:
    return dated_rows(_FILE, "needs", lambda row: tuple(row["texts"]))


@cache
def _book() -> RuleBook[_Proposal]:
    return RuleBook.read(_FILE, CONDITIONS)
