"""Use in commerce and intention to use: kinds of specimen as data, classes judged one by one."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from xbec.kernel.timeline import NoPeriod
from xbec.trademark.application import Applicant, Application, Item, Mark, Specimen, SpecimenKind, Use, Verification
from xbec.trademark.examination.examine import check_application
from xbec.trademark.examination.section1 import specimen_row

DAY = date(2026, 11, 25)
KINDS: tuple[str, ...] = SpecimenKind.__args__  # type: ignore[attr-defined]


def item(nice_class: int, text: str, *bases: str) -> Item:
    return Item(nice_class=nice_class, text=text, bases=frozenset(bases), id_manual=True)


def application(**facts: Any) -> Application:
    words: dict[str, Any] = {
        "applicants": [Applicant(name="Meridian Goods LLC", domicile="US")],
        "mark": Mark(text="MERIDIAN"),
        "items": [item(25, "Shirts", "1(a)")],
    }
    return Application(**(words | facts))


def seen(app: Application, rule: str, on: date = DAY) -> list[tuple[str, str]]:
    return [(each.state, each.where) for each in check_application(app, on).requirements if each.rule.id == rule]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_specimen_has_a_row(kind: str) -> None:
    row = specimen_row(kind, DAY)
    assert row.kind == kind
    assert {row.goods, row.services} <= {"accepted", "refused", "depends"}


def test_a_kind_nobody_knows_is_a_question_of_the_single_case() -> None:
    assert specimen_row("tattoo", DAY).goods == "depends"
    with pytest.raises(NoPeriod):
        specimen_row("tag", date(1990, 1, 1))


@pytest.mark.parametrize(
    ("kind", "goods", "services"),
    [
        ("tag", "accepted", "depends"),
        ("web page with ordering", "accepted", "accepted"),
        ("web page", "refused", "accepted"),
        ("advertising", "refused", "accepted"),
        ("business documents", "refused", "accepted"),
        ("mock-up", "refused", "refused"),
    ],
)
def test_goods_and_services_are_shown_by_different_things(kind: str, goods: str, services: str) -> None:
    row = specimen_row(kind, DAY)
    assert (row.goods, row.services) == (goods, services)


def test_each_class_needs_its_own_dates_and_specimen() -> None:
    app = application(
        items=[item(25, "Shirts", "1(a)"), item(18, "Tote bags", "1(a)")],
        uses=[Use(nice_class=25, first_use_anywhere=DAY, first_use_commerce=DAY)],
        specimens=[Specimen(nice_class=25, kind="tag")],
    )
    for rule in ("us-1a-first-use-anywhere", "us-1a-first-use-commerce", "us-1a-specimen"):
        assert seen(app, rule) == [("missing", "class 18"), ("present", "class 25")]


def test_a_class_of_goods_and_one_of_services_are_judged_apart() -> None:
    specimens = [
        Specimen(nice_class=number, kind="advertising", shows_mark=True, shows_goods=True) for number in (25, 35)
    ]
    app = application(items=[item(25, "Shirts", "1(a)"), item(35, "Retail", "1(a)")], specimens=specimens)
    assert seen(app, "us-specimen-goods") == [("defective", "class 25")]
    assert seen(app, "us-specimen-services") == [("present", "class 35")]


def test_use_before_filing_is_measured_on_the_day_where_nothing_is_filed() -> None:
    soon = application(uses=[Use(nice_class=25, first_use_commerce=date(2026, 11, 26))])
    assert seen(soon, "us-1a-use-before-filing") == [("defective", "class 25")]
    assert seen(soon, "us-1a-use-before-filing", date(2026, 11, 26)) == [("present", "class 25")]


def test_intention_asks_for_no_specimen_before_the_allegation_of_use() -> None:
    app = application(items=[item(25, "Shirts", "1(b)")])
    assert seen(app, "us-1a-specimen") == []
    assert seen(app, "us-1b-allegation") == [("later", "class 25")]


def test_a_specimen_of_a_class_under_intention_is_judged_as_any_other() -> None:
    app = application(items=[item(25, "Shirts", "1(b)")], specimens=[Specimen(nice_class=25, kind="mock-up")])
    assert seen(app, "us-specimen-real") == [("defective", "class 25")]
    assert seen(app, "us-1b-allegation") == [("missing", "class 25")]


@pytest.mark.parametrize(
    ("signed", "state"),
    [
        (date(2026, 6, 1), "present"),
        (date(2026, 6, 2), "defective"),
        (date(2026, 8, 31), "defective"),
        (date(2026, 9, 1), "present"),
    ],
)
def test_the_blackout_runs_between_approval_and_notice_of_allowance(signed: date, state: str) -> None:
    app = application(
        items=[item(25, "Shirts", "1(b)")],
        filed=date(2026, 1, 5),
        approved=date(2026, 6, 1),
        allowed=date(2026, 9, 1),
        verification=Verification(signed=signed, in_use=True),
        uses=[Use(nice_class=25, first_use_anywhere=date(2026, 3, 2), first_use_commerce=date(2026, 3, 2))],
        specimens=[Specimen(nice_class=25, kind="tag")],
    )
    assert seen(app, "us-1b-blackout") == [(state, "application")]
