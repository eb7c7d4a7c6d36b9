"""Effects by group: none where none is planted, and one that is."""

import pytest

from shophelm.shop.needs import Missing
from shophelm.store.page_test_groups import (
    PageTestGroups,
    find_groups,
    page_test_groups,
    shown_groups,
)
from tests.store.page_test_shop import opened_in
from tests.store.test_page_tests import made


def grouped(tests):
    """Tests by device: name → (people, (arm, device) → how many of so many people cart)."""
    tables = made({test: ({"a": (0, 0), "b": (0, 0)}, {}) for test in tests})
    seen = "experiment_id,visitor_id,variant,first_seen_at,device,persona\n"
    events = "event_id,visitor_id,occurred_at,kind\n"
    for test, (people, carts) in tests.items():
        for (arm, device), yes in carts.items():
            for i in range(people):
                who = f"{test}{arm}{device}{i}"
                persona = "even" if i % 2 else "odd"
                seen += f"{test},{who},{arm},2026-10-02 09:00:00,{device},{persona}\n"
                events += f"e{who},{who},2026-10-02 09:01:00,{'cart' if i < yes else 'view'}\n"
    return tables | {"exposures": seen, "events": events}


DIFFERS = {("a", "ios"): 100, ("b", "ios"): 200, ("a", "pc"): 100, ("b", "pc"): 100}
ALIKE = {("a", "ios"): 160, ("b", "ios"): 240, ("a", "pc"): 40, ("b", "pc"): 60}
FEW = {("a", "ios"): 30, ("b", "ios"): 50, ("a", "pc"): 30, ("b", "pc"): 10}


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    tables = grouped({"differs": (400, DIFFERS), "alike": (400, ALIKE), "few": (60, FEW)})
    return page_test_groups(opened_in(tmp_path_factory.mktemp("groups"), tables))


def test_a_dimension_that_differs_is_spoken_of_and_its_groups_are_shrunk(found):
    rows = found.dimensions.set_index(["experiment_id", "by"])
    # lifts 1.0 and 0 with errors √(.25/400/.0625 + .1875/400·4/.0625) = .2 and √(2·.03/4) = .1225
    assert rows.loc[("differs", "device"), "q"] == pytest.approx(1 / (0.2**2 + 0.1225**2), rel=0.01)
    assert rows[rows["found"]].index.tolist() == [("differs", "device")]
    table = shown_groups(found).set_index("group")
    assert table.loc["ios", "effect"] == pytest.approx(1.0)
    assert 0 < table.loc["pc", "shrunk"] < table.loc["ios", "shrunk"] < 1.0
    assert str(find_groups(found)).startswith(
        "8 groups of 2 tests were looked at in 4 comparisons. Beyond chance, b in differs differs "
        "by device: ios +"
    )


def test_the_same_effect_everywhere_is_no_finding_whatever_the_groups_are_like(found):
    dimensions = found.dimensions[found.dimensions["experiment_id"] == "alike"]
    alone = PageTestGroups(found.groups, dimensions)
    assert str(find_groups(alone)).startswith("No group reacts differently beyond chance: 4 groups")


def test_groups_too_small_are_not_compared(found, shop):
    # 60 people a device and arm, and 60 a persona and arm
    assert "few" not in set(found.groups["experiment_id"])
    nobody = page_test_groups(shop(**made({"t": ({"a": (3, 1), "b": (3, 1)}, {})})))
    assert str(find_groups(nobody)) == "No page test has people enough to compare groups."


def test_without_exposures_it_is_missing(shop):
    tables = made({"t": ({"a": (3, 1), "b": (3, 1)}, {})})
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
