"""Statements of fees: totals, derivation, doubts, currencies, and what is refused."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from xbec import Money
from xbec.errors import GapError, InputError, NoRate
from xbec.fx import Fx, RateTable
from xbec.kernel.timeline import NoPeriod
from xbec.trademark.application import Applicant, Application, Item, Mark, Verification
from xbec.trademark.fees.filing import fee_rows, fee_variants, filing_fees, madrid_fees
from xbec.trademark.fees.statement import FeeStatement
from xbec.trademark.fees.upkeep import office_life_cost, upkeep_fees
from xbec.trademark.fees.us import application_fees, life_cost, missing_information
from xbec.trademark.notice import NOT_LEGAL_ADVICE
from xbec.trademark.office_data import PER_WORDS, read_office

DAY = date(2026, 3, 2)
SIGNED = Verification(signed=date(2026, 3, 1))
OWNER = Applicant(name="Meridian Goods LLC", kind="limited liability company", domicile="US", citizenship="US")


def app(*items: Item, **words: Any) -> Application:
    given: dict[str, Any] = {"applicants": [OWNER], "mark": Mark(text="MERIDIAN"), "verification": SIGNED, **words}
    return Application(items=items or (item(),), **given)


def item(nice_class: int = 25, text: str = "Shirts", basis: str = "1(a)", *, picked: bool | None = True) -> Item:
    return Item(nice_class=nice_class, text=text, bases={basis}, id_manual=picked)


def rules(statement: FeeStatement) -> set[str]:
    return {finding.rule for finding in statement.findings}


# --- statements ---


def test_a_line_says_day_quantity_unit_source_and_confidence() -> None:
    (line,) = filing_fees("US", act="section-8", classes=3, on=DAY).lines
    assert (line.day, line.quantity, line.unit, line.total) == (DAY, 3, Money("325", "USD"), Money("975", "USD"))
    assert line.confidence == "high"
    assert str(line).startswith("2026-03-02  US  declaration of use under section 8: 3 x 325.00 USD = 975.00 USD  [")
    assert "37 CFR 2.6(a)(12)" in str(line)


def test_a_statement_is_plain_values_for_json() -> None:
    plain = json.loads(json.dumps(filing_fees("US", act=("section-8", "section-9"), classes=1, on=DAY).to_dict()))
    assert plain["totals"] == {"USD": "650.00 USD"}
    assert [line["fee"] for line in plain["lines"]] == ["section-8", "section-9"]
    assert plain["notice"] == NOT_LEGAL_ADVICE


def test_statements_add_up_in_the_order_of_days() -> None:
    later = filing_fees("US", act="section-8", classes=1, on=date(2026, 6, 1))
    both = later + filing_fees("US", classes=1, on=DAY)
    assert [line.act for line in both.lines] == ["application", "section-8"]
    assert both.total == Money("675", "USD")


def test_two_currencies_have_totals_and_no_total() -> None:
    both = filing_fees("US", classes=1, on=DAY) + filing_fees("EM", classes=1, on=DAY)
    assert both.totals == {"USD": Money("350", "USD"), "EUR": Money("850", "EUR")}
    with pytest.raises(InputError, match="several currencies"):
        _ = both.total


def test_a_statement_without_fees_has_no_total() -> None:
    with pytest.raises(InputError, match="without fees"):
        _ = FeeStatement(title="nothing", lines=()).total


def test_one_currency_at_a_stated_rate() -> None:
    both = filing_fees("US", classes=1, on=DAY) + filing_fees("EM", classes=1, on=DAY)
    worth = both.in_currency("EUR", fx=Fx().stated({"EUR/USD": "1.25"}), on=DAY)
    assert worth.total == Money("1130", "EUR")
    assert "350.00 USD = 280.00 EUR  (1 EUR = 1.25 USD, stated of 2026-03-02)" in worth.explain()
    assert worth.explain().endswith(NOT_LEGAL_ADVICE)
    assert worth.to_dict()["total"] == "1130.00 EUR"


def test_the_reference_rate_of_the_european_central_bank() -> None:
    table = RateTable.from_rows(
        [{"source": "ecb", "base": "EUR", "quote": "USD", "rate": "1.1411", "from": "2026-03-02"}]
    )
    worth = filing_fees("US", classes=1, on=DAY).in_currency("EUR", fx=Fx(table), on=DAY)
    assert worth.total == Money("306.72", "EUR")


def test_a_rate_that_is_not_there_is_an_error() -> None:
    with pytest.raises(NoRate, match="USD"):
        filing_fees("US", classes=1, on=DAY).in_currency("EUR", fx=Fx(), on=DAY)


def test_a_fee_of_low_confidence_is_a_finding() -> None:
    found = filing_fees("JP", act="renewal-grace", classes=1, on=DAY).findings
    assert [(each.rule, each.severity, each.confidence) for each in found] == [("fee-confidence", "warning", "low")]


def test_a_share_is_as_doubtful_as_what_it_is_a_share_of() -> None:
    (line,) = filing_fees("WO", act="renewal-grace", classes=1, on=DAY).lines
    assert line.confidence == "medium"
    assert line.note == "50 % of renewal"


def test_a_fee_of_a_later_day_is_told_and_the_longer_the_graver() -> None:
    read = filing_fees("US", classes=1, on=DAY)
    soon = filing_fees("US", classes=1, on=date(2026, 12, 15))
    late = filing_fees("US", classes=1, on=date(2031, 3, 3))
    assert "fee-of-a-later-day" not in rules(read)
    assert [each.severity for each in soon.findings if each.rule == "fee-of-a-later-day"] == ["info"]
    assert [each.severity for each in late.findings if each.rule == "fee-of-a-later-day"] == ["warning"]
    assert late.lines[0].assumed
    assert "fee of the day it was read" in late.explain()


def test_old_fees_after_any_number_of_days() -> None:
    statement = filing_fees("US", classes=1, on=date(2027, 3, 2))
    assert statement.old(365) == ()
    assert statement.old(30) == statement.lines


# --- offices ---


def test_every_word_of_per_counts(tmp_path: Path) -> None:
    pers = [*PER_WORDS, "class beyond 3", "item beyond 10", "started thousand characters beyond 1,000"]
    rows = "".join(
        f'[[fee]]\nid = "f{n}"\ntitle = "t"\namount = "1 EUR"\nper = "{per}"\nfrom = 2020-01-01\nsource = "s"\n'
        for n, per in enumerate(pers)
    )
    place = read_office(office_file(tmp_path, rows))
    times = {
        per: sum(
            line.quantity
            for line in filing_fees(
                place,
                act=f"f{n}",
                classes=5,
                on=DAY,
                items=[12, 10, 0, 11, 1],
                characters=[1000, 1001, 0, 3000, 1],
                designations=7,
                created=2,
            ).lines
        )
        for n, per in enumerate(pers)
        if per not in ("first class", "second class")
    }
    assert times == {
        "application": 1,
        "registration": 1,
        "request": 1,
        "new application": 2,
        "class": 5,
        "third and further class": 3,
        "further class": 4,
        "designation": 7,
        "class beyond 3": 2,
        "item beyond 10": 3,
        "started thousand characters beyond 1,000": 3,
    }


@pytest.mark.parametrize(
    ("pers", "classes", "total"),
    [
        (["first class"], 1, "1"),
        (["first class"], 2, None),
        (["first class", "second class"], 2, "2"),
        (["first class", "second class"], 3, None),
        (["first class", "further class"], 3, "3"),
        (["first class", "class beyond 1"], 3, "3"),
        (["first class", "second class", "third and further class"], 4, "4"),
        (["application", "class beyond 3"], 3, "1"),
    ],
)
def test_a_class_that_no_row_prices_is_a_gap(tmp_path: Path, pers: list[str], classes: int, total: str | None) -> None:
    rows = "".join(
        f'[[fee]]\nid = "f{n}"\nact = "application"\ntitle = "t"\namount = "1 EUR"\nper = "{per}"\n'
        'from = 2020-01-01\nsource = "s"\n'
        for n, per in enumerate(pers)
    )
    place = read_office(office_file(tmp_path, rows))
    if total is None:
        with pytest.raises(GapError, match="classes after the first"):
            filing_fees(place, classes=classes, on=DAY)
    else:
        assert filing_fees(place, classes=classes, on=DAY).total == Money(total, "EUR")


def test_the_ways_of_filing_that_an_office_prices() -> None:
    assert fee_variants("US", "application", on=DAY) == (None, "paper")
    assert set(fee_variants("US", "application", on=date(2024, 6, 3))) == {"teas-plus", "teas-standard", "paper"}
    assert set(fee_variants("AU", "application", on=DAY)) == {None, "picklist", "paper"}


def test_a_variant_stands_in_place_of_the_plain_row_of_its_per_only() -> None:
    rows = fee_rows("EM", "application", on=DAY, variant="paper")
    assert [row.value.id for row in rows] == ["application-paper", "application-second", "application-further"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ({"classes": 0}, "1 to 1000"),
        ({"classes": True}, "1 to 1000"),
        ({"classes": "2"}, "1 to 1000"),
        ({"on": datetime(2026, 3, 2, tzinfo=UTC)}, "not a day"),
        ({"on": "2026-03-02"}, "not a day"),
        ({"variant": "fax"}, "allowed: paper or None"),
        ({"items": [1, 2]}, "1 whole numbers"),
        ({"items": ["many"]}, "1 whole numbers"),
        ({"items": 3}, "1 whole numbers"),
        ({"characters": [-1]}, "1 whole numbers"),
        ({"created": 0}, "1 to 1000"),
        ({"act": 3}, "not an act"),
        ({"act": []}, "not an act"),
        ({"act": ["section-8", None]}, "not an act"),
    ],
)
def test_bad_words_are_refused_naming_what_is_allowed(words: dict[str, Any], says: str) -> None:
    with pytest.raises(InputError, match=says):
        filing_fees("US", **{"classes": 1, "on": DAY, **words})


def test_an_act_priced_only_by_variant_names_them() -> None:
    with pytest.raises(InputError, match="allowed: paper, teas-plus, teas-standard"):
        filing_fees("US", classes=1, on=date(2024, 6, 3))


def test_an_act_without_a_fee_names_those_there_are() -> None:
    with pytest.raises(GapError, match=r"allowed: .*application"):
        filing_fees("EM", act="blessing", classes=1, on=DAY)


def test_a_day_before_our_data_names_the_first_there_is() -> None:
    with pytest.raises(NoPeriod, match="2021-01-02 onward") as problem:
        filing_fees("US", act="opposition", classes=1, on=date(2001, 1, 1))
    assert problem.value.first == date(2021, 1, 2)


# --- applications at the USPTO ---


def test_a_complete_application_pays_the_base_fee_only() -> None:
    statement = application_fees(app(), on=DAY)
    assert statement.total == Money("350", "USD")
    assert statement.findings == ()


@pytest.mark.parametrize(
    ("words", "where"),
    [
        ({"applicants": []}, "applicant"),
        ({"applicants": [Applicant(name="M", kind="corporation", citizenship="US")]}, "applicant M"),
        ({"applicants": [Applicant(name="M", domicile="US", citizenship="US")]}, "applicant M"),
        ({"applicants": [Applicant(name="M", domicile="US", kind="corporation")]}, "applicant M"),
        ({"verification": None}, "verification"),
        ({"verification": Verification(signer="A. Person")}, "verification"),
        ({"mark": Mark(text="LUZ", foreign_words=True)}, "mark"),
        ({"mark": Mark(text="光", non_latin=True, transliteration=None)}, "mark"),
        ({"mark": Mark(form="design", drawing=True)}, "mark"),
        ({"mark": Mark(form="design", drawing=False, description="a star")}, "mark"),
        (
            {"mark": Mark(form="design", drawing=True, description="d", colours=["red"], colour_claim=False)},
            "mark",
        ),
        ({"mark": Mark(text="ADA EXAMPLE", living_individual="Ada Example", consent=False)}, "mark"),
    ],
)
def test_what_is_missing_draws_the_surcharge_once_for_each_class(words: dict[str, Any], where: str) -> None:
    statement = application_fees(app(item(), item(9, "Phone cases"), **words), on=DAY)
    assert statement.total == Money("900", "USD")
    found = [each for each in statement.findings if each.rule == "us-base-application"]
    assert where in {each.where for each in found}
    assert all(each.severity == "warning" for each in found)


def test_two_things_missing_draw_it_no_more_often_than_one() -> None:
    bare = app(applicants=[Applicant(name="M")], verification=None)
    assert application_fees(bare, on=DAY).total == Money("450", "USD")


def test_an_item_without_a_basis_is_missing_information() -> None:
    bare = app(Item(nice_class=25, text="Shirts", bases=(), id_manual=True))
    assert application_fees(bare, on=DAY).total == Money("450", "USD")


@pytest.mark.parametrize(
    "mark",
    [
        Mark(text="LUZ", foreign_words=True, translation="light"),
        Mark(text="光", non_latin=True, transliteration="guang"),
        Mark(form="design", drawing=True, description="a star"),
        Mark(form="design", drawing=True, description="d", colours=["red"], colour_claim=True),
        Mark(text="ADA EXAMPLE", living_individual="Ada Example", consent=True),
    ],
)
def test_what_is_there_draws_no_surcharge(mark: Mark) -> None:
    assert application_fees(app(mark=mark), on=DAY).total == Money("350", "USD")
    assert {each.state for each in missing_information(app(mark=mark), DAY)} == {"present"}


def test_what_is_not_stated_is_told_and_draws_none() -> None:
    statement = application_fees(app(mark=Mark(text="ADA", living_individual="Ada Example")), on=DAY)
    assert statement.total == Money("350", "USD")
    assert [(each.rule, each.severity) for each in statement.findings] == [("us-base-application", "info")]


def test_the_caller_may_say_that_it_is_complete() -> None:
    assert application_fees(app(verification=None), on=DAY, complete=True).total == Money("350", "USD")
    assert application_fees(app(), on=DAY, complete=False).total == Money("450", "USD")


def test_the_rule_of_missing_information_speaks_of_teas_plus_before_2025() -> None:
    statement = application_fees(app(verification=None), on=date(2024, 6, 3))
    assert statement.total == Money("350", "USD")
    assert "TEAS Plus" in str([each.consequence for each in statement.findings])


def test_an_application_without_goods_has_no_fee() -> None:
    with pytest.raises(InputError, match="without goods or services"):
        application_fees(Application(applicants=[OWNER], mark=Mark(text="MERIDIAN"), items=()), on=DAY)


def test_a_form_of_2024_is_none_of_2026() -> None:
    with pytest.raises(InputError, match="no such form on that day"):
        application_fees(app(), on=DAY, form="teas-plus")


def test_66a_beside_another_basis_is_refused() -> None:
    with pytest.raises(InputError, match=r"66\(a\) stands alone"):
        application_fees(app(item(basis="66(a)"), item(9, "Phone cases")), on=DAY)


def test_the_order_of_items_does_not_matter() -> None:
    items = [item(9, "Cases", picked=False), item(25, "x" * 1200, picked=False), item(25, "Hats")]
    there, back = application_fees(app(*items), on=DAY), application_fees(app(*reversed(items)), on=DAY)
    assert there.total == back.total == Money("1300", "USD")


# --- lives ---


def test_fees_of_the_life_are_in_the_order_of_their_days() -> None:
    statement = life_cost(app(item(basis="1(b)")), on=DAY, allowed=date(2026, 11, 24), extensions=2, complete=True)
    days = [line.day for line in statement.lines]
    assert days == sorted(days)
    assert [line.act for line in statement.lines] == [
        "application",
        "extension-statement-of-use",
        "extension-statement-of-use",
        "statement-of-use",
        "section-8",
        "section-8",
        "section-9",
    ]
    assert "fee-day-not-stated" in rules(statement)


def test_the_notice_of_allowance_of_the_application_counts() -> None:
    allowed = app(item(basis="1(b)"), allowed=date(2026, 3, 24))
    statement = life_cost(allowed, on=DAY, registered=date(2027, 1, 5), complete=True)
    assert [line.day for line in statement.of("statement-of-use")] == [date(2026, 9, 24)]
    assert "fee-day-not-stated" not in rules(statement)


@pytest.mark.parametrize("extensions", [-1, 6, True, "1"])
def test_more_extensions_than_the_law_allows_are_refused(extensions: Any) -> None:
    with pytest.raises(InputError, match="0 to 5"):
        life_cost(app(item(basis="1(b)")), on=DAY, extensions=extensions)


@pytest.mark.parametrize("years", [-1, 101, True, "10", None])
def test_years_are_a_number_of_years(years: Any) -> None:
    with pytest.raises(InputError, match="0 to 100"):
        life_cost(app(), on=DAY, years=years)
    with pytest.raises(InputError, match="0 to 100"):
        office_life_cost("EM", classes=1, filed=DAY, years=years)


def test_an_amendment_to_allege_use_takes_no_extension() -> None:
    with pytest.raises(InputError, match="needs no extension"):
        life_cost(app(item(basis="1(b)")), on=DAY, allegation="amendment-to-allege-use", extensions=1)


def test_the_supplemental_register_knows_no_section_15() -> None:
    words = {"on": DAY, "registered": date(2027, 3, 2), "incontestable": True, "complete": True}
    assert life_cost(app(), **words).of("section-15")
    assert not life_cost(app(register="supplemental"), **words).of("section-15")


def test_upkeep_at_the_uspto_asks_for_the_basis() -> None:
    with pytest.raises(InputError, match="depends on the filing basis"):
        upkeep_fees("US", classes=1, events={"registered": DAY}, until=date(2040, 1, 1))


def test_an_event_no_term_hangs_on_is_refused() -> None:
    with pytest.raises(InputError, match=r"allowed: .*registered"):
        upkeep_fees("US", classes=1, events={"birthday": DAY}, until=date(2040, 1, 1), bases=["1(a)"])


def test_the_application_fee_is_paid_once_though_a_term_names_it() -> None:
    statement = office_life_cost("EM", classes=1, filed=DAY, registered=date(2026, 9, 1))
    assert [line.act for line in statement.lines] == ["application", "renewal"]


def test_a_life_with_an_unknown_renewal_fee_is_a_gap() -> None:
    with pytest.raises(GapError, match="renewal"):
        office_life_cost("GB", classes=1, filed=DAY)


# --- WIPO ---


def test_parties_without_a_known_fee_are_named_all_at_once() -> None:
    with pytest.raises(GapError, match="US, VN") as problem:
        madrid_fees(["CA", "US", "VN"], 1, on=date(2025, 11, 23))
    assert "complementary" in str(problem.value)


@pytest.mark.parametrize("parties", [[], "CA", ["CA", "CA"], ["Canada"], ["ca"], [1]])
def test_what_are_no_parties_is_refused(parties: Any) -> None:
    with pytest.raises(InputError, match="not Contracting Parties"):
        madrid_fees(parties, 1, on=date(2025, 11, 23))


def test_a_complementary_party_is_designated() -> None:
    with pytest.raises(InputError, match="not designated"):
        madrid_fees(["CA"], 1, on=date(2025, 11, 23), complementary=["VN"])


# --- files ---

HEAD = """
office = "XX"
name = "Office of Examples"
territory = ["XX"]
currency = "EUR"
counting = "us-37-cfr-2-196"
calendar = "uspto"
[source.s]
title = "Schedule of examples"
checked = 2026-11-25
"""


def office_file(folder: Path, rows: str) -> Path:
    path = folder / "XX.toml"
    path.write_text(HEAD + rows, encoding="utf-8")
    return path
