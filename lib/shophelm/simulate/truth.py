"""The truth: what was planted and what it was worth, gathered while the shop is written."""

from __future__ import annotations

import numpy as np

from shophelm.simulate import baskets, calendar, effects, stock
from shophelm.simulate.campaigns import CAMPAIGNS
from shophelm.simulate.customers import People
from shophelm.simulate.orders import Orders
from shophelm.simulate.planted.changes import ACTIONS_DONE, OUTAGES
from shophelm.simulate.planted.marketing import COUPON_SEGMENTS, COUPON_WAVES, EXPERIMENTS
from shophelm.simulate.planted.shop import CHANNELS
from shophelm.simulate.planting import buyers, changes, marketing, shop, team
from shophelm.simulate.sessions import Visits, chances, eligible
from shophelm.simulate.setting import Setting

_AFTER_ACTION = 28


class Known:
    """Sums over blocks of what the planted effects were worth, as expectations."""

    def __init__(self, setting: Setting, shelves: stock.Shelves) -> None:
        self.setting, self.shelves = setting, shelves
        self.filled = np.where(
            shelves.wanted > 0, shelves.sold / np.maximum(shelves.wanted, 1), 1.0
        )
        self.others = effects.all_without(setting.world, setting.catalogue, setting.spending)
        shape = (len(effects.MEASURES), len(effects.PHASES), len(effects.GROUPS), 2)
        self.campaigns = [np.zeros(shape) for _ in CAMPAIGNS]
        self.coupons = np.zeros((len(COUPON_WAVES), len(CHANNELS), 2, 3))
        self.tests = np.zeros((len(EXPERIMENTS), 2, 3))
        self.actions = np.zeros((len(ACTIONS_DONE), 2))
        self.outages = np.zeros((len(OUTAGES), 2))
        self.seen = np.zeros(2, np.int64)
        self.turned_away = 0

    def add_wishes(self, people: People, visits: Visits, lines: baskets.Lines) -> None:
        """Count one block's chances, before stock is asked."""
        for n, other in enumerate(self.others):
            self.campaigns[n] += effects.campaign_worth(
                other, people, visits, lines, world=self.setting.world,
                catalogue=self.setting.catalogue, filled=self.filled,
            )  # fmt: skip
        self._add_coupons(people, visits)
        self._add_tests(people, visits)
        self._add_actions(visits)
        self._add_outages(visits, lines)

    def add_orders(self, made: Orders, unmet: np.ndarray) -> None:
        """Count one block's paid orders, and those the event log missed."""
        paid = made.paid >= 0
        self.seen += [paid.sum(), (paid & ~made.seen).sum()]
        self.turned_away += int(unmet.sum())

    def _chance(
        self, visits: Visits, *, test: float | None = None, coupon: float | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Chances to cart and to pay, with a factor replaced."""
        world = self.setting.world
        cart = world.cart[visits.product, visits.day] * (
            visits.test_factor if test is None else test
        )
        pay = world.pay[visits.product, visits.day] * (
            visits.coupon_factor if coupon is None else coupon
        )
        return chances(cart, pay, visits.first)

    def _add_coupons(self, people: People, visits: Visits) -> None:
        """By wave, acquiring channel and hold-out: customers, expected orders with and without."""
        cart, pay = self._chance(visits, coupon=1.0)
        for n, wave in enumerate(COUPON_WAVES):
            given = calendar.day_number(wave.granted_on)
            able = eligible(people, given)
            for held in (0, 1):
                who = able & (people.held_out[:, n] == held)
                rows = who[visits.person] & (visits.day >= given) & (visits.day < given + wave.days)
                by = people.acquired_by[visits.person[rows]]
                sums = (
                    np.bincount(people.acquired_by[who], minlength=len(CHANNELS)),
                    np.bincount(by, visits.chance[rows], len(CHANNELS)),
                    np.bincount(by, (cart * pay)[rows], len(CHANNELS)),
                )
                self.coupons[n, :, held] += np.array(sums).T

    def _add_tests(self, people: People, visits: Visits) -> None:
        """By test and variant: visitors, expected visits that cart, and without the effect."""
        buys = visits.person < people.customers
        usual, _ = self._chance(visits, test=1.0)
        treated, _ = self._chance(visits)
        for n, test in enumerate(EXPERIMENTS):
            first, last = (calendar.day_number(d) for d in test.days)
            during = (visits.day >= first) & (visits.day <= last)
            for variant in (0, 1):
                rows = during & (people.variant[visits.person, n] == variant)
                share = np.where(buys[rows], 1.0, 0.35)
                self.tests[n, variant] += (
                    len(np.unique(visits.person[rows])), (treated[rows] * share).sum(),
                    (usual[rows] * share).sum(),
                )  # fmt: skip

    def _add_actions(self, visits: Visits) -> None:
        """Add expected orders of each product after its action, with and without it."""
        for n, change in enumerate(ACTIONS_DONE):
            since = calendar.day_number(change.since)
            rows = visits.product == self.setting.catalogue.number(change.product_id)
            rows &= (visits.day >= since) & (visits.day < since + _AFTER_ACTION)
            chance = visits.chance[rows].sum()
            self.actions[n] += chance, chance / change.cart

    def _add_outages(self, visits: Visits, lines: baskets.Lines) -> None:
        """Add expected orders and cents that met a dead checkout."""
        price, when = self.setting.world.price, visits.start + visits.browse + 45
        worth = np.bincount(
            lines.visit, price[lines.product, lines.day] * lines.quantity, len(visits)
        )
        for n, outage in enumerate(OUTAGES):
            start = calendar.day_number(outage.day) * 86_400
            rows = (when >= start + outage.hours[0] * 3600) & (
                when < start + outage.hours[1] * 3600
            )
            self.outages[n] += visits.chance[rows].sum(), (visits.chance * worth)[rows].sum()

    def truth(self, size: int, rows: dict[str, int]) -> dict:
        """Everything, by area."""
        return {
            "shop": shop.size_and_shares(size, self.setting.seed, rows),
            "promotion": [self._campaign(n) for n in range(len(CAMPAIGNS))],
            "presale": marketing.presale(),
            "experiments": [self._test(n) for n in range(len(EXPERIMENTS))],
            "coupons": self._coupons(),
            "elasticity": shop.elasticity(),
            "incidents": self._incidents(),
            "supply": shop.supply(self.setting.catalogue, self.shelves, self.setting.world),
            "search": changes.search(),
            "spend": marketing.spend(size),
            "rivals": changes.rivals(),
            "carts": changes.carts(),
            "reviews": shop.reviews(),
            "people": team.people(self.setting.catalogue),
            "customers": buyers.customers(),
            "bundles": buyers.bundles(),
            "events": self._events(),
            "actions": self._actions(),
            "targets": team.targets(),
        }

    def _campaign(self, n: int) -> dict:
        """Give a campaign's increments by phase and group; the parts sum to the total."""
        added = self.campaigns[n][..., 0] - self.campaigns[n][..., 1]
        orders, paid, margin = added[1], added[2] / 100, added[3] / 100
        return marketing.campaign(CAMPAIGNS[n]) | {
            "expected_with": _measures(self.campaigns[n][..., 0].sum(axis=(1, 2))),
            "expected_without": _measures(self.campaigns[n][..., 1].sum(axis=(1, 2))),
            "incremental_orders": round(float(orders.sum()), 2),
            "incremental_gmv": round(float(paid.sum()), 2),
            "incremental_margin": round(float(margin.sum()), 2),
            "incremental_gmv_by_phase_and_group": _table(paid),
            "incremental_orders_by_phase_and_group": _table(orders),
            "parts_of_gmv": {
                "warmup_suppression_or_lift": round(float(paid[0, 0]), 2),
                "burst_lift": round(float(paid[1, 0]), 2),
                "pull_forward_after": round(float(paid[2, 0]), 2),
                "halo": round(float(paid[:, 1].sum()), 2),
                "cannibalised": round(float(paid[:, 2].sum()), 2),
                "other": round(float(paid[:, 3].sum()), 2),
            },
        }

    def _test(self, n: int) -> dict:
        test, sums = EXPERIMENTS[n], self.tests[n]
        names = ("visitors", "expected_carting_visits", "expected_carting_visits_without_effect")
        return {
            "experiment_id": test.experiment_id, "days": test.days, "treatment": test.variants[1],
            "cart_multiplier": test.cart, "null": test.cart == 1.0,
            "arms": {
                variant: dict(zip(names, np.round(arm, 2), strict=True))
                for variant, arm in zip(test.variants, sums, strict=True)
            },
            "meaning": "a visit of a treated visitor carts `cart_multiplier` times as often; "
            "paying a cart is unchanged",
        }  # fmt: skip

    def _coupons(self) -> dict:
        waves = []
        for n, wave in enumerate(COUPON_WAVES):
            segments = {}
            for c, channel in enumerate(CHANNELS):
                (given, with_it, base), (held, _, held_base) = self.coupons[n, c]
                segments[channel] = {
                    "segment": COUPON_SEGMENTS[channel][0],
                    "pay_multiplier": COUPON_SEGMENTS[channel][1],
                    "granted": int(given), "held_out": int(held),
                    "expected_orders_per_granted": round(with_it / max(given, 1), 5),
                    "expected_orders_per_granted_without": round(base / max(given, 1), 5),
                    "expected_orders_per_held_out": round(held_base / max(held, 1), 5),
                    "incremental_orders": round(with_it - base, 2),
                }  # fmt: skip
            waves.append(marketing.coupon_wave(wave) | {"by_acquired_by": segments})
        return {"segments": marketing.coupon_segments(), "waves": waves}

    def _incidents(self) -> dict:
        dead = [
            changes.outage(o)
            | {"expected_orders_lost": round(s[0], 2), "expected_gmv_lost": round(s[1] / 100, 2)}
            for o, s in zip(OUTAGES, self.outages, strict=True)
        ]
        return {"dead_checkouts": dead, "dry_channel": changes.dry_week()}

    def _events(self) -> dict:
        return changes.missed() | {
            "paid_orders": int(self.seen[0]), "paid_orders_not_in_log": int(self.seen[1]),
            "visits_turned_away_by_stock": self.turned_away,
        }  # fmt: skip

    def _actions(self) -> list[dict]:
        return [
            changes.action(change) | {
                "expected_orders_in_28_days": round(s[0], 2),
                "expected_orders_without": round(s[1], 2),
            }
            for change, s in zip(ACTIONS_DONE, self.actions, strict=True)
        ]  # fmt: skip


def _measures(sums: np.ndarray) -> dict:
    visits, orders, paid, margin = sums
    return {
        "customer_visits": round(visits, 1), "orders": round(orders, 2),
        "gmv": round(paid / 100, 2), "margin": round(margin / 100, 2),
    }  # fmt: skip


def _table(values: np.ndarray) -> dict:
    return {
        phase: {group: round(float(values[p, g]), 2) for g, group in enumerate(effects.GROUPS)}
        for p, phase in enumerate(effects.PHASES)
    }
