"""What a run leaves behind: pages, recorded figures, actions, and the ledger that follows them."""
