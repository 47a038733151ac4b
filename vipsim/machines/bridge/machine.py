"""The learning switch, as a Linux bridge is one (BEHAVIOUR section 4; Linux net/bridge/br_input.c).

The table is in `vipsim.machines.bridge.fdb`, a port in `vipsim.machines.bridge.ports`; here is what
happens to a frame. Its source is learned, whatever it carries. Then it leaves by the port of its
destination, or by all other ports if that is unknown or a group.

`Bridge.refusal` and `Bridge.exits` say what happens to a frame and change nothing. A driver's frame
path may read `entries` in place and refresh `seen`; what changes the table goes through `handle`.

A topology change of the spanning tree shortens ageing to the forward delay for as long as it lasts. As
in Linux the table is swept when it would have been anyway, so a short change may remove nothing. The
notice is not passed on to other switches: each knows of the changes at its own ports.
"""

from __future__ import annotations

from enum import Enum
from typing import ClassVar

from vipsim.machines.bridge.fdb import FDB_TRANSITIONS, Fdb
from vipsim.machines.bridge.ports import LEARNS, PORT_TRANSITIONS, Port
from vipsim.machines.bridge.words import (
    BridgeEvent,
    BridgeRules,
    FdbSet,
    PortAdded,
    PortRemoved,
    PortSet,
    PortState,
    RulesSet,
)
from vipsim.machines.contract import TimerTable
from vipsim.machines.vocabulary import (
    Action,
    Event,
    LinkChanged,
    Note,
    Received,
    Started,
    TimerFired,
    TimerName,
)
from vipsim.units import Time, format_duration
from vipsim.wire.addresses import BROADCAST, Mac
from vipsim.wire.frames import Frame

NO_PORT = "no such port"
BAD_SOURCE = "source is no station's address"
PAUSE_FRAME = "MAC control is not forwarded"
RESERVED_GROUP = "reserved group is not forwarded"
SAME_PORT = "destination is on the port it came from"
ISOLATED = "both ports are isolated"
NO_EXIT = "no port to leave by"

_RESERVED = 0x0180C2000000
_PAUSE = 1


def is_station(mac: Mac) -> bool:
    """Whether a frame may come from `mac`: neither a group nor all zeros (``is_valid_ether_addr``)."""
    return mac != 0 and not mac.is_group


def not_forwarding(port: Port) -> str:
    """Why `port` takes or gives no frame now."""
    return f"port is {port.state.value.lower()}"


