"""One server of a replicated database: roles, its log, the words it hears and says."""

from __future__ import annotations

from vipsim.machines.postgresql.machine import (
    DatabaseServer,
)

__all__ = [
    "DatabaseServer",
]
