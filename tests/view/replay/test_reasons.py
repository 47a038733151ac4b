"""Why each frame was sent: the reason names the right frame, and is true of its octets."""

from itertools import pairwise

import pytest

import vipsim as vs
from tests.view.replay.documents import frames, records, shown
from tests.view.replay.fields import headers_of
from vipsim.units import MS, SECOND
from vipsim.view.replay import replay_document
from vipsim.wire.addresses import IPv4, Mac
from vipsim.wire.codec import encode
from vipsim.wire.frames import gratuitous_request

SEVERAL = (
    "client-ignores-garp",
    "default-gateway",
    "old-owner-forwarding",
    "tcp-backoff-grid",
    "killed-daemon",
)
ACK = 0x10
VIP = "192.168.1.219"


def pairs(document, words):
    """Yield each frame whose reason begins with these words, and the frame that it speaks of."""
    told = list(frames(document))
    for frame in told:
        if frame["why"].startswith(words):
            yield frame, told[frame["of"]]


def full(document, frame):
    """A reason as the page shows it."""
    of = document["frames"]["time"][frame["of"]]
    words = {"{of}": f"{of / SECOND:.3f} s", "{since}": f"{(frame['time'] - of) / SECOND:.3f} s"}
    text = frame["why"]
    for name, value in words.items():
        text = text.replace(name, value)
    return text


def whys(document, kind, src):
    names = [node["name"] for node in document["nodes"]]
    return [
        full(document, frame)
        for frame in frames(document)
        if frame["kind"] == kind and names[frame["src"]] == src
    ]


def test_the_crash_in_a_students_words():
    _, document = shown("database-pair-heartbeat")
    assert whys(document, "arp-request", "app1")[0] == (
        f"has a packet for {VIP} and no MAC address for it in its neighbor cache"
    )
    assert whys(document, "arp-reply", "db1")[0] == f"answers app1's question for {VIP} of 0.001 s"
    assert whys(document, "echo-reply", "db1")[0] == "answers app1's ping of 0.001 s"
    assert {*whys(document, "echo-request", "app1")} == {
        "its client asks every 10ms",
        "its client asks every 1s",
    }
    assert whys(document, "echo-request", "db2")[1] == (
        "its daemon asks whether 192.168.1.217 lives: the interval of its questions ran out after 1 s. "
        "It was set at 0.113 s by the tick before."
    )
    assert whys(document, "garp", "db2") == [
        f"tells everybody where {VIP} is now: its wait for an answer ran out after 1 s. "
        "Behind it: db1 crashes. It was set at 7.113 s by the end of the interval of its questions."
    ]


def test_an_advert_and_a_goodbye():
    _, document = shown("maintenance")
    told = whys(document, "advert", "db1")
    assert told[1] == "its advert timer ran out after 1 s. It was set at 0.113 s by the tick before."
    assert "says goodbye: fault stop on db1" in told


def test_a_question_without_an_answer_is_asked_again():
    _, document = shown("lost-announcement")
    told = [full(document, frame) for frame, _ in pairs(document, "no answer to its question")]
    assert told and all(text.endswith(": asks again") for text in told)


@pytest.mark.parametrize("name", SEVERAL)
def test_answers_answer_what_they_name(name):
    _, document = shown(name)
    names = [node["name"] for node in document["nodes"]]
    count = 0
    for frame, of in pairs(document, "answers "):
        if frame["kind"] == "arp-reply":
            mine, asked = headers_of(frame["octets"])["arp"], headers_of(of["octets"])["arp"]
            assert (mine["sender IP"], mine["target IP"]) == (asked["target IP"], asked["sender IP"])
            assert frame["why"] == (
                f"answers {names[of['src']]}'s question for {IPv4(mine['sender IP'])} of {{of}}"
            )
        elif frame["kind"] == "echo-reply":
            mine, asked = headers_of(frame["octets"]), headers_of(of["octets"])
            for field in ("identifier", "sequence"):
                assert mine["icmp-echo"][field] == asked["icmp-echo"][field]
            assert mine["ipv4"]["source"] == asked["ipv4"]["destination"]
            assert of["kind"] == "echo-request"
        else:
            continue
        assert of["time"] < frame["time"]
        if frame["kind"] == "arp-reply":
            assert frame["src"] in [
                document["links"][link]["a" if way else "b"] for link, way, *_ in of["route"]
            ]
        count += 1
    assert count >= 6


