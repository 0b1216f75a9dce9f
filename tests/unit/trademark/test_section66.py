"""Section 66(a): dependence on the basic mark, and what the rules leave alone."""

from __future__ import annotations

from datetime import date

import attrs
import pytest

from xbec.kernel.rulebook import RuleBook
from xbec.kernel.timeline import NoPeriod
from xbec.trademark.application import Applicant, Application, InternationalRegistration, Item, Mark
from xbec.trademark.examination import section66
from xbec.trademark.examination.figures import RULES
from xbec.trademark.examination.section66 import dependent_until

ON = date(2026, 11, 25)
BOOK = RuleBook.read(RULES / "us-section-66.toml", section66.CONDITIONS)
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
