"""The lessons of the scenarios about caches, in numbers: each follows from its cause, as BEHAVIOUR.md says.

R, the reachable time of an interface, is chance: here it is what a cache itself shows (from its last
confirmation to STALE), it lies within 15 s to 45 s, and everything else is added to it.
"""

import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise

import pytest

from vipsim import Level, read_scenario, run
from vipsim.resources import scenario_path
from vipsim.scenario.model import Scenario
from vipsim.trace import Record, Trace
from vipsim.units import MS, SECOND, Time
from vipsim.wire.addresses import IPv4, Mac

VIP = IPv4.parse("192.168.1.219")
DB1, DB2 = Mac.parse("00:21:5A:DB:68:E8"), Mac.parse("00:21:5A:DB:7F:C2")
VIRTUAL = Mac.parse("00:00:5E:00:01:33")
FAULT = 5 * SECOND
SKEW = SECOND * (256 - 100) // 256
"""Of the standby's priority 100 (RFC 3768 section 6.1)."""
DELAY, PROBE = 5 * SECOND, 3 * SECOND
"""delay_first_probe_time; ucast_solicit x retrans_time (BEHAVIOUR section 1.1)."""
R = (15 * SECOND, 45 * SECOND)
WIRE = 2 * MS
"""More than any exchange of frames takes here."""
SEEDS = range(1, 6)


@cache
def played(name: str, seed: int = 1, *changes: tuple[str, str]) -> Trace:
    scenario: Scenario = read_scenario(scenario_path(name))
    for path, value in changes:
        scenario = scenario.with_setting(path, value)
    return run(scenario, seed=seed, level=Level.PROTOCOL)


def silence(trace: Trace, client: str) -> tuple[Time, Time]:
    """The only silence of a client: its last answer before and the first after it."""
    ((last, first),) = trace.metrics.clients[client].silences
    assert first is not None
    return last, first


def blackout(trace: Trace, client: str) -> Time:
    last, first = silence(trace, client)
    return first - last


def entry(trace: Trace, host: str) -> Iterator[tuple[Time, str, Mac | None]]:
    """Every change of a host's entry of the VIP: (time, state, MAC)."""
    for record in trace.select("neighbor", host):
        if record.data["ip"] == VIP:
            yield record.time, record.data["new"], record.data["lladdr"]


def since(trace: Trace, host: str, state: str, mac: Mac | None, after: Time = 0) -> Time:
    """When the entry first came into this state after a time."""
    return next(time for time, *what in entry(trace, host) if time >= after and what == [state, mac])


def taken(trace: Trace) -> Time:
    """When db2 owned the address."""
    return next(record.time for record in trace.select("vip", "db2") if record.data["act"] == "acquire")


def fault(trace: Trace, word: str) -> Record:
    return next(record for record in trace.select("fault") if record.data["word"] == word)


def retransmissions(lost: Time) -> list[Time]:
    """When TCP sends again what it sent in vain at `lost`: the pause is 200 ms at first and doubles.

    To 200 ms comes the smoothed round trip, here less than 1 % of it (BEHAVIOUR section 2).
    """
    return [lost + 200 * MS * (2**n - 1) for n in range(1, 11)]


def assert_waits_for_its_cache(trace: Trace, client: str, interval: Time, *, confirms: bool) -> None:
    """R + 5 s + 3 s: from the last answer if answers confirm, else from the first resolution."""
    last, first = silence(trace, client)
    over = since(trace, client, "STALE", DB1, FAULT)
    confirmed = last if confirms else since(trace, client, "REACHABLE", DB1)
    assert R[0] <= over - confirmed <= R[1] + WIRE
    # The next datagram makes it DELAY; eight seconds later the datagram that asks everybody gets through.
    waited = first - over - DELAY - PROBE
    assert 0 <= waited <= 2 * interval + WIRE


@pytest.mark.parametrize("seed", SEEDS)
def test_silent_takeover_every_client_waits_for_its_own_cache(seed: int) -> None:
    trace = played("silent-takeover", seed)
    assert taken(trace) < 9 * SECOND
    for client in ("oneway", "echo"):
        assert_waits_for_its_cache(trace, client, 100 * MS, confirms=False)
        rest = blackout(trace, client) - DELAY - PROBE
        assert R[0] - FAULT <= rest <= R[1] + 300 * MS
    assert_waits_for_its_cache(trace, "ping", 100 * MS, confirms=True)
    assert R[0] + DELAY + PROBE <= blackout(trace, "ping") <= R[1] + DELAY + PROBE + 300 * MS


