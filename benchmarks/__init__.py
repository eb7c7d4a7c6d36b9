"""The same work done by this suite and by what a user would pick instead."""
