"""Writing the page: whole, small, the same each time, closed to the world; and what it refuses."""

import base64
import gzip
import hashlib
import json
import os
import re
import subprocess
import sys
from html import unescape

import pytest

import vipsim as vs
from tests.view.replay.documents import shown
from vipsim.errors import TraceError, VipsimError
from vipsim.resources import scenario_names
from vipsim.trace import Level, Trace
from vipsim.trace.records import FrameRecord
from vipsim.units import MS, SECOND, to_duration
from vipsim.view.replay import html, replay_document, write, write_replay
from vipsim.view.replay.pack import packed_document, packed_octets, steps

CRASH = "database-pair-heartbeat"
LARGEST = 500_000
"""Octets of a page: what a school's network takes, and a mail."""
MARKUP = '</script><script>alert(1)</script><img src=x onerror="alert(2)">"\'`${1}{{data}}<!-- אבג 日本'
HOSTILE = MARKUP + "\u2028\u202e\x07"


def page_data(text):
    """Return what a page carries, unpacked from gzip."""
    found = re.search(
        r'<script type="application/octet-stream\+gzip" id="vipsim-data">([^<]*)</script>', text
    )
    return json.loads(gzip.decompress(base64.b64decode(found[1])))


def element(text, name):
    found = re.search(rf"<{name}(?: type=\"module\")?>(.*?)</{name}>", text, re.DOTALL)
    return found[1]


def test_a_page_carries_the_document(tmp_path):
    trace, document = shown(CRASH)
    path = write_replay(trace, tmp_path / "x.html")
    assert path == tmp_path / "x.html"
    assert os.listdir(tmp_path) == ["x.html"]
    text = path.read_text(encoding="utf-8")
    assert page_data(text) == json.loads(json.dumps(packed_document(document)))
    assert "<title>database-pair-heartbeat, seed 1</title>" in text


