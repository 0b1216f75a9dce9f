"""Every example a reader may copy from README.md or docs/ runs, and prints what the page says it prints.

A ``python`` block runs in the namespace of its file, after the blocks above it. A ``console`` block holds commands of
``xbec``, each after ``$``. A ``text`` block straight below a ``python`` block is what that prints, and so are the lines
below a command; ``...`` stands for anything.
"""

from __future__ import annotations

import contextlib
import doctest
import io
import re
import shlex
from pathlib import Path
from typing import NamedTuple

import pytest
from typer.testing import CliRunner

from xbec.cli.app import app

ROOT = Path(__file__).parents[3]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"^(?P<indent> *)```(?P<info>[^\n`]*)\n(?P<body>.*?)^(?P=indent)```\s*?$", re.M | re.S)
SHAPE = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


class Block(NamedTuple):
    """A fenced block: its info string, text, line in the file, and the output shown straight below it."""

    info: str
    body: str
    line: int
    shown: str | None


def blocks_of(page: str) -> list[Block]:
    """The fenced blocks of a page, in order."""
    found = list(FENCE.finditer(page))
    blocks = []
    for n, match in enumerate(found):
        below = found[n + 1] if n + 1 < len(found) else None
        follows = below is not None and not page[match.end() : below.start()].strip()
        shown = below["body"] if below is not None and follows and below["info"].strip() == "text" else None
        blocks.append(Block(match["info"].strip(), match["body"], page.count("\n", 0, match.start()) + 1, shown))
    return blocks


def commands_of(body: str) -> list[tuple[str, str]]:
    """The commands of a ``console`` block with the output shown below each; a backslash joins lines."""
    commands: list[tuple[str, str]] = []
    for line in body.replace("\\\n", " ").splitlines():
        if line.startswith("$ "):
            commands.append((line[2:].strip(), ""))
        else:
            assert commands, f"output without a command: {line}"
            command, shown = commands[-1]
            commands[-1] = (command, f"{shown}{line}\n")
    return commands


def assert_shown(shown: str | None, printed: str, where: str) -> None:
    """What the page shows is what was printed."""
    if shown and shown.strip():
        same = doctest.OutputChecker().check_output(shown, printed, SHAPE)
        assert same, f"{where} shows\n{shown}\nbut got\n{printed}"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_examples_run_as_written(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("COLUMNS", "120")
    namespace: dict[str, object] = {"__name__": path.stem}
    for block in blocks_of(path.read_text(encoding="utf-8")):
        where = f"{path.name}:{block.line}"
        if block.info == "python":
            source = "\n" * block.line + block.body
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed):
                exec(compile(source, str(path), "exec"), namespace)
            assert_shown(block.shown, printed.getvalue(), where)
        elif block.info == "console":
            for command, shown in commands_of(block.body):
                name, *arguments = shlex.split(command)
                assert name == "xbec", f"{where}: a console block holds commands of xbec; use sh for {name}"
                result = CliRunner().invoke(app, arguments)
                assert result.exit_code == 0, f"{where}: {command}\n{result.output}"
                assert_shown(shown, result.output, where)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_no_example_escapes_being_run(path: Path) -> None:
    page = path.read_text(encoding="utf-8")
    assert page.count("```") == 2 * len(blocks_of(page)), "a fence that is not closed, or not recognised"
    known = {"python", "console", "text", "toml", "sh", "csv", "json"}
    for block in blocks_of(page):
        assert block.info in known, f"{path.name}:{block.line}: {block.info!r}, allowed: {', '.join(sorted(known))}"


def test_readme_shows_the_library_and_its_two_commands() -> None:
    page = (ROOT / "README.md").read_text(encoding="utf-8")
    assert any(block.info == "python" and block.shown for block in blocks_of(page))
    for command in ("scripts/demo", "scripts/test"):
        assert command in page
        assert (ROOT / command).stat().st_mode & 0o111, f"{command} is not executable"
