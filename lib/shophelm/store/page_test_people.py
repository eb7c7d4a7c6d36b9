"""Who saw which variant of a page, and what they did before and since.

Of ten million visitors most do nothing but look. They are counted, arm by arm, and only who did
something is followed one by one.
"""

from __future__ import annotations

import functools
from datetime import timedelta

import ibis
import pandas as pd

from shophelm.shop.buyers import MONEY
from shophelm.shop.listed import listed
from shophelm.shop.sales import paid_orders
from shophelm.shop.tables import Tables, once_per_shop

BEFORE = timedelta(days=28)
"""What a visitor did in these days before a test began says much of what they do in it."""
KINDS = {"carts": "cart", "pays": "pay"}
IN_MONEY = ("paid", "settled", "cash", "back")
COUNTED = (*KINDS, "orders", "paid", "settled")
GROUPS = ("device", "persona", "returning")
ALIKE = ("experiment_id", "variant", "first_seen_on", "device", "persona")
"""What people who did nothing are told apart by."""
_PERSON = ("person", "alike")
"""Who took part in one test is alike others in one way."""


def people(shop: Tables) -> ibis.Table:
    """Add up what the people in a page test did; the engine keeps it.

    A visitor who signed in is the customer; a visitor of whom only the id is known may be the
    customer of that id. Who saw two variants, as one visitor or as several, is in no arm.

    Parameters
    ----------
    shop
        Needs experiments and exposures; events for carts, views and payments seen, orders with
        customers for money.

    Returns
    -------
    Table
        One row per experiment and person who may have done something, and one for all alike who
        did nothing: experiment_id, person (null for those who did nothing), people (how many the
        row stands for), variant (null for who saw two), first_seen_on, device, persona (of the
        first exposure), and, from the first exposure on to the test's end or as_of, carts, pays
        (events), orders, paid, settled (paid, less what was paid back of those orders by as_of)
        and cash (paid, less what was paid back in that time for whatever order; money is decimal),
        each also as _before (in the 28 days before the test began), and returning (had paid before
        the first exposure). Null where the shop lacks the table.

    Notes
    -----
    What is bought without signing in reaches no arm. What was bought before counts only where the
    visitor had signed in before: a variant that makes people sign in would otherwise seem to have
    been shown to better customers. A visitor behind whom several customers signed in is taken for
    the first of them by id.
    """
    return _named(shop, _counted(shop))


def _named(shop: Tables, rows: ibis.Table) -> ibis.Table:
    """Say what people of one number are alike in."""
    named = rows.inner_join(_kinds(shop), "alike")
    sums = [c for c in rows.columns if c not in (*_PERSON, "people")]
    return named.select("person", "people", *ALIKE, *sums)


@once_per_shop
def _counted(shop: Tables) -> ibis.Table:
    """Give `people` with the number of what they are alike in, instead; the engine keeps it."""
    parts = [p for p in (_events(shop), *_money(shop)) if p is not None]
    parts = parts or [visitors(shop).select(*_PERSON).limit(0)]
    did = functools.reduce(_together, parts).mutate(people=ibis.literal(1, "int64"))
    known = set(did.columns)
    did = _filled(did, known).cache()
    return did.union(_filled(_rest(shop, did), known).cache())


def _filled(rows: ibis.Table, known: set[str]) -> ibis.Table:
    """Say nothing happened where nothing is recorded, and null where nothing could have been."""

    def value(name: str, otherwise: ibis.Value) -> ibis.Value:
        kind = otherwise.type()
        if name not in known:
            return ibis.null(kind)
        return rows[name].fill_null(otherwise).cast(kind) if name in rows.columns else otherwise

    counts, money = ibis.literal(0, "int64"), ibis.literal(0, MONEY)
    filled = {}
    for name in (c + end for end in ("", "_before") for c in (*COUNTED, "back")):
        filled[name] = value(name, money if name.removesuffix("_before") in IN_MONEY else counts)
    for end in ("", "_before"):
        back = filled.pop(f"back{end}")
        filled[f"cash{end}"] = (filled[f"paid{end}"] - back).cast(MONEY)
    filled["returning"] = value("returning", ibis.literal(False))
    return rows.select(*_PERSON, "people", **filled)


