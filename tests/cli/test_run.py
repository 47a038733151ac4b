"""``vipsim run``: the document's lines, the JSON document, files, and what is refused."""

import errno
import json
import os
from pathlib import Path

import pytest

from tests.cli.conftest import ROOT, Vipsim
from vipsim.cli.narration import narrate
from vipsim.trace.invariants import Violation
from vipsim.trace.records import Level, Record
from vipsim.trace.trace import Trace
from vipsim.units import SECOND

PAIR = ROOT / "scenarios" / "database-pair.yaml"
DB1, DB2 = "00:21:5A:DB:68:E8", "00:21:5A:DB:7F:C2"


def cache(vip_at: str) -> list[str]:
    """The cache as the document prints it, the virtual address first."""
    return [
        f"(192.168.1.219) at {vip_at} [ether] on bond0",
        f"(192.168.1.217) at {DB1} [ether] on bond0",
        f"(192.168.1.218) at {DB2} [ether] on bond0",
    ]


@pytest.mark.parametrize("scenario", ["database-pair", "database-pair-heartbeat"])
@pytest.mark.parametrize("seed", [0, 1, 7])
def test_the_cache_of_the_document(vipsim: Vipsim, scenario: str, seed: int) -> None:
    done = vipsim("run", scenario, "--seed", seed, "--arp", "app1@4s", "--arp", "app1@20s")
    assert (done.code, done.err) == (0, "")
    expected = [
        "neighbor cache of app1 at 4s:",
        *cache(DB1),
        "",
        "neighbor cache of app1 at 20s:",
        *cache(DB2),
    ]
    assert done.out.rstrip().split("\n")[-len(expected) :] == expected


def test_a_path_and_a_name_are_the_same_scenario(vipsim: Vipsim) -> None:
    by_path, by_name, by_file = (
        vipsim("run", name) for name in (PAIR, "database-pair", "database-pair.yaml")
    )
    assert by_path.code == 0
    assert by_path.out == by_name.out == by_file.out
    assert "failover of vrrp 51 from db1 to db2, fault crash:db1 at 5.000 s" in by_path.out


def test_a_file_of_that_name_wins_over_the_shipped_one(vipsim: Vipsim) -> None:
    Path("database-pair").write_text(PAIR.read_text().replace("name: database-pair", "name: mine"))
    assert vipsim("run", "database-pair").out.startswith("mine, seed 1")


def test_the_json_document_has_the_fields_and_nothing_after_it(vipsim: Vipsim) -> None:
    words = ["run", "database-pair", "--seed", 3, "--json", "--check", "--arp", "app1@4s", "--csv", "x.csv"]
    done = vipsim(*words)
    document = json.loads(done.out)
    assert done.out.rstrip().endswith("}")
    assert {
        "scenario", "seed", "digest", "failovers", "dual_master_s", "dual_owner_s", "false_failovers",
        "events", "frames", "violations",
    } <= set(document)  # fmt: skip
    assert (document["scenario"], document["seed"], document["violations"]) == ("database-pair", 3, [])
    (failover,) = document["failovers"]
    assert {
        "fault", "fault_at_s", "detection_s", "election_s", "announcement_s", "repair_s", "convergence_s",
    } <= set(failover)  # fmt: skip
    assert (failover["fault"], failover["fault_at_s"]) == ("crash:db1", 5)
    assert 2.609 <= failover["detection_s"] <= 3.610
    assert set(failover["clients"]["app1"]) >= {"blackout_s", "censored"}
    # All else went to stderr.
    assert cache(DB1)[0] in done.err
    assert "check: " in done.err
    assert "written: x.csv" in done.err


def test_equal_seeds_give_equal_documents_and_others_do_not(vipsim: Vipsim) -> None:
    first, again, other = (vipsim("run", "database-pair", "--json", "--seed", n).out for n in (5, 5, 6))
    assert first == again
    assert json.loads(first)["digest"] != json.loads(other)["digest"]


