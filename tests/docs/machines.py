"""Writes docs/machines.md from the machines' data: ``python -m tests.docs.machines > docs/machines.md``."""

from __future__ import annotations

from enum import Enum

from vipsim.machines.bridge import Bridge
from vipsim.machines.heartbeat import HeartbeatMachine
from vipsim.machines.neighbor import PROFILES as NEIGHBORS
from vipsim.machines.neighbor import NeighborCache
from vipsim.machines.vrrp import VrrpMachine
from vipsim.machines.vrrp_rules import PROFILES, VERSIONS
from vipsim.units import format_duration

MACHINES = (
    ("Heartbeat", HeartbeatMachine),
    ("VRRP", VrrpMachine),
    ("Neighbor cache, one entry", NeighborCache),
    ("Learning switch, one address", Bridge),
)
RFC_PROFILES = ("rfc3768", "rfc5798", "rfc9568")


def diagram(transitions: frozenset[tuple[Enum, Enum]]) -> list[str]:
    """A Mermaid state diagram, in the order of the enum."""
    order = list(type(next(iter(transitions))[0]))
    arrows = sorted((order.index(old), order.index(new)) for old, new in transitions)
    lines = [f"    {order[old].value} --> {order[new].value}" for old, new in arrows]
    return ["```mermaid", "stateDiagram-v2", *lines, "```"]


def page() -> str:
    """The whole page."""
    lines = [
        "# The machines",
        "",
        "Made from the data that drive the code: `python -m tests.docs.machines > docs/machines.md`. A test",
        "holds the page current. A transition that is not here raises `MachineError` at run time.",
    ]
    for title, machine in MACHINES:
        lines += [
            "",
            f"## {title}",
            "",
            f"`{machine.__module__}.{machine.__name__}`",
            "",
            *diagram(machine.transitions),
        ]
    lines += [
        "",
        "## VRRP versions",
        "",
        "| version | carries intervals of | learns the master's |",
        "| --- | --- | --- |",
    ]
    lines += [
        f"| {number} | {rules.range} | {'yes' if rules.learns_interval else 'no: another one is discarded'} |"
        for number, rules in VERSIONS.items()
    ]
    lines += [
        "",
        "## VRRP profiles",
        "",
        "Timers, election and acceptance are the RFCs'. The address is at the interface's own MAC, as the",
        "source document and keepalived (unless `use_vmac` is set) have it, not at the virtual one of RFC",
        "3768 section 7.3: clients must learn the new MAC from the announcement, and the owner answers pings",
        "to the address. keepalived's own rules (five announcements and five more, bursts after a heal) are",
        "not in these profiles.",
        "",
    ]
    lines += [
        "| profile | versions | hears a lower priority as master | announcements per address |",
        "| --- | --- | --- | --- |",
    ]
    for name in RFC_PROFILES:
        rules = PROFILES[name]
        hears = "answers with an advert" if rules.answers_lower_priority else "nothing"
        versions = ", ".join(map(str, rules.versions))
        lines.append(f"| `{name}` | {versions} | {hears} | {rules.announcements} |")
    lines += [
        "",
        "## Neighbor profiles",
        "",
        "| profile | life of an entry | requests | waiting packets |",
        "| --- | --- | --- | --- |",
    ]
    for name in ("rfc826", "rfc826-60s"):
        cache = NEIGHBORS[name]
        life = format_duration(cache.life) if cache.life else "for ever"
        spacing = format_duration(cache.retransmit)
        lines.append(f"| `{name}` | {life} | {cache.solicitations}, {spacing} apart | {cache.queue_limit} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(page(), end="")
