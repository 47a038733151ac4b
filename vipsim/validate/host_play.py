"""A host's case while it is replayed: the bench, the clock of its commands, and what is seen of it."""

from __future__ import annotations

from vipsim.units import MS, Time
from vipsim.validate.bench import Bench
from vipsim.validate.fields import Fields, shown
from vipsim.validate.frames import describe
from vipsim.validate.host_compare import Comparison
from vipsim.wire.addresses import IPv4
from vipsim.wire.frames import IpPacket

COMMAND: Time = 1 * MS
"""A command took a few ms; only the waits were measured."""

_INSTANT = (
    "frame",
    "observe",
    "send_udp",
    "send_udp_burst",
    "wait",
    "wait_state",
    "read_entry",
    "read_delivered",
)
"""Ops that are no commands of a shell: they take no time of their own."""
_QUIET = ("wait", "wait_state", "sysctl", "read_entry", "read_delivered")
"""Ops that begin nothing which a following `observe` could be meant to see."""


class Play:
    """A case while it is replayed."""

    def __init__(self, bench: Bench, comparison: Comparison, watched: IPv4 | None) -> None:
        self.bench = bench
        self.comparison = comparison
        self.watched = watched
        self.send_reading = ""
        """Where the row says what became of the present send."""
        self.burst: dict[int, int] = {}
        """Numbers of the datagrams of bursts, by the identity of their packet."""
        self.burst_packets: list[IpPacket] = []
        self.accepted = 0
        self._mark: tuple[float, int] | None = None
        """Nominal time of the first op of the present instant, and how many frames were sent before it."""

    def turn_to(self, action: Fields, send_reading: str) -> None:
        """Prepare for an action: commands take time; what is sent from here on is what `observe` sees."""
        op = str(action.data["op"])
        self.send_reading = send_reading
        if op not in _INSTANT:
            self.bench.run(COMMAND)
        if op in ("wait", "wait_state"):
            self._mark = None
        elif op not in _QUIET and op != "observe":
            t_ms = action.number("t_ms")
            if self._mark is None or self._mark[0] != t_ms:
                self._mark = (t_ms, len(self.bench.sent))

    def seen(self, dev: str, duration: Time) -> list[dict[str, object]]:
        """Let time pass and return the frames that `dev` has sent since the present instant began."""
        first = self._mark[1] if self._mark is not None else len(self.bench.sent)
        self.bench.run(duration)
        self._mark = None
        return [describe(sent.frame) for sent in self.bench.sent[first:] if sent.iface == dev]

    def device(self, action: Fields, name: str = "dev") -> str:
        """Return an interface of the host."""
        dev = action.name(name)
        if dev not in self.bench.macs and dev != "lo":
            known = ", ".join([*self.bench.macs, "lo"])
            action.wrong(name, f"there is no interface {shown(dev)}", f"use one of {known}")
        return dev

    def link(self, action: Fields, name: str = "dev") -> str:
        """Return an interface that is on a cable."""
        dev = self.device(action, name)
        if dev == "lo":
            action.wrong(name, "lo is not on a cable", f"use one of {', '.join(self.bench.macs)}")
        return dev