def test_settings_and_faults(vipsim: Vipsim) -> None:
    quicker = ["--set", "vrrp.version=3", "--set", "vrrp.advert_interval=100ms"]
    done = vipsim("run", "database-pair", *quicker, "--fault", "reboot:db1@10s", "--json")
    failovers = json.loads(done.out)["failovers"]
    assert failovers[0]["detection_s"] < 0.37
    assert [one["kind"] for one in failovers] == ["failover", "failback"]


@pytest.mark.parametrize("later", ["stop:db1@8s", "crash:db1@8s", "power:db1@8s", "isolate:db1@8s"])
def test_what_hits_a_dead_master_is_not_the_cause(vipsim: Vipsim, later: str) -> None:
    """With seed 0 the takeover comes at 8.34 s, after the second fault."""
    words = ["run", "database-pair", "--seed", 0, "--fault", later]
    assert "failover of vrrp 51 from db1 to db2, fault crash:db1 at 5.000 s" in vipsim(*words).out
    (failover,) = json.loads(vipsim(*words, "--json").out)["failovers"]
    assert (failover["kind"], failover["fault"], failover["fault_at_s"]) == ("failover", "crash:db1", 5)
    assert 3 < failover["detection_s"] < 3.61
    assert failover["clients"]["app1"]["parts_ns"]["before"] <= 10_000_000


def test_faults_can_be_replaced(vipsim: Vipsim) -> None:
    done = vipsim("run", "database-pair", "--set", "faults=[]", "--fault", "stop:db1@8s", "--json")
    (failover,) = json.loads(done.out)["failovers"]
    assert (failover["kind"], failover["fault"], failover["fault_at_s"]) == ("switchover", "stop:db1", 8)
    said = " ".join(vipsim("run", "--help").out.split())
    assert "added to the scenario's own (to replace those: --set 'faults=[]')" in said


def test_a_fault_without_a_time_is_noted(vipsim: Vipsim) -> None:
    words = ["run", "database-pair", "--fault"]
    done = vipsim(*words, "crash:db2", "--fault", "kill:db1@6s")
    assert done.code == 0
    assert done.err == (
        "vipsim: note: --fault crash:db2 has no time and acts at 0 s: write crash:db2@5s for another\n"
    )
    assert vipsim(*words, "crash:db2@0s").err == ""


def test_the_default_seed_is_one_everywhere(vipsim: Vipsim) -> None:
    import vipsim as vs

    pair = vs.pair(faults=[vs.crash("db1", at="5s")])
    digests = {vs.run(pair).digest, vs.run(pair, 1).digest, vs.Simulation(pair).run().digest}
    assert len(digests) == 1
    words = ["run", "database-pair", "--json"]
    assert vipsim(*words).out == vipsim(*words, "--seed", 1).out


def test_levels(vipsim: Vipsim) -> None:
    summary = json.loads(vipsim("run", "database-pair", "--json", "--level", "summary").out)
    frames = json.loads(vipsim("run", "database-pair", "--json").out)
    assert summary["digest"] is None
    assert summary["failovers"] == frames["failovers"]


# --- --check -------------------------------------------------------------------------------


def test_check_is_fine_with_a_correct_run(vipsim: Vipsim) -> None:
    done = vipsim("run", "database-pair", "--check")
    assert done.code == 0
    assert "check: nothing that a correct run does not do" in done.out


@pytest.fixture
def broken_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    """The shipped model breaks no rule that is known, so the judge is given a finding."""
    monkeypatch.setattr(Trace, "violations", [Violation(1, 9 * SECOND, "one-owner", "two owners")])


@pytest.mark.usefixtures("broken_rule")
def test_check_fails_with_violations(vipsim: Vipsim) -> None:
    done = vipsim("run", "database-pair", "--check")
    assert done.code == 1
    assert "check: 1 violation\n  9.000 s one-owner: two owners\n" in done.out
    assert done.err == ""
    assert vipsim("run", "database-pair").code == 0


