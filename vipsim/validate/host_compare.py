"""What a row says that the real kernel did, against what the model did, in words."""

from __future__ import annotations

from typing import Any

from vipsim.validate.fields import Fields, shown
from vipsim.validate.frames import in_words, is_unicast_probe, mac_text, read_sent
from vipsim.wire.addresses import Mac

STATES = (
    "none", "INCOMPLETE", "REACHABLE", "STALE", "DELAY", "PROBE", "FAILED", "PERMANENT", "NOARP",
)  # fmt: skip
"""States of an entry in the oracle's words."""


class Comparison:
    """Collects the differences of one row."""

    def __init__(self, row: Fields) -> None:
        self.row = row
        self.differences: list[str] = []

    def differs(self, field: str, expected: object, got: object) -> None:
        """Note a difference unless both are equal."""
        if expected != got:
            self.differences.append(f"{field}: expected {expected}, got {got}")

    def object_at(self, path: str) -> Fields:
        """Return the object at a dotted path of the row, such as ``result.entry_vip``."""
        found = self.row
        for part in path.split("."):
            found = found.obj(part)
        return found

    def entry(self, path: str, state: str, lladdr: Mac | None) -> None:
        """Compare an entry: its state and MAC, no ages and no number of probes."""
        expected = self.object_at(path)
        self.differs(f"{path}.state", read_state(expected, "state"), state)
        wanted = mac_text(expected.mac("lladdr")) if expected.has("lladdr") else None
        if "lladdr" not in expected:
            expected.wrong("lladdr", "the field is missing", "write a MAC address or null")
        self.differs(f"{path}.lladdr", wanted, mac_text(lladdr))

    def sent(self, path: str, got: list[dict[str, Any]], probing: bool) -> None:
        """Compare frames: kinds, destinations and contents, in order.

        `probing` leaves out unicast probes: a running PROBE timer may send some inside the window.
        """
        holder, _, name = path.rpartition(".")
        fields = self.object_at(holder) if holder else self.row
        expected = [read_sent(frame) for frame in fields.objects(name)]
        if probing:
            expected = [frame for frame in expected if not is_unicast_probe(frame)]
            got = [frame for frame in got if not is_unicast_probe(frame)]
        for number in range(max(len(expected), len(got))):
            wanted = in_words(expected[number]) if number < len(expected) else "nothing"
            seen = in_words(got[number]) if number < len(got) else "nothing"
            self.differs(f"{path}[{number}]", wanted, seen)

    def send_error(self, path: str, got: str | None) -> None:
        """Compare what a system call said."""
        expected = self.object_at(path)
        wanted = expected.text("send_error") if expected.has("send_error") else None
        self.differs(f"{path}.send_error", wanted, got)

    def numbers(self, path: str, got: dict[str, object]) -> None:
        """Compare the figures of a burst that the row gives."""
        expected = self.object_at(path)
        known = [name for name in got if name in expected]
        if not known:
            expected.wrong(next(iter(got)), "the field is missing", f"write one of {', '.join(got)}")
        for name in known:
            value = expected.data[name]
            if value is not None and not isinstance(value, int):
                expected.wrong(
                    name, f"{shown(value)} is no figure of a burst", "write a number, true or null"
                )
            self.differs(f"{path}.{name}", value, got[name])


def read_state(fields: Fields, name: str) -> str:
    """Return a state of an entry that the oracle knows."""
    state = fields.text(name)
    if state not in STATES:
        fields.wrong(name, f"there is no state {shown(state)}", f"use one of {', '.join(STATES)}")
    return state
