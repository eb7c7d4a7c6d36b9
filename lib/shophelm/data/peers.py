"""Each product's rate against its peers', shrunk, and what reaching it would be worth."""

from __future__ import annotations

import pandas as pd

from shophelm.actions import HORIZON_DAYS
from shophelm.methods.empirical_bayes import discoveries, shrink_rates

FALSE_DISCOVERY = 0.05
FEWEST_PEERS = 5
"""Products of smaller categories are held against the whole shop."""
COLUMNS = [
    *("kind", "subject", "title", "found", "trials", "rate", "rate_shrunk", "rate_low"),
    *("rate_high", "peers_rate", "probability", "worth", "worth_low", "worth_high"),
    *("worth_in", "metric", "area", "owner_role"),
]


def against_peers(
    counts: pd.DataFrame, *, group: pd.Series, high_is_bad: bool, fewest: int = FEWEST_PEERS
) -> pd.DataFrame:
    """Shrink each row's rate towards its peers' and say how surely it is the worse one.

    Parameters
    ----------
    counts
        By subject: yes, trials; more successes than trials count as many as the trials.
    group
        Subject → its peers' name; null where it has none of its own.
    high_is_bad
        True where a rate above its peers' is the worse one.
    fewest
        Members of a group below which they are held against all rows.

    Returns
    -------
    DataFrame
        Those with trials: trials, rate, rate_shrunk, rate_low, rate_high (80 %), peers_rate,
        probability (that the true rate is worse than the peers' mean), gap, gap_low, gap_high
        (how much worse; 80 %), found (false discoveries kept to 5 % of all rows found).
    """
    counts = counts[counts["trials"] > 0]
    # daily exports count who carts today and came yesterday
    counts = counts.assign(yes=counts[["yes", "trials"]].min(axis=1))
    group = group.reindex(counts.index)
    sizes = group.map(group.value_counts())
    own = group.where(sizes >= fewest)
    parts = [shrink_rates(part) for _, part in counts.groupby(own)]
    if own.isna().any():
        parts.append(shrink_rates(counts)[own.isna()])
    judged = pd.concat(parts).reindex(counts.index) if parts else shrink_rates(counts)
    judged = judged.rename(columns={"shrunk": "rate_shrunk", "below": "probability"})
    if high_is_bad:
        judged["probability"] = 1 - judged["probability"]
        judged["gap"] = -judged["gap"]
        judged["gap_low"], judged["gap_high"] = -judged["gap_high"], -judged["gap_low"]
    judged["found"] = discoveries(judged["probability"], false_discovery=FALSE_DISCOVERY)
    return judged.assign(trials=counts["trials"])


def priced(judged: pd.DataFrame, value: pd.DataFrame, *, days: int) -> pd.DataFrame:
    """Add what closing each gap would be worth over 28 days, with its 80% interval.

    The interval carries the rate's uncertainty, not that of the money a sale brings.

    Parameters
    ----------
    judged
        As `against_peers` gives it.
    value
        By subject: value (money per success won, or per one avoided) and worth_in.
    days
        Days the trials were counted over.
    """
    value = value.reindex(judged.index)
    each = judged["trials"] * value["value"].astype("float64") * HORIZON_DAYS / days
    known = each.notna() & judged["gap"].notna()
    return judged.assign(
        worth=judged["gap"] * each,
        worth_low=judged["gap_low"] * each,
        worth_high=judged["gap_high"] * each,
        worth_in=value["worth_in"].where(known, "unknown"),
    )


def laid_out(
    judged: pd.DataFrame,
    titles: pd.Series,
    *,
    kind: str,
    metric: str,
    area: str,
    owner_role: str,
    subject: str = "product",
) -> pd.DataFrame:
    """Give the common shape: `COLUMNS`, the surest finds first."""
    order = (
        judged.rename_axis("id")
        .reset_index()
        .sort_values(["probability", "id"], ascending=[False, True])
    )
    frame = order.assign(
        kind=kind,
        subject=[f"{subject}:{i}" for i in order["id"]],
        title=[titles.get(i, i) for i in order["id"]],
        metric=metric,
        area=area,
        owner_role=owner_role,
    )
    return frame[COLUMNS].reset_index(drop=True)
