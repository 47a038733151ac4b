"""Names in a scenario for what files and interfaces are called."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import PurePath

from vipsim.scenario.fields import NAME, PORT_NAME

_RESERVED = ("all",)
_USUAL = "keepalived"
"""What every node's file is called where it is installed: the folder says more."""


class Names:
    """Names that are taken; nodes, VIPs and clients share them."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = set(taken)

    def new(self, wanted: str) -> str:
        """Take a name: the one that is wanted, or else with a number."""
        name, number = wanted, 1
        while name in self._taken:
            number += 1
            name = f"{wanted}-{number}"
        self._taken.add(name)
        return name


def node_names(paths: Sequence[str]) -> list[str]:
    """Return a node name for each file: its stem, or its folder where the stems are the same, or usual.

    >>> node_names(["conf/a.conf", "conf/b.conf"])
    ['a', 'b']
    >>> node_names(["lb1/keepalived.conf", "lb2/keepalived.conf"])
    ['lb1', 'lb2']
    >>> node_names(["a.conf", "lb2/keepalived.conf"])
    ['a', 'lb2']
    """
    stems = [plain_name(PurePath(path).name.removesuffix(".conf")) for path in paths]
    folders = [plain_name(PurePath(path).parent.name) if PurePath(path).parent.name else "" for path in paths]
    if len(set(stems)) < len(stems) and all(folders) and len(set(folders)) == len(folders):
        stems = folders
    stems = [
        folder if stem == _USUAL and folder else stem for stem, folder in zip(stems, folders, strict=True)
    ]
    names = Names(_RESERVED)
    return [names.new(stem) for stem in stems]


def plain_name(text: str) -> str:
    """The nearest text that is a name."""
    cleaned = re.sub(r"[^A-Za-z0-9_-]+", "-", text).strip("-")[:40]
    if not NAME.fullmatch(cleaned):
        cleaned = f"n-{cleaned}" if cleaned else "node"
    return cleaned


def iface_name(text: str) -> str:
    """The nearest text that is a name of an interface."""
    if PORT_NAME.fullmatch(text):
        return text
    cleaned = re.sub(r"[^A-Za-z0-9_.-]", "-", text)
    return cleaned[:15] if PORT_NAME.fullmatch(cleaned[:15]) else f"i{cleaned}"[:15]
