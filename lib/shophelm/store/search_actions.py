"""What to do about search: words into titles, spend off, other pictures."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from shophelm.actions import HORIZON_DAYS, WORTH, Action, due, ranked, worth_fields
from shophelm.shop.needs import Missing
from shophelm.shop.tables import Tables
from shophelm.store.image_clicks import LOW
from shophelm.store.paid_words import ANYWAY, UNSURE
from shophelm.store.search_lift import FELL, SearchLift
from shophelm.store.title_words import TitleWords
from shophelm.words import change, count, listing, money, rate


def search_actions(
    shop: Tables,
    words: pd.DataFrame | Missing,
    titles: TitleWords | Missing,
    paid: pd.DataFrame | Missing,
    images: pd.DataFrame | Missing,
    lifts: SearchLift | Missing,
    *,
    most: int = 5,
) -> list[Action]:
    """Propose what search asks for; an answer that is missing takes away its own actions only.

    Parameters
    ----------
    shop
        For the day by which we will know.
    words, titles, paid, images, lifts
        As `keywords`, `title_words`, `paid_words`, `image_clicks` and `search_lift` give them.
    most
        Actions of each kind.

    Notes
    -----
    A word's worth in a title is what it brings elsewhere, and begins at 0, since that a title
    brings searches is not proven before `search_lift` has measured it. A word whose spend was
    never off is proposed for a trial of unknown worth.
    """
    actions: list[Action] = []
    if not isinstance(titles, Missing):
        actions += _first(_into_title(shop, titles), most)
    if not isinstance(paid, Missing):
        actions += _first(_off(shop, paid), most)
    if not isinstance(words, Missing):
        actions += _first(_lower_bid(shop, words), most)
    if not isinstance(images, Missing):
        rows = images[images["verdict"] == LOW]
        actions += _first((_picture(shop, r) for r in rows.itertuples()), most)
    if not isinstance(lifts, Missing):
        rows = lifts.lifts[lifts.lifts["verdict"] == FELL]
        actions += _first((_undo(shop, r) for r in rows.itertuples()), most)
    return actions


def _first(actions: Iterable[Action], most: int) -> list[Action]:
    return ranked(actions)[:most]


def _into_title(shop: Tables, titles: TitleWords) -> Iterable[Action]:
    idle = titles.idle.groupby("product_id")["idle_words"].agg(list).to_dict()
    for product, rows in titles.missing.groupby("product_id", sort=True):
        # one word at a time can be measured; the best of those that the title lacks
        row = rows.iloc[0]
        room = (
            "" if row["fits"] or product not in idle else f" in place of {listing(idle[product])}"
        )
        yield _action(
            shop,
            row,
            kind="title",
            subject=f"product:{product}",
            action=f"Put {row['adds']} into the title of {row['product']}{room}, if it is true of "
            f"it: {row['keyword']} brings buyers, up to {count(row['extra_visitors_high'])} "
            "visitors in 28 days here.",
            owner_role="merchandiser",
            metric="visitors",
        )


def _off(shop: Tables, paid: pd.DataFrame) -> Iterable[Action]:
    for row in paid.to_dict("records"):
        cost = money(row["cost_month"], currency=shop.currency)
        saved = {f"worth{e}": row[f"stop_saves{e}"] for e in ("", "_low", "_high")}
        if row["verdict"] == ANYWAY:
            yield _action(
                shop,
                saved | {"worth_in": row["stop_saves_in"]},
                kind="paid word",
                subject=f"keyword:{row['keyword']}",
                action=f"Stop paying for {row['keyword']}: it costs {cost} in 28 days, and "
                f"{rate(row['lost_share'], digits=0)} of its clicks were lost without.",
                owner_role="channel manager",
                metric="clicks of the word",
            )
        elif row["verdict"] == UNSURE:
            yield _action(
                shop,
                saved | {"worth_in": "unknown"},
                kind="paid word",
                subject=f"keyword:{row['keyword']}",
                action=f"Switch the spend on {row['keyword']} off for two weeks, then on again: "
                f"our brand, first already, at {cost} in 28 days; what it adds is not known.",
                owner_role="channel manager",
                metric="clicks of the word",
            )


def _lower_bid(shop: Tables, words: pd.DataFrame) -> Iterable[Action]:
    """Propose lower bids where the word loses money even at the upper end of what it earns."""
    rows = words[(words["cost"].fillna(0) > 0) & (words["left"] < 0) & (words["uv_shrunk"] > 0)]
    for row in rows.to_dict("records"):
        share = (row["left"] + row["cost"]) / row["gmv"] if row["gmv"] else 1.0
        earned = {e: row[f"uv_{e}"] * row["visitors"] * share for e in ("low", "shrunk", "high")}
        month = HORIZON_DAYS / words.attrs["days"]
        lost = {e: (row["cost"] - v) * month for e, v in earned.items()}
        if lost["high"] <= 0:
            continue
        worth = {"worth": lost["shrunk"], "worth_low": lost["high"], "worth_high": lost["low"]}
        yield _action(
            shop,
            worth | {"worth_in": row["worth_in"]},
            kind="bid",
            subject=f"keyword:{row['keyword']}",
            action=f"Lower the bid for {row['keyword']}: its clicks cost more than they earn.",
            owner_role="channel manager",
            metric="margin after the cost of clicks",
        )


def _picture(shop: Tables, row: Any) -> Action:
    return _action(
        shop,
        row._asdict(),
        kind="main_image",
        subject=f"product:{row.product_id}",
        action=f"Test another main picture for {row.product}: clicked {rate(row.click_rate)} of "
        f"the times it is shown, where {rate(row.peers_rate)} is usual at its place.",
        owner_role="designer",
        metric="click rate in search",
    )


def _undo(shop: Tables, row: Any) -> Action:
    """Propose to take back what lowered search: the loss of the days after, brought to 28."""
    month = HORIZON_DAYS / row.days
    ends = {"worth": row.worth, "worth_low": row.worth_high, "worth_high": row.worth_low}
    lost = {name: -value * month for name, value in ends.items()}
    return _action(
        shop,
        lost | {"worth_in": row.worth_in},
        kind=f"undo {row.kind}",
        subject=f"product:{row.product_id}",
        action=f"Take back the {row.kind.replace('_', ' ')} of {row.done_on:%Y-%m-%d} on "
        f"{row.product}: organic search visits moved by {change(row.lift)} beside products left "
        "alone.",
        owner_role="merchandiser",
        metric="visitors",
    )


def _action(shop: Tables, row: Any, **said: str) -> Action:
    worth = worth_fields(*(row[name] for name in WORTH), row["worth_in"])
    return Action(due_on=due(shop.as_of), **worth, **said)
