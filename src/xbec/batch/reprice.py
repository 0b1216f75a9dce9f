"""``reprice``: what a change of law does to every line, and which charge causes it.

A frame is priced on two days, and what changed a third time: under the law of the second day at the exchange rates of
the first. What the third run adds to the first is the law's doing, what the second adds to the third the rates'.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from xbec.batch.frames import from_polars, to_polars
from xbec.batch.run import quote
from xbec.errors import InputError
from xbec.fx import Fx
from xbec.landed_cost.engine import default_of

if TYPE_CHECKING:
    from xbec.fx import ExchangeRate
    from xbec.law import Law
    from xbec.tariff import Tariff

CHANGES: Final = ("duty", "tax", "excise", "fee", "buyer_pays", "seller_pays")
"""Results told of both days, with their difference."""
OUTPUTS: Final = (
    "assessed_currency", "before_procedure", "after_procedure",
    *(f"{when}_{name}" for name in CHANGES for when in ("before", "after", "difference")),
    "difference_law", "difference_exchange", "cause", "causes", "error", "error_message",
)  # fmt: skip
"""The columns that :func:`reprice` adds."""
_CHARGE: Final = "charge."
_LAW_PROCEDURE: Final = "procedure"
_EXCHANGE: Final = "exchange rate"


class _RatesOf(Fx):
    """Exchange rates in which one day has those of another."""

    __slots__ = ("_day", "_fx", "_like")

    def __init__(self, fx: Fx, *, day: date, like: date) -> None:
        super().__init__()
        self._fx, self._day, self._like = fx, day, like

    def rate(self, base: str, quote: str, *, rule: str, on: date) -> ExchangeRate:
        """As :meth:`Fx.rate`."""
        return self._fx.rate(base, quote, rule=rule, on=self._like if on == self._day else on)


def reprice(
    frame: Any,
    *,
    on: Sequence[date],
    law: Law | None = None,
    fx: Fx | None = None,
    tariff: Tariff | None = None,
    settings: Mapping[str, str] | None = None,
    answers: Mapping[str, Any] | None = None,
    known_on: date | None = None,
) -> Any:
    """What every line costs on two days, the difference, and the charge that causes it: ``on=[before, after]``.

    The frame (any kind that :func:`xbec.batch.quote` takes) comes back with, in minor units of ``assessed_currency``:

    * ``before_<x>``, ``after_<x>`` and ``difference_<x>`` for duty, tax, excise, fee, buyer_pays and seller_pays, and
      ``before_procedure``, ``after_procedure``;
    * ``difference_law``, the part of the difference of all charges that is left when the rates of exchange of the first
      day are kept, and ``difference_exchange``, the rest, which those rates alone make. The two add up;
    * ``causes``, all that changed the line, the largest first, as text joined by ", ": ``procedure`` where the law
      sends it another way (always first), the ids of charges that the law changed, and ``exchange rate``. ``cause`` is
      the first of them; null where nothing changed. A charge in the base of another changes that too;
    * ``error`` and ``error_message`` of the first day that has no price, with the day; the differences are then null.

    Days that the frame states (``paid``, ``declared`` ...) hold in both runs: only events that default to the day of
    the quote move. A stated day that is the second day itself is read at the rates of the first when the parts of the
    difference are told apart. What is unknown is an error on its rows.

    Raises :class:`InputError` for a wrong column, or where ``on`` is not two different days.
    """
    before_day, after_day = _two_days(on)
    given = to_polars(frame)
    taken = next((name for name in OUTPUTS if name in given.columns), None)
    if taken is not None:
        raise InputError(
            "a column of the frame has the name of a result", field=taken, cure=f"rename it, e.g. given_{taken}"
        )
    rates: Fx = fx or default_of("fx")

    def priced(rows: pl.DataFrame, day: date, rates: Fx) -> pl.DataFrame:
        whole: pl.DataFrame = quote(
            rows, on=day, law=law, fx=rates, tariff=tariff, settings=settings, answers=answers, known_on=known_on,
            charges=True,
        )  # fmt: skip
        return whole.drop(given.columns)

    before, after = priced(given, before_day, rates), priced(given, after_day, rates)
    changed = _changed(given, before, after)
    kept = after.filter(changed)
    if kept.height:
        kept = priced(given.filter(changed), after_day, _RatesOf(rates, day=after_day, like=before_day))
    told = _told(before, after, before_day, after_day)
    parts = _parts(before.filter(changed), kept, after.filter(changed))
    rows = changed.arg_true()
    told = told.with_row_index("row").join(
        parts.with_columns(rows.cast(pl.UInt32).alias("row")), on="row", how="left", maintain_order="left"
    )
    priced_both = pl.col("error").is_null() & pl.lit(~changed)
    told = told.with_columns(
        pl.when(priced_both).then(0).otherwise(pl.col(name)).cast(pl.Int64).alias(name)
        for name in ("difference_law", "difference_exchange")
    )
    return from_polars(given.hstack(told.select(OUTPUTS)), frame)


def _two_days(on: object) -> tuple[date, date]:
    days = tuple(on) if isinstance(on, Sequence) and not isinstance(on, str | bytes) else ()
    if len(days) != 2 or any(type(day) is not date for day in days) or days[0] == days[1]:
        raise InputError("not two days", field="on", value=on, allowed="[before, after], two different datetime.date")
    return days[0], days[1]


def _charges(*frames: pl.DataFrame) -> list[str]:
    return list(dict.fromkeys(name for frame in frames for name in frame.columns if name.startswith(_CHARGE)))


def _amount(frame: pl.DataFrame, name: str) -> pl.Series:
    """A charge on each row, zero where the law of the row has none of that name."""
    if name in frame.columns:
        return frame.get_column(name).fill_null(0)
    return pl.Series([0], dtype=pl.Int64).new_from_index(0, frame.height)


def _changed(given: pl.DataFrame, before: pl.DataFrame, after: pl.DataFrame) -> pl.Series:
    """Rows of consignments that are priced on both days and of which a charge or the procedure differs."""
    differs = before["procedure"].ne_missing(after["procedure"])
    for name in _charges(before, after):
        differs |= _amount(before, name) != _amount(after, name)
    differs &= before["error"].is_null() & after["error"].is_null()
    if "consignment" not in given.columns:
        return differs
    ids = pl.DataFrame([given["consignment"], differs.alias("differs")])
    return ids.select(pl.col("differs").any().over("consignment")).to_series()


def _told(before: pl.DataFrame, after: pl.DataFrame, *days: date) -> pl.DataFrame:
    """The results of both days side by side, and the error of either."""
    columns = [pl.select(pl.coalesce(before["assessed_currency"], after["assessed_currency"])).to_series()]
    columns += [before["procedure"].alias("before_procedure"), after["procedure"].alias("after_procedure")]
    for name in CHANGES:
        columns += [before[name].alias(f"before_{name}"), after[name].alias(f"after_{name}")]
        columns.append((after[name] - before[name]).alias(f"difference_{name}"))
    frame = pl.DataFrame(columns)
    messages = [f"on {day}: " + run["error_message"] for day, run in zip(days, (before, after), strict=True)]
    return frame.with_columns(
        pl.coalesce(before["error"], after["error"]).alias("error"),
        pl.coalesce(*messages).alias("error_message"),
    )


def _parts(before: pl.DataFrame, kept: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """Of rows that changed: the law's part of the difference, that of the rates, and what caused it.

    ``kept`` is priced under the law of the second day at the rates of the first. Where it has no price (the second law
    asks for a rate that the first day does not have) the parts are null and the charges are told as they changed.
    """
    lacking = kept["error"].is_not_null()
    law = pl.Series([0], dtype=pl.Int64).new_from_index(0, kept.height)
    exchange, moved = law, law
    found = [pl.DataFrame(schema={"at": pl.UInt32, "size": pl.Int64, "name": pl.String})]

    def cause(name: str, size: pl.Series) -> None:
        frame = pl.DataFrame([size.alias("size")]).with_row_index("at").filter(pl.col("size") > 0)
        found.append(frame.select("at", "size", pl.lit(name).alias("name")))

    for name in _charges(before, kept, after):
        first, last = _amount(before, name), _amount(after, name)
        between = pl.select(pl.when(lacking).then(last).otherwise(_amount(kept, name))).to_series()
        cause(name.removeprefix(_CHARGE), (between - first).abs())
        law, exchange, moved = law + (between - first), exchange + (last - between), moved + (last - between).abs()
    cause(_EXCHANGE, moved)
    way = pl.select(pl.when(lacking).then(after["procedure"]).otherwise(kept["procedure"])).to_series()
    cause(_LAW_PROCEDURE, way.ne_missing(before["procedure"]).cast(pl.Int64) * (2**63 - 1))
    causes = (
        pl.concat(found)
        .sort("at", "size", "name", descending=[False, True, False])
        .group_by("at", maintain_order=True)
        .agg(pl.col("name").first().alias("cause"), pl.col("name").str.join(", ").alias("causes"))
    )
    parts = pl.DataFrame([law.alias("difference_law"), exchange.alias("difference_exchange")]).with_columns(
        pl.when(~lacking).then(pl.all())
    )
    return parts.with_row_index("at").join(causes, on="at", how="left", maintain_order="left").drop("at")
