"""Duty rates: expressions as tariffs write them, schedules by code, origin and day, and the starter schedule."""

from typing import TYPE_CHECKING, Any

from xbec.tariff.answer import TariffAnswer, TariffSource
from xbec.tariff.chain import Tariff
from xbec.tariff.expression import FREE, Duty, Unresolved

if TYPE_CHECKING:
    from xbec.tariff.schedule import Schedule, TariffLine
    from xbec.tariff.starter import StarterSchedule

__all__ = [
    "FREE",
    "Duty",
    "Schedule",
    "StarterSchedule",
    "Tariff",
    "TariffAnswer",
    "TariffLine",
    "TariffSource",
    "Unresolved",
]


def __getattr__(name: str) -> Any:
    if name in ("Schedule", "TariffLine"):
        from xbec.tariff import schedule

        return getattr(schedule, name)
    if name == "StarterSchedule":
        from xbec.tariff.starter import StarterSchedule

        return StarterSchedule
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
