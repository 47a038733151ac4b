"""Held against recordings of real kernels: rows of the oracle's format, replayed on the simulated parts.

`validate_files` reads JSON lines, replays each row and reports what was checked, what failed and what was
left out and why. ``vipsim validate neighbor`` is its door.
"""

from vipsim.validate.report import Report, validate_files

__all__ = ["Report", "validate_files"]
