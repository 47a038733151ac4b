"""A trace survives its file, and no file can do more than be refused."""

import gzip
import json
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.trace.stories import HEADER, HOME, VIP, S, crash, play
from vipsim.errors import TraceError
from vipsim.trace import Level, Recorder
from vipsim.trace.formatting import narrate, report
from vipsim.trace.jsonl import read_trace, write_trace
from vipsim.wire.addresses import VRRP_GROUP, IPv4
from vipsim.wire.frames import Echo, Vrrp, framed, gratuitous_request


def with_frames():
    recorder = Recorder(HEADER, Level.FRAMES)
    for at, kind, node, data in crash():
        recorder.record(at, kind, node, data)
    db1 = IPv4.parse("192.168.1.217")
    packets = [
        gratuitous_request(VIP, HOME["db2"]),
        framed(HOME["db1"], HOME["db2"], Echo(db1, VIP, 64, False, 7, 9)),
        framed(HOME["db1"], HOME["db2"], Vrrp(db1, VRRP_GROUP, 255, 3, 51, 100, 100, (VIP,))),
    ]
    for number, frame in enumerate(packets, start=3):
        frame.cause = number
        recorder.frame("db2.bond0", "sw1.p2", 8 * S, 8 * S + 51_000, frame).outcome = "delivered"
    return recorder.finish(20 * S, {"events": 12, "frames_sent": 3, "frames_delivered": 3})


def lines_of(trace, path):
    write_trace(trace, path)
    return path.read_text().splitlines(keepends=True)


@pytest.mark.parametrize("name", ["run.jsonl", "run.jsonl.gz"])
def test_a_trace_survives_its_file(tmp_path, name):
    trace = with_frames()
    write_trace(trace, tmp_path / name)
    again = read_trace(tmp_path / name)
    assert again.header == trace.header
    assert (again.level, again.duration, again.counts) == (trace.level, trace.duration, trace.counts)
    assert again.records == trace.records
    assert len(again.frames) == len(trace.frames)
    for one, other in zip(again.frames, trace.frames, strict=True):
        assert (one.id, one.src, one.dst, one.sent, one.arrival, one.outcome, one.cause) == (
            other.id,
            other.src,
            other.dst,
            other.sent,
            other.arrival,
            other.outcome,
            other.cause,
        )
        assert one.frame.size == other.frame.size
        assert (one.frame.src, one.frame.dst) == (other.frame.src, other.frame.dst)
        assert type(one.frame.packet) is type(other.frame.packet)
    assert again.frames[0].frame == trace.frames[0].frame
    assert again.metrics == trace.metrics
    assert again.to_json_document() == trace.to_json_document()


def test_equal_traces_are_equal_files(tmp_path):
    for name in ("a.jsonl", "a.jsonl.gz"):
        write_trace(with_frames(), tmp_path / name)
        first = (tmp_path / name).read_bytes()
        write_trace(read_trace(tmp_path / name), tmp_path / name)
        assert (tmp_path / name).read_bytes() == first


def test_times_are_integers_and_addresses_text(tmp_path):
    lines = lines_of(with_frames(), tmp_path / "run.jsonl")
    assert all(json.loads(line, parse_float=pytest.fail) for line in lines)
    assert json.loads(lines[2])["data"]["vip"] == "192.168.1.219"


def test_writing_is_all_or_nothing(tmp_path):
    path = tmp_path / "run.jsonl"
    write_trace(with_frames(), path)
    before = path.read_bytes()
    bad = with_frames()
    bad.records[-1].data["last"] = object()
    with pytest.raises(TraceError, match="a file cannot"):
        write_trace(bad, path)
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["run.jsonl"]
    with pytest.raises(TraceError, match="level protocol"):
        write_trace(play(crash(), Level.SUMMARY), path)