def test_the_policy_allows_its_own_script_and_style_and_nothing_else(tmp_path):
    text = write_replay(shown(CRASH)[0], tmp_path / "x.html").read_text(encoding="utf-8")
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)[1]
    rules = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    script = re.search(r'<script type="module">(.*?)</script>', text, re.DOTALL)[1]
    for rule, content in (("script-src", script), ("style-src", element(text, "style"))):
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert unescape(rules.pop(rule)) == f"'sha256-{digest}'"
    assert rules == {
        "default-src": "'none'",
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    assert not re.search(r"\b(?:src|href|action)\s*=\s*[\"']?(?:https?:)?//", text)
    assert not re.search(r"<[^>]*\son\w+\s*=", text.replace(script, ""))


def test_equal_runs_give_equal_bytes(tmp_path):
    trace, _ = shown(CRASH)
    again = vs.run(vs.read_scenario(html.files("vipsim") / ".." / "scenarios" / f"{CRASH}.yaml"), seed=1)
    one = write_replay(trace, tmp_path / "one.html").read_bytes()
    assert write_replay(again, tmp_path / "two.html").read_bytes() == one
    vs.write_trace(trace, tmp_path / "t.jsonl.gz")
    assert write_replay(vs.read_trace(tmp_path / "t.jsonl.gz"), tmp_path / "three.html").read_bytes() == one


@pytest.mark.parametrize("name", scenario_names())
def test_every_shipped_run_fits(name):
    _, document = shown(name)
    assert len(html.page_html(document, name)) < LARGEST


def test_pages_are_written_without_what_draws_or_dissects():
    code = (
        "import sys, vipsim as vs; from vipsim.view.replay import html, replay_document;"
        "html.page_html(replay_document(vs.run(vs.pair(duration='2s'), seed=1)), 'x');"
        "print([m for m in ('matplotlib', 'numpy', 'networkx', 'scapy', 'IPython') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"


def test_it_is_public():
    assert vs.write_replay is write_replay


# --- packing ---------------------------------------------------------------------------------


def unpacked(packed):
    """Octets in hexadecimal from what `packed_octets` made: a second reader, beside the page's."""
    values, found, given = {}, [], iter(packed["steps"])
    for number in packed["form"]:
        text, holes, checksum_at = packed["forms"][number]
        data = bytearray.fromhex(text)
        now = values.setdefault(number, [0] * len(holes))
        total = int.from_bytes(data[checksum_at : checksum_at + 2], "big") if holes else 0
        for hole, (at, size) in enumerate(holes):
            now[hole] += next(given)
            data[at : at + size] = now[hole].to_bytes(size, "big")
            total += (now[hole] >> 16) + (now[hole] & 0xFFFF)
        if holes:
            while total >> 16:
                total = (total >> 16) + (total & 0xFFFF)
            data[checksum_at : checksum_at + 2] = (0xFFFF - total).to_bytes(2, "big")
        found.append(data.hex())
    return found


@pytest.mark.parametrize("name", [CRASH, "postgresql-two-writers", "silent-takeover", "ucarp-pair"])
def test_octets_come_back_whole(name):
    _, document = shown(name)
    octets = [bytes.fromhex(text) for text in document["bytes"]]
    stacks = [document["stacks"][number] for number in document["layout_of"]]
    assert unpacked(packed_octets(octets, stacks)) == document["bytes"]


def test_steps_are_differences():
    assert steps([5, 7, 7, 4]) == [5, 2, 0, -3]
    assert steps([]) == []


# --- texts of strangers ----------------------------------------------------------------------


def test_no_text_of_a_trace_becomes_markup(tmp_path):
    trace, _ = shown(CRASH)
    plain = write_replay(trace, tmp_path / "plain.html").read_text(encoding="utf-8")
    scenario = trace.header["scenario"] | {"description": MARKUP}
    header = trace.header | {"name": HOSTILE, "version": HOSTILE, "world": HOSTILE, "scenario": scenario}
    hostile = Trace(header, trace.level, trace.duration, trace.records, trace.frames, trace.counts)
    text = write_replay(hostile, tmp_path / "x.html").read_text(encoding="utf-8")
    assert text.count("<script") == plain.count("<script") and 'onerror="' not in text
    assert "<img" not in text.partition("<style>")[0]
    assert (page_data(text)["name"], page_data(text)["lesson"]) == (HOSTILE, MARKUP)
    assert element(text, "style") == element(plain, "style")


@pytest.mark.parametrize(
    "scenario",
    [None, 7, "text", [], {}, {"nodes": 3}, {"name": "x", "duration": "soon"}, {"nodes": {"a": []}}],
)
def test_a_header_without_a_scenario_is_answered_in_words(scenario, tmp_path):
    trace, _ = shown(CRASH)
    header = trace.header | {"scenario": scenario}
    spoilt = Trace(header, trace.level, trace.duration, trace.records, trace.frames, trace.counts)
    with pytest.raises(TraceError, match="the header of this trace holds no scenario that can be shown"):
        write_replay(spoilt, tmp_path / "x.html")
    assert os.listdir(tmp_path) == []


def test_frames_of_another_network_are_answered_in_words():
    trace, _ = shown(CRASH)
    first = trace.frames[0]
    stray = FrameRecord(1, "nobody.eth0", first.dst, 0, 9, first.frame, "delivered")
    spoilt = Trace(trace.header, trace.level, trace.duration, trace.records, [stray], trace.counts)
    with pytest.raises(
        TraceError, match=r"goes from 'nobody\.eth0' to 'sw1\.p3', where its scenario has no link"
    ):
        replay_document(spoilt)


# --- what is refused -------------------------------------------------------------------------


def test_a_page_has_the_name_of_a_page(tmp_path):
    with pytest.raises(VipsimError, match=r"x\.png: a replay is a web page: give a name that ends in \.html"):
        write_replay(shown(CRASH)[0], tmp_path / "x.png")


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(VipsimError, match="cannot write"):
        write_replay(shown(CRASH)[0], tmp_path / "no" / "x.html")


def test_no_frames_no_page(tmp_path):
    trace = vs.run(vs.pair(duration="2s"), seed=1, level=Level.PROTOCOL)
    with pytest.raises(TraceError, match="run it again at level frames"):
        write_replay(trace, tmp_path / "x.html")


def test_a_window_outside_of_the_run(tmp_path):
    with pytest.raises(VipsimError, match="it lasts 20s"):
        write_replay(shown(CRASH)[0], tmp_path / "x.html", window=("21s", "30s"))


def suggested(error):
    """Return the window that a refusal names."""
    found = re.search(r'give a window, such as \("([^"]+)", "([^"]+)"\)', str(error))
    return to_duration(found[1]), to_duration(found[2])


@pytest.mark.parametrize("most", [3000, 1500, 800, 100, 3])
def test_a_trace_too_large_names_a_window_that_fits(most, tmp_path, monkeypatch):
    monkeypatch.setattr(write, "MOST_FRAMES", most)
    trace, document = shown(CRASH)
    with pytest.raises(TraceError, match=f"3800 frames are too many for one page .at most {most}.") as caught:
        write_replay(trace, tmp_path / "x.html")
    low, high = suggested(caught.value)
    assert low % (10 * MS) == 0
    path = write_replay(trace, tmp_path / "x.html", window=(low, high))
    count = sum(low <= time <= high for time in document["frames"]["time"])
    assert len(page_data(path.read_text(encoding="utf-8"))["frames"]["time"]) == count <= most
    if most >= 1500:  # there is room for the whole failover
        assert low < 5 * SECOND and high > trace.failovers[0].takeover_at


def test_without_a_failover_the_window_is_at_the_beginning(tmp_path, monkeypatch):
    monkeypatch.setattr(write, "MOST_FRAMES", 500)
    trace = vs.run(vs.pair(duration="6s"), seed=1)
    with pytest.raises(TraceError) as caught:
        write_replay(trace, tmp_path / "x.html")
    low, high = suggested(caught.value)
    assert low == 0 < high
    write_replay(trace, tmp_path / "x.html", window=(low, high))


def test_a_window_too_wide_is_refused_as_well(tmp_path, monkeypatch):
    monkeypatch.setattr(write, "MOST_FRAMES", 100)
    with pytest.raises(TraceError, match="too many"):
        write_replay(shown(CRASH)[0], tmp_path / "x.html", window=("1s", "4s"))
    assert os.listdir(tmp_path) == []
