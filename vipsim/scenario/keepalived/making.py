"""A scenario while it is made of configurations: addresses, then groups, then the network around them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from vipsim.scenario.fields import mac_for
from vipsim.scenario.keepalived.addresses import NARROWEST, USUAL, Book, assign, network, told_addresses
from vipsim.scenario.keepalived.config import KeepalivedConfig
from vipsim.scenario.keepalived.groups import Cluster, addresses_of, joined, titles, virtual_router
from vipsim.scenario.keepalived.names import Names, iface_name
from vipsim.scenario.keepalived.refusing import refuse_shared
from vipsim.scenario.keepalived.scenario import Part
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
from vipsim.units import Time
from vipsim.wire.addresses import IPv4

_SPARE = IPv4.parse("10.201.0.0")
"""The first subnet for LANs that no virtual address lies in; each has 256 addresses."""


class Making:
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
        refuse_shared(told, self.parts)
        peers = {peer for part in self.parts for peer in part.peers}
        self.book.taken |= {*self.vips, *told.values(), *peers}
        for number, lan in enumerate(self.lans):
            spare = IPv4(int(_SPARE) + 256 * number)
            assign(lan, self.parts, told, static, self.book, spare)
        self._note_addresses()
        self._note_groups()
        self._widen_vips()

    def _note_groups(self) -> None:
        """A disagreement that the simulation does not show."""
        for cluster in self.clusters:
            groups = list(dict.fromkeys(str(part.group) for part in cluster if not part.peers))
            if len(groups) > 1:
                self.notes.append(
                    f"{cluster[0].instance} uses the groups {' and '.join(groups)}: the nodes would not hear "
                    "each other, but here every group is 224.0.0.18 (see vipsim lint)"
                )

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

    def scenario(self, title: str, duration: Time) -> Scenario:
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
            duration=duration,
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


def _some(words: list[str], most: int = 8) -> str:
    return ", ".join(words[:most]) + (f" and {len(words) - most} more" if len(words) > most else "")
