"""Colors, looks and sizes of pictures, and text that is safe to draw: what needs no drawing library.

The colors are Okabe and Ito's, which people with any common color blindness can tell apart; what
matters is also told by a hatch, a marker or a word, so that a gray print still reads. Sizes are for a
slide of 13.33 inches (16:9) seen from the last row: no text below 12 points.

Names come from scenario files, so they are never read as a legend's hidden entry (``_``) or as control
characters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

BLACK = "#000000"
ORANGE = "#E69F00"
SKY = "#56B4E9"
GREEN = "#009E73"
YELLOW = "#F0E442"
BLUE = "#0072B2"
VERMILLION = "#D55E00"
PURPLE = "#CC79A7"
WHITE = "#FFFFFF"
GRAY = "#6B6B6B"
PALE = "#E4E4E4"

CURVES = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY)
"""Colors of curves in one picture, in order."""
DASHES: tuple[Any, ...] = ("-", "--", "-.", ":", (0, (8, 2, 2, 2, 2, 2)), (0, (1, 1)))
"""Line styles that go with `CURVES`."""

WIDTH = 13.33
"""Inches: the width of a slide."""
HEIGHT = 7.5
"""Inches: the height of a slide."""
DPI = 100
TITLE = 17.0
TEXT = 14.0
SMALL = 12.0
"""Points: the smallest text there is."""
THICK = 2.5
"""Points: lines that carry data."""


@dataclass(frozen=True, slots=True)
class Look:
    """How an area is told from its neighbors: by color, by hatch, and by the ink of its label."""

    color: str
    hatch: str = ""
    ink: str = BLACK
    line: str = ""
    """Color of its edge and hatch, if that matters."""


STOPPED, DOWN = "daemon stopped", "down"
"""A dead daemon on a living machine, and one whose machine is down."""
STATES = {
    "MASTER": Look(BLUE, "", WHITE),
    "BACKUP": Look("#CDE7F8", ""),
    "INIT": Look(WHITE, "..."),
    "FAULT": Look("#F3B58B", "xx"),
    STOPPED: Look("#F7F7F7", "\\\\"),
    DOWN: Look(PALE, "//"),
}
"""Looks of a daemon's states; the last two are none: the process is dead, perhaps with its machine."""
FROZEN = "--"
"""Hatch over the state of a process that stands still."""
OWNER = Look(ORANGE)
SILENCE = Look(VERMILLION, "", WHITE, VERMILLION)
ANNOUNCEMENT = Look(YELLOW)

PHASES = {
    "before": Look(PALE, ""),
    "detection": Look(ORANGE, ""),
    "election": Look(BLUE, "//", WHITE),
    "announcement": Look(PURPLE, "..."),
    "repair": Look("#7FCDB5", "\\\\"),
}
"""Looks of the parts of a blackout, in their order."""
APART = Look("#A6A6A6", "xx")
"""Silence that is part of no failover."""


def tint(color: str, share: float) -> str:
    """Mix `share` of a color with white."""
    parts = (int(color[index : index + 2], 16) for index in (1, 3, 5))
    return "#" + "".join(f"{round(255 + (part - 255) * share):02X}" for part in parts)


def plain(text: str, limit: int = 200) -> str:
    """Text that is safe to draw: printable, on one line, not hidden from a legend, not endless."""
    shown = "".join(c if c.isprintable() else "?" for c in text)
    if len(shown) > limit:
        shown = shown[: limit - 1] + "…"
    return " " + shown if shown.startswith("_") else shown


def plain_lines(text: str) -> str:
    """Return text of several lines that is safe to draw as a label of an axis."""
    return "\n".join(plain(line, 34) for line in text.split("\n"))


def estimated_inches(text: str, size: float = SMALL) -> float:
    """About how wide a text is in inches in any sans-serif font: rather too wide than too narrow.

    It is for pages whose fonts nobody knows before they are shown; pictures measure theirs.
    """
    return sum(_em(character) for character in text) * size / 72


def _em(character: str) -> float:
    """Width of a character in units of the font's size; what is beyond Latin may be a full square."""
    if character in " .,:;'|!iljtIf()[]":
        return 0.36
    if character in "mwMW@%" or character.isupper():
        return 0.86
    return 0.6 if ord(character) < 0x0370 else 1.05
