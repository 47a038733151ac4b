"""Heartbeat: when it decides (closed forms), what it says, and one owner after every kind of harm."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import product
from random import Random
from typing import Any

import pytest

from tests.machines.bench import LATENCY, SERVICE_PORT, Bench, Net, Node, only
from vipsim.errors import DecodeError, ScenarioError
from vipsim.machines.heartbeat import HeartbeatMachine, HeartbeatSettings
from vipsim.machines.vocabulary import (
    AcquireVip,
    Announce,
    Changed,
    LinkChanged,
    Note,
    ReleaseVip,
    Send,
    SendPacket,
    SetTimer,
    Settled,
    Started,
    State,
    Stopped,
    TimerFired,
    VipFailed,
)
from vipsim.units import MS, s
from vipsim.wire.addresses import BROADCAST, IPv4, Mac
from vipsim.wire.frames import Arp, ArpOp, Echo, Frame, Udp, framed, kind_of
from vipsim.wire.heartbeat import PORT, Kind, Message, decode, encode

VIP = IPv4.parse("192.168.1.219")
DB1, DB2 = IPv4.parse("192.168.1.217"), IPv4.parse("192.168.1.218")
MAC1, MAC2 = Mac.parse("00:21:5A:DB:68:E8"), Mac.parse("00:21:5A:DB:7F:C2")
STRANGER = Mac.parse("00:21:5A:DB:00:99")


def settings(role: str = "standby", **given: Any) -> HeartbeatSettings:
    own, mac, peer = (DB1, MAC1, DB2) if role == "primary" else (DB2, MAC2, DB1)
    interval = given.setdefault("interval", s(1))
    count = given.setdefault("dead_count", 3)
    given.setdefault("timeout", count * interval if given.get("mode") == "push" else interval)
    return HeartbeatSettings(
        name="pair", role=role, vips=((VIP, 24),), iface="bond0", address=own, mac=mac, peer=peer, **given
    )


def bench(role: str = "standby", state: State | None = State.BACKUP, age: int = 0, **given: Any) -> Bench:
    """A machine that has been in `state` for long (None: one that has not started)."""
    made = Bench(HeartbeatMachine(settings(role, **given)))
    if state is not None:
        made.feed(Settled(state, age))
    return made


def says(kind: Kind, term: int = 1, pair: str = "pair", to: str = "standby") -> Frame:
    """A message of the other daemon."""
    src, dst = (DB1, DB2) if to == "standby" else (DB2, DB1)
    payload = encode(Message(kind, settings(to).pair if pair == "pair" else 1, term))
    return framed(MAC2, MAC1, Udp(src, dst, 64, PORT, PORT, payload))


def pong(machine: HeartbeatMachine, **forged: Any) -> Frame:
    packet = Echo(DB1, DB2, 64, True, machine.ident, 1)
    return framed(MAC2, MAC1, replace(packet, **forged))


def told(actions: list[Any]) -> list[Kind]:
    """Messages to the other daemon among the actions."""
    packets = [action.packet for action in only(SendPacket, actions)]
    return [decode(p.payload).kind for p in packets if isinstance(p, Udp) and p.dport == PORT]


# --- the message --------------------------------------------------------------------------


@pytest.mark.parametrize("kind", Kind)
def test_a_message_survives_the_cable(kind):
    message = Message(kind, 0xFFFFFFFF, 7)
    assert decode(encode(message)) == message
    assert decode(encode(message) + b"later fields") == message


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        encode(Message(Kind.BYE, 1, 1))[:-1],
        b"XXXX" + bytes(12),
        b"VIPH\2" + bytes(11),
        b"VIPH\1c" + bytes(10),
    ],
)
def test_what_is_no_message_is_refused_and_the_daemon_shrugs(payload):
    with pytest.raises(DecodeError):
        decode(payload)
    for state in (State.BACKUP, State.MASTER):
        frame = framed(MAC2, MAC1, Udp(DB1, DB2, 64, PORT, PORT, payload))
        assert bench(state=state).hear(frame) == []


# --- settings ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "given, reason",
    [
        ({"role": "third"}, "role is primary or standby"),
        ({"mode": "ask"}, "mode is pull or push"),
        ({"takeover": "never"}, "takeover is automatic or manual"),
        ({"failback": "never"}, "failback is automatic or manual"),
        ({"interval": 0}, "at least 1"),
        ({"dead_count": 0}, "at least 1"),
        ({"timeout": s(2)}, "timeout 2s is longer than the interval of 1s"),
        ({"mode": "push", "timeout": 900 * MS}, "timeout 900ms is not longer than the interval of 1s"),
        ({"probe": 694}, "port 694 is the heartbeat's own"),
    ],
)
def test_settings_that_cannot_work_are_refused(given, reason):
    with pytest.raises(ScenarioError, match=reason):
        settings(**given)


# --- when it decides --------------------------------------------------------------------


LAWS = [
    ("pull", interval, count, timeout)
    for interval, count in product((s(1), 200 * MS), (1, 3, 5))
    for timeout in (interval, interval // 4)
] + [
    ("push", interval, count, timeout)
    for interval, count in product((s(1), 200 * MS), (2, 3))
    for timeout in (count * interval, count * interval + interval // 2)
]


@pytest.mark.parametrize("mode, interval, count, timeout", LAWS)
def test_a_crash_is_decided_within_the_closed_form(mode, interval, count, timeout):
    """With the age drawn, decision = latest - age: uniform because the age is (RTT is 0 on the bench)."""
    latest = count * interval + timeout if mode == "pull" else timeout
    for age in (0, 1, interval // 3, interval - 1):
        standby = bench(age=age, mode=mode, interval=interval, dead_count=count, timeout=timeout)
        standby.run(s(20))
        at, state, why = standby.changes[1]
        assert (at, state) == (latest - age, "MASTER")
        assert latest - interval < at <= latest
        assert why == ("no answer" if mode == "pull" else "silence")


def test_pull_asks_every_interval_and_an_answer_in_time_is_enough():
    standby = bench(timeout=100 * MS)
    for second in range(1, 20):
        asked = standby.run(s(second))
        (question,) = [action.packet for action in only(SendPacket, asked)]
        assert kind_of(question) == "echo-request"
        assert (question.src, question.dst) == (DB2, DB1)
        standby.hear(pong(standby.machine, seq=question.seq), s(second) + 99 * MS)
    assert standby.state is State.BACKUP


def test_any_answer_resets_the_count():
    standby = bench(dead_count=3)
    standby.run(s("3.5"))
    assert standby.machine.watch.missed == 2
    standby.hear(pong(standby.machine), s("3.6"))
    assert standby.machine.watch.missed == 0
    standby.run(s("6.999"))
    assert standby.state is State.BACKUP
    standby.run(s(7))
    assert standby.changes[-1] == (s(7), "MASTER", "no answer")


@pytest.mark.parametrize(
    "forged",
    [{"ident": 1}, {"src": VIP}, {"is_reply": False}, {"dst": VIP}],
    ids=lambda forged: next(iter(forged)),
)
def test_other_echoes_are_no_answer(forged):
    standby = bench()
    standby.run(s("1.5"))
    assert standby.hear(pong(standby.machine, **forged)) == []
    assert standby.timers[("pair", "answer")] == s(2)


def test_a_service_is_asked_and_answers_from_its_port():
    standby = bench(probe=SERVICE_PORT)
    (asked,) = only(SendPacket, standby.run(s(1)))
    assert (asked.packet.dport, asked.packet.sport) == (SERVICE_PORT, PORT)
    assert standby.hear(pong(standby.machine)) == []  # a kernel that lives is not enough
    answer = Udp(DB1, DB2, 64, SERVICE_PORT, PORT, b"whatever a database says")
    standby.hear(framed(MAC2, MAC1, answer))
    assert ("pair", "answer") not in standby.timers


def test_push_counts_from_the_last_alive_and_claims_count_too():
    standby = bench(mode="push")
    standby.hear(says(Kind.ALIVE), s(2))
    standby.hear(says(Kind.CLAIM), s("2.5"))
    standby.hear(says(Kind.ALIVE, pair="another"), s(3))
    standby.run(s(9))
    assert standby.changes[-1] == (s("5.5"), "MASTER", "silence")


# --- what it does -----------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["pull", "push"])
def test_takeover_takes_the_address_claims_it_and_announces_once(mode):
    standby = bench(mode=mode, dead_count=2)
    standby.run(s(4))
    done = [action for at, action in standby.log if at == standby.changes[-1][0]]
    done = done[[type(action) for action in done].index(Changed) :]
    kinds = [type(action) for action in done if not isinstance(action, SetTimer)]
    assert [k for k in kinds if k.__name__ != "CancelTimer"] == [Changed, AcquireVip, SendPacket, Announce]
    assert told(done) == [Kind.CLAIM]
    assert only(Announce, done) == [Announce(VIP, "bond0", MAC2)]


def test_manual_takeover_is_noted_once_and_nothing_moves():
    standby = bench(takeover="manual")
    standby.run(s(60))
    notes = [action for _, action in standby.log if isinstance(action, Note)]
    assert notes == [Note("pair: no answer, but takeover is manual: a person decides")]
    assert standby.state is State.BACKUP
    standby.hear(pong(standby.machine))
    standby.run(s(120))
    assert len([action for _, action in standby.log if isinstance(action, Note)]) == 2


def test_stopping_as_master_releases_and_says_bye():
    primary = bench("primary", State.MASTER)
    actions = primary.feed(Stopped(), s(1))
    assert told(actions) == [Kind.BYE]
    assert only(ReleaseVip, actions) == [ReleaseVip(VIP)]
    assert primary.changes[-1] == (s(1), "INIT", "stop")


def test_stopping_as_backup_is_silent():
    assert not only(SendPacket, bench().feed(Stopped(), s("0.5")))


def test_a_goodbye_is_taken_over_at_once():
    standby = bench()
    standby.hear(says(Kind.BYE), s("0.5"))
    assert standby.changes[-1] == (s("0.5"), "MASTER", "goodbye")


@pytest.mark.parametrize("mode", ["pull", "push"])
def test_a_starting_primary_asks_by_arp_and_takes_a_free_address(mode):
    primary = bench("primary", None, mode=mode)
    (send,) = only(Send, primary.feed(Started()))
    assert send.frame.dst == BROADCAST
    # RFC 5227 section 2.1.1: the sender's address is all zero.
    assert kind_of(send.frame.packet) == "arp-probe"
    assert send.frame.packet.target_ip == VIP
    primary.run(s("0.5"))
    assert primary.changes == [(0, "BACKUP", "start"), (s("0.5"), "MASTER", "nobody has it")]


@pytest.mark.parametrize("mode", ["pull", "push"])
def test_a_starting_primary_does_not_take_an_address_that_somebody_has(mode):
    primary = bench("primary", None, mode=mode)
    primary.feed(Started())
    owner = Arp(ArpOp.REPLY, MAC2, VIP, MAC1, IPv4(0))
    actions = primary.hear(framed(MAC1, MAC2, owner), s("0.1"))
    assert only(ReleaseVip, actions) == [ReleaseVip(VIP)]  # perhaps left by a killed daemon
    primary.run(s("0.9"))
    assert primary.state is State.BACKUP


def test_only_the_address_in_question_counts_as_owned():
    primary = bench("primary", None)
    primary.feed(Started())
    for mac, ip in ((MAC1, VIP), (STRANGER, DB2)):
        assert primary.hear(framed(MAC1, mac, Arp(ArpOp.REPLY, mac, ip, MAC1, DB1)), s("0.1")) == []


def test_a_standby_whose_peer_lives_without_the_address_takes_it_in_the_end():
    standby = bench(state=None)
    standby.feed(Started())
    for second in (1, 2, 3):
        standby.hear(pong(standby.machine), s(second) - 1)
    standby.run(s(3))
    assert standby.changes[-1] == (s(3), "MASTER", "nobody has it")


def test_a_primary_with_automatic_failback_asks_for_the_address():
    primary = bench("primary", failback="automatic")
    assert told(primary.hear(says(Kind.ALIVE, to="primary"), s("0.1"))) == [Kind.ASK]
    assert told(primary.hear(says(Kind.CLAIM, to="primary"), s("0.2"))) == []
    primary.hear(says(Kind.RELEASED, to="primary"), s("0.3"))
    assert primary.changes[-1] == (s("0.3"), "MASTER", "handover")


def test_a_primary_takes_what_it_asked_for_even_if_takeovers_are_manual():
    primary = bench("primary", failback="automatic", takeover="manual")
    primary.hear(says(Kind.RELEASED, to="primary"), s("0.3"))
    assert primary.state is State.MASTER


def test_a_standby_hands_over_to_a_healthy_primary_only():
    standby = bench(state=State.MASTER, failback="automatic")
    standby.run(s(2))  # asked at 1 s and not answered
    assert told(standby.hear(says(Kind.ASK))) == [Kind.CLAIM]
    standby.hear(pong(standby.machine), s("2.1"))
    actions = standby.hear(says(Kind.ASK), s("2.2"))
    assert told(actions)[-1] == Kind.RELEASED
    assert standby.changes[-1] == (s("2.2"), "BACKUP", "handover")


def test_a_master_that_asks_counts_an_answer_that_is_late_by_the_next_beat():
    """Timeout and interval are equal here, and a driver may fire either first."""
    machine = HeartbeatMachine(settings())
    machine.handle(Settled(State.MASTER, 0), 0)
    machine.handle(TimerFired(("pair", "beat")), s(1))
    machine.handle(TimerFired(("pair", "beat")), s(2))
    assert machine.watch.missed == 1


def test_a_backup_counts_an_answer_that_is_late_by_the_next_question():
    machine = HeartbeatMachine(settings(dead_count=2))
    machine.handle(Settled(State.BACKUP, 0), 0)
    for second in (1, 2, 3):
        machine.handle(TimerFired(("pair", "probe")), s(second))
    assert machine.state is State.MASTER


def test_who_gave_the_address_up_counts_afresh():
    """And takes it again if nobody turns out to have it."""
    standby = bench(state=State.MASTER)
    standby.run(s(10))
    standby.hear(says(Kind.CLAIM), s("10.5"))
    assert standby.machine.watch.missed == 0
    standby.run(s(14))
    assert standby.changes[-1] == (s("13.5"), "MASTER", "nobody has it")


@pytest.mark.parametrize(
    "failback, role, request_", [("manual", "standby", "CLAIM"), ("automatic", "primary", "ASK")]
)
def test_of_two_masters_the_keeper_announces_and_says_so(failback, role, request_):
    keeper = bench(role, State.MASTER, failback=failback, mode="push")
    actions = keeper.hear(says(Kind.ALIVE, to=role), s("0.5"))
    assert only(Announce, actions) == [Announce(VIP, "bond0", keeper.machine.settings.mac)]
    assert told(actions) == [Kind[request_]]
    assert keeper.state is State.MASTER


def test_a_backup_that_is_asked_for_the_address_says_that_it_has_none():
    assert told(bench().hear(says(Kind.ASK), s("0.5"))) == [Kind.RELEASED]


def test_a_goodbye_under_manual_takeover_waits_for_a_person():
    standby = bench(takeover="manual")
    (note,) = standby.hear(says(Kind.BYE), s("0.5"))
    assert note == Note("pair: goodbye, but takeover is manual: a person decides")


def test_a_lost_link_is_fault_and_its_return_a_new_start():
    primary = bench("primary", State.MASTER)
    actions = primary.feed(LinkChanged("bond0", False), s(1))
    assert primary.state is State.FAULT and not primary.timers and not only(SendPacket, actions)
    primary.feed(LinkChanged("bond0", True), s(2))
    assert primary.changes[-1] == (s(2), "BACKUP", "link up")
    primary.run(s(3))
    assert primary.changes[-1] == (s("2.5"), "MASTER", "nobody has it")
    down = bench("primary", None)
    down.feed(Started(down=("bond0",)))
    assert down.state is State.FAULT


def test_an_address_that_the_kernel_refuses_ends_the_mastership_silently():
    standby = bench(state=State.MASTER)
    actions = standby.feed(VipFailed(VIP, "no permission"), s("0.5"))
    assert standby.changes[-1] == (s("0.5"), "BACKUP", "vip failed")
    assert told(actions) == []


@pytest.mark.parametrize("mode", ["pull", "push"])
@pytest.mark.parametrize("age", [1, s("0.3"), s("0.999")])
def test_settled_is_the_same_as_having_run(mode, age):
    """Two daemons that ran until `age` after the last message, and two that were set up so."""
    net = pair(mode=mode)
    net.run(s(20) - 1)
    last = max(
        at for node in net.nodes for at, packet in node.sent if kind_of(packet) in ("udp", "echo-request")
    )
    net.run(last + age + 2 * LATENCY)
    for node, state in zip(net.nodes, (State.MASTER, State.BACKUP), strict=True):
        settled = Bench(HeartbeatMachine(node.machine.settings))
        settled.feed(Settled(state, age))
        assert settled.machine.state is node.machine.state
        heard = LATENCY if mode == "push" and state is State.BACKUP else 0  # its age counts from hearing
        early = {name: at - (last + age) - heard for name, at in node.timers.items()}
        assert settled.timers == early
        assert settled.machine.term == node.machine.term
        for name in ("missed", "is_owner_known"):
            assert getattr(settled.machine.watch, name) == getattr(node.machine.watch, name), name


# --- one owner after healing ------------------------------------------------------------


def pair(**given: Any) -> Net:
    net = Net()
    for role in ("primary", "standby"):
        net.add(role, lambda role=role: HeartbeatMachine(settings(role, **given)))
    for node in net.nodes:
        node.start()
    return net


VARIANTS = [
    {"mode": mode, "failback": failback, "probe": probe}
    for mode, failback, probe in product(("pull", "push"), ("manual", "automatic"), (None, SERVICE_PORT))
    if not (mode == "push" and probe)
]
HARMS: dict[str, tuple[Callable[[Node], None], Callable[[Node], None]]] = {
    "crash": (Node.crash, Node.reboot),
    "isolate": (Node.isolate, Node.heal),
    "freeze": (Node.freeze, Node.thaw),
    "hang": (Node.hang, Node.cont),
    "stop": (Node.stop, Node.start),
    "kill": (Node.kill, Node.start),
    "link": (lambda node: node.link(False), lambda node: node.link(True)),
}


def service(up: bool) -> Callable[[Node], None]:
    return lambda node: setattr(node, "service", up)


@pytest.mark.parametrize("given", VARIANTS, ids=lambda v: "-".join(str(x) for x in v.values()))
def test_a_cold_pair_starts_with_the_primary(given):
    net = pair(**given)
    net.run(s(30))
    assert net.owners == net.masters == ["primary"]
    assert [len(node.changes) for node in net.nodes] == [2, 1]


@pytest.mark.parametrize("given", VARIANTS, ids=lambda v: "-".join(str(x) for x in v.values()))
@pytest.mark.parametrize("harm", HARMS)
@pytest.mark.parametrize("victim", ["primary", "standby", "both in turn"])
@pytest.mark.parametrize("length", [s("0.4"), s("2.7"), s("10.3")], ids=["short", "edge", "long"])
def test_one_owner_after_every_harm_and_its_way_back(given, harm, victim, length):
    net = pair(**given)
    net.run(s("20.3"))
    begin, end = HARMS[harm]
    victims = net.nodes if victim == "both in turn" else [n for n in net.nodes if n.name == victim]
    for node in victims:
        begin(node)
        net.run(net.now + length)
        end(node)
        net.run(net.now + s(12))
        assert len(net.owners) == 1, (net.owners, [n.changes for n in net.nodes])
        assert net.owners == net.masters
        if given["failback"] == "automatic":
            assert net.owners == ["primary"]


@pytest.mark.parametrize("mode", ["pull", "push"])
@pytest.mark.parametrize("harm", ["isolate", "freeze"])
def test_manual_failback_lets_the_later_claim_keep_the_address(mode, harm):
    net = pair(mode=mode, failback="manual")
    begin, end = HARMS[harm]
    net.run(s(20))
    primary, standby = net.nodes
    for node, heir in ((primary, standby), (standby, primary), (primary, standby)):
        begin(node)
        net.run(net.now + s(10))
        assert heir.name in net.masters
        end(node)
        net.run(net.now + s(5))
        assert net.owners == net.masters == [heir.name]


@pytest.mark.parametrize("given", VARIANTS, ids=lambda v: "-".join(str(x) for x in v.values()))
def test_the_keeper_announces_the_address_after_the_loser_released_it(given):
    net = pair(**given)
    net.run(s(20))
    net.nodes[0].isolate()
    net.run(s(30))
    assert net.masters == ["primary", "standby"]
    net.nodes[0].heal()
    net.run(s(40))
    keeper = next(node for node in net.nodes if node.name in net.owners)
    loser = next(node for node in net.nodes if node is not keeper)
    released = next(at for at, state, _ in reversed(loser.changes) if state == "BACKUP")
    assert max(keeper.announced) >= released


@pytest.mark.parametrize("failback", ["manual", "automatic"])
def test_a_hung_service_moves_the_address_and_does_not_flap(failback):
    net = pair(probe=SERVICE_PORT, failback=failback)
    net.run(s(20))
    service(False)(net.nodes[0])
    net.run(s(60))
    assert net.owners == net.masters == ["standby"]
    assert net.nodes[1].changes[-1][2] == "no answer"
    assert net.nodes[0].changes[-1][1:] == ("BACKUP", "claimed by peer")
    service(True)(net.nodes[0])
    net.run(s(70))
    assert net.owners == net.masters == (["primary"] if failback == "automatic" else ["standby"])


def test_a_ping_does_not_notice_a_hung_service():
    net = pair()
    net.run(s(20))
    service(False)(net.nodes[0])
    net.run(s(60))
    assert net.owners == ["primary"]


def test_an_ordered_stop_hands_over_within_a_round_trip():
    net = pair()
    net.run(s(20))
    net.nodes[0].stop()
    net.run(s(21))
    assert net.nodes[1].changes[-1] == (s(20) + LATENCY, "MASTER", "goodbye")
    assert net.nodes[1].announced == [s(20) + LATENCY]


@pytest.mark.parametrize("given", VARIANTS, ids=lambda v: "-".join(str(x) for x in v.values()))
@pytest.mark.parametrize("seed", range(12))
def test_one_owner_after_random_harm_under_loss(given, seed):
    """Random faults with a fifth of the frames lost; then a quiet time, and one owner is left."""
    random = Random(seed)
    net = pair(**given)
    net.run(s(random.uniform(0, 10)))
    net.drop = lambda now, source, frame: random.random() < 0.2
    for _ in range(6):
        node, (begin, end) = random.choice(net.nodes), HARMS[random.choice(sorted(HARMS.keys() - {"stop"}))]
        begin(node)
        net.run(net.now + s(round(random.uniform(0, 8), 3)))
        end(node)
        net.run(net.now + s(round(random.uniform(0, 5), 3)))
    net.drop = lambda now, source, frame: False
    net.run(net.now + s(20))
    assert len(net.owners) == 1, [n.changes for n in net.nodes]
    assert net.owners == net.masters