def people_and_views(shop: Tables) -> ibis.Table:
    """Give `people` with views, the item pages each saw since: dear, as everybody has some.

    Who did nothing but look is counted by how often they did.
    """
    rows = _counted(shop)
    if not shop.filled("events"):
        return _named(shop, rows.mutate(views=ibis.null("int64")))
    did, rest = rows.filter(rows.person.notnull()), rows.filter(rows.person.isnull())
    active = _viewed(shop, visitors(shop)).cache()
    idle = _alike(shop, _exposures(shop).anti_join(_active(shop), "visitor_id"))
    idle = _viewed(shop, idle.mutate(person=idle.visitor_id))
    looked = active.anti_join(did, _PERSON).union(idle)
    looked = looked.group_by("alike", "views").aggregate(people=looked.count()).cache()
    never = {"views": ibis.literal(0, "int64")}
    counts = ibis.union(
        looked,
        looked.mutate(**never, people=-looked.people),
        rest.select("alike", **never, people="people"),
    )
    others = counts.group_by("alike", "views").aggregate(people=counts.people.sum())
    # all of a kind are alike in everything but their views
    others = others.filter(others.people > 0).inner_join(rest.drop("people"), "alike")
    did = did.left_join(active, _PERSON).mutate(views=lambda t: t.views.fill_null(0))
    columns = [*rows.columns, "views"]
    return _named(shop, did.select(columns).union(others.select(columns)))


def _viewed(shop: Tables, seen: ibis.Table) -> ibis.Table:
    """Count the views of those who have any."""
    views = _events_of(shop, "view").inner_join(seen, "visitor_id")
    views = views.filter(since(views, views.occurred_at))
    return views.group_by(_PERSON).aggregate(views=views.count())


def visitors(shop: Tables) -> ibis.Table:
    """Give each visitor who may have done something the person behind it.

    Returns
    -------
    Table
        visitor_id, experiment_id, person, variant, first_seen_at, first_seen_on, device, persona
        (the last five of the person), known_at (since when the person's customer is known), began,
        over (the test's first moment, and the first one after it), leads (one visitor of each
        person), alike (the number of what people are told apart by).
    """
    seen, shared = _seen(shop), _shared(shop)
    alone = seen.anti_join(shared, [("visitor_id", "visitor_id"), ("alike", "own")])
    rows = alone.mutate(leads=True).union(shared.select(*alone.columns, "leads"))
    return rows.inner_join(_kinds(shop), "alike")


@once_per_shop
def _shared(shop: Tables) -> ibis.Table:
    """Give the visitors who are one person with others, and what that person saw first; kept.

    `own` is the number of what the visitor saw.
    """
    seen = _seen(shop)
    named = seen.filter(seen.person != seen.visitor_id)
    # a customer's own id may be the visitor's: it is shared if somebody signed in as that customer
    same = seen.filter(seen.person == seen.visitor_id).semi_join(named, "person")
    seen = named.union(same).inner_join(_kinds(shop), "alike").rename(own="alike")
    person = ("experiment_id", "person")
    several = seen.group_by(person).having(seen.count() > 1).aggregate()
    rows = seen.semi_join(several, person)
    one = ibis.window(group_by=person)
    first = ibis.window(group_by=person, order_by=["first_seen_at", "visitor_id"])
    least, most = rows.variant.min().over(one), rows.variant.max().over(one)
    unmixed = (least == most) & (rows.variant.count().over(one) == rows.count().over(one))
    of_first = ("first_seen_at", "first_seen_on", "device", "persona")
    rows = rows.mutate(
        variant=unmixed.ifelse(least, ibis.null("string")),
        **{c: rows[c].first().over(first) for c in of_first},
        known_at=rows.known_at.min().over(one),
        leads=ibis.row_number().over(first) == 0,
    )
    rows = rows.select("visitor_id", "own", "person", "known_at", "first_seen_at", "leads", *ALIKE)
    return _alike(shop, rows).cache()


@once_per_shop
def _seen(shop: Tables) -> ibis.Table:
    """Give the exposures of visitors who may have done something, and who they are; kept."""
    rows = _alike(shop, _exposures(shop).inner_join(_active(shop), "visitor_id"))
    return rows.select("visitor_id", "person", "known_at", "first_seen_at", "alike").cache()


