"""Which sysctls a row may set: those that the model obeys, and those that make no difference to it."""

from __future__ import annotations

from vipsim.machines.neighbor.profile import SYSCTLS
from vipsim.validate.fields import Fields, SkipRow, shown

IDLE: dict[str, int] = {
    "forwarding": 0,
    "shared_media": 1,
    "proxy_arp": 0,
    "proxy_arp_pvlan": 0,
    "log_martians": 0,
    "accept_redirects": 1,
    "send_redirects": 1,
    "secure_redirects": 1,
    "accept_source_route": 1,
    "ignore_routes_with_linkdown": 0,
    "anycast_delay": 100,
    "proxy_delay": 80,
    "proxy_qlen": 64,
    "interval_probe_time_ms": 5000,
    "gc_interval": 30,
    "gc_thresh2": 512,
    "gc_thresh3": 1024,
    "ip_forward": 0,
    "ip_nonlocal_bind": 0,
}
"""Known sysctls that the bench does not obey, with their defaults: any other value is not modelled."""
HARMLESS = frozenset(
    {
        "shared_media", "log_martians", "accept_redirects", "send_redirects", "secure_redirects",
        "accept_source_route", "forwarding", "ip_forward", "anycast_delay", "proxy_delay", "proxy_qlen",
        "interval_probe_time_ms", "gc_interval", "gc_thresh2", "gc_thresh3",
    }
)  # fmt: skip
"""Those that change nothing about ARP on one host that nothing is routed through."""


WHOLE_TABLE = "gc_thresh1"
"""Of ``neigh.default`` this concerns every interface, the others interfaces to come."""


def check_sysctl(action: Fields, key: str, value: int, devices: list[str]) -> bool:
    """Whether the model has to be told of a sysctl.

    Raises
    ------
    RowError
        If there is no such sysctl or interface.
    SkipRow
        If the value asks for what is not modelled.
    """
    parts = key.split(".")
    if parts[:2] == ["net", "ipv6"]:
        return False  # settings of the rig: nothing of IPv6 touches ARP
    per_device = len(parts) == 5 and parts[2] in ("conf", "neigh")
    if parts[:2] != ["net", "ipv4"] or not (per_device or len(parts) in (3, 5)):
        action.wrong("key", f"{shown(key)} is no sysctl of IPv4", "write such as net.ipv4.conf.h0.arp_accept")
    if per_device and parts[3] not in (*devices, "all", "default"):
        action.wrong("key", f"there is no interface {shown(parts[3])}", f"use one of {', '.join(devices)}")
    name = parts[-1]
    if name in SYSCTLS:
        if value < 0:
            action.wrong("value", f"{value} is less than nothing", "write a whole number from 0 up")
        return parts[3] != "default" or name == WHOLE_TABLE if per_device else True
    if name not in IDLE:
        known = ", ".join(sorted({*SYSCTLS, *IDLE}))
        action.wrong("key", f"there is no sysctl {shown(name)}", f"use one of {known}")
    if value != IDLE[name] and name not in HARMLESS:
        raise SkipRow(f"the sysctl {name} is not modelled")
    return False
