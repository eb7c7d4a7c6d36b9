"""Which categories each channel's money should be pointed at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from shophelm.methods.allocation import allocate
from shophelm.shop.calendar import last_days
from shophelm.shop.needs import Missing, carries_missing, question
from shophelm.shop.ratios import as_floats
from shophelm.shop.spans import inside
from shophelm.shop.tables import Tables
from shophelm.strategy.media_budget import LIKELY, Draws, MediaBudget, Response, thinned
from shophelm.strategy.potential import RECENT
from shophelm.words import Sentence, change, listing, money, sentence

TITLE = "Which categories should each channel's money point at?"
FEWEST = 100
"""Visits of a channel to a category below which its money is not moved."""
SEED = 8
MOVED = 0.01


@dataclass(frozen=True, slots=True)
class CategoryBudget:
    """Each channel's money by category.

    Attributes
    ----------
    cells
        One row per channel and category: channel, category, usual and spend (money of the budget's
        weeks; usual as its visits fall on the categories today), worth (what a visit that looks at
        the category leaves, beside the channel's mean, as a factor), marginal (what the last of the
        money leaves for each unit) and bound (low, high, stock where there are not goods for more,
        or "").
    gain, gain_low, gain_high
        What pointing it so leaves more than the usual way (80 %).
    given_up
        What the categories that get less would have left: the cost of the tilt.
    """

    cells: pd.DataFrame
    gain: float
    gain_low: float
    gain_high: float
    given_up: float

    @property
    def gains(self) -> np.ndarray:
        """The gain, and the ends of its interval."""
        return np.array([self.gain, self.gain_low, self.gain_high])


@question(TITLE, "events", "products", "orders", "order_lines", "spend")
def category_budget(
    shop: Tables,
    response: Response | Missing,
    divided: MediaBudget | Missing,
    categories: pd.DataFrame | Missing,
    *,
    least: float = 0.5,
    most: float = 1.5,
) -> CategoryBudget | Missing:
    """Divide what each channel gets among the categories, by what the last of it leaves.

    Parameters
    ----------
    shop
        Its visits say what visitors of each channel look at.
    response, divided, categories
        The answers of `promotion.spend_response`, `media_budget` and `potential`.
    least, most
        Of the usual, what a category gets at least and at most.

    Notes
    -----
    No table says what money was pointed at: it is taken to fall on categories as the channel's
    visits do, and to bring fewer and fewer in each as it does in the channel as a whole. What a
    visit leaves is the category's money after the cost of goods over its visits, in 91 days;
    unlike channels are taken to be alike in that, but for their mean. A category without goods for
    28 days gets no more than usual.
    """
    missing = next((a for a in (response, divided, categories) if isinstance(a, Missing)), None)
    if missing is not None:
        return missing
    visits = _visits(shop)
    worth, spread = _worth(visits, categories.set_index("category"))
    short = set(categories.loc[categories["stock_share"] < 1, "category"])
    rng = np.random.default_rng(SEED)
    frames, gains, given_up = [], [], 0.0
    days = divided.days
    for row in divided.channels.itertuples():
        names = [k for k in worth.index if visits.get((row.channel, k), 0) >= FEWEST]
        if len(names) < 2:
            continue
        share = np.array([visits[row.channel, k] for k in names], dtype=float)
        share /= share.sum()
        factor = worth[names].to_numpy() / (share @ worth[names].to_numpy())
        plan = _Pointed.of(response.draws[row.channel], share, factor, spread[names], rng)
        usual = row.spend / days * share
        capped = np.array([k in short for k in names])
        high = np.where(capped, usual, most * usual)
        if high.sum() < usual.sum() - 1e-9:
            continue
        best = allocate(float(usual.sum()), plan.mean_left, low=least * usual, high=high)
        gains.append(days * (plan.left(best.spend) - plan.left(usual)).sum(axis=1))
        less = np.minimum(best.spend, usual)
        given_up += days * (plan.mean_left(usual)[0] - plan.mean_left(less)[0])
        cells = {"usual": days * usual, "spend": days * best.spend, "worth": factor}
        bound = np.where(best.at_high, np.where(capped, "stock", "high"), "")
        frame = pd.DataFrame(cells | {"marginal": best.marginal}, index=names)
        frame["bound"] = np.where(best.at_low & ~capped, "low", bound)
        frame.insert(0, "channel", row.channel)
        frames.append(frame.rename_axis("category").reset_index())
    if not frames:
        return Missing(TITLE, "events", "No channel's visits fall on two categories often enough.")
    gain = np.sum(gains, axis=0)
    ends = {f"gain{end}": float(np.quantile(gain, at)) for end, at in LIKELY.items()}
    return CategoryBudget(pd.concat(frames, ignore_index=True), **ends, given_up=given_up)


@carries_missing
def by_category(found: CategoryBudget) -> pd.DataFrame:
    """Add up the channels: category, usual, spend, change and marginal (mean of its money's)."""
    cells = found.cells.assign(marginal=found.cells["marginal"] * found.cells["spend"])
    sums = cells.groupby("category", sort=False)[["usual", "spend", "marginal"]].sum()
    sums["marginal"] /= sums["spend"]
    sums.insert(2, "change", sums["spend"] / sums["usual"] - 1)
    return sums.sort_values("spend", ascending=False, kind="stable").reset_index()


@carries_missing
def shown(found: CategoryBudget) -> pd.DataFrame:
    """Lay the categories out, all channels together."""
    names = {
        "usual": "usual_spend", "spend": "spend_then", "change": "spend_change",
        "marginal": "last_leaves",
    }  # fmt: skip
    return by_category(found).rename(columns=names)


@carries_missing
def find_category_budget(found: CategoryBudget, *, currency: str) -> list[Sentence]:
    """Say where the money should point, and what that is worth and costs."""
    rows = by_category(found).set_index("category")
    moved = rows[(rows["spend"] / rows["usual"] - 1).abs() > MOVED].sort_values("change")
    capped = sorted(set(found.cells.loc[found.cells["bound"] == "stock", "category"]))
    if moved.empty:
        text = "No money is moved between categories."
        return [sentence(text), *_capped(capped)]
    each = [
        f"{k} {money(r['spend'] - r['usual'], currency=currency)} ({change(r['change'])})"
        for k, r in moved[::-1].iterrows()
    ]
    said = [
        sentence(
            "By category: {each}. That leaves {gain} more (80% interval {low} to {high}), "
            "{lost} given up taken off.",
            each=listing(each, most=9),
            gain=money(found.gain, currency=currency),
            low=money(found.gain_low, currency=currency),
            high=money(found.gain_high, currency=currency),
            lost=money(found.given_up, currency=currency),
        )
    ]
    return [*said, *_capped(capped)]


def _capped(names: list[str]) -> list[Sentence]:
    if not names:
        return []
    text = "No more for {names}: there are not goods for 28 days."
    return [sentence(text, names=listing(names, most=9))]


@dataclass(frozen=True, slots=True)
class _Pointed:
    """One channel's money at its categories: draws × categories, steadily spent."""

    stock_of: np.ndarray
    half: np.ndarray
    reach: np.ndarray

    @classmethod
    def of(
        cls,
        draws: Draws,
        share: np.ndarray,
        factor: np.ndarray,
        spread: pd.Series,
        rng: np.random.Generator,
    ) -> _Pointed:
        decay, half, reach = (a[:, None] for a in thinned(draws))
        off = np.exp(rng.normal(size=(len(decay), len(share))) * spread.to_numpy())
        return cls(1 / (1 - decay), half * share, reach * share * factor * off)

    def left(self, spend: np.ndarray) -> np.ndarray:
        """Give what so much a day leaves a day, before its cost: draws × categories."""
        stock = spend * self.stock_of
        return self.reach * stock / (stock + self.half)

    def mean_left(self, spend: np.ndarray) -> tuple[float, np.ndarray]:
        stock = spend * self.stock_of
        slope = self.reach * self.stock_of * self.half / (stock + self.half) ** 2
        return float(self.left(spend).sum(axis=1).mean()), slope.mean(axis=0)


def _visits(shop: Tables) -> pd.Series:
    """Count visitors' days that looked at a category, by channel and category, of 91 days."""
    events = shop["events"].filter(lambda t: t.product_id.notnull() & t.channel.notnull())
    events = events.mutate(day=events.occurred_at.date())
    events = events.filter(inside(events.day, last_days(shop.as_of, days=RECENT).every_day))
    names = shop["products"].select("product_id", "category")
    rows = events.inner_join(names, "product_id").filter(lambda t: t.category.notnull())
    days = rows.select("day", "visitor_id", "channel", "category").distinct()
    counts = days.group_by("channel", "category").aggregate(n=days.count())
    frame = shop.frame(counts.order_by("channel", "category"))
    return as_floats(frame.set_index(["channel", "category"])["n"])


def _worth(visits: pd.Series, rows: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Give what a visit to each category leaves, and the deviation of its logarithm."""
    looked = visits.groupby(level="category").sum()
    kept = rows["margin_share"] if rows["margin_share"].notna().all() else 1.0
    worth = (rows["gmv"] * kept / looked).dropna()
    error = np.log(rows["growth_high"] / rows["growth"]) / 1.96
    # half of the error of growth's logarithm, squared, is that of the recent days
    spread = (error / np.sqrt(2)).reindex(worth.index)
    return worth[worth > 0], spread.fillna(spread.max()).fillna(0.2)
