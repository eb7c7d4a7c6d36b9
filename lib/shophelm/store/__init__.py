"""The questions of the store notebook."""
