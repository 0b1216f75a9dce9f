"""Numbers that tax offices, customs, posts and shops know things by: value types over ``python-stdnum``.

Each is made from text, checked and normalised on construction, compared by its value, printed pretty by
``formatted``, taken apart by its own properties, and fit to be a field of a pydantic model. A number that passes is
well formed; whether it was ever issued only its register knows.
"""

from __future__ import annotations

import re
from typing import Any, ClassVar

import attrs

from xbec.kernel._identifier import Identifier
from xbec.kernel._identifiers_cn import ChineseCustomsCode, ResidentId, UnifiedSocialCreditCode
from xbec.kernel.areas import table

__all__ = [
    "S10",
    "ChineseCustomsCode",
    "Eori",
    "Gtin",
    "Identifier",
    "Ioss",
    "ResidentId",
    "UnifiedSocialCreditCode",
    "VatNumber",
]


@attrs.frozen(slots=True, order=False, repr=False)
class VatNumber(Identifier):
    """A VAT (or GST) number with its country in front, as invoices and declarations state it.

    Checked by the rules of the country as ``python-stdnum`` knows them. Greece is ``EL``, Northern Ireland ``XI``.

    >>> number = VatNumber("DE 136,695 976")
    >>> number, number.country, number.national
    (VatNumber('DE 136695976'), 'DE', '136695976')
    >>> VatNumber("GR 094259216").country, str(VatNumber("GR 094259216"))
    ('GR', 'EL094259216')
    >>> VatNumber("DE136695975")
    Traceback (most recent call last):
    ...
    xbec.errors.InputError: not a VAT number: the check digit is wrong; field vat_number; value 'DE136695975'; \
allowed: the country (EL for Greece, XI for Northern Ireland), then its number
    """

    what = "a VAT number"
    form = "the country (EL for Greece, XI for Northern Ireland), then its number"

    @classmethod
    def _checked(cls, bare: str) -> str:
        from stdnum import vatin

        prefix = "EL" if bare.startswith("GR") else bare[:2]
        if prefix not in table().countries and prefix != "EL":
            raise cls._refusal(bare, "it does not begin with a country")
        found = cls._by_stdnum(vatin.validate, prefix + bare[2:])
        return found if found.startswith(prefix) else prefix + found

    @property
    def prefix(self) -> str:
        """The two letters in front, ``EL`` for Greece."""
        return self.value[:2]

    @property
    def country(self) -> str:
        """ISO 3166-1 alpha-2; ``XI`` for Northern Ireland."""
        return "GR" if self.prefix == "EL" else self.prefix

    @property
    def national(self) -> str:
        """The number without the country."""
        return self.value[2:]

    @property
    def formatted(self) -> str:
        return f"{self.prefix} {self.national}"


@attrs.frozen(slots=True, order=False, repr=False)
class Eori(Identifier):
    """An EORI number: who declares goods to customs in the European Union or the United Kingdom.

    A member state (``GR`` or ``EL`` for Greece), ``GB`` or ``XI``, and up to 15 letters and digits; twelve digits for
    the United Kingdom. There is no check digit common to all; the national part is not checked.

    >>> Eori("GB 205672212000"), Eori("EL 094259216").country
    (Eori('GB 205672212000'), 'GR')

    Source: Delegated Regulation (EU) 2015/2446, article 1(18); Commission, EORI national implementation (DIH 19/005).
    """

    what = "an EORI number"
    form = "a member state of the EU, GB or XI, then 1 to 15 letters and digits (GB and XI: 12 digits)"

    @classmethod
    def _checked(cls, bare: str) -> str:
        country = "GR" if bare.startswith("EL") else bare[:2]
        rest = bare[2:]
        if country in ("GB", "XI"):
            if not re.fullmatch(r"\d{12}", rest, re.ASCII):
                raise cls._refusal(bare, "twelve digits follow GB and XI")
        elif table().territories.get(country) != "EU" or country not in table().countries:
            raise cls._refusal(bare, "it does not begin with a country that issues them")
        if not 1 <= len(rest) <= 15:
            raise cls._refusal(bare, "the length is wrong")
        return bare

    @property
    def country(self) -> str:
        """ISO 3166-1 alpha-2 of the issuing country; ``XI`` for Northern Ireland."""
        return "GR" if self.value.startswith("EL") else self.value[:2]

    @property
    def formatted(self) -> str:
        return f"{self.value[:2]} {self.value[2:]}"


