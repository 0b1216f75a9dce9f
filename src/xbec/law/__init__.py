"""The law book of duties and taxes: dated, cited data per jurisdiction, read on first use.

``Law.default()["DE"].value("relief", date(2026, 8, 3))`` answers a figure with its period and source.
"""

from __future__ import annotations

from xbec.law.book import Classification, Exchange, Figure, Jurisdiction, Law, ProductList, Setting, Table
from xbec.law.component import Collector, Component, Force, Guard, Procedure, Rate, Round

__all__ = [
    "Classification",
    "Collector",
    "Component",
    "Exchange",
    "Figure",
    "Force",
    "Guard",
    "Jurisdiction",
    "Law",
    "Procedure",
    "ProductList",
    "Rate",
    "Round",
    "Setting",
    "Table",
]
