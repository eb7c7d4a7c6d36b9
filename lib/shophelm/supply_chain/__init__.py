"""The questions of the supply_chain notebook."""
