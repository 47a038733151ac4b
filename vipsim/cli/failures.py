"""What went wrong, for people: place, reason and fix on stderr, and the exit code that goes with it."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from types import FrameType

FINE = 0
CHECK_FAILED = 1
BAD_INPUT = 2
BUG = 70
INTERRUPTED = 130
READER_GONE = 141
TERMINATED = 143

_FIXES = {
    errno.ENOENT: "check the name and its folder",
    errno.EACCES: "use another place, or change its permissions",
    errno.EPERM: "use another place, or ask for the right to do this",
    errno.EROFS: "use another place: this one cannot be written to",
    errno.ENOSPC: "free some space, or use another disk",
    errno.EDQUOT: "free some space, or use another disk",
    errno.EFBIG: "use a disk that takes larger files",
    errno.EISDIR: "name a file, not a folder",
    errno.ENOTDIR: "check the name: a part of it is a file, not a folder",
    errno.ENAMETOOLONG: "use a shorter name",
    errno.EMFILE: "close other files, or raise the limit (ulimit -n)",
}


_ECHO = 1.0
"""Seconds in which a further SIGTERM is the same one: timeout(1) sends it to the process and to its group."""


class Terminated(KeyboardInterrupt):
    """SIGTERM came: whoever handles Ctrl-C handles it too."""


class Ending:
    """Whether SIGTERM came, and the exit code that then holds."""

    def __init__(self) -> None:
        self._heard: float | None = None

    def hear(self, number: int, frame: FrameType | None) -> None:
        """Be the handler of the signal: raise, so that whatever has to be cleaned up is."""
        now = time.monotonic()
        if self._heard is None or now > self._heard + _ECHO:
            self._heard = now
            raise Terminated

    def code(self, code: int) -> int:
        """Return the exit code of a command that ended with `code`."""
        return TERMINATED if self._heard is not None and code == INTERRUPTED else code


@contextlib.contextmanager
def terminable() -> Iterator[Ending]:
    """Let SIGTERM end the block as Ctrl-C does: by an exception, so that no half-written file stays.

    A handler that somebody else has set, or a signal that is ignored, stays as it is.
    """
    ending = Ending()
    is_ours = (
        threading.current_thread() is threading.main_thread()
        and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    )
    if is_ours:
        signal.signal(signal.SIGTERM, ending.hear)
    try:
        yield ending
    finally:
        if is_ours:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)


def complain(error: BaseException) -> int:
    """Print what an error means and return the exit code.

    Parameters
    ----------
    error : BaseException
        What was raised. With VIPSIM_DEBUG=1 its traceback follows.
    """
    if isinstance(error, BrokenPipeError):
        return READER_GONE
    text, code = explain(error)
    with contextlib.suppress(OSError, ValueError):
        # What was printed before stands above the complaint, also where both go to one file.
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
        print(f"vipsim: {printable(text)}", file=sys.stderr, flush=True)
        if os.environ.get("VIPSIM_DEBUG", "") not in ("", "0") and not isinstance(error, KeyboardInterrupt):
            import traceback

            traceback.print_exception(error)
    return code


def explain(error: BaseException) -> tuple[str, int]:
    """Return the message for an error, and its exit code."""
    from vipsim.errors import VipsimError

    if isinstance(error, VipsimError):
        hint = str(getattr(error, "hint", "") or "")
        return (f"{error}\n    {hint}" if hint and hint not in str(error) else str(error)), BAD_INPUT
    if isinstance(error, KeyboardInterrupt):
        by = "SIGTERM" if isinstance(error, Terminated) else "Ctrl-C"
        return f"stopped by {by}; files that were not finished are not there", INTERRUPTED
    if isinstance(error, ModuleNotFoundError) and (missing := _missing(error)):
        return f"{missing} is not installed: pip install vipsim", BAD_INPUT
    if isinstance(error, MemoryError):
        return "the memory is used up: run a smaller scenario, or at --level summary", BAD_INPUT
    if isinstance(error, OSError):
        place = "" if error.filename is None else f"{os.fsdecode(error.filename)}: "
        reason = error.strerror or str(error) or type(error).__name__
        return f"{place or 'input or output: '}{reason}: {fix_for(error)}", BAD_INPUT
    said = " ".join(f"{type(error).__name__}: {error}".split())[:300].rstrip(": ")
    return (
        f"this is a bug in vipsim, please report it with the command line: {said}\n"
        "    VIPSIM_DEBUG=1 before the command shows the traceback"
    ), BUG


def _missing(error: ModuleNotFoundError) -> str:
    """Which distribution is not there; nothing if it is a part of Python or of vipsim: that is a bug."""
    module = (error.name or "").partition(".")[0]
    if module == "vipsim" or module in sys.stdlib_module_names:
        return ""
    return {"ruamel": "ruamel.yaml"}.get(module, module)


def fix_for(error: OSError) -> str:
    """What would help against an error of the operating system."""
    return _FIXES.get(error.errno or 0, "use another file or place")


def printable(text: str) -> str:
    """Text that is safe for a terminal, whatever a file or a word of the command line held."""
    return "".join(letter if letter.isprintable() or letter == "\n" else "?" for letter in text)


def settle_output(code: int) -> int:
    """Make sure that standard output took everything, and return the exit code that then holds.

    What Python could not write it would try again while it ends, with a traceback: so the rest goes
    to nowhere.
    """
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _discard_output()
        return code or READER_GONE
    except (OSError, ValueError) as error:
        _discard_output()
        reason = getattr(error, "strerror", None) or str(error)
        fix = fix_for(error) if isinstance(error, OSError) else "redirect it to a file"
        with contextlib.suppress(OSError, ValueError):
            print(f"vipsim: standard output: {reason}: {fix}", file=sys.stderr)
        return code or BAD_INPUT
    return code


def _discard_output() -> None:
    with contextlib.suppress(OSError, ValueError, io.UnsupportedOperation):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
