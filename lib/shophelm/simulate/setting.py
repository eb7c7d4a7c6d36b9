"""What all blocks of a shop have in common, and the visits of a block that follow from it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from shophelm.simulate import baskets, catalogue, customers, demand, sessions, spending


@dataclass(frozen=True, slots=True)
class Setting:
    """All that blocks have in common."""

    seed: int
    catalogue: catalogue.Catalogue
    spending: spending.Spending
    world: demand.World
    draws: demand.Draws


def make(*, customers: int, seed: int) -> Setting:
    """Make products, spend and expectations of a shop of that size."""
    goods = catalogue.make(customers=customers, seed=seed)
    money = spending.make(customers=customers, seed=seed)
    world = demand.make(goods, money)
    return Setting(seed, goods, money, world, demand.draws(world, goods))


def visit(
    setting: Setting, block: tuple[int, int]
) -> tuple[customers.People, sessions.Visits, baskets.Lines]:
    """Draw people, visits and baskets of one block; the same each time it is asked."""
    people = customers.make(block, draws=setting.draws, seed=setting.seed)
    visits = sessions.make(
        people,
        draws=setting.draws,
        world=setting.world,
        catalogue=setting.catalogue,
        seed=setting.seed,
    )
    people = _placed(people, visits)
    lines = baskets.make(
        visits, people, draws=setting.draws, catalogue=setting.catalogue, seed=setting.seed
    )
    return people, visits, lines


def _placed(people: customers.People, visits: sessions.Visits) -> customers.People:
    """Newcomers join with their first visit."""
    joined = people.joined.copy()
    joined[visits.person[visits.first]] = visits.start[visits.first]
    return replace(people, joined=joined)
