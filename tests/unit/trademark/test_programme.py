"""A multi-country programme: who must hold what, what is printed, and how wrong input is met."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

import pytest

from xbec.errors import InputError
from xbec.trademark.abroad.plan import MOST_TARGETS, filing_programme
from xbec.trademark.abroad.steps import FilingProgramme, FirstFiling, Step, Target
from xbec.trademark.notice import NOT_LEGAL_ADVICE
from xbec.trademark.office_data import office

FIRST = FirstFiling("CN", date(2026, 5, 14), domicile="CN", number="90000001")
ON = date(2026, 8, 3)


def only(plan: FilingProgramme, code: str) -> Step:
    (step,) = plan.at(code)
    return step


def rules(plan: FilingProgramme) -> set[str]:
    return {finding.rule for finding in plan.findings}


def test_a_target_may_be_the_bare_code_of_an_office() -> None:
    assert filing_programme(FIRST, ["GB"], on=ON) == filing_programme(FIRST, [Target("GB")], on=ON)


def test_a_step_says_what_to_hold_what_is_lost_and_where_it_was_read() -> None:
    step = only(filing_programme(FIRST, ["GB"], on=ON), "GB")
    assert any("bona fide intention" in each for each in step.hold)
    assert any("address for service in the United Kingdom" in each for each in step.hold)
    assert step.consequence is not None
    assert "priority is lost" in step.consequence
    assert step.source.url is not None
    assert "6 months from 2026-05-14" in step.why
    assert (step.counted, step.day) == (date(2026, 11, 14), date(2026, 11, 16))


@pytest.mark.parametrize(
    ("domicile", "asked"),
    [("CN", "yes"), ("DE", "no"), ("NO", "no"), (None, "unless")],
)
def test_a_representative_is_held_by_those_who_need_one(domicile: str | None, asked: str) -> None:
    first = FirstFiling("CN", date(2026, 5, 14), domicile=domicile)
    held = [
        each for each in only(filing_programme(first, ["EM"], on=ON), "EM").hold if each.startswith("representative")
    ]
    assert len(held) == (asked != "no")
    assert [("not if domiciled in" in each) for each in held] == ([asked == "unless"] if held else [])


def test_no_use_is_asked_where_none_is_needed() -> None:
    assert not any(each.startswith("use to file") for each in only(filing_programme(FIRST, ["JP"], on=ON), "JP").hold)


def test_a_madrid_application_holds_the_declarations_of_those_it_names() -> None:
    plan = filing_programme(FIRST, [Target("GB", "madrid"), Target("JP", "madrid")], on=ON)
    step = only(plan, "WO")
    assert step.act.endswith("naming GB, JP")
    assert any(each.startswith("GB, declaration") for each in step.hold)
    assert not any(each.startswith("JP, declaration") for each in step.hold)
    assert any("basic application or registration" in each for each in step.hold)


def test_the_international_application_goes_by_the_closing_days_of_the_office_of_origin() -> None:
    first = FirstFiling("CA", date(2025, 12, 24), domicile="CA")
    step = only(filing_programme(first, [Target("GB", "madrid")], on=date(2026, 6, 1)), "WO")
    assert (step.counted, step.day) == (date(2026, 6, 24), date(2026, 6, 25))


def test_a_day_moved_over_closings_that_are_a_stand_in_is_not_relied_on() -> None:
    first = FirstFiling("CN", date(2026, 7, 6), domicile="CN")
    step = only(filing_programme(first, ["EM"], on=ON), "EM")
    assert (step.counted, step.day, step.confidence) == (date(2027, 1, 6), date(2027, 1, 7), "low")
    weekend = only(filing_programme(FIRST, ["EM"], on=ON), "EM")
    assert weekend.confidence == "high"


def test_a_designation_is_renewed_at_the_bureau_and_not_at_the_office() -> None:
    first = FirstFiling("CN", date(2016, 5, 16), domicile="CN", international_registration=date(2016, 11, 14))
    target = Target("GB", "madrid", registered=date(2017, 9, 4))
    plan = filing_programme(first, [target], on=date(2026, 11, 25))
    assert [(step.office, step.term, step.grace) for step in plan.steps] == [("WO", "renewal", True)]
    assert "in-grace" in rules(plan)


def test_a_designation_of_the_euipo_is_opposed_after_a_month() -> None:
    target = Target("EM", "madrid", published=date(2026, 11, 2))
    plan = filing_programme(FIRST, [target], on=date(2026, 11, 25))
    (step,) = plan.at("EM")
    assert (step.term, step.opens, step.day) == ("opposition-madrid", date(2026, 12, 2), date(2027, 3, 2))


def test_a_day_of_filing_contradicts_a_designation() -> None:
    plan = filing_programme(FIRST, [Target("JP", "madrid", filed=date(2026, 6, 1))], on=ON)
    assert "contradictory-days" in rules(plan)


def test_steps_whose_day_has_passed_are_findings_and_no_steps() -> None:
    target = Target("BR", filed=date(2026, 6, 1), published=date(2026, 6, 16))
    plan = filing_programme(FIRST, [target], on=date(2026, 11, 25))
    assert {step.term for step in plan.at("BR")} == set()
    told = {(each.where, each.severity) for each in plan.findings if each.rule == "day-passed"}
    assert told == {
        ("BR power-of-attorney", "warning"),
        ("BR priority-documents", "warning"),
        ("BR opposition", "info"),
    }


def test_madrid_is_offered_only_to_those_entitled() -> None:
    assert "madrid-open" in rules(filing_programme(FIRST, ["GB", "JP"], on=ON))
    assert "madrid-open" not in rules(filing_programme(FIRST, ["GB"], on=ON))
    assert "madrid-open" not in rules(
        filing_programme(FirstFiling("CN", FIRST.filed, domicile="SG"), ["GB", "JP"], on=ON)
    )


def test_entitlement_not_stated_is_asked_for() -> None:
    first = FirstFiling("CN", FIRST.filed)
    (finding,) = [
        each
        for each in filing_programme(first, [Target("GB", "madrid")], on=ON).findings
        if each.rule == "madrid-entitlement"
    ]
    assert finding.severity == "warning"
    assert "domiciled" in (finding.cure or "")


def test_it_is_printed_by_day_with_findings_and_the_notice_last() -> None:
    plan = filing_programme(FIRST, ["US", "JP", Target("CA", filed=date(2026, 12, 1))], on=ON)
    lines = str(plan).splitlines()
    assert lines[0] == "Trademark programme from the first filing at CN on 2026-05-14, seen on 2026-08-03"
    assert lines[1].startswith("2026-11-16  JP  file the application and claim the priority")
    assert any(line.startswith("error: CA priority") for line in lines)
    assert lines[-1] == NOT_LEGAL_ADVICE


def test_it_is_plain_values() -> None:
    plan = filing_programme(FIRST, ["US", "EM", Target("XX")], on=ON)
    read = json.loads(json.dumps(plan.to_dict()))
    assert read["first"] == {"office": "CN", "filed": "2026-05-14", "number": "90000001"}
    assert [step["office"] for step in read["steps"]] == ["EM", "US"]
    assert read["findings"][0]["rule"] == "unknown-office"
    assert read["notice"] == NOT_LEGAL_ADVICE


def test_an_office_whose_requirements_are_not_in_our_data_says_so() -> None:
    unknown = {
        each.where
        for each in filing_programme(FIRST, ["US", "GB"], on=ON).findings
        if each.rule == "requirements-unknown"
    }
    assert unknown == {code for code in ("US", "GB") if not office(code).requirements}


def test_days_beyond_the_calendar_are_findings_and_no_crash() -> None:
    early = filing_programme(
        FirstFiling("EM", date(1980, 1, 7), registered=date(1981, 1, 7)), ["JP"], on=date(2200, 1, 1)
    )
    assert early.steps == ()
    assert {"no-rule", "not-counted"} <= rules(early)


def test_a_first_filing_older_than_the_data_is_a_gap_and_not_a_guess() -> None:
    plan = filing_programme(FirstFiling("US", date(2015, 3, 2), domicile="US"), ["CA"], on=ON)
    assert plan.at("CA") == ()
    assert "no-rule" in rules(plan)


@pytest.mark.parametrize(
    "targets", ["GB", None, 7, [7], [("GB", "direct")], [Target("GB")] * (MOST_TARGETS + 1)], ids=str
)
def test_targets_that_are_none_are_refused(targets: Any) -> None:
    with pytest.raises(InputError, match="target"):
        filing_programme(FIRST, targets, on=ON)


def test_a_first_filing_that_is_none_is_refused() -> None:
    with pytest.raises(InputError, match="first filing"):
        filing_programme("CN", ["GB"], on=ON)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "make",
    [
        lambda: FirstFiling("CN", "2026-05-14"),  # type: ignore[arg-type]
        lambda: FirstFiling("CN", datetime(2026, 5, 14, 8, 0)),  # noqa: DTZ001
        lambda: FirstFiling("", date(2026, 5, 14)),
        lambda: FirstFiling("CN", date(2026, 5, 14), origins="DE"),  # type: ignore[arg-type]
        lambda: FirstFiling("CN", date(2026, 5, 14), registered=2026),  # type: ignore[arg-type]
        lambda: Target(None),  # type: ignore[arg-type]
        lambda: Target("GB", "x" * 11),
        lambda: Target("GB", published="soon"),  # type: ignore[arg-type]
        lambda: filing_programme(FIRST, ["GB"], on=datetime(2026, 8, 3, 0, 0)),  # noqa: DTZ001
    ],
)
def test_values_of_the_wrong_kind_are_refused(make: Any) -> None:
    with pytest.raises(InputError):
        make()
