"""A run as one HTML file."""

from __future__ import annotations

import gc
import os
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from vipsim.errors import TraceError, VipsimError
from vipsim.files import written_whole
from vipsim.trace import Trace
from vipsim.units import MS, SECOND, Time, format_duration
from vipsim.view.lanes import Window, scenario_nodes
from vipsim.view.replay.document import chosen_part, replay_document
from vipsim.view.replay.html import page_html

MOST_FRAMES = 60_000
"""Frames, each counted once however many cables it crosses: more make a browser slow."""
_STEP = 10 * MS
_MARGINS = tuple(seconds * SECOND for seconds in (60, 30, 10, 5, 2, 1))
"""How much is told before and after the story, as far as it fits."""


def write_replay(
    trace: Trace,
    path: str | os.PathLike[str],
    window: tuple[Time | str, Time | str] | None = None,
    *,
    heading: str = "",
    question: str = "",
    window_words: WindowWords | None = None,
) -> Path:
    """Write a run as one self-contained HTML file that replays it in any browser, offline.

    Parameters
    ----------
    trace : Trace
        Recorded at level ``frames``.
    path : path
        The file, ``*.html``; it appears whole or not at all.
    window : (start, end), optional
        Part of the run, in ns or as text such as ``("4s", "10s")``; default: all of it. What was so before
        (states, caches, tables) is known at its start.
    heading : str
        What the page is called; default: the run's name.
    question : str
        What a class predicts; it stands on the page while what is to come is hidden.
    window_words : callable, optional
        Writes the window that a complaint offers, from its ends such as ``4s`` and ``10s``; default: as it
        is written here.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    TraceError
        If the trace has no frames, or too many for a page (the message names a window that fits).
    VipsimError
        If nothing of the run lies in the window, or the file cannot be written.

    Examples
    --------
    >>> import vipsim as vs
    >>> trace = vs.run(vs.pair(faults=[vs.crash("db1", at="5s")]), seed=1)
    >>> write_replay(trace, "crash.html", window=("4s", "10s"))  # doctest: +SKIP
    PosixPath('crash.html')
    """
    target = Path(path)
    if target.suffix.lower() not in (".html", ".htm"):
        raise VipsimError(f"{target.name}: a replay is a web page: give a name that ends in .html")
    _refuse_too_many(trace, chosen_part(trace, window), window_words or _in_python)
    with _collector_at_rest():
        document = replay_document(trace, window, heading=heading, question=question)
        content = page_html(document, document["title"]).encode("utf-8")
    try:
        with written_whole(target) as file:
            file.write(content)
    except OSError as error:
        raise VipsimError(f"cannot write {target}: {error.strerror or error}") from None
    return target


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """Let the garbage collector rest: all of a document is kept, and looking through it costs a third."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


WindowWords = Callable[[str, str], str]
"""What to give instead, as whoever asked would write it: from the two ends as durations."""


def _in_python(low: str, high: str) -> str:
    return f'a window, such as ("{low}", "{high}")'


def _refuse_too_many(trace: Trace, part: Window, words: WindowWords) -> None:
    """Refuse a window with more frames than a page can show."""
    sent = _sent_by_hosts(trace)
    count = sum(time in part for time in sent)
    if count <= MOST_FRAMES:
        return
    low, high = fitting_window(trace, sent)
    raise TraceError(
        f"{count} frames are too many for one page (at most {MOST_FRAMES}): give "
        f"{words(format_duration(low), format_duration(high))}"
    )


def _sent_by_hosts(trace: Trace) -> list[Time]:
    """Return when each frame was sent by a host, in order: what a switch repeats is the same frame."""
    switches = {name for name, node in scenario_nodes(trace).items() if node.get("kind") == "switch"}
    return sorted(hop.sent for hop in trace.frames if hop.src.partition(".")[0] not in switches)


def fitting_window(trace: Trace, sent: Sequence[Time]) -> tuple[Time, Time]:
    """Return a part of the run that fits: around the first failover, else the first fault, else at its start.

    Parameters
    ----------
    trace : Trace
        The run.
    sent : sequence of int
        When each frame was sent, in ns, in order.
    """
    begin, end = _core(trace)
    for margin in _MARGINS:
        low = max(0, begin - margin) // _STEP * _STEP
        high = min(trace.duration, -(-(end + margin) // _STEP) * _STEP)
        if bisect_right(sent, high) - bisect_left(sent, low) <= MOST_FRAMES:
            return low, high
    last = sent[bisect_left(sent, low) + MOST_FRAMES - 1] // _STEP * _STEP
    return low, max(last, low + _STEP)


def _core(trace: Trace) -> tuple[Time, Time]:
    """Return from when to when the story is that a viewer wants to see, in ns."""
    for failover in trace.failovers:
        if failover.kind != "failback":
            back = [outage.first for outage in failover.clients.values() if outage.first is not None]
            return failover.fault_at, max([failover.takeover_at, *back])
    first = min((record.time for record in trace.select("fault")), default=0)
    return first, first
