"""Who answered the client, one after the other: the order of events as the client met them."""

from __future__ import annotations

from typing import Any

from vipsim.validate.judge.noise import BLIND_S

Story = tuple[str, ...]


def stories(row: dict[str, Any]) -> frozenset[Story]:
    """Return the sequences of answering nodes that the row may be read as.

    A node that answered for less than the recording can tell may be in the story or not; near that
    limit both readings hold.
    """
    return frozenset(_story(row, shortest) for shortest in (0.5 * BLIND_S, BLIND_S, 2 * BLIND_S))


def _story(row: dict[str, Any], shortest: float) -> Story:
    told: list[str] = []
    owners = row.get("owners") or []
    for number, (node, first, last, _) in enumerate(owners):
        # The first may have begun before the observation, and the last goes on after it: they count anyhow.
        is_brief = last - first < shortest and 0 < number < len(owners) - 1
        if not is_brief and (not told or told[-1] != node):
            told.append(node)
    return tuple(told)


def said(row: dict[str, Any]) -> str:
    """The story in words."""
    return " then ".join(_story(row, BLIND_S)) or "nobody"
