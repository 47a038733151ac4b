"""What a configuration will do when something breaks: how long, for whom, who ends as master.

A *prediction* runs a scenario once per seed under each of a few faults (`vipsim.study.predict.faults`), which
hit the node that is master, and which end again where they can, so that the return is seen: preemption, two
masters that meet, a survivor that tells nobody. Each number carries its 95 % interval.
"""

from vipsim.study.predict.faults import DEFAULT_FAULTS, PlannedFault, parse_fault_words
from vipsim.study.predict.prediction import FaultPrediction, Prediction, predict
from vipsim.study.predict.support import Support, support_of

__all__ = [
    "DEFAULT_FAULTS",
    "FaultPrediction",
    "PlannedFault",
    "Prediction",
    "Support",
    "parse_fault_words",
    "predict",
    "support_of",
]
