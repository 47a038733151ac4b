"""Writes docs/machines.md from the machines' data: ``python -m tests.docs.machines > docs/machines.md``."""

from __future__ import annotations

from dataclasses import fields
from enum import Enum

from vipsim.machines.bridge import Bridge
from vipsim.machines.carp import PROFILES as CARP_PROFILES
from vipsim.machines.carp import CaptureBuffer, CarpMachine, CarpProfile
from vipsim.machines.habits import Habits
from vipsim.machines.heartbeat import HeartbeatMachine
from vipsim.machines.neighbor import PROFILES as NEIGHBORS
from vipsim.machines.neighbor import NeighborCache
from vipsim.machines.neighbor.profile import SYSCTLS
from vipsim.machines.postgresql import DatabaseServer
from vipsim.machines.vrrp import VrrpMachine
from vipsim.machines.vrrp.keywords import Keywords
from vipsim.machines.vrrp.profiles import PROFILES, VrrpProfile
from vipsim.machines.vrrp.rules import VERSIONS
from vipsim.units import format_duration

MACHINES = (
    ("Heartbeat", HeartbeatMachine),
    ("VRRP", VrrpMachine),
    ("CARP", CarpMachine),
    ("Neighbor cache, one entry", NeighborCache),
    ("Learning switch, one address and one port", Bridge),
    ("Database server", DatabaseServer),
)


def diagram(transitions: frozenset[tuple[Enum, Enum]]) -> list[str]:
    """A Mermaid state diagram, in the order of the enum; a machine of several parts has one enum for each."""
    kinds = sorted({type(old) for old, _ in transitions}, key=lambda kind: kind.__name__)
    order = [state for kind in kinds for state in kind]
    arrows = sorted((order.index(old), order.index(new)) for old, new in transitions)
    lines = [f"    {order[old].value} --> {order[new].value}" for old, new in arrows]
    return ["```mermaid", "stateDiagram-v2", *lines, "```"]


def linux_profiles() -> list[str]:
    """Linux's sysctls with their defaults, and what the other Linux profiles change."""
    linux = NEIGHBORS["linux"]
    lines = [
        "",
        "The Linux profiles follow the chart above; a person (netlink) may set any state besides. Any of",
        "these sysctls can be set for a host. `net.ipv4.conf.all` joins with the interface's own value.",
        "",
        "| sysctl | default | joins by |",
        "| --- | --- | --- |",
    ]
    for key, known in SYSCTLS.items():
        lines.append(f"| `{key}` | {getattr(linux, known.field) // known.unit} | {known.joins or '-'} |")
    lines.append("")
    for name, profile in NEIGHBORS.items():
        if profile.rules == "linux" and profile is not linux:
            changes = [
                f"`{key}` {getattr(profile, known.field)}"
                for key, known in SYSCTLS.items()
                if getattr(profile, known.field) != getattr(linux, known.field)
            ]
            lines.append(f"`{name}`: {', '.join(changes)}.")
    return lines


def vrrp_profiles() -> list[str]:
    """The rules of each profile, and the keywords that one of them is told."""
    lines = [
        "| rule | " + " | ".join(f"`{name}`" for name in PROFILES) + " |",
        "| --- |" + " --- |" * len(PROFILES),
    ]
    for field in fields(VrrpProfile):
        if field.name != "name":
            values = [_shown(getattr(rules, field.name)) for rules in PROFILES.values()]
            lines.append(f"| `{field.name}` | " + " | ".join(values) + " |")
    lines += [
        "",
        "`keepalived` is told more by the keywords of keepalived.conf(5); their defaults:",
        "",
        "| keyword | default |",
        "| --- | --- |",
    ]
    defaults = Keywords()
    return lines + [f"| `{one.name}` | {_shown(getattr(defaults, one.name))} |" for one in fields(Keywords)]


def carp_profiles() -> list[str]:
    """The rules of each implementation."""
    return [
        "| rule | " + " | ".join(f"`{name}`" for name in CARP_PROFILES) + " |",
        "| --- |" + " --- |" * len(CARP_PROFILES),
        *(
            f"| `{one.name}` | "
            + " | ".join(_shown(getattr(rules, one.name)) for rules in CARP_PROFILES.values())
            + " |"
            for one in fields(CarpProfile)
            if one.name != "name"
        ),
    ]


def _shown(value: object) -> str:
    if isinstance(value, CaptureBuffer):
        return f"in blocks closed every {format_duration(value.retire)}"
    if isinstance(value, Habits):
        return ", ".join(one.name for one in fields(Habits) if getattr(value, one.name)) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "none"
    if isinstance(value, int) and value > 1_000_000:
        return format_duration(value)
    return str(value or "none") if not isinstance(value, int) else str(value)


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
            *diagram(getattr(machine, "chart", machine.transitions)),
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
        "The address is at the interface's own MAC, as the source document and keepalived (unless",
        "`use_vmac` is set) have it, not at the virtual one of RFC 3768 section 7.3: clients must learn the",
        "new MAC from the announcement, and the owner answers pings to the address.",
        "",
        *vrrp_profiles(),
        "",
        "## CARP profiles",
        "",
        *carp_profiles(),
    ]
    lines += [
        "",
        "## Neighbor profiles",
        "",
        "| profile | life of an entry | requests | waiting packets |",
        "| --- | --- | --- | --- |",
    ]
    for name, cache in NEIGHBORS.items():
        if cache.rules == "rfc826":
            life = format_duration(cache.life) if cache.life else "for ever"
            asks = f"{cache.solicitations}, {format_duration(cache.retransmit)} apart"
            lines.append(f"| `{name}` | {life} | {asks} | {cache.queue_limit} |")
    lines += [*linux_profiles()]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(page(), end="")
