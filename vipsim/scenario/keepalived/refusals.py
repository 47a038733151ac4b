"""Configurations with which keepalived 2.2.7 ends as soon as it has read them."""

from __future__ import annotations

from vipsim.scenario.keepalived.config import KeepalivedConfig, VrrpInstance
from vipsim.scenario.keepalived.places import Findings, Place


def refuse(config: KeepalivedConfig, findings: Findings) -> None:
    """Note as an error what the daemon would not run."""
    used: dict[tuple[object, ...], VrrpInstance] = {}
    for one in config.instances:
        place = one.place or Place(one.name, 1)
        if not one.virtual_router_id.value:
            findings.problem(
                place,
                f"({one.name}) there is no virtual_router_id: keepalived ends here",
                "write virtual_router_id and a number from 1 to 255, the same on all nodes",
            )
        if not one.interface.value and one.source.value is None:
            findings.problem(
                place,
                f"({one.name}) there is no interface: keepalived ends here",
                "write interface NAME (only unicast with unicast_src_ip does without)",
            )
        if not one.virtual_ipaddress and (one.version.value == 3 or one.strict_mode.value):
            mode = "VRRP version 3" if one.version.value == 3 else "strict mode"
            findings.problem(
                place,
                f"({one.name}) there is no virtual_ipaddress, which {mode} needs: keepalived ends here",
                "write virtual_ipaddress { ADDRESS/PREFIX }, each address on a line of its own",
            )
        elif not one.virtual_ipaddress:
            findings.warn(place, f"({one.name}) there is no virtual_ipaddress: nothing moves with it")
        _clash(one, used, findings)


def _clash(one: VrrpInstance, used: dict[tuple[object, ...], VrrpInstance], findings: Findings) -> None:
    """The same id twice on an interface; different peers or groups keep instances apart."""
    group = frozenset(str(peer.address) for peer in one.unicast_peer) or str(one.mcast_dst_ip.value)
    key = (one.interface.value, one.virtual_router_id.value, one.ipv6, group)
    other = used.setdefault(key, one)
    if other is not one and one.virtual_router_id.value:
        findings.problem(
            one.virtual_router_id.place or one.place or Place(one.name, 1),
            f"({one.name}) virtual_router_id {one.virtual_router_id.value} is used by {other.name} on "
            f"{one.interface.value or 'the same peers'} already: keepalived ends here",
            "give one of them another id",
        )
