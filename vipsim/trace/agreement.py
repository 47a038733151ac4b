"""What the members of a virtual router must agree on, and whether a scenario's do.

Two routers whose settings differ do not hear each other: both are masters, and one of them may be mute. That
is a correct run of a wrong configuration. It is read from the scenario in the trace's header and from what
reloads changed, never from what the model says of itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vipsim.trace.facts import Facts

KEYWORDS = ("advert_int", "auth_type", "auth_pass", "virtual_ipaddress_excluded")
"""Keywords of keepalived that all members must have alike."""
OF_VERSION_2 = frozenset({"advert_int", "auth_type", "auth_pass"})
"""Those of them that count in version 2 only: version 3 learns the interval from the master (RFC 5798 section
6.1), and has no authentication (section 9)."""
WITHOUT_PSEUDO_HEADER = "rfc9568"
"""The profile whose checksum in version 3 fits nobody else's (RFC 9568 section 5.2.8)."""


def disagreement(group: Mapping[str, Any]) -> tuple[str, ...]:
    """Names of the settings in which the members of a ``vrrp`` group differ though they must not."""
    found: dict[str, set[str]] = {}
    members = _mapping(group.get("members")).values()
    for member in map(_mapping, members):
        for name, value in _settings(group, member).items():
            found.setdefault(name, set()).add(value)
    names = [name for name, values in found.items() if len(values) > 1]
    if "unicast_peer" not in names and unheard(group):
        names.append("unicast_peer")
    return tuple(names)


def unheard(group: Mapping[str, Any]) -> frozenset[tuple[str, str]]:
    """Pairs (listener, speaker) of members: the speaker sends to its unicast peers only, not to this one."""
    members = _mapping(group.get("members"))
    found = set()
    for speaker, body in members.items():
        words = {**_mapping(group.get("keepalived")), **_mapping(_mapping(body).get("keepalived"))}
        peers = words.get("unicast_peer")
        if isinstance(peers, Sequence) and peers:
            named = set(map(str, peers))
            found |= {(str(one), str(speaker)) for one in members if one != speaker and str(one) not in named}
    return frozenset(found)


def rivals(groups: Iterable[tuple[str, Mapping[str, Any], frozenset[str]]]) -> dict[str, str]:
    """Return the addresses that several virtual routers move, each with a sentence on them.

    Parameters
    ----------
    groups : iterable
        Name, settings and addresses of each ``vrrp`` group.
    """
    movers: dict[str, list[str]] = {}
    for name, body, addresses in groups:
        nodes = " and ".join(map(str, _mapping(body.get("members"))))
        for address in addresses:
            movers.setdefault(address, []).append(f"{name} ({nodes}, virtual_router_id {body.get('vrid')})")
    return {
        address: f"{' and '.join(who)} both move {address}"
        for address, who in sorted(movers.items())
        if len(who) > 1
    }


def mistakes(facts: Facts) -> list[tuple[str, str]]:
    """Return what is configured wrong in a scenario: (group or address, sentence)."""
    found = list(facts.rivals.items())
    for machine, names in facts.disagreeing.items():
        deaf = " and ".join(
            f"{speaker} does not send to {listener}" for listener, speaker in sorted(facts.unheard[machine])
        )
        more = f" ({deaf})" if deaf else ""
        text = f"{machine} differs in {', '.join(names)}, which its nodes must have alike{more}"
        found.append((machine, text))
    return found


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
        if name not in OF_VERSION_2 or version == 2:
            default = group.get("advert_interval", "") if name == "advert_int" else ""
            settings[name] = str(words.get(name, default))
    return settings


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
