"""Search among molecules nobody listed: the autoencoder against the list and a graph GA, with real oracles.

    nice python -m benchmarks.de_novo [--zinc] [--seeds 10] [--arms NAME ...] [--directory build/de_novo]

Campaigns as ``zincloop run`` decides them, in one process and without Prefect: 30 molecules of the corpus
chosen as a campaign does, the same for every arm of a seed, then 8 rounds of 8. Molecules have up to ten
heavy atoms, as those of ``benchmarks.zinc_set``, and keep to the default limits otherwise. Answers and
finished campaigns are kept in the directory; the command goes on where it was stopped.

Objectives: GFN2-xTB HOMO minimised and LUMO maximised (neither oxidised at the cathode nor reduced by zinc)
and SA minimised; with --zinc the GFN2 exchange energy minimised too. These, their references, the arms and
the sizes were fixed before any arm was compared, on 520 compounds of that set: the references are about their
medians, so that a molecule counts that is better than half of them in everything. Of the four pairs of
directions this is the one that no single property solves: the 94 best by HOMO, by LUMO and by SA hold 0.69,
0.55 and 0.63 of the set's hypervolume and 94 at random 0.46, where in each other pair some property comes to
0.85 or more (0.94 for minimising both orbitals). The autoencoder won a trial campaign by trifluoromethanol,
which loses HF; the limits refuse it since, and everything was run anew.

Arms: ``VAE``, the generators of ``zincloop init``; ``pool only``, the whole corpus inside the limits in every
round (an advantage: the others see 2,000 candidates); ``graph GA``, NSGA-II on the measured molecules without
a surrogate; ``graph GA proposes``, the part ``graph_ga`` in the seat of the autoencoder; ``VAE at random``,
its prior and chance; ``sort by SA``, the corpus in the order of a free descriptor.
"""

from __future__ import annotations

import argparse
import os
import platform
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.colors import qualitative
from scipy.stats import bootstrap

from benchmarks.answers import Answers
from benchmarks.arms import ARMS, INITIAL, WHOLE, limits, template
from generators.corpus.entries import corpus
from loop.campaign import State
from loop.definition import Budget, Definition, StopRules
from loop.metrics import hypervolume
from loop.objective import Direction, FloatArray, Objective, gains
from loop.protocols import ComputedOracle
from loop.records import digest
from loop.seats import Parts
from loop.simulate import simulate
from oracles.contained.spool import write_text
from oracles.synthesizability import Synthesizability
from oracles.xtb_orbitals import XtbOrbitals
from oracles.xtb_zinc_exchange import XtbZincExchange

PROPOSED = 64

OBJECTIVES = (
    Objective("homo_gfn2", "eV", Direction.MINIMIZE, -10.8),
    Objective("lumo_gfn2", "eV", Direction.MAXIMIZE, -6.2),
    Objective("sa", "1", Direction.MINIMIZE, 2.75),
)
ZINC = Objective("zn_exchange_gfn2", "eV", Direction.MINIMIZE, 0.1)