@pytest.mark.parametrize("seed", SEEDS)
def test_silent_takeover_tcp_is_rounded_up_to_its_grid_twice(seed: int) -> None:
    trace = played("silent-takeover", seed)
    last, first = silence(trace, "tcp")
    over = since(trace, "tcp", "STALE", DB1, FAULT)
    # The first retransmission after R makes the entry DELAY, the first that finds it FAILED resolves db2.
    grid = retransmissions(last + 100 * MS)
    used = next(point for point in grid if point > over)
    expected = next(point for point in grid if point > used + DELAY + PROBE)
    assert 0 <= first - expected <= (expected - last) // 100
    assert round((expected - grid[0]) / SECOND) in (51, 102)
    (failed,) = (record for record in trace.select("session") if record.data["event"] == "failed")
    assert failed.data["error"] == "ECONNRESET"
    assert 0 <= first - failed.time <= WIRE


def test_silent_takeover_shows_both_points_of_the_grid() -> None:
    found = {round(blackout(played("silent-takeover", seed), "tcp") / SECOND / 51) for seed in range(1, 9)}
    assert found == {1, 2}


@pytest.mark.parametrize("seed", SEEDS)
def test_lock_time_keeps_a_young_entry_from_believing_an_ordinary_packet(seed: int) -> None:
    trace = played("lock-time", seed)
    stopped = fault(trace, "stop").time
    assert taken(trace) - stopped == pytest.approx(SKEW, abs=WIRE)
    # All three are back with db2: who heard the announcement, and who was old enough for the request.
    for client in ("old", "late", "hearer"):
        assert SKEW <= blackout(trace, client) <= SKEW + 300 * MS
    changed = {name: since(trace, name, "STALE", DB2) for name in ("old", "late")}
    assert changed["late"] - since(trace, "late", "REACHABLE", DB1) < SECOND
    assert changed["old"] - since(trace, "old", "REACHABLE", DB1) > SECOND
    # `young` heard what `old` heard, and was as young as `late`.
    assert since(trace, "young", "REACHABLE", DB1) == pytest.approx(4900 * MS, abs=WIRE)
    assert changed["old"] - since(trace, "young", "REACHABLE", DB1) < SECOND
    assert_waits_for_its_cache(trace, "young", 100 * MS, confirms=True)


def test_without_lock_time_the_young_entry_is_as_quick_as_the_old_one() -> None:
    trace = played("lock-time", 1, ("nodes.young.sysctls", "{locktime: 0}"))
    assert blackout(trace, "young") <= SKEW + 300 * MS


def test_four_hour_router_cuts_off_who_is_behind_it_until_its_entry_is_four_hours_old() -> None:
    trace = played("four-hour-router")
    life = 4 * 3600 * SECOND
    learned = since(trace, "r1", "REACHABLE", DB1)
    assert learned < 10 * SECOND
    _, first = silence(trace, "far")
    assert learned + life <= first <= learned + life + 10 * SECOND + WIRE
    # `near` knew db1 and heard the announcement: its next ping is the first one that is answered.
    assert since(trace, "near", "REACHABLE", DB1) < FAULT
    assert since(trace, "near", "STALE", DB2) == pytest.approx(taken(trace), abs=WIRE)
    assert 0 <= silence(trace, "near")[1] - taken(trace) <= 10 * SECOND + WIRE
    # 3 adverts of 10 s and the skew (156/256 of 1 s) at most, then the next probe.
    assert blackout(trace, "near") <= 30 * SECOND + 10 * SKEW + 20 * SECOND
    assert list(entry(trace, "far")) == []


def test_four_hour_router_is_repaired_by_a_second_announcement() -> None:
    scenario = read_scenario(scenario_path("four-hour-router"))
    trace = run(scenario.with_faults("link_down:db2@400s", "link_up:db2@410s"), seed=1, level=Level.PROTOCOL)
    _, first = silence(trace, "far")
    assert first < 500 * SECOND
    # db2 misses three adverts anew before it announces, and has no address until then.
    _, (last, back) = trace.metrics.clients["near"].silences
    assert back is not None and last < 400 * SECOND < 440 * SECOND < back


