"""Judges the reasons of a document by its octets and its hops alone: a second reader, for tests."""

import struct
from collections import Counter
from typing import Any

from tests.view.replay.documents import Document, frames

NAMES_WHAT_ARRIVED = ("answers", "acknowledges", "completes", "accepts", "passes", "got", "knows")
"""First words of the reasons whose teller must have got the frame that they name."""
NAMES_ITS_OWN = ("no", "sends")
"""First words of the reasons that name what the teller itself had sent before."""
FIN, SYN, ACK = 1, 2, 16
WHOLE = 2**32


class Judge:
    """Goes through the frames of a document in order and collects the reasons that do not hold."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.told = list(frames(document))
        self.faults: list[tuple[str, int, str]] = []
        """What is wrong, with which frame, and its reason."""
        self.judged: Counter[str] = Counter()
        self._replies: dict[tuple[int, bytes], list[int]] = {}
        self._acks: dict[tuple[Any, ...], list[tuple[int, int]]] = {}
        self._last_ack: dict[tuple[Any, ...], int] = {}
        delivered = document["outcomes"].index("delivered")
        self._arrivals = [
            {
                document["links"][link]["a" if way else "b"]: frame["time"] + arrival
                for link, way, _, arrival, outcome in frame["route"]
                if outcome == delivered
            }
            for frame in self.told
        ]
        """Of each frame by node: when it arrived there."""
        for frame, reached in zip(self.told, self._arrivals, strict=True):
            self._note(frame, reached)

    def _note(self, frame: dict[str, Any], reached: dict[int, int]) -> None:
        octets = frame["octets"]
        if octets[12:14] == b"\x08\x06" and octets[21] == 2:
            for node, arrival in reached.items():
                self._replies.setdefault((node, octets[28:32]), []).append(arrival)
        segment = tcp(octets)
        if segment is not None and segment["flags"] & ACK:
            for node, arrival in reached.items():
                key = (node, *segment["ends"][::-1])
                self._acks.setdefault(key, []).append((arrival, segment["ack"]))

    def all(self) -> list[tuple[str, int, str]]:
        """Return what is wrong; nothing if every reason holds."""
        for number, frame in enumerate(self.told):
            self._timely(number, frame)
            segment = tcp(frame["octets"])
            if segment is not None:
                self._segment(number, frame, segment)
            elif frame["octets"][12:14] == b"\x08\x06":
                self._question(number, frame)
            elif frame["octets"][12:14] == b"\x08\x00":
                self._passed(number, frame)
        return self.faults

    def _holds(self, what: str, number: int, fine: bool) -> None:
        self.judged[what] += 1
        if not fine:
            self.faults.append((what, number, self.told[number]["why"]))

    def _timely(self, number: int, frame: dict[str, Any]) -> None:
        """Who names a frame had got it, or had sent it itself."""
        word, of = frame["why"].split()[0], frame["of"]
        if of < 0:
            return
        if word in NAMES_WHAT_ARRIVED:
            arrival = self._arrivals[of].get(frame["src"])
            self._holds("had arrived", number, arrival is not None and arrival <= frame["time"])
        else:
            assert word in NAMES_ITS_OWN, frame["why"]
            mine = self.told[of]
            self._holds("its own", number, mine["src"] == frame["src"] and mine["time"] < frame["time"])

    def _segment(self, number: int, frame: dict[str, Any], segment: dict[str, Any]) -> None:
        why, of = frame["why"], frame["of"]
        key = (frame["src"], *segment["ends"])
        if why.startswith("passes on"):
            self._passed(number, frame)
        elif why.startswith(("acknowledges the", "completes", "accepts")):
            named = tcp(self.told[of]["octets"])
            assert named is not None
            self._holds("acknowledged", number, segment["ack"] == (named["seq"] + named["length"]) % WHOLE)
            self._holds("of the other side", number, named["ends"] == segment["ends"][::-1])
        elif why.startswith("says once more"):
            self._holds("said before", number, self._last_ack.get(key) == segment["ack"])
        elif why.startswith("no acknowledgment"):
            end = (segment["seq"] + segment["length"]) % WHOLE
            began = self.told[of]["time"]
            new = [a for at, a in self._acks.get(key, ()) if began < at <= frame["time"] and a == end]
            self._holds("not acknowledged", number, not new)
        elif why.startswith("knows no such"):
            named = tcp(self.told[of]["octets"])
            assert named is not None
            fits = (
                segment["ack"] == (named["seq"] + named["length"]) % WHOLE
                if segment["flags"] & ACK
                else segment["seq"] == named["ack"]
            )
            self._holds("refused", number, fits and named["ends"] == segment["ends"][::-1])
        if segment["flags"] & ACK:
            self._last_ack[key] = segment["ack"]

    def _question(self, number: int, frame: dict[str, Any]) -> None:
        octets, of = frame["octets"], frame["of"]
        if octets[21] == 1 and frame["why"].endswith("asks again"):
            since = self.told[of]["time"]
            answers = self._replies.get((frame["src"], octets[38:42]), ())
            self._holds("not answered", number, not any(since < at <= frame["time"] for at in answers))
            self._holds("asked before", number, self.told[of]["octets"][38:42] == octets[38:42])
        if frame["why"].startswith("needs the MAC"):
            self._holds("everybody is asked", number, octets[:6] == b"\xff" * 6)

    def _passed(self, number: int, frame: dict[str, Any]) -> None:
        if frame["why"].startswith("passes on"):
            mine, named = frame["octets"], self.told[frame["of"]]["octets"]
            self._holds("one hop less", number, mine[22] + 1 == named[22])
            self._holds("the same packet", number, mine[26:] == named[26:] and mine[14:22] == named[14:22])


def tcp(octets: bytes) -> dict[str, Any] | None:
    """Return what a frame's TCP segment says; None if there is none in it."""
    if octets[12:14] != b"\x08\x00" or octets[23] != 6:
        return None
    begin = 14 + (octets[14] & 15) * 4
    src, dst, seq, ack = struct.unpack_from(">HHII", octets, begin)
    flags = octets[begin + 13]
    total = int.from_bytes(octets[16:18], "big")
    payload = total - (begin - 14) - (octets[begin + 12] >> 4) * 4
    return {
        "ends": ((octets[26:30], src), (octets[30:34], dst)),
        "seq": seq,
        "ack": ack,
        "flags": flags,
        "length": payload + bool(flags & SYN) + bool(flags & FIN),
    }
