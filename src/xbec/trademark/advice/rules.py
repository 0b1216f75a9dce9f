"""Conditions of the advisor's rules: is what was told consistent, and is a way to file open to this seller?

The words are ``data/trademark/advice/ways.toml``; the reasons said for and against a way are
:mod:`xbec.trademark.advice.points`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Final

from xbec.kernel.rulebook import Seen, defective, later, missing, present, unknown
from xbec.trademark.advice.situation import HERE, Plan, Situation, is_nice_class
from xbec.trademark.brands.programmes import brand_programmes
from xbec.trademark.treaties import states_of, treaty_standing

_INTENDED: Final = ("1(b)", "44(d)", "44(e)", "66(a)")


# --- what was told ---


def _input_classes(told: Situation, on: date) -> Iterator[Seen]:
    if not told.classes:
        yield missing("classes")
    for nice_class in sorted(told.classes, key=repr):
        where = f"class {nice_class}"
        yield present(where) if is_nice_class(nice_class, on) else defective(where, nice_class=nice_class)


def _input_days(told: Situation, on: date) -> Iterator[Seen]:
    for mark in told.marks:
        for event, day in (("filed", mark.filed), ("registered", mark.registered)):
            if day is not None:
                seen = defective if day > on else present
                yield seen(str(mark), mark=mark, event=event, day=day.isoformat())


def _input_use(told: Situation, on: date) -> Iterator[Seen]:
    begun = told.first_sale is not None and told.first_sale <= on
    for nice_class in sorted(told.classes_in_use or (), key=repr):
        where = f"class {nice_class}"
        if nice_class not in told.classes:
            yield defective(where, nice_class=nice_class, problem="in use, but not among the classes to be filed")
        elif not begun:
            yield defective(where, nice_class=nice_class, problem="in use, but no first sale has taken place")
        else:
            yield present(where)


def _input_applicant(told: Situation, _on: date) -> Iterator[Seen]:
    name = told.applicant.name
    yield present(name) if told.applicant.domicile is not None else unknown(name, name=name)


def _input_programmes(told: Situation, _on: date) -> Iterator[Seen]:
    for ident in told.programmes:
        known = ident in brand_programmes()
        yield present(ident) if known else defective(ident, programme=ident, allowed=", ".join(brand_programmes()))


def _input_filed(told: Situation, on: date) -> Iterator[Seen]:
    for mark in told.marks:
        if mark.office == HERE and mark.state_on(on) in ("pending", "registered"):
            yield defective(str(mark), mark=mark)


INPUT: Final[Mapping[str, Callable[[Situation, date], Iterable[Seen]]]] = {
    "advise-input-classes": _input_classes,
    "advise-input-days": _input_days,
    "advise-input-use": _input_use,
    "advise-input-applicant": _input_applicant,
    "advise-input-programmes": _input_programmes,
    "advise-input-filed": _input_filed,
}


# --- is a way open? ---


def _use(plan: Plan, on: date) -> Iterator[Seen]:
    sale = plan.situation.first_sale
    for nice_class in plan.classes_under("1(a)"):
        where = f"class {nice_class}"
        if nice_class in plan.in_use:
            yield present(where)
        elif sale is not None and sale > on:
            yield defective(where, day=sale.isoformat(), days=(sale - on).days)
        else:
            yield missing(where)


def _specimen(plan: Plan, _on: date) -> Iterator[Seen]:
    at_hand = plan.situation.specimens
    for nice_class in plan.classes_under("1(a)"):
        where = f"class {nice_class}"
        if at_hand is None:
            yield unknown(where)
        else:
            yield present(where) if nice_class in at_hand else missing(where)


def _intention(plan: Plan, _on: date) -> Iterator[Seen]:
    if not any(plan.classes_under(basis) for basis in _INTENDED):
        return
    told = plan.situation
    shown = told.intention is None and told.first_sale is not None
    yield {True: present, False: missing, None: present if shown else unknown}[told.intention]("applicant")


def _claim(plan: Plan, on: date) -> Iterator[Seen]:
    if "44(d)" not in plan.way.bases:
        return
    if not plan.claims:
        yield missing("foreign application")
    elif plan.open_claims:
        for claim in plan.open_claims:
            yield present(f"class {claim.nice_class}")
    else:
        for claim in plan.claims:
            last = claim.deadline.last_day.isoformat()
            yield defective(f"class {claim.nice_class}", mark=claim.mark, day=last)


def _claimed_goods(plan: Plan, _on: date) -> Iterator[Seen]:
    if "44(d)" not in plan.way.bases:
        return
    for claim in plan.open_claims:
        where = f"class {claim.nice_class}"
        if plan.covered(claim.nice_class, (claim.mark,)) == "yes":
            yield present(where)
        else:
            yield unknown(where, nice_class=claim.nice_class, mark=claim.mark)


def _standing(country: str, on: date) -> Seen:
    standing = treaty_standing(country, on=on).standing
    where = f"country {country}"
    return {"party": present, "outside": defective, "unknown": unknown}[standing](where, country=country)


def _claim_treaty(plan: Plan, on: date) -> Iterator[Seen]:
    if "44(d)" not in plan.way.bases:
        return
    yield from (_standing(each, on) for each in sorted({claim.mark.office for claim in plan.open_claims}))
    if plan.situation.applicant.origins - plan.origins:
        # 15 U.S.C. 1126(i): citizens and residents of the United States have the same benefits.
        yield present(f"country {HERE}")
        return
    seen = [_standing(each, on) for each in sorted(plan.origins)]
    yield next((each for each in seen if each.state == "present"), next(iter(seen), unknown("applicant", country="?")))


def _claim_basis(plan: Plan, _on: date) -> Iterator[Seen]:
    if "44(d)" in plan.way.bases:
        yield present("44(d)") if len(plan.way.bases) > 1 else missing("44(d)")


def _registration(plan: Plan, on: date) -> Iterator[Seen]:
    if not plan.classes_under("44(e)"):
        return
    registered = [mark for mark in plan.foreign if mark.state_on(on) == "registered"]
    if registered:
        yield from (present(str(mark)) for mark in registered)
    elif plan.resting_on:
        yield from (later(str(mark), mark=mark) for mark in plan.resting_on)
    else:
        yield missing("foreign registration")


def _origin(plan: Plan, on: date) -> Iterator[Seen]:
    if not plan.classes_under("44(e)"):
        return
    candidates = [mark for mark in plan.foreign if mark.state_on(on) == "registered"] or plan.foreign
    fitting = [mark for mark in candidates if plan.from_origin(mark)]
    if fitting:
        yield from (present(str(mark)) for mark in fitting)
    elif candidates and not plan.situation.applicant.origins:
        yield unknown("applicant")
    else:
        stated = ", ".join(sorted(plan.situation.applicant.origins))
        yield from (defective(str(mark), mark=mark, origins=stated) for mark in candidates)


def _registration_treaty(plan: Plan, on: date) -> Iterator[Seen]:
    if plan.classes_under("44(e)"):
        serving = {each for mark in plan.resting_on for each in states_of(mark.office, on=on) & plan.origins}
        seen = [_standing(each, on) for each in sorted(serving)]
        if seen:
            yield next((each for each in seen if each.state == "present"), seen[0])


def _registered_mark(plan: Plan, _on: date) -> Iterator[Seen]:
    if not plan.classes_under("44(e)"):
        return
    of_origin = [mark for mark in plan.foreign if plan.from_origin(mark)]
    other = [mark for mark in of_origin if not plan.same_mark(mark)]
    if len(other) < len(of_origin):
        yield present("mark")
    else:
        yield from (defective(str(mark), mark=mark, wanted=plan.situation.mark_text, text=mark.text) for mark in other)


def _registered_goods(plan: Plan, _on: date) -> Iterator[Seen]:
    if plan.resting_on:
        for nice_class in plan.classes_under("44(e)"):
            seen = {"yes": present, "no": missing, "unknown": unknown}[plan.covered(nice_class)]
            yield seen(f"class {nice_class}")


def _basic(plan: Plan, _on: date) -> Iterator[Seen]:
    if "66(a)" not in plan.way.bases:
        return
    if plan.basic_marks:
        yield present(str(plan.basic_marks[0]))
    else:
        yield missing("basic mark") if plan.situation.applicant.origins else unknown("applicant")


def _madrid_party(plan: Plan, _on: date) -> Iterator[Seen]:
    if "66(a)" in plan.way.bases:
        party = True if plan.international else plan.situation.madrid_party
        yield {True: present, False: defective, None: unknown}[party]("country of origin")


def _basic_goods(plan: Plan, _on: date) -> Iterator[Seen]:
    if plan.basic_marks:
        for nice_class in plan.classes_under("66(a)"):
            seen = {"yes": present, "no": missing, "unknown": unknown}[plan.covered(nice_class, plan.basic_marks)]
            yield seen(f"class {nice_class}")


def _attorney(plan: Plan, _on: date) -> Iterator[Seen]:
    applicant = plan.situation.applicant
    if plan.is_domestic:
        return
    where = f"applicant {applicant.name}"
    if plan.situation.attorney:
        yield present(where)
    elif applicant.domicile is None:
        yield unknown(where, name=applicant.name)
    else:
        yield missing(where, name=applicant.name, domicile=applicant.domicile)


WAYS: Final[Mapping[str, Callable[[Plan, date], Iterable[Seen]]]] = {
    "advise-1a-use": _use,
    "advise-1a-specimen": _specimen,
    "advise-intention": _intention,
    "advise-44d-claim": _claim,
    "advise-44d-goods": _claimed_goods,
    "advise-44d-treaty": _claim_treaty,
    "advise-44d-basis": _claim_basis,
    "advise-44e-registration": _registration,
    "advise-44e-origin": _origin,
    "advise-44e-treaty": _registration_treaty,
    "advise-44e-mark": _registered_mark,
    "advise-44e-goods": _registered_goods,
    "advise-66a-basic": _basic,
    "advise-66a-party": _madrid_party,
    "advise-66a-goods": _basic_goods,
    "advise-attorney": _attorney,
}
