"""What happened: one `Record` per event that matters, one `FrameRecord` per frame on a cable.

Records of the level ``protocol`` are numbered from 1; `cause` is the number of the record that
made this one happen (0: the world's own doing, such as a client's clock). Frames are numbered
apart, so that the protocol's records are the same whether frames are kept or not. The digest
of a run covers the records of the level ``protocol``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from vipsim.units import Time
from vipsim.wire.frames import Frame

FORMAT_VERSION = 1


class Level(IntEnum):
    """How much a run keeps."""

    SUMMARY = 0
    """Metrics only."""
    PROTOCOL = 1
    """Every record but frames: the default in studies."""
    FRAMES = 2
    """Frames too: the default for one run."""


@dataclass(slots=True)
class Record:
    """One event. `data` holds plain values (str, int, bool, None; addresses as their own types).

    ========== ===========================================================================
    kind       data (times in ns)
    ========== ===========================================================================
    run        phase: "begin" | "end"
    fault      word, target, value, phase: "begin" | "end" (a duration ran out)
    daemon     act: "start" | "stop" | "kill" | "kill_parent" | "kill_child" | "reload" | "freeze" | "thaw"
    state      machine, old, new, why
    vip        vip, iface, act: "acquire" | "release" | "lost" | "regained", lladdr
    advert     machine, form: "vrrp" | "carp" | "heartbeat" | "probe", to, priority (of carp minus
               the advskew; None in the last two), iface
    announce   vip, form, lladdr, iface
    note       machine, text                             (a machine has something to say)
    timer      part, name  (a wake-up fired; `cause` is the record under which it was armed)
    neighbor   ip, old, new, old_lladdr, lladdr, iface   (a cache changed)
    fdb        mac, old_port, port                       (a switch learned, moved or forgot)
    port       port, old, new, why                       (a switch's port: spanning tree, link)
    link       iface, up
    service    service, act: "stop" | "hang" | "start"
    gap        client, last, first, lost   (a measured client was silent: time of the last answer
               before, of the first after or None at the end of the run, probes sent and unanswered)
    answered   client, by   (the node that answers a client changed; node names)
    session    client, number, event: "open" | "failed" | "retried", error, took   (a connection or a
               look-up of a client; took: since it was begun)
    database   database, old, new, why, timeline, rows   (a server's role; rows: how many it has)
    writer     database, act: "begin" | "end", timeline, synchronous   (a primary takes writes, or not)
    commit     client, database, server, timeline, number   (the first row that this client knows to be
               committed by that server on that timeline)
    acknowledged  client, database, rows   (at the end: its rows that were acknowledged, as pairs of first
               and last number)
    stored     database, role, timeline, rows   (at the end: the rows of a server, by client)
    ========== ===========================================================================
    """

    id: int
    time: Time
    kind: str
    node: str
    data: dict[str, Any] = field(default_factory=dict)
    cause: int = 0


@dataclass(slots=True)
class FrameRecord:
    """One frame in one direction of one link.

    `src` and `dst` are the ends as ``node.port``. `sent` is when its first bit left, `arrival` when its
    last bit arrives (ns). `outcome`: ``in_flight`` (the run ended first), ``delivered``, ``lost`` (drawn),
    or ``dropped: reason`` (no carrier, isolated, silent host, a fault's rule).
    """

    id: int
    src: str
    dst: str
    sent: Time
    arrival: Time
    frame: Frame
    outcome: str = "in_flight"

    @property
    def cause(self) -> int:
        """Id of the record that made somebody send it."""
        return self.frame.cause
