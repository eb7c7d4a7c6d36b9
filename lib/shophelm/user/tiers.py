"""Where the membership tiers begin, and who stands in them."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

import pandas as pd

from shophelm.errors import ParameterError
from shophelm.shop.needs import carries_missing, question
from shophelm.shop.ratios import as_floats
from shophelm.shop.tables import Tables
from shophelm.user.tier_members import by_spend, known, members
from shophelm.words import Sentence, count, listing, money, sentence

LOWEST = "no tier"
"""The name of those who have not reached the first tier of a parameter."""


@question(
    "Where do the membership tiers begin?",
    "orders.customer_id",
    customers="tier thresholds read from the tiers as exported",
)
def thresholds(shop: Tables, *, tiers: str = "") -> pd.DataFrame:
    """Say from which money paid so far each tier begins.

    Parameters
    ----------
    shop
        The shop; without `tiers`, customers.tier is read.
    tiers
        Such as "silver 500, gold 2000"; "" to read the thresholds from the tiers as exported.

    Returns
    -------
    DataFrame
        One row per tier, lowest first: tier, threshold (0 for the lowest; null where not known),
        threshold_low and threshold_high (it lies above the first and at most at the second; null
        where given), exported (customers with that tier at export), apart (those of them who have
        not paid what the tier asks, or have paid what the next one asks; null where a threshold
        is not known).

        attrs: given (whether by parameter), unnamed (tiers as exported that the parameter does
        not name → customers).

    Notes
    -----
    Between two tiers the threshold lies above the most that anyone in the lower one has paid, and
    at most at the least that anyone in the upper one has. Of that interval the roundest number is
    taken. Where the two overlap it is not known: the shop then counts by another rule (a year's
    spend, refunds taken off), or keeps tiers once reached, or as_of is not the day of the export.
    """
    every = _exported(shop)
    frame = _given(tiers) if tiers.strip() else _read(every)
    frame["exported"] = frame["tier"].map(every["customers"]).fillna(0).astype("int64")
    frame["apart"] = _apart(shop, frame, every)
    frame.attrs["given"] = bool(tiers.strip())
    frame.attrs["unnamed"] = every["customers"].drop(frame["tier"], errors="ignore").to_dict()
    return frame


def parsed(text: str, *, name: str) -> dict[str, Decimal]:
    """Read "silver 500, gold 2000" into tier → number, in the order given.

    Raises
    ------
    ParameterError
        If a part is not a name and a number of at least 0, or a name comes twice.
    """
    found: dict[str, Decimal] = {}
    for part in filter(None, map(str.strip, text.split(","))):
        tier, _, written = part.rpartition(" ")
        try:
            value = Decimal(written)
        except InvalidOperation:
            value = Decimal(-1)
        if not tier.strip() or not value.is_finite() or value < 0 or tier.strip() in found:
            raise ParameterError(
                f"{name} is {text!r}, in which {part!r} is not a tier of its own and a number. "
                'Write it like "silver 500, gold 2000".'
            )
        found[tier.strip()] = value
    return found


@carries_missing
def find_thresholds(tiers: pd.DataFrame, *, currency: str) -> Sentence:
    """Say where each tier begins and how we know, and which customers' tiers say otherwise."""
    if tiers.empty:
        return sentence(
            "Where tiers begin is not known: the shop has no customers.tier. Give the parameter "
            'tiers, like "silver 500, gold 2000".'
        )
    above = tiers.iloc[1:]
    lost = above.loc[above["threshold"].isna(), "tier"].tolist()
    if len(tiers) == 1:
        return sentence("All members are in one tier, {tier}.", tier=tiers["tier"].iloc[0])
    if lost:
        return sentence(
            "Where {which} begins is not known: by money paid so far it does not separate from the "
            'tier below. Give the parameter tiers, like "silver 500, gold 2000".',
            which=listing(lost),
        )
    begins = [_begins(row, currency) for row in above.itertuples()]
    if not tiers.attrs["given"]:
        return sentence("Read from the tiers as exported: {begins}.", begins=listing(begins))
    text, values = "As given: {begins}.", {"begins": listing(begins)}
    if apart := int(tiers["apart"].sum()):
        text += " {apart} of {all} stood in another tier at export than their spend asks for."
        values |= {"apart": count(apart), "all": count(tiers["exported"].sum())}
    if unnamed := tiers.attrs["unnamed"]:
        text += " As exported there are also {unnamed}, which the parameter does not name."
        values["unnamed"] = listing([f"{t} ({count(n)})" for t, n in unnamed.items()])
    return sentence(text, **values)


