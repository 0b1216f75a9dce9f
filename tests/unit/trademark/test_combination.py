"""Which bases may stand together."""

from __future__ import annotations

from datetime import date
from itertools import combinations, permutations

import pytest

from xbec.errors import InputError
from xbec.kernel.rulebook import Requirement, RuleBook
from xbec.kernel.timeline import NoPeriod
from xbec.trademark.application import BASES, Applicant, Application, Item, Mark
from xbec.trademark.examination import combination
from xbec.trademark.examination.combination import may_combine, pair
from xbec.trademark.examination.figures import RULES

ON = date(2026, 11, 25)
BOOK = RuleBook.read(RULES / "us-combination.toml", combination.CONDITIONS)


def seen(*bases: set[str], on: date = ON) -> list[Requirement]:
    items = [Item(nice_class=25, text=f"Shirts {number}", bases=each) for number, each in enumerate(bases)]
    app = Application(applicants=[Applicant(name="Meridian Goods LLC")], mark=Mark(text="MERIDIAN"), items=items)
    return [each for each in BOOK.apply(app, on) if each.finding is not None]


def test_every_pair_of_bases_is_in_the_matrix_in_either_order() -> None:
    for first, second in permutations(BASES, 2):
        assert pair(first, second, ON) is pair(second, first, ON)
        assert pair(first, second, ON).citation.url


def test_what_may_stand_for_the_same_goods_may_stand_for_different_goods() -> None:
    for first, second in combinations(BASES, 2):
        row = pair(first, second, ON).value
        assert row.different_goods or not row.same_goods


def test_66a_stands_alone() -> None:
    others = [basis for basis in BASES if basis != "66(a)"]
    assert not any(may_combine([basis, "66(a)"], same_goods=same, on=ON) for basis in others for same in (True, False))


def test_all_of_sections_1b_and_44_stand_together_and_1a_does_not_join_them() -> None:
    assert may_combine(["44(e)", "1(b)", "44(d)"], same_goods=True, on=ON)
    answer = may_combine(["44(e)", "1(b)", "44(d)", "1(a)"], same_goods=True, on=ON)
    assert not answer
    assert answer.reason.startswith("1(a) and 1(b)")


def test_the_finding_names_the_item_and_both_bases() -> None:
    (found,) = seen({"1(b)", "1(a)"})
    assert found.where == "class 25: Shirts 0"
    assert found.why == (
        "1(a) and 1(b) are both claimed for it: never for the same goods; item by item within one class it is possible"
    )


def test_66a_with_another_basis_is_one_finding_and_not_two() -> None:
    assert [each.rule.id for each in seen({"66(a)", "1(b)"})] == ["us-combination-application"]


def test_goods_that_rest_on_both_1b_and_44e_wait_for_nobody_else() -> None:
    assert seen({"1(b)", "44(e)"}) == []
    assert [each.why for each in seen({"1(b)"}, {"44(e)"}, {"1(a)"})] == [
        "the 1(a), 44(e) goods of the application wait for the allegation of use of the 1(b) goods"
    ]


def test_days_before_a_basis_existed_do_not_stop_the_check() -> None:
    assert [each.rule.id for each in seen({"66(a)", "1(b)"}, on=date(2001, 5, 2))] == []
    with pytest.raises(NoPeriod):
        may_combine(["66(a)", "1(b)"], same_goods=True, on=date(2001, 5, 2))


@pytest.mark.parametrize(("first", "second"), [("1(a)", "1(c)"), ("", "1(a)"), ("1(a)", "1(a)")])
def test_what_is_no_pair_of_bases_is_refused(first: str, second: str) -> None:
    with pytest.raises(InputError, match="basis"):
        pair(first, second, ON)


def test_unknown_bases_are_refused_with_those_there_are() -> None:
    with pytest.raises(InputError, match=r"allowed: 1\(a\), 1\(b\), 44\(d\)"):
        may_combine(["1(a)", "use"], same_goods=False, on=ON)
