from __future__ import annotations

import json
from datetime import date

import attrs
import pytest

from xbec.errors import InputError, NoRate
from xbec.fx import Fx, RateTable
from xbec.trademark.advice.advise import advise_basis
from xbec.trademark.advice.situation import Plan, Situation, Way
from xbec.trademark.application import Applicant
from xbec.trademark.notice import NOT_LEGAL_ADVICE
from xbec.trademark.owned_mark import OwnedMark

TODAY = date(2026, 11, 25)
SELLER = Applicant(name="Shenzhen Nordlicht Co., Ltd.", domicile="CN", citizenship="CN")
HOME = OwnedMark(
    office="CN",
    status="registered",
    number="12345678",
    text="NORDLICHT",
    classes={9},
    same_goods=True,
    filed=date(2019, 3, 1),
    registered=date(2020, 1, 7),
    expires=date(2030, 1, 6),
    language="zh",
)
TOLD = Situation(
    applicant=SELLER,
    classes={9},
    mark_text="NORDLICHT",
    marks=[HOME],
    first_sale=date(2027, 4, 25),
    intention=True,
    madrid_party=True,
    id_manual=True,
    programmes=["amazon-brand-registry"],
)


def test_a_chinese_registration_five_months_before_the_first_sale() -> None:
    advice = advise_basis(TOLD, on=TODAY)
    assert advice.best is not None
    assert (advice.best.way, advice.best.rank_day) == ("44(e)", TODAY)
    text = advice.explain()
    for part in (
        "1. 44(e) foreign registration: open",
        "registers without proof of use, and the first sale is 151 days away",
        "an English translation of CN 12345678 NORDLICHT (registered), signed by the translator",
        "domiciled in CN: an attorney admitted in the United States is needed",
        "before 66(a): lower official fees in the United States up to registration come first: "
        "350.00 USD against 600.00 USD",
        "- 1(a) use in commerce: closed",
        "the first sale is planned for 2027-04-25, 151 days after filing",
        "CN 12345678 NORDLICHT (registered): no, CN is not on the list of Amazon Brand Registry",
        "application at the USPTO: yes, pending marks of US are taken",
    ):
        assert part in text
    assert text.endswith(NOT_LEGAL_ADVICE)


def test_what_is_said_of_every_way_is_told_once() -> None:
    text = advise_basis(TOLD, on=TODAY).explain()
    assert text.count("papers of the plan to sell in the United States") == 1
    assert text.index("For each of these:") < text.index("papers of the plan")


def test_registration_is_expected_in_a_range_with_low_confidence() -> None:
    advice = advise_basis(TOLD, on=TODAY)
    registered, intended = advice.option("44(e)").expected, advice.option("1(b)").expected
    assert registered is not None
    assert intended is not None
    assert (registered.early, registered.late) == (date(2027, 9, 25), date(2028, 5, 25))
    assert (intended.early, intended.late) == (date(2027, 11, 25), date(2028, 7, 25))
    assert registered.confidence == intended.confidence == "low"


def test_without_a_planned_sale_nobody_knows_the_end() -> None:
    told = attrs.evolve(TOLD, first_sale=None)
    expected = advise_basis(told, on=TODAY).option("1(b)").expected
    assert expected is not None
    assert expected.late is None


def test_while_the_foreign_application_is_pending_nobody_knows_the_end() -> None:
    pending = OwnedMark(office="CN", status="pending", classes={9}, same_goods=True, filed=date(2026, 8, 14))
    expected = advise_basis(attrs.evolve(TOLD, marks=[pending]), on=TODAY).option("44(d) + 44(e)").expected
    assert expected is not None
    assert expected.late is None


def test_the_cost_in_the_currency_of_the_budget() -> None:
    rows = [
        {"source": "ecb", "base": "EUR", "quote": "USD", "rate": "1.1400", "from": "2026-11-24"},
        {"source": "ecb", "base": "EUR", "quote": "CHF", "rate": "0.9300", "from": "2026-11-24"},
    ]
    advice = advise_basis(TOLD, on=TODAY, currency="EUR", fx=Fx(RateTable.from_rows(rows)))
    converted = advice.option("44(e)").converted
    assert converted is not None
    assert str(converted.total) == "307.02 EUR"
    assert "350.00 USD up to registration, worth 307.02 EUR" in advice.explain()
    madrid = advice.option("66(a)").converted
    assert madrid is not None
    assert [str(amount) for amount, _, _ in madrid.parts] == ["600.00 USD", "653.00 CHF"]
    with pytest.raises(NoRate):
        advise_basis(TOLD, on=TODAY, currency="JPY", fx=Fx(RateTable.from_rows(rows)))


