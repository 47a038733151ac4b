"""Does a scenario make sense? The one judge of the reader, the builders and the graphs.

`check` returns every contradiction with its place in the data; `checked` refuses a scenario that has any.
"""

from __future__ import annotations

from contextlib import suppress

from vipsim.errors import Problem, ScenarioError
from vipsim.scenario.check.clients import check_clients
from vipsim.scenario.check.faults import check_faults
from vipsim.scenario.check.findings import Damage, Enough, Findings
from vipsim.scenario.check.groups import check_groups
from vipsim.scenario.check.network import check_links, check_nodes, check_vips
from vipsim.scenario.check.sync import check_sync_groups
from vipsim.scenario.fields import TITLE, shown
from vipsim.scenario.model import Scenario
from vipsim.units import SECOND, format_duration

MAX_NODES = 5_000
MAX_DURATION = 3650 * 86400 * SECOND
_LIMITS = {
    "nodes": MAX_NODES,
    "links": 10_000,
    "vips": 1_000,
    "groups": 500,
    "sync_groups": 250,
    "clients": 20_000,
    "faults": 2_000,
}


PARTS = (
    check_nodes,
    check_links,
    check_vips,
    check_groups,
    check_sync_groups,
    check_clients,
    check_faults,
)
"""What is judged, in the order of the data."""


def check(scenario: Scenario, damage: Damage | None = None) -> list[Problem]:
    """Return what contradicts itself in a scenario, in the order of the data.

    Parameters
    ----------
    scenario : Scenario
        What to judge.
    damage : Damage, optional
        Parts that a reader left out because they were malformed already.
    """
    findings = Findings(scenario, damage or Damage())
    _check_limits(findings)
    if findings.problems:  # what is too large is not searched for details
        return findings.problems
    with suppress(Enough):
        for part in PARTS:
            part(findings)
    return findings.problems


def checked(scenario: Scenario) -> Scenario:
    """Return the scenario, or refuse it with everything that contradicts itself."""
    problems = check(scenario)
    if problems:
        raise ScenarioError(problems)
    return scenario


def _check_limits(findings: Findings) -> None:
    scenario = findings.scenario
    if not TITLE.fullmatch(scenario.name):
        findings.add(
            ("name",),
            f"{shown(scenario.name)} is no scenario name",
            "allowed: letters, digits, spaces, . - and _",
        )
    if not 0 < scenario.duration <= MAX_DURATION:
        findings.add(
            ("duration",), f"{format_duration(scenario.duration)} is out of range", "allowed: 1us to 3650d"
        )
    if scenario.phase is not None and not 0 <= scenario.phase < 1:
        findings.add(("phase",), f"{scenario.phase} is no phase", "allowed: a number from 0 to below 1")
    if not scenario.nodes and not findings.damage.touches("nodes"):
        findings.add(("nodes",), "there are no nodes", "write at least one host")
    for section, most in _LIMITS.items():
        count = len(getattr(scenario, section))
        if count > most:
            findings.add((section,), f"{count} {section} are too many", f"allowed: at most {most}")
