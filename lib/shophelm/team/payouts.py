"""What goals pay: who earns what, what it costs when all do worse or better, and cliffs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import pandas as pd

from shophelm.methods.payout import payout
from shophelm.shop.needs import Missing, carries_missing, question
from shophelm.shop.tables import Tables
from shophelm.team.goal_cascade import GoalCascade
from shophelm.team.ownership import titled_term
from shophelm.words import Sentence, change, listing, money, plural, sentence

TITLE = "Who earns what, and what does it cost?"
PLANS = (0.8, 1.0, 1.2)
"""Of the shop's plan, at which the cost of all payouts is reckoned."""
DRAWN = tuple(n / 100 for n in range(50, 151))
POINT = 0.01
NEAR = 0.02
"""Below a floor by so much, or less, is near a cliff."""
STEEP = 0.25
"""A jump of so much of what the target pays, or more, is a cliff."""
NOTHING = Decimal("0.00")
_JUST = 1e-9


@dataclass(frozen=True, slots=True)
class Payouts:
    """What the goals of a month pay. Money is decimal, and parts add up to sums exactly.

    Attributes
    ----------
    month
        Its first day.
    goals
        One row per goal: person_id, role, metric, attainment, settled_attainment (null where the
        goal is not in money, or no refunds are known), at_target, paid (by what was paid),
        on_settled (by what is left after refunds known at as_of; the same without any) and floor.
    people
        One row per person: person_id, paid, on_settled, taken_back (what refunds took off),
        project_bonus and total (on settled money, with the bonus).
    costs
        One row per plan: plan (share of its plan that the shop makes), cost, below (cost a point
        lower).
    curve
        As `costs`, from half of plan to one and a half.
    by_plan
        Whether costs are of the shop's plan, and not of everybody's own goals.
    cliffs
        One row per goal whose payout jumps, at its floor or, with a cap and no stretch, at its
        target: person_id, metric, at (attainment), jump (money) and near (attainment on settled
        money lies just below it).
    unknown
        Goals that cannot be measured, so that nothing is paid for them here: person_id, metric.
    """

    month: date
    goals: pd.DataFrame
    people: pd.DataFrame
    costs: pd.DataFrame
    curve: pd.DataFrame
    by_plan: bool
    cliffs: pd.DataFrame
    unknown: pd.DataFrame

    @property
    def refunds_known(self) -> bool:
        """Whether refunds could be taken off any goal."""
        return bool(self.goals["settled_attainment"].notna().any())


@question(TITLE, "goals", "people", "orders", refunds="payouts on settled money")
@carries_missing
def payouts(
    shop: Tables,
    attained: pd.DataFrame,
    *,
    shared: GoalCascade | Missing | None = None,
    worked: pd.DataFrame | None = None,
    project_bonus: float = 0.0,
) -> Payouts | Missing:
    """Reckon what the last month that is over pays.

    Parameters
    ----------
    shop
        Its goals say floor, target, stretch and cap.
    attained
        As `attainment.attainment` gives it.
    shared
        The plan by person, as `goal_cascade.goal_cascade` gives it: what all payouts cost is then
        that of the shop's plan. Without it, of everybody's own goals.
    worked
        Projects that worked, as `decisions.worked` gives them; those that came to be judged in the
        month are paid for with it. None for none.
    project_bonus
        Money for each of these.

    Notes
    -----
    `methods.payout`: nothing below the floor, in proportion up to the target, on a line from there
    to the cap at the stretch. Settled money falls while refunds still come, so that a payout on it
    is final only when returns are over.

    When the shop makes so much of its plan, a goal of money is attained as far as its holder's part
    of the plan goes; for other goals it is taken that they are attained as far as the plan is.
    Goals that cannot be measured cost nothing.
    """
    over = attained[attained["over"]]
    if over.empty:
        return Missing(TITLE, "goals", "No month with goals is over.")
    month = over["month"].max()
    rows = over[over["month"] == month].reset_index(drop=True)
    terms = shop.frame(shop["goals"]).set_index(["person_id", "period_from", "metric"])
    curves = [_curve(terms.loc[(g.person_id, month, g.metric)]) for g in rows.itertuples()]
    goals = _goals(rows, curves)
    unknown = goals["attainment"].isna()
    ahead = _planned(terms, shared) if isinstance(shared, GoalCascade) else {}
    held = [(c, 1.0) for c, no in zip(curves, unknown, strict=True) if not no]
    if ahead:
        left = set(zip(goals.loc[unknown, "person_id"], goals.loc[unknown, "metric"], strict=True))
        held = [at for key, at in ahead.items() if key not in left]
    return Payouts(
        month,
        goals,
        _people(goals, _projects(worked, month), project_bonus),
        _costs(held, PLANS),
        _costs(held, DRAWN),
        bool(ahead),
        _cliffs(goals, curves, settled=rows["settled_attainment"].fillna(rows["attainment"])),
        goals.loc[unknown, ["person_id", "metric"]].reset_index(drop=True),
    )


