"""Demand over a time that is not certain itself."""

from __future__ import annotations

import numpy as np

from shophelm.supply_chain.outlook import Outlook


def courses(outlook: Outlook, *, days: int) -> np.ndarray:
    """Give products × days × levels: units wanted up to and with each day ahead, in total.

    Beyond what is forecast each level goes on at its pace so far, as if days were wholly alike:
    rather too wide.
    """
    known = outlook.spread[:, :days]
    beyond = np.arange(outlook.horizon + 1, days + 1) / outlook.horizon
    return np.hstack([known, outlook.spread[:, -1:] * beyond[:, None]])


def expected_courses(outlook: Outlook, *, days: int) -> np.ndarray:
    """Give products × days: units expected up to and with each day ahead, in total."""
    known = np.cumsum(outlook.mean, axis=1)
    beyond = np.arange(outlook.horizon + 1, days + 1) / outlook.horizon
    return np.hstack([known[:, :days], known[:, -1:] * beyond])


def over(wanted: np.ndarray, days: np.ndarray) -> np.ndarray:
    """Mix what is wanted over times that are equally likely.

    Parameters
    ----------
    wanted
        Products × days × levels, as `courses` gives it.
    days
        Products × whole days, each as likely as any other.

    Returns
    -------
    ndarray
        Products × (times · levels): units, each as likely as any other; demand and the time it is
        asked for in are taken as independent.
    """
    at = np.take_along_axis(wanted, np.maximum(days - 1, 0)[:, :, None], axis=1)
    return np.where(days[:, :, None] > 0, at, 0.0).reshape(len(wanted), -1)
