"""Settings by path: what ``--set PATH=VALUE`` means.

A path's parts are keys of the plain data, indices of lists, and ``*`` for each entry. ``vrrp``, ``carp`` and
``heartbeat`` at the beginning mean every group of that kind: ``vrrp.advert_interval``,
``heartbeat.dead_count``, ``links.*.loss``, ``nodes.app1.neighbor``, ``faults.0.at``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from vipsim.errors import Problem, ScenarioError
from vipsim.scenario.data import from_data, to_data
from vipsim.scenario.fields import Refusal, nearest, shown
from vipsim.scenario.model import Scenario

_GROUPS = ("vrrp", "carp", "heartbeat")
Path = tuple[str | int, ...]


def set_path(scenario: Scenario, path: str, value: object) -> Scenario:
    """Return a copy of the scenario with one setting changed.

    Parameters
    ----------
    scenario : Scenario
        What to change.
    path : str
        Where; see the module.
    value : object
        Text is read as in a file (``300ms``, ``3``, ``false``, ``[a, b]``); other values are taken as
        the plain data that they are.

    Raises
    ------
    ScenarioError
        If the path leads nowhere (naming the nearest one), or the value does not fit.

    Examples
    --------
    >>> from vipsim.scenario.builders import pair
    >>> set_path(pair(), "vrrp.advert_interval", "2s").groups[0].advert_interval
    2000000000
    """
    return set_paths(scenario, {path: value})


def set_paths(scenario: Scenario, settings: dict[str, object]) -> Scenario:
    """Return a copy with several settings changed at once, so that they are judged together."""
    # What follows from another value (a heartbeat's timeout) is left out, so that it follows the new one.
    data = to_data(scenario, resolved=False)
    for path, value in settings.items():
        places = list(_places(data, path))
        plain = _plain(value, path)
        for place in places:
            _put(data, place, plain)
    try:
        return from_data(data)
    except ScenarioError as error:
        # One path may mean many places, but it is one mistake.
        found = {(one.message, one.hint): one for one in reversed(error.problems)}
        raise ScenarioError([_renamed(problem, settings) for problem in reversed(found.values())]) from None


def _plain(value: object, path: str) -> object:
    if not isinstance(value, str):
        return value
    from vipsim.scenario.tree import grow

    if not value.strip():
        return value
    tree = grow(value)
    if tree.problems:
        raise Refusal(f"{path}: {shown(value)}: {tree.problems[0].message}", tree.problems[0].hint)
    return tree.data


def _places(data: Any, path: str) -> Iterator[Path]:
    """Every place that the path means; at least one, or it is refused."""
    parts = path.strip().split(".")
    starts: list[Path] = [()]
    if parts[0] in _GROUPS:
        kind = parts.pop(0)
        starts = [("groups", index, kind) for index, group in enumerate(data["groups"]) if kind in group]
        if not starts:
            raise Refusal(f"{path}: the scenario has no {kind} group", nearest(path, _known(data)))
    if not parts:
        raise Refusal(f"{path}: this is a whole group", f"name a setting, such as {path}.vips")
    found = [place for start in starts for place in _walk(data, start, parts)]
    if not found:
        raise Refusal(f"{shown(path)} leads nowhere", nearest(path, _known(data)))
    yield from found


def _walk(data: Any, start: Path, parts: list[str]) -> Iterator[Path]:
    places = [start]
    for position, part in enumerate(parts):
        last = position == len(parts) - 1
        places = [step for place in places for step in _steps(_get(data, place), place, part, last)]
    yield from places


def _steps(here: Any, place: Path, part: str, last: bool) -> Iterator[Path]:
    if isinstance(here, dict):
        if part == "*":
            yield from ((*place, key) for key in here)
        elif part in here or last:  # the format may know a key that the data leaves out
            yield (*place, part)
    elif isinstance(here, list):
        if part == "*":
            yield from ((*place, index) for index in range(len(here)))
        elif part.isascii() and part.isdigit() and len(part) < 6 and int(part) < len(here):
            yield (*place, int(part))


def _get(data: Any, place: Path) -> Any:
    for part in place:
        data = data[part]
    return data


def _put(data: Any, place: Path, value: object) -> None:
    _get(data, place[:-1])[place[-1]] = value


def _known(data: Any) -> list[str]:
    """Return every path of the data, groups by their short form."""
    known: list[str] = []

    def visit(here: Any, place: str) -> None:
        if not isinstance(here, dict | list):
            return
        for key, value in here.items() if isinstance(here, dict) else enumerate(here):
            is_group = key in _GROUPS and place.startswith("groups.")
            short = str(key) if is_group else f"{place}.{key}".strip(".")
            known.append(short)
            if len(known) < 5000:
                visit(value, short)

    visit(data, "")
    return known


def _renamed(problem: Problem, settings: dict[str, object]) -> Problem:
    """Name the setting in the problem, and the nearest known path where a key is unknown."""
    given = ", ".join(f"{path}={shown(value)}" for path, value in settings.items())
    return Problem(f"{problem.message} (set: {given})", problem.hint, where=problem.where)
