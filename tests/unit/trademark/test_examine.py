"""An examination: the list of an examiner, its answers and its plain values; bad input is refused by name."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from xbec.errors import InputError, NoLaw
from xbec.trademark.application import Applicant, Application, Item, Mark, Specimen, Use, Verification
from xbec.trademark.examination.examine import Examination, check_application, us_rules
from xbec.trademark.notice import NOT_LEGAL_ADVICE

DAY = date(2026, 11, 25)
OWNER = Applicant(
    name="Meridian Goods LLC",
    kind="limited liability company",
    domicile="US",
    citizenship="US",
    address="1 Sample Street",
    email="marks@meridian.example",
)
SHIRTS = Item(nice_class=25, text="Shirts", bases=frozenset({"1(a)"}), id_manual=True)
WHOLE: dict[str, Any] = {
    "applicants": [OWNER],
    "mark": Mark(text="MERIDIAN", foreign_words=False),
    "items": [SHIRTS],
    "filed": date(2026, 3, 2),
    "serial_number": "99000001",
    "classes_paid": 1,
    "uses": [Use(nice_class=25, first_use_anywhere=date(2024, 5, 6), first_use_commerce=date(2024, 6, 3))],
    "specimens": [Specimen(nice_class=25, kind="tag", shows_mark=True, shows_goods=True)],
    "verification": Verification(
        signed=date(2026, 3, 2),
        signer="Ada Sample",
        capacity="officer",
        in_use=True,
        owner=True,
        no_conflict=True,
        specimen_as_used=True,
        facts_true=True,
    ),
}


def examined(**facts: Any) -> Examination:
    return check_application(Application(**(WHOLE | facts)), DAY)


def test_a_whole_application_is_complete_and_registrable() -> None:
    found = examined()
    assert found.findings == ()
    assert found.is_complete
    assert found.is_registrable
    assert str(found).startswith("US application 99000001 for MERIDIAN, examined on 2026-11-25: 0 errors, 0 warnings")


def test_the_gravest_finding_comes_first_and_the_answer_names_the_rules() -> None:
    found = examined(
        specimens=[], mark=Mark(text="MERIDIAN"), items=[SHIRTS, Item(nice_class=25, text="Hats", bases=())]
    )
    assert [finding.severity for finding in found.findings] == ["error", "error", "warning", "info"]
    assert not found.is_complete
    assert found.is_complete.reason == "3 points open: us-translation, us-item-basis, us-1a-specimen"


def test_what_may_come_later_leaves_it_complete_but_not_registrable() -> None:
    intent = Verification(
        signed=date(2026, 3, 2),
        signer="Ada Sample",
        capacity="officer",
        bona_fide_intention=True,
        entitled=True,
        no_conflict=True,
        facts_true=True,
    )
    item = Item(nice_class=25, text="Shirts", bases=frozenset({"1(b)"}), id_manual=True)
    found = examined(items=[item], uses=[], specimens=[], verification=intent)
    assert found.is_complete
    assert not found.is_registrable
    assert found.is_registrable.reason == "1 point open: us-1b-allegation"


def test_it_reads_as_an_examiners_list() -> None:
    text = examined(uses=[]).explain()
    listed = text.split("1(a) use in commerce\n")[1].split("\n\n")[0].split("\n")
    lacking = listed.index("  missing    class 25: no date of first use anywhere")
    assert listed[lacking + 1 : lacking + 4] == [
        "             required: the date of first use anywhere, per class",
        "             otherwise: the mark is not approved for publication",
        "             what to do: state, by declaration, when the first item of the class was sold or the first "
        "service rendered under the mark",
    ]
    assert "37 CFR 2.34 (a)(1)(ii), checked 2026-11-25; see 15 U.S.C. 1051(a)(2); TMEP 903.01]" in listed[lacking + 4]
    assert any(line.startswith("  present    class 25: one specimen per class") for line in listed)
    assert text.endswith(NOT_LEGAL_ADVICE)


def test_the_list_can_leave_out_what_is_met() -> None:
    text = examined(uses=[]).explain(met=False)
    assert "  present" not in text
    assert "applicant" not in text
    assert "no date of first use in commerce" in text


def test_requirements_are_grouped_by_basis() -> None:
    found = examined(uses=[])
    assert {requirement.rule.topic for requirement in found.under("1(a)")} == {"1(a)"}
    assert found.topics[0] == "applicant"
    with pytest.raises(InputError, match="66"):
        found.under("66(a)")


def test_it_becomes_json_with_the_notice() -> None:
    plain = json.loads(json.dumps(examined(specimens=[]).to_dict()))
    assert plain["notice"] == NOT_LEGAL_ADVICE
    assert plain["complete"] == {"yes": False, "reason": "1 point open: us-1a-specimen"}
    assert [finding["rule"] for finding in plain["findings"]] == ["us-1a-specimen"]
    assert {entry["state"] for entry in plain["requirements"]} == {"present", "missing"}


def test_all_bases_stand_in_one_book() -> None:
    topics = {us_rules().rule(ident, DAY).value.topic for ident in us_rules()}
    assert topics >= {"1(a)", "1(b)", "44(d)", "44(e)", "66(a)", "combination", "applicant", "specimens"}


def test_what_was_known_of_the_rules_on_another_day_can_be_asked() -> None:
    app = Application(**WHOLE)
    assert check_application(app, DAY, known_on=date(2026, 11, 25)) == check_application(app, DAY)


def test_a_day_before_the_rules_is_a_gap_and_not_a_clean_bill() -> None:
    with pytest.raises(NoLaw, match="1980-01-01"):
        check_application(Application(**WHOLE), date(1980, 1, 1))


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"applicants": ["Meridian"]}, "applicants"),
        ({"applicants": [Applicant(name=7)]}, "applicants.name"),  # type: ignore[arg-type]
        ({"mark": "MERIDIAN"}, "mark"),
        ({"mark": Mark(text=7)}, "mark.text"),  # type: ignore[arg-type]
        ({"items": [Item(nice_class="25", text="Shirts", bases={"1(a)"})]}, "items.nice_class"),  # type: ignore[arg-type]
        ({"items": [Item(nice_class=True, text="Shirts", bases={"1(a)"})]}, "items.nice_class"),
        ({"items": [Item(nice_class=25, text=None, bases={"1(a)"})]}, "items.text"),  # type: ignore[arg-type]
        ({"items": [SHIRTS] * 10_001}, "items"),
        ({"uses": [SHIRTS]}, "uses"),
        ({"specimens": [Specimen(nice_class=25, kind=None)]}, "specimens.kind"),  # type: ignore[arg-type]
        ({"verification": {"signed": DAY}}, "verification"),
        ({"classes_paid": "1"}, "application.classes_paid"),
    ],
)
def test_values_of_another_kind_are_refused_by_field(facts: dict[str, Any], field: str) -> None:
    with pytest.raises(InputError) as caught:
        examined(**facts)
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("app", "on"),
    [("99000001", DAY), (Application(**WHOLE), "2026-11-25"), (Application(**WHOLE), None)],
)
def test_what_is_no_application_or_no_day_is_refused(app: Any, on: Any) -> None:
    with pytest.raises(InputError):
        check_application(app, on)
