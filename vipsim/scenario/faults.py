"""Faults as functions: ``crash("db1", at="5s")``, and the command line's form ``crash:db1@5s``.

Each word has the one meaning that the table in `docs/architecture.md` gives it. `at` is a time
(``"5s"``, or ns as an int) or the range that it is drawn from (``"5s..6s"``); `after` is relative to an
event. `duration` brings the way back by itself, `every` repeats the fault.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import SupportsBytes

from vipsim.errors import VipsimError
from vipsim.scenario.fields import Refusal, message_of, nearest, parse_range, shown
from vipsim.scenario.model import After, At, Fault, FaultWord
from vipsim.units import Time, to_duration

When = Time | str | At | After | Mapping[str, str]


def fault(
    word: FaultWord | str,
    target: str,
    *,
    at: Time | str | At | None = None,
    after: After | Mapping[str, str | Time] | None = None,
    value: str = "",
    duration: Time | str | None = None,
    every: Time | str | None = None,
) -> Fault:
    """Make a fault of any word.

    Parameters
    ----------
    word : FaultWord or str
        What happens.
    target : str
        What it acts on.
    at : str, int or At, optional
        ``"5s"``, ``"5s..6s"`` (drawn), or ns.
    after : After or mapping, optional
        ``{"advert": "db1", "plus": "0.3s", "since": "4s"}``: relative to an event. Give this or `at`.
    value : str
        What the word needs.
    duration, every : str or int, optional
        Time after which the way back follows, and period of repetition (text, or ns).

    Examples
    --------
    >>> fault("crash", "db1", at="5s").when
    At(earliest=5000000000, latest=5000000000)
    """
    if (at is None) == (after is None):
        raise Refusal(f"when does {word} happen?", "give either at= or after=")
    return Fault(
        _word(word),
        target,
        _at(at) if at is not None else _after(after),
        value,
        None if duration is None else to_duration(duration),
        None if every is None else to_duration(every),
    )


def _word(word: FaultWord | str) -> FaultWord:
    try:
        return FaultWord(word)
    except ValueError:
        known = [one.value for one in FaultWord]
        raise Refusal(f"{shown(str(word))} is no fault", nearest(word, known)) from None


def _at(at: Time | str | At) -> At:
    if isinstance(at, At):
        return at
    if isinstance(at, str):
        return At(*parse_range(at))
    return At(to_duration(at), to_duration(at))


def _after(after: After | Mapping[str, str | Time] | None) -> After:
    if isinstance(after, After):
        return after
    given = dict(after or {})
    plus, since = (to_duration(given.pop(key, 0)) for key in ("plus", "since"))
    if len(given) != 1:
        raise Refusal("one event of one node is meant", 'such as after={"advert": "db1", "plus": "0.3s"}')
    ((event, node),) = given.items()
    return After(event, str(node), plus, since)


def parse_fault(text: str) -> Fault:
    """Read the command line's form ``kind[:target][:value][@time]``; without a time it acts at 0 s.

    >>> parse_fault("crash:db1@5s..6s").target
    'db1'
    >>> parse_fault("drop:sw1>app1:garp@5s").value
    'garp'
    """
    body, sign, time = text.strip().rpartition("@")
    if not sign:
        body, time = time, "0s"
    kind, _, rest = body.partition(":")
    target, _, value = rest.partition(":")
    try:
        word = _word(kind.strip())
        when = At(*parse_range(time.strip()))
    except VipsimError as error:
        hint = error.hint if isinstance(error, Refusal) else ""
        hint = hint or "write kind:target@time, such as crash:db1@5s"
        raise Refusal(f"the fault {shown(text)}: {message_of(error)}", hint) from None
    target, value = target.strip(), value.strip()
    if word is FaultWord.HEAL and not target:
        target = "all"
    if not target:
        raise Refusal(f"the fault {shown(text)} says not what it acts on", f"write {word.value}:node@5s")
    if word.value.startswith("service_") and value:
        target, value = f"{target}.{value}", ""
    return Fault(word, target, when, value)


Maker = Callable[..., Fault]


def _on_node(word: FaultWord, does: str) -> Maker:
    def make(
        node: str,
        *,
        at: Time | str | At | None = None,
        after: After | Mapping[str, str | Time] | None = None,
        duration: Time | str | None = None,
        every: Time | str | None = None,
    ) -> Fault:
        return fault(word, node, at=at, after=after, duration=duration, every=every)

    make.__name__ = make.__qualname__ = word.value
    make.__doc__ = f"{does}"
    return make


crash = _on_node(FaultWord.CRASH, "Stop daemon and kernel at once; the port keeps its carrier.")
power = _on_node(FaultWord.POWER, "Stop daemon and kernel at once; the port loses its carrier.")
kill = _on_node(FaultWord.KILL, "End the daemon without goodbye; the kernel answers, the VIP stays.")
kill_parent = _on_node(
    FaultWord.KILL_PARENT, "End keepalived's parent process: its child leaves in order (goodbye, release)."
)
kill_child = _on_node(
    FaultWord.KILL_CHILD, "End keepalived's child process: the parent starts a new one at once."
)
stop = _on_node(FaultWord.STOP, "End the daemon in order: it says goodbye and releases the VIP.")
hang = _on_node(FaultWord.HANG, "Freeze the daemon; the kernel answers.")
freeze = _on_node(FaultWord.FREEZE, "Freeze daemon and kernel (a paused VM); the port keeps its carrier.")
link_down = _on_node(FaultWord.LINK_DOWN, "Take the link down at the host's end: the daemon sees it.")
port_down = _on_node(FaultWord.PORT_DOWN, "Take the link down at the switch's end: the daemon sees it.")
isolate = _on_node(FaultWord.ISOLATE, "Drop all frames of a host; the carrier stays.")
partition = _on_node(
    FaultWord.PARTITION, 'Drop frames between groups: ``partition("db1|db2,app1", at="5s")``.'
)
oneway = _on_node(FaultWord.ONEWAY, 'Drop frames from the first group to the second: ``oneway("db1|db2")``.')
restart = _on_node(FaultWord.RESTART, "Start the daemon again (after kill or stop).")
reboot = _on_node(
    FaultWord.REBOOT,
    "Boot the machine again: the way back of crash and power. Alone: a boot in no time.",
)
cont = _on_node(FaultWord.CONT, "Let the daemon go on (after hang).")
thaw = _on_node(FaultWord.THAW, "Let the machine go on (after freeze).")
link_up = _on_node(FaultWord.LINK_UP, "Take the link up again at the host's end.")
port_up = _on_node(FaultWord.PORT_UP, "Take the link up again at the switch's end.")


def heal(
    target: str = "all",
    *,
    at: Time | str | At | None = None,
    after: After | Mapping[str, str | Time] | None = None,
    every: Time | str | None = None,
) -> Fault:
    """End what isolate, partition, oneway, drop, delay or jitter did to `target` (default: to all)."""
    return fault(FaultWord.HEAL, target, at=at, after=after, every=every)


def _with_value(word: FaultWord, default: str, does: str) -> Maker:
    def make(
        target: str,
        value: str = default,
        *,
        at: Time | str | At | None = None,
        after: After | Mapping[str, str | Time] | None = None,
        duration: Time | str | None = None,
        every: Time | str | None = None,
    ) -> Fault:
        return fault(word, target, at=at, after=after, value=value, duration=duration, every=every)

    make.__name__ = make.__qualname__ = word.value
    make.__doc__ = does
    return make


drop = _with_value(FaultWord.DROP, "all", 'Drop frames of a kind: ``drop("sw1>app1", "garp 30%", at="5s")``.')
delay = _with_value(FaultWord.DELAY, "10ms", 'Delay frames: ``delay("db1", "20ms", at="5s")``.')
jitter = _with_value(FaultWord.JITTER, "10ms", "Delay frames by a time drawn from 0 to the value, in order.")


def _on_service(word: FaultWord, does: str) -> Maker:
    def make(
        node: str,
        service: str = "",
        *,
        at: Time | str | At | None = None,
        after: After | Mapping[str, str | Time] | None = None,
        duration: Time | str | None = None,
        every: Time | str | None = None,
    ) -> Fault:
        target = f"{node}.{service}" if service else node
        return fault(word, target, at=at, after=after, duration=duration, every=every)

    make.__name__ = make.__qualname__ = word.value
    make.__doc__ = does
    return make


service_stop = _on_service(
    FaultWord.SERVICE_STOP, 'Stop a service: ``service_stop("db1", "database", at="5s")``.'
)
service_hang = _on_service(FaultWord.SERVICE_HANG, "Hang a service: it takes queries and answers none.")
service_start = _on_service(FaultWord.SERVICE_START, "Start a service again.")


def reload(
    node: str,
    value: str = "",
    *,
    at: Time | str | At | None = None,
    after: After | Mapping[str, str | Time] | None = None,
    every: Time | str | None = None,
) -> Fault:
    """Let keepalived read its configuration again: ``reload("n1", "priority=90 vips=service", at="5s")``."""
    return fault(FaultWord.RELOAD, node, at=at, after=after, value=value, every=every)


script_fail = _with_value(
    FaultWord.SCRIPT_FAIL,
    "",
    'Let a tracked script fail from now on, or hang: ``script_fail("db1.check", "hang", at="5s")``.',
)
script_ok = _with_value(FaultWord.SCRIPT_OK, "", "Let a tracked script succeed again.")


track_down = _with_value(
    FaultWord.TRACK_DOWN,
    "",
    'Let something tracked go bad: ``track_down("db1.eth1")``, a process, or a file: ``("db1.load", "10")``.',
)
track_up = _with_value(FaultWord.TRACK_UP, "", "Let a tracked interface, process or file be as it was.")


def inject(
    node: str,
    packet: SupportsBytes | bytes,
    *,
    at: Time | str | At | None = None,
    after: After | Mapping[str, str | Time] | None = None,
    every: Time | str | None = None,
) -> Fault:
    """Send a forged Ethernet frame from a host's interface.

    Parameters
    ----------
    node : str
        ``node`` or ``node.iface``: where it leaves.
    packet : bytes or anything with ``__bytes__``
        The whole frame, for instance a scapy packet that begins with ``Ether``.
    """
    if isinstance(packet, str | int):
        raise Refusal(
            f"{shown(str(packet))} is no frame", "give bytes, or a scapy packet that begins with Ether"
        )
    return fault(FaultWord.INJECT, node, at=at, after=after, value=bytes(packet).hex(), every=every)