def _exported(shop: Tables) -> pd.DataFrame:
    """Give the tiers as exported, by what their customers paid on average: customers, min, max."""
    people = members(shop).filter(lambda t: t.tier.notnull())
    spent = people.group_by("tier").aggregate(
        customers=people.count(), paid=people.paid.sum(), min=people.paid.min(),
        max=people.paid.max(),
    )  # fmt: skip
    frame = shop.frame(spent).set_index("tier").apply(as_floats)
    frame["mean"] = frame["paid"] / frame["customers"]
    return frame.reset_index().sort_values(["mean", "tier"]).set_index("tier")


def _given(text: str) -> pd.DataFrame:
    rising = sorted(parsed(text, name="tiers").items(), key=lambda pair: pair[1])
    amounts = [amount for _, amount in rising]
    if len(set(amounts)) < len(amounts):
        raise ParameterError(f"tiers is {text!r}, in which two tiers begin at the same money.")
    if amounts[0] > 0:
        rising.insert(0, (LOWEST, Decimal(0)))
    names, least = zip(*rising, strict=True)
    return _rows(list(names), [float(a) for a in least], [float("nan")] * len(names))


def _read(every: pd.DataFrame) -> pd.DataFrame:
    if every.empty:
        return _rows([], [], [])
    lows, highs = every["max"].shift(), every["min"]
    highs = highs.where(lows < highs)
    frame = _rows(every.index.tolist(), [0.0] * len(every), lows.where(highs.notna()).tolist())
    frame["threshold_high"] = highs.to_numpy()
    pairs = zip(frame["threshold_low"], frame["threshold_high"], strict=True)
    frame["threshold"] = [0.0, *[_roundest(low, high) for low, high in pairs][1:]]
    return frame


def _rows(names: list[str], least: list[float], lows: list[float]) -> pd.DataFrame:
    return pd.DataFrame(
        {"tier": names, "threshold": least, "threshold_low": lows, "threshold_high": float("nan")}
    )


def _roundest(low: float, high: float) -> float:
    """Give the number above `low` and at most `high` that is a multiple of most tens."""
    if high != high:
        return high
    below, most = Decimal(str(low)), Decimal(str(high))
    for power in range(most.adjusted(), -5, -1):
        step = Decimal(1).scaleb(power)
        number = (below // step + 1) * step
        if number <= most:
            return float(number)
    return high


def _apart(shop: Tables, tiers: pd.DataFrame, every: pd.DataFrame) -> pd.Series:
    """Count, for each tier as exported, the customers whose spend asks for another."""
    nothing = pd.Series(float("nan"), index=tiers.index)
    if every.empty or not known(tiers):
        return nothing
    people = by_spend(members(shop), tiers).filter(lambda t: t.tier.isin(tiers["tier"].tolist()))
    other = people.filter(people.segment != people.tier)
    counted = shop.frame(other.group_by("tier").aggregate(n=other.count())).set_index("tier")["n"]
    return tiers["tier"].map(counted).fillna(0).astype("float64")


def _begins(tier: tuple, currency: str) -> str:
    name = f"{tier.tier} at {money(tier.threshold, currency=currency)}"
    if tier.threshold_high != tier.threshold_high:
        return name
    low, high = (
        money(m, currency=currency, cents=True) for m in (tier.threshold_low, tier.threshold_high)
    )
    return f"{name} (above {low}, at most {high})"
