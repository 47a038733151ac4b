"""The file format as JSON Schema: ``vipsim schema`` prints it, each scenario's header names it."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from vipsim.scenario.format import ScenarioFile


@cache
def schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a scenario file."""
    found = ScenarioFile.model_json_schema(by_alias=True)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "vipsim scenario",
        **_without_titles(found),
    }


def schema_text() -> str:
    """Return the schema as the text of ``scenarios/scenario.schema.json``."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def _without_titles(found: Any) -> Any:
    if isinstance(found, dict):
        return {
            key: {name: _without_titles(one) for name, one in value.items()}
            if key in ("properties", "$defs")
            else _without_titles(value)
            for key, value in found.items()
            if key != "title"
        }
    return [_without_titles(one) for one in found] if isinstance(found, list) else found


def known_keys(path: tuple[str | int, ...], data: Any) -> list[str]:
    """Return the keys that the format knows at a place of the data."""
    root = schema()
    places = [root]
    for part in path:
        data = data[part]
        places = [step for place in places for step in _steps(root, place, part)]
    if len(places) > 1:  # host or switch
        wanted = "SwitchFile" if isinstance(data, dict) and data.get("kind") == "switch" else "HostFile"
        places = [root["$defs"][wanted]]
    return [key for place in places for key in place.get("properties", {})]


def _steps(root: dict[str, Any], place: dict[str, Any], part: str | int) -> list[dict[str, Any]]:
    """Schemas one step down, with references and alternatives resolved."""
    named = place.get("properties", {})
    if isinstance(part, int):
        below = place.get("items")
    elif part in named:
        below = named[part]
    else:
        below = next(iter(place.get("patternProperties", {}).values()), place.get("additionalProperties"))
    return _resolved(root, below) if isinstance(below, dict) else []


def _resolved(root: dict[str, Any], place: dict[str, Any]) -> list[dict[str, Any]]:
    if "$ref" in place:
        return _resolved(root, root["$defs"][place["$ref"].rpartition("/")[2]])
    for key in ("oneOf", "anyOf", "allOf"):
        if key in place:
            return [one for option in place[key] for one in _resolved(root, option)]
    return [place]
