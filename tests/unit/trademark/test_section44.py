"""Sections 44(d) and 44(e): what the rules read, how their texts come out, and what they do with odd input."""

from __future__ import annotations

from datetime import date

import attrs
import pytest

from xbec.errors import DataFileError, InputError
from xbec.kernel.rulebook import Requirement, RuleBook
from xbec.kernel.timeline import NoPeriod
from xbec.trademark.application import (
    Applicant,
    Application,
    ForeignApplication,
    ForeignRegistration,
    Item,
    Mark,
    Verification,
)
from xbec.trademark.examination import section44
from xbec.trademark.examination.figures import RULES
from xbec.trademark.examination.section44 import claimed_on, has_priority, priority_deadline
from xbec.trademark.treaties import states_of, treaty_standing

ON = date(2026, 11, 25)
BOOK = RuleBook.read(RULES / "us-section-44.toml", section44.CONDITIONS)


def application(**changes: object) -> Application:
    plain = Application(
        applicants=[Applicant(name="Lanyu Lighting Co., Ltd.", domicile="CN", citizenship="CN")],
        mark=Mark(text="LANYU"),
        items=[Item(nice_class=11, text="Lamps", bases={"1(b)", "44(d)"})],
        filed=date(2026, 9, 1),
        verification=Verification(bona_fide_intention=True),
        foreign_applications=[
            ForeignApplication(
                office="CN",
                number="88123456",
                filed=date(2026, 5, 14),
                first=True,
                same_mark=True,
                same_applicant=True,
            )
        ],
    )
    return attrs.evolve(plain, **changes)


def found(app: Application, rule: str, *, on: date = ON) -> list[Requirement]:
    return [each for each in BOOK.apply(app, on) if each.rule.id == rule]


def test_a_late_claim_names_the_last_day_and_the_law() -> None:
    (seen,) = found(application(filed=date(2026, 12, 1)), "us-44d-claim-in-time", on=date(2026, 12, 2))
    assert seen.where == "foreign application CN 88123456"
    assert seen.why == (
        "the claim of 2026-12-01 came after 2026-11-16, the last day for a foreign filing of 2026-05-14"
    )
    assert str(seen.source) == "Priority claim within six months (October 2016); TMEP 1003.02, checked 2026-11-22"
    assert seen.finding is not None
    assert seen.finding.severity == "error"


def test_the_deadline_explains_itself() -> None:
    assert (
        priority_deadline(date(2026, 5, 14))
        .explain()
        .startswith("6 months from 2026-05-14 (not counted) end on 2026-11-14, weekend (Saturday); moved to 2026-11-16")
    )


def test_a_claim_has_its_own_day_or_that_of_the_us_filing() -> None:
    app = application()
    (foreign,) = app.foreign_applications
    assert claimed_on(app, foreign) == date(2026, 9, 1)
    assert claimed_on(app, attrs.evolve(foreign, claimed=date(2026, 10, 1))) == date(2026, 10, 1)
    assert has_priority(app, foreign) is True
    assert has_priority(app, attrs.evolve(foreign, claimed=date(2026, 11, 17))) is False
    assert has_priority(app, attrs.evolve(foreign, filed=None)) is None
    assert has_priority(attrs.evolve(app, filed=None), foreign) is None
    assert has_priority(app, attrs.evolve(foreign, filed=date(1900, 1, 2))) is None


def test_a_priority_before_the_data_is_a_typed_gap() -> None:
    with pytest.raises(NoPeriod):
        priority_deadline(date(1900, 1, 2))


def test_each_of_several_foreign_applications_is_examined() -> None:
    first, second = application().foreign_applications[0], ForeignApplication(office="JP", filed=date(2026, 1, 7))
    app = application(foreign_applications=[first, second])
    assert [each.state for each in found(app, "us-44d-claim-in-time")] == ["present", "defective"]
    assert [each.where for each in found(app, "us-44d-serial-number")] == [
        "foreign application CN 88123456",
        "foreign application JP without number",
    ]


