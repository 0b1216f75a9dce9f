"""The offices as data: every file of one shape, every row with its source, and no figure where none was read."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from xbec.errors import DataFileError, GapError
from xbec.kernel import calendars
from xbec.kernel.calendars import Calendar, Deadline, Span
from xbec.kernel.timeline import NoPeriod
from xbec.trademark.fees.filing import fee_variants, filing_fees
from xbec.trademark.office_data import Office, office, offices

OTHERS = ("AU", "BR", "CA", "CN", "EM", "GB", "JP", "KR", "WO")
NATIONAL = tuple(code for code in OTHERS if code != "WO")
TODAY = date(2026, 11, 25)
TEN_YEARS = {Span.parse("P10Y")}


def rows(place: Office) -> list[tuple[str, Any]]:
    kinds = {"requirement": place.requirements, "term": place.terms, "fee": place.fees}
    return [(f"{kind} {ident}", row) for kind, lines in kinds.items() for ident, line in lines.items() for row in line]


@pytest.mark.parametrize("code", OTHERS)
def test_every_row_says_where_it_was_read(code: str) -> None:
    place = office(code)
    assert place.code == code
    for name, row in rows(place):
        assert row.citation.url is not None, name
        assert row.citation.checked in (date(2026, 11, 22), TODAY), name
        assert row.citation.title, name


@pytest.mark.parametrize("code", NATIONAL)
def test_every_office_tells_the_periods_a_seller_needs(code: str) -> None:
    place = office(code)
    day = date(2026, 3, 2)
    priority, opposition, renewal, non_use = (
        place.term(ident, day).value for ident in ("priority", "opposition", "renewal", "non-use")
    )
    assert (str(priority.length), priority.event) == ("6 months", "first foreign filing")
    assert (opposition.event, opposition.optional) == ("published", True)
    assert {renewal.length, renewal.repeats} == TEN_YEARS
    assert str(renewal.grace) == "6 months"
    assert renewal.event in ("filed", "registered")
    assert (non_use.event, non_use.moves, str(non_use.length)) in {
        ("registered", False, "3 years"),
        ("registered", False, "5 years"),
    }
    assert place.requirement("declaration", day).value.text
    assert place.requirement("use-to-file", day).value.answer == "no"


@pytest.mark.parametrize("code", OTHERS)
def test_a_renewal_opens_before_the_end_of_the_term(code: str) -> None:
    renewal = office(code).term("renewal", TODAY).value
    assert renewal.opens is not None
    months = renewal.opens.number * (12 if renewal.opens.unit == "year" else 1)
    assert months in (108, 114)
    assert "renewal" in (renewal.fee or "")


@pytest.mark.parametrize("code", OTHERS)
def test_fees_are_in_the_money_of_the_office_and_never_fall_with_classes(code: str) -> None:
    place = office(code)
    for ident, line in place.fees.items():
        for row in line:
            assert row.value.amount is None or row.value.amount.currency == place.currency, ident
    on = date(2025, 11, 25)
    acts = {row.value.act for line in place.fees.values() for row in line if row.covers(on)}
    for act in sorted(acts - {"renewal-grace"}):
        for variant in fee_variants(place, act, on=on):
            totals = [filing_fees(place, act=act, classes=n, on=on, variant=variant).total for n in (4, 5, 6)]
            assert totals == sorted(totals), (act, variant)


@pytest.mark.parametrize(
    ("code", "kind", "ident", "day"),
    [
        ("GB", "fee", "renewal-first", date(2026, 4, 1)),
        ("CA", "fee", "application-first", date(2026, 1, 1)),
        ("CN", "term", "opposition", date(2027, 1, 1)),
        ("CN", "term", "review-of-refusal", date(2027, 1, 1)),
    ],
)
def test_what_was_not_read_is_a_gap_and_not_the_old_figure(code: str, kind: str, ident: str, day: date) -> None:
    with pytest.raises(NoPeriod):
        getattr(office(code), kind)(ident, day)


@pytest.mark.parametrize(("code", "ident"), [("KR", "renewal"), ("BR", "renewal"), ("WO", "designation-US")])
def test_a_fee_never_read_has_no_row(code: str, ident: str) -> None:
    with pytest.raises(GapError, match="no such fee"):
        office(code).fee(ident, TODAY)


def test_the_announced_opposition_of_china_is_told_as_unconfirmed() -> None:
    line = office("CN").terms["opposition"]
    announced = line.on(date(2027, 1, 1), status="announced")
    assert (str(announced.value.length), announced.confidence) == ("2 months", "unconfirmed")
    assert str(line.on(date(2026, 12, 31)).value.length) == "3 months"


def test_a_chinese_registration_is_valid_to_the_day_before_the_anniversary() -> None:
    place = office("CN")
    renewal = place.term("renewal", date(2016, 11, 21)).value
    assert renewal.counting is not None
    until = Deadline(date(2016, 11, 21), renewal.length, rule=renewal.counting, calendar=place.calendar)
    assert until.last_day == date(2026, 11, 20)


def test_a_representative_is_not_asked_of_those_at_home() -> None:
    assert "DE" in office("EM").requirement("representative", TODAY).value.exempt
    assert "NO" in office("EM").requirement("representative", TODAY).value.exempt
    assert "GI" in office("GB").requirement("representative", TODAY).value.exempt
    assert office("JP").requirement("representative", TODAY).value.exempt == {"JP"}


def test_the_euipo_covers_the_member_states_of_the_union() -> None:
    assert len(office("EM").territory) == 27
    assert "GB" not in office("EM").territory
    assert office("WO").territory == ()


def test_all_ten_offices_are_there() -> None:
    assert set(OTHERS) | {"US"} <= set(offices())


@pytest.mark.parametrize(
    ("name", "day", "reason"),
    [
        ("jpo", date(2026, 12, 29), "administrative organs are closed"),
        ("jpo", date(2030, 1, 3), "administrative organs are closed"),
        ("ukipo", date(2026, 8, 31), "Late Summer Bank Holiday"),
        ("cipo", date(2026, 6, 24), "Saint John the Baptist Day"),
        ("cipo", date(2026, 11, 11), "Remembrance Day"),
        ("wipo", date(2026, 9, 10), "Genevan Fast"),
        ("euipo", date(2026, 10, 12), "National Day"),
    ],
)
def test_an_office_is_closed_on_its_own_days(name: str, day: date, reason: str) -> None:
    answer = Calendar.of_office(name).is_business_day(day)
    assert not answer
    assert reason in answer.reason


def test_a_closing_that_is_none_is_refused(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    text = """
        [source.s]
        title = "s"
        url = "https://example.com/s"
        checked = 2026-11-25
        [rule.plain]
        title = "plain"
        convention = "house"
        [office.somewhere]
        name = "Somewhere"
        country = "JP"
        closed = [{ every = "13-40", why = "never", source = "s" }]
    """
    file = tmp_path / "periods.toml"
    file.write_text(text, encoding="utf-8")
    monkeypatch.setattr(calendars, "_FILE", file)
    calendars._data.cache_clear()
    try:
        with pytest.raises(DataFileError, match="MM-DD"):
            Calendar.of_office("somewhere")
    finally:
        monkeypatch.undo()
        calendars._data.cache_clear()
