"""The seller's catalogue as a CSV file: what an order document does not say about the goods."""

from __future__ import annotations

import csv
import io
from typing import Final

from xbec.errors import DocumentError, InputError
from xbec.goods.product import Product

COLUMNS: Final = ("sku", "description", "hs", "origin", "weight_kg", "attributes")
_LARGEST: Final = 50_000_000


def read_catalogue(text: str) -> dict[str, Product]:
    """Products by sku from CSV text with the columns of :data:`COLUMNS`; ``sku`` and ``hs`` are needed.

    ``attributes`` is a list parted by spaces. Raises :class:`DocumentError` naming row and column.

    >>> read_catalogue("sku,hs,origin,weight_kg\\nTS-1,6109.10,BD,0.2\\n")["TS-1"].origin
    'BD'
    """
    if len(text) > _LARGEST:
        raise DocumentError("the catalogue is too large", value=len(text), allowed=f"{_LARGEST} characters")
    rows = csv.DictReader(io.StringIO(text), strict=True)
    try:
        names = rows.fieldnames or []
        unknown = [n for n in names if n not in COLUMNS]
        if unknown or "sku" not in names or "hs" not in names:
            raise DocumentError(
                "not the columns of a catalogue", field="row 1", value=", ".join(names), allowed=", ".join(COLUMNS)
            )
        products: dict[str, Product] = {}
        for row in rows:
            where = f"row {rows.line_num}"
            if None in row or None in row.values():
                raise DocumentError("the row has another number of cells than the header", field=where)
            product = _product({k: v.strip() for k, v in row.items()}, where)
            if product.sku in products:
                raise DocumentError("two rows of one sku", field=where, value=product.sku)
            products[product.sku] = product
        return products
    except csv.Error as problem:
        raise DocumentError(f"not a CSV file: {problem}", field=f"row {rows.line_num}") from problem


def _product(row: dict[str, str], where: str) -> Product:
    try:
        return Product(
            row["sku"],
            row.get("description") or None,
            hs=row["hs"] or None,
            origin=row.get("origin") or None,
            weight_kg=row.get("weight_kg") or None,
            attributes=row.get("attributes", "").split(),
        )
    except InputError as problem:
        raise DocumentError(
            problem.problem, field=f"{where}: {problem.field}", value=problem.value, allowed=problem.allowed
        ) from problem
