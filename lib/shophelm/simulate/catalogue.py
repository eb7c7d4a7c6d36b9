"""Products: what is on sale, since when, at what price, and how its star rises and falls."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shophelm.simulate import calendar, words
from shophelm.simulate.campaigns import CAMPAIGNS
from shophelm.simulate.ids import stream
from shophelm.simulate.planted.changes import CART_CAUSES, PRICE_CAUSE_LEVEL
from shophelm.simulate.planted.shop import CATEGORIES, SUPPLIERS
from shophelm.simulate.planted.team import GAMER, GAMING_DAYS, GAMING_PRICE, MERCHANTS

PRICE_STEPS = np.array([1.0, 0.94, 0.88, 0.81, 0.74])
_BASE_CUSTOMERS = 4_000


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Products as arrays of length K, and K × days where they change daily. Money in cents.

    Attributes
    ----------
    popularity
        Share of its category's interest each product has that day; zero when not on sale.
    regular_price, price
        Price of one unit without and with campaign discounts.
    keywords
        What people search for to find each product: the thing, the thing with its trait,
        the brand's.
    owner
        Number of the merchandiser each product was dealt to.
    """

    ids: list[str]
    titles: list[str]
    brands: list[str]
    seasons: list[str]
    keywords: list[tuple[str, str, str]]
    category: np.ndarray
    position: np.ndarray
    supplier: np.ndarray
    launched: np.ndarray
    retired: np.ndarray
    list_cents: np.ndarray
    cost_cents: np.ndarray
    shelf_life: np.ndarray
    popularity: np.ndarray
    regular_price: np.ndarray
    owner: np.ndarray

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def fruit(self) -> np.ndarray:
        """Which products are fruit: it spoils, and travels cold."""
        return np.isin(self.category, _numbers(("fruit",)))

    def number(self, product_id: str) -> int:
        """Row of a product."""
        return self.ids.index(product_id)

    def price(self, without: str = "") -> np.ndarray:
        """K × days in cents, campaign discounts applied save those of the campaign `without`."""
        price = self.regular_price.copy()
        for campaign in CAMPAIGNS:
            if campaign.campaign_id == without:
                continue
            _, burst, after, _ = calendar.phase_days(campaign)
            rows = np.isin(self.category, _numbers(campaign.promoted))
            days = slice(max(burst, 0), max(after, 0))
            cut = np.minimum(price[rows, days], self.list_cents[rows, None] * campaign.price_factor)
            price[rows, days] = _to_tenth(cut)
        return price


def _numbers(names: tuple[str, ...]) -> list[int]:
    return [n for n, c in enumerate(CATEGORIES) if c.name in names]


def _to_tenth(cents: np.ndarray) -> np.ndarray:
    return (np.round(cents / 10) * 10).astype(np.int64)


def make(*, customers: int, seed: int) -> Catalogue:
    """Make the shop's products; a larger shop has more of them behind the same first ones."""
    rng = stream(seed, "catalogue")
    growth = float(np.clip((customers / _BASE_CUSTOMERS) ** (1 / 3), 1, 6))
    counts = [round(c.products * growth) for c in CATEGORIES]
    category = np.repeat(np.arange(len(CATEGORIES)), counts)
    position = np.concatenate([np.arange(1, n + 1) for n in counts])
    launched, retired = _lifetimes(position, rng)
    list_cents = _list_prices(category, rng)
    cost = np.array([c.cost_share for c in CATEGORIES])[category] * rng.uniform(
        0.85, 1.15, len(category)
    )
    ids = [f"{CATEGORIES[c].code}{p:03d}" for c, p in zip(category, position, strict=True)]
    titles, brands, seasons, keywords = _texts(category, rng)
    owner = _owners(position)
    return Catalogue(
        ids, titles, brands, seasons, keywords, category, position, _suppliers(category, position),
        launched, retired, list_cents, _to_tenth(list_cents * cost * 0.92), _shelf_life(category),
        _popularity(category, position, launched, retired, rng),
        _regular_prices(list_cents, ids, owner, rng), owner,
    )  # fmt: skip


