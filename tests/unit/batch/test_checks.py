"""What neither the schema nor one line tells is found, and named."""

from __future__ import annotations

import random

import polars as pl
import pytest

from xbec.batch.checks import refuse_repeated_lines, refuse_taken_names, refuse_wide, repeated_lines
from xbec.errors import InputError


def coded(*rows: tuple[int, str | None]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema={"run": pl.UInt32, "line": pl.String}, orient="row")


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [(0, "1")],
        [(0, "1"), (0, "2"), (1, "1"), (1, "2"), (1, "3")],
        [(0, "2"), (0, "1"), (1, "1"), (1, "2")],
        [(1, "1"), (0, "1"), (1, "2"), (0, "2")],
        [(0, None), (0, None), (1, None)],
        [(0, "1"), (0, None), (0, "2"), (0, None)],
    ],
)
def test_ids_that_stand_once_in_their_consignment_are_fine(rows: list[tuple[int, str | None]]) -> None:
    assert repeated_lines(coded(*rows)) is None


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([(0, "1"), (0, "1")], [True, True]),
        ([(0, "1"), (1, "1"), (0, "1")], [True, False, True]),
        ([(0, "2"), (0, "1"), (0, "2"), (1, "2"), (1, None), (1, None)], [True, False, True, False, False, False]),
        ([(0, "1"), (0, None), (0, "1")], [True, False, True]),
    ],
)
def test_rows_of_an_id_that_stands_twice_are_marked(rows: list[tuple[int, str | None]], expected: list[bool]) -> None:
    found = repeated_lines(coded(*rows))
    assert found is not None
    assert found.to_list() == expected


def test_random_ids_are_marked_as_counting_them_marks_them() -> None:
    draw = random.Random(7)
    for _ in range(300):
        rows = [(draw.randrange(4), draw.choice(("1", "2", "3", "10", None))) for _ in range(draw.randrange(9))]
        expected = [row[1] is not None and rows.count(row) > 1 for row in rows]
        found = repeated_lines(coded(*rows))
        assert (found.to_list() if found is not None else [False] * len(rows)) == expected


def test_the_id_that_stands_twice_is_named() -> None:
    refuse_repeated_lines([{"line": "1"}, {"line": None}, {"line": None}, {"line": 2}, {}])
    with pytest.raises(InputError) as refused:
        refuse_repeated_lines([{"line": 1}, {"line": "2"}, {"line": "1"}])
    assert (refused.value.field, refused.value.value) == ("line", "1")


def test_names_of_results_are_taken_as_far_as_they_come() -> None:
    refuse_taken_names(["hs", "duty_low", "charge.vat"], {"duty"}, charges=False, interval=False)
    for names, charges, interval in (
        (["hs", "duty"], False, False),
        (["hs", "duty_low"], False, True),
        (["charge.vat"], True, False),
        (["charge.vat_high"], True, True),
    ):
        with pytest.raises(InputError) as refused:
            refuse_taken_names(names, {"duty"}, charges=charges, interval=interval)
        assert refused.value.field == names[-1]


def test_an_amount_that_no_column_holds_is_named() -> None:
    refuse_wide([{"row": 1, "duty": 2**63 - 1, "procedure": "x", "tax": None}])
    with pytest.raises(InputError) as refused:
        refuse_wide([{"duty": 0}, {"duty": 2**63}])
    assert refused.value.field == "duty"