@carries_missing
def shown(found: Payouts) -> pd.DataFrame:
    """Lay out what each person earns."""
    names = {"paid": "payout_as_paid", "on_settled": "payout_on_settled", "total": "payout_total"}
    return found.people.rename(columns=names)


@carries_missing
def find_payouts(found: Payouts, *, currency: str) -> list[Sentence]:
    """Say what is paid, what refunds take off, what it costs at other attainments, and cliffs."""

    def spoken(amount: Decimal) -> object:
        return money(amount, currency=currency)

    paid, settled = (found.people[c].sum() for c in ("paid", "on_settled"))
    costs = found.costs.set_index("plan")["cost"]
    text = "{month} pays {settled} on settled money; on money as it was paid it would be {paid}."
    if not found.refunds_known:
        text = "{month} pays {paid}, by money as it was paid: no refunds are known."
    said = [
        sentence(
            text,
            month=found.month.strftime("%Y-%m"),
            settled=spoken(settled),
            paid=spoken(paid),
        ),
        sentence(
            "If {who} 80% of {plans} a month costs {low}{below}, at 100% {plan}, at 120% {high} "
            "({more}).",
            who="the shop makes" if found.by_plan else "all attain",
            plans="its plan" if found.by_plan else "their goals",
            low=spoken(costs[0.8]),
            below=_below(found.costs.iloc[0], currency),
            plan=spoken(costs[1.0]),
            high=spoken(costs[1.2]),
            more=change(float(costs[1.2] / costs[1.0]) - 1) if costs[1.0] else "–",
        ),
    ]
    near = found.cliffs[found.cliffs["near"]] if len(found.cliffs) else found.cliffs
    if len(found.cliffs):
        said.append(
            sentence(
                "At one point of attainment a payout jumps, by {jump} or so: {n} such a cliff"
                "{near}.",
                jump=spoken(sorted(found.cliffs["jump"])[len(found.cliffs) // 2]),
                n=plural(len(found.cliffs), "goal has", "goals have"),
                near=f", just below it: {listing(near['person_id'].tolist())}" if len(near) else "",
            )
        )
    if len(found.unknown):
        each = [f"{titled_term(r.metric)} of {r.person_id}" for r in found.unknown.itertuples()]
        text = "Cannot be measured, and so pays nothing here: {goals}."
        said.append(sentence(text, goals=listing(each)))
    return said


def _below(costs: pd.Series, currency: str) -> str:
    """Say what a point less costs, where that is another sum altogether."""
    if costs["below"] > costs["cost"] * Decimal("0.9"):
        return ""
    return f" (a point lower, {money(costs['below'], currency=currency)})"


def _planned(terms: pd.DataFrame, shared: GoalCascade) -> dict[tuple[str, str], tuple[dict, float]]:
    """Give each goal of the planned month its curve, and its attainment when the plan is made."""
    people = shared.people.dropna(subset="goal").set_index("person_id")
    at_plan = people["planned"].astype(float) / people["goal"]
    months = terms.index.get_level_values("period_from")
    found = {}
    for (person, _, metric), goal in terms[months == shared.month].sort_index().iterrows():
        at = float(at_plan.get(person, 1.0)) if metric == "gmv_paid" else 1.0
        found[str(person), str(metric)] = _curve(goal), at
    return found


def _costs(held: list[tuple[dict, float]], plans: Sequence[float]) -> pd.DataFrame:
    """Add up what goals pay when so much of plan is made, each attained so much at plan."""

    def cost(plan: float) -> Decimal:
        # 0.8 of plan is 0.8 of a goal, also where the machine's product is a hair below
        return sum((payout(round(plan * at, 9), **c) for c, at in held), NOTHING)

    costs = [(plan, cost(plan), cost(plan - POINT)) for plan in plans]
    return pd.DataFrame(costs, columns=["plan", "cost", "below"])


def _curve(goal: pd.Series) -> dict:
    """Give a goal's floor, target, stretch and cap as `methods.payout` takes them."""
    target, stretch, cap = (goal.get(n) for n in ("target", "stretch", "cap"))
    at_target = Decimal(goal["payout_at_target"])
    known = stretch is not None and not pd.isna(stretch) and float(target) > 0
    return {
        "at_target": at_target,
        "floor": 0.0
        if goal.get("floor") is None or pd.isna(goal["floor"])
        else float(goal["floor"]),
        "stretch": max(float(stretch) / float(target), 1.0) if known else None,
        "cap": None if cap is None or pd.isna(cap) else max(Decimal(cap), at_target),
    }


def _goals(rows: pd.DataFrame, curves: list[dict]) -> pd.DataFrame:
    """Reckon what each goal pays, by what was paid and by what is left after refunds."""
    settled = rows["settled_attainment"].fillna(rows["attainment"])
    names = ["person_id", "role", "metric", "attainment", "settled_attainment"]
    return rows[names].assign(
        at_target=[c["at_target"] for c in curves],
        paid=[payout(a, **c) for a, c in zip(rows["attainment"], curves, strict=True)],
        on_settled=[payout(a, **c) for a, c in zip(settled, curves, strict=True)],
        floor=[c["floor"] for c in curves],
    )


def _cliffs(goals: pd.DataFrame, curves: list[dict], *, settled: pd.Series) -> pd.DataFrame:
    """List where a goal's payout jumps; near is who lies just below on settled money."""
    rows = []
    for goal, curve, on in zip(goals.itertuples(), curves, settled, strict=True):
        for at in sorted({curve["floor"], 1.0} - {0.0}):
            jump = payout(at, **curve) - payout(at - _JUST, **curve)
            if jump >= Decimal(str(STEEP)) * curve["at_target"] > 0:
                rows.append((goal.person_id, goal.metric, at, jump, at - NEAR <= on < at))
    return pd.DataFrame(rows, columns=["person_id", "metric", "at", "jump", "near"])


def _projects(worked: pd.DataFrame | None, month: date) -> pd.Series:
    """Add up each person's parts of projects that came to be judged in a month."""
    if worked is None or worked.empty:
        return pd.Series(dtype=float)
    judged = [(d.year, d.month) == (month.year, month.month) for d in worked["judged_on"]]
    return worked[judged].groupby("person_id")["part"].sum()


def _people(goals: pd.DataFrame, projects: pd.Series, project_bonus: float) -> pd.DataFrame:
    sums = goals.groupby("person_id")[["paid", "on_settled"]].sum()
    sums = sums.reindex(sorted({*sums.index, *projects.index}), fill_value=NOTHING)
    bonus = Decimal(str(project_bonus))
    sums["taken_back"] = sums["paid"] - sums["on_settled"]
    sums["project_bonus"] = [
        (bonus * Decimal(str(projects.get(person, 0)))).quantize(NOTHING, ROUND_HALF_UP)
        for person in sums.index
    ]
    sums["total"] = sums["on_settled"] + sums["project_bonus"]
    return sums.rename_axis("person_id").reset_index()
