"""A trace: what happened in one run, and the questions that people ask about it."""

from __future__ import annotations

import hashlib
import importlib
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from vipsim.errors import TraceError
from vipsim.trace.facts_reading import read_facts
from vipsim.trace.metrics import measure
from vipsim.trace.outcome import Failover, Metrics
from vipsim.trace.overlaps import owns_after
from vipsim.trace.plain import canonical, plain_record
from vipsim.trace.records import FORMAT_VERSION, FrameRecord, Level, Record
from vipsim.units import Time, to_duration
from vipsim.wire.addresses import IPv4, Mac

if TYPE_CHECKING:
    from vipsim.trace.invariants import Violation

Interval = tuple[Time, Time, str]
"""(from, to, what) with times in ns."""

_ENDS = frozenset({"stop", "kill", "crash", "start"})


class Trace:
    """Records, frames and numbers of one run.

    Parameters
    ----------
    header : dict
        Plain data: ``name``, ``seed``, ``world``, ``version`` (of vipsim) and ``scenario``, the resolved
        scenario; ``format`` and ``level`` are added. Other keys are kept.
    level : Level
        How much was recorded.
    end : int
        When the run ended, in ns.
    records, frames
        In order of time; empty below the level that keeps them.
    counts : dict
        ``events``, ``frames_sent``, ``frames_delivered``, ``frames_lost``, ``frames_dropped`` and
        ``frames_in_flight``.
    metrics : Metrics, optional
        What the reducers found while it ran; without it they go over the records on demand.
    """

    def __init__(
        self,
        header: Mapping[str, Any],
        level: Level,
        end: Time,
        records: Sequence[Record] = (),
        frames: Sequence[FrameRecord] = (),
        counts: Mapping[str, int] | None = None,
        metrics: Metrics | None = None,
    ) -> None:
        self.header: dict[str, Any] = {**header, "format": FORMAT_VERSION, "level": level.name.lower()}
        self.level = level
        self.duration = end
        self.records = list(records)
        self.frames = list(frames)
        self.counts = dict(counts or {})
        self._given = metrics

    def __repr__(self) -> str:
        kept = f"{len(self.records)} records, {len(self.frames)} frames"
        return f"<Trace {self.name!r} seed {self.seed}: {kept}, {self.duration} ns>"

    @property
    def name(self) -> str:
        """Name of the scenario."""
        return str(self.header.get("name", ""))

    @property
    def seed(self) -> int:
        """Seed of the run."""
        seed = self.header.get("seed", 0)
        return seed if isinstance(seed, int) else 0

    @property
    def world(self) -> str:
        """``sim``, ``lab`` or ``live``."""
        return str(self.header.get("world", "sim"))

    @cached_property
    def vips(self) -> frozenset[str]:
        """The virtual addresses of the scenario, as text."""
        return read_facts(self.header).vips

    @cached_property
    def metrics(self) -> Metrics:
        """The numbers of the run: equal at every level."""
        if self._given is not None:
            return self._given
        return measure(self.header, self._kept(), self.duration, self.counts)

    @property
    def failovers(self) -> tuple[Failover, ...]:
        """Every change of master, in order."""
        return self.metrics.failovers

    @cached_property
    def violations(self) -> list[Violation]:
        """What this run did that no correct run does; see `vipsim.trace.invariants`."""
        from vipsim.trace.invariants import check_trace

        return check_trace(self)

    @cached_property
    def misconfigured(self) -> list[Violation]:
        """Where two hosts answer for one address because their daemons were told different things."""
        from vipsim.trace.invariants import check_configuration

        return check_configuration(self)

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the records of level ``protocol``: equal for equal runs on every machine."""
        total = hashlib.sha256()
        for record in self._kept():
            total.update(canonical(plain_record(record)).encode("ascii"))
            total.update(b"\n")
        return total.hexdigest()

    def _kept(self) -> list[Record]:
        if self.level < Level.PROTOCOL:
            raise TraceError(
                "this trace was recorded at level summary and keeps no records: run again at level protocol"
            )
        return self.records

    def select(self, kind: str | None = None, node: str | None = None) -> list[Record]:
        """Return the records of this kind and node, in order; None matches all.

        >>> Trace({}, Level.PROTOCOL, 9, [Record(1, 0, "run", "")]).select("run")
        [Record(id=1, time=0, kind='run', node='', data={}, cause=0)]
        """
        return [
            record
            for record in self._kept()
            if (kind is None or record.kind == kind) and (node is None or record.node == node)
        ]

    def states(self) -> dict[tuple[str, str], list[Interval]]:
        """Per (node, machine) the intervals (from, to, state) in ns; none while the daemon is dead."""
        dead: set[str] = set()
        begun: dict[tuple[str, str], tuple[Time, str]] = {}
        result: dict[tuple[str, str], list[Interval]] = {}

        def end(key: tuple[str, str], time: Time) -> None:
            since, state = begun.pop(key)
            if time > since:
                result[key].append((since, time, state))

        for record in self._kept():
            if record.kind == "state":
                key = (record.node, record.data["machine"])
                if key not in result:
                    result[key] = []
                    begun[key] = (0, record.data["old"])
                if key in begun:
                    end(key, record.time)
                if record.node not in dead:
                    begun[key] = (record.time, record.data["new"])
            elif record.kind == "daemon" and record.data["act"] in _ENDS:
                # What a stopping machine says afterwards (MASTER to INIT) begins nothing.
                change = dead.discard if record.data["act"] == "start" else dead.add
                change(record.node)
                for key in [key for key in begun if key[0] == record.node]:
                    end(key, record.time)
        for key in list(begun):
            end(key, self.duration)
        return result

    def owners(self) -> dict[str, list[Interval]]:
        """Per VIP (as text) the intervals (from, to, node) in ns: whose kernel answers for it."""
        begun: dict[tuple[str, str], Time] = {}
        result: dict[str, list[Interval]] = {}
        for record in self.select("vip"):
            key = (str(record.data["vip"]), record.node)
            result.setdefault(key[0], [])
            if owns_after(record.data["act"]):
                begun.setdefault(key, record.time)
            elif key in begun:
                result[key[0]].append((begun.pop(key), record.time, record.node))
        for (vip, node), since in begun.items():
            result[vip].append((since, self.duration, node))
        return {vip: sorted(intervals) for vip, intervals in result.items()}

    def arp_table(self, node: str, at: Time | str) -> list[tuple[IPv4, Mac, str]]:
        """Resolved entries (ip, mac, iface) of a host's neighbor cache at a time, by address.

        Parameters
        ----------
        node : str
            Name of the host.
        at : int or str
            Time in ns, or as text such as ``"4s"``; what happened at that instant counts.
        """
        until = to_duration(at)
        entries: dict[tuple[str, IPv4], Mac | None] = {}
        for record in self._kept():
            if record.time > until:
                break
            if record.kind == "fault" and record.data["word"] == "reboot" and record.data["target"] == node:
                entries.clear()
            if record.kind != "neighbor" or record.node != node:
                continue
            entries[record.data.get("iface", ""), record.data["ip"]] = record.data.get("lladdr")
        return sorted((ip, mac, iface) for (iface, ip), mac in entries.items() if mac is not None)

    def packets(self, iface: str) -> Any:
        """Return what an interface (``host.iface``) saw as a scapy ``PacketList`` (extra ``packets``)."""
        from vipsim.trace.capture import captured

        seen = [(frame.time, frame.frame) for frame in captured(self, [iface])]
        # By name: scapy's room is above this one, and nothing here needs it until somebody asks.
        return importlib.import_module("vipsim.packets").packet_list(seen, iface)

    def to_json_document(self) -> dict[str, Any]:
        """Return the document that ``vipsim run --json`` prints; see `vipsim.trace.document`."""
        from vipsim.trace.document import to_document

        return to_document(self)
