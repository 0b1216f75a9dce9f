"""Each word of the law language does what docs/law-language.md says, on an invented law."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from xbec import Consignment, Law, Line, Money, landed_cost
from xbec.errors import DataFileError, InputError, Refused, Undetermined
from xbec.kernel.rounding import Rounding
from xbec.landed_cost import Days, Quote, QuoteInterval, verify_trace

DAY = date(2026, 8, 3)
HEAD = """
jurisdiction = "MX"
name = "Testland"
currency = "MXN"
begins = 2021-07-01
territory = { customs = "MX", tax = "MX" }
tariff = "MX"
price_tax = "vat"
exchange.customs = { rule = "commercial", event = "declared" }
[source.act]
title = "Act of Testland"
checked = 2026-08-01
[tax.vat]
standard = [{ from = 2020-01-01, rate = "16 %", source = "act art. 1" }]
reduced = [{ from = 2020-01-01, rate = "5 %", source = "act art. 2" }]
[[classify]]
tax = "vat"
class = "reduced"
hs = ["4901"]
from = 2020-01-01
source = "act art. 2"
[value]
limit = [{ from = 2020-01-01, to = 2026-08-01, amount = "150 MXN", source = "act art. 3" },
         { from = 2026-08-01, amount = "100 MXN", source = "act art. 3" }]