def _alike(shop: Tables, rows: ibis.Table) -> ibis.Table:
    """Add to rows the number of what they are alike in, and when their test began and is over."""
    kinds = _kinds(shop).select("alike", *ALIKE, "began", "over")
    both = rows.inner_join(kinds, [rows[c].identical_to(kinds[c]) for c in ALIKE])
    return both.drop(*(c for c in both.columns if c.endswith("_right")))


@once_per_shop
def _kinds(shop: Tables) -> ibis.Table:
    """Give what exposures are told apart by, numbered; the engine keeps it.

    Returns
    -------
    Table
        alike (the number), the columns of ALIKE, seen (exposures), began and over (the test's first
        moment, and the first one after it). Of each there is one without a variant, too, for
        people who saw two.
    """
    rows = _exposures(shop)
    kinds = rows.group_by(ALIKE).aggregate(seen=rows.count())
    nobody = {"variant": ibis.null("string"), "seen": ibis.literal(0, "int64")}
    kinds = kinds.union(kinds.mutate(**nobody))
    kinds = kinds.group_by(ALIKE).aggregate(seen=kinds.seen.sum())
    kinds = kinds.mutate(alike=ibis.row_number().over(order_by=ALIKE).cast("int32"))
    return kinds.inner_join(_spans(shop), "experiment_id").cache()


@once_per_shop
def _active(shop: Tables) -> ibis.Table:
    """Give visitors who may have done something, the person behind each, and since when known.

    Who put something in the cart, paid or signed in, and customers who ordered. The engine keeps
    them.
    """
    kinds = {"visitor_id": "string", "person": "string", "known_at": "timestamp(6)"}
    active = listed(shop, pd.DataFrame(columns=list(kinds)), kinds)
    if shop.filled("events"):
        events = shop["events"]
        signed = events.customer_id.notnull()
        events = events.filter(signed | events.kind.isin(list(KINDS.values())))
        active = events.group_by("visitor_id").aggregate(
            customer_id=events.customer_id.min(), known_at=events.occurred_at.min(where=signed)
        )
        person = ibis.coalesce(active.customer_id, active.visitor_id)
        active = active.mutate(person=person).select(*kinds).cache()
    if shop.filled("orders.customer_id"):
        named = shop["orders"].select(visitor_id="customer_id").distinct()
        named = named.filter(named.visitor_id.notnull()).anti_join(active, "visitor_id")
        # what an engine keeps may be of another precision
        known_at = ibis.null(active.known_at.type())
        active = active.union(named.mutate(person="visitor_id", known_at=known_at))
    return active


def _rest(shop: Tables, did: ibis.Table) -> ibis.Table:
    """Count by kind the people of whom no deed is known: everybody, less those who did one."""
    kinds, shared = _kinds(shop), _shared(shop)
    signs = ((shared.select(alike="own"), -1), (shared.filter(shared.leads), 1), (did, -1))
    counts = [rows.group_by("alike").aggregate(people=rows.count() * sign) for rows, sign in signs]
    every = kinds.select("alike", people="seen").union(*counts)
    left = every.group_by("alike").aggregate(people=every.people.sum())
    return left.filter(left.people > 0).mutate(person=ibis.null("string"))


def _together(one: ibis.Table, other: ibis.Table) -> ibis.Table:
    """Put side by side what two tables know of people, of whom either may know nothing."""
    both = one.outer_join(other, _PERSON)
    either = {c: ibis.coalesce(both[c], both[f"{c}_right"]) for c in _PERSON}
    return both.mutate(**either).drop(*(f"{c}_right" for c in either))


def _exposures(shop: Tables) -> ibis.Table:
    """Give each visitor's exposure; variant is null for who saw two."""
    tests = _spans(shop)
    seen = shop["exposures"]
    if shop.checked("exposures").rejected:
        seen = _seen_twice(shop)
    both = seen.inner_join(tests, "experiment_id")
    rows = both.filter(both.first_seen_at < both.over).select(*seen.columns)
    return rows.mutate(first_seen_on=rows.first_seen_at.date())


def _spans(shop: Tables) -> ibis.Table:
    """Give each test's first moment, and the first one after it."""
    tests = shop["experiments"]
    end = ibis.coalesce(tests.ended_on, ibis.literal(shop.as_of))
    return tests.select(
        "experiment_id",
        began=tests.started_on.cast("timestamp"),
        over=(end + ibis.interval(days=1)).cast("timestamp"),
    )


