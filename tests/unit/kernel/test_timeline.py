import pickle
from datetime import UTC, date, datetime

import pytest

from xbec.errors import GapError, InputError
from xbec.kernel.citation import Citation
from xbec.kernel.timeline import NoPeriod, Period, Timeline

ACT = Citation("act", "An Act", "s. 1", None, date(2026, 11, 20))


def period(value, start, end=None, **words):
    return Period(value, date.fromisoformat(start), end and date.fromisoformat(end), citation=ACT, **words)


def day(text):
    return date.fromisoformat(text)


VAT = Timeline([period("8.1 %", "2024-01-01"), period("7.7 %", "2018-01-01", "2024-01-01")])


@pytest.mark.parametrize(
    ("on", "rate"),
    [("2018-01-01", "7.7 %"), ("2023-12-31", "7.7 %"), ("2024-01-01", "8.1 %"), ("2099-12-31", "8.1 %")],
)
def test_a_period_holds_from_its_first_day_to_the_day_before_its_end(on, rate):
    found = VAT.on(day(on))
    assert found.value == rate
    assert found.covers(day(on))
    assert found.citation is ACT


def test_a_day_before_the_first_names_the_days_there_are():
    with pytest.raises(NoPeriod, match="2018-01-01 onward") as caught:
        VAT.on(day("2017-12-31"))
    assert (caught.value.day, caught.value.first, caught.value.last) == (day("2017-12-31"), day("2018-01-01"), None)
    assert isinstance(caught.value, GapError)
    assert pickle.loads(pickle.dumps(caught.value)).first == day("2018-01-01")


def test_a_day_after_the_last_names_the_last_day():
    closed = Timeline([period(1, "2020-01-01", "2021-01-01")])
    with pytest.raises(NoPeriod, match="2020-01-01 to 2020-12-31"):
        closed.on(day("2021-01-01"))


def test_it_is_a_sequence_in_order_of_start():
    assert [p.value for p in VAT] == ["7.7 %", "8.1 %"]
    assert (len(VAT), VAT[0].value, VAT[-1].value, len(VAT[:1])) == (2, "7.7 %", "8.1 %", 1)
    assert Timeline(reversed(VAT)) == VAT
    assert hash(VAT) == hash(Timeline(reversed(VAT)))
    assert VAT.change_days() == (day("2018-01-01"), day("2024-01-01"))


def test_gap_and_overlap_are_refused():
    with pytest.raises(InputError, match="gap"):
        Timeline([period(1, "2020-01-01", "2021-01-01"), period(2, "2021-01-02")])
    with pytest.raises(InputError, match="overlap"):
        Timeline([period(1, "2020-01-01", "2021-01-02"), period(2, "2021-01-01")])
    with pytest.raises(InputError, match="overlap"):
        Timeline([period(1, "2020-01-01"), period(2, "2021-01-01", "2022-01-01"), period(3, "2023-01-01")], gaps=True)


def test_a_sparse_timeline_says_so():
    seasons = Timeline([period("summer", "2026-05-01", "2026-09-01"), period("winter", "2026-11-01")], gaps=True)
    assert seasons.on(day("2026-11-01")).value == "winter"
    with pytest.raises(NoPeriod):
        seasons.on(day("2026-10-01"))
    assert seasons.change_days() == (day("2026-05-01"), day("2026-09-01"), day("2026-11-01"))


def test_a_correction_wins_from_the_day_it_was_recorded():
    rates = Timeline(
        [
            period("25 %", "2025-01-01", "2025-08-01", id="a"),
            period("25 %", "2025-08-01", id="b"),
            period("15 %", "2025-08-01", id="c", replaces="b", recorded=day("2026-12-01")),
            period("18 %", "2025-08-01", "2027-01-01", id="d", replaces="c", recorded=day("2027-02-01")),
            period("10 %", "2027-01-01", replaces="c", recorded=day("2027-02-01")),
        ]
    )
    on = day("2025-09-01")
    assert rates.on(on, known_on=day("2026-11-30")).value == "25 %"
    assert rates.on(on, known_on=day("2026-12-01")).value == "15 %"
    assert rates.on(on, known_on=day("2027-01-31")).value == "15 %"
    assert rates.on(on, known_on=day("2027-02-01")).value == "18 %"
    assert rates.on(on).value == "18 %"
    assert rates.on(day("2027-06-01")).value == "10 %"
    assert rates.on(day("2025-02-01"), known_on=day("1990-01-01")).value == "25 %"
    assert rates.change_days(day("2026-01-01")) == (day("2025-01-01"), day("2025-08-01"))


