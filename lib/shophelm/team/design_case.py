"""The dossier for design: what a change of pages is worth, and where to begin."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
import pandas as pd

from shophelm.errors import ParameterError
from shophelm.shop.needs import Missing, question
from shophelm.shop.product_days import product_days
from shophelm.shop.tables import Tables
from shophelm.shop.titles import products_of, titled
from shophelm.team.dossiers import DESIGN, Case
from shophelm.team.ownership import titled_term
from shophelm.words import (
    Sentence,
    change,
    count,
    listing,
    money,
    number,
    plural,
    rate,
    sentence,
    unknown,
)

TITLE = "What is a better page worth?"
SHIP = "ship"
ITEM, EXIT, CART = "item page", "(exit)", "cart"
MOST_COMPLAINTS = 3
NUMBERS = ["price", "rating", "reviews", "monthly_sales"]
RIVALS = ["title", *NUMBERS, "page"]
MOST_RIVALS = 8
OURS, MATCHED, NEAR = "ours", "same need", "same category"


class Tests(Protocol):
    """The page tests, as `store.page_tests` gives them."""

    metrics: pd.DataFrame
    verdicts: pd.DataFrame


class Aspects(Protocol):
    """What reviews say, as `store.review_aspects` gives it."""

    products: pd.DataFrame


@question(TITLE, "events.product_id", "products", rivals="the rivals' pages beside ours")
def design_case(
    shop: Tables,
    *,
    tests: Tests | Missing,
    behind: pd.DataFrame | Missing,
    walked: pd.DataFrame | Missing,
    said: Aspects | Missing,
    product: str = "",
    currency: str,
) -> Case | Missing:
    """Make the case for a change of pages that was tested, and for the page to begin with.

    Parameters
    ----------
    shop
        Its rivals' pages, where they are known.
    tests, behind, walked, said
        The answers of `store.page_tests`, `data.opportunities`, `data.paths.moves` and
        `store.review_aspects`; one that is missing leaves its part out.
    product
        Whose page to begin with. If empty, the one that falls behind its peers at most cost: in the
        figure that the test was about, where there is such a page.
    currency
        ISO code.

    Returns
    -------
    Case
        Tables: test (every metric of the test), rivals (ours, and rivals' pages nearest to it:
        title, price, rating, reviews, monthly_sales, page: ours, same need, same category).

    Raises
    ------
    ParameterError
        If there is no such product.
    """
    if isinstance(tests, Missing) and isinstance(behind, Missing):
        return tests
    test = _test(tests)
    page = _page(shop, behind, product, term=test["term"] if test else "")
    if test is None and page is None:
        why = "No page test was run, and no page falls behind its peers beyond chance."
        return Missing(TITLE, "experiments", why)
    evidence = [_tested(test, currency), _walked(walked), _behind(page, currency)]
    beside = pd.DataFrame(columns=RIVALS)
    if page is not None:
        beside = _rivals(shop, page["product_id"])
        evidence += [_complained(said, page), _beside(beside, currency)]
    rows = tests.metrics if not isinstance(tests, Missing) else pd.DataFrame()
    if test is not None:
        rows = rows[rows["experiment_id"] == test["experiment_id"]]
    return Case(
        DESIGN,
        _asked(test, page, currency),
        tuple(e for e in evidence if e is not None),
        _assumed(test, page),
        _changes(test, page, currency),
        {"test": rows, "rivals": beside},
    )


def _test(tests: Tests | Missing) -> dict[str, Any] | None:
    """Pick the test that is to be shipped at most worth, or else the latest."""
    if isinstance(tests, Missing) or tests.verdicts.empty:
        return None
    ships = tests.verdicts[tests.verdicts["verdict"] == SHIP]
    if len(ships):
        ships = ships.sort_values(["worth", "experiment_id"], ascending=[False, True])
    return (ships if len(ships) else tests.verdicts).iloc[0].to_dict()


def _page(
    shop: Tables, behind: pd.DataFrame | Missing, product: str, *, term: str
) -> dict[str, Any] | None:
    """Pick the page to begin with, and what it falls behind by where that is known.

    A change that was tested on one figure helps the pages that lack in it, so these come first.
    """
    if product:
        known = shop.frame(shop["products"].select("product_id"))["product_id"]
        if product not in set(known):
            raise ParameterError(f"product is {product!r}, which is not in products.")
    rows = pd.DataFrame(columns=["subject"]) if isinstance(behind, Missing) else behind
    rows = rows[rows["subject"].str.startswith("product:")] if len(rows) else rows
    if len(rows):
        rows = rows[rows["found"].astype(bool) & (rows["area"] == "store")]
    if product:
        rows = rows[rows["subject"] == f"product:{product}"]
    elif len(rows) and rows["metric"].eq(term).any():
        rows = rows[rows["metric"] == term]
    if rows.empty and not product:
        return None
    row = rows.iloc[0].to_dict() if len(rows) else {}
    name = product or row["subject"].partition(":")[2]
    return row | {"product_id": name, "title": titled(shop, [name])[0]}


def _asked(test: dict[str, Any] | None, page: dict[str, Any] | None, currency: str) -> Sentence:
    where = "" if page is None else ", beginning with {page}"
    title = "" if page is None else page["title"]
    if test is None and page is not None and "worth" in page:
        return sentence(
            "Rework the page of {page}, as a test: with the {figure} of its peers it would bring "
            "{worth} of {worth_in} more in 28 days (80% interval {low} to {high}).",
            page=title,
            figure=titled_term(page["metric"]),
            worth=money(page["worth"], currency=currency),
            worth_in=page["worth_in"],
            low=money(page["worth_low"], currency=currency),
            high=money(page["worth_high"], currency=currency),
        )
    if test is None:
        return sentence("Rework the page of {page}, as a test.", page=title)
    if test["verdict"] != SHIP:
        text = "Make a bolder variant than {variant}" + where + ", and test it: {verdict}."
        return sentence(
            text, variant=test["variant"], page=title, verdict=f"of this one, {test['verdict']}"
        )
    text = (
        "Bring {variant} to every page" + where + ": {worth} of {worth_in} in 28 days (80% "
        "interval {low} to {high})."
    )
    return sentence(
        text,
        variant=test["variant"],
        page=title,
        worth=money(test["worth"], currency=currency),
        worth_in=test["worth_in"],
        low=money(test["worth_low"], currency=currency),
        high=money(test["worth_high"], currency=currency),
    )


def _tested(test: dict[str, Any] | None, currency: str) -> Sentence | None:
    if test is None:
        return sentence("No page test was run yet: that is the first thing to ask for.")
    return sentence(
        "The test: {people} saw {variant} or {control} for {days}; {figure} moved by {lift} (95% "
        "interval {low} to {high}). If the verdict ({verdict}) is wrong it costs {risk} on "
        "average.",
        people=plural(int(test["people"]), "person", "people"),
        variant=test["variant"],
        control=test["control"],
        days=plural(int(test["days"]), "day"),
        figure=test["figure"],
        lift=change(test["lift"]),
        low=change(test["lift_low"]),
        high=change(test["lift_high"]),
        verdict=test["verdict"],
        risk=money(test["risk"], currency=currency),
    )


def _walked(walked: pd.DataFrame | Missing) -> Sentence | None:
    """Say where visitors go from a product's page."""
    if isinstance(walked, Missing) or walked.empty:
        return None
    away = walked[walked["from"] == ITEM].set_index("to")["share"]
    if away.empty:
        return None
    return sentence(
        "The paths: of all steps away from a product's page {left} leave the shop, and {carted} go "
        "into the cart.",
        left=rate(away.get(EXIT, 0.0), digits=0),
        carted=rate(away.get(CART, 0.0), digits=0),
    )


