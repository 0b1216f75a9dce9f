"""Properties of sections 44 and 66(a), combined and amended bases."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import attrs
from hypothesis import given, settings
from hypothesis import strategies as st

from xbec.kernel.calendars import Calendar
from xbec.kernel.rulebook import RuleBook
from xbec.trademark.application import (
    BASES,
    Applicant,
    Application,
    ForeignApplication,
    ForeignRegistration,
    InternationalRegistration,
    Item,
    Mark,
    Verification,
)
from xbec.trademark.examination import combination, section44, section66
from xbec.trademark.examination.amendment import amend_basis
from xbec.trademark.examination.combination import may_combine
from xbec.trademark.examination.figures import RULES
from xbec.trademark.examination.section44 import priority_deadline

BOOK = (
    RuleBook.read(RULES / "us-section-44.toml", section44.CONDITIONS)
    | RuleBook.read(RULES / "us-section-66.toml", section66.CONDITIONS)
    | RuleBook.read(RULES / "us-combination.toml", combination.CONDITIONS)
)
ON = date(2026, 11, 25)
DAYS = st.dates(date(1996, 1, 1), date(2098, 12, 31))
NEAR = st.none() | st.dates(date(2026, 1, 1), date(2026, 12, 31))
FACT = st.none() | st.booleans()
CODES = st.sampled_from(("CN", "DE", "EM", "BX", "US", "NR", "CW", "NO", "ZZ", ""))
DOCUMENTS = ("copy", "translation", "translation_signed", "same_mark", "same_owner", "establishment_statement")
CLAIMS = ("first", "same_mark", "same_applicant")

applicants = st.builds(
    Applicant,
    name=st.sampled_from(("Lanyu Lighting Co., Ltd.", "Lin Wei")),
    kind=st.sampled_from((None, "corporation", "individual")),
    domicile=st.none() | CODES,
    citizenship=st.none() | CODES,
    establishments=st.frozensets(CODES, max_size=2),
)
items = st.builds(
    Item,
    nice_class=st.integers(1, 45),
    text=st.sampled_from(("Lamps", "Bulbs", "Tables")),
    bases=st.frozensets(st.sampled_from((*BASES, "9(z)")), max_size=3),
)
claims = st.builds(
    ForeignApplication,
    office=CODES,
    filed=NEAR,
    number=st.sampled_from((None, "88123456")),
    claimed=NEAR,
    first=FACT,
    earlier_abandoned=FACT,
    same_mark=FACT,
    same_applicant=FACT,
    covers=st.none() | st.frozensets(st.sampled_from(("Lamps", "Bulbs"))),
)
registrations = st.builds(
    ForeignRegistration,
    office=CODES,
    number=st.sampled_from((None, "77123456")),
    expires=NEAR,
    language=st.sampled_from((None, "en", "zh")),
    **dict.fromkeys(DOCUMENTS, FACT),
)
extensions = st.builds(
    InternationalRegistration,
    number=st.sampled_from((None, "1800001")),
    registered=NEAR,
    designated=NEAR,
    intent_declaration=FACT,
    through_bureau=FACT,
    same_holder=FACT,
    cancelled=NEAR,
    classes=st.none() | st.frozensets(st.integers(1, 45), max_size=3),
)
applications = st.builds(
    Application,
    applicants=st.lists(applicants, max_size=2),
    mark=st.just(Mark(text="LANYU")),
    items=st.lists(items, max_size=4),
    filed=NEAR,
    mark_type=st.sampled_from(("trademark", "certification mark")),
    foreign_applications=st.lists(claims, max_size=2),
    foreign_registrations=st.lists(registrations, max_size=2),
    international_registration=st.none() | extensions,
    verification=st.none() | st.builds(Verification, bona_fide_intention=FACT),
    approved=NEAR,
    published=NEAR,
    allowed=NEAR,
)


def found(app: Application) -> list[tuple[str, str, str, str]]:
    seen = BOOK.apply(app, ON)
    return sorted((each.rule.id, each.where, each.state, each.why) for each in seen if each.finding is not None)


@settings(max_examples=40)
@given(DAYS)
def test_priority_never_ends_on_a_day_off_and_is_never_cut_short(filed: date) -> None:
    deadline = priority_deadline(filed)
    assert Calendar.of_office("uspto").is_business_day(deadline.last_day)
    assert timedelta(0) <= deadline.last_day - deadline.unmoved <= timedelta(days=5)
    assert deadline.unmoved == Calendar("US").add_months(filed, 6)


@settings(max_examples=30)
@given(st.dates(date(2024, 1, 1), date(2027, 12, 31)), st.integers(0, 240))
def test_a_claim_is_good_until_the_last_day_and_not_after(filed: date, days: int) -> None:
    claimed = filed + timedelta(days=days)
    app = Application(
        applicants=[Applicant(name="Lin Wei", domicile="CN")],
        mark=Mark(),
        items=[Item(nice_class=11, text="Lamps", bases={"44(d)", "1(b)"})],
        filed=filed,
        foreign_applications=[ForeignApplication(office="CN", filed=filed, claimed=claimed)],
    )
    (seen,) = [each for each in BOOK.apply(app, claimed) if each.rule.id == "us-44d-claim-in-time"]
    assert (seen.state == "present") == (claimed <= priority_deadline(filed).last_day)


@settings(max_examples=30)
@given(applications)
def test_every_text_is_filled_and_nothing_stops_the_check(app: Application) -> None:
    for each in BOOK.apply(app, ON):
        assert "{" not in each.why
        assert each.source.checked <= ON


@settings(max_examples=30)
@given(applications, st.randoms(use_true_random=False))
def test_the_order_of_goods_and_documents_does_not_matter(app: Application, chance: Any) -> None:
    def mixed(values: tuple[Any, ...]) -> list[Any]:
        return chance.sample(values, len(values))

    other = attrs.evolve(
        app,
        applicants=mixed(app.applicants),
        items=mixed(app.items),
        foreign_applications=mixed(app.foreign_applications),
        foreign_registrations=mixed(app.foreign_registrations),
    )
    assert found(other) == found(app)


@settings(max_examples=30)
@given(applications, st.sampled_from(DOCUMENTS), st.sampled_from(CLAIMS))
def test_adding_what_is_asked_for_never_adds_a_finding(app: Application, document: str, claim: str) -> None:
    better = attrs.evolve(
        app,
        foreign_registrations=[attrs.evolve(each, **{document: True}) for each in app.foreign_registrations],
        foreign_applications=[
            attrs.evolve(each, **{claim: True}, number="88123456") for each in app.foreign_applications
        ],
    )
    sworn = attrs.evolve(better, verification=Verification(bona_fide_intention=True))
    assert len(found(sworn)) <= len(found(better)) <= len(found(app))


@settings(max_examples=30)
@given(
    applications,
    st.frozensets(st.sampled_from(BASES), max_size=2),
    st.frozensets(st.sampled_from(BASES), max_size=2),
    st.booleans(),
    st.booleans(),
)
def test_an_amendment_never_leaves_what_may_not_stand(
    app: Application, delete: frozenset[str], add: frozenset[str], inter_partes: bool, statement_of_use: bool
) -> None:
    claimed = {basis for item in app.items for basis in item.bases}
    delete &= claimed
    add = frozenset(b for b in add - delete if any(b not in item.bases for item in app.items))
    if not delete and not add:
        return
    answer = amend_basis(
        app, on=ON, delete=delete, add=add, inter_partes=inter_partes, statement_of_use=statement_of_use
    )
    assert (answer.application is None) == (answer.allowed == "no") == (not answer.filing_date_kept)
    assert answer.reason
    if answer.application is None:
        return
    assert answer.must_file
    for item in answer.application.items:
        assert item.bases
        assert not item.bases & delete
        assert may_combine(item.bases & set(BASES), same_goods=True, on=ON)
