"""How the figures are taken: CPU time of this process around the runs, and a yardstick beside it.

The yardstick is a bare heapq loop with 1,000 pending timers that re-arm themselves: what a
pure-Python event loop could reach at most on this machine at this moment. Ratios to it travel
between machines; seconds do not.
"""

from __future__ import annotations

import gc
import resource
import time
from heapq import heapify, heappop, heappush
from itertools import pairwise
from typing import Any

from tests.benchmarks.workloads import NEIGHBOR, VRRP, plan
from vipsim.sim.simulation import Simulation
from vipsim.trace.records import Level
from vipsim.trace.trace import Trace

PENDING = 1_000
SLICES = 10
"""Yardstick and workload take turns, so that both see the same moods of the machine."""


class Yardstick:
    """A bare heapq loop with `PENDING` timers of mixed periods that re-arm themselves."""

    def __init__(self) -> None:
        self.events = 0
        self.cpu = 0.0
        self._queue: list[tuple[int, int, Any, int]] = []

    def run(self, events: int = 100_000) -> None:
        """Carry out `events` events from a fresh heap and add their CPU time."""
        queue = self._queue
        now = 0

        def rearm(number: int) -> None:
            heappush(queue, (now + 1_000 + 7 * (number % 97), number, rearm, number))

        queue[:] = [(1_000 + number, number, rearm, number) for number in range(PENDING)]
        heapify(queue)
        begin = time.process_time()
        for _ in range(events):
            now, _key, call, argument = heappop(queue)
            call(argument)
        self.cpu += time.process_time() - begin
        self.events += events

    @property
    def rate(self) -> float:
        """Events per CPU second."""
        return self.events / self.cpu


def measure_w1(clients: int, seed: int = 0, neighbor: str = NEIGHBOR, vrrp: str = VRRP) -> dict[str, Any]:
    """One run of W1; the figures are those of the run, its set-up included."""
    yardstick = Yardstick()
    yardstick.run(400_000)
    gc.collect()
    begin = time.process_time()
    trace = Simulation(plan(clients, neighbor, vrrp), seed, Level.PROTOCOL).run()
    cpu = time.process_time() - begin
    yardstick.run(400_000)
    gaps = _gaps(trace)
    return _row("W1", cpu, 1, _frames(trace), yardstick) | {
        "clients": clients,
        "neighbor": neighbor,
        "vrrp": vrrp,
        "outage_s": (gaps[0]["first"] - gaps[0]["last"]) / 1e9,
        "clients_recovered": sum(1 for gap in gaps if gap["first"] is not None),
    }


def measure_w2(runs: int, neighbor: str = NEIGHBOR, vrrp: str = VRRP) -> dict[str, Any]:
    """`runs` independent runs of W1 with one client, each building its network anew."""
    ready = plan(1, neighbor, vrrp)
    yardstick = Yardstick()
    cpu = 0.0
    frames = 0
    outages = []
    bounds = [runs * number // SLICES for number in range(SLICES + 1)]
    for first, last in pairwise(bounds):
        yardstick.run()
        gc.collect()
        begin = time.process_time()
        for seed in range(first, last):
            trace = Simulation(ready, seed, Level.PROTOCOL).run()
            frames += _frames(trace)
            outages += [gap["first"] - gap["last"] for gap in _gaps(trace)]
        cpu += time.process_time() - begin
    outages.sort()
    return _row("W2", cpu, runs, frames, yardstick) | {
        "runs": runs,
        "neighbor": neighbor,
        "vrrp": vrrp,
        "outage_mean_s": round(sum(outages) / len(outages) / 1e9, 4),
        "outage_min_s": outages[0] / 1e9,
        "outage_max_s": outages[-1] / 1e9,
    }


def _frames(trace: Trace) -> int:
    return trace.counts["frames_delivered"]


def _gaps(trace: Trace) -> list[dict[str, Any]]:
    return [record.data for record in trace.select("gap")]


def _row(workload: str, cpu: float, failovers: int, frames: int, yardstick: Yardstick) -> dict[str, Any]:
    return {
        "workload": workload,
        "cpu_s": round(cpu, 3),
        "failovers": failovers,
        "failovers_per_cpu_s": round(failovers / cpu, 1),
        "frames": frames,
        "frames_per_cpu_s": round(frames / cpu),
        "heap_events_per_cpu_s": round(yardstick.rate),
        "failovers_per_M_heap_events": round(failovers / cpu / yardstick.rate * 1e6, 1),
        "frames_per_heap_event": round(frames / cpu / yardstick.rate, 3),
        "peak_MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
