"""The judge of recorded failovers: recorded rows against simulated rows of the same trials.

It knows no simulator and no scenario: a row is plain data with the fields of the recording
(`fields` in its experiments.json), and a model is whatever gave the runs. docs/fidelity.md tells what is
held against what, and how strictly.
"""

from vipsim.validate.judge.evidence import Evidence, weigh
from vipsim.validate.judge.verdicts import LEVEL, Judgment, Verdict, judge

__all__ = ["LEVEL", "Evidence", "Judgment", "Verdict", "judge", "weigh"]
