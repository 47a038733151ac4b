"""``python -m tests.benchmarks W1 --clients 100 --json`` prints one JSON line of figures."""

from __future__ import annotations

import argparse
import json
import sys

from tests.benchmarks.measure import measure_w1, measure_w2
from tests.benchmarks.replay import measure_replay
from tests.benchmarks.startup import measure_startup


def main() -> int:
    """Measure one workload and print its figures."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("workload", choices=["W1", "W2", "startup", "replay"])
    parser.add_argument("--clients", type=int, default=100, help="W1: number of clients (default 100)")
    parser.add_argument("--runs", type=int, default=1000, help="W2: number of runs (default 1000)")
    parser.add_argument(
        "--events", type=int, default=20_000, help="replay: what happens in the run (default 20000)"
    )
    parser.add_argument("--seed", type=int, default=0, help="W1: seed of the run")
    parser.add_argument(
        "--neighbor",
        default="reference",
        help="profile of every host's cache, such as linux (default reference)",
    )
    parser.add_argument(
        "--vrrp", default="reference", help="profile of the routers, such as keepalived (default reference)"
    )
    parser.add_argument("--json", action="store_true", help="one JSON line instead of a table")
    args = parser.parse_args()
    if args.workload == "startup":
        row = measure_startup()
    elif args.workload == "replay":
        row = measure_replay(args.events)
    elif args.workload == "W1":
        row = measure_w1(args.clients, args.seed, args.neighbor, args.vrrp)
    else:
        row = measure_w2(args.runs, args.neighbor, args.vrrp)
    if args.json:
        print(json.dumps(row))
    else:
        for name, value in row.items():
            print(f"{name:30} {value}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
