"""The questions of the team notebook."""
