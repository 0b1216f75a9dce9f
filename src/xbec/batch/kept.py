"""The working folder of a run over a file: pieces that are finished, and of what they are.

``out.parquet.parts/`` holds one Parquet file a piece and destination, each written whole under another name first, and
``manifest.json`` with the fingerprint of the run. A run of the same fingerprint goes on where the last one ended.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
from collections.abc import Callable, Mapping
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import polars as pl

from xbec.batch.borders import Pieces
from xbec.errors import InputError

SCHEMA: Final = "xbec.batch-parts/1"
_MANIFEST: Final = "manifest.json"
_OURS: Final = re.compile(r"manifest\.json|\d{6}-\d{3}\.parquet|[\w.-]+\.\d+\.tmp")
_LARGEST_MANIFEST: Final = 50_000_000
_LARGEST_FOOTER: Final = 500_000_000
_TOLD: Final = {"source": "the source has changed", "options": "other options", "edition": "another edition of the law"}


def source_of(path: Path) -> dict[str, Any]:
    """What tells a Parquet file from another and from what it was: size, time of change, hash of its footer.

    The footer holds schema, row groups and statistics. Raises :class:`InputError` where the file is none of Parquet.
    """
    try:
        about = path.stat()
        with path.open("rb") as file:
            file.seek(-min(8, about.st_size), os.SEEK_END)
            tail = file.read(8)
            length = int.from_bytes(tail[:4], "little")
            if tail[4:] != b"PAR1" or not 0 < length <= min(about.st_size, _LARGEST_FOOTER):
                raise InputError("not a Parquet file", field="source", value=str(path))
            file.seek(-8 - length, os.SEEK_END)
            footer = hashlib.sha256(file.read(length)).hexdigest()
    except OSError as problem:
        raise InputError(f"cannot read: {problem.strerror}", field="source", value=str(path)) from problem
    return {"size": about.st_size, "changed_ns": about.st_mtime_ns, "footer": footer}


def edition_of(law: str, given: str) -> dict[str, str]:
    """The editions of all data a price depends on; ``given`` names books of the caller's own."""
    found = {"law": law, "given": given}
    for package in ("xbec", "CurrencyConverter"):
        with contextlib.suppress(PackageNotFoundError):
            found[package] = version(package)
    return found


def as_text(value: Any) -> Any:
    """An option as JSON that differs where the option does, whatever the order of its keys."""
    if isinstance(value, Mapping):
        return {str(key): as_text(value[key]) for key in sorted(value, key=str)}
    if isinstance(value, list | tuple):
        return [as_text(each) for each in value]
    if value is None or isinstance(value, str | bool | int):
        return value
    return value.isoformat() if isinstance(value, date) else repr(value)


class Kept:
    """The working folder beside a target."""

    def __init__(self, target: Path) -> None:
        self.folder = target.with_name(f"{target.name}.parts")

    def open(self, fingerprint: Mapping[str, Any], *, resume: bool, note: Callable[[str], None]) -> Pieces | None:
        """Make the folder ready; the cuts of an earlier run of this fingerprint, or ``None``, with nothing kept.

        Raises :class:`InputError` where the folder holds anything that no run put there.
        """
        with _written(self.folder):
            self.folder.mkdir(exist_ok=True)
            strange = sorted(p.name for p in self.folder.iterdir() if not _OURS.fullmatch(p.name))
        if strange:
            raise InputError(
                "the working folder holds what no run put there",
                field="target",
                value=f"{self.folder.name}: {', '.join(strange[:3])}",
                cure="move it away, or choose another target",
            )
        manifest = self._manifest()
        if manifest is not None and resume:
            before, now = manifest["fingerprint"], json.loads(json.dumps(fingerprint))
            if before == now:
                return Pieces(tuple(manifest["cuts"]), manifest["consignments"])
            why = [told for part, told in _TOLD.items() if before.get(part) != now[part]]
            note(f"started anew, the pieces finished before are of another run: {', '.join(why)}")
        self.clear()
        return None

    def _manifest(self) -> dict[str, Any] | None:
        path = self.folder / _MANIFEST
        try:
            if path.stat().st_size > _LARGEST_MANIFEST:
                return None
            found = json.loads(path.read_bytes())
            cuts = found["cuts"]
            whole = found["schema"] == SCHEMA and isinstance(found["fingerprint"], dict)
            whole = whole and cuts[0] == 0 and all(a < b for a, b in pairwise(cuts))
            return found if whole and isinstance(found["consignments"], int) else None
        except (OSError, ValueError, LookupError, TypeError):
            return None

    def describe(self, fingerprint: Mapping[str, Any], pieces: Pieces) -> None:
        """Write down of what the pieces to come are."""
        content = {
            "schema": SCHEMA,
            "fingerprint": fingerprint,
            "cuts": pieces.cuts,
            "consignments": pieces.consignments,
        }
        text = json.dumps(content, indent=1).encode()
        self.put(_MANIFEST, lambda path: path.write_bytes(text))

    def put(self, name: str, write: Callable[[Path], object]) -> None:
        """Write a file of the folder so that it is there whole or not at all."""
        self.move(self.folder / name, write)

    def move(self, to: Path, write: Callable[[Path], object]) -> None:
        """Write a file in the folder, then give it its place, on the same disk."""
        new = self.folder / f"{re.sub(r'[^A-Za-z0-9_.-]', '_', to.name)[:80]}.{os.getpid()}.tmp"
        with _written(to):
            try:
                write(new)
                with new.open("rb+") as file:
                    os.fsync(file.fileno())
                new.replace(to)
            finally:
                new.unlink(missing_ok=True)

    def path(self, piece: int, destination: int) -> Path:
        """Where the result of a piece for a destination is kept."""
        return self.folder / f"{piece:06}-{destination:03}.parquet"

    def is_finished(self, piece: int, destination: int, rows: int) -> bool:
        """Whether the result is there, readable, and of that many lines."""
        path = self.path(piece, destination)
        try:
            return path.is_file() and pl.scan_parquet(path, glob=False).select(pl.len()).collect().item() == rows
        except pl.exceptions.PolarsError:
            return False

    def clear(self) -> None:
        """Remove what runs put into the folder."""
        for path in self.folder.iterdir():
            if _OURS.fullmatch(path.name):
                path.unlink(missing_ok=True)

    def remove(self) -> None:
        """Remove the folder and what runs put there."""
        self.clear()
        with contextlib.suppress(OSError):
            self.folder.rmdir()


@contextlib.contextmanager
def _written(to: Path) -> Any:
    """A disk that is full or closed is told as an error of the target."""
    try:
        yield
    except (OSError, pl.exceptions.PolarsError) as problem:
        raise InputError(f"cannot write: {problem}", field="target", value=str(to)) from problem
