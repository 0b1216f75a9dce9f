"""Areas where another law applies than in the rest of the country an address names: Livigno, Åland, Puerto Rico ...

The table is ``data/places.toml``; it is read on the first place. The codes of subdivisions (ISO 3166-2) are
``data/subdivisions.toml``, read on the first subdivision.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

import attrs

from xbec.errors import DataFileError, InputError
from xbec.kernel.citation import Citation

_DATA: Final = Path(__file__).resolve().parents[1] / "data"


@attrs.frozen(slots=True, kw_only=True)
class SpecialArea:
    """One area: the territories it belongs to, the law that answers for it, and the act that says so.

    ``code`` is its own country code where it has one. ``customs_territory`` and ``tax_territory`` are codes such as
    ``EU`` and ``FR``, or the area's own ``code`` or ``id``: there the law around it does not apply. ``jurisdiction``
    names the law file. ``postcodes_confidence`` says how sure the postcodes are.
    """

    id: str
    name: str
    code: str | None
    customs_territory: str
    tax_territory: str
    jurisdiction: str
    postcodes_confidence: Literal["high", "medium"]
    citation: Citation


@attrs.frozen(slots=True, kw_only=True)
class Table:
    """``data/places.toml``, indexed. ``by_postcode`` holds, per country, beginning of the postcode -> area id."""

    countries: frozenset[str]
    mistaken: Mapping[str, str]
    territories: Mapping[str, str]
    areas: Mapping[str, SpecialArea]
    by_code: Mapping[str, str]
    by_subdivision: Mapping[str, str]
    by_postcode: Mapping[str, Mapping[str, str]]


@cache
def table() -> Table:
    """The table of countries and areas. Raises :class:`DataFileError` where it contradicts itself or lacks a source."""
    content = tomllib.loads((_DATA / "places.toml").read_text(encoding="utf-8"))
    sources = content["source"]
    countries = frozenset(f"{content['country']['iso']} {content['country']['own']}".split())
    territories = {country: country for country in countries}
    for territory, row in content["territory"].items():
        _cite(sources, row["source"], key=f"territory.{territory}")
        territories |= dict.fromkeys(row["members"].split(), territory)
    areas: dict[str, SpecialArea] = {}
    by_code: dict[str, str] = {}
    by_subdivision: dict[str, str] = {}
    by_postcode: dict[str, dict[str, str]] = {}
    for row in content["area"]:
        ident = row["id"]
        areas[ident] = area = _area(row, sources)
        if area.code is not None:
            by_code[area.code] = ident
        for subdivision in row.get("subdivisions", "").split():
            by_subdivision[subdivision] = ident
        for country, beginnings in row.get("postcodes", {}).items():
            of_country = by_postcode.setdefault(country, {})
            for beginning in _beginnings(beginnings):
                if beginning in of_country:
                    raise DataFileError("two areas claim a postcode", field=f"places.toml: {ident}", value=beginning)
                of_country[beginning] = ident
    return Table(
        countries=countries,
        mistaken=content["country"]["mistaken"],
        territories=territories,
        areas=areas,
        by_code=by_code,
        by_subdivision=by_subdivision,
        by_postcode=by_postcode,
    )


def _area(row: Mapping[str, Any], sources: Mapping[str, Any]) -> SpecialArea:
    own = row.get("code", row["id"])
    return SpecialArea(
        id=row["id"],
        name=row["name"],
        code=row.get("code"),
        customs_territory=row.get("customs", own),
        tax_territory=row.get("tax", own),
        jurisdiction=row.get("law", own),
        postcodes_confidence=row.get("postcodes_confidence", "high"),
        citation=_cite(sources, row["source"], key=row["id"]),
    )


def _cite(sources: Mapping[str, Any], text: str, *, key: str) -> Citation:
    ident, _, locator = text.partition(" ")
    if ident not in sources:
        raise DataFileError("a row names a source the file does not define", field=f"places.toml: {key}", value=text)
    source = sources[ident]
    return Citation(ident, source["title"], locator or None, source["url"], source["checked"])


def _beginnings(text: str) -> Iterator[str]:
    for part in text.split():
        first, _, last = part.partition("-")
        if not last:
            yield first
            continue
        for number in range(int(first), int(last) + 1):
            yield str(number).zfill(len(first))


@cache
def subdivisions() -> Mapping[str, frozenset[str]]:
    """Country -> codes of its subdivisions, without the country in front; a country without any is not in it."""
    content = tomllib.loads((_DATA / "subdivisions.toml").read_text(encoding="utf-8"))
    found = {country: frozenset(codes.split()) for country, codes in content["iso"].items()}
    for country, codes in content["extra"].items():
        found[country] = found.get(country, frozenset()) | frozenset(codes.split())
    return found


def special_area(ident: str) -> SpecialArea:
    """The area with that id.

    >>> area = special_area("livigno")
    >>> area.tax_territory, str(area.citation)[:47]
    ('livigno', 'Council Directive 2006/112/EC on the common sys')

    Raises :class:`InputError` for an unknown id.
    """
    areas = table().areas
    if not isinstance(ident, str) or ident not in areas:
        raise InputError("not a special area", field="area", value=ident, allowed=", ".join(areas))
    return areas[ident]


def special_areas() -> tuple[SpecialArea, ...]:
    """Every special area there is data for, in the order of the table."""
    return tuple(table().areas.values())
