"""What every notebook imports first: open a shop, its period, its page.

Importing it inside a notebook also makes the suite's own errors show as one line, since they say
themselves what to do; any other error keeps its traceback.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import scipy.linalg  # noqa: F401  brings a BLAS of its own
from IPython import get_ipython
from threadpoolctl import threadpool_limits

from shophelm.errors import ShophelmError
from shophelm.report.kept_thresholds import read_thresholds, write_thresholds
from shophelm.report.ledger import read_ledger
from shophelm.report.order_sheet import write_order_sheet
from shophelm.report.page import Page
from shophelm.report.send_list import write_send_list
from shophelm.shop.calendar import last_days
from shophelm.shop.needs import Missing
from shophelm.shop.tables import Tables, open_shop
from shophelm.user import thresholds

__all__ = [
    "Page",
    "keep_thresholds",
    "last_days",
    "open_shop",
    "read_actions",
    "write_order_sheet",
    "write_send_list",
]


# Our matrices are small: threads gain nothing, and where two notebooks share the cores those of
# BLAS wait for each other, which took twenty times as long
threadpool_limits(1, user_api="blas")


def read_actions(shop: Tables, *, ledger: str = "") -> pd.DataFrame:
    """Read the ledger of actions as it stood on as_of.

    Parameters
    ----------
    shop
        Its own `actions` table is read where no ledger is named, or none is there yet.
    ledger
        The ledger's file, as `shophelm report --ledger` names it.
    """
    if ledger and Path(ledger).exists():
        frame = read_ledger(Path(ledger))
    else:
        frame = shop.frame(shop["actions"]) if shop.has("actions") else read_ledger(None)
    return frame[frame["proposed_on"].map(lambda d: d <= shop.as_of).astype(bool)]


def keep_thresholds(
    shop: Tables, *, file: str = "", orders: int = 0, spend_per_order: float = 0
) -> thresholds.Thresholds | Missing:
    """Give the thresholds of the customers' segments: as kept in a file, or drawn and kept there.

    Parameters
    ----------
    shop
        The shop they are drawn from where the file is not there yet.
    file
        Where they are kept; empty: drawn anew, and not kept.
    orders, spend_per_order
        Thresholds of the grid that are not to be drawn (see `user.thresholds.draw`); in force
        whatever the file says.
    """
    given = {"orders": orders, "spend_per_order": spend_per_order}
    if file and Path(file).exists():
        return thresholds.override(read_thresholds(Path(file)), **given)
    drawn = thresholds.draw(shop, **given)
    if file and not isinstance(drawn, Missing):
        write_thresholds(drawn, Path(file))
    return drawn


def _one_line(shell: Any, kind: type, error: ShophelmError, *_: Any, **__: Any) -> list[str]:
    line = [f"{kind.__name__}: {error}"]
    shell._showtraceback(kind, error, line)
    return line


if (_shell := get_ipython()) is not None:
    _shell.set_custom_exc((ShophelmError,), _one_line)
