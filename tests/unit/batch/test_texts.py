"""Columns of text as numbers: every way to them, and where they are given up."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from random import Random

import polars as pl
import pyarrow
import pytest

from xbec.batch import texts
from xbec.batch.texts import coded

_STATES = "ATBEBGCYCZDEDKEEESFIFRGRHRHUIEITLTLULVMTNLPLPTROSESISK"
MEMBER_STATES = [_STATES[n : n + 2] for n in range(0, len(_STATES), 2)]


@pytest.fixture(params=["as it is", "in rounds", "by words"], autouse=True)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Small columns go the ways of large ones, too."""
    if request.param != "as it is":
        monkeypatch.setattr(texts, "_FEW", 10)
        monkeypatch.setattr(texts, "_LOOKED_AT", 1_000)
        monkeypatch.setattr(texts, "_MANY", 500)
        monkeypatch.setattr(texts, "_BLOCK", 64)
    if request.param == "by words":
        monkeypatch.setattr(texts, "_WORTH_WORDS", 0)


def column(choices: list[str | None], rows: int, *, seed: int = 1) -> pl.Series:
    return pl.Series("named", Random(seed).choices(choices, k=rows), dtype=pl.String)


def back(series: pl.Series, *, most: int = 60_000) -> tuple[pl.Series, pl.Series]:
    """The numbers and categories of a column that is the same again when it is put together from them."""
    found = coded([series], most=most)[0]
    assert found is not None
    numbers, categories = found
    assert categories.dtype == pl.String
    assert categories.n_unique() == len(categories) - categories.null_count() == len(categories)
    assert numbers.name == series.name
    assert categories.gather(numbers).alias(series.name).equals(series, null_equal=True)
    return numbers, categories


@pytest.mark.parametrize(
    "choices",
    [
        ["EUR"],
        ["EUR", "USD", "GBP"],
        MEMBER_STATES,
        ["b2c", "c2c", "b2b2c"],
        ["", "a", "a\0", "\0", "\0a", "ä", "日本", "abcd", "abcde"],
        ["IOSS", "IOSS,VOEC,GB-VAT", "IOSS,VOEC,AU-GST", "IOSS,VOEC,GB-VAT,NO-VAT"],
        ["twelve bytes", "twelve bytez", "thirteen byte", "thirteen bytf"],
        ["a", "b", "abcd", "bbcd"],
        [f"{n:03x}" for n in range(450)],
        [f"{n:06d}" for n in range(300)],
        [str(9_000_000_000 + 37 * n) for n in range(700)],
    ],
    ids=lambda choices: choices[-1],
)
@pytest.mark.parametrize("nulls", [False, True])
def test_the_column_comes_back(choices: list[str], nulls: bool) -> None:
    series = column([*choices, *([None] if nulls else [])], 7_000)
    numbers, categories = back(series)
    assert set(categories) == set(choices)
    assert numbers.null_count() == series.null_count()
    assert numbers.dtype == (pl.UInt8 if len(choices) <= 256 else pl.UInt16)


@pytest.mark.parametrize("count", [255, 256])
def test_rows_without_a_number_are_told_from_the_last_number(count: int) -> None:
    codes = pl.Series([f"{n:03x}" for n in range(count + 1)])
    words = texts._words(codes[:count])
    assert words is not None
    with ThreadPoolExecutor(2) as workers:
        found = texts._by_window(codes, words, workers)
    assert found is not None
    assert found[0].to_list() == list(range(count + 1))
    assert found[1].to_list() == [count]


def test_a_long_column_of_many_codes() -> None:
    series = column([str(6_000_000_000 + 1_013 * n)[: 6 + n % 5] for n in range(700)], 250_000)
    _, categories = back(series)
    assert len(categories) == series.n_unique()


def test_the_column_comes_back_from_chunks_and_slices() -> None:
    series = column(MEMBER_STATES, 3_000)
    pieces = [series[:1_001].slice(3), series[:0], series[1_500:1_501], column(["XX"], 70), series.slice(2_000, 700)]
    chunked = pl.concat(pieces, rechunk=False)
    assert chunked.n_chunks() > 1
    back(chunked)
    back(chunked.slice(997, 1_300))
    back(chunked.filter(chunked != "DE").str.to_lowercase())
    back(chunked.reverse().gather_every(3))


def test_texts_that_the_first_look_misses_get_numbers() -> None:
    series = pl.concat([column(["DE", "FR"], 40_000), pl.Series("named", [f"{n:02x}" for n in range(256)] * 2)])
    numbers, categories = back(series)
    assert len(categories) == 258
    assert numbers.dtype == pl.UInt16


