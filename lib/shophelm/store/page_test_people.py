"""Who saw which variant of a page, and what they did before and since."""

from __future__ import annotations

from datetime import timedelta

import ibis

from shophelm.shop.buyers import MONEY
from shophelm.shop.sales import paid_orders
from shophelm.shop.tables import Tables, once_per_shop

BEFORE = timedelta(days=28)
"""What a visitor did in these days before a test began says much of what they do in it."""
KINDS = {"carts": "cart", "pays": "pay"}
IN_MONEY = ("paid", "settled", "cash", "back")
COUNTED = (*KINDS, "orders", "paid", "settled")
GROUPS = ("device", "persona", "returning")
_PERSON = ("experiment_id", "person")


@once_per_shop
def people(shop: Tables) -> ibis.Table:
    """Add up what each person in a page test did; the engine keeps it.

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
        One row per experiment and person: experiment_id, person, key (a number for both), variant
        (null for who saw two), first_seen_at, device, persona (of the first exposure), and, from
        the first exposure on to the test's end or as_of, carts, pays (events), orders, paid,
        settled (paid, less what was paid back of those orders by as_of) and cash (paid, less what
        was paid back in that time for whatever order; money is decimal), each also as _before (in
        the 28 days before the test began), and returning (had paid before the first exposure).
        Null where the shop lacks the table.

    Notes
    -----
    What is bought without signing in reaches no arm. What was bought before counts only where the
    visitor had signed in before: a variant that makes people sign in would otherwise seem to have
    been shown to better customers. A visitor behind whom several customers signed in is taken for
    the first of them by id.
    """
    seen = visitors(shop)
    person = seen.filter(seen.leads).drop("visitor_id", "leads")
    parts = (_events(shop, seen), *_money(shop, person))
    for did in (p for p in parts if p is not None):
        person = person.left_join(did, "key").drop("key_right")
    there = set(person.columns)
    filled = {}
    for name in (c + end for end in ("", "_before") for c in (*COUNTED, "back")):
        kind = MONEY if name.removesuffix("_before") in IN_MONEY else "int64"
        known = person[name].fill_null(0).cast(kind) if name in there else ibis.null(kind)
        filled[name] = known
    for end in ("", "_before"):
        back = filled.pop(f"back{end}")
        filled[f"cash{end}"] = (filled[f"paid{end}"] - back).cast(MONEY)
    returning = ibis.null("boolean")
    if "returning" in there:
        returning = person.returning.fill_null(False)
    named = (*_PERSON, "key", "variant", "first_seen_at", "device", "persona")
    return person.select(*named, **filled, returning=returning).cache()


def people_and_views(shop: Tables) -> ibis.Table:
    """Give `people` with views, the item pages each saw since: dear, as everybody has some."""
    everybody = people(shop)
    if not shop.filled("events"):
        return everybody.mutate(views=ibis.null("int64"))
    rows = _happened(shop, visitors(shop), ["view"])
    rows = rows.filter(since(rows, rows.occurred_at))
    views = rows.group_by("key").aggregate(views=rows.count())
    both = everybody.left_join(views, "key").drop("key_right")
    return both.mutate(views=both.views.fill_null(0))


@once_per_shop
def visitors(shop: Tables) -> ibis.Table:
    """Give each exposed visitor the person behind it; the engine keeps it.

    Returns
    -------
    Table
        visitor_id, experiment_id, person, key (a number for both: it joins faster than they do),
        variant, first_seen_at, device, persona (the last four of the person), known_at (since
        when the person's customer is known), began, over (the test's first moment, and the first
        one after it), leads (one visitor of each person).
    """
    seen, known = _exposures(shop), _signed_in(shop)
    # only customers can stand behind several visitors, and windows over everybody are dear
    alone = seen.anti_join(known, "visitor_id")
    alone = alone.mutate(
        person=alone.visitor_id,
        known_at=ibis.null("timestamp(6)"),
        leads=True,
        key=ibis.row_number(),
    )
    signed = seen.inner_join(known, "visitor_id").rename(person="customer_id")
    one = ibis.window(group_by=_PERSON)
    first = ibis.window(group_by=_PERSON, order_by=["first_seen_at", "visitor_id"])
    least, most = signed.variant.min().over(one), signed.variant.max().over(one)
    unmixed = (least == most) & (signed.variant.count().over(one) == signed.count().over(one))
    signed = signed.mutate(
        variant=unmixed.ifelse(least, ibis.null("string")),
        **{c: signed[c].first().over(first) for c in ("first_seen_at", "device", "persona")},
        known_at=signed.known_at.min().over(one),
        leads=ibis.row_number().over(first) == 0,
        key=-1 - ibis.dense_rank().over(ibis.window(order_by=_PERSON)),
    )
    return alone.union(signed.select(*alone.columns)).cache()


