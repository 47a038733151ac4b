"""The virtual routers of a trace as their daemons were configured, from the plain data in its header.

As everything that reads a header, it trusts nobody: what is missing or strange has keepalived's default.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from vipsim.errors import AddressError
from vipsim.trace.facts_reading import _mapping, _sequence, _time
from vipsim.units import MS, SECOND, Time
from vipsim.wire.addresses import IPv4

KEEPALIVED = "keepalived"


@dataclass(frozen=True, slots=True)
class Instance:
    """One router of one node: what its configuration says."""

    node: str
    machine: str
    """Name of its group, as in records."""
    title: str
    """Name of the vrrp_instance in the log."""
    profile: str
    vrid: int
    iface: str
    """Interface of the adverts, as ``node.iface``."""
    priority: int = 100
    version: int = 2
    interval: Time = SECOND
    """Its own advert interval in force, in ns."""
    preempt: bool = True
    sync_group: str = ""
    """Name of the vrrp_sync_group that it is in."""
    vips: tuple[str, ...] = ()
    excluded: frozenset[str] = frozenset()
    """Those of the `vips` that are in no advert."""
    addresses: frozenset[IPv4] = frozenset()
    """Addresses of its node: adverts from there are its own."""
    keywords: Mapping[str, Any] = field(default_factory=dict)

    def flag(self, name: str) -> bool:
        """Return a keyword that is on or off."""
        return self.keywords.get(name) is True

    def time(self, name: str) -> Time:
        """Return a keyword that is a duration, in ns; 0 if it is not given."""
        return _time(self.keywords.get(name))

    def word(self, name: str) -> str:
        """Return a keyword that is text; empty if it is not given."""
        value = self.keywords.get(name)
        return value if isinstance(value, str) else ""

    @property
    def answers_lower(self) -> bool:
        """Whether a master answers a lower priority with an advert."""
        return not (self.flag("lower_prio_no_advert") or self.flag("vrrp_strict"))

    @property
    def preempts(self) -> bool:
        """Whether it takes the address from a lower master; ``state MASTER`` clears ``nopreempt``."""
        return self.preempt or self.word("state") == "MASTER"

    @property
    def preempt_delay(self) -> Time:
        """In ns; ``state MASTER`` clears it."""
        return 0 if self.word("state") == "MASTER" else self.time("preempt_delay")

    @property
    def advertised(self) -> tuple[str, ...]:
        """Addresses that its adverts list: all but ``virtual_ipaddress_excluded``."""
        return tuple(vip for vip in self.vips if vip not in self.excluded)

    @property
    def tick(self) -> Time:
        """Unit of the interval in its adverts, in ns."""
        return SECOND if self.version == 2 else 10 * MS


def read_instances(header: Mapping[str, Any]) -> dict[tuple[str, str], Instance]:
    """Return every router of the scenario in a trace's header, by (node, machine)."""
    scenario = _mapping(header.get("scenario"))
    nodes = _mapping(scenario.get("nodes"))
    vips = read_vips(header)
    found: dict[tuple[str, str], Instance] = {}
    synced = {
        str(member): str(name)
        for name, body in _mapping(scenario.get("sync_groups")).items()
        for member in _sequence(_mapping(body).get("groups"))
    }
    for group in _sequence(scenario.get("groups")):
        body = _mapping(_mapping(group).get("vrrp"))
        for node, member in _mapping(body.get("members")).items():
            one = _read_member(body, str(node), _mapping(member), _mapping(nodes.get(node)), vips)
            group_name = synced.get(one.machine) or synced.get(str(one.vrid)) or ""
            found[one.node, one.machine] = replace(one, sync_group=group_name)
    return found


def _read_member(
    group: Mapping[str, Any],
    node: str,
    member: Mapping[str, Any],
    host: Mapping[str, Any],
    vips: Mapping[str, str],
) -> Instance:
    vrid = _int(group.get("vrid"), 0)
    name = str(group.get("name") or "")
    keywords = {**_mapping(group.get("keepalived")), **_mapping(member.get("keepalived"))}
    interval = _time(keywords.get("advert_int")) or _time(group.get("advert_interval"))
    version = _int(member.get("version"), _int(group.get("version"), 2))
    profile = str(member.get("profile") or group.get("profile") or "")
    interfaces = _mapping(host.get("interfaces")).values()
    return Instance(
        node=node,
        machine=name or f"vrrp {vrid}",
        title=name or f"VI_{vrid}",
        profile=profile,
        vrid=vrid,
        iface=f"{node}.{member.get('iface')}",
        priority=_int(member.get("priority"), 100),
        version=version,
        interval=_in_force(interval or SECOND, version, profile),
        preempt=member.get("preempt") is not False,
        vips=tuple(
            vips.get(str(vip), str(vip)) for vip in _sequence(member.get("vips") or group.get("vips"))
        ),
        excluded=frozenset(
            vips.get(str(vip), str(vip)) for vip in _sequence(keywords.get("virtual_ipaddress_excluded"))
        ),
        addresses=frozenset(_addresses(_mapping(one).get("address") for one in interfaces)),
        keywords=keywords,
    )


def reloaded(one: Instance, value: str, vips: Mapping[str, str]) -> Instance:
    """Return an instance after the fault ``reload`` with this value (``priority=90 51.advert_int=2s``).

    Parameters
    ----------
    one : Instance
        As it was.
    value : str
        Settings with spaces between them; some may be another instance's.
    vips : mapping
        Addresses by name.
    """
    keywords = dict(one.keywords)
    for setting in value.split():
        path, _, text = setting.partition("=")
        place, dot, key = path.rpartition(".")
        if dot and place not in (str(one.vrid), one.title):
            continue
        match key:
            case "vips":
                one = replace(one, vips=tuple(vips.get(name, name) for name in text.split(",")))
            case "version" if text.isdigit():
                one = replace(one, version=int(text))
            case "advert_int":
                one = replace(one, interval=_in_force(_time(text) or one.interval, one.version, one.profile))
            case "preempt":
                one = replace(one, preempt=text != "false")
            case _:
                keywords[key] = {"true": True, "false": False}.get(text, text)
    return replace(one, keywords=keywords)


def read_vips(header: Mapping[str, Any]) -> dict[str, str]:
    """Return the virtual addresses of the scenario in a trace's header, by name."""
    named = _mapping(_mapping(header.get("scenario")).get("vips"))
    return {str(name): str(text).partition("/")[0] for name, text in named.items()}


def _in_force(interval: Time, version: int, profile: str) -> Time:
    """The interval that keepalived runs at: whole seconds in version 2."""
    if version != 2 or profile != KEEPALIVED:
        return interval
    return max(1, (interval + SECOND // 2) // SECOND) * SECOND


def _addresses(texts: Iterable[Any]) -> Iterator[IPv4]:
    for text in texts:
        with suppress(AddressError):
            yield IPv4.parse(str(text).partition("/")[0])


def _int(value: Any, default: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else default


def is_own(address: IPv4, instance: Instance) -> bool:
    """Whether an advert from `address` is the instance's own."""
    return address in instance.addresses
