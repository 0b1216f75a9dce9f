"""Where a figure was read: the act, the article, the link, and the day somebody looked."""

from __future__ import annotations

import re
from datetime import date, datetime

import attrs

from xbec.errors import InputError

_URL = re.compile(r"https?://[^\s<>\"]{3,2000}", re.ASCII)


def plain_day(value: object, *, field: str) -> date:
    """A calendar day. A ``datetime`` is refused: the law counts days, and a moment is another day elsewhere.

    Errors: :class:`InputError`.
    """
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    cure = "pass value.date() of the place whose day counts" if isinstance(value, datetime) else None
    raise InputError("not a day", field=field, value=value, allowed="datetime.date", cure=cure)


@attrs.frozen(slots=True)
class Citation:
    """The source of a figure.

    ``id`` is the name of the source in its file, ``locator`` the article or page, ``url`` may be ``None`` where the
    title alone identifies the act, ``checked`` is the day on which the source was last read.

    >>> print(Citation("ustg", "UStG", "s. 12(1)", "https://www.gesetze-im-internet.de/ustg_1980/", date(2026, 11, 20)))
    UStG s. 12(1), checked 2026-11-20

    Errors: :class:`InputError` for a missing id, title or day, or a link that is none.
    """

    id: str
    title: str = ""
    locator: str | None = None
    url: str | None = None
    checked: date = None  # type: ignore[assignment]  # so that its absence is our error and not a TypeError

    def __attrs_post_init__(self) -> None:
        for field in ("id", "title"):
            text = getattr(self, field)
            if not isinstance(text, str) or not text.strip():
                raise InputError(f"a source without {field}", field=f"citation.{field}", value=text)
        if self.locator is not None and not isinstance(self.locator, str):
            raise InputError("not a locator", field="citation.locator", value=self.locator, allowed="text or None")
        if self.url is not None and not (isinstance(self.url, str) and _URL.fullmatch(self.url)):
            raise InputError("not a link", field="citation.url", value=self.url, allowed="http(s)://... or None")
        plain_day(self.checked, field="citation.checked")

    def __str__(self) -> str:
        where = f"{self.title} {self.locator}" if self.locator else self.title
        return f"{where}, checked {self.checked.isoformat()}"
