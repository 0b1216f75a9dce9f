"""What the USPTO asks of the mark: form, drawing, words and colours, consent; marks that others use; the register.

Conditions of ``rules/us-formalities.toml``. A drawing under 66(a) comes from the International Bureau and is left out.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

from xbec.kernel.rulebook import Condition, Seen, defective, later, missing, present, unknown
from xbec.trademark.application import Application
from xbec.trademark.examination.figures import figure, in_use, is_national, named, short


def _is_latin(text: str) -> bool:
    return all(unicodedata.name(char, "").startswith("LATIN") for char in text if char.isalpha())


def mark_form(app: Application, on: date) -> Iterator[Seen]:
    forms = figure("mark-forms", on)
    if app.mark.form in forms:
        yield present("mark")
    else:
        yield defective("mark", form=short(app.mark.form), allowed=", ".join(forms))


def drawing(app: Application, on: date) -> Iterator[Seen]:
    mark = app.mark
    if not is_national(app) or mark.form in figure("forms-without-drawing", on):
        return
    there = bool(mark.text and mark.text.strip()) if mark.form == "standard characters" else mark.drawing
    yield present("mark") if there else missing("mark") if there is False else unknown("mark")


def standard_characters(app: Application, on: date) -> Iterator[Seen]:
    mark = app.mark
    if mark.form != "standard characters":
        return
    if mark.non_latin or not _is_latin(mark.text or ""):
        yield defective("mark", why="characters that are not Latin")
    elif mark.colours or mark.colour_claim:
        yield defective("mark", why="colour")
    else:
        yield present("mark")


def mark_description(app: Application, on: date) -> Iterator[Seen]:
    if app.mark.form != "standard characters" and is_national(app):
        described = app.mark.description and app.mark.description.strip()
        yield present("mark") if described else missing("mark", form=short(app.mark.form))


def colour_claim(app: Application, on: date) -> Iterator[Seen]:
    mark = app.mark
    if mark.form == "standard characters" or not (mark.colours or mark.colour_claim or mark.form == "colour"):
        return
    described = bool(mark.description and mark.description.strip())
    facts = {
        "names of the colours": bool(mark.colours),
        "claim of colour": mark.colour_claim is not False,
        "description where they appear": described,
    }
    lacking = [what for what, fact in facts.items() if not fact]
    if lacking:
        yield missing("mark", what=", no ".join(lacking))
    else:
        yield unknown("mark") if mark.colour_claim is None else present("mark")


def translation(app: Application, on: date) -> Iterator[Seen]:
    mark = app.mark
    if mark.foreign_words:
        yield missing("mark") if mark.translation is None else present("mark")
    elif mark.foreign_words is None and mark.text and mark.translation is None:
        yield unknown("mark")


def transliteration(app: Application, on: date) -> Iterator[Seen]:
    mark = app.mark
    if mark.non_latin or (mark.non_latin is None and not _is_latin(mark.text or "")):
        yield present("mark") if mark.transliteration else missing("mark")


def consent(app: Application, on: date) -> Iterator[Seen]:
    person = app.mark.living_individual
    if not person:
        return
    # TMEP 813: consent is presumed where that person signs the application.
    signed = app.verification is not None and app.verification.signer == person
    yield present("mark") if app.mark.consent or signed else missing("mark", person=short(person))


# --- type of mark, register, concurrent use ---


def mark_type(app: Application, on: date) -> Iterator[Seen]:
    types = figure("mark-types", on)
    if app.mark_type in types:
        yield present("mark")
    else:
        yield defective("mark", mark_type=short(app.mark_type), allowed=", ".join(types))


def legitimate_control(app: Application, on: date) -> Iterator[Seen]:
    if app.mark_type not in ("collective mark", "collective membership mark", "certification mark"):
        return
    control = app.members_control
    yield present("mark") if control else missing("mark") if control is None else defective("mark")


def certification_standards(app: Application, on: date) -> Iterator[Seen]:
    if app.mark_type != "certification mark":
        return
    used = any(in_use(app, item) for item in app.items)
    if app.certification_standards:
        yield present("mark")
    elif used:
        yield missing("mark")
    elif "1(b)" in app.bases:
        yield later("mark")


def supplemental_66a(app: Application, on: date) -> Iterator[Seen]:
    if app.register == "supplemental" and "66(a)" in app.bases:
        yield defective("register")


def supplemental_use(app: Application, on: date) -> Iterator[Seen]:
    if app.register == "supplemental":
        for item in app.items_under("1(b)"):
            yield present(named(item)) if in_use(app, item) else missing(named(item))


def distinctiveness_use(app: Application, on: date) -> Iterator[Seen]:
    if app.mark.acquired_distinctiveness:
        for item in app.items_under("1(b)"):
            yield present(named(item)) if in_use(app, item) else defective(named(item))


def concurrent_use(app: Application, on: date) -> Iterator[Seen]:
    if app.concurrent_use:
        for item in app.items:
            yield present(named(item)) if in_use(app, item) else defective(named(item))


def concurrent_limits(app: Application, on: date) -> Iterator[Seen]:
    if app.concurrent_use:
        stated = app.concurrent_use_limits and app.concurrent_use_limits.strip()
        yield present("concurrent use") if stated else missing("concurrent use")


def concurrent_register(app: Application, on: date) -> Iterator[Seen]:
    if app.concurrent_use:
        yield present("register") if app.register == "principal" else defective("register")


CONDITIONS: Final[Mapping[str, Condition[Application]]] = {
    "us-mark-form": mark_form,
    "us-drawing": drawing,
    "us-standard-characters": standard_characters,
    "us-mark-description": mark_description,
    "us-colour-claim": colour_claim,
    "us-translation": translation,
    "us-transliteration": transliteration,
    "us-consent": consent,
    "us-mark-type": mark_type,
    "us-legitimate-control": legitimate_control,
    "us-certification-standards": certification_standards,
    "us-supplemental-66a": supplemental_66a,
    "us-supplemental-use": supplemental_use,
    "us-distinctiveness-use": distinctiveness_use,
    "us-concurrent-use": concurrent_use,
    "us-concurrent-limits": concurrent_limits,
    "us-concurrent-register": concurrent_register,
}
