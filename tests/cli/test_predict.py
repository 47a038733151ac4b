"""``vipsim predict``: files or a scenario in; tables, sentences and a document out."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Vipsim
from tests.study.test_predict import CONF

PAIR = ("database-pair", "--set", "vrrp.profile=keepalived", "--set", "clients.app1.interval=100ms")


@pytest.fixture
def pair(tmp_path: Path) -> tuple[str, str]:
    """Two files in the folder in which commands run."""
    for name, priority in (("a.conf", "150"), ("b.conf", "100")):
        (tmp_path / name).write_text(CONF.replace("PRIORITY", priority).replace("EXTRA", ""))
    return "a.conf", "b.conf"


def test_a_pair_of_files(vipsim: Vipsim, pair: tuple[str, str]) -> None:
    done = vipsim("predict", *pair, "--fault", "crash,hang:4s", "--seeds", "3")
    assert done.code == 0
    assert done.out.startswith("keepalived a b: 3 runs of each fault (seeds 1..3)")
    assert "measured: keepalived 2.2.7" in done.out and "b ends as master in all 3 runs" in done.out


def test_a_scenario(vipsim: Vipsim) -> None:
    done = vipsim("predict", *PAIR, "--fault", "stop", "--seeds", "5..7")
    assert done.code == 0 and "db2 100 %" in done.out


def test_another_profile_says_whose_rules_count(vipsim: Vipsim) -> None:
    done = vipsim("predict", "database-pair", "--fault", "stop", "--seeds", "1")
    assert done.code == 0 and "rules: rfc3768" in done.out


def test_json_is_alone_on_standard_output(vipsim: Vipsim, pair: tuple[str, str]) -> None:
    done = vipsim("predict", *pair, "--fault", "stop", "--seeds", "2", "--json")
    document = json.loads(done.out)
    assert document["format"] == 1 and document["measured_version"] == "2.2.7"
    assert document["keywords"]["files"] == ["a.conf", "b.conf"]
    assert set(document["clients"]) == {"ping", "udp", "tcp", "connect"}
    assert document["faults"][0]["masters"]["ends"] == {"VI_1": {"b": 2}}
    assert "ends as master" in done.err


def test_the_report_goes_to_a_file_too(vipsim: Vipsim, tmp_path: Path) -> None:
    done = vipsim("predict", *PAIR, "--fault", "stop", "--seeds", "1", "-o", "report.txt")
    assert (tmp_path / "report.txt").read_text().strip() in done.out


def test_workers_change_nothing(vipsim: Vipsim) -> None:
    words = ("predict", *PAIR, "--fault", "crash", "--seeds", "8", "--json")
    assert json.loads(vipsim(*words).out) == json.loads(vipsim(*words, "--workers", "2").out)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("a.conf",), "one file is one node"),
        (("a.conf", "c.conf"), "c.conf"),
        (("nowhere",), "neither a file nor a shipped scenario"),
        ((*PAIR, "--fault", "crush"), "did you mean crash?"),
        ((*PAIR, "--fault", "hang:5"), "no unit"),
        ((*PAIR, "--fault", "crash:db9"), "use one of db1, db2"),
        ((*PAIR, "--seeds", "0"), "seeds"),
        ((*PAIR, "--workers", "0"), "number of processes"),
        ((*PAIR, "-o", "a.conf"), "a.conf"),
    ],
)
def test_bad_input_is_named(vipsim: Vipsim, pair: tuple[str, str], words: tuple[str, ...], says: str) -> None:
    if "-o" in words:
        words = (*pair, "-o", "a.conf")
    done = vipsim("predict", *words)
    assert done.code == 2 and says in done.err


def test_any_bytes_end_in_a_complaint(vipsim: Vipsim, tmp_path: Path) -> None:
    (tmp_path / "a.conf").write_bytes(b"\x00\xffvrrp_instance {{{")
    (tmp_path / "b.conf").write_bytes(b"")
    done = vipsim("predict", "a.conf", "b.conf", "--seeds", "1")
    assert done.code == 2 and "a.conf" in done.err
