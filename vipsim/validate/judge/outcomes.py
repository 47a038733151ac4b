"""What a trial came to: yes or no, and how often the runs of the model say yes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from vipsim.stats.chances import at_least, two_sided


@dataclass(frozen=True, slots=True)
class Outcome:
    """One question about one row."""

    yes: bool
    """The recording's answer."""
    hits: int
    """Runs that say yes."""
    runs: int

    @property
    def chance(self) -> float:
        """Chance of yes, given how many of the runs *and* the recording say it.

        The recording is one more run if the model is right, so given their sum it is any of them: exact for
        any finite number of runs.
        """
        return (self.hits + self.yes) / (self.runs + 1)

    @property
    def rarer(self) -> float:
        """Chance of the rarer answer."""
        return min(self.chance, 1 - self.chance)

    @property
    def surprises(self) -> bool:
        """Whether the recording has the rarer answer."""
        return self.yes == (self.chance < 0.5)


def outcomes(row: dict[str, Any]) -> dict[str, bool]:
    """Return every question that this row answers."""
    found: dict[str, bool] = {}
    if isinstance(row.get("switched"), bool):
        found["switched"] = row["switched"]
    if "detect_s" in row:
        found["somebody took over" if "masters_seen" in row else "took over"] = row["detect_s"] is not None
    if "garps" in row and "detect_s" in row:
        found["announced"] = bool(row["garps"])
        found["old node announced"] = any(time >= 0 for time in row.get("garps_old") or ())
    if "adverts_n3" in row:
        found["third took over"] = bool(row["adverts_n3"])
    for node in row.get("masters_seen") or ():
        found[f"{node} was master"] = True
    if row.get("owners"):
        found[f"client ends on {row['owners'][-1][0]}"] = True
    return found


def compare(row: dict[str, Any], runs: Sequence[dict[str, Any]]) -> dict[str, Outcome]:
    """Hold the answers of a row against those of its runs; a question that one of them asks is put to all."""
    recorded, simulated = outcomes(row), [outcomes(run) for run in runs]
    questions = dict.fromkeys([*recorded, *(name for found in simulated for name in found)])
    return {
        name: Outcome(
            recorded.get(name, False), sum(found.get(name, False) for found in simulated), len(simulated)
        )
        for name in questions
    }


def pvalue(answers: Iterable[Outcome]) -> float:
    """Too many or too few yes, or the rarer answer too often: the Poisson-binomial tails of both, doubled."""
    answers = list(answers)
    count = two_sided(sum(one.yes for one in answers), [one.chance for one in answers])
    odd = [one for one in answers if one.rarer < 0.5]
    rare = at_least(sum(one.surprises for one in odd), [one.rarer for one in odd])
    return min(1.0, 2 * min(count, rare))
