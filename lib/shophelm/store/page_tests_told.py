"""What is said of the page tests, and what they propose."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from shophelm.actions import WORTH, Action, due, worth_fields
from shophelm.shop.needs import carries_missing
from shophelm.shop.tables import Tables
from shophelm.store.page_test_list import RUNNING
from shophelm.store.page_test_verdicts import BROKEN, RUN_ON, SHIP, STOP, UNKNOWABLE, UNMEASURED
from shophelm.store.page_tests import PageTests
from shophelm.words import (
    Sentence,
    begun,
    change,
    count,
    in_unit,
    listing,
    money,
    number,
    plural,
    rate,
    sentence,
    spoken,
    unknown,
)

DECIDED = {
    SHIP: "Ship {variant}.",
    STOP: "Stop, and keep {control}.",
    RUN_ON: "Keep running for {more}, by when an effect of {smallest} is likely to be seen.",
    UNKNOWABLE: "It can't be known at this traffic: to see an effect of {smallest} takes {more} "
    "more with {a_day} new people a day.",
}
MEASURED = (
    " {figure}: {mean} with {variant}, {mean_control} with {control}; {lift}{allowed} (95% "
    "interval {low} to {high}, {horizon}) from {people} in {days}."
)
RISK = "{risk} of {what} over 28 days, the loss to be expected by what people paid."
IN = {"margin": "margin", "gmv": "GMV"}


@carries_missing
def find_page_tests(tests: PageTests, *, currency: str) -> list[Sentence]:
    """Say of each test what to do, why, and what it costs if that is wrong."""
    rows = tests.verdicts
    if rows.empty:
        return [sentence("Nobody was exposed to a page test yet.")]
    said = [_said(row, tests, currency) for row in rows.to_dict("records")]
    return said + _care(tests)


@carries_missing
def page_test_actions(shop: Tables, tests: PageTests, *, most: int = 5) -> list[Action]:
    """Propose what the verdicts ask somebody to do.

    Parameters
    ----------
    shop
        For the day by which we will know.
    tests
        As `page_tests` gives them.
    most
        Actions proposed: the latest tests first.

    Notes
    -----
    A finished test that is to be stopped, or of which nothing can be known, asks for nothing.
    """
    found = []
    for row in tests.verdicts.to_dict("records"):
        asked = _asked(row, tests.smallest_effect)
        if asked:
            ships = row["verdict"] == SHIP
            found.append(_action(shop, row, asked, ships=ships))
    return found[:most]


def _said(row: dict[str, Any], tests: PageTests, currency: str) -> Sentence:
    """Say the verdict on one test."""
    name = {"test": row["experiment_id"], "question": row["question"]}
    head = "{test} ({question}) "
    if row["verdict"] == UNMEASURED:
        return sentence(
            head + "can't be decided: nothing is known of {term} in both arms.",
            term=spoken(row["term"]), **name,
        )  # fmt: skip
    if row["verdict"] == BROKEN:
        return sentence(
            head + "must not be read out: so uneven a split of {people} comes about by chance in "
            "{p} of tests. Find out where people got lost, mend it, and start again.",
            people=plural(row["people"], "person", "people"),
            p=rate(row["split_p"], digits=4),
            **name,
        )
    text = head.rstrip() + ": " + DECIDED[row["verdict"]] + MEASURED
    if row["provisional"]:
        text += " Provisional: refunds can still change it."
    if not unknown(row["risk"]):
        chosen = "shipping {variant}" if row["verdict"] == SHIP else "keeping {control}"
        text += f" The risk of {chosen}: " + RISK
    return sentence(text, **name, **_values(row, tests, currency))


def _values(row: dict[str, Any], tests: PageTests, currency: str) -> dict[str, Any]:
    show = in_unit(row["unit"], currency=currency)
    figure = row["figure"]
    return {
        "figure": begun(figure),
        "variant": row["variant"],
        "control": row["control"],
        "mean": show(row["mean"]),
        "mean_control": show(row["mean_control"]),
        "lift": change(row["lift"]),
        "allowed": " once what they did before is allowed for" if row["narrower"] > 0 else "",
        "low": change(row["lift_low"]),
        "high": change(row["lift_high"]),
        "horizon": "good on any day" if row["state"] == RUNNING else "at its end",
        "people": plural(row["people"], "person", "people"),
        "days": plural(row["days"], "day"),
        "more": _days(row["days_more"]),
        "a_day": number(row["a_day"], digits=1),
        "smallest": f"±{rate(tests.smallest_effect, digits=0)}",
        "risk": money(row["risk"], currency=currency),
        "what": IN.get(row["worth_in"], ""),
    }


def _days(days: Any) -> str:
    return "more days than anybody has" if unknown(days) else plural(int(days), "day")


def _care(tests: PageTests) -> list[Sentence]:
    """Say who was left out, what was cut, and what knowing people from before was worth."""
    said = []
    mixed = tests.verdicts[tests.verdicts["mixed"] > 0]
    if len(mixed):
        which = [f"{r.mixed:,} of {r.experiment_id}" for r in mixed.itertuples()]
        said.append(sentence("Saw two variants, and are left out: {which}.", which=listing(which)))
    primary = tests.metrics[tests.metrics["primary"] & (tests.metrics["narrower"] > 0)]
    if len(primary):
        said.append(
            sentence(
                "What people did in the 28 days before a test made its interval up to {most} "
                "narrower.",
                most=rate(primary["narrower"].max(), digits=1),
            )
        )
    cut = int(tests.metrics["cut"].sum())
    if cut:
        of = tests.metrics.loc[tests.metrics["cut"] > 0]
        said.append(
            sentence(
                "Largest and smallest amounts are cut: {n} values in {figures}.",
                n=count(cut),
                figures=listing(list(dict.fromkeys(of["figure"]))),
            )
        )
    return said


def _asked(row: dict[str, Any], smallest: float) -> str:
    """Say what somebody is to do about a test; "" for nothing."""
    running = row["state"] == RUNNING
    test = row["experiment_id"]
    if row["verdict"] == SHIP:
        return f"Show {row['variant']} to everybody, and end {test}."
    if row["verdict"] == BROKEN:
        return f"Find out where people of {test} got lost, mend it, and run it again."
    if row["verdict"] == RUN_ON:
        verb = "Let it run" if running else "Run it again"
        return f"{verb}: {test}, for {_days(row['days_more'])} more, and decide then."
    if running and row["verdict"] == STOP:
        return f"End {test}, and keep {row['control']}."
    if running and row["verdict"] == UNKNOWABLE:
        least = rate(smallest, digits=0)
        return f"End {test}: an effect of {least} can't be seen at this traffic. Try a bolder one."
    return ""


def _action(shop: Tables, row: dict[str, Any], asked: str, *, ships: bool) -> Action:
    worth = worth_fields(*(row[name] for name in WORTH), row["worth_in"]) if ships else {}
    waits = row["verdict"] == RUN_ON
    later = shop.as_of + timedelta(days=int(row["days_more"])) if waits else due(shop.as_of)
    return Action(
        kind="page test",
        subject=f"experiment:{row['experiment_id']}",
        action=asked,
        owner_role="designer",
        metric=row["term"],
        due_on=later,
        **worth,
    )
