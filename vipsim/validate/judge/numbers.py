"""How many frames of each kind a row has, and whether the runs mostly have as many.

`vipsim.validate.judge.frames` asks whether *some* run agrees with the recording. A model that is right in one
run of ten would pass: so it is asked here how often it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from vipsim.validate.judge.frames import Frames, frames
from vipsim.validate.judge.noise import DRIFT_S
from vipsim.validate.judge.outcomes import Outcome

QUESTION = "as many frames as mostly"
OFTEN = 0.25
"""Share of the runs from which on a number is one that many have."""

Row = dict[str, Any]


def as_many(row: Row, runs: Sequence[Row], blur: float) -> dict[str, Outcome]:
    """Tell whether the recording, and how many runs, have the numbers of frames that most runs have.

    Parameters
    ----------
    row, runs : dict and sequence of dict
        The recorded row and its simulated ones.
    blur : float
        Seconds that a recorded time may be off; frames are counted to where nothing lies so near the end.
    """
    if str(row.get("fault", "")).endswith("cont"):
        return {}  # one advert or burst more or less is the recording's own doubt (truth/README)
    every = [frames(one) for one in (row, *runs)]
    names = [name for name in dict.fromkeys(name for one in every for name in one) if _is_told(name, row)]
    ends = {name: _end([one[name] for one in every if name in one], blur) for name in names}
    numbers = [tuple(_number(one.get(name), ends[name]) for name in names) for one in every]
    usual, hits = _usual(Counter(numbers[1:]))
    return {QUESTION: Outcome(numbers[0] == usual, hits, len(runs))} if any(ends.values()) else {}


def _usual(counted: Counter[tuple[int, ...]]) -> tuple[tuple[int, ...], int]:
    """Return the largest of the numbers that many runs have, and how many do.

    Not the commonest one: which of two equally common ones that is would change from row to row.
    """
    often = [one for one, times in counted.items() if times >= OFTEN * counted.total()]
    usual = max(often) if often else counted.most_common(1)[0][0]
    return usual, counted[usual]


def _is_told(name: str, row: Row) -> bool:
    return name != "garp_answered_by_old" or name in row


def _end(lists: Sequence[Frames], blur: float) -> float:
    """Return the latest time (s) that all lists reach and that no frame of any of them is near; 0: none."""
    end = min(one.until for one in lists)
    for time in sorted((time for one in lists for time in one.times), reverse=True):
        near = blur + DRIFT_S * max(len(one.times) for one in lists)
        if time < end - near:
            break
        end = min(end, time - near)
    return max(0.0, end)


def _number(one: Frames | None, end: float) -> int:
    times: Iterable[float] = one.times if one is not None else ()
    return sum(0 <= time < end for time in times)
