"""Plain data and back: whatever scenario there is, it comes back equal."""

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.scenario.strategies import scenarios
from vipsim.errors import ScenarioError
from vipsim.scenario.builders import pair
from vipsim.scenario.data import digest, from_data, to_data
from vipsim.scenario.model import Client, HeartbeatGroup, HeartbeatMember, Scenario
from vipsim.scenario.paths import set_path
from vipsim.scenario.reader import read_scenario_text
from vipsim.scenario.schema import schema
from vipsim.units import SECOND


@settings(max_examples=40, deadline=None)
@given(scenarios())
def test_round_trip(scenario: Scenario) -> None:
    data = to_data(scenario)
    again = from_data(data)
    assert again == scenario
    assert again.description == scenario.description
    assert to_data(again) == data
    # JSON is YAML: the reader reads what a trace's header holds.
    assert read_scenario_text(json.dumps(data, indent=1, ensure_ascii=False)) == scenario


@settings(max_examples=100, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
        max_leaves=20,
    )
)
def test_any_plain_data_is_read_or_refused(data: object) -> None:
    with pytest.raises(ScenarioError):
        from_data(data)


def test_every_field_is_written() -> None:
    data = to_data(pair("heartbeat"))
    assert data["groups"][0]["heartbeat"]["timeout"] == "1s"
    assert data["nodes"]["db1"]["neighbor"] == "linux"
    assert data["nodes"]["app1"]["interfaces"]["bond0"]["mac"] == "02:00:C0:A8:01:65"
    assert data["links"][0] == {
        "ends": ["db1.bond0", "sw1.p1"],
        "rate": "1Gbps",
        "delay": "50us",
        "jitter": "0s",
        "loss": "0%",
    }


def test_a_timeout_that_is_the_default_is_the_default() -> None:
    def group(timeout: int | None, mode: str = "pull") -> HeartbeatGroup:
        one, two = HeartbeatMember("db1", "bond0"), HeartbeatMember("db2", "bond0")
        return HeartbeatGroup("pair", ("service",), one, two, mode, timeout=timeout)

    assert group(SECOND) == group(None)
    assert group(None).silence == SECOND
    assert group(3 * SECOND, "push") == group(None, "push")
    assert group(None, "push").silence == 3 * SECOND
    assert group(SECOND // 2).silence == SECOND // 2


def test_a_client_begins_within_its_interval_unless_it_says_when() -> None:
    assert Client("app1", "app1", "service").start == (0, 10_000_000)
    assert Client("app1", "app1", "service", interval=SECOND).start == (0, SECOND)
    assert Client("app1", "app1", "service", start=(0, 0)).start == (0, 0)
    data = to_data(pair())
    assert data["clients"]["app1"]["start"] == "0s..10ms"
    del data["clients"]["app1"]["start"]
    assert digest(from_data(data)) == digest(pair())
    assert set_path(pair(), "clients.app1.interval", "1ms").clients[0].start == (0, 1_000_000)
    begins_at_zero = set_path(pair(), "clients.app1.start", "0s")
    assert set_path(begins_at_zero, "clients.app1.interval", "1ms").clients[0].start == (0, 0)


def test_a_client_is_on_the_host_it_is_called_as() -> None:
    data = to_data(pair())
    del data["clients"]["app1"]["node"]
    assert from_data(data) == pair()
    jsonschema.validate(data, schema())
    del data["clients"]["app1-db1"]["node"]
    with pytest.raises(ScenarioError) as refusal:
        from_data(data)
    (problem,) = refusal.value.problems
    assert (problem.message, problem.where) == ("node is missing", ("clients", "app1-db1"))
    assert problem.hint == "write node: a, or call the client as its host"


def test_the_digest_is_of_the_meaning() -> None:
    assert digest(pair()) == digest(pair(description="other words"))
    assert digest(pair()) != digest(pair(duration="21s"))


def test_the_digest_is_the_same_in_another_process() -> None:
    code = "from vipsim.scenario import builders, data; print(data.digest(builders.pair()))"
    found = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
        env={"PYTHONHASHSEED": "7", "PATH": ""},
    )
    assert found.stdout.strip() == digest(pair())


def test_building_loads_no_reader() -> None:
    code = (
        "import sys; from vipsim.scenario import builders, check, data, faults, graph, targets; "
        "data.to_data(builders.pair(faults=['crash:db1@5s'])); "
        "print([name for name in ('pydantic', 'ruamel', 'networkx') if name in sys.modules])"
    )
    found = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert found.stdout.strip() == "[]"