@pytest.mark.parametrize("name", SEVERAL)
def test_segments_repeat_what_they_name(name):
    """A segment sent again has the sequence number of the one named, and that was before it."""
    _, document = shown(name)
    for frame, of in pairs(document, "no acknowledgment for"):
        mine, first = headers_of(frame["octets"]), headers_of(of["octets"])
        assert mine["ipv4"]["source"] == first["ipv4"]["source"]
        same = ("source port", "destination port", "sequence")
        assert [mine["tcp"][field] for field in same] == [first["tcp"][field] for field in same]
        assert frame["time"] > of["time"]


def test_retransmissions_tell_the_grid_of_their_timer():
    """RFC 6298: the time until the next try doubles; the reasons count since the try before."""
    _, document = shown("tcp-backoff-grid")
    by_segment = {}
    for frame, of in pairs(document, "no acknowledgment for"):
        sequence = headers_of(frame["octets"])["tcp"]["sequence"]
        by_segment.setdefault((frame["src"], sequence), []).append(frame["time"] - of["time"])
    tries = max(by_segment.values(), key=len)
    assert len(tries) >= 4
    assert all(abs(later - 2 * before) <= 2 * MS for before, later in pairwise(tries[1:]))


def test_a_connection_from_its_first_segment_to_its_last():
    _, document = shown("new-connections-in-the-gap")
    first = headers_of(next(f for f in frames(document) if f["kind"] == "tcp-syn")["octets"])["tcp"][
        "source port"
    ]
    told = []
    for frame in frames(document):
        tcp = headers_of(frame["octets"]).get("tcp")
        if tcp and first in (tcp["source port"], tcp["destination port"]):
            told.append(frame["why"])
    assert told[:3] == [
        "its client asks every 100ms: opens a connection",
        "accepts the connection that was asked for at {of}",
        "completes the connection that was accepted at {of}",
    ]
    assert told.count("has nothing more to send: closes its side of the connection") == 2


def test_a_reset_names_the_segment_that_it_refuses():
    _, document = shown("frr-backup-answers")
    count = 0
    for frame, of in pairs(document, "knows no such connection"):
        mine, refused = headers_of(frame["octets"]), headers_of(of["octets"])
        assert mine["tcp"]["destination port"] == refused["tcp"]["source port"]
        if mine["tcp"]["flags"] & ACK:  # it answers a SYN
            assert mine["tcp"]["acknowledgement"] == refused["tcp"]["sequence"] + 1
        else:
            assert mine["tcp"]["sequence"] == refused["tcp"]["acknowledgement"]
        count += 1
    assert count > 10


def test_routers_pass_on_and_know_shorter_ways():
    _, document = shown("default-gateway")
    for frame, of in pairs(document, "passes on what"):
        mine, before = headers_of(frame["octets"])["ipv4"], headers_of(of["octets"])["ipv4"]
        assert mine["TTL"] == before["TTL"] - 1
        assert (mine["source"], mine["destination"]) == (before["source"], before["destination"])
    _, document = shown("old-owner-forwarding")
    errors = [full(document, frame) for frame in frames(document) if frame["kind"] == "icmp-error"]
    assert errors and all("and knows a shorter way to 192.168.1.219: " in text for text in errors)


def test_a_forged_frame_is_called_so():
    octets = encode(gratuitous_request(IPv4.parse(VIP), Mac.parse("02:00:00:00:00:66")))
    trace = vs.run(vs.pair(faults=[vs.inject("app1", octets, at="2s")]), seed=1)
    document = replay_document(trace)
    assert whys(document, "garp", "app1") == ["forged: the fault inject put it on the cable"]


def test_records_say_what_they_mean():
    _, document = shown("database-pair-heartbeat")
    told = [(one["kind"], one["text"], one["why"]) for one in records(document)]
    assert ("fault", "crash db1", "the scenario says so") in told
    announced = f"{VIP} is at 00:21:5A:DB:7F:C2 on bond0 (STALE)"
    assert (
        "neighbor",
        announced,
        "an announcement said so; only an answer of that host would make it REACHABLE",
    ) in told
    assert ("fdb", "00:21:5A:DB:68:E8 is at port p1", "a frame from it came in at that port") in told
    assert ("answered", "answered by db2", "the answers come from there now") in told