@pytest.mark.usefixtures("broken_rule")
def test_check_comes_with_the_document(vipsim: Vipsim) -> None:
    done = vipsim("run", "database-pair", "--check", "--json")
    assert done.code == 1
    assert json.loads(done.out)["violations"][0]["rule"] == "one-owner"
    assert "check: 1 violation" in done.err


# --- files ---------------------------------------------------------------------------------


def test_files_are_written_and_nothing_else_is_left(vipsim: Vipsim, tmp_path: Path) -> None:
    done = vipsim("run", "database-pair", "--trace", "t.jsonl", "--pcapng", "c.pcapng", "--csv", "f.csv")
    assert done.code == 0
    assert sorted(os.listdir(tmp_path)) == ["c.pcapng", "f.csv", "t.jsonl"]
    assert "written: t.jsonl\nwritten: c.pcapng\nwritten: f.csv\n" in done.out
    assert (tmp_path / "c.pcapng").read_bytes()[:4] == b"\n\r\r\n"
    head, row = (tmp_path / "f.csv").read_text().splitlines()
    cells = dict(zip(head.split(","), row.split(","), strict=True))
    assert cells["client"] == "app1"
    assert 2.6 < float(cells["detection [s]"]) < float(cells["blackout [s]"]) < 3.7


def test_an_output_that_fails_takes_nothing_else_with_it(
    vipsim: Vipsim, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "/somewhere/.c.pcapng.tmp")

    monkeypatch.setattr("vipsim.trace.capture.write_pcapng", full)
    done = vipsim(
        "run", "database-pair", "--trace", "t.jsonl", "--pcapng", "c.pcapng", "--csv", "f.csv", "--json"
    )
    assert done.code == 2
    assert json.loads(done.out)["failovers"]
    assert "vipsim: cannot write c.pcapng: No space left on device: free some space" in done.err
    assert sorted(os.listdir(tmp_path)) == ["f.csv", "t.jsonl"]


def test_a_link_stays_and_what_it_points_to_is_replaced(vipsim: Vipsim, tmp_path: Path) -> None:
    (tmp_path / "old.csv").write_text("old")
    (tmp_path / "link.csv").symlink_to("old.csv")
    assert vipsim("run", "database-pair", "--csv", "link.csv").code == 0
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "old.csv").read_text().startswith("scenario,")


# --- notes ---------------------------------------------------------------------------------


def test_a_person_who_has_to_decide_is_told(vipsim: Vipsim) -> None:
    words = ["run", "database-pair-heartbeat", "--set", "heartbeat.takeover=manual"]
    done = vipsim(*words, "--arp", "app1@20s")
    report, notes, cache = done.out.split("\n\n")[-3:]
    assert report.startswith("dual master")
    assert notes.startswith("notes:\n  ")
    assert "db2: pair: " in notes
    assert notes.endswith("but takeover is manual: a person decides")
    assert cache.startswith("neighbor cache")
    done = vipsim(*words, "--json")
    assert json.loads(done.out)["failovers"] == []
    assert "a person decides" in done.err
    assert "notes" not in vipsim(*words, "--level", "summary").out


def test_a_fault_that_never_happened_is_told(vipsim: Vipsim) -> None:
    done = vipsim("run", "database-pair", "--set", "faults=[{crash: db1, after: {master: db2}}]")
    assert done.code == 0
    assert "\n\nnotes:\n  20.000 s  fault crash:db1: never happened, because no master of db2\n" in done.out
    assert "notes:" not in vipsim("run", "database-pair").out


