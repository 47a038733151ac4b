"""What happened: records, the recorder that takes them, and the trace that answers questions about them.

Everything a person looks at (numbers, plots, the replay, captures) is a function of a `Trace`.
The header of a trace carries the resolved scenario as plain data, so this room imports no scenario.
Files are in `vipsim.trace.jsonl` and `vipsim.trace.capture`, words in `vipsim.trace.formatting`.
"""

from vipsim.trace.outcome import ClientOutage, ClientSummary, Failover, Metrics, parts
from vipsim.trace.recorder import Recorder
from vipsim.trace.records import FORMAT_VERSION, FrameRecord, Level, Record
from vipsim.trace.trace import Trace

__all__ = [
    "FORMAT_VERSION",
    "FrameRecord",
    "Level",
    "Record",
    "Recorder",
    "Trace",
    "ClientOutage",
    "ClientSummary",
    "Failover",
    "Metrics",
    "parts",
]
