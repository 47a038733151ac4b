"""The document of the replay page says what the trace says: judged for every shipped scenario."""

import json
from collections import Counter
from itertools import pairwise

import pytest

import vipsim as vs
from tests.view.replay.causality import Judge
from tests.view.replay.documents import arp_at, at, frames, records, shown
from vipsim.errors import TraceError, VipsimError
from vipsim.resources import scenario_names
from vipsim.trace import Level
from vipsim.units import SECOND
from vipsim.view.replay import replay_document
from vipsim.view.replay.layouts import stack_of
from vipsim.wire.codec import decode, encode

SEVERAL = ("database-pair-heartbeat", "default-gateway", "split", "nopreempt-ignored")
CRASH = "database-pair-heartbeat"


@pytest.mark.parametrize("name", scenario_names())
def test_a_shipped_run_is_told_whole(name):
    trace, document = shown(name)
    _columns_are_sound(document)
    _routes_hold_every_hop_once(trace, document)
    _octets_are_the_frames(trace, document)
    _lanes_cover_the_run(document)
    _owners_are_the_traces(trace, document)
    _tables_are_the_traces(trace, document)
    _outages_are_those_of_json(trace, document)
    _everything_has_a_reason(document)
    assert Judge(document).all() == []


def _columns_are_sound(document):
    assert json.loads(json.dumps(document, allow_nan=False))["format"] == 1
    for part in ("frames", "records"):
        assert len({len(column) for column in document[part].values()}) == 1
        times = document[part]["time"]
        assert times == sorted(times)
    columns, count = document["frames"], len(document["nodes"])
    assert all(
        0 <= src < count and -1 <= to < count for src, to in zip(columns["src"], columns["to"], strict=True)
    )
    assert all(-1 <= of < number for number, of in enumerate(columns["of"]))
    assert len(document["layout_of"]) == len(document["bytes"])


def _routes_hold_every_hop_once(trace, document):
    """Each hop is in one route; hops of one route are of one frame, as the simulator made it."""
    told, names = Counter(), document["links"]
    ways = {}
    for number, frame in enumerate(frames(document)):
        for link, direction, sent, arrival, outcome in frame["route"]:
            ends = names[link]["a_end"], names[link]["b_end"]
            src, dst = ends if direction == 0 else ends[::-1]
            key = (src, dst, frame["time"] + sent, frame["time"] + arrival, document["outcomes"][outcome])
            told[key] += 1
            ways.setdefault(key, set()).add(number)
    assert told == Counter((hop.src, hop.dst, hop.sent, hop.arrival, hop.outcome) for hop in trace.frames)
    by_frame = {}
    for hop in trace.frames:
        found = ways[hop.src, hop.dst, hop.sent, hop.arrival, hop.outcome]
        if len(found) == 1:
            by_frame.setdefault(id(hop.frame), set()).update(found)
    assert all(len(found) == 1 for found in by_frame.values())


def _octets_are_the_frames(trace, document):
    assert {bytes.fromhex(text) for text in document["bytes"]} == {encode(hop.frame) for hop in trace.frames}
    for text, number in zip(document["bytes"], document["layout_of"], strict=True):
        assert tuple(document["stacks"][number]) == stack_of(bytes.fromhex(text))
    kinds = {frame["kind"] for frame in frames(document)}
    assert kinds <= {*document["kinds"]}


def _lanes_cover_the_run(document):
    for lane in document["lanes"]:
        spans = lane["spans"]
        assert all(begin < end for begin, end, _ in spans)
        assert all(one[1] <= other[0] for one, other in pairwise(spans))
        if lane["kind"] != "owner":
            assert (spans[0][0], spans[-1][1]) == (document["start"], document["end"]), lane["label"]
            assert all(one[1] == other[0] for one, other in pairwise(spans))
            assert all(one[2] != other[2] for one, other in pairwise(spans))


def _owners_are_the_traces(trace, document):
    names = [node["name"] for node in document["nodes"]]
    told = {
        one["vip"]: [(begin, end, names[node]) for begin, end, node in one["spans"]]
        for one in document["owners"]
    }
    real = {vip: [span for span in spans if span[0] < span[1]] for vip, spans in trace.owners().items()}
    assert told == real


