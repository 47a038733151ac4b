"""Tables of rows, quantiles with exact intervals, closed forms. No simulator inside.

Times are whole nanoseconds (`vipsim.units`); a duration that outlasted its run is `Censored`.
Standard library only.
"""

from vipsim.stats.cells import Cell, Column
from vipsim.stats.censored import Censored, Duration
from vipsim.stats.estimate import Estimate
from vipsim.stats.fit import ks_pvalue, ks_statistic
from vipsim.stats.intervals import YEAR, poisson_mean, proportion, rate
from vipsim.stats.laws import (
    Law,
    Uniform,
    heartbeat_pull_detection,
    heartbeat_push_detection,
    vrrp_detection,
    vrrp_goodbye,
    vrrp_interval,
    vrrp_master_down,
    vrrp_skew,
)
from vipsim.stats.losses import FalseFailovers, false_failover_rate
from vipsim.stats.paired import PairedDifference, paired_difference
from vipsim.stats.quantiles import Ecdf, ecdf, quantile, quantile_interval
from vipsim.stats.table import Row, Table

__all__ = [
    "YEAR",
    "Cell",
    "Censored",
    "Column",
    "Duration",
    "Ecdf",
    "Estimate",
    "FalseFailovers",
    "Law",
    "PairedDifference",
    "Row",
    "Table",
    "Uniform",
    "ecdf",
    "false_failover_rate",
    "heartbeat_pull_detection",
    "heartbeat_push_detection",
    "ks_pvalue",
    "ks_statistic",
    "paired_difference",
    "poisson_mean",
    "proportion",
    "quantile",
    "quantile_interval",
    "rate",
    "vrrp_detection",
    "vrrp_goodbye",
    "vrrp_interval",
    "vrrp_master_down",
    "vrrp_skew",
]
