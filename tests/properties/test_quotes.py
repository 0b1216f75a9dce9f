"""What holds for every quote, on random consignments over every jurisdiction in the book."""

from __future__ import annotations

import copy
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xbec import Consignment, Law, Line, Money, XbecError, landed_cost
from xbec.fx import Fx
from xbec.landed_cost import Quote, QuoteInterval, verify_trace

FX = Fx.default().stated({"EUR/KZT": "560.25", "USD/KZT": "480.5"})
DESTINATIONS = sorted(j.code for j in Law.default() if j.procedures and j.code != "EU")
CODES = ("610910", "420221", "851762", "640399", "950300", "490199", "330300", "220830", "711719")
DUTIES = ("Free", "2.5 %", "12 %", "16.5 %", "20 %")
DAY = st.dates(date(2021, 7, 1), date(2026, 10, 25))

lines = st.builds(
    lambda hs, origin, cents, quantity, duty, weight, tax_included: Line(
        hs=hs,
        origin=origin,
        price=Money.from_minor(cents, "USD"),
        quantity=quantity,
        duty=duty,
        weight_kg=Decimal(weight) / 500,
        quantities={"kg": Decimal(weight) / 1000, "l": Decimal(weight) / 1000},
        content={name: Money("3.21", "USD") for name in ("excise", "icms", "import-levy")},
        price_includes="net",
    ),
    st.sampled_from(CODES),
    st.sampled_from(("CN", "US", "DE", "JP", "VN", "MX", "GB")),
    st.integers(1, 300_000),
    st.integers(1, 5),
    st.sampled_from(DUTIES),
    st.integers(1, 5000),
    st.booleans(),
)


@st.composite
def consignments(draw: Any, most: int = 4) -> Consignment:
    destination = draw(st.sampled_from(DESTINATIONS))
    subdivision = {"CA": "CA-ON", "BR": "BR-SP", "US": "US-CA"}.get(destination, destination)
    return Consignment(
        lines=draw(st.lists(lines, min_size=1, max_size=most)),
        destination=subdivision,
        freight=draw(st.none() | st.integers(0, 5000).map(lambda n: Money.from_minor(n, "USD"))),
        dispatch=draw(st.sampled_from(("CN", "US", "DE"))),
        establishment="CN",
        channel=draw(st.sampled_from(("post", "express"))),
        transport="air",
        marketplace=draw(st.sampled_from((None, "shop"))),
        registrations=draw(st.sampled_from((frozenset(), frozenset({"IOSS", "VOEC", "GB-VAT", "CH-VAT"})))),
        terms=draw(st.sampled_from(("DAP", "DDP"))),
        history={"annual_use": Money("0", "CNY"), "shipments": 0},
    )


def quotes_of(consignment: Consignment, day: date) -> list[Quote]:
    try:
        found = landed_cost(consignment, on=day, fx=FX, on_unknown="interval")
    except XbecError:
        return []
    return [found] if isinstance(found, Quote) else [w.quote for w in found.worlds]


SLOW = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


@SLOW
@given(consignments(), DAY)
def test_lines_sum_to_totals_and_currencies_stay_closed(consignment: Consignment, day: date) -> None:
    for quote in quotes_of(consignment, day):
        for charge in quote.charges:
            assert sum(m.minor for m in charge.lines) == charge.amount.minor >= 0
            assert charge.amount.currency == quote.currency
        assert sum(quote.by_kind_minor.values()) == quote.assessed.minor
        assert sum(m.minor for m in quote.by_payer.values()) == quote.assessed.minor
        assert sum(m.minor for m in quote.by_collector.values()) == quote.assessed.minor


@SLOW
@given(consignments(), DAY)
def test_every_trace_verifies_and_an_altered_one_does_not(consignment: Consignment, day: date) -> None:
    for quote in quotes_of(consignment, day)[:2]:
        trace = quote.trace
        assert verify_trace(trace) == []
        for number, node in enumerate(trace["nodes"]):
            if isinstance(node["value"], bool) or not isinstance(node["value"], int) or node["op"] == "input":
                continue
            altered = copy.deepcopy(trace)
            altered["nodes"][number]["value"] += 1
            assert verify_trace(altered) != []
        altered = copy.deepcopy(trace)
        altered["assessed"] += 1
        assert verify_trace(altered) != []


