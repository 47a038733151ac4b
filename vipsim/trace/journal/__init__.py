"""A run told in its daemons' own log words, each line with what caused it, to lay beside a real journal.

keepalived's lines are those of 2.2.7 (Debian 12), recorded from the real program: which lines there are, in
which order, and which of them only ``--log-detail`` (``-D``) brings. Other daemons are told in plain words.
What a real daemon does without logging it (an advert sent on time, say) is told too, marked as not logged, so
that every wake-up has its line.

>>> from vipsim.trace.records import Level, Record
>>> from vipsim.trace.trace import Trace
>>> journal(Trace({}, Level.PROTOCOL, 9, [Record(1, 0, "daemon", "n1", {"act": "start"})]))[0].text
'the daemon starts'
"""

from collections.abc import Iterable

from vipsim.trace.journal.causes import Causes
from vipsim.trace.journal.lines import WIDTH, Line, journal_text
from vipsim.trace.journal.teller import causes_of, journal
from vipsim.trace.trace import Trace
from vipsim.units import Time, to_duration

__all__ = ["WIDTH", "Causes", "Line", "causes_of", "explain", "journal", "journal_text"]


def explain(
    trace: Trace,
    nodes: Iterable[str] | None = None,
    *,
    detail: bool = True,
    silent: bool = False,
    clients: bool = False,
    start: Time | str = 0,
    end: Time | str | None = None,
    width: int | None = WIDTH,
) -> str:
    """Return the journal of a run as text; see `journal` and `journal_text`.

    Parameters
    ----------
    trace : Trace
        Of level ``frames`` for everything.
    nodes : iterable of str, optional
        Whose lines; default: everybody's.
    detail, silent, clients : bool
        Also what only ``-D`` logs; what is done without a word; who answers the clients.
    start, end : int or str, optional
        Part of the run, in ns or as text such as ``"4.5s"``; default: all of it.
    width : int, optional
        Columns in which causes are kept; None: each in one line.
    """
    first, last = to_duration(start), None if end is None else to_duration(end)
    lines = journal(trace, clients)
    return journal_text(lines, detail=detail, silent=silent, nodes=nodes, start=first, end=last, width=width)
