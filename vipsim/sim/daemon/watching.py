"""What keepalived watches beside the network: scripts that it runs, files, and processes.

A script runs when the daemon starts, and then every interval. In a run that begins settled its phase is drawn
(stream ``script``), as nobody knows when such a daemon was started. Files and processes are told of at once,
a process after its ``delay``. What a fault does to them (`Watching.set_script`, `Watching.set_value`) stays
while the daemon is away, and it finds it so when it starts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vipsim.machines.vocabulary import Counted, ScriptDone, TimerName
from vipsim.machines.vrrp import VrrpMachine
from vipsim.machines.vrrp.keywords import TrackFile, TrackProcess, TrackScript

if TYPE_CHECKING:
    from vipsim.sim.daemon.process import Daemon

FAILS, HANGS, SUCCEEDS = "fail", "hang", "ok"
"""What becomes of a script that is run; one that hangs has failed when its timeout ends."""


@dataclass(slots=True)
class Script:
    """A script, and whether it is running now."""

    track: TrackScript
    is_running: bool = False

    @property
    def timeout(self) -> int:
        """How long it may run, in ns."""
        return self.track.timeout or self.track.interval


class Watching:
    """What the daemon of one host watches."""

    __slots__ = ("_daemon", "_outcomes", "_scripts", "_values", "_watched")

    def __init__(self, daemon: Daemon) -> None:
        self._daemon = daemon
        self._scripts: dict[str, Script] = {}
        """By the part of their timers, as long as the daemon is there."""
        self._watched: dict[str, TrackFile | TrackProcess] = {}
        self._outcomes: dict[str, str] = {}
        """What becomes of each script that does not succeed."""
        self._values: dict[str, int] = {}
        """What each file says, and how many processes run, where that has been changed."""

    # --- with the daemon -------------------------------------------------------------------

    def begin(self, cause: int, settled: bool) -> None:
        """The daemon has started, or (`settled`) started long ago."""
        self._look()
        for part, script in self._scripts.items():
            if settled:
                streams, name = self._daemon.world.streams, self._daemon.name
                phase = streams.get("script", name, script.track.name).randrange(script.track.interval)
                self._set(part, "run", phase, cause)
            else:
                self._run(part, script, cause)
        for name, value in self._values.items():
            if name in self._watched:
                self._daemon.tell(Counted(name, value), cause)

    def forget(self) -> None:
        """The daemon is gone, and its children with it."""
        self._scripts.clear()
        self._watched.clear()

    def _look(self) -> None:
        for machine in self._daemon.machines.values():
            if not isinstance(machine, VrrpMachine):
                continue
            for script in machine.keywords.track_script:
                self._scripts.setdefault(f"script {script.name}", Script(script))
            watched: Iterable[TrackFile | TrackProcess] = (
                *machine.keywords.track_file,
                *machine.keywords.track_process,
            )
            for track in watched:
                self._watched.setdefault(track.name, track)

    # --- what faults do --------------------------------------------------------------------

    def set_script(self, name: str, outcome: str) -> None:
        """Let a script have another outcome from its next run on."""
        self._outcomes[name] = outcome

    def set_value(self, name: str, value: int | None, cause: int) -> None:
        """Let a file say `value`, or so many processes run; None: as at the start."""
        if value is None:
            self._values.pop(name, None)
        else:
            self._values[name] = value
        track = self._watched.get(name)
        if isinstance(track, TrackProcess) and track.delay:
            self._set(f"process {name}", "delay", track.delay, cause)
        elif track is not None:
            self._daemon.tell(Counted(name, self._value(track)), cause)

    def _value(self, track: TrackFile | TrackProcess) -> int:
        usual = track.value if isinstance(track, TrackFile) else track.quorum
        return self._values.get(track.name, usual)

    # --- scripts and delays ----------------------------------------------------------------

    def fired(self, name: TimerName, cause: int) -> None:
        """One of the timers fired."""
        part, what = name
        if what == "delay":
            track = self._watched[part.removeprefix("process ")]
            self._daemon.tell(Counted(track.name, self._value(track)), cause)
            return
        script = self._scripts[part]
        if what == "timeout":
            self._done(script, False, cause)
        else:
            self._run(part, script, cause)

    def _run(self, part: str, script: Script, cause: int) -> None:
        """Run a script, unless it is still running (keepalived 2.2.7 skips that turn)."""
        self._set(part, "run", script.track.interval, cause)
        if script.is_running:
            return
        outcome = self._outcomes.get(script.track.name, SUCCEEDS)
        script.is_running = True
        if outcome == HANGS:
            self._set(part, "timeout", script.timeout, cause)
        else:
            self._done(script, outcome == SUCCEEDS, cause)

    def _done(self, script: Script, ok: bool, cause: int) -> None:
        script.is_running = False
        self._daemon.tell(ScriptDone(script.track.name, ok), cause)

    def _set(self, part: str, what: str, delay: int, cause: int) -> None:
        self._daemon.timers.set((part, what), self._daemon.world.env._now + delay, cause)
