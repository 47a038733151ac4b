"""Many runs: one setting against another on the same seeds, and samples for a distribution.

`compare` answers which of several settings is better and what it costs; `sample` runs one scenario
over many seeds and returns a row for each; `predict` says what faults will do to a scenario. They are serial
unless asked for workers, and their rows are the same bytes whoever did the work.
"""

from vipsim.study.compare import Comparison, compare
from vipsim.study.predict import Prediction, predict
from vipsim.study.runs import SAMPLE_UNITS, Run, sample
from vipsim.study.seeds import parse_seeds

__all__ = ["SAMPLE_UNITS", "Comparison", "Prediction", "Run", "compare", "parse_seeds", "predict", "sample"]
