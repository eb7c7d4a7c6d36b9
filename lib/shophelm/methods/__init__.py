"""The statistics: they know no shop."""
