"""What to do about stock: what to order, clear and prepare, and what to ask of suppliers."""

from __future__ import annotations

import pandas as pd

from shophelm.actions import Action
from shophelm.shop.needs import Missing, all_known, carries_missing
from shophelm.shop.tables import Tables
from shophelm.supply_chain.order_actions import order_actions
from shophelm.supply_chain.peak_stock import peak_actions
from shophelm.supply_chain.peaks import PeakPlan
from shophelm.supply_chain.perishables import Perishables
from shophelm.supply_chain.perishables_told import perishable_actions
from shophelm.supply_chain.replenishment import Proposal
from shophelm.supply_chain.supplier_actions import supplier_actions
from shophelm.supply_chain.ways_out import clearance_actions
from shophelm.words import Sentence, count, money, plural, sentence

CLEARED, SPOILS = "is to be cleared", "spoils, see what goes off"


def ordered_elsewhere(
    slow: pd.DataFrame | Missing, spoiling: Perishables | Missing
) -> dict[str, str]:
    """Say which products the order proposal leaves out, and why.

    Parameters
    ----------
    slow, spoiling
        The answers of `slow_movers.slow_movers` and `perishables.perishables`; one that is
        missing leaves nothing out.
    """
    left_out: dict[str, str] = {}
    if not isinstance(slow, Missing):
        left_out |= dict.fromkeys(slow.loc[slow["slow"].astype(bool), "product_id"], CLEARED)
    if not isinstance(spoiling, Missing):
        left_out |= dict.fromkeys(spoiling.orders["product_id"], SPOILS)
    return left_out


@carries_missing
def late_lead_days(judged: pd.DataFrame) -> pd.Series:
    """Give, by supplier, the days within which nine of ten deliveries came."""
    return judged.set_index("supplier_id")["lead_p90"].dropna()


def steps(
    shop: Tables,
    *,
    proposal: Proposal | Missing,
    judged: pd.DataFrame | Missing,
    worths: pd.DataFrame | Missing,
    ways: pd.DataFrame | Missing,
    spoiling: Perishables | Missing,
    plan: PeakPlan | Missing,
    prepared: pd.DataFrame | Missing,
) -> list[Action]:
    """Turn this notebook's findings into actions.

    Parameters
    ----------
    shop
        For the day by which we will know.
    proposal, judged, worths, ways, spoiling, plan, prepared
        The answers of `replenishment.order_proposal`, `suppliers.suppliers`,
        `lead_time_worth.lead_time_worth`, `ways_out.ways_out`, `perishables.perishables`,
        `peaks.peak_plan` and `peak_stock.peak_stock`; one that is missing brings nothing.
    """
    found = (
        order_actions(shop, proposal),
        supplier_actions(shop, judged, worths=worths),
        clearance_actions(shop, ways),
        perishable_actions(shop, spoiling),
        peak_actions(shop, plan, prepared),
    )
    return all_known(found)


def find_headline(
    forecast: Sentence | Missing,
    lost: pd.DataFrame | Missing,
    proposal: Proposal | Missing,
    *,
    currency: str,
) -> Sentence | Missing:
    """Say what empty shelves cost and what is to be ordered; without stock, what will sell."""
    if isinstance(lost, Missing) or isinstance(proposal, Missing):
        return forecast
    placed = proposal.lines[proposal.lines["quantity"] > 0]
    return sentence(
        "Empty shelves cost about {lost} units in the last 28 days; {n} for {amount} now would "
        "save {saved} until the next chance.",
        lost=count(lost["lost"].sum()),
        n=plural(len(placed), "product ordered", "products ordered"),
        amount=money(placed["amount"].sum(), currency=currency),
        saved=money(placed["saved"].sum(), currency=currency),
    )
