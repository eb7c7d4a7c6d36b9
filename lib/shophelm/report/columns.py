"""Titles and units of the columns that tables show, besides the terms of `definitions`."""

from shophelm.shop.definitions import TERMS

ROW = "as its row says"
MOVE = "a difference in the unit its row says"

COLUMNS: dict[str, tuple[str, str]] = {
    "action": ("What to do", "text"),
    "action_id": ("Number", "text"),
    "accepted": ("Accepted", "count"),
    "amount": ("Amount", "cents"),
    "apart": ("Kept apart", "count"),
    "area": ("Area", "text"),
    "attainment": ("Of target", "rate"),
    "by": ("", "text"),
    "before": ("Period before", ROW),
    "before_change": ("Change", "change"),
    "cause": ("", "text"),
    "broken": ("Rows broken", "count"),
    "cohort": ("First bought in", "month"),
    "day": ("Day", "day"),
    "due_on": ("We know by", "day"),
    "example": ("For example", "text"),
    "file": ("File", "text"),
    "first_day": ("First day", "day"),
    "found": ("Beyond chance", "yes"),
    "gap": ("Unexplained", "cents"),
    "gmv_part": ("Moved GMV by", "cents"),
    "gmv_part_shapley": ("by Shapley", "cents"),
    "gmv_paid_before": ("GMV before", "money"),
    "gmv_paid_last_year": ("GMV last year", "money"),
    "high": ("to", MOVE),
    "kind": ("Kind", "text"),
    "last_day": ("Last day", "day"),
    "last_year": ("Last year, week day", ROW),
    "last_year_change": ("vs last year", "change"),
    "last_year_phase": ("Last year, phase", ROW),
    "last_year_phase_change": ("vs last year, phase", "change"),
    "intervals": ("Pairs of purchases", "count"),
    "later": ("After as_of", "count"),
    "line": ("", "text"),
    "low": ("80 % from", MOVE),
    "median": ("Half within, days", "count"),
    "metric": ("We know by the figure", "text"),
    "missed": ("Missed", "count"),
    "month": ("Month", "month"),
    "new_gmv": ("GMV of new buyers", "money"),
    "new_orders": ("Orders of new buyers", "count"),
    "now": ("This period", ROW),
    "owner_role": ("Owner", "text"),
    "promise": ("Promise", "text"),
    "read": ("Read", "count"),
    "rejected": ("Rejected", "count"),
    "returning_gmv": ("GMV of returning buyers", "money"),
    "returning_orders": ("Orders of returning buyers", "count"),
    "returning_share": ("Share of returning", "rate"),
    "rows": ("Rows", "count"),
    "part": ("Part", MOVE),
    "p_value": ("By chance", "rate"),
    "peers_rate": ("Its peers", "rate"),
    "probability": ("Probability", "rate"),
    "quartile_1": ("A quarter within, days", "count"),
    "quartile_3": ("Three quarters within, days", "count"),
    "rate": ("Rate", "rate"),
    "rate_expected": ("Conversion to expect", "rate"),
    "rate_shrunk": ("Rate, shrunk", "rate"),
    "rate_now": ("Conversion", "rate"),
    "seen": ("Seen", "count"),
    "seen_share": ("Share seen", "rate"),
    "share": ("Share", "rate"),
    "size": ("Customers", "count"),
    "slice": ("", "text"),
    "status": ("Status", "text"),
    "subject": ("About", "text"),
    "table": ("Table", "text"),
    "target": ("Target", ROW),
    "term": ("", "term"),
    "then": ("Held against", ROW),
    "then_change": ("Change", "change"),
    "title": ("Product or page", "text"),
    "trials": ("Out of", "count"),
    "unlocks": ("Would unlock", "text"),
    "used": ("Used", "count"),
    "visitors_before": ("Visitors before", "count"),
    "visitors_last_year": ("Visitors last year", "count"),
    "where": ("Where to get it", "text"),
    "why": ("Why", "text"),
    "worth": ("Worth over 28 days", "money"),
    "worth_high": ("to", "money"),
    "worth_in": ("in", "text"),
    "worth_low": ("from", "money"),
}


def title_and_unit(column: str) -> tuple[str, str]:
    """Give a column's title and unit; an unlisted column shows its own name as text."""
    if column in COLUMNS:
        return COLUMNS[column]
    if column in TERMS:
        return TERMS[column].title.capitalize().replace("Gmv", "GMV").replace("Uv", "UV"), TERMS[
            column
        ].unit
    return column.replace("_", " ").capitalize(), "text"
