"""Which words bring buyers, what is a visitor of each worth, and which are clicked too seldom?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy import special

from shophelm.methods.empirical_bayes import shrink_rates
from shophelm.methods.expected_ratios import off_by_chance, shrink_ratios
from shophelm.methods.position_curve import explained_rates
from shophelm.methods.proportions import beyond_chance
from shophelm.shop.calendar import last_days
from shophelm.shop.needs import carries_missing, question
from shophelm.shop.tables import Tables
from shophelm.store.search_margins import margin_shares
from shophelm.store.search_words import word_sums
from shophelm.words import Sentence, count, listing, money, plural, rate, sentence

WINDOW = 56
INTERVAL = 0.8
PULL = 5.0
"""A word's spend per buyer is pulled to its likes' by so many buyers' worth of knowledge."""
COLUMNS = [
    *("keyword", "product_id", "product", "category", "impressions", "clicks", "position"),
    *("click_rate", "click_rate_expected", "click_ratio", "click_ratio_low", "click_ratio_high"),
    *("clicked", "visitors", "buyers", "conversion", "conversion_low", "conversion_high", "gmv"),
    *("uv_value", "uv_shrunk", "uv_low", "uv_high", "cost", "left", "worth_in"),
]
ABOVE, BELOW, AS_EXPECTED = "more often", "less often", "as expected"


@question(
    "Which words bring buyers?",
    "keywords",
    products="words by product; margin after the cost of clicks",
    order_lines="margins at the prices paid",
)
def keywords(shop: Tables, *, days: int = WINDOW) -> pd.DataFrame:
    """Rank search words by what they leave, and judge their click rate by their position.

    Parameters
    ----------
    shop
        Needs keywords; without positions every word is held against the others' common click
        rate, without impressions click rates are not known, without cost nothing is taken off.
    days
        Length of the period that ends on as_of.

    Returns
    -------
    DataFrame
        One row per word and product with impressions or clicks: click_rate and
        click_rate_expected (what its position explains, learnt from the other words), click_ratio
        (observed over expected, pulled to 1) with its 80% interval, clicked (`more often`, `less
        often` at a false-discovery rate of 5 %, else `as expected`; null where not known),
        conversion (buyers per visitor, pulled to the other words') with its 80% interval, gmv,
        uv_value (GMV per visitor) and uv_shrunk (the same from conversion and spend per buyer,
        both pulled to the likes') with its 80% interval, cost, and left (contribution margin less
        cost; GMV less cost where the margin is not known, as worth_in says). What leaves most
        first. attrs: days, as asked.

    Notes
    -----
    Money is that of the orders the export ascribes to the word. Positions are those people saw:
    a word that is clicked more often at its place may be a brand's, or have a better picture.
    """
    period = last_days(shop.as_of, days=days)
    frame = word_sums(shop, period)
    frame = frame[(frame["impressions"].fillna(0) > 0) | (frame["clicks"] > 0)]
    frame = frame.reset_index(drop=True)
    frame = _worth(_conversion(_clicked(frame)), margin_shares(shop, period))
    keys = ["left", "gmv", "clicks", "keyword", "product_id"]
    order = frame.sort_values(keys, ascending=[False, False, False, True, True], ignore_index=True)
    order = order[COLUMNS]
    order.attrs["days"] = days
    return order


@carries_missing
def shown(frame: pd.DataFrame) -> pd.DataFrame:
    """Pick what a table of the words shows."""
    columns = ["keyword", "product", "impressions", "clicks", "position", "click_rate"]
    columns += ["click_rate_expected", "clicked", "buyers", "conversion", "uv_shrunk", "uv_low"]
    shown = frame[[*columns, "uv_high", "cost", "left", "worth_in"]].dropna(axis=1, how="all")
    return shown.rename(columns={"cost": "click_cost", "left": "after_click_cost"})


@carries_missing
def find_keywords(frame: pd.DataFrame, *, currency: str) -> list[Sentence]:
    """Name the words that leave most, and those clicked oftener or less often than their place."""
    if frame.empty:
        return [sentence("Nobody was shown the shop for a search word in this period.")]
    said = [_most(frame, currency)]
    for word, text in ((ABOVE, _OFTENER), (BELOW, _SELDOMER)):
        rows = frame[frame["clicked"] == word].head(5)
        if len(rows):
            said.append(sentence(text, which=listing([_rated(r) for r in rows.itertuples()])))
    if frame["clicked"].notna().any() and (frame["clicked"].dropna() == AS_EXPECTED).all():
        said.append(
            sentence("No word is clicked more or less often than its place explains.")
            if frame["position"].notna().any()
            else sentence("No word is clicked more or less often than the others.")
        )
    if frame["clicked"].isna().all():
        said.append(sentence("Click rates are not known: the export has no impressions."))
    return said


