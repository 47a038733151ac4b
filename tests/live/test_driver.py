"""The live driver with a toy machine: what it feeds, in which order, and what it carries out."""

from dataclasses import dataclass, field

import pytest

from tests.live.fakes import FakeAddresses, FakeClock, FakePort
from vipsim.errors import MachineError
from vipsim.live.driver import Arrival, Driver, packet_bytes
from vipsim.machines.vocabulary import (
    AcquireVip,
    Action,
    Announce,
    CancelTimer,
    Event,
    LinkChanged,
    Received,
    ReleaseVip,
    Send,
    SendPacket,
    SetTimer,
    Started,
    Stopped,
    TimerFired,
    VipFailed,
    VipReady,
)
from vipsim.units import MS, NEVER, Time
from vipsim.wire.addresses import BROADCAST, IPv4, Mac
from vipsim.wire.codec import decode, encode
from vipsim.wire.frames import Arp, ArpOp, Echo, Udp, framed

VIP = IPv4.parse("192.168.1.219")
OWN = Mac.parse("00:21:5A:DB:68:E8")
TICK = ("toy", "tick")
TOCK = ("toy", "tock")


@dataclass
class Toy:
    """Answers each event with the actions that the test has laid out for it, by the event's class."""

    script: dict[type, list[Action]] = field(default_factory=dict)
    heard: list[tuple[Time, Event]] = field(default_factory=list)
    part: str = "toy"
    hears: frozenset = frozenset({Arp, Udp, Echo})
    ident: int = 7
    states: dict = field(default_factory=dict)
    transitions: frozenset = frozenset()

    def handle(self, event: Event, now: Time) -> list[Action]:
        self.heard.append((now, event))
        return self.script.get(type(event), [])

    @property
    def events(self) -> list[Event]:
        return [event for _, event in self.heard]


@dataclass
class Rig:
    machines: list[Toy]
    addresses: FakeAddresses = field(default_factory=FakeAddresses)
    clock: FakeClock = field(default_factory=FakeClock)

    def __post_init__(self) -> None:
        self.port = FakePort(self.clock)
        self.taps: list[tuple] = []
        self.driver = Driver(
            self.machines, self.clock, self.port, self.addresses, tap=lambda *call: self.taps.append(call)
        )


def rig(addresses: FakeAddresses | None = None, **script: list[Action]) -> tuple[Rig, Toy]:
    names = {one.__name__: one for one in (Started, Stopped, Received, TimerFired, VipReady, LinkChanged)}
    toy = Toy({names[name]: actions for name, actions in script.items()})
    return Rig([toy], addresses or FakeAddresses()), toy


def test_frames_go_out_as_the_codec_writes_them_and_packets_without_their_frame():
    frame = framed(BROADCAST, OWN, Udp(VIP, VIP, 1, 694, 694, b"alive"))
    echo = Echo(VIP, IPv4.parse("192.168.1.218"), 64, False, 7, 1)
    one, _ = rig(Started=[Send(frame, "bond0"), SendPacket(echo), Announce(VIP, "bond0", OWN)])
    one.clock.time = 5
    one.driver.start()
    sent, packet, announced = one.port.sent
    assert sent == (5, "frame", "bond0", encode(frame))
    assert packet[:3] == (5, "packet", "192.168.1.218")
    assert len(packet[3]) == 20 + 8 + 56
    assert packet[3][12:16] == VIP.packed
    assert decode(announced[3]).packet == Arp(ArpOp.REQUEST, OWN, VIP, Mac(0), VIP)
    assert decode(announced[3]).dst == BROADCAST


def test_a_short_packet_is_not_padded():
    assert len(packet_bytes(Udp(VIP, VIP, 1, 694, 694, b"x"))) == 20 + 8 + 1


def test_the_kernels_answer_comes_after_the_actions_that_stood_beside_the_question():
    one, toy = rig(Started=[AcquireVip(VIP, 24, "bond0"), SetTimer(TICK, 9)], VipReady=[CancelTimer(TICK)])
    one.driver.start()
    assert toy.events == [Started(), VipReady(VIP)]
    assert one.addresses.log == ["acquire 192.168.1.219/24 bond0"]
    assert one.driver.deadline == NEVER


def test_a_refusal_is_an_event_too():
    one, toy = rig(FakeAddresses(refuse="no such device"), Started=[AcquireVip(VIP, 24, "bond0")])
    one.driver.start()
    assert toy.events[-1] == VipFailed(VIP, "no such device")


def test_timers_fire_when_due_in_order_and_carry_their_reason():
    one, toy = rig(Started=[SetTimer(TICK, 20 * MS), SetTimer(TOCK, 10 * MS)])
    one.driver.start()
    assert one.driver.deadline == 10 * MS
    one.clock.time = 10 * MS - 1
    one.driver.fire_due()
    assert toy.events == [Started()]
    one.clock.time = 30 * MS
    one.driver.fire_due()
    assert toy.heard[1:] == [(30 * MS, TimerFired(TOCK)), (30 * MS, TimerFired(TICK))]
    assert one.driver.deadline == NEVER


