"""The numbers are the same at every level, streamed or computed afterwards, and agree with a naive count."""

import itertools
from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from tests.trace.stories import HEADER, S, advert, announce, crash, daemon, fault, gap, play, state, vip
from vipsim.trace import Level, Recorder
from vipsim.trace.jsonl import read_trace, write_trace
from vipsim.trace.metrics import measure
from vipsim.units import SECOND
from vipsim.wire.addresses import IPv4

END = 40 * S
NODES = st.sampled_from(["db1", "db2", "db3"])
MACHINES = st.sampled_from(["vrrp 51", "pair", "vrrp 52"])
VIPS = st.sampled_from([IPv4.parse("192.168.1.219"), IPv4.parse("192.168.1.220")])
STATES = st.sampled_from(["MASTER", "MASTER", "BACKUP", "FAULT"])
WORDS = st.sampled_from(["crash", "isolate", "stop", "restart", "heal", "drop", "power", "inject", "reboot"])
TARGETS = st.sampled_from(["db1", "db2", "db3.eth0", "sw1", "", "db1|db2"])
WHYS = st.sampled_from(["master_down", "preempt", "failback", "goodbye", "start"])

Make = Callable[[int], tuple]
EVENTS: st.SearchStrategy[Make] = st.one_of(
    st.builds(lambda n, s, w, m: lambda at: state(at, n, s, w, m), NODES, STATES, WHYS, MACHINES),
    st.builds(lambda n, m: lambda at: advert(at, n, 100, m), NODES, MACHINES),
    st.builds(
        lambda n, a, v: lambda at: vip(at, n, a, v),
        NODES,
        st.sampled_from(["acquire", "acquire", "release", "lost", "regained"]),
        VIPS,
    ),
    st.builds(lambda n, v: lambda at: (at, "announce", n, {**announce(at, "db1")[3], "vip": v}), NODES, VIPS),
    st.builds(
        lambda w, t, p: lambda at: fault(at, w, t, p),
        WORDS,
        TARGETS,
        st.sampled_from(["begin", "begin", "end"]),
    ),
    st.builds(
        lambda n, a: lambda at: daemon(at, n, a),
        NODES,
        st.sampled_from(["start", "stop", "kill", "freeze", "thaw"]),
    ),
    st.builds(lambda length: lambda at: gap(max(0, at - length), at), st.integers(1, 5 * SECOND)),
)
STEPS = st.lists(st.tuples(st.sampled_from([0, 0, 1, 10**6, SECOND, 3 * SECOND]), EVENTS), max_size=40)


def as_story(steps):
    at, story = 0, []
    for step, make in steps:
        at = min(END, at + step)
        story.append(make(at))
    return story


@given(STEPS)
def test_levels_and_stored_records_give_equal_metrics(steps):
    story = as_story(steps)
    traces = [play(story, level, END, {"events": 5, "frames_sent": 2}) for level in Level]
    metrics = [trace.metrics for trace in traces]
    assert metrics[0] == metrics[1] == metrics[2]
    kept = traces[1]
    assert measure(kept.header, kept.records, END, kept.counts) == metrics[0]
    assert kept.digest == traces[2].digest
    assert traces[0].records == []


@given(STEPS)
def test_a_file_keeps_records_metrics_and_digest(tmp_path_factory, steps):
    trace = play(as_story(steps), Level.FRAMES, END)
    path = tmp_path_factory.getbasetemp() / "levels.jsonl"
    write_trace(trace, path)
    again = read_trace(path)
    assert again.records == trace.records
    for one, other in zip(again.records, trace.records, strict=True):
        assert {key: type(one.data[key]) for key in one.data} == {
            key: type(other.data[key]) for key in other.data
        }
    assert again.metrics == trace.metrics
    assert again.digest == trace.digest
    assert again.violations == trace.violations


@given(STEPS)
def test_dual_owner_is_what_the_owners_intervals_say(steps):
    trace = play(as_story(steps), end=END)
    total = 0
    edges = sorted(
        {0, END, *(time for spans in trace.owners().values() for span in spans for time in span[:2])}
    )
    for start, end in itertools.pairwise(edges):
        crowded = any(
            sum(1 for since, until, _ in spans if since <= start and until >= end) >= 2
            for spans in trace.owners().values()
        )
        total += (end - start) * crowded
    assert trace.metrics.dual_owner == total


@given(STEPS)
def test_dual_master_is_what_a_replay_of_the_states_says(steps):
    story = as_story(steps)
    masters: set[tuple[str, str]] = set()
    total, before = 0, 0
    for at, kind, node, data in [*story, (END, "end", "", {})]:
        machines = [machine for _, machine in masters]
        total += (at - before) * any(machines.count(machine) > 1 for machine in machines)
        before = at
        if kind == "state":
            change = masters.add if data["new"] == "MASTER" else masters.discard
            change((node, data["machine"]))
        dead = None
        if kind == "daemon" and data["act"] in ("start", "stop", "kill"):
            dead = node
        if kind == "fault" and data["word"] in ("crash", "power") and data["phase"] == "begin":
            dead = data["target"]
        masters = {entry for entry in masters if entry[0] != dead}
    assert play(story, end=END).metrics.dual_master == total


@given(STEPS)
def test_every_failover_is_whole(steps):
    for failover in play(as_story(steps), end=END).failovers:
        known = [failover.detection, failover.election, failover.announcement]
        assert all(part is None or part >= 0 for part in known)
        assert failover.old != failover.new
        assert failover.fault_at <= failover.takeover_at
        # A part that is missing is followed by none.
        assert known == sorted(known, key=lambda part: part is None)
        assert failover.false == (failover.fault == "-" and failover.kind == "failover")


def test_ids_are_the_same_at_every_level():
    numbers = []
    for level in Level:
        recorder = Recorder(HEADER, level)
        numbers.append([recorder.record(at, kind, node, data) for at, kind, node, data in crash()])
    assert numbers[0] == numbers[1] == numbers[2] == list(range(1, len(crash()) + 1))


def test_two_crowds_at_once_count_once():
    other = IPv4.parse("192.168.1.220")
    story = [
        vip(0, "db1", "acquire"),
        vip(0, "db1", "acquire", other),
        vip(1 * S, "db2", "acquire"),
        vip(2 * S, "db2", "acquire", other),
        vip(3 * S, "db2", "release"),
        vip(4 * S, "db2", "lost", other),
        vip(5 * S, "db2", "regained", other),
    ]
    assert play(story, end=6 * S).metrics.dual_owner == 4 * S


def test_a_kernel_that_acquires_twice_owns_once():
    story = [
        vip(0, "db1", "acquire"),
        vip(1, "db1", "acquire"),
        vip(2, "db1", "release"),
        vip(3, "db2", "acquire"),
    ]
    assert play(story).metrics.dual_owner == 0
