"""The central claim: one pure machine, two drivers.

A simulated run is recorded: what each machine was told, when, and what went onto the cable. The live
driver is then given only what came from outside (frames as bytes, starts, stops, carriers), under a
clock and a network of the test's own. It must bring every timer and every answer of the kernel
itself, at the same nanosecond, and send the same octets.
"""

from dataclasses import dataclass, field

import pytest

from tests.live.fakes import FakeAddresses, FakeClock, FakePort
from vipsim.live.driver import Arrival, Driver, packet_bytes
from vipsim.machines.vocabulary import (
    Action,
    Announce,
    Event,
    LinkChanged,
    Received,
    Send,
    SendPacket,
    Settled,
    Started,
    Stopped,
    TimerFired,
    VipFailed,
    VipReady,
)
from vipsim.resources import scenario_path
from vipsim.scenario.assemble import daemons
from vipsim.scenario.builders import IFACE, pair
from vipsim.scenario.model import Scenario
from vipsim.scenario.reader import read_scenario
from vipsim.trace.records import FrameRecord
from vipsim.trace.trace import Trace
from vipsim.units import MS, Time
from vipsim.wire.addresses import NO_MAC
from vipsim.wire.codec import encode
from vipsim.wire.frames import Arp, Carp, Echo, Udp, Vrrp, gratuitous_request
from vipsim.worlds import run

Call = tuple[Time, str, Event, list[Action]]
"""Time, part, event, actions."""

UCARP = read_scenario(scenario_path("ucarp-pair")).without_faults().with_setting("links.*.rate", "unlimited")
STORIES = {
    "vrrp, the master crashes and comes back": pair(
        duration="20s", faults=["crash:db1@5s", "reboot:db1@12s"], rate=None
    ),
    "vrrp 3, the master says goodbye": pair(
        version=3, advert_interval="100ms", duration="5s", faults=["stop:db1@2s", "restart:db1@3s"], rate=None
    ),
    "vrrp, all start at once": pair(start="cold", duration="10s", rate=None),
    "vrrp 3, two masters until the cable is mended": pair(
        version=3, advert_interval="200ms", duration="6s", faults=["isolate:db1@2s", "heal:db1@4s"], rate=None
    ),
    "vrrp, a carrier is lost and returns": pair(
        duration="20s", faults=["link_down:db1@5s", "link_up:db1@12s"], rate=None
    ),
    "pull, the active one crashes": pair(
        "heartbeat", interval="500ms", duration="10s", faults=["crash:db1@4s"], rate=None
    ),
    "pull, the primary gets it back": pair(
        "heartbeat",
        failback="automatic",
        interval="500ms",
        duration="15s",
        faults=["stop:db1@3s", "restart:db1@6s"],
        rate=None,
    ),
    "push, two masters until the cable is mended": pair(
        "heartbeat",
        mode="push",
        interval="300ms",
        duration="10s",
        faults=["isolate:db1@3s", "heal:db1@6s"],
        rate=None,
    ),
    "ucarp, the master is killed and comes back": UCARP.with_faults("kill:db1@2s", "restart:db1@9s"),
    "ucarp, two masters until the cable is mended": UCARP.with_faults("isolate:db1@2s", "heal:db1@9s"),
    "ucarp, a carrier is lost and returns": UCARP.with_faults("port_down:db1@1s", "port_up:db1@3s"),
    "openbsd, the master says goodbye": UCARP.with_setting("carp.profile", "openbsd").with_faults(
        "stop:db1@2s", "restart:db1@5s"
    ),
}


