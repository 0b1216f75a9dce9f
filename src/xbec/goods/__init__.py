"""What is sold: ``Product``, and ``HsCode``, the code under which customs know it."""

from xbec.goods.catalogue import read_catalogue
from xbec.goods.hs import HsCode
from xbec.goods.product import Product, known_attributes

__all__ = ["HsCode", "Product", "known_attributes", "read_catalogue"]
