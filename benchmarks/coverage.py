"""Measure how often intervals hold what was planted in simulated shops: docs/coverage.md."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

# the modules are found from the repository's root, not from this folder
sys.path[0] = str(Path(__file__).resolve().parents[1])

from scipy import stats  # noqa: E402

AS_OF = "2026-11-15"
SHOPS = [(4_000, seed) for seed in range(101, 113)] + [(20_000, seed) for seed in range(201, 205)]
HEAD = """# How often intervals hold the truth

`benchmarks/coverage.py` simulates shops with planted effects, reads every campaign of each that
is over and lies in no holiday, and counts the 95 % intervals of its ledger, of GMV paid, that
hold what was planted; then those of media: by what share visits answer to 1 % more of the usual
spend, and how long money works; the money of 28 days to come, foretold month after month
from what was known before each (80 % as the notebook shows it, and 95 %); last the team's scores:
by how much an owner's products are carted more or less than the mean owner's, for their skill and
for the pages they had made anew. The last column is the 95 % interval (Wilson) of the share.

The simulated shops break products, lose a channel for a week and give coupons out on fixed days;
where that happens beside a campaign, its baseline is off in every shop alike, and nobody told it.
Of orders placed in a burst, which the planted figure counts, six in a hundred are paid after it,
so that the burst's intervals lie a little low. Media intervals are too narrow: creators of unlike
pull take turns within a channel, and visits through it are learnt as if they were one. Months to
come are those of one calendar: what surprises one shop (its first Spring Festival) surprises all,
so that their shares are known less well than their intervals say.

| what | shops of | held | of | share | |
|---|---|---|---|---|---|
"""


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shops", type=int, default=len(SHOPS), help="the first so many [all]")
    given = parser.parse_args(arguments)
    counts: dict[tuple[str, int], list[bool]] = {}
    with ProcessPoolExecutor(2) as pool:
        for (customers, seed), found in zip(
            SHOPS[: given.shops], pool.map(measured, SHOPS[: given.shops]), strict=True
        ):
            print(f"{customers:,} customers, seed {seed}", file=sys.stderr, flush=True)
            for name, holds in found.items():
                counts.setdefault((name, customers), []).extend(holds)
    print(HEAD + "\n".join(_line(*key, holds) for key, holds in sorted(counts.items())))


def _line(name: str, customers: int, holds: list[bool]) -> str:
    ends = stats.binomtest(sum(holds), len(holds)).proportion_ci(method="wilson")
    share = f"{sum(holds) / len(holds):.1%}"
    return (
        f"| {name} | {customers:,} | {sum(holds)} | {len(holds)} | {share} | "
        f"{ends.low:.0%} to {ends.high:.0%} |"
    )


def measured(shop: tuple[int, int]) -> dict[str, list[bool]]:
    """Tell of every interval of one simulated shop whether it holds what was planted."""
    from shophelm.shop.tables import open_shop
    from shophelm.simulate import simulate

    customers, seed = shop
    with tempfile.TemporaryDirectory() as folder:
        simulate(Path(folder), customers=customers, seed=seed, file_format="parquet")
        truth = json.loads((Path(folder) / "truth.json").read_text(encoding="utf-8"))
        opened = open_shop(folder, as_of=AS_OF)
        return {
            **_campaigns(opened, truth),
            **_media(opened, truth["spend"]),
            **_months(opened),
            **_scores(opened, truth),
        }


def _scores(opened: object, truth: dict) -> dict[str, list[bool]]:
    """Hold each owner's fair score against their planted skill, and what was done to pages."""
    import numpy as np
    import pandas as pd

    from shophelm.team.scorecard import DAYS, ranked_by, scorecard

    planted = {p: s for p, s in truth["people"]["skill"].items() if "products" in s}
    lifted = {a["product_id"]: a for a in truth["actions"]}
    shares = {}
    for product, action in lifted.items():
        since = (pd.Timestamp(opened.as_of) - pd.Timestamp(action["done_on"])).days + 1
        shares[product] = np.log1p((action["cart_multiplier"] - 1) * min(since / DAYS, 1))
    true = pd.Series({
        person: np.log(s["skill"]) + np.mean([shares.get(p, 0.0) for p in s["products"]])
        for person, s in planted.items()
    })  # fmt: skip
    rows = ranked_by(scorecard(opened)).set_index("person_id")
    true = np.expm1(true - true.mean()).reindex(rows.index)
    held = (rows["fair_low"] <= true) & (true <= rows["fair_high"])
    return {"team: cart rate of an owner's products": held.tolist()}


def _months(opened: object) -> dict[str, list[bool]]:
    from shophelm.strategy.replay import replays

    chances = replays(opened)["chance_of_more"]
    return {
        f"28 days to come ({share:.0%})": [bool(c) for c in (chances - 0.5).abs() < share / 2]
        for share in (0.8, 0.95)
    }


def _campaigns(opened: object, truth: dict) -> dict[str, list[bool]]:
    from shophelm.promotion.ledger import PART_NAMES, WHOLE, ledger

    held: dict[str, list[bool]] = {}
    for told in truth["promotion"]:
        found = ledger(opened, campaign=told["campaign_id"])
        if not found.known or found.until < found.campaign.ends_on:
            continue
        parts = found.parts.set_index("part")
        planted = {f"campaign: {WHOLE}": (WHOLE, told["incremental_gmv"])}
        for phase, groups in told["incremental_gmv_by_phase_and_group"].items():
            name = PART_NAMES[phase]
            planted[f"campaign: {name}"] = name, groups["promoted"]
        for name, (part, value) in planted.items():
            row = parts.loc[part]
            held.setdefault(name, []).append(bool(row["low"] <= value <= row["high"]))
    return held


def _media(opened: object, truth: dict) -> dict[str, list[bool]]:
    import numpy as np

    from shophelm.promotion.spend_response import spend_response
    from shophelm.shop.calendar import Period
    from shophelm.simulate.planted.marketing import RESPONSES

    period = Period(opened.first_day, opened.as_of)
    found = spend_response(opened, period)
    rows = found.channels.set_index("channel")
    curves = found.curves.groupby("channel")
    spend = opened["spend"]
    paid = opened.frame(spend.group_by("channel", "creator").aggregate(cost=spend.cost.sum()))
    held: dict[str, list[bool]] = {"media: response of visits": [], "media: half-life": []}
    for response in RESPONSES:
        row = rows.loc[response.channel]
        mine = paid[paid["channel"] == response.channel]
        effects = truth["creators"].get(response.channel, {})
        costs = mine["cost"].astype(float) / period.days
        working = sum(
            effects.get(c, 1.0) * cost for c, cost in zip(mine["creator"], costs, strict=True)
        )
        stock, half = working / (1 - response.decay), response.half_yuan * truth["scale"]
        level = 1 - response.reach + response.reach * stock / (stock + half)
        true = response.reach * half * stock / (stock + half) ** 2 / level
        # visits at a steady spend, which are more than those of one that goes up and down
        curve = curves.get_group(response.channel)
        steady = np.interp(row["spend_a_day"], curve["spend"], curve["visits"])
        steady += row["visits_a_day"] * (1 - row["owed_share"])
        share = row["spend_a_day"] / 100 / steady
        ends = [row[f"next_visits{end}"] * share for end in ("_low", "_high")]
        held["media: response of visits"].append(bool(ends[0] <= true <= ends[1]))
        life = np.log(0.5) / np.log(response.decay)
        held["media: half-life"].append(bool(row["half_life_low"] <= life <= row["half_life_high"]))
    return held


if __name__ == "__main__":
    main()
