"""The learning switch: its table, its ports, spanning tree."""

from __future__ import annotations

from vipsim.machines.bridge.machine import (
    BAD_SOURCE,
    ISOLATED,
    NO_EXIT,
    NO_PORT,
    PAUSE_FRAME,
    RESERVED_GROUP,
    SAME_PORT,
    Bridge,
    is_station,
    not_forwarding,
)

__all__ = [
    "BAD_SOURCE",
    "Bridge",
    "ISOLATED",
    "NO_EXIT",
    "NO_PORT",
    "PAUSE_FRAME",
    "RESERVED_GROUP",
    "SAME_PORT",
    "is_station",
    "not_forwarding",
]
