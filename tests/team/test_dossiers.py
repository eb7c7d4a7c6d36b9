"""Dossiers: what is asked for, closed forms, real deliveries, and pages that stand alone."""

import re
from datetime import date
from types import SimpleNamespace

import duckdb
import numpy as np
import pandas as pd
import pytest
from scipy import stats

from shophelm.data.opportunities import opportunities
from shophelm.data.paths import moves
from shophelm.errors import ParameterError
from shophelm.methods.lead_time_stock import LeadTimeStock
from shophelm.promotion.spend_response import ChannelDraws, spend_response
from shophelm.shop.calendar import last_days
from shophelm.shop.needs import Missing
from shophelm.shop.titles import titled
from shophelm.store.page_tests import page_tests
from shophelm.store.review_aspects import review_aspects
from shophelm.strategy.category_budget import category_budget
from shophelm.strategy.media_budget import media_budget
from shophelm.strategy.potential import potential
from shophelm.supply_chain.lead_time_worth import lead_time_worth
from shophelm.team.design_case import design_case
from shophelm.team.dossiers import DOSSIERS, NotAsked, asked_for, caveats, table_of, told
from shophelm.team.finance_case import TIMES, break_even, finance_case
from shophelm.team.supply_case import shown, supply_case, textbook_day
from tests.conftest import SAMPLE
from tests.supply_chain.buying import BUYING
from tests.supply_chain.outlooks import LEVELS, carried_on, even, made
from tests.supply_chain.test_suppliers import SCMS, scms

CNY = {"currency": "CNY"}


def test_only_the_dossier_that_is_asked_for_gets_the_shop(sample):
    for n, name in enumerate(DOSSIERS):
        given = asked_for(sample, name)
        assert given[n] is sample
        assert [isinstance(g, NotAsked) for g in given] == [k != n for k in range(3)]
    assert all(isinstance(g, NotAsked) for g in asked_for(sample, ""))


def test_what_was_not_asked_for_is_not_spoken_of(sample):
    _, design, _ = asked_for(sample, "supply")
    case = design_case(design, tests=design, behind=design, walked=design, said=design, **CNY)
    assert told(case) == caveats(case) == []
    assert table_of(case, "test") is design


def test_an_unknown_dossier_is_refused(sample):
    text = "dossier is 'sales'. There are supply, design, finance; leave it empty for none."
    with pytest.raises(ParameterError, match=re.escape(text)):
        asked_for(sample, "sales")


def independent(mean, sd, *, days=60, products=1):
    """Demand of days that have nothing to do with each other: its spread grows with their root."""
    ahead = np.arange(1, days + 1)
    levels = (np.arange(2000) + 0.5) / 2000
    total = mean * ahead[:, None] + sd * np.sqrt(ahead)[:, None] * stats.norm.ppf(levels)
    names = [f"p{n}" for n in range(products)]
    means = np.full((products, days), float(mean))
    return made(names, date(2026, 11, 16), means, np.repeat(total[None], products, axis=0))


@pytest.mark.parametrize("days", [4, 9, 25])
def test_the_textbook_s_derivative_is_that_of_the_safety_stock(days):
    """d/dL of z·sd·√L is z·sd/(2·√L); the shop's curve has it, too, where days are independent."""
    outlook = independent(50.0, 12.0)
    root, own, power = textbook_day(outlook, np.array([3.0]), days=days, level=0.95)
    z = stats.norm.ppf(0.95)
    assert root == pytest.approx(3 * z * 12 / (2 * np.sqrt(days)), rel=0.002)
    assert power == pytest.approx(0.5, abs=0.001)
    assert own == pytest.approx(root, rel=0.005)
    wanted = np.stack([outlook.spread[0]])
    shelf = LeadTimeStock(wanted, np.full(20, float(days)), level=0.95, review_days=0)
    held = [float(shelf.safety(np.full(20, days + step))[0]) for step in (-0.5, 0.5)]
    assert 3 * (held[1] - held[0]) == pytest.approx(root, rel=0.02)


def test_a_forecast_that_is_off_alike_every_day_grows_with_the_days():
    outlook = even({"tea": 4}, factor=LEVELS * 2)
    root, own, power = textbook_day(outlook, np.array([1.0]), days=10, level=0.95)
    assert power == pytest.approx(1.0)
    assert own == pytest.approx(2 * root)


