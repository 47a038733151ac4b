"""Put stand-ins where a scenario's data is malformed, so that all the rest can be judged.

Each malformed value is left out if it may be, or replaced by something that fits and says nothing. Its
place is noted as lost: the checker concludes nothing from a lost value, so that a mistake is reported
once and what merely follows from it is not.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from vipsim.errors import Problem
from vipsim.scenario.check.findings import MAX_PROBLEMS, UNREADABLE, Damage
from vipsim.scenario.explain import Path, explain, keys_beside, place
from vipsim.scenario.fields import NAME, closest
from vipsim.scenario.format import ScenarioFile
from vipsim.scenario.model import FaultWord

_ROUNDS = 6
"""A part's own rules are asked only when its values fit: mending goes from the inside out."""
_DEPTH = 8
"""No place of the format is deeper."""
_WORDS = frozenset(word.value for word in FaultWord)
_HARMLESS = frozenset({"for", "every", "value", "plus", "since"})
"""Keys of a fault that have no say in what happens and when."""
_REMOVED = object()


@dataclass(slots=True)
class Mended:
    """A scenario's data after mending."""

    file: ScenarioFile | None = None
    """None if too much was broken."""
    problems: list[Problem] = field(default_factory=list)
    damage: Damage = field(default_factory=Damage)


def mend(data: dict[Any, Any]) -> Mended:
    """Validate the data, with a stand-in for whatever does not fit the format."""
    mender = _Mender(data)
    file = mender.run()
    return Mended(file, list(mender.problems.values()), mender.damage())


class _Mender:
    """The data as far as it is mended, and what was found on the way."""

    def __init__(self, data: dict[Any, Any]) -> None:
        self.data: Any = data
        self.problems: dict[tuple[Path, str], Problem] = {}
        self.lost: set[Path] = set()
        self.below: dict[Path, set[str | int]] = {}
        self.names = {UNREADABLE}
        self.sections: set[str] = set()

    def damage(self) -> Damage:
        sections = self.sections | {str(path[0]) for path in self.lost if len(path) == 1}
        return Damage(frozenset(self.lost), frozenset(self.below), frozenset(self.names), frozenset(sections))

    def run(self) -> ScenarioFile | None:
        for number in range(_ROUNDS):
            details: list[Any] = _homeless(self.data) if not number else []
            file = None
            try:
                file = ScenarioFile.model_validate(self.data)
            except ValidationError as error:
                details += error.errors(include_url=False, include_input=False)
            if not details:
                return file
            if not number:
                self.data = _copied(self.data, _DEPTH)
            # An unknown key goes first: it may be the one that is missing.
            placed = [(detail, place(self.data, detail["loc"])) for detail in details]
            placed.sort(key=lambda pair: pair[0]["type"] != "extra_forbidden")
            self._note_kinds(placed)
            for detail, path in placed:
                self._report(detail, path, number)
                if detail["type"] == "extra_forbidden":
                    self._lose_meant(path)
            for detail, path in placed:
                self._mend(detail, path)
        return None

    def _note_kinds(self, placed: list[tuple[Any, Path]]) -> None:
        """A node whose kind is unknown was taken for a host: what a host would need is not missing."""
        for detail, path in placed:
            if path[:1] != ("nodes",) or len(path) != 3 or path in self.lost:
                continue
            is_meant = detail["type"] == "extra_forbidden" and self._meant(path) == "kind"
            if path[2] == "kind" or is_meant:
                self._report(detail, path, 0)
                self._lose(path[:2])
                self.names.add(str(path[1]))

    def _report(self, detail: Any, path: Path, number: int) -> None:
        kind = detail["type"]
        about = (*path, detail["loc"][-1]) if kind == "missing" else path
        if len(self.problems) >= MAX_PROBLEMS or self._is_gone(about):
            return
        if number and (kind != "value_error" or self._follows(path)):
            return
        problem = explain(detail, path, self.data)
        self.problems.setdefault((problem.where, problem.message), problem)

    def _follows(self, path: Path) -> bool:
        """True if a part breaks its own rule because something in it was lost."""
        blamed = self.below.get(path, set()) - _HARMLESS
        if path[:1] == ("faults",) and "word" not in blamed:
            blamed = blamed - (_WORDS & set(self._at(path) or ()))
        return bool(blamed)

    def _is_gone(self, path: Path) -> bool:
        return any(path[:length] in self.lost for length in range(1, len(path) + 1))

    def _lose(self, path: Path) -> None:
        self.lost.add(path)
        for length in range(1, len(path)):
            self.below.setdefault(path[:length], set()).add(path[length])

    def _meant(self, path: Path) -> str | None:
        return closest(path[-1], keys_beside(path, self.data))

    def _lose_meant(self, path: Path) -> None:
        meant = self._meant(path)
        if meant is not None and not self._is_gone(path):
            self._lose((*path[:-1], meant))

    def _at(self, path: Path) -> Any:
        found = self.data
        for part in path:
            try:
                found = found[part]
            except (KeyError, IndexError, TypeError):
                return None
        return found

    def _mend(self, detail: Any, path: Path) -> None:
        kind = detail["type"]
        if kind == "missing":
            path = (*path, detail["loc"][-1])
        if path[:2] in self.lost and path[:1] == ("nodes",):
            path = path[:2]
        if kind == "extra_forbidden":
            self._put(path, _REMOVED)
        elif detail["loc"][-1] == "[key]":
            self._lose_key(path)
        elif kind == "value_error" and len(path) == 2 and path[0] == "faults":
            self._mend_fault(path)
            return
        else:
            if len(path) == 2 and path[0] == "nodes":
                self.names.add(str(path[1]))
            self._put(path, _stand_in(path, len(self.lost)))
        self._lose(path)

    def _lose_key(self, path: Path) -> None:
        """A key that is no name: what it names may be meant anywhere."""
        self._put(path, _REMOVED)
        self.names.add(str(path[-1]))
        if len(path) == 2:
            self.sections.add(str(path[0]))
        else:
            self._lose(path[:-1])

    def _put(self, path: Path, value: Any) -> None:
        parent = self._at(path[:-1])
        if isinstance(parent, dict):
            if value is _REMOVED:
                parent.pop(path[-1], None)
            else:
                parent[path[-1]] = value
        elif isinstance(parent, list) and value is not _REMOVED:
            parent[int(path[-1])] = value

    def _mend_fault(self, path: Path) -> None:
        fault = self._at(path)
        words = _WORDS & set(fault)
        if len(words) != 1:
            for word in words:
                del fault[word]
            fault["crash"] = UNREADABLE
            self._lose((*path, "word"))
            self._lose((*path, "crash"))
        elif len({"at", "after"} & set(fault)) != 1:
            fault.pop("after", None)
            fault["at"] = "0s"
            self._lose((*path, "at"))