"""
ONE = '[[procedure]]\nid = "import"\ncollects = "carrier"\nsource = "act art. 9"\n'


def law(tmp_path: Path, body: str, *, procedures: str = ONE) -> Law:
    (tmp_path / "MX.toml").write_text(HEAD + procedures + body, encoding="utf-8")
    return Law([tmp_path])


def line(price: str = "100.00", **more: Any) -> Line:
    return Line(**({"hs": "610910", "origin": "CN", "price": Money(price, "MXN"), "duty": "10 %"} | more))


def price(tmp_path: Path, body: str, *lines: Line, procedures: str = ONE, how: Any = None, **facts: Any) -> Quote:
    consignment = Consignment(lines=list(lines) or [line()], destination="MX", **facts)
    quote = landed_cost(consignment, on=DAY, law=law(tmp_path, body, procedures=procedures), **(how or {}))
    assert isinstance(quote, Quote)
    assert verify_trace(quote.trace) == []
    return quote


def charge(**words: str) -> str:
    body = "\n".join(f"{key} = {value}" for key, value in words.items())
    return f'[[component]]\nsource = "act art. 4"\n{body}\n'


DUTY = charge(id='"duty"', kind='"duty"', base='["goods", "freight"]', rate="{ tariff = true }")
VAT = charge(id='"vat"', kind='"tax"', base='["goods", "freight", "duty"]', rate='{ tax = "vat" }', per='["tax-class"]')


def minor(quote: Quote, name: str) -> Decimal:
    return quote[name].amount


def test_percent_of_a_signed_base(tmp_path: Path) -> None:
    quote = price(tmp_path, DUTY + VAT, line("100.00"), freight=Money("10.00", "MXN"))
    assert minor(quote, "duty") == Decimal("11.00")
    assert minor(quote, "vat") == Decimal("19.36")
    assert quote.total == Money("140.36", "MXN")
    assert quote.by_collector == {"carrier": Money("30.36", "MXN")}


def test_tax_class_by_code_and_by_statement(tmp_path: Path) -> None:
    quote = price(tmp_path, VAT.replace(', "duty"', ""), line(hs="490199"), line(), line(tax_class="reduced"))
    assert minor(quote, "vat") == Decimal("26.00")


def test_fraction_and_gross_up(tmp_path: Path) -> None:
    own = charge(id='"icms"', kind='"tax"', base='["goods"]', rate='"17 %"', gross_up="true")
    other = charge(id='"x"', kind='"tax"', base='["goods"]', rate='"13 %"', gross_up='"15 %"', times='"70 %"')
    share = charge(id='"y"', kind='"tax"', base='["goods"]', rate='"22/78"')
    quote = price(tmp_path, own + other + share)
    assert minor(quote, "icms") == Decimal("20.48")
    assert minor(quote, "x") == Decimal("10.71")
    assert minor(quote, "y") == Decimal("28.21")


def test_money_per_group_is_shared_by_goods(tmp_path: Path) -> None:
    flat = charge(id='"flat"', kind='"duty"', rate='"3 MXN"', per='["hs6"]')
    quote = price(tmp_path, flat, line("10.00"), line("20.00"), line("5.00", hs="420221"))
    assert minor(quote, "flat") == Decimal("6.00")
    assert [m.amount for m in quote.charges[0].lines] == [Decimal("1.00"), Decimal("2.00"), Decimal("3.00")]


def test_quantity_bands_cases_and_limits(tmp_path: Path) -> None:
    per_kg = charge(id='"kg"', kind='"excise"', rate='{ amount = "2.50 MXN", unit = "kg" }', at_least='"9 MXN"')
    bands = charge(
        id='"band"',
        kind='"tax"',
        base='["goods"]',
        rate='{ by = "goods", bands = [{ up_to = "100 MXN", rate = "1 %" }, { rate = "2 %" }] }',
    )
    cases = charge(
        id='"case"',
        kind='"tax"',
        base='["goods"]',
        rate='[{ when = "price > 60 MXN", rate = "18 %" }, { when = "price > 40 MXN", rate = "5 %" }]',
    )
    body = per_kg + bands + cases
    quote = price(tmp_path, body, line("50.00", quantity=2, quantities={"kg": Decimal(3)}))
    assert [minor(quote, n) for n in ("kg", "band", "case")] == [Decimal("9.00"), Decimal("1.00"), Decimal("5.00")]
    quote = price(tmp_path, body, line("70.00", quantity=2, quantities={"kg": Decimal(4)}))
    assert [minor(quote, n) for n in ("kg", "band", "case")] == [Decimal("10.00"), Decimal("2.80"), Decimal("25.20")]
    quote = price(tmp_path, cases, line("10.00"))
    assert minor(quote, "case") == 0


def test_missing_quantity_names_the_unit(tmp_path: Path) -> None:
    per_kg = charge(id='"kg"', kind='"excise"', rate='{ amount = "2.50 MXN", unit = "kg" }')
    with pytest.raises(InputError, match="kg"):
        price(tmp_path, per_kg)


def test_deduct_less_and_rounding(tmp_path: Path) -> None:
    body = (
        charge(id='"a"', kind='"duty"', base='["goods"]', rate='"15 %"', deduct='"40 MXN"')
        + charge(id='"b"', kind='"duty"', base='["goods"]', rate='"15 %"', less='["a"]')
        + charge(
            id='"c"',
            kind='"tax"',
            base='["goods"]',
            rate='"10 %"',
            round_base='{ to = "100", mode = "down", convention = "test" }',
            round='{ to = "0.05", mode = "half-up", convention = "test" }',
        )
    )
    quote = price(tmp_path, body, line("199.99"))
    assert minor(quote, "a") == Decimal("24.00")
    assert minor(quote, "b") == Decimal("6.00")
    assert minor(quote, "c") == Decimal("10.00")
    assert minor(price(tmp_path, body, line("30.00")), "a") == 0


def test_waive_sees_the_rounded_result_and_waives_their_sum(tmp_path: Path) -> None:
    waived = charge(
        id='"vat"',
        kind='"tax"',
        base='["goods"]',
        rate='"8.1 %"',
        waive='{ when = "result <= 5 MXN", source = "act art. 5" }',
    )
    assert minor(price(tmp_path, waived, line("61.72")), "vat") == 0
    assert minor(price(tmp_path, waived, line("62.00")), "vat") == Decimal("5.02")
    joint = (
        DUTY
        + VAT
        + '[[component]]\nid = "small"\nwaives = ["duty", "vat"]\nwhen = "result < 20 MXN"\nper = ["consignment"]\n'
    )
    assert price(tmp_path, joint, line("50.00")).assessed == Money("0.00", "MXN")
    assert price(tmp_path, joint, line("100.00")).assessed == Money("27.60", "MXN")


def test_charged_is_not_more_than_zero(tmp_path: Path) -> None:
    body = DUTY + charge(id='"fee"', kind='"fee"', rate='"9 MXN"', when="\"charged('duty')\"", per='["consignment"]')
    assert minor(price(tmp_path, body, line(duty="Free")), "fee") == Decimal("9.00")
    body = DUTY + charge(id='"fee"', kind='"fee"', rate='"9 MXN"', when='"sum(duty) > 0 MXN"', per='["consignment"]')
    assert minor(price(tmp_path, body, line(duty="Free")), "fee") == 0
    assert minor(price(tmp_path, body, line()), "fee") == Decimal("9.00")


def test_choose_lowest(tmp_path: Path) -> None:
    body = (
        '[[component]]\nid = "one"\nbase = ["goods"]\nrate = "12 %"\n'
        '[[component]]\nid = "two"\nrate = "20 MXN"\nper = ["consignment"]\n'
        + charge(id='"duty"', kind='"duty"', choose='"lowest"', among='["one", "two"]', per='["consignment"]')
    )
    assert minor(price(tmp_path, body, line("100.00")), "duty") == Decimal("12.00")
    assert minor(price(tmp_path, body, line("300.00")), "duty") == Decimal("20.00")


PER_ITEM = (
    '[[procedure]]\nid = "low"\nwhen = "price <= limit"\ncollects = "seller"\nsource = "act art. 6"\n'
    '[[procedure]]\nid = "high"\ncollects = "customs"\nsource = "act art. 7"\n'
)


def test_procedure_per_line_and_the_two_sums(tmp_path: Path) -> None:
    body = charge(
        id='"fee"', kind='"fee"', rate='"1 MXN"', per='["consignment"]', when='"sum_here(goods) < 100 MXN"'
    ) + charge(id='"all"', kind='"fee"', rate='"1 MXN"', per='["consignment"]', when='"sum(goods) < 100 MXN"')
    quote = price(tmp_path, body, line("50.00"), line("100.01"), procedures=PER_ITEM)
    assert quote.procedures == ("low", "high")
    assert minor(quote, "fee") == Decimal("1.00")
    assert minor(quote, "all") == 0
    assert price(tmp_path, body, procedures=PER_ITEM, how={"procedure": "high"}).procedures == ("high",)


def test_value_of_the_day(tmp_path: Path) -> None:
    consignment = Consignment(lines=[line("140.00")], destination="MX")
    book = law(tmp_path, DUTY, procedures=PER_ITEM)
    before = landed_cost(consignment, on=date(2026, 7, 31), law=book)
    after = landed_cost(consignment, on=date(2026, 8, 1), law=book)
    assert isinstance(before, Quote)
    assert isinstance(after, Quote)
    assert (before.procedures, after.procedures) == (("low",), ("high",))


def test_refused_procedure(tmp_path: Path) -> None:
    refuse = PER_ITEM.replace('id = "high"', 'id = "high"\nrefuse = "too dear for the post"')
    with pytest.raises(Refused, match="too dear"):
        price(tmp_path, DUTY, line("500.00"), procedures=refuse)
    assert price(tmp_path, DUTY, line("50.00"), procedures=refuse).procedures == ("low",)


def test_extract_always_answers(tmp_path: Path) -> None:
    body = charge(id='"vat"', kind='"tax"', base='["goods"]', rate='{ tax = "vat" }')
    quote = price(tmp_path, body, line("9.99", price_includes="tax"))
    assert quote.goods == Money("8.61", "MXN")
    assert minor(quote, "vat") == Decimal("1.38")
    assert quote.total == Money("9.99", "MXN")


def test_unknown_flags_make_worlds_only_where_they_matter(tmp_path: Path) -> None:
    body = charge(id='"duty"', kind='"duty"', base='["goods"]', rate='"10 %"', when="\"dispatch == 'US'\"")
    consignment = Consignment(lines=[line()], destination="MX")
    book = law(tmp_path, body)
    with pytest.raises(Undetermined, match="dispatch is not stated"):
        landed_cost(consignment, on=DAY, law=book)
    interval = landed_cost(consignment, on=DAY, law=book, on_unknown="interval")
    assert isinstance(interval, QuoteInterval)
    assert interval["duty"] == (Money("0.00", "MXN"), Money("10.00", "MXN"))
    harmless = body.replace('"10 %"', '"0 %"')
    assert price(tmp_path, harmless).assessed == Money("0.00", "MXN")
    decided = body.replace("dispatch == 'US'", "dispatch == 'US' and channel == 'freight'")
    assert price(tmp_path, decided).assessed == Money("0.00", "MXN")


def test_unconfirmed_charge_makes_two_worlds(tmp_path: Path) -> None:
    body = charge(id='"fee"', kind='"fee"', rate='"2 MXN"', per='["consignment"]', confidence='"unconfirmed"')
    consignment = Consignment(lines=[line()], destination="MX")
    interval = landed_cost(consignment, on=DAY, law=law(tmp_path, body), on_unknown="interval")
    assert isinstance(interval, QuoteInterval)
    assert interval.assessed == (Money("0.00", "MXN"), Money("2.00", "MXN"))
    stated = landed_cost(consignment, on=DAY, law=law(tmp_path, body), answers={interval.unknowns[0].key: True})
    assert stated.assessed == Money("2.00", "MXN")


def test_lists_are_three_valued(tmp_path: Path) -> None:
    listed = '[list.a]\nhs = ["61091000"]\ncomplete = true\nfrom = 2020-01-01\nsource = "act annex"\n'
    body = listed + charge(id='"x"', kind='"duty"', base='["goods"]', rate='"25 %"', when="\"listed('a')\"")
    assert minor(price(tmp_path, body, line(hs="6109100010")), "x") == Decimal("25.00")
    assert minor(price(tmp_path, body, line(hs="61099000")), "x") == 0
    with pytest.raises(Undetermined, match="full national code"):
        price(tmp_path, body, line(hs="610910"))


def test_setting(tmp_path: Path) -> None:
    setting = '[setting.key]\nchoices = ["a", "b"]\ndefault = "a"\nwhy = "open"\nsource = "act art. 8"\n'
    body = setting + charge(id='"x"', kind='"duty"', base='["goods"]', rate='"25 %"', when="\"setting('key') == 'b'\"")
    assert minor(price(tmp_path, body), "x") == 0
    assert minor(price(tmp_path, body, how={"settings": {"key": "b"}}), "x") == Decimal("25.00")
    with pytest.raises(InputError, match="not a choice"):
        price(tmp_path, body, how={"settings": {"key": "c"}})


def test_history_unknown_is_not_zero(tmp_path: Path) -> None:
    body = charge(id='"x"', kind='"duty"', base='["goods"]', rate='"25 %"', when="\"history('used') > 50 MXN\"")
    with pytest.raises(Undetermined, match="history"):
        price(tmp_path, body)
    assert minor(price(tmp_path, body, history={"used": Money("60", "MXN")}), "x") == Decimal("25.00")
    assert minor(price(tmp_path, body, history={"used": Money("40", "MXN")}), "x") == 0


@pytest.mark.parametrize(
    ("broken", "problem"),
    [
        (DUTY.replace("freight", "fright"), "not there yet"),
        (DUTY.replace("act art. 4", "law art. 4"), "does not define"),
        (DUTY.replace('base = ["goods", "freight"]', 'bass = ["goods"]'), "bass"),
        (DUTY.replace("kind", "colour = 1\nkind"), "colour"),
        (charge(id='"x"', kind='"tax"', base='["goods"]', rate="0.19"), "float"),
        (charge(id='"x"', kind='"tax"', base='["goods"]', rate='{ tax = "gst" }'), "no such tax"),
        (VAT.replace('["tax-class"]', '["consignment"]').replace(', "duty"', ""), "not constant on its group"),
        (DUTY + DUTY, "two components"),
        (charge(id='"x"', kind='"tax"', base='["goods"]', rate='"5 %"', when='"goods <= "'), "guard"),
        (charge(id='"x"', kind='"tax"', base='["goods"]', rate='"5 %"', when='"__import__(1) == 1"'), "guard"),
        (charge(id='"x"', kind='"tax"', base='["goods"]', rate='"5 %"', when='"gods <= 5 MXN"'), "gods"),
    ],
)
def test_the_compiler_refuses_what_is_not_in_the_language(tmp_path: Path, broken: str, problem: str) -> None:
    with pytest.raises(DataFileError, match=problem) as told:
        price(tmp_path, broken)
    assert "MX.toml" in str(told.value)


def test_text_of_a_law_file_never_reaches_generated_code(tmp_path: Path) -> None:
    evil = charge(id='"x"', kind='"tax"', label='"__import__"', base='["goods"]', rate='"5 %"')
    quote = price(tmp_path, evil)
    ours = {"over_cap", "allocate", "even", "sorted_lines", "coefficient", "micro", "content", "fees", "scaled"}
    assert set(quote.plan.function.__code__.co_names) <= ours | {"freight", "insurance"}
    assert not any(isinstance(c, str) for c in quote.plan.function.__code__.co_consts)


def test_a_stated_rounding_wins_and_is_shown(tmp_path: Path) -> None:
    quote = price(tmp_path, DUTY, line("99.99"), how={"rounding": {"duty": Rounding("1", "down")}})
    assert minor(quote, "duty") == Decimal("9.00")
    assert "stated by the caller" in quote.explain()
    with pytest.raises(InputError, match="no such amount"):
        price(tmp_path, DUTY, how={"rounding": {"dutty": Rounding("1")}})


def test_what_a_part_of_the_value_is_asked_only_where_it_is_charged(tmp_path: Path) -> None:
    body = charge(id='"x"', kind='"excise"', base='["content.excise"]', when="\"flag('alcohol')\"")
    spirit = line(flags={"alcohol"}, content={"excise": Money("7.00", "MXN")})
    assert minor(price(tmp_path, body, spirit, line(hs="610990")), "x") == Decimal("7.00")
    with pytest.raises(InputError, match="content"):
        price(tmp_path, body, line(flags={"alcohol"}))


def test_figures_hang_on_the_event_of_their_component(tmp_path: Path) -> None:
    rows = '[tax.gst]\nstandard = [{ from = 2020-01-01, to = 2026-08-01, rate = "5 %", source = "act art. 2" },\n'
    rows += '{ from = 2026-08-01, rate = "7 %", source = "act art. 2" }]\n'
    sale = rows + charge(id='"gst"', kind='"tax"', base='["goods"]', rate='{ tax = "gst" }', event='"paid"')
    border = sale.replace('event = "paid"', 'event = "declared"')
    paid = Days(paid=date(2026, 7, 30))
    assert minor(price(tmp_path, sale, days=paid), "gst") == Decimal("5.00")
    assert minor(price(tmp_path, border, days=paid), "gst") == Decimal("7.00")
    assert "paid 2026-07-30; every other 2026-08-03" in price(tmp_path, sale, days=paid).explain()


def test_an_unconfirmed_figure_makes_two_worlds(tmp_path: Path) -> None:
    rows = '[tax.gst]\nstandard = [{ from = 2020-01-01, to = 2026-08-01, rate = "5 %", source = "act art. 2" },\n'
    rows += '{ from = 2026-08-01, rate = "7 %", source = "act art. 2", confidence = "unconfirmed" }]\n'
    body = rows + charge(id='"gst"', kind='"tax"', base='["goods"]', rate='{ tax = "gst" }')
    consignment = Consignment(lines=[line()], destination="MX")
    interval = landed_cost(consignment, on=DAY, law=law(tmp_path, body), on_unknown="interval")
    assert isinstance(interval, QuoteInterval)
    assert interval["gst"] == (Money("5.00", "MXN"), Money("7.00", "MXN"))
    with pytest.raises(Undetermined, match="unconfirmed"):
        price(tmp_path, body)


def test_an_unknown_subdivision_is_one_question_for_all_tables(tmp_path: Path) -> None:
    tables = "".join(
        f'[table.{name}]\nkey = "subdivision"\n'
        f'rows.MX-JAL = [{{ from = 2020-01-01, rate = "{rate} %", source = "act art. 2" }}]\n'
        f'rows.MX-OAX = [{{ from = 2020-01-01, rate = "{rate + 1} %", source = "act art. 2" }}]\n'
        + charge(id=f'"{name}"', kind='"tax"', base='["goods"]', rate=f'{{ table = "{name}" }}')
        for name, rate in (("one", 5), ("two", 7))
    )
    interval = landed_cost(
        Consignment(lines=[line()], destination="MX"), on=DAY, law=law(tmp_path, tables), on_unknown="interval"
    )
    assert isinstance(interval, QuoteInterval)
    assert [w.quote.assessed for w in interval.worlds] == [Money("12.00", "MXN"), Money("14.00", "MXN")]
    book = law(tmp_path, tables)
    known = landed_cost(Consignment(lines=[line()], destination="MX-OAX"), on=DAY, law=book)
    assert known.assessed == Money("14.00", "MXN")


def test_what_is_stated_can_be_asked(tmp_path: Path) -> None:
    body = charge(id='"x"', kind='"fee"', rate='"1 MXN"', when="\"stated('duty') and not stated('transport')\"")
    assert minor(price(tmp_path, body), "x") == Decimal("1.00")
    assert minor(price(tmp_path, body, transport="air"), "x") == 0


def test_candidates_are_worlds_also_after_a_plain_quote_of_the_same_kind(tmp_path: Path) -> None:
    book = law(tmp_path, VAT.replace(', "duty"', ""))
    plain = Consignment(lines=[line()], destination="MX")
    assert landed_cost(plain, on=DAY, law=book).assessed == Money("16.00", "MXN")
    unsure = Consignment(lines=[line(tax_class=("standard", "reduced"))], destination="MX")
    interval = landed_cost(unsure, on=DAY, law=book, on_unknown="interval")
    assert isinstance(interval, QuoteInterval)
    assert interval.assessed == (Money("5.00", "MXN"), Money("16.00", "MXN"))
    with pytest.raises(Undetermined, match="candidates"):
        landed_cost(unsure, on=DAY, law=book)
    codes = Consignment(lines=[line(hs=("490199", "610910"))], destination="MX")
    assert landed_cost(codes, on=DAY, law=book, on_unknown="interval").assessed == interval.assessed


def test_a_joint_waiver_is_told_where_it_takes_a_charge_away(tmp_path: Path) -> None:
    body = VAT.replace(', "duty"', "")
    body += '[[component]]\nid = "small"\nwaives = ["vat"]\nwhen = "result < 20 MXN"\nper = ["consignment"]\n'
    told = price(tmp_path, body).explain()
    assert "16.00 MXN worked out, waived: result < 20 MXN" in told
    row = next(x for x in told.splitlines() if x.startswith("vat"))
    assert " 0.00 MXN" in row


@pytest.mark.parametrize("key", ["subdivision", "origin", "dispatch", "establishment"])
def test_a_table_whose_key_is_unknown_prices_every_row_and_any_other(tmp_path: Path, key: str) -> None:
    row = "MX-JAL" if key == "subdivision" else "US"
    table = (
        f'[table.t]\nkey = "{key}"\nrows.{row} = [{{ from = 2020-01-01, rate = "3 %", source = "act art. 2" }}]\n'
        'rows."*" = [{ from = 2020-01-01, rate = "2 %", source = "act art. 2" }]\n'
    )
    body = table + charge(id='"x"', kind='"tax"', base='["goods"]', rate='{ table = "t" }')
    book = law(tmp_path, body)
    unknown = Consignment(lines=[line(origin=None)], destination="MX")
    interval = landed_cost(unknown, on=DAY, law=book, on_unknown="interval")
    assert isinstance(interval, QuoteInterval)
    assert interval["x"] == (Money("2.00", "MXN"), Money("3.00", "MXN"))
    for answer, expected in ((row, "3.00"), ("*", "2.00")):
        known = landed_cost(unknown, on=DAY, law=book, answers={key: answer})
        assert known["x"] == Money(expected, "MXN")
