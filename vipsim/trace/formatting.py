"""A trace in words: the numbers of a run, the neighbor cache as the document prints it, and the story.

Everything is in seconds with a unit; a client that did not recover prints as ``> 15 s``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from vipsim.trace.facts_reading import read_facts
from vipsim.trace.formatting_services import SENTENCES as OF_SERVICES
from vipsim.trace.formatting_services import failed_text, service_lines
from vipsim.trace.outcome import PARTS, ClientOutage, Failover, Metrics
from vipsim.trace.records import Level, Record
from vipsim.trace.trace import Trace
from vipsim.units import SECOND, Time, format_duration, seconds

# --- numbers -------------------------------------------------------------------------------


def report(trace: Trace) -> str:
    """Return the numbers of a run as text: every failover with its parts, every client, what must not be."""
    metrics = trace.metrics
    lines = [f"{trace.name}, seed {trace.seed}, {format_duration(trace.duration)} ({trace.world})"]
    for failover in metrics.failovers:
        lines += ["", *_failover_lines(metrics, failover)]
    if not metrics.failovers:
        lines += ["", "no failover"]
    lines += ["", "all silences of the clients:"]
    for name, client in metrics.clients.items():
        total = blackout_text(ClientOutage(client.blackout, client.censored))
        longest = f"{'> ' if client.longest_censored else ''}{seconds(client.longest)}"
        more = (", never answered" if client.never else "") + failed_text(metrics, name)
        lines.append(f"  {name:<12} {total:>9} in {len(client.silences)}, longest {longest}{more}")
    lines += [
        f"note: {name} was not answered once: its silence is counted from its first probe, "
        "whatever the faults did"
        for name, client in metrics.clients.items()
        if client.never
    ]
    lines += service_lines(metrics)
    lines += [
        "",
        f"dual master {seconds(metrics.dual_master)}, dual owner {seconds(metrics.dual_owner)}, "
        f"false failovers {metrics.false_failovers}, messages of the protocol {metrics.adverts}",
    ]
    if trace.level >= Level.PROTOCOL:
        lines += [f"VIOLATION {violation}" for violation in trace.violations]
        lines += [f"MISCONFIGURED {one.text}" for one in trace.misconfigured]
    return "\n".join(lines)


def _failover_lines(metrics: Metrics, failover: Failover) -> Iterator[str]:
    if failover.kind == "failback":
        yield _failback_line(metrics, failover)
        return
    false = "false " if failover.false else "needless " if failover.needless else ""
    yield (
        f"{false}{failover.kind} of {failover.machine} from {failover.old} to {failover.new}, "
        f"fault {failover.fault} at {seconds(failover.fault_at)}"
    )
    for name in (*PARTS[1:], "convergence"):
        yield f"  {name:<12} {_part_text(failover, name):>9}"
    for client, outage in failover.clients.items():
        failed = failed_text(metrics, client, failover)
        yield f"  {client:<12} {blackout_text(outage):>9} blackout{_never_text(outage)}{failed}"


def _part_text(failover: Failover, name: str) -> str:
    """Length of a part; ``never`` for what the run ended without, ``-`` for what nobody waited for."""
    value: Time | None = getattr(failover, name)
    if value is not None:
        return seconds(value)
    silent = [outage for outage in failover.clients.values() if outage.last is not None]
    waits = {
        "repair": bool(silent) and all(outage.first is None for outage in silent),
        "convergence": any(outage.first is None for outage in silent),
    }
    return "never" if waits.get(name, True) else "-"


def _never_text(outage: ClientOutage) -> str:
    if not outage.never:
        return ""
    return " since its first probe: never answered" + ("" if outage.censored else " before")


def _failback_line(metrics: Metrics, failover: Failover) -> str:
    """A return that no fault caused has no parts to show: when, why, and who felt it."""
    felt = []
    for client, outage in failover.clients.items():
        failed = failed_text(metrics, client, failover)
        if outage.last is not None or failed:
            felt.append(f"{client} silent {blackout_text(outage)}{failed}")
    return (
        f"failback of {failover.machine} from {failover.old} to {failover.new} "
        f"at {seconds(failover.takeover_at)} ({failover.why}): "
        + (", ".join(felt) or ("no client noticed" if failover.clients else "no client was measured"))
    )


def blackout_text(outage: ClientOutage) -> str:
    """Length of a blackout for people; of a censored one the whole seconds that it surely lasted.

    >>> blackout_text(ClientOutage(15_007_000_000, censored=True))
    '> 15 s'
    """
    if not outage.censored:
        return seconds(outage.blackout)
    whole = outage.blackout // SECOND
    return f"> {whole} s" if whole else f"> {seconds(outage.blackout)}"


# --- the neighbor cache --------------------------------------------------------------------


def arp_lines(trace: Trace, node: str, at: Time | str) -> list[str]:
    """Return a host's neighbor cache as ``arp -an`` prints it: ``(ip) at mac [ether] on iface``.

    The virtual addresses come first, as in the source document.
    """
    table = sorted(trace.arp_table(node, at), key=lambda entry: str(entry[0]) not in trace.vips)
    return [f"({ip}) at {mac} [ether] on {iface}" for ip, mac, iface in table]


# --- the story -----------------------------------------------------------------------------


def narrate(trace: Trace, wake_ups: bool = False) -> Iterator[str]:
    """Tell the run: a sentence per record (see `sentence`), and one where a client is answered no more.

    Parameters
    ----------
    trace : Trace
        Of level ``protocol`` or ``frames``.
    wake_ups : bool
        Tell also which timers fired; what a timer led to is told anyway.
    """
    return (line for _, line in story(trace, wake_ups))


def story(trace: Trace, wake_ups: bool = False) -> list[tuple[Time, str]]:
    """Return the lines of `narrate`, each with its time in ns."""
    records = [record for record in trace.select() if wake_ups or record.kind != "timer"]
    lines = [(record.time, sentence(record)) for record in records]
    clients = read_facts(trace.header).clients
    for record in records:
        if record.kind == "gap":
            # The gap is known when it ends; the first answer was missed a probe spacing after the last.
            client, last = record.data["client"], record.data["last"]
            missed = min(record.time, last + (clients[client].interval if client in clients else 0))
            lines.append((missed, f"{seconds(missed):>10}  {client}: no answer"))
    return sorted(lines, key=lambda line: line[0])


_OF_CLIENTS = frozenset({"gap", "answered", "session", "commit", "acknowledged"})
"""Kinds of records that a client tells, not its host."""


def sentence(record: Record) -> str:
    """One record in words, with its time: ``   8.609 s  db2: vrrp 51 BACKUP -> MASTER (master down)``."""
    name = record.data["client"] if record.kind in _OF_CLIENTS else record.node
    return f"{seconds(record.time):>10}  {f'{name}: ' if name else ''}{told(record)}"


def told(record: Record) -> str:
    """What a record says, without when and of whom: ``vrrp 51 BACKUP -> MASTER (master down)``."""
    return _SENTENCES.get(record.kind, _anything)(record.data)


def _anything(data: dict[str, Any]) -> str:
    return ", ".join(f"{key} {value}" for key, value in data.items())


def _fault(data: dict[str, Any]) -> str:
    return f"fault {fault_words(data)}"


def fault_words(data: dict[str, Any]) -> str:
    """A record of kind ``fault`` in words: ``drop garp on sw1>app1 is over``."""
    value = f" {data['value']}" if data.get("value") and data["word"] != "inject" else ""
    over = " is over" if data["phase"] == "end" else ""
    return f"{data['word']}{value} on {data['target'] or 'the network'}{over}"


def _state(data: dict[str, Any]) -> str:
    return f"{data['machine']} {data['old']} -> {data['new']} ({data.get('why', '')})"


_VIP = {
    "acquire": "takes {vip}",
    "release": "gives {vip} up",
    "lost": "answers for {vip} no more",
    "regained": "answers for {vip} again",
}
_DAEMON = {
    "start": "the daemon starts",
    "stop": "the daemon ends in order",
    "kill": "the daemon is killed",
    "freeze": "the daemon is frozen",
    "thaw": "the daemon goes on",
    "reload": "the daemon reads its configuration again",
}
_ADVERT = {
    "vrrp": "advertises {machine}, priority {priority}",
    "carp": "advertises {machine}, skew {skew}",
    "heartbeat": "tells {to} that it lives ({machine})",
    "probe": "asks {to} whether it lives ({machine})",
}


def _advert(data: dict[str, Any]) -> str:
    more = {"skew": -data["priority"]} if data["form"] == "carp" and data.get("priority") is not None else {}
    return _ADVERT.get(data["form"], "sends {form} of {machine}").format_map(_Known(data | more))


def _neighbor(data: dict[str, Any]) -> str:
    if data.get("lladdr") is None:
        return f"knows no address for {data['ip']} on {data['iface']} ({data.get('new')})"
    return f"{data['ip']} is at {data['lladdr']} on {data['iface']} ({data.get('new')})"


def _fdb(data: dict[str, Any]) -> str:
    if data.get("port") is None:
        return f"forgets {data['mac']}"
    moved = f" (was {data['old_port']})" if data.get("old_port") else ""
    return f"{data['mac']} is at port {data['port']}{moved}"


def _gap(data: dict[str, Any]) -> str:
    last, first = data["last"], data["first"]
    if first is None:
        return f"no answer since {seconds(last)}, and the run ends"
    return f"answered again after {seconds(first - last)} ({data['lost']} probes lost)"


class _Known(dict[str, Any]):
    """Leaves a dash where a record does not say."""

    def __missing__(self, key: str) -> str:
        return "-"


_SENTENCES: dict[str, Callable[[dict[str, Any]], str]] = {
    "run": lambda data: f"the run {'ends' if data.get('phase') == 'end' else 'begins'}",
    "fault": _fault,
    "daemon": lambda data: _DAEMON.get(data["act"], data["act"]),
    "state": _state,
    "vip": lambda data: _VIP.get(data["act"], "does something to {vip}").format(vip=data["vip"]),
    "advert": _advert,
    "announce": lambda data: f"announces {data['vip']} at {data.get('lladdr')}",
    "timer": lambda data: f"wakes up: {data['name']} of {data['part']}",
    "neighbor": _neighbor,
    "fdb": _fdb,
    "port": lambda data: f"port {data['port']} is {data['new'].lower()} (was {data['old'].lower()})",
    "link": lambda data: f"{data['iface']} is {'up' if data['up'] else 'down'}",
    "service": lambda data: f"service {data['service']}: {data['act']}",
    "note": lambda data: data["text"],
    "gap": _gap,
    "answered": lambda data: f"answered by {data['by']}",
    **OF_SERVICES,
}
