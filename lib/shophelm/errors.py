"""The errors a user can meet. Each message names what, where, what was got, and the next step."""


class ShophelmError(Exception):
    """Anything that went wrong and that the user can do something about."""


class DataError(ShophelmError):
    """The shop's data cannot be read as what they claim to be."""


class ParameterError(ShophelmError):
    """A parameter is unknown, of the wrong type, or out of range."""


class ReportError(ShophelmError):
    """The report, or a file that belongs to it, cannot be written."""
