"""What holds for the advice to any seller."""

from __future__ import annotations

from datetime import date

import attrs
from hypothesis import given, settings
from hypothesis import strategies as st

from xbec.trademark.advice.advise import advise_basis
from xbec.trademark.advice.situation import Situation
from xbec.trademark.application import Applicant
from xbec.trademark.brands.programmes import brand_programmes, qualifies
from xbec.trademark.examination.combination import may_combine
from xbec.trademark.examination.section44 import priority_deadline
from xbec.trademark.owned_mark import STATUSES, OwnedMark

DAYS = st.dates(date(2025, 3, 1), date(2027, 12, 31))
TODAY = date(2026, 11, 25)
PLACES = st.sampled_from(["CN", "DE", "US", "JP", "XK"])
CLASSES = st.frozensets(st.sampled_from([3, 9, 25, 35]), min_size=1)
MAYBE = st.sampled_from([None, True, False])
UNTIL_TODAY = st.dates(date(2020, 1, 1), TODAY)


@st.composite
def marks(draw: st.DrawFn) -> OwnedMark:
    status = draw(st.sampled_from(["registered", "pending", "refused"]))
    filed = draw(st.none() | UNTIL_TODAY)
    return OwnedMark(
        office=draw(st.sampled_from(["CN", "DE", "EM", "GB", "WO", "XK"])),
        status=status,
        number=draw(st.sampled_from(["1", "2", "3"])),
        classes=draw(st.none() | CLASSES),
        filed=filed,
        registered=TODAY if status == "registered" else None,
        same_goods=draw(MAYBE),
        first_filing=draw(MAYBE),
        language=draw(st.sampled_from([None, "en", "zh"])),
    )


@st.composite
def situations(draw: st.DrawFn) -> Situation:
    return Situation(
        applicant=Applicant(
            name="Lumen", domicile=draw(st.none() | PLACES), establishments=draw(st.frozensets(PLACES))
        ),
        classes=draw(CLASSES),
        marks=draw(st.lists(marks(), max_size=3)),
        first_sale=draw(st.none() | DAYS),
        specimens=draw(st.none() | CLASSES),
        intention=draw(MAYBE),
        madrid_party=draw(MAYBE),
        attorney=draw(MAYBE),
        id_manual=draw(MAYBE),
        programmes=draw(st.lists(st.sampled_from(brand_programmes()), max_size=2)),
    )


@settings(max_examples=20, deadline=None)
@given(situations())
def test_open_ways_come_first_and_pass_the_rules_of_combination(told: Situation) -> None:
    options = advise_basis(told, on=TODAY).options
    order = [("yes", "unknown", "no").index(option.lawful) for option in options]
    assert order == sorted(order)
    for option in options:
        if option.lawful == "no":
            assert option.obstacles
        else:
            assert all(may_combine(bases, same_goods=True, on=TODAY) for bases in option.bases.values())
            assert set(option.bases) == told.classes


@settings(max_examples=20, deadline=None)
@given(situations(), st.data())
def test_the_order_in_which_marks_are_told_changes_nothing(told: Situation, data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(told.marks))
    assert advise_basis(attrs.evolve(told, marks=shuffled), on=TODAY) == advise_basis(told, on=TODAY)


@settings(max_examples=20, deadline=None)
@given(situations())
def test_no_priority_is_promised_after_its_last_day(told: Situation) -> None:
    for option in advise_basis(told, on=TODAY).options:
        for claim in option.claims:
            assert claim.deadline == priority_deadline(claim.filed)
            assert claim.deadline.last_day >= TODAY
        assert option.rank_day <= TODAY


@settings(max_examples=20, deadline=None)
@given(situations())
def test_stating_an_unknown_never_leaves_a_way_open_that_a_rule_closes(told: Situation) -> None:
    before = {option.way: option.lawful for option in advise_basis(told, on=TODAY).options}
    after = advise_basis(attrs.evolve(told, intention=False), on=TODAY)
    for option in after.options:
        assert option.lawful == "no" or all(set(bases) == {"1(a)"} for bases in option.bases.values())
    assert {option.way for option in after.options} == set(before)


DOCUMENTS = ("registration certificate", "proof of identity", "company details", "notice of claimed infringement")


@settings(max_examples=20, deadline=None)
@given(
    st.sampled_from(brand_programmes()), st.sampled_from(STATUSES), st.frozensets(st.sampled_from(DOCUMENTS)), st.data()
)
def test_a_document_more_never_adds_a_finding(
    ident: str, status: str, held: frozenset[str], data: st.DataObject
) -> None:
    mark = OwnedMark(office=data.draw(st.sampled_from(["US", "CN", "EM"])), status=status, text="LUMEN", number="1")
    more = held | {data.draw(st.sampled_from(DOCUMENTS))}
    before = qualifies(mark, ident, on=TODAY, documents=held)
    after = qualifies(mark, ident, on=TODAY, documents=more)
    assert len(after.findings) <= len(before.findings)
    order = ("no", "unknown", "yes")
    assert order.index(after.answer) >= order.index(before.answer)
