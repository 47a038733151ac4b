"""Which seeds a study runs: a number, a range, any sequence, or text such as ``400..1000``.

The number n means the seeds 1 to n, and text means both its ends, so that a study of 1000 seeds that
ended after 399 goes on with ``--seeds 400..1000``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from vipsim.errors import VipsimError

MOST_SEEDS = 1_000_000
_PART = re.compile(r"\s*([0-9]{1,15})\s*(?:\.\.\s*([0-9]{1,15})\s*)?")


def parse_seeds(text: str) -> tuple[int, ...]:
    """Return the seeds that a text means, each once.

    Parameters
    ----------
    text : str
        ``100`` (1 to 100), ``400..1000`` (both included), or several with commas (``7, 9..12``; a
        number beside others is one seed).

    Raises
    ------
    VipsimError
        If it cannot be read, with the form that can.

    Examples
    --------
    >>> parse_seeds("3"), parse_seeds("7, 9..11")
    ((1, 2, 3), (7, 9, 10, 11))
    """
    parts = text.split(",")
    if len(parts) == 1 and text.strip().isascii() and text.strip().isdigit():
        return seeds_of(int(text.strip()[:20]))
    found: dict[int, None] = {}
    for part in parts:
        match = _PART.fullmatch(part)
        if match is None:
            raise VipsimError(f"{text[:40]!r} are no seeds: write 100, or 400..1000, or 7,9..12")
        low, high = int(match[1]), int(match[2] or match[1])
        if high < low:
            raise VipsimError(f"{part.strip()[:40]} has no seeds: the smaller one comes first")
        _check_number(high - low + 1 + len(found))
        found.update(dict.fromkeys(range(low, high + 1)))
    return tuple(found)


def seeds_of(seeds: int | Sequence[int]) -> tuple[int, ...]:
    """Return the seeds that `compare` and `sample` were given: n means 1 to n."""
    if isinstance(seeds, int):
        _check_number(seeds)
        return tuple(range(1, seeds + 1))
    _check_number(len(seeds))
    if len(set(seeds)) != len(seeds):
        raise VipsimError("a seed is given twice: the same run would count twice")
    return tuple(seeds)


def seeds_text(seeds: Sequence[int]) -> str:
    """Return seeds in the form that `parse_seeds` reads: ``400..1000``, ``7,9..12``."""
    spans: list[list[int]] = []
    for seed in seeds:
        if spans and seed == spans[-1][1] + 1:
            spans[-1][1] = seed
        else:
            spans.append([seed, seed])
    if len(spans) == 1:  # one number alone would mean "1 to n"
        return f"{spans[0][0]}..{spans[0][1]}"
    return ",".join(str(low) if low == high else f"{low}..{high}" for low, high in spans)


def _check_number(number: int) -> None:
    if not 1 <= number <= MOST_SEEDS:
        raise VipsimError(f"{number} seeds: allowed are 1 to {MOST_SEEDS}")
