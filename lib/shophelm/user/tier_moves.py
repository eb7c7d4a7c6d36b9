"""What moving a tier's threshold would cost and bring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

import ibis
import pandas as pd
from scipy import special

from shophelm.actions import HORIZON_DAYS
from shophelm.methods.bunching import Bunching
from shophelm.shop.buyers import order_money
from shophelm.shop.calendar import YEAR_OF_WEEKS
from shophelm.shop.needs import carries_missing, question
from shophelm.shop.ratios import as_floats
from shophelm.shop.tables import Tables
from shophelm.user.tier_members import known
from shophelm.user.tier_response import responding
from shophelm.user.tiers import parsed
from shophelm.words import Sentence, count, listing, money, sentence

MOVES = (-0.2, -0.1, 0.1, 0.2)
MOVED = [
    *("tier", "threshold", "moved_by", "candidate", "gain_tier", "lose_tier"),
    *("cost", "cost_low", "cost_high", "gain", "gain_low", "gain_high"),
]
INTERVAL = 0.8


@question("What would moving a tier's threshold cost and bring?", "orders.customer_id")
def moved_thresholds(
    shop: Tables,
    tiers: pd.DataFrame,
    seen: Mapping[str, Bunching],
    *,
    benefits: str = "",
    moves: Sequence[float] = MOVES,
) -> pd.DataFrame:
    """Count who would gain or lose a tier if its threshold were moved, and what it would cost.

    Parameters
    ----------
    shop
        The shop.
    tiers
        As `tiers.thresholds` gives them.
    seen
        As `tier_response.bunched` gives it.
    benefits
        What a tier gives back, as a share of the money paid: "silver 0.01, gold 0.03"; tiers not
        named give nothing, "" if not known.
    moves
        How far each threshold is moved, as shares of it. Those that would pass the neighbouring
        tier's threshold are left out.

    Returns
    -------
    DataFrame
        One row per threshold and move: tier, threshold, moved_by, candidate, gain_tier and
        lose_tier (customers), cost, cost_low, cost_high (money over 28 days; below 0 it saves;
        null without `benefits`) and gain, gain_low, gain_high (money; null unless bunching shows
        that customers respond to the threshold).

    Notes
    -----
    The cost takes those who change tier to go on paying as in the last 364 days (less where the
    shop is younger), with an 80% interval for their number and size of orders; as they are chosen
    by what they have paid, it is rather too high. The gain comes once: the share of customers who
    top up is taken to stay the same, and each to pay just what is lacking.
    """
    if not known(tiers):
        return pd.DataFrame(columns=MOVED)
    shares = {t: float(s) for t, s in parsed(benefits, name="benefits").items()}
    spent = _spent(shop)
    days = min(YEAR_OF_WEEKS.days, (shop.as_of - shop.first_day).days + 1)
    spent["later"] = spent["lately"] * HORIZON_DAYS / days
    rows = []
    for i in range(1, len(tiers)):
        tier, least, below = tiers["tier"][i], tiers["threshold"][i], tiers["tier"][i - 1]
        over = shares.get(tier, 0.0) - shares.get(below, 0.0) if benefits.strip() else None
        for step in moves:
            candidate = round(least * (1 + step), 2)
            if _between(tiers["threshold"].tolist(), i, candidate):
                row = {"tier": tier, "threshold": least, "moved_by": step, "candidate": candidate}
                row |= _who_moves(spent, least, candidate, over)
                rows.append(row | _gain(spent["paid"], seen[tier], least, candidate))
    return pd.DataFrame(rows, columns=MOVED)


@carries_missing
def find_moved_thresholds(rows: pd.DataFrame, *, currency: str) -> Sentence:
    """Say what lowering and raising the first threshold would do, and what is not known of it."""
    if rows.empty:
        return sentence("What moving a threshold would do is not known: no threshold is.")
    first = rows[rows["tier"] == rows["tier"].iloc[0]]
    text = "If {tier} began at another spend, customers being as they are: {parts}."
    if rows["cost"].notna().any():
        text = text.replace(".", " (money over 28 days).")
    if rows["cost"].isna().all():
        text += " The cost needs the parameter benefits, like “silver 0.01, gold 0.03”."
    if rows["gain"].isna().all():
        text += " A gain is not known: nothing shows that customers respond to a threshold."
    parts = listing([_if_moved(row, currency) for row in first.itertuples()])
    return sentence(text, tier=first["tier"].iloc[0], parts=parts)


def _spent(shop: Tables) -> pd.DataFrame:
    """Give what each buyer has paid so far, and in the last 364 days; no ids."""
    orders = order_money(shop)
    since = ibis.literal(shop.as_of - YEAR_OF_WEEKS + timedelta(days=1))
    sums = {
        "paid": orders.paid.sum(),
        "lately": (orders.day >= since).ifelse(orders.paid, 0).sum(),
    }
    spent = orders.group_by("customer_id").aggregate(**sums).select(*sums)
    # sums of floats depend on their order
    return shop.frame(spent.cast(dict.fromkeys(sums, "float64"))).sort_values(list(sums))


def _between(rising: Sequence[float], place: int, candidate: float) -> bool:
    following = rising[place + 1] if place + 1 < len(rising) else float("inf")
    return rising[place - 1] < candidate < following


def _who_moves(
    spent: pd.DataFrame, least: float, candidate: float, over: float | None
) -> dict[str, float]:
    low, high = sorted((least, candidate))
    movers = spent[(spent["paid"] >= low) & (spent["paid"] < high)]
    down = candidate < least
    who = {"gain_tier": len(movers) * down, "lose_tier": len(movers) * (not down)}
    if over is None:
        return who
    size = movers["later"] * over * (1 if down else -1)
    cost, error = size.sum(), (size**2).sum() ** 0.5
    z = special.ndtri(0.5 + INTERVAL / 2)
    return who | {"cost": cost, "cost_low": cost - z * error, "cost_high": cost + z * error}


def _gain(paid: pd.Series, seen: Bunching, least: float, candidate: float) -> dict[str, float]:
    """Give the money that topping up would bring at the candidate beyond what it brings now."""
    if not seen.responds:
        return {}
    below = seen.bins[seen.bins["window"] == "below"]
    middle = (below["left"] + below["right"]) / 2
    now = (as_floats(below["expected"]) * (least - middle)).sum()
    reach = (least - below["left"].min()) / least
    near = paid[(paid >= candidate * (1 - reach)) & (paid < candidate)]
    more = (candidate - near).sum() - now
    estimate, low, high = (more * share for share in responding(seen))
    return {"gain": estimate, "gain_low": min(low, high), "gain_high": max(low, high)}


def _if_moved(row: tuple, currency: str) -> str:
    who = f"{count(row.gain_tier)} more" if row.gain_tier else f"{count(row.lose_tier)} fewer"
    text = f"at {money(row.candidate, currency=currency)} {who}"
    if row.cost == row.cost:
        cost = "costs" if row.cost > 0 else "saves"
        text += f", which {cost} {money(abs(row.cost), currency=currency)}"
    return text
