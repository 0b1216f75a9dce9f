"""The sentence that every result of this room carries."""

from __future__ import annotations

from typing import Final

NOT_LEGAL_ADVICE: Final = (
    "This is not legal advice: published rules, read on the days stated, against the facts given. "
    "A trademark attorney admitted at the office decides."
)
