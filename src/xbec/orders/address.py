"""Who and where: an address, a tax number, a party of an order.

An address holds what the platform stated, word for word; :attr:`Address.place` is the part that law can answer for.
Countries and subdivisions are ISO 3166.
"""

from __future__ import annotations

from typing import Literal

import attrs

from xbec.errors import InputError
from xbec.kernel.place import Place
from xbec.orders import _checks as check

PartyKind = Literal["consumer", "business"]


@attrs.frozen(slots=True, kw_only=True)
class Address:
    """A postal address. Only ``country`` (ISO 3166-1 alpha-2) is needed; ``lines`` are the street lines in their order.

    Raises ``InputError`` for a country that is none, and for text that is empty or over-long. A subdivision is kept as
    stated (``Greater Manchester``); where it is no subdivision of ISO 3166-2, :attr:`place` leaves it out.

    >>> address = Address(country="DE", lines=("Musterweg 17",), postcode="10115", city="Berlin")
    >>> address.place == Place("DE", None, "10115")
    True
    """

    country: str = attrs.field(validator=check.text(most=2))
    name: str | None = attrs.field(default=None, validator=check.text(optional=True, most=500))
    company: str | None = attrs.field(default=None, validator=check.text(optional=True, most=500))
    lines: tuple[str, ...] = attrs.field(default=(), validator=check.rows_of(str))
    city: str | None = attrs.field(default=None, validator=check.text(optional=True, most=500))
    subdivision: str | None = attrs.field(default=None, validator=check.text(optional=True, most=500))
    postcode: str | None = attrs.field(default=None, validator=check.text(optional=True, most=40))
    phone: str | None = attrs.field(default=None, validator=check.text(optional=True, most=100))
    email: str | None = attrs.field(default=None, validator=check.text(optional=True, most=500))

    def __attrs_post_init__(self) -> None:
        for place, line in enumerate(self.lines):
            if not line.strip() or len(line) > check.MAX_TEXT:
                raise InputError("an empty or over-long street line", field=f"lines[{place}]", value=line)
        _ = self.place

    @property
    def place(self) -> Place:
        """What a jurisdiction is looked up by; a subdivision or postcode that is none is unknown, not wrong."""
        return Place.from_address(self.country, self.subdivision, self.postcode)


@attrs.frozen(slots=True)
class TaxId:
    """A registration for tax: its ``scheme`` (``IOSS``, ``VAT``, ``GB-VAT`` ...) and its number where it is known.

    The number is kept as stated; whether it is well formed is a question for the room that files with it.

    >>> TaxId("IOSS", "IM2760000742").scheme
    'IOSS'
    """

    scheme: str = attrs.field(validator=check.text(most=40))
    number: str | None = attrs.field(default=None, validator=check.text(optional=True, most=100))


@attrs.frozen(slots=True, kw_only=True)
class Party:
    """A buyer: ``kind`` is ``consumer`` or ``business``, or ``None`` where the platform does not say.

    ``tax_ids`` are the numbers the party stated. Raises ``InputError``.
    """

    name: str | None = attrs.field(default=None, validator=check.text(optional=True, most=500))
    address: Address | None = attrs.field(default=None, validator=check.kind_of(Address, optional=True))
    tax_ids: tuple[TaxId, ...] = attrs.field(default=(), validator=check.rows_of(TaxId))
    kind: PartyKind | None = attrs.field(default="consumer", validator=check.one_of("consumer", "business", None))
