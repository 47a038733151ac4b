"""The file format as JSON Schema: ``vipsim schema`` prints it, each scenario's header names it."""

from __future__ import annotations

import json
from typing import Any

from vipsim.scenario.format import ScenarioFile


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
        data = _below(data, part)
        places = [step for place in places for step in _steps(root, place, part)]
        kinds = [place for place in places if "kind" in place.get("properties", {})]
        if len(kinds) > 1 and isinstance(data, dict):
            wanted = "switch" if data.get("kind") == "switch" else "host"
            places = [place for place in kinds if wanted in str(place["properties"]["kind"])]
            places = places[: 1 if wanted == "host" else None]
    return list(dict.fromkeys(key for place in places for key in place.get("properties", {})))


def _below(data: Any, part: str | int) -> Any:
    return data[part] if isinstance(data, dict | list) else None  # type: ignore[index]


def _steps(root: dict[str, Any], place: dict[str, Any], part: str | int) -> list[dict[str, Any]]:
    """Schemas one step down, with references and alternatives resolved."""
    if isinstance(part, int):
        below = place.get("items")
    else:
        below = place.get("properties", {}).get(part, place.get("additionalProperties"))
    return _resolved(root, below) if isinstance(below, dict) else []


def _resolved(root: dict[str, Any], place: dict[str, Any]) -> list[dict[str, Any]]:
    if "$ref" in place:
        return _resolved(root, root["$defs"][place["$ref"].rpartition("/")[2]])
    for key in ("oneOf", "anyOf", "allOf"):
        if key in place:
            return [one for option in place[key] for one in _resolved(root, option)]
    return [place]
