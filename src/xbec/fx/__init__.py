"""Exchange rates: published tables, the official rules that pick one for a day, and importers of official files.

>>> from datetime import date
>>> from xbec.fx import Fx, RateTable
>>> table = RateTable.from_rows(
...     [{"source": "ecb", "base": "EUR", "quote": "USD", "rate": "1.1408", "from": "2026-07-22"}]
... )
>>> print(Fx(table).rate("USD", "EUR", rule="eu-customs-value", on=date(2026, 8, 3)))
1 EUR = 1.1408 USD, ecb of 2026-07-22
"""

from __future__ import annotations

from xbec.fx.ecb import EcbHistory, ecb_history
from xbec.fx.exchange import Fx
from xbec.fx.importers import read_bazg, read_ecb, read_hmrc, read_tcmb, read_unipass
from xbec.fx.methods import METHODS, Deviation
from xbec.fx.rate import ExchangeRate
from xbec.fx.rules import Rule, RuleBook, RuleRow, Series
from xbec.fx.table import RateSource, RateTable

__all__ = [
    "METHODS",
    "Deviation",
    "EcbHistory",
    "ExchangeRate",
    "Fx",
    "RateSource",
    "RateTable",
    "Rule",
    "RuleBook",
    "RuleRow",
    "Series",
    "ecb_history",
    "read_bazg",
    "read_ecb",
    "read_hmrc",
    "read_tcmb",
    "read_unipass",
]
