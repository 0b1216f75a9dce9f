"""Suggestions and gaps hold for any title, code and portfolio, whatever the order in which they are given."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from xbec.trademark.nice.classes import class_gaps, edition, hs_classes
from xbec.trademark.nice.suggest import _vocabulary, suggest_classes

DAYS = st.dates(date(2023, 1, 1), date(2027, 12, 31))
TERMS = sorted(_vocabulary().by_words)
CODES = st.sampled_from(
    ["0901", "3304.99", "3926.90", "4202.92", "6109.10", "6403", "8516.31", "8705", "9003", "9004.10", "9404", "9503"]
)
CLASSES = st.integers(1, 45)
FEW = settings(max_examples=40)


@FEW
@given(st.text(min_size=1, max_size=120).filter(str.strip), DAYS, st.integers(1, 8))
def test_any_title_is_answered_in_order_and_alike_each_time(title: str, on: date, limit: int) -> None:
    found = suggest_classes(title, on=on, limit=limit)
    assert len(found) <= limit
    assert len({each.number for each in found}) == len(found)
    assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)
    assert all(1 <= each.score <= 100 for each in found)
    assert suggest_classes(title, on=on, limit=limit) == found


@FEW
@given(st.sampled_from(TERMS), DAYS)
def test_every_term_finds_its_own_first_class(words: tuple[str, ...], on: date) -> None:
    rows = [term for term in _vocabulary().by_words[words] if term.covers(on)]
    assert rows, words
    best = min(term.rank for term in rows)
    found = suggest_classes(rows[0].text, on=on)
    assert found[0].number in {term.number for term in rows if term.rank == best} or best > 1


@FEW
@given(st.sampled_from(TERMS), DAYS, CODES)
def test_a_code_never_takes_a_class_away(words: tuple[str, ...], on: date, code: str) -> None:
    title = _vocabulary().by_words[words][0].text
    plain = {each.number for each in suggest_classes(title, on=on, limit=45)}
    candidates = {each.number for each in hs_classes(code, on=on).candidates}
    assert {each.number for each in suggest_classes(title, on=on, hs=code, limit=45)} == plain | candidates


@FEW
@given(st.lists(CODES, max_size=6), st.lists(CLASSES, max_size=6), DAYS)
def test_order_and_repetition_do_not_matter(sold: list[str], protected: list[int], on: date) -> None:
    found = class_gaps(sold, protected, on=on).findings
    assert class_gaps(sold[::-1] + sold, protected[::-1] + protected, on=on).findings == found


@FEW
@given(st.lists(CODES, max_size=6), st.lists(CLASSES, max_size=6), CLASSES, DAYS)
def test_one_more_class_never_opens_a_gap(sold: list[str], protected: list[int], more: int, on: date) -> None:
    def open_classes(classes: list[int]) -> set[tuple[str, str]]:
        return {
            (f.where, f.why.split(":")[0]) for f in class_gaps(sold, classes, on=on).findings if f.rule == "nice-gap"
        }

    assert open_classes([*protected, more]) <= open_classes(protected)


@FEW
@given(DAYS)
def test_each_day_has_one_version_that_covers_it(day: date) -> None:
    found = edition(day)
    assert found.start <= day
    assert found.end is None or day < found.end
    if found.end is not None and found.end < date(2028, 1, 1):
        assert edition(found.end - timedelta(days=1)).label == found.label != edition(found.end).label
