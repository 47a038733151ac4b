"""What students hand in is run with a limit of time, and what it prints or complains about stays inside.

The call has a thread of its own. When its time is over it is told so by an exception; if even that does not
end it (it may be inside C), it is left behind and the check goes on without it.
"""

from __future__ import annotations

import contextlib
import ctypes
import io
import threading
import warnings
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")

PATIENCE = 30.0
"""Seconds of real time that an answer may take to be judged."""


class TooLong(Exception):
    """The call was not over in time."""


class _Stop(BaseException):
    """Raised inside the call when its time is over; no ``except Exception`` holds it up."""


class _Nowhere(io.TextIOBase):
    """Takes text and forgets it."""

    def write(self, text: str) -> int:
        return len(text)


def within(limit: float, call: Callable[[], T]) -> T:
    """Return what `call` returns, or raise what it raises.

    Parameters
    ----------
    limit : float
        Seconds of real time.
    call : callable
        Called in a thread of its own; its output and its warnings go nowhere.

    Raises
    ------
    TooLong
        If it was not over in time.
    """
    came: dict[str, Any] = {}

    def work() -> None:
        try:
            came["value"] = call()
        except _Stop:
            pass
        except BaseException as error:  # sys.exit() of a student must not end the notebook's kernel
            came["error"] = error

    worker = threading.Thread(target=work, daemon=True, name="vipsim-check")
    with _quiet():
        worker.start()
        try:
            worker.join(limit)
        finally:
            stopped = _stop(worker)
    if "error" in came:
        error: BaseException = came["error"]
        if isinstance(error, Exception):
            raise error
        raise RuntimeError(f"the call ended with {type(error).__name__}") from error
    if "value" not in came or stopped:
        raise TooLong
    value: T = came["value"]
    return value


def _stop(worker: threading.Thread, tries: int = 20) -> bool:
    """End a thread that is still at work; True if it was."""
    if not worker.is_alive():
        return False
    for _ in range(tries):  # a bare "except:" in a loop swallows some
        number = ctypes.c_ulong(worker.ident or 0)
        ctypes.pythonapi.PyThreadState_SetAsyncExc(number, ctypes.py_object(_Stop))
        worker.join(0.05)
        if not worker.is_alive():
            break
    return True


@contextlib.contextmanager
def _quiet() -> Any:
    # nbgrader gives no points to a cell that wrote to standard error.
    with warnings.catch_warnings(), contextlib.ExitStack() as stack:
        warnings.simplefilter("ignore")
        stack.enter_context(contextlib.redirect_stdout(_Nowhere()))
        stack.enter_context(contextlib.redirect_stderr(_Nowhere()))
        yield
