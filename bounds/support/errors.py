"""What a caller did wrong or lacks, apart from what is wrong in the project itself.

A command prints these with the exit status of bad input or of something missing; any other
exception is a bug of ours, shown with its traceback.
"""


class InvalidValueError(ValueError):
    """An argument, option or file has the right type and a wrong value."""


class InvalidTypeError(TypeError):
    """An argument has the wrong type."""


class MissingError(RuntimeError):
    """Something that was asked for is not installed or not at hand here."""