@pytest.fixture(scope="module")
def supply(sample):
    outlook = carried_on(sample, horizon=90)
    return outlook, lead_time_worth(sample, outlook)


def test_an_order_may_cost_what_its_better_lead_time_brings(sample, supply):
    case = supply_case(sample, *supply, supplier="S03", days_shorter=7, **CNY)
    worths = supply[1]
    row = worths[(worths["supplier_id"] == "S03") & (worths["change"] == "shorter")]
    row = row[row["change_by"] == 7].iloc[0]
    (orders,) = duckdb.sql(
        f"""
        SELECT count(DISTINCT po_id) / (DATE '2026-11-15' - min(ordered_on) + 1) * 28
        FROM '{SAMPLE}/purchase_orders.csv'
        WHERE supplier_id = 'S03' AND ordered_on > DATE '2026-11-15' - 364
        """
    ).fetchone()
    terms = case.tables["terms"].iloc[0]
    assert terms["pay"] == pytest.approx(max(row["won"], row["holding"]) / orders)
    assert terms["improvement"] == "7 days shorter"
    said = " ".join(str(s) for s in [*told(case), *caveats(case)])
    assert said.startswith("For purchasing and suppliers. Buy 7 days of S03's lead time, for up to")
    assert "It would change if an order costs more than ¥" in said
    assert len(shown(case)) == 3


def test_the_supplier_is_the_one_where_days_win_most(sample, supply):
    case = supply_case(sample, *supply, **CNY)
    worths = supply[1]
    seven = worths[(worths["change"] == "shorter") & (worths["change_by"] == 7)]
    most = seven.loc[seven["won"].idxmax(), "supplier_id"]
    assert case.tables["curve"]["supplier_id"].unique().tolist() == [most]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"supplier": "S99"}, "supplier is 'S99'. Those whose case can be made: S01, "),
        ({"days_shorter": 11}, "days_shorter is 11. It can be 1 to 10."),
        ({"supplier": "S07"}, "days_shorter is 7. It can be 1 to 2, as S07 takes 2."),
    ],
)
def test_what_cannot_be_asked_of_a_supplier_is_refused(sample, supply, wrong, message):
    with pytest.raises(ParameterError, match=re.escape(message)):
        supply_case(sample, *supply, **wrong, **CNY)


@pytest.mark.skipif(not SCMS.exists(), reason="SCMS deliveries are not here")
def test_a_dossier_of_real_deliveries(shop):
    """Two years of one vendor's deliveries; what is wanted of its goods is ours, by hand."""
    vendor = "Orgenics, Ltd"
    orders = scms()
    opened = shop(
        as_of="2015-12-31",
        orders=BUYING["orders"].replace("2026-11", "2015-11"),
        order_lines=BUYING["order_lines"],
        products=f'product_id,title,category,supplier_id,list_price,unit_cost\ntea,T,d,"{vendor}",9,4\n',
        stock="day,product_id,on_hand\n2015-12-30,tea,50\n",
        purchase_orders=orders.assign(product_id="tea").to_csv(index=False),
    )
    outlook = even({"tea": 10}, first=date(2016, 1, 1), days=170, factor=0.5 + LEVELS)
    worths = lead_time_worth(opened, outlook)
    if vendor not in set(worths["supplier_id"]):
        pytest.fail("the vendor delivered in the last year of the data")
    case = supply_case(opened, outlook, worths, supplier=vendor, **CNY)
    own = orders[(orders["supplier_id"] == vendor)]
    own = own[own["ordered_on"] > date(2015, 1, 1)]
    per_month = own["po_id"].nunique() / ((date(2015, 12, 31) - own["ordered_on"].min()).days + 1)
    terms = case.tables["terms"].set_index("improvement")
    week = terms.loc["7 days shorter"]
    assert week["pay"] == pytest.approx(max(week["won"], week["holding"]) / (per_month * 28))
    now = case.tables["curve"].iloc[0]
    lead = (pd.to_datetime(own["received_on"]) - pd.to_datetime(own["ordered_on"])).dt.days
    assert now["lead_mean"] == pytest.approx(lead.mean(), rel=0.35)
    # demand is off alike every day: a day less frees z·p·sd/L of it, and the same of lead times
    assert now["safety_stock"] > 0
    assert week["freed"] > 0


def draws(reach, half, *, worth=2.0, decay=0.0):
    one = np.ones(50)
    return ChannelDraws(decay * one, half * one, reach * one, worth * one)


