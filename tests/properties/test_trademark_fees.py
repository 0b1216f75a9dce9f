"""What holds for every statement of fees."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from xbec import Money
from xbec.errors import GapError, InputError
from xbec.trademark.application import Applicant, Application, Item, Mark
from xbec.trademark.fees.filing import fee_variants, filing_fees, madrid_fees
from xbec.trademark.fees.us import application_fees, life_cost
from xbec.trademark.office_data import office, offices

DAYS = st.dates(date(2021, 1, 2), date(2036, 12, 31))
CLASSES = st.integers(1, 45)
ITEMS = st.lists(
    st.builds(
        Item,
        nice_class=st.integers(1, 45),
        text=st.integers(1, 4000).map("x".__mul__),
        bases=st.sampled_from([{"1(a)"}, {"1(b)"}, {"44(d)", "1(b)"}, {"44(e)"}]),
        id_manual=st.sampled_from([True, False, None]),
    ),
    min_size=1,
    max_size=6,
)
FEW = settings(max_examples=40)


def application(items: list[Item], **words: Any) -> Application:
    owner = Applicant(name="Meridian Goods LLC")
    return Application(applicants=[owner], mark=Mark(text="MERIDIAN"), items=items, **words)


@st.composite
def acts(draw: st.DrawFn) -> tuple[str, str]:
    code = draw(st.sampled_from(offices()))
    named = sorted({row.value.act for rows in office(code).fees.values() for row in rows})
    return code, draw(st.sampled_from(named))


@FEW
@given(acts(), CLASSES, DAYS)
def test_a_fee_is_positive_and_never_falls_with_more_classes(act: tuple[str, str], classes: int, on: date) -> None:
    code, name = act
    try:
        for variant in fee_variants(code, name, on=on):
            fewer = filing_fees(code, act=name, classes=classes, on=on, variant=variant)
            more = filing_fees(code, act=name, classes=classes + 1, on=on, variant=variant)
            zero = Money(0, office(code).currency)
            low = sum((line.total for line in fewer.lines), start=zero)
            assert zero <= low <= sum((line.total for line in more.lines), start=zero)
            assert all(line.total > zero for line in fewer.lines)
    except GapError:
        return


@FEW
@given(ITEMS, DAYS, st.booleans())
def test_the_order_of_goods_does_not_matter(items: list[Item], on: date, complete: bool) -> None:
    there = application_fees(application(items), on=on, complete=complete)
    back = application_fees(application(items[::-1]), on=on, complete=complete)
    assert there.total == back.total


@FEW
@given(ITEMS, DAYS)
def test_incomplete_or_own_words_never_cost_less(items: list[Item], on: date) -> None:
    picked = [Item(nice_class=i.nice_class, text=i.text, bases=i.bases, id_manual=True) for i in items]
    best = application_fees(application(picked), on=on, complete=True).total
    assert best <= application_fees(application(items), on=on, complete=True).total
    assert best <= application_fees(application(picked), on=on, complete=False).total


@FEW
@given(ITEMS, DAYS)
def test_paper_never_costs_less_than_the_base_fee(items: list[Item], on: date) -> None:
    online = application_fees(application(items), on=on, complete=True).total
    assert online < application_fees(application(items, electronic=False), on=on, complete=True).total


@FEW
@given(st.integers(1, 20_000), st.dates(date(2025, 1, 18), date(2036, 12, 31)))
def test_characters_are_charged_by_started_thousands(number: int, on: date) -> None:
    item = Item(nice_class=25, text="x" * number, bases={"1(a)"}, id_manual=False)
    lines = application_fees(application([item]), on=on, complete=True).of("surcharge-characters")
    charged = sum(line.quantity for line in lines)
    assert 1000 * charged < number <= 1000 * (charged + 1) or (charged == 0 and number <= 1000)


@FEW
@given(ITEMS, st.dates(date(2021, 1, 2), date(2030, 12, 31)), st.integers(0, 3), st.integers(0, 5))
def test_a_longer_life_costs_no_less_and_lines_add_up(
    items: list[Item], on: date, decades: int, extensions: int
) -> None:
    app = application(items)
    lives = [
        life_cost(app, on=on, years=10 * count, extensions=extensions, complete=True)
        for count in (decades, decades + 1)
    ]
    assert lives[0].total < lives[1].total
    for life in lives:
        assert [line.day for line in life.lines] == sorted(line.day for line in life.lines)
        assert life.total == sum((line.unit * line.quantity for line in life.lines), start=Money(0, "USD"))
        assert all(line.day >= on for line in life.lines)


@FEW
@given(
    st.lists(st.sampled_from(["AU", "BX", "BR", "CA", "CL", "CN", "KH", "OA", "BN"]), min_size=1, unique=True),
    CLASSES,
    st.booleans(),
)
def test_each_designation_adds_its_own_fee(parties: list[str], classes: int, colour: bool) -> None:
    on = date(2025, 11, 23)
    basic = filing_fees("WO", classes=classes, on=on, variant="colour" if colour else None).total
    own = [filing_fees("WO", act=f"designation {code}", classes=classes, on=on).total for code in parties]
    assert madrid_fees(parties, classes, on=on, colour=colour).total == sum(own, start=basic)


@FEW
@given(st.text(max_size=20), st.text(max_size=20), st.integers(-5, 2000))
def test_hostile_words_meet_typed_errors(act: str, variant: str, classes: int) -> None:
    with suppress(InputError, GapError):
        assert filing_fees("US", act=act, classes=classes, on=date(2026, 3, 2), variant=variant).lines