def test_what_is_said_again_and_again_is_printed_once(
    vipsim: Vipsim, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = {"machine": "pair", "text": "a person decides"}
    records = [Record(n, n * SECOND, "note", "db2", data) for n in (1, 2, 3)]
    monkeypatch.setattr(
        "vipsim.worlds.run", lambda *_: Trace({"name": "x", "seed": 1}, Level.PROTOCOL, 4 * SECOND, records)
    )
    assert "notes:\n  1.000 s  db2: a person decides (and 2 times more)\n" in vipsim("run", PAIR).out


# --- --pace --------------------------------------------------------------------------------


class Clock:
    """A clock that moves only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.now += seconds


@pytest.mark.parametrize(("pace", "expected"), [(1.0, [0.0, 2.5, 10.0]), (10.0, [0.0, 0.25, 1.0])])
def test_each_record_is_told_when_its_time_has_come(pace: float, expected: list[float]) -> None:
    times = [0, 5 * SECOND // 2, 10 * SECOND]
    records = [Record(n, time, "run", "", {"phase": "begin"}) for n, time in enumerate(times, 1)]
    clock, told = Clock(), []
    trace = Trace({}, Level.PROTOCOL, 10 * SECOND, records)
    narrate(trace, pace, lambda line: told.append((clock.now - 100, line)), clock, clock.sleep)
    assert [time for time, _ in told] == pytest.approx(expected)
    assert told[1][1] == "   2.500 s  the run begins"


def test_pace_tells_the_story_and_then_the_numbers(vipsim: Vipsim, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr("vipsim.cli.narration.time.monotonic", clock)
    monkeypatch.setattr("vipsim.cli.narration.time.sleep", clock.sleep)
    done = vipsim("run", "database-pair", "--pace", "2x")
    assert clock.now == pytest.approx(110, abs=0.01)
    story, numbers = done.out.split("\n\n", 1)
    assert "db2: vrrp 51 BACKUP -> MASTER (master_down)" in story
    assert numbers.startswith("database-pair, seed 1")
    assert "wakes up" not in story
    lines = story.splitlines()
    silent = next(n for n, line in enumerate(lines) if line.endswith("app1: no answer"))
    heard = next(n for n, line in enumerate(lines) if "app1: answered again after" in line)
    crash = next(n for n, line in enumerate(lines) if "fault crash on db1" in line)
    assert crash < silent < heard


def test_ctrl_c_ends_the_story_and_not_the_run(vipsim: Vipsim, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("vipsim.cli.narration.time.sleep", interrupt)
    done = vipsim("run", "database-pair", "--pace", "1x", "--json", "--csv", "f.csv")
    assert done.code == 130
    assert "the run itself is complete" in done.err
    assert json.loads(done.out)["failovers"]
    assert Path("f.csv").exists()


# --- what is refused -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nothing-like-it"], "neither a file nor a shipped scenario"),
        (["databse-pair"], "did you mean database-pair?"),
        (["missing.yaml"], "missing.yaml: there is no such file"),
        (["scenarios/database-pair.yaml"], "the shipped one is called database-pair"),
        (["."], "cannot be read: Is a directory"),
        ([""], "cannot be read"),
        (["database-pair", "--set", "x"], "write PATH=VALUE"),
        (["database-pair", "--set", "=1s"], "write PATH=VALUE"),
        (["database-pair", "--set", "vrrp.advert_intervall=1s"], "did you mean advert_interval?"),
        (["database-pair", "--set", "vrrp.advert_interval=1"], "1 has no unit: write 1s or 1ms"),
        (["database-pair", "--set", "vrrp.advert_interval=[1s"], "vrrp.advert_interval"),
        (["database-pair", "--set", "vrrp.vrid=1", "--set", "vrrp.vrid=2"], "given twice"),
        (["database-pair", "--set", "nodes.app9.neighbor=x"], "leads nowhere"),
        (["database-pair", "--fault", "crush:db1@5s"], "did you mean crash?"),
        (["database-pair", "--fault", "crash:db9@5s"], "there is no node 'db9'"),
        (["database-pair", "--fault", "crash:db1@5"], "5 has no unit"),
        (["database-pair", "--fault", ""], "the fault ''"),
        (["database-pair", "--arp", "app1"], "write NODE@TIME"),
        (["database-pair", "--arp", "@4s"], "write NODE@TIME"),
        (["database-pair", "--arp", "app9@4s"], "there is no host 'app9' (did you mean app1?)"),
        (["database-pair", "--arp", "sw1@4s"], "there is no host 'sw1'"),
        (["database-pair", "--arp", "app1@4"], "--arp app1@4: 4 has no unit"),
        (["database-pair", "--arp", "app1@21s"], "the run ends at 20s"),
        (["database-pair", "--level", "summary", "--arp", "app1@4s"], "--arp needs --level protocol"),
        (["database-pair", "--level", "summary", "--check"], "--check needs --level protocol"),
        (["database-pair", "--level", "summary", "--trace", "x"], "--trace needs --level protocol"),
        (["database-pair", "--level", "protocol", "--pcapng", "x"], "--pcapng needs --level frames"),
        (["database-pair", "--trace", "no/folder/x"], "there is no folder no/folder: make it first"),
        (["database-pair", "--trace", "."], "this is a folder"),
        (["database-pair", "--trace", ""], "not a file's name"),
        (["database-pair", "--trace", "x", "--csv", "./x"], "written by --trace already"),
    ],
)
def test_bad_input(vipsim: Vipsim, tmp_path: Path, words: list[str], said: str) -> None:
    done = vipsim("run", *words)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("vipsim: ")
    assert said in done.err
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\x01\x02\xff" * 100,
        b"\x7fELF\x02\x01\x01" + bytes(range(256)),
        b"name: [",
        b"name: x\nduration: 20\nnodes: {}\n",
        b"- a\n- b\n",
        b"a: &x [*x]\n",
        b"{" * 5000,
        b"x: " + b"y" * 2_000_000,
        "name: é".encode("latin-1"),
    ],
    ids=["empty", "binary", "program", "cut", "no-unit", "list", "alias", "deep", "huge", "latin-1"],
)
def test_a_bad_file_is_named_with_the_line(vipsim: Vipsim, content: bytes) -> None:
    Path("bad.yaml").write_bytes(content)
    done = vipsim("run", "bad.yaml")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("vipsim: bad.yaml:")


def test_the_scenario_is_never_written_over(vipsim: Vipsim) -> None:
    Path("mine.yaml").write_text(PAIR.read_text())
    done = vipsim("run", "mine.yaml", "--csv", "./mine.yaml")
    assert done.code == 2
    assert "this file is what is read already" in done.err
    assert Path("mine.yaml").read_text() == PAIR.read_text()


@pytest.mark.skipif(not Path("/dev/null").exists(), reason="needs /dev/null")
def test_a_device_is_never_replaced_by_a_file(vipsim: Vipsim) -> None:
    done = vipsim("run", "database-pair", "--trace", "/dev/null")
    assert done.code == 2
    assert "not a regular file" in done.err
    assert Path("/dev/null").is_char_device()


def test_a_folder_without_permission(vipsim: Vipsim, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vipsim.cli.output.os.access", lambda *_: False)  # root may write everywhere
    done = vipsim("run", "database-pair", "--csv", "x.csv")
    assert done.code == 2
    assert "Permission denied" in done.err


def test_help_says_that_a_reboot_is_the_way_back_and_it_is(vipsim: Vipsim) -> None:
    said = " ".join(vipsim("run", "--help").out.split())
    assert "way back is one, too: crash:db1@5s, then reboot:db1@12s" in said
    words = ("run", "database-pair", "--set", "faults=[]", "--fault")
    both = vipsim(*words, "crash:db1@5s", "--fault", "reboot:db1@12s").out
    assert "failover of vrrp 51 from db1 to db2" in both and "failback of vrrp 51 from db2 to db1" in both
    assert "switchover of vrrp 51 from db1 to db2, fault reboot:db1" in vipsim(*words, "reboot:db1@12s").out
