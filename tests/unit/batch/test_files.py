"""Parquet to Parquet: whole consignments a piece, taken up after an interruption, the target whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from xbec.batch import borders, files, quote
from xbec.batch.files import Summary, price_file
from xbec.errors import InputError, NoLaw
from xbec.fx import Fx

Lines = Callable[..., pl.DataFrame]
AMOUNTS = ["procedure", "assessed_currency", "goods_value", "freight_value", "customs_value", "duty", "tax", "fee"]


class Stop(Exception):
    """The user pressed a key."""


@pytest.fixture(scope="module")
def given(lines: Lines) -> pl.DataFrame:
    """Forty consignments of one to four lines to three countries, one of them with a code that is none."""
    rows = []
    for n in range(40):
        about = {
            "consignment": f"c{n * 7 % 40:02}",
            "destination": ("DE", "GB", "CH")[n % 3],
            "freight": "6.50" if n % 2 else None,
        }
        hs = "not a code" if n == 11 else ("610910", "420221")[n % 2]
        rows += [about | {"line": str(k), "hs": hs, "price": f"{10 + n}.{k}0"} for k in range(1 + n % 4)]
    return lines(*rows)


@pytest.fixture
def source(given: pl.DataFrame, tmp_path: Path) -> Path:
    path = tmp_path / "in.parquet"
    given.write_parquet(path, row_group_size=7)
    return path


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "out.parquet"


@pytest.fixture
def priced(monkeypatch: pytest.MonkeyPatch) -> list[pl.DataFrame]:
    """The pieces that are priced, as they are."""
    seen: list[pl.DataFrame] = []

    def watched(frame: pl.DataFrame, **options: Any) -> Any:
        if frame.get_column("consignment").null_count() < frame.height:
            seen.append(frame)
        return quote(frame, **options)

    monkeypatch.setattr(files, "quote", watched)
    return seen


def stop_after(calls: int) -> Callable[[int, int], None]:
    left = [calls]

    def progress(done: int, rows: int) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise Stop

    return progress


def raised(*args: Any, **options: Any) -> InputError:
    with pytest.raises(InputError) as problem:
        price_file(*args, **options)
    return problem.value


def test_the_target_holds_what_quote_says_line_by_line(
    source: Path, target: Path, given: pl.DataFrame, day: date
) -> None:
    told = price_file(source, target, on=day, rows_at_once=9)
    found, whole = pl.read_parquet(target), quote(given, on=day)
    assert found.columns == whole.columns
    assert_frame_equal(found.drop("error_message"), whole.drop("error_message"))
    assert (told.lines, told.rows, told.consignments) == (given.height, given.height, 40)
    assert not target.with_name("out.parquet.parts").exists()


@pytest.mark.parametrize("rows_at_once", [4, 5, 9, 50, 1000])
def test_pieces_end_between_consignments_wherever_row_groups_end(
    source: Path, target: Path, given: pl.DataFrame, day: date, priced: list[pl.DataFrame], rows_at_once: int
) -> None:
    price_file(source, target, on=day, rows_at_once=rows_at_once)
    assert_frame_equal(pl.concat(priced), given)
    assert max(piece.height for piece in priced) <= rows_at_once
    ids = [set(piece["consignment"]) for piece in priced]
    assert sum(map(len, ids)) == len(set[str]().union(*ids)) == 40


def test_charges_stand_in_the_same_columns_however_the_file_is_cut(source: Path, target: Path, day: date) -> None:
    found = []
    for rows_at_once in (4, 1000):
        price_file(source, target, on=day, rows_at_once=rows_at_once, charges=True)
        found.append(pl.read_parquet(target).drop("error_message"))
    assert_frame_equal(*found)
    charges = [name for name in found[0].columns if name.startswith("charge.")]
    assert charges
    sums = found[0].filter(pl.col("error").is_null()).select(pl.sum_horizontal(charges), pl.sum_horizontal(AMOUNTS[5:]))
    assert sums.to_series(0).to_list() == sums.to_series(1).to_list()


def test_an_interval_keeps_its_ends_however_the_file_is_cut(lines: Lines, tmp_path: Path) -> None:
    path, target = tmp_path / "in.parquet", tmp_path / "out.parquet"
    about = {"freight": "6.50", "registrations": None}
    lines(*(about | {"consignment": str(n), "destination": ("DE", "GB")[n % 2]} for n in range(200))).write_parquet(
        path
    )
    found = []
    for rows_at_once in (3, 1000):
        price_file(
            path, target, on=date(2026, 11, 3), rows_at_once=rows_at_once, charges=True, on_unknown="interval",
            fx=Fx.default().stated({"USD/EUR": "0.86", "USD/GBP": "0.75"}),
        )  # fmt: skip
        found.append(pl.read_parquet(target).drop("error_message"))
    assert_frame_equal(*found)
    ends = found[0].filter(pl.col("fee_low") != pl.col("fee_high"))
    assert ends.height == 100
    assert ends["fee"].null_count() == 100
    stems = [name for name in found[0].columns if name.startswith("charge.") and not name.endswith(("_low", "_high"))]
    closed = found[0].filter(pl.col("destination") == "GB")
    assert all((closed[stem] == closed[f"{stem}_low"]).all() for stem in stems)


def test_an_interrupted_run_is_taken_up_and_ends_as_if_nothing_had_been(
    source: Path, target: Path, day: date, priced: list[pl.DataFrame]
) -> None:
    undisturbed = target.with_name("undisturbed.parquet")
    price_file(source, undisturbed, on=day, rows_at_once=9, charges=True)
    pieces = len(priced)
    target.write_bytes(b"the result of yesterday")
    priced.clear()
    with pytest.raises(Stop):
        price_file(source, target, on=day, rows_at_once=9, charges=True, progress=stop_after(4))
    assert target.read_bytes() == b"the result of yesterday"
    assert len(priced) == 4
    calls: list[tuple[int, int]] = []
    done = sum(piece.height for piece in priced)
    told = price_file(source, target, on=day, rows_at_once=9, charges=True, progress=lambda *call: calls.append(call))
    assert len(priced) == pieces
    assert told.taken_up == done
    assert calls[0] == (done, told.rows)
    assert calls[-1] == (told.rows, told.rows)
    assert told.notes == ()
    assert_frame_equal(pl.read_parquet(target), pl.read_parquet(undisturbed))
    assert target.read_bytes() == undisturbed.read_bytes()


def test_a_piece_cut_short_on_the_disk_is_priced_again(
    source: Path, target: Path, day: date, priced: list[pl.DataFrame]
) -> None:
    with pytest.raises(Stop):
        price_file(source, target, on=day, rows_at_once=9, progress=stop_after(4))
    first, second = sorted(target.with_name("out.parquet.parts").glob("*.parquet"))[:2]
    first.write_bytes(first.read_bytes()[:100])
    pl.read_parquet(second)[:2].write_parquet(second)
    told = price_file(source, target, on=day, rows_at_once=9)
    assert told.taken_up == priced[2].height + priced[3].height
    whole = pl.read_parquet(source)
    assert_frame_equal(pl.read_parquet(target).select(whole.columns), whole)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"on": date(2026, 8, 4)}, "other options"),
        ({"rows_at_once": 10}, "other options"),
        ({"charges": True}, "other options"),
        ({"constants": {"channel": "express"}}, "other options"),
        ({"settings": {"item_key": "hs6-origin"}}, "other options"),
        ({"fx": Fx.default()}, "another edition"),
    ],
)
def test_another_run_starts_anew_and_says_so(
    source: Path, target: Path, day: date, priced: list[pl.DataFrame], change: dict[str, Any], why: str
) -> None:
    with pytest.raises(Stop):
        price_file(source, target, on=day, rows_at_once=9, progress=stop_after(4))
    said: list[str] = []
    told = price_file(source, target, **({"on": day, "rows_at_once": 9} | change), note=said.append)
    assert told.taken_up == 0
    assert tuple(said) == told.notes
    assert "started anew" in said[0]
    assert why in said[0]
    assert sum(piece.height for piece in priced[4:]) == told.rows


def test_own_books_are_taken_up_under_their_name_only(source: Path, target: Path, day: date) -> None:
    books: dict[str, Any] = {"fx": Fx.default().stated({"USD/EUR": "0.86"}), "on": day, "rows_at_once": 9}
    taken_up = []
    for before, now in (("mine 3", "mine 3"), ("mine 3", "mine 4"), (None, None)):
        with pytest.raises(Stop):
            price_file(source, target, edition=before, progress=stop_after(4), **books)
        taken_up.append(price_file(source, target, edition=now, **books).taken_up > 0)
    assert taken_up == [True, False, False]


def test_a_changed_source_starts_anew(source: Path, target: Path, day: date, given: pl.DataFrame) -> None:
    with pytest.raises(Stop):
        price_file(source, target, on=day, rows_at_once=9, progress=stop_after(4))
    changed = given.with_columns(price=pl.lit("99.00"))
    changed.write_parquet(source, row_group_size=7)
    told = price_file(source, target, on=day, rows_at_once=9)
    assert "the source has changed" in told.notes[0]
    assert set(pl.read_parquet(target)["price"]) == {"99.00"}


def test_a_source_that_changes_meanwhile_is_refused(source: Path, target: Path, day: date, given: pl.DataFrame) -> None:
    def replace(done: int, rows: int) -> None:
        if done == rows:
            given.reverse().write_parquet(source)

    assert "changed while" in str(raised(source, target, on=day, rows_at_once=9, progress=replace))
    assert not target.exists()


def test_without_resume_nothing_is_taken_up(source: Path, target: Path, day: date) -> None:
    with pytest.raises(Stop):
        price_file(source, target, on=day, rows_at_once=9, progress=stop_after(4))
    assert price_file(source, target, on=day, rows_at_once=9, resume=False).taken_up == 0


def test_every_consignment_for_each_destination(source: Path, target: Path, day: date, given: pl.DataFrame) -> None:
    told = price_file(source, target, on=day, to=["DE", "CA-QC"], rows_at_once=9)
    found = pl.read_parquet(target)
    assert (told.lines, told.rows, found.height) == (given.height, 2 * given.height, 2 * given.height)
    assert found["destination"].to_list() == ["DE"] * given.height + ["CA-QC"] * given.height
    for place, start in (("DE", 0), ("CA-QC", given.height)):
        alone = quote(given.with_columns(destination=pl.lit(place)), on=day)
        assert_frame_equal(found[start : start + given.height].drop("error_message"), alone.drop("error_message"))


def test_region_and_postcode_stay_with_their_own_destination(lines: Lines, tmp_path: Path, day: date) -> None:
    path, target = tmp_path / "in.parquet", tmp_path / "out.parquet"
    about = {"registrations": None, "freight": "1.00"}
    lines(
        about | {"consignment": "A", "destination": "CA", "region": "CA-QC", "postcode": "H2X 1Y4"},
        about | {"consignment": "B", "destination": "FR", "region": None, "postcode": "75001"},
    ).write_parquet(path)
    price_file(path, target, on=day, to=["CA", "FR"])
    found = pl.read_parquet(target)
    assert found["region"].to_list() == ["CA-QC", None, None, None]
    assert found["postcode"].to_list() == ["H2X 1Y4", None, None, "75001"]
    pl.read_parquet(path).drop("destination").write_parquet(path)
    assert raised(path, target, on=day, to=["CA", "FR"]).field == "region"


def test_constants_are_columns_of_one_value(source: Path, target: Path, day: date, given: pl.DataFrame) -> None:
    told = price_file(
        source, target, on="paid", constants={"channel": "express", "paid": day, "insurance": Decimal("2.50")}
    )
    found = pl.read_parquet(target)
    assert found.schema["insurance"] == pl.Decimal(18, 2)
    with_constants = given.with_columns(channel=pl.lit("express"), paid=day, insurance=pl.lit("2.50"))
    assert_frame_equal(found.select(AMOUNTS), quote(with_constants, on="paid").select(AMOUNTS))
    assert told.notes == ()
    told = price_file(source, target, on=day, constants={"currency": "EUR"})
    assert "currency of the file is overwritten" in told.notes[0]
    assert set(pl.read_parquet(target)["currency"]) == {"EUR"}


@pytest.mark.parametrize(
    "constants", [{"chanel": "post"}, {"insurance": 2.5}, {"insurance": True}, {"price_minor": 10**30}]
)
def test_a_constant_that_is_none_is_refused(source: Path, target: Path, day: date, constants: dict[str, Any]) -> None:
    problem = raised(source, target, on=day, constants=constants)
    assert problem.field == f"constants: {next(iter(constants))}"
    assert problem.allowed is not None


def test_rows_without_a_consignment_column_travel_alone(
    given: pl.DataFrame, source: Path, target: Path, day: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = given.drop("consignment", "line")
    alone.write_parquet(source, row_group_size=7)
    told = price_file(source, target, on=day, rows_at_once=9)
    assert told.consignments == told.lines == alone.height
    assert_frame_equal(pl.read_parquet(target).select(AMOUNTS), quote(alone, on=day).select(AMOUNTS))


def test_lines_that_stand_apart_are_refused_before_anything_is_priced(
    source: Path, target: Path, day: date, given: pl.DataFrame, priced: list[pl.DataFrame]
) -> None:
    pl.concat([given[1:], given[:1]]).with_columns(
        consignment=pl.when(pl.int_range(pl.len()) == pl.len() - 1).then(pl.lit("c21")).otherwise("consignment")
    ).write_parquet(source, row_group_size=7)
    problem = raised(source, target, on=day)
    assert (problem.field, problem.value) == ("consignment", "c21")
    assert "sort" in (problem.cure or "")
    assert priced == []
    assert not target.exists()


@pytest.mark.parametrize("at_once", [1, 3, 1000])
@pytest.mark.parametrize("hashes", [2, 2**25])
def test_apart_is_found_across_parts_and_shares(
    lines: Lines, tmp_path: Path, day: date, monkeypatch: pytest.MonkeyPatch, at_once: int, hashes: int
) -> None:
    monkeypatch.setattr(borders, "ROWS_READ_AT_ONCE", at_once)
    monkeypatch.setattr(borders, "HASHES_AT_ONCE", hashes)
    path, target = tmp_path / "in.parquet", tmp_path / "out.parquet"
    for ids, apart in (
        (["b", "b", "a", "c", "c"], None),
        (["a", "a", "b", None, None, "c", None], None),
        (["a", "b", "b", "a"], "a"),
        (["a", "b", "c", "c", None, "c"], "c"),
        (["c", "b", "a", "b"], "b"),
    ):
        frame = lines(*({"consignment": ident, "line": str(n)} for n, ident in enumerate(ids)))
        frame.write_parquet(path, row_group_size=2)
        if apart is None:
            told = price_file(path, target, on=day, rows_at_once=2)
            assert told.consignments == len(set(ids) - {None})
            assert pl.read_parquet(target)["consignment"].to_list() == ids
        else:
            assert raised(path, target, on=day).value == apart


def test_two_ids_of_one_hash_are_not_taken_for_one(
    source: Path, target: Path, day: date, given: pl.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(borders, "_hash", lambda ids: pl.Series([7], dtype=pl.UInt64).new_from_index(0, len(ids)))
    assert price_file(source, target, on=day).consignments == 40
    pl.concat([given, given[:1]]).write_parquet(source)
    assert raised(source, target, on=day).value == given["consignment"][0]


def test_a_consignment_longer_than_a_piece_is_refused(source: Path, target: Path, day: date) -> None:
    problem = raised(source, target, on=day, rows_at_once=3)
    assert problem.field == "consignment"
    assert "at most 3" in (problem.allowed or "")
    assert price_file(source, target, on=day, rows_at_once=4).rows == pl.read_parquet(target).height


@pytest.mark.parametrize("kind", [pl.Int64, pl.Categorical])
def test_ids_of_other_kinds(source: Path, target: Path, day: date, given: pl.DataFrame, kind: Any) -> None:
    ids = pl.col("consignment").str.tail(2)
    given.with_columns(ids.cast(kind)).write_parquet(source)
    assert price_file(source, target, on=day, rows_at_once=9).consignments == 40
    pl.concat([given, given[:1]]).with_columns(ids.cast(kind)).write_parquet(source)
    assert str(raised(source, target, on=day).value) in {"0", "00"}


@pytest.mark.parametrize("drop", ["hs", "price", "currency", "destination"])
def test_a_missing_column_is_named_before_anything_is_done(
    source: Path, target: Path, day: date, given: pl.DataFrame, drop: str
) -> None:
    given.drop(drop).write_parquet(source)
    assert raised(source, target, on=day).field == drop
    assert list(target.parent.iterdir()) == [source]


def test_a_column_of_a_wrong_kind_is_named(source: Path, target: Path, day: date, given: pl.DataFrame) -> None:
    given.with_columns(price=25.0).write_parquet(source)
    assert raised(source, target, on=day).field == "price"
    given.with_columns(consignment=pl.lit(1.0)).write_parquet(source)
    assert raised(source, target, on=day).field == "consignment"
    price_file(source, target, on=day, constants={"consignment": "one for all"}, rows_at_once=1000)
    assert raised(target, source, on=day).field == "procedure"


def test_files_that_are_none_are_refused(source: Path, target: Path, day: date) -> None:
    text = source.with_name("text.parquet")
    text.write_text("consignment,hs\n")
    torn = source.with_name("torn.parquet")
    torn.write_bytes(source.read_bytes()[-40:])
    for wrong in (text, torn, source.parent, source.with_name("nothing")):
        assert raised(wrong, target, on=day).field == "source"
    for wrong in (source, source.parent, source / "out", source.parent / "nowhere" / "out.parquet"):
        assert raised(source, wrong, on=day).field == "target"
    for rows_at_once in (0, -1, True, 10**9):
        assert raised(source, target, on=day, rows_at_once=rows_at_once).field == "rows_at_once"


def test_a_source_torn_in_the_middle_is_told(source: Path, target: Path, day: date) -> None:
    content = source.read_bytes()
    middle = content.index(b"PAR1") + 4
    source.write_bytes(content[:middle] + b"\xff" * 2000 + content[middle + 2000 :])
    problem = raised(source, target, on=day)
    assert problem.field == "source"
    assert "cannot read" in problem.problem


def test_destinations_are_checked_first(source: Path, target: Path, day: date) -> None:
    for to in (["ZZ"], [], "DE", ["DE", "DE"]):
        assert isinstance(raised(source, target, on=day, to=to), InputError)
    with pytest.raises(NoLaw):
        price_file(source, target, on=day, to=["DE", "AQ"])
    assert list(target.parent.iterdir()) == [source]


def test_a_folder_of_somebody_else_is_left_alone(source: Path, target: Path, day: date) -> None:
    folder = target.with_name("out.parquet.parts")
    folder.mkdir()
    (folder / "thesis.txt").write_text("three years of work")
    assert raised(source, target, on=day).field == "target"
    assert (folder / "thesis.txt").read_text() == "three years of work"


@pytest.mark.parametrize("manifest", ["", "[]", '{"schema": "xbec.batch-parts/1"}', '{"schema": 1, "cuts": "no"}'])
def test_a_manifest_that_is_none_starts_anew(source: Path, target: Path, day: date, manifest: str) -> None:
    with pytest.raises(Stop):
        price_file(source, target, on=day, rows_at_once=9, progress=stop_after(4))
    (target.with_name("out.parquet.parts") / "manifest.json").write_text(manifest)
    assert price_file(source, target, on=day, rows_at_once=9).taken_up == 0


def test_an_empty_file(source: Path, target: Path, day: date, given: pl.DataFrame) -> None:
    given.clear().write_parquet(source)
    calls: list[tuple[int, int]] = []
    told = price_file(source, target, on=day, progress=lambda *call: calls.append(call))
    found = pl.read_parquet(target)
    assert (told.lines, told.rows, told.consignments, told.errors) == (0, 0, 0, ())
    assert calls == [(0, 0)]
    assert found.height == 0
    assert found.columns == quote(given, on=day).columns
    assert found.schema == quote(given, on=day).schema


def test_errors_are_counted_by_code_with_an_example(source: Path, target: Path, day: date) -> None:
    told = price_file(source, target, on=day, rows_at_once=9)
    found = pl.read_parquet(target)
    counted = dict(found.drop_nulls("error")["error"].value_counts().rows())
    assert {each.code: each.lines for each in told.errors} == counted
    wrong = next(each for each in told.errors if each.code == "InputError")
    assert "not a code" in wrong.example
    assert wrong.where == "consignment c37 to CH"
    assert told.rows_with_errors == sum(counted.values())


def test_an_error_is_found_by_its_row_where_no_consignment_is_named(
    source: Path, target: Path, day: date, given: pl.DataFrame
) -> None:
    row = given["hs"].to_list().index("not a code")
    for without in (given.drop("consignment", "line"), given.with_columns(consignment=pl.lit(None, dtype=pl.String))):
        without.with_columns(pl.lit(None, dtype=pl.String).alias("registrations")).write_parquet(source)
        told = price_file(source, target, on=day, rows_at_once=9, to=["GB", "DE"])
        assert told.errors[0].where == (f"row {row} to GB" if "consignment" not in without else "row 0 to GB")


def test_the_summary_as_json(source: Path, target: Path, day: date) -> None:
    told: Summary = price_file(source, target, on=day, to=["DE"])
    read = json.loads(json.dumps(told.to_dict()))
    assert read["schema"] == "xbec.batch-summary/1"
    assert read["destinations"] == ["DE"]
    assert read["rows_with_errors"] == told.rows_with_errors > 0
    assert read["errors"][0].keys() == {"code", "lines", "example", "where"}
