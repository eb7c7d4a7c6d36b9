"""Who owns what: by hand, on a planted orphan, and where tables are missing."""

import pytest

from shophelm.shop.needs import Missing
from shophelm.team.ownership import answers_for, find_ownership, owned, ownership, shown
from tests.hand_shop import HAND_SHOP


def test_owners_by_hand(team):
    found = ownership(team())
    people = found.people.set_index("person_id")
    assert people["products"].to_dict() == {"amy": 2, "bob": 2, "cho": 0, "dee": 0, "eve": 0}
    # o1 o2 o3 o5 of tee and cap: 90 + 50 + 10 + 40 + 30; coat 179.50 and cap 80.00
    assert people["gmv"].dropna().to_dict() == pytest.approx(
        {"amy": 220.0, "bob": 259.5, "cho": 185.0}
    )
    assert people["goals"].to_dict() == {"amy": 2, "bob": 1, "cho": 1, "dee": 2, "eve": 0}
    assert found.shared.to_dict("records") == [
        {"kind": "product", "name": "cap", "people": ["amy", "bob"]}
    ]
    assert found.unowned[["kind", "name", "gmv"]].to_dict("records") == [
        {"kind": "channel", "name": "ads", "gmv": 229.5}
    ]
    assert found.unknown.to_dict("records") == [
        {"person_id": "eve", "name": "boat"}, {"person_id": "eve", "name": "tv"},
    ]  # fmt: skip
    assert found.powerless.to_dict("records") == [
        {"person_id": "dee", "role": "designer", "metric": "gmv_paid", "months": 1}
    ]
    assert found.without_goal == ["visitors", "spend_per_buyer"]
    # coat sold 189.50, tee 140 and cap 80
    assert found.holdings.to_numpy().tolist() == [
        ["amy", "product", "tee, cap"],
        ["bob", "product", "coat, cap"],
        ["cho", "channel", "search"],
    ]  # fmt: skip


def test_what_is_found_is_said(team):
    assert [str(s) for s in find_ownership(ownership(team()))] == [
        "Owned by several: cap (amy and bob).",
        "Nobody owns 1 channel, with 55% of the money: ads.",
        "dee (designer) has a goal of GMV paid in 1 month, and owns nothing that moves it.",
        "Counted neither by product nor by channel, so that whether it can be moved by its holder "
        "is not known: smiles (dee).",
        "Nobody has a goal for visitors and spend per buyer.",
        "2 named as owned are no product, category or channel: boat (eve) and tv (eve).",
    ]


def test_a_category_stands_for_its_products(team):
    people = """
        person_id,role,joined_on,products,channels
        amy,merchandiser,2024-01-01,apparel,
    """
    rows = owned(team(people=people))
    assert rows["name"].tolist() == ["tee", "coat"]


def test_nobody_owning_products_is_no_orphan_of_each(team):
    people = "person_id,role,joined_on,products,channels\ncho,m,2024-01-01,,search;ads\n"
    found = ownership(team(people=people))
    assert found.unowned.empty
    assert "Everything that sells has one owner" not in str(find_ownership(found))


def test_subjects_are_answered_for_by_their_owners(team):
    opened = team()
    assert answers_for(opened, "product:coat") == "bob"
    assert answers_for(opened, "product:cap") == "amy and bob"
    assert answers_for(opened, "channel:search", otherwise="x") == "cho"
    assert answers_for(opened, "category:hats") == "amy and bob"
    assert answers_for(opened, "experiment:e", otherwise="channel_manager") == "channel manager"


def test_without_people_nobody_is_asked(shop):
    opened = shop(**HAND_SHOP)
    assert isinstance(ownership(opened), Missing)
    assert answers_for(opened, "product:coat", otherwise="buyer") == "buyer"


def test_the_planted_orphan_goal_is_found_and_no_other(planted):
    shop, truth = planted
    found = ownership(shop)
    orphan = truth["people"]["orphan_goal"]
    assert found.powerless["person_id"].unique().tolist() == [orphan["person_id"]]
    assert found.powerless["metric"].unique().tolist() == [orphan["metric"]]
    owners = found.people.set_index("person_id")
    for person, skill in truth["people"]["skill"].items():
        assert owners.at[person, "products"] == len(skill.get("products", []))
        assert owners.at[person, "channels"] == len(skill.get("channels", []))
    assert shown(found)["role"].str.contains("_").sum() == 0


def test_without_a_list_of_products_ids_are_taken_as_they_are(team):
    found = ownership(team(products="product_id,title,category,list_price\n"))
    assert set(found.unknown["name"]) == {"tv"}
    assert "amy" not in set(found.powerless["person_id"])


def test_without_goals_nobody_is_said_to_lack_one(team):
    assert ownership(team(goals="person_id,period_from,metric\n")).without_goal == []
