"""A clock, a network and a kernel for the live driver that exist only in a test."""

from collections import deque
from dataclasses import dataclass, field

from vipsim.live.driver import Arrival
from vipsim.machines.vocabulary import AcquireVip, VipFailed, VipReady
from vipsim.units import Time
from vipsim.wire.addresses import IPv4


@dataclass
class FakeClock:
    time: Time = 0

    def now(self) -> Time:
        return self.time


@dataclass
class FakePort:
    """Notes what is sent as (time, way, where, bytes); gives what was put into `waiting`."""

    clock: FakeClock
    sent: list[tuple[Time, str, str, bytes]] = field(default_factory=list)
    waiting: deque[Arrival] = field(default_factory=deque)

    def send_frame(self, iface: str, data: bytes) -> None:
        self.sent.append((self.clock.time, "frame", iface, data))

    def send_packet(self, dst: IPv4, data: bytes) -> None:
        self.sent.append((self.clock.time, "packet", str(dst), data))

    def receive(self) -> list[Arrival]:
        batch = list(self.waiting)
        self.waiting.clear()
        return batch


@dataclass
class FakeAddresses:
    """Answers at once; `refuse` names what cannot be had."""

    refuse: str = ""
    held: dict[IPv4, AcquireVip] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)

    def acquire(self, wanted: AcquireVip) -> VipReady | VipFailed:
        self.log.append(f"acquire {wanted.vip}/{wanted.prefix} {wanted.iface}")
        if self.refuse:
            return VipFailed(wanted.vip, self.refuse)
        self.held[wanted.vip] = wanted
        return VipReady(wanted.vip)

    def release(self, vip: IPv4) -> None:
        self.log.append(f"release {vip}")
        self.held.pop(vip, None)