def _copied(data: Any, depth: int) -> Any:
    if depth and isinstance(data, dict):
        return {key: _copied(value, depth - 1) for key, value in data.items()}
    return [_copied(value, depth - 1) for value in data] if depth and isinstance(data, list) else data


def _homeless(data: dict[Any, Any]) -> list[Any]:
    """Clients that name no node and are not called as a host; pydantic cannot see that."""
    clients, nodes = data.get("clients"), data.get("nodes")
    if not isinstance(clients, dict) or not isinstance(nodes, dict):
        return []
    if not all(isinstance(name, str) and NAME.fullmatch(name) for name in nodes):
        return []  # one that is no name may be the host
    return [
        {"type": "missing", "loc": ("clients", name, "node")}
        for name, client in clients.items()
        if isinstance(client, dict) and "node" not in client and name not in nodes
    ]


def _stand_in(path: Path, number: int) -> Any:
    """What fits at a place and says nothing; removed where nothing is needed."""
    address = f"0.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}/24"
    member = {"priority": 100}
    vrrp = {"vrid": 1, "vips": [UNREADABLE], "members": {UNREADABLE: member}}
    carp = {"vhid": 1, "vips": [UNREADABLE], "members": {UNREADABLE: {}}}
    pair = {key: UNREADABLE for key in ("name", "primary", "standby")} | {"vips": [UNREADABLE]}
    match path:
        case ("name",):
            return "unnamed"
        case ("duration",):
            return "3650d"
        case ("nodes",) | ("nodes", _, "interfaces"):
            return {}
        case ("nodes", _, "interfaces", _):
            return {"address": address}
        case ("nodes", _, "interfaces", _, "address") | ("vips", _):
            return address
        case ("nodes", _, "services", _) | ("groups", _, "vrrp", "vrid") | ("groups", _, "carp", "vhid"):
            return 1
        case ("links", _):
            return {"ends": [UNREADABLE, UNREADABLE]}
        case ("links", _, "ends"):
            return [UNREADABLE, UNREADABLE]
        case ("groups", _):
            return {"vrrp": vrrp}
        case ("groups", _, "vrrp"):
            return vrrp
        case ("groups", _, "carp"):
            return carp
        case ("groups", _, "carp", "members"):
            return {UNREADABLE: {}}
        case ("groups", _, "carp", "members", _):
            return {}
        case ("groups", _, "heartbeat"):
            return pair
        case ("groups", _, _, "vips"):
            return [UNREADABLE]
        case ("groups", _, "vrrp", "members"):
            return {UNREADABLE: member}
        case ("groups", _, "vrrp", "members", _):
            return member
        case ("groups", _, "vrrp", "members", _, "priority"):
            return 100
        case ("clients", _):
            return {"node": UNREADABLE, "target": UNREADABLE}
        case ("faults", _):
            return {"crash": UNREADABLE, "at": "0s"}
        case ("faults", _, "at"):
            return "0s"
        case ("faults", _, "after"):
            return {"advert": UNREADABLE}
        case _:
            return UNREADABLE if _is_reference(path) else _REMOVED


def _is_reference(path: Path) -> bool:
    match path:
        case ("links", _, "ends", _) | ("groups", _, _, "vips", _) | ("faults", _, "after", _):
            return path[-1] not in ("plus", "since")
        case ("groups", _, "heartbeat", key):
            return key in ("name", "primary", "standby")
        case ("clients", _, key):
            return key in ("node", "target")
        case ("faults", _, key):
            return key in _WORDS
    return False