@attrs.frozen(slots=True, order=False, repr=False)
class Ioss(Identifier):
    """An IOSS VAT number: ``IM``, the numeric code of the member state of identification, seven digits.

    The form and the member state are checked; the algorithm of its last digit is not published.

    >>> Ioss("IM276 000 0742"), Ioss("IM2760000742").member_state
    (Ioss('IM 276 0000742'), 'DE')
    >>> Ioss("IM8400000742")
    Traceback (most recent call last):
    ...
    xbec.errors.InputError: not an IOSS number: a part of it cannot be; field ioss; value 'IM8400000742'; \
allowed: IM, three digits for the member state, seven digits

    Source: python-stdnum, ``stdnum.eu.oss``.
    """

    what = "an IOSS number"
    form = "IM, three digits for the member state, seven digits"

    @classmethod
    def _checked(cls, bare: str) -> str:
        from stdnum.eu import oss

        if not bare.startswith("IM"):
            raise cls._refusal(bare, "it does not begin with IM")
        return cls._by_stdnum(oss.validate, bare)

    @property
    def member_state(self) -> str:
        """ISO 3166-1 alpha-2 of the member state of identification; ``XI`` for Northern Ireland."""
        import pycountry

        numeric = self.value[2:5]
        if numeric == "900":
            return "XI"
        countries: Any = pycountry.countries
        return str(countries.get(numeric=numeric).alpha_2)

    @property
    def formatted(self) -> str:
        return f"IM {self.value[2:5]} {self.value[5:]}"


@attrs.frozen(slots=True, order=False, repr=False)
class Gtin(Identifier):
    """A GTIN: the number of a trade item under its bar code, of 8, 12, 13 or 14 digits.

    Kept with 14 digits, so that the same item compares equal however it was written; printed in its shortest form.

    >>> Gtin("4006381333931"), Gtin("036000291452") == Gtin("00036000291452"), Gtin("036000291452").gtin14
    (Gtin('4006381333931'), True, '00036000291452')
    >>> Gtin("4006381333931").prefix, Gtin("4006381333931").check_digit
    ('400', '1')

    Source: GS1 General Specifications, section 7.9 (check digit), through ``stdnum.ean``.
    """

    what = "a GTIN"
    form = "8, 12, 13 or 14 digits, the last one a check digit"

    @classmethod
    def _checked(cls, bare: str) -> str:
        from stdnum import ean

        found = cls._by_stdnum(ean.validate, bare).zfill(14)
        if not found.strip("0"):
            raise cls._refusal(bare, "only zeros")
        return found

    @property
    def gtin14(self) -> str:
        """All 14 digits."""
        return self.value

    @property
    def prefix(self) -> str:
        """The GS1 prefix, three digits: which GS1 organisation gave out the number; not where goods come from."""
        return self.value[1:4]

    @property
    def indicator(self) -> int:
        """The level of packaging; 0 is the item itself, 9 an item of variable measure."""
        return int(self.value[0])

    @property
    def check_digit(self) -> str:
        """The last digit."""
        return self.value[-1]

    @property
    def formatted(self) -> str:
        for length in (8, 12, 13):
            if not self.value[:-length].strip("0"):
                return self.value[-length:]
        return self.value

    def __str__(self) -> str:
        return self.formatted


@attrs.frozen(slots=True, order=False, repr=False)
class S10(Identifier):
    """The identifier of a postal item, UPU standard S10: service, eight digits, a check digit, the country.

    The check digit is 11 minus the remainder by 11 of the digits weighted 8 6 4 2 3 5 9 7, where 10 counts as 0 and
    11 as 5. Codes that carriers print in this form without a country (``... YP``) are not S10.

    >>> item = S10("RR 473 124 829 DE")
    >>> item, item.service, item.serial, item.check_digit, item.country
    (S10('RR 473 124 829 DE'), 'RR', '47312482', '9', 'DE')
    >>> S10("RR473124828DE")
    Traceback (most recent call last):
    ...
    xbec.errors.InputError: not a postal item identifier: the check digit is wrong, it would be 9; \
field s10; value 'RR473124828DE'; allowed: two letters, nine digits, the country

    Source: UPU standard S10, Identification of postal items, 13-character identifier.
    """

    what = "a postal item identifier"
    form = "two letters, nine digits, the country"
    _WEIGHTS: ClassVar[tuple[int, ...]] = (8, 6, 4, 2, 3, 5, 9, 7)

    @classmethod
    def _checked(cls, bare: str) -> str:
        if not re.fullmatch(r"[A-Z]{2}\d{9}[A-Z]{2}", bare, re.ASCII):
            raise cls._refusal(bare, "the format is wrong")
        if bare[-2:] not in table().countries - {"XI"}:
            raise cls._refusal(bare, "it does not end with a country")
        rest = 11 - sum(int(digit) * weight for digit, weight in zip(bare[2:10], cls._WEIGHTS, strict=True)) % 11
        expected = {10: 0, 11: 5}.get(rest, rest)
        if int(bare[10]) != expected:
            raise cls._refusal(bare, f"the check digit is wrong, it would be {expected}")
        return bare

    @property
    def service(self) -> str:
        """The service indicator: ``R.`` registered letter post, ``L.`` tracked, ``C.`` parcel, ``E.`` EMS ..."""
        return self.value[:2]

    @property
    def serial(self) -> str:
        """The eight digits of the item."""
        return self.value[2:10]

    @property
    def check_digit(self) -> str:
        """The ninth digit."""
        return self.value[10]

    @property
    def country(self) -> str:
        """ISO 3166-1 alpha-2 of the post that gave out the identifier."""
        return self.value[11:]

    @property
    def formatted(self) -> str:
        value = self.value
        return f"{value[:2]} {value[2:5]} {value[5:8]} {value[8:11]} {value[11:]}"
