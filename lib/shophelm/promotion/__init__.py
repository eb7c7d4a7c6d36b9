"""The questions of the promotion notebook."""
