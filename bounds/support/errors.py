"""What a caller did wrong or lacks, apart from what is wrong in the project itself.

A command prints these with the exit status of bad input or of something missing; any other
exception is a bug of ours, shown with its traceback.
"""


def shown(value: object) -> str:
    """Return a short text of a value for an error message, whatever the value is."""
    try:
        text = repr(value)
    except Exception as error:  # an object's own, or Python's for an integer of too many digits
        text = f"<{type(value).__name__}: {type(error).__name__} in its repr>"
    return text if len(text) <= 80 else text[:77] + "..."


class InvalidValueError(ValueError):
    """An argument, option or file has the right type and a wrong value."""


class InvalidTypeError(TypeError):
    """An argument has the wrong type."""


class MissingError(RuntimeError):
    """Something that was asked for is not installed or not at hand here."""