def test_an_item_within_one_of_two_foreign_applications_is_covered() -> None:
    first = attrs.evolve(application().foreign_applications[0], covers={"Bulbs"})
    second = attrs.evolve(first, office="JP", covers={"Lamps"})
    assert found(application(foreign_applications=[first]), "us-44d-scope")[0].state == "defective"
    assert found(application(foreign_applications=[first, second]), "us-44d-scope")[0].state == "present"


def test_each_applicant_has_its_origin() -> None:
    outside = Applicant(name="Lagon Bleu SARL", domicile="PF", citizenship="PF")
    seen = found(application(applicants=[*application().applicants, outside]), "us-44d-origin")
    assert [(each.where, each.state) for each in seen] == [
        ("applicant Lanyu Lighting Co., Ltd.", "present"),
        ("applicant Lagon Bleu SARL", "defective"),
    ]
    assert seen[1].why == "PF has no treaty on trademarks with the United States"


def test_section_44_asks_nothing_of_a_basis_that_is_not_claimed() -> None:
    use_only = application(items=[Item(nice_class=11, text="Lamps", bases={"1(a)"})])
    registered = attrs.evolve(use_only, foreign_registrations=[ForeignRegistration(office="DE")])
    assert BOOK.apply(registered, ON) == ()


def test_an_origin_that_fails_says_which_countries_were_looked_at() -> None:
    app = application(
        items=[Item(nice_class=11, text="Lamps", bases={"44(e)"})],
        foreign_registrations=[ForeignRegistration(office="EM", number="018000001")],
    )
    (seen,) = found(app, "us-44e-origin")
    assert seen.state == "defective"
    assert seen.why == "EM registers for no country of origin of the applicant (CN)"


def test_odd_codes_and_texts_are_looked_up_and_not_trusted() -> None:
    foreign = attrs.evolve(application().foreign_applications[0], office="<script>", number="9" * 5000)
    (seen,) = found(application(foreign_applications=[foreign]), "us-44d-treaty-country")
    assert seen.state == "missing"
    assert "the EUIPO is EM" in seen.why
    assert len(seen.where) < 200


@pytest.mark.parametrize(
    ("country", "on", "standing", "treaty"),
    [
        ("CN", ON, "party", "WTO"),
        ("TW", ON, "party", "WTO"),
        ("HK", ON, "party", "WTO"),
        ("VN", ON, "party", "WTO"),
        ("RU", date(2012, 8, 22), "party", "WTO"),
        ("RU", date(2012, 8, 21), "unknown", None),
        ("DZ", ON, "party", "Paris Convention"),
        ("IR", ON, "party", "Paris Convention or WTO"),
        ("EM", ON, "party", "WTO"),
        ("BX", ON, "party", "WTO"),
        ("NR", ON, "unknown", None),
        ("AW", ON, "unknown", None),
        ("CN", date(2001, 6, 1), "unknown", None),
    ],
)
def test_treaty_standing(country: str, on: date, standing: str, treaty: str | None) -> None:
    seen = treaty_standing(country, on=on)
    assert (seen.standing, seen.treaty) == (standing, treaty)
    assert (seen.citation is None) == (standing == "unknown")


def test_a_country_outside_the_treaties_is_told_with_the_confidence_of_its_source() -> None:
    seen = treaty_standing("CW", on=ON)
    assert (seen.standing, seen.confidence) == ("outside", "medium")


def test_the_united_states_has_no_treaty_with_itself() -> None:
    with pytest.raises(InputError, match="any but US"):
        treaty_standing("US", on=ON)


def test_states_of_a_regional_office() -> None:
    assert states_of("BX", on=ON) == {"BE", "LU", "NL"}
    assert len(states_of("EM", on=ON)) == 27
    assert states_of("EM", on=date(2019, 1, 1)) == frozenset()
    assert states_of("JP", on=ON) == {"JP"}


def test_rules_and_conditions_belong_together() -> None:
    with pytest.raises(DataFileError, match="a rule without a condition"):
        RuleBook.read(RULES / "us-section-44.toml", {})
