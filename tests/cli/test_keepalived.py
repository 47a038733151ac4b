"""Commands on keepalived.conf files: what they print, what they refuse, and the exit code."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.cli.conftest import Vipsim

TEXT = """\
global_defs {{
    notification_email {{
        ops@example.com
    }}
}}
vrrp_instance VI_1 {{
    interface eth0
    virtual_router_id 51
    priority {priority}
    virtual_ipaddress {{
        192.168.1.219/24
    }}
}}
"""


@pytest.fixture
def pair(vipsim: Vipsim) -> None:
    """Two files in the folder that a command is called in."""
    Path("a.conf").write_text(TEXT.format(priority=150))
    Path("b.conf").write_text(TEXT.format(priority=100))


@pytest.mark.usefixtures("pair")
def test_run_two_files(vipsim: Vipsim) -> None:
    done = vipsim("run", "--keepalived", "a.conf", "b.conf", "--fault", "crash:a@5s")
    assert (done.code, done.err) == (0, "")
    assert "failover of VI_1 from a to b, fault crash:a at 5.000 s" in done.out
    assert "VI_1: vrid 51, version 2, 1s: a priority 150, b priority 100; vip 192.168.1.219" in done.out
    assert "ignored: notification_email" in done.out
    assert "invented" in done.out


@pytest.mark.usefixtures("pair")
def test_the_report_has_every_statement(vipsim: Vipsim) -> None:
    done = vipsim("run", "--keepalived", "a.conf", "b.conf", "--report")
    assert "a.conf:3: notification_email: no mail is sent" in done.out
    assert "vrrp_instance VI_1: interface, virtual_router_id, priority, virtual_ipaddress" in done.out


@pytest.mark.usefixtures("pair")
def test_without_a_report_it_is_said_which_statements_are_taken_otherwise(vipsim: Vipsim) -> None:
    text = Path("b.conf").read_text().replace("priority 100", "priority 100\n    advert_int 0.5")
    Path("b.conf").write_text(text)
    done = vipsim("run", "--keepalived", "a.conf", "b.conf")
    assert "  keepalived takes otherwise than written (1):\n    b.conf:10: (VI_1) VRRP version 2" in done.out


@pytest.mark.usefixtures("pair")
@pytest.mark.parametrize(("kind", "says"), [("PASS", False), ("AH", True)])
def test_only_ah_is_approximated(vipsim: Vipsim, kind: str, says: bool) -> None:
    secret = f"authentication {{\nauth_type {kind}\nauth_pass x\n}}\ninterface eth0"
    for name in ("a.conf", "b.conf"):
        Path(name).write_text(Path(name).read_text().replace("interface eth0", secret))
    done = vipsim("run", "--keepalived", "a.conf", "b.conf", "--report")
    assert ("no sequence numbers" in done.out) is says
    assert ("approximated (how)" in done.out) is says


@pytest.mark.usefixtures("pair")
def test_settings_and_the_json_document(vipsim: Vipsim) -> None:
    done = vipsim(
        *("run", "--keepalived", "a.conf", "b.conf", "--fault", "crash:a@9s"),
        *("--set", "vrrp.keepalived.down_timer_adverts=2", "--set", "duration=15s", "--json"),
    )
    document = json.loads(done.out)
    assert document["failovers"][0]["new"] == "b"
    assert 1.6 < document["failovers"][0]["detection_s"] < 2.7
    assert "keepalived 2.2.7" in done.err


@pytest.mark.usefixtures("pair")
@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["run"], "write FILE|NAME of a scenario, or --keepalived a.conf b.conf"),
        (["run", "database-pair", "--keepalived", "a.conf"], "leave one out"),
        (["run", "a.conf"], "a.conf: this is no scenario; if it is a keepalived.conf: --keepalived a.conf"),
        (["run", "--keepalived", "no.conf"], "no.conf:1:1: there is no file no.conf"),
        (["run", "--keepalived", "a.conf", "a.conf", "--fault", "crash:c@1s"], "there is no node 'c'"),
        (["run", "--keepalived", "folder"], "is not a regular file"),
        (["run", "--keepalived", "bad.conf"], "bad.conf:1"),
        (["run", "--keepalived", *["a.conf"] * 51], "at most 50 nodes"),
    ],
)
def test_bad_input_is_refused_with_its_place(vipsim: Vipsim, words: list[str], says: str) -> None:
    os.mkdir("folder")
    Path("bad.conf").write_bytes(b"vrrp_instance VI {\x00\n" + b"{" * 50)
    done = vipsim(*words)
    assert done.code == 2
    assert says in done.err
    assert done.out == ""


# --- lint ----------------------------------------------------------------------------------------


@pytest.mark.usefixtures("pair")
def test_lint_says_place_what_and_fix(vipsim: Vipsim) -> None:
    Path("b.conf").write_text(TEXT.format(priority=150))
    done = vipsim("lint", "a.conf", "b.conf")
    assert (done.code, done.err) == (1, "")
    assert "b.conf:9 (and a.conf:9): warning: a and b have priority 150" in done.out
    assert "[equal-priorities]\n    lower that of b" in done.out
    assert done.out.endswith("2 files: 0 errors, 2 warnings, 1 hint\n")


@pytest.mark.usefixtures("pair")
def test_lint_with_nothing_but_hints_is_fine(vipsim: Vipsim) -> None:
    assert vipsim("lint", "a.conf", "b.conf").code == 1
    for name in ("a.conf", "b.conf"):
        text = Path(name).read_text().replace("interface eth0", "interface eth0\ngarp_master_refresh 2")
        Path(name).write_text(text)
    done = vipsim("lint", "a.conf", "b.conf")
    assert done.code == 0
    assert "0 errors, 0 warnings, 1 hint" in done.out
    assert vipsim("lint", "a.conf", "b.conf", "--stp", "15s").code == 1


@pytest.mark.usefixtures("pair")
def test_lint_judges_a_refresh_by_the_slowest_cache(vipsim: Vipsim) -> None:
    long = vipsim("lint", "a.conf", "b.conf", "--stp", "0s", "--router-cache", "20min")
    assert "keeps the wrong MAC address for its 1200 s" in long.out
    assert "write garp_master_refresh 2: a wrong entry then lives 2 s at most" in long.out
    short = vipsim("lint", "a.conf", "b.conf", "--stp", "0s", "--router-cache", "3s")
    assert (short.code, "refresh" in short.out) == (0, False)


@pytest.mark.usefixtures("pair")
def test_lint_as_json(vipsim: Vipsim) -> None:
    done = vipsim("lint", "a.conf", "b.conf", "--stp", "15s", "--json")
    document = json.loads(done.out)
    assert document["counts"] == {"error": 0, "warning": 2, "hint": 0}
    assert [one["rule"] for one in document["findings"]] == ["no-refresh", "preempt-behind-stp"]
    first = document["findings"][1]
    assert (first["rule"], first["file"], first["line"], first["also"]) == (
        "preempt-behind-stp",
        "a.conf",
        6,
        [],
    )


@pytest.mark.usefixtures("pair")
@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["lint"], "the following arguments are required: CONF"),
        (["lint", "no.conf"], "no.conf:1:1: there is no file"),
        (["lint", "a.conf", "--stp", "15"], "--stp 15: 15 has no unit: write 15s"),
        (["lint", "broken.conf", "a.conf"], "broken.conf:1"),
    ],
)
def test_lint_refuses_what_keepalived_would_not_run(vipsim: Vipsim, words: list[str], says: str) -> None:
    Path("broken.conf").write_text("vrrp_instance VI {\n")
    done = vipsim(*words)
    assert (done.code, done.out) == (2, "")
    assert says in done.err


@pytest.mark.usefixtures("pair")
def test_lint_tells_further_mistakes_of_a_file_that_keepalived_would_not_run(vipsim: Vipsim) -> None:
    text = Path("a.conf").read_text().replace("interface", "interfce").replace("priority", "priorty")
    Path("typo.conf").write_text(text)
    done = vipsim("lint", "typo.conf", "b.conf")
    assert done.code == 2
    assert "there is no interface: keepalived ends here" in done.err
    assert "did you mean interface?" in done.out
    assert (
        "typo.conf:9: warning: keepalived 2.2.7 does not know 'priorty': did you mean priority?" in done.out
    )
    done = vipsim("lint", "typo.conf", "b.conf", "--json")
    assert done.code == 2
    rules = [one["rule"] for one in json.loads(done.out)["findings"]]
    assert rules == ["does-not-run", "unknown-keywords", "unknown-keywords"]


@pytest.mark.usefixtures("pair")
@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["lint", "database-pair"], "database-pair: this is a scenario, no keepalived.conf"),
        (["plot", "a.conf"], "vipsim run --keepalived a.conf"),
        (["compare", "a.conf", "--set", "vrrp.version=2,3"], "vipsim run --keepalived a.conf"),
        (["doctor", "a.conf"], "vipsim run --keepalived a.conf"),
        (["conf", "a.conf"], "vipsim run --keepalived a.conf"),
    ],
)
def test_a_file_of_the_other_kind_is_told_where_it_belongs(
    vipsim: Vipsim, words: list[str], says: str
) -> None:
    done = vipsim(*words)
    assert (done.code, done.out) == (2, "")
    assert says in done.err


# --- conf ----------------------------------------------------------------------------------------


def test_conf_prints_the_files_of_a_scenario(vipsim: Vipsim) -> None:
    done = vipsim(
        "conf", "database-pair", "--set", "vrrp.profile=keepalived", "--set", "vrrp.advert_interval=2s"
    )
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("# db1.conf\nglobal_defs {\n    router_id db1\n}\n")
    assert "\n# db2.conf\n" in done.out
    assert "    advert_int 2\n    mcast_src_ip 192.168.1.217\n" in done.out


def test_conf_writes_files_that_run_reads(vipsim: Vipsim) -> None:
    os.mkdir("out")
    done = vipsim("conf", "database-pair", "--out", "out")
    assert done.code == 0
    assert "the rules of rfc3768" in done.err
    assert sorted(os.listdir("out")) == ["db1.conf", "db2.conf"]
    done = vipsim("run", "--keepalived", "out/db1.conf", "out/db2.conf", "--fault", "crash:db1@5s")
    assert "failover of VI_51 from db1 to db2" in done.out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (
            ["database-pair", "--node", "db3"],
            "--node db3: it has no part in a VRRP group",
        ),
        (["database-pair-heartbeat"], "has no VRRP group"),
        (["database-pair", "--out", "nowhere"], "--out nowhere: there is no such folder"),
        (["no-such-scenario"], "neither a file nor a shipped scenario"),
    ],
)
def test_conf_refuses(vipsim: Vipsim, words: list[str], says: str) -> None:
    done = vipsim("conf", *words)
    assert (done.code, done.out) == (2, "")
    assert says in done.err


UNICAST = """\
vrrp_instance aws {{
    interface ens5
    virtual_router_id 77
    priority {priority}
    unicast_src_ip 172.31.4.{own}
    unicast_peer {{
        {peers}
    }}
    virtual_ipaddress {{
        172.31.4.100/24
    }}
}}
"""


def test_a_takeover_by_a_node_that_never_heard_the_master_is_not_the_faults_work(vipsim: Vipsim) -> None:
    for name, own, priority, peers in (
        ("n1", 10, 101, (11,)),
        ("n2", 11, 100, (10,)),
        ("p3", 12, 90, (10, 11)),
    ):
        listed = "\n        ".join(f"172.31.4.{peer}" for peer in peers)
        Path(f"{name}.conf").write_text(UNICAST.format(priority=priority, own=own, peers=listed))
    done = vipsim("run", "--keepalived", "n1.conf", "n2.conf", "p3.conf", "--fault", "crash:n1@2s", "--check")
    assert "MISCONFIGURED" in done.out and "aws differs in unicast_peer" in done.out
    assert "n1 does not send to p3 and n2 does not send to p3" in done.out
    assert "failover of aws from n1 to p3, fault crash" not in done.out


def test_two_router_ids_are_a_mistake_of_the_files_not_of_the_model(vipsim: Vipsim) -> None:
    Path("a.conf").write_text(TEXT.format(priority=150))
    Path("b.conf").write_text(TEXT.format(priority=100).replace("_id 51", "_id 52"))
    done = vipsim("run", "--keepalived", "a.conf", "b.conf", "--check")
    assert done.code == 0 and "VIOLATION" not in done.out
    assert "MISCONFIGURED a and b all answer for 192.168.1.219" in done.out
    assert "VI_1-51" in done.out and "VI_1-52" in done.out
    assert "but of a wrong configuration (MISCONFIGURED)" in done.out


def test_a_connection_that_is_reset_counts_though_nobody_waited(vipsim: Vipsim) -> None:
    done = vipsim("run", "nopreempt-ignored")
    back = next(line for line in done.out.splitlines() if line.startswith("failback"))
    assert "session silent 0.000 s, failed: ECONNRESET 1" in back and "no client noticed" not in back
    blackout = next(
        line for line in done.out.splitlines() if line.startswith("  session") and "blackout" in line
    )
    assert blackout.endswith("blackout, failed: ECONNRESET 1")


CHECKED = """\
vrrp_script chk {{
    script "/bin/check"
    interval 1
    weight -60
}}
"""


def checked_pair() -> None:
    """Two files whose nodes track a script, and call another one when they are master."""
    for name, priority in (("a", 150), ("b", 100)):
        extra = "    track_script {\n        chk\n    }\n    notify_master /bin/moved\n"
        text = TEXT.format(priority=priority).replace("    virtual_ip", f"{extra}    virtual_ip")
        Path(f"{name}.conf").write_text(CHECKED.format() + text)


def test_a_check_that_fails_is_a_failover_and_its_way_back_a_return(vipsim: Vipsim) -> None:
    checked_pair()
    faults = ("--fault", "script_fail:a.chk@5s", "--fault", "script_ok:a.chk@12s")
    done = vipsim("run", "--keepalived", "a.conf", "b.conf", *faults)
    assert "failover of VI_1 from a to b, fault script_fail:a.chk at 5.000 s" in done.out
    assert "failback of VI_1 from b to a" in done.out
    alone = vipsim("run", "--keepalived", "a.conf", "b.conf", "--fault", "script_fail:b.chk@5s")
    assert "no failover" in alone.out


def test_a_return_of_the_better_node_is_no_work_of_a_failing_check(vipsim: Vipsim) -> None:
    checked_pair()
    faults = ("crash:a@3s", "script_fail:b.chk@9s", "reboot:a@12s")
    done = vipsim("run", "--keepalived", "a.conf", "b.conf", *(w for f in faults for w in ("--fault", f)))
    assert "failback of VI_1 from b to a" in done.out


def test_run_tells_what_is_not_in_its_numbers(vipsim: Vipsim) -> None:
    checked_pair()
    done = vipsim("run", "--keepalived", "a.conf", "b.conf")
    assert "not in the numbers: notify_master (a.conf:" in done.out
    Path("a.conf").write_text(TEXT.format(priority=150))
    Path("b.conf").write_text(TEXT.format(priority=100))
    assert "not in the numbers" not in vipsim("run", "--keepalived", "a.conf", "b.conf").out


def test_predict_a_failing_check_and_one_interface(vipsim: Vipsim) -> None:
    checked_pair()
    done = vipsim("predict", "a.conf", "b.conf", "--fault", "script_fail,link_down:a.eth0", "--seeds", "2")
    assert done.code == 0 and "When the check of a fails for 15s" in done.out
    assert "When the link eth0 of a goes down for 15s" in done.out
    document = json.loads(
        vipsim("predict", "a.conf", "b.conf", "--fault", "script_fail", "--seeds", "2", "--json").out
    )
    assert document["faults"][0]["broken"]["tcp"]["value"] == 1  # the address moved to b


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ("script_fail:a.nothing", "a tracks no script 'nothing': there are chk"),
        ("crash:a.eth0", "no daemon runs on 'a.eth0'"),
        ("link_down:a.eth7", "eth7"),
    ],
)
def test_predict_refuses_a_part_that_is_not_there(vipsim: Vipsim, fault: str, says: str) -> None:
    checked_pair()
    done = vipsim("predict", "a.conf", "b.conf", "--fault", fault, "--seeds", "1")
    assert done.code == 2 and says in done.err


def test_where_adverts_are_unicast_a_notify_script_bears_on_a_ping_too(vipsim: Vipsim) -> None:
    for name, own, other in (("a", 10, 11), ("b", 11, 10)):
        text = UNICAST.format(priority=100, own=own, peers=f"172.31.4.{other}")
        Path(f"{name}.conf").write_text(
            text.replace("    virtual_ip", "    notify_master /bin/eip\n    virtual_ip")
        )
    done = vipsim("predict", "a.conf", "b.conf", "--fault", "crash:a", "--seeds", "2", "--json")
    (why,) = json.loads(done.out)["faults"][0]["blackout"]["ping"]["unsupported"]
    assert "moves the address" in why
