"""Trademarks of cross-border sellers: filing bases, deadlines, fees, maintenance, classes, brand programmes.

Nothing in this room is legal advice: it reads published rules, dated and cited, against the facts it is given.
"""

from __future__ import annotations
