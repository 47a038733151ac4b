"""Replaying the rows of files, and what came of it: counts, reasons and the first differences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vipsim.errors import MachineError, SimulationError
from vipsim.validate.fields import RowError, SkipRow, shown
from vipsim.validate.rows import (
    Kind,
    Row,
    Unreadable,
    is_chosen,
    read_rows,
    refuse_what_is_not_modelled,
    unreadable,
)

SHOWN = 20
"""Failed and unreadable rows that are kept in words: a million bad ones still make a short report."""
FAMILIES = 1000
"""Families that are counted one by one."""
DIFFERENCES = 6
"""Differences that are kept of each failed row."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A row in which the model did something else than the recording."""

    path: str
    line: int
    id: str
    family: str
    differences: tuple[str, ...]
    more: int = 0

    def __str__(self) -> str:
        lines = [f"{self.path}:{self.line}: {self.id} ({self.family}) differs"]
        lines += [f"    {difference}" for difference in self.differences]
        if self.more:
            lines.append(f"    and {self.more} more")
        return "\n".join(lines)


@dataclass(slots=True)
class Report:
    """What came of the rows that were asked for.

    `checked` counts the rows that were replayed, failed ones included.
    """

    checked: int = 0
    failed: int = 0
    unreadable: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    """Why rows were skipped, with their number."""
    families: Counter[str] = field(default_factory=Counter)
    """Rows replayed, by family."""
    failed_families: Counter[str] = field(default_factory=Counter)
    failures: list[Failure] = field(default_factory=list)
    """The first `SHOWN` of them."""
    complaints: list[Unreadable] = field(default_factory=list)
    """The first `SHOWN` unreadable rows."""

    @property
    def skipped(self) -> int:
        """Rows that were left out, each for one of the `reasons`."""
        return self.reasons.total()

    def as_data(self) -> dict[str, Any]:
        """Return the report as plain data, for JSON."""
        return {
            "checked": self.checked,
            "failed": self.failed,
            "skipped": self.skipped,
            "unreadable": self.unreadable,
            "reasons": dict(self.reasons),
            "failed_rows": [failure.id for failure in self.failures],
        }

    def add(self, row: Row) -> None:
        """Replay `row` and count it."""
        try:
            refuse_what_is_not_modelled(row)
            differences = list(replay(row))
        except SkipRow as why:
            self.reasons[str(why)] += 1
            return
        except RowError as error:
            self.refuse(unreadable(row.path, row.line, row.id[:60], error))
            return
        except (MachineError, SimulationError) as error:
            differences = [f"the model broke its own rules: {error}"]
        self.checked += 1
        family = row.family[:60] if len(self.families) < FAMILIES else "others"
        self.families[family] += 1
        if differences:
            self.failed += 1
            self.failed_families[family] += 1
            if len(self.failures) < SHOWN:
                kept = tuple(differences[:DIFFERENCES])
                self.failures.append(
                    Failure(row.path, row.line, row.id, row.family, kept, len(differences) - len(kept))
                )

    def refuse(self, bad: Unreadable) -> None:
        """Count a row that could not be interpreted."""
        self.unreadable += 1
        if len(self.complaints) < SHOWN:
            self.complaints.append(bad)


def replay(row: Row) -> Iterable[str]:
    """Replay one row and return the differences, in words (field, expected, got).

    Raises
    ------
    RowError
        If a field is missing, mistyped or names what there is not.
    SkipRow
        If the row asks for what is not modelled.
    """
    return _replayer(row.kind)(row)


def _replayer(kind: Kind) -> Callable[[Row], Iterable[str]]:
    """Return who replays rows of `kind`; each is imported when the first row of its kind comes."""
    if kind is Kind.SWITCH:
        from vipsim.validate.switch_cases import replay_switch

        return lambda row: replay_switch(row.fields.data)
    if kind is Kind.COURSE:
        from vipsim.validate.courses import replay_course

        return lambda row: replay_course(row.fields)
    from vipsim.validate.host_cases import replay_host

    return lambda row: replay_host(row.fields)


def validate_files(paths: Iterable[Path], only: str = "") -> Report:
    """Replay the rows of files; a file without a row, and a pattern that means none, are complained about.

    An examination that looked at nothing must not look passed.

    Parameters
    ----------
    paths : iterable of Path
        Files of JSON lines in the oracle's format.
    only : str
        Replay only rows whose id or family this pattern means.

    Raises
    ------
    OSError
        If a file cannot be read.
    """
    report = Report()
    path = ""
    for path in map(str, paths):
        line = 0
        for found in read_rows(Path(path)):
            line = found.line
            if isinstance(found, Unreadable):
                report.refuse(found)
            elif is_chosen(found, only):
                report.add(found)
        if not line:
            report.refuse(Unreadable(path, 1, "", "", "there is no row in the file", "name a file of rows"))
    if not report.checked + report.skipped + report.unreadable:
        report.refuse(Unreadable(path, 1, "", "", f"no row is meant by {shown(only)}", "look at --only"))
    return report
