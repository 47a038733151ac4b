"""Why a segment is sent, where a capture must be read with care."""

from vipsim.view.replay.segments import Segments
from vipsim.wire.addresses import IPv4
from vipsim.wire.frames import Tcp, TcpFlag

APP, DB = IPv4.parse("192.168.1.101"), IPv4.parse("192.168.1.219")


def from_app(seq, ack, flags, payload=b""):
    return Tcp(APP, DB, 64, 40000, 5432, seq, ack, flags, payload=payload)


def from_db(seq, ack, flags, payload=b""):
    return Tcp(DB, APP, 64, 5432, 40000, seq, ack, flags, payload=payload)


def test_what_was_sent_and_has_not_arrived_is_not_answered():
    known = Segments()
    assert known.why("app1", from_app(10, 0, TcpFlag.SYN), 1, None, "").of == -1
    known.arrived("db1", from_app(10, 0, TcpFlag.SYN), 1)
    assert known.why("db1", from_db(50, 11, TcpFlag.SYN | TcpFlag.ACK), 2, None, "").of == 1
    # The answer is on its way: the SYN is sent again, and nothing is known of a connection.
    again = known.why("app1", from_app(10, 0, TcpFlag.SYN), 3, None, "")
    assert (again.of, again.text) == (1, "no acknowledgment for {since}: sends its SYN of {of} again")
    known.arrived("app1", from_db(50, 11, TcpFlag.SYN | TcpFlag.ACK), 2)
    completes = known.why("app1", from_app(11, 51, TcpFlag.ACK), 4, None, "")
    assert (completes.of, completes.text) == (2, "completes the connection that was accepted at {of}")


def test_an_acknowledgment_that_came_while_the_segment_waited_for_the_cable():
    known = Segments()
    known.why("app1", from_app(10, 0, TcpFlag.SYN), 1, None, "")
    known.arrived("app1", from_db(50, 11, TcpFlag.SYN | TcpFlag.ACK), 2)
    known.why("app1", from_app(11, 51, TcpFlag.ACK, b"question"), 3, None, "")
    known.arrived("app1", from_db(51, 19, TcpFlag.ACK), 4)
    again = known.why("app1", from_app(11, 51, TcpFlag.ACK, b"question"), 5, None, "")
    assert again.text == "sends the segment of {of} again: its acknowledgment came too late to stop it"
    assert again.of == 3


def test_the_two_at_one_address_do_not_know_each_others_connections():
    known = Segments()
    known.why("app1", from_app(10, 0, TcpFlag.SYN), 1, None, "")
    known.arrived("db1", from_app(10, 0, TcpFlag.SYN), 1)
    known.why("db1", from_db(50, 11, TcpFlag.SYN | TcpFlag.ACK), 2, None, "")
    known.arrived("db2", from_app(11, 51, TcpFlag.ACK, b"question"), 3)
    refuses = known.why("db2", from_db(51, 0, TcpFlag.RST), 4, None, "")
    assert (refuses.of, refuses.text) == (3, "knows no such connection: refuses the segment of {of}")
