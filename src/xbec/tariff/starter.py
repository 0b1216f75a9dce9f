"""The starter schedule: duties of 765 subheadings of common consumer goods in eight territories, for first estimates.

Figures and editions are ``data/tariff/starter.csv`` and ``data/tariff/sources.toml``; both are read at the first
question. A subheading covers national lines, so an answer may be an interval, and an old edition answers with
``confidence="low"``.
"""

from __future__ import annotations

import csv
import re
import tomllib
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

from xbec.errors import NoTariff
from xbec.goods.hs import HsCode
from xbec.kernel.citation import Citation
from xbec.tariff.answer import Confidence, TariffAnswer, TariffSource, checked_question, code_of
from xbec.tariff.expression import Duty, Unresolved

_FOLDER: Final = Path(__file__).resolve().parents[1] / "data" / "tariff"
_MORE: Final = re.compile(r"\(\+[0-9]+ more forms\)")
_SIX: Final = 6


@cache
def _sources() -> dict[str, Any]:
    return tomllib.loads((_FOLDER / "sources.toml").read_text(encoding="utf-8"))


@cache
def _columns() -> dict[str, dict[str, str]]:
    """Territory -> subheading -> cell; ``"taken_from"`` is a column too."""
    with (_FOLDER / "starter.csv").open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        names = next(rows)[1:]
        columns: dict[str, dict[str, str]] = {name: {} for name in names}
        for code, *cells in rows:
            for name, cell in zip(names, cells, strict=True):
                if cell:
                    columns[name][code] = cell
    return columns


def starter_territories() -> tuple[str, ...]:
    """The territories the starter knows something about.

    >>> starter_territories()
    ('US', 'EU', 'GB', 'AU', 'JP', 'CH', 'NO', 'BR')
    """
    return tuple(_sources()["source"])


def read_cell(cell: str, currency: str) -> tuple[Duty | Unresolved, ...]:
    """The candidates a cell of the starter stands for.

    >>> [str(duty) for duty in read_cell("Free..25%", "USD")]
    ['Free', '25 %']
    >>> print(*read_cell("9.6% ; 5.40% + 21.20 EUR / 100 kg", "EUR"))
    '9.6% ; 5.40% + 21.20 EUR / 100 kg': lines whose duties count in different units
    """
    found: dict[Duty, None] = {}
    for form in cell.split(" ; "):
        if _MORE.fullmatch(form):
            return (Unresolved(cell, "more forms of duty than the starter holds"),)
        for end in form.split(".."):
            duty = Duty.parse(end, currency)
            if isinstance(duty, Unresolved):
                return (Unresolved(cell, duty.reason),)
            found[duty] = None
    if len({duty.units for duty in found if not duty.is_free}) > 1:
        return (Unresolved(cell, "lines whose duties count in different units"),)
    return tuple(found)


class StarterSchedule(TariffSource):
    """The column of one territory.

    >>> shirts = StarterSchedule("EU").rate("6109.10", origin="BD", on=date(2026, 8, 3))
    >>> print(shirts.duty, shirts.edition, shirts.confidence)
    12 % EU-CN2020 low

    Errors: :class:`NoTariff` for a territory without a column.
    """

    __slots__ = ("_answers", "_begins", "_citation", "_facts", "territory")

    def __init__(self, territory: str) -> None:
        facts = _sources()["source"].get(territory) if isinstance(territory, str) else None
        if facts is None:
            raise NoTariff(
                "the starter schedule has no column for that territory",
                field="territory",
                value=territory,
                allowed=", ".join(starter_territories()),
                cure="load a schedule of your own: Schedule.from_csv",
            )
        self.territory = territory
        self._facts: dict[str, Any] = facts
        self._begins: date | None = facts.get("begins")
        self._citation = Citation(
            id=territory.lower(), title=facts["title"], url=facts["url"], checked=facts["checked"]
        )
        self._answers: dict[str, tuple[Duty | Unresolved, ...]] = {}

    def rate(self, hs: HsCode | str, *, origin: str | None, on: date) -> TariffAnswer:
        """See :meth:`TariffSource.rate`. Codes of more than six digits are answered by their subheading.

        Errors: :class:`NoTariff` for a code that is not in the starter or shorter than six digits, a day before the
        regime began, goods of an origin the column does not hold for; :class:`InputError`.
        """
        code = code_of(hs)
        checked_question(self.territory, origin, on)
        facts = self._facts
        if len(code.digits) < _SIX:
            raise self._gap(code, "the starter answers for six digits or more", cure="state the subheading")
        if self._begins is not None and on < self._begins:
            raise self._gap(code, f"the starter knows this tariff from {self._begins} on")
        if origin is not None and origin in facts.get("not_for", ()):
            raise self._gap(code, facts["not_for_why"], field="origin", value=origin)
        six = code.subheading
        candidates = self._answers.get(six)
        if candidates is None:
            cell = _columns()[self.territory].get(six)
            if cell is None:
                raise self._gap(code, "the starter schedule does not hold this subheading")
            candidates = self._answers[six] = read_cell(cell, facts["currency"])
        confidence, caveat = self._confidence(six, on)
        return TariffAnswer(
            candidates=candidates,
            source=self._citation,
            edition=facts["edition"],
            confidence=confidence,
            territory=self.territory,
            hs=six,
            caveat=caveat,
        )

    def _confidence(self, six: str, on: date) -> tuple[Confidence, str | None]:
        facts = self._facts
        day: date = facts["edition_day"]
        in_regime = self._begins is not None and self._begins <= on <= day
        if abs((on - day).days) > _sources()["low_after"] and not in_regime:
            return "low", f"edition {facts['edition']} of {day} is more than two years from the day asked"
        taken = _columns()["taken_from"].get(six, "")
        for pair in taken.split():
            territory, _, old = pair.partition("=")
            if territory == self.territory:
                return "low", f"taken over from {old} of HS2017"
        confidence: Confidence = facts["confidence"]
        return confidence, None

    def _gap(
        self, code: HsCode, problem: str, *, field: str = "hs", value: str | None = None, cure: str | None = None
    ) -> NoTariff:
        return NoTariff(
            f"{self.territory}: {problem}",
            field=field,
            value=value or str(code),
            cure=cure or "state the duty, or load a schedule of your own: Schedule.from_csv",
        )

    def __repr__(self) -> str:
        return f"StarterSchedule({self.territory!r})"