def _lifetimes(position: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """First and last day on sale: evergreens, products born on the way, and products that die."""
    n = len(position)
    launched = -rng.integers(60, 700, n)
    retired = np.full(n, 10_000)
    born = position % 4 == 0
    launched[born] = rng.integers(40, calendar.DAYS - 90, born.sum())
    dying = position % 5 == 3
    retired[dying] = np.maximum(launched[dying], 0) + rng.integers(220, 480, dying.sum())
    first = position <= 6
    launched[first & born] = rng.integers(60, 160, (first & born).sum())
    retired[first] = 10_000
    newest = position % 10 == 2
    launched[newest & ~first] = rng.integers(
        calendar.DAYS - 60, calendar.DAYS - 20, (newest & ~first).sum()
    )
    retired[newest & ~first] = 10_000
    return launched, retired


def _list_prices(category: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    low, high = np.array([c.price_yuan for c in CATEGORIES])[category].T
    yuan = np.exp(rng.uniform(np.log(low), np.log(high)))
    return (np.floor(yuan / 10) * 10 + 9).astype(np.int64) * 100


def _texts(category: np.ndarray, rng: np.random.Generator) -> tuple[list, list, list, list]:
    titles, brands, seasons, keywords, seen = [], [], [], [], {}
    for c in category:
        name = CATEGORIES[c].name
        number = seen[name] = seen.get(name, -1) + 1
        nouns = words.NOUNS[name]
        brand = words.BRANDS[name][int(rng.integers(len(words.BRANDS[name])))]
        trait = words.TRAITS[name][int(rng.integers(len(words.TRAITS[name])))]
        noun = nouns[number % len(nouns)]
        titles.append(f"{brand} {trait}{noun}{2025 + number % 2}新款{number + 1:02d}号")
        keywords.append((noun, f"{trait}{noun}", f"{brand}{noun}"))
        brands.append(brand)
        seasons.append(words.SEASONS[name][int(rng.integers(len(words.SEASONS[name])))])
    return titles, brands, seasons, keywords


def _suppliers(category: np.ndarray, position: np.ndarray) -> np.ndarray:
    choice = np.empty(len(category), dtype=np.int64)
    for c, plan in enumerate(CATEGORIES):
        able = [n for n, s in enumerate(SUPPLIERS) if plan.name in s.categories]
        rows = category == c
        choice[rows] = np.array(able)[position[rows] % len(able)]
    return choice


def _shelf_life(category: np.ndarray) -> np.ma.MaskedArray:
    days = {"skincare": 1_095, "snacks": 240, "fruit": 7}
    values = np.array([days.get(c.name, 0) for c in CATEGORIES])[category]
    return np.ma.masked_equal(values, 0)


def _owners(position: np.ndarray) -> np.ndarray:
    dealt = {p: n for n, person in enumerate(MERCHANTS) for p in person.deals}
    return np.array([dealt.get(int(p), int(p) % len(MERCHANTS)) for p in position])


def _popularity(
    category: str,
    position: np.ndarray,
    launched: np.ndarray,
    retired: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    """Interest by product and day: a rank law, a rise after launch, slow drift, decay."""
    day = np.arange(calendar.DAYS)[None, :]
    age = day - launched[:, None]
    left = retired[:, None] - day
    base = (1 / position**0.75)[:, None]
    hero = np.where((position % 4 == 0) & (position <= 12), 2.2, 1.0)[:, None]
    rise = 1 / (1 + np.exp(-(age - 45) / 12))
    fall = np.clip(left / 150, 0.05, 1)
    drift = np.cumsum(rng.normal(0, 0.02, (len(position), calendar.DAYS)), axis=1)
    level = base * np.where(launched[:, None] >= 0, hero * rise, 1) * fall
    level *= np.exp(np.clip(drift, -0.5, 0.5)) * ((age >= 0) & (left > 0))
    for c in range(len(CATEGORIES)):
        level[category == c] /= level[category == c].sum(axis=0)
    return level


def _regular_prices(
    list_cents: np.ndarray, ids: list[str], owner: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Price by product and day: steps of two to four weeks, drawn without regard to demand."""
    weeks = np.arange(calendar.DAYS) // 7
    price = np.empty((len(ids), calendar.DAYS), dtype=np.int64)
    for k in range(len(ids)):
        steps = rng.choice(PRICE_STEPS, 60, p=[0.28, 0.22, 0.2, 0.17, 0.13])
        lengths = rng.integers(2, 5, 60)
        factor = np.repeat(steps, lengths)[weeks]
        price[k] = _to_tenth(list_cents[k] * factor)
    _overprice(price, ids, list_cents)
    _month_end_cuts(price, owner)
    return price


def _overprice(price: np.ndarray, ids: list[str], list_cents: np.ndarray) -> None:
    """Price the product whose price is the cause: normal before, too high with breaks after."""
    cause = CART_CAUSES["price"]
    k, since = ids.index(cause.product_id), calendar.day_number(cause.since)
    normal = list_cents[k] / PRICE_CAUSE_LEVEL
    on_break = np.arange(calendar.DAYS) // 14 % 4 == 3
    price[k] = _to_tenth(np.where(on_break, normal * 0.97, np.full(calendar.DAYS, normal)))
    price[k, since:] = _to_tenth(np.where(on_break[since:], normal, list_cents[k]))


def _month_end_cuts(price: np.ndarray, owner: np.ndarray) -> None:
    """One merchandiser cuts prices on each month's last days to make the month's figure."""
    ahead = calendar.DATES + np.timedelta64(GAMING_DAYS, "D")
    last_days = ahead.astype("datetime64[M]") != calendar.DATES.astype("datetime64[M]")
    mine = owner == [p.person_id for p in MERCHANTS].index(GAMER)
    cells = np.ix_(mine, last_days)
    price[cells] = _to_tenth(price[cells] * GAMING_PRICE)
