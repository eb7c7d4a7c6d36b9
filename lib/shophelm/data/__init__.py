"""Can we trust the numbers, what moved, and where does the money lie?"""