class Bridge:
    """One switch: its forwarding database and its ports; a `Machine` with a state per address and port."""

    transitions: ClassVar[frozenset[tuple[Enum, Enum]]] = FDB_TRANSITIONS | PORT_TRANSITIONS

    def __init__(self, rules: BridgeRules | None = None) -> None:
        self.rules = BridgeRules() if rules is None else rules
        self.ports: dict[str, Port] = {}
        self.fdb = Fdb(self.rules.ageing_time, self.rules.stp)
        self.entries = self.fdb.entries
        self.topology_change = False
        """A topology change lasts: entries age faster."""
        self._tree = TimerTable("stp")

    @property
    def states(self) -> dict[Mac | str, Enum]:
        """State of every known address and of every port."""
        found: dict[Mac | str, Enum] = {mac: entry.state for mac, entry in self.entries.items()}
        return found | {name: port.state for name, port in self.ports.items()}

    # --- what happens to a frame (pure) ------------------------------------------------------

    def refusal(self, frame: Frame, iface: str) -> str:
        """Why `frame` is dropped at `iface` before anything is learned from it; empty: it is not."""
        port = self.ports.get(iface)
        if port is None:
            return NO_PORT
        if not is_station(frame.src):
            return BAD_SOURCE
        if frame.dst == _RESERVED + _PAUSE:
            return PAUSE_FRAME
        return "" if port.state in LEARNS else not_forwarding(port)

    def is_taken(self, dst: Mac) -> bool:
        """Whether the switch keeps a frame to `dst` for itself: the groups of IEEE 802.1D table 7-10.

        01:80:C2:00:00:00 is forwarded while spanning tree is off, so that others can find loops.
        """
        if dst >> 4 != _RESERVED >> 4:
            return False
        number = dst & 0xF
        if number == 0 and not self.rules.stp:
            return False
        return not self.rules.forward_mask & (1 << number)

    def exits(self, frame: Frame, iface: str) -> tuple[list[str], str]:
        """Ports out of which `frame` goes after it came in at `iface` and was learned; why, if by none."""
        port, dst = self.ports[iface], frame.dst
        if self.is_taken(dst):
            return [], RESERVED_GROUP
        if port.state is not PortState.FORWARDING:
            return [], not_forwarding(port)
        entry = self.entries.get(dst)
        if entry is None:
            found = [name for name in self.flood(dst, port.options.isolated) if name != iface]
            return found, "" if found else NO_EXIT
        out = self.ports[entry.port]
        if out is port:
            return [], SAME_PORT
        if out.state is not PortState.FORWARDING:
            return [], not_forwarding(out)
        return ([], ISOLATED) if port.options.isolated and out.options.isolated else ([out.name], "")

    def flood(self, dst: Mac, isolated: bool) -> list[str]:
        """Ports to which a frame to the unknown or group address `dst` is flooded, its own among them.

        `isolated`: it comes from an isolated port.
        """
        kind = "broadcast_flood" if dst == BROADCAST else "multicast_flood" if dst.is_group else "flood"
        return [
            name
            for name, port in self.ports.items()
            if port.state is PortState.FORWARDING
            and getattr(port.options, kind)
            and not (isolated and port.options.isolated)
        ]

    # --- events ------------------------------------------------------------------------------

    def handle(self, event: Event | BridgeEvent, now: Time) -> list[Action]:
        """Learn from a frame, age, follow the links, or be set."""
        match event:
            case Received(frame=frame, iface=iface):
                return self._receive(frame, iface, now)
            case TimerFired(name=name):
                return self._fire(name, now)
            case LinkChanged(iface=iface, up=up) if iface in self.ports:
                return self._link(self.ports[iface], up, now)
            case PortAdded(port=name) if name not in self.ports:
                return [*self.fdb.watch(now), *self._add(event, now)]
            case PortRemoved(port=name) if name in self.ports:
                port = self.ports.pop(name)
                flushed = self.fdb.flush("port removed", name, static=True)
                return [*port.shut(PortState.NONE, "removed"), *flushed]
            case PortSet(port=name, options=options) if name in self.ports:
                self.ports[name].options = options
            case FdbSet(mac=mac, port=name) if name in self.ports and is_station(mac):
                port = self.ports[name]
                # A dynamic entry only where it could have been learned (``fdb_add_entry``).
                return self.fdb.set(event, port.name, now) if event.static or port.state in LEARNS else []
            case RulesSet(rules=rules):
                return self._set_rules(rules, now)
            case Started():
                return self._start(now)
        return []

    def _receive(self, frame: Frame, iface: str, now: Time) -> list[Action]:
        if self.refusal(frame, iface):
            return []
        port = self.ports[iface]
        if not port.options.learning or (self.is_taken(frame.dst) and not self.rules.link_local_learning):
            return []
        return self.fdb.learn(frame.src, port.name, now)

    def _fire(self, name: TimerName, now: Time) -> list[Action]:
        if self.fdb.sweeps.due(name, now):
            return self.fdb.sweep(now)
        if self._tree.due(name, now):
            self._change_topology(False)
            return [Note("the topology change is over")]
        port = self.ports.get(name[0].removeprefix("port "))
        return [] if port is None else self._detect(port, port.fire(name, self.rules, now), now)

    def _set_rules(self, rules: BridgeRules, now: Time) -> list[Action]:
        """Be set otherwise: a new ageing time is applied to the table at once (``br_set_ageing_time``)."""
        old, self.rules = self.rules, rules
        self.fdb.always = rules.stp
        actions: list[Action] = []
        if not rules.stp:
            actions += self._tree.cancel_all()
        self._change_topology(self.topology_change and rules.stp)
        if rules.ageing_time != old.ageing_time:
            return [*actions, *self.fdb.sweep(now)]
        return [*actions, *self.fdb.watch(now)]

    # --- ports -------------------------------------------------------------------------------

    def _add(self, event: PortAdded, now: Time) -> list[Action]:
        port = self.ports[event.port] = Port(event.port, event.options)
        if not event.up:
            return port.go(PortState.DISABLED, "added")
        if event.settled:
            return port.go(PortState.FORWARDING, "added")
        return self._detect(port, port.bring_up(self.rules, now, "added"), now)

    def _link(self, port: Port, up: bool, now: Time) -> list[Action]:
        if up is (port.state is not PortState.DISABLED):
            return []
        if up:
            return self._detect(port, port.bring_up(self.rules, now, "link up"), now)
        return [*port.shut(PortState.DISABLED, "link down"), *self.fdb.flush("port down", port.name)]

    def _start(self, now: Time) -> list[Action]:
        """Power on: nothing is learned, and every port with a link comes up."""
        actions = self.fdb.flush("start")
        for port in self.ports.values():
            if port.state is not PortState.DISABLED:
                actions += port.bring_up(self.rules, now, "start")
        return actions

    def _detect(self, port: Port, actions: list[Action], now: Time) -> list[Action]:
        """Detect a topology change: a port of the tree begins to forward (IEEE 802.1D-1998 section 8.6.14).

        The loss of a link is none in Linux (``br_stp_disable_port``), and an edge port never makes one.
        """
        rules = self.rules
        began = actions and port.state is PortState.FORWARDING
        if not began or not rules.stp or not rules.forward_delay or port.options.edge:
            return actions
        self._change_topology(True)
        until = self._tree.set("topology_change", now + rules.forward_delay + rules.max_age, now)
        age = format_duration(rules.forward_delay)
        return [*actions, Note(f"topology change at {port.name}: entries age in {age}"), until]

    def _change_topology(self, lasts: bool) -> None:
        self.topology_change = lasts
        self.fdb.hold = self.rules.forward_delay if lasts else self.rules.ageing_time
