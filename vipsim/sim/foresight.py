"""What a probe and its answer will do, worked out before they are sent.

Between two entries of the event heap nothing happens but what a client's own probes do. So if a probe's
whole way lies before the next entry, `Course` can walk it on the state of this moment: which cables it
takes, which forwarding entries and neighbors it stamps, where it is dropped, when its answer is heard.
The next probe then finds the same state but for these stamps, which no frame's way depends on (they are
looked at when a timer fires, and that is an entry of the heap). Hence all probes that end before the next
entry are known: `Course.credit` does to the world what they would have done one by one.

This is the pure twin of the frame path (`vipsim.sim.link`, `vipsim.sim.switch`, `vipsim.sim.nic`,
`vipsim.sim.kernel`, `vipsim.sim.delivery`, `vipsim.sim.services`), and what changes there changes here. It
knows only ways that leave nothing behind but stamps and counts. Everything else is `Unforeseen`, and then
the probe is really sent: an address that is not known yet, a frame that teaches a switch something, an
error that goes back, a draw of chance, a cable that is still busy, a frame that is to be recorded.
"""

from __future__ import annotations

from typing import Protocol

from vipsim.machines.bridge.fdb import FdbEntry
from vipsim.machines.neighbor import Entry, NeighborState
from vipsim.machines.neighbor.linux import enqueue_many
from vipsim.machines.vocabulary import Outgoing
from vipsim.sim.forwarding import with_ttl
from vipsim.sim.kernel import Handler, Kernel
from vipsim.sim.link import Direction
from vipsim.sim.nic import Nic
from vipsim.sim.services import ServiceProcess
from vipsim.sim.switch import SwitchPort
from vipsim.sim.workloads.rota import Workload
from vipsim.units import NEVER, Time
from vipsim.wire.addresses import Mac
from vipsim.wire.frames import Echo, Frame, IpPacket, Udp, framed

Hop = tuple[Time, Time, bool]
"""When the cable is free again, when the frame arrives, and whether it is dropped on the way."""


class Foreseeable(Workload, Protocol):
    """A workload whose probes are all alike but for their number."""

    def packet(self, seq: int) -> IpPacket:
        """Return probe number `seq`."""

    def foresee(self, course: Course) -> None:
        """Follow what `probe` would do now."""

    def answer(self, frame: Frame, iface: str) -> None:
        """Take an answer."""


class Unforeseen(Exception):
    """The probe must be sent to know what becomes of it."""


