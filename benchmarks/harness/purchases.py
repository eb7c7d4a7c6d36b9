"""A shop of orders only, for the cases about customers: a million of them to ten million lines."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.harness import suite
from benchmarks.harness.case import Answer, Contender
from benchmarks.harness.kept import KEPT, once
from benchmarks.harness.suite import AS_OF

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    from shophelm.shop.tables import Tables

LINES_PER_CUSTOMER, LINES_PER_ORDER, PRODUCTS = 10, 2, 50_000
DAYS = 728


def made(lines: int, *, kept: Path = KEPT) -> Path:
    """Give the folder of a shop with about so many order lines, made if it is not there.

    Customers buy at gamma-distributed rates (half of them once or twice), at most once a day;
    there are no refunds and no freight.
    """

    def write(folder: Path) -> None:
        import numpy as np
        from pyarrow import parquet

        folder.mkdir()
        for name, table in _tables(lines, np.random.default_rng(1)).items():
            parquet.write_table(table, folder / f"{name}.parquet")

    return once(kept / f"lines_{lines}", f"making a shop of {lines:,} order lines", write)


def about(folder: Path) -> str:
    """Say how large a shop is."""
    from pyarrow import parquet

    names = ("order_lines", "orders")
    lines, orders = (parquet.read_metadata(folder / f"{n}.parquet").num_rows for n in names)
    return f"{lines:,} order lines, {orders:,} orders"


def contenders(count: Callable[[Tables], Answer]) -> tuple[Contender, Contender]:
    """Give the suite's rows, as `suite.contenders` does."""
    return suite.contenders(
        count, tables=["orders", "order_lines"], imports=["shophelm.user.value_grid"]
    )


def _tables(lines: int, rng: np.random.Generator) -> dict[str, pa.Table]:
    import numpy as np
    import pyarrow as pa

    customer, day = _purchases(lines, rng)
    orders = len(customer)
    sizes = 1 + rng.poisson(LINES_PER_ORDER - 1, orders)
    order = np.repeat(np.arange(orders), sizes)
    price = np.round(np.exp(rng.normal(4, 0.8, PRODUCTS))).astype("int64") * 100 + 90
    cost = (price * rng.uniform(0.3, 0.7, PRODUCTS)).astype("int64")
    product = (PRODUCTS * rng.random(len(order)) ** 2).astype("int64")
    quantity = 1 + (rng.random(len(order)) < 0.1)
    paid = price[product] * quantity
    goods = np.bincount(order, paid, orders).astype("int64")
    none = _money(np.zeros(orders, dtype="int64"))
    paid_at = _moments(day, rng)
    return {
        "products": pa.table(
            {
                "product_id": _ids("p", np.arange(PRODUCTS)),
                "title": _ids("Product ", np.arange(PRODUCTS)),
                "category": _ids("category ", np.arange(PRODUCTS) % 20),
                "unit_cost": _money(cost),
            }
        ),
        "orders": pa.table(
            {
                "order_id": _ids("o", np.arange(orders)),
                "customer_id": _ids("c", customer),
                "created_at": paid_at,
                "paid_at": paid_at,
                "goods_amount": _money(goods),
                "discount_amount": none,
                "shipping_amount": none,
                "paid_amount": _money(goods),
            }
        ),
        "order_lines": pa.table(
            {
                "order_id": _ids("o", order),
                "line_no": 1 + np.arange(len(order)) - np.repeat(np.cumsum(sizes) - sizes, sizes),
                "product_id": _ids("p", product),
                "quantity": quantity,
                "list_price": _money(price[product]),
                "unit_price": _money(price[product]),
                "paid_amount": _money(paid),
            }
        ),
    }


def _purchases(lines: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Draw who buys on which day, in order of time; each customer at least once."""
    import numpy as np

    customers = max(1, lines // LINES_PER_CUSTOMER)
    rate = rng.gamma(0.6, (LINES_PER_CUSTOMER / LINES_PER_ORDER - 1) / 0.6, customers)
    who = np.repeat(np.arange(customers), 1 + rng.poisson(rate))
    # whoever once comes leaves some day
    left = rng.integers(1, DAYS + 1, customers)
    day = (rng.random(len(who)) * left[who]).astype("int64")
    # one of equal pairs: a customer buys once a day
    packed = np.unique(day * customers + who)
    return packed % customers, packed // customers


def _moments(day: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    import numpy as np

    first = np.datetime64(AS_OF - timedelta(days=DAYS - 1), "s")
    seconds = day * 86_400 + rng.integers(8 * 3600, 24 * 3600, len(day))
    return (first + seconds).astype("datetime64[us]")


def _ids(prefix: str, numbers: np.ndarray) -> pa.Array:
    import pyarrow as pa
    from pyarrow import compute

    return compute.binary_join_element_wise(prefix, pa.array(numbers).cast("string"), "")


def _money(cents: np.ndarray) -> pa.Array:
    """Give cents as exact amounts with four decimals: 128 bits each, the upper half empty."""
    import numpy as np
    import pyarrow as pa

    halves = np.column_stack([cents.astype("int64") * 100, np.zeros(len(cents), dtype="int64")])
    buffer = pa.py_buffer(halves.tobytes())
    return pa.Array.from_buffers(pa.decimal128(18, 4), len(cents), [None, buffer])
