"""What it costs to start: CPU seconds of whole processes, and their ratio to a bare interpreter."""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
from typing import Any

PROCESSES = 9
STARTS = {
    "bare": ["-c", "pass"],
    "import_vipsim": ["-c", "import vipsim"],
    "version": ["-m", "vipsim", "--version"],
    "run_to_result": ["-m", "vipsim", "run", "database-pair", "--json"],
}


def measure_startup() -> dict[str, Any]:
    """Median CPU seconds of `PROCESSES` processes of each kind, taken in turns; POSIX only."""
    seconds: dict[str, list[float]] = {name: [] for name in STARTS}
    for _ in range(PROCESSES):
        for name, words in STARTS.items():
            seconds[name].append(_cpu_seconds([sys.executable, *words]))
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    row: dict[str, Any] = {"workload": "startup", "processes": PROCESSES}
    for name, value in medians.items():
        row[f"{name}_cpu_s"] = round(value, 3)
        row[f"{name}_ratio"] = round(value / medians["bare"], 1)
    return row


def _cpu_seconds(command: list[str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
