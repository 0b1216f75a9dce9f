"""Life cycles: what may happen next, and tables that cannot be meant so."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

from xbec.errors import InputError
from xbec.kernel.lifecycle import Lifecycle

TABLE = {
    ("requested", "approve"): "approved",
    ("requested", "refuse"): "refused",
    ("approved", "receive"): "in inspection",
    ("in inspection", "refund"): "refunded",
    ("in inspection", "refuse"): "refused",
}
RETURN = Lifecycle("return", "requested", table=TABLE, final={"refused", "refunded"})


def test_steps_follow_the_table() -> None:
    assert RETURN.step("requested", "approve") == "approved"
    assert RETURN.allowed("in inspection") == ("refund", "refuse")
    assert RETURN.allowed("refunded") == ()
    assert RETURN.is_final("refunded")
    assert RETURN.states == ("requested", "approved", "refused", "in inspection", "refunded")
    assert RETURN.events == ("approve", "refuse", "receive", "refund")


def test_an_impossible_event_names_the_possible_ones() -> None:
    with pytest.raises(InputError, match=r"not possible while requested.*approve, refuse"):
        RETURN.step("requested", "refund")
    with pytest.raises(InputError, match="final state"):
        RETURN.step("refunded", "refund")
    with pytest.raises(InputError, match=r"not a state.*requested, approved"):
        RETURN.step("lost", "find")


def test_reachable_counts_from_a_state() -> None:
    assert RETURN.reachable() == ("requested", "approved", "refused", "in inspection", "refunded")
    assert RETURN.reachable("in inspection") == ("in inspection", "refunded", "refused")


def test_the_diagram_is_mermaid() -> None:
    assert RETURN.diagram().splitlines() == [
        "stateDiagram-v2",
        '    state "in inspection" as state_3',
        "    [*] --> requested",
        "    requested --> approved: approve",
        "    requested --> refused: refuse",
        "    approved --> state_3: receive",
        "    state_3 --> refunded: refund",
        "    state_3 --> refused: refuse",
        "    refused --> [*]",
        "    refunded --> [*]",
    ]


def test_the_table_cannot_be_changed_and_travels() -> None:
    table = dict(TABLE)
    cycle = Lifecycle("return", "requested", table=table, final={"refused", "refunded"})
    table[("refunded", "reopen")] = "requested"
    assert cycle.allowed("refunded") == ()
    with pytest.raises(TypeError):
        cycle.table["refunded", "reopen"] = "requested"  # type: ignore[index]
    assert pickle.loads(pickle.dumps(cycle)).diagram() == cycle.diagram()
    assert copy.deepcopy(cycle).table == cycle.table


@pytest.mark.parametrize(
    ("table", "final", "problem"),
    [
        ({("a", "go"): "b", ("c", "go"): "b"}, {"b"}, "nothing leads to a state"),
        ({("a", "go"): "b", ("b", "back"): "a"}, {"b"}, "a final state goes on"),
        ({("a", "go"): "b"}, set(), "a state leads nowhere"),
        ({("a", "go"): "b"}, {"b", "c"}, "does not occur"),
        ({}, set(), "not a table"),
        ({"a": "b"}, {"b"}, "not a step"),
        ({("a", 'say "go"'): "b"}, {"b"}, "not a name"),
        ({("a", "go"): "b\n[*] --> c"}, {"b"}, "not a name"),
        ({("a", 1): "b"}, {"b"}, "not a name"),
        (None, {"b"}, "not a table"),
        ({("a", "go"): "b"}, "b", "not a set of states"),
        ({("a", "go"): "b"}, [[]], "not a set of states"),
        ({("a", "go"): "b"}, None, "not a set of states"),
    ],
)
def test_tables_that_cannot_be_meant_so(table: Any, final: Any, problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        Lifecycle("x", "a", table=table, final=final)


@pytest.mark.parametrize("bad", [None, 5, float("nan"), [], "x" * 10**6, ""])
def test_wrong_types_are_refused(bad: Any) -> None:
    with pytest.raises(InputError):
        RETURN.step(bad, "approve")
    with pytest.raises(InputError):
        RETURN.step("requested", bad)
    with pytest.raises(InputError):
        Lifecycle(bad, "a", table={("a", "go"): "b"}, final={"b"})