def _tables_are_the_traces(trace, document):
    times = sorted({record.time for record in trace.select("neighbor")})
    some = {*times[:: max(1, len(times) // 12)], *(record.time for record in trace.select("fault"))}
    for node in document["nodes"]:
        if node["kind"] != "switch":
            for time in (0, *sorted(some), trace.duration):
                real = [(str(ip), str(mac), iface) for ip, mac, iface in trace.arp_table(node["name"], time)]
                assert arp_at(document, node["name"], time) == sorted(real)
    names = [node["name"] for node in document["nodes"]]
    learned = {}
    for record in trace.select("fdb"):
        learned[record.node, str(record.data["mac"])] = record.data.get("port")
    for entry in document["tables"]["fdb"]:
        assert at(entry["changes"], trace.duration) == [learned[names[entry["node"]], entry["mac"]]]
    assert len(document["tables"]["fdb"]) == len(learned)


def _outages_are_those_of_json(trace, document):
    printed = trace.to_json_document()
    for client, numbers in printed["clients"].items():
        mine = [one for one in document["outages"] if one["client"] == client]
        lengths = [(trace.duration if one["to"] is None else one["to"]) - one["from"] for one in mine]
        assert (sum(lengths), len(mine)) == (numbers["blackout_ns"], numbers["silences"])
        assert sum(one["lost"] for one in mine) == numbers["lost"]
    for one in document["outages"]:
        if one["failover"] is None:
            assert one["parts"] == []
            continue
        felt = printed["failovers"][one["failover"]]["clients"][one["client"]]
        assert {name: end - begin for name, begin, end in one["parts"]} == felt["parts_ns"]
        assert one["parts"][0][1] == one["from"]
        assert all(this[2] == after[1] for this, after in pairwise(one["parts"]))
        assert one["parts"][-1][2] - one["from"] == felt["blackout_ns"]
    assert json.dumps(document["failovers"]) == json.dumps(printed["failovers"])
    told = {(one["failover"], one["client"]) for one in document["outages"]}
    for failover in printed["failovers"][:1]:
        silent = [name for name, felt in failover["clients"].items() if felt["blackout_ns"]]
        assert all((0, name) in told for name in silent)


def _everything_has_a_reason(document):
    for one in (*frames(document), *records(document)):
        assert one["why"], one
        speaks = "{of}" in one["why"] or "{since}" in one["why"]
        assert not speaks or one["of"] >= 0, one


# --- what it says of one run -----------------------------------------------------------------


def test_the_crash_is_told_by_its_chapters():
    _, document = shown(CRASH)
    assert [(chapter["time"], chapter["text"]) for chapter in document["chapters"]] == [
        (5 * SECOND, "db1 crashes"),
        (8_112_750_734, "db2 becomes MASTER (failover); db2 takes the address; db2 announces the address"),
        (8_120_947_457, "app1 is answered again after 3.130 s"),
    ]


def test_lanes_say_who_was_what():
    _, document = shown(CRASH)
    lanes = {lane["label"]: [state for _, _, state in lane["spans"]] for lane in document["lanes"]}
    assert lanes == {
        "db1 pair": ["MASTER", "down"],
        "db2 pair": ["BACKUP", "MASTER"],
        "db1 192.168.1.219": ["owns 192.168.1.219"],
        "db2 192.168.1.219": ["owns 192.168.1.219"],
        "app1": ["answered", "silent", "answered"],
    }


def test_a_frozen_machine_and_a_database_have_their_words():
    _, document = shown("frozen-snapshot")
    states = {state for lane in document["lanes"] for _, _, state in lane["spans"]}
    assert "frozen: MASTER" in states
    _, document = shown("postgresql-two-writers")
    lanes = {lane["label"]: lane["spans"] for lane in document["lanes"] if lane["kind"] == "database"}
    assert [state for _, _, state in lanes["db1 database"]] == ["PRIMARY", "STANDBY"]


def test_boxes_stand_apart_inside_the_picture():
    for name in SEVERAL:
        _, document = shown(name)
        plan, nodes = document["plan"], document["nodes"]
        for number, one in enumerate(nodes):
            assert one["x"] >= 0 and one["x"] + one["w"] <= plan["width"]
            assert one["y"] >= 0 and one["y"] + one["h"] <= plan["height"]
            for other in nodes[:number]:
                apart = one["x"] >= other["x"] + other["w"] or other["x"] >= one["x"] + one["w"]
                assert apart or one["y"] >= other["y"] + other["h"] or other["y"] >= one["y"] + one["h"]


# --- windows ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SEVERAL)
def test_a_window_is_a_part_of_the_whole(name):
    trace, whole = shown(name)
    low, high = trace.duration // 4 // 1000 * 1000, trace.duration // 3 * 2
    part = replay_document(trace, (low, high))
    assert (part["start"], part["end"], part["duration"]) == (low, high, trace.duration)
    everything = [_bare(whole, frame) for frame in frames(whole)]
    assert [_bare(part, frame) for frame in frames(part)] == [
        f for f in everything if low <= f["time"] <= high
    ]
    assert [one["id"] for one in records(part)] == [
        one["id"] for one in records(whole) if low <= one["time"] <= high
    ]
    _lanes_cover_the_run(part)
    _everything_has_a_reason(part)
    for time in (low, (low + high) // 2, high):
        for node in part["nodes"]:
            if node["kind"] != "switch":
                assert arp_at(part, node["name"], time) == arp_at(whole, node["name"], time)
        for mine in part["tables"]["fdb"]:
            same = [(one["node"], one["mac"]) for one in whole["tables"]["fdb"]].index(
                (mine["node"], mine["mac"])
            )
            assert at(mine["changes"], time) == at(whole["tables"]["fdb"][same]["changes"], time)
    assert all(change[0] >= low for entry in part["tables"]["neighbors"] for change in entry["changes"])


def _bare(document, frame):
    """A frame without the numbers that depend on how much is told: its route as times, its reason as text."""
    moved = {"route", "bytes", "of", "why"}
    route = [
        (link, way, sent, arrival, document["outcomes"][out])
        for link, way, sent, arrival, out in frame["route"]
    ]
    why = frame["why"]
    if frame["of"] >= 0:
        of = document["frames"]["time"][frame["of"]]
        why = why.replace("{of}", _seconds(of)).replace("{since}", _seconds(frame["time"] - of))
    return {key: value for key, value in frame.items() if key not in moved} | {"route": route, "why": why}


def _seconds(time):
    return f"{time / SECOND:.6f} s"


def test_words_for_a_window_are_durations():
    trace, _ = shown(CRASH)
    assert replay_document(trace, ("4s", "10s"))["start"] == 4 * SECOND
    assert replay_document(trace, ("19s", "30s"))["end"] == 20 * SECOND


@pytest.mark.parametrize("window", [("30s", "40s"), ("6s", "6s"), ("7s", "6s")])
def test_a_window_outside_the_run_is_refused(window):
    trace, _ = shown(CRASH)
    with pytest.raises(VipsimError, match="no part of the run lies from"):
        replay_document(trace, window)


@pytest.mark.parametrize("window", ["4s", ("4s",), ("4s", "5s", "6s"), 4, {}])
def test_a_window_is_a_pair(window):
    trace, _ = shown(CRASH)
    with pytest.raises(VipsimError, match="a window is a pair of times such as"):
        replay_document(trace, window)


def test_a_trace_without_frames_is_refused():
    trace = vs.run(vs.pair(faults=[vs.crash("db1", at="5s")]), seed=1, level=Level.PROTOCOL)
    with pytest.raises(TraceError, match="recorded at level protocol and has no frames"):
        replay_document(trace)


# --- traces from files -----------------------------------------------------------------------


def test_a_trace_from_a_file_gives_the_same_document(tmp_path):
    trace, document = shown(CRASH)
    vs.write_trace(trace, tmp_path / "t.jsonl")
    again = replay_document(vs.read_trace(tmp_path / "t.jsonl"))
    assert json.dumps(again) == json.dumps(document)


def test_equal_frames_at_one_switch_are_told_apart():
    """A host sends the same octets twice: each copy goes on as a frame of its own."""
    trace, document = shown("half-a-router")
    asked = [frame for frame in frames(document) if frame["kind"] == "arp-request"]
    assert len({frame["octets"] for frame in asked}) < len(asked)
    assert all(len(frame["route"]) >= 1 for frame in asked)
    assert decode(asked[0]["octets"]).packet == next(
        hop.frame.packet for hop in trace.frames if hop.sent == asked[0]["time"]
    )


def test_a_host_that_boots_knows_nobody():
    trace = vs.run(vs.pair(faults=[vs.crash("db1", at="5s"), vs.reboot("db1", at="10s")]), seed=1)
    document = replay_document(trace)
    assert arp_at(document, "db1", 10 * SECOND - 1)
    assert arp_at(document, "db1", 10 * SECOND) == []
