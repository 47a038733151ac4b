"""One door to the optional dependencies: a missing one is answered by the command that installs it."""

from importlib import import_module
from types import ModuleType

from vipsim.errors import MissingExtra


def require(extra: str, module: str) -> ModuleType:
    """Import an optional dependency, or say which extra brings it.

    Call it before the plain ``import`` of the same module, in a room that needs the extra, so
    that type checkers and readers still see the import.

    Parameters
    ----------
    extra : str
        Name of the extra in ``pyproject.toml``, for instance ``plot``.
    module : str
        Module to import, for instance ``matplotlib.pyplot``.

    Returns
    -------
    ModuleType
        The module named, imported.

    Raises
    ------
    MissingExtra
        If the module, or something it needs, is not installed. One line, naming the extra.

    Examples
    --------
    >>> require("plot", "no_such_module")
    Traceback (most recent call last):
        ...
    vipsim.errors.MissingExtra: no_such_module is not installed: pip install "vipsim[plot]"
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        missing = (error.name or module).partition(".")[0]
        raise MissingExtra(f'{missing} is not installed: pip install "vipsim[{extra}]"') from None
