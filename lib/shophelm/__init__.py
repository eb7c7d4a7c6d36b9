"""Turn an online shop's own exports into the decisions of the week."""

__version__ = "0.1.0"