@dataclass
class Recording:
    """A simulated run, seen by its machines."""

    scenario: Scenario
    seed: int
    calls: dict[str, list[Call]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.trace: Trace = run(self.scenario, seed=self.seed, tap=self._note)

    def _note(self, node: str, part: str, now: Time, event: Event, actions: list[Action]) -> None:
        self.calls.setdefault(node, []).append((now, part, event, list(actions)))


class Replay:
    """The live driver of one node, told what a recorded one was told from outside."""

    def __init__(self, scenario: Scenario, node: str) -> None:
        self.scenario = scenario
        self.node = node
        self.clock = FakeClock()
        self.port = FakePort(self.clock)
        self.calls: list[Call] = []
        self.driver = self._process()

    def _process(self) -> Driver:
        """Make a new process: the machines of the scenario, without a past."""
        machines = dict(daemons(self.scenario))[self.node]()
        addresses = FakeAddresses()
        return Driver(machines, self.clock, self.port, addresses, tap=self._note)

    def _note(self, part: str, now: Time, event: Event, actions: list[Action]) -> None:
        self.calls.append((now, part, event, list(actions)))

    def follow(self, calls: list[Call]) -> None:
        for now, _, event, _ in calls:
            if isinstance(event, Started | Settled):
                self.driver = self._process()
            assert self.driver.deadline >= now, "the driver would have woken up before"
            self.clock.time = now
            self._happen(event)

    def _happen(self, event: Event) -> None:
        match event:
            case TimerFired():
                self.driver.fire_due()  # two of one instant fire together; the comparison sees their order
            case VipReady() | VipFailed():
                pass  # the driver asks the kernel itself
            case Received(frame, iface):
                self.port.waiting.append(Arrival(iface, encode(frame)))
                self.driver.receive()
            case Started(down):
                self.driver.start(down)
            case Stopped():
                self.driver.stop()
            case LinkChanged(iface, up):
                self.driver.link_changed(iface, up)
            case Settled():
                self.driver.feed(event)
            case _:
                raise AssertionError(f"nothing tells a daemon {event}")


def asked_for(calls: list[Call]) -> list[tuple[Time, str, str, bytes]]:
    """What the recorded machine wanted to be sent: (time, way, where, octets)."""
    wanted = []
    for now, _, _, actions in calls:
        for action in actions:
            match action:
                case Send(frame, iface):
                    wanted.append((now, "frame", iface, encode(frame)))
                case Announce(vip, iface, source, form):
                    target = source if form == "garp-request-own" else NO_MAC
                    wanted.append((now, "frame", iface, encode(gratuitous_request(vip, source, target))))
                case SendPacket(packet):
                    wanted.append((now, "packet", str(packet.dst), packet_bytes(packet)))
    return wanted


def is_the_daemons(record: FrameRecord) -> bool:
    """Adverts, announcements, ARP probes, heartbeats and questions: all that no kernel sends by itself."""
    match record.frame.packet:
        case Vrrp() | Carp():
            return True
        case Arp() as arp:
            return arp.is_gratuitous or not arp.sender_ip
        case Udp(dport=694):
            return True
        case Echo(is_reply=False):
            return True
    return False


def on_the_cable(trace: Trace, node: str) -> list[tuple[Time, bytes]]:
    """When the daemon's frames left the simulated host, and their octets."""
    frames = [one for one in trace.frames if one.src == f"{node}.{IFACE}" and is_the_daemons(one)]
    return [(one.sent, encode(one.frame)) for one in frames]


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("story", STORIES)
def test_the_same_events_give_the_same_octets_at_the_same_times(story, seed):
    recording = Recording(STORIES[story], seed)
    assert set(recording.calls) == {"db1", "db2"}
    for node, calls in recording.calls.items():
        replay = Replay(recording.scenario, node)
        replay.follow(calls)
        assert replay.calls == calls
        assert replay.port.sent == asked_for(calls)
        assert replay.driver.counts["malformed"] == 0


@pytest.mark.parametrize("story", STORIES)
def test_what_the_live_driver_sends_is_what_was_on_the_simulated_cable(story):
    """The judge is the simulated network's own record of frames, not what the machines asked for.

    A frame is there at the same nanosecond. A packet may wait in the simulated kernel until its
    neighbor's address is known, and gets its Ethernet header there.
    """
    recording = Recording(STORIES[story], seed=4)
    sent = 0
    for node, calls in recording.calls.items():
        replay = Replay(recording.scenario, node)
        replay.follow(calls)
        for live, cable in zip(replay.port.sent, on_the_cable(recording.trace, node), strict=True):
            (now, way, _, data), (left, octets) = live, cable
            if way == "frame":
                assert (now, data) == (left, octets)
            else:
                assert octets[14:].startswith(data)
                assert now <= left <= now + MS
            sent += 1
    assert sent > 5
