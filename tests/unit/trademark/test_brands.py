from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from xbec.errors import DataFileError, InputError
from xbec.trademark.brands.programmes import accepts, brand_programme, brand_programmes, qualifies, read_brand_programme
from xbec.trademark.notice import NOT_LEGAL_ADVICE
from xbec.trademark.owned_mark import OwnedMark

TODAY = date(2026, 11, 25)
AMAZON = "amazon-brand-registry"
HOME = OwnedMark(office="CN", status="registered", text="NORDLICHT", number="12345678", owner="Meridian Goods LLC")
HERE = OwnedMark(office="US", status="pending", text="NORDLICHT", number="98000001", owner="Meridian Goods LLC")


def test_a_mark_that_contradicts_itself_is_refused_with_everything_wrong_at_once() -> None:
    with pytest.raises(InputError) as refused:
        OwnedMark(
            office="EU",
            status="live",
            classes={0, "x"},  # type: ignore[arg-type]
            filed=date(2026, 3, 1),
            registered=date(2026, 2, 1),
            expires=date(2026, 1, 1),
        )
    told = str(refused.value)
    for part in ("'EU'", "EUIPO is EM", "'live'", "not a class: 0", "not a class: 'x'", "registered 2026-02-01 lies"):
        assert part in told
    assert "expires 2026-01-01 lies before registered 2026-02-01" in told


def test_a_pending_mark_has_no_day_of_registration() -> None:
    with pytest.raises(InputError, match="pending, yet registered on 2026-02-01"):
        OwnedMark(office="US", status="pending", registered=date(2026, 2, 1))


def test_a_registration_past_its_last_day_is_expired() -> None:
    mark = OwnedMark(office="US", status="registered", expires=date(2026, 11, 24))
    assert (mark.state_on(date(2026, 11, 24)), mark.state_on(TODAY)) == ("registered", "expired")


def test_of_several_marks_the_one_that_comes_furthest_answers() -> None:
    first = qualifies([HOME, HERE], AMAZON, on=TODAY, brand_name="NORDLICHT")
    second = qualifies([HERE, HOME], AMAZON, on=TODAY, brand_name="NORDLICHT")
    assert first == second
    assert first.mark is HERE
    assert [other.mark for other in first.others] == [HOME]
    assert "other mark: CN 12345678 NORDLICHT (registered): no" in first.explain()


def test_what_is_not_stated_never_counts_as_yes() -> None:
    bare = qualifies(HERE, AMAZON, on=TODAY)
    assert (bare.answer, bare.mark_answer) == ("unknown", "unknown")
    stated = qualifies(
        HERE,
        AMAZON,
        on=TODAY,
        brand_name="NORDLICHT",
        seller="Meridian Goods LLC",
        shown_on="product",
        contact_reached=True,
    )
    assert (stated.answer, stated.findings) == ("yes", ())


def test_an_owner_not_stated_is_a_question_not_a_no() -> None:
    mark = OwnedMark(office="US", status="registered", text="NORDLICHT", number="7000001")
    owner = qualifies(mark, AMAZON, on=TODAY, seller="Lumen Trading Ltd").requirement("owner")
    assert owner is not None
    assert (owner.state, owner.why) == (
        "unknown",
        "not stated that Lumen Trading Ltd owns the mark or may act for the owner on record",
    )


def test_a_check_is_plain_values() -> None:
    plain = qualifies([HOME, HERE], AMAZON, on=TODAY).to_dict()
    assert json.loads(json.dumps(plain)) == plain
    assert plain["notice"] == NOT_LEGAL_ADVICE


@pytest.mark.parametrize(
    ("ident", "office", "status", "answer"),
    [
        (AMAZON, "US", "registered", "yes"),
        (AMAZON, "US", "pending", "yes"),
        (AMAZON, "US", "abandoned", "no"),
        (AMAZON, "CH", "registered", "no"),
        (AMAZON, "JP", "pending", "unknown"),
        ("walmart-brand-portal", "US", "pending", "no"),
        ("ebay-vero", "CH", "registered", "yes"),
        ("tiktok-shop", "US", "pending", "no"),
    ],
)
def test_what_a_programme_takes_of_an_office(ident: str, office: str, status: str, answer: str) -> None:
    assert accepts(ident, office, status, on=TODAY).answer == answer


def test_before_any_copy_was_read_the_answer_is_unknown() -> None:
    taken = accepts(AMAZON, "US", "registered", on=date(2019, 1, 1))
    assert (taken.answer, taken.source) == ("unknown", None)


def test_the_list_of_amazon_is_the_one_printed() -> None:
    listed = brand_programme(AMAZON).listed(TODAY)
    printed = "US BR CA MX AU IN JP FR DE IT ES TR SG SA SE PL EG BX GB EM AE"
    assert " ".join(listed) == " ".join(sorted(printed.split()))


def test_bad_questions_are_refused() -> None:
    with pytest.raises(InputError, match="amazon-brand-registry"):
        qualifies(HERE, "etsy", on=TODAY)
    with pytest.raises(InputError, match="no mark to check"):
        qualifies([], AMAZON, on=TODAY)
    with pytest.raises(InputError, match="not a status"):
        accepts(AMAZON, "US", "live", on=TODAY)
    with pytest.raises(InputError, match="not a set of classes"):
        qualifies(HERE, "aliexpress", on=TODAY, goods_classes="9")  # type: ignore[arg-type]


ROWS = """
programme = "corner-shop"
name = "Corner Shop"
platform = "Corner Shop"
purpose = "to sell"

[source.page]
title = "Corner Shop, conditions"
checked = 2026-11-25

[[accepts]]
offices = ["US"]
registered = "yes"
pending = "no"
from = 2026-01-01
source = "page"

[[rule]]
id = "corner-shop-{kind}"
topic = "mark"
requires = "a mark"
severity = "error"
defective = "no"
from = 2026-01-01
source = "page"
"""


def test_a_programme_of_ones_own_is_a_file(tmp_path: Path) -> None:
    path = tmp_path / "corner-shop.toml"
    path.write_text(ROWS.format(kind="office"), encoding="utf-8")
    own = read_brand_programme(path)
    assert (own.id, own.listed(TODAY), list(own.rules)) == ("corner-shop", ("US",), ["corner-shop-office"])


def test_a_rule_without_a_condition_does_not_load(tmp_path: Path) -> None:
    path = tmp_path / "corner-shop.toml"
    path.write_text(ROWS.format(kind="mood"), encoding="utf-8")
    with pytest.raises(DataFileError, match="corner-shop-mood"):
        read_brand_programme(path)


def test_a_programme_without_a_name_does_not_load(tmp_path: Path) -> None:
    path = tmp_path / "corner-shop.toml"
    path.write_text(ROWS.format(kind="office").replace('name = "Corner Shop"\n', ""), encoding="utf-8")
    with pytest.raises(DataFileError, match="name"):
        read_brand_programme(path)


def test_the_seven_programmes() -> None:
    assert brand_programmes() == (
        "alibaba-ipp",
        "aliexpress",
        AMAZON,
        "ebay-vero",
        "tiktok-shop",
        "tmall-global",
        "walmart-brand-portal",
    )
    assert all(brand_programme(ident).id == ident for ident in brand_programmes())
