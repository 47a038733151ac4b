"""The replay page on the command line: which part of a run it holds, and how a browser comes to show it."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from vipsim.cli.output import shown
from vipsim.errors import VipsimError
from vipsim.units import Time, format_duration, parse_duration

SUFFIXES = (".html", ".htm")
"""What the name of a page ends in: a browser goes by it."""

Part = tuple[Time | None, Time | None]
"""From when to when as a person says it, in ns; None: from the beginning, to the end."""
Window = tuple[Time, Time]
"""From when to when, in ns."""

_FOR_TEXT = frozenset({"elinks", "links", "lynx", "w3m", "www-browser"})
"""Browsers that would take over the terminal and run no script."""
_PATIENCE = 6.0
"""Seconds: `webbrowser` itself gives a browser five to say that it cannot start."""


# --- a part of the run -----------------------------------------------------------------------


def read_part(option: str, text: str | None) -> Part | None:
    """Read ``4s..10s``, ``4s..`` or ``..10s``; None: the option was not given.

    >>> read_part("--window", "4s..")
    (4000000000, None)

    Raises
    ------
    VipsimError
        If it is not written like that.
    """
    if text is None:
        return None
    first, dots, last = text.partition("..")
    if not dots or not (first.strip() or last.strip()):
        raise VipsimError(
            f"{option} {text[:60]!r}: write FROM..TO, for example {option} 4s..10s, 4s.. or ..10s"
        )
    start, end = (_moment(option, word.strip()) for word in (first, last))
    return start, end


def part_between(start: str | None, end: str | None) -> Part | None:
    """Return the part that ``--from`` and ``--to`` name; None: neither is given."""
    if start is None and end is None:
        return None
    return _moment("--from", start), _moment("--to", end)


def _moment(option: str, text: str | None) -> Time | None:
    if not text:
        return None
    try:
        return parse_duration(text)
    except VipsimError as error:
        raise VipsimError(f"{option} {text[:60]}: {error}") from None


def resolved(part: Part | None, duration: Time, option: str) -> Window | None:
    """Return a part of a run with both its ends; None: all of it.

    Raises
    ------
    VipsimError
        If there is nothing in it: it begins after the run, or after its own end.
    """
    if part is None:
        return None
    start, end = part[0] or 0, duration if part[1] is None else min(part[1], duration)
    if start >= duration:
        lasts = f"the run ends at {format_duration(duration)}, before {format_duration(start)}"
        raise VipsimError(f"{option}: {lasts}: begin earlier")
    if start >= end:
        between = f"from {format_duration(start)} to {format_duration(end)}"
        raise VipsimError(f"{option}: {between} is no time at all: end later than it begins")
    return start, end


# --- in a browser ----------------------------------------------------------------------------


class Opening:
    """Shows a page in the browser of whoever sits here, while the command goes on.

    Parameters
    ----------
    say : callable
        Takes a line of text.
    """

    def __init__(self, say: Callable[[str], object]) -> None:
        self._say = say
        self._page: Path | None = None
        self._thread: threading.Thread | None = None
        self._is_shown = False

    def show(self, page: Path) -> None:
        """Open a page, or say why that cannot be and where it is."""
        self._page = page
        reason = why_no_browser()
        if reason:
            self._say(f"{reason}: open {shown(page)} in a browser yourself\n")
            return
        self._say(f"opening {shown(page)} in the browser\n")
        # A browser that is not running yet keeps its caller waiting for seconds.
        self._thread = threading.Thread(target=self._open, args=(page.as_uri(),), daemon=True)
        self._thread.start()

    def _open(self, address: str) -> None:
        import webbrowser

        try:
            # Of `get`, not of the module: that one would go on to a browser for text.
            self._is_shown = webbrowser.get().open(address)
        except (OSError, ValueError, webbrowser.Error):
            self._is_shown = False

    def settle(self) -> None:
        """Hear what became of it; a browser that is still busy is up."""
        if self._thread is None or self._page is None:
            return
        self._thread.join(_PATIENCE)
        if not self._thread.is_alive() and not self._is_shown:
            self._say(f"\nthe browser did not start: open {shown(self._page)} in one yourself")


def why_no_browser() -> str:
    """Return why no page can be shown here, in words; nothing if one can."""
    import webbrowser

    if os.environ.get("BROWSER"):  # whoever sets it knows
        return ""
    is_desk = sys.platform in ("win32", "darwin", "cygwin")
    if not is_desk and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return "no display here"
    try:
        found = webbrowser.get()
    except webbrowser.Error:
        return "no browser found here"
    name = os.path.basename(str(getattr(found, "name", "")))
    return f"only {name} found here, which runs no scripts" if name in _FOR_TEXT else ""
