"""Orders, what is in them, what came back, and who bought what."""

from shophelm.shop.contract.language import Column, Promise, Table, Total, in_order

ORDERS = Table(
    "orders",
    grain="order",
    key=("order_id",),
    time="created_at",
    source="the order export: 千牛 › 交易 › 已卖出的宝贝 › 批量导出, Shopify › Orders › Export",
    columns=(
        Column("order_id", "id", "the platform's order number"),
        Column("customer_id", "id", "who ordered (a keyed hash, never a name)", optional=True),
        Column("created_at", "time", "when the order was placed"),
        Column(
            "paid_at",
            "time",
            "when it was paid in full; null while unpaid",
            optional=True,
            known_at=("paid_at",),
        ),
        Column(
            "closed_at",
            "time",
            "when it was completed or cancelled",
            optional=True,
            known_at=("closed_at",),
        ),
        Column(
            "status",
            "choice",
            "how far the order had come when the data were exported",
            optional=True,
            values=("created", "paid", "shipped", "completed", "cancelled"),
            known_at=("paid_at", "closed_at"),
        ),
        Column("channel", "text", "where the buyer came from", optional=True),
        Column("region", "text", "province or country it was sent to", optional=True),
        Column("device", "text", "device it was placed on", optional=True),
        Column("campaign_id", "id", "campaign it belongs to", optional=True),
        Column("coupon_id", "id", "coupon that was redeemed", optional=True),
        Column("goods_amount", "money", "goods at list price, before discounts", least=0),
        Column("discount_amount", "money", "all discounts together", least=0),
        Column("shipping_amount", "money", "freight the buyer is charged", least=0),
        Column(
            "paid_amount",
            "money",
            "what the buyer owes or paid: goods − discounts + freight, refunds not taken off",
            least=0,
        ),
    ),
    promises=(
        in_order("created_at", "paid_at"),
        in_order("created_at", "closed_at"),
        Promise(
            "paid_amount = goods_amount − discount_amount + shipping_amount",
            lambda t: t.paid_amount == t.goods_amount - t.discount_amount + t.shipping_amount,
        ),
    ),
)

ORDER_LINES = Table(
    "order_lines",
    grain="product in an order",
    key=("order_id", "line_no"),
    parent=("order_id", "orders"),
    source="the order-detail export that goes with the orders (ExportOrderDetailList, 子订单)",
    columns=(
        Column("order_id", "id", "the order it belongs to"),
        Column("line_no", "count", "position within the order", least=1),
        Column("product_id", "id", "what was bought", refers_to="products.product_id"),
        Column("quantity", "count", "units", unit="units", least=1),
        Column("list_price", "money", "price of one unit before discounts", least=0),
        Column("unit_price", "money", "price of one unit after item discounts", least=0),
        Column(
            "paid_amount",
            "money",
            "the line's share of what the order paid, freight apart",
            least=0,
        ),
    ),
    totals=(
        Total(
            "the lines of an order add up to its goods_amount − discount_amount",
            "paid_amount",
            lambda order, total: total == order.goods_amount - order.discount_amount,
        ),
    ),
)

REFUNDS = Table(
    "refunds",
    grain="refund",
    key=("refund_id",),
    time="refunded_at",
    parent=("order_id", "orders"),
    source="the refund export (千牛 › 售后 › 退款管理), or the refund column of the order export",
    columns=(
        Column("refund_id", "id", "the refund's number"),
        Column("order_id", "id", "the order the money was paid for"),
        Column("line_no", "count", "the order line, where it is known", optional=True, least=1),
        Column("refunded_at", "time", "when the money went back"),
        Column("quantity", "count", "units sent back", optional=True, unit="units", least=0),
        Column("amount", "money", "money paid back", least=0),
        Column("reason", "text", "the buyer's reason", optional=True),
    ),
    totals=(
        Total(
            "the refunds of an order are at most what it paid",
            "amount",
            lambda order, total: total <= order.paid_amount,
        ),
    ),
)

PRESALES = Table(
    "presales",
    grain="presale order",
    key=("order_id",),
    time="deposit_paid_at",
    parent=("order_id", "orders"),
    source="the presale columns of the order export (分阶段订单信息, 定金排名)",
    columns=(
        Column("order_id", "id", "the order"),
        Column("deposit_paid_at", "time", "when the deposit was paid"),
        Column("deposit_amount", "money", "the deposit", least=0),
        Column("deposit_worth", "money", "what the deposit counts for (定金膨胀)", least=0),
        Column("balance_due_from", "time", "first moment the balance can be paid"),
        Column("balance_due_to", "time", "last moment the balance can be paid"),
        Column("balance_amount", "money", "the balance", least=0),
        Column(
            "balance_paid_at",
            "time",
            "when the balance was paid; null if it was not",
            optional=True,
            known_at=("balance_paid_at",),
        ),
    ),
    promises=(
        in_order("deposit_paid_at", "balance_due_from"),
        in_order("balance_due_from", "balance_due_to"),
        in_order("balance_due_from", "balance_paid_at"),
    ),
)

PRODUCTS = Table(
    "products",
    grain="product",
    key=("product_id",),
    source="the product list (千牛 › 商品 › 我的宝贝 › 导出, Shopify › Products › Export)",
    columns=(
        Column("product_id", "id", "the product"),
        Column("title", "text", "its title in the shop"),
        Column("category", "text", "the shop's own category"),
        Column("brand", "text", "brand", optional=True),
        Column("season", "text", "season it is made for", optional=True),
        Column(
            "supplier_id",
            "id",
            "who supplies it",
            optional=True,
            refers_to="suppliers.supplier_id",
        ),
        Column("launched_on", "day", "first day on sale", optional=True),
        Column("list_price", "money", "price of one unit before discounts", optional=True, least=0),
        Column("unit_cost", "money", "what one unit costs the shop", optional=True, least=0),
        Column(
            "shelf_life_days", "count", "how long it keeps", optional=True, unit="days", least=1
        ),
        Column("cold_chain", "flag", "must travel cold", optional=True),
        Column("image_hash", "text", "64-bit hash of its main picture, as hex", optional=True),
    ),
)

PRICES = Table(
    "prices",
    grain="product × day its price changed",
    key=("product_id", "valid_from"),
    time="valid_from",
    source="the price list's changes, or a daily snapshot of prices on the page",
    columns=(
        Column("product_id", "id", "the product", refers_to="products.product_id"),
        Column("valid_from", "day", "the day from which the price holds, until the next row"),
        Column("price", "money", "price of one unit on the page, before coupons", least=0),
    ),
)

CUSTOMERS = Table(
    "customers",
    grain="customer",
    key=("customer_id",),
    time="joined_at",
    source="the member list (会员 export), names and phones left out",
    columns=(
        Column("customer_id", "id", "the customer (a keyed hash)"),
        Column("joined_at", "time", "first seen or joined"),
        Column("region", "text", "province or country", optional=True),
        Column("gender", "text", "as the platform reports it", optional=True),
        Column("birth_year", "count", "year of birth", optional=True, least=1900, most=2100),
        Column("tier", "text", "membership tier at export", optional=True),
        Column("acquired_by", "text", "channel of the first visit", optional=True),
    ),
)

TABLES = (ORDERS, ORDER_LINES, REFUNDS, PRESALES, PRODUCTS, PRICES, CUSTOMERS)
