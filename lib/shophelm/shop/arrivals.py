"""What came from suppliers."""

from __future__ import annotations

import ibis

from shophelm.shop.tables import Tables


def arrivals(shop: Tables) -> ibis.Table:
    """Add up what came of purchase orders: product_id, received_on, units.

    Units are those that arrived; those ordered, where that is not known. Needs purchase_orders
    with received_on.
    """
    came = shop["purchase_orders"].filter(lambda t: t.received_on.notnull())
    units = ibis.coalesce(came.received_quantity, came.quantity)
    return came.group_by("product_id", "received_on").aggregate(units=units.sum())
