"""What to ask of suppliers who are late."""

from __future__ import annotations

import pandas as pd

from shophelm.actions import Action, due, worth_fields
from shophelm.shop.needs import Missing, carries_missing
from shophelm.shop.tables import Tables
from shophelm.supply_chain.lead_time_worth import PROMISED
from shophelm.words import money, number, plural


@carries_missing
def supplier_actions(
    shop: Tables, judged: pd.DataFrame, *, worths: pd.DataFrame | Missing | None
) -> list[Action]:
    """Ask the suppliers that are late beyond chance to keep their promise, or plan for them.

    Parameters
    ----------
    shop
        For the day.
    judged
        As `suppliers.suppliers` gives it.
    worths
        As `lead_time_worth` gives it; worth is unknown where it is missing or has no such supplier.

    Returns
    -------
    list of Action
        One per supplier late by more than a day on the mean beyond chance; worth is the margin won
        in 28 days at the same safety stock if it kept its promise.
    """
    kept = pd.DataFrame(columns=["won", "won_low", "won_high", "freed"])
    if isinstance(worths, pd.DataFrame):
        kept = worths[worths["change"] == PROMISED].set_index("supplier_id")
    late = judged[judged["days_late_low"] > 1]
    return [_ask(shop, row, kept) for _, row in late.iterrows()]


def _ask(shop: Tables, row: pd.Series, kept: pd.DataFrame) -> Action:
    supplier, known = row["supplier_id"], row["supplier_id"] in kept.index
    worth, freed = {}, ""
    if known:
        won = kept.loc[supplier, ["won", "won_low", "won_high"]]
        worth = worth_fields(*won, "margin")
        freed = f" (which would free {money(kept.at[supplier, 'freed'], currency=shop.currency)} "
        freed += "of safety stock, or win the worth of this)"
    return Action(
        kind="supplier",
        subject=f"supplier:{supplier}",
        action=(
            f"Ask {supplier} to keep its promise of "
            f"{plural(round(row['promised_days']), 'day')}{freed}, or plan its orders "
            f"{plural(round(row['days_late']), 'day')} earlier: it came "
            f"{number(row['days_late'], digits=1)} days late on the mean of "
            f"{plural(int(row['deliveries']), 'delivery', 'deliveries')}."
        ),
        owner_role="buyer",
        metric="share of deliveries on time and in full",
        due_on=due(shop.as_of),
        **worth,
    )
