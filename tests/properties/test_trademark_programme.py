"""What holds of every multi-country programme, whatever the days and the offices."""

from __future__ import annotations

import json
from datetime import date

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from xbec.trademark.abroad.plan import filing_programme
from xbec.trademark.abroad.steps import FilingProgramme, FirstFiling, Target
from xbec.trademark.office_data import office, offices

CODES = tuple(code for code in offices() if code != "WO")
DAYS = st.dates(min_value=date(2020, 1, 1), max_value=date(2034, 12, 31))
FIRSTS = st.builds(
    FirstFiling,
    st.sampled_from(CODES),
    DAYS,
    published=st.none() | DAYS,
    registered=st.none() | DAYS,
    domicile=st.none() | st.sampled_from(["CN", "DE", "US"]),
    international_registration=st.none() | DAYS,
)
TARGETS = st.builds(
    Target,
    st.sampled_from(CODES),
    st.sampled_from(["direct", "madrid"]),
    filed=st.none() | DAYS,
    notified=st.none() | DAYS,
    published=st.none() | DAYS,
    registered=st.none() | DAYS,
)
LISTS = st.lists(TARGETS, max_size=6, unique_by=lambda target: (target.office, target.route))
FEW = settings(max_examples=30, deadline=None)


def told(plan: FilingProgramme, *, without: tuple[str, ...] = ()) -> set[tuple[str, str, date]]:
    return {(step.office, step.term, step.day) for step in plan.steps if step.office not in without}


@FEW
@given(FIRSTS, LISTS, DAYS)
def test_steps_come_by_day_from_the_day_asked(first: FirstFiling, targets: list[Target], on: date) -> None:
    steps = filing_programme(first, targets, on=on).steps
    assert [step.day for step in steps] == sorted(step.day for step in steps)
    assert all(step.day >= on and step.counted <= step.day for step in steps)
    assert all(step.opens is None or step.opens <= step.day for step in steps)


@FEW
@given(FIRSTS, LISTS, DAYS)
def test_no_step_falls_on_a_day_off_where_the_rule_moves_it(
    first: FirstFiling, targets: list[Target], on: date
) -> None:
    for step in filing_programme(first, targets, on=on).steps:
        terms = (office("WO") if step.term.startswith("refusal-period") else office(step.office)).terms
        term = terms[step.term][0].value
        # the Bureau's priority goes by the closing days of the office of origin
        keeper = office(first.office) if (step.office, step.term) == ("WO", "priority") else office(step.office)
        # the validity of a Chinese registration is counted by a rule that does not move
        if term.moves and (term.counting is None or step.grace):
            assert keeper.calendar.is_business_day(step.day)


@FEW
@given(FIRSTS, LISTS, DAYS, st.randoms(use_true_random=False))
def test_the_order_of_targets_does_not_matter(
    first: FirstFiling, targets: list[Target], on: date, mixer: object
) -> None:
    mixed = list(targets)
    mixer.shuffle(mixed)  # type: ignore[attr-defined]
    assert filing_programme(first, mixed, on=on) == filing_programme(first, targets, on=on)


@FEW
@given(FIRSTS, LISTS, TARGETS, DAYS)
def test_one_more_target_changes_no_step_of_the_others(
    first: FirstFiling, targets: list[Target], more: Target, on: date
) -> None:
    assume(all(target.office != more.office for target in targets))
    others = (more.office, "WO")
    assert told(filing_programme(first, targets, on=on), without=others) == told(
        filing_programme(first, [*targets, more], on=on), without=others
    )


@FEW
@given(FIRSTS, st.lists(st.sampled_from(CODES), unique=True, max_size=6), DAYS)
def test_every_office_still_to_be_filed_at_has_a_day_or_says_why_not(
    first: FirstFiling, codes: list[str], on: date
) -> None:
    plan = filing_programme(first, codes, on=on)
    reasons = ("priority-lost", "no-rule", "target-is-origin")
    found = {
        finding.where.split()[-1 if finding.rule == "target-is-origin" else 0]
        for finding in plan.findings
        if finding.rule in reasons
    }
    for code in codes:
        assert (code in found) or any(step.term == "priority" for step in plan.at(code))


@FEW
@given(FIRSTS, LISTS, DAYS)
def test_a_programme_is_plain_values_and_text(first: FirstFiling, targets: list[Target], on: date) -> None:
    plan = filing_programme(first, targets, on=on)
    assert json.loads(json.dumps(plan.to_dict())) == plan.to_dict()
    assert all(step.act in str(plan) for step in plan.steps)
