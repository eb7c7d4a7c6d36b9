"""What visitors did, said and searched for, and what rivals showed them."""

from shophelm.shop.contract.language import Column, Promise, Table, in_order

EVENT_KINDS = ("home", "list", "search", "view", "favourite", "cart", "checkout", "pay")

EVENTS = Table(
    "events",
    grain="page event",
    key=("event_id",),
    time="occurred_at",
    source="the shop's own event log, or a behaviour log such as UserBehavior",
    columns=(
        Column("event_id", "id", "the event"),
        Column("visitor_id", "id", "the visitor (a keyed hash)"),
        Column("customer_id", "id", "the customer, where signed in", optional=True),
        Column("session_id", "id", "the log's own session", optional=True),
        Column("occurred_at", "time", "when it happened"),
        Column("kind", "choice", "what the visitor did", values=EVENT_KINDS),
        Column("product_id", "id", "product concerned", optional=True),
        Column("page", "text", "page it happened on", optional=True),
        Column("channel", "text", "where the visitor came from", optional=True),
        Column("keyword", "text", "word searched for", optional=True),
        Column("dwell_seconds", "number", "time spent", optional=True, unit="seconds", least=0),
    ),
)

TRAFFIC = Table(
    "traffic",
    grain="day × product × channel (a row without product and channel is the whole shop's)",
    key=("day", "product_id", "channel"),
    time="day",
    source="daily exports of 生意参谋, 京东商智 or the Amazon business report",
    columns=(
        Column("day", "day", "the day"),
        Column("product_id", "id", "product; null for all products", optional=True),
        Column("channel", "text", "channel; null for all channels", optional=True),
        Column("visitors", "count", "distinct visitors", least=0),
        Column("page_views", "count", "pages seen", optional=True, least=0),
        Column("favourite_visitors", "count", "who favourited", optional=True, least=0),
        Column("cart_visitors", "count", "who added to the cart", optional=True, least=0),
        Column("buyers", "count", "who paid", optional=True, least=0),
        Column("orders", "count", "paid orders", optional=True, least=0),
        Column("paid_amount", "money", "money paid", optional=True, least=0),
        Column(
            "dwell_seconds", "number", "mean time spent", optional=True, unit="seconds", least=0
        ),
        Column("bounce_rate", "number", "share who left at once", optional=True, least=0, most=1),
    ),
    promises=(
        Promise("page_views are at least visitors", lambda t: t.page_views >= t.visitors),
        Promise("buyers are at most visitors", lambda t: t.buyers <= t.visitors),
    ),
)

EXPOSURES = Table(
    "exposures",
    grain="visitor in an experiment",
    key=("experiment_id", "visitor_id"),
    time="first_seen_at",
    source="the A/B testing tool's assignment log",
    columns=(
        Column("experiment_id", "id", "the experiment", refers_to="experiments.experiment_id"),
        Column("visitor_id", "id", "the visitor (a keyed hash)"),
        Column("variant", "text", "what the visitor was shown"),
        Column("first_seen_at", "time", "first exposure"),
        Column("device", "text", "device", optional=True),
        Column("persona", "text", "audience the platform put the visitor in", optional=True),
    ),
)

EXPERIMENTS = Table(
    "experiments",
    grain="experiment",
    key=("experiment_id",),
    time="started_on",
    source="the A/B testing tool",
    columns=(
        Column("experiment_id", "id", "the experiment"),
        Column("question", "text", "what it asks"),
        Column("unit", "text", "what is randomised"),
        Column("started_on", "day", "first day"),
        Column("ended_on", "day", "last day", optional=True, known_at=("ended_on",)),
        Column("control_variant", "text", "the variant that is the control"),
        Column("primary_metric", "text", "the metric it is decided on"),
        Column("planned_split", "text", "planned shares, as variant:share pairs"),
    ),
    promises=(in_order("started_on", "ended_on"),),
)

REVIEWS = Table(
    "reviews",
    grain="review",
    key=("review_id",),
    time="written_at",
    source="the review export (千牛 › 评价管理)",
    columns=(
        Column("review_id", "id", "the review"),
        Column(
            "product_id",
            "id",
            "product reviewed; a rival's by its rival_id",
            refers_to="products.product_id|rivals.rival_id",
        ),
        Column("written_at", "time", "when it was written"),
        Column("rating", "count", "stars", unit="stars", least=1, most=5),
        Column("text", "text", "what was written"),
        Column("customer_id", "id", "who wrote it", optional=True),
    ),
)

KEYWORDS = Table(
    "keywords",
    grain="day × keyword × product",
    key=("day", "keyword", "product_id"),
    time="day",
    source="the search-word export (生意参谋 › 搜索词分析, 直通车, Google Ads)",
    columns=(
        Column("day", "day", "the day"),
        Column("keyword", "text", "the word searched for"),
        Column("product_id", "id", "product; null for the shop", optional=True),
        Column("impressions", "count", "times shown", optional=True, least=0),
        Column("clicks", "count", "times clicked", optional=True, least=0),
        Column("visitors", "count", "distinct visitors it brought", optional=True, least=0),
        Column("buyers", "count", "who paid", optional=True, least=0),
        Column("paid_amount", "money", "money paid", optional=True, least=0),
        Column("position", "number", "mean position, 1 is the top", optional=True, least=1),
        Column("cost", "money", "money paid for the clicks", optional=True, least=0),
    ),
    promises=(Promise("clicks are at most impressions", lambda t: t.clicks <= t.impressions),),
)

RIVALS = Table(
    "rivals",
    grain="day × rival product",
    key=("day", "rival_id"),
    time="day",
    source="a price or market monitor (生意参谋 › 竞争, a price tracker's file)",
    columns=(
        Column("day", "day", "the day"),
        Column("rival_id", "id", "the rival's product"),
        Column("rival_shop", "text", "the rival's shop"),
        Column("title", "text", "its title"),
        Column("category", "text", "the shop's own category it competes in"),
        Column("price", "money", "its price that day", least=0),
        Column(
            "matched_product_id",
            "id",
            "our product it looks like",
            optional=True,
            refers_to="products.product_id",
        ),
        Column("monthly_sales", "count", "sales it shows", optional=True, least=0),
        Column("rating", "number", "its rating", optional=True, unit="stars", least=0, most=5),
        Column("reviews", "count", "reviews it has", optional=True, least=0),
        Column("sales_index", "number", "sales as an index", optional=True, least=0),
        Column("image_hash", "text", "64-bit hash of its main picture, as hex", optional=True),
    ),
)

TABLES = (EVENTS, TRAFFIC, EXPOSURES, EXPERIMENTS, REVIEWS, KEYWORDS, RIVALS)
