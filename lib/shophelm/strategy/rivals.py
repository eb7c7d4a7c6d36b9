"""Look-alikes of our products: since when demand broke, what it costs, and three answers priced."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd
from scipy import special

from shophelm.actions import HORIZON_DAYS, Action, due
from shophelm.methods.corrections import holm
from shophelm.methods.fall_point import FallPoint, fall_point
from shophelm.shop.calendar import YEAR_OF_WEEKS
from shophelm.shop.needs import carries_missing, question
from shophelm.shop.product_days import ProductDays, product_days
from shophelm.shop.ratios import as_floats
from shophelm.shop.tables import Tables
from shophelm.words import Sentence, listing, money, number, plural, rate, sentence

TITLE = "Which look-alikes took our demand, and what is the answer?"
BACK = 240
"""Days over which a break is looked for."""
SETTLED = 14
"""Days that must have passed since a break."""
LEVEL = 0.05
ALIKE, NEAR = 0.35, 0.5
"""How alike titles must be (cosine), and how near prices, for a rival to count as a look-alike."""
CUT = 0.05
"""A rival's price that falls by so much has moved."""
SMOOTH, PRIOR_UNITS = 28, 100.0
"""Days on either side over which last year's share is smoothed, and how it is drawn to its mean."""
STAYS = 28
"""Days before and after a move over which a price is what it usually is."""
AROUND = 14
"""Days around a break in which a rival's move counts as its occasion."""
COLUMNS = [
    *("product_id", "rival_id", "alike", "broke_on", "broke_from", "broke_to", "fall", "p_value"),
    *("rival_moved_on", "rival_price", "own_price", "units_lost", "left_lost"),
    *("match_cost", "match_needed"),
]


@dataclass(frozen=True, slots=True)
class LookAlikes:
    """Rivals' products that are like ours, and what they did.

    Attributes
    ----------
    pairs
        One row per product of ours with a look-alike: product_id, rival_id (the nearest), alike
        (1 where the table says so, else the likeness of titles), own_price, rival_price.
    broken
        One row per product whose share of its category's demand fell beyond chance as a
        look-alike's price moved, the dearest loss first: product_id, rival_id, alike, broke_on
        with broke_from and broke_to (80 %), fall (of its share), p_value (Holm, over all pairs),
        rival_moved_on, rival_price, own_price, units_lost and left_lost (over 28 days; money with
        the present margin, null where costs are not known), match_cost (margin given away over 28
        days by the rival's price, on what is sold anyway) and match_needed (share of the lost units
        that must come back for it to pay; above 1 it never does).
    others
        Products whose share fell so while no look-alike moved.
    """

    pairs: pd.DataFrame
    broken: pd.DataFrame
    others: list[str]


@question(TITLE, "rivals", "order_lines", "products", stock="days without stock told apart")
def look_alikes(shop: Tables) -> LookAlikes:
    """Find look-alikes, the day our demand broke beside them, and the price of each answer.

    Parameters
    ----------
    shop
        The shop.

    Notes
    -----
    A rival is a look-alike where the table matches it, or where category and price are near and
    titles alike (character pairs weighed by how rare they are). A break is a fall of the product's
    share of its category's units (`methods.fall_point`), which season and campaigns of the category
    do not move, beside how that share moved a year before, where it is known; days on which it
    ended without stock do not count. That the rival's move was the cause is not proved: it came at
    the same time, and prices move often.
    """
    days = product_days(shop)
    listed = shop.frame(shop["products"].select("product_id", "title", "category"))
    listed = listed.set_index("product_id").reindex(days.products)
    rivals = _rivals(shop)
    pairs = _pairs(days, listed, rivals)
    found = {p: _break(days, listed["category"], p) for p in pairs["product_id"]}
    p_values = pd.Series({p: f.p_value for p, f in found.items()}, dtype=float)
    known = p_values.notna()
    p_values[known] = holm(p_values[known])
    fell = [p for p in pairs["product_id"] if p_values[p] < LEVEL and found[p].evidence > 0]
    margins = _margins(shop)
    rows, others = [], []
    for row in pairs[pairs["product_id"].isin(fell)].itertuples():
        broke = found[row.product_id]
        moved = _moved(
            rivals, row.product_id, row.rival_id, _day(days, broke.low), _day(days, broke.high)
        )
        if moved is None:
            others.append(row.product_id)
            continue
        rows.append(
            {
                **{c: getattr(row, c) for c in ("product_id", "alike", "own_price")},
                "p_value": p_values[row.product_id],
                **moved,
                **_dates(days, broke),
                **_loss(days, listed["category"], row, broke, moved["rival_price"], margins),
            }
        )
    broken = pd.DataFrame(rows, columns=COLUMNS)
    order = broken.sort_values(["left_lost", "product_id"], ascending=[False, True])
    return LookAlikes(pairs, order.reset_index(drop=True), sorted(others))


