"""Scenarios in Python: the document's pair under each mechanism, and how it may be varied.

`pair` returns what `scenarios/database-pair.yaml` says, less its fault:

>>> from vipsim.scenario.faults import crash
>>> scenario = pair(clients=1, faults=[crash("db1", at="5s")])
>>> scenario.name, len(scenario.nodes), scenario.vips[0].address
('database-pair', 4, IPv4('192.168.1.219'))
"""

from __future__ import annotations

from collections.abc import Iterable

from vipsim.machines.vrrp.profiles import default_profile
from vipsim.scenario.fields import Refusal, mac_for, nearest, parse_percent, shown
from vipsim.scenario.model import (
    Client,
    End,
    Fault,
    Group,
    HeartbeatGroup,
    HeartbeatMember,
    Host,
    Iface,
    Link,
    Node,
    Scenario,
    Service,
    Start,
    Switch,
    Vip,
    VrrpGroup,
    VrrpMember,
)
from vipsim.units import Time, parse_rate, to_duration
from vipsim.wire.addresses import IPv4, Mac

IFACE = "bond0"
NETWORK = int(IPv4.parse("192.168.0.0"))
SERVERS = (
    ("db1", IPv4.parse("192.168.1.217"), Mac.parse("00:21:5A:DB:68:E8")),
    ("db2", IPv4.parse("192.168.1.218"), Mac.parse("00:21:5A:DB:7F:C2")),
)
"""The document's two machines."""
VIP = IPv4.parse("192.168.1.219")
SERVICE = Service("database", 5432)
_NEAR_CLIENTS = 100
MAX_CLIENTS = 4_000


def pair(
    mechanism: str = "vrrp",
    *,
    clients: int = 1,
    priorities: tuple[int, int] = (150, 100),
    preempt: bool = True,
    version: int = 2,
    advert_interval: Time | str = "1s",
    mode: str = "pull",
    interval: Time | str = "1s",
    dead_count: int = 3,
    timeout: Time | str | None = None,
    probe: str = "host",
    takeover: str = "automatic",
    failback: str = "manual",
    faults: Iterable[Fault | str] = (),
    duration: Time | str = "20s",
    client_probe: str = "ping",
    client_interval: Time | str = "10ms",
    poll: Time | str | None = "1s",
    neighbor: str = "linux",
    rate: str | None = "1Gbps",
    delay: Time | str = "50us",
    jitter: Time | str = "0s",
    loss: str | float = "0%",
    start: str = "settled",
    phase: float | None = None,
    name: str | None = None,
    description: str = "",
) -> Scenario:
    """Return the document's pair: db1 serves, db2 stands by, clients know only the virtual address.

    ::

        db1 .217 ---+
                    sw1 --- app1 .101, app2 .102, ...
        db2 .218 ---+
                    the VIP .219 is at db1, or at db2

    Parameters
    ----------
    mechanism : {"vrrp", "heartbeat"}
        Who moves the address.
    clients : int
        Hosts app1, app2, ... that probe the VIP.
    priorities, preempt, version, advert_interval
        VRRP only. The interval is text with a unit, or ns.
    mode, interval, dead_count, timeout, probe, takeover, failback
        Heartbeat only; see `vipsim.scenario.model.HeartbeatGroup`.
    faults : iterable of Fault or str
        What happens: ``crash("db1", at="5s")`` or ``"crash:db1@5s"``.
    duration : str or int
        Length of the run (text, or ns).
    client_probe, client_interval
        What the clients send to the VIP (``ping`` or ``database``), and how often.
    poll : str, int or None
        How often each client pings db1 and db2 themselves; None: never.
    neighbor : str
        Profile of every host's neighbor cache.
    rate, delay, jitter, loss
        Of every link; a `loss` is text (``"1%"``) or a probability.
    start, phase
        See `vipsim.scenario.model.Scenario`.
    name, description : str
        The name defaults to that of the shipped scenario.

    Raises
    ------
    ScenarioError
        If the settings contradict each other.
    """
    vip = Vip("service", VIP, _prefix(clients))
    hosts = _hosts(clients, neighbor)
    cable = _cable(rate, delay, jitter, loss)
    members = (SERVERS[0][0], SERVERS[1][0])
    group: Group
    if mechanism == "vrrp":
        group = _vrrp(members, priorities, preempt, version, to_duration(advert_interval))
    elif mechanism == "heartbeat":
        group = HeartbeatGroup(
            "pair",
            (vip.name,),
            HeartbeatMember(members[0], IFACE),
            HeartbeatMember(members[1], IFACE),
            mode,
            to_duration(interval),
            dead_count,
            None if timeout is None else to_duration(timeout),
            probe,
            takeover,
            failback,
        )
    else:
        known = ("vrrp", "heartbeat")
        raise Refusal(f"{shown(mechanism)} is no mechanism", nearest(mechanism, known))
    default = "database-pair" if mechanism == "vrrp" else "database-pair-heartbeat"
    scenario = Scenario(
        name=name or default,
        duration=to_duration(duration),
        nodes=(*hosts, Switch("sw1")),
        links=_star(hosts, cable),
        vips=(vip,),
        groups=(group,),
        clients=_clients(clients, client_probe, to_duration(client_interval), poll),
        start=_start(start),
        phase=phase,
        description=description,
    )
    return scenario.with_faults(*faults)


