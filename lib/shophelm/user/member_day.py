"""What a member day really adds, net of what it draws from the days around it."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from shophelm.methods.event_study import FEWEST_PLACEBOS, EventStudy, event_study
from shophelm.shop.buyers import order_worths, worth_in
from shophelm.shop.calendar import Period
from shophelm.shop.needs import carries_missing, question
from shophelm.shop.ratios import as_floats
from shophelm.shop.tables import Tables
from shophelm.words import Sentence, count, money, number, plural, sentence

MEMBER_DAY, DOUBLE_POINTS = "member_day", "double_points"
NAMES = {MEMBER_DAY: "member day", DOUBLE_POINTS: "double-points day"}
"""The kinds of campaigns that are days for members."""
FIGURES = {"orders": "orders", "settled": "settled money", "worth": "margin after refunds"}


@dataclass(frozen=True, slots=True)
class MemberDays:
    """What member days added.

    Attributes
    ----------
    given
        Member days up to as_of.
    study
        Of members' orders, settled (money) and worth a day; None without a member day.
    worth_in
        What worth counts: margin or gmv.
    kind
        Which days they are: a key of NAMES.
    """

    given: int
    study: EventStudy | None
    worth_in: str
    kind: str = MEMBER_DAY


@question(
    "What does a member day really add?",
    "campaigns",
    "orders.customer_id",
    customers="members told from other buyers",
    points="members told from other buyers where there is no member list",
)
def member_day(
    shop: Tables, *, kind: str = MEMBER_DAY, before: int = 3, after: int = 7
) -> MemberDays:
    """Hold member days, and the days around them, against what was to be expected of members.

    Member days are campaigns of the kind `member_day`, double-points days those of the kind
    `double_points`; their days are those from burst_from until before afterglow_from. Members are
    the customers of the member list, or where there is none those with points, or else all known
    customers.

    Parameters
    ----------
    shop
        The shop.
    kind
        Which days: `member_day` or `double_points`.
    before, after
        Days around a member day from which orders may be shifted.

    Notes
    -----
    See `methods.event_study`. A member day inside another campaign, or within its reach, is not
    judged. Refunds still to come are not off the last weeks, in which all days stand a little too
    high. The points and benefits given on the day are not taken off.
    """
    campaigns = shop.frame(shop["campaigns"].order_by("burst_from", "campaign_id"))
    mine = campaigns["kind"] == kind
    days = campaigns[mine & (campaigns["burst_from"] <= shop.as_of)]
    if days.empty:
        return MemberDays(0, None, worth_in(shop), kind)
    period = Period(shop.first_day, shop.as_of)
    table = _members_days(shop, period)
    events = [
        ((c.burst_from - period.first).days, (c.afterglow_from - period.first).days - 1)
        for c in days.drop_duplicates("burst_from").itertuples()
    ]
    ordinary = pd.Series(True, index=table.index)
    for other in campaigns[~mine].itertuples():
        ordinary.loc[pd.Timestamp(other.warmup_from) : pd.Timestamp(other.ends_on)] = False
    study = event_study(
        table,
        week_day=[d.weekday() for d in period.every_day],
        events=[(first, last) for first, last in events if 0 <= first <= last],
        ordinary=ordinary,
        before=before,
        after=after,
    )
    return MemberDays(len(events), study, worth_in(shop), kind)


@carries_missing
def shown(found: MemberDays) -> pd.DataFrame:
    """Lay the effects out: one row per figure, on average for one member day.

    Returns
    -------
    DataFrame
        figure, unit, expected and observed on the day, on_day (observed − expected), around (the
        same of the days around it) and net (their sum), each with its 95% interval in _low and
        _high. Without rows where no member day can be judged.
    """
    if found.study is None or not found.study.events:
        return pd.DataFrame(columns=["figure", "unit"])
    known = [name for name in FIGURES if name != "worth" or found.worth_in == "margin"]
    effects = found.study.effects.loc[known]
    effects.insert(0, "unit", ["number" if name == "orders" else "money" for name in effects.index])
    effects.columns = effects.columns.str.replace("gain", "on_day").str.replace("shift", "around")
    return effects.rename(index=FIGURES).rename_axis("figure").reset_index()


@carries_missing
def find_member_day(found: MemberDays, *, currency: str) -> Sentence:
    """Say what a member day adds net of what is shifted, or why that is not known."""
    name = NAMES[found.kind]
    if not found.given:
        return sentence(
            "No campaign is of the kind {kind}, so that what a {name} adds is not known. Give each "
            "one as a campaign of this kind: its first day in burst_from, the day after it in "
            "afterglow_from.",
            kind=found.kind,
            name=name,
        )
    study = found.study
    if not study.events:
        return sentence(
            "What a {name} adds is not known: of {n} none can be judged, because other campaigns "
            "or other {name}s run within its reach, or its days are not over.",
            name=name,
            n=plural(found.given, name),
        )
    money_of = study.effects.loc["worth"]
    if study.placebos < FEWEST_PLACEBOS:
        return sentence(
            "What a {name} adds is not known: only {n} of ordinary days can be held against it, "
            "and {least} are needed.",
            name=name,
            n=plural(study.placebos, "stretch", "stretches"),
            least=count(FEWEST_PLACEBOS),
        )
    orders = study.effects.loc["orders"]
    return sentence(
        "{n} judged: on the day members place {seen} orders where {usual} were to be expected. Net "
        "of what it draws from the days around it, a {name} adds {net} orders (95% interval "
        "{low} to {high}) and {worth} of {what} ({worth_low} to {worth_high}){verdict}. What is "
        "given away on the day is not taken off.",
        n=f"{count(study.events)} of {plural(found.given, name)}",
        name=name,
        seen=number(orders["observed"], digits=1),
        usual=number(orders["expected"], digits=1),
        net=number(orders["net"], digits=1),
        low=number(orders["net_low"], digits=1),
        high=number(orders["net_high"], digits=1),
        what="margin" if found.worth_in == "margin" else "settled money",
        worth=money(money_of["net"], currency=currency),
        worth_low=money(money_of["net_low"], currency=currency),
        worth_high=money(money_of["net_high"], currency=currency),
        verdict="" if money_of["net_low"] > 0 else ", which is no more than chance may give",
    )


def _members_days(shop: Tables, period: Period) -> pd.DataFrame:
    """Add up members' orders, settled money and worth, day by day without gaps."""
    orders = order_worths(shop)
    source = next((t for t in ("customers", "points") if shop.filled(t)), None)
    if source is not None:
        orders = orders.semi_join(shop[source].select("customer_id").distinct(), "customer_id")
    days = orders.group_by("day").aggregate(
        orders=orders.count(), settled=orders.settled.sum(), worth=orders.worth.sum()
    )
    frame = shop.frame(days).set_index("day").apply(as_floats)
    frame.index = pd.to_datetime(frame.index)
    return frame.reindex(pd.date_range(period.first, period.last), fill_value=0.0)
