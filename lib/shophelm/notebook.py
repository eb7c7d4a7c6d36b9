"""What every notebook imports first: open a shop, its period, its page.

Importing it inside a notebook also makes the suite's own errors show as one line, since they say
themselves what to do; any other error keeps its traceback.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
from IPython import get_ipython

from shophelm.errors import ShophelmError
from shophelm.report.ledger import read_ledger
from shophelm.report.page import Page
from shophelm.shop.calendar import last_days
from shophelm.shop.tables import Tables, open_shop

__all__ = ["Page", "last_days", "open_shop", "read_actions"]


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


def _one_line(shell: Any, kind: type, error: ShophelmError, *_: Any, **__: Any) -> list[str]:
    line = [f"{kind.__name__}: {error}"]
    shell._showtraceback(kind, error, line)
    return line


if (_shell := get_ipython()) is not None:
    _shell.set_custom_exc((ShophelmError,), _one_line)
