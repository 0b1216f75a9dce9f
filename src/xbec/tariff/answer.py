"""What a tariff answers, and what every source of tariffs is: the shape a third party's source has too."""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import date
from typing import Final, Literal, get_args

import attrs

from xbec.errors import InputError, NoTariff, Undetermined
from xbec.goods.hs import HsCode
from xbec.kernel.citation import Citation, plain_day
from xbec.tariff.expression import Duty, Unresolved

Confidence = Literal["high", "medium", "low", "unconfirmed"]
CONFIDENCES: Final[tuple[str, ...]] = get_args(Confidence)


@attrs.frozen(slots=True, kw_only=True)
class TariffAnswer:
    """The duty of a code, an origin and a day.

    ``candidates``: one :class:`Duty` is the duty; several are the ends between which it lies or the forms it may have,
    because the code covers national lines of different rates or the origin is unknown; an :class:`Unresolved` is a
    duty no figure stands for. ``hs`` is the code under which it was found, ``edition`` the edition of the schedule,
    ``caveat`` why ``confidence`` is no better.
    """

    candidates: tuple[Duty | Unresolved, ...]
    source: Citation
    edition: str
    confidence: Confidence = "high"
    territory: str
    hs: str
    caveat: str | None = None

    @property
    def is_known(self) -> bool:
        """Is there exactly one duty?"""
        return len(self.candidates) == 1 and isinstance(self.candidates[0], Duty)

    @property
    def duty(self) -> Duty:
        """The one duty.

        Errors: :class:`NoTariff` where it is unresolved; :class:`Undetermined` where there are several candidates.
        """
        for candidate in self.candidates:
            if isinstance(candidate, Unresolved):
                raise NoTariff(
                    f"{self.territory}: {candidate.reason}",
                    field="hs",
                    value=self.hs,
                    cure="state the duty, or a schedule that holds the national line",
                )
        first, *others = self.candidates
        if others:
            raise Undetermined(
                f"{self.territory}: HS {self.hs} has lines of different duty: {', '.join(map(str, self.candidates))}",
                field="hs",
                value=self.hs,
                cure="state the national code with a schedule that holds it, or the duty",
            )
        assert isinstance(first, Duty)
        return first


class TariffSource(ABC):
    """A source of duty rates for one territory; subclass it to bring your own.

    >>> class Flat(TariffSource):
    ...     territory = "XA"
    ...     def rate(self, hs, *, origin, on):
    ...         about = Citation("flat", "A flat tariff", checked=date(2026, 11, 22))
    ...         return TariffAnswer(candidates=(Duty("5 %"),), source=about, edition="1", territory="XA", hs=str(hs))
    >>> print(Flat().rate("6109.10", origin=None, on=date(2026, 8, 3)).duty)
    5 %
    """

    territory: str
    """The customs territory it answers for, as law files name it: ``EU``, ``US``, ``GB``."""

    @abstractmethod
    def rate(self, hs: HsCode | str, *, origin: str | None, on: date) -> TariffAnswer:
        """The duty of a code from a country of origin (ISO 3166-1 alpha-2; ``None``: unknown) on a day.

        Errors: :class:`NoTariff` where this source does not know, :class:`InputError` for what is no code, no day.
        """


def code_of(hs: object) -> HsCode:
    """A code from text. Errors: :class:`InputError`."""
    return hs if isinstance(hs, HsCode) else HsCode(hs)  # type: ignore[arg-type]


def checked_question(territory: object, origin: object, on: object) -> None:
    """Errors: :class:`InputError` for what is no territory, no country, no day."""
    for field, value in (("territory", territory), ("origin", origin)):
        if value is None and field == "origin":
            continue
        if (
            not isinstance(value, str)
            or len(value) != 2
            or not (value.isascii() and value.isalpha() and value.isupper())
        ):
            raise InputError(
                f"not {'a territory' if field == 'territory' else 'a country'}",
                field=field,
                value=value,
                allowed="two capital letters, e.g. EU" if field == "territory" else "ISO 3166-1 alpha-2, or None",
            )
    plain_day(on, field="on")
