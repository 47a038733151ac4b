"""vipsim: virtual-IP failover, simulated, taught and measured.

>>> import vipsim as vs
>>> trace = vs.run(vs.pair(faults=[vs.crash("db1", at="5s")]), seed=1)
>>> trace.failovers[0].new
'db2'

Everything below is loaded on first use: ``import vipsim`` alone loads none of the libraries that
draw, dissect or check.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_FAULTS = (
    "crash", "power", "kill", "kill_parent", "kill_child", "stop", "hang", "freeze", "link_down", "port_down",
    "isolate", "partition", "oneway", "drop", "delay", "jitter", "service_stop", "service_hang",
    "script_fail", "track_down", "inject", "reload", "restart", "reboot", "cont", "thaw", "link_up",
    "port_up", "heal", "service_start", "script_ok", "track_up",
)  # fmt: skip
_PICTURES = ("plot_timeline", "plot_cdf", "plot_phases", "plot_topology", "plot_ladder", "plot_caches")

_HOMES: dict[str, str] = {
    "Scenario": "vipsim.scenario.model",
    "read_scenario": "vipsim.scenario.reader",
    "pair": "vipsim.scenario.builders",
    "read_keepalived": "vipsim.scenario.keepalived",
    "from_keepalived": "vipsim.scenario.keepalived.network",
    "lint": "vipsim.scenario.keepalived.lint",
    **dict.fromkeys(_FAULTS, "vipsim.scenario.faults"),
    "run": "vipsim.worlds",
    "run_many": "vipsim.worlds",
    "Simulation": "vipsim.sim.simulation",
    "Trace": "vipsim.trace.trace",
    "Level": "vipsim.trace.records",
    "read_trace": "vipsim.trace.jsonl",
    "write_trace": "vipsim.trace.jsonl",
    "write_pcapng": "vipsim.trace.capture",
    "write_replay": "vipsim.view.replay",
    "Table": "vipsim.stats",
    "compare": "vipsim.study.compare",
    "predict": "vipsim.study.predict",
    "explain": "vipsim.trace.journal",
    "arp_lines": "vipsim.trace.formatting",
    "blackout_text": "vipsim.trace.formatting",
    **dict.fromkeys(_PICTURES, "vipsim.view"),
    "register_displays": "vipsim.view",
    "VipsimError": "vipsim.errors",
}
"""Where each public name lives."""

_MODULES = {"topology": "vipsim.scenario.topology", "units": "vipsim.units", "laws": "vipsim.stats.laws"}
"""Public modules by short name."""

__all__ = ["__version__", *_HOMES, *_MODULES]

if TYPE_CHECKING:
    from vipsim import units as units
    from vipsim.errors import VipsimError as VipsimError
    from vipsim.scenario import topology as topology
    from vipsim.scenario.builders import pair as pair
    from vipsim.scenario.keepalived import read_keepalived as read_keepalived
    from vipsim.scenario.keepalived.lint import lint as lint
    from vipsim.scenario.keepalived.network import from_keepalived as from_keepalived
    from vipsim.scenario.model import Scenario as Scenario
    from vipsim.scenario.reader import read_scenario as read_scenario
    from vipsim.sim.simulation import Simulation as Simulation
    from vipsim.stats import Table as Table
    from vipsim.stats import laws as laws
    from vipsim.study.compare import compare as compare
    from vipsim.study.predict import predict as predict
    from vipsim.trace.formatting import arp_lines as arp_lines
    from vipsim.trace.formatting import blackout_text as blackout_text
    from vipsim.trace.journal import explain as explain
    from vipsim.trace.jsonl import read_trace as read_trace
    from vipsim.trace.jsonl import write_trace as write_trace
    from vipsim.trace.records import Level as Level
    from vipsim.trace.trace import Trace as Trace
    from vipsim.view.replay import write_replay as write_replay
    from vipsim.worlds import run as run
    from vipsim.worlds import run_many as run_many


def __getattr__(name: str) -> Any:
    """Load a public name on first use (PEP 562)."""
    if name in _HOMES:
        value = getattr(import_module(_HOMES[name]), name)
    elif name in _MODULES:
        value = import_module(_MODULES[name])
    else:
        raise AttributeError(f"module 'vipsim' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
