"""Bootstrap intervals that the benchmarks print."""

from __future__ import annotations

import pandas as pd


def bounds(values: pd.Series[float]) -> tuple[float, float]:
    """Ends of the 95 % interval of the mean, from a percentile bootstrap over seeds."""
    drawn = [values.sample(frac=1.0, replace=True, random_state=k).mean() for k in range(1000)]
    low, high = pd.Series(drawn).quantile([0.025, 0.975])
    return float(low), float(high)


def interval(values: pd.Series[float], sign: str = "") -> str:
    """Mean with its 95 % interval.

    Parameters
    ----------
    sign
        "+" writes the sign of differences.
    """
    low, high = bounds(values)
    return f"{values.mean():{sign}.3f} [{low:{sign}.3f}, {high:{sign}.3f}]"
