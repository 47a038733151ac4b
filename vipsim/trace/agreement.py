"""What the members of a virtual router must agree on, and whether a scenario's do.

Two routers whose settings differ do not hear each other: both are masters, and one of them may be mute. That
is a correct run of a wrong configuration. It is read from the scenario in the trace's header and from what
reloads changed, never from what the model says of itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

KEYWORDS = ("advert_int", "auth_type", "auth_pass", "virtual_ipaddress_excluded")
"""Keywords of keepalived that all members must have alike; the interval in version 2 only."""
WITHOUT_PSEUDO_HEADER = "rfc9568"
"""The profile whose checksum in version 3 fits nobody else's (RFC 9568 section 5.2.8)."""


def disagreement(group: Mapping[str, Any]) -> tuple[str, ...]:
    """Names of the settings in which the members of a ``vrrp`` group differ though they must not."""
    found: dict[str, set[str]] = {}
    members = _mapping(group.get("members")).values()
    for member in map(_mapping, members):
        for name, value in _settings(group, member).items():
            found.setdefault(name, set()).add(value)
    return tuple(name for name, values in found.items() if len(values) > 1)


def _settings(group: Mapping[str, Any], member: Mapping[str, Any]) -> dict[str, str]:
    words = {**_mapping(group.get("keepalived")), **_mapping(member.get("keepalived"))}
    version = member.get("version", group.get("version"))
    profile = member.get("profile", group.get("profile"))
    vips = member.get("vips") or group.get("vips") or ()
    settings = {
        "version": str(version),
        "vips": " ".join(sorted(map(str, vips))) if isinstance(vips, Sequence) else str(vips),
        "unicast_peer": str(bool(words.get("unicast_peer"))),
    }
    if version == 3:
        settings["profile"] = str(profile == WITHOUT_PSEUDO_HEADER)
    for name in KEYWORDS:
        if name != "advert_int" or version == 2:
            default = group.get("advert_interval", "") if name == "advert_int" else ""
            settings[name] = str(words.get(name, default))
    return settings


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
