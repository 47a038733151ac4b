"""What a router tracks: its own carrier, other interfaces, scripts, files and processes.

A thing that is bad either makes the router FAULT (weight 0) or changes its priority; the number in a file is
added to it (keepalived.conf(5): ``track_interface``, ``track_script``, ``track_process``, ``track_file``).
"""

from __future__ import annotations

from vipsim.machines.vrrp.keywords import (
    MOST_PRODUCT,
    OWNER,
    Keywords,
    Track,
    TrackFile,
    TrackInterface,
    TrackProcess,
    TrackScript,
)


class Tracker:
    """The tracked things of one router, and which of them are bad."""

    def __init__(self, iface: str, keywords: Keywords) -> None:
        self._own = "" if keywords.dont_track_primary else iface
        self._ifaces: dict[str, TrackInterface] = {track.name: track for track in keywords.track_interface}
        self._scripts: dict[str, TrackScript] = {track.name: track for track in keywords.track_script}
        self._files: dict[str, TrackFile] = {track.name: track for track in keywords.track_file}
        self._processes: dict[str, TrackProcess] = {track.name: track for track in keywords.track_process}
        self._values: dict[str, int] = {}
        """What each file says."""
        self._bad: dict[str, str] = {}
        """What is bad now, with the words that say so; the oldest first."""
        self._streaks: dict[str, int] = {}
        """Results in a row of a script that are against what it counts as."""
        self.start(())

    def start(self, down: tuple[str, ...]) -> None:
        """Begin afresh: the interfaces `down` have no carrier."""
        self._bad.clear()
        self._streaks.clear()
        self._values.clear()
        for iface in down:
            self.link(iface, up=False)
        for script in self._scripts.values():
            if script.init_fail:
                self._mark(f"script {script.name}", f"script {script.name} failed", bad=True)
        for file in self._files.values():
            self.count(file.name, file.value)

    def resume(self, old: Tracker, down: tuple[str, ...]) -> None:
        """Begin with what `old` knew, after a reload; the interfaces `down` have no carrier."""
        self.start(down)
        known = [f"script {name}" for name in self._scripts if name in old._scripts]
        known += [f"process {name}" for name in self._processes if name in old._processes]
        self._bad = {key: words for key, words in self._bad.items() if key not in known}
        self._bad |= {key: words for key, words in old._bad.items() if key in known}
        for name, value in old._values.items():
            self.count(name, value)

    def link(self, iface: str, up: bool) -> bool:
        """Take a change of carrier; returns whether the interface is tracked."""
        if iface == self._own:
            self._mark("link", "link down", bad=not up)
        if iface in self._ifaces:
            self._mark(f"iface {iface}", f"{iface} down", bad=not up)
        return iface == self._own or iface in self._ifaces

    def script(self, name: str, ok: bool) -> bool:
        """Take a script's result; returns whether the script is tracked."""
        script = self._scripts.get(name)
        if script is None:
            return False
        key = f"script {name}"
        if ok == (key not in self._bad):
            self._streaks.pop(name, None)
            return True
        self._streaks[name] = self._streaks.get(name, 0) + 1
        if self._streaks[name] >= (script.rise if ok else script.fall):
            del self._streaks[name]
            self._mark(key, f"script {name} failed", bad=not ok)
        return True

    def count(self, name: str, value: int) -> bool:
        """Take the number in a file, or of processes; returns whether it is tracked."""
        if name in self._processes:
            words = f"process {name} below quorum"
            if value >= self._processes[name].quorum:
                words = f"process {name} above quorum"
            self._mark(f"process {name}", words, bad=not self._processes[name].is_good(value))
        if name in self._files:
            self._values[name] = value
            file = self._files[name]
            is_bad = value != 0 if not file.weight else self._product(file) <= -MOST_PRODUCT
            self._mark(f"file {name}", f"file {name} says {value}", bad=is_bad)
        return name in self._processes or name in self._files

    def _product(self, file: TrackFile) -> int:
        product = file.weight * self._values.get(file.name, file.value) * (-1 if file.reverse else 1)
        return min(MOST_PRODUCT, max(-MOST_PRODUCT, product))

    def _mark(self, key: str, words: str, bad: bool) -> None:
        if bad:
            self._bad.setdefault(key, words)
        else:
            self._bad.pop(key, None)

    @property
    def is_unplugged(self) -> bool:
        """Whether the router's own interface is known to have no carrier."""
        return "link" in self._bad

    @property
    def fault(self) -> str:
        """Why the router cannot take part, in words; empty if it can."""
        if self.is_unplugged:
            return self._bad["link"]
        for key, track in self._tracks():
            if not track.weight and key in self._bad:
                return self._bad[key]
        for name in self._files:
            if f"file {name}" in self._bad:
                return self._bad[f"file {name}"]
        return ""

    def priority(self, base: int) -> int:
        """Return the effective priority: `base` plus weights, held within 1 to 254; an owner's is fixed."""
        if base == OWNER:
            return base
        total = base + sum(self._product(file) for file in self._files.values())
        for key, track in self._tracks():
            is_good = (key not in self._bad) != track.reverse
            if (track.weight > 0) == is_good:
                total += track.weight
        return min(254, max(1, total))

    def _tracks(self) -> list[tuple[str, Track]]:
        return [
            *((f"iface {name}", iface) for name, iface in self._ifaces.items()),
            *((f"script {name}", script) for name, script in self._scripts.items()),
            *((f"process {name}", process) for name, process in self._processes.items()),
        ]
