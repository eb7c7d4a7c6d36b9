"""How well does each person do, once luck is taken out?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from shophelm.methods.effect_shrinkage import shrink_effects
from shophelm.methods.group_effects import group_effects
from shophelm.shop.calendar import last_days
from shophelm.shop.definitions import TERMS
from shophelm.shop.needs import Missing, carries_missing, question
from shophelm.shop.tables import Tables
from shophelm.team.attainment import latest_over
from shophelm.team.own_products import STEPS, OwnProducts, own_products
from shophelm.team.ownership import titled_term
from shophelm.words import Sentence, begun, change, listing, plural, rate, sentence

TITLE = "How well does each person do, once luck is taken out?"
DAYS = 182
FEWEST_PRODUCTS, FEWEST_EXPECTED, FEWEST_PEOPLE = 3, 30.0, 3
"""Products with one owner, and cases expected of them, below which nothing is said of a person;
people below which nobody is ranked."""
SURE = 0.975
"""Probability of being above, or below, the team's mean that is called so."""
MEASURES = {"cart_rate": "cart_visitors", "pay_conversion": "paying_visitors"}
ABOVE, BELOW, ALIKE, FEW = "above", "below", "not told apart", "too few data"
ALONE = "cannot be compared"
"""Of whose products no other owner has any like them."""
MOVES = {"cart_rate": "cart_rate"} | dict.fromkeys(
    ("gmv_paid", "gmv_settled", "pay_conversion", "paying_visitors", "buyers", "orders", "units"),
    "pay_conversion",
)
"""The term by which an owner of products moves each metric, visits being as they are."""
COLUMNS = [
    *("person_id", "role", "term", "products", "visitors", "raw", "raw_change", "shelves"),
    *(*STEPS, "own", "fair", "fair_low", "fair_high", "rank", "verdict"),
]


@question(
    TITLE,
    "people",
    "products",
    "events|traffic",
    stock="days with an empty shelf are nobody's fault in the scorecard",
)
def scorecard(shop: Tables, *, days: int = DAYS) -> pd.DataFrame | Missing:
    """Score the owners of products by what their visits came to, luck taken out.

    Parameters
    ----------
    shop
        The shop.
    days
        Up to as_of, over which is scored; each person from the day they joined.

    Returns
    -------
    DataFrame
        One row per owner of products and term (cart_rate, pay_conversion), by term and rank:
        person_id, role, term, products, visitors (added up day by day; none who had carted another
        product before), raw (the rate as it was),
        raw_change (against that of all owners together). Then what made the difference, each
        relative and one after the other: shelves (days on which nothing could be bought), traffic
        (channels, and among how many products visitors chose), season (weeks), dealt (categories
        and bands of price), own (what is left). They
        multiply: 1 + raw_change is the product of all. fair (own, of these the part that is no
        chance: against the mean of the team) with its 95% interval, rank (1 is best; null where
        nobody, or this one, can be ranked), verdict (above or below the others, not told apart,
        cannot be compared: nobody else has products of their categories, too few data).

    Notes
    -----
    `methods.group_effects` on products: each has luck of its own, which is why an owner of few
    products is known badly, however many visits they have. `methods.effect_shrinkage` then pulls
    the owners together. Who is dealt a product with a bad page or a bad name is not found out; what
    an owner's own price cuts bring, and what was done to their pages in these days, counts as
    theirs (see `gaming`). docs/coverage.md says how often the intervals held what was planted.
    """
    rows = []
    for term, done in MEASURES.items():
        found = own_products(shop, last_days(shop.as_of, days=days), done=done)
        if found is not None and len(found.cells):
            rows.append(_scored(found).assign(term=term))
    if not rows:
        return Missing(TITLE, "events.product_id")
    frame = pd.concat(rows, ignore_index=True)
    role = shop.frame(shop["people"].select("person_id", "role")).set_index("person_id")["role"]
    frame["role"] = frame["person_id"].map(role)
    frame = frame.sort_values(["term", "rank", "person_id"], ignore_index=True)
    return frame[COLUMNS]