def test_bad_questions_are_refused() -> None:
    with pytest.raises(InputError, match="not a situation"):
        advise_basis("44(e)", on=TODAY)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="a currency without rates"):
        advise_basis(TOLD, on=TODAY, currency="EUR")
    with pytest.raises(InputError, match="not a mark"):
        Situation(applicant=SELLER, classes={9}, marks=["CN 12345678"])  # type: ignore[list-item]
    with pytest.raises(InputError, match="not a list of names"):
        Situation(applicant=SELLER, classes={9}, programmes="amazon-brand-registry")
    with pytest.raises(InputError, match="not a set of classes"):
        Situation(applicant=SELLER, classes="9")
    advice = advise_basis(TOLD, on=TODAY)
    with pytest.raises(InputError, match="no such way"):
        advice.option("2(f)")
    with pytest.raises(InputError, match="44\\(e\\) comes before it"):
        advice.why_before("1(b)", "44(e)")


def test_every_way_is_answered_for_and_a_closed_one_says_why() -> None:
    advice = advise_basis(TOLD, on=TODAY)
    assert {option.lawful for option in advice.options} == {"yes", "no"}
    for option in advice.closed:
        assert option.obstacles
        assert not option.points
        assert option.cost is None
        assert any(each.why in advice.explain() for each in option.obstacles)


def test_ways_equal_on_every_criterion_keep_the_order_of_the_list() -> None:
    advice = advise_basis(TOLD, on=TODAY)
    assert advice.why_before("1(a)", "44(e) + 1(a)") == "equal on every criterion; the order of the list"


def test_the_advice_is_plain_values() -> None:
    plain = advise_basis(TOLD, on=TODAY).to_dict()
    assert json.loads(json.dumps(plain)) == plain
    assert plain["options"][0]["way"] == "44(e)"
    assert plain["options"][0]["standings"]["cost"] == "350.00 USD"
    assert plain["notice"] == NOT_LEGAL_ADVICE


def test_a_territory_is_no_foreign_domicile() -> None:
    told = Situation(applicant=Applicant(name="Isla Goods", domicile="PR"), classes={9}, intention=True)
    intent = advise_basis(told, on=TODAY).option("1(b)")
    assert intent.lawful == "yes"
    assert not intent.says("collect-attorney")


def test_the_priority_of_the_first_filing_of_each_class() -> None:
    first = OwnedMark(office="CN", status="pending", number="1", classes={9}, same_goods=True, filed=date(2026, 7, 1))
    second = OwnedMark(
        office="CN", status="pending", number="2", classes={9, 25}, same_goods=True, filed=date(2026, 9, 1)
    )
    told = attrs.evolve(TOLD, classes={9, 25}, marks=[second, first])
    plan = Plan(situation=told, way=Way(id="x", title="x", bases=("44(d)", "1(b)")), on=TODAY)
    assert [(claim.nice_class, claim.mark.number) for claim in plan.claims] == [(9, "1"), (25, "2")]
    assert [claim.deadline.last_day for claim in advise_basis(told, on=TODAY).deadlines] == [
        date(2027, 1, 4),
        date(2027, 3, 1),
    ]


def test_a_mark_that_lapsed_was_still_the_first() -> None:
    gone = OwnedMark(office="CN", status="abandoned", number="1", classes={9}, same_goods=True, filed=date(2025, 1, 2))
    again = OwnedMark(office="CN", status="pending", number="2", classes={9}, same_goods=True, filed=date(2026, 9, 1))
    option = advise_basis(attrs.evolve(TOLD, marks=[again, gone]), on=TODAY).option("44(d) + 1(b)")
    assert [each.rule.id for each in option.obstacles] == ["advise-44d-claim"]