_OFTENER = "Clicked more often than their place explains, beyond chance: {which}."
_SELDOMER = "Clicked less often than their place explains, beyond chance: {which}."


def _most(frame: pd.DataFrame, currency: str) -> Sentence:
    gmv = frame["gmv"].sum(min_count=1)
    best = frame.dropna(subset="gmv").head(3)
    which = [
        f"{r.keyword} ({money(r.gmv, currency=currency)}, {money(r.uv_value, currency=currency)} a "
        "visitor)"
        for r in best.itertuples()
    ]
    if not which:
        return sentence(
            "{n} brought {clicks} clicks; what they bought is not in the export.",
            n=plural(len(frame["keyword"].drop_duplicates()), "word"),
            clicks=count(frame["clicks"].sum()),
        )
    return sentence(
        "{n} brought {clicks} clicks and {buyers} buyers who paid {gmv}; most is left by {which}.",
        n=plural(len(frame["keyword"].drop_duplicates()), "word"),
        clicks=count(frame["clicks"].sum()),
        buyers=count(frame["buyers"].sum(min_count=1)),
        gmv=money(gmv, currency=currency),
        which=listing(which),
    )


def _rated(row: Any) -> str:
    return f"{row.keyword} ({rate(row.click_rate)} where {rate(row.click_rate_expected)} is usual)"


def _clicked(frame: pd.DataFrame) -> pd.DataFrame:
    """Hold each word's clicks against what its position explains."""
    shown_often = frame["impressions"].fillna(0).to_numpy()
    expected, behind = explained_rates(
        frame["position"].to_numpy(), frame["clicks"].to_numpy(), shown_often,
        owner=frame["keyword"].to_numpy(),
    )  # fmt: skip
    judged = shrink_ratios(
        frame["clicks"], np.nan_to_num(expected * shown_often), interval=INTERVAL
    )
    found = beyond_chance(off_by_chance(frame["clicks"], expected * shown_often, behind))
    side = pd.Series(np.where(judged["above"] > 0.5, ABOVE, BELOW), index=frame.index)
    clicked = side.where(found, AS_EXPECTED).where(judged["ratio"].notna())
    return frame.assign(
        click_rate=frame["clicks"] / frame["impressions"].where(frame["impressions"] > 0),
        click_rate_expected=expected,
        click_ratio=judged["ratio"],
        click_ratio_low=judged["low"],
        click_ratio_high=judged["high"],
        clicked=clicked,
    )


def _conversion(frame: pd.DataFrame) -> pd.DataFrame:
    """Pull buyers per visitor to the other words', and the spend of a buyer to its likes'."""
    members = pd.DataFrame(
        {"yes": frame[["buyers", "visitors"]].min(axis=1), "trials": frame["visitors"]}
    )
    known = frame["buyers"].notna() & frame["visitors"].notna()
    judged = shrink_rates(members[known], interval=INTERVAL).reindex(frame.index)
    spend, buyers = _spend(frame)
    uv = judged["shrunk"] * spend
    # a buyer's spend is taken to vary as much as it is high
    logs = np.log(judged["rate_high"] / judged["rate_low"].clip(lower=1e-6)) / 2
    z = special.ndtri(0.5 + INTERVAL / 2)
    half = np.hypot(logs, z / np.sqrt(buyers + PULL))
    return frame.assign(
        conversion=judged["shrunk"],
        conversion_low=judged["rate_low"],
        conversion_high=judged["rate_high"],
        uv_value=frame["gmv"] / frame["visitors"].where(frame["visitors"] > 0),
        uv_shrunk=uv,
        uv_low=uv * np.exp(-half),
        uv_high=uv * np.exp(half),
    )


def _spend(frame: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Give each word's spend per buyer, pulled to its product's, and that to the shop's."""
    sums = frame[["gmv", "buyers"]].fillna(0)
    total = sums.sum()
    usual = total["gmv"] / total["buyers"] if total["buyers"] > 0 else np.nan
    by = sums.groupby(frame["product_id"].fillna("")).transform("sum")
    product = (by["gmv"] + PULL * usual) / (by["buyers"] + PULL)
    own = (sums["gmv"] + PULL * product) / (sums["buyers"] + PULL)
    if frame["gmv"].isna().all():
        own = own * np.nan
    return own, sums["buyers"]


def _worth(frame: pd.DataFrame, margin: pd.Series) -> pd.DataFrame:
    share = margin.reindex(frame["product_id"]).to_numpy(dtype=float)
    known = ~np.isnan(share) & frame["gmv"].notna().to_numpy()
    earned = frame["gmv"] * np.where(known, share, 1.0)
    left = earned - frame["cost"].fillna(0)
    some = np.where(frame["gmv"].notna(), np.where(known, "margin", "gmv"), "unknown")
    return frame.assign(left=left, worth_in=some)
