"""How a trial is conducted: the laboratory's own script, told again in simulated time.

The daemons are launched cold, the old master is waited for, then comes what was measured: the fault so long
after one of its adverts as the row says (`phase_s`), and so on for each later stage. What the laboratory drew
and did not write down (the pause before a recovery) is drawn anew in each run.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from itertools import pairwise
from typing import Any

from vipsim.machines.vocabulary import Drawn, EntriesFlushed, SysctlSet
from vipsim.sim.daemon.processors import Processor
from vipsim.sim.simulation import Simulation
from vipsim.trace.records import Level
from vipsim.units import NEVER, SECOND, Time, s
from vipsim.validate.daemons.course import Conducted, Course, Seen
from vipsim.validate.daemons.experiments import Stage
from vipsim.validate.daemons.journal import Journal
from vipsim.validate.daemons.lab import CLIENT
from vipsim.validate.daemons.prober import Prober
from vipsim.validate.daemons.refusals import Refusals

Story = Generator[Any, Any, Any]

PATIENCE = 60 * SECOND
"""So long an old master is waited for."""
SILENT_INTERVALS, SILENT_AT_LEAST = 1.5, 0.3
"""A node has fallen silent when so many intervals, and so many seconds, have passed since its last advert:
every recovery in the recordings ends by that (README: "the other one has fallen silent")."""
STARTUP_OBSERVED = 7.0
"""Length of an observation of a start (s) where `setup` gives none: that of the recorded rows."""
STP_READY = 3.0
"""With spanning tree the daemons start so long (s) after the ports forward (``timing``)."""
LOSS_SETTLE = 6.0
"""Both daemons have been up for so long (s) when loss begins (``fields``, kind loss)."""


class Unmet(Exception):
    """Something that the trial waits for does not come about."""


def conduct(course: Course, seed: int) -> Conducted:
    """Conduct the trial once."""
    refusals = Refusals() if course.experiment.kind == "watch" else None
    simulation = Simulation(course.plan, seed, Level.SUMMARY, refusals, launch=())
    simulation.world.processors = tuple(Processor() for _ in range(course.processors))
    if refusals is not None:
        refusals.network = simulation.network
    watched = any("garp_answered_by_old" in row for row in course.rows.values())
    director = Director(course, simulation, Journal(simulation, course.lab.vip, watched))
    simulation.env.run(until=simulation.env.process(director.conduct()))
    found = director.conducted
    found.refusals = refusals
    client = simulation.network.clients[0]
    client.finish()
    found.end, found.last_answer = simulation.env._now, client.ear.last
    return found


class Director:
    """Conducts one run."""

    def __init__(self, course: Course, simulation: Simulation, journal: Journal) -> None:
        self.course = course
        self.setup = course.setup
        self.network = simulation.network
        self.env = simulation.env
        self.random = simulation.world.streams.get("trial")
        self.journal = journal
        self.conducted = Conducted(journal)
        self.prober = Prober(simulation)
        self._prepare()

    def _prepare(self) -> None:
        """Write the sysctls, and give the client the reachable time that was recorded."""
        for name, settings in self.course.lab.sysctls.items():
            for key, value in settings:
                self.network.kernels[name].tell(SysctlSet(key, value))
        kernel = self.network.kernels[CLIENT]
        recorded = next(
            (row["client_reachable_ms"] for row in self.course.rows.values() if "client_reachable_ms" in row),
            None,
        )
        if recorded is None:
            kernel.reachable.redraw(0)
        else:
            kernel.tell(Drawn(("eth0", "reachable_time"), recorded * SECOND // 1000))
            kernel.reachable.redraw_at = NEVER
        self.conducted.reachable_ms = kernel.nics["eth0"].cache.reachable_time * 1000 // SECOND

    def conduct(self) -> Story:
        """Conduct the trial, whatever its kind."""
        kinds = {
            "failover": self._failover,
            "startup": self._startup,
            "watch": self._watch,
            "loss": self._loss,
            "steady": self._steady,
        }
        try:
            yield from kinds[self.course.experiment.kind]()
        except Unmet as reason:
            self.conducted.unmet = str(reason)

    # --- kinds -----------------------------------------------------------------------------

    def _failover(self) -> Story:
        first, *later = self.course.experiment.stages
        yield from self._launch()
        yield from self._wait_for_owner(first.old)
        if any(node.daemon == "frr" for node in self.course.lab.nodes.values()):
            yield from self._until_advert((first.old,), s(8) + s(5 * self.course.interval))
            yield self.env.timeout(SECOND // 2)
            self.network.kernels[CLIENT].tell(EntriesFlushed("eth0"))
        self.prober.measure()
        # The laboratory is one loop that turns with its probes: it sees the end of a wait at the next turn.
        turn = int(self.random.random() * self.prober.interval)
        yield self.env.timeout(s(self.setup["settle"]) + turn)
        yield from self._meet(first)
        yield from self._act(first)
        yield from self._see_failover(first)
        for stage in later:
            if stage.suffix in self.course.rows:
                yield from self._pause(stage)
                yield from self._meet(stage)
                yield from self._act(stage)
                if stage.suffix == "recover":
                    yield from self._see_return(stage)
                else:
                    yield from self._see_failover(stage)

    def _startup(self) -> Story:
        begin = self.env._now
        self.prober.measure()
        yield from self._launch()
        yield self.env.timeout(s(self.setup.get("observe", STARTUP_OBSERVED)))
        self.conducted.seen[""] = Seen("", begin, self.env._now)

    def _watch(self) -> Story:
        begin = self.env._now
        self.prober.measure()
        self.env.process(self._launch())
        yield self.env.timeout(s(self.setup["observe"]))
        self.conducted.seen[""] = Seen("", begin, self.env._now)

    def _loss(self) -> Story:
        (stage, *_) = self.course.experiment.stages
        yield from self._launch()
        yield from self._wait_for_owner(self.course.experiment.nodes[0].name)
        self.prober.measure()
        yield self.env.timeout(s(LOSS_SETTLE))
        yield from self._act(stage)
        yield self.env.timeout(s(self.setup["seconds"]))
        self.conducted.seen[""].end = self.env._now

    def _steady(self) -> Story:
        yield from self._launch()
        begin = self.env._now
        yield self.env.timeout(s(self.setup["seconds"]))
        self.conducted.seen[""] = Seen("", begin, self.env._now)

    # --- parts -----------------------------------------------------------------------------

    def _launch(self) -> Story:
        """Launch the daemons in their order, with the pauses that were measured or drawn."""
        switch = self.course.experiment.switch
        if switch.get("stp"):
            yield self.env.timeout(s(2 * switch["forward_delay_s"] + STP_READY))
        self.prober.begin()
        begin = self.env._now
        for node, at in zip(self.course.experiment.start_order, self._launches(), strict=True):
            yield self.env.timeout(max(0, begin + at - self.env._now))
            self.network.daemons[node].start(0)
        self.conducted.launched = self.env._now

    def _launches(self) -> list[Time]:
        """When each daemon is launched, after the first one (ns)."""
        order = self.course.experiment.start_order
        row = next(iter(self.course.rows.values()))
        if "start_s" in row:
            return [s(row["start_s"].get(node, 0.0)) for node in order]
        found = [0]
        for before, node in pairwise(order):
            gap = self.course.experiment.start_gap_s.get(f"{node}_after_{before}", 0)
            if isinstance(gap, Mapping):
                low, high = gap["uniform"]
                gap = row.get("stagger_s", low + (high - low) * self.random.random())
            elif row.get("stagger_s") is not None and before == order[0]:
                gap = row["stagger_s"]
            elif gap and "launch_s" in row and len(order) == 2:
                gap = row["launch_s"]
            found.append(found[-1] + s(gap))
        return found

    def _wait_for_owner(self, node: str) -> Story:
        if not (yield from self._until(lambda: self.journal.owner == node, self.env._now + PATIENCE)):
            raise Unmet(f"{node} never answered the client")

    def _pause(self, stage: Stage) -> Story:
        """Wait as long as was drawn, or measured, between an observation and the next stage."""
        row = self.course.rows[stage.suffix]
        if row.get("since_fault_s") is not None:
            begin = self.conducted.seen[""].begin + s(row["since_fault_s"])
            # The advert that the phase counts from is the last one before.
            wait = begin - s((row.get("phase_s") or 0) + self.course.interval / 2) - self.env._now
        else:
            low, high = self.setup["hold"]
            wait = s(low + (high - low) * self.random.random())
        yield self.env.timeout(max(0, wait))

    def _meet(self, stage: Stage) -> Story:
        """Wait for the next advert of the old master, and then for the phase that was measured."""
        phase = self.course.rows.get(stage.suffix, {}).get("phase_s")
        nodes = (stage.old,) if phase is not None else self.journal.nodes
        if not (yield from self._until_advert(nodes, self.env._now + PATIENCE)) and phase is not None:
            raise Unmet(f"{stage.old} sent no advert to count the phase from")
        if phase is None:
            phase = self.random.random() * self.course.interval
        yield self.env.timeout(s(phase))

    def _until_advert(self, nodes: tuple[str, ...], deadline: Time) -> Generator[Any, Any, bool]:
        sent = {node: len(self.journal.adverts[node]) for node in nodes}
        return (
            yield from self._until(
                lambda: any(len(self.journal.adverts[node]) > sent[node] for node in nodes), deadline
            )
        )

    def _act(self, stage: Stage) -> Story:
        """Do what the stage does; its steps take as long together as was measured."""
        acts = self.course.acts[stage.suffix]
        took = s(self.course.rows.get(stage.suffix, {}).get("fault_call_ms", 0) / 1000)
        begin = self.env._now
        self.conducted.seen[stage.suffix] = Seen(stage.suffix, begin, begin)
        for number, act in enumerate(acts):
            yield self.env.timeout(max(0, begin + took * number // len(acts) - self.env._now))
            act(self.network, 0)

    def _see_failover(self, stage: Stage) -> Story:
        """Observe until the new node has advertised and answers the client, and `after` seconds more."""
        seen = self.conducted.seen[stage.suffix]
        if "fixed" in self.setup:
            yield self.env.timeout(max(0, seen.begin + s(self.setup["fixed"]) - self.env._now))
            seen.end, seen.switched = self.env._now, self._has_switched(stage, seen)
            return
        limit = seen.begin + s(self.setup["limit"])
        seen.switched = yield from self._until(lambda: self._has_switched(stage, seen), limit)
        if seen.switched:
            yield self.env.timeout(s(self.setup["after"]))
        seen.end = self.env._now

    def _has_switched(self, stage: Stage, seen: Seen) -> bool:
        advert = self.journal.last_advert(stage.new)
        return advert is not None and advert > seen.begin and self.journal.owner == stage.new

    def _see_return(self, stage: Stage) -> Story:
        """Observe until the returning node answers the client and the other is silent, and a little more."""
        seen = self.conducted.seen[stage.suffix]
        back = stage.ends_on or stage.new
        (other,) = {stage.old, stage.new} - {back}
        limit = seen.begin + s(self.setup["recover_limit"])
        quiet = s(SILENT_INTERVALS * self.course.interval + SILENT_AT_LEAST)
        while self.env._now < limit:
            silent_from = (self.journal.last_advert(other) or -quiet) + quiet
            is_back = self.journal.owner == back
            if is_back and silent_from <= self.env._now:
                seen.switched = True
                yield self.env.timeout(s(self.setup["recover_after"]))
                break
            yield from self._until(lambda: False, min(limit, silent_from) if is_back else limit, once=True)
        seen.end = self.env._now

    def _until(
        self, holds: Callable[[], bool], deadline: Time, once: bool = False
    ) -> Generator[Any, Any, bool]:
        """Wait until `holds()`, or until `deadline`; with `once` until anything is seen. Whether it holds."""
        while not holds():
            if self.env._now >= deadline:
                return False
            changed = self.env.event()
            hook = lambda changed=changed: changed.triggered or changed.succeed()  # noqa: E731
            self.journal.hooks.append(hook)
            yield changed | self.env.timeout(deadline - self.env._now)
            self.journal.hooks.remove(hook)
            if once:
                return holds()
        return True
