"""What notebooks are compared by: their text. Tables and figures are tested by their data."""

SHOWN = ("text/html", "text/plain", "image/svg+xml")


def pytest_collectstart(collector):
    if type(collector).__name__ == "IPyNbFile":
        collector.skip_compare += SHOWN
