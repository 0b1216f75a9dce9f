"""What all consignments of a run share: books, settings, answers, and what is asked of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import attrs

from xbec.batch.polars_writer import CHARGES
from xbec.errors import InputError
from xbec.landed_cost.consignment import Consignment
from xbec.landed_cost.engine import default_of, make_regime
from xbec.landed_cost.regime import Regime

if TYPE_CHECKING:
    from xbec.fx import Fx
    from xbec.law import Law
    from xbec.tariff import Tariff

AMOUNTS: Final = {
    "goods_value": "goods",
    "freight_value": "freight",
    "insurance_value": "insurance",
    "customs_value": "customs_value",
    "duty": "duty",
    "tax": "tax",
    "excise": "excise",
    "fee": "fee",
    "buyer_pays": "buyer_pays",
    "seller_pays": "seller_pays",
}
"""Columns of the result, by what they are in a program."""
WORDS: Final = ("procedure", "assessed_currency", "warnings")
"""Columns of the result that are text."""
ERRORS: Final = ("error", "error_message")
RESULTS: Final = (*WORDS[:2], *AMOUNTS, WORDS[2])
"""What may be asked for; errors always come."""


@attrs.frozen(slots=True, eq=False)
class Engine:
    """What all consignments of a run share: books, settings, answers, and what is asked of them."""

    law: Law
    fx: Fx
    tariff: Tariff
    settings: Mapping[str, str]
    answers: Mapping[str, Any]
    known_on: date | None
    on_unknown: str
    charges: bool = attrs.field(kw_only=True)
    columns: tuple[str, ...] = attrs.field(default=RESULTS, kw_only=True)
    alone_below: int = attrs.field(default=32, kw_only=True)

    @property
    def amounts(self) -> tuple[str, ...]:
        """The amounts that are asked for."""
        return tuple(name for name in self.columns if name in AMOUNTS)

    @property
    def wanted(self) -> tuple[str, ...]:
        """The outputs of a program that are asked for."""
        return tuple(AMOUNTS[name] for name in self.amounts) + ((CHARGES,) if self.charges else ())

    @property
    def warns(self) -> bool:
        """Are rows to be told what they are warned of?"""
        return "warnings" in self.columns

    def regime(self, sample: Consignment, on: date, assumed: Mapping[str, Any]) -> Regime:
        """The regime of a kind of consignment on a day, with answers assumed beside those stated."""
        said = repr((sorted(self.settings.items()), sorted(self.answers.items()), sorted(assumed.items())))
        key = (self.law, id(self.fx), id(self.tariff), self.known_on, said, on, sample.key, sample.currency)
        found = _regimes.get(key)
        if found is None:
            engine = (self.law, self.fx, self.tariff, self.settings, None, self.known_on, _NO_ROUNDING)
            found = make_regime(sample, on, engine, {**self.answers, **assumed})
            if len(_regimes) >= _MOST_REGIMES:
                _regimes.clear()
            _regimes[key] = found
        return found


_regimes: dict[Any, Regime] = {}
"""By books and facts; a regime holds its exchange rates and its tariff, so that their identities stay theirs."""
_MOST_REGIMES: Final = 2_000
_NO_ROUNDING: Final[Mapping[str, Any]] = {}


def engine_of(
    law: Law | None,
    fx: Fx | None,
    tariff: Tariff | None,
    settings: Mapping[str, str] | None,
    answers: Mapping[str, Any] | None,
    known_on: date | None,
    on_unknown: str,
    *,
    charges: bool = False,
    columns: Sequence[str] = RESULTS,
    alone_below: int = 32,
) -> Engine:
    """An engine with the default books where none are given; raises :class:`InputError` for what is no option."""
    if on_unknown not in {"raise", "interval"}:
        raise InputError("not a way to treat unknowns", field="on_unknown", value=on_unknown, allowed="raise, interval")
    for name in columns:
        if name not in RESULTS:
            raise InputError("not a column of the result", field="columns", value=name, allowed=", ".join(RESULTS))
    return Engine(
        law or default_of("law"),
        fx or default_of("fx"),
        tariff or default_of("tariff"),
        settings or {},
        answers or {},
        known_on,
        on_unknown,
        charges=charges,
        columns=tuple(columns),
        alone_below=alone_below,
    )
