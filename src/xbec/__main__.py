"""``python -m xbec``: the command line."""

from __future__ import annotations

from xbec.cli import main

if __name__ == "__main__":
    main()
