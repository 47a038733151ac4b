"""Files that a command writes: judged before anything is computed, written whole or not at all.

One output that fails takes neither the others nor the numbers with it: the complaint is printed, the
rest goes on, and the exit code says so at the end.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TextIO

from vipsim.cli import failures
from vipsim.errors import VipsimError
from vipsim.files import written_whole

PICTURES = (".png", ".svg", ".pdf")
"""Kinds of pictures, by the file's suffix."""


class Outputs:
    """The files of one command.

    Parameters
    ----------
    reads : iterable of path
        Files that the command reads: it never writes over them.
    """

    def __init__(self, reads: Iterable[str | os.PathLike[str]] = ()) -> None:
        self.code = failures.FINE
        self.written: list[Path] = []
        self._taken = {Path(path).resolve(): "what is read" for path in reads}

    def claim(self, option: str, name: str | None, suffixes: tuple[str, ...] = ()) -> Path | None:
        """Return the path of an output, or refuse it while nothing is lost yet; None stays None.

        Parameters
        ----------
        option : str
            Which option names it, for complaints.
        name : str or None
            The path as given.
        suffixes : tuple of str
            What its name may end in; default: anything.

        Raises
        ------
        VipsimError
            If it cannot be written, or is a device, or has two uses.
        """
        if name is None:
            return None
        if "\0" in name or not name:
            raise VipsimError(f"{option} {name!r}: this is not a file's name")
        path = Path(name)
        if suffixes and path.suffix.lower() not in suffixes:
            raise VipsimError(f"{option} {name}: end the name in {' or '.join(suffixes)}")
        real = _where(option, path)
        if real in self._taken:
            raise VipsimError(f"{option} {name}: this file is {self._taken[real]} already: use another name")
        if real.is_dir():
            raise VipsimError(f"{option} {name}: this is a folder: name a file in it")
        if real.exists() and not real.is_file():
            # Replacing /dev/null or /dev/stdout by a file would harm the whole machine.
            raise VipsimError(f"{option} {name}: this is not a regular file: name one, or leave {option} out")
        if not real.parent.is_dir():
            raise VipsimError(f"{option} {name}: there is no folder {path.parent}: make it first")
        if not os.access(real.parent, os.W_OK):
            raise VipsimError(f"{option} {name}: Permission denied: use a folder that you may write to")
        self._taken[real] = f"written by {option}"
        return real

    def write(self, path: Path | None, write: Callable[[Path], object]) -> None:
        """Write one output; what fails is complained about and kept in `code`.

        Parameters
        ----------
        path : Path or None
            As `claim` gave it; None writes nothing.
        write : callable
            Writes the file whole or not at all.
        """
        if path is None:
            return
        try:
            write(path)
        except OSError as error:
            reason = error.strerror or str(error)
            self.failed(VipsimError(f"cannot write {shown(path)}: {reason}: {failures.fix_for(error)}"))
        except Exception as error:
            self.failed(error)
        else:
            self.written.append(path)

    def tell(self, says: TextIO, before: str = "") -> None:
        """Say what was written, with `before` in front if there is anything."""
        print(before if self.written else "", end="", file=says)
        for path in self.written:
            print(f"written: {shown(path)}", file=says)

    def failed(self, error: Exception) -> None:
        """Complain about an output that could not be written, and go on."""
        self.code = max(self.code, failures.complain(error))


def _where(option: str, path: Path) -> Path:
    """Where a link leads: the link itself stays, what it points to is replaced."""
    try:
        return path.resolve()
    except (OSError, RuntimeError):  # until Python 3.12 a loop of links is a RuntimeError
        raise VipsimError(f"{option} {path}: a link in this path leads to itself: use another name") from None


def shown(path: Path) -> str:
    """A path as short as it can be said from here."""
    try:
        return str(path.relative_to(Path.cwd()))
    except (ValueError, OSError):
        return str(path)


def write_text(path: Path, text: str) -> None:
    """Write a text file (UTF-8), whole or not at all."""
    with written_whole(path) as file:
        file.write(text.encode())