def test_four_hour_router_a_mere_announcement_repairs_it_and_costs_nothing() -> None:
    head = scenario_path("four-hour-router").read_text("utf-8")
    (told,) = re.findall(r"--fault (inject:db2:[0-9a-f]+@400s)", head)
    trace = run(
        read_scenario(scenario_path("four-hour-router")).with_faults(told), seed=1, level=Level.PROTOCOL
    )
    _, first = silence(trace, "far")
    assert 400 * SECOND <= first <= 410 * SECOND + WIRE
    assert silence(trace, "near")[1] < 400 * SECOND


@pytest.mark.parametrize("seed", SEEDS[:2])
def test_dead_port_the_switch_forgets_after_its_ageing_time(seed: int) -> None:
    trace = played("dead-port-virtual-mac", seed)
    last, first = silence(trace, "app1")
    # The last frame from the virtual MAC is db1's last advert, at most a second before the crash.
    assert FAULT - SECOND + 300 * SECOND <= first <= FAULT + 300 * SECOND + 100 * MS + WIRE
    assert [(state, mac) for _, state, mac in entry(trace, "app1") if mac] == [("REACHABLE", VIRTUAL)]
    known = [record for record in trace.select("fdb", "sw1") if record.data["mac"] == VIRTUAL]
    assert [record.data["why"] for record in known][-1] == "aged out"
    assert last < FAULT


def test_dead_port_any_frame_from_the_virtual_mac_ends_it() -> None:
    scenario = read_scenario(scenario_path("dead-port-virtual-mac"))
    power_only = scenario.without_faults().with_faults("power:db1@5s")
    trace = run(power_only, seed=1, level=Level.PROTOCOL)
    _, first = silence(trace, "app1")
    assert 0 <= first - taken(trace) <= 100 * MS + WIRE
    moved = next(r for r in trace.select("fdb", "sw1") if r.data["mac"] == VIRTUAL and r.time > FAULT)
    assert moved.time - taken(trace) <= WIRE


@pytest.mark.parametrize(
    ("switch", "word", "dark"),
    [("sw2", "power", True), ("sw1", "power", False), ("sw2", "crash", True), ("sw1", "crash", True)],
)
def test_dead_port_a_switch_forgets_at_once_only_where_it_sees_the_carrier_go(
    switch: str, word: str, dark: bool
) -> None:
    changes = [("links.0.ends", f"[db1.bond0, {switch}]"), ("faults.2", f"{{{word}: db1, at: 5s}}")]
    trace = played("dead-port-virtual-mac", 1, *changes)
    _, first = silence(trace, "app1")
    if dark:
        assert first >= FAULT - SECOND + 300 * SECOND
    else:
        assert 0 <= first - taken(trace) <= 100 * MS + WIRE


def test_dead_port_a_linux_client_repairs_the_switch_by_asking() -> None:
    trace = played("dead-port-virtual-mac", 1, ("nodes.app1.neighbor", "linux"))
    assert R[0] + DELAY + PROBE <= blackout(trace, "app1") <= R[1] + DELAY + PROBE + 300 * MS


