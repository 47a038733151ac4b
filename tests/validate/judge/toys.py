"""A toy laboratory: failovers of one pair, drawn from a few lines of arithmetic.

The judge does not know where rows come from. What a right model is, is so known exactly here: the same
function with another seed.
"""

import random
from typing import Any

Row = dict[str, Any]
PRIORITIES = {"n1": 150, "n2": 100}


class Toy:
    """Failovers of a pair (rows ``toy``) and the healing of a partition (``toy:recover``).

    Parameters
    ----------
    shift
        Seconds that the client's answers come later than they should.
    late
        Seconds that the new master comes later.
    bursts
        Times after the take-over at which five announcements are sent.
    answers
        Whether the winner announces when it hears a lower advert.
    """

    def __init__(self, shift=0.0, late=0.0, bursts=(0.0, 5.0), answers=True, silent=0.5):
        self.shift, self.late, self.bursts = shift, late, bursts
        self.answers, self.silent = answers, silent

    def failover(self, draw: random.Random, phase: float, trial: int = 0) -> Row:
        """One crash of n1, `phase` seconds after its last advert."""
        detect = 3.609 - phase + draw.expovariate(1 / 0.001) + self.late
        garps = [detect + at + 0.0002 * n + draw.expovariate(500) for at in self.bursts for n in range(5)]
        first = min(garps) + draw.random() * 0.002 + draw.random() ** 4 * 0.01 + self.shift
        end = first + 6
        return self._row(
            "toy",
            trial,
            phase_s=phase,
            detect_s=detect,
            mdi_s=detect + phase,
            first_reply_new_s=first,
            outage_s=first + 0.001,
            garps=sorted(garps),
            garps_old=[],
            adverts_old=[[-phase - n, 150] for n in (2, 1, 0)],
            adverts_new=[[detect + n + draw.random() * 0.001, 100] for n in range(6)],
            owners=[["n1", -0.05, -0.001, 25], ["n2", first, end, 3000]],
            window={"frames_from_s": -4, "replies_from_s": -0.05, "to_s_at_least": end},
        )

    def heal(self, draw: random.Random, age: float, trial: int = 0) -> Row:
        """A partition heals `age` seconds before n1's next advert; n2's comes first, or n1's."""
        detect = age + draw.expovariate(1 / 0.001)
        lucky = draw.random() >= self.silent
        silence = 0.0 if lucky and self.answers else 3.2 + 1.8 * draw.random()
        first = detect + max(silence, draw.random() * 0.005) + self.shift
        garps = [detect + 0.0002 * n for n in range(5)] if lucky and self.answers else []
        end = first + 0.6
        return self._row(
            "toy:recover",
            trial,
            detect_s=detect,
            mdi_s=None,
            first_reply_new_s=first,
            outage_s=silence if silence else 0.0,
            garps=garps,
            garps_old=[],
            adverts_old=[[-age - 0.3, 100]],
            adverts_new=[[detect + n, 150] for n in range(2)],
            owners=[["n2", -0.05, detect, 25], ["n1", first, end, 300]],
            window={"frames_from_s": -4, "replies_from_s": -0.05, "to_s_at_least": end},
        )

    @staticmethod
    def _row(exp: str, trial: int, **fields: Any) -> Row:
        form = "op1 tha=ff:ff:ff:ff:ff:ff src=02:00:00:00:00:02"
        return {
            "exp": exp,
            "trial": trial,
            "daemon": "keepalived",
            "setup": {"kind": "failover"},
            "censored": False,
            "switched": True,
            "stall_ms": 8.0,
            "fault_call_ms": 0.2,
            "cut": {},
            "garp_form": form if fields["garps"] else None,
            **fields,
        }


def recorded_and_runs(
    recorded: Toy, model: Toy, seed: int, rows: int = 16, runs: int = 40
) -> list[tuple[Row, list[Row]]]:
    """Rows of one toy, each with runs of another under the same conditions."""
    draw = random.Random(f"recorded {seed}")
    found = []
    for trial in range(rows):
        phase, again = draw.random(), random.Random(f"runs {seed} {trial}")
        found.append(
            (
                recorded.failover(draw, phase, trial),
                [model.failover(again, phase) for _ in range(runs)],
            )
        )
        found.append(
            (
                recorded.heal(draw, phase, trial),
                [model.heal(again, phase) for _ in range(runs)],
            )
        )
    return found
