"""How a quantity spreads over the runs, each number with its 95 % interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from vipsim.stats import Censored, Duration, Estimate, proportion, quantile, quantile_interval
from vipsim.units import SECOND


@dataclass(frozen=True, slots=True)
class Spread:
    """A sample of durations in ns, reduced. Quantiles have exact (order-statistic) intervals."""

    n: int
    p50: Estimate[Duration]
    p95: Estimate[Duration]
    worst: Duration | None
    felt: Estimate[float]
    """Share of the runs in which it was more than nothing, with Wilson's interval."""

    def to_data(self) -> dict[str, Any]:
        """Return JSON-able data: times as ints of ns, censored ones as text such as ``> 15 s``."""
        return {
            "n": self.n,
            "p50": estimate_data(self.p50),
            "p95": estimate_data(self.p95),
            "worst": time_data(self.worst),
            "felt": estimate_data(self.felt),
        }


def spread(sample: Sequence[Duration]) -> Spread:
    """Reduce a sample."""
    some = sum(isinstance(one, Censored) or one > 0 for one in sample)
    return Spread(
        n=len(sample),
        p50=quantile_interval(sample, 0.5),
        p95=quantile_interval(sample, 0.95),
        worst=quantile(sample, 1) if sample else None,
        felt=proportion(some, len(sample)),
    )


def estimate_data(estimate: Estimate[Any]) -> dict[str, Any]:
    """An estimate as JSON-able data."""
    return {name: time_data(getattr(estimate, name)) for name in ("value", "low", "high")}


def time_data(value: Any) -> Any:
    """A value as JSON-able data."""
    return str(value) if isinstance(value, Censored) else value


# --- for people ------------------------------------------------------------------------------


def time_text(value: Duration | None, digits: int = 2) -> str:
    """A time in seconds without its unit: ``3.10``, ``> 15``, ``-``."""
    if value is None:
        return "-"
    if isinstance(value, Censored):
        return f"> {value.after / SECOND:.0f}"
    return f"{value / SECOND:.{digits}f}"


def interval_text(estimate: Estimate[Duration]) -> str:
    """``3.10 [3.05, 3.15]``, seconds."""
    value, low, high = (time_text(one) for one in (estimate.value, estimate.low, estimate.high))
    return value if value == low == high else f"{value} [{low}, {high}]"


def share_text(share: Estimate[float]) -> str:
    """``39 % [33, 46]``."""
    if share.value is None or share.low is None or share.high is None:
        return "-"
    return f"{100 * share.value:.0f} % [{100 * share.low:.0f}, {100 * share.high:.0f}]"
