"""The questions of the strategy notebook."""
