"""``lint``: each rule finds what it is for, with its numbers, and is silent where all is well."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest

import vipsim as vs
from vipsim.scenario.keepalived import read_keepalived
from vipsim.scenario.keepalived.lint import RULES, Finding, Level, Surroundings, lint
from vipsim.scenario.keepalived.network import from_keepalived
from vipsim.scenario.model import Start
from vipsim.trace.trace import Trace
from vipsim.units import s


def conf(more: str = "", *, vips: str = "192.168.1.219/24", top: str = "", **given: object) -> str:
    """A file with one instance; a line for each keyword, so that line numbers are easily counted."""
    words = {"interface": "eth0", "virtual_router_id": 51, "priority": 100, "garp_master_refresh": 2}
    words |= {"state": "BACKUP"} | given  # type: ignore[operator]
    name = words.pop("name", "VI_1")
    lines = [f"{key} {value}" for key, value in words.items() if value is not None]
    lines += [more, "virtual_ipaddress {", *vips.split(","), "}"]
    return "\n".join([top, f"vrrp_instance {name} {{", *lines, "}", ""])


def found(*texts: str, around: Surroundings | None = None) -> list[Finding]:
    """What is found in the files a.conf, b.conf, c.conf."""
    configs = {
        node: read_keepalived(text, node=node, name=f"{node}.conf")
        for node, text in zip("abc", texts, strict=False)
    }
    return lint(configs, around)


A, B = conf(priority=150), conf()
AUTH = "authentication {{\nauth_type PASS\nauth_pass {}\n}}"
CHECK = "vrrp_script chk {{\nscript /bin/true\ninterval {}\nfall {}\nweight {}\n}}"
UNICAST = "unicast_src_ip 10.0.0.{}\nunicast_peer {{\n{}\n}}"
TRACK = "track_script {\nchk\n}"
STP, EDGE = Surroundings(stp=s(15)), Surroundings(stp=0)
CISCO, LINUX = Surroundings(router_cache=s(14400)), Surroundings(router_cache=s(45))
SHORT = Surroundings(router_cache=s(4))


class Try(NamedTuple):
    """Files in which a rule finds something, and files in which it does not."""

    level: Level
    says: str
    hit: tuple[str, ...]
    miss: tuple[str, ...]
    around: Surroundings | None = None
    around_miss: Surroundings | None = None


E, W, H = Level.ERROR, Level.WARNING, Level.HINT
TRIES: dict[str, list[Try]] = {
    "version-mismatch": [Try(E, "version 3, a version 2", (A, conf(version=3)), (A, conf(version=2)))],
    "interval-mismatch": [
        Try(
            E,
            "6.609 s after its start, beside a: .* b sends one advert as MASTER and then none",
            (A, conf(advert_int=2)),
            (A, conf(advert_int=1.2)),
        ),
        Try(
            E,
            "MASTER 3.609 s after its start, .* a sends one advert as MASTER and then none",
            (conf(priority=150, advert_int=2), B),
            (conf(priority=150, advert_int=2, version=3), conf(version=3)),
        ),
    ],
    "interval-differs": [
        Try(
            H,
            "takes over 1.805 s after the last advert of a, not 3.609 s",
            (conf(priority=150, version=3, advert_int=0.5), conf(version=3)),
            (conf(priority=150, version=3), conf(version=3)),
        )
    ],
    "auth-mismatch": [
        Try(E, "a has auth_type none, b PASS", (A, conf(AUTH.format("a"))), (A, B)),
        Try(
            E,
            "the passwords differ",
            (conf(AUTH.format("one"), priority=150), conf(AUTH.format("two"))),
            (conf(AUTH.format("12345678x"), priority=150), conf(AUTH.format("12345678y"))),
        ),
    ],
    "list-mismatch": [
        Try(
            E,
            "192.168.1.220 is not in that of a: .*; b becomes MASTER 3.609 s",
            (A, conf(vips="192.168.1.219/24,192.168.1.220/24")),
            (conf(priority=150, vips="10.0.0.1/24,10.0.0.2/24"), conf(vips="10.0.0.2/24,10.0.0.1/24")),
        )
    ],
    "vrid-mismatch": [
        Try(E, "virtual_router_id 52 here and 51 on a", (A, conf(virtual_router_id=52)), (A, B)),
        Try(
            E,
            "is in VI_1 and in VI_2 of one file",
            (A + conf(name="VI_2", virtual_router_id=9),),
            (A + conf(name="VI_2", virtual_router_id=9, vips="10.0.0.1/24"),),
        ),
    ],
    "vrid-clash": [
        Try(E, "virtual_router_id 51 for different", (A, conf(name="X", vips="10.0.0.1/24")), (A, B))
    ],
    "transport-mismatch": [
        Try(E, "a sends its adverts to unicast peers", (conf(UNICAST.format(1, "10.0.0.2")), B), (A, B)),
        Try(
            E,
            "group 224.0.0.100",
            (A, conf("mcast_dst_ip 224.0.0.100")),
            (A, conf("mcast_dst_ip 224.0.0.18")),
        ),
    ],
    "missing-peer": [
        Try(
            E,
            "10.0.0.2 of b is not among the unicast peers of a",
            (conf(UNICAST.format(1, "10.0.0.3"), priority=150), conf(UNICAST.format(2, "10.0.0.1"))),
            (conf(UNICAST.format(1, "10.0.0.2"), priority=150), conf(UNICAST.format(2, "10.0.0.1"))),
        )
    ],
    "same-source": [
        Try(
            E,
            "both send from 10.0.0.1",
            (conf("mcast_src_ip 10.0.0.1", priority=150), conf("mcast_src_ip 10.0.0.1")),
            (conf("mcast_src_ip 10.0.0.1", priority=150), conf("mcast_src_ip 10.0.0.2")),
        )
    ],
    "two-owners": [Try(E, "priority 255", (conf(priority=255), conf(priority=255)), (conf(priority=255), B))],
    "strict-does-not-answer": [
        Try(
            E,
            "no answer as long as it is MASTER",
            (conf("strict_mode"),),
            (conf("strict_mode\naccept", version=3),),
        ),
        Try(
            E,
            "no answer",
            (conf(top="global_defs {\nvrrp_strict\n}"),),
            (conf("strict_mode", priority=255, state="MASTER"),),
        ),
    ],
    "no-accept-here": [
        Try(W, "not on b", (A, conf("no_accept")), (conf("no_accept"), conf("no_accept", priority=9)))
    ],
    "equal-priorities": [
        Try(W, "priority 100: both timers end after 3.609 s, when both start together", (B, B), (A, B)),
        Try(W, "when the master fails", (A, B, B), (A, B, conf(priority=50))),
    ],
    "nopreempt-master": [
        Try(
            W,
            "back 3.414 s after its",
            (conf("nopreempt", priority=150, state="MASTER"),),
            (conf("nopreempt"),),
        ),
    ],
    "delay-master": [
        Try(
            W,
            "back 3.609 s after its return and not 5 s later",
            (conf("preempt_delay 5", state="MASTER"),),
            (conf("preempt_delay 5"),),
        ),
    ],
    "preempt-delay-longer": [
        Try(H, "takes over 7.609 s to 8.609 s after it hears", (conf("preempt_delay 5"),), (B,)),
        Try(
            H,
            "b takes over",
            (conf(TRACK, top=CHECK.format(1, 1, -60), priority=150), conf("preempt_delay 5")),
            (A, conf("preempt_delay 5")),
        ),
    ],
    "nopreempt-weights": [
        Try(
            W,
            "if chk fails, a stays MASTER .* b has nopreempt",
            (conf(TRACK, top=CHECK.format(1, 1, -60), priority=150), conf("nopreempt")),
            (conf(TRACK, top=CHECK.format(1, 1, -60), priority=150), B),
        ),
        Try(
            W,
            "a node with this file has nopreempt",
            (conf("nopreempt\n" + TRACK, top=CHECK.format(1, 1, -60)),),
            (conf("nopreempt\n" + TRACK, top=CHECK.format(1, 1, 0)),),
        ),
    ],
    "weights-cannot-cross": [
        Try(
            W,
            "a goes from 150 to 130, which is not below 100 of b: nothing",
            (conf(TRACK, top=CHECK.format(1, 1, -20), priority=150), B),
            (conf(TRACK, top=CHECK.format(1, 1, -51), priority=150), B),
        ),
        Try(
            W,
            "a goes from 170 to 150, which is not below 120 of b",
            (
                conf(TRACK, top=CHECK.format(1, 1, 20), priority=150),
                conf(TRACK, top=CHECK.format(1, 1, 20), priority=100),
            ),
            (
                conf(TRACK, top=CHECK.format(1, 1, 60), priority=150),
                conf(TRACK, top=CHECK.format(1, 1, 60), priority=100),
            ),
        ),
        Try(
            W,
            "if eth1 fails, a goes from 150 to 120, .* all 2 together leave 90",
            (conf("track_interface {\neth1 weight -30\neth2 weight -30\n}", priority=150), B),
            (conf("track_interface {\neth1 weight -60\neth2 weight -70\n}", priority=150), B),
        ),
    ],
    "weight-takes": [
        Try(
            H,
            "after up to 13.609 s: 5 checks, 2 s apart .10 s with [a-z ]+., and then 3.609 s until b",
            (conf(TRACK, top=CHECK.format(2, 5, -60), priority=150), B),
            (conf(TRACK, top=CHECK.format(2, 3, -60), priority=150), B),
        ),
        Try(
            H,
            "after up to 15.609 s: 5 checks, 2 s apart .10 s with [a-z ]+., 2 s until the last one times",
            (conf(TRACK, top=CHECK.format("2\ntimeout 2", 5, -60), priority=150), B),
            (A, B),
        ),
    ],
    "preempt-differs": [
        Try(
            W,
            "b has nopreempt, but a .* back 3.414 s",
            (A, conf("nopreempt")),
            (conf("nopreempt", priority=150), conf("nopreempt")),
        )
    ],
    "patience-differs": [
        Try(
            W,
            "is 2 on b and 3 on a: .* 2.609 s and 3.414 s",
            (A, conf("down_timer_adverts 2")),
            (conf("down_timer_adverts 2", priority=150), conf("down_timer_adverts 2")),
        )
    ],
    "one-lost-advert": [
        Try(
            W,
            "1 advert is lost: with 1 % of loss about every 100 s",
            (conf("down_timer_adverts 1"),),
            (conf("down_timer_adverts 2"),),
        )
    ],
    "short-patience": [
        Try(
            H,
            "longer than 0.261 s .* waits 0.361 s",
            (conf(version=3, advert_int=0.1),),
            (conf(version=3, advert_int=1),),
        )
    ],
    "slow-detection": [
        Try(
            H,
            "b takes over only 10.609 s to 15.609 s later",
            (conf(priority=150, advert_int=5), conf(advert_int=5)),
            (A, B),
        )
    ],
    "single-announcement": [
        Try(
            W,
            "a announces an address 1 time and never again",
            (conf(top="global_defs {\nvrrp_min_garp\n}", garp_master_refresh=0),),
            (conf(top="global_defs {\nvrrp_min_garp\n}"),),
        ),
        Try(
            W,
            "1 time ",
            (conf("garp_master_repeat 1\ngarp_master_delay 0", garp_master_refresh=0),),
            (conf("garp_master_repeat 2\ngarp_master_delay 0", garp_master_refresh=0),),
        ),
    ],
    "nobody-answers-a-rival": [
        Try(
            W,
            "a stays MASTER and announces nothing .* 3.2 to 4.9 s",
            (conf("garp_lower_prio_repeat 0", priority=150, garp_master_refresh=0), B),
            (conf("garp_lower_prio_repeat 0", priority=150, garp_master_refresh=2), B),
        )
    ],
    "slow-announcements": [
        Try(
            W,
            "0.500 s between two announcements the last of 4 addresses is announced 1.500 s",
            (
                conf(
                    top="global_defs {\nvrrp_garp_interval 0.5\n}",
                    vips="10.0.0.1/24,10.0.0.2/24,10.0.0.3/24,10.0.0.4/24",
                ),
            ),
            (conf(top="global_defs {\nvrrp_garp_interval 0.5\n}"),),
        )
    ],
    "vmac-on-one": [
        Try(
            W,
            "b has the addresses at a virtual MAC",
            (A, conf("use_vmac")),
            (conf("use_vmac", priority=150), conf("use_vmac")),
        )
    ],
    "no-refresh": [
        Try(
            W,
            r"^a: 5 announcements .* then never: .* up to 4 h .* nobody announces at all in 39% .* 53 s",
            (conf(priority=150, garp_master_refresh=None), B),
            (A, B),
        ),
        Try(H, "^a: 5 .* up to 4 h", (conf(garp_master_refresh=None),), (conf(),)),
        Try(
            W,
            "for its 4 h",
            (conf(garp_master_refresh=None),),
            (conf(garp_master_refresh=None),),
            CISCO,
            SHORT,
        ),
    ],
    "refresh-too-slow": [
        Try(
            W,
            "in 39% .* a client of b then waits for the next refresh, 60 s at most, .* by itself .53 s",
            (conf(priority=150, garp_master_refresh=60), B),
            (A, conf(garp_master_refresh=60)),
            None,
            CISCO,
        ),
        Try(W, "10 s at most$", (conf(priority=150, garp_master_refresh=9, advert_int=5), B), (A, B)),
        Try(
            H, "waits 60 s .* .45 s", (conf(garp_master_refresh=60),), (conf(garp_master_refresh=40),), LINUX
        ),
    ],
    "prefix-differs": [Try(H, "192.168.1.219/32 on b", (A, conf(vips="192.168.1.219")), (A, B))],
    "preempt-behind-stp": [
        Try(
            H,
            "if a spanning tree .* from 3.414 s to 30 s, .* 3.414 s and 8.414 s are lost",
            (A, B),
            (A, B),
            None,
            EDGE,
        ),
        Try(
            W,
            "since a spanning tree",
            (A, B),
            (conf(top="global_defs {\nvrrp_startup_delay 27\n}", priority=150), B),
            STP,
            STP,
        ),
    ],
    "rounded-interval": [
        Try(W, "waits 3.609 s, not 1.509 s", (conf(advert_int=0.3),), (conf(advert_int=0.3, version=3),)),
        Try(W, "0.3s|steps of 10 ms", (conf(advert_int=0.305, version=3),), (conf(advert_int=2),)),
    ],
    "delays-cut": [
        Try(
            W,
            "delays of eth0, 5 s and 5 s, are longer .* keepalived uses 1.996 s and 1.996 s",
            (conf(top="interface_up_down_delays {\neth0 5 5\n}"),),
            (conf(top="interface_up_down_delays {\neth0 1 1\n}"),),
        )
    ],
    "nothing-here": [
        Try(W, "no vrrp_instance, the file is empty: b never has an address", (A, "\n"), (A, B)),
        Try(W, "no vrrp_instance: b never", (A, "global_defs {\nrouter_id b\n}\n"), (A, B)),
        Try(H, "no vrrp_instance: b", (A, "virtual_server 10.0.0.1 80 {\nlb_algo rr\n}\n"), (A, B)),
    ],
    "dead-link-unseen": [Try(W, "carrier of eth0", (conf("dont_track_primary"),), (B,))],
    "alone": [
        Try(
            W,
            "only a has VI_2",
            (A + conf(name="VI_2", virtual_router_id=9, vips="10.0.0.1/24"), B),
            (A, conf(virtual_router_id=52)),
        )
    ],
    "unknown-keywords": [Try(W, "'advert_itn': did you mean advert_int", (conf("advert_itn 1"),), (B,))],
}


@pytest.mark.parametrize(
    ("rule", "one"),
    [(rule, one) for rule, tries in TRIES.items() for one in tries],
    ids=lambda v: str(v)[:24],
)
def test_a_rule_finds_what_it_is_for_and_nothing_else(rule: str, one: Try) -> None:
    hits = [finding for finding in found(*one.hit, around=one.around) if finding.rule == rule]
    assert hits, [str(finding) for finding in found(*one.hit, around=one.around)]
    assert hits[0].level is one.level
    assert re.search(one.says, hits[0].what), hits[0].what
    assert hits[0].fix
    assert hits[0].place.file in {"a.conf", "b.conf", "c.conf"}
    assert hits[0].place.line > 0
    missed = found(*one.miss, around=one.around_miss)
    assert [str(finding) for finding in missed if finding.rule == rule] == []


def test_every_rule_is_tried() -> None:
    assert set(TRIES) == set(RULES)


def test_a_pair_in_which_all_is_well() -> None:
    assert found(A, B, around=Surroundings(stp=0, router_cache=s(14400))) == []


def test_a_finding_stands_at_the_line_of_its_statement() -> None:
    [finding] = [one for one in found(A, conf(advert_int=2)) if one.rule == "interval-mismatch"]
    assert (str(finding.place), list(map(str, finding.also))) == ("b.conf:8", ["a.conf:2"])


@pytest.mark.parametrize(
    ("text", "says", "fix"),
    [
        (conf(state="master"), "'master' is neither MASTER nor BACKUP", "MASTER or BACKUP"),
        (conf(TRACK, top=CHECK.format(1, 1, -300)), "weight -300 is outside", "from -253 to 253"),
        (conf("track_script {\nchek\n}"), "there is no script chek", "define chek"),
        (conf() + conf(vips="10.0.0.9/24"), "VI_1 is defined already", "a name of its own"),
    ],
)
def test_a_statement_that_is_lost_is_a_warning_with_a_fix_of_its_own(text: str, says: str, fix: str) -> None:
    [finding] = [one for one in found(text) if one.rule == "said-by-keepalived"]
    assert finding.level is Level.WARNING
    assert says in finding.what
    assert fix in finding.fix


@pytest.mark.parametrize(
    ("first", "trusted"),
    [
        (A, ""),
        (conf("nopreempt", priority=150), " (nopreempt does not prevent it)"),
        (conf("preempt_delay 9", priority=150), " (preempt_delay does not prevent it)"),
    ],
)
def test_behind_a_spanning_tree_only_what_the_file_has_is_named(first: str, trusted: str) -> None:
    [finding] = [one for one in found(first, B, around=STP) if one.rule == "preempt-behind-stp"]
    assert f"having the higher priority{trusted}. Its" in finding.what
    assert "out for up to 2 s then" in finding.what


def test_a_port_behind_a_spanning_tree_is_told_once() -> None:
    second = {"name": "VI_2", "virtual_router_id": 9, "vips": "10.0.0.1/24"}
    files = A + conf(priority=150, **second), B + conf(**second)  # type: ignore[arg-type]
    assert len([one for one in found(*files, around=STP) if one.rule == "preempt-behind-stp"]) == 1


def test_a_missing_file_that_took_the_instance_away_is_named(tmp_path: Path) -> None:
    path = tmp_path / "b.conf"
    path.write_text("include gone.conf\n")
    configs = {"a": read_keepalived(A, node="a"), "b": read_keepalived(path, node="b")}
    [finding] = [one for one in lint(configs) if one.rule == "nothing-here"]
    assert "no vrrp_instance (there is no file" in finding.what
    assert "gone.conf" in finding.what


def test_what_keepalived_says_itself_is_a_hint_where_no_rule_explains_it() -> None:
    text = conf("unicast_ttl 5")
    [finding] = [one for one in found(text) if one.rule == "said-by-keepalived"]
    assert finding.level is Level.HINT
    assert "unicast_ttl without unicast peers" in finding.what
    rules = {one.rule for one in found(conf("nopreempt", state="MASTER"))}
    assert "nopreempt-master" in rules
    assert "said-by-keepalived" not in rules


def test_ipv6_instances_are_looked_at_too() -> None:
    six = conf(priority=150, vips="fe80::1/64", version=None)
    [finding] = [one for one in found(six, conf(vips="fe80::2/64")) if one.rule == "list-mismatch"]
    assert "fe80::1 is not in that of b" in finding.what


# --- what is said is what happens ----------------------------------------------------------------


def run(*texts: str) -> Trace:
    """A cold start of the nodes."""
    configs = {node: read_keepalived(text, node=node) for node, text in zip("abc", texts, strict=False)}
    return vs.run(from_keepalived(configs).scenario.with_(start=Start.COLD), seed=3)


def masters(trace: Trace) -> dict[str, int]:
    """When each node became MASTER first, in ns."""
    times: dict[str, int] = {}
    for record in trace.select("state"):
        if record.data["new"] == "MASTER":
            times.setdefault(record.node, record.time)
    return times


@pytest.mark.parametrize(
    "other",
    [
        conf(advert_int=2),
        conf(AUTH.format("x")),
        conf(vips="192.168.1.219/24,192.168.1.220/24"),
        conf(version=3),
        conf(virtual_router_id=52),
        conf(UNICAST.format(2, "10.0.0.1")),
    ],
)
def test_two_masters_come_when_it_says(other: str) -> None:
    """Both nodes start at once and hear nobody: the second is MASTER after its own master-down time."""
    [finding] = [one for one in found(A, other) if one.level is Level.ERROR][:1]
    said = re.search(r"b becomes MASTER ([0-9.]+) s", finding.what)
    assert said is not None
    assert masters(run(A, other))["b"] / 1e9 == pytest.approx(float(said[1]), abs=0.001)
    assert set(masters(run(A, B))) == {"a"}


def test_the_slow_one_of_two_intervals_is_mute() -> None:
    trace = run(A, conf(advert_int=2))
    sent = [one for one in trace.frames if one.src == "b.eth0" and type(one.frame.packet).__name__ == "Vrrp"]
    assert len(sent) == 1


def after_a_split(heal_ms: int, **given: object) -> int:
    """How long the client was out after a split of ``a`` healed, in ns."""
    texts = {"a": conf(priority=150, **given), "b": conf(**given)}
    configs = {node: read_keepalived(text, node=node) for node, text in texts.items()}
    scenario = from_keepalived(configs, until=s(20)).scenario
    trace = vs.run(scenario.with_faults("isolate:a@5s", f"heal:a@{heal_ms}ms"), seed=3)
    late = [
        last - max(first, heal_ms * 1_000_000)
        for first, last in trace.metrics.clients["client"].silences
        if last is not None and last > heal_ms * 1_000_000
    ]
    return max(late, default=0)


@pytest.mark.parametrize(
    ("given", "said"), [({"garp_master_refresh": 9}, 9), ({"garp_master_refresh": 7, "advert_int": 2}, 8)]
)
def test_a_healed_split_costs_at_most_the_refresh_that_is_said(given: dict[str, object], said: int) -> None:
    [finding] = [one for one in found(conf(priority=150, **given), conf(**given)) if "split" in one.what]
    assert f"the next refresh, {said} s at most" in finding.what
    lasted = [after_a_split(heal, **given) / 1e9 for heal in range(14_000, 24_000, 500)]
    assert said / 2 < max(lasted) <= said + 0.05


def test_the_recommended_refresh_helps() -> None:
    [finding] = [one for one in found(conf(garp_master_refresh=60, priority=150), B) if "split" in one.what]
    written = re.search(r"write garp_master_refresh (\d+): .* lives (\d+) s at most", finding.fix)
    assert written is not None
    lasted = [
        after_a_split(heal, garp_master_refresh=int(written[1])) / 1e9 for heal in range(14_000, 16_000, 100)
    ]
    assert 0.5 < max(lasted) <= int(written[2]) + 0.05
    repaired = found(conf(garp_master_refresh=written[1], priority=150), conf(garp_master_refresh=written[1]))
    assert [one.rule for one in repaired if "refresh" in one.rule] == []
