"""What the recordings cannot tell: the resolution of the laboratory, one law for every experiment.

The laboratory shared two cores with other work. The daemons' own lateness is a part of the model (the
profiles of a host); here is the lateness of those who *measured*: the prober, and the call of the fault.
"""

from __future__ import annotations

import hashlib
import random
from typing import Any

PROBER_S = 0.012
"""A client's answer may be noted this much beside its time: 99 % of the recorded first answers come within
11.5 ms of the announcement that moves the client, half of them within 1.4 ms
(``python -m tests.validate.prober``)."""
LATE_SHARE, LATE_S = 0.25, 0.010
"""A quarter of the first answers are noted late, by up to the row's worst stall and at most 10 ms: the prober
had to wait for the processor. Measured: 30 % of the answers after an announcement are later than the spacing
of the probes explains, evenly up to 10 ms, and 12 % of those where no probe stalled
(``python -m tests.validate.prober``)."""
BLIND_S = 0.060
"""Silences and differences shorter than this are the machine's (NOTES: "ignore outages below 60 ms")."""
DRIFT_S = 0.002
"""Each advert wakes late and the next one counts from there: so much more per advert may lie between two
hosts of different load. Measured: an advert comes 0.1 ms (median) or 1.2 ms (mean) after its interval
(``python -m tests.validate.prober``)."""


def fault_s(row: dict[str, Any]) -> float:
    """Time 0 is *before* the call that makes the fault; it takes effect within this time."""
    return float(row.get("fault_call_ms") or 0) / 1000


def prober_late_s(row: dict[str, Any], draw: random.Random) -> float:
    """How late the prober noted an answer of this row; one more draw from the law of all rows."""
    if draw.random() >= LATE_SHARE:
        return 0.0
    return draw.random() * min(LATE_S, float(row.get("stall_ms") or 0) / 1000)


def stream(*names: object) -> random.Random:
    """A stream of its own for every use: no draws depend on which others are made."""
    text = "\0".join(map(str, names))
    return random.Random(int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big"))


def blur_s(row: dict[str, Any]) -> float:
    """How far a time of this row may be off at most, in seconds: its worst stall and its fault's call."""
    return max(BLIND_S, float(row.get("stall_ms") or 0) / 1000) + fault_s(row)
