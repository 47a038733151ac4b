"""From the file format's models to the frozen data of `vipsim.scenario.model`.

It never refuses: an end that names nothing stays as written, for `vipsim.scenario.check` to find.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from vipsim.machines.vrrp.keywords import TRACKS
from vipsim.machines.vrrp.profiles import default_profile
from vipsim.scenario.build_nodes import build_node
from vipsim.scenario.format import EVENTS, CarpFile, GroupFile, HeartbeatFile, ScenarioFile, VrrpFile
from vipsim.scenario.format.carp import CarpMemberFile
from vipsim.scenario.format.clients import ClientFile
from vipsim.scenario.format.file import MemberFile
from vipsim.scenario.format.keepalived import KeepalivedFile
from vipsim.scenario.format.nodes import LinkFile
from vipsim.scenario.format.values import given as _given
from vipsim.scenario.model import (
    After,
    At,
    CarpGroup,
    CarpMember,
    Client,
    DnsOptions,
    End,
    Fault,
    FaultWord,
    Group,
    HeartbeatGroup,
    HeartbeatMember,
    Host,
    Link,
    Node,
    PoolOptions,
    Scenario,
    Start,
    SyncGroup,
    TcpOptions,
    Vip,
    VrrpGroup,
    VrrpMember,
)
from vipsim.scenario.model.scenario import Written


def build(file: ScenarioFile) -> Scenario:
    """Make the scenario that a file describes."""
    nodes = tuple(build_node(name, node) for name, node in file.nodes.items())
    given: dict[str, Any] = {
        key: getattr(file, key) for key in ("description", "phase") if key in file.model_fields_set
    }
    if "start" in file.model_fields_set:
        given["start"] = Start(file.start)
    return Scenario(
        name=file.name,
        duration=file.duration,
        nodes=nodes,
        links=_links(file.links or [], nodes),
        vips=tuple(Vip(name, *address) for name, address in (file.vips or {}).items()),
        groups=tuple(_group(group, nodes) for group in file.groups or []),
        clients=tuple(_client(name, client) for name, client in (file.clients or {}).items()),
        faults=tuple(_fault(fault) for fault in file.faults or []),
        sync_groups=tuple(
            SyncGroup(
                name,
                tuple(f"vrrp {one}" if isinstance(one, int) else one for one in group.groups),
                tuple(group.nodes or ()),
                **_given(group, "sync_group_tracking_weight"),
            )
            for name, group in (file.sync_groups or {}).items()
        ),
        **given,
    )


def _links(files: Iterable[LinkFile], nodes: tuple[Node, ...]) -> tuple[Link, ...]:
    files = list(files)
    known = {node.name: node for node in nodes}
    written = {text.strip() for file in files for text in file.ends}
    counts: dict[str, int] = {}

    def end(text: str) -> End:
        node, _, port = text.strip().partition(".")
        if port or node not in known:
            return End(node, port)
        found = known[node]
        if isinstance(found, Host):
            return End(node, found.ifaces[0].name if len(found.ifaces) == 1 else "")
        while True:  # the next port whose name nobody wrote
            counts[node] = counts.get(node, 0) + 1
            if f"{node}.p{counts[node]}" not in written:
                return End(node, f"p{counts[node]}")

    return tuple(
        Link(end(file.ends[0]), end(file.ends[1]), **_given(file, "rate", "delay", "jitter", "loss"))
        for file in files
    )


def _only_iface(node: str, nodes: tuple[Node, ...]) -> str:
    for found in nodes:
        if found.name == node and isinstance(found, Host) and len(found.ifaces) == 1:
            return found.ifaces[0].name
    return ""


def _group(file: GroupFile, nodes: tuple[Node, ...]) -> Group:
    if "vrrp" in file.model_fields_set:
        return _vrrp(file.vrrp, nodes)
    if "carp" in file.model_fields_set:
        return _carp(file.carp, nodes)
    return _heartbeat(file.heartbeat, nodes)


def _vrrp(file: VrrpFile, nodes: tuple[Node, ...]) -> VrrpGroup:
    members = tuple(
        VrrpMember(
            node,
            member.iface or _only_iface(node, nodes),
            member.priority,
            keepalived=_keywords(member),
            vips=tuple(member.vips or ()),
            **_given(member, "preempt", "version", "profile", "virtual_mac"),
        )
        for node, member in file.members.items()
    )
    given = _given(file, "version", "advert_interval", "profile", "virtual_mac")
    given.setdefault("profile", default_profile(given.get("version", 2)))
    if "name" in file.model_fields_set:
        given["title"] = file.name
    return VrrpGroup(file.vrid, tuple(file.vips), members, keepalived=_keywords(file), **given)


def _carp(file: CarpFile, nodes: tuple[Node, ...]) -> CarpGroup:
    options = [key for key in CarpMemberFile.model_fields if key != "iface"]
    members = tuple(
        CarpMember(node, member.iface or _only_iface(node, nodes), **_given(member, *options))
        for node, member in file.members.items()
    )
    return CarpGroup(file.vhid, tuple(file.vips), members, **_given(file, "profile", "password"))


def _keywords(file: VrrpFile | MemberFile) -> Written:
    if "keepalived" not in file.model_fields_set:
        return ()
    found = _given(file.keepalived, *KeepalivedFile.model_fields)
    for name in ("unicast_peer", "virtual_ipaddress_excluded"):
        if name in found:
            found[name] = tuple(found[name])
    for name, kind in TRACKS.items():
        if name in found:
            found[name] = tuple(
                kind(target, **_given(part, *type(part).model_fields)) for target, part in found[name].items()
            )
    return tuple(sorted(found.items()))


def _heartbeat(file: HeartbeatFile, nodes: tuple[Node, ...]) -> HeartbeatGroup:
    def member(text: str) -> HeartbeatMember:
        node, _, iface = text.strip().partition(".")
        return HeartbeatMember(node, iface or _only_iface(node, nodes))

    return HeartbeatGroup(
        file.name,
        tuple(file.vips),
        member(file.primary),
        member(file.standby),
        **_given(file, "mode", "interval", "dead_count", "timeout", "probe", "takeover", "failback"),
    )


def _client(name: str, file: ClientFile) -> Client:
    options = {"tcp": TcpOptions, "dns": DnsOptions, "pool": PoolOptions}
    more = {
        key: kind(**_given(getattr(file, key), *type(getattr(file, key)).model_fields))
        for key, kind in options.items()
        if key in file.model_fields_set
    }
    given = _given(file, "probe", "over", "interval", "start", "measured", "confirm", "lazy")
    return Client(name, file.node or name, file.target, **given, **more)


def _fault(file: Any) -> Fault:
    word = next(word for word in FaultWord if word.value in file.model_fields_set)
    when: At | After
    if file.after is not None:
        event = next(event for event in EVENTS if event in file.after.model_fields_set)
        when = After(event, getattr(file.after, event), **_given(file.after, "plus", "since"))
    else:
        when = At(*file.at)
    duration = file.lasting if "lasting" in file.model_fields_set else None
    return Fault(word, getattr(file, word.value), when, duration=duration, **_given(file, "value", "every"))
