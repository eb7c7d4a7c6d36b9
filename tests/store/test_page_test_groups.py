"""Effects by group: none where none is planted, and one that is."""

import pytest

from shophelm.shop.needs import Missing
from shophelm.store.page_test_groups import find_groups, page_test_groups, shown_groups
from tests.store.test_page_tests import made


def grouped(carts, *, people=400):
    """One test by device: (arm, device) → how many of so many people cart."""
    tables = made({"a": (1, 0), "b": (1, 0)})
    seen = "experiment_id,visitor_id,variant,first_seen_at,device,persona\n"
    events = "event_id,visitor_id,occurred_at,kind\n"
    for (arm, device), yes in carts.items():
        for i in range(people):
            name = f"{arm}{device}{i}"
            persona = "even" if i % 2 else "odd"
            seen += f"t,{name},{arm},2026-10-02 09:00:00,{device},{persona}\n"
            if i < yes:
                events += f"e{name},{name},2026-10-02 09:01:00,cart\n"
    return tables | {"exposures": seen, "events": events}


def test_a_dimension_that_differs_is_spoken_of_and_its_groups_are_shrunk(shop):
    carts = {("a", "ios"): 100, ("b", "ios"): 200, ("a", "pc"): 100, ("b", "pc"): 100}
    found = page_test_groups(shop(**grouped(carts)))
    rows = found.dimensions.set_index("by")
    # lifts 1.0 and 0 with errors √(.25/400/.0625 + .1875/400·4/.0625) = .2 and √(2·.03/4) = .1225
    assert rows.loc["device", "q"] == pytest.approx(1 / (0.2**2 + 0.1225**2), rel=0.01)
    assert rows.loc["device", "found"]
    assert not rows.loc["persona", "found"]
    table = shown_groups(found).set_index("group")
    assert table.loc["ios", "effect"] == pytest.approx(1.0)
    assert 0 < table.loc["pc", "shrunk"] < table.loc["ios", "shrunk"] < 1.0
    said = str(find_groups(found))
    assert said.startswith(
        "4 groups of 1 test were looked at in 2 comparisons. Beyond chance, b in t differs by "
        "device: ios +"
    )


def test_the_same_effect_everywhere_is_no_finding_whatever_the_groups_are_like(shop):
    carts = {("a", "ios"): 160, ("b", "ios"): 240, ("a", "pc"): 40, ("b", "pc"): 60}
    found = page_test_groups(shop(**grouped(carts)))
    assert not found.dimensions["found"].any()
    assert shown_groups(found).empty
    assert str(find_groups(found)).startswith("No group reacts differently beyond chance: 4 groups")


def test_groups_too_small_are_not_compared(shop):
    carts = {("a", "ios"): 30, ("b", "ios"): 50, ("a", "pc"): 30, ("b", "pc"): 10}
    found = page_test_groups(shop(**grouped(carts, people=60)), least=100)
    assert set(found.dimensions["by"]) <= {"persona"}
    nobody = page_test_groups(shop(**made({"a": (3, 1), "b": (3, 1)})))
    assert str(find_groups(nobody)) == "No page test has people enough to compare groups."


def test_without_exposures_it_is_missing(shop):
    tables = made({"a": (3, 1), "b": (3, 1)})
    without = shop(events=tables["events"])
    assert isinstance(find_groups(page_test_groups(without)), Missing)


def test_devices_and_personas_react_alike_in_the_planted_shop(planted):
    # a visit carts 1.3 times as often whoever makes it; visits differ by whether one bought before
    opened, _ = planted
    found = page_test_groups(opened)
    assert len(found.dimensions) == 6
    alike = found.dimensions[found.dimensions["by"] != "returning"]
    assert not alike["found"].any()
    badge = found.dimensions[found.dimensions["experiment_id"] == "exp_shipping_badge"]
    assert not badge["found"].any()
