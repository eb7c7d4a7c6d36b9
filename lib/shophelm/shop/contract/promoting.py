"""Campaigns, coupons, media money and points."""

from shophelm.shop.contract.language import Column, Table, in_order

CAMPAIGNS = Table(
    "campaigns",
    grain="campaign",
    key=("campaign_id",),
    source="the shop's promotion calendar",
    columns=(
        Column("campaign_id", "id", "the campaign"),
        Column("name", "text", "its name"),
        Column("kind", "text", "what recurs under this word every year (double11, 618 ...)"),
        Column("warmup_from", "day", "first day of warm-up"),
        Column("burst_from", "day", "first day of the burst"),
        Column("afterglow_from", "day", "first day after the burst"),
        Column("ends_on", "day", "last day of the afterglow"),
        Column("mechanic", "text", "how it sells (presale, threshold discount ...)"),
    ),
    promises=(
        in_order("warmup_from", "burst_from"),
        in_order("burst_from", "afterglow_from"),
        in_order("afterglow_from", "ends_on"),
    ),
)

COUPONS = Table(
    "coupons",
    grain="coupon granted, or held out",
    key=("coupon_grant_id",),
    time="granted_at",
    source="the coupon tool's list, with the customers held out",
    columns=(
        Column("coupon_grant_id", "id", "the grant"),
        Column("coupon_id", "id", "the coupon"),
        Column("campaign_id", "id", "campaign", optional=True, refers_to="campaigns.campaign_id"),
        Column("customer_id", "id", "who got it, or would have"),
        Column("granted_at", "time", "when"),
        Column("kind", "text", "first order, win-back, category ..."),
        Column("face_value", "money", "what it takes off", least=0),
        Column("threshold", "money", "order value it needs", optional=True, least=0),
        Column("held_out", "flag", "in the hold-out: got none"),
        Column("redeemed_order_id", "id", "the order it was used on", optional=True),
    ),
)

COUPON_DAYS = Table(
    "coupon_days",
    grain="day",
    key=("day",),
    time="day",
    source="the coupon tool's daily totals (生意参谋 › 营销 › 店铺券)",
    columns=(
        Column("day", "day", "the day"),
        Column("granted", "count", "coupons taken by buyers", least=0),
        Column("redeemed", "count", "coupons used, whenever they were taken", least=0),
        Column("buyers", "count", "who paid with one", optional=True, least=0),
        Column("paid_amount", "money", "what these orders paid", optional=True, least=0),
    ),
)

SPEND = Table(
    "spend",
    grain="day × channel × campaign × creator",
    key=("day", "channel", "campaign_id", "creator", "content_theme"),
    time="day",
    source="the ad platforms' daily cost report (直通车, 万相台, Google Ads, Meta)",
    columns=(
        Column("day", "day", "the day"),
        Column("channel", "text", "where the money went"),
        Column("campaign_id", "id", "campaign", optional=True),
        Column("creator", "text", "creator's account, as the report names it", optional=True),
        Column("cost", "money", "money spent", least=0),
        Column("impressions", "count", "times shown", optional=True, least=0),
        Column("clicks", "count", "times clicked", optional=True, least=0),
        Column("content_theme", "text", "what the content was about", optional=True),
    ),
)

POINTS = Table(
    "points",
    grain="points movement",
    key=("movement_id",),
    time="occurred_at",
    source="the membership tool's points ledger",
    columns=(
        Column("movement_id", "id", "the movement"),
        Column("customer_id", "id", "whose points"),
        Column("occurred_at", "time", "when"),
        Column("points", "count", "points gained (+) or used (−)", unit="points"),
        Column("reason", "text", "why"),
        Column("expires_on", "day", "day they lapse", optional=True),
    ),
)

TABLES = (CAMPAIGNS, COUPONS, COUPON_DAYS, SPEND, POINTS)
