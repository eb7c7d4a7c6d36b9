"""One module per case, each with a `CASE`."""
