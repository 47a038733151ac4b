"""The judge: from the evidence of all rows to a verdict for each experiment. It is no part of the model.

Sizes have a fixed tolerance. Everything else is a test with a p-value that holds for a right model; the
whole file is judged at 1 %, by Holm's correction over all tests, so that a right model fails a file once in
a hundred whatever the number of its experiments. One more test pools all rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median

from vipsim.stats.chances import at_least, holm, uniform_distance, uniform_pvalue
from vipsim.validate.judge import counts, outcomes
from vipsim.validate.judge.evidence import Evidence
from vipsim.validate.judge.noise import stream
from vipsim.validate.judge.places import misses_a_branch
from vipsim.validate.judge.readings import READINGS

LEVEL = 0.01
"""Chance that a right model fails somewhere in a file (and once more in the pooled test)."""
SIZE_S = 0.010
"""Largest median difference of detection and master-down times."""
UCARP_SIZE_S = 0.025
"""The same of ucarp, whose capture buffer delays by whole ticks of its own."""
DRAWS = 999
"""Draws behind the scatter of a median and behind the pooled test."""


@dataclass(frozen=True, slots=True)
class SizeVerdict:
    """Median over the rows of (row minus its own prediction), in seconds, and what is allowed."""

    difference: float
    allowed: float

    @property
    def is_off(self) -> bool:
        """Whether it is too large."""
        return abs(self.difference) > self.allowed


@dataclass(slots=True)
class Verdict:
    """What came of one experiment."""

    exp: str
    rows: int
    runs: int
    """Fewest runs that a row was held against."""
    sizes: dict[str, SizeVerdict] = field(default_factory=dict)
    pvalues: dict[str, float] = field(default_factory=dict)
    """Raw, by test."""
    notes: dict[str, str] = field(default_factory=dict)
    """What each test saw, in words, for those that may be off."""
    reasons: list[str] = field(default_factory=list)
    """Why it is off; nothing if it is not."""

    @property
    def is_off(self) -> bool:
        """Whether model and recording differ."""
        return bool(self.reasons)


@dataclass(frozen=True, slots=True)
class Judgment:
    """Verdicts of all experiments, in order of the file, and the pooled test."""

    verdicts: tuple[Verdict, ...]
    pooled: float
    """p-value over all rows; 1 if no row has a duration."""

    @property
    def failed(self) -> int:
        """Experiments that are off."""
        return sum(verdict.is_off for verdict in self.verdicts)

    @property
    def is_pooled_off(self) -> bool:
        """Whether all rows together lie where runs of the model do not."""
        return self.pooled < LEVEL


def judge(evidence: Iterable[Evidence], seed: int = 0) -> Judgment:
    """Judge the evidence of a file.

    Parameters
    ----------
    evidence : iterable of Evidence
        One for each row; grouped by experiment here.
    seed : int
        Of the draws that split ties; the same seed gives the same judgment.
    """
    groups: dict[str, list[Evidence]] = {}
    for one in evidence:
        groups.setdefault(one.exp, []).append(one)
    verdicts = [_verdict(exp, rows, seed) for exp, rows in groups.items()]
    adjusted = holm({(one.exp, test): p for one in verdicts for test, p in one.pvalues.items()})
    for verdict in verdicts:
        for name, size in verdict.sizes.items():
            if size.is_off:
                verdict.reasons.append(
                    f"{name}: median {1000 * size.difference:+.1f} ms, allowed {1000 * size.allowed:.1f} ms"
                )
        for test, p in verdict.pvalues.items():
            if adjusted[verdict.exp, test] < LEVEL:
                note = verdict.notes.get(test, "")
                verdict.reasons.append(f"{test}: p {p:.1e}" + (f" ({note})" if note else ""))
    return Judgment(tuple(verdicts), pooled_pvalue([row for rows in groups.values() for row in rows], seed))


def _verdict(exp: str, rows: Sequence[Evidence], seed: int) -> Verdict:
    verdict = Verdict(exp, len(rows), min(row.runs for row in rows))
    for name in dict.fromkeys(name for row in rows for name in row.sizes):
        verdict.sizes[name] = _size(name, rows, seed)
    for name in READINGS:
        _judge_duration(verdict, name, rows, seed)
    for question in dict.fromkeys(name for row in rows for name in row.outcomes):
        answers = [row.outcomes[question] for row in rows if question in row.outcomes]
        verdict.pvalues[question] = outcomes.pvalue(answers)
        expected = sum(one.hits / one.runs for one in answers)
        yes = sum(one.yes for one in answers)
        verdict.notes[question] = f"recorded {yes} of {len(answers)}, expected {expected:.1f}"
    for name in dict.fromkeys(name for row in rows for name in row.matches):
        _judge_match(verdict, name, rows)
    for name in dict.fromkeys(name for row in rows for name in row.counts):
        counted = [row.counts[name] for row in rows if name in row.counts]
        verdict.pvalues[name] = counts.pvalue(counted)
        recorded, mean = sum(one.recorded for one in counted), sum(one.mean for one in counted)
        verdict.notes[name] = f"recorded {recorded:g}, expected {mean:.4g}"
    return verdict


def _size(name: str, rows: Sequence[Evidence], seed: int) -> SizeVerdict:
    """The median over the rows; where runs scatter, so does the median of a right model's rows."""
    sizes = [row.sizes[name] for row in rows if name in row.sizes]
    draw = stream(seed, rows[0].exp, name)
    medians = sorted(abs(median(draw.choice(size.others) for size in sizes)) for _ in range(DRAWS))
    fixed = UCARP_SIZE_S if rows[0].daemon == "ucarp" else SIZE_S
    return SizeVerdict(median(size.difference for size in sizes), fixed + medians[-2])


