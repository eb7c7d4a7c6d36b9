"""A launch planned back by hand, suppliers' own lead times by SQL, and overbooked weeks."""

from datetime import date

import duckdb
import pytest

from shophelm.errors import ParameterError
from shophelm.shop.needs import Missing
from shophelm.shop.tables import open_shop
from shophelm.strategy.launch_plan import find_launch_plan, launch_plan, overbooked, shown
from shophelm.supply_chain.lead_times import lead_times
from tests.conftest import SAMPLE
from tests.hand_shop import HAND_SHOP

LAUNCHES = """
    launch_id,task,season,duration_days,after,owner_role,hours,due_on
    s,choose,summer,5,,merchandiser,20,2026-03-06
    s,order,summer,3,choose,buyer,6,2026-03-09
    s,delivery,summer,10,order,buyer,2,2026-03-20
    s,photos,summer,4,choose,designer,60,2026-03-12
    s,open,summer,1,delivery; photos,merchandiser,8,2026-03-21
"""
PEOPLE = "person_id,role,joined_on\nA,designer,2025-01-01\nB,buyer,2025-01-01\n"


def opened(shop, *, as_of="2026-03-01", **tables):
    base = {t: HAND_SHOP[t].replace("2026-11", "2026-02") for t in ("orders", "order_lines")}
    return shop(launches=LAUNCHES, people=PEOPLE, **base, **tables, as_of=as_of)


def test_a_launch_is_planned_back_from_its_day(shop):
    """choose 5, order 3, delivery 10, open 1: 19 of the 20 days from 1 to 21 March."""
    found = launch_plan(opened(shop))
    rows = found.tasks.set_index("task")
    assert (found.opens_on, found.slack) == (date(2026, 3, 21), 1.0)
    assert rows.loc["choose", "latest_start"] == date(2026, 3, 2)
    assert rows.loc["delivery", ["earliest_start", "latest_start"]].tolist() == [
        date(2026, 3, 9),
        date(2026, 3, 10),
    ]
    # photos wait for choose alone: they may end when open must start, on the 20th
    assert rows.loc["photos", ["latest_start", "slack"]].tolist() == [date(2026, 3, 16), 10.0]
    assert rows["state"].to_dict() == {
        "choose": "starts this week", "order": "starts this week", "delivery": "critical",
        "photos": "has slack", "open": "critical",
    }  # fmt: skip
    said = str(find_launch_plan(found)[0])
    assert (
        said
        == "Summer can open on 2026-03-21, with 1 day to spare; choose must start by 2026-03-02."
    )


def test_suppliers_who_take_longer_make_it_late(shop):
    """Ten orders took 14 days, where 10 are planned: three days too late."""
    orders = "po_id,product_id,supplier_id,ordered_on,promised_on,received_on,quantity,unit_cost\n"
    orders += "".join(
        f"p{i},tee,S,2026-01-{i:02},2026-01-{i + 10:02},2026-01-{i + 14:02},5,1\n"
        for i in range(1, 13)
    )
    late = opened(shop, purchase_orders=orders)
    found = launch_plan(late, lead_times(late))
    assert found.lead_time == 14.0
    rows = found.tasks.set_index("task")
    assert rows.loc["delivery", "slack"] == -3.0
    assert rows.loc["photos", "state"] == "has slack"
    said = [str(s) for s in find_launch_plan(found)]
    assert said[0].startswith("Summer cannot open on 2026-03-21: choose, order, delivery and open")
    assert said[0].endswith("3 days too late.")
    assert said[1] == "Delivery is planned for 10 days; nine of ten orders took up to 14."


def test_what_was_due_is_past_and_what_was_to_begin_has_begun(shop):
    """On the 8th choose is past, and order, planned for the 6th to the 9th, is done on its day."""
    rows = launch_plan(opened(shop, as_of="2026-03-08")).tasks.set_index("task")
    assert rows.loc["choose", "state"] == "past"
    assert rows.loc["delivery", "earliest_start"] == date(2026, 3, 9)


def test_hours_fall_on_the_days_of_a_task_and_overbook_a_role(shop):
    """60 hours of photos on four days from Friday the 6th: two in that week, two in the next."""
    found = launch_plan(opened(shop), hours_per_week=28.0)
    rows = found.workload[found.workload["owner_role"] == "designer"]
    assert rows[["week", "hours"]].to_numpy().tolist() == [
        [date(2026, 3, 2), 45.0],
        [date(2026, 3, 9), 15.0],
    ]
    assert overbooked(found)["week"].tolist() == [date(2026, 3, 2)]
    said = str(find_launch_plan(found)[-1])
    assert said == (
        "Designer is overbooked in 1 week, most in that of 2026-03-02: 45 hours, of 28 that 1 "
        "person can give."
    )
    assert found.workload["hours"].sum() == pytest.approx(96.0)


def test_the_sample_s_lead_time_is_that_of_sql(sample):
    (real,) = duckdb.sql(
        f"""
        SELECT quantile_cont(received_on - ordered_on, 0.9) FROM '{SAMPLE}/purchase_orders.csv'
        WHERE received_on IS NOT NULL AND received_on <= '2026-11-15'
        """
    ).fetchone()
    found = launch_plan(sample, lead_times(sample))
    # by SQL those that have not arrived yet do not count, and the grid is one of twentieths
    assert found.lead_time == pytest.approx(real, abs=1.5)
    assert len(shown(found)) == 10
    assert found.opens_on == date(2027, 2, 8)


def test_launches_that_are_not_there_are_said_so(shop):
    with pytest.raises(
        ParameterError, match=r"launch is 'winter', which is none of the shop's: s\."
    ):
        launch_plan(opened(shop), launch="winter")
    over = launch_plan(opened(shop, as_of="2026-04-01"))
    assert isinstance(over, Missing)
    assert str(over).endswith("No launch is still to open.")


def test_tasks_in_a_circle_are_refused(shop):
    circle = LAUNCHES.replace("s,choose,summer,5,,", "s,choose,summer,5,open,")
    base = {t: HAND_SHOP[t].replace("2026-11", "2026-02") for t in ("orders", "order_lines")}
    with pytest.raises(ParameterError, match="Tasks come after themselves"):
        launch_plan(shop(launches=circle, **base, as_of="2026-03-01"))


def test_nothing_past_as_of_changes_it():
    earlier = open_shop(SAMPLE, as_of="2026-10-15")
    one, other = (
        launch_plan(s, launch="launch_spring_2027") for s in (earlier, earlier.at(earlier.as_of))
    )
    assert one.tasks.equals(other.tasks)
