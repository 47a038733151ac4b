"""Records of the document: what happened apart from frames, each with its reason."""

from __future__ import annotations

from typing import Any

from vipsim.trace import Record, Trace
from vipsim.trace.formatting import told
from vipsim.trace.journal import Causes
from vipsim.view.lanes import Window
from vipsim.view.replay.places import Places
from vipsim.view.replay.shared import Shared
from vipsim.view.replay.wording import readable
from vipsim.view.words import fault_text

UNTOLD = frozenset({"run", "acknowledged", "stored"})
"""Kinds of records that are the run's frame, or long lists at its end."""

NEIGHBOR_WHYS = {
    ("used", "INCOMPLETE"): "a packet for it waits: its MAC address is asked for",
    ("used", "DELAY"): "an old entry was used: it will be checked unless something confirms it first",
    ("R over, used lately", "DELAY"): "its reachable time is over, and it was used lately",
    ("R over", "STALE"): "its reachable time is over: nobody has confirmed it since",
    ("announced", "STALE"): "an announcement said so; only an answer of that host would make it REACHABLE",
    ("announced", "REACHABLE"): "an announcement said so",
    ("answered", "REACHABLE"): "that host answered the question",
    ("asked us", "STALE"): "that host asked us something, and its question tells its own MAC address",
    ("asked us", "REACHABLE"): "that host asked us something, and its question tells its own MAC address",
    ("heard", "REACHABLE"): "a packet of that host told it",
    ("heard", "STALE"): "a packet of that host told another MAC address than before",
    ("confirmed", "REACHABLE"): "an answer over a connection confirmed that the host is still there",
    ("unconfirmed", "PROBE"): "nothing confirmed it in time: that host itself is asked",
    ("no answer", "FAILED"): "nobody answered its questions",
    ("too old", "NONE"): "its time is over",
    ("link down", "NONE"): "the carrier was lost, and with it everything known behind it",
}
"""By why and the new state: what a change of a neighbor cache means."""
FDB_WHYS = {
    "heard": "a frame from it came in at that port",
    "moved": "a frame from it came in at another port than before",
    "aged out": "no frame from it came in for the ageing time",
    "port down": "that port has no carrier any more",
}
NEIGHBOR_TIMERS = {
    "delay": "its entry for {ip} was used, and nothing confirmed it since then",
    "reachable": "the reachable time of its entry for {ip} is over",
    "retransmit": "no answer yet to its question for {ip}",
    "expire": "its entry for {ip} is too old",
}
TCP_TIMERS = {
    "retransmit": "no acknowledgment in time: the oldest segment is sent again",
    "loss probe": "no acknowledgment for a while: the last segment is sent again, to learn of losses",
    "delayed ack": "nothing to send came along that could carry the acknowledgment",
}
OTHER_TIMERS = {
    ("fdb", "age"): "entries from which no frame came in are forgotten",
    ("port", "forward_delay"): "the port has listened (or learned) for the forward delay",
    ("stp", "topology_change"): "the topology change is over",
}
"""By part and name: what it means when a timer of a kernel or a switch runs out."""
_SESSIONS = {
    "open": "the other side accepted the connection",
    "failed": "the kernel told its program this error",
    "retried": "no answer came to the first question",
}
_PLAIN = {
    "fault": "the scenario says so",
    "gap": "the answers to its probes were missing",
    "answered": "the answers come from there now",
    "writer": "only a primary takes writes",
    "commit": "that server told its client that the row is kept",
}


def events(
    trace: Trace, part: Window, places: Places, texts: Shared[str], causes: Causes
) -> dict[str, list[Any]]:
    """Return the columns of the records."""
    shown = [r for r in trace.select() if r.kind not in UNTOLD and r.time in part]
    return {
        "id": [record.id for record in shown],
        "time": [record.time for record in shown],
        "kind": [record.kind for record in shown],
        "node": [places.node(record.node.partition(".")[0]) for record in shown],
        "text": [texts.number(_text(record)) for record in shown],
        "why": [texts.number(_why(record, causes)) for record in shown],
        "cause": [record.cause for record in shown],
    }


def _text(record: Record) -> str:
    client = record.data.get("client")
    if record.kind == "fault":
        return fault_text(record)
    return f"{client}: {told(record)}" if client not in (None, record.node) else told(record)


def _why(record: Record, causes: Causes) -> str:
    data, kind = record.data, record.kind
    if kind == "neighbor":
        why, new = str(data.get("why", "")), str(data.get("new", ""))
        return NEIGHBOR_WHYS.get((why, new), why)
    if kind == "fdb":
        return FDB_WHYS.get(str(data.get("why")), str(data.get("why", "")))
    if kind == "timer":
        return _timer(record) or readable(causes.wake_up(record))
    if kind == "session":
        return _SESSIONS.get(str(data.get("event")), "")
    if kind == "fault" and data.get("phase") == "end":
        return "its duration is over"
    if kind == "database" and data.get("why") == "promoted":
        return "the promotion is done"
    return (
        _PLAIN.get(kind)
        or readable(causes.why(record))
        or str(data.get("why") or "")
        or "the trace names no cause"
    )


def _timer(record: Record) -> str:
    """What a timer of a kernel or a switch means; nothing for a daemon's."""
    part, name = str(record.data.get("part", "")), str(record.data.get("name", ""))
    first, _, rest = part.partition(" ")
    if first == "tcp":
        return TCP_TIMERS.get(name, "")
    return OTHER_TIMERS.get((first, name)) or NEIGHBOR_TIMERS.get(name, "").format(ip=rest)
