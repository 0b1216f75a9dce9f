"""``price_file``: a Parquet file of any length priced into another, piece by piece, in memory that does not grow."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from itertools import cycle, pairwise
from pathlib import Path
from typing import Any, Final, TypeVar

import attrs
import polars as pl

from xbec.batch.borders import Pieces, cut
from xbec.batch.columns import AMOUNTS, DAYS, TEXTS
from xbec.batch.kept import Kept, as_text, edition_of, source_of
from xbec.batch.run import quote
from xbec.errors import InputError
from xbec.kernel.place import Place
from xbec.landed_cost.engine import default_of

ROWS_AT_ONCE: Final = 250_000
_MOST_ROWS_AT_ONCE: Final = 10_000_000
_MOST_DESTINATIONS: Final = 500
_MOST_CODES: Final = 200
_MOST_DECIMALS: Final = 6
_MADE_OF_WORDS: Final = re.compile(r"(quantity|content|stated_fee|history)_\w[\w-]{0,60}")
_ERROR: Final = ("error", "error_message")
_OF_A_PLACE: Final = ("region", "postcode")
_T = TypeVar("_T")


@attrs.frozen(slots=True)
class ErrorCount:
    """How many lines of the target carry an error, with the first message of that code and where it stands."""

    code: str
    lines: int
    example: str
    where: str


@attrs.frozen(slots=True)
class Summary:
    """What a run over a file came to.

    ``lines`` and ``consignments`` are those of the source; ``rows`` are those of the target (lines x destinations), of
    which ``taken_up`` were priced by an earlier run. ``seconds`` are those of this run.
    """

    source: str
    target: str
    edition: str
    lines: int
    consignments: int
    destinations: tuple[str, ...]
    rows: int
    taken_up: int
    seconds: float
    errors: tuple[ErrorCount, ...]
    notes: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {"schema": "xbec.batch-summary/1", **attrs.asdict(self), "rows_with_errors": self.rows_with_errors}

    @property
    def rows_with_errors(self) -> int:
        """Rows of the target that carry an error in place of charges."""
        return sum(each.lines for each in self.errors)


def price_file(
    source: str | Path,
    target: str | Path,
    *,
    on: date | str,
    to: Sequence[str] | None = None,
    constants: Mapping[str, Any] | None = None,
    rows_at_once: int = ROWS_AT_ONCE,
    progress: Callable[[int, int], None] | None = None,
    note: Callable[[str], None] | None = None,
    resume: bool = True,
    edition: str | None = None,
    **options: Any,
) -> Summary:
    """Price a Parquet file of lines into another: its rows and columns in their order, with those of ``quote``.

    * ``on``: the day, or the name of a column of days. ``options``: those of :func:`xbec.batch.quote`.
    * ``to``: destinations; every consignment is priced for each, and the target holds the lines once a destination,
      one destination after the other, with the column ``destination`` added or overwritten. ``region`` and ``postcode``
      stay only on lines whose own destination is the one asked for, and are null elsewhere.
    * ``constants``: columns with one value for all lines (text, int, Decimal, date); they win over columns of the file.
    * ``rows_at_once``: lines of a piece, at most; pieces end between consignments. Amounts do not depend on it.
    * ``progress``: called with (rows done, rows in all) at the start and after each piece, and may raise to stop.
    * ``note``: called with a sentence where something is worth telling; all are in the summary, too.
    * ``resume``: take up the pieces an interrupted run left in ``<target>.parts``, if it was the same run: source,
      options and edition of the data. ``edition`` names books of your own (``law=``, ``fx=``, ``tariff=``); without a
      name their pieces are never taken up.

    The target appears at the end, whole; until then a file of that name stays as it is. Lines that cannot be priced
    carry ``error`` and ``error_message``. Raises :class:`InputError` for a file, schema or option that is none, and for
    consignments whose lines stand apart; :class:`NoLaw` for an asked destination without law.
    """
    began = time.perf_counter()
    source, target = Path(source), Path(target)
    notes: list[str] = []

    def tell(text: str) -> None:
        notes.append(text)
        if note is not None:
            note(text)

    _check_paths(source, target)
    if type(rows_at_once) is not int or not 0 < rows_at_once <= _MOST_ROWS_AT_ONCE:
        raise InputError(
            "not a number of rows", field="rows_at_once", value=rows_at_once, allowed=f"1 to {_MOST_ROWS_AT_ONCE}"
        )
    about = source_of(source)
    law = options.get("law") or default_of("law")
    destinations = _destinations(to, law)
    scan = _with_constants(_scanned(source), constants or {}, on if isinstance(on, str) else None, tell)
    views = [_sent_to(scan, each, len(destinations)) for each in destinations] or [scan]
    nothing = _collected(source, views[0].head(0)).clear(1)  # a line of nulls: its result has every column but charges
    schema = quote(nothing, on=on, **options).schema
    own_books = any(options.get(name) is not None for name in ("law", "fx", "tariff"))
    fingerprint = {
        "source": about,
        "options": {
            "on": as_text(on),
            "to": list(destinations),
            "constants": as_text(constants or {}),
            "rows_at_once": rows_at_once,
            **{name: as_text(options[name]) for name in sorted(options) if name not in ("law", "fx", "tariff")},
        },
        "edition": edition_of(law.edition, (edition or uuid.uuid4().hex) if own_books else ""),
    }
    kept = Kept(target)
    pieces = kept.open(fingerprint, resume=resume, note=tell)
    if pieces is None:
        rows = _collected(source, scan.select(pl.len())).item()
        pieces = _guarded(source, lambda: cut(scan, rows, rows_at_once))
        kept.describe(fingerprint, pieces)

    def price(view: pl.LazyFrame, first: int, size: int) -> pl.DataFrame:
        return _as_promised(quote(_collected(source, view.slice(first, size)), on=on, **options), schema)

    taken_up = _price_pieces(kept, pieces, views, price, progress)
    if source_of(source) != about:
        raise InputError("the source has changed while it was read", field="source", value=str(source))
    parts = [kept.path(p, d) for d in range(len(views)) for p in range(len(pieces.cuts) - 1)]
    errors = _errors(zip(parts, cycle(pieces.cuts[:-1]), strict=False), "consignment" in schema)
    _join(kept, parts, schema, target)
    kept.remove()
    return Summary(
        source=str(source),
        target=str(target),
        edition=law.edition,
        lines=pieces.rows,
        consignments=pieces.consignments,
        destinations=destinations,
        rows=pieces.rows * len(views),
        taken_up=taken_up,
        seconds=round(time.perf_counter() - began, 3),
        errors=errors,
        notes=tuple(notes),
    )


def _check_paths(source: Path, target: Path) -> None:
    if not source.is_file():
        raise InputError("no such file", field="source", value=str(source), allowed="a Parquet file")
    if target.is_dir() or not target.parent.is_dir():
        raise InputError("not a place for a file", field="target", value=str(target), allowed="a file in a folder")
    if target.exists() and target.samefile(source):
        raise InputError("source and target are one file", field="target", value=str(target))


def _scanned(path: Path) -> pl.LazyFrame:
    return pl.scan_parquet(path, glob=False, hive_partitioning=False)


def _guarded(source: Path, read: Callable[[], _T]) -> _T:
    try:
        return read()
    except (OSError, pl.exceptions.PolarsError) as problem:
        raise InputError(f"cannot read: {problem}", field="source", value=str(source)) from problem


def _collected(source: Path, rows: pl.LazyFrame) -> pl.DataFrame:
    return _guarded(source, rows.collect)


def _destinations(to: Sequence[str] | None, law: Any) -> tuple[str, ...]:
    """The asked destinations; one that is no place or has no law is told before any line is read."""
    if to is None:
        return ()
    if isinstance(to, str) or not 0 < len(to) <= _MOST_DESTINATIONS:
        raise InputError("not a list of destinations", field="to", value=to, allowed='["DE", "CA-QC"]')
    if len(set(to)) < len(to):
        raise InputError("a destination is asked for twice", field="to", value=", ".join(to))
    for each in to:
        law[Place.parse(each).jurisdiction]
    return tuple(to)


def _with_constants(
    scan: pl.LazyFrame, constants: Mapping[str, Any], day: str | None, tell: Callable[[str], None]
) -> pl.LazyFrame:
    schema = _guarded(Path(), scan.collect_schema)
    for name, value in constants.items():
        amount = name.removesuffix("_minor") in AMOUNTS
        known = name in TEXTS or name in DAYS or amount or name in {"quantity", "weight_kg", day}
        if not (known or _MADE_OF_WORDS.fullmatch(name)):
            raise InputError(
                "not a column that prices depend on",
                field=f"constants: {name}",
                allowed=", ".join((*TEXTS, *AMOUNTS, "quantity", "weight_kg", *DAYS)),
            )
        if name in schema:
            tell(f"the column {name} of the file is overwritten by the constant {value}")
    return scan.with_columns(_literal(name, value) for name, value in constants.items())


def _literal(name: str, value: Any) -> pl.Expr:
    if isinstance(value, str):
        return pl.lit(value, dtype=pl.String).alias(name)
    if type(value) is int and abs(value) < 2**63:
        return pl.lit(value, dtype=pl.Int64).alias(name)
    if type(value) is date:
        return pl.lit(value, dtype=pl.Date).alias(name)
    if isinstance(value, Decimal) and value.is_finite() and abs(value) < 10**12:
        places = max(-int(value.as_tuple().exponent), 0)
        if places <= _MOST_DECIMALS:
            return pl.lit(value, dtype=pl.Decimal(18, places)).alias(name)
    raise InputError(
        "not a value for a column", field=f"constants: {name}", value=value, allowed="text, int, Decimal or date"
    )


def _sent_to(scan: pl.LazyFrame, destination: str, many: int) -> pl.LazyFrame:
    """The lines as if all went to one destination."""
    schema = scan.collect_schema()
    place = [name for name in _OF_A_PLACE if name in schema]
    if "destination" in schema:
        same = pl.col("destination").cast(pl.String).str.to_uppercase() == destination.upper()
        scan = scan.with_columns(pl.when(same).then(pl.col(name)).alias(name) for name in place)
    elif place and many > 1:
        raise InputError(
            "part of one place, and several destinations", field=place[0], cure="drop the column, or ask for one"
        )
    return scan.with_columns(pl.lit(destination, dtype=pl.String).alias("destination"))


def _as_promised(result: pl.DataFrame, schema: pl.Schema) -> pl.DataFrame:
    """A piece with the columns of every piece in their kinds, and after them the charges that some line of it has."""
    charges = [name for name in result.columns if name not in schema]
    charged = {_stem(name) for name in charges if (result.get_column(name) != 0).any()}
    kept = [name for name in charges if _stem(name) in charged]
    return result.select(*(pl.col(name).cast(dtype) for name, dtype in schema.items()), *kept)


def _price_pieces(
    kept: Kept,
    pieces: Pieces,
    views: Sequence[pl.LazyFrame],
    price: Callable[[pl.LazyFrame, int, int], pl.DataFrame],
    progress: Callable[[int, int], None] | None,
) -> int:
    """Price what is not finished yet; tells how many rows were."""
    spans = [(n, first, end - first) for n, (first, end) in enumerate(pairwise(pieces.cuts))]
    todo = [
        (n, view, first, size)
        for n, first, size in spans
        for view in range(len(views))
        if not kept.is_finished(n, view, size)
    ]
    rows = pieces.rows * len(views)
    done = taken_up = rows - sum(size for *_, size in todo)
    if progress is not None:
        progress(done, rows)
    for n, view, first, size in todo:
        result = price(views[view], first, size)
        kept.put(kept.path(n, view).name, partial(result.write_parquet, compression_level=1))
        done += size
        if progress is not None:
            progress(done, rows)
    return taken_up


def _errors(parts: Iterable[tuple[Path, int]], several: bool) -> tuple[ErrorCount, ...]:
    """Errors by code over all pieces, each with the row of the source on which it begins."""
    found: dict[str, ErrorCount] = {}
    place = pl.format("row {}", "index")
    if several:
        place = pl.format("consignment {}", "consignment").fill_null(place)
    place = pl.format("{} to {}", place, pl.col("destination").fill_null("nowhere"))
    for part, first in parts:
        told = (
            _scanned(part)
            .with_row_index("index", offset=first)
            .filter(pl.col("error").is_not_null())
            .select("error", "error_message", place.alias("where"))
            .group_by("error", maintain_order=True)
            .agg(pl.len(), pl.col("error_message").first(), pl.col("where").first())
            .collect()
        )
        for code, lines, example, where in told.rows():
            if code in found:
                found[code] = attrs.evolve(found[code], lines=found[code].lines + lines)
            elif len(found) < _MOST_CODES:
                found[code] = ErrorCount(code, lines, example or "", where)
    return tuple(sorted(found.values(), key=lambda each: -each.lines))


def _join(kept: Kept, parts: Sequence[Path], schema: pl.Schema, target: Path) -> None:
    """Write all pieces into the target, one after the other."""
    if not parts:
        kept.move(target, pl.DataFrame(schema=schema).write_parquet)
        return
    interval = any(name.endswith("_low") for name in schema)
    ends = ("", "_low", "_high") if interval else ("",)
    stems = sorted({_stem(name) for part in parts for name in _scanned(part).collect_schema() if name not in schema})
    charges = [f"{stem}{end}" for stem in stems for end in ends]
    whole = pl.Schema([*schema.items(), *((name, pl.Int64()) for name in charges)])
    order = [name for name in schema if name not in _ERROR]
    joined = (
        pl.scan_parquet(list(parts), schema=whole, missing_columns="insert", glob=False, hive_partitioning=False)
        .with_columns(*(_charge(name, charges) for name in charges))
        .select(*order, *charges, *_ERROR)
    )
    kept.move(
        target,
        lambda path: joined.sink_parquet(path, maintain_order=True, row_group_size=ROWS_AT_ONCE, compression_level=1),
    )


def _stem(charge: str) -> str:
    return charge.removesuffix("_low").removesuffix("_high")


def _charge(name: str, charges: Sequence[str]) -> pl.Expr:
    """A charge that a line does not have is 0, whatever other lines its piece held; one in an interval stays open."""
    stem, low = _stem(name), f"{_stem(name)}_low"
    if name != stem:
        value, absent = pl.col(name).fill_null(pl.col(stem)), pl.lit(True)
    else:
        value, absent = pl.col(name), pl.col(low).is_null() if low in charges else pl.lit(True)
    return pl.when(absent & pl.col("error").is_null()).then(value.fill_null(0)).otherwise(pl.col(name)).alias(name)
