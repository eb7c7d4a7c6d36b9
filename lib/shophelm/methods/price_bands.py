"""Bands of price, and where others sell that we do not, beyond chance."""

from __future__ import annotations

import numpy as np

_ROUNDS, _AT_ONCE = 10, 200
_PRICES_TO_A_BAND = 4


def band_edges(prices: np.ndarray, *, most: int) -> np.ndarray:
    """Draw round prices that cut listings into bands of about as many each.

    Parameters
    ----------
    prices
        One of each listing, above 0.
    most
        Bands at most; fewer where there are fewer than four listings to a band.

    Returns
    -------
    ndarray
        The prices at which a new band begins, rising, of two significant digits; none for one band.
    """
    prices = np.sort(np.asarray(prices, dtype=float))
    bands = min(most, len(prices) // _PRICES_TO_A_BAND)
    if bands < 2 or prices[0] == prices[-1]:
        return np.array([])
    cuts = np.exp(np.quantile(np.log(prices), np.arange(1, bands) / bands))
    digits = 10.0 ** (np.floor(np.log10(cuts)) - 1)
    edges = np.unique(np.round(np.round(cuts / digits) * digits, 6))
    return edges[(edges > prices[0]) & (edges <= prices[-1])]


def band_of(prices: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Give each price's band, from 0: a price on an edge is of the band that begins there."""
    return np.searchsorted(edges, np.asarray(prices, dtype=float), side="right")


def lacking_shares(
    our_band: np.ndarray, our_sales: np.ndarray, their_band: np.ndarray, their_sales: np.ndarray,
    *, bands: int, seed: int = 0,
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """Tell in which bands others have more of their sales than we have of ours, beyond chance.

    Listings are dealt anew to both sides, each listing's sales taken in units of its side's mean:
    if band and sales had nothing to do with whose a listing is, the largest gap among all bands
    would come out like that of the deals (a permutation test; the largest of all bands keeps the
    chance of any false finding, Westfall & Young 1993).

    Parameters
    ----------
    our_band, their_band
        Band of each listing.
    our_sales, their_sales
        Sales of each; at least one above 0 on either side.
    bands
        How many there are.
    seed
        Of the deals.

    Returns
    -------
    (ndarray, ndarray)
        By band: their share less ours, and the chance of so large a gap in any band.

    Notes
    -----
    A dozen listings can show hardly anything: one bestseller makes a band.
    """
    weight = np.concatenate([our_sales / our_sales.mean(), their_sales / their_sales.mean()])
    band = np.concatenate([our_band, their_band]).astype(np.int64)
    grid = np.zeros((len(band), bands))
    grid[np.arange(len(band)), band] = weight
    rng, ours = np.random.default_rng(seed), len(our_band)
    seen = _gaps(np.arange(len(band))[None, :] < ours, grid)[0]
    # the places of a random order; the first of them are dealt to us
    deals = (rng.random((_AT_ONCE, len(band))).argsort(axis=1) < ours for _ in range(_ROUNDS))
    largest = np.concatenate([_gaps(dealt, grid).max(axis=1) for dealt in deals])
    chance = 1 + (largest[:, None] >= seen - 1e-12).sum(axis=0)
    return seen, chance / (len(largest) + 1)


def _gaps(ours: np.ndarray, grid: np.ndarray) -> np.ndarray:
    """Give deals × bands: the others' share less ours; no gap where a side has no sales."""
    mine, rest = ours @ grid, ~ours @ grid
    both = (mine.sum(axis=1) > 0) & (rest.sum(axis=1) > 0)
    mine[~both] = rest[~both] = 1.0
    return rest / rest.sum(axis=1, keepdims=True) - mine / mine.sum(axis=1, keepdims=True)
