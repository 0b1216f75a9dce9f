"""Amending the basis: what is refused, what the answer says, and what it leaves as it was."""

from __future__ import annotations

from datetime import date
from typing import Any

import attrs
import pytest

from xbec.errors import InputError
from xbec.kernel.timeline import NoPeriod
from xbec.trademark.application import Applicant, Application, ForeignApplication, Item, Mark
from xbec.trademark.examination.amendment import amend_basis, stage_of
from xbec.trademark.notice import NOT_LEGAL_ADVICE

ON = date(2026, 11, 25)
SHIRTS = Application(
    applicants=[Applicant(name="Meridian Goods LLC", domicile="US")],
    mark=Mark(text="MERIDIAN"),
    items=[Item(nice_class=25, text="Shirts", bases={"1(a)"}), Item(nice_class=18, text="Bags", bases={"1(b)"})],
    filed=date(2026, 9, 1),
)


def test_the_answer_prints_with_what_to_file_and_that_it_is_no_legal_advice() -> None:
    answer = amend_basis(SHIRTS, on=ON, items=["Shirts"], delete=["1(a)"], add=["1(b)"])
    assert str(answer).splitlines() == [
        "yes: a basis may be deleted at any time; before publication a basis may be added or substituted, if all its "
        "requirements are met",
        "  to file: the deletion, with the goods and services that rest on that basis alone",
        "  to file: each basis, followed by the goods and services to which it applies",
        "  to file: verified statement of a bona fide intention to use the mark in commerce, "
        "now and on the filing date",
        NOT_LEGAL_ADVICE,
    ]


def test_every_reason_of_the_law_is_cited() -> None:
    answer = amend_basis(SHIRTS, on=ON, items=["Shirts"], delete=["1(a)"], add=["1(b)"])
    assert [ground.citation.locator for ground in answer.grounds if ground.citation] == ["(b)(1), (b)(7)", "(b)(1)"]


def test_only_the_chosen_items_change() -> None:
    answer = amend_basis(SHIRTS, on=ON, items=["Shirts"], delete=["1(a)"], add=["1(b)"])
    assert answer.application is not None
    assert [sorted(item.bases) for item in answer.application.items] == [["1(b)"], ["1(b)"]]
    assert SHIRTS.items[0].bases == {"1(a)"}


def test_several_reasons_against_it_are_all_told() -> None:
    app = attrs.evolve(SHIRTS, foreign_applications=[ForeignApplication(office="CN", filed=date(2026, 1, 15))])
    answer = amend_basis(app, on=ON, items=["Bags"], add=["1(a)", "44(d)"])
    assert answer.allowed == "no"
    assert answer.application is None
    assert "only within six months" in answer.reason
    assert "class 18: Bags: 1(a) and 1(b)" in answer.reason


def test_the_strictest_act_decides() -> None:
    published = attrs.evolve(SHIRTS, published=date(2026, 10, 6))
    assert amend_basis(published, on=ON, items=["Shirts"], delete=["1(a)"], add=["44(e)"]).allowed == "on petition"
    assert amend_basis(published, on=ON, items=["Bags"], delete=["1(b)"]).allowed == "yes"


def test_priority_is_not_known_without_a_foreign_filing_day() -> None:
    answer = amend_basis(SHIRTS, on=ON, add=["44(d)"])
    assert (answer.allowed, answer.priority_kept) == ("yes", None)


def test_a_foreign_filing_older_than_the_data_is_long_past() -> None:
    app = attrs.evolve(SHIRTS, foreign_applications=[ForeignApplication(office="CN", filed=date(1900, 1, 2))])
    assert amend_basis(app, on=ON, add=["44(d)"]).allowed == "no"


def test_an_application_without_priority_has_none_to_keep() -> None:
    assert amend_basis(SHIRTS, on=ON, items=["Bags"], delete=["1(b)"], add=["44(e)"]).priority_kept is None


@pytest.mark.parametrize(
    ("days", "stage"),
    [
        ({}, "before approval"),
        ({"approved": ON}, "after approval"),
        ({"approved": date(2026, 11, 26)}, "before approval"),
        ({"published": ON, "approved": date(2026, 10, 1)}, "after publication"),
        ({"allowed": ON}, "after allowance"),
    ],
)
def test_stage(days: dict[str, date], stage: str) -> None:
    assert stage_of(attrs.evolve(SHIRTS, **days), on=ON) == stage


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ({}, "nothing to change"),
        ({"add": ["1(c)"]}, "not a filing basis; field add"),
        ({"delete": ["use"]}, "not a filing basis; field delete"),
        ({"add": "1(a)"}, "not a filing basis"),
        ({"delete": ["44(e)"]}, "not a basis of these goods"),
        ({"delete": ["1(a)"], "add": ["1(a)"]}, "or added as well"),
        ({"add": ["1(a)"], "items": ["Shirts"]}, "a basis of these goods already"),
        (
            {"add": ["44(e)"], "items": ["Trousers"]},
            "no such item; field items; value 'Trousers'; allowed: Shirts, Bags",
        ),
        ({"add": ["44(e)"], "stage": "before publication"}, "not a stage"),
    ],
)
def test_what_cannot_be_asked_is_refused(words: dict[str, Any], problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        amend_basis(SHIRTS, on=ON, **words)


def test_a_day_before_the_rules_is_a_typed_gap() -> None:
    with pytest.raises(NoPeriod) as caught:
        amend_basis(SHIRTS, on=date(1998, 5, 4), add=["44(e)"])
    assert caught.value.first == date(1999, 10, 30)
