"""``vipsim explain``: a run told in log words."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Vipsim

PAIR = ("database-pair", "--set", "vrrp.profile=keepalived")


def test_a_shipped_scenario_is_told_in_keepalived_s_words(vipsim: Vipsim) -> None:
    done = vipsim("explain", *PAIR)
    assert done.code == 0 and done.err == ""
    assert "db2  Keepalived_vrrp[..]: (VI_51) Entering MASTER STATE" in done.out
    assert "<- its master-down timer of 3.609375 s ran out" in done.out


def test_a_trace_reads_like_the_run_it_is_of(vipsim: Vipsim, tmp_path: Path) -> None:
    vipsim("run", *PAIR, "--seed", "3", "--trace", "t.jsonl")
    told = vipsim("explain", "t.jsonl").out
    assert told == vipsim("explain", *PAIR, "--seed", "3").out
    (tmp_path / "t.jsonl").rename(tmp_path / "t")
    assert vipsim("explain", "t").out == told


def test_one_node_or_a_few(vipsim: Vipsim) -> None:
    out = vipsim("explain", *PAIR, "--node", "db2", "--fault", "reboot:db1@10s").out
    assert " db1  Keepalived" not in out and " db2  Keepalived" in out
    both = vipsim("explain", *PAIR, "--node", "db2", "--node", "db1", "--fault", "reboot:db1@10s").out
    assert " db1  Keepalived" in both


def test_terse_silent_and_clients_change_how_much_is_told(vipsim: Vipsim) -> None:
    plain = vipsim("explain", *PAIR).out
    assert "setting VIPs." not in vipsim("explain", *PAIR, "--terse").out and "setting VIPs." in plain
    assert "[(VI_51) sends an advert" in vipsim("explain", *PAIR, "--silent").out
    assert "answered again after" in vipsim("explain", *PAIR, "--clients", "--node", "db2").out
    assert "answered" not in plain


def test_json_is_one_document_with_times_in_ns(vipsim: Vipsim) -> None:
    document = json.loads(vipsim("explain", *PAIR, "--json", "--node", "db2").out)
    assert {"scenario", "seed", "duration", "lines"} == set(document)
    assert {"time", "node", "program", "text", "cause", "detail", "logged", "record"} == set(
        document["lines"][0]
    )
    master = next(line for line in document["lines"] if line["text"].endswith("Entering MASTER STATE"))
    assert isinstance(master["time"], int) and master["program"] == "Keepalived_vrrp" and master["logged"]


def test_another_profile_is_told_in_plain_words_and_says_so(vipsim: Vipsim) -> None:
    out = vipsim("explain", "database-pair").out
    assert "plain words" in out and "vrrp.profile=keepalived" in out and "BACKUP -> MASTER" in out


QUIET = (*PAIR, "--set", "faults=[]")


def test_a_run_in_which_nothing_happens_says_so_and_what_would_be_told(vipsim: Vipsim) -> None:
    done = vipsim("explain", *QUIET)
    assert done.code == 0 and "nothing to tell: no daemon logs a word in these 20 s" in done.out
    assert "--fault crash:db1@5s" in done.out and "--silent" in done.out
    assert not done.out.endswith("\n\n")
    assert "nothing to tell" not in vipsim("explain", *QUIET, "--silent").out
    assert "nothing to tell" not in vipsim("explain", *QUIET, "--fault", "crash:db1@5s").out
    assert "nothing to tell" not in vipsim("explain", *PAIR).out


def test_what_was_left_out_is_named_where_nothing_is_left(vipsim: Vipsim) -> None:
    out = vipsim("explain", *PAIR, "--from", "1s", "--to", "4s").out
    assert "nothing to tell with --from and --to" in out and "add a fault" not in out


def test_causes_are_wrapped_and_log_lines_are_not(vipsim: Vipsim) -> None:
    lines = vipsim("explain", "split", "--set", "vrrp.profile=keepalived").out.splitlines()
    assert max(len(line) for line in lines if "Keepalived" not in line) <= 110
    first = next(number for number, line in enumerate(lines) if "<- its master-down timer" in line)
    assert len(lines[first]) > 80 and lines[first + 1].startswith(" " * (lines[first].index("<-") + 3))
    assert "ours 100" in next(line for line in lines if len(line) > 110)


def test_a_part_of_the_run_is_told(vipsim: Vipsim) -> None:
    whole = vipsim("explain", *PAIR).out.splitlines()
    part = vipsim("explain", *PAIR, "--from", "12s", "--to", "14s").out.splitlines()
    times = [float(line.split()[0]) for line in part if line[:12].strip().replace(".", "").isdigit()]
    assert times and 12 <= min(times) <= max(times) <= 14
    assert set(part) <= set(whole) and len(part) < len(whole)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("nowhere",), "neither a file nor a shipped scenario"),
        (("database-pair", "--node", "db3"), "no daemon runs there (did you mean db"),
        (("database-pair", "--fault", "crash:nobody@1s"), "nobody"),
        (("database-pair", "--seed", "x"), "not a seed"),
        (("database-pair", "--from", "99s"), "--from 99s: the run ends at 20 s"),
        (("database-pair", "--from", "9s", "--to", "3s"), "--to 3s: this is not after 9s"),
        (("database-pair", "--to", "9"), "--to 9: 9 has no unit"),
    ],
)
def test_bad_input_is_named(vipsim: Vipsim, words: tuple[str, ...], says: str) -> None:
    done = vipsim("explain", *words)
    assert done.code == 2 and says in done.err


def test_a_trace_without_records_cannot_be_told(vipsim: Vipsim) -> None:
    vipsim("run", *PAIR, "--trace", "t.jsonl")
    lines = Path("t.jsonl").read_text().splitlines()
    head = json.loads(lines[0]) | {"level": "summary", "records": 0, "frames": 0}
    Path("s.jsonl").write_text(json.dumps(head) + "\n")
    done = vipsim("explain", "s.jsonl")
    assert done.code == 2 and "s.jsonl" in done.err
    done = vipsim("explain", "t.jsonl", "--fault", "crash:db1@1s")
    assert done.code == 2 and "a trace is what has happened already" in done.err
