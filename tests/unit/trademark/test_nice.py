"""The Nice classification: its data is whole and cited, its answers carry evidence, bad input is refused."""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import date, datetime

import pytest

from xbec.errors import GapError, InputError, MissingExtra
from xbec.goods import HsCode
from xbec.kernel.dated import Sources, read_toml
from xbec.kernel.timeline import NoPeriod
from xbec.trademark.nice.classes import NICE, class_gaps, edition, hs_classes, nice_class, nice_sources
from xbec.trademark.nice.suggest import Suggestion, _read_terms, suggest_classes
from xbec.trademark.notice import NOT_LEGAL_ADVICE

ON = date(2026, 6, 1)
MOVE = date(2026, 1, 1)


def test_all_45_classes_have_a_kind_and_a_scope_on_both_sides_of_the_13th_edition() -> None:
    for day in (date(2023, 1, 1), ON):
        classes = [nice_class(number, on=day) for number in range(1, 46)]
        assert [c.kind for c in classes] == ["goods"] * 34 + ["services"] * 11
        assert all(c.scope and c.source.url for c in classes)
    assert "sunglasses" in nice_class(9, on=date(2025, 12, 31)).scope
    assert "sunglasses" in nice_class(10, on=ON).scope
    assert "heated clothing" in nice_class(11, on=date(2025, 12, 31)).scope


def test_years_follow_each_other_without_a_gap_and_the_next_one_is_marked_unconfirmed() -> None:
    labels = [edition(date(year, 7, 1)).label for year in range(2012, 2028)]
    assert len(set(labels)) == 16
    assert all(label.endswith(f"-{year})") for label, year in zip(labels, range(2012, 2028), strict=True))
    expected = edition(date(2027, 7, 1))
    assert (expected.status, expected.confidence) == ("announced", "unconfirmed")
    assert "office of origin" in expected.madrid
    assert str(edition(ON)) == "NCL(13-2026) from 2026-01-01"


@pytest.mark.parametrize("day", [date(2011, 12, 31), date(2028, 1, 1)])
def test_a_day_of_no_known_version_is_a_gap(day: date) -> None:
    with pytest.raises(NoPeriod):
        edition(day)
    with pytest.raises(NoPeriod):
        suggest_classes("shoes", on=day)


def test_a_day_before_the_12th_edition_has_a_version_but_no_vocabulary() -> None:
    assert edition(date(2019, 5, 1)).label == "NCL(11-2019)"
    with pytest.raises(NoPeriod, match="2023-01-01"):
        suggest_classes("shoes", on=date(2019, 5, 1))


@pytest.mark.parametrize("number", [0, 46, -1, True, "9", 9.0, None])
def test_what_is_no_class_is_refused(number: object) -> None:
    with pytest.raises(InputError, match="1 to 45"):
        nice_class(number, on=ON)  # type: ignore[arg-type]


def test_a_moment_is_no_filing_day() -> None:
    with pytest.raises(InputError):
        edition(datetime(2026, 1, 1, 12, 0))  # noqa: DTZ001


def test_every_row_of_the_vocabulary_is_cited_dated_and_of_a_class() -> None:
    terms = list(_read_terms())
    assert len(terms) > 5_000
    for term in terms:
        assert 1 <= term.number <= 45, term
        assert nice_sources().cite(term.source, key=term.text).checked >= date(2026, 11, 22)
        assert term.end is None or term.start < term.end, term
    assert {term.number for term in terms} == set(range(1, 46))


def test_a_term_has_one_first_class_on_a_day_or_says_that_it_has_several() -> None:
    for day in (date(2025, 12, 31), ON):
        first: dict[tuple[str, ...], int] = {}
        for term in _read_terms():
            if term.rank == 1 and term.covers(day):
                assert first.setdefault(term.words, term.number) == term.number, term.text


def test_moves_of_an_edition_leave_no_day_without_a_class() -> None:
    ended = {term.words for term in _read_terms() if term.end is not None}
    begun = {term.words for term in _read_terms() if term.start == MOVE}
    assert ended <= begun
    assert len(ended) > 40


def test_every_chapter_of_the_hs_has_candidates_and_the_likeliest_comes_first() -> None:
    order = ("high", "medium", "low")
    codes = [f"{chapter:02}" for chapter in range(1, 98) if chapter != 77]
    codes += read_toml(NICE / "hs.toml")["heading"]
    assert len(codes) > 500
    for code in codes:
        for day in (date(2023, 1, 1), ON):
            found = hs_classes(code, on=day)
            ranks = [order.index(c.likelihood) for c in found.candidates]
            assert ranks == sorted(ranks), code
            numbers = [c.number for c in found.candidates]
            assert len(set(numbers)) == len(numbers), code
            assert all(1 <= number <= 34 for number in numbers), code


def test_a_heading_stands_before_its_chapter() -> None:
    assert hs_classes("8516.31", on=ON).code == "8516"
    assert hs_classes(HsCode("6109.10"), on=ON).code == "61"
    assert hs_classes("42", on=ON).code == "42"
    with pytest.raises(GapError, match="chapters 01 to 97"):
        hs_classes("9801.00", on=ON)
    with pytest.raises(InputError):
        hs_classes("not a code", on=ON)


