"""A few lines on what became of some configurations: who is who, what counts, what does not."""

from __future__ import annotations

from vipsim.scenario.keepalived.config import KeepalivedConfig
from vipsim.scenario.keepalived.families import NOT_SIMULATED
from vipsim.scenario.keepalived.keywords import Standing
from vipsim.scenario.keepalived.network import Imported
from vipsim.scenario.keepalived.places import printable
from vipsim.scenario.model import Scenario, VrrpGroup
from vipsim.units import format_duration

MEASURED = "2.2.7"
"""The version of keepalived whose behavior is simulated; docs/keepalived.md has the differences of others."""
_LONG = 12
"""Keywords that a line names."""
_MOST = 4
"""Statements that are quoted although nobody asked for the report."""
_SHOWN = 200
"""Letters of one."""


def summary(made: Imported, *, full: bool = False) -> str:
    """Text on an imported scenario, without a line end at its end; `full`: the lists follow anyway."""
    lines = [f"keepalived {MEASURED} as it was measured"]
    for node, config in made.configs:
        lines.append(f"  {node}: {config.files[0] if config.files else 'text'}: {_counts(config)}")
    lines += [f"  {line}" for group in made.scenario.groups for line in _group(made.scenario, group)]
    if not full:
        for standing in (Standing.APPROXIMATED, Standing.IGNORED, Standing.UNKNOWN):
            if words := _words(made, standing):
                lines.append(f"  {standing.value}: {words}")
        if any(one.standing is not Standing.MODELLED for _, config in made.configs for one in config.report):
            lines.append("  (--report tells why, with file and line)")
    warned = [str(one) for _, config in made.configs for one in config.warnings]
    if warned and not full:
        lines.append(f"  keepalived takes otherwise than written ({len(warned)}):")
        lines += [f"    {one[:_SHOWN]}" for one in warned[:_MOST]]
        if len(warned) > _MOST:
            lines.append(f"    and {len(warned) - _MOST} more (--report lists them)")
    lines += [f"  note: {note}" for note in made.notes]
    return "\n".join(map(printable, lines)) + "\n"


def _counts(config: KeepalivedConfig) -> str:
    counted = [(sum(one.standing is standing for one in config.report), standing) for standing in Standing]
    return ", ".join(f"{count} {standing.value}" for count, standing in counted if count)


def _words(made: Imported, standing: Standing) -> str:
    """The keywords of one standing, each once."""
    words = list(
        dict.fromkeys(
            "IPv6 addresses" if one.note.endswith(NOT_SIMULATED) else one.keyword
            for _, config in made.configs
            for one in config.report
            if one.standing is standing
        )
    )
    more = f" and {len(words) - _LONG} more" if len(words) > _LONG else ""
    return ", ".join(word[:40] for word in words[:_LONG]) + more


def _group(scenario: Scenario, group: object) -> list[str]:
    if not isinstance(group, VrrpGroup):
        return []
    addresses = {vip.name: f"{vip.name} {vip.address}" for vip in scenario.vips}
    shown = [addresses[name] for name in group.vips[:4]]
    more = f" and {len(group.vips) - 4} more" if len(group.vips) > 4 else ""
    interval = format_duration(group.advert_interval)
    members = ", ".join(f"{member.node} priority {member.priority}" for member in group.members)
    return [
        f"{group.name}: vrid {group.vrid}, version {group.version}, {interval}: {members}; "
        f"{', '.join(shown)}{more}"
    ]
