"""The border guard: what it takes, what it refuses, and that it says where."""

import json
import time
from decimal import Decimal
from typing import Any

import pytest
from pydantic import BaseModel

from xbec.errors import DocumentError, InputError
from xbec.platforms import at, fit, read_document, step


def refusal(payload: Any) -> DocumentError:
    with pytest.raises(DocumentError) as refused:
        read_document(payload)
    return refused.value


def test_numbers_are_exact() -> None:
    assert read_document('{"a": 0.1, "b": 12, "c": [1e2]}') == {"a": Decimal("0.1"), "b": 12, "c": [Decimal("1e2")]}


def test_text_bytes_and_mapping_are_one() -> None:
    text = '{"name": "Zoë", "lines": [{"price": "1.00"}], "none": null, "yes": true}'
    assert read_document(text) == read_document(text.encode()) == read_document(json.loads(text))
    assert read_document(b"\xef\xbb\xbf{}") == {}


@pytest.mark.parametrize(
    ("payload", "field", "words"),
    [
        ('{"a": [{"b": NaN}]}', "$.a[0].b", "no number"),
        ('{"a": -Infinity}', "$.a", "no number"),
        ('{"a": {"b": 1, "c": 2, "b": 3}}', "$.a", "more than once"),
        ('{"a b": {"x": 1, "x": 1}}', '$["a b"]', "more than once"),
        ('{"a": 1e999999}', "$.a", "out of all bounds"),
        ('{"a": ' + "1" * 10_000 + "}", "$.a", "out of all bounds"),
        ('{"a": "\\ud83d"}', "$.a", "not Unicode"),
        ('{"\\ud83d": 1}', "$", "not Unicode"),
        ("[1]", "$", "no JSON object"),
        ("NaN", "$", "no number"),
        ('{"a": }', "$", "line 1 column 7"),
        ("", "$", "no JSON"),
        (b'{"a": "\xff"}', "$", "byte 7 is not UTF-8"),
        (7, "$", "no document"),
        (None, "$", "no document"),
        ({"a": {1: 2}}, "$.a", "key is no text"),
        ({"a": {1, 2}}, "$.a", "no JSON value"),
        ({"a": Decimal("NaN")}, "$.a", "no number"),
        ({"a": 10**100}, "$.a", "out of all bounds"),
    ],
)
def test_what_is_refused_says_where(payload: Any, field: str, words: str) -> None:
    error = refusal(payload)
    assert error.field == field
    assert words in str(error)


def test_depth_is_limited_before_it_is_built() -> None:
    deep = '{"a":' * 100 + "1" + "}" * 100
    assert read_document(deep)
    assert "too deep" in str(refusal('{"a":' * 101 + "1" + "}" * 101))
    assert "too deep" in str(refusal("[" * 1_000_000))
    assert read_document('{"a": "' + "[" * 1_000 + '\\"{"}')


def test_a_mapping_that_holds_itself_ends() -> None:
    loop: dict[str, Any] = {}
    loop["again"] = loop
    assert "too deep" in str(refusal(loop))


def test_a_mapping_that_shares_its_parts_too_often_ends() -> None:
    part: Any = 1
    for _ in range(60):
        part = [part, part]
    assert "too many values" in str(refusal({"a": part}))


def test_size_is_limited() -> None:
    assert "characters" in str(refusal('{"a": "' + "x" * 10_000_000 + '"}'))
    assert "bytes" in str(refusal(b" " * 10_000_001))


def test_an_unterminated_string_of_many_quotes_is_refused_at_once() -> None:
    began = time.process_time()
    refusal('{"a": "' + '\\"' * 1_000_000)
    refusal('{"a": ' + '"' * 1_000_001)
    assert time.process_time() - began < 30


def test_the_callers_mapping_is_copied() -> None:
    given = {"a": [{"b": 1}]}
    read_document(given)["a"][0]["b"] = 2
    assert given == {"a": [{"b": 1}]}


class _Part(BaseModel):
    price: Decimal


class _Whole(BaseModel):
    lines: list[_Part]


def test_a_model_that_does_not_fit_names_the_path() -> None:
    with pytest.raises(DocumentError) as refused:
        fit(_Whole, {"lines": [{"price": "1"}, {"price": "dear"}, {}]}, at="$.order")
    assert refused.value.field == "$.order.lines[1].price"
    assert refused.value.value == "dear"
    assert refused.value.allowed == "a valid decimal"
    assert "and 1 more" in str(refused.value)
    with pytest.raises(DocumentError, match="missing") as missing:
        fit(_Whole, {"lines": [{}]})
    assert missing.value.field == "$.lines[0].price"


def test_an_input_error_becomes_a_document_error_at_its_path() -> None:
    with pytest.raises(DocumentError) as refused, at("$.order.country"):
        raise InputError("not a country", field="country", value="XX", allowed="ISO 3166-1", cure="look it up")
    error = refused.value
    assert (error.field, error.value, error.allowed, error.cure) == (
        "$.order.country",
        "XX",
        "ISO 3166-1",
        "look it up",
    )


def test_paths_quote_what_is_no_word() -> None:
    assert step("$", "a.b") == '$["a.b"]'
    assert len(step("$", "x" * 10_000)) < 200