def test_sources_of_the_editions_resolve() -> None:
    content = read_toml(NICE / "editions.toml")
    sources = Sources(content["source"], name="editions.toml")
    assert sources.cite(content["madrid"]["source"], key="madrid").url


def test_a_suggestion_carries_its_evidence() -> None:
    found = suggest_classes("silicone phone case", on=ON, hs="3926.90")[0]
    assert found == Suggestion(
        number=9,
        kind="goods",
        scope=nice_class(9, on=ON).scope,
        score=100,
        term="phone case",
        match="together",
        hs="3926",
        moved=None,
        edition="NCL(13-2026)",
        source=nice_sources().cite("ncl13 class 9", key="phone case"),
        confidence="medium",
    )
    written = found.to_dict()
    assert written["notice"] == NOT_LEGAL_ADVICE
    assert written["source"].startswith("Nice Agreement")
    assert "HS 3926" in str(found)


def test_a_title_of_the_official_list_is_cited_by_its_basic_number() -> None:
    found = suggest_classes("sleeping bags", on=ON)[0]
    assert (found.number, found.confidence) == (24, "high")
    assert found.source.id == "ncl12"
    assert found.source.locator is not None
    assert found.source.locator.isdigit()


def test_the_first_thought_weighs_most_and_its_last_thing_is_the_thing() -> None:
    numbers = [each.number for each in suggest_classes("water bottle with carrying bag", on=ON)]
    assert numbers[:2] == [21, 18]
    assert suggest_classes("car blanket", on=ON)[0].number == 24


def test_limit_cuts_the_list() -> None:
    assert len(suggest_classes("gloves", on=ON, limit=2)) == 2
    for limit in (0, -1, True, 1.5):
        with pytest.raises(InputError, match="limit"):
            suggest_classes("gloves", on=ON, limit=limit)  # type: ignore[arg-type]


@pytest.mark.parametrize("title", ["", "   ", None, 7, b"shoes", "x" * 501, "a b c d e f g " * 30])
def test_what_is_no_title_is_refused(title: object) -> None:
    with pytest.raises(InputError, match="title"):
        suggest_classes(title, on=ON)  # type: ignore[arg-type]


@pytest.mark.parametrize("title", ["qqqqzzzz xxyyy", "手机壳", "!!! ???", "for the with", "12345"])
def test_unknown_words_have_no_suggestion(title: str) -> None:
    assert suggest_classes(title, on=ON) == ()


def test_without_rapidfuzz_exact_terms_work_and_only_a_misspelt_title_needs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "rapidfuzz", None)
    assert suggest_classes("phone case", on=ON)[0].number == 9
    assert suggest_classes("zzyzx", on=ON, hs="6403")[0].number == 25
    with pytest.raises(MissingExtra, match=r"xbec\[trademark\]"):
        suggest_classes("sunglases", on=ON)


def test_a_corrected_word_is_said_to_be_one() -> None:
    found = suggest_classes("sunglases", on=ON)[0]
    assert (found.number, found.match) == (10, "spelling")
    assert found.score < suggest_classes("sunglasses", on=ON)[0].score


def test_findings_say_what_follows_and_what_to_do() -> None:
    (gap, *_) = class_gaps(["6403.99"], [18], on=ON).findings
    assert "HS 6403: most goods of this code fall in class 25" in str(gap)
    assert gap.cure is not None
    assert gap.consequence is not None
    assert gap.source is not None
    nothing = class_gaps([], [], on=ON)
    assert nothing.findings == ()
    assert str(nothing).endswith(NOT_LEGAL_ADVICE)
    assert nothing.to_dict()["notice"] == NOT_LEGAL_ADVICE


@pytest.mark.parametrize(("sold", "protected"), [("6109", [25]), (["6109"], 25), (7, [25]), (["6109"], "25")])
def test_lists_are_lists(sold: object, protected: object) -> None:
    with pytest.raises(InputError, match="not a list"):
        class_gaps(sold, protected, on=ON)  # type: ignore[arg-type]


def test_hostile_entries_are_findings() -> None:
    found = class_gaps([None, 6109, "x" * 10_000, ["6109"]], [None, "25", 25.0, True], on=ON).findings  # type: ignore[list-item]
    assert {f.rule for f in found} == {"nice-bad-hs", "nice-no-class"}
    assert len(found) == 8
    assert all(len(f.where) <= 80 for f in found)


def test_nothing_of_it_is_read_before_it_is_asked() -> None:
    script = (
        "import sys; import xbec, xbec.trademark.nice.suggest; from xbec.trademark.nice import classes, suggest;"
        "assert 'rapidfuzz' not in sys.modules;"
        "assert suggest._vocabulary.cache_info().currsize == classes._classes.cache_info().currsize == 0"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)


def test_a_long_title_is_answered_at_once() -> None:
    title = " ".join(f"wordd{chr(97 + n % 26)}{chr(97 + n // 26)}" for n in range(60))
    suggest_classes("sunglases", on=ON)
    start = time.perf_counter()
    suggest_classes(title, on=ON)
    suggest_classes("dog collar bag " * 26, on=ON)
    assert time.perf_counter() - start < 2
