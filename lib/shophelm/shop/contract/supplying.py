"""What is on the shelf, what is on its way, and who sends it."""

from shophelm.shop.contract.language import Column, Table, in_order

STOCK = Table(
    "stock",
    grain="day × product (× warehouse), at the end of the day",
    key=("day", "product_id", "warehouse"),
    time="day",
    source="the warehouse system's daily stock, or Shopify › Inventory › Export",
    columns=(
        Column("day", "day", "the day"),
        Column("product_id", "id", "the product", refers_to="products.product_id"),
        Column("warehouse", "text", "the warehouse", optional=True),
        Column("on_hand", "count", "units on the shelf", unit="units", least=0),
        Column("in_transit", "count", "units on their way", optional=True, unit="units", least=0),
        Column("reserved", "count", "units promised", optional=True, unit="units", least=0),
    ),
)

PURCHASE_ORDERS = Table(
    "purchase_orders",
    grain="purchase-order line",
    key=("po_id", "product_id"),
    time="ordered_on",
    source="the buying system's order list with arrivals",
    columns=(
        Column("po_id", "id", "the purchase order"),
        Column("product_id", "id", "the product", refers_to="products.product_id"),
        Column("supplier_id", "id", "the supplier", refers_to="suppliers.supplier_id"),
        Column("ordered_on", "day", "day it was ordered"),
        Column("promised_on", "day", "day it was promised for"),
        Column(
            "received_on",
            "day",
            "day it arrived; null while open",
            optional=True,
            known_at=("received_on",),
        ),
        Column("quantity", "count", "units ordered", unit="units", least=1),
        Column(
            "received_quantity",
            "count",
            "units that arrived",
            optional=True,
            unit="units",
            least=0,
            known_at=("received_on",),
        ),
        Column("unit_cost", "money", "price of one unit", least=0),
    ),
    promises=(in_order("ordered_on", "promised_on"), in_order("ordered_on", "received_on")),
)

SUPPLIERS = Table(
    "suppliers",
    grain="supplier",
    key=("supplier_id",),
    source="the buyer's own list",
    columns=(
        Column("supplier_id", "id", "the supplier"),
        Column("name", "text", "the company's name"),
        Column("moq", "count", "smallest order", optional=True, unit="units", least=1),
        Column("pack_size", "count", "units to a pack", optional=True, unit="units", least=1),
        Column("lead_time_days", "number", "promised", optional=True, unit="days", least=0),
        Column("transit_days", "number", "of it in transit", optional=True, unit="days", least=0),
    ),
)

REGIONS = Table(
    "regions",
    grain="region that goods are sent to",
    key=("region",),
    source="the carrier's delivery times and rates from the shop's warehouse",
    columns=(
        Column("region", "text", "the region, as orders.region writes it"),
        Column("transit_days", "number", "warehouse to customer", unit="days", least=0),
        Column("parcel_cost", "money", "what one parcel costs the shop", optional=True, least=0),
    ),
)

TABLES = (STOCK, PURCHASE_ORDERS, SUPPLIERS, REGIONS)