@SLOW
@given(consignments(), DAY, st.randoms(use_true_random=False))
def test_the_order_of_lines_changes_nothing(consignment: Consignment, day: date, random: Any) -> None:
    shuffled = list(consignment.lines)
    random.shuffle(shuffled)
    other = Consignment(
        lines=shuffled,
        destination=consignment.destination,
        freight=consignment.freight,
        dispatch=consignment.dispatch,
        establishment=consignment.establishment,
        channel=consignment.channel,
        transport=consignment.transport,
        marketplace=consignment.marketplace,
        registrations=consignment.registrations,
        terms=consignment.terms,
        history=consignment.history,
    )
    a, b = quotes_of(consignment, day), quotes_of(other, day)
    assert [q.by_kind_minor for q in a] == [q.by_kind_minor for q in b]
    assert [q.total for q in a] == [q.total for q in b]


@SLOW
@given(consignments(most=1), DAY, st.integers(1, 50_000))
def test_more_value_never_lowers_ad_valorem_duty_within_one_procedure(
    consignment: Consignment, day: date, more: int
) -> None:
    import attrs

    line = consignment.lines[0]
    dearer = attrs.evolve(line, price=Money.from_minor(line.price.minor + more, "USD"))
    a, b = quotes_of(consignment, day), quotes_of(attrs.evolve(consignment, lines=[dearer]), day)
    if len(a) == len(b) == 1 and a[0].procedures == b[0].procedures:
        assert b[0]["duty"] >= a[0]["duty"]


@SLOW
@given(consignments(most=2), DAY)
def test_worlds_contain_the_truth_of_every_candidate(consignment: Consignment, day: date) -> None:
    import attrs

    line = attrs.evolve(consignment.lines[0], hs=("610910", "950300"))
    open_question = attrs.evolve(consignment, lines=[line, *consignment.lines[1:]])
    try:
        found = landed_cost(open_question, on=day, fx=FX, on_unknown="interval")
    except XbecError:
        return
    low, high = found.assessed if isinstance(found, QuoteInterval) else (found.assessed, found.assessed)
    for code in ("610910", "950300"):
        one = attrs.evolve(consignment, lines=[attrs.evolve(line, hs=code), *consignment.lines[1:]])
        for quote in quotes_of(one, day):
            assert low <= quote.assessed <= high


@SLOW
@given(st.sampled_from(DESTINATIONS), DAY)
def test_every_timeline_is_total_from_its_first_day(code: str, day: date) -> None:
    law = Law.default()[code]
    for rows in [*law.values.values(), *(t for classes in law.taxes.values() for t in classes.values())]:
        standing = [p for p in rows if p.status == "in-force"]
        first, last = min(p.start for p in standing), max((p.end or date.max) for p in standing)
        for probe in (first, day, first + timedelta(days=400)):
            if first <= probe < last:
                assert rows.on(probe).covers(probe)


@SLOW
@given(st.integers(1, 13_400), st.integers(0, 900), st.sampled_from(("490199", "610910")), DAY)
def test_a_tax_inclusive_price_is_what_the_buyer_pays(cents: int, freight: int, code: str, day: date) -> None:
    """Extraction always answers: goods net, tax inside and freight add up to the price that was shown."""
    line = Line(hs=code, origin="CN", price=Money.from_minor(cents, "GBP"), price_includes="tax", duty="12 %")
    consignment = Consignment(
        lines=[line, line], destination="GB", freight=Money.from_minor(freight, "GBP"), registrations={"GB-VAT"}
    )
    for quote in quotes_of(consignment, day):
        if set(quote.procedures) == {"supply"}:
            assert quote.total == Money.from_minor(2 * cents + freight, "GBP")
