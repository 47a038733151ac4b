"""Lines that list addresses, peers and things to watch."""

from __future__ import annotations

from vipsim.scenario.keepalived.collect import Line
from vipsim.scenario.keepalived.config_parts import Address, Peer, Track
from vipsim.scenario.keepalived.forms import parse_ip, read
from vipsim.scenario.keepalived.places import Findings, shown
from vipsim.wire.addresses import IPv4

LIMITS = {
    "track_interface": 253,
    "track_script": 253,
    "track_file": 254,
    "track_process": 254,
    "track_bfd": 253,
}
"""Largest weight of each kind."""

_WITH_VALUE = ("brd", "broadcast", "scope", "label", "peer", "preferred_lft", "track_group")
_ALONE = ("home", "-nodad", "mngtmpaddr", "noprefixroute", "autojoin")


def address(line: Line, findings: Findings) -> Address | None:
    """``192.168.1.219/24 dev eth0 label eth0:1``; None if keepalived skips the line."""
    text, slash, after = line.words[0].partition("/")
    found = parse_ip(text)
    if found is None:
        findings.warn(line.place, f"{shown(line.words[0])} is not an IP address: keepalived skips it")
        return None
    longest = 32 if isinstance(found, IPv4) else 128
    prefix = longest
    if slash:
        reading = read(f"int 0 {longest}", (after,))
        if reading.value is None:
            findings.warn(
                line.place, f"prefix of {line.words[0]}: {reading.said}; keepalived takes /{longest}"
            )
        else:
            prefix = reading.value
    dev, options, flags = _options(line, findings)
    return Address(
        found, prefix, dev, options, "no_track" in flags, "use_vmac" in flags, line.place, bool(slash)
    )


def _options(line: Line, findings: Findings) -> tuple[str, tuple[str, ...], set[str]]:
    dev, options, flags = "", [], set()
    words = list(line.words[1:])
    while words:
        word = words.pop(0)
        if word in ("no_track", "use_vmac"):
            flags.add(word)
        elif word == "dev" or word in _WITH_VALUE:
            if not words:
                findings.warn(line.place, f"{word} has no value: keepalived ends here")
            elif word == "dev":
                dev = words.pop(0)
            else:
                options += [word, words.pop(0)]
        elif word in _ALONE:
            options.append(word)
        else:
            findings.warn(line.place, f"keepalived does not know {shown(word)} behind an address")
    return dev, tuple(options), flags


def peer(line: Line, findings: Findings) -> Peer | None:
    """``192.168.1.218 min_ttl 254``; None if keepalived skips the line."""
    found = parse_ip(line.words[0])
    if found is None:
        findings.warn(line.place, f"{shown(line.words[0])} is not an IP address: keepalived skips it")
        return None
    limits: dict[str, int | None] = {"min_ttl": None, "max_ttl": None}
    rest = list(line.words[1:])
    while rest:
        word = rest.pop(0)
        reading = read("int 0 255", (rest.pop(0),)) if word in limits and rest else None
        if reading is None or reading.value is None:
            said = reading.said if reading else f"{shown(word)} is not understood"
            findings.warn(line.place, f"peer {found}: {said}")
        else:
            limits[word] = reading.value
    return Peer(found, limits["min_ttl"], limits["max_ttl"], line.place)


def tracks(kind: str, lines: list[Line], findings: Findings, owner: str) -> tuple[Track, ...]:
    """``chk weight -20 reverse``, once each; weights that are not written are left to `effective`."""
    found: dict[str, Track] = {}
    for line in lines:
        track = _track(kind, line, findings, owner)
        if track.name in found:
            findings.warn(
                line.place, f"({owner}) {track.name} is watched already: keepalived ignores this line"
            )
        else:
            found[track.name] = track
    return tuple(found.values())


def _track(kind: str, line: Line, findings: Findings, owner: str) -> Track:
    name, *rest = line.words
    weight: int | None = None
    turned = ""
    if rest[:1] == ["weight"] and len(rest) > 1:
        limit = LIMITS[kind]
        reading = read(f"int {-limit} {limit}", (rest[1],))
        weight = reading.value
        if weight is None:
            findings.warn(line.place, f"({owner}) weight of {name}: {reading.said}; keepalived ignores it")
        rest = rest[2:]
    elif rest[:1] == ["weight"]:
        findings.warn(line.place, f"({owner}) weight of {name} has no value: keepalived ignores it")
        rest = rest[1:]
    for word in rest:
        if word in ("reverse", "noreverse", "no_reverse"):
            turned = "reverse" if word == "reverse" else "noreverse"
        else:
            findings.warn(line.place, f"({owner}) keepalived does not know {shown(word)} behind {name}")
    return Track(name, weight or 0, turned == "reverse", line.place, weight, turned)
