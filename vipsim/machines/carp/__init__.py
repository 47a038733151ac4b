"""CARP: the machine, what a profile says, adverts."""

from __future__ import annotations

from vipsim.machines.carp.machine import CarpMachine
from vipsim.machines.carp.rules import PROFILES, CaptureBuffer, CarpProfile, CarpSettings

__all__ = [
    "PROFILES",
    "CaptureBuffer",
    "CarpMachine",
    "CarpProfile",
    "CarpSettings",
]
