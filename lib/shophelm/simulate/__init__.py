"""A shop that does not exist, with planted truth, at any size."""

from shophelm.simulate.shop import DEFAULT_CUSTOMERS, DEFAULT_SEED, simulate

__all__ = ["DEFAULT_CUSTOMERS", "DEFAULT_SEED", "simulate"]
