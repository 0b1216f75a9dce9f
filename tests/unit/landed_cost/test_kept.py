"""What is kept between quotes never leaks from one into another, and stays bounded."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from xbec import Consignment, Line, Money, landed_cost
from xbec.errors import NoTariff, Refused, Undetermined, XbecError
from xbec.landed_cost import engine, guards, undetermined
from xbec.landed_cost.program import walk_program
from xbec.landed_cost.regime import Regime
from xbec.landed_cost.unknown import Unknown

DAY = date(2026, 8, 3)
CABINETS = ("940360", "940340")
"""Subheadings that hold cabinets and other furniture."""


def line(hs: str = "610910", price: str = "25.00", **facts: Any) -> Line:
    return Line(hs=hs, origin="CN", price=Money(price, "USD"), **({"duty": "12 %"} | facts))


def quote(*lines: Line, to: str = "DE", **asked: Any) -> Any:
    return landed_cost(Consignment(lines=lines, destination=to), on=DAY, **asked)


def furniture(hs: str) -> Line:
    return Line(hs=hs, origin="MX", price=Money("100.00", "USD"), duty="Free")


def test_what_is_stated_of_one_code_is_not_taken_for_another() -> None:
    said = {f"listed('cabinets') [{hs} MX]": hs == CABINETS[0] for hs in CABINETS}
    alone = [quote(furniture(hs), to="US", answers={k: v for k, v in said.items() if hs in k}) for hs in CABINETS]
    together = [quote(furniture(hs), to="US", answers=said) for hs in CABINETS]
    assert [q.assessed for q in together] == [q.assessed for q in alone]
    assert together[0].assessed > together[1].assessed


def test_candidates_of_one_code_are_not_taken_for_another() -> None:
    both = quote(*map(furniture, CABINETS), to="US", on_unknown="interval")
    assert len({world.quote.assessed for world in both.worlds}) == 3


@pytest.mark.parametrize("to", ["DE", "CH", "BR-SP", "US", "JP"])
def test_a_program_comes_to_the_same_walked_and_compiled(to: str) -> None:
    lines = [line("640399", "70.00"), line("950300", "130.00", quantity=3), line("950300", "1.01")]
    content = {name: Money("3.21", "USD") for name in ("icms", "excise", "import-levy")}
    made = [line(x.hs, str(x.price.amount), quantity=x.quantity, content=content) for x in lines]
    for many in (made[:1], made):
        consignment = Consignment(lines=many, destination=to, freight=Money("9.99", "USD"))
        priced: Any = landed_cost(consignment, on=date(2024, 5, 6))
        plan, figures = priced.plan, tuple(p.figures for p in priced.profiles)
        walked = walk_program(plan.ops, plan.choice, plan.chosen, consignment, priced.regime.figures, figures)
        assert walked == plan.function(consignment, plan.names, priced.regime.figures, figures) == priced.values


def test_lines_that_differ_in_nothing_the_law_looks_at_share_a_plan() -> None:
    first = quote(line())
    for other in (line(content={"steel": Money("1.00", "USD")}), line(quantities={"l": "0.5"}), line(duty="3 %")):
        assert quote(other).plan is first.plan
    assert quote(line(duty="1 EUR/kg", quantities={"kg": 1}, price="900.00")).plan is not first.plan


def test_a_plan_of_several_lines_is_kept_when_it_is_made_again() -> None:
    lines = [line("420221", "31.00"), line("851762", "32.00"), line("640399", "33.00"), line("711719", "34.00")]
    plans = [quote(*lines).plan for _ in range(3)]
    assert plans[1] is plans[2]


def test_an_error_told_again_is_another_that_says_the_same() -> None:
    def told(*lines: Line, **asked: Any) -> XbecError:
        with pytest.raises(XbecError) as caught:
            quote(*lines, **asked)
        return caught.value

    for lines, asked, kind in (
        ([line("62021300", "200.00", duty=None)], {}, NoTariff),
        ([furniture(CABINETS[0])], {"to": "US"}, Undetermined),
    ):
        first, second = told(*lines, **asked), told(*lines, **asked)
        assert type(first) is type(second) is kind
        assert first is not second
        assert (str(first), first.field, first.cure) == (str(second), second.field, second.cure)
        assert _depth(first) >= _depth(second)


def _depth(error: BaseException) -> int:
    found, trace = 0, error.__traceback__
    while trace is not None:
        found, trace = found + 1, trace.tb_next
    return found


def test_what_is_unknown_is_told_alike_in_whatever_order_it_was_met() -> None:
    one = Unknown("b", (), "b is not stated", "state b")
    two = Unknown("a", (), "a is not stated", "state a")
    assert str(undetermined([one, two])) == str(undetermined([two, one]))
    assert undetermined([one, two]).field == "a, b"
    with pytest.raises(Undetermined) as caught:
        quote(furniture(CABINETS[0]), to="US")
    assert "listed('cabinets') is unknown for HS 940360 from MX" in str(caught.value)


def test_regimes_are_let_go_when_they_hold_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_MOST_HELD", 40)
    monkeypatch.setattr(engine, "_regimes", {})
    monkeypatch.setattr(Regime, "held", 0)
    held = []
    for number in range(300):
        quote(line(price="12.00", duty=f"{number % 90} %", quantities={"kg": 1} if number % 2 else {}))
        held.append(sum(len(r.profiles) + len(r.plans) for r in engine._regimes.values()))
    assert max(held) <= 200
    assert quote(line()).assessed == quote(line()).assessed


def test_twice_the_lines_are_twice_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    looked = 0
    exact_of = guards.exact_of

    def counted(*asked: Any) -> Any:
        nonlocal looked
        looked += 1
        return exact_of(*asked)

    def work(number: int) -> int:
        nonlocal looked
        looked = 0
        quote(*[line(price=f"{n + 1}.00") for n in range(number)])
        return looked

    monkeypatch.setattr(guards, "exact_of", counted)
    assert 60 < work(120) <= 2.2 * work(60)


def test_a_refusal_is_told_each_time_and_only_above_its_limit() -> None:
    content = {"icms": Money("10.00", "USD")}
    for price in ("2500.00", "4000.00", "2600.00", "5000.00"):
        one = [line(price=price, content=content)]
        if price < "3000":
            assert quote(*one, to="BR-SP").assessed.amount > 0
        else:
            with pytest.raises(Refused, match="3,000"):
                quote(*one, to="BR-SP")
