"""Pictures of traces, tables and scenarios, the replay page, and what a notebook shows of them.

A plot takes data and perhaps an Axes and returns the Axes; it shows nothing, saves nothing and
measures nothing: the numbers are `trace.metrics` and `vipsim.stats`. `save` writes a picture.

Pictures need the extra ``plot``; they are loaded when they are asked for, so that `vipsim.view.replay` does
without it. Figures are made without pyplot and leave no global state.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

_HOMES = {
    "plot_timeline": "timeline",
    "plot_cdf": "cdf",
    "plot_phases": "phases",
    "plot_topology": "topology",
    "plot_ladder": "ladder",
    "plot_caches": "caches",
    "save": "style",
    "to_svg": "style",
    "register_displays": "displays",
    "scenario_html": "displays",
    "trace_html": "displays",
    "table_html": "displays",
}
"""Where each name lives."""

__all__ = [*_HOMES]

if TYPE_CHECKING:
    from vipsim.view.caches import plot_caches as plot_caches
    from vipsim.view.cdf import plot_cdf as plot_cdf
    from vipsim.view.displays import register_displays as register_displays
    from vipsim.view.displays import scenario_html as scenario_html
    from vipsim.view.displays import table_html as table_html
    from vipsim.view.displays import trace_html as trace_html
    from vipsim.view.ladder import plot_ladder as plot_ladder
    from vipsim.view.phases import plot_phases as plot_phases
    from vipsim.view.style import save as save
    from vipsim.view.style import to_svg as to_svg
    from vipsim.view.timeline import plot_timeline as plot_timeline
    from vipsim.view.topology import plot_topology as plot_topology


def __getattr__(name: str) -> Any:
    """Load a name on first use (PEP 562); without matplotlib, say which extra brings it."""
    if name not in _HOMES:
        raise AttributeError(f"module 'vipsim.view' has no attribute {name!r}")
    value = getattr(import_module(f"vipsim.view.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
