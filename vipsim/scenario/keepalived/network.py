"""A scenario from the keepalived.conf files of some nodes: what they say, and the least that they do not.

::

    a.conf, b.conf --- nodes a and b, their interfaces, one switch for each LAN
                       a client that pings each virtual address

What was invented (addresses, the client) or could not be kept is said in `Imported.notes`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from vipsim.errors import Problem, ScenarioError
from vipsim.machines.vrrp.rules import master_down_interval
from vipsim.scenario.data import to_data
from vipsim.scenario.fields import TITLE, mac_for
from vipsim.scenario.judge import judge
from vipsim.scenario.keepalived.addresses import NARROWEST, USUAL, Book, assign, network, told_addresses
from vipsim.scenario.keepalived.config import KeepalivedConfig
from vipsim.scenario.keepalived.groups import Cluster, addresses_of, joined, titles, virtual_router
from vipsim.scenario.keepalived.names import Names, iface_name
from vipsim.scenario.keepalived.places import Place, printable
from vipsim.scenario.keepalived.scenario import LOOPBACK, Part, members
from vipsim.scenario.keepalived.syncing import leaders_differ, sync_groups
from vipsim.scenario.keepalived.wiring import Port, lans_of
from vipsim.scenario.model import (
    Client,
    End,
    Host,
    Iface,
    Link,
    Scenario,
    Start,
    Switch,
    Vip,
    VrrpGroup,
)
from vipsim.units import SECOND, Time
from vipsim.wire.addresses import IPv4

DURATION = 20 * SECOND
"""Length of a run whose faults are early."""
MAX_INSTANCES = 1_000
"""Of all nodes together; a scenario has 500 groups at most."""
MAX_VIPS = 1_000
_SPARE = IPv4.parse("10.201.0.0")
"""The first subnet for LANs that no virtual address lies in; each has 256 addresses."""


@dataclass(frozen=True, slots=True)
class Imported:
    """A scenario, and where it comes from."""

    scenario: Scenario
    configs: tuple[tuple[str, KeepalivedConfig], ...]
    """Node and configuration."""
    parts: tuple[Part, ...]
    notes: tuple[str, ...]
    """What the files do not say and was invented, or could not be kept."""


def from_keepalived(configs: Mapping[str, KeepalivedConfig], *, until: Time = 0, name: str = "") -> Imported:
    """Make a scenario of configurations.

    Parameters
    ----------
    configs : mapping
        The configuration of each node, by its name in the scenario.
    until : int
        When the last fault is to happen, in ns: the run lasts long enough to see what follows.
    name : str
        Of the scenario; default: the nodes' names.

    Raises
    ------
    ScenarioError
        With file and line of what cannot be simulated.
    """
    parts = [part for node, config in configs.items() for part in members(config, node)]
    _refuse_empty(configs, parts)
    making = _Making(configs, parts)
    scenario = replace(
        making.scenario(name or _title(configs)),
        duration=_duration(making.groups, until),
    )
    # By way of the file format, whose limits hold here too: the scenario can be written, and --set.
    _, problems = judge(to_data(scenario))
    if problems:
        raise ScenarioError([_placed(problem, making) for problem in problems])
    return Imported(scenario, tuple(configs.items()), tuple(parts), tuple(making.notes))


def _title(configs: Iterable[str]) -> str:
    title = "keepalived " + " ".join(configs)
    return title if TITLE.fullmatch(title) else "keepalived"


def _refuse_empty(configs: Mapping[str, KeepalivedConfig], parts: list[Part]) -> None:
    problems = []
    for node, config in configs.items():
        if any(part.node == node for part in parts):
            continue
        place = next((one.place for one in config.instances if one.place), None)
        problems.append(
            Problem(
                "there is no vrrp_instance with IPv4 addresses: nothing of this file can be simulated",
                "IPv6 instances are read, but not simulated"
                if config.instances
                else "is this the right file?",
                path=place.file if place else (config.files[0] if config.files else node),
                line=place.line if place else 1,
                column=1,
            )
        )
    seen: set[IPv4] = set()
    for number, part in enumerate(parts, 1):
        if part.iface == LOOPBACK:
            message = f"({part.instance}) keepalived cannot use the loopback interface for VRRP"
            problems.append(_problem(part.place, message, "write the interface of the LAN, such as eth0"))
        if not addresses_of(part):
            problems.append(_problem(part.place, f"({part.instance}) nothing moves: there is no address", ""))
        seen.update(addresses_of(part))
        if number > MAX_INSTANCES or len(seen) > MAX_VIPS:
            message = f"({part.instance}) here it is more than a simulation takes"
            limits = f"at most {MAX_INSTANCES} instances and {MAX_VIPS} addresses: leave some out"
            problems.append(_problem(part.place, message, limits))
            break
    if problems:
        raise ScenarioError(problems)


def _problem(place: Place, message: str, hint: str) -> Problem:
    return Problem(printable(message), hint, printable(place.file), place.line, place.column)


class _Making:
    """A scenario while it is made."""

    def __init__(self, configs: Mapping[str, KeepalivedConfig], parts: list[Part]) -> None:
        self.configs = configs
        self.parts = parts
        self.clusters: list[Cluster] = joined(parts)
        self.names = Names(configs)
        self.notes: list[str] = []
        self.book = Book()
        self.vips = self._vips()
        self.lans = lans_of(self.clusters)
        self._assign()
        self.silent = self._silent()
        self.groups: tuple[VrrpGroup, ...] = tuple(
            virtual_router(cluster, self._vip_names(), self._peer, title, iface_name)
            for cluster, title in zip(self.clusters, titles(self.clusters), strict=True)
        )
        self.sync = sync_groups(configs, self.clusters, self.groups)

    # --- addresses -------------------------------------------------------------------------

    def _vips(self) -> dict[IPv4, Vip]:
        """Every virtual address once: its name, and the prefix in the first file that has it."""
        found: dict[IPv4, int] = {}
        for part in self.parts:
            for address, prefix in (*part.vips, *part.excluded):
                found.setdefault(address, prefix)
        only = len(found) == 1
        return {
            address: Vip(self.names.new("vip" if only else f"vip{number}"), address, prefix)
            for number, (address, prefix) in enumerate(found.items(), 1)
        }

    def _vip_names(self) -> dict[IPv4, str]:
        return {address: vip.name for address, vip in self.vips.items()}

    def _assign(self) -> None:
        static = _static(self.configs)
        told = told_addresses(self.clusters, static)
        _refuse_shared(told, self.parts)
        peers = {peer for part in self.parts for peer in part.peers}
        self.book.taken |= {*self.vips, *told.values(), *peers}
        for number, lan in enumerate(self.lans):
            spare = IPv4(int(_SPARE) + 256 * number)
            assign(lan, self.parts, told, static, self.book, spare)
        self._note_addresses()
        self._widen_vips()

    def _note_addresses(self) -> None:
        invented = [f"{node}.{iface} {self.book.own[node, iface][0]}" for node, iface in self.book.invented]
        if invented:
            equal = any(len({part.priority for part in cluster}) < len(cluster) for cluster in self.clusters)
            matters = "; between equal priorities the higher one wins, so write mcast_src_ip" if equal else ""
            self.notes.append(f"no file tells the address of {_some(invented)}: invented{matters}")
        for (node, iface), address in self.book.replaced.items():
            self.notes.append(
                f"{node}.{iface} has {self.book.own[node, iface][0]} here instead of {address}: "
                "the nodes' subnets are joined by a router that no file names; their order is kept"
            )

    def _widen_vips(self) -> None:
        """Give an address without a subnet one that its clients can be in."""
        for address, vip in self.vips.items():
            held = any(
                network(own, prefix) == network(address, prefix)
                for (own, prefix) in (self.book.own[port] for lan in self.lans for port in lan)
            )
            if not held and vip.prefix > NARROWEST:
                self.vips[address] = replace(vip, prefix=USUAL)
                self.notes.append(
                    f"{address}/{vip.prefix} is in no interface's subnet: it is /{USUAL} here, so that its "
                    "clients are on the link and not behind a router"
                )

    # --- unicast peers ---------------------------------------------------------------------

    def _silent(self) -> dict[IPv4, Host]:
        """A host without a daemon for every peer whose file is not given."""
        found: dict[IPv4, Host] = {}
        for part in self.parts:
            for peer in part.peers:
                if peer in self.book.told or peer in found:
                    continue
                own, prefix = self.book.own[part.node, part.iface]
                on_link = network(own, prefix) == network(peer, prefix) and peer not in self.vips
                address = peer if on_link else self.book.free(own, prefix)
                host_name = self.names.new(f"peer{len(found) + 1}")
                found[peer] = Host(host_name, (Iface("eth0", mac_for(address), address, prefix),))
                self.notes.append(
                    f"no file is of the peer {peer} ({part.place}): it is a host without keepalived"
                )
        return found

    def _peer(self, part: Part, address: IPv4) -> str:
        if address in self.silent:
            return self.silent[address].name
        return self.book.told.get(address, "")

    # --- the network -----------------------------------------------------------------------

    def scenario(self, title: str) -> Scenario:
        """Nodes, switches, links, groups and clients."""
        hosts: dict[str, Host] = {node: Host(node, self._ifaces(node)) for node in self.configs}
        hosts |= {host.name: host for host in self.silent.values()}
        switches, links, clients = [], [], []
        for number, lan in enumerate(self.lans, 1):
            switch = Switch(self.names.new(f"sw{number}"))
            switches.append(switch)
            ends = [End(node, iface_name(iface)) for node, iface in lan]
            ends += [End(host.name, "eth0") for host in self._silent_on(lan)]
            for client_host, asked in self._clients(lan):
                hosts[client_host.name] = client_host
                ends.append(End(client_host.name, "eth0"))
                clients += asked
            links += [Link(end, End(switch.name, f"p{port}")) for port, end in enumerate(ends, 1)]
        return Scenario(
            name=title,
            duration=DURATION,
            nodes=(*hosts.values(), *switches),
            links=tuple(links),
            vips=tuple(self.vips.values()),
            groups=self.groups,
            clients=tuple(clients),
            start=self._start(),
            sync_groups=self.sync,
        )

    def _start(self) -> Start:
        """Settled, if it is clear who is master of what a sync group holds together."""
        unclear = [sync.name for sync in self.sync if leaders_differ(sync, self.groups)]
        if not unclear:
            return Start.SETTLED
        self.notes.append(
            f"the run begins with the start of keepalived on all nodes: who is master of {_some(unclear)} is "
            "decided then, since no node has the highest priority everywhere in it"
        )
        return Start.COLD

    def _ifaces(self, node: str) -> tuple[Iface, ...]:
        ports = [port for lan in self.lans for port in lan if port[0] == node]
        order = {port: position for position, port in enumerate(_in_order(self.parts))}
        ports.sort(key=lambda port: order.get(port, len(order)))
        found = []
        for port in ports:
            address, prefix = self.book.own[port]
            found.append(Iface(iface_name(port[1]), mac_for(address), address, prefix))
        return tuple(found)

    def _silent_on(self, lan: tuple[Port, ...]) -> list[Host]:
        wanted = dict.fromkeys(
            peer for part in self.parts if (part.node, part.iface) in lan for peer in part.peers
        )
        return [self.silent[peer] for peer in wanted if peer in self.silent]

    def _clients(self, lan: tuple[Port, ...]) -> list[tuple[Host, list[Client]]]:
        """A host for each subnet of a LAN that has virtual addresses, which pings them all."""
        found: list[tuple[Host, list[Client]]] = []
        for address, vip in self.vips.items():
            if self._lan_of(address) is not lan:
                continue
            subnet = self._subnet(vip, lan)
            host = next((host for host, _ in found if host.ifaces[0].holds(address)), None)
            if host is None:
                own = self.book.free(address, subnet, last=True)
                host = Host(self.names.new("client"), (Iface("eth0", mac_for(own), own, subnet),))
                found.append((host, []))
            asked = next(clients for one, clients in found if one is host)
            asked.append(Client(self._client_name(host, vip), host.name, vip.name))
        return found

    def _client_name(self, host: Host, vip: Vip) -> str:
        return host.name if len(self.vips) == 1 else f"{host.name}-{vip.name}"

    def _subnet(self, vip: Vip, lan: tuple[Port, ...]) -> int:
        for port in lan:
            own, prefix = self.book.own[port]
            if network(own, prefix) == network(vip.address, prefix):
                return prefix
        return vip.prefix if vip.prefix <= NARROWEST else USUAL

    def _lan_of(self, address: IPv4) -> tuple[Port, ...] | None:
        for part in self.parts:
            if address in addresses_of(part):
                port = (part.node, dict(part.elsewhere).get(address, part.iface))
                return next(lan for lan in self.lans if port in lan)
        return None


def _in_order(parts: Iterable[Part]) -> Iterable[Port]:
    """Interfaces as the files name them: a node's first one is that of its first instance."""
    return dict.fromkeys((part.node, part.iface) for part in parts)


