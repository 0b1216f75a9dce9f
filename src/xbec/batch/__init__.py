"""Millions of lines priced at once, equal to the single quote to the last minor unit."""

from __future__ import annotations

from xbec.errors import MissingExtra

try:
    import polars as _polars  # noqa: F401
except ImportError as missing:
    raise MissingExtra(
        "batch pricing needs an extra", field="extra", value="polars", cure="pip install 'xbec[polars]'"
    ) from missing

from xbec.batch.explain import explain
from xbec.batch.files import Summary, price_file
from xbec.batch.reprice import reprice
from xbec.batch.run import quote

__all__ = ["Summary", "explain", "price_file", "quote", "reprice"]
