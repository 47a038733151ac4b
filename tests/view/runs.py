"""Traces and scenarios made by hand: every number in them is known, so a picture can be judged by data."""

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from vipsim.scenario.model import (
    Client,
    End,
    Group,
    Host,
    Iface,
    Link,
    Scenario,
    Service,
    Switch,
    Vip,
    VrrpGroup,
    VrrpMember,
)
from vipsim.trace import Level, Recorder, Trace
from vipsim.units import MS, SECOND, US, Time
from vipsim.wire.addresses import BROADCAST, VRRP_GROUP, IPv4, Mac, multicast_mac
from vipsim.wire.frames import Arp, ArpOp, Echo, Frame, Vrrp, framed, gratuitous_request

VIP = IPv4.parse("192.168.1.219")
MACS = {"db1": Mac.parse("00:21:5A:DB:68:E8"), "db2": Mac.parse("00:21:5A:DB:7F:C2")}
ADDRESSES = {"db1": IPv4.parse("192.168.1.217"), "db2": IPv4.parse("192.168.1.218")}
CRASH = 5 * SECOND
MASTER = CRASH + 3_109_375_000
FIRST = MASTER + 2 * MS
REBOOT = 12 * SECOND
BACK = 13 * SECOND


@dataclass
class Run:
    """A recorder with a small clock: records may be noted in any order and are fed in order of time."""

    header: dict[str, Any]
    level: Level = Level.FRAMES
    noted: list[tuple[Time, str, str, dict[str, Any]]] = field(default_factory=list)
    frames: list[tuple[str, str, Time, Frame, str]] = field(default_factory=list)

    def note(self, time: Time, kind: str, node: str, **data: Any) -> None:
        self.noted.append((time, kind, node, data))

    def send(self, src: str, time: Time, frame: Frame, to: list[str], outcome: str = "delivered") -> None:
        """One frame through the switch: a hop into it and one out of it for each receiver."""
        self.frames.append((f"{src}.bond0", f"sw1.{src}", time, frame, outcome))
        if outcome == "delivered":
            hops = [(f"sw1.{node}", f"{node}.bond0", time + 60 * US, frame, "delivered") for node in to]
            self.frames += hops

    def finish(self, duration: Time) -> Trace:
        recorder = Recorder(self.header, self.level)
        for time, kind, node, data in sorted(self.noted, key=lambda item: item[0]):
            recorder.record(time, kind, node, data)
        if self.level is Level.FRAMES:
            for src, dst, sent, frame, outcome in sorted(self.frames, key=lambda item: item[2]):
                recorder.frame(src, dst, sent, sent + 51 * US, frame).outcome = outcome
        return recorder.finish(duration, {"events": 1000, "frames_sent": len(self.frames)})


def crash_run(
    clients: int = 1,
    *,
    seed: int = 7,
    censored: tuple[str, ...] = (),
    failback: bool = False,
    level: Level = Level.FRAMES,
    name: str = "database-pair",
    duration: Time = 20 * SECOND,
) -> Trace:
    """Crash db1 at 5 s: db2 is master 3.109375 s later, clients are answered 2 ms after that (and later)."""
    names = [f"app{number}" for number in range(1, clients + 1)]
    run = Run(_header(name, names, seed), level)
    run.note(0, "run", "", phase="begin")
    for node, state in (("db1", "MASTER"), ("db2", "BACKUP")):
        run.note(0, "daemon", node, act="start")
        run.note(0, "state", node, machine="vrrp 51", old="INIT", new=state, why="settled")
    run.note(0, "vip", "db1", vip=VIP, iface="bond0", act="acquire", lladdr=None)
    for number in range(5):
        _advert(run, "db1", 400 * MS + number * SECOND, 150, names)
    run.note(CRASH, "fault", "db1", word="crash", target="db1", value="", phase="begin")
    run.note(CRASH, "daemon", "db1", act="kill")
    run.note(CRASH, "vip", "db1", vip=VIP, iface="bond0", act="lost", lladdr=None)
    _take_over(run, "db2", MASTER, "master_down", 100, names, until=BACK if failback else duration)
    if failback:
        _fail_back(run, names, duration)
    for index, client in enumerate(names):
        last, first = CRASH - 5 * MS + index * MS, None if client in censored else FIRST + index * 150 * MS
        run.note(
            first or duration, "gap", client, client=client, last=last, first=first, lost=311 + 15 * index
        )
        _probes(run, client, last, first, duration)
    run.note(duration, "run", "", phase="end")
    return run.finish(duration)


def _advert(run: Run, node: str, time: Time, priority: int, clients: list[str]) -> None:
    run.note(
        time,
        "advert",
        node,
        machine="vrrp 51",
        form="vrrp",
        to=str(VRRP_GROUP),
        priority=priority,
        iface="bond0",
    )
    packet = Vrrp(ADDRESSES[node], VRRP_GROUP, 255, 2, 51, priority, 1, (VIP,))
    others = [name for name in ("db1", "db2", *clients) if name != node]
    run.send(node, time, framed(multicast_mac(VRRP_GROUP), MACS[node], packet, cause=1), others)


