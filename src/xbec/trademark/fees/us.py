"""Fees at the USPTO: of an application as it would be filed, and of its life up to the renewals."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Final, Literal

from xbec.errors import InputError
from xbec.kernel.citation import plain_day
from xbec.kernel.finding import Finding
from xbec.kernel.rulebook import Requirement, RuleBook, Seen, missing, present, unknown
from xbec.trademark.application import Applicant, Application, Item
from xbec.trademark.dated_rows import RULES
from xbec.trademark.examination.figures import named, one_text, short
from xbec.trademark.fees.filing import CERTIFICATION, fee_variants, filing_fees
from xbec.trademark.fees.statement import FeeStatement
from xbec.trademark.fees.upkeep import horizon, upkeep_fees
from xbec.trademark.office_data import office
from xbec.trademark.prosecution.deadlines import office_deadlines
from xbec.trademark.prosecution.lifecycle import Event

_US: Final = "US"
_RULES: Final = RULES / "us-base-application.toml"

Allegation = Literal["statement-of-use", "amendment-to-allege-use"]


def application_fees(
    app: Application,
    *,
    on: date,
    form: Literal["teas-plus", "teas-standard"] | None = None,
    complete: bool | None = None,
) -> FeeStatement:
    """What filing this application costs on a day, with the surcharges it draws.

    From 2025-01-18: the base fee per class, and per class the surcharges for insufficient information, for own words,
    and for each started thousand characters of own words after the first. Before: TEAS Plus where everything is picked
    from the ID Manual and complete, else TEAS Standard; ``form`` says which form was used. An extension of protection
    under section 66(a) has its own fee and no surcharge; its day is that of the international registration or the
    subsequent designation. An entry of which it is not stated whether it was picked counts as own words, and the
    statement says so. ``complete`` overrides what :func:`missing_information` finds.

    >>> from xbec.trademark.application import Item, Mark
    >>> lamps = Item(nice_class=11, text="Desk lamps", bases={"1(b)"}, id_manual=True)
    >>> lamp = Application(applicants=[Applicant(name="Meridian Goods LLC")], mark=Mark(text="MERIDIAN"), items=[lamps])
    >>> application_fees(lamp, on=date(2026, 3, 2), complete=True).total
    Money('350.00', 'USD')

    Raises :class:`InputError` for no items, or section 66(a) beside another basis; ``NoPeriod`` for a day before our
    data.
    """
    plain_day(on, field="on")
    classes = len(app.classes)
    if not classes:
        raise InputError("an application without goods or services", field="items", cure="add an Item")
    if "66(a)" in app.bases:
        return _extension_of_protection(app, on)
    remarks = [*_gaps(app, on, complete)]
    if complete is None:
        complete = not any(each.rule == "us-base-application" and each.severity == "warning" for each in remarks)
    own, characters = _own_words(app)
    remarks.extend(_not_stated(app))
    variants = fee_variants(_US, "application", on=on)
    title = f"{office(_US).name}: application, {', '.join(f'class {each}' for each in app.classes)}"
    statement = FeeStatement(title=title, lines=(), remarks=tuple(remarks))
    if None in variants:
        if form is not None:
            raise InputError("no such form on that day", field="form", value=form, allowed="None: one base application")
        variant = None if app.electronic else "paper"
        statement += filing_fees(_US, classes=classes, on=on, variant=variant)
        if not complete:
            statement += filing_fees(_US, act="surcharge-insufficient-information", classes=classes, on=on)
        if own:
            statement += filing_fees(_US, act="surcharge-free-form-text", classes=own, on=on)
            statement += filing_fees(_US, act="surcharge-characters", classes=own, on=on, characters=characters)
        return statement
    best = "teas-standard" if own or not complete else "teas-plus"
    statement += filing_fees(_US, classes=classes, on=on, variant=form or best if app.electronic else "paper")
    if app.electronic and form == "teas-plus" and best != form:
        statement += filing_fees(_US, act="teas-plus-processing", classes=classes, on=on)
    return statement


def life_cost(
    app: Application,
    *,
    on: date,
    registered: date | None = None,
    years: int = 10,
    allegation: Allegation | None = None,
    allowed: date | None = None,
    extensions: int = 0,
    incontestable: bool = False,
    complete: bool | None = None,
) -> FeeStatement:
    """What an application and ``years`` of its registration cost in fees of the USPTO, as dated lines.

    Filing on ``on``; for classes under 1(b) the allegation of use (a statement of use unless told otherwise) with its
    ``extensions`` counted from ``allowed``, the notice of allowance; then sections 8 and 9, or 71, each on the last day
    without surcharge, and section 15 with ``incontestable``. A day that is not stated is the earliest possible, and
    the statement says so. A fee of a later day is the one known, and ``findings`` say so.

    Raises as :func:`application_fees`; :class:`InputError` for more extensions than the law allows.
    """
    horizon(years)
    statement = application_fees(app, on=on, complete=complete)
    last = on
    classes = len(app.classes_under("1(b)"))
    if classes:
        allowed = allowed or app.allowed
        use = _allegation(classes, on, allegation or "statement-of-use", allowed, extensions)
        statement += use
        last = max(line.day for line in use.lines)
    if not years:
        return statement
    events = {"registered": registered or last}
    until = office(_US).calendar.add_months(events["registered"], horizon(years))
    statement += upkeep_fees(
        _US,
        classes=len(app.classes),
        events=events,
        until=until,
        bases=app.bases,
        optional=("section-15",) if incontestable and app.register == "principal" else (),
    )
    if "66(a)" in app.bases:
        why = "the renewal of the international registration is paid at WIPO; it is not in this total"
        statement += _remark("fee-not-included", why, "see the fees of WIPO")
    if registered is None:
        why = f"the day of registration is not stated: upkeep is counted from {last}, the earliest possible day"
        statement += _remark("fee-day-not-stated", why, "state registered")
    return statement


def missing_information(app: Application, on: date) -> tuple[Requirement, ...]:
    """What an application lacks of 37 CFR 2.22(a), so that the surcharge for insufficient information is due.

    States are ``present``, ``missing``, and ``unknown`` where the application does not say.
    """
    return _rules().apply(app, on)


@cache
def _rules() -> RuleBook[Application]:
    return RuleBook.read(_RULES, {"us-base-application": _base_application})


def _base_application(app: Application, on: date) -> Iterator[Seen]:
    applicants = app.applicants or (Applicant(name=""),)
    for each in applicants:
        where = f"applicant {short(each.name)}" if each.name else "applicant"
        yield _seen(bool(each.name) or None, "the name of the applicant", where, absent=True)
        yield _seen(each.domicile, "the domicile", where, absent=True)
        yield _seen(each.kind, "the legal entity", where, absent=True)
        yield _seen(each.citizenship, "the citizenship or country of organisation", where, absent=True)
    for item in app.items:
        yield _seen(bool(item.bases) or None, "a filing basis", named(item), absent=True)
    signed = app.verification is not None and app.verification.signed is not None
    yield _seen(signed or None, "the dated and signed declaration", "verification", absent=True)
    mark = app.mark
    if mark.form != "standard characters":
        yield _seen(mark.drawing, "the drawing", "mark")
        yield _seen(mark.description, "the description of the mark", "mark", absent=True)
    if mark.colours:
        yield _seen(mark.colour_claim, "the claim of colour", "mark")
    if mark.foreign_words:
        yield _seen(mark.translation, "the translation", "mark", absent=True)
    if mark.non_latin:
        yield _seen(mark.transliteration, "the transliteration", "mark", absent=True)
    if mark.living_individual is not None:
        yield _seen(mark.consent, f"the written consent of {mark.living_individual}", "mark")


def _seen(value: object, what: str, where: str, *, absent: bool = False) -> Seen:
    """``None`` is missing where the application itself would carry it (``absent``), else not stated."""
    if value is None and not absent:
        return unknown(where, what=what)
    return present(where) if value else missing(where, what=what)


def _gaps(app: Application, on: date, complete: bool | None) -> Iterator[Finding]:
    if complete is None:
        for each in missing_information(app, on):
            if each.finding is not None:
                severity = "info" if each.state == "unknown" else "warning"
                yield Finding(
                    each.rule.id,
                    severity,  # type: ignore[arg-type]
                    each.where,
                    each.why,
                    each.rule.cure,
                    each.source,
                    consequence=each.rule.consequence,
                    confidence=each.confidence,
                )


def _own_words(app: Application) -> tuple[int, tuple[int, ...]]:
    """The number of classes with own words, and the characters of own words in each."""
    own: dict[int, list[Item]] = {}
    for item in app.items:
        if not item.id_manual:
            own.setdefault(item.nice_class, []).append(item)
    return len(own), tuple(len(one_text(own[each])) for each in sorted(own))


def _not_stated(app: Application) -> Iterator[Finding]:
    for item in app.items:
        if item.id_manual is None:
            yield Finding(
                "fee-id-manual-not-stated",
                "warning",
                named(item),
                "not stated whether it is an entry of the ID Manual; counted as own words, the dearer way",
                "look it up in the ID Manual and state id_manual",
            )


def _extension_of_protection(app: Application, on: date) -> FeeStatement:
    if app.bases != ("66(a)",):
        raise InputError(
            "section 66(a) stands alone",
            field="bases",
            value=", ".join(app.bases),
            cure="take the other bases away; check_application tells what an application may combine",
        )
    why = "paid at WIPO in Swiss francs, at the amount WIPO publishes; the amount here is the one in dollars"
    paid = filing_fees(_US, act="application-66a", classes=len(app.classes), on=on)
    paid += _remark("fee-paid-at-wipo", why, "see the fees of WIPO for the individual fee in francs", "info")
    return paid + _remark("fee-not-included", CERTIFICATION, "ask the office of origin for it")


def _allegation(classes: int, on: date, act: Allegation, allowed: date | None, extensions: int) -> FeeStatement:
    term = office(_US).term("statement-of-use", allowed or on).value
    if type(extensions) is not int or not 0 <= extensions <= term.extensions:
        raise InputError(
            "not a number of extensions the law allows",
            field="extensions",
            value=extensions,
            allowed=f"0 to {term.extensions}",
        )
    if act == "amendment-to-allege-use":
        if extensions:
            raise InputError("an amendment to allege use needs no extension", field="extensions", value=extensions)
        return filing_fees(_US, act=act, classes=classes, on=on)
    days = [on] * (extensions + 1)
    if allowed is not None:
        (due,) = office_deadlines(_US, [Event("allowed", allowed)], on=allowed, bases=["1(b)"]).of("statement-of-use")
        days = [due.last_day, *(each.last_day for each in due.extensions[:extensions])]
    statement = filing_fees(_US, act=act, classes=classes, on=days[-1])
    for day in days[:-1]:
        statement += filing_fees(_US, act="extension-statement-of-use", classes=classes, on=day)
    if allowed is None:
        why = "the day of the notice of allowance is not stated: fees of the filing day are taken"
        statement += _remark("fee-day-not-stated", why, "state allowed")
    return statement


def _remark(rule: str, why: str, cure: str, severity: Literal["warning", "info"] = "warning") -> FeeStatement:
    return FeeStatement(title="", lines=(), remarks=(Finding(rule, severity, "", why, cure),))
