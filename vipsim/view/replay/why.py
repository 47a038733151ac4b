"""A reason: why something was sent or done."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Why:
    """A text that many may share, and the number of the frame it speaks of (-1: of none).

    ``{of}`` in the text stands for the time at which that frame was sent, ``{since}`` for how long ago
    that was.
    """

    text: str
    of: int = -1
