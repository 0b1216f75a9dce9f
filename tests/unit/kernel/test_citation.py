from datetime import UTC, date, datetime

import pytest

from xbec.errors import InputError
from xbec.kernel.citation import Citation

DAY = date(2026, 11, 20)


def test_a_citation_prints_title_place_and_day():
    assert str(Citation("ustg", "UStG", "s. 12(1)", None, DAY)) == "UStG s. 12(1), checked 2026-11-20"
    assert str(Citation("ustg", "UStG", checked=DAY)) == "UStG, checked 2026-11-20"


@pytest.mark.parametrize(
    "fields",
    [
        {"id": "ustg", "checked": DAY},
        {"id": "ustg", "title": "UStG"},
        {"id": "ustg", "title": "UStG", "checked": None},
        {"id": "ustg", "title": " ", "checked": DAY},
        {"id": "", "title": "UStG", "checked": DAY},
        {"id": None, "title": "UStG", "checked": DAY},
        {"id": "ustg", "title": 12, "checked": DAY},
        {"id": "ustg", "title": "UStG", "checked": "2026-11-20"},
        {"id": "ustg", "title": "UStG", "checked": datetime(2026, 11, 20, tzinfo=UTC)},
        {"id": "ustg", "title": "UStG", "checked": DAY, "url": "javascript:alert(1)"},
        {"id": "ustg", "title": "UStG", "checked": DAY, "url": "https://exa mple.org"},
        {"id": "ustg", "title": "UStG", "checked": DAY, "url": 3},
        {"id": "ustg", "title": "UStG", "checked": DAY, "locator": 12},
    ],
)
def test_an_incomplete_source_is_refused(fields):
    with pytest.raises(InputError):
        Citation(**fields)
