"""Recorded failovers of real daemons: JSON lines, one trial's observation each, checked before use.

What the fields mean stands beside the rows (`fields` of experiments.json). Only what the judge reads is
checked here; a field of another kind may hold anything.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from vipsim.validate.fields import RowError, shown
from vipsim.validate.rows import Unreadable, read_objects, unreadable

KINDS = ("failover", "startup", "loss", "steady", "watch")
FARTHEST = 1e5
"""Seconds: no observation lasts a day."""
LONGEST = 3600
"""Seconds: what is waited for, or observed, within an observation; it would be simulated."""
LONGEST_LIST = 100_000

RowData = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Recorded:
    """One row of a file of recorded failovers."""

    line: int
    exp: str
    """Experiment; ``<id>:recover`` is the second observation of the same trial."""
    trial: int
    kind: str
    data: RowData


def read_recorded(path: Path) -> Iterator[Recorded | Unreadable]:
    """Read a file row by row.

    Raises
    ------
    OSError
        If the file cannot be read.
    """
    for line, data in read_objects(path):
        name = ""
        try:
            if isinstance(data, RowError):
                raise data
            name = shown_name(data)
            yield _recorded(line, data)
        except RowError as error:
            yield unreadable(str(path), line, name, error)


def is_meant(exp: str, pattern: str) -> bool:
    """Whether `pattern` (a shell pattern, or a part of the name) means this experiment; empty means all."""
    if not pattern:
        return True
    return fnmatchcase(exp, pattern if any(letter in pattern for letter in "*?[") else f"*{pattern}*")


def shown_name(data: RowData) -> str:
    """What a complaint calls this row: experiment and trial, as far as they are there."""
    exp, trial = data.get("exp"), data.get("trial")
    words = [exp[:60]] if isinstance(exp, str) else []
    return " trial ".join([*words, str(trial)[:20]] if words and isinstance(trial, int) else words)


def _recorded(line: int, data: RowData) -> Recorded:
    for name, check in _CHECKS.items():
        if name in data:
            _must(check(data[name]), name, data[name], _WANTED[check])
    exp, trial, setup = (data.get(name) for name in ("exp", "trial", "setup"))
    _must(isinstance(exp, str) and bool(exp), "exp", exp, "the name of an experiment")
    _must(type(trial) is int and trial >= 0, "trial", trial, "the number of the trial")
    kind = setup.get("kind") if isinstance(setup, dict) else None
    _must(kind in KINDS, "setup.kind", kind, f"one of {', '.join(KINDS)}")
    assert isinstance(exp, str) and isinstance(trial, int) and isinstance(kind, str)
    return Recorded(line, exp, trial, kind, data)


def _must(holds: bool, place: str, value: object, wanted: str) -> None:
    if not holds:
        reason = "the field is missing" if value is None else f"{shown(value)} is not {wanted}"
        raise RowError(place, reason, f"write {wanted}")


def _is_time(value: object) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and math.isfinite(value) and abs(value) <= FARTHEST  # type: ignore[arg-type]


def _is_wait(value: object) -> bool:
    return _is_time(value) and abs(value) <= LONGEST  # type: ignore[arg-type]


def _is_optional_wait(value: object) -> bool:
    return value is None or _is_wait(value)


def _is_milliseconds(value: object) -> bool:
    return _is_time(value) and 0 <= value <= 1000 * LONGEST  # type: ignore[operator]


def _is_waits_by_node(value: object) -> bool:
    return _is_by_node(_is_wait, value)


def _is_setup(value: object) -> bool:
    """Every number in it is a wait, or a probability; lists are ranges."""
    if not isinstance(value, dict):
        return False
    numbers = [one for one in value.values() if isinstance(one, int | float) and not isinstance(one, bool)]
    ranges = [value[name] for name in ("hold", "lead_range") if name in value]
    return all(map(_is_wait, numbers)) and all(_is_list(one, _is_wait) and len(one) == 2 for one in ranges)


def _is_optional_time(value: object) -> bool:
    return value is None or _is_time(value)


def _is_count(value: object) -> bool:
    return type(value) is int and 0 <= value < 2**53


def _is_flag(value: object) -> bool:
    return isinstance(value, bool)


def _is_times(value: object) -> bool:
    return value is None or _is_list(value, _is_time)


def _is_adverts(value: object) -> bool:
    return _is_list(value, lambda one: _is_list(one, _is_time) and len(one) == 2)


def _is_owners(value: object) -> bool:
    return _is_list(value, lambda one: _is_tuple(one, (str, float, float, int)))


def _is_gaps(value: object) -> bool:
    return _is_list(value, lambda one: _is_tuple(one, (float, float, object, object)))


def _is_tuple(value: object, kinds: tuple[type, ...]) -> bool:
    if not isinstance(value, list) or len(value) != len(kinds):
        return False
    pairs = zip(value, kinds, strict=True)
    return all(_is_time(one) if kind is float else isinstance(one, kind) for one, kind in pairs)


def _is_list(value: object, is_item: Callable[[Any], bool]) -> bool:
    return isinstance(value, list) and len(value) <= LONGEST_LIST and all(map(is_item, value))


def _is_by_node(is_value: Callable[[Any], bool], value: object) -> bool:
    return isinstance(value, dict) and all(map(is_value, value.values()))


def _is_adverts_by_node(value: object) -> bool:
    # in steady rows this is only their number
    return _is_count(value) or _is_by_node(_is_adverts, value)


def _is_times_by_node(value: object) -> bool:
    return _is_by_node(_is_times, value)


def _is_refused(value: object) -> bool:
    return _is_by_node(lambda one: _is_by_node(_is_count, one), value)


def _is_names(value: object) -> bool:
    return _is_list(value, lambda one: isinstance(one, str))


def _is_text(value: object) -> bool:
    return value is None or isinstance(value, str)


def _is_cut(value: object) -> bool:
    return _is_by_node(
        lambda one: isinstance(one, dict) and _is_optional_time(one.get("complete_until_s")), value
    )


def _is_window(value: object) -> bool:
    return isinstance(value, dict) and all(_is_optional_time(value.get(end)) for end in _ENDS)


_ENDS = ("frames_from_s", "replies_from_s", "to_s_at_least")
_WANTED: dict[Callable[[object], bool], str] = {
    _is_time: "a number of seconds",
    _is_wait: f"at most {LONGEST} seconds",
    _is_optional_wait: f"at most {LONGEST} seconds, or null",
    _is_milliseconds: f"0 to {1000 * LONGEST} milliseconds",
    _is_waits_by_node: f"at most {LONGEST} seconds for each node",
    _is_setup: f"numbers of at most {LONGEST} seconds, and ranges of two",
    _is_optional_time: "a number of seconds, or null",
    _is_count: "a count",
    _is_flag: "true or false",
    _is_times: "a list of seconds",
    _is_adverts: "a list of [seconds, priority]",
    _is_owners: "a list of [node, first, last, number]",
    _is_gaps: "a list of [from, to, before, after]",
    _is_adverts_by_node: "a list of [seconds, priority] for each node",
    _is_times_by_node: "a list of seconds for each node",
    _is_refused: "counts for each node",
    _is_names: "a list of nodes",
    _is_text: "a text",
    _is_cut: "an object of {limit, total, complete_until_s}",
    _is_window: "an object of {frames_from_s, replies_from_s, to_s_at_least}",
}
_NAMES: dict[Callable[[object], bool], str] = {
    _is_optional_time: "detect_s mdi_s outage_s first_reply_new_s first_advert_s last_old_prio garp_delay_s",
    _is_optional_wait: "phase_s stagger_s launch_s since_fault_s",
    _is_milliseconds: "stall_ms fault_call_ms client_reachable_ms",
    _is_time: "spacing_median spacing_mean client_on_n2_s client_gap_total_s load1",
    _is_wait: "seconds",
    _is_waits_by_node: "start_s",
    _is_setup: "setup",
    _is_count: "false_failovers n1_sent n1_delivered n2_sent garps_n1 garps_n2 owner_changes garp_n",
    _is_flag: "censored switched",
    _is_times: "garps garps_old garps_n3 garp_answered_by_old episode_s",
    _is_adverts: "adverts_old adverts_new adverts_n3",
}
_CHECKS: dict[str, Callable[[object], bool]] = {
    **{name: check for check, names in _NAMES.items() for name in names.split()},
    "adverts": _is_adverts_by_node,
    "garps_by_node": _is_times_by_node,
    "owners": _is_owners,
    "gaps": _is_gaps,
    "masters_seen": _is_names,
    "refused": _is_refused,
    "garp_form": _is_text,
    "cut": _is_cut,
    "window": _is_window,
}
"""What the judge reads, and how it must look."""
