"""Products by the titles people know them by."""

from __future__ import annotations

from collections.abc import Iterable

from shophelm.shop.tables import Tables


def titled(shop: Tables, ids: Iterable[str | None]) -> list[str | None]:
    """Give the title of each product; an id stands for itself where the shop has no title."""
    ids = list(ids)
    if not shop.has("products"):
        return ids
    products = shop["products"]
    wanted = products.filter(products.product_id.isin(sorted({i for i in ids if i})))
    found = shop.frame(wanted.select("product_id", "title"))
    titles = found.set_index("product_id")["title"].to_dict()
    return [titles.get(i, i) for i in ids]
