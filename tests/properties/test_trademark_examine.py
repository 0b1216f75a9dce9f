"""What holds for every application at the USPTO: order means nothing, documents do no harm."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from datetime import date
from typing import Any

import attrs
from hypothesis import given, settings
from hypothesis import strategies as st

from xbec.errors import XbecError
from xbec.trademark.application import (
    BASES,
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
from xbec.trademark.examination.examine import Examination, check_application

DAY = date(2026, 11, 25)
maybe = st.none() | st.booleans()
days = st.none() | st.dates(date(2024, 1, 1), date(2027, 12, 31))
classes = st.sampled_from([0, 9, 25, 35, 46])
texts = st.sampled_from(["", "Shirts", "shirts", "Lamps", "Retail services", "晨星", "x" * 1200])
words = st.sampled_from(["", "US", "CN", "DE", "Meridian", "1 Sample Street", "P.O. Box 7", "NY"])
bases = st.frozensets(st.sampled_from([*BASES, "1(c)"]), max_size=3)
kinds = st.sampled_from(["tag", "web page", "web page with ordering", "advertising", "signage", "mock-up", "tattoo"])
applicants = st.builds(
    Applicant,
    name=words,
    kind=st.none() | st.sampled_from(["individual", "corporation", "firm"]),
    domicile=st.none() | words,
    citizenship=st.none() | words,
    address=st.none() | words,
    email=st.none() | words,
)
marks = st.builds(
    Mark,
    form=st.sampled_from(["standard characters", "design", "sound", "colour", "hologram"]),
    text=st.none() | texts,
    drawing=maybe,
    description=st.none() | texts,
    colours=st.lists(st.just("red"), max_size=1),
    colour_claim=maybe,
    foreign_words=maybe,
    translation=st.none() | texts,
    non_latin=maybe,
    living_individual=st.none() | words,
    acquired_distinctiveness=st.booleans(),
)
items = st.builds(Item, nice_class=classes, text=texts, bases=bases, id_manual=maybe)
uses = st.builds(Use, nice_class=classes, first_use_anywhere=days, first_use_commerce=days)
specimens = st.builds(
    Specimen,
    nice_class=classes,
    kind=kinds,
    url=st.none() | st.just("https://shop.example/"),
    accessed=days,
    shows_mark=maybe,
    shows_goods=maybe,
    shows_ordering=maybe,
    in_use_on_filing=maybe,
)
verifications = st.builds(
    Verification,
    signed=days,
    signer=st.none() | words,
    capacity=st.none() | st.sampled_from(["officer", "attorney", "other"]),
    in_use=maybe,
    bona_fide_intention=maybe,
    owner=maybe,
    entitled=maybe,
    no_conflict=maybe,
    specimen_as_used=maybe,
    facts_true=maybe,
    as_of_filing=maybe,
)
applications = st.builds(
    Application,
    applicants=st.lists(applicants, max_size=2),
    mark=marks,
    items=st.lists(items, max_size=4),
    filed=days,
    mark_type=st.sampled_from(["trademark", "collective mark", "certification mark", "guarantee mark"]),
    register=st.sampled_from(["principal", "supplemental"]),
    uses=st.lists(uses, max_size=3),
    specimens=st.lists(specimens, max_size=3),
    foreign_applications=st.lists(
        st.builds(
            ForeignApplication, office=st.sampled_from(["CN", "EM", "XX"]), filed=days, claimed=days, first=maybe
        ),
        max_size=2,
    ),
    foreign_registrations=st.lists(
        st.builds(ForeignRegistration, office=st.sampled_from(["CN", "EM", "XX"]), registered=days, copy=maybe),
        max_size=2,
    ),
    international_registration=st.none()
    | st.builds(InternationalRegistration, designated=days, registered=days, intent_declaration=maybe),
    verification=st.none() | verifications,
    attorney=st.none() | st.builds(Attorney, name=words, licensed_in=st.none() | words, good_standing=maybe),
    classes_paid=st.none() | st.integers(0, 4),
    electronic=st.booleans(),
    concurrent_use=st.booleans(),
    members_control=maybe,
    certification_standards=maybe,
    approved=days,
    published=days,
    allowed=days,
)


def fired(found: Examination) -> Counter[tuple[str, str, str]]:
    return Counter((finding.rule, finding.severity, finding.where) for finding in found.findings)


@settings(deadline=None, max_examples=20)
@given(applications, st.data())
def test_the_order_of_what_is_listed_has_no_meaning(app: Application, data: st.DataObject) -> None:
    fields = ("applicants", "items", "uses", "specimens", "foreign_applications", "foreign_registrations")
    shuffled = attrs.evolve(app, **{field: data.draw(st.permutations(getattr(app, field))) for field in fields})
    assert fired(check_application(shuffled, DAY)) == fired(check_application(app, DAY))


@settings(deadline=None, max_examples=20)
@given(applications)
def test_every_application_is_examined_and_every_finding_is_whole(app: Application) -> None:
    found = check_application(app, DAY)
    assert list(found.findings) == sorted(found.findings)
    for finding in found.findings:
        assert finding.source is not None
        assert finding.cure or finding.severity == "info"
        assert "{" not in finding.why
    assert found.is_complete or any(finding.severity != "info" for finding in found.findings)
    assert found.is_complete or not found.is_registrable
    assert found.explain()
    assert found.to_dict()["notice"]


def whole_specimen(nice_class: int) -> Specimen:
    page = {"url": "https://shop.example/", "accessed": date(2024, 1, 1)}
    seen: dict[str, Any] = {"shows_mark": True, "shows_goods": True, "shows_ordering": True, "in_use_on_filing": True}
    return Specimen(nice_class=nice_class, kind="web page with ordering", **page, **seen)


def added(before: Application, after: Application) -> set[tuple[str, str]]:
    """Rules and places of the findings that came anew."""
    old, new = (
        {(finding.rule, finding.where) for finding in check_application(app, DAY).findings} for app in (before, after)
    )
    return new - old


@settings(deadline=None, max_examples=20)
@given(applications.filter(lambda app: "1(a)" in app.bases))
def test_a_sound_specimen_adds_no_finding(app: Application) -> None:
    shown = whole_specimen(app.classes_under("1(a)")[0])
    assert added(app, attrs.evolve(app, specimens=(*app.specimens, shown))) == set()


@settings(deadline=None, max_examples=20)
@given(applications)
def test_an_attorney_with_all_details_adds_no_finding(app: Application) -> None:
    attorney = Attorney(
        name="Cleo Sample", licensed_in="NY", bar_year=2010, good_standing=True, email="c@sample.example"
    )
    assert added(attrs.evolve(app, attorney=None), attrs.evolve(app, attorney=attorney)) == set()


@settings(deadline=None, max_examples=20)
@given(applications.filter(lambda app: app.verification is not None))
def test_saying_more_under_oath_adds_no_finding(app: Application) -> None:
    assert app.verification is not None
    signed = app.filed or DAY
    facts = ("bona_fide_intention", "owner", "entitled", "no_conflict", "specimen_as_used", "facts_true")
    bare = attrs.evolve(app.verification, signed=signed, signer="Ada Sample", in_use=True)
    said = attrs.evolve(bare, capacity="officer", **dict.fromkeys(facts, True))
    assert added(attrs.evolve(app, verification=bare), attrs.evolve(app, verification=said)) == set()


PAPERS = {
    "drawing": True,
    "description": "The mark consists of the word LUMO below a lamp.",
    "translation": "light",
    "transliteration": "lumo",
    "consent": True,
    "colour_claim": True,
}


@settings(deadline=None, max_examples=20)
@given(applications, st.sampled_from(sorted(PAPERS)))
def test_a_paper_of_the_mark_adds_no_finding(app: Application, paper: str) -> None:
    if paper == "colour_claim" and not app.mark.colours:
        return  # a claim of colour without colours is a contradiction, not a paper that was asked for
    without, held = (attrs.evolve(app, mark=attrs.evolve(app.mark, **{paper: p})) for p in (None, PAPERS[paper]))
    assert added(without, held) == set()


anything = st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.lists(st.integers(), max_size=2)


@settings(deadline=None, max_examples=30)
@given(applications, st.dates(), st.data())
def test_only_typed_errors(app: Application, on: date, data: st.DataObject) -> None:
    field = data.draw(st.sampled_from([each.name for each in attrs.fields(Application)]))
    with suppress(XbecError):
        check_application(attrs.evolve(app, **{field: data.draw(anything)}), on)
