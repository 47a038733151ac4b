"""VRRP: the machine, what a version and a profile say, adverts."""

from __future__ import annotations

from vipsim.machines.vrrp.machine import (
    PROFILES,
    VrrpMachine,
    VrrpSettings,
)

__all__ = [
    "PROFILES",
    "VrrpMachine",
    "VrrpSettings",
]