def _seen_twice(shop: Tables) -> ibis.Table:
    """Give exposures where the check has set some aside: what else a visitor saw is not lost."""
    rows = shop.checked("exposures").rows
    end = ibis.literal(shop.as_of + timedelta(days=1)).cast("timestamp")
    rows = rows.filter(rows.variant.notnull(), rows.first_seen_at < end)
    least, most = rows.variant.min(), rows.variant.max()
    return rows.group_by("experiment_id", "visitor_id").aggregate(
        variant=(least == most).ifelse(least, ibis.null("string")),
        first_seen_at=rows.first_seen_at.min(),
        **{c: rows[c].first(order_by=["first_seen_at", c]) for c in ("device", "persona")},
    )


def _events(shop: Tables) -> ibis.Table | None:
    """Count each person's carts and payments, of those who have any."""
    if not shop.filled("events"):
        return None
    rows = _carts_and_pays(shop).inner_join(visitors(shop), "visitor_id")
    during, before = since(rows, rows.occurred_at), _before(rows, rows.occurred_at)
    counts = {name: (during & (rows.kind == kind)).sum() for name, kind in KINDS.items()}
    counts |= {f"{name}_before": (before & (rows.kind == k)).sum() for name, k in KINDS.items()}
    return rows.filter(during | before).group_by(_PERSON).aggregate(**counts)


@once_per_shop
def _carts_and_pays(shop: Tables) -> ibis.Table:
    """Give the carts and payments in the time that counts for any test; the engine keeps them."""
    return _events_of(shop, *KINDS.values()).cache()


def _events_of(shop: Tables, *kinds: str) -> ibis.Table:
    """Give the events of some kinds in the time that counts for any test."""
    events = shop["events"].select("visitor_id", "occurred_at", "kind")
    tests, at = _spans(shop), events.occurred_at
    before = tests.began.min().as_scalar() - ibis.interval(days=BEFORE.days)
    first = ibis.least(before, shop["exposures"].first_seen_at.min().as_scalar())
    return events.filter(events.kind.isin(kinds), at >= first, at < tests.over.max().as_scalar())


def _money(shop: Tables) -> list[ibis.Table]:
    """Add up each person's orders, and what was paid back to them."""
    if not shop.filled("orders.customer_id"):
        return []
    person = visitors(shop).filter(lambda t: t.leads)
    orders = paid_orders(shop).select(
        "order_id", "customer_id", "paid_at", "paid_amount", "refunded"
    )
    rows = orders.inner_join(person, orders.customer_id == person.person)
    during = since(rows, rows.paid_at)
    before = _before(rows, rows.paid_at) & _known_by(rows, rows.began)
    sums = {}
    for end, when in (("", during), ("_before", before)):
        sums[f"orders{end}"] = when.sum()
        sums[f"paid{end}"] = when.ifelse(rows.paid_amount, 0).sum()
        if shop.has("refunds"):
            sums[f"settled{end}"] = when.ifelse(rows.paid_amount - rows.refunded, 0).sum()
    earlier = (rows.paid_at < rows.first_seen_at) & _known_by(rows, rows.first_seen_at)
    found = [rows.group_by(_PERSON).aggregate(**sums, returning=earlier.any())]
    if shop.has("refunds"):
        back = shop["refunds"].select("order_id", "refunded_at", "amount")
        back = back.inner_join(orders.select("order_id", "customer_id"), "order_id")
        back = back.inner_join(person, back.customer_id == person.person)
        during = since(back, back.refunded_at)
        before = _before(back, back.refunded_at) & _known_by(back, back.began)
        sums = {"back": during.ifelse(back.amount, 0).sum()}
        sums["back_before"] = before.ifelse(back.amount, 0).sum()
        found.append(back.group_by(_PERSON).aggregate(**sums))
    return found


def since(rows: ibis.Table, at: ibis.Value) -> ibis.BooleanValue:
    """Tell what happened from the first exposure on to the test's end."""
    return (at >= rows.first_seen_at) & (at < rows.over)


def _before(rows: ibis.Table, at: ibis.Value) -> ibis.BooleanValue:
    began = ibis.least(rows.began, rows.first_seen_at)
    return (at < began) & (at >= rows.began - ibis.interval(days=BEFORE.days))


def _known_by(rows: ibis.Table, moment: ibis.Value) -> ibis.BooleanValue:
    return rows.known_at.isnull() | (rows.known_at < moment)
