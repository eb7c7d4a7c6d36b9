"""A shop with one large page test: raw exposures, events and orders."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.harness.kept import KEPT, once

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa


AS_OF, BEGAN, DAYS, BEFORE = date(2026, 10, 14), date(2026, 10, 1), 14, 28
CONTROL, TREATED = "plain", "scene"
SIGNED_IN, DEVICES = 8, 100
"""One visitor in so many is a customer, and one customer in so many comes with a second device."""


def made(visitors: int, *, kept: Path = KEPT) -> Path:
    """Give the folder of a shop with so many visitors in a test, made if it is not there.

    Every visitor sees an item, some cart it, customers pay; a third came in the four weeks before,
    the same way. Who carts often does so before and during the test. The treated cart 5 % more.
    """

    def write(folder: Path) -> None:
        import numpy as np
        from pyarrow import parquet

        folder.mkdir()
        for name, table in _tables(visitors, np.random.default_rng(20261014)).items():
            parquet.write_table(table, folder / f"{name}.parquet")

    return once(kept / f"page_test_{visitors}", f"making a test of {visitors:,} visitors", write)


def about(folder: Path) -> str:
    """Say how large a test is."""
    from pyarrow import parquet

    rows = {n: parquet.read_metadata(folder / f"{n}.parquet").num_rows for n in TABLES}
    return ", ".join(f"{n:,} {name}" for name, n in rows.items())


TABLES = ("exposures", "events", "orders")


def _tables(visitors: int, rng: np.random.Generator) -> dict[str, pa.Table]:
    import numpy as np
    import pyarrow as pa

    n = visitors
    number = np.arange(n)
    customer = np.where(number % SIGNED_IN == 0, number // SIGNED_IN, -1)
    # a second device is the customer of the visitor before
    second = (number % (SIGNED_IN * DEVICES) == 1) & (number > 0)
    customer[second] = customer[number[second] - 1]
    treated = rng.integers(0, 2, n).astype(bool)
    second_of = np.datetime64(BEGAN, "s")
    seen = second_of + rng.integers(0, DAYS * 86_400 - 600, n)
    likes = rng.beta(1.0, 4.0, n)
    cart = rng.random(n) < likes * np.where(treated, 1.05, 1.0)
    pay = cart & (customer >= 0) & (rng.random(n) < 0.5)
    came = rng.random(n) < 1 / 3
    before = second_of - 60 - rng.integers(0, BEFORE * 86_400 - 600, n)
    cart_before = came & (rng.random(n) < likes)
    pay_before = cart_before & (customer >= 0) & (rng.random(n) < 0.5)
    everybody = np.ones(n, dtype=bool)
    parts = [
        (everybody, seen, 0, "view"), (cart, seen, 60, "cart"), (pay, seen, 120, "pay"),
        (came, before, 0, "view"), (cart_before, before, 20, "cart"),
        (pay_before, before, 40, "pay"),
    ]  # fmt: skip
    who = np.concatenate([number[mask] for mask, *_ in parts])
    at = np.concatenate([start[mask] + late for mask, start, late, _ in parts])
    kinds = np.concatenate([np.full(mask.sum(), k) for k, (mask, *_) in enumerate(parts)])
    # a log is written in the order of time
    turn = np.argsort(at, kind="stable")
    who, at, kinds = who[turn], at[turn], kinds[turn]
    names = pa.array([kind for *_, kind in parts])
    bought = np.isin(kinds, (2, 5))
    return {
        "experiments": _experiment(),
        "exposures": pa.table(
            {
                "experiment_id": pa.array(["photo"]).take(pa.array(np.zeros(n, dtype="int64"))),
                "visitor_id": _ids("v", number),
                "variant": pa.array([CONTROL, TREATED]).take(pa.array(treated.astype("int64"))),
                "first_seen_at": seen.astype("datetime64[us]"),
            }
        ),
        "events": pa.table(
            {
                "event_id": _ids("e", np.arange(len(who))),
                "visitor_id": _ids("v", who),
                "customer_id": _ids("c", customer[who], known=customer[who] >= 0),
                "occurred_at": at.astype("datetime64[us]"),
                "kind": names.take(pa.array(kinds)),
            }
        ),
        "orders": _orders(customer[who[bought]], at[bought], rng),
    }


def _experiment() -> pa.Table:
    import pyarrow as pa

    return pa.table(
        {
            "experiment_id": ["photo"],
            "question": ["Does the photo sell?"],
            "unit": ["visitor"],
            "started_on": [BEGAN],
            "ended_on": [AS_OF],
            "control_variant": [CONTROL],
            "primary_metric": ["cart_rate"],
            "planned_split": [f"{CONTROL}:1;{TREATED}:1"],
        }
    )


def _orders(customer: np.ndarray, at: np.ndarray, rng: np.random.Generator) -> pa.Table:
    import numpy as np
    import pyarrow as pa

    cents = np.round(100 * rng.lognormal(4.5, 0.8, len(customer))).astype("int64")
    amount = pa.array(cents).cast(pa.decimal128(19, 0))
    amount = pa.compute.divide(amount, pa.scalar(100, pa.decimal128(3, 0)))
    amount = amount.cast(pa.decimal128(18, 4), safe=False)
    none = pa.array(np.zeros(len(customer), dtype="int64")).cast(pa.decimal128(19, 0))
    none = none.cast(pa.decimal128(18, 4), safe=False)
    moment = at.astype("datetime64[us]")
    return pa.table(
        {
            "order_id": _ids("o", np.arange(len(customer))),
            "customer_id": _ids("c", customer),
            "created_at": moment,
            "paid_at": moment,
            "goods_amount": amount,
            "discount_amount": none,
            "shipping_amount": none,
            "paid_amount": amount,
        }
    )


def _ids(prefix: str, numbers: np.ndarray, known: np.ndarray | None = None) -> pa.Array:
    import pyarrow as pa
    from pyarrow import compute

    given = pa.array(numbers, mask=None if known is None else ~known).cast("string")
    return compute.binary_join_element_wise(prefix, given, "")
