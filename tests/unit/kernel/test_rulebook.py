"""Rules as data beside conditions: what they say of a subject, on which day, and what does not load."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from xbec.errors import DataFileError, InputError
from xbec.kernel.rulebook import Condition, RuleBook, Seen, defective, later, missing, present, unknown
from xbec.kernel.timeline import NoPeriod

DAY = date(2026, 11, 25)
HEAD = """
[source.act]
title = "Labels Act"
checked = 2026-11-20
"""
LABEL = """
[[rule]]
id = "label"
topic = "labels"
requires = "a label on each parcel"
severity = "error"
missing = "{parcel} has no label"
defective = "the label of {parcel} is {fault}"
unknown = "nobody looked at {parcel}"
later = "{parcel} is labelled at dispatch"
consequence = "the parcel stays"
cure = "print one"
from = 2020-01-01
source = "act s. 3"
see = "s. 4"
"""
Parcels = dict[str, str]
SEEN = {"": missing, "torn": defective, "?": unknown, "soon": later}


def label(parcels: Parcels, on: date) -> Iterator[Seen]:
    for name, state in parcels.items():
        yield SEEN[state](name, parcel=name, fault=state) if state in SEEN else present(name)


def book(text: str = LABEL, **conditions: Condition[Parcels]) -> RuleBook[Parcels]:
    return RuleBook.parse(HEAD + text, conditions or {"label": label}, name="labels.toml")


def test_a_requirement_tells_what_was_seen_and_what_follows() -> None:
    met, lacking, torn = book().apply({"A": "fine", "B": "", "C": "torn"}, DAY)
    assert (met.state, met.why, met.finding) == ("present", "a label on each parcel", None)
    assert str(lacking) == "missing: B: B has no label [Labels Act s. 3, checked 2026-11-20]"
    found = torn.finding
    assert found is not None
    assert (found.rule, found.severity, found.where) == ("label", "error", "C")
    assert (found.why, found.cure, found.consequence) == ("the label of C is torn", "print one", "the parcel stays")


@pytest.mark.parametrize(
    ("state", "severity", "becomes"),
    [
        ("", "error", "error"),
        ("torn", "warning", "warning"),
        ("?", "error", "warning"),
        ("?", "info", "info"),
        ("soon", "error", "info"),
    ],
)
def test_what_is_unknown_or_due_later_weighs_less(state: str, severity: str, becomes: str) -> None:
    text = LABEL.replace('severity = "error"', f'severity = "{severity}"')
    (seen,) = book(text).apply({"A": state}, DAY)
    assert seen.finding is not None
    assert seen.finding.severity == becomes


def test_a_met_requirement_has_no_consequence_and_no_cure_as_plain_values() -> None:
    met, lacking = (each.to_dict() for each in book().apply({"A": "fine", "B": ""}, DAY))
    assert (met["state"], met["consequence"], met["cure"]) == ("present", None, None)
    assert (lacking["where"], lacking["see"], lacking["cure"]) == ("B", "s. 4", "print one")


def test_a_rule_speaks_only_while_it_is_in_force_and_known() -> None:
    again = LABEL.replace("from = 2020-01-01", "from = 2026-01-01\nrecorded = 2026-06-01").replace(
        "a label on each", "two labels on each"
    )
    rules = book(LABEL.replace("source", "to = 2026-01-01\nsource") + again)
    assert rules.apply({"A": "fine"}, date(2019, 12, 31)) == ()
    assert rules.apply({"A": "fine"}, date(2025, 12, 31))[0].why == "a label on each parcel"
    assert rules.apply({"A": "fine"}, DAY)[0].why == "two labels on each parcel"
    assert rules.apply({"A": "fine"}, DAY, known_on=date(2026, 5, 31)) == ()
    assert rules.rule("label", DAY).value.requires == "two labels on each parcel"
    with pytest.raises(NoPeriod):
        rules.rule("label", date(2019, 12, 31))
    with pytest.raises(InputError, match="label"):
        rules.rule("weight", DAY)


def test_two_books_are_one_and_keep_their_order() -> None:
    other = LABEL.replace('"label"', '"weight"')
    both = book() | book(other, weight=label)
    assert (list(both), len(both)) == (["label", "weight"], 2)
    with pytest.raises(InputError, match="two books"):
        book() | book()


@pytest.mark.parametrize(
    ("text", "conditions", "says"),
    [
        (LABEL, {}, "a rule without a condition"),
        (LABEL, {"label": label, "weight": label}, "a rule without a row"),
        (
            LABEL.replace('consequence = "the parcel stays"', 'effect = "none"'),
            {"label": label},
            "not a word of a rule",
        ),
        (LABEL.replace('requires = "a label on each parcel"\n', ""), {"label": label}, "a rule lacks a word"),
        (LABEL.replace('source = "act s. 3"', 'source = "code s. 3"'), {"label": label}, "source the file does not"),
        ("\n".join(x for x in LABEL.split("\n") if not x.startswith(tuple("mdul"))), {"label": label}, "finds nothing"),
    ],
)
def test_a_file_that_is_wrong_does_not_load(text: str, conditions: dict[str, Condition[Parcels]], says: str) -> None:
    with pytest.raises(DataFileError, match=says):
        RuleBook.parse(HEAD + text, conditions, name="labels.toml")


def test_a_condition_that_sees_what_the_row_has_no_words_for_is_a_fault_of_the_data() -> None:
    with pytest.raises(DataFileError, match="no words"):
        book(LABEL.replace('later = "{parcel} is labelled at dispatch"\n', "")).apply({"A": "soon"}, DAY)


def test_a_book_reads_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "labels.toml"
    path.write_text(HEAD + LABEL, encoding="utf-8")
    assert RuleBook.read(path, {"label": label}).name == "labels.toml"
