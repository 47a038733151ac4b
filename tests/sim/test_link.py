"""A cable: arrival times by hand, loss by count, order kept whatever happens."""

from hypothesis import given
from hypothesis import strategies as st

from vipsim.sim.engine import Environment
from vipsim.sim.link import Direction
from vipsim.sim.rules import Slowdown
from vipsim.sim.streams import Losses, Streams
from vipsim.wire.addresses import BROADCAST, IPv4, Mac
from vipsim.wire.frames import Echo, Frame

A = Mac.parse("02:00:00:00:00:0a")


def frame(size=102, seq=0):
    return Frame(BROADCAST, A, Echo(IPv4(1), IPv4(2), 64, False, 1, seq), size)


def line(rate=100_000_000, delay=50_000):
    env = Environment()
    arrived = []

    def take(frame):
        arrived.append((env.now, frame.packet.seq))

    direction = Direction(env, 1, "a.eth0", "b.eth0", rate, delay, take, Streams(1))
    return env, direction, arrived


def test_a_frame_arrives_after_its_transmission_and_the_propagation():
    env, direction, arrived = line()
    direction.send(frame(102))
    env.run()
    assert arrived == [(102 * 80 + 50_000, 0)]  # 100 Mb/s: 80 ns an octet


def test_a_frame_waits_until_the_one_before_it_has_left():
    env, direction, arrived = line()
    for seq in range(3):
        direction.send(frame(64, seq))
    env.run()
    assert arrived == [(64 * 80 * n + 50_000, n - 1) for n in (1, 2, 3)]


def test_without_a_rate_frames_of_one_instant_keep_their_order():
    env, direction, arrived = line(rate=None, delay=7)
    for seq in range(20):
        direction.send(frame(64, seq))
    env.run()
    assert arrived == [(7, seq) for seq in range(20)]


@given(
    sizes=st.lists(st.integers(64, 1518), min_size=1, max_size=30),
    jitter=st.integers(0, 300_000),
    change=st.integers(0, 30),
    delay=st.integers(0, 500_000),
)
def test_frames_never_overtake_even_when_a_delay_ends(sizes, jitter, change, delay):
    env, direction, arrived = line()
    direction.slowdowns = (Slowdown(0, "a", delay, jitter),)
    direction.refresh()
    for seq, size in enumerate(sizes):
        if seq == change:
            direction.slowdowns = ()
            direction.refresh()
        direction.send(frame(size, seq))
    env.run()
    assert [seq for _, seq in arrived] == list(range(len(sizes)))
    assert sorted(arrived) == arrived


def test_lost_frames_are_counted_and_do_not_arrive():
    env, direction, arrived = line()
    direction.losses = Losses(0.25, Streams(3).get("loss"))
    direction.refresh()
    for seq in range(2_000):
        direction.send(frame(64, seq))
    env.run()
    assert direction.sent == 2_000
    assert len(arrived) + direction.lost == 2_000
    assert 400 < direction.lost < 600


def test_nothing_passes_without_carrier():
    env, direction, arrived = line()
    direction.carrier = False
    direction.refresh()
    direction.send(frame())
    env.run()
    assert (arrived, direction.dropped) == ([], 1)