@carries_missing
def shown(found: LookAlikes) -> pd.DataFrame:
    """Lay the broken ones out."""
    return found.broken.drop(columns="p_value").dropna(axis=1, how="all")


@carries_missing
def find_look_alikes(found: LookAlikes, *, currency: str) -> list[Sentence]:
    """Say which products were hurt, by what, and what each answer costs."""
    if found.broken.empty:
        text = "Of {n} with a look-alike none lost demand as that one's price moved."
        said = [sentence(text, n=plural(len(found.pairs), "product"))]
    else:
        said = [_hurt(row, currency) for row in found.broken.itertuples()]
    if found.others:
        text = "Lost demand while no look-alike moved: {products}. Its cause lies elsewhere."
        said.append(sentence(text, products=listing(found.others, most=9)))
    return said


def _hurt(row: tuple, currency: str) -> Sentence:
    lost = (
        "an unknown margin" if np.isnan(row.left_lost) else money(row.left_lost, currency=currency)
    )
    matching = "what it would cost to match is not known"
    if np.isfinite(row.match_cost):
        matching = f"matching costs {money(row.match_cost, currency=currency)}" + (
            f" and pays if {rate(row.match_needed, digits=0)} of that comes back"
            if row.match_needed <= 1
            else ", more than all of that would bring back"
        )
    return sentence(
        "{product} lost {fall} of its share from {day} on ({low} to {high}), as {rival} went to "
        "{price} on {moved}: {units} units and {lost} in 28 days. Over 28 days {matching}; making "
        "it different is worth up to the loss; leaving it costs the loss.",
        product=row.product_id,
        fall=rate(row.fall, digits=0),
        day=str(row.broke_on),
        low=str(row.broke_from),
        high=str(row.broke_to),
        rival=row.rival_id,
        price=money(row.rival_price, currency=currency, cents=True),
        moved=str(row.rival_moved_on),
        units=number(row.units_lost, digits=1),
        lost=lost,
        matching=matching,
    )


@carries_missing
def rival_actions(shop: Tables, found: LookAlikes) -> list[Action]:
    """Propose to answer each look-alike: by price where that can pay, else by being different.

    What an answer brings back is not known beforehand.
    """
    actions = []
    for row in found.broken.itertuples():
        price = money(row.rival_price, currency=shop.currency, cents=True)
        what = f"Make {row.product_id} different from {row.rival_id} (page, bundle, service)"
        if row.match_needed <= 1:
            what = (
                f"Match {price} of {row.rival_id} with {row.product_id} for two weeks: it pays if "
                f"{rate(row.match_needed, digits=0)} of what was lost comes back"
            )
        actions.append(
            Action(
                kind="answer a look-alike",
                subject=f"product:{row.product_id}",
                action=what + ".",
                owner_role="merchandiser",
                metric="gmv_paid",
                due_on=due(shop.as_of),
            )
        )
    return actions


def _rivals(shop: Tables) -> pd.DataFrame:
    columns = ["day", "rival_id", "title", "category", "price", "matched_product_id"]
    have = [c for c in columns if c in shop["rivals"].columns]
    frame = shop.frame(shop["rivals"].select(*have).order_by("rival_id", "day"))
    return frame.assign(price=as_floats(frame["price"])).reindex(columns=columns)


def _pairs(days: ProductDays, listed: pd.DataFrame, rivals: pd.DataFrame) -> pd.DataFrame:
    """Give each product's nearest rival: the matched one, or the one most alike."""
    last = rivals.drop_duplicates("rival_id", keep="last").reset_index(drop=True)
    price = pd.Series(days.last_price[:, -1], index=days.products)
    likeness = _likeness(listed["title"], last["title"])
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


def _break(days: ProductDays, category: pd.Series, product: str) -> FallPoint:
    """Look for the day from which a product's share of its category's units is smaller."""
    at = days.products.get_loc(product)
    same = (category == category.iloc[at]).to_numpy()
    window = slice(max(days.period.days - BACK, 0), days.period.days)
    yes, trials = days.units[at, window], days.units[same, window].sum(axis=0)
    there = (days.on_hand[at, window] != 0) & days.on_sale[at, window]
    yes, trials = np.where(there, yes, 0.0), np.where(there, trials, 0.0)
    share = _expected_share(days, same, at, window, (yes.sum() + 0.5) / (trials.sum() + 1.0))
    odds = special.logit(share)
    place = np.arange(len(yes))
    busy = trials > 0
    expected = trials * share
    off = (yes - expected)[busy] ** 2 / (expected * (1 - share))[busy]
    return fall_point(
        trials[busy], yes[busy], odds[busy], place[busy],
        last=len(yes) - SETTLED, dispersion=max(1.0, float(off.mean()) if busy.any() else 1.0),
    )  # fmt: skip


