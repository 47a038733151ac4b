"""Hand-made runs with known answers, as lists of records that any recorder can take."""

from typing import Any

from vipsim.trace import Level, Recorder, Trace
from vipsim.units import MS, SECOND
from vipsim.wire.addresses import VRRP_GROUP, IPv4, Mac

S = SECOND
VIP = IPv4.parse("192.168.1.219")
HOME = {"db1": Mac.parse("00:21:5A:DB:68:E8"), "db2": Mac.parse("00:21:5A:DB:7F:C2")}
Story = list[tuple[int, str, str, dict[str, Any]]]

HEADER: dict[str, Any] = {
    "name": "database-pair",
    "seed": 7,
    "world": "sim",
    "scenario": {
        "nodes": {"db1": {"kind": "host"}, "db2": {"kind": "host"}, "app1": {}, "sw1": {"kind": "switch"}},
        "links": [
            {"ends": [f"{node}.bond0", f"sw1.p{port}"]} for port, node in enumerate(("db1", "db2", "app1"), 1)
        ],
        "vips": {"service": "192.168.1.219/24"},
        "groups": [
            {"vrrp": {"vrid": 51, "vips": ["service"], "advert_interval": "1s"}},
            {"heartbeat": {"name": "pair", "vips": ["service"], "interval": "1s", "dead_count": 3}},
        ],
        "clients": {
            "app1": {"node": "app1", "target": "service", "interval": "10ms"},
            "poll": {"node": "app1", "target": "db1", "interval": "1s", "measured": False},
        },
    },
}


def state(at: int, node: str, new: str, why: str = "", machine: str = "vrrp 51", old: str = "BACKUP") -> Any:
    return at, "state", node, {"machine": machine, "old": old, "new": new, "why": why}


def vip(at: int, node: str, act: str, address: IPv4 = VIP) -> Any:
    return at, "vip", node, {"vip": address, "iface": "bond0", "act": act, "lladdr": HOME.get(node)}


def fault(at: int, word: str, target: str, phase: str = "begin", value: str = "") -> Any:
    return at, "fault", target, {"word": word, "target": target, "value": value, "phase": phase}


def advert(
    at: int, node: str, priority: int | None = 100, machine: str = "vrrp 51", form: str = "vrrp"
) -> Any:
    data = {"machine": machine, "form": form, "to": VRRP_GROUP, "priority": priority, "iface": "bond0"}
    return at, "advert", node, data


def announce(at: int, node: str, address: IPv4 = VIP) -> Any:
    return at, "announce", node, {"vip": address, "form": "garp", "lladdr": HOME[node], "iface": "bond0"}


def gap(last: int, first: int | None, end: int = 20 * S, client: str = "app1") -> Any:
    data = {"client": client, "last": last, "first": first, "lost": 3}
    return end if first is None else first, "gap", "app1", data


def answered(at: int, by: str = "db1", client: str = "app1") -> Any:
    return at, "answered", "app1", {"client": client, "by": by}


def daemon(at: int, node: str, act: str) -> Any:
    return at, "daemon", node, {"act": act}


def settled(machine: str = "vrrp 51") -> Story:
    """db1 is master and has the address since time zero."""
    return [
        state(0, "db1", "MASTER", "settled", machine, "INIT"),
        vip(0, "db1", "acquire"),
        state(0, "db2", "BACKUP", "settled", machine, "INIT"),
    ]


def takeover(at: int, node: str, why: str = "master_down", machine: str = "vrrp 51") -> Story:
    """Everything that a VRRP master does at one instant, in the machine's order."""
    form = "vrrp" if machine.startswith("vrrp") else "heartbeat"
    return [
        state(at, node, "MASTER", why, machine),
        advert(at, node, 100, machine, form),
        vip(at, node, "acquire"),
        announce(at, node),
    ]


def crash() -> Story:
    """The machine .217 crashes at 5 s; every part of the failover has a length of its own."""
    return [
        *settled(),
        fault(5 * S, "crash", "db1"),
        vip(5 * S, "db1", "lost"),
        daemon(5 * S, "db1", "kill"),
        state(8 * S, "db2", "MASTER", "master_down"),
        advert(8 * S, "db2"),
        vip(8 * S + 100 * MS, "db2", "acquire"),
        announce(8 * S + 150 * MS, "db2"),
        gap(5 * S - 4 * MS, 8 * S + 156 * MS),
    ]


def play(
    story: Story,
    level: Level = Level.PROTOCOL,
    end: int = 20 * S,
    counts: dict[str, int] | None = None,
    header: dict[str, Any] | None = None,
) -> Trace:
    recorder = Recorder(HEADER if header is None else header, level)
    for at, kind, node, data in story:
        recorder.record(at, kind, node, dict(data))
    return recorder.finish(end, counts or {})
