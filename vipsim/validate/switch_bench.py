"""A simulated switch on a bench: four ports or more, frames put in by hand, and what comes out where."""

from __future__ import annotations

from itertools import takewhile

from vipsim.errors import DecodeError
from vipsim.machines.bridge.words import BridgeRules, FdbSet, PortOptions, PortState, RulesSet
from vipsim.machines.vocabulary import Received
from vipsim.sim.engine import Environment
from vipsim.sim.link import Direction
from vipsim.sim.streams import Streams
from vipsim.sim.switch import SwitchNode, SwitchPort
from vipsim.sim.world import World
from vipsim.trace.recorder import Recorder
from vipsim.trace.records import Level
from vipsim.units import US, Time
from vipsim.wire.addresses import BROADCAST, Mac
from vipsim.wire.checksum import is_intact
from vipsim.wire.codec import decode
from vipsim.wire.frames import EtherType, Frame, Other, framed

CABLE = US
"""Delay (ns) of the cables that lead away from the switch."""
_HEADER = 14
_IP_HEADER = 20


class SwitchBench:
    """A switch, and a watcher at the far end of each cable."""

    def __init__(self, rules: BridgeRules, ports: dict[str, PortOptions]) -> None:
        self.env = Environment()
        self.world = World(self.env, Recorder({}, Level.SUMMARY), Streams(1))
        self.switch = SwitchNode(self.world, "bridge", 1, rules.ageing_time)
        self.switch.feed(RulesSet(rules), 0)
        self.checks_ipv4 = True
        """The module br_netfilter is loaded and looks at IPv4 frames (``bridge_nf_call_iptables``)."""
        self.snoops = True
        """Multicast snooping is on; without a querier all it does is to refuse broken IPv4 headers."""
        self.seen: list[tuple[Time, str, Frame]] = []
        """(time, port, frame) of everything that came out."""
        for name, options in ports.items():
            self.add_port(name, settled=not rules.stp)
            self.switch.set_port(name, options)

    @property
    def now(self) -> Time:
        """Present time (ns)."""
        return self.env._now

    @property
    def ports(self) -> dict[str, SwitchPort]:
        """Ports by name, also those that were taken out."""
        return self.switch.ports

    def run(self, until: Time) -> None:
        """Let time pass."""
        if until > self.now:
            self.env.run(until=until)

    def add_port(self, name: str, settled: bool = False) -> None:
        """Put a new port into the switch, or one that was taken out."""

        def watch(frame: Frame) -> None:
            self.seen.append((self.now, name, frame))

        number = len(self.ports)
        self.switch.add_port(name, settled)
        out = Direction(self.env, number, f"bridge.{name}", name, None, CABLE, watch, self.world.streams)
        self.switch.connect(name, out)

    def inject(self, port: str, data: bytes) -> None:
        """Put the octets of a frame into `port`."""
        frame = read(data)
        ipv4 = data[12:14] == EtherType.IPV4.to_bytes(2, "big")
        if ipv4 and not is_sound_ipv4(data) and not self.switch.bridge.is_taken(frame.dst):
            if self.checks_ipv4:
                return  # dropped before the switch learns (``br_validate_ipv4``)
            if self.snoops and frame.dst.is_group and frame.dst != BROADCAST:
                self.switch.feed(Received(frame, port), 0)  # dropped after it (``br_multicast_rcv``)
                return
        self.ports[port].receive(frame)

    def came_out(self, since: Time) -> set[str]:
        """Ports out of which any frame came since then."""
        late = takewhile(lambda one: one[0] >= since, reversed(self.seen))
        return {port for _, port, _ in late}

    def entry(self, mac: Mac) -> str | None:
        """Port of `mac` in the table as the oracle writes it; None: no entry."""
        entry = self.switch.bridge.entries.get(mac)
        return None if entry is None else entry.port + ("/static" if entry.static else "")

    def state(self, port: str) -> PortState:
        """State of `port`."""
        known = self.switch.bridge.ports.get(port)
        return PortState.NONE if known is None else known.state

    def set_entry(self, mac: Mac, port: str, static: bool, sticky: bool) -> None:
        """Set an entry by hand."""
        self.switch.feed(FdbSet(mac, port, static, sticky), 0)

    def set_rules(self, rules: BridgeRules) -> None:
        """Set the switch otherwise."""
        self.switch.feed(RulesSet(rules), 0)


def read(data: bytes) -> Frame:
    """Return the frame of these octets; a switch carries broken packets as any other."""
    try:
        return decode(data)
    except DecodeError:
        dst, src = (Mac(int.from_bytes(part, "big")) for part in (data[:6], data[6:12]))
        return framed(dst, src, Other(int.from_bytes(data[12:_HEADER], "big"), data[_HEADER:]))


def is_sound_ipv4(data: bytes) -> bool:
    """Whether the IPv4 header of a frame passes ``br_validate_ipv4`` (Linux br_netfilter_hooks.c)."""
    packet = data[_HEADER:]
    if len(packet) < _IP_HEADER:
        return False
    length = (packet[0] & 0xF) * 4
    total = int.from_bytes(packet[2:4], "big")
    if packet[0] >> 4 != 4 or not _IP_HEADER <= length <= len(packet):
        return False
    return is_intact(packet[:length]) and length <= total <= len(packet)
