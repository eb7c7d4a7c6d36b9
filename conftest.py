"""What notebooks are compared by: their text (tables and figures are tested by their data)."""

import os
import shutil
import tempfile

# what tests keep is theirs alone, and shared by all workers and kernels of a run
if "PYTEST_XDIST_WORKER" not in os.environ:
    os.environ["SHOPHELM_CACHE"] = tempfile.mkdtemp(prefix="shophelm-tests-")
# workers share the cores: see shophelm.notebook
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

LONG = ("end_to_end", "notebooks", "supply_chain", "simulate")
SHOWN = ("text/html", "text/plain", "image/svg+xml")


def pytest_unconfigure():
    if "PYTEST_XDIST_WORKER" not in os.environ:
        shutil.rmtree(os.environ["SHOPHELM_CACHE"], ignore_errors=True)


def pytest_collection_modifyitems(items):
    """Begin with the rooms whose files take longest, so that no worker is left alone with one."""
    items.sort(key=lambda item: not set(item.path.parts) & set(LONG))


def pytest_collectstart(collector):
    if type(collector).__name__ == "IPyNbFile":
        collector.skip_compare += SHOWN