def _static(configs: Mapping[str, KeepalivedConfig]) -> dict[Port, tuple[IPv4, int]]:
    """Addresses of static_ipaddress with a prefix that leaves room for others, by interface."""
    found: dict[Port, tuple[IPv4, int]] = {}
    for node, config in configs.items():
        for one in config.static_ipaddress:
            if isinstance(one.address, IPv4) and one.dev and one.prefix <= NARROWEST:
                found.setdefault((node, one.dev), (one.address, one.prefix))
    return found


def _refuse_shared(told: dict[Port, IPv4], parts: Sequence[Part]) -> None:
    owners: dict[IPv4, Port] = {}
    places = {(part.node, part.iface): part for part in reversed(parts)}
    problems = []
    for port, address in told.items():
        other = owners.setdefault(address, port)
        part = places.get(port)
        if other != port and part is not None:
            problems.append(
                _problem(
                    part.place,
                    f"({part.instance}) {'.'.join(port)} has the address {address} of {'.'.join(other)}",
                    "each node its own mcast_src_ip or unicast_src_ip: was it copied with the file?",
                )
            )
    if problems:
        raise ScenarioError(problems)


def _some(words: list[str], most: int = 8) -> str:
    return ", ".join(words[:most]) + (f" and {len(words) - most} more" if len(words) > most else "")


