"""What pydantic found wrong with the shape of a scenario, in our words and at its place in the data."""

from __future__ import annotations

from typing import Any

from vipsim.errors import Problem
from vipsim.scenario.fields import hint_of, message_of, nearest, shown

Path = tuple[str | int, ...]

_EXAMPLES = {
    "name": "name: my-pair",
    "duration": "duration: 20s",
    "nodes": "nodes: {a: {interfaces: {eth0: {address: 10.0.0.1/24}}}, sw1: {kind: switch}}",
    "interfaces": "interfaces: {eth0: {address: 10.0.0.1/24}}",
    "address": "address: 10.0.0.1/24",
    "ends": "ends: [a.eth0, sw1]",
    "vrid": "vrid: 51",
    "vhid": "vhid: 51",
    "vips": "vips: [service]",
    "members": "members: {a: {priority: 150}, b: {priority: 100}}",
    "priority": "priority: 100",
    "primary": "primary: a",
    "standby": "standby: b",
    "node": "node: a, or call the client as its host",
    "target": "target: service",
}


def place(data: Any, location: tuple[str | int, ...]) -> Path:
    """Follow pydantic's location through the data: names of union members are skipped."""
    path: list[str | int] = []
    for part in location:
        is_key = isinstance(data, dict) and part in data
        if is_key or (isinstance(data, list) and isinstance(part, int) and part < len(data)):
            data = data[part]
            path.append(part)
    return tuple(path)


def explain(detail: Any, path: Path, data: Any) -> Problem:
    """One of pydantic's findings in our words."""
    match detail["type"]:
        case "missing":
            key = str(detail["loc"][-1])
            return Problem(f"{key} is missing", _example(key), where=path)
        case "extra_forbidden":
            return Problem(
                f"unknown key {shown(path[-1])}", nearest(path[-1], keys_beside(path, data)), where=path
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


def keys_beside(path: Path, data: Any) -> list[str]:
    """Keys that the format knows where the key at the end of `path` stands."""
    from vipsim.scenario.schema import known_keys

    return known_keys(path[:-1], data)


def _value(path: Path, data: Any) -> Any:
    for part in path:
        data = data[part]
    return data


def _example(key: str) -> str:
    return f"write {_EXAMPLES[key]}" if key in _EXAMPLES else ""
