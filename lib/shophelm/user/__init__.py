"""The questions of the user notebook."""