def _duration(groups: Iterable[VrrpGroup], last: Time) -> Time:
    """Long enough for the last fault to be noticed, for second bursts, and for a return after a delay."""
    waits = [0]
    for group in groups:
        for member in group.members:
            written = dict(group.keepalived) | dict(member.keepalived)
            interval = written.get("advert_int", group.advert_interval)
            missed = written.get("down_timer_adverts", 3)
            down = master_down_interval(group.version_of(member), member.priority, interval, missed)
            waits.append(2 * down + written.get("preempt_delay", 0) + written.get("vrrp_startup_delay", 0))
    needed = last + max(waits) + 8 * SECOND
    return max(DURATION, -(-needed // SECOND) * SECOND)


def _placed(problem: Problem, making: _Making) -> Problem:
    """A problem of the scenario, at the place of the file that it comes from."""
    part = making.parts[0]
    match problem.where:
        case ("groups", int(index), _, "members", str(node), *_):
            part = next(one for one in making.clusters[index] if one.node == node)
        case ("groups", int(index), *_):
            part = making.clusters[index][0]
        case ("vips", str(name), *_):
            address = next(address for address, vip in making.vips.items() if vip.name == name)
            part = next(one for one in making.parts if address in addresses_of(one))
        case ("sync_groups", str(name), *_):
            held = next(sync.nodes for sync in making.sync if sync.name == name)
            part = next(one for one in making.parts if one.node in held and one.sync_group)
        case ("nodes", str(node), *_):
            part = next((one for one in making.parts if one.node == node), part)
    return _problem(part.place, f"({part.instance}) {problem.message}", problem.hint)
