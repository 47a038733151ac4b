"""Pictures of traces, tables and scenarios, and what a notebook shows of them.

A plot takes data and perhaps an Axes and returns the Axes; it shows nothing, saves nothing and
measures nothing: the numbers are `trace.metrics` and `vipsim.stats`. `save` writes a picture.

This room needs the extra ``plot``. Its figures are made without pyplot and leave no global state.
"""

from vipsim._extras import require

require("plot", "matplotlib")  # before any room below imports it: a missing one is answered in one line

from vipsim.view.caches import plot_caches  # noqa: E402
from vipsim.view.cdf import plot_cdf  # noqa: E402
from vipsim.view.displays import register_displays, scenario_html, table_html, trace_html  # noqa: E402
from vipsim.view.ladder import plot_ladder  # noqa: E402
from vipsim.view.phases import plot_phases  # noqa: E402
from vipsim.view.style import save, to_svg  # noqa: E402
from vipsim.view.timeline import plot_timeline  # noqa: E402
from vipsim.view.topology import plot_topology  # noqa: E402

__all__ = [
    "plot_timeline",
    "plot_cdf",
    "plot_phases",
    "plot_topology",
    "plot_ladder",
    "plot_caches",
    "save",
    "to_svg",
    "register_displays",
    "scenario_html",
    "trace_html",
    "table_html",
]
