"""What came of an examination: in words, a line for each experiment, and as plain data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from vipsim.validate.judge import Judgment, Verdict
from vipsim.validate.judge.evidence import SIZES
from vipsim.validate.judge.readings import BLACKOUT, FIRST_ANSWER
from vipsim.validate.rows import Unreadable


@dataclass(slots=True)
class Report:
    """What came of some files of recorded failovers. `checked` counts experiments, failed ones included."""

    judgment: Judgment = field(default_factory=lambda: Judgment((), 1.0))
    skipped: dict[str, str] = field(default_factory=dict)
    """Why an experiment cannot be conducted in the simulated world."""
    broken: dict[str, str] = field(default_factory=dict)
    """Experiments whose runs give no rows: they are off."""
    complaints: list[Unreadable] = field(default_factory=list)
    stopped: str = ""
    """How far it came, if somebody stopped it."""

    @property
    def checked(self) -> int:
        """Experiments that were judged."""
        return len(self.judgment.verdicts) + len(self.broken)

    @property
    def failed(self) -> int:
        """Experiments that are off."""
        return self.judgment.failed + len(self.broken)

    @property
    def is_off(self) -> bool:
        """Whether an experiment is off, or all together are."""
        return bool(self.failed) or self.judgment.is_pooled_off

    def as_data(self) -> dict[str, Any]:
        """Return the report as plain data, for JSON; p-values are raw."""
        return {
            "checked": self.checked,
            "failed": self.failed,
            "skipped": len(self.skipped),
            "unreadable": len(self.complaints),
            "rows": sum(verdict.rows for verdict in self.judgment.verdicts),
            "pooled_p": self.judgment.pooled,
            "pooled_off": self.judgment.is_pooled_off,
            "failed_experiments": [one.exp for one in self.judgment.verdicts if one.is_off]
            + list(self.broken),
            "reasons": dict(Counter(self.skipped.values())),
            "skipped_experiments": self.skipped,
            "stopped": bool(self.stopped),
            "experiments": {verdict.exp: _data(verdict) for verdict in self.judgment.verdicts}
            | {exp: {"off": True, "reasons": [reason]} for exp, reason in self.broken.items()},
        }

    def lines(self) -> Iterator[str]:
        """Return the report in words: each experiment in a line, those that are off with their reasons."""
        for verdict in self.judgment.verdicts:
            yield _line(verdict)
            for reason in verdict.reasons:
                yield f"       {reason}"
        for exp, reason in self.broken.items():
            yield f"off    {exp:<34} {reason}"
        for exp, reason in self.skipped.items():
            yield f"skip   {exp:<34} {reason}"
        if self.judgment.verdicts:
            off = "off" if self.judgment.is_pooled_off else "ok"
            yield f"all rows together: p {self.judgment.pooled:.3f}, {off}"
        yield f"checked {self.checked}, failed {self.failed}, skipped {len(self.skipped)}" + (
            f", unreadable rows {len(self.complaints)}" if self.complaints else ""
        )
        if self.stopped:
            yield f"stopped: {self.stopped}"


def _data(verdict: Verdict) -> dict[str, Any]:
    return {
        "rows": verdict.rows,
        "runs": verdict.runs,
        "off": verdict.is_off,
        "sizes_s": {name: round(size.difference, 6) for name, size in verdict.sizes.items()},
        "p": {name: float(f"{p:.3g}") for name, p in verdict.pvalues.items()},
        "reasons": verdict.reasons,
    }


def _line(verdict: Verdict) -> str:
    parts = [f"{'off' if verdict.is_off else 'ok':<6} {verdict.exp:<34} {verdict.rows:3} rows"]
    for name in SIZES:
        if name in verdict.sizes:
            parts.append(f"{name.removesuffix('_s')} {1000 * verdict.sizes[name].difference:+.1f} ms")
    for name in (BLACKOUT, FIRST_ANSWER):
        if name in verdict.pvalues:
            parts.append(f"{name} p {verdict.pvalues[name]:.2g}")
    rest = {name: p for name, p in verdict.pvalues.items() if name not in (BLACKOUT, FIRST_ANSWER)}
    if rest:
        lowest = min(rest, key=lambda name: rest[name])
        parts.append(f"{len(rest)} more, lowest p {rest[lowest]:.2g} ({lowest})")
    return ", ".join(parts)