def _expected_share(
    days: ProductDays, same: np.ndarray, at: int, window: slice, mean: float
) -> np.ndarray:
    """Give the share to expect by day: its mean, moved as it moved in the year before.

    A product has a season of its own within its category.
    """
    flat = np.full(window.stop - window.start, mean)
    begin = window.start - YEAR_OF_WEEKS.days
    if begin < 0 or not days.on_sale[at, begin : begin + len(flat)].all():
        return flat
    reach = slice(max(begin - SMOOTH, 0), begin + len(flat) + SMOOTH)
    weights = np.ones(2 * SMOOTH + 1)
    own, every = (
        np.convolve(u[reach], weights, "same")[begin - reach.start :][: len(flat)]
        for u in (days.units[at], days.units[same].sum(axis=0))
    )
    usual = own.sum() / max(every.sum(), 1.0)
    # as if so many units more had been sold at the usual share
    then = (own + PRIOR_UNITS * usual) / (every + PRIOR_UNITS)
    moved = special.logit(np.clip(then, 1e-6, 1 - 1e-6))
    return special.expit(special.logit(mean) + moved - moved.mean())


def _day(days: ProductDays, at: int) -> date:
    first = max(days.period.days - BACK, 0)
    return days.period.every_day[first + at]


def _dates(days: ProductDays, broke: FallPoint) -> dict[str, object]:
    names = {"broke_on": broke.at, "broke_from": broke.low, "broke_to": broke.high}
    return {n: _day(days, at) for n, at in names.items()} | {"fall": 1 - np.exp(broke.fall)}


def _moved(
    rivals: pd.DataFrame, product: str, nearest: str, first: date, last: date
) -> dict[str, object] | None:
    """Give the look-alike whose price fell for good around some days, the deepest cut first."""
    first, last = first - timedelta(days=AROUND), last + timedelta(days=AROUND)
    mine = rivals[(rivals["matched_product_id"] == product) | (rivals["rival_id"] == nearest)]
    best: dict[str, object] | None = None
    deepest = CUT
    for rival, rows in mine.groupby("rival_id", sort=True):
        price = rows.set_index("day")["price"]
        for at, day in enumerate(price.index):
            if not first <= day <= last:
                continue
            # a sale that ends within weeks is no move
            before, after = price.iloc[max(at - STAYS, 0) : at], price.iloc[at : at + STAYS]
            if len(before) < STAYS or len(after) < STAYS:
                continue
            cut = 1 - after.median() / before.median()
            if cut >= deepest and price.iloc[at] < price.iloc[at - 1]:
                deepest = float(cut)
                best = {"rival_id": rival, "rival_moved_on": day, "rival_price": after.median()}
    return best


def _loss(
    days: ProductDays,
    category: pd.Series,
    row: tuple,
    broke: FallPoint,
    rival_price: float,
    cost: dict[str, float],
) -> dict[str, float]:
    """Give what was lost over 28 days, and what matching the rival's price would give away."""
    at = days.products.get_loc(row.product_id)
    same = (category == category.iloc[at]).to_numpy()
    first = max(days.period.days - BACK, 0)
    before, since = slice(first, first + broke.at), slice(first + broke.at, days.period.days)
    share = days.units[at, before].sum() / max(days.units[same, before].sum(), 1.0)
    length = days.period.days - first - broke.at
    usual = share * days.units[same, since].sum()
    lost = max(usual - days.units[at, since].sum(), 0.0) / length * HORIZON_DAYS
    margin = row.own_price - cost.get(row.product_id, np.nan)
    sold = days.units[at, since].sum() / length * HORIZON_DAYS
    given = max(row.own_price - rival_price, 0.0)
    # what comes back is sold at the rival's price, too
    back = lost * (margin - given)
    cost_of_match = sold * given if np.isfinite(margin) else np.nan
    needed = cost_of_match / back if back > 0 else np.inf
    return {
        "units_lost": lost,
        "left_lost": lost * margin,
        "match_cost": cost_of_match,
        "match_needed": needed if np.isfinite(margin) else np.nan,
    }


def _margins(shop: Tables) -> dict[str, float]:
    if not shop.filled("products.unit_cost"):
        return {}
    frame = shop.frame(shop["products"].select("product_id", "unit_cost"))
    return dict(zip(frame["product_id"], as_floats(frame["unit_cost"]), strict=True))