def _exposures(shop: Tables) -> ibis.Table:
    """Give each visitor's exposure; variant is null for who saw two."""
    tests = shop["experiments"]
    end = ibis.coalesce(tests.ended_on, ibis.literal(shop.as_of))
    tests = tests.select(
        "experiment_id",
        began=tests.started_on.cast("timestamp"),
        over=(end + ibis.interval(days=1)).cast("timestamp"),
    )
    seen = shop["exposures"]
    if shop.checked("exposures").rejected:
        seen = _seen_twice(shop)
    seen = seen.inner_join(tests, "experiment_id")
    return seen.filter(seen.first_seen_at < seen.over)


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


def _signed_in(shop: Tables) -> ibis.Table:
    """Give the customer of each visitor who ever signed in, and since when; the engine keeps it."""
    if not shop.has("events.customer_id"):
        kinds = {"visitor_id": "string", "customer_id": "string", "known_at": "timestamp(6)"}
        return ibis.memtable([], schema=ibis.schema(kinds))
    events = shop["events"].filter(lambda t: t.customer_id.notnull())
    people = events.group_by("visitor_id").aggregate(
        customer_id=events.customer_id.min(), known_at=events.occurred_at.min()
    )
    return people.cache()


def _events(shop: Tables, seen: ibis.Table) -> ibis.Table | None:
    """Count each person's carts and payments, of the few who have any."""
    if not shop.filled("events"):
        return None
    rows = _happened(shop, seen, list(KINDS.values()))
    during, before = since(rows, rows.occurred_at), _before(rows, rows.occurred_at)
    counts = {name: (during & (rows.kind == kind)).sum() for name, kind in KINDS.items()}
    counts |= {f"{name}_before": (before & (rows.kind == k)).sum() for name, k in KINDS.items()}
    return rows.filter(during | before).group_by("key").aggregate(**counts)


def _happened(shop: Tables, seen: ibis.Table, kinds: list[str]) -> ibis.Table:
    events = shop["events"].select("visitor_id", "occurred_at", "kind")
    return events.filter(events.kind.isin(kinds)).inner_join(seen, "visitor_id")


def _money(shop: Tables, person: ibis.Table) -> list[ibis.Table | None]:
    """Add up each person's orders, and what was paid back to them."""
    if not shop.filled("orders.customer_id"):
        return []
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
    found = [rows.group_by("key").aggregate(**sums, returning=earlier.any())]
    if shop.has("refunds"):
        back = shop["refunds"].select("order_id", "refunded_at", "amount")
        back = back.inner_join(orders.select("order_id", "customer_id"), "order_id")
        back = back.inner_join(person, back.customer_id == person.person)
        during = since(back, back.refunded_at)
        before = _before(back, back.refunded_at) & _known_by(back, back.began)
        sums = {"back": during.ifelse(back.amount, 0).sum()}
        sums["back_before"] = before.ifelse(back.amount, 0).sum()
        found.append(back.group_by("key").aggregate(**sums))
    return found


def since(rows: ibis.Table, at: ibis.Value) -> ibis.BooleanValue:
    """Tell what happened from the first exposure on to the test's end."""
    return (at >= rows.first_seen_at) & (at < rows.over)


def _before(rows: ibis.Table, at: ibis.Value) -> ibis.BooleanValue:
    began = ibis.least(rows.began, rows.first_seen_at)
    return (at < began) & (at >= rows.began - ibis.interval(days=BEFORE.days))


def _known_by(rows: ibis.Table, moment: ibis.Value) -> ibis.BooleanValue:
    return rows.known_at.isnull() | (rows.known_at < moment)
