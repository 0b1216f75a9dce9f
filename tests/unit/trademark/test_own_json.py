"""Our own JSON of an application and of a prosecution: read whole or refused whole, written and read back."""

from __future__ import annotations

import json
import random
from datetime import date
from typing import Any

import attrs
import pytest

from xbec.errors import DocumentError, InputError
from xbec.trademark.application import (
    Applicant,
    Application,
    Attorney,
    ForeignApplication,
    ForeignRegistration,
    InternationalRegistration,
    Item,
    Mark,
    Specimen,
    Use,
    Verification,
)
from xbec.trademark.prosecution.lifecycle import Event, Prosecution
from xbec.trademark.records.own_json import read_application, read_prosecution, write_application, write_prosecution

LEAST: dict[str, Any] = {
    "applicants": [{"name": "Meridian Goods LLC"}],
    "mark": {"text": "MERIDIAN"},
    "items": [{"nice_class": 25, "text": "Shirts", "bases": ["1(a)"]}],
}


def document(**changes: Any) -> str:
    return json.dumps(LEAST | changes)


def filled(cls: Any, seed: int) -> Any:
    """A value with every field stated, whatever fields there are: dates, texts, flags that differ from the default."""
    draw = random.Random(seed)
    words: dict[str, Any] = {}
    for field in attrs.fields(cls):
        kind = str(field.type)
        if "date" in kind:
            words[field.name] = date(2024, draw.randint(1, 12), draw.randint(1, 28))
        elif "frozenset[int]" in kind:
            words[field.name] = frozenset((9, 25))
        elif "frozenset" in kind or "tuple" in kind:
            words[field.name] = ("CN", "US")
        elif "bool" in kind:
            words[field.name] = not field.default
        elif "int" in kind:
            words[field.name] = draw.randint(1, 45)
        else:
            words[field.name] = f"{field.name} é 商"
    return cls(**words)


def test_every_field_of_every_value_is_written_and_read_back() -> None:
    application = Application(
        applicants=[filled(Applicant, 1), Applicant(name="B")],
        mark=filled(Mark, 2),
        items=[filled(Item, 3)],
        filed=date(2026, 1, 5),
        serial_number="99999001",
        mark_type="service mark",
        register="supplemental",
        uses=[filled(Use, 4)],
        specimens=[filled(Specimen, 5)],
        foreign_applications=[filled(ForeignApplication, 6)],
        foreign_registrations=[filled(ForeignRegistration, 7)],
        international_registration=filled(InternationalRegistration, 8),
        verification=filled(Verification, 9),
        attorney=filled(Attorney, 10),
        classes_paid=3,
        electronic=False,
        concurrent_use=True,
        concurrent_use_limits="the State of Nevada",
        members_control=False,
        certification_standards=True,
        approved=date(2026, 5, 1),
        published=date(2026, 6, 1),
        allowed=date(2026, 8, 1),
    )
    unstated = [
        field.name
        for field in attrs.fields(Application)
        if getattr(application, field.name) in (None, (), field.default)
    ]
    assert unstated == [], "a field that this test does not fill"
    assert read_application(write_application(application)) == application
    assert read_application(write_application(application).encode()) == application


def test_what_is_not_stated_is_left_out_and_takes_the_default() -> None:
    application = read_application(document(uses=None, attorney=None, classes_paid=None))
    assert application == read_application(document())
    assert application.register == "principal"
    written = json.loads(write_application(application))
    assert set(written) == {"schema", "applicants", "mark", "items"}
    assert written["applicants"] == [{"name": "Meridian Goods LLC"}]


def test_an_unknown_basis_and_a_class_that_does_not_exist_are_for_the_check_to_find() -> None:
    application = read_application(document(items=[{"nice_class": 77, "text": "", "bases": ["2(z)"]}]))
    assert application.items == (Item(nice_class=77, text="", bases={"2(z)"}),)


@pytest.mark.parametrize(
    ("stated", "presumed"),
    [
        ("2024-05-06", date(2024, 5, 6)),
        ("2024-05", date(2024, 5, 31)),
        ("2023-02", date(2023, 2, 28)),
        ("2024-02", date(2024, 2, 29)),
        ("1990", date(1990, 12, 31)),  # the examples of TMEP 903.06
        ("1991-11", date(1991, 11, 30)),
        ("1987-06-18", date(1987, 6, 18)),
    ],
)
def test_a_month_or_a_year_of_first_use_is_its_last_day(stated: str, presumed: date) -> None:
    for word in ("first_use_anywhere", "first_use_commerce"):
        (use,) = read_application(document(uses=[{"nice_class": 25, word: stated}])).uses
        assert getattr(use, word) == presumed


