"""The file format of a scenario, as pydantic models. Only the reader imports it."""

from __future__ import annotations

from vipsim.scenario.format.carp import CarpFile
from vipsim.scenario.format.file import (
    EVENTS,
    GroupFile,
    HeartbeatFile,
    ScenarioFile,
    VrrpFile,
)

__all__ = [
    "EVENTS",
    "CarpFile",
    "GroupFile",
    "HeartbeatFile",
    "ScenarioFile",
    "VrrpFile",
]
