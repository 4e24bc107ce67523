"""What the simulations say: each strategy against random and against the best, over paired seeds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from flows.simulation.measures import REACHED
from loop.objective import FloatArray

RESAMPLES = 10_000
LEVEL = 0.95
CONTROL = "random"
ENDS = ("hypervolume_share", "pareto_recall", "top_recall", "distance")


@dataclass(frozen=True)
class Summary:
    """One row for each scenario, and a sentence.

    Attributes
    ----------
    table
        Means at the end of the budget and 95 % intervals, the best first.
    advice
        What to do, and how sure that is.
    calibration
        One row for each scenario and learned property: means over seeds, at the end of the budget, of what
        became of the surrogate's expectations; see :mod:`loop.calibration`. ``alarm`` is the share of seeds
        in which it was of no use.
    """

    table: pd.DataFrame
    advice: str
    calibration: pd.DataFrame

    @property
    def alarms(self) -> list[str]:
        """Properties of which most seeds found the surrogate's expectations to be useless, and with whom."""
        useless = self.calibration[self.calibration["alarm"] > 0.5]
        told = []
        for name, some in useless.groupby("property", sort=False):
            rows = zip(some["scenario"], some["alarm"], strict=True)
            shares = ", ".join(f"{scenario} {alarm:.0%}" for scenario, alarm in rows)
            told.append(
                f"the surrogate of {name} was of no use or too sure of itself in most seeds ({shares})"
            )
        return told


CALIBRATION = ("coverage_95", "nll", "plain_nll", "miscalibration", "rank_correlation", "alarm")


def summarise(results: pd.DataFrame) -> Summary:
    """Compare scenarios at the end of the budget and on the way.

    ``area`` is the mean share of the pool's hypervolume over the evaluations after the initial design: what a
    strategy is worth when it is not known beforehand where the campaign will stop. Against random: the
    difference of areas; ``enrichment``, the top molecules found over those random found; ``acceleration``,
    the evaluations random took for its last hypervolume over those this strategy took. Then what it takes to
    hold 95 % of the pool's hypervolume: ``reached``, the share of seeds that did, and the medians over seeds
    of evaluations, core-hours and hours of clock, a seed that never did counting as later than any other. At
    the end of the budget: mean hours of clock, and share of the places' time in which nothing ran. Intervals
    are percentiles of a bootstrap over seeds, which all scenarios share.

    Parameters
    ----------
    results
        The long table, one row for each scenario, seed and round.
    """
    # Where places are filled as they fall free, the first decision comes before the last initial answer.
    begin = float(results.groupby(["scenario", "seed"])["evaluations"].first().max())
    areas = {str(name): _areas(some, begin) for name, some in results.groupby("scenario", sort=False)}
    order = sorted(areas, key=lambda name: -areas[name].mean())
    control = results[results["scenario"] == CONTROL]
    rows = []
    for name in order:
        some = results[results["scenario"] == name]
        last = some.groupby("seed").last()
        row: dict[str, object] = {
            "scenario": name,
            "seeds": len(last),
            "evaluations": int(last["evaluations"].max()),
        }
        row |= _interval("area", areas[name])
        for column in ENDS:
            row[column] = float(last[column].mean())
        row["decision_seconds"] = float((some["fit_seconds"] + some["proposal_seconds"]).mean())
        if len(control) and name != CONTROL:
            row |= _interval("area_over_random", areas[name] - areas[CONTROL])
            found = last["top_recall"].to_numpy(), control.groupby("seed").last()["top_recall"].to_numpy()
            row |= _interval("enrichment", *found)
            row |= _interval("acceleration", *_evaluations_to_match(some, control))
        row |= _to_reach(some)
        row["clock_hours"] = float(last["clock_seconds"].mean() / 3600)
        row["idle"] = float(last["idle"].mean())
        rows.append(row)
    return Summary(pd.DataFrame(rows), _advice(order, areas), _calibration(results, order))


def _calibration(results: pd.DataFrame, order: list[str]) -> pd.DataFrame:
    names = [str(c).removeprefix("nll ") for c in results.columns if str(c).startswith("nll ")]
    last = results.groupby(["scenario", "seed"]).last()
    rows = [
        {"scenario": scenario, "property": name}
        | {column: last.loc[scenario][f"{column} {name}"].mean() for column in CALIBRATION}
        for scenario in order
        for name in names
    ]
    found = pd.DataFrame(rows, columns=["scenario", "property", *CALIBRATION])
    return found.dropna(subset=["nll"], ignore_index=True)


