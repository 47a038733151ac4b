"""A bench for one machine, and a cable for several: drivers small enough to be believed.

They share nothing with vipsim's own drivers, so they can judge what the machines do.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from copy import deepcopy
from typing import Any

from vipsim.machines.vocabulary import (
    AcquireVip,
    Action,
    Announce,
    CancelTimer,
    Changed,
    Event,
    LinkChanged,
    Received,
    ReleaseVip,
    Send,
    SendPacket,
    SetTimer,
    Started,
    State,
    Stopped,
    TimerFired,
    VipReady,
)
from vipsim.units import US, Time
from vipsim.wire.addresses import BROADCAST, IPv4, Mac
from vipsim.wire.frames import Arp, ArpOp, Echo, Frame, Udp, Vrrp, framed, gratuitous_request

LATENCY = 100 * US
SERVICE_PORT = 5432


class Bench:
    """One machine; its kernel grants every address at once."""

    def __init__(self, machine: Any, now: Time = 0) -> None:
        self.machine = machine
        self.now = now
        self.timers: dict[tuple[str, str], Time] = {}
        self.owned: set[IPv4] = set()
        self.log: list[tuple[Time, Action]] = []

    def feed(self, event: Event, now: Time | None = None) -> list[Action]:
        """Feed one event (and the kernel's answers); returns everything that was asked for."""
        if now is not None:
            self.run(now)
        actions = list(self.machine.handle(event, self.now))
        self.log += [(self.now, action) for action in actions]
        for action in list(actions):
            match action:
                case SetTimer(name=name, at=at):
                    self.timers[name] = at
                case CancelTimer(name=name):
                    self.timers.pop(name, None)
                case ReleaseVip(vip=vip):
                    self.owned.discard(vip)
                case AcquireVip(vip=vip):
                    self.owned.add(vip)
                    actions += self.feed(VipReady(vip))
        return actions

    def run(self, until: Time) -> list[Action]:
        """Fire timers up to and including `until`."""
        actions: list[Action] = []
        while self.timers:
            name = min(self.timers, key=lambda one: (self.timers[one], one))
            if self.timers[name] > until:
                break
            self.now = self.timers.pop(name)
            actions += self.feed(TimerFired(name))
        self.now = until
        return actions

    def hear(self, frame: Frame, now: Time | None = None, iface: str = "bond0") -> list[Action]:
        return self.feed(Received(frame, iface), now)

    @property
    def state(self) -> State:
        return self.machine.state

    @property
    def changes(self) -> list[tuple[Time, str, str]]:
        """(time, new state, why) of every change so far."""
        return [(at, act.new.value, act.why) for at, act in self.log if isinstance(act, Changed)]


def only(kind: type, actions: list[Action]) -> list[Any]:
    return [action for action in actions if isinstance(action, kind)]


class Node:
    """A host on the toy network: a kernel and a daemon that can fail apart from each other."""

    def __init__(self, net: Net, name: str, make: Callable[[], Any]) -> None:
        self.net, self.name, self.make = net, name, make
        self.machine: Any = make()
        self.address: IPv4 = self.machine.settings.address
        self.mac: Mac = self.machine.settings.mac
        self.kernel = "up"  # up, down, frozen
        self.daemon = "gone"  # running, paused, gone
        self.is_isolated = False
        self.service = True
        self.vips: dict[IPv4, None] = {}
        self.timers: dict[tuple[str, str], Time] = {}
        self.inbox: list[Event] = []
        self.announced: list[Time] = []
        self.changes: list[tuple[Time, str, str]] = []
        self.sent: list[tuple[Time, Any]] = []

    # faults, named as in DESIGN's table
    def start(self) -> None:
        self.machine, self.daemon = self.make(), "running"
        self.timers.clear()
        self.feed(Started())

    def crash(self) -> None:
        self.kernel, self.daemon = "down", "gone"
        self.timers.clear()
        self.vips.clear()

    def reboot(self) -> None:
        self.kernel = "up"
        self.start()

    def kill(self) -> None:
        self.daemon = "gone"
        self.timers.clear()

    def stop(self) -> None:
        self.feed(Stopped())
        self.kill()

    def hang(self) -> None:
        self.daemon = "paused"

    def cont(self) -> None:
        self.daemon = "running"
        inbox, self.inbox = self.inbox, []
        for event in inbox:
            self.feed(event)
        self.net.poke(self)

    def freeze(self) -> None:
        self.kernel = "frozen"
        self.hang()

    def thaw(self) -> None:
        self.kernel = "up"
        self.cont()

    def link(self, up: bool) -> None:
        self.is_isolated = not up
        self.feed(LinkChanged("bond0", up))

    def isolate(self) -> None:
        self.is_isolated = True

    def heal(self) -> None:
        self.is_isolated = False

    def feed(self, event: Event) -> None:
        if self.daemon == "paused":
            self.inbox.append(event)
        if self.daemon != "running":
            return
        for action in self.machine.handle(event, self.net.now):
            self.apply(action)

    def apply(self, action: Action) -> None:
        match action:
            case SetTimer(name=name, at=at):
                assert at >= self.net.now
                self.timers[name] = at
                self.net.at(at, lambda: self.net.poke(self))
            case CancelTimer(name=name):
                self.timers.pop(name, None)
            case AcquireVip(vip=vip):
                self.vips[vip] = None
                self.feed(VipReady(vip))
            case ReleaseVip(vip=vip):
                self.vips.pop(vip, None)
            case Announce(vip=vip, source=source):
                self.announced.append(self.net.now)
                self.net.send(self, gratuitous_request(vip, source))
            case Send(frame=frame):
                self.sent.append((self.net.now, frame.packet))
                self.net.send(self, frame)
            case SendPacket(packet=packet):
                self.sent.append((self.net.now, packet))
                peer = next(node for node in self.net.nodes if node.address == packet.dst)
                self.net.send(self, framed(peer.mac, self.mac, packet))
            case Changed(new=new, why=why):
                self.changes.append((self.net.now, new.value, why))

    def receive(self, frame: Frame) -> None:
        if self.kernel != "up" or self.is_isolated:
            return
        packet = frame.packet
        match packet:
            case Echo(is_reply=False) if packet.dst == self.address or packet.dst in self.vips:
                reply = Echo(packet.dst, packet.src, 64, True, packet.ident, packet.seq)
                self.net.send(self, framed(frame.src, self.mac, reply))
            case Udp(dport=port) if port == SERVICE_PORT and packet.dst == self.address and self.service:
                answer = Udp(packet.dst, packet.src, 64, packet.dport, packet.sport, b"row")
                self.net.send(self, framed(frame.src, self.mac, answer))
            case Arp(op=ArpOp.REQUEST) if packet.target_ip in self.vips and not packet.is_gratuitous:
                reply_arp = Arp(ArpOp.REPLY, self.mac, packet.target_ip, packet.sender_mac, packet.sender_ip)
                self.net.send(self, framed(packet.sender_mac, self.mac, reply_arp))
        if type(packet) in self.machine.hears:
            self.feed(Received(deepcopy(frame), "bond0"))


class Net:
    """Nodes on one cable with a fixed latency; `drop` may veto a frame (time, source, frame)."""

    def __init__(self) -> None:
        self.now: Time = 0
        self.nodes: list[Node] = []
        self.drop: Callable[[Time, Node, Frame], bool] = lambda now, source, frame: False
        self._heap: list[tuple[Time, int, Callable[[], None]]] = []
        self._order = 0

    def add(self, name: str, make: Callable[[], Any]) -> Node:
        node = Node(self, name, make)
        self.nodes.append(node)
        return node

    def at(self, time: Time, act: Callable[[], None]) -> None:
        self._order += 1
        heapq.heappush(self._heap, (time, self._order, act))

    def poke(self, node: Node) -> None:
        """Fire what is due; a paused daemon fires nothing."""
        while node.daemon == "running":
            due = sorted((at, name) for name, at in node.timers.items() if at <= self.now)
            if not due:
                return
            del node.timers[due[0][1]]
            node.feed(TimerFired(due[0][1]))

    def send(self, source: Node, frame: Frame) -> None:
        if source.is_isolated or source.kernel != "up" or self.drop(self.now, source, frame):
            return
        for node in self.nodes:
            if node is not source and (frame.dst == node.mac or frame.dst.is_group):
                self.at(self.now + LATENCY, lambda node=node: node.receive(frame))

    def run(self, until: Time) -> None:
        events = 0
        while self._heap and self._heap[0][0] <= until:
            self.now, _, act = heapq.heappop(self._heap)
            act()
            events += 1
            assert events < 200_000, "events without end"
        self.now = until

    @property
    def owners(self) -> list[str]:
        """Whose kernels answer for the address."""
        return [node.name for node in self.nodes if node.vips and node.kernel == "up"]

    @property
    def masters(self) -> list[str]:
        return [n.name for n in self.nodes if n.daemon == "running" and n.machine.state is State.MASTER]


__all__ = ["BROADCAST", "LATENCY", "SERVICE_PORT", "Bench", "Net", "Node", "Vrrp", "only"]