@carries_missing
def ranked_by(frame: pd.DataFrame) -> pd.DataFrame:
    """Pick the term by which people are ranked: the first of `MEASURES` that is known."""
    known = [t for t in MEASURES if (frame["term"] == t).any()]
    return frame[frame["term"] == known[0]].reset_index(drop=True)


@carries_missing
def shown(frame: pd.DataFrame) -> pd.DataFrame:
    """Lay the scorecard out."""
    first = ["person_id", "term", "fair", "fair_low", "fair_high", "rank", "verdict"]
    rest = [c for c in COLUMNS if c not in (*first, "role")]
    return frame[[*first, *rest]].rename(columns={"raw": "raw_rate", "dealt": "dealt_products"})


def find_scorecard(
    frame: pd.DataFrame | Missing, attained: pd.DataFrame | Missing
) -> list[Sentence] | Missing:
    """Say who stands out, of how many nothing can be said, and what the goals alone would say."""
    if isinstance(frame, Missing):
        return frame
    ranked = ranked_by(frame)
    term = begun(TERMS[ranked["term"].iloc[0]].title)
    if ranked["rank"].isna().all():
        text = "{term}: nobody can be told from the others yet, so that there is no ranking."
        return [sentence(text, term=term)]
    said = []
    for verdict in (ABOVE, BELOW):
        rows = ranked[ranked["verdict"] == verdict]
        if len(rows):
            each = [
                f"{r.person_id} {change(r.fair)} ({change(r.fair_low)} to {change(r.fair_high)})"
                for r in rows.itertuples()
            ]
            said.append(
                sentence(
                    "{term}, {verdict} the mean of the team once luck is out: {people} (95% "
                    "intervals).",
                    term=term,
                    verdict=verdict,
                    people=listing(each),
                )
            )
    left = ranked[~ranked["verdict"].isin([ABOVE, BELOW])]
    if len(left):
        text = "The data do not tell {people} from the mean."
        said.append(sentence(text, people=listing(left["person_id"].tolist())))
    return [*said, *_beside_goals(ranked, attained)]


@carries_missing
def fair_attainment(frame: pd.DataFrame, attained: pd.DataFrame) -> pd.DataFrame:
    """Say what each owner's goals of the last month that is over would have come to without luck.

    Parameters
    ----------
    frame
        As `scorecard` gives it.
    attained
        As `attainment.attainment` gives it.

    Returns
    -------
    DataFrame
        One row per goal of who is scored, by metric and fair attainment: person_id, metric,
        attainment, fair_attainment with its 95 % interval (null where nothing can be said).

    Notes
    -----
    With the luck of all being that of the team, a goal comes to what the team's goals of its kind
    came to together, times what the owner makes of a visit more than the others
    (`MOVES`: money by the pay conversion, since what is spent on a purchase is in the products one
    was dealt). How many come is taken for luck, as owners of products do not send visitors.
    """
    goals = latest_over(attained).dropna(subset="attainment")
    goals = goals.assign(term=goals["metric"].map(MOVES)).dropna(subset="term")
    ends = ["fair", "fair_low", "fair_high"]
    both = goals.merge(frame[["person_id", "term", *ends]], on=["person_id", "term"])
    sums = both.groupby("metric")[["actual", "due"]].transform("sum")
    for end in ends:
        both[end.replace("fair", "fair_attainment")] = (
            sums["actual"] / sums["due"] * (1 + both[end])
        )
    names = ["person_id", "metric", "attainment", "fair_attainment"]
    names += ["fair_attainment_low", "fair_attainment_high"]
    order = ["metric", "fair_attainment", "person_id"]
    return both.sort_values(order, ascending=[True, False, True], ignore_index=True)[names]


@carries_missing
def fair_shown(frame: pd.DataFrame) -> pd.DataFrame:
    """Lay fair attainments out."""
    frame = frame.assign(metric=frame["metric"].map(titled_term))
    return frame.rename(columns={"metric": "goal_of"})


def weighted_attainment(attained: pd.DataFrame) -> pd.Series:
    """Give each person's attainment of the months that are over, goals by their weights."""
    over = attained[attained["over"]].dropna(subset="attainment")
    weight = over["weight"].groupby(over["person_id"]).sum()
    return (over["attainment"] * over["weight"]).groupby(over["person_id"]).sum() / weight


