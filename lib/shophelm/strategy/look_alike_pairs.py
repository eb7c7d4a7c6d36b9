"""Which rival's product is like which of ours: by the table, by title and price, or by picture."""

from __future__ import annotations

import numpy as np
import pandas as pd

from shophelm.shop.product_days import ProductDays
from shophelm.shop.ratios import as_floats
from shophelm.shop.tables import Tables

ALIKE, NEAR = 0.35, 0.5
"""How alike titles must be (cosine), and how near prices, for a rival to count as a look-alike."""
SAME_PICTURE = 10
"""Bits of 64 in which the hashes of one picture, cropped or marked, may differ."""


def rival_days(shop: Tables) -> pd.DataFrame:
    """Give rivals' products day by day."""
    columns = ["day", "rival_id", "title", "category", "price", "matched_product_id"]
    columns += pictures(shop, "rivals")
    have = [c for c in columns if c in shop["rivals"].columns]
    frame = shop.frame(shop["rivals"].select(*have).order_by("rival_id", "day"))
    return frame.assign(price=as_floats(frame["price"])).reindex(columns=columns)


def paired(days: ProductDays, listed: pd.DataFrame, rivals: pd.DataFrame) -> pd.DataFrame:
    """Give each product's nearest rival: the matched one, or the one most alike."""
    last = rivals.drop_duplicates("rival_id", keep="last").reset_index(drop=True)
    price = pd.Series(days.last_price[:, -1], index=days.products)
    likeness = _likeness(listed["title"], last["title"])
    if "image_hash" in listed and "image_hash" in last:
        same = _same_picture(listed["image_hash"], last["image_hash"])
        likeness = np.maximum(likeness, same)
    rows = []
    for at, product in enumerate(days.products):
        matched = last[last["matched_product_id"] == product]
        if len(matched):
            rival, alike = matched.iloc[0], 1.0
        else:
            same = last["category"] == listed["category"].iloc[at]
            near = (last["price"] / price[product] - 1).abs() <= NEAR
            score = likeness[at] * (same & near).to_numpy()
            if not len(score) or score.max() < ALIKE:
                continue
            rival, alike = last.iloc[int(score.argmax())], float(score.max())
        rows.append((product, rival["rival_id"], alike, price[product], rival["price"]))
    columns = ["product_id", "rival_id", "alike", "own_price", "rival_price"]
    return pd.DataFrame(rows, columns=columns)


def _likeness(ours: pd.Series, theirs: pd.Series) -> np.ndarray:
    """Give how alike titles are: ours × theirs, 0 to 1."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    texts = [*ours.fillna(""), *theirs.fillna("")]
    if not any(t.strip() for t in texts):
        return np.zeros((len(ours), len(theirs)))
    words = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 2)).fit_transform(texts)
    return (words[: len(ours)] @ words[len(ours) :].T).toarray()


def pictures(shop: Tables, table: str) -> list[str]:
    """Name the column of pictures' hashes, if the table has one."""
    return ["image_hash"] if shop.filled(f"{table}.image_hash") else []


def _same_picture(ours: pd.Series, theirs: pd.Series) -> np.ndarray:
    """Give 1 where pictures are the same, else 0: ours × theirs."""
    one, other = (
        np.array([int(h, 16) if isinstance(h, str) else -1 for h in hashes], dtype=object)
        for hashes in (ours, theirs)
    )
    same = np.zeros((len(one), len(other)))
    for i, j in np.ndindex(same.shape):
        known = one[i] >= 0 and other[j] >= 0
        same[i, j] = known and (one[i] ^ other[j]).bit_count() <= SAME_PICTURE
    return same