def test_texts_that_stand_where_the_first_look_does_not_go() -> None:
    seldom = [f"a long text of its own, {n}" for n in range(3)]
    back(pl.Series([text for n in range(20_001) for text in ("DE", "FR" if n % 7 else seldom[n % 3])]))


def test_texts_that_are_like_a_code_where_codes_differ() -> None:
    """Of the texts looked at first, none is of another length than two."""
    series = pl.Series([text for n in range(20_001) for text in ("DE" if n % 2 else "FR", "DE" if n % 7 else "DEX")])
    _, categories = back(series)
    assert set(categories) == {"DE", "FR", "DEX"}


@pytest.mark.parametrize("other", ["610910\0", "61091", "610", "", "6109100000", "610910 and eleven more", None])
def test_a_text_that_begins_like_codes_of_one_length(other: str | None) -> None:
    """Of the texts looked at first, all are of six bytes."""
    hs = [f"{610_000 + n}" for n in range(300)]
    series = pl.Series([text for n in range(20_001) for text in (hs[n % 300], hs[n % 7] if n % 7 else other)])
    _, categories = back(series)
    assert set(categories) == {*hs, *([other] if other is not None else [])}


def test_a_column_with_nearly_no_text_in_it() -> None:
    series = pl.Series([None] * 39_001 + ["120 CNY"] + [None] * 998, dtype=pl.String)
    numbers, _ = back(series)
    assert numbers.null_count() == len(series) - 1


@pytest.mark.parametrize("series", [pl.Series([], dtype=pl.String), pl.Series([None] * 50_000, dtype=pl.String)])
def test_no_text_at_all(series: pl.Series) -> None:
    numbers, categories = back(series)
    assert len(numbers) == len(series)
    assert categories.is_empty()


def test_the_same_column_gets_the_same_numbers() -> None:
    series = column([f"{n}" for n in range(300)], 60_000)
    first, second = back(series), back(series.clone())
    assert first[0].equals(second[0])
    assert first[1].equals(second[1])


def test_more_texts_than_wanted() -> None:
    series = column(MEMBER_STATES, 30_000)
    assert coded([series], most=26)[0] is None
    assert coded([series], most=27)[0] is not None


def test_never_more_texts_than_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "_FEW", 100_000)
    series = pl.Series([f"{n}" for n in range(65_537)])
    assert coded([series], most=100_000)[0] is None
    back(series[1:], most=100_000)


def test_texts_laid_out_otherwise_are_the_same_again_or_given_up(way: str) -> None:
    """Arrow wants zeros behind a short text; a foreign library may leave something else there."""
    views = b"".join((2).to_bytes(4, "little") + text for text in (b"DE" + bytes(10), b"FR" + bytes(10)) * 20_000)
    foreign = bytearray(views)
    foreign[16 * 333 + 6] = 7
    foreign[16 * 4_444 + 15] = 7
    array = pyarrow.Array.from_buffers(pyarrow.string_view(), 40_000, [None, pyarrow.py_buffer(bytes(foreign))])
    series = pl.Series("named", array)
    if coded([series])[0] is not None:
        back(series)


def test_a_column_of_different_texts_is_given_up_at_the_first_look(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("all rows were looked at")

    monkeypatch.setattr(texts, "_by_hash", refuse)
    monkeypatch.setattr(texts, "_by_window", refuse)
    monkeypatch.setattr(texts, "_by_product", refuse)
    assert coded([pl.Series([f"parcel {n}" for n in range(70_000)])])[0] is None


@pytest.mark.parametrize("text", ["long name of platform {}", "DE-{:03d}"])
def test_texts_that_all_meet_in_one_slot_are_given_up(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(texts, "_slot", lambda _: pl.col("text").str.len_bytes().cast(pl.UInt16) * 0)
    monkeypatch.setattr(texts, "_FACTORS", ((0, 0),))
    assert coded([column([text.format(n) for n in range(50)], 30_000)])[0] is None


@pytest.mark.parametrize("text", ["long name of platform {}", "DE-{:03d}"])
def test_texts_that_meet_in_one_slot_once_get_numbers_in_the_next_round(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    slot = texts._slot
    monkeypatch.setattr(texts, "_slot", lambda seed: slot(seed) % 4 if seed < 2 else slot(seed))
    monkeypatch.setattr(texts, "_FACTORS", ((0, 0), (0, 1 << 60), *texts._FACTORS))
    _, categories = back(column([text.format(n) for n in range(50)], 30_000))
    assert len(categories) == 50


def test_words_are_not_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "find_spec", lambda _: None)
    back(column(MEMBER_STATES, 30_000))