def _beside_goals(ranked: pd.DataFrame, attained: pd.DataFrame | Missing) -> list[Sentence]:
    """Say where the goals' order and the fair one disagree most."""
    if isinstance(attained, Missing) or attained.empty:
        return []
    both = ranked.dropna(subset="rank").set_index("person_id")
    both = both.assign(goals=weighted_attainment(attained)).dropna(subset="goals")
    if len(both) < FEWEST_PEOPLE:
        return []
    both["by_goals"] = both["goals"].rank(ascending=False)
    off = (both["by_goals"] - both["rank"].rank()).abs()
    most = both.loc[off.sort_index().idxmax()]
    return [
        sentence(
            "Goals alone rank otherwise: {person} attained {goals} of theirs, number {raw} of {n}, "
            "and is number {fair} once luck is out.",
            person=most.name,
            goals=rate(most["goals"], digits=0),
            raw=f"{most['by_goals']:.0f}",
            n=plural(len(both), "person", "people"),
            fair=f"{both['rank'].rank()[most.name]:.0f}",
        )
    ]


def _scored(found: OwnProducts) -> pd.DataFrame:
    """Score people on one term: what their rate is made of, and what of it is theirs."""
    sums = ["visitors", "done", "plain", *STEPS]
    people = found.cells.groupby("person_id")[sums].sum()
    products = found.cells.groupby("person_id")["product_id"].nunique()
    raw, every = found.raw["done"] / found.raw["visitors"], found.raw.sum()
    whole = every["done"] / every["visitors"]
    frame = pd.DataFrame({"products": products, "visitors": found.raw["visitors"], "raw": raw})
    frame["raw_change"] = frame["raw"] / whole - 1
    on_sale = people["done"] / people["visitors"]
    # the plain rate is that of the days on which there were goods, of all who own products
    level = (people["plain"] / people["visitors"]) / whole
    frame["shelves"] = frame["raw"] / on_sale * level - 1
    before = people["plain"]
    for step in STEPS:
        frame[step] = people[step] / before - 1
        before = people[step]
    frame["own"] = people["done"] / before - 1
    return _ranked(frame, found.cells)


def _ranked(frame: pd.DataFrame, cells: pd.DataFrame) -> pd.DataFrame:
    keys = ["product_id", "person_id", "category", "band"]
    goods = cells.groupby(keys, as_index=False)[["done", "dealt"]].sum()
    goods = goods[goods["dealt"] > 0]
    enough = goods.groupby("person_id")["dealt"].agg(["size", "sum"])
    enough = enough[(enough["size"] >= FEWEST_PRODUCTS) & (enough["sum"] >= FEWEST_EXPECTED)]
    goods = goods[goods["person_id"].isin(enough.index)]
    effects = group_effects(
        np.log((goods["done"] + 0.5) / (goods["dealt"] + 0.5)),
        1 / (goods["dealt"] + 0.5),
        group=goods["person_id"],
        beside=goods[["category", "band"]],
    )
    believed = shrink_effects(effects["effect"], effects["error"]).set_index(effects.index)
    # a group without an effect would be taken for a draw from the others
    apart = effects.index[effects["effect"].isna()]
    believed.loc[apart] = np.nan
    believed = believed.reindex(frame.index)
    if len(enough) < FEWEST_PEOPLE:
        believed[:] = np.nan
    fair = np.expm1(believed[["shrunk", "low", "high"]])
    frame[["fair", "fair_low", "fair_high"]] = fair
    frame["verdict"] = np.select(
        [believed["positive"] >= SURE, believed["positive"] <= 1 - SURE, believed["shrunk"].isna()],
        [ABOVE, BELOW, FEW],
        ALIKE,
    )
    frame.loc[frame.index.intersection(apart), "verdict"] = ALONE
    told = frame["verdict"].isin([ABOVE, BELOW]).any()
    rank = frame["fair"].rank(ascending=False, method="min")
    frame["rank"] = rank if told else np.nan
    return frame.rename_axis("person_id").reset_index()