def _take_over(
    run: Run, node: str, time: Time, why: str, priority: int, clients: list[str], until: Time
) -> None:
    run.note(time, "state", node, machine="vrrp 51", old="BACKUP", new="MASTER", why=why)
    for number in range((until - time) // SECOND + 1):
        if time + number * SECOND < until:
            _advert(run, node, time + number * SECOND, priority, clients)
    run.note(time, "vip", node, vip=VIP, iface="bond0", act="acquire", lladdr=None)
    run.note(time + MS, "announce", node, vip=VIP, form="garp-request", lladdr=MACS[node], iface="bond0")
    others = [name for name in ("db1", "db2", *clients) if name != node]
    run.send(node, time + MS, gratuitous_request(VIP, MACS[node]), others)


def _fail_back(run: Run, clients: list[str], duration: Time) -> None:
    run.note(REBOOT, "fault", "db1", word="reboot", target="db1", value="", phase="begin")
    run.note(REBOOT, "daemon", "db1", act="start")
    run.note(REBOOT, "state", "db1", machine="vrrp 51", old="INIT", new="BACKUP", why="start")
    _take_over(run, "db1", BACK, "preempt", 150, clients, until=duration)
    run.note(BACK + MS, "state", "db2", machine="vrrp 51", old="MASTER", new="BACKUP", why="higher priority")
    run.note(BACK + MS, "vip", "db2", vip=VIP, iface="bond0", act="release", lladdr=None)
    for client in clients:
        last, first = BACK - 4 * MS, BACK + 21 * MS
        run.note(first, "gap", client, client=client, last=last, first=first, lost=2)


def _probes(run: Run, client: str, last: Time, first: Time | None, duration: Time) -> None:
    """A ping every 100 ms: answered by db1 until `last`, by db2 from `first` on."""
    mac, address = Mac(0x020000000000 + int(client[3:])), IPv4.parse(f"192.168.1.{client[3:]}")
    for number in range(duration // (100 * MS)):
        time = number * 100 * MS + int(client[3:]) * MS
        server = "db1" if first is None or time < first else "db2"
        request = framed(MACS[server], mac, Echo(address, VIP, 64, False, 1, number))
        is_answered = time < last or (first is not None and time >= first)
        outcome = "delivered" if is_answered else "dropped: silent host"
        run.send(client, time, request, [server], outcome)
        if is_answered:
            reply = framed(mac, MACS[server], Echo(VIP, address, 64, True, 1, number))
            run.send(server, time + 200 * US, reply, [client])


def _header(name: str, clients: list[str], seed: int) -> dict[str, Any]:
    nodes: dict[str, Any] = {
        node: {"kind": "host", "interfaces": {"bond0": {"mac": str(MACS[node])}}} for node in MACS
    }
    nodes |= {client: {"kind": "host"} for client in clients}
    nodes["sw1"] = {"kind": "switch"}
    scenario = {
        "name": name,
        "nodes": nodes,
        "vips": {"service": "192.168.1.219/24"},
        "groups": [{"vrrp": {"vrid": 51, "vips": ["service"], "advert_interval": "1s"}}],
        "clients": {
            client: {"node": client, "target": "service", "interval": "10ms", "measured": True}
            for client in clients
        },
    }
    return {"version": "0", "name": name, "seed": seed, "world": "sim", "scenario": scenario}


def who_has(src: str, wanted: IPv4) -> Frame:
    """An ARP request of db1 or db2."""
    return framed(BROADCAST, MACS[src], Arp(ArpOp.REQUEST, MACS[src], ADDRESSES[src], Mac(0), wanted))


def host(name: str, number: int, *services: Service) -> Host:
    """A host with one interface, 192.168.1.`number`."""
    iface = Iface("bond0", Mac(0x00215ADB0000 + number), IPv4.parse(f"192.168.1.{number}"))
    return Host(name, (iface,), services)


def lan(
    clients: int = 1, switches: int = 1, name: str = "database-pair", groups: tuple[Group, ...] = ()
) -> Scenario:
    """A pair of servers and some clients, dealt out over a chain of switches that is closed to a ring."""
    database = Service("database", 5432)
    hosts = [host("db1", 217, database), host("db2", 218, database)]
    hosts += [host(f"app{number}", number) for number in range(1, clients + 1)]
    chain = [Switch(f"sw{number}") for number in range(1, switches + 1)]
    links = [
        Link(
            End(node.name, "bond0"),
            End(chain[index % switches].name, f"p{index + 1}"),
            loss=0.01 if node.name == "app1" else 0.0,
        )
        for index, node in enumerate(hosts)
    ]
    links += [Link(End(a.name, "p90"), End(b.name, "p91")) for a, b in pairwise(chain)]
    if switches > 2:
        links.append(Link(End(chain[0].name, "p92"), End(chain[-1].name, "p92")))
    members = (VrrpMember("db1", "bond0", 150), VrrpMember("db2", "bond0", 100))
    return Scenario(
        name,
        20 * SECOND,
        (*hosts, *chain),
        tuple(links),
        (Vip("service", VIP), Vip("spare", IPv4.parse("192.168.1.220"))),
        (VrrpGroup(51, ("service",), members), *groups),
        tuple(Client(f"app{n}", f"app{n}", "service") for n in range(1, clients + 1)),
    )
