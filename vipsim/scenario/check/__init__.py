"""Does a scenario make sense? The one judge of the reader, the builders and the graphs."""

from __future__ import annotations

from vipsim.scenario.check.whole import (
    check,
    checked,
)

__all__ = [
    "check",
    "checked",
]
