"""Rows ``sw-`` of the oracle: what was done to a Linux bridge is done to the simulated switch.

The bench lays one cable to each port and does what the row's `actions` say, at their times. Each reading
has a place in the row (`into`), and what stands there is what the kernel had.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from vipsim.machines.bridge.words import PortOptions
from vipsim.machines.wheel import granularity
from vipsim.units import MS, Time, format_duration
from vipsim.validate.fields import Fields, RowError, shown
from vipsim.validate.frames import read_frame
from vipsim.validate.switch_bench import SwitchBench
from vipsim.validate.switch_settings import NETFILTER, NEW, Settings, kernel_name
from vipsim.wire.addresses import Mac
from vipsim.wire.codec import encode

UP_BEFORE = 250 * MS
"""How long bridge and ports have been up at t = 0."""
LATEST = 10**8
"""Largest time of an action (ms): beyond a day it is a mistake."""
MOST_POLLS = 100_000
"""Readings of ports' states in one row."""
MOST_ACTIONS = 10_000
MOST_COPIES = 200_000
"""Frames in times ports in one row."""
HZ = 250
"""Of the recording kernel."""
PORT_FLAGS = {
    "learning": "learning",
    "flood": "flood",
    "mcast_flood": "multicast_flood",
    "bcast_flood": "broadcast_flood",
    "isolated": "isolated",
}
"""Flags of a port: the kernel's word and the model's."""


def replay_switch(row: dict[str, Any]) -> list[str]:
    """Replay one row; returns the differences (empty: the model did what the kernel did).

    Raises
    ------
    RowError
        If the row cannot be interpreted: place, reason, fix.
    SkipRow
        If it asks for what is not modelled.
    """
    return _Replay(Fields(row)).differences()


