"""What holds for the house as a whole: nothing of one machine in it, light to import, complete when installed."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
MACHINE_PATH = re.compile(r"(?<![\w.~%*/-])/(?:home|root|work|tmp|mnt|Users)/\w")
# Written so that this file does not hold what it looks for.
REGISTRY = re.compile(
    r"py[p]i\.org|python[h]osted\.org|registry\.npm[j]s|deb\.deb[i]an|proxy\.golan[g]|crates\.i[o]\b|index\.crate[s]"
)

IMPORT_PROBE = """
import json, sys
opened = []
sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event == "open" else None)
import xbec
print(json.dumps({"modules": sorted(sys.modules), "opened": opened}))
"""


def tracked_texts() -> list[tuple[str, str]]:
    """Name and text of every tracked file that is text."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True).stdout
    texts = []
    for name in listed.decode().split("\0"):
        path = ROOT / name
        if name and path.is_file():
            content = path.read_bytes()
            if b"\0" not in content:
                texts.append((name, content.decode("utf-8")))
    return texts


def lines_that_hold(pattern: re.Pattern[str], *, outside: tuple[str, ...] = ()) -> list[str]:
    return [
        f"{name}:{number}: {line.strip()[:120]}"
        for name, text in tracked_texts()
        if not name.startswith(outside)
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]


def test_no_tracked_file_holds_a_path_of_one_machine() -> None:
    assert lines_that_hold(MACHINE_PATH, outside=("scripts/", ".ci/")) == []


def test_no_tracked_file_names_a_package_registry() -> None:
    assert lines_that_hold(REGISTRY) == []


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("open('/ho" + "me/ann/order.json')", True),
        ("see /tm" + "p/x", True),
        ("https://example.com/home/law", False),
        ("docs/work/plan", False),
        ("duty and/or tax", False),
    ],
)
def test_a_machine_path_is_told_from_an_address(text: str, holds: bool) -> None:
    assert bool(MACHINE_PATH.search(text)) is holds


@pytest.fixture(scope="module")
def imported() -> dict[str, list[str]]:
    """What a fresh interpreter holds after ``import xbec``."""
    run = subprocess.run([sys.executable, "-c", IMPORT_PROBE], check=True, capture_output=True, text=True)
    found: dict[str, list[str]] = json.loads(run.stdout)
    return found


def test_import_loads_no_heavy_library(imported: dict[str, list[str]]) -> None:
    heavy = {"numpy", "pandas", "polars", "sqlalchemy"}
    late = {"babel", "currency_converter", "holidays", "pycountry", "pydantic", "rich", "stdnum", "typer"}
    assert (heavy | late) & {name.partition(".")[0] for name in imported["modules"]} == set()


def test_import_reads_no_law_and_no_tariff(imported: dict[str, list[str]]) -> None:
    data = ("/data/law/", "/data/tariff/", "/data/fx/")
    assert [name for name in imported["opened"] if any(part in Path(name).as_posix() for part in data)] == []


def test_an_installed_xbec_has_every_file_of_the_source(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    packed = set(zipfile.ZipFile(wheel).namelist())
    source = {
        path.relative_to(ROOT / "src").as_posix()
        for path in (ROOT / "src" / "xbec").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert source - packed == set()
    assert any(name.endswith("licenses/LICENSE") for name in packed)
