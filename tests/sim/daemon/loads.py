"""The recorded laboratory's scenarios with hosts under a load."""

from __future__ import annotations

from typing import Any

from tests.sim.truth import AT, rows, scenario
from vipsim.scenario.data import from_data, to_data
from vipsim.scenario.model import Scenario
from vipsim.units import SECOND

__all__ = ["AT", "loaded", "recorded", "sent"]


def loaded(scenario: Scenario, load: str) -> Scenario:
    """The same scenario, with every host under `load`."""
    data = to_data(scenario)
    for node in data["nodes"].values():
        if node["kind"] != "switch":
            node["lateness"] = load
    return from_data(data)


def recorded(experiment: str, load: str, trial: int = 0, *more: dict[str, Any], **changes: Any) -> Scenario:
    """A recorded trial's scenario under `load`."""
    return loaded(scenario(rows(experiment)[trial], *more, **changes), load)


def sent(trace: Any, kind: str, node: str, begin: float = AT) -> list[float]:
    """When a node sent something, in s relative to the fault."""
    return [
        record.time / SECOND - begin
        for record in trace.select(kind)
        if record.node == node and record.time >= begin * SECOND
    ]
