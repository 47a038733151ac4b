"""The document's heartbeat: the machine, its rules, the watch over the peer."""

from __future__ import annotations

from vipsim.machines.heartbeat.machine import (
    HeartbeatMachine,
    HeartbeatSettings,
)

__all__ = [
    "HeartbeatMachine",
    "HeartbeatSettings",
]