@pytest.mark.parametrize(
    ("stated", "presumed"),
    [
        ("2014", date(2014, 12, 27)),  # the two examples of TMEP 903.06(a): signed 2014-12-27, filed 2015-01-15
        ("2015", date(2015, 12, 31)),
        ("2014-11", date(2014, 11, 30)),
        ("2014-12-30", date(2014, 12, 30)),  # a whole day is what the applicant said
    ],
)
def test_a_presumed_day_after_the_signature_is_the_day_of_signature(stated: str, presumed: date) -> None:
    application = read_application(
        document(
            filed="2015-01-15",
            verification={"signed": "2014-12-27"},
            uses=[{"nice_class": 25, "first_use_anywhere": stated}],
        )
    )
    assert application.uses[0].first_use_anywhere == presumed


def test_all_problems_are_told_at_once_with_their_paths() -> None:
    broken = document(
        applicants="me",
        filed="20240506",
        items=[{"nice_class": "25", "text": 7}, "shirts"],
        uses=[{"nice_class": 25.5, "first_use_anywhere": "1999-13"}],
        register="main",
        electronic=1,
        colour="red",
    )
    with pytest.raises(DocumentError) as caught:
        read_application(broken)
    told = str(caught.value)
    lines = told.splitlines()
    assert lines[0] == f"trademark document: {len(lines) - 1} problems"
    for line in (
        "$.applicants: a list is needed, not 'me'",
        "$.filed: a day, YYYY-MM-DD, is needed, not '20240506'",
        "$.items[0].nice_class: a whole number is needed, not '25'",
        "$.items[0].text: text is needed, not 7",
        "$.items[0].bases: is missing",
        "$.items[1]: an object is needed, not 'shirts'",
        "$.uses[0].nice_class: a whole number is needed, not 25.5",
        "$.uses[0].first_use_anywhere: a day, YYYY-MM-DD, or where only that is known a month",
        "$.register: 'principal' or 'supplemental' is needed, not 'main'",
        "$.electronic: true or false is needed, not 1",
        "$.colour: no such field",
    ):
        assert line in told


def test_one_problem_is_one_sentence_with_its_path() -> None:
    with pytest.raises(DocumentError) as caught:
        read_application(document(classes_paid="two"))
    assert (caught.value.field, caught.value.problem) == (
        "$.classes_paid",
        "trademark document: a whole number is needed, not 'two'",
    )


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "not JSON"),
        ("[]", "no JSON object"),
        ("null", "no JSON object"),
        (b"\xff\xfe", "not utf-8"),
        ('{"mark": 1, "mark": 2}', "a key stands there twice"),
        ('{"mark": NaN}', "out of all bounds"),
        ('{"mark": 1e999}', "out of all bounds"),
        ('{"mark": ' + "9" * 5000 + "}", "out of all bounds"),
        ('{"mark": ' + "[" * 200 + "]" * 200 + "}", "too deep"),
        ('{"mark": ' + "[" * 100_000, "not JSON"),
        ('{"mark": "\\ud800"}', "not Unicode"),
        ('{"\\ud800": 1}', "not Unicode"),
        (" " * 10_000_001, "too large"),
        (3, "no document"),
        (None, "no document"),
        ('{"schema": "xbec.quote/1"}', "another document"),
        (document(items=[LEAST["items"][0]] * 2_001), "at most 2000 items"),
        (document(mark={"text": "x" * 20_001}), "at most 20000 characters"),
        (document(mark={"text": "x\x1b[31m"}), "text without control characters is needed"),
        (document(classes_paid=10**9), "less than or equal to 1000000"),
        (document(items=[{"nice_class": True, "text": "Shirts", "bases": []}]), "a whole number is needed"),
    ],
)
def test_hostile_input_is_a_document_error(content: Any, says: str) -> None:
    for read in (read_application, read_prosecution):
        with pytest.raises(DocumentError) as caught:
            read(content)
        assert says in str(caught.value)


def test_a_prosecution_is_an_application_and_its_events() -> None:
    application = read_application(document(filed="2026-01-05"))
    prosecution = Prosecution(application, [Event("office action", date(2026, 8, 31), note="non-final")])
    written = write_prosecution(prosecution)
    assert json.loads(written)["events"] == [{"kind": "office action", "day": "2026-08-31", "note": "non-final"}]
    assert read_prosecution(written) == prosecution
    assert read_prosecution(write_application(application)) == Prosecution(application)


def test_problems_of_a_prosecution_have_the_path_from_its_root() -> None:
    with pytest.raises(DocumentError) as caught:
        read_prosecution(json.dumps({"application": LEAST | {"filed": 3}, "events": [{"kind": "published"}]}))
    assert "$.application.filed: " in str(caught.value)
    assert "$.events[0].day: is missing" in str(caught.value)
    with pytest.raises(DocumentError) as caught:
        read_prosecution(json.dumps({"application": LEAST, "events": [{"kind": " ", "day": "2026-01-05"}]}))
    assert caught.value.field == "$.events[0].kind"


def test_only_values_of_this_room_are_written() -> None:
    with pytest.raises(InputError):
        write_application({"mark": "MERIDIAN"})  # type: ignore[arg-type]
    with pytest.raises(InputError):
        write_prosecution(read_application(document()))  # type: ignore[arg-type]
