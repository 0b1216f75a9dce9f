"""General rules of a US application: figures by day, places that name what they speak of, hostile texts."""

from __future__ import annotations

import time
from datetime import date
from typing import Any

import pytest

from xbec.errors import GapError
from xbec.kernel.timeline import NoPeriod
from xbec.trademark.application import (
    Applicant,
    Application,
    Attorney,
    ForeignApplication,
    ForeignRegistration,
    InternationalRegistration,
    Item,
    Mark,
    Specimen,
    Use,
    Verification,
)
from xbec.trademark.examination.examine import check_application
from xbec.trademark.examination.figures import (
    alleged,
    figure,
    in_use,
    is_class,
    is_goods,
    is_national,
    is_service,
    named,
    short,
)

DAY = date(2026, 11, 25)
INTENT = Item(nice_class=9, text="Cases for mobile phones", bases=frozenset({"1(b)"}))
SELLER = Applicant(name="Lotus Trading Ltd", kind="corporation", domicile="CN", citizenship="CN")


def application(**facts: Any) -> Application:
    words: dict[str, Any] = {"applicants": [SELLER], "mark": Mark(text="LOTUS"), "items": [INTENT]}
    return Application(**(words | facts))


def seen(app: Application, rule: str) -> list[tuple[str, str]]:
    return [(each.state, each.where) for each in check_application(app, DAY).requirements if each.rule.id == rule]


def test_a_figure_is_asked_by_day() -> None:
    assert figure("free-text-characters", date(2025, 1, 18)) == 1000
    with pytest.raises(NoPeriod):
        figure("free-text-characters", date(2025, 1, 17))
    with pytest.raises(GapError, match="goods-classes"):
        figure("colour of the sky", DAY)


@pytest.mark.parametrize(
    ("nice_class", "goods", "service"),
    [(0, False, False), (1, True, False), (34, True, False), (35, False, True), (45, False, True), (46, False, False)],
)
def test_classes_of_goods_and_of_services(nice_class: int, goods: bool, service: bool) -> None:
    assert (is_goods(nice_class, DAY), is_service(nice_class, DAY)) == (goods, service)
    assert is_class(nice_class, application(), DAY) is (goods or service)


def test_class_200_is_one_of_membership_marks_only() -> None:
    assert is_class(200, application(mark_type="collective membership mark"), DAY)
    assert not is_class(200, application(), DAY)


def test_an_extension_alone_is_not_national() -> None:
    extension = Item(nice_class=9, text="Lamps", bases=frozenset({"66(a)"}))
    assert not is_national(application(items=[extension]))
    assert is_national(application(items=[extension, INTENT]))
    assert is_national(application(items=[]))


def test_use_is_asserted_by_basis_or_by_a_whole_allegation() -> None:
    use = Use(nice_class=9, first_use_anywhere=DAY, first_use_commerce=DAY)
    tag = Specimen(nice_class=9, kind="tag")
    sworn = Verification(in_use=True)
    whole = application(uses=[use], specimens=[tag], verification=sworn)
    assert alleged(whole, 9)
    assert in_use(whole, INTENT)
    assert in_use(application(), Item(nice_class=9, text="Lamps", bases=frozenset({"1(a)"})))
    for lacking in (application(specimens=[tag], verification=sworn), application(uses=[use], verification=sworn)):
        assert not alleged(lacking, 9)
    assert not in_use(application(uses=[use], specimens=[tag]), INTENT)
    foreign = Item(nice_class=9, text="Lamps", bases=frozenset({"44(e)"}))
    assert not in_use(whole, foreign)


def test_places_name_what_they_speak_of_and_stay_short() -> None:
    assert named(INTENT) == "class 9: Cases for mobile phones"
    assert named(Item(nice_class=9, text=" ", bases=frozenset())) == "class 9"
    assert short("two\n  words") == "two words"
    assert len(short("x" * 1_000_000)) == 63


def test_each_applicant_is_named_where_something_is_missing() -> None:
    app = application(applicants=[SELLER, Applicant(name="Finn Sample")])
    assert seen(app, "us-applicant-entity") == [
        ("missing", "applicant Finn Sample"),
        ("present", "applicant Lotus Trading Ltd"),
    ]


def test_an_attorney_answers_for_a_seller_abroad_and_is_looked_at() -> None:
    attorney = Attorney(
        name="Cleo Sample", licensed_in="NY", bar_year=2010, good_standing=True, email="c@sample.example"
    )
    app = application(attorney=attorney)
    assert seen(app, "us-attorney-foreign") == [("present", "representation")]
    assert seen(app, "us-attorney-qualified") == [("present", "attorney Cleo Sample")]
    assert seen(app, "us-attorney-details") == [("present", "attorney Cleo Sample")]


def test_a_foreign_registration_alone_asks_for_no_dates_of_use() -> None:
    item = Item(nice_class=9, text="Lamps", bases=frozenset({"44(e)"}))
    app = application(items=[item], foreign_registrations=[ForeignRegistration(office="CN", number="1")])
    topics = {each.rule.topic for each in check_application(app, DAY).requirements}
    assert not topics & {"1(a)", "1(b)", "specimens"}


def test_days_of_foreign_filings_are_looked_at_too() -> None:
    to_come = ForeignRegistration(office="CN", number="7", registered=date(2027, 1, 4))
    turned = ForeignRegistration(office="DE", number="8", registered=date(2025, 1, 6), expires=date(2024, 1, 6))
    claimed = ForeignApplication(office="CN", number="9", claimed=date(2026, 6, 1))
    abroad = InternationalRegistration(registered=date(2026, 12, 1))
    app = application(
        filed=date(2026, 9, 1),
        foreign_registrations=[to_come, turned],
        foreign_applications=[claimed],
        international_registration=abroad,
    )
    assert seen(app, "us-day-to-come") == [
        ("defective", "foreign registration CN 7"),
        ("defective", "international registration"),
    ]
    assert seen(app, "us-day-order") == [
        ("defective", "foreign application CN 9"),
        ("defective", "foreign registration DE 8"),
    ]


def test_hostile_texts_are_met_in_time_and_at_a_length_fit_for_a_message() -> None:
    long = "p.o" * 200_000
    started = time.monotonic()
    found = check_application(
        application(
            applicants=[Applicant(name=long, kind=long, domicile=long, address=long)],
            mark=Mark(form=long, text=long, living_individual=long),
            items=[Item(nice_class=10**30, text=long, bases=frozenset({long}))],
            mark_type=long,
            attorney=Attorney(name=long, licensed_in=long),
        ),
        DAY,
    )
    assert time.monotonic() - started < 5
    assert max(len(finding.why) + len(finding.where) for finding in found.findings) < 600
    assert {"us-mark-form", "us-mark-type", "us-class", "us-known-basis"} <= {f.rule for f in found.findings}
