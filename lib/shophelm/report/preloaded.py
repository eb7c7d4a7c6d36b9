"""What kernels import, imported once in the process they are forked from."""

import gc
import os

# matplotlib asks when it is imported, and a kernel sets it only later
os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")

import ibis.backends.duckdb  # noqa: F401
import ipykernel.kernelapp  # noqa: F401
import matplotlib.pyplot  # noqa: F401
import seaborn  # noqa: F401

import shophelm.report.kept_thresholds
import shophelm.report.ledger
import shophelm.report.order_sheet
import shophelm.report.page
import shophelm.report.send_list  # noqa: F401
from shophelm.shop import kept
from shophelm.shop.needs import meet_all

meet_all()
# digests the code, once for all
kept.key()
# what is here for good is not to be copied for being looked at
gc.freeze()
