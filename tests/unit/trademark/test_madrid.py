"""Section 66(a): dependence on the basic mark, transformation, and what the rules leave alone."""

from __future__ import annotations

from datetime import date

import attrs
import pytest

from xbec.errors import InputError
from xbec.kernel.rulebook import RuleBook
from xbec.kernel.timeline import NoPeriod
from xbec.trademark import madrid
from xbec.trademark.application import Applicant, Application, InternationalRegistration, Item, Mark
from xbec.trademark.figures import RULES
from xbec.trademark.madrid import dependent_until, falls_with_basic, transformation

ON = date(2026, 11, 25)
BOOK = RuleBook.read(RULES / "us-madrid.toml", madrid.CONDITIONS)
LAMPS = Application(
    applicants=[Applicant(name="Nordlys Belysning AS", domicile="NO", citizenship="NO")],
    mark=Mark(text="NORDLYS"),
    items=[Item(nice_class=11, text="Lamps", bases={"66(a)"})],
    international_registration=InternationalRegistration(number="1800001", registered=date(2024, 6, 3)),
)


def test_dependency_tells_its_last_day() -> None:
    (seen,) = [each for each in BOOK.apply(LAMPS, ON) if each.rule.id == "us-66a-dependency"]
    assert seen.why == "until 2029-06-03 the international registration falls as far as the basic mark does"
    assert seen.finding is not None
    assert seen.finding.severity == "info"


def test_a_registration_older_than_the_protocol_does_not_stop_the_check() -> None:
    old = attrs.evolve(LAMPS, international_registration=InternationalRegistration(registered=date(1960, 1, 4)))
    assert [each.state for each in BOOK.apply(old, ON) if each.rule.id == "us-66a-dependency"] == ["unknown"]
    with pytest.raises(NoPeriod):
        dependent_until(date(1960, 1, 4))


def test_no_rule_of_66a_speaks_of_an_application_under_another_basis() -> None:
    home = attrs.evolve(LAMPS, items=[Item(nice_class=11, text="Lamps", bases={"1(b)"})])
    assert BOOK.apply(home, ON) == ()


def test_no_rule_of_66a_holds_before_the_protocol_did() -> None:
    assert BOOK.apply(LAMPS, date(2003, 11, 1)) == ()


def test_an_independent_registration_says_since_when() -> None:
    answer = falls_with_basic(date(2021, 11, 22), ceased=date(2028, 1, 10), begun=date(2027, 3, 1))
    assert not answer
    assert answer.reason == "independent since 2026-11-22: the proceeding began on 2027-03-01"


def test_the_five_years_include_their_last_day() -> None:
    assert falls_with_basic(date(2021, 11, 22), ceased=date(2026, 11, 22))
    assert not falls_with_basic(date(2021, 11, 22), ceased=date(2026, 11, 23))


def test_a_proceeding_does_not_begin_after_it_ended() -> None:
    with pytest.raises(InputError, match="began after it ended"):
        falls_with_basic(date(2021, 11, 22), ceased=date(2024, 1, 1), begun=date(2024, 1, 2))


def test_a_transformation_in_time_says_what_to_file() -> None:
    answer = transformation(date(2026, 8, 24), by="office of origin", on=ON.replace(day=24))
    assert answer.allowed.reason == "not after 2026-11-24"
    assert "serial or registration number of the extension of protection" in answer.must_file
    assert "7.31" in str(answer.citation)


def test_a_late_transformation_keeps_nothing() -> None:
    answer = transformation(date(2026, 8, 24), by="office of origin", on=ON)
    assert (bool(answer.allowed), answer.filing_date_kept, answer.must_file) == (False, False, ())
    assert answer.allowed.reason == "after 2026-11-24"


@pytest.mark.parametrize(
    ("by", "on", "problem"), [("merger", ON, "not an ending"), ("holder", date(2026, 8, 1), "before the cancellation")]
)
def test_a_transformation_that_makes_no_sense_is_refused(by: str, on: date, problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        transformation(date(2026, 8, 24), by=by, on=on)  # type: ignore[arg-type]