def _behind(page: dict[str, Any] | None, currency: str) -> Sentence | None:
    if page is None or "worth" not in page:
        return None
    return sentence(
        "The page: {title} has a {figure} of {rate} where its peers have {peers} ({kind}), which "
        "is worth {worth} in 28 days.",
        title=page["title"],
        figure=titled_term(page["metric"]),
        rate=rate(page["rate"]),
        peers=rate(page["peers_rate"]),
        kind=page["kind"],
        worth=money(page["worth"], currency=currency),
    )


def _complained(said: Aspects | Missing, page: dict[str, Any]) -> Sentence | None:
    """Say what its buyers complain of, where any do."""
    if isinstance(said, Missing):
        return None
    own = said.products[said.products["product_id"] == page["product_id"]]
    own = own[own["complained"] > 0].sort_values("complained", ascending=False, kind="stable")
    if own.empty:
        return sentence("The reviews: no buyer of it complains of anything its page could say.")
    each = [
        f"{r.aspect} ({count(r.complained)}{', beyond its peers' if r.found else ''})"
        for r in own.head(MOST_COMPLAINTS).itertuples()
    ]
    return sentence(
        "The reviews: of {reviews} of it, complaints are of {aspects}.",
        reviews=plural(int(own["reviews"].iloc[0]), "review"),
        aspects=listing(each),
    )