class Course:
    """The way of one probe, sent now, and of its answer.

    Parameters
    ----------
    client : Foreseeable
        Who sends it.
    interval : int
        Spacing of the probes (ns): what a probe does must be over before the next one does it.
    """

    __slots__ = (
        "answer", "client", "confirmed", "drops", "end", "hops", "interval", "limit", "seen", "used",
        "waiting", "world",
    )  # fmt: skip

    def __init__(self, client: Foreseeable, interval: Time) -> None:
        self.client = client
        self.world = client.ear.world
        self.interval = interval
        self.hops: dict[Direction, Hop] = {}
        self.seen: list[tuple[FdbEntry, Time]] = []
        self.used: list[tuple[Entry, Time]] = []
        self.confirmed: list[tuple[Entry, Time]] = []
        self.drops = 0
        """Frames that reach somebody who does not take them."""
        self.answer: tuple[Time, Mac] | None = None
        """When the answer is heard, and from which MAC; None: there is none."""
        self.end: Time = self.world.env._now
        """When the last of it happens."""
        self.limit: Time = NEVER
        """Until when all this holds, as far as the client's host is concerned."""
        self.waiting: tuple[Nic, Entry] | None = None
        """The neighbor whose MAC the probe waits for, on the client's host."""

    def credit(self, number: int) -> None:
        """Do what `number` such probes do, one each interval from now."""
        shift = (number - 1) * self.interval
        for direction, (busy, arrival, is_dropped) in self.hops.items():
            direction.credit(number, busy + shift, arrival + shift, is_dropped)
        for place, at in self.seen:
            place.seen = at + shift
        for entry, at in self.used:
            entry.used = at + shift
        for entry, at in self.confirmed:
            entry.confirmed = at + shift
        if self.waiting is not None:
            self._enqueue(*self.waiting, number)
        self.world.dropped += number * self.drops

    def _enqueue(self, nic: Nic, entry: Entry, number: int) -> None:
        """Let the probes wait for their neighbor's MAC."""
        client, first = self.client, self.client.ear.sent + 1

        def outgoing(index: int) -> Outgoing:
            return Outgoing(client.packet(first + index), entry.ip, 0, nic.name)

        enqueue_many(nic.cache, entry, number, outgoing)

    # --- cables and switches ---------------------------------------------------------------

    def put(self, direction: Direction, frame: Frame, at: Time) -> None:
        """Follow a frame that is put on a cable (`Direction.send`)."""
        hop = direction.foresee(frame, at)
        if hop is None or direction in self.hops or hop[0] > at + self.interval:
            raise Unforeseen
        self.hops[direction] = hop
        arrival, is_dropped = hop[1:]
        if is_dropped:
            return
        self.end = max(self.end, arrival)
        taker = getattr(direction.deliver, "__self__", None)
        if isinstance(taker, SwitchPort):
            self._switch(taker, frame, arrival)
        elif isinstance(taker, Nic):
            self._receive(taker, frame, arrival)
        else:
            raise Unforeseen

    def _switch(self, port: SwitchPort, frame: Frame, at: Time) -> None:
        """`SwitchPort.receive`, where it teaches nothing."""
        bridge = port.node.bridge
        if bridge.refusal(frame, port.name):
            self.drops += 1
            return
        place = port.entries.get(frame.src)
        learns = bridge.ports[port.name].options.learning
        if not learns or place is None or place.port != port.name:
            raise Unforeseen
        self.seen.append((place, at))
        names, _ = bridge.exits(frame, port.name)
        if not names:
            self.drops += 1
        for name in names:
            self.put(port.node.directions[name], frame, at)

    # --- hosts -----------------------------------------------------------------------------

    def _receive(self, nic: Nic, frame: Frame, at: Time) -> None:
        """`Nic.receive`."""
        if nic.deaf is not None:
            self.drops += 1
        elif frame.dst.is_group:
            raise Unforeseen
        elif frame.dst == nic.mac:
            self._take(nic, frame, at)
        elif frame.dst in nic.above:
            self._receive(nic.above[frame.dst], frame, at)

    def _take(self, nic: Nic, frame: Frame, at: Time) -> None:
        """`Kernel.demux`, `deliver` and what `Nic` does itself."""
        kernel, packet = nic.kernel, frame.packet
        if type(packet) is Echo and packet.dst in kernel.addresses:
            if packet.is_reply:
                self._hand(kernel.flows.get(packet.ident), frame, at)
            else:
                reply = Echo(packet.dst, packet.src, 64, True, packet.ident, packet.seq, packet.data_length)
                self.onward(nic.below, nic.below.entries.get(packet.src), reply, at)
        elif kernel.taps.get(type(packet)):
            raise Unforeseen
        elif packet.dst in kernel.addresses:  # type: ignore[union-attr]
            assert type(packet) is Udp
            self._hand(kernel.ports.get(packet.dport), frame, at)
        elif packet.dst in kernel.vips:  # type: ignore[union-attr]
            self.drops += 1
        elif kernel.forwarder is not None:
            self._forward(kernel, packet, nic, at)  # type: ignore[arg-type]

    def _hand(self, handler: Handler | None, frame: Frame, at: Time) -> None:
        """Give a packet to its socket: the client's own, or a service that answers or is silent."""
        packet = frame.packet
        if handler == self.client.answer and self.answer is None:
            self.answer = at, frame.src
            return
        service = getattr(handler, "__self__", None)
        if type(service) is not ServiceProcess or type(packet) is not Udp or packet.sport in service.counts:
            raise Unforeseen
        if service.running:
            answer = Udp(packet.dst, packet.src, 64, packet.dport, packet.sport, packet.payload)
            self.send(service.kernel, answer, at)

    def _forward(self, kernel: Kernel, packet: IpPacket, nic: Nic, at: Time) -> None:
        """`Forwarder.take`, where nobody has to be told of anything."""
        route = kernel.stack.book.route(packet.dst)
        if packet.ttl <= 1 or route is None or kernel.nics[route.iface] is nic.below:
            raise Unforeseen
        self._output(kernel, with_ttl(packet, packet.ttl - 1), at)

    def send(self, kernel: Kernel, packet: IpPacket, at: Time) -> None:
        """`Kernel.send_packet`, where the packet leaves the host."""
        if kernel.state is not None or packet.src not in kernel.addresses:
            return
        if packet.dst in kernel.addresses or packet.dst.is_multicast:
            raise Unforeseen
        self._output(kernel, packet, at)

    def _output(self, kernel: Kernel, packet: IpPacket, at: Time) -> None:
        """`Kernel.output`, where the neighbor is known."""
        route = kernel.stack.book.route(packet.dst)
        if route is not None:
            nic = kernel.nics[route.iface]
            self.onward(nic, nic.entries.get(packet.dst if route.via is None else route.via), packet, at)

    def onward(self, nic: Nic, entry: Entry | None, packet: IpPacket, at: Time) -> None:
        """Send to a neighbor that has a MAC, and stamp it as the frame path does."""
        if entry is None:
            raise Unforeseen
        target = entry.target
        if target is None:
            target = entry.relay
            if target is None:
                self.wait(nic, entry)
                return
            self.used.append((entry, at))
        if not isinstance(nic.out, Direction):
            raise Unforeseen  # what goes through an interface on top of another
        self.put(nic.out, framed(target, nic.mac, packet), at)

    def wait(self, nic: Nic, entry: Entry | None) -> None:
        """Let the probe itself wait for a MAC that was asked for already."""
        if entry is None or entry.state is not NeighborState.INCOMPLETE or self.hops:
            raise Unforeseen
        if nic.cache.rules != "linux" or not nic.cache.up:
            raise Unforeseen
        self.limit = nic.kernel.reachable.redraw_at
        self.used.append((entry, self.end))
        self.waiting = nic, entry
