"""The shipped scenarios: they are read, mean what the builders mean, and their headers tell the truth."""

import json
from pathlib import Path

import jsonschema
import pytest
from ruamel.yaml import YAML

from vipsim.scenario.builders import pair
from vipsim.scenario.data import digest, from_data, to_data
from vipsim.scenario.faults import crash
from vipsim.scenario.model import HeartbeatGroup
from vipsim.scenario.reader import read_scenario
from vipsim.scenario.schema import schema, schema_text

FOLDER = Path(__file__).parents[2] / "scenarios"
FILES = sorted(FOLDER.glob("*.yaml"))
STORIES = {"database-pair", "database-pair-heartbeat", "heartbeat-push", "service-checked", "service-stop"}
"""The document's own; every other one names the public report that it explains."""


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
class TestEach:
    def test_is_read_and_named_as_its_file(self, path: Path) -> None:
        scenario = read_scenario(path)
        assert scenario.name == path.stem
        assert scenario.description
        assert from_data(to_data(scenario)) == scenario

    def test_fits_the_schema(self, path: Path) -> None:
        jsonschema.validate(YAML(typ="safe", pure=True).load(path), schema())
        jsonschema.validate(to_data(read_scenario(path)), schema())

    def test_header_names_the_schema_and_says_what_to_look_for(self, path: Path) -> None:
        first, *rest = path.read_text("utf-8").split("\n")
        assert first == "# yaml-language-server: $schema=./scenario.schema.json"
        header = [line for line in rest if line.startswith("#")]
        assert any("What to look for" in line for line in header)
        assert path.stem in STORIES or any(line.startswith("# Public report") for line in header)


def test_the_committed_schema_is_current() -> None:
    assert (FOLDER / "scenario.schema.json").read_text("utf-8") == schema_text()
    jsonschema.Draft202012Validator.check_schema(json.loads(schema_text()))


@pytest.mark.parametrize(
    "change",
    [
        {"duration": 20},
        {"durration": "20s"},
        {"groups": [{"vrrp": {}, "heartbeat": {}}]},
        {"faults": [{"crush": "db1", "at": "5s"}]},
        {"links": [{"ends": ["a"]}]},
    ],
)
def test_the_schema_refuses_what_the_reader_refuses(change: dict[str, object]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(to_data(pair()) | change, schema())


@pytest.mark.parametrize(
    ("name", "mechanism"), [("database-pair", "vrrp"), ("database-pair-heartbeat", "heartbeat")]
)
def test_the_builder_gives_the_same_as_the_file(name: str, mechanism: str) -> None:
    built = pair(mechanism, faults=[crash("db1", at="5s")])
    read = read_scenario(FOLDER / f"{name}.yaml")
    assert built == read
    assert digest(built) == digest(read)


def test_both_pairs_have_one_topology_and_one_accident() -> None:
    one, two = (read_scenario(FOLDER / f"database-pair{more}.yaml") for more in ("", "-heartbeat"))
    assert (one.nodes, one.links, one.vips, one.clients, one.faults) == (
        two.nodes,
        two.links,
        two.vips,
        two.clients,
        two.faults,
    )


def test_the_document_is_told_as_it_is() -> None:
    data = to_data(read_scenario(FOLDER / "database-pair.yaml"))
    ifaces = {name: data["nodes"][name]["interfaces"]["bond0"] for name in ("db1", "db2")}
    assert ifaces["db1"] == {"mac": "00:21:5A:DB:68:E8", "address": "192.168.1.217/24"}
    assert ifaces["db2"] == {"mac": "00:21:5A:DB:7F:C2", "address": "192.168.1.218/24"}
    assert data["vips"] == {"service": "192.168.1.219/24"}
    assert data["faults"] == [{"crash": "db1", "at": "5s"}]
    assert data["duration"] == "20s"
    assert [client["target"] for client in data["clients"].values() if client["measured"]] == ["service"]


def test_the_service_scenarios_differ_in_the_check_only() -> None:
    stop, checked = (read_scenario(FOLDER / f"service-{what}.yaml") for what in ("stop", "checked"))
    assert (stop.nodes, stop.clients, stop.faults) == (checked.nodes, checked.clients, checked.faults)
    group = checked.groups[0]
    assert isinstance(group, HeartbeatGroup)
    assert group.probe == "database"
