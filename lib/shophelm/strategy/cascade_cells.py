"""A year's money shared out to days, channels and categories, to the cent."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from shophelm.errors import ParameterError
from shophelm.methods.apportion import apportion, apportion_both
from shophelm.shop.calendar import Period
from shophelm.shop.tables import Tables
from shophelm.strategy.own_targets import own_targets

CENTS, PARTS = 100, 1000
"""Money is shared out in cents, people in thousandths, so that sums are exact."""
COMPLETE = 0.05
"""By what share targets of channels, or categories, may miss the shop's: they are then scaled."""
GROWS = 100
"""Days of a span beyond which growth comes in over it."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A span whose money is fixed: in cents, of the shop and where known of names of each kind."""

    span: Period
    cents: int
    of: dict[str, pd.Series]


def fixed_tiles(
    shop: Tables, period: Period, given: float, weights: dict[str, pd.DataFrame]
) -> list[Tile]:
    """Give the spans whose money is fixed: the shop's own, or the year as one."""
    if given < 0:
        raise ParameterError(f"annual_target is {given}. What is to be paid is not below 0.")
    if given:
        return [Tile(period, round(given * CENTS), {})]
    named = {kind: dict(own_targets(shop, period, scope=kind)) for kind in ("channel", "category")}
    own = {span: values.sum() for span, values in own_targets(shop, period)}
    # without targets of the shop as a whole, those of its categories, or channels, add up to it
    for kind, table in (("category", "by_category"), ("channel", "gmv")):
        if not own and named[kind] and _covers(named[kind], weights.get(table)):
            own = {span: values.sum() for span, values in named[kind].items()}
    if not own:
        return [Tile(period, round(float(weights["gmv"].to_numpy().sum()) * CENTS), {})]
    return [
        Tile(
            span,
            round(value * CENTS),
            {
                kind: targets[span]
                for kind, targets in named.items()
                if span in targets and abs(targets[span].sum() - value) <= COMPLETE * value
            },
        )
        for span, value in own.items()
    ]


def _covers(targets: dict[Period, pd.Series], weights: pd.DataFrame | None) -> bool:
    """Tell whether names with a target are nearly all that sells: else they are not the shop's."""
    if weights is None:
        return False
    money = weights.sum()
    named = {name for values in targets.values() for name in values.index}
    return money[[n for n in money.index if n in named]].sum() >= (1 - COMPLETE) * money.sum()


def cells_of(weights: dict[str, pd.DataFrame], tile: Tile, split: dict[str, float]) -> pd.DataFrame:
    """Share money, buyers and visits of a span out to days and channels, each exactly."""
    days, own = tile.span.every_day, tile.of.get("channel", pd.Series(dtype=float))
    gmv = weights["gmv"]
    channels = sorted({*gmv, *weights["buyers"], *weights.get("visits", gmv), *own.index})
    tables = {
        name: frame.loc[days].reindex(columns=channels, fill_value=0.0).to_numpy()
        for name, frame in weights.items()
        if name != "by_category"
    }
    present = tables["gmv"].sum()
    grown = np.full(len(channels), tile.cents / CENTS / present if present > 0 else np.nan)
    # growth comes in evenly over a year; within a month whose target is known there is none
    tilt = _power(grown[0], np.arange(len(days)) / len(days) * (len(days) > GROWS))[:, None]
    if len(own):
        of_channel = apportion(tile.cents, own.reindex(channels, fill_value=0.0).to_numpy())
        each = tables["gmv"].sum(axis=0)
        grown = np.divide(of_channel / CENTS, each, out=np.ones_like(each), where=each > 0)
        by_day = apportion(tile.cents, tables["gmv"].sum(axis=1))
        parts = {"gmv": apportion_both(by_day, of_channel, tables["gmv"])}
    else:
        parts = {"gmv": apportion(tile.cents, tables["gmv"] * tilt)}
    # spend is what is left of the growth once visits and conversion have theirs
    shares = {"visits": split["visits"], "buyers": split["visits"] + split["pay_conversion"]}
    for name, share in shares.items():
        if name not in tables:
            parts[name] = np.zeros(parts["gmv"].shape, dtype=np.int64)
            continue
        lifted = tables[name] * _power(grown, share)
        parts[name] = apportion(round(lifted.sum() * PARTS), lifted * tilt**share)
    index = pd.MultiIndex.from_product([days, channels], names=["day", "channel"])
    return pd.DataFrame({n: p.ravel() for n, p in parts.items()}, index=index).reset_index()


def _power(times: float | np.ndarray, share: float | np.ndarray) -> np.ndarray:
    """Raise growth to a share; where it is nothing, or not known, there is none."""
    known = np.isfinite(times) & (np.asarray(times) > 0)
    return np.where(known, times, 1.0) ** share


def categories_of(
    cells: pd.DataFrame, weights: pd.DataFrame | None, tiles: list[Tile]
) -> pd.DataFrame:
    """Share each day's money out to the categories."""
    named = {k for tile in tiles if "category" in tile.of for k in tile.of["category"].index}
    if weights is None and not named:
        return pd.DataFrame(columns=["day", "category", "gmv"])
    by_day = cells.groupby("day", sort=False)["gmv"].sum()
    if weights is None:
        weights = pd.DataFrame(1.0, index=by_day.index, columns=sorted(named))
    names = sorted({*weights, *named})
    frames = []
    for tile in tiles:
        days, own = tile.span.every_day, tile.of.get("category")
        table = weights.loc[days].reindex(columns=names, fill_value=0.0).to_numpy()
        totals = by_day.loc[days].to_numpy()
        if own is None:
            parts = np.array([apportion(int(t), w) for t, w in zip(totals, table, strict=True)])
        else:
            of_category = apportion(tile.cents, own.reindex(names, fill_value=0.0).to_numpy())
            parts = apportion_both(totals, of_category, table)
        index = pd.MultiIndex.from_product([days, names], names=["day", "category"])
        frames.append(pd.DataFrame({"gmv": parts.ravel()}, index=index).reset_index())
    return pd.concat(frames, ignore_index=True)