def test_the_margin_of_money_by_closed_form():
    """One channel that leaves 200·s/(s + 50) for s a day: the next unit leaves 200·50/(s + 50)²."""
    response = SimpleNamespace(worth_in="margin", draws={"ads": draws(100.0, 50.0)})
    cells = pd.DataFrame({"channel": ["ads"], "category": ["tea"], "usual": [56 * 40.0],
                          "worth": [1.0]})  # fmt: skip
    divided = SimpleNamespace(days=56, unknown=[])
    case = finance_case(response, divided, SimpleNamespace(cells=cells), **CNY)
    curve = case.tables["curve"]
    spend = 40 * TIMES
    assert curve["spend"].to_numpy() == pytest.approx(7 * spend)
    assert curve["left"].to_numpy() == pytest.approx(7 * 200 * spend / (spend + 50))
    assert curve["marginal"].to_numpy() == pytest.approx(10000 / (spend + 50) ** 2, rel=1e-3)
    # 200·50 = (s + 50)²: at 50 a day the last unit leaves its cost
    assert break_even(curve) == pytest.approx(350, rel=1e-3)
    assert str(told(case)[0]) == (
        "For finance and marketing. More media money for tea: of ¥280 a week the last unit returns "
        "1.23 of margin (80% interval 1.23 to 1.23), so that the last of it still brings more than "
        "it costs. It returns just its cost at ¥350 a week, which leaves ¥8 a week more."
    )
    # 200·50/100 − 50 a day against 200·40/90 − 40
    assert case.tables["categories"]["media_gain"].item() == pytest.approx(
        7 * (50 - 48.889), abs=0.01
    )


def test_a_category_has_its_part_of_a_channel(sample):
    """Two halves of a channel, one worth twice the other, return twice as much at the margin."""
    response = SimpleNamespace(worth_in="margin", draws={"ads": draws(100.0, 50.0)})
    cells = pd.DataFrame({"channel": ["ads"] * 2, "category": ["jam", "tea"],
                          "usual": [1120.0, 1120.0], "worth": [2 / 3, 4 / 3]})  # fmt: skip
    case = finance_case(response, SimpleNamespace(days=56, unknown=["live"]),
                        SimpleNamespace(cells=cells), **CNY)  # fmt: skip
    rows = case.tables["categories"].set_index("category")
    assert rows.index.tolist() == ["tea", "jam"]
    assert rows["marginal"].to_numpy() == pytest.approx(
        np.array([4 / 3, 2 / 3]) * 10000 / 90**2, rel=1e-3
    )
    assert "live" in " ".join(map(str, caveats(case)))
    with pytest.raises(ParameterError, match=re.escape("category is 'nut'. Those with a known")):
        finance_case(response, SimpleNamespace(days=56, unknown=[]),
                     SimpleNamespace(cells=cells), category="nut", **CNY)  # fmt: skip


def test_a_budget_that_never_meets_its_cost_says_so():
    rich = pd.DataFrame({"spend": [1.0, 2.0], "marginal": [3.0, 2.0]})
    assert np.isnan(break_even(rich))
    assert np.isnan(break_even(rich.assign(marginal=[0.5, 0.2])))


def test_the_sample_s_margins_are_those_of_the_budget(sample):
    """What the strategy area's division calls marginal, over channels, by the money of each."""
    response = spend_response(sample, last_days(sample.as_of, days=91))
    divided = media_budget(sample, response)
    pointed = category_budget(sample, response, divided, potential(sample))
    case = finance_case(response, divided, pointed, category="shoes", **CNY)
    cells = pointed.cells[pointed.cells["category"] == "shoes"]
    same = np.isclose(cells["usual"], cells["spend"])
    assert same.all()
    mean = np.average(cells["marginal"], weights=cells["usual"])
    rows = case.tables["categories"].set_index("category")
    assert rows.at["shoes", "marginal"] == pytest.approx(mean, rel=0.05)
    none = Missing("x", "spend")
    assert finance_case(none, divided, pointed, **CNY) is none


@pytest.fixture(scope="module")
def seen(sample):
    return {
        "tests": page_tests(sample), "behind": opportunities(sample),
        "walked": moves(sample, last_days(sample.as_of, days=28)),
        "said": review_aspects(sample),
    }  # fmt: skip


