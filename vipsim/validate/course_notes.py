"""What the client sends, hears and believes in a simulated course, noted in the oracle's words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vipsim.units import Time
from vipsim.validate.course_events import Happened
from vipsim.validate.course_hosts import Hosts
from vipsim.validate.course_model import CLIENT, NEW, Setup
from vipsim.validate.frames import mac_text
from vipsim.wire.addresses import Mac
from vipsim.wire.frames import Arp, Echo, Frame, IcmpError, Tcp, TcpFlag, Udp

MOST_ICMP = 3
"""Of a kind: the harness noted no more."""
_LETTERS = (
    (TcpFlag.SYN, "S"),
    (TcpFlag.FIN, "F"),
    (TcpFlag.RST, "R"),
    (TcpFlag.PSH, "P"),
    (TcpFlag.ACK, "A"),
)


class Notes:
    """The events of one course."""

    def __init__(self, setup: Setup, hosts: Hosts, origin: Time, happened: Callable[[str], object]) -> None:
        self.setup = setup
        self.hosts = hosts
        self.origin = origin
        self.happened = happened
        self.events: list[Happened] = [Happened(setup.begin, "state", ("none", None))]
        self.data_dst: Mac | None = None
        """Where the client's data go."""
        self.data_dst_since: Time = 0
        self.got: dict[str, list[Time]] = {}
        """When the server on a host got its datagrams."""
        self._icmp: dict[tuple[int, int], int] = {}
        self._first_seq: int | None = None
        hosts.watch(self._client_sends, self._client_hears, self._client_believes)

    @property
    def now(self) -> Time:
        """Time from t_zero."""
        return self.hosts.env._now - self.origin

    def note(self, what: str, *detail: object) -> None:
        """Note an event now."""
        self.events.append(Happened(self.now, what, detail))

    # --- the client --------------------------------------------------------------------------

    def _client_believes(self, data: dict[str, Any]) -> None:
        if data["ip"] != self.setup.vip:
            return
        state = data["new"]
        self.note("state", "none" if state == "NONE" else state, mac_text(data["lladdr"]))

    def _client_sends(self, frame: Frame) -> None:
        packet = frame.packet
        if isinstance(packet, Arp):
            if self._is_about_vip(packet):
                self.note("arp_out", *_arp(frame, packet))
        elif isinstance(packet, Udp | Echo | Tcp) and packet.dst == self.setup.vip:
            if frame.dst != self.data_dst:
                self.data_dst, self.data_dst_since = frame.dst, self.now
                self.note("data_dst", mac_text(frame.dst))
            if isinstance(packet, Tcp):
                self._segment_out(frame, packet)

    def _client_hears(self, frame: Frame) -> None:
        packet = frame.packet
        if isinstance(packet, Arp):
            mine = frame.dst.is_group or frame.dst == self.setup.nodes[CLIENT].mac
            if mine and self._is_about_vip(packet):
                self.note("arp_in", *_arp(frame, packet))
        elif isinstance(packet, Tcp):
            if self._after_failure and packet.flags & (TcpFlag.RST | TcpFlag.SYN | TcpFlag.FIN):
                self.note("tcp_in", _flags(packet), len(packet.payload), mac_text(frame.src))
        elif isinstance(packet, IcmpError):
            kind = packet.kind.value
            self._icmp[kind] = self._icmp.get(kind, 0) + 1
            if self._icmp[kind] <= MOST_ICMP:
                self.note("icmp_in", *kind, str(packet.src))

    def _is_about_vip(self, packet: Arp) -> bool:
        """The harness noted the ARP packets that name the address which moves."""
        return self.setup.vip in (packet.sender_ip, packet.target_ip)

    @property
    def _after_failure(self) -> bool:
        """A course with a failure notes every segment after it, as does none without."""
        return bool(self.setup.has_failure) and self.now >= self.setup.failure_at

    def _segment_out(self, frame: Frame, packet: Tcp) -> None:
        if self._first_seq is None:
            self._first_seq = packet.seq
        is_plain = not packet.payload and packet.flags == TcpFlag.ACK
        if self._after_failure or not (packet.payload or is_plain):
            relative = (packet.seq - self._first_seq) % 2**32
            self.note("tcp_out", _flags(packet), len(packet.payload), relative, mac_text(frame.dst))

    # --- what the programs tell ------------------------------------------------------------------

    def datagram_at(self, host: str) -> None:
        """Note a datagram that a server got."""
        self.got.setdefault(host, []).append(self.now)
        if host == NEW and not any(event.what == "first_datagram_at_B" for event in self.events):
            self.note("first_datagram_at_B")
            self.happened("datagram_at_b")


def _arp(frame: Frame, packet: Arp) -> tuple[object, ...]:
    return (
        mac_text(frame.dst),
        int(packet.op),
        mac_text(packet.sender_mac),
        str(packet.sender_ip),
        mac_text(packet.target_mac),
        str(packet.target_ip),
    )


def _flags(packet: Tcp) -> str:
    return "".join(letter for flag, letter in _LETTERS if packet.flags & flag)