@pytest.mark.parametrize(
    ("line", "change", "message"),
    [
        (1, lambda text: text.replace('"vipsim_trace":1', '"vipsim_trace":2'), "version 2 is unknown"),
        (1, lambda text: text.replace('"vipsim_trace"', '"something"'), "not a trace of vipsim"),
        (
            1,
            lambda text: text.replace('"level":"frames","end"', '"level":"summary","end"'),
            "level 'summary'",
        ),
        (1, lambda text: text.replace('"end":20000000000', '"end":-1'), "end is -1"),
        (1, lambda text: text.replace('"end":20000000000', '"end":true'), "end must be a whole number"),
        (1, lambda text: text.replace('"records":11', '"records":10'), "frame is missing"),
        (4, lambda text: "{\n", "not a line of JSON"),
        (4, lambda text: "[1]\n", "not a JSON object"),
        (4, lambda text: text.replace('"id":3', '"id":4'), "record 4 stands where 3 belongs"),
        (3, lambda text: text.replace("192.168.1.219", "192.168.1.300"), "not an IPv4 address"),
        (3, lambda text: text.replace('"act":"acquire",', ""), "vip has no act"),
        (3, lambda text: text.replace('"time":0', '"time":NaN'), "not a line of JSON"),
        (3, lambda text: text.replace('"time":0', '"time":0.5'), "time must be a whole number"),
        (3, lambda text: text.replace('"time":0', '"time":' + "9" * 5000), "not a line of JSON"),
        (3, lambda text: text.replace('"time":0', '"time":' + "9" * 50), "outside 0 to"),
        (12, lambda text: text.replace('"last":', '"last":' + "9" * 50), "last is too large"),
        (3, lambda text: "[" * 200_000 + "\n", "not a line of JSON"),
        (13, lambda text: text.replace('"octets":"', '"octets":"zz'), "frame 1 is garbled"),
        (1, lambda text: text.replace('"world":"sim"', '"world":"<b>"'), "world '<b>' of the header is none"),
        (1, lambda text: text.replace('"seed":7', '"seed":"<x>"'), "seed of the header must be a whole"),
        (3, lambda text: text.replace('"data":{', '"data":{"a":' + "[" * 900 + "]" * 900 + ","), "40 deep"),
        (3, lambda text: text.replace('"time":0', '"time":20000000001'), "after the end of the run"),
        (3, lambda text: text.replace('"cause":0', '"cause":2'), "which is not before it"),
        (10, lambda text: text.replace('"time":', '"time":0,"was":'), "before the record above it"),
        (13, lambda text: text.replace('"sent":8', '"sent":800'), "after the end of the run"),
        (13, lambda text: text.replace('"arrival":8000051000', '"arrival":0'), "before it is sent"),
        (13, lambda text: text.replace('"arrival":8000051000', '"arrival":20000000001'), "is delivered at"),
        (13, lambda text: text.replace('"cause":3', '"cause":99'), "but there are 11"),
        (13, lambda text: text.replace('"cause":3', '"cause":11'), "is sent before record 11"),
        (13, lambda text: text.replace('"octets":"', '"octets":"","was":"'), "frame 1 is garbled"),
    ],
)
def test_what_is_garbled_is_refused_with_file_and_line(tmp_path, line, change, message):
    path = tmp_path / "run.jsonl"
    lines = lines_of(with_frames(), path)
    changed = change(lines[line - 1])
    assert changed != lines[line - 1]
    path.write_text("".join([*lines[: line - 1], changed, *lines[line:]]))
    with pytest.raises(TraceError) as caught:
        read_trace(path)
    assert message in str(caught.value)
    assert str(path) in str(caught.value)
    if '"records":10' not in changed:
        assert str(caught.value).startswith(f"{path}:{line}: ")


def test_every_truncation_is_noticed(tmp_path):
    path = tmp_path / "run.jsonl"
    write_trace(with_frames(), path)
    whole = path.read_bytes()
    for length in range(0, len(whole), 37):
        path.write_bytes(whole[:length])
        with pytest.raises(TraceError):
            read_trace(path)
    path.write_bytes(whole + b"\n")
    with pytest.raises(TraceError, match="goes on after"):
        read_trace(path)


def test_files_that_are_no_files(tmp_path):
    with pytest.raises(TraceError, match="missing.jsonl"):
        read_trace(tmp_path / "missing.jsonl")
    with pytest.raises(TraceError):
        read_trace(tmp_path)
    (tmp_path / "a.gz").write_bytes(b"no gzip")
    with pytest.raises(TraceError, match="a.gz"):
        read_trace(tmp_path / "a.gz")
    write_trace(with_frames(), tmp_path / "b.gz")
    (tmp_path / "b.gz").write_bytes((tmp_path / "b.gz").read_bytes()[:-20])
    with pytest.raises(TraceError, match="b.gz"):
        read_trace(tmp_path / "b.gz")
    (tmp_path / "c.gz").write_bytes(gzip.compress(b"\xff\xfe\n"))
    with pytest.raises(TraceError, match="not text"):
        read_trace(tmp_path / "c.gz")


# --- anything at all -----------------------------------------------------------------------

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["{", "db1", "{x}"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def survives(path):
    """Reading refuses with TraceError or gives a trace that can be asked anything."""
    try:
        trace = read_trace(path)
    except TraceError as error:
        assert str(path) in str(error)
        return
    list(narrate(trace))
    report(trace)
    json.dumps(trace.to_json_document())
    trace.states(), trace.owners(), trace.arp_table("app1", trace.duration)


@given(st.binary(max_size=300))
def test_random_bytes(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "bytes.jsonl"
    path.write_bytes(data)
    survives(path)


@given(st.data())
def test_changed_values(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "values.jsonl"
    values = [json.loads(line) for line in lines_of(with_frames(), path)]
    for _ in range(data.draw(st.integers(1, 3))):
        value = values[data.draw(st.integers(0, len(values) - 1))]
        while True:
            key = data.draw(st.sampled_from(sorted(value)))
            if isinstance(value[key], dict) and value[key] and data.draw(st.booleans()):
                value = value[key]
                continue
            value[key] = data.draw(JSON)
            break
    path.write_text("".join(json.dumps(value) + "\n" for value in values))
    survives(path)


@given(st.data())
def test_changed_bytes(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "changed.jsonl"
    write_trace(with_frames(), path)
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content)
    survives(path)
