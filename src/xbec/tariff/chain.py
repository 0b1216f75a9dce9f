"""The tariffs an engine asks: several sources, the first that knows answers."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any, Final

from xbec.errors import InputError, NoTariff
from xbec.goods.hs import HsCode
from xbec.tariff.answer import TariffAnswer, TariffSource, checked_question, code_of

_MOST_HELD: Final = 100_000
"""Answers kept; a batch of more different questions starts anew instead of growing."""


class Tariff:
    """Sources in the order they are asked; a territory may have several.

    >>> tariff = Tariff.default()
    >>> answer = tariff.rate("US", "6109.10", origin="BD", on=date(2026, 3, 2))
    >>> print(answer.duty, answer.edition, answer.confidence)
    16.5 % US-2025 high

    Errors: :class:`InputError` for what is no source.
    """

    __slots__ = ("_answers", "_by_territory", "sources")

    def __init__(self, *sources: TariffSource) -> None:
        by_territory: dict[str, list[TariffSource]] = {}
        for source in sources:
            if not isinstance(source, TariffSource):
                raise InputError("not a source of tariffs", field="sources", value=source, allowed="a TariffSource")
            by_territory.setdefault(source.territory, []).append(source)
        self.sources: Final = sources
        self._by_territory: Final = by_territory
        self._answers: Final[dict[Any, TariffAnswer]] = {}

    @classmethod
    def default(cls) -> Tariff:
        """The starter schedule; the same object at every call."""
        return _default()

    def preferring(self, *sources: TariffSource) -> Tariff:
        """These sources first, then those of this tariff."""
        return Tariff(*sources, *self.sources)

    @property
    def territories(self) -> tuple[str, ...]:
        """The territories some source answers for."""
        return tuple(self._by_territory)

    def rate(self, territory: str, hs: HsCode | str, *, origin: str | None = None, on: date) -> TariffAnswer:
        """The duty of a code in a territory (``EU``, ``US`` ...), from an origin (``None``: unknown), on a day.

        Errors: :class:`NoTariff` where no source knows, with what the last one said; :class:`InputError`.
        """
        try:
            return self._answers[territory, hs, origin, on]
        except (KeyError, TypeError):  # a TypeError: not hashable, so not a code
            pass
        answer = self._ask(territory, hs, origin, on)
        if len(self._answers) >= _MOST_HELD:
            self._answers.clear()
        self._answers[territory, hs, origin, on] = answer
        return answer

    def _ask(self, territory: str, hs: HsCode | str, origin: str | None, on: date) -> TariffAnswer:
        checked_question(territory, origin, on)
        code = code_of(hs)
        last: NoTariff | None = None
        for source in self._by_territory.get(territory, ()):
            try:
                return source.rate(code, origin=origin, on=on)
            except NoTariff as gap:
                last = gap
        if last is not None:
            raise last
        raise NoTariff(
            "no tariff of that territory",
            field="territory",
            value=territory,
            allowed=", ".join(self._by_territory) or "there is no source",
            cure="load one: Tariff.default().preferring(Schedule.from_csv(path, territory=..., currency=...))",
        )

    def __repr__(self) -> str:
        return f"Tariff({', '.join(map(repr, self.sources))})"


@cache
def _default() -> Tariff:
    from xbec.tariff.starter import StarterSchedule, starter_territories

    return Tariff(*map(StarterSchedule, starter_territories()))
