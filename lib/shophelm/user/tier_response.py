"""Do customers top up to reach a tier?"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from shophelm.methods.bunching import Bunching, bunching
from shophelm.shop.needs import carries_missing, question
from shophelm.shop.tables import Tables
from shophelm.user.tier_members import members
from shophelm.words import Sentence, count, listing, money, sentence

TOP_UP, CHANCE, FEW = "customers top up", "no more than chance", "too few customers to tell"
RESPONSE = [
    *("tier", "threshold", "bunched", "bunched_low", "bunched_high"),
    *("missing", "missing_low", "missing_high", "added", "added_low", "added_high", "reading"),
]


@question("Do customers top up to reach a tier?", "orders.customer_id")
def bunched(shop: Tables, tiers: pd.DataFrame) -> dict[str, Bunching]:
    """Hold the distribution of money paid so far against what it would be without each threshold.

    Parameters
    ----------
    shop
        The shop.
    tiers
        As `tiers.thresholds` gives them.

    Returns
    -------
    dict
        Tier → `methods.bunching.Bunching`; without those whose threshold is 0 or not known.
    """
    above = tiers[tiers["threshold"] > 0]
    if above.empty:
        return {}
    people = members(shop)
    spent = shop.frame(people.select(paid=people.paid.cast("float64")))["paid"].to_numpy()
    return {
        row.tier: bunching(
            spent,
            threshold=row.threshold,
            others=above.loc[above["tier"] != row.tier, "threshold"].tolist(),
        )
        for row in above.itertuples()
    }


@carries_missing
def response(tiers: pd.DataFrame, seen: Mapping[str, Bunching]) -> pd.DataFrame:
    """Lay out what was found at each threshold, with a reading.

    Returns
    -------
    DataFrame
        One row per threshold: tier, threshold, bunched (customers within a tenth above it beyond
        what was to be expected), missing (lacking within a tenth below it), added (money that
        they paid to get there), each with its 95% interval in _low and _high, and reading: one
        of `TOP_UP` (they are more than chance gives), `CHANCE`, `FEW` (all null).
    """
    least = dict(zip(tiers["tier"], tiers["threshold"], strict=True))
    rows = []
    for tier, one in seen.items():
        row = {"tier": tier, "threshold": least[tier]}
        for name, found in one.found.rename(index={"excess": "bunched"}).iterrows():
            row |= {name: found["estimate"]}
            row |= {f"{name}_{end}": found[end] for end in ("low", "high")}
        row["reading"] = (TOP_UP if one.responds else CHANCE) if one.known else FEW
        rows.append(row)
    return pd.DataFrame(rows, columns=RESPONSE)


def responding(seen: Bunching) -> tuple[float, float, float]:
    """Give the share of those near a threshold who top up to reach it, with its 95% interval."""
    below = seen.bins.loc[seen.bins["window"] == "below", "expected"]
    excess = seen.found.loc["excess", ["estimate", "low", "high"]]
    return tuple(float(e) for e in (excess / below.sum()).clip(0, 1))


@carries_missing
def find_response(found: pd.DataFrame, *, currency: str) -> Sentence:
    """Say at which thresholds customers top up, beyond chance."""
    if found.empty:
        return sentence("Whether customers top up is not known: no tier's threshold is known.")
    up = found[found["reading"] == TOP_UP]
    few = found.loc[found["reading"] == FEW, "tier"].tolist()
    text, values = "At no threshold do more customers stand than chance would put there", {}
    if len(few) == len(found):
        text = "Too few customers stand near {few} to tell whether they top up"
        values["few"] = listing(few)
    elif len(few):
        text += "; for {few} too few stand near to tell"
        values["few"] = listing(few)
    if len(up):
        text = "Beyond chance, customers top up to reach {up}"
        values["up"] = listing([_named(row, currency) for row in up.itertuples()])
    return sentence(text + ".", **values)


def _named(row: tuple, currency: str) -> str:
    return (
        f"{row.tier} at {money(row.threshold, currency=currency)} ({count(row.bunched)} more than "
        f"expected stand just above it, 95% interval {count(row.bunched_low)} to "
        f"{count(row.bunched_high)}; they paid {money(row.added, currency=currency)} to get there)"
    )
