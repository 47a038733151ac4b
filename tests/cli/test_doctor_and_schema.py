"""``vipsim doctor`` and ``vipsim schema``."""

import json
import tomllib
from pathlib import Path

import jsonschema
import pytest
from ruamel.yaml import YAML

from tests.cli.conftest import ROOT, Vipsim
from vipsim.cli import doctor
from vipsim.resources import scenario_names, scenario_path


def test_the_extras_are_those_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]

    def names(requirements: list[str]) -> set[str]:
        return {text.partition(">=")[0] for text in requirements if not text.startswith("vipsim")}

    assert names(project["dependencies"]) == set(doctor.CORE)
    assert {extra: names(extras[extra]) for extra in doctor.EXTRAS} == {
        extra: set(distributions) for extra, distributions in doctor.EXTRAS.items()
    }
    assert set(doctor.EXTRAS) == set(extras) - {"all", "dev"}


def test_doctor_says_what_is_installed(vipsim: Vipsim) -> None:
    done = vipsim("doctor")
    assert (done.code, done.err) == (0, "")
    for word in ("Python 3.", "simpy", 'extra "plot"', "namespaces", "tshark", "database-pair"):
        assert word in done.out


def test_doctor_says_how_to_get_what_is_missing(vipsim: Vipsim, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_version", lambda name: None if name in ("scapy", "simpy") else "1.0")
    done = vipsim("doctor")
    assert done.code == 1
    assert '  scapy        missing: pip install "vipsim[packets]"' in done.out
    assert "  simpy        MISSING" in done.out


def test_doctor_examines_a_scenario(vipsim: Vipsim) -> None:
    done = vipsim("doctor", "database-pair")
    assert (done.code, done.err) == (0, "")
    assert "single-point-of-failure: sw1" in done.out
    assert "unchecked-service: vrrp 51" in done.out


def test_doctor_refuses_what_is_no_scenario(vipsim: Vipsim) -> None:
    Path("bad.yaml").write_text("name: 1")
    assert vipsim("doctor", "bad.yaml").code == 2
    assert vipsim("doctor", "missing.yaml").code == 2


def test_the_schema_accepts_what_is_shipped(vipsim: Vipsim) -> None:
    done = vipsim("schema")
    assert (done.code, done.err) == (0, "")
    validator = jsonschema.Draft202012Validator(json.loads(done.out))
    for name in scenario_names():
        data = YAML(typ="safe", pure=True).load(scenario_path(name).read_text(encoding="utf-8"))
        assert [error.message for error in validator.iter_errors(data)] == [], name


def test_the_schema_in_a_file(vipsim: Vipsim) -> None:
    done = vipsim("schema", "-o", "s.json")
    assert (done.code, done.out) == (0, "written: s.json\n")
    assert Path("s.json").read_text() == vipsim("schema").out
    assert vipsim("schema", "-o", "no/s.json").code == 2
