"""What every notebook imports first: open a shop, its period, its page.

Importing it inside a notebook also makes the suite's own errors show as one line, since they say
themselves what to do; any other error keeps its traceback.
"""

from __future__ import annotations

from typing import Any

from IPython import get_ipython

from shophelm.errors import ShophelmError
from shophelm.report.page import Page
from shophelm.shop.calendar import last_days
from shophelm.shop.tables import open_shop

__all__ = ["Page", "last_days", "open_shop"]


def _one_line(shell: Any, kind: type, error: ShophelmError, *_: Any, **__: Any) -> list[str]:
    line = [f"{kind.__name__}: {error}"]
    shell._showtraceback(kind, error, line)
    return line


if (_shell := get_ipython()) is not None:
    _shell.set_custom_exc((ShophelmError,), _one_line)