def test_known_on_falls_back_to_the_day_of_publication():
    rates = Timeline(
        [
            period(1, "2020-01-01", "2024-01-01"),
            period(2, "2024-01-01", published=day("2023-06-15")),
        ]
    )
    with pytest.raises(NoPeriod):
        rates.on(day("2025-01-01"), known_on=day("2023-06-14"))
    assert rates.on(day("2025-01-01"), known_on=day("2023-06-15")).value == 2
    assert rates.on(day("2021-01-01"), known_on=day("2000-01-01")).value == 1


def test_a_later_row_that_replaces_nothing_may_not_overlap():
    with pytest.raises(InputError, match="overlap"):
        Timeline([period(1, "2020-01-01", id="a"), period(2, "2020-01-01", recorded=day("2026-12-01"))])


def test_announced_suspended_and_repealed_answer_only_when_asked():
    fee = Timeline(
        [
            period("none", "2020-01-01"),
            period("2 EUR", "2026-11-01", status="announced"),
            period("3 EUR", "2026-03-01", "2026-07-01", status="suspended"),
            period("1 EUR", "2019-01-01", "2019-06-01", status="repealed"),
        ]
    )
    assert fee.on(day("2026-12-01")).value == "none"
    assert fee.on(day("2026-12-01"), status="announced").value == "2 EUR"
    assert fee.on(day("2026-04-01"), status="suspended").status == "suspended"
    assert fee.on(day("2019-03-01"), status="repealed").status == "repealed"
    with pytest.raises(NoPeriod):
        fee.on(day("2019-03-01"))
    assert fee.change_days(status="announced") == (day("2026-11-01"),)


def test_what_was_only_announced_has_no_day_in_force():
    with pytest.raises(NoPeriod) as caught:
        Timeline([period(1, "2027-01-01", status="announced")]).on(day("2027-01-01"))
    assert (caught.value.first, caught.value.last) == (None, None)


@pytest.mark.parametrize(
    "rows",
    [
        [],
        ["not a period"],
        [period(1, "2020-01-01", replaces="nothing", recorded=day("2026-12-01"))],
        [period(1, "2020-01-01", "2021-01-01", id="a"), period(2, "2021-01-01", id="a")],
        [period(1, "2020-01-01", id="a"), period(2, "2020-01-01", replaces="a")],
        [
            period(1, "2020-01-01", id="a", recorded=day("2026-12-01")),
            period(2, "2020-01-01", replaces="a", recorded=day("2026-12-01")),
        ],
    ],
)
def test_rows_that_make_no_timeline_are_refused(rows):
    with pytest.raises(InputError):
        Timeline(rows)


@pytest.mark.parametrize(
    "words",
    [
        {"start": "2020-01-01"},
        {"start": datetime(2020, 1, 1, tzinfo=UTC)},
        {"end": day("2020-01-01")},
        {"end": day("2019-01-01")},
        {"status": "draft"},
        {"status": []},
        {"confidence": "certain"},
        {"published": "2020"},
        {"recorded": 2020},
        {"citation": None},
        {"id": ""},
        {"replaces": 3},
    ],
)
def test_a_period_that_is_none_is_refused(words):
    with pytest.raises(InputError):
        Period(**{"value": 1, "start": day("2020-01-01"), "citation": ACT} | words)


@pytest.mark.parametrize("asked", ["2024-01-01", None, 20240101, datetime(2024, 1, 1, tzinfo=UTC)])
def test_what_is_no_day_is_refused(asked):
    with pytest.raises(InputError):
        VAT.on(asked)
    if asked is not None:
        with pytest.raises(InputError):
            VAT.on(day("2024-01-01"), known_on=asked)


@pytest.mark.parametrize("status", ["draft", None, [], 3])
def test_what_is_no_status_is_refused(status):
    with pytest.raises(InputError):
        VAT.on(day("2024-01-01"), status=status)
