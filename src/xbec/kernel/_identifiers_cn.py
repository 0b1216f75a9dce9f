"""The numbers of organisations and people in China; public through :mod:`xbec.kernel.identifiers`."""

from __future__ import annotations

import re
from datetime import date
from typing import ClassVar

import attrs

from xbec.kernel._identifier import Identifier


@attrs.frozen(slots=True, order=False, repr=False)
class UnifiedSocialCreditCode(Identifier):
    """The unified social credit code of an organisation in China (统一社会信用代码), 18 characters.

    Registering authority, kind of organisation, six digits of the region, nine characters of the organisation code, a
    check character. The authority may be a letter, which ``stdnum.cn.uscc`` refuses.

    >>> code = UnifiedSocialCreditCode("91110000 600037341L")
    >>> code.authority, code.kind, code.region, code.organisation
    ('9', '1', '110000', '600037341')

    Source: GB 32100-2015, through ``stdnum.cn.uscc``.
    """

    what = "a unified social credit code"
    form = "18 digits and capitals without I, O, S, V, Z; the last one a check character"

    @classmethod
    def _checked(cls, bare: str) -> str:
        from stdnum.cn import uscc

        if len(bare) != 18:
            raise cls._refusal(bare, "the length is wrong")
        if not re.fullmatch(r"[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}", bare, re.ASCII):
            raise cls._refusal(bare, "the format is wrong")
        if cls._by_stdnum(uscc.calc_check_digit, bare[:17]) != bare[17]:
            raise cls._refusal(bare, "the check character is wrong")
        return bare

    @property
    def authority(self) -> str:
        """Who registered it; 9 is the market regulator."""
        return self.value[0]

    @property
    def kind(self) -> str:
        """The kind of organisation; 1 is a company, with authority 9."""
        return self.value[1]

    @property
    def region(self) -> str:
        """Six digits of the administrative division."""
        return self.value[2:8]

    @property
    def organisation(self) -> str:
        """The organisation code, nine characters."""
        return self.value[8:17]


@attrs.frozen(slots=True, order=False, repr=False)
class ChineseCustomsCode(Identifier):
    """The code under which Chinese customs registered a company (海关注册编码), ten characters without check digit.

    Area, zone and kind of enterprise, four characters of serial.

    >>> code = ChineseCustomsCode("4403169D3W")
    >>> code.area, code.zone, code.kind, code.serial
    ('4403', '1', '6', '9D3W')

    Source: structure of the customs registration number, https://www.newton.com.tw/wiki/海關註冊號/10051512.
    """

    what = "a Chinese customs code"
    form = "four digits, then six digits or capitals"

    @classmethod
    def _checked(cls, bare: str) -> str:
        if not re.fullmatch(r"\d{4}[0-9A-Z]{6}", bare, re.ASCII):
            raise cls._refusal(bare, "the format is wrong")
        return bare

    @property
    def area(self) -> str:
        """Four digits of the administrative division."""
        return self.value[:4]

    @property
    def zone(self) -> str:
        """The economic zone: 1 special, 2 development, 3 high-tech, 4 bonded, 5 export processing, 9 other."""
        return self.value[4]

    @property
    def kind(self) -> str:
        """The enterprise: 1 state, 2 cooperative, 3 joint venture, 4 foreign, 5 collective, 6 private, 7 sole trader,
        8 broker without the right to trade, 9 other."""
        return self.value[5]

    @property
    def serial(self) -> str:
        """The last four characters."""
        return self.value[6:]


@attrs.frozen(slots=True, order=False, repr=False)
class ResidentId(Identifier):
    """The identity number of a resident of China (公民身份号码), which customs asks of the buyer of an import parcel.

    Six digits of the area, the birthday, a sequence, a check character. Areas 810000, 820000 and 830000 are residence
    permits of people from Hong Kong, Macao and Taiwan. It is personal data: ``repr`` and messages never show it,
    ``str`` does.

    >>> number = ResidentId("360426199101010071")
    >>> number, number.area, number.birthday
    (ResidentId('360426**********71'), '360426', datetime.date(1991, 1, 1))
    >>> ResidentId("360426199101010072")
    Traceback (most recent call last):
    ...
    xbec.errors.InputError: not a resident identity number: the check digit is wrong; field resident_id; \
allowed: 17 digits and a check digit or X

    Source: GB 11643-1999, through ``stdnum.cn.ric``.
    """

    what = "a resident identity number"
    form = "17 digits and a check digit or X"
    secret = True
    _PERMITS: ClassVar[tuple[str, ...]] = ("810000", "820000", "830000")

    @classmethod
    def _checked(cls, bare: str) -> str:
        from stdnum.cn import ric

        if not bare.startswith(cls._PERMITS):
            return cls._by_stdnum(ric.validate, bare)
        if not re.fullmatch(r"\d{17}[0-9X]", bare, re.ASCII):
            raise cls._refusal(bare, "the format is wrong")
        if ric.calc_check_digit(bare) != bare[-1]:
            raise cls._refusal(bare, "the check digit is wrong")
        cls._by_stdnum(lambda number: str(ric.get_birth_date(number)), bare)
        return bare

    @property
    def area(self) -> str:
        """Six digits of the administrative division of the first registration."""
        return self.value[:6]

    @property
    def birthday(self) -> date:
        """The day of birth."""
        return date(int(self.value[6:10]), int(self.value[10:12]), int(self.value[12:14]))

    @property
    def formatted(self) -> str:
        """Masked: area and the last two characters."""
        return f"{self.value[:6]}{'*' * 10}{self.value[-2:]}"
