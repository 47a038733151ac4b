"""Where the shipped scenarios and notebooks are.

A checkout keeps them in top-level folders, a wheel inside the package (``vipsim/_data``). The
wheel's copy wins where there is one, so an installed vipsim never reads a stranger's folder that
happens to lie beside it.
"""

from importlib.resources import files
from pathlib import Path

from vipsim.errors import VipsimError


class UnknownResource(VipsimError, LookupError):
    """No shipped scenario or notebook has this name; the message lists those that exist."""


def scenario_names() -> list[str]:
    """Name the shipped scenarios, sorted, without their suffix."""
    return _names("scenarios", ".yaml")


def scenario_path(name: str) -> Path:
    """Find a shipped scenario.

    Parameters
    ----------
    name : str
        Its name, with or without ``.yaml``: ``database-pair``.

    Raises
    ------
    UnknownResource
        A LookupError that names the known ones.
    """
    return _find("scenarios", ".yaml", name)


def notebook_names() -> list[str]:
    """Name the shipped notebooks, sorted, without their suffix."""
    return _names("notebooks", ".ipynb")


def notebook_path(name: str) -> Path:
    """Find a shipped notebook.

    Parameters
    ----------
    name : str
        Its name, with or without ``.ipynb``: ``01-virtual-ip``.

    Raises
    ------
    UnknownResource
        A LookupError that names the known ones.
    """
    return _find("notebooks", ".ipynb", name)


def _folder(kind: str) -> Path:
    package = Path(str(files("vipsim")))
    in_wheel = package / "_data" / kind
    return in_wheel if in_wheel.is_dir() else package.parent / kind


def _names(kind: str, suffix: str) -> list[str]:
    return sorted(path.stem for path in _folder(kind).glob(f"*{suffix}"))


def _find(kind: str, suffix: str, name: str) -> Path:
    # Only a known name becomes a path: "../../etc/passwd" is just a name nobody knows.
    stem = name.removesuffix(suffix)
    known = _names(kind, suffix)
    if stem not in known:
        raise UnknownResource(
            f"no shipped {kind[:-1]} is called {name!r}: known are {', '.join(known) or 'none'}"
        )
    return _folder(kind) / (stem + suffix)
