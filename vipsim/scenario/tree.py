"""YAML text as plain data with the place of every key and value, in bounded time and memory.

ruamel.yaml scans and parses (YAML 1.2); the tree is put together here from its events, because this is
where the limits are: depth, number of values, no aliases, no tags, no second document, no key twice.
Words without quotes mean what YAML 1.2's core schema says: ``on`` and a MAC address are text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from vipsim.errors import Problem
from vipsim.scenario.check.findings import MAX_PROBLEMS
from vipsim.scenario.fields import shown

MAX_BYTES = 1_000_000
MAX_DEPTH = 20
MAX_VALUES = 200_000

_INT = re.compile(r"[-+]?[0-9]{1,30}|0x[0-9a-fA-F]{1,16}|0o[0-7]{1,20}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]{1,30}|[0-9]{1,30}(\.[0-9]{0,30})?)([eE][-+]?[0-9]{1,3})?")
_WORDS: dict[str, bool | None] = {"": None, "~": None, "null": None, "Null": None, "NULL": None}
_WORDS |= {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}

Place = tuple[int, int]
"""Line and column, both from 1."""
Path = tuple[str | int, ...]


@dataclass(slots=True)
class Tree:
    """Plain data and where it stands in the text."""

    data: Any = None
    keys: dict[Path, Place] = field(default_factory=dict)
    values: dict[Path, Place] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def place(self, path: Path, *, key: bool = False) -> Place:
        """Where to point for a problem at `path`: a scalar's own place, or the key of what is larger.

        With `key` always the key.
        """
        path = tuple(path)
        while path and path not in self.values:
            path = path[:-1]
        value = self.values.get(path, (1, 1))
        found: Any = self.data
        try:
            for part in path:
                found = found[part]
        except (LookupError, TypeError):
            return value  # the reader has taken it out already: a second problem of the same place
        return self.keys.get(path, value) if key or isinstance(found, dict | list) else value


def resolve(text: str) -> Any:
    """Value of a word without quotes, by the core schema of YAML 1.2."""
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        return int(text, 0 if text[:2] in ("0x", "0o") else 10)
    return float(text) if _FLOAT.fullmatch(text) else text


class _TooMuch(Exception):
    """The text goes over a limit: reading ends here."""


def grow(text: str) -> Tree:
    """Read YAML text; what is wrong with it as YAML is in the tree's problems."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    tree = Tree()
    grower = _Grower(tree)
    try:
        with suppress(_TooMuch):
            grower.document(iter(YAML(typ="safe", pure=True).parse(text)))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)
        tree.problems.append(Problem(*_in_our_words(error), line=line, column=column))
    except (YAMLError, ValueError, LookupError, TypeError, AttributeError, AssertionError) as error:
        # ruamel's scanner has a few bare Python errors of its own for odd input.
        line, column = grower.at
        tree.problems.append(Problem(f"this is no YAML ({type(error).__name__})", line=line, column=column))
    return tree


def _in_our_words(error: Any) -> tuple[str, str]:
    said = str(error.problem or error.context or "unreadable").strip()
    if "'\\t'" in said or "\t" in said:
        return "a tab cannot indent", "use spaces"
    said = "".join(letter if letter.isprintable() else "?" for letter in said)
    hints = {
        "mapping values are not allowed here": "check the indentation, and put text with ': ' in quotes",
        "could not find expected ':'": "a key needs a colon and a space: key: value",
        "expected <block end>": "check the indentation",
    }
    hint = next((text for start, text in hints.items() if said.startswith(start)), "")
    return f"this is no YAML: {said[:120]}", hint


class _Grower:
    """Puts the tree together from ruamel's events."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.count = 0
        self.at: Place = (1, 1)

    def problem(self, message: str, hint: str = "", place: Place | None = None) -> None:
        line, column = place or self.at
        self.tree.problems.append(Problem(message, hint, line=line, column=column))
        if len(self.tree.problems) >= MAX_PROBLEMS:
            raise _TooMuch

    def stop(self, message: str, hint: str = "") -> None:
        self.problem(message, hint)
        raise _TooMuch

    def document(self, events: Iterator[Any]) -> None:
        documents = 0
        for event in events:
            self.at = (event.start_mark.line + 1, event.start_mark.column + 1)
            kind = type(event).__name__
            if kind == "DocumentStartEvent":
                documents += 1
                if documents > 1:
                    self.stop("a second document begins here", "one file holds one scenario")
                if event.version not in (None, (1, 2)):
                    self.problem("this is not YAML 1.2", "leave out the %YAML line")
            elif kind not in ("StreamStartEvent", "StreamEndEvent", "DocumentEndEvent", "CommentEvent"):
                self.tree.data = self.value(event, events, ())

    def value(self, event: Any, events: Iterator[Any], path: Path) -> Any:
        self.at = (event.start_mark.line + 1, event.start_mark.column + 1)
        self.count += 1
        if self.count > MAX_VALUES:
            self.stop("too many values", f"allowed: {MAX_VALUES}")
        if len(path) > MAX_DEPTH:
            self.stop("nested too deeply", f"allowed: {MAX_DEPTH} levels")
        self.tree.values[path] = self.at
        kind = type(event).__name__
        if kind == "AliasEvent":
            self.problem(f"aliases (*{event.anchor}) are not used here"[:80], "write the value again")
            return None
        if getattr(event, "anchor", None):
            self.problem(f"anchors (&{event.anchor}) are not used here"[:80], "leave it out")
        if kind == "ScalarEvent":
            return self.scalar(event)
        if event.ctag is not None:
            self.problem(f"tags ({event.tag}) are not used here"[:80], "leave it out")
        return self.sequence(events, path) if kind == "SequenceStartEvent" else self.mapping(events, path)

    def scalar(self, event: Any) -> Any:
        plain, quoted = event.implicit
        if event.ctag is not None and not (plain or quoted):
            self.problem(f"tags ({event.tag}) are not used here"[:80], "put text in quotes instead")
            return event.value
        return resolve(event.value) if plain else event.value

    def sequence(self, events: Iterator[Any], path: Path) -> list[Any]:
        items: list[Any] = []
        for event in events:
            if type(event).__name__ == "SequenceEndEvent":
                break
            items.append(self.value(event, events, (*path, len(items))))
        return items

    def mapping(self, events: Iterator[Any], path: Path) -> dict[Any, Any]:
        found: dict[Any, Any] = {}
        for event in events:
            if type(event).__name__ == "MappingEndEvent":
                break
            place = (event.start_mark.line + 1, event.start_mark.column + 1)
            key = self.value(event, events, (*path, "?"))
            fits = True
            if key is None or isinstance(key, dict | list | float | bool):
                self.problem(f"{shown(key)} is no key", "a key is a name; put others in quotes", place)
                key, fits = "?", False
            elif key == "<<" and event.implicit[0]:
                self.problem("merge keys (<<) are not used here", "write the values again", place)
                fits = False
            elif key in found:
                self.problem(f"the key {shown(key)} is here twice", "rename or remove one", place)
            self.tree.keys[(*path, key)] = place
            following = next(events)
            value = self.value(following, events, (*path, key))
            if value is None and getattr(following, "value", None) == "":
                self.tree.values[(*path, key)] = place  # nothing stands there: point at the key
            if fits:
                found[key] = value
        return found