def test_setting_a_timer_again_moves_it():
    one, toy = rig(Started=[SetTimer(TICK, 10)], LinkChanged=[SetTimer(TICK, 50)])
    one.driver.start()
    one.driver.link_changed("bond0", True)
    one.clock.time = 49
    one.driver.fire_due()
    assert TimerFired(TICK) not in toy.events
    assert one.driver.deadline == 50


def test_a_timer_that_an_earlier_one_cancels_or_moves_does_not_fire():
    one, toy = rig(
        Started=[SetTimer(TICK, 1), SetTimer(TOCK, 2)], TimerFired=[CancelTimer(TOCK), SetTimer(TICK, 100)]
    )
    one.driver.start()
    one.clock.time = 3
    one.driver.fire_due()
    assert toy.events == [Started(), TimerFired(TICK)]


def test_a_machine_that_wants_to_be_woken_at_once_cannot_hold_the_loop():
    one, toy = rig(Started=[SetTimer(TICK, 0)], TimerFired=[SetTimer(TICK, 0)])
    one.driver.start()
    one.driver.fire_due()
    one.driver.fire_due()
    assert toy.events.count(TimerFired(TICK)) == 2
    assert one.driver.deadline == 0


def test_a_timer_in_the_past_is_the_machines_fault():
    one, _ = rig(Started=[SetTimer(TICK, 4)])
    one.clock.time = 5
    with pytest.raises(MachineError, match=r"toy.*tick.*1ns into the past"):
        one.driver.start()


def test_an_unknown_form_of_announcement_is_the_machines_fault():
    one, _ = rig(Started=[Announce(VIP, "bond0", OWN, form="by-post")])
    with pytest.raises(MachineError, match="by-post"):
        one.driver.start()


def test_what_is_no_frame_is_counted_and_the_next_one_still_heard():
    frame = framed(BROADCAST, OWN, Arp(ArpOp.REQUEST, OWN, VIP, Mac(0), VIP))
    one, toy = rig()
    one.port.waiting += [Arrival("bond0", b"short"), Arrival("bond0", encode(frame))]
    one.driver.receive()
    assert toy.events == [Received(frame, "bond0")]
    assert one.driver.counts == {"received": 2, "malformed": 1}


def test_an_unfinished_checksum_counts_only_where_the_kernel_left_it():
    data = bytearray(encode(framed(BROADCAST, OWN, Udp(VIP, VIP, 64, 5432, 694, b"yes"))))
    data[40] ^= 0xFF
    one, toy = rig()
    one.port.waiting += [Arrival("bond0", bytes(data)), Arrival("bond0", bytes(data), offloaded=True)]
    one.driver.receive()
    assert one.driver.counts["malformed"] == 1
    assert len(toy.events) == 1


def test_each_machine_of_a_daemon_hears_everything_but_only_its_own_timers_and_answers():
    toy = Toy({Started: [AcquireVip(VIP, 24, "bond0"), SetTimer(TICK, 1)]})
    other = Toy(part="other")
    one = Rig([toy, other])
    one.driver.start()
    one.clock.time = 1
    one.driver.fire_due()
    one.driver.link_changed("bond0", False)
    assert toy.events == [Started(), VipReady(VIP), TimerFired(TICK), LinkChanged("bond0", False)]
    assert other.events == [Started(), LinkChanged("bond0", False)]


def test_a_machine_hears_only_the_packets_that_it_listens_to():
    toy, deaf = Toy(), Toy(part="deaf", hears=frozenset({Udp}))
    one = Rig([toy, deaf])
    peer = IPv4.parse("192.168.1.217")
    own, foreign, asked = (
        framed(OWN, OWN, Echo(peer, VIP, 64, is_reply, ident, 1))
        for is_reply, ident in ((True, 7), (True, 8), (False, 7))
    )
    one.port.waiting += [Arrival("bond0", encode(frame)) for frame in (own, foreign, asked)]
    one.driver.receive()
    assert toy.events == [Received(own, "bond0")]
    assert deaf.events == []


def test_stopping_lets_the_machine_say_goodbye_and_leaves_no_deadline():
    one, toy = rig(
        Started=[AcquireVip(VIP, 24, "bond0"), SetTimer(TICK, 9)],
        Stopped=[Announce(VIP, "bond0", OWN), ReleaseVip(VIP)],
    )
    one.driver.start()
    one.driver.stop()
    assert toy.events[-1] == Stopped()
    assert len(one.port.sent) == 1
    assert one.addresses.held == {}
    assert one.driver.deadline == NEVER


def test_the_tap_sees_every_call():
    one, _ = rig(Started=[SetTimer(TICK, 9)])
    one.driver.start(("bond0",))
    assert one.taps == [("toy", 0, Started(("bond0",)), [SetTimer(TICK, 9)])]
