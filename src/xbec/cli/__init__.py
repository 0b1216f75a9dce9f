"""The command line: ``xbec quote``, ``xbec law show``, ``xbec law check``."""

from __future__ import annotations

import sys


def main() -> None:
    """Entry point; says how to install the ``cli`` extra where it is missing."""
    try:
        from xbec.cli.app import app
    except ImportError as missing:
        sys.stderr.write(f"the command line needs an extra ({missing.name} is missing): pip install 'xbec[cli]'\n")
        raise SystemExit(3) from missing
    app()
