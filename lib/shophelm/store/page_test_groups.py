"""Does a page test work better on some people than on others? Asked once, and corrected."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from shophelm.methods.corrections import holm
from shophelm.methods.effect_shrinkage import shrink_effects
from shophelm.methods.heterogeneity import cochran_q
from shophelm.methods.two_sample import lift
from shophelm.shop.needs import carries_missing, question
from shophelm.shop.tables import Tables
from shophelm.store.page_test_list import listed
from shophelm.store.page_test_metrics import BY_NAME, arms
from shophelm.store.page_test_people import GROUPS
from shophelm.store.page_tests import SOUND, arm_at
from shophelm.words import Sentence, change, listing, plural, rate, sentence

LEAST, LEVEL = 100, 0.05
NAMES = {
    "device": "device",
    "persona": "persona",
    "returning": "whether they had bought before",
}
BOUGHT = {True: "had bought before", False: "had not"}
DIMENSIONS = ["experiment_id", "variant", "by", "groups", "q", "p_value", "p_corrected", "found"]
COLUMNS = [
    *("experiment_id", "variant", "by", "group", "n", "n_control", "mean", "mean_control"),
    *("lift", "lift_low", "lift_high", "shrunk", "shrunk_low", "shrunk_high", "found"),
]


@dataclass(frozen=True, slots=True)
class PageTestGroups:
    """How effects differ by group.

    Attributes
    ----------
    groups
        One row per experiment, arm, dimension and group: experiment_id, variant, by, group, n,
        n_control, mean, mean_control, lift with lift_low and lift_high (95 %, on its own), shrunk
        with shrunk_low and shrunk_high (pulled towards the other groups), found (its dimension
        differs beyond chance).
    dimensions
        One row per experiment, arm and dimension: experiment_id, variant, by, groups (compared),
        q (Cochran's), p_value, p_corrected (Holm over all rows), found.
    """

    groups: pd.DataFrame
    dimensions: pd.DataFrame


@question(
    "Does a page test work better on some people than on others?",
    "experiments",
    "exposures",
    "events|orders.customer_id",
)
def page_test_groups(shop: Tables, *, least: int = LEAST) -> PageTestGroups:
    """Ask of each page test and dimension once whether the effect differs by group at all.

    Device, persona, and whether they had bought before the test: a dimension is spoken of only if
    Cochran's test finds that its groups differ, after Holm's correction over all dimensions, arms
    and tests. Going through groups until one stands out would find one in most tests.

    Parameters
    ----------
    shop
        Needs experiments and exposures, and what their primary metrics are counted from.
    least
        People a group must have in each arm to be compared.

    Returns
    -------
    PageTestGroups
        Of tests whose primary metric can be measured.

    Notes
    -----
    Effects are relative: a group that carts twice as often is not said to react more for it.
    Groups are known from before or at the exposure, never by what people did since.
    """
    tests = listed(shop)
    tests = tests[tests["metric"] != ""]
    parts = [
        _compared(shop, name, tests[tests["metric"] == name], by, least)
        for name in dict.fromkeys(tests["metric"])
        for by in GROUPS
    ]
    filled = [p for p in parts if len(p)]
    groups = pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=COLUMNS[:-1])
    place = dict(zip(tests["experiment_id"], range(len(tests)), strict=True))
    groups = groups.assign(at=groups["experiment_id"].map(place), dim=groups["by"].map(_place))
    groups = groups.sort_values(["at", "variant", "dim", "group"], ignore_index=True)
    dimensions = _dimensions(groups)
    keys = ["experiment_id", "variant", "by"]
    groups = groups.merge(dimensions[[*keys, "found"]], "left", on=keys)
    return PageTestGroups(_shrunk(groups, keys)[COLUMNS], dimensions)


@carries_missing
def shown_groups(found: PageTestGroups) -> pd.DataFrame:
    """Lay out the groups of the dimensions that differ beyond chance; no rows where none does."""
    rows = found.groups[found.groups["found"].astype(bool)]
    columns = ["experiment_id", "variant", "by", "group", "n", "n_control", "effect"]
    columns += ["shrunk", "shrunk_low", "shrunk_high"]
    rows = rows.rename(columns={"lift": "effect"})[columns]
    return rows.assign(by=rows["by"].map(NAMES)).reset_index(drop=True)


@carries_missing
def find_groups(found: PageTestGroups) -> Sentence:
    """Say whether any group differs, and how many were looked at."""
    rows = found.dimensions
    if rows.empty:
        return sentence("No page test has people enough to compare groups.")
    looked = {
        "n": plural(int(rows["groups"].sum()), "group"),
        "d": plural(len(rows), "comparison"),
        "tests": plural(rows["experiment_id"].nunique(), "test"),
    }
    beyond = rows[rows["found"]]
    if beyond.empty:
        return sentence(
            "No group reacts differently beyond chance: {n} of {tests} were looked at in {d}, the "
            "least likely of which comes about by chance in {p} of cases, corrected.",
            p=rate(rows["p_corrected"].min(), digits=0),
            **looked,
        )
    said = [_named(row, found.groups) for row in beyond.itertuples()]
    return sentence(
        "{n} of {tests} were looked at in {d}. Beyond chance, {found}.",
        found="; ".join(said),
        **looked,
    )


def _named(row: tuple, groups: pd.DataFrame) -> str:
    own = groups[groups["experiment_id"] == row.experiment_id]
    own = own[(own["variant"] == row.variant) & (own["by"] == row.by)]
    own = own.sort_values("shrunk", ascending=False)
    each = [f"{g.group} {change(g.shrunk)}" for g in own.itertuples()]
    return f"{row.variant} in {row.experiment_id} differs by {NAMES[row.by]}: {listing(each)}"


def _place(by: str) -> int:
    return GROUPS.index(by)


def _compared(shop: Tables, metric: str, tests: pd.DataFrame, by: str, least: int) -> pd.DataFrame:
    """Hold each group's arms against its control."""
    frame, arm = arms(shop, [BY_NAME[metric]], by=[by])
    rows = frame.assign(at=range(len(frame)))
    rows = rows.merge(tests[["experiment_id", "control"]], on="experiment_id")
    keys = ["experiment_id", by]
    control = rows[rows["variant"] == rows["control"]].set_index(keys)[["at", "n", "mean"]]
    control = control.add_suffix("_control")
    rows = rows[rows["variant"] != rows["control"]].join(control, on=keys, how="inner")
    enough = (rows["n"] >= least) & (rows["n_control"] >= least)
    rows = rows[enough].reset_index(drop=True)
    ours, theirs = (arm_at(arm, rows[c]) for c in ("at", "at_control"))
    sound = theirs.mean > SOUND * (theirs.variance / theirs.n) ** 0.5
    found = lift(ours, theirs)
    rows["lift"], rows["error"] = found["estimate"], found["error"]
    rows[["lift_low", "lift_high"]] = found[["low", "high"]]
    group = rows[by].map(BOUGHT) if by == "returning" else rows[by]
    rows = rows.assign(by=by, group=group.astype("object"))
    return rows[sound & (rows["error"] > 0)]


def _dimensions(groups: pd.DataFrame) -> pd.DataFrame:
    """Test each dimension of each arm of each test."""
    found = []
    for keys, own in groups.groupby(["experiment_id", "variant", "by"], sort=False):
        q, freedom, p_value = cochran_q(own["lift"], own["error"])
        if freedom:
            found.append((*keys, len(own), q, p_value))
    frame = pd.DataFrame(found, columns=DIMENSIONS[:-2])
    frame["p_corrected"] = holm(frame["p_value"])
    return frame.assign(found=frame["p_corrected"] < LEVEL)


def _shrunk(groups: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Pull each group's effect towards those of the other groups of its dimension."""
    groups = groups.assign(shrunk=None, shrunk_low=None, shrunk_high=None)
    names = ["shrunk", "shrunk_low", "shrunk_high"]
    groups[names] = groups[names].astype("float64")
    for _, own in groups.groupby(keys, sort=False):
        found = shrink_effects(own["lift"], own["error"])
        groups.loc[own.index, names] = found[["shrunk", "low", "high"]].to_numpy()
    return groups.assign(found=groups["found"].fillna(False).astype(bool))
