"""Plain data in, a scenario and every problem out: first the shape (pydantic), then the sense (check).

A part that is malformed is left out and the rest is judged all the same, so that one reading shows
every error; what merely follows from the missing part is not reported.
"""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from vipsim.errors import Problem
from vipsim.scenario.build import build
from vipsim.scenario.check import check
from vipsim.scenario.fields import hint_of, message_of, nearest, shown
from vipsim.scenario.findings import MAX_PROBLEMS, Damage
from vipsim.scenario.format import ScenarioFile
from vipsim.scenario.model import Scenario

Path = tuple[str | int, ...]

_MAPPINGS = ("nodes", "vips", "clients")
_LISTS = ("links", "groups", "faults")


def judge(data: Any) -> tuple[Scenario | None, list[Problem]]:
    """Return the scenario (None if nothing could be made) and all its problems, in data order."""
    if not isinstance(data, dict):
        what = "the file is empty" if data is None else f"a scenario is a mapping, not {shown(data)}"
        return None, [Problem(what, "begin with: name, duration, nodes, links")]
    try:
        scenario = build(ScenarioFile.model_validate(data))
    except ValidationError as error:
        problems, broken = _shape_problems(error, data)
        return None, problems + _sense_of_the_rest(data, broken)
    return scenario, check(scenario)


def _shape_problems(error: ValidationError, data: Any) -> tuple[list[Problem], list[Path]]:
    problems: dict[tuple[Path, str], Problem] = {}
    broken = []
    for detail in error.errors(include_url=False, include_input=False):
        path = _place(data, detail["loc"])
        broken.append(path)
        if len(problems) < MAX_PROBLEMS:
            problem = _explain(detail, path, data)
            problems.setdefault((problem.where, problem.message), problem)
    # A node whose kind is unknown was taken for a host: what a host would need is not missing.
    unkind = {path[:2] for path in broken if path[0:1] == ("nodes",) and path[2:] == ("kind",)}
    found = [one for one in problems.values() if one.where[:2] not in unkind or one.where[2:] == ("kind",)]
    return found, broken


def _place(data: Any, location: tuple[str | int, ...]) -> Path:
    """Follow pydantic's location through the data: names of union members are skipped."""
    path: list[str | int] = []
    for part in location:
        is_key = isinstance(data, dict) and part in data
        if is_key or (isinstance(data, list) and isinstance(part, int) and part < len(data)):
            data = data[part]
            path.append(part)
    return tuple(path)


def _explain(detail: Any, path: Path, data: Any) -> Problem:
    """One of pydantic's findings in our words."""
    match detail["type"]:
        case "missing":
            return Problem(f"{detail['loc'][-1]!s} is missing", _example(str(detail["loc"][-1])), where=path)
        case "extra_forbidden":
            from vipsim.scenario.schema import known_keys

            return Problem(
                f"unknown key {shown(path[-1])}", nearest(path[-1], known_keys(path[:-1], data)), where=path
            )
        case "value_error":
            error = detail["ctx"]["error"]
            if path and _value(path, data) is None:
                key = str(path[-1])
                return Problem(f"{shown(key)} has no value", hint_of(error) or _example(key), where=path)
            return Problem(message_of(error), hint_of(error), where=path)
        case "too_short" | "too_long":
            context = detail["ctx"]
            low, high = context.get("min_length"), context.get("max_length")
            allowed = f"at least {low}" if high is None else f"at most {high}"
            return Problem(f"{context['actual_length']} entries here", f"allowed: {allowed}", where=path)
        case "list_type":
            found = shown(_value(path, data))
            return Problem(f"expected a list, found {found}", "write [first, second]", where=path)
        case "model_type" | "dict_type" | "model_attributes_type":
            found = shown(_value(path, data))
            return Problem(f"expected a mapping, found {found}", "write key: value", where=path)
        case _:
            return Problem(str(detail["msg"]), where=path)


def _value(path: Path, data: Any) -> Any:
    for part in path:
        data = data[part]
    return data


_EXAMPLES = {
    "name": "name: my-pair",
    "duration": "duration: 20s",
    "nodes": "nodes: {a: {interfaces: {eth0: {address: 10.0.0.1/24}}}, sw1: {kind: switch}}",
    "interfaces": "interfaces: {eth0: {address: 10.0.0.1/24}}",
    "address": "address: 10.0.0.1/24",
    "ends": "ends: [a.eth0, sw1]",
    "vrid": "vrid: 51",
    "vips": "vips: [service]",
    "members": "members: {a: {priority: 150}, b: {priority: 100}}",
    "priority": "priority: 100",
    "primary": "primary: a",
    "standby": "standby: b",
    "node": "node: a",
    "target": "target: service",
}


def _example(key: str) -> str:
    return f"write {_EXAMPLES[key]}" if key in _EXAMPLES else ""


def _sense_of_the_rest(data: dict[Any, Any], broken: list[Path]) -> list[Problem]:
    """Judge what is left when the malformed parts are taken out."""
    rest: dict[Any, Any] = {key: data[key] for key in ScenarioFile.model_fields if key in data}
    names: set[str] = set()
    sections: set[str] = set()
    dropped: dict[str, set[Any]] = {}
    for path in broken:
        if not path:
            continue
        section = str(path[0])
        if len(path) == 1 or section not in _MAPPINGS + _LISTS:
            rest.pop(path[0], None)
            sections.add(section)
            continue
        dropped.setdefault(section, set()).add(path[1])
        names.add(str(path[1]))
        sections.add(f"part of {section}")
    sections |= {section for section in ("nodes", "duration") if section not in data}
    places: dict[str, list[int]] = {}
    for section, keys in dropped.items():
        entries = rest.get(section)
        if isinstance(entries, dict):
            rest[section] = {key: value for key, value in entries.items() if key not in keys}
        elif isinstance(entries, list):
            places[section] = [index for index in range(len(entries)) if index not in keys]
            rest[section] = [entries[index] for index in places[section]]
    rest["name"] = rest.get("name", "unnamed")
    rest["duration"] = rest.get("duration", "3650d")
    rest.setdefault("nodes", {})
    try:
        scenario = build(ScenarioFile.model_validate(rest))
    except ValidationError:
        return []
    found = check(scenario, Damage(frozenset(names), frozenset(sections)))
    return [_moved(problem, places) for problem in found]


def _moved(problem: Problem, places: dict[str, list[int]]) -> Problem:
    """The problem with its list index as it was before parts were taken out."""
    where = problem.where
    if len(where) > 1 and where[0] in places and isinstance(where[1], int):
        where = (where[0], places[str(where[0])][where[1]], *where[2:])
    return Problem(problem.message, problem.hint, where=where)
