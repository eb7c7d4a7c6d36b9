"""Products by the titles people know them by."""

from __future__ import annotations

import pandas as pd

from shophelm.shop.tables import Tables


def with_titles(shop: Tables, frame: pd.DataFrame, column: str) -> pd.DataFrame:
    """Put titles in the place of a column of product ids; an id without a title stays."""
    if not shop.has("products"):
        return frame
    ids = frame[column].dropna().unique().tolist()
    products = shop["products"]
    wanted = products.filter(products.product_id.isin(ids)).select("product_id", "title")
    titles = shop.frame(wanted).set_index("product_id")["title"].to_dict()
    return frame.assign(**{column: [titles.get(i, i) for i in frame[column]]})