def _areas(some: pd.DataFrame, begin: float) -> FloatArray:
    """Mean share of the hypervolume over the evaluations from ``begin`` on, one for each seed."""
    return np.array([_area(one, begin) for _, one in some.groupby("seed")])


def _area(one: pd.DataFrame, begin: float) -> float:
    x, y = one["evaluations"].to_numpy(float), one["hypervolume_share"].to_numpy(float)
    later = x > begin
    x, y = np.append(begin, x[later]), np.append(np.interp(begin, x, y), y[later])
    return float(y[-1]) if len(x) < 2 else float(np.trapezoid(y, x) / (x[-1] - x[0]))


def _evaluations_to_match(some: pd.DataFrame, control: pd.DataFrame) -> tuple[FloatArray, FloatArray]:
    """Evaluations that random and this strategy took for random's last hypervolume, one pair per seed.

    Where the strategy never got there its whole budget is counted: the ratio is then too kind to it, and
    below the one it would have.
    """
    pairs = []
    for seed, one in some.groupby("seed"):
        other = control[control["seed"] == seed]
        level = other["hypervolume_share"].max()
        pairs.append([_first_at(other, level), _first_at(one, level)])
    theirs, ours = np.array(pairs, dtype=np.float64).T
    return theirs, ours


def _first_at(one: pd.DataFrame, level: float) -> float:
    reached = one["hypervolume_share"] >= level
    return float(one["evaluations"][reached].iloc[0] if reached.any() else one["evaluations"].iloc[-1])


def _to_reach(some: pd.DataFrame) -> dict[str, float]:
    """What a seed had spent when it first held ``REACHED`` of the pool's hypervolume."""
    held = some[some["hypervolume_share"] >= REACHED].groupby("seed").first()
    seeds = some["seed"].unique()
    row = {"reached": len(held) / len(seeds)}
    for name, column, unit in (
        ("evaluations_to_reach", "evaluations", 1.0),
        ("core_hours_to_reach", "cost_seconds", 3600.0),
        ("hours_to_reach", "seconds_to_reach", 3600.0),
    ):
        row |= _median_interval(name, held[column].reindex(seeds, fill_value=np.inf).to_numpy(float) / unit)
    return row


def _median_interval(name: str, values: FloatArray) -> dict[str, float]:
    """Median with its bootstrap interval over seeds; values may be infinite."""
    drawn = np.random.default_rng(0).integers(len(values), size=(RESAMPLES, len(values)))
    medians, tail = np.sort(np.median(values[drawn], axis=1)), (1 - LEVEL) / 2
    low, high = medians[int(tail * RESAMPLES)], medians[int((1 - tail) * RESAMPLES)]
    return {name: float(np.median(values)), f"{name}_low": float(low), f"{name}_high": float(high)}


def _interval(name: str, values: FloatArray, under: FloatArray | None = None) -> dict[str, float]:
    """Mean (or ratio of means) with its bootstrap interval over seeds."""
    drawn = np.random.default_rng(0).integers(len(values), size=(RESAMPLES, len(values)))
    means, mean = values[drawn].mean(axis=1), values.mean()
    if under is not None:
        with np.errstate(divide="ignore", invalid="ignore"):
            means, mean = means / under[drawn].mean(axis=1), mean / under.mean()
    tail = (1 - LEVEL) / 2
    means = means[np.isfinite(means)]
    low, high = np.quantile(means, (tail, 1 - tail)) if len(means) else (np.nan, np.nan)
    return {name: float(mean), f"{name}_low": float(low), f"{name}_high": float(high)}


def _advice(order: list[str], areas: dict[str, FloatArray]) -> str:
    best = order[0]
    if len(order) == 1:
        return f"Only '{best}' was simulated; add a scenario to compare it with."
    n = len(areas[best])
    if n < 5:
        return f"'{best}' is ahead, but {n} seeds decide nothing; use 20."
    equal = [name for name in order[1:] if _interval("d", areas[best] - areas[name])["d_low"] <= 0.0]
    beaten = len(order) - 1 - len(equal)
    named = ", ".join(f"'{name}'" for name in equal)
    if best == CONTROL or CONTROL in equal:
        return (
            f"No strategy is shown to beat chance here with {n} paired seeds. More seeds, more evaluations "
            "or molecules that resemble each other would be needed."
        )
    if not equal:
        return f"Use '{best}': it is ahead of every other over {n} paired seeds; no 95 % interval holds zero."
    return (
        f"Use '{best}': it is ahead on average; {named} cannot be told from it with {n} paired seeds, "
        f"{beaten} of {len(order) - 1} others are beaten."
    )
