"""Day arithmetic and the public holidays of a year, for :mod:`xbec.kernel.calendars`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import MAXYEAR, MINYEAR, date, timedelta
from functools import lru_cache
from typing import Final

from xbec.errors import GapError, InputError
from xbec.kernel.place import Place

MOST: Final[Mapping[str, int]] = {"day": 36_600, "working day": 10_000, "week": 5_200, "month": 1_200, "year": 100}
"""The longest period there is, by unit: about a century."""


def holiday_place(place: Place) -> tuple[str, str | None]:
    if place.country == "XI":
        return "GB", "NIR"
    return place.country, place.subdivision and place.subdivision[3:]


Year = tuple[Mapping[date, str], frozenset[date], frozenset[date]]


@lru_cache(maxsize=1024)
def year_of(country: str, subdivision: str | None, year: int) -> Year:
    """Holidays with their names, weekend days, and weekend days that are worked, of one year."""
    import holidays

    supported = holidays.list_supported_countries()
    if country not in supported:
        raise GapError(
            "no public holidays of that country are known",
            field="country",
            value=country,
            cure="name a country whose working days are the same and add the others: Calendar('AD', closed=[...])",
        )
    # a part without holidays of its own is not in the package; it keeps those of the country
    part = subdivision if subdivision in supported[country] else None
    english = next(
        (word for word in ("en_US", "en_GB") if word in getattr(holidays, country).supported_languages), None
    )
    found = holidays.country_holidays(country, subdiv=part, years=year, expand=False, language=english)
    days = [date(year, 1, 1) + timedelta(n) for n in range(366)]
    weekends = frozenset(day for day in days if found.is_weekend(day))
    return dict(found.items()), weekends, frozenset(day for day in found.weekend_workdays if day.year == year)


def shift(day: date, number: int) -> date:
    try:
        return day + timedelta(days=number)
    except OverflowError:
        raise _beyond(day) from None


def add_months(day: date, number: int) -> date:
    from dateutil.relativedelta import relativedelta

    year = day.year + (day.month - 1 + number) // 12
    if not MINYEAR <= year <= MAXYEAR:
        raise _beyond(day)
    return day + relativedelta(months=number)


def is_last_of_month(day: date) -> bool:
    return shift(day, 1).month != day.month


def last_of_month(day: date) -> date:
    return shift(add_months(day.replace(day=1), 1), -1)


def _beyond(day: date) -> InputError:
    return InputError("beyond the calendar", field="day", value=day.isoformat(), allowed=f"{MINYEAR} to {MAXYEAR}")


def whole(number: object, unit: str) -> None:
    most = MOST[unit]
    if not isinstance(number, int) or isinstance(number, bool) or abs(number) > most:
        raise InputError(f"not a number of {unit}s", field="number", value=number, allowed=f"-{most} to {most}")
