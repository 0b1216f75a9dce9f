"""What a trademark office charges for an act on a day, and what an international registration costs at WIPO.

How an office charges (per class, first and further class, beyond ten items ...) is data: see ``per`` in
:mod:`xbec.trademark.office_data`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import date, timedelta
from itertools import islice
from typing import Final

import attrs

from xbec.errors import GapError, InputError
from xbec.kernel.citation import plain_day
from xbec.kernel.finding import Finding
from xbec.kernel.timeline import CONFIDENCES, NoPeriod, Period
from xbec.trademark.fees.statement import FeeLine, FeeStatement
from xbec.trademark.office_data import PER_BEYOND, Fee, Office, office

CERTIFICATION: Final = "what the office of origin charges for certifying or forwarding is not in it"
_LARGEST: Final = 10_000_000
_PARTIES: Final = 300
_PARTY: Final = re.compile(r"[A-Z]{2}", re.ASCII)


def filing_fees(
    where: str | Office,
    /,
    *,
    classes: int,
    on: date,
    act: str | Sequence[str] = "application",
    variant: str | None = None,
    items: Sequence[int] | None = None,
    characters: Sequence[int] | None = None,
    designations: int = 1,
    created: int = 1,
) -> FeeStatement:
    """What an office charges for an act, or several, on a day of payment, for a number of classes.

    ``where`` is an office's code, or one of your own files (:func:`xbec.trademark.read_office`). ``variant`` is
    the way of filing where the office prices several; ``items`` and ``characters`` are numbers per class, for offices
    that charge for long lists; ``created`` counts the applications that a division creates.

    >>> filing_fees("US", act=("section-8", "section-9"), classes=1, on=date(2026, 3, 2)).total
    Money('650.00', 'USD')

    Raises :class:`InputError` for a bad argument or a variant the office does not price, :class:`GapError` where our
    data has no such fee, ``NoPeriod`` where it has none on that day.
    """
    place = where if isinstance(where, Office) else office(where)
    plain_day(on, field="on")
    acts = (act,) if isinstance(act, str) else act
    if not isinstance(acts, list | tuple) or not acts or not all(isinstance(each, str) for each in acts):
        raise InputError("not an act", field="act", value=act, allowed="a text, or a list of texts")
    asked = _Asked(
        classes=_whole(classes, "classes"),
        items=_per_class(items, "items", classes),
        characters=_per_class(characters, "characters", classes),
        designations=_whole(designations, "designations"),
        created=_whole(created, "created"),
    )
    lines: list[FeeLine] = []
    remarks: list[Finding] = []
    for each in acts:
        rows = fee_rows(place, each, on=on, variant=variant)
        _refuse_uncovered(place, each, rows, asked.classes)
        for row in rows:
            remarks.extend(_not_stated(place, row, asked))
            line = _line(place, row, asked, on=on, variant=variant)
            if line.quantity:
                lines.append(line)
    return FeeStatement(
        title=f"{place.name}: {', '.join(acts)}, {_count(classes)}", lines=lines, remarks=tuple(remarks)
    )


def madrid_fees(
    designations: Iterable[str],
    classes: int,
    *,
    on: date,
    colour: bool = False,
    ldc: bool = False,
    complementary: Iterable[str] = (),
) -> FeeStatement:
    """What an international application costs at WIPO, in Swiss francs: basic fee, and the fees of the designations.

    ``designations`` are codes of Contracting Parties (ISO 3166-1, ``EM``, ``BX``, ``OA``). A party with an individual
    fee in our data takes that, by class; ``complementary`` names those that take the complementary fee instead. The
    supplementary fee per class over three is due only where a party takes the complementary fee (Protocol art.
    8(7)(a)(i)). ``ldc``: the country of origin is a least developed country. The office of origin's own certification
    fee is not in it.

    Raises :class:`GapError` naming every party of which no individual fee is known and that is not in
    ``complementary``: unknown is not zero.
    """
    place = office("WO")
    parties, without = _parties(designations, "designations"), _parties(complementary, "complementary", least=0)
    stray = [code for code in without if code not in parties]
    if stray:
        raise InputError("not designated", field="complementary", value=", ".join(stray), allowed=", ".join(parties))
    acts = {row.value.act for rows in place.fees.values() for row in rows}
    unknown = [code for code in parties if code not in without and f"designation {code}" not in acts]
    if unknown:
        raise GapError(
            "no individual fee of these parties is known",
            field="designations",
            value=", ".join(unknown),
            cure="look in WIPO's table of individual fees; a party that is not in it: name it in complementary",
        )
    variant = "-".join(word for word, said in (("ldc", ldc), ("colour", colour)) if said) or None
    statement = FeeStatement(
        title=f"{place.name}: {', '.join(parties)}, {_count(_whole(classes, 'classes'))}", lines=()
    )
    statement += filing_fees(place, classes=classes, on=on, variant=variant)
    if without:
        acts_due = ("supplementary", "complementary")
        statement += filing_fees(place, act=acts_due, classes=classes, on=on, designations=len(without))
    for code in parties:
        if code not in without:
            statement += filing_fees(place, act=f"designation {code}", classes=classes, on=on)
    cure = "ask the office of origin for it"
    return attrs.evolve(
        statement,
        remarks=(*statement.remarks, Finding("fee-not-included", "warning", place.code, CERTIFICATION, cure)),
    )


def fee_variants(where: str | Office, act: str, *, on: date) -> tuple[str | None, ...]:
    """The ways of filing that an office prices for an act on a day; ``None`` stands for the usual one."""
    place = where if isinstance(where, Office) else office(where)
    found = {row.value.variant for row in _in_force(place, act, on)}
    return tuple(sorted(found, key=lambda variant: (variant is not None, variant or "")))


def fee_rows(where: str | Office, act: str, *, on: date, variant: str | None = None) -> tuple[Period[Fee], ...]:
    """The fees that together are due for an act on a day: those of the variant, and the plain ones it leaves standing.

    Raises as :func:`filing_fees`.
    """
    place = where if isinstance(where, Office) else office(where)
    rows = _in_force(place, act, on)
    variants = {row.value.variant for row in rows}
    shares = {row.value.of for row in rows if row.value.of is not None}
    if variant not in variants and not (variants == {None} and shares):  # a share follows the variant of its act
        named = ", ".join(sorted(each for each in variants if each is not None))
        raise InputError(
            f"{place.name} prices {act} by the way of filing"
            if variant is None
            else "not a way of filing priced there",
            field="variant",
            value=variant,
            allowed=f"{named}{' or None' if named and None in variants else ''}" or "None",
        )
    replaced = {row.value.per for row in rows if row.value.variant == variant and variant is not None}
    return tuple(
        row
        for row in rows
        if row.value.variant == variant or (row.value.variant is None and row.value.per not in replaced)
    )


@attrs.frozen(slots=True, kw_only=True)
class _Asked:
    classes: int
    items: tuple[int, ...] | None = None
    characters: tuple[int, ...] | None = None
    designations: int = 1
    created: int = 1

    def times(self, per: str) -> int:
        """How often a fee of that ``per`` is due; the words are told in :mod:`xbec.trademark.office_data`."""
        if found := PER_BEYOND.fullmatch(per):
            return self._beyond(found[1], int(found[2].replace(",", "")))
        n = self.classes
        return {
            "application": 1,
            "registration": 1,
            "request": 1,
            "new application": self.created,
            "class": n,
            "first class": min(n, 1),
            "second class": min(max(n - 1, 0), 1),
            "third and further class": max(n - 2, 0),
            "further class": max(n - 1, 0),
            "designation": self.designations,
        }[per]

    def _beyond(self, what: str, allowance: int) -> int:
        if what == "class":
            return max(self.classes - allowance, 0)
        if what == "item":
            return sum(max(number - allowance, 0) for number in self.items or ())
        return sum(-(-max(number - allowance, 0) // 1000) for number in self.characters or ())


def _in_force(place: Office, act: str, on: date) -> tuple[Period[Fee], ...]:
    timelines = [rows for rows in place.fees.values() if any(row.value.act == act for row in rows)]
    if not timelines:
        acts = dict.fromkeys(row.value.act for rows in place.fees.values() for row in rows)
        raise GapError(
            f"no fee for that act in the data of {place.name}",
            field="act",
            value=act,
            allowed=", ".join(acts) or "no fee is known",
            cure="ask the office, or read a file of your own with read_office",
        )
    known = [row for rows in timelines for row in rows if row.value.act == act and row.status == "in-force"]
    found: list[Period[Fee]] = []
    for rows in timelines:
        with suppress(NoPeriod):
            found.append(rows.on(on))
    if not found:
        ends = [row.end for row in known]
        last = None if None in ends else max((end for end in ends if end is not None), default=None)
        raise NoPeriod(
            f"{place.name}: no fee for {act} on that day is in our data",
            day=on,
            first=min((row.start for row in known), default=None),
            last=None if last is None else last - timedelta(days=1),
        )
    return tuple(found)


def _refuse_uncovered(place: Office, act: str, rows: Iterable[Period[Fee]], classes: int) -> None:
    """A first-class fee without the fee of the classes after it would be a total too low, so it is a gap."""
    pers = {row.value.per for row in rows}
    if "class" in pers or not pers & {"first class", "second class"}:
        return
    after = "further class" in pers or any(per.startswith("class beyond") for per in pers)
    if (classes > 1 and not after and "second class" not in pers) or (
        classes > 2 and not after and "third and further class" not in pers
    ):
        raise GapError(
            f"{place.name}: the fee of the classes after the first is not in our data",
            field="classes",
            value=classes,
            cure=f"ask the office what a further class costs for: {act}",
        )


def _not_stated(place: Office, row: Period[Fee], asked: _Asked) -> tuple[Finding, ...]:
    found = PER_BEYOND.fullmatch(row.value.per)
    if found is None or found[1] == "class":
        return ()
    word = "items" if found[1] == "item" else "characters"
    if getattr(asked, word) is not None:
        return ()
    why = f"the number of {word} in each class is not stated; counted as not above {found[2]}"
    where = f"{place.code} {row.value.id}"
    cure = f"state {word}: beyond that it is {row.value.amount} each"
    return (Finding("fee-quantity-not-stated", "warning", where, why, cure, row.citation),)


def _line(place: Office, row: Period[Fee], asked: _Asked, *, on: date, variant: str | None) -> FeeLine:
    fee, unit, confidence = row.value, row.value.amount, row.confidence
    if unit is None:
        assert fee.of is not None  # so that the loader left it
        assert fee.share is not None
        variants = fee_variants(place, fee.of, on=on)
        base = fee_rows(place, fee.of, on=on, variant=variant if variant in variants else None)
        whole = [_line(place, each, asked, on=on, variant=variant) for each in base]
        unit = (sum((each.total for each in whole), start=whole[0].total * 0) * fee.share).round_to()
        confidence = max((confidence, *(each.confidence for each in whole)), key=CONFIDENCES.index)
    return FeeLine(
        day=on,
        office=place.code,
        fee=fee.id,
        act=fee.act,
        title=fee.title,
        per=fee.per,
        quantity=asked.times(fee.per),
        unit=unit,
        citation=row.citation,
        confidence=confidence,
        note=None if fee.share is None else f"{fee.share} of {fee.of}",
    )


def _whole(value: object, field: str) -> int:
    if type(value) is not int or not 1 <= value <= 1000:
        raise InputError(f"not a number of {field}", field=field, value=value, allowed="1 to 1000")
    return value


def _per_class(values: object, field: str, classes: int) -> tuple[int, ...] | None:
    if values is None:
        return None
    numbers = tuple(values) if isinstance(values, list | tuple) else (None,)
    if len(numbers) != classes or any(type(n) is not int or not 0 <= n <= _LARGEST for n in numbers):
        raise InputError(f"not {field} per class", field=field, value=values, allowed=f"{classes} whole numbers")
    return numbers


def _parties(codes: Iterable[str], field: str, *, least: int = 1) -> tuple[str, ...]:
    parties = () if isinstance(codes, str) else tuple(islice(codes, _PARTIES + 1))
    good = all(isinstance(code, str) and _PARTY.fullmatch(code) for code in parties)
    if not good or not least <= len(parties) <= _PARTIES or len(set(parties)) < len(parties):
        allowed = "a list of codes of two letters, each once"
        raise InputError("not Contracting Parties", field=field, value=codes, allowed=allowed)
    return parties


def _count(classes: int) -> str:
    return "1 class" if classes == 1 else f"{classes} classes"