def _start(word: str) -> Start:
    try:
        return Start(word)
    except ValueError:
        known = [start.value for start in Start]
        raise Refusal(f"{shown(word)} is no start", nearest(word, known)) from None


def _prefix(clients: int) -> int:
    if not 0 <= clients <= MAX_CLIENTS:
        raise Refusal(f"{clients} clients", f"allowed: 0 to {MAX_CLIENTS}")
    return 24 if clients <= _NEAR_CLIENTS else 16


def client_address(number: int) -> IPv4:
    """Address of client `number` (from 1): 192.168.1.101 to .200, then 192.168.2.1 and on."""
    if number <= _NEAR_CLIENTS:
        return IPv4(NETWORK + 256 + 100 + number)
    block, rest = divmod(number - _NEAR_CLIENTS - 1, 250)
    return IPv4(NETWORK + 256 * (2 + block) + 1 + rest)


def _hosts(clients: int, neighbor: str) -> tuple[Host, ...]:
    prefix = _prefix(clients)
    servers = tuple(
        Host(name, (Iface(IFACE, mac, address, prefix),), (SERVICE,), neighbor)
        for name, address, mac in SERVERS
    )
    addresses = [client_address(number) for number in range(1, clients + 1)]
    return servers + tuple(
        Host(f"app{number}", (Iface(IFACE, mac_for(address), address, prefix),), (), neighbor)
        for number, address in enumerate(addresses, 1)
    )


def _cable(rate: str | None, delay: Time | str, jitter: Time | str, loss: str | float) -> Link:
    """One link whose ends do not matter, with the settings of all."""
    unplugged = End("", "")
    bits = None if rate is None or rate == "unlimited" else parse_rate(rate)
    probability = parse_percent(loss) if isinstance(loss, str) else float(loss)
    return Link(unplugged, unplugged, bits, to_duration(delay), to_duration(jitter), probability)


def _star(hosts: Iterable[Node], cable: Link) -> tuple[Link, ...]:
    return tuple(
        Link(End(host.name, IFACE), End("sw1", f"p{port}"), cable.rate, cable.delay, cable.jitter, cable.loss)
        for port, host in enumerate(hosts, 1)
    )


def _vrrp(
    members: tuple[str, str], priorities: tuple[int, int], preempt: bool, version: int, advert_interval: Time
) -> VrrpGroup:
    if len(priorities) != 2:
        raise Refusal(f"{len(priorities)} priorities for two machines", "such as priorities=(150, 100)")
    return VrrpGroup(
        vrid=51,
        vips=("service",),
        members=tuple(
            VrrpMember(node, IFACE, priority, preempt)
            for node, priority in zip(members, priorities, strict=True)
        ),
        version=version,
        advert_interval=advert_interval,
        profile=default_profile(version),
    )


def _clients(count: int, probe: str, interval: Time, poll: Time | str | None) -> tuple[Client, ...]:
    found = []
    every = None if poll is None else to_duration(poll)
    for number in range(1, count + 1):
        node = f"app{number}"
        found.append(Client(node, node, "service", probe, interval, (0, interval)))
        if every is not None:
            found += [
                Client(f"{node}-{server}", node, server, "ping", every, (0, every), measured=False)
                for server, _, _ in SERVERS
            ]
    return tuple(found)
