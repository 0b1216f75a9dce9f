"""A place as law sees it: country, subdivision, postcode, and the territories it belongs to.

Countries are ISO 3166-1 alpha-2, with ``XI`` for Northern Ireland and ``XK`` for Kosovo; subdivisions are ISO 3166-2.
Where an address of a country lies in an area of another law (an address of Spain in Ceuta), the postcode or the
subdivision tells.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final, NamedTuple

import attrs

from xbec.errors import InputError
from xbec.kernel import areas as data
from xbec.kernel.areas import SpecialArea

_COUNTRIES: Final = "ISO 3166-1 alpha-2, e.g. DE; XI for Northern Ireland, XK for Kosovo"
_SHOWN_CODES: Final = 70
_LONGEST_NAME: Final = 100
_LONGEST_POSTCODE: Final = 40
_SEPARATORS: Final = re.compile(r"[\s\-‐-―.〒]+")
_POSTCODE: Final = re.compile(r"[A-Z0-9]{1,12}")


class _Facts(NamedTuple):
    subdivision: str | None
    postcode: str | None
    areas: tuple[str, ...]
    special: tuple[str, ...]
    jurisdiction: str
    customs_territory: str
    tax_territory: str


@attrs.frozen(slots=True, repr=False)
class Place:
    """Where goods go to or come from.

    ``subdivision`` is taken with or without the country (``QC`` or ``CA-QC``), or by its name in ISO 3166-2, and kept
    with it. ``postcode`` is kept without spaces and hyphens, in capitals.

    Read off it, once, when the place is made:

    * ``areas``: what a law may ask for: the country, the subdivision, the ids of special areas.
    * ``special``: the ids of special areas alone; :func:`xbec.kernel.areas.special_area` tells their source.
    * ``jurisdiction``: the code of the law that answers. An area for which another law holds has its own: Livigno's is
      ``livigno`` and not ``IT``, so that nobody is charged Italian VAT there by default.
    * ``customs_territory``, ``tax_territory``: such as ``EU`` and ``DE``.

    >>> place = Place("CA", "QC", "h2x 1y4")
    >>> place.subdivision, place.postcode, place.areas
    ('CA-QC', 'H2X1Y4', ('CA', 'CA-QC'))
    >>> Place("MC").jurisdiction, Place("GB", postcode="BT1 1AA").jurisdiction, Place("US", "PR").customs_territory
    ('FR', 'XI', 'US')
    >>> las_palmas = Place("ES", postcode="35001")
    >>> las_palmas.customs_territory, las_palmas.tax_territory, las_palmas.special
    ('EU', 'canary-islands', ('canary-islands',))

    Raises :class:`InputError` for a country or subdivision that is none, a postcode that cannot be one, and a
    subdivision and postcode that lie in different areas.
    """

    country: str
    subdivision: str | None = None
    postcode: str | None = None
    areas: tuple[str, ...] = attrs.field(init=False, eq=False)
    special: tuple[str, ...] = attrs.field(init=False, eq=False)
    jurisdiction: str = attrs.field(init=False, eq=False)
    customs_territory: str = attrs.field(init=False, eq=False)
    tax_territory: str = attrs.field(init=False, eq=False)

    def __attrs_post_init__(self) -> None:
        subdivision, postcode = self.subdivision, self.postcode
        if not isinstance(self.country, str) or len(self.country) != 2:
            raise _no_country(self.country)
        if subdivision is not None and not (isinstance(subdivision, str) and len(subdivision) <= _LONGEST_NAME):
            raise InputError("not a subdivision", field="subdivision", value=subdivision, allowed="ISO 3166-2 or None")
        if postcode is not None and not (isinstance(postcode, str) and len(postcode) <= _LONGEST_POSTCODE):
            raise _no_postcode(postcode)
        facts = _facts(self.country, subdivision, postcode)
        put = object.__setattr__
        for name, value in zip(_Facts._fields, facts, strict=True):
            put(self, name, value)

    @classmethod
    def parse(cls, text: str) -> Place:
        """A country, or a subdivision with its country.

        >>> Place.parse("DE"), Place.parse("US-CA")
        (Place('DE'), Place('US', 'US-CA'))

        Raises :class:`InputError` for anything else.
        """
        if not isinstance(text, str) or len(text) > _LONGEST_NAME:
            raise InputError("not a place", field="place", value=text, allowed="DE or CA-QC")
        country, dash, rest = text.strip().partition("-")
        if dash and not rest:
            raise InputError("not a place", field="place", value=text, allowed="DE or CA-QC")
        return cls(country, rest or None)

    @classmethod
    def from_address(cls, country: str, subdivision: str | None = None, postcode: str | None = None) -> Place:
        """The part of an address, as a platform states it, that law can answer for.

        A subdivision or postcode that is none (``Greater London``, ``n/a``) is left out instead of refused: unknown,
        not wrong. Of a subdivision and a postcode that contradict each other the postcode stays, for mail goes by it.

        >>> Place.from_address("GB", "Greater London", "BT1 1AA")
        Place('GB', None, 'BT11AA')

        Raises :class:`InputError` for a country that is none.
        """
        for tried in ((subdivision, postcode), (None, postcode), (subdivision, None)):
            try:
                return cls(country, *tried)
            except InputError as problem:
                if problem.field == "country":
                    raise
        return cls(country)

    @property
    def possible_areas(self) -> tuple[str, ...]:
        """Ids of special areas that the place may lie in, as far as it says: those a postcode would decide.

        >>> Place("DE").possible_areas, Place("DE", postcode="10115").possible_areas
        (('heligoland', 'buesingen', 'jungholz-mittelberg'), ())
        """
        if self.postcode is not None or self.special:
            return ()
        table = data.table()
        ids = dict.fromkeys(table.by_postcode.get(self.country, {}).values())
        if self.subdivision is not None:
            told = {ident for code, ident in table.by_subdivision.items() if code.startswith(f"{self.country}-")}
            return tuple(sorted(ids.keys() - told, key=list(table.areas).index))
        return tuple(sorted(ids, key=list(table.areas).index))

    def __str__(self) -> str:
        return " ".join(part for part in (self.subdivision or self.country, self.postcode) if part)

    def __repr__(self) -> str:
        parts = [self.country, self.subdivision, self.postcode]
        while parts[-1] is None:
            parts.pop()
        return f"Place({', '.join(map(repr, parts))})"


@lru_cache(maxsize=8192)
def _facts(country: str, subdivision: str | None, postcode: str | None) -> _Facts:
    table = data.table()
    if country not in table.countries:
        raise _no_country(country)
    sub = None if subdivision is None else _subdivision(country, subdivision)
    code = None if postcode is None else _postcode(postcode)
    found = [table.by_code.get(country), table.by_subdivision.get(sub or ""), _by_postcode(country, code)]
    special = tuple(dict.fromkeys(ident for ident in found if ident is not None))
    known = tuple(part for part in (country, sub) if part is not None)
    if not special:
        return _Facts(sub, code, known, (), country, table.territories[country], country)
    if len(special) > 1:
        raise InputError(
            f"parts of the place contradict each other: {' and '.join(special)}",
            field="postcode" if code is not None else "subdivision",
            value=code or sub,
            cure="leave the wrong one out",
        )
    area: SpecialArea = table.areas[special[0]]
    return _Facts(sub, code, known + special, special, area.jurisdiction, area.customs_territory, area.tax_territory)


def _by_postcode(country: str, postcode: str | None) -> str | None:
    beginnings = data.table().by_postcode.get(country)
    if beginnings is None or postcode is None:
        return None
    if country != "GB":
        # "D-27498", "FIN-22100": the sign of the country in front of a postcode of digits
        postcode = postcode.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    for length in range(len(postcode), 0, -1):
        if (found := beginnings.get(postcode[:length])) is not None:
            return found
    return None


def _postcode(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text)
    digits = "".join(str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in folded)
    bare = _SEPARATORS.sub("", digits).upper()
    if not _POSTCODE.fullmatch(bare):
        raise _no_postcode(text)
    return bare


def _subdivision(country: str, text: str) -> str:
    codes = data.subdivisions().get(country, frozenset())
    code = text.strip().upper().removeprefix(f"{country}-")
    if code in codes:
        return f"{country}-{code}"
    named = _by_name(country, text) if codes else []
    if len(named) == 1:
        return named[0]
    if named:
        raise InputError("several subdivisions have that name", field="subdivision", value=text, allowed=_list(named))
    allowed = _list(sorted(codes)) if codes else f"None: ISO 3166-2 knows no subdivision of {country}"
    raise InputError(f"not a subdivision of {country}", field="subdivision", value=text, allowed=allowed)


def _by_name(country: str, text: str) -> list[str]:
    import pycountry

    wanted = _plain(text)
    found = pycountry.subdivisions.get(country_code=country) or []  # type: ignore[no-untyped-call]
    return sorted(each.code for each in found if _plain(each.name) == wanted)


def _plain(name: str) -> str:
    parts = unicodedata.normalize("NFKD", name.casefold())
    return "".join(sign for sign in parts if sign.isalnum())


def _list(codes: list[str]) -> str:
    more = f" ... ({len(codes)} in all)" if len(codes) > _SHOWN_CODES else ""
    return ", ".join(codes[:_SHOWN_CODES]) + more


def _no_country(country: object) -> InputError:
    cure = None
    if isinstance(country, str) and len(country) <= _LONGEST_NAME:
        likely = country.strip().upper()
        likely = data.table().mistaken.get(likely, likely)
        cure = f"write {likely}" if likely in data.table().countries else None
    return InputError("not a country", field="country", value=country, allowed=_COUNTRIES, cure=cure)


def _no_postcode(postcode: object) -> InputError:
    return InputError(
        "not a postcode",
        field="postcode",
        value=postcode,
        allowed="1 to 12 letters and digits, or None",
        cure="leave it out where the address has none",
    )