@pytest.mark.parametrize("seed", SEEDS)
def test_stp_at_boot_two_owners_until_the_port_forwards(seed: int) -> None:
    trace = played("stp-at-boot", seed)
    reboot, forwards = 10 * SECOND, 10 * SECOND + 2 * 15 * SECOND
    states = [(r.data["new"], r.time - reboot) for r in trace.select("port", "sw1") if r.time >= reboot]
    assert states == [("LISTENING", 0), ("LEARNING", 15 * SECOND), ("FORWARDING", 30 * SECOND)]
    # 3 x 1 s and the skew of priority 150 after the start (RFC 3768 section 6.4.1).
    owned = next(r.time for r in trace.select("vip", "db1") if r.time > reboot)
    assert owned - reboot == pytest.approx(3 * SECOND + SECOND * 106 // 256, abs=WIRE)
    released = next(r.time for r in trace.select("vip", "db2") if r.data["act"] == "release")
    assert forwards <= released <= forwards + SECOND + WIRE
    assert trace.metrics.dual_owner == released - owned
    # db1 does not announce again, so app1 waits for its cache.
    (_, _), (last, first) = trace.metrics.clients["app1"].silences
    over = since(trace, "app1", "STALE", DB2, released)
    assert first is not None and R[0] <= over - last <= R[1] + WIRE
    assert 0 <= first - over - DELAY - PROBE <= 200 * MS + WIRE


def test_stp_at_boot_an_edge_port_makes_it_an_ordinary_failback() -> None:
    trace = played("stp-at-boot", 1, ("nodes.sw1.ports.p1.edge", "true"))
    assert trace.metrics.dual_owner <= WIRE
    assert blackout(trace, "app1") < 4 * SECOND


@pytest.mark.parametrize("seed", SEEDS)
def test_old_owner_that_forwards_hides_the_lost_announcement(seed: int) -> None:
    trace = played("old-owner-forwarding", seed)
    last, first = silence(trace, "app1")
    # db1 asks with the first packet and once a second after it: the second request is answered.
    asked = since(trace, "db1", "INCOMPLETE", None)
    assert first - asked == pytest.approx(SECOND, abs=WIRE)
    assert first - last <= SECOND + 20 * MS + WIRE
    assert trace.metrics.clients["app1"].lost == 0
    # db2 asks app1 from the virtual address before it answers: that is what app1 learns from.
    assert 0 <= first - since(trace, "app1", "STALE", DB2) <= WIRE


def test_old_owner_that_does_not_forward_leaves_the_client_to_its_cache() -> None:
    trace = played("old-owner-forwarding", 1, ("nodes.db1.forwarding", "false"))
    assert_waits_for_its_cache(trace, "app1", 20 * MS, confirms=True)


@pytest.mark.parametrize("seed", SEEDS)
def test_client_that_ignores_garp_waits_for_its_cache(seed: int) -> None:
    trace = played("client-ignores-garp", seed)
    _, first = silence(trace, "app1")
    assert 0 <= first - taken(trace) <= 50 * MS + WIRE
    assert_waits_for_its_cache(trace, "app2", 50 * MS, confirms=True)


def test_client_that_ignores_garp_believes_an_ordinary_request() -> None:
    scenario = read_scenario(scenario_path("client-ignores-garp"))
    clients = tuple(client for client in scenario.clients if client.measured)
    trace = run(scenario.with_(clients=clients), seed=1, level=Level.PROTOCOL)
    _, first = silence(trace, "app2")
    assert 0 <= first - taken(trace) <= 100 * MS + WIRE


@pytest.mark.parametrize("interval", ["100ms", "500ms", "1s", "3s"])
def test_tcp_resumes_at_the_next_point_of_its_grid(interval: str) -> None:
    changes = [("vrrp.version", "3"), ("vrrp.advert_interval", interval)]
    trace = played("tcp-backoff-grid", 1, *changes)
    last, first = silence(trace, "tcp")
    expected = next(point for point in retransmissions(last + 10 * MS) if point > taken(trace))
    assert 0 <= first - expected <= (expected - last) // 100
    _, first = silence(trace, "udp")
    assert 0 <= first - taken(trace) <= 10 * MS + WIRE


def test_tcp_grid_as_shipped_and_a_reader_that_never_learns() -> None:
    trace = played("tcp-backoff-grid")
    assert taken(trace) == pytest.approx(FAULT + 3 * SECOND + SKEW - SECOND // 4, abs=WIRE)
    assert blackout(trace, "tcp") == pytest.approx(6200 * MS, abs=50 * MS)
    told = {record.data["client"] for record in trace.select("session") if record.data["event"] == "failed"}
    assert told == {"tcp"}


def attempts(trace: Trace, client: str, event: str) -> list[tuple[Time, Time]]:
    """(begin, end) of a client's connection attempts that ended so."""
    records = [r for r in trace.select("session") if (r.data["client"], r.data["event"]) == (client, event)]
    return [(record.time - record.data["took"], record.time) for record in records]


def test_new_connections_in_the_gap_wait_or_fail() -> None:
    trace = played("new-connections-in-the-gap")
    # Nobody answered three requests, a second apart: everything that waited fails in that moment.
    failed = attempts(trace, "newcomer", "failed")
    assert len(failed) == 30
    assert {end for _, end in failed} == {5100 * MS + 3 * SECOND}
    errors = {r.data["error"] for r in trace.select("session") if r.data["event"] == "failed"}
    assert errors == {"EHOSTUNREACH"}
    # Who knows a MAC waits for the first repetition (1 s apart) after the announcement.
    assert attempts(trace, "regular", "failed") == []
    waited = [(begin, end) for begin, end in attempts(trace, "regular", "open") if begin >= FAULT]
    inside = [(begin, end) for begin, end in waited if begin < taken(trace)]
    begun = sorted(begin for begin, _ in inside)
    assert begun[0] < FAULT + 100 * MS and {b - a for a, b in pairwise(begun)} == {100 * MS}
    for begin, end in inside:
        assert taken(trace) <= end <= taken(trace) + SECOND + WIRE
        assert (end - begin) % SECOND <= WIRE
    assert all(end - begin <= WIRE for begin, end in waited if begin > taken(trace))


def test_a_quick_failover_gives_newcomers_no_error() -> None:
    trace = played("new-connections-in-the-gap", 1, ("vrrp.version", "3"), ("vrrp.advert_interval", "500ms"))
    assert taken(trace) < FAULT + 3 * SECOND
    assert attempts(trace, "newcomer", "failed") == []


@pytest.mark.parametrize(("tracking", "survives"), [("shared", True), ("own", False)])
def test_default_gateway_new_connections_work_whoever_tracks_them(tracking: str, survives: bool) -> None:
    changes = [(f"nodes.{name}.conntrack", tracking) for name in ("r1", "r2")]
    trace = played("default-gateway", 1, *changes)
    assert trace.metrics.clients["session"].censored is not survives
    moved = next(r.time for r in trace.select("vip", "r2") if r.data["act"] == "acquire")
    opened = attempts(trace, "new", "open")
    later = [end - begin for begin, end in opened if begin > moved + WIRE]
    assert len(later) >= 100 and max(later) <= WIRE
    assert attempts(trace, "new", "failed") == []


def test_postgresql_pair_waits_for_tcp_the_promotion_and_its_own_backoff() -> None:
    """The times of the header: TCP's grid, 0.1 s, 0.2 s and 0.4 s of backoff, a second of promotion."""
    trace = played("postgresql-pair")
    told = [(r.time, r.data["event"], r.data["error"]) for r in trace.select("session") if r.time > FAULT]
    reset = next(time for time, _, error in told if error == "ECONNRESET")
    assert reset - FAULT == pytest.approx(3204 * MS, abs=MS)
    opened = [time for time, event, _ in told if event == "open"]
    points = [3304 * MS, 3504 * MS, 3906 * MS]
    assert [opened[n] - FAULT for n in (0, 10, 20)] == pytest.approx(points, abs=MS)
    primary = next(r.time for r in trace.select("database", "db2") if r.data["new"] == "PRIMARY")
    assert primary - taken(trace) == SECOND
    text = scenario_path("postgresql-pair").read_text("utf-8")
    for time in (taken(trace), reset, opened[0], primary):
        assert f"#     {(time - FAULT) / SECOND:.3f} s   " in text
    assert f"#     {silence(trace, 'app1')[1] / SECOND - 5:.3f} s   " in text


def test_lost_announcement_costs_what_each_cache_makes_of_it() -> None:
    trace = played("lost-announcement")
    _, first = silence(trace, "app3")
    assert 0 <= first - taken(trace) <= 20 * MS + WIRE
    _, first = silence(trace, "app2")
    learned = since(trace, "app2", "REACHABLE", DB1)
    assert 0 <= first - learned - 60 * SECOND <= 40 * MS + WIRE
    assert trace.metrics.clients["app1"].censored


@pytest.mark.parametrize(
    "name",
    [
        "silent-takeover",
        "lost-announcement",
        "lock-time",
        "four-hour-router",
        "dead-port-virtual-mac",
        "stp-at-boot",
        "old-owner-forwarding",
        "client-ignores-garp",
        "tcp-backoff-grid",
        "new-connections-in-the-gap",
        "default-gateway",
    ],
)
def test_every_one_names_the_public_report_that_it_explains(name: str) -> None:
    head = [line for line in scenario_path(name).read_text("utf-8").splitlines() if line.startswith("#")]
    assert any(line.startswith(("# Public report: ", "# Public reports: ")) for line in head)
