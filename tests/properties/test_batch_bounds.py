"""What a division comes to lies within its bounds, whatever the rounding."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from xbec.batch.bounds import Bounds, Reach
from xbec.batch.lower import RowsProgram
from xbec.kernel.rounding import round_ratio
from xbec.landed_cost.program import const

WHOLE = st.integers(0, 10**6)


@settings(max_examples=500, deadline=None)
@given(
    ends=st.tuples(WHOLE, WHOLE), amount=WHOLE, by=st.integers(1, 2000),
    mode=st.sampled_from(["half-up", "half-down", "half-even", "up", "down"]),
)  # fmt: skip
def test_a_quotient_lies_within_its_bounds(ends: tuple[int, int], amount: int, by: int, mode: str) -> None:
    low, high = sorted(ends)
    amount = min(max(amount, low), high)
    ops = (("input", "price"), ("div", 0, const(by), mode))
    program = RowsProgram(ops, (), (), const(0), ("any",), {"o": 1}, {}, False)
    least, most = Bounds(program, {"price": Reach(low, high, False)}).of(1)
    assert least <= round_ratio(amount, by, mode) <= most
