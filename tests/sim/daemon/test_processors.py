"""Daemons that share processors: truth/NOTES 10, two equal backups whose timers end together."""

from __future__ import annotations

from vipsim.scenario.data import from_data
from vipsim.sim.daemon.processors import Processor
from vipsim.sim.plan import compile_scenario
from vipsim.sim.simulation import Simulation
from vipsim.trace.records import Level

RUNS = 60
PRIORITIES = {"n1": 150, "n2": 100, "n3": 100}
PLAN = compile_scenario(
    from_data(
        {
            "name": "two equal backups",
            "duration": "13s",
            "start": "cold",
            "nodes": {
                **{
                    name: {"interfaces": {"eth0": {"address": f"192.0.2.{n}/24"}}, "lateness": "busy"}
                    for n, name in enumerate(PRIORITIES, 1)
                },
                "sw": {"kind": "switch"},
            },
            "links": [{"ends": [name, "sw"]} for name in PRIORITIES],
            "vips": {"service": "192.0.2.100/24"},
            "groups": [
                {
                    "vrrp": {
                        "vrid": 51,
                        "vips": ["service"],
                        "profile": "keepalived",
                        "members": {name: {"priority": given} for name, given in PRIORITIES.items()},
                    }
                }
            ],
            "faults": [{"kill": "n1", "at": "8s"}],
        }
    )
)


def pairs_of_masters(shared: int) -> int:
    """Return in how many runs both backups became master, on so many shared processors."""
    found = 0
    for seed in range(RUNS):
        simulation = Simulation(PLAN, seed, Level.SUMMARY, launch=())
        simulation.world.processors = tuple(Processor() for _ in range(shared))
        for daemon in simulation.network.daemons.values():
            daemon.start()
        masters: list[str] = []
        watchers = simulation.world.watchers.setdefault("state", [])
        watchers.append(lambda node, data, to=masters: to.append(node) if data["new"] == "MASTER" else None)
        simulation.run()
        assert "n1" in masters
        assert {"n2", "n3"} & set(masters)
        found += {"n2", "n3"} <= set(masters)
    return found


def test_on_one_processor_the_first_advert_stops_the_other_backup():
    """A process that has to wait finds the advert in its socket before it looks at its timer."""
    alone, two, one = (pairs_of_masters(shared) for shared in (0, 2, 1))
    assert alone > 0.7 * RUNS, "machines of their own: the work of a takeover is longer than the lag"
    assert one < 0.2 * RUNS
    assert one < two < alone, (one, two, alone)
    assert abs(two / RUNS - 9 / 28) < 0.3, "recorded on two busy processors: 9 of 28"