def _judge_duration(verdict: Verdict, name: str, rows: Sequence[Evidence], seed: int) -> None:
    """Transform the durations that do not hang on an unrecorded draw; of all of them, test the support."""
    having = [row for row in rows if name in row.standings]
    if not having:
        return
    free = [row for row in having if name not in row.hangs]
    if free:
        sample = [row.standings[name].place.drawn(stream(seed, row.exp, name, row.trial)) for row in free]
        verdict.pvalues[name] = uniform_pvalue(sample)
        recorded = median(row.standings[name].recorded.seconds for row in free)
        expected = median(row.standings[name].expected for row in free)
        verdict.notes[name] = f"median recorded {recorded:.3f} s, simulated {expected:.3f} s"
    impossible = [row for row in having if row.standings[name].is_impossible]
    chances = [misses_a_branch(row.runs) for row in having]
    verdict.pvalues[f"{name} possible"] = at_least(len(impossible), chances)
    if impossible:
        worst = impossible[0]
        standing = worst.standings[name]
        verdict.notes[f"{name} possible"] = (
            f"{len(impossible)} of {len(having)} rows beyond every run, such as trial {worst.trial}: "
            f"{standing.recorded.seconds:.3f} s, simulated {standing.expected:.3f} s"
        )


def _judge_match(verdict: Verdict, name: str, rows: Sequence[Evidence]) -> None:
    matches = [(row.trial, row.matches[name]) for row in rows if name in row.matches]
    strange = [(trial, match) for trial, match in matches if match.difference]
    strangers = sum(match.strangers for _, match in matches)
    chance = min(1.0, (strangers + 1) / (sum(match.tried for _, match in matches) + 1))
    verdict.pvalues[name] = at_least(len(strange), [chance] * len(matches))
    if strange:
        trial, match = strange[0]
        verdict.notes[name] = (
            f"{len(strange)} of {len(matches)} rows, such as trial {trial}: {match.difference}"
        )


def pooled_pvalue(rows: Sequence[Evidence], seed: int) -> float:
    """One test over all rows: do the recordings lie as runs would that are put in their place.

    Both durations of a row depend on each other, and ties within the recording's resolution are not exactly
    uniform: therefore the law of the distance is drawn from the runs themselves, row by row.
    """
    pool = [
        [row.standings[name] for name in row.standings if name not in row.hangs]
        for row in rows
        if row.kind != "loss"
    ]
    pool = [standings for standings in pool if standings]
    if not pool:
        return 1.0
    draw = stream(seed, "pooled")
    seen = uniform_distance([one.place.drawn(draw) for standings in pool for one in standings])
    farther = 0
    for _ in range(DRAWS // 2):
        sample = []
        for standings in pool:
            which = int(draw.random() * len(standings[0].others))
            sample += [one.others[which % len(one.others)].drawn(draw) for one in standings]
        farther += uniform_distance(sample) >= seen
    return (farther + 1) / (DRAWS // 2 + 1)