def test_the_planted_photo_is_asked_for_with_its_evidence(sample, seen):
    case = design_case(sample, **seen, **CNY)
    said = [str(s) for s in told(case)]
    assert said[0].startswith("For design. Bring scene_photo to every page, beginning with ")
    assert [s.split(":")[0] for s in said[1:]] == [
        "The test", "The paths", "The page", "The reviews", "The rivals",
    ]  # fmt: skip
    walked = seen["walked"]
    away = walked[walked["from"] == "item page"]
    left = away.loc[away["to"] == "(exit)", "moves"].sum() / away["moves"].sum()
    assert f"{left:.0%} leave the shop" in said[2]
    assert set(case.tables["test"]["experiment_id"]) == {"exp_scene_photo"}
    # the photo raises carting: the page is the one that lacks most in it
    behind = seen["behind"][seen["behind"]["kind"] == "high views, low cart"]
    title = titled(sample, [behind.iloc[0]["subject"].partition(":")[2]])[0]
    assert f"beginning with {title}:" in said[0]
    assert said[3].startswith(f"The page: {title} has a cart rate of ")


def test_without_a_test_the_page_is_asked_for_with_its_worth(sample, seen):
    none = Missing("x", "experiments")
    case = design_case(sample, **seen | {"tests": none}, **CNY)
    said = [str(s) for s in [*told(case), *caveats(case)]]
    assert said[0].startswith("For design. Rework the page of ")
    assert "as a test: with the pay conversion of its peers it would bring ¥" in said[0]
    assert not any("what the test did" in s for s in said)


def test_a_lead_time_cannot_be_shortened_beyond_its_length(sample, supply):
    outlook, worths = supply
    short = worths[worths["supplier_id"] == "S07"]
    assert isinstance(supply_case(sample, outlook, short, **CNY), Missing)


def test_the_budget_is_the_one_where_moving_it_wins_most():
    """Of two halves of a channel at twice the best money, the poorer one wins more by less."""
    response = SimpleNamespace(worth_in="margin", draws={"ads": draws(100.0, 50.0)})
    cells = pd.DataFrame({"channel": ["ads"] * 2, "category": ["jam", "tea"],
                          "usual": [56 * 50.0] * 2, "worth": [0.2, 1.8]})  # fmt: skip
    case = finance_case(response, SimpleNamespace(days=56, unknown=[]),
                        SimpleNamespace(cells=cells), **CNY)  # fmt: skip
    assert str(case.asked).startswith("Less media money for jam")
    rows = case.tables["categories"].set_index("category")
    assert rows.at["jam", "media_gain"] > rows.at["tea", "media_gain"]


def test_a_page_of_one_s_own_choice_stands_beside_its_rivals(sample, seen):
    case = design_case(sample, **seen, product="SK001", **CNY)
    rivals = case.tables["rivals"]
    latest = duckdb.sql(
        f"""
        SELECT title, price::DOUBLE FROM '{SAMPLE}/rivals.csv.gz'
        WHERE day = (SELECT max(day) FROM '{SAMPLE}/rivals.csv.gz') AND category = 'skincare'
            AND matched_product_id = 'SK001'
        """
    ).fetchall()
    matched = rivals[rivals["page"] == "same need"][["title", "price"]]
    assert sorted(map(tuple, matched.to_numpy())) == sorted(latest)
    ours = rivals[rivals["page"] == "ours"].iloc[0]
    (stars, read) = duckdb.sql(
        f"SELECT avg(rating), count(*) FROM '{SAMPLE}/reviews.csv.gz' WHERE product_id = 'SK001'"
    ).fetchone()
    assert ours[["rating", "reviews"]].tolist() == pytest.approx([stars, read])
    with pytest.raises(ParameterError, match="product is 'XX', which is not in products"):
        design_case(sample, **seen, product="XX", **CNY)


def test_a_shop_without_tests_or_gaps_has_no_case(team):
    opened = team()
    none = Missing("x", "experiments")
    empty = pd.DataFrame(columns=["subject", "found", "area"])
    case = design_case(opened, tests=none, behind=empty, walked=none, said=none, **CNY)
    assert "no page falls behind its peers beyond chance" in str(case)
    chosen = design_case(
        opened, tests=none, behind=empty, walked=none, said=none, product="tee", **CNY
    )
    assert str(told(chosen)[0]) == "For design. Rework the page of Tee, as a test."
