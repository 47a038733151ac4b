"""Every kind of client does the same in every process, whatever the order of hashes."""

import os
import subprocess
import sys

from vipsim.scenario.model.clients import WAYS

STORY = """
import vipsim as vs
from tests.sim.workloads.worlds import pair
from vipsim.resources import scenario_path
from vipsim.scenario.model.clients import WAYS
for over in WAYS:
    if over == "database":
        scenario = vs.read_scenario(scenario_path("postgresql-two-writers"))
    else:
        scenario = pair(over, "crash:db1@2s", "reboot:db1@7s", duration="12s", interval="20ms")
    trace = vs.run(scenario, seed=4, level=vs.Level.PROTOCOL)
    print(over, trace.digest, trace.metrics.sessions)
"""


def test_equal_over_processes_and_hash_seeds():
    outputs = set()
    for seed in ("0", "4242"):
        environment = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)}
        command = [sys.executable, "-c", STORY]
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=200, check=False
        )
        assert done.returncode == 0, done.stderr
        outputs.add(done.stdout)
    assert len(outputs) == 1
    assert len(outputs.pop().splitlines()) == len(WAYS)
