"""What a notebook shows of a scenario, a trace and a table: HTML with the picture in it.

Names and descriptions come from files that anybody may have written, so all text is escaped, and pictures
are images (``data:image/svg+xml``), in which a browser runs no script.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from html import escape
from typing import Any

from vipsim.scenario.model import At, Fault, Scenario
from vipsim.stats import Censored, Table
from vipsim.trace import Level, Trace
from vipsim.trace.outcome import Failover
from vipsim.units import format_duration
from vipsim.view.phases import has_phases, plot_phases
from vipsim.view.style import to_html
from vipsim.view.timeline import plot_timeline
from vipsim.view.topology import plot_topology
from vipsim.view.words import fault_words

MOST_ROWS = 60
"""Rows of a table that a notebook shows."""


def register_displays(shell: Any = None) -> bool:
    """Teach the running notebook to show `Scenario`, `Trace` and `Table`.

    Parameters
    ----------
    shell : InteractiveShell, optional
        IPython's shell; default: the one that runs this code.

    Returns
    -------
    bool
        False if no notebook (nor other IPython) is running: then nothing is done.
    """
    if shell is None:
        # Not imported: where a notebook runs, IPython is loaded already.
        ipython = sys.modules.get("IPython")
        shell = ipython.get_ipython() if ipython is not None else None
    if shell is None:
        return False
    formatter = shell.display_formatter.formatters["text/html"]
    displays: dict[type, Callable[[Any], str]] = {
        Scenario: scenario_html,
        Trace: trace_html,
        Table: table_html,
    }
    for kind, display in displays.items():
        formatter.for_type(kind, display)
    return True


def scenario_html(scenario: Scenario) -> str:
    """Return a scenario as HTML: its topology, and what will happen in it."""
    rows = [
        ("duration", f"{format_duration(scenario.duration)}, start {scenario.start.value}"),
        ("nodes", ", ".join(node.name for node in scenario.nodes)),
        ("virtual addresses", ", ".join(f"{v.name} {v.address}/{v.prefix}" for v in scenario.vips)),
        ("groups", ", ".join(group.name for group in scenario.groups)),
        ("clients", ", ".join(f"{c.name} ({c.probe} {c.target})" for c in scenario.clients)),
        ("faults", ", ".join(_fault_words(fault) for fault in scenario.faults)),
    ]
    text = f"<p>{_escaped(scenario.description, 2000)}</p>" if scenario.description else ""
    table = _facts([(name, value) for name, value in rows if value])
    picture = to_html(plot_topology(scenario), f"topology of {scenario.name}")
    return f"<h4>{_escaped(scenario.name)}</h4>{text}{picture}{table}"


def trace_html(trace: Trace) -> str:
    """Return a trace as HTML: its numbers, and its timeline if it keeps records."""
    metrics = trace.metrics
    rows = [
        ("run", f"{format_duration(trace.duration)}, seed {trace.seed}, world {trace.world}"),
        ("frames, events", f"{metrics.frames}, {metrics.events}"),
        ("adverts", str(metrics.adverts)),
        ("two masters, two owners", f"{_seconds(metrics.dual_master)} s, {_seconds(metrics.dual_owner)} s"),
        ("false failovers", str(metrics.false_failovers)),
    ]
    picture = ""
    if trace.level >= Level.PROTOCOL:
        broken = "; ".join(str(found.text) for found in trace.violations) or "none"
        rows.append(("violations", broken))
        if trace.misconfigured:
            rows.append(("misconfigured", "; ".join(found.text for found in trace.misconfigured)))
        picture = to_html(plot_timeline(trace), f"timeline of {trace.name}")
    elif has_phases(trace):
        picture = to_html(plot_phases(trace), f"parts of the blackouts of {trace.name}")
    parts = _failover_table(trace.failovers) if trace.failovers else "<p>no failover</p>"
    return f"<h4>{_escaped(trace.name)}</h4>{picture}{parts}{_facts(rows)}"


def table_html(table: Table) -> str:
    """Return a table as HTML, a long one shortened."""
    if len(table) <= MOST_ROWS:
        return table._repr_html_()
    short = Table(table.columns, table.rows[:MOST_ROWS])
    return f"{short._repr_html_()}<p>the first {MOST_ROWS} of {len(table)} rows</p>"


def _failover_table(failovers: Sequence[Failover]) -> str:
    """One row per failover: its parts, and what each client felt."""
    rows = []
    for failover in failovers:
        row: dict[str, Any] = {"what": failover.kind, "fault": failover.fault, "at": failover.fault_at}
        row |= {"from": failover.old, "to": failover.new}
        row |= {name: getattr(failover, name) for name in ("detection", "election", "announcement", "repair")}
        row["convergence"] = failover.convergence
        for client, outage in list(failover.clients.items())[:8]:
            row[f"blackout {client}"] = Censored(outage.blackout) if outage.censored else outage.blackout
        rows.append(row)
    names = dict.fromkeys(name for row in rows for name in row)
    words = ("what", "fault", "from", "to")
    return table_html(Table.from_rows(rows, units={name: "s" for name in names if name not in words}))


def _fault_words(fault: Fault) -> str:
    when = fault.when
    if isinstance(when, At):
        low, high = format_duration(when.earliest), format_duration(when.latest)
        at = low if low == high else f"{low}..{high}"
    else:
        at = f"{format_duration(when.plus)} after {when.event} of {when.node}"
    return f"{fault_words(fault.word.value, fault.target, fault.value)} at {at}"


def _facts(rows: Sequence[tuple[str, str]]) -> str:
    lines = "".join(
        f'<tr><th style="text-align: left">{_escaped(name)}</th>'
        f'<td style="text-align: left">{_escaped(value, 2000)}</td></tr>'
        for name, value in rows
    )
    return f"<table>{lines}</table>"


def _escaped(text: str, limit: int = 300) -> str:
    return escape(text if len(text) <= limit else text[: limit - 1] + "…")


def _seconds(time: int) -> str:
    return f"{time / 1_000_000_000:.3f}"
