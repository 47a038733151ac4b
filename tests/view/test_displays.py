"""What a notebook shows is complete, escaped, and comes without any import by trace or scenario."""

import base64
import re
import subprocess
import sys
from dataclasses import replace
from html import unescape
from typing import Any

from tests.view import runs
from vipsim.scenario.model import At, Fault, FaultWord, Scenario
from vipsim.stats import Table
from vipsim.trace import Level, Trace
from vipsim.units import SECOND
from vipsim.view import register_displays, scenario_html, table_html, trace_html

HOSTILE = "<script>alert(1)</script>\"'&$_{"


class Formatter:
    """The part of IPython's formatter that is used."""

    def __init__(self) -> None:
        self.known: dict[type, Any] = {}

    def for_type(self, kind: type, display: Any) -> None:
        self.known[kind] = display


class Shell:
    def __init__(self) -> None:
        self.display_formatter = self
        self.formatters = {"text/html": Formatter()}


def pictures(html: str) -> list[str]:
    found = re.findall(r'src="data:image/svg\+xml;base64,([^"]*)"', html)
    return [base64.b64decode(data).decode("utf-8") for data in found]


def test_displays_are_registered_for_the_three_types() -> None:
    shell = Shell()
    assert register_displays(shell) is True
    known = shell.formatters["text/html"].known
    assert set(known) == {Scenario, Trace, Table}
    assert "<table>" in known[Table](Table.from_rows([{"a": 1}]))


def test_without_a_notebook_nothing_happens() -> None:
    code = "from vipsim.view import register_displays; import sys; print(register_displays())"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "False"
    assert not hasattr(Trace, "_repr_html_")


def test_ipython_shows_them() -> None:
    code = (
        "from IPython.core.interactiveshell import InteractiveShell\n"
        "from vipsim.stats import Table\n"
        "from vipsim.view import plot_cdf, register_displays\n"
        "shell = InteractiveShell.instance()\n"
        "assert register_displays()\n"
        "for shown in (Table.from_rows([{'a': 1}]), plot_cdf([1, 2])):\n"
        "    print(sorted(shell.display_formatter.format(shown)[0]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout.splitlines() == ["['text/html', 'text/plain']"] * 2, done.stderr


def test_a_scenario_shows_topology_and_table() -> None:
    crash = Fault(FaultWord.CRASH, "db1", At(5 * SECOND, 6 * SECOND))
    scenario = replace(runs.lan(2), faults=(crash,), description="two databases")
    html = scenario_html(scenario)
    assert len(pictures(html)) == 1
    for word in ("database-pair", "two databases", "192.168.1.219/24", "vrrp 51", "crash db1 at 5s..6s"):
        assert word in html


def test_a_trace_shows_numbers_and_timeline() -> None:
    trace = runs.crash_run(2, censored=("app2",))
    html = trace_html(trace)
    assert len(pictures(html)) == 1
    for word in ("crash:db1", "3.109375", "blackout app1", "&gt; 15.004 s", "seed 7", "violations"):
        assert word in html


def test_a_trace_without_records_shows_its_phases() -> None:
    html = trace_html(runs.crash_run(level=Level.SUMMARY))
    assert len(pictures(html)) == 1
    assert "parts of the blackouts" in html
    assert "no failover" in trace_html(runs.Run({"name": "quiet"}, Level.SUMMARY).finish(SECOND))


def test_a_long_table_is_shortened_and_says_so() -> None:
    html = table_html(Table.from_rows([{"seed": number} for number in range(100)]))
    assert html.count("<tr>") == 61
    assert "the first 60 of 100 rows" in html


def test_everything_is_escaped() -> None:
    scenario = replace(runs.lan(), name=HOSTILE, description=HOSTILE)
    trace = runs.crash_run(name=HOSTILE)
    for html in (
        scenario_html(scenario),
        trace_html(trace),
        table_html(Table.from_rows([{HOSTILE: HOSTILE}])),
    ):
        assert "<script" not in html
        assert HOSTILE in unescape(html)
        assert all("<script" not in picture for picture in pictures(html))
