"""The files that Olist was published in, and what one of each means."""

from __future__ import annotations

from shophelm.shop.importers.language import Role

STATUSES = {
    "created": "created",
    "approved": "paid",
    "invoiced": "paid",
    "processing": "paid",
    "shipped": "shipped",
    "delivered": "completed",
    "canceled": "cancelled",
    "unavailable": "cancelled",
}
ORDERS = Role(
    "orders",
    "the orders",
    needs=("order_id", "order_purchase_timestamp"),
    uses=("customer_id", "order_status", "order_approved_at", "order_delivered_customer_date"),
    personal={"customer_id": "keyed hash of the person's own id"},
    table="orders",
)
ORDERS_BY_NUMBER = Role(
    "orders_by_number", "the orders", needs=("date", "order_id"), table="orders"
)
ITEMS = Role(
    "items",
    "the items",
    needs=("order_id", "product_id", "price"),
    uses=("order_item_id", "freight_value"),
    table="order_lines",
)
PAYMENTS = Role("payments", "the payments", needs=("order_id", "payment_value"))
CUSTOMERS = Role(
    "customers",
    "the customers",
    needs=("customer_id", "customer_unique_id"),
    uses=("customer_state",),
    personal={
        "customer_id": "",
        "customer_unique_id": "keyed hash",
        "customer_zip_code_prefix": "",
        "customer_city": "",
    },
)
PRODUCTS = Role(
    "products", "the products", needs=("product_id", "product_category_name"), table="products"
)
PRODUCTS_BY_NUMBER = Role(
    "products_by_number", "the products", needs=("product_id", "category_name"), table="products"
)
TRANSLATION = Role(
    "translation",
    "the category names",
    needs=("product_category_name", "product_category_name_english"),
)
ROLES = (
    ORDERS,
    ITEMS,
    PAYMENTS,
    CUSTOMERS,
    TRANSLATION,
    PRODUCTS,
    PRODUCTS_BY_NUMBER,
    ORDERS_BY_NUMBER,
)