def main() -> None:
    """Run what is missing, and print and draw what came out."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--zinc", action="store_true", help="with the exchange energy of zinc")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--arms", nargs="*", default=list(ARMS), choices=list(ARMS))
    parser.add_argument("--proposed", type=int, default=PROPOSED)
    parser.add_argument("--directory", type=Path, default=Path("build/de_novo"))
    options = parser.parse_args()
    machine = platform.processor() or platform.machine()
    print(f"{machine}, {os.cpu_count()} cores, 1 at work, Python {platform.python_version()}")
    objectives = (*OBJECTIVES, ZINC) if options.zinc else OBJECTIVES
    oracles: list[ComputedOracle] = [XtbOrbitals(), Synthesizability()]
    if options.zinc:
        oracles.append(XtbZincExchange(search="quick", denticity="one"))
    answers = Answers(oracles, options.directory / "answers")
    runs = [
        run(defined(objectives, seed, options.proposed), arm, answers)
        for seed in range(options.seeds)
        for arm in options.arms
    ]
    results = pd.concat(runs, ignore_index=True)
    stem = "zinc" if options.zinc else "orbitals"
    write_text(options.directory / f"{stem}.csv", results.to_csv(index=False))
    drawn(results).write_html(options.directory / f"{stem}.html", include_plotlyjs=True)
    show(results)


def defined(objectives: tuple[Objective, ...], seed: int, proposed: int) -> Definition:
    """A campaign with the batch of the template."""
    return Definition(
        name="de-novo",
        seed=seed,
        objectives=objectives,
        limits=limits(),
        budget=Budget(evaluations=INITIAL + proposed),
        stop=StopRules(failures_in_a_row=None),
        batch=template().proposal.batch,
        pool=WHOLE,
    )


def run(definition: Definition, arm: str, answers: Answers) -> pd.DataFrame:
    """One campaign, or what is kept of it: a row for each molecule, in the order asked."""
    parts = ARMS[arm](answers.oracles)
    kept = answers.directory.parent / "runs" / f"{arm.replace(' ', '_')}-{_mark(definition, parts)}.csv"
    if not kept.exists():
        seconds, state = 0.0, State()
        for replayed in simulate(definition, parts, answers):
            seconds += replayed.fit_seconds + replayed.proposal_seconds
            state = replayed.state
        kept.parent.mkdir(parents=True, exist_ok=True)
        rows = _rows(definition, state).assign(arm=arm, seed=definition.seed, decision_seconds=seconds)
        write_text(kept, rows.to_csv(index=False))
        last = rows.iloc[-1]
        print(f"seed {definition.seed}, {arm}: {last['hypervolume']:.3f}, {seconds:.0f} s", flush=True)
    return pd.read_csv(kept)


def _mark(definition: Definition, parts: Parts) -> str:
    """Content hash of what decides a campaign, as far as parts say what decides them."""
    return digest(
        {
            "seed": definition.seed,
            "objectives": [repr(o) for o in definition.objectives],
            "limits": repr(definition.limits),
            "sizes": [definition.budget.evaluations, definition.batch, definition.pool],
            "sources": [[s.generator.version(), s.share, s.initial] for s in parts.sources],
            "oracles": [o.protocol().digest for o in parts.oracles],
            "chosen by": [parts.surrogate.kind, parts.acquisition.kind],
        }
    )


def _rows(definition: Definition, state: State) -> pd.DataFrame:
    curve = state.progress(definition.objectives)
    listed = {entry.smiles for entry in corpus()}
    rows = []
    for pick, (count, hours, volume) in zip(state.picks, curve, strict=True):
        molecule = pick.candidate.molecule
        values = {name: column.get(molecule) for name, column in state.values.items()}
        rows.append(
            {
                "evaluations": count,
                "core_hours": hours,
                "hypervolume": volume,
                "smiles": molecule.smiles,
                "origin": pick.candidate.origin,
                "listed": molecule.smiles in listed,
                **{name: value.value if value else np.nan for name, value in values.items()},
            }
        )
    return pd.DataFrame(rows)


def show(results: pd.DataFrame) -> None:
    """Means with their intervals, and ratios over paired seeds."""
    ends, areas = _figures(results)
    most = results["evaluations"].max()
    print(f"\n{len(ends)} seeds, {most} molecules; intervals: 95 %, bootstrap over seeds")
    print(
        f"{'':<18}{'last hypervolume':>22}{'mean on the way':>22}{'not listed':>11}{'failed':>7}{'CPU s':>6}"
    )
    for arm in ends:
        some = results[(results["arm"] == arm) & (results["evaluations"] > INITIAL)]
        failed = some.isna().any(axis=1)
        seconds = some.groupby("seed")["decision_seconds"].last()
        print(
            f"{arm:<18}{_interval(ends[arm]):>22}{_interval(areas[arm]):>22}"
            f"{1 - some['listed'].mean():>11.2f}{failed.mean():>7.3f}{seconds.mean():>6.0f}"
        )
    for one, other in (("VAE", "pool only"), ("VAE", "graph GA"), ("VAE", "graph GA proposes")):
        if {one, other} <= set(ends):
            print(
                f"{one} / {other}: last hypervolume {_interval(ends[one], ends[other])}, "
                f"mean on the way {_interval(areas[one], areas[other])}"
            )
    distinct = results["smiles"].nunique()
    print(f"all {distinct} molecules that any arm measured, together: {_together(results):.3f}")


def _together(results: pd.DataFrame) -> float:
    """Hypervolume of everything measured: what an arm that found the best of it would come to."""
    objectives = [o for o in (*OBJECTIVES, ZINC) if o.property in results]
    distinct = results.drop_duplicates("smiles").dropna(subset=[o.property for o in objectives])
    values = distinct[[o.property for o in objectives]].to_numpy(np.float64)
    return hypervolume(gains(objectives, values), 0.0)


def _figures(results: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Last hypervolume, and its mean over what was proposed; a row for each seed, a column for each arm."""
    later = results[results["evaluations"] > INITIAL]
    grouped = later.groupby(["seed", "arm"], sort=False)["hypervolume"]
    return grouped.last().unstack("arm"), grouped.mean().unstack("arm")


def _interval(values: pd.Series[float], under: pd.Series[float] | None = None) -> str:
    """Mean, or ratio of means, with its percentile interval over (paired) seeds."""
    data = [np.asarray(column, dtype=np.float64) for column in (values, under) if column is not None]
    middle = _ratio(*data)
    if len(values) < 2:
        return f"{middle:.3f}"
    found = bootstrap(data, _ratio, paired=True, method="percentile", rng=np.random.default_rng(0))
    low, high = found.confidence_interval
    return f"{middle:.3f} [{low:.3f}, {high:.3f}]"


def _ratio(values: FloatArray, *under: FloatArray, axis: int = -1) -> FloatArray:
    middle = np.mean(values, axis=axis)
    return np.asarray(middle / np.mean(under[0], axis=axis) if under else middle)


def drawn(results: pd.DataFrame) -> go.Figure:
    """Median and 20-80 % band of each arm over seeds."""
    figure = go.Figure()
    for arm, color in zip(results["arm"].unique(), qualitative.Safe, strict=False):
        some = results[results["arm"] == arm].groupby("evaluations")["hypervolume"]
        low, middle, high = (some.quantile(q) for q in (0.2, 0.5, 0.8))
        x: Sequence[int] = middle.index.to_list()
        band = {"fill": "toself", "fillcolor": color.replace("rgb(", "rgba(").replace(")", ", 0.15)")}
        figure.add_scatter(
            x=[*x, *x[::-1]], y=[*high, *low[::-1]], line_width=0, showlegend=False, hoverinfo="skip", **band
        )
        figure.add_scatter(x=x, y=middle, name=arm, line_color=color)
    return figure.update_layout(
        xaxis_title="molecules measured", yaxis_title="hypervolume", template="simple_white"
    )


if __name__ == "__main__":
    main()
