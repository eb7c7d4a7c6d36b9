"""Who owns which products, channels and metrics: what two own, and what nobody does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from shophelm.shop.calendar import last_days
from shophelm.shop.definitions import TERMS
from shophelm.shop.measures import measure
from shophelm.shop.needs import carries_missing, question
from shophelm.shop.ratios import as_floats
from shophelm.shop.tables import Tables, once_per_shop
from shophelm.words import Sentence, count, listing, plural, rate, sentence, spoken, unknown

TITLE = "Who owns what, and what does nobody own?"
DAYS = 91
"""Days whose money says how much an orphan matters."""
PRODUCT, CHANNEL = "product", "channel"
EXPECTED = ("visitors", "pay_conversion", "spend_per_buyer", "gmv_paid")
"""Metrics of the chain that somebody should have a goal for."""
_BY_PAGES = ("cart_visitors", "cart_rate", "cart_to_pay", "price_per_unit")
_BY_EITHER = (
    *("visitors", "page_views", "paying_visitors", "buyers", "new_buyers", "returning_buyers"),
    *("orders", "units", "gmv_paid", "gmv_settled", "pay_conversion", "spend_per_buyer"),
    *("average_order_value", "orders_per_buyer", "units_per_order", "uv_value", "settled_share"),
    *("returned_orders", "return_rate"),
)
MOVED_BY = dict.fromkeys(_BY_PAGES, (PRODUCT,)) | dict.fromkeys(_BY_EITHER, (PRODUCT, CHANNEL))
"""Metric → what must be owned to move it; a metric that is not here is counted by neither, and
whether its holder can move it is not known."""


@dataclass(frozen=True, slots=True)
class Ownership:
    """Who owns what.

    Attributes
    ----------
    people
        One row per person: person_id, role, products and channels (how many owned), gmv (of these,
        in 91 days; null where there are none), goals (how many in the latest month that has any).
    holdings
        One row per person and kind: person_id, kind, names (best sellers first).
    shared
        One row per thing that several own: kind, name, people.
    unowned
        One row per product or channel that sold and nobody owns, most money first: kind, name, gmv
        and share (of its kind's).
    unknown
        One row per entry that names no product, category or channel: person_id, name.
    powerless
        One row per goal whose holder owns nothing that moves it: person_id, role, metric, months.
    unclear
        As `powerless`, for metrics that are counted neither by product nor by channel.
    without_goal
        Metrics of the chain for which nobody has a goal.
    """

    people: pd.DataFrame
    holdings: pd.DataFrame
    shared: pd.DataFrame
    unowned: pd.DataFrame
    unknown: pd.DataFrame
    powerless: pd.DataFrame
    unclear: pd.DataFrame
    without_goal: list[str]


@once_per_shop
def owned(shop: Tables) -> pd.DataFrame:
    """List what each person owns: person_id, role, kind and name.

    A category that is owned stands for its products. An entry that names nothing known has kind "".
    """
    people = _listed(shop, "people")
    products = _listed(shop, "products")
    categories = {} if products.empty else products.groupby("category")["product_id"].apply(list)
    ids = set(products["product_id"]) if len(products) else set()
    channels = _channels(shop)
    rows = []
    for person in people.itertuples():
        for entry in _entries(person, "products"):
            # without a list of products nothing tells an id from a slip of the pen
            of = [entry] if entry in ids or not ids else categories.get(entry, [])
            rows += [(person.person_id, person.role, PRODUCT, name) for name in of]
            if not len(of):
                rows.append((person.person_id, person.role, "", entry))
        for entry in _entries(person, "channels"):
            kind = CHANNEL if not channels or entry in channels else ""
            rows.append((person.person_id, person.role, kind, entry))
    return pd.DataFrame(rows, columns=["person_id", "role", "kind", "name"]).drop_duplicates()


@question(
    TITLE,
    "people",
    "orders",
    goals="whose goal nobody can move",
    products="categories that are owned as a whole",
)
def ownership(shop: Tables) -> Ownership:
    """Say who owns what, what several own, what nobody does, and which goals nobody can move."""
    rows = owned(shop)
    known = rows[rows["kind"] != ""]
    sold = {kind: recent_money(shop, kind) for kind in (PRODUCT, CHANNEL)}
    shared = known.groupby(["kind", "name"])["person_id"].agg(list).reset_index()
    shared = shared[shared["person_id"].map(len) > 1]
    goals = _listed(shop, "goals")
    goals = goals[goals["period_from"] <= shop.as_of] if len(goals) else goals
    return Ownership(
        _people(_listed(shop, "people"), known, sold, goals),
        _holdings(known, sold),
        shared.rename(columns={"person_id": "people"}).reset_index(drop=True),
        _unowned(known, sold),
        rows.loc[rows["kind"] == "", ["person_id", "name"]].reset_index(drop=True),
        *_powerless(goals, rows, _listed(shop, "people")),
        [m for m in EXPECTED if m not in set(goals["metric"])] if len(goals) else [],
    )


@carries_missing
def shown(found: Ownership) -> pd.DataFrame:
    """Lay the people out."""
    names = {"products": "owns_products", "channels": "owns_channels", "gmv": "gmv_owned"}
    people = found.people.assign(role=found.people["role"].map(spoken))
    return people.rename(columns=names)


@carries_missing
def holdings(found: Ownership) -> pd.DataFrame:
    """Give what each person owns by name."""
    return found.holdings


@carries_missing
def find_ownership(found: Ownership) -> list[Sentence]:
    """Say what is owned twice, by nobody, or without power over it."""
    said = []
    if len(found.shared):
        each = [f"{r.name} ({listing(r.people)})" for r in found.shared.itertuples(index=False)]
        said.append(sentence("Owned by several: {things}.", things=listing(each)))
    for kind, rows in found.unowned.groupby("kind", sort=True):
        said.append(
            sentence(
                "Nobody owns {n}, with {share} of the money: {names}.",
                n=plural(len(rows), str(kind)),
                share=rate(rows["share"].sum(), digits=0),
                names=listing(rows["name"].tolist()),
            )
        )
    for row in found.powerless.itertuples():
        said.append(
            sentence(
                "{person} ({role}) has a goal of {metric} in {months}, and owns nothing that "
                "moves it.",
                person=row.person_id,
                role=spoken(row.role),
                metric=titled_term(row.metric),
                months=plural(row.months, "month"),
            )
        )
    if len(found.unclear):
        each = [f"{titled_term(r.metric)} ({r.person_id})" for r in found.unclear.itertuples()]
        text = "Counted neither by product nor by channel, so that whether it can be moved by its "
        text += "holder is not known: {goals}."
        said.append(sentence(text, goals=listing(each)))
    if found.without_goal:
        text = "Nobody has a goal for {metrics}."
        said.append(sentence(text, metrics=listing([titled_term(m) for m in found.without_goal])))
    if len(found.unknown):
        each = [f"{r.name} ({r.person_id})" for r in found.unknown.itertuples(index=False)]
        text = "{n} named as owned are no product, category or channel: {names}."
        said.append(sentence(text, n=count(len(each)), names=listing(each)))
    return said or [sentence("Everything that sells has one owner, and every goal a lever.")]


def parted(shop: Tables) -> pd.DataFrame:
    """Give what is owned, and what part of it counts for each owner.

    Returns
    -------
    DataFrame
        One row per owner and product or channel: person_id, kind, name, weight (what several own
        counts for each in equal parts), measured (goals are held against it: who owns products is
        measured on these alone, as their channels' money would count twice).
    """
    rows = owned(shop)
    rows = rows[rows["kind"] != ""].reset_index(drop=True)
    sellers = rows.loc[rows["kind"] == PRODUCT, "person_id"]
    return rows.assign(
        weight=1 / rows.groupby(["kind", "name"])["person_id"].transform("size"),
        measured=(rows["kind"] == PRODUCT) | ~rows["person_id"].isin(sellers),
    )


def titled_term(metric: str) -> str:
    """Give a metric's title; a metric that is no term stands for itself."""
    return TERMS[metric].title if metric in TERMS else spoken(metric)


def _listed(shop: Tables, table: str) -> pd.DataFrame:
    return shop.frame(shop[table]) if shop.filled(table) else pd.DataFrame()


def _entries(person: tuple, column: str) -> list[str]:
    text = getattr(person, column, None)
    return [e.strip() for e in text.split(";") if e.strip()] if isinstance(text, str) else []


def _channels(shop: Tables) -> set[str]:
    """Give every channel that an order, event, day or spend names."""
    found: set[str] = set()
    for table in ("orders", "events", "traffic", "spend"):
        if shop.filled(f"{table}.channel"):
            rows = shop[table].select("channel").distinct()
            found |= set(shop.frame(rows)["channel"].dropna())
    return found


def recent_money(shop: Tables, kind: str) -> pd.Series:
    """Give the money of 91 days, by product or channel."""
    by = "product_id" if kind == PRODUCT else CHANNEL
    frame = measure(shop, {"now": last_days(shop.as_of, days=DAYS).every_day}, by=(by,))
    if "gmv_paid" not in frame or frame.empty:
        return pd.Series(dtype=float)
    money = as_floats(frame.xs("now", level="span")["gmv_paid"])
    return money[money.index.notna() & (money > 0)]


def _people(
    people: pd.DataFrame, known: pd.DataFrame, sold: dict[str, pd.Series], goals: pd.DataFrame
) -> pd.DataFrame:
    frame = people[["person_id", "role"]].copy()
    for kind in (PRODUCT, CHANNEL):
        mine = known[known["kind"] == kind]
        frame[f"{kind}s"] = frame["person_id"].map(mine.groupby("person_id").size()).fillna(0)
    each = pd.concat([known[known["kind"] == k].assign(gmv=known["name"].map(m))
                      for k, m in sold.items()])  # fmt: skip
    money = each.groupby("person_id")["gmv"].sum()
    frame["gmv"] = frame["person_id"].map(money)
    latest = goals[goals["period_from"] == goals["period_from"].max()] if len(goals) else goals
    held = latest.groupby("person_id").size() if len(goals) else {}
    frame["goals"] = frame["person_id"].map(held).fillna(0)
    return frame.astype({"products": int, "channels": int, "goals": int})


def _holdings(known: pd.DataFrame, sold: dict[str, pd.Series]) -> pd.DataFrame:
    money = [sold[k].get(n, 0.0) for k, n in zip(known["kind"], known["name"], strict=True)]
    order = ["person_id", "kind", "gmv", "name"]
    rows = known.assign(gmv=money).sort_values(order, ascending=[True, False, False, True])
    return (
        rows.groupby(["person_id", "kind"], sort=False)["name"]
        .agg(", ".join)
        .rename("names")
        .reset_index()
    )


def _unowned(known: pd.DataFrame, sold: dict[str, pd.Series]) -> pd.DataFrame:
    rows = []
    for kind, money in sold.items():
        mine = set(known.loc[known["kind"] == kind, "name"])
        # a shop whose people own no products at all steers by channels
        if not mine:
            continue
        rows += [(kind, n, v, v / money.sum()) for n, v in money.items() if n not in mine]
    frame = pd.DataFrame(rows, columns=["kind", "name", "gmv", "share"])
    return frame.sort_values(["gmv", "name"], ascending=[False, True], ignore_index=True)


def _powerless(
    goals: pd.DataFrame, rows: pd.DataFrame, people: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """List goals of metrics that their holders own nothing of, and those of which nothing tells."""
    columns = ["person_id", "role", "metric", "months"]
    if goals.empty:
        return pd.DataFrame(columns=columns), pd.DataFrame(columns=columns)
    kinds = rows.groupby("person_id")["kind"].agg(set)
    role = people.set_index("person_id")["role"]
    months = goals.groupby(["person_id", "metric"], sort=True).size().rename("months").reset_index()
    months = months.assign(role=months["person_id"].map(role).fillna(""))[columns]
    needed = [MOVED_BY.get(m) for m in months["metric"]]
    able = [
        n is None or bool(set(n) & kinds.get(p, set()))
        for n, p in zip(needed, months["person_id"], strict=True)
    ]
    powerless = months[~np.array(able, dtype=bool)].reset_index(drop=True)
    unclear = months[[n is None for n in needed]].reset_index(drop=True)
    return powerless, unclear


@once_per_shop
def joined(shop: Tables) -> dict[str, date]:
    """Give the day on which each person joined, of those whose day is known."""
    if not shop.filled("people.joined_on"):
        return {}
    people = _listed(shop, "people").set_index("person_id")["joined_on"]
    return {str(person): day for person, day in people.items() if not unknown(day)}


@once_per_shop
def sole_owners(shop: Tables) -> pd.Series:
    """Give the owner of each product that has one only: product_id → person_id."""
    rows = owned(shop)
    rows = rows[rows["kind"] == PRODUCT].drop_duplicates("name", keep=False)
    return rows.set_index("name")["person_id"]


def answers_for(shop: Tables, subject: str, *, otherwise: str = "") -> str:
    """Say who owns the subject of an action; `otherwise` where nobody does.

    Parameters
    ----------
    shop
        The shop.
    subject
        As actions name it: `product:ID`, `channel:NAME`, `category:NAME`. A category is that of
        those who own most of its products.
    otherwise
        A role, say.
    """
    people = owners(shop, subject)
    return listing(people, most=2) if people else spoken(otherwise)


def owners(shop: Tables, subject: str) -> list[str]:
    """List who owns the subject of an action; see `answers_for`."""
    return _by_subject(shop).get(subject, [])


@once_per_shop
def _by_subject(shop: Tables) -> dict[str, list[str]]:
    if not shop.filled("people"):
        return {}
    rows = owned(shop)
    found: dict[str, list[str]] = {}
    for kind, name, person in rows[["kind", "name", "person_id"]].itertuples(index=False):
        found.setdefault(f"{kind}:{name}", []).append(person)
    products = _listed(shop, "products")
    if len(products):
        category = products.set_index("product_id")["category"]
        goods = rows[rows["kind"] == PRODUCT].assign(category=lambda f: f["name"].map(category))
        for name, people in goods.groupby("category")["person_id"]:
            found[f"category:{name}"] = people.value_counts(sort=True).index.tolist()
    return found