def _rivals(shop: Tables, product: str) -> pd.DataFrame:
    """Lay rivals' pages as they are now beside ours: its matches, then those nearest in price."""
    if not shop.filled("rivals"):
        return pd.DataFrame(columns=RIVALS)
    ours = _ours(shop, product)
    category = products_of(shop)["category"].get(product)
    rows = shop["rivals"]
    frame = shop.frame(rows.filter(rows.category == category))
    latest = frame.sort_values(["day", "rival_id"]).drop_duplicates("rival_id", keep="last")
    latest = latest.reindex(columns=[*RIVALS, "matched_product_id"])
    latest[NUMBERS] = latest[NUMBERS].astype(float)
    off = (latest["price"] / ours["price"].iloc[0] - 1).abs()
    matched = latest["matched_product_id"].eq(product)
    latest = latest.assign(page=np.where(matched, MATCHED, NEAR), off=off, first=~matched)
    latest = latest.sort_values(["first", "off", "title"]).head(MOST_RIVALS)
    return pd.concat([ours, latest[RIVALS]], ignore_index=True)


def _ours(shop: Tables, product: str) -> pd.DataFrame:
    """Give our own page's price and reviews as rivals' are told."""
    listed = shop["products"].filter(lambda t: t.product_id == product)
    row = shop.frame(listed).iloc[0]
    price = float(row["list_price"])
    if shop.filled("orders") and shop.filled("order_lines"):
        laid = product_days(shop)
        now = laid.last_price[laid.products.get_loc(product), -1]
        price = float(now) if now == now else price
    rating = count_reviews = float("nan")
    if shop.filled("reviews"):
        read = shop.frame(shop["reviews"].filter(lambda t: t.product_id == product))
        rating, count_reviews = float(read["rating"].mean()), float(len(read))
    values = [row["title"], price, rating, count_reviews, float("nan"), OURS]
    return pd.DataFrame([values], columns=RIVALS)


def _beside(frame: pd.DataFrame, currency: str) -> Sentence | None:
    """Say what rivals ask, and how they are rated, beside ours."""
    if len(frame) < 2:
        return None
    ours, theirs = frame[frame["page"] == OURS].iloc[0], frame[frame["page"] != OURS]
    return sentence(
        "The rivals: {n} of its category nearest to it, {matched}for the same need, ask {low} to "
        "{high} where we ask {ours}; their stars are {stars} in the middle, ours {own}.",
        n=plural(len(theirs), "page"),
        matched=f"{count((theirs['page'] == MATCHED).sum())} of them ",
        low=money(theirs["price"].min(), currency=currency),
        high=money(theirs["price"].max(), currency=currency),
        ours=money(ours["price"], currency=currency),
        stars=number(theirs["rating"].median(), digits=1),
        own=number(ours["rating"], digits=1),
    )


def _assumed(test: dict[str, Any] | None, page: dict[str, Any] | None) -> tuple[str, ...]:
    said = []
    if test is not None:
        said.append("what the test did to those who saw it, it does to all who come, for as long")
        said.append(
            "its worth is that of what was paid by its visitors, after the cost of goods and "
            "refunds as they are today"
        )
    if page is not None:
        said.append("a page could do as well as the products of its category do, its peers")
    return (*said, "the work of making pages is not taken off")


def _changes(
    test: dict[str, Any] | None, page: dict[str, Any] | None, currency: str
) -> tuple[Sentence, ...]:
    said = []
    known = test if test is not None and test["verdict"] == SHIP else page
    if known is not None and not unknown(known.get("worth_low")):
        text = "making it costs more than {low}: in one case of ten 28 days bring no more."
        said.append(sentence(text, low=money(known["worth_low"], currency=currency)))
    if test is None:
        said.append(sentence("a test shows that the page is not what keeps its visitors away."))
    elif test["verdict"] == SHIP:
        said.append(sentence("the effect wears off: hold a tenth of visitors out and look again."))
    else:
        said.append(sentence("a bolder variant shows a larger effect than this one."))
    return tuple(said)
