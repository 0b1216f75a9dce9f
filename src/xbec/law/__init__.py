"""The law book of duties and taxes: dated, cited data per jurisdiction, read on first use.

``Law.default()["DE"].value("duty_relief", date(2026, 8, 3))`` answers a figure with its period and source.
"""

from __future__ import annotations

from xbec.law.book import Classification, Exchange, Jurisdiction, Law, ProductList, Setting, Table
from xbec.law.component import Collector, Component, Force, Guard, Procedure, Rate, Round
from xbec.law.day import JurisdictionOfDay, LawOfDay
from xbec.law.figure import Figure

__all__ = [
    "Classification",
    "Collector",
    "Component",
    "Exchange",
    "Figure",
    "Force",
    "Guard",
    "Jurisdiction",
    "JurisdictionOfDay",
    "Law",
    "LawOfDay",
    "Procedure",
    "ProductList",
    "Rate",
    "Round",
    "Setting",
    "Table",
]
