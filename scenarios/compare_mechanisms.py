"""Heartbeat pull, heartbeat push or VRRP: which one brings the service back first.

The document's pair under each mechanism, with the same interval of 1 s, on the same seeds. Each closed
form is drawn over what was found; a client sees up to one probe spacing (20 ms) more than it.
Run it with plain `python compare_mechanisms.py`; the table and the picture are in `out`.
"""

from pathlib import Path

import vipsim as vs

SEEDS = range(1, 201)
PAIR = {"faults": [vs.crash("db1", at="5s")], "client_interval": "20ms", "duration": "12s"}
ARMS = {
    "heartbeat pull": vs.pair("heartbeat", mode="pull", **PAIR),
    "heartbeat push": vs.pair("heartbeat", mode="push", **PAIR),
    "VRRP": vs.pair("vrrp", **PAIR),
}


def main(workers: int = 1) -> None:
    found = vs.compare(None, ARMS, SEEDS, quiet_time="10000s", workers=workers)
    print(found)

    out = Path("out")
    out.mkdir(exist_ok=True)
    found.table.to_csv(out / "compare_mechanisms.csv")
    ax = None
    for arm, sample in found.samples.items():
        ax = vs.plot_cdf(sample, found.laws[arm], ax, label=arm, column="blackout", seeds=SEEDS)
    ax.figure.savefig(out / "compare_mechanisms.png")


if __name__ == "__main__":  # with workers, each of them imports this file: main(workers=2)
    main()
