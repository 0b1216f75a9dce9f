"""HS codes: how they are written, cut and compared."""

import pickle
from datetime import date
from decimal import Decimal

import pytest
from pydantic import BaseModel, ValidationError

from xbec.errors import InputError
from xbec.goods import HsCode


@pytest.mark.parametrize("text", ["6109.10", "610910", "6109 10", " 61 09 10 ", "6109\u00a010"])
def test_writings_of_one_code_are_one_code(text: str) -> None:
    code = HsCode(text)
    assert code == HsCode("610910")
    assert hash(code) == hash(HsCode("610910"))
    assert (str(code), repr(code), code.digits) == ("6109.10", "HsCode('6109.10')", "610910")


def test_parts_of_a_national_code() -> None:
    code = HsCode("6109.10.00.12")
    assert (code.chapter, code.heading, code.subheading, code.national) == ("61", "6109", "610910", "0012")
    assert HsCode("610910").national == ""


@pytest.mark.parametrize(("text", "shown"), [("61", "61"), ("6109", "6109"), ("61091000", "6109.10.00")])
def test_print(text: str, shown: str) -> None:
    assert str(HsCode(text)) == shown


def test_a_short_code_has_no_subheading() -> None:
    with pytest.raises(InputError, match="too short to have a subheading"):
        _ = HsCode("6109").subheading
    with pytest.raises(InputError, match="too short to have a heading"):
        _ = HsCode("61").heading


@pytest.mark.parametrize(
    "bad",
    ["", " ", "6", "610", "61091", "61091000000", "6109100000000", "abc", "6109.1x", ".6109", "6109..10", "6109.",
     "٦١٠٩", "0001", "00", "77", "7701.10", "1" * 10_000_000, 610910, 61.09, float("nan"), None, True, b"610910",
     ["6109"], Decimal("6109"), date(2026, 1, 1), object()],
)  # fmt: skip
def test_what_is_no_code_is_refused(bad: object) -> None:
    with pytest.raises(InputError) as caught:
        HsCode(bad)  # type: ignore[arg-type]
    assert caught.value.field == "hs"
    assert len(str(caught.value)) < 1000


def test_a_number_is_told_about_its_leading_zero() -> None:
    with pytest.raises(InputError, match="leading zero"):
        HsCode(409000)  # type: ignore[arg-type]


def test_national_chapters_are_marked() -> None:
    assert HsCode("9903.01.25").is_special
    assert not HsCode("9705.10").is_special


def test_prefixes() -> None:
    heading, code = HsCode("6109"), HsCode("6109.10.00")
    assert heading.is_prefix_of(code)
    assert heading.is_prefix_of("6109.10")
    assert not code.is_prefix_of(heading)
    assert code.is_prefix_of(code)
    assert code.startswith("610")
    assert code.startswith("6109.10")
    assert code.startswith(heading)
    assert not code.startswith("62")
    with pytest.raises(InputError):
        code.startswith("")
    with pytest.raises(InputError):
        heading.is_prefix_of("x")


def test_order_is_that_of_the_schedule() -> None:
    codes = [HsCode(text) for text in ("6201", "6109.10.00", "61", "6109", "6109.10")]
    assert [str(code) for code in sorted(codes)] == ["61", "6109", "6109.10", "6109.10.00", "6201"]


def test_a_code_survives_pickle_and_copies() -> None:
    code = HsCode("6109.10")
    assert pickle.loads(pickle.dumps(code)) == code
    assert HsCode(code) == code


def test_as_a_pydantic_field() -> None:
    class Row(BaseModel):
        hs: HsCode

    row = Row.model_validate({"hs": "6109 10"})
    assert row.hs == HsCode("610910")
    assert row.model_dump_json() == '{"hs":"6109.10"}'
    assert Row.model_validate_json(row.model_dump_json()) == row
    assert Row.model_json_schema()["properties"]["hs"]["type"] == "string"
    with pytest.raises(ValidationError, match="not an HS code"):
        Row.model_validate({"hs": 610910})
