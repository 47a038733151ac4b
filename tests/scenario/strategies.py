"""Scenarios that make sense, of every shape, for hypothesis."""

from hypothesis import strategies as st

from vipsim.scenario import faults
from vipsim.scenario.builders import pair
from vipsim.scenario.model import Fault, Scenario
from vipsim.units import SECOND

TIMES = st.integers(0, 20 * SECOND)
DURATIONS = st.integers(1_000, 10 * SECOND)


@st.composite
def some_faults(draw: st.DrawFn) -> Fault:
    """Draw a fault that `pair` can take."""
    lasting = draw(st.none() | DURATIONS)
    timing: dict[str, object] = {"at": draw(TIMES)}
    if draw(st.booleans()):
        event = draw(st.sampled_from(["advert", "announce", "master", "backup", "fault"]))
        timing = {"after": {event: "db2", "plus": draw(DURATIONS), "since": draw(TIMES)}}
    server = draw(st.sampled_from(["db1", "db2"]))
    plain = [faults.crash, faults.power, faults.kill, faults.stop, faults.hang, faults.freeze, faults.isolate]
    links = [faults.link_down, faults.port_down]
    frames = [faults.delay, faults.jitter]
    kind = draw(st.sampled_from(["node", "link", "drop", "frames", "service", "parts", "inject", "back"]))
    if kind == "node":
        return draw(st.sampled_from(plain))(server, duration=lasting, **timing)
    if kind == "link":
        return draw(st.sampled_from(links))(f"{server}.bond0", duration=lasting, **timing)
    if kind == "drop":
        value = draw(st.sampled_from(["", "garp", "arp 12.5%", "advert 30%", "all"]))
        target = draw(st.sampled_from([server, f"sw1>{server}", f"{server}-sw1", f"{server}.bond0"]))
        return faults.drop(target, value, duration=lasting, **timing)
    if kind == "frames":
        return draw(st.sampled_from(frames))(server, "3ms", duration=lasting, **timing)
    if kind == "service":
        return faults.service_hang(server, "database", duration=lasting, **timing)
    if kind == "parts":
        return draw(st.sampled_from([faults.partition, faults.oneway]))("db1|db2", duration=lasting, **timing)
    if kind == "inject":
        return faults.inject(server, draw(st.binary(min_size=14, max_size=80)), **timing)
    return draw(st.sampled_from([faults.restart, faults.reboot, faults.cont, faults.thaw]))(server, **timing)


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    """Draw a scenario."""
    settings: dict[str, object] = {
        "clients": draw(st.integers(1, 3)),
        "faults": draw(st.lists(some_faults(), max_size=4)),
        "client_probe": draw(st.sampled_from(["ping", "database"])),
        "client_interval": draw(DURATIONS),
        "poll": draw(st.none() | DURATIONS),
        "neighbor": draw(st.sampled_from(["rfc826", "rfc826-60s"])),
        "rate": draw(st.sampled_from([None, "1Gbps", "1.5Mbps", "999bps"])),
        "delay": draw(st.integers(0, SECOND)),
        "jitter": draw(st.integers(0, SECOND)),
        "loss": draw(st.floats(0, 1)),
        "start": draw(st.sampled_from(["settled", "cold"])),
        "phase": draw(st.none() | st.floats(0, 1, exclude_max=True)),
        "description": draw(st.text(st.characters(categories=["L", "N", "P"]), max_size=30)),
        "duration": draw(st.integers(20 * SECOND, 1000 * SECOND)),
    }
    interval = draw(st.integers(1, 10)) * SECOND
    if draw(st.booleans()):
        priorities = (draw(st.integers(1, 255)), draw(st.integers(1, 255)))
        version = draw(st.sampled_from([2, 3]))
        more: dict[str, object] = {"version": version, "advert_interval": interval, "priorities": priorities}
        return pair("vrrp", preempt=draw(st.booleans()), **more, **settings)
    mode = draw(st.sampled_from(["pull", "push"]))
    timeout = draw(st.none() | (st.integers(1_000, interval) if mode == "pull" else st.just(2 * interval)))
    return pair(
        "heartbeat",
        mode=mode,
        interval=interval,
        dead_count=draw(st.integers(2 if mode == "push" else 1, 9)),
        timeout=timeout,
        probe=draw(st.sampled_from(["host", "database"])) if mode == "pull" else "host",
        takeover=draw(st.sampled_from(["automatic", "manual"])),
        failback=draw(st.sampled_from(["automatic", "manual"])),
        **settings,
    )
