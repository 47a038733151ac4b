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

from vipsim.trace.journal.lines import Line, journal_text
from vipsim.trace.journal.teller import journal

__all__ = ["Line", "journal", "journal_text"]
