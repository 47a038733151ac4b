"""One measured duration of a row: known, or known to be longer than the observation."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from vipsim.validate.judge.noise import BLIND_S

BLACKOUT, FIRST_ANSWER = "blackout", "first answer"


@dataclass(frozen=True, slots=True)
class Reading:
    """A duration in seconds; if censored, a lower bound of it."""

    seconds: float
    censored: bool = False


def blackout(row: dict[str, Any]) -> Reading | None:
    """Longest silence of the client; all that is too short to be told from a stall is one and the same.

    None if the row has no such field.
    """
    if "outage_s" not in row:
        return None
    seconds = row["outage_s"]
    if seconds is None:  # never answered (start-up rows)
        return Reading(observed_until(row), censored=True)
    return Reading(max(float(seconds), BLIND_S), bool(row.get("censored")))


def first_answer(row: dict[str, Any]) -> Reading | None:
    """When the new master first answered the client; censored if it never did. None without such a field."""
    if "first_reply_new_s" not in row:
        return None
    seconds = row["first_reply_new_s"]
    return Reading(observed_until(row), censored=True) if seconds is None else Reading(float(seconds))


def observed_until(row: dict[str, Any]) -> float:
    """Time up to which the row was certainly watched, in seconds."""
    until = (row.get("window") or {}).get("to_s_at_least")
    return math.inf if until is None else float(until)


READINGS = {BLACKOUT: blackout, FIRST_ANSWER: first_answer}
