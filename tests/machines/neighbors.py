"""A Linux host on the bench with one neighbor, brought into any state by what really happens."""

from __future__ import annotations

from tests.machines.bench import Bench
from vipsim.machines.host.stack import HostStack
from vipsim.machines.neighbor import PROFILES, Entry, NeighborState
from vipsim.machines.vocabulary import (
    Action,
    AddressAdded,
    EntrySet,
    InterfaceAdded,
    Outgoing,
    Received,
    Send,
    SysctlSet,
)
from vipsim.units import MS, SECOND
from vipsim.wire.addresses import BROADCAST, NO_MAC, IPv4, Mac
from vipsim.wire.frames import Arp, ArpOp, Frame, Udp, framed, gratuitous_request

S = NeighborState
ME, ME_MAC = IPv4.parse("192.168.1.10"), Mac.parse("02:00:00:00:00:01")
VIP, THIRD = IPv4.parse("192.168.1.219"), IPv4.parse("192.168.1.50")
A, B, C = (Mac.parse(f"02:00:00:00:00:0{letter}") for letter in "abc")
R = 30 * SECOND
START = 1000 * SECOND


class Host(Bench):
    """`eth0` has 192.168.1.10/24; the neighbor is VIP, which A or B speaks for."""

    machine: HostStack

    def __init__(self, profile: str = "linux", **sysctls: int) -> None:
        super().__init__(HostStack(PROFILES[profile]), START)
        self.feed(InterfaceAdded("eth0", ME_MAC, R))
        self.feed(AddressAdded(ME, "eth0", 24))
        for key, value in sysctls.items():
            self.feed(SysctlSet(key, value))

    # what happens

    def send(self, number: int = 0, size: int = 4, dst: IPv4 = VIP, src: IPv4 = ME) -> list[Frame]:
        packet = Udp(src, dst, 64, 1, 9, number.to_bytes(4, "big") + bytes(size - 4))
        return frames(self.feed(Outgoing(packet, dst, 0, "eth0")))

    def arp(
        self, op: ArpOp, mac: Mac, ip: IPv4, target_mac: Mac, target: IPv4, dst: Mac = BROADCAST
    ) -> list[Action]:
        return self.feed(Received(framed(dst, mac, Arp(op, mac, ip, target_mac, target)), "eth0"))

    def garp(self, mac: Mac) -> list[Action]:
        return self.feed(Received(gratuitous_request(VIP, mac), "eth0"))

    def reply(self, mac: Mac, dst: Mac = ME_MAC) -> list[Action]:
        return self.arp(ArpOp.REPLY, mac, VIP, ME_MAC, ME, dst)

    def request(self, mac: Mac, target: IPv4 = ME, sender: IPv4 = VIP) -> list[Action]:
        return self.arp(ArpOp.REQUEST, mac, sender, NO_MAC, target)

    def into(self, state: NeighborState, mac: Mac = A) -> Host:
        """Bring the neighbor into `state`, with `mac` where it has one, and let the locktime pass."""
        match state:
            case S.NONE:
                pass
            case S.INCOMPLETE | S.FAILED:
                self.send()
                self.run(self.now + (3 * SECOND if state is S.FAILED else 0))
            case S.REACHABLE:
                self.send()
                self.reply(mac)
            case S.STALE | S.DELAY | S.PROBE:
                self.request(mac)
                self.run(self.now + 2 * SECOND)
                if state is not S.STALE:
                    self.send()
                if state is S.PROBE:
                    self.run(self.now + 5 * SECOND)
            case _:
                self.feed(EntrySet("eth0", VIP, mac, state))
        if state in (S.REACHABLE, S.DELAY, S.PERMANENT, S.NOARP):
            self.run(self.now + 1200 * MS)
        assert self.known is state
        return self

    # what there is

    @property
    def entry(self) -> Entry:
        return self.machine.caches["eth0"].entries[VIP]

    @property
    def known(self) -> NeighborState:
        return self.machine.states.get(("eth0", VIP), S.NONE)

    @property
    def lladdr(self) -> Mac | None:
        return self.machine.caches["eth0"].lookup(VIP, self.now)

    @property
    def seen(self) -> tuple[NeighborState, Mac | None]:
        return self.known, self.lladdr

    def requests(self, actions: list[Action]) -> list[Mac]:
        """Where requests in `actions` went."""
        return [frame.dst for frame in frames(actions) if isinstance(frame.packet, Arp)]


def frames(actions: list[Action]) -> list[Frame]:
    return [action.frame for action in actions if isinstance(action, Send)]