class _Replay:
    """One row on the bench."""

    def __init__(self, row: Fields) -> None:
        self.row = row
        self.found: list[str] = []
        self.actions = list(row.objects("actions"))
        if len(self.actions) > MOST_ACTIONS:
            row.wrong("actions", f"there are {len(self.actions)} of them", f"write at most {MOST_ACTIONS}")
        self.copies = 0
        """Frames that came out of the ports so far, at most."""
        self.polls = 0
        """Readings of ports' states so far."""
        self.ops: dict[str, Callable[[Fields], None]] = {
            "frame": self._frame,
            "wait": self._wait,
            "sysctl": self._sysctl,
            "carrier_up": lambda action: self._carrier(action, True),
            "carrier_down": lambda action: self._carrier(action, False),
            "port_up": lambda action: self._admin(action, True),
            "port_down": lambda action: self._admin(action, False),
            "port_removed": lambda action: self.bench.switch.remove_port(self._port(action)),
            "port_added": self._port_added,
            "port_set": self._port_set,
            "fdb_replace": self._fdb_replace,
            "read_fdb": lambda action: self._compare(action, self.bench.entry(action.mac("mac"))),
            "read_port_state": self._read_port_state,
            "poll_port_state": self._poll_port_state,
            "read_bridge_settings": self._read_settings,
        }
        self.settings = Settings()
        self.bench = self._bench()
        self._set_up()
        earliest = min((self._time(action) for action in self.actions), default=0)
        self.zero = UP_BEFORE - min(earliest, 0)

    def differences(self) -> list[str]:
        """Do all actions and tell where a reading differs."""
        for action in self.actions:
            op = action.text("op")
            if op not in self.ops:
                action.wrong("op", f"{shown(op)} is no action at a switch", f"use {', '.join(self.ops)}")
            self.bench.run(self.zero + self._time(action))
            self.ops[op](action)
        return self.found

    # --- setting up --------------------------------------------------------------------------

    def _bench(self) -> SwitchBench:
        """Set up the bench as `bridge`, `ports` and `static_entries` say, save what an action sets later."""
        later = [kernel_name(action.text("key")) for action in self._all("sysctl")]
        self.settings.take(self.row.obj("bridge"), later)
        bench = SwitchBench(self.settings.rules(), self._ports())
        if not self._all("fdb_replace") and "static_entries" in self.row:
            for entry in self.row.objects("static_entries"):
                bench.set_entry(*_entry(entry))
        return bench

    def _set_up(self) -> None:
        """Have the bench follow the settings."""
        self.bench.set_rules(self.settings.rules())
        self.bench.checks_ipv4 = bool(self.settings[NETFILTER])
        self.bench.snoops = bool(self.settings["mcast_snooping"])

    def _ports(self) -> dict[str, PortOptions]:
        """Settings of each port at the start: what `ports` says and no ``port_set`` does later."""
        later = {(action.text("port"), key) for action in self._all("port_set") for key in action.data}
        found = {}
        for name in self.row.obj("ports").data:
            given = self.row.obj("ports").obj(name)
            flags = {
                ours: given.flag(theirs)
                for theirs, ours in PORT_FLAGS.items()
                if theirs in given and (name, theirs) not in later
            }
            found[name] = PortOptions(**flags)
        return found

    def _all(self, op: str) -> list[Fields]:
        return [action for action in self.actions if action.text("op") == op]

    # --- what is done ------------------------------------------------------------------------

    def _frame(self, action: Fields) -> None:
        port = self._port(action)
        self.copies += len(self.bench.ports)
        if self.copies > MOST_COPIES:
            self.row.wrong("actions", f"more than {MOST_COPIES} frames would come out", "write fewer of them")
        began = self.bench.now
        self.bench.inject(port, _octets(action.obj("frame")))
        if not action.has("into"):
            return
        watched = action.texts("watched_on")
        self.bench.run(began + action.milliseconds("watch_ms"))
        came_out = self.bench.came_out(began)
        self._compare(action, [name for name in watched if name in came_out])

    def _wait(self, action: Fields) -> None:
        self.bench.run(self.zero + self._time(action) + action.milliseconds("ms"))

    def _sysctl(self, action: Fields) -> None:
        self.settings.put(action)
        self._set_up()

    def _carrier(self, action: Fields, up: bool) -> None:
        self.bench.switch.set_carrier(self._port(action), up, 0)

    def _admin(self, action: Fields, up: bool) -> None:
        self.bench.switch.set_admin(self._port(action), up)

    def _port_added(self, action: Fields) -> None:
        self.bench.add_port(action.name("port"))

    def _port_set(self, action: Fields) -> None:
        flags = {key: action.flag(key) for key in action.data if key not in ("t_ms", "op", "port")}
        for key in flags:
            if key not in PORT_FLAGS:
                action.wrong(key, "there is no such flag of a port", f"use {', '.join(PORT_FLAGS)}")
        given = {PORT_FLAGS[key]: value for key, value in flags.items()}
        self.bench.switch.set_port(self._port(action), replace(self._options(action), **given))

    def _options(self, action: Fields) -> PortOptions:
        """Return the settings of a port that is in the bridge."""
        port = self.bench.switch.bridge.ports.get(self._port(action))
        if port is None:
            action.wrong("port", "it was taken out of the bridge", "name a port that is in it")
        return port.options

    def _fdb_replace(self, action: Fields) -> None:
        self._port(action)
        self.bench.set_entry(*_entry(action))

    # --- readings ----------------------------------------------------------------------------

    def _read_port_state(self, action: Fields) -> None:
        port = self._port(action)
        state = self.bench.state(port).value.lower()
        wanted = self._wanted(action)
        if not isinstance(wanted, dict):
            return self._compare(action, state)
        ours: dict[str, Any] = {key: getattr(self._options(action), name) for key, name in PORT_FLAGS.items()}
        known = self.bench.ports[port]
        ours |= {"state": state, "admin_up": known.admin, "carrier": known.carrier}
        self._compare(action, {key: ours.get(key, "not modelled") for key in wanted})

    def _poll_port_state(self, action: Fields) -> None:
        """Read a port's state again and again; the kernel's timers may be late, and so may who looks."""
        port, began = self._port(action), self.bench.now
        every, until = action.milliseconds("every_ms"), began + action.milliseconds("for_ms")
        self.polls += (until - began) // every if every else MOST_POLLS + 1
        if self.polls > MOST_POLLS:
            action.wrong("every_ms", f"more than {MOST_POLLS} readings", "write a longer interval")
        states: list[tuple[Time, str]] = []
        while self.bench.now <= until:
            state = self.bench.state(port).value.lower()
            if not states or states[-1][1] != state:
                states.append((self.bench.now - began, state))
            self.bench.run(self.bench.now + every)
        late = granularity(self.settings.forward_delay, HZ)
        wanted = self._wanted(action)
        place = self.row.at(action.text("into"))
        if not isinstance(wanted, list) or not all(isinstance(one, dict) for one in wanted):
            raise RowError(place, f"{shown(wanted)} is no list of states", "write {t, state} for each")
        seen = [(one.seconds("t"), one.text("state")) for one in (Fields(each, place) for each in wanted)]
        if [state for _, state in states] != [state for _, state in seen]:
            self._differ(action, [state for _, state in seen], [state for _, state in states])
            return
        for step, ((ours, state), (theirs, _)) in enumerate(zip(states, seen, strict=True)):
            if not -every <= theirs - ours <= step * late + every:
                self._differ(action, f"{state} at {format_duration(theirs)}", format_duration(ours))

    def _read_settings(self, action: Fields) -> None:
        wanted = self._wanted(action)
        if not isinstance(wanted, dict):
            raise RowError(
                self.row.at(action.text("into")), f"{shown(wanted)} is no object", "write settings"
            )
        given = Fields(wanted, action.text("into"))
        for name in wanted:
            ours = self.settings[kernel_name(name)] if kernel_name(name) in NEW else None
            if self.settings.read(given, name) != ours:
                self._differ(action, f"{name} {wanted[name]}", ours)

    def _compare(self, action: Fields, ours: object) -> None:
        wanted = self._wanted(action)
        if isinstance(wanted, list) and isinstance(ours, list):
            wanted, ours = sorted(map(str, wanted)), sorted(ours)
        if wanted != ours:
            self._differ(action, wanted, ours)

    def _differ(self, action: Fields, wanted: object, ours: object) -> None:
        self.found.append(f"{action.text('into')}: expected {shown(wanted)}, got {shown(ours)}")

    def _wanted(self, action: Fields) -> Any:
        """What the row has where the reading of `action` belongs."""
        *path, last = action.text("into").split(".")
        holder = self.row
        for name in path:
            holder = holder.obj(name)
        if last not in holder:
            action.wrong("into", f"the row has no {shown(action.data['into'])}", "name a field of the row")
        return holder.data[last]

    def _port(self, action: Fields) -> str:
        name = action.name("port")
        if name not in self.bench.ports:
            action.wrong("port", f"there is no port {shown(name)}", f"use {', '.join(self.bench.ports)}")
        return name

    def _time(self, action: Fields) -> Time:
        value = action.number("t_ms")
        if abs(value) > LATEST:
            action.wrong("t_ms", f"{shown(value)} is too far away", f"write at most {LATEST}")
        return round(value * MS)


def _entry(fields: Fields) -> tuple[Mac, str, bool, bool]:
    return fields.mac("mac"), fields.name("port"), fields.flag("static", False), fields.flag("sticky", False)


def _octets(frame: Fields) -> bytes:
    if not frame.has("hex"):
        return encode(read_frame(frame))
    text = frame.text("hex")
    try:
        data = bytes.fromhex(text)
    except ValueError:
        frame.wrong("hex", f"{shown(text)} is not hexadecimal", "write two digits for each octet")
    if len(data) < 14:
        frame.wrong("hex", f"{len(data)} octets hold no Ethernet header", "write 14 or more")
    return data
