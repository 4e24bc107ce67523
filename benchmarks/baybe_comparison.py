"""Compare the default strategy with BayBE on the same campaigns, seed by seed.

    python -m venv build/baybe-venv
    build/baybe-venv/bin/pip install -e '.[baybe]'
    nice build/baybe-venv/bin/python -m benchmarks.baybe_comparison PATH/TO/qm9pack/data [--check]

The task is ``qm9-1000`` of ``benchmarks/efficiency.py``: HOMO minimised, LUMO and dipole maximised, 20 random
molecules and then six rounds of 5. BayBE (https://github.com/emdgroup/baybe, Apache-2.0) sits in the seat of
the acquisition: initial molecules, references, budget and figures are the simulator's own. It gets what its
documentation recommends for molecules and several targets, with stock settings: RDKit's 2D descriptors,
decorrelated; a Pareto objective; its default recommender (a Gaussian process for each target, log-NEHVI).
``--strategy desirability`` takes its desirability objective instead; that needs the best value of each
property in the pool, which a campaign does not know, and is told it.

Pools are draws from 200 on, which no setting of ours was chosen on; each has one seed. Every campaign runs in
a process of its own with one thread; BayBE's, two to three minutes of CPU each, are kept in the directory:
interrupt it and start it again. BayBE has an environment of its own, as its descriptors hold RDKit below
``requirements.lock``. Kept results can be compared from any environment; a pool that is not the same in both
is refused. CPU time is that of deciding, descriptors included, imports not.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from functools import cached_property
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd

from benchmarks.efficiency import TASKS, Task, replayed, show, written
from benchmarks.intervals import interval
from flows.simulation.measures import measure
from flows.simulation.replaying import open_simulation, staged
from flows.simulation.running import THREADS
from flows.simulation.strategies import NoSurrogate
from flows.simulation.summary import summarise
from loop.labels import Labels
from loop.objective import Direction, Objective
from loop.protocols import Question
from loop.records import Pick
from loop.simulate import simulate
from oracles.contained.endings import die_with_parent
from oracles.contained.spool import write_text

STRATEGIES = {"pareto": "BayBE", "desirability": "BayBE desirability"}
PACKAGES = ("baybe", "botorch", "gpytorch", "torch", "rdkit", "scikit-fingerprints", "zincloop")
IMPORTS = ("baybe", "botorch", "gpytorch", "sklearn", "skfp.fingerprints")
"""What BayBE imports when it is first needed."""

MOLECULE = "molecule"
CHECK = Task("check", 150, 10, 20, 5, ("homo", "lumo", "dipole"), ("default", "random"), 1, 100)


def main() -> None:
    """Run what is not kept yet, and print what came out."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--first", type=int, default=200, help="first draw")
    parser.add_argument("--pools", type=int, default=20)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--strategy", choices=STRATEGIES, default="pareto")
    parser.add_argument("--rival-only", action="store_true", help="leave our own strategies out")
    parser.add_argument("--check", action="store_true", help="one small pool, a minute: does it work?")
    parser.add_argument("--directory", type=Path, default=Path("build/baybe"))
    options = parser.parse_args()
    os.environ.update(dict.fromkeys(THREADS, "1"))
    if options.check:
        check(options.data, options.directory / "check", options.strategy)
        return
    base = next(t for t in TASKS if t.name == "qm9-1000")
    scenarios = ("default", "random")
    task = replace(base, first_draw=options.first, pools=options.pools, scenarios=scenarios)
    files = list(written(task, options.data, options.directory, task.pools, options.workers))
    found = list(rivals(files, options.strategy, options.workers))
    theirs = pd.concat([table(one) for one in found], ignore_index=True)
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, {options.workers} at work")
    print(f"BayBE ran with {', '.join(sorted({_said(one['versions']) for one in found}))}")
    if options.rival_only:
        results = theirs
    else:
        print(f"ours ran with {_said(versions())}")
        results = paired(theirs, [replayed_now(file) for file in files])
        show(task, summarise(results), results)
    report(results, STRATEGIES[options.strategy])


def rivals(files: Sequence[Path], strategy: str, workers: int) -> Iterator[dict[str, Any]]:
    """BayBE's campaign on each file, as far as it is not kept yet in a process of its own."""
    missing = [file for file in files if not _kept(file, strategy).exists()]
    with _processes(workers) as pool:
        futures = {pool.submit(campaign, file, strategy): file for file in missing}
        for done, future in enumerate(as_completed(futures), start=1):
            one, file = future.result(), futures[future]
            write_text(_kept(file, strategy), json.dumps(one, indent=1))
            last = table(one).iloc[-1]
            print(
                f"{file.stem}: hypervolume {last['hypervolume_share']:.3f}; {done} of {len(missing)}",
                flush=True,
            )
    for file in files:
        one = json.loads(_kept(file, strategy).read_text(encoding="utf-8"))
        if one["labels"] != open_simulation(file).yardstick.task.labels.digest:
            raise SystemExit(f"{_kept(file, strategy)}: was run on another pool than {file.stem}; remove it")
        yield one


def replayed_now(file: Path) -> pd.DataFrame:
    """Our own strategies, run anew: what is kept may be older than the code."""
    with TemporaryDirectory() as directory:
        return replayed(file, Path(directory))


def campaign(file: Path, strategy: str) -> dict[str, Any]:
    """One campaign that BayBE decides, in the simulator's own step."""
    for name in IMPORTS:
        import_module(name)
    simulation = open_simulation(file)
    labels, seed = simulation.yardstick.task.labels, simulation.file.seed
    definition, parts, answer, _ = staged(simulation, "random", seed)
    rival = replace(parts, surrogate=NoSurrogate(), acquisition=BayBE(labels, strategy))
    steps = list(simulate(definition, rival, answer))
    rounds = [[p.candidate.molecule.smiles for p in r.picks] for r in steps[-1].state.rounds]
    rows = measure(simulation.yardstick, steps)
    name = STRATEGIES[strategy]
    return {
        "scenario": name,
        "seed": seed,
        "labels": labels.digest,
        "versions": versions(),
        "rows": rows,
        "rounds": rounds,
    }


@dataclass(frozen=True, eq=False)
class BayBE:
    """An acquisition that asks BayBE; it fits surrogates of its own."""

    labels: Labels
    strategy: str

    @property
    def kind(self) -> str:
        """Name for the records."""
        return STRATEGIES[self.strategy]

    @cached_property
    def _space(self) -> Any:  # noqa: ANN401 - BayBE is no dependency
        from baybe.parameters import SubstanceParameter
        from baybe.searchspace import SearchSpace

        smiles = [m.smiles for m in self.labels.molecules]
        data = dict(zip(smiles, smiles, strict=True))
        return SearchSpace.from_product(
            [SubstanceParameter(MOLECULE, data=data, encoding="RDKIT2DDESCRIPTORS")]
        )

    def _objective(self, objectives: Iterable[Objective]) -> Any:  # noqa: ANN401 - BayBE is no dependency
        from baybe.objectives import DesirabilityObjective, ParetoObjective
        from baybe.targets import NumericalTarget

        if self.strategy == "pareto":
            return ParetoObjective([NumericalTarget(o.property, minimize=minimised(o)) for o in objectives])
        return DesirabilityObjective(
            [
                NumericalTarget.normalized_ramp(o.property, cutoffs(o, self.labels), descending=minimised(o))
                for o in objectives
            ]
        )

    def choose(self, question: Question) -> list[Pick]:
        """Tell a new BayBE campaign everything measured and take its recommendation."""
        from baybe import Campaign, Settings

        with Settings(random_seed=question.seed):
            new = Campaign(
                self._space,
                self._objective(question.objectives),
                allow_recommending_already_measured=False,
            )
            new.add_measurements(measurements(question))
            chosen = new.recommend(question.batch)[MOLECULE]
        candidates = {c.molecule.smiles: c for c in question.pool}
        return [Pick(candidates[smiles], "recommended by BayBE") for smiles in chosen]


def minimised(objective: Objective) -> bool:
    """Whether BayBE's target is to be minimised.

    Raises
    ------
    ValueError
        If the objective is a window, which the comparison has no target for.
    """
    if objective.direction is Direction.WINDOW:
        raise ValueError(f"{objective.property}: the comparison knows maximize and minimize, not a window")
    return objective.direction is Direction.MINIMIZE


def cutoffs(objective: Objective, labels: Labels) -> tuple[float, float]:
    """Ends of a desirability, the smaller first: the reference and the best value of the pool."""
    column = labels.column(objective.property)
    best = column.min() if minimised(objective) else column.max()
    low, high = sorted((objective.reference, float(best)))
    return low, high


def measurements(question: Question) -> pd.DataFrame:
    """What BayBE is told: one row for each molecule measured, in the order of the objectives."""
    found = pd.DataFrame(question.front, columns=[o.property for o in question.objectives])
    found.insert(0, MOLECULE, [m.smiles for m in question.measured])
    return found


def versions() -> dict[str, str]:
    """Version of each package that decides a result, as far as it is installed."""
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def table(one: dict[str, Any]) -> pd.DataFrame:
    """Rows of a kept campaign, as the simulator's results have them."""
    return pd.DataFrame(one["rows"]).assign(scenario=one["scenario"], seed=one["seed"])


def paired(theirs: pd.DataFrame, ours: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """All results in one table.

    Raises
    ------
    ValueError
        If a seed is missing from some strategy, or did not begin with the same molecules in all.
    """
    results = pd.concat([*ours, theirs], ignore_index=True)
    first = results[results["round"] == 0].pivot_table("hypervolume", "seed", "scenario", dropna=False)
    apart = (first.max(axis=1) - first.min(axis=1)).abs() > 1e-9 * first.max(axis=1)
    for seed in first.index[first.isna().any(axis=1) | apart]:
        raise ValueError(f"seed {seed}: the strategies did not all begin with the same molecules")
    return results


def report(results: pd.DataFrame, rival: str) -> None:
    """Print the way to the end, each seed, and the cost."""
    shares = results.pivot_table("hypervolume_share", ["evaluations", "seed"], "scenario")
    names = [rival, *(name for name in shares.columns if name != rival)]
    print("\nhypervolume by molecules measured" + "".join(f"{name:>24}" for name in names), end="")
    print("".join(f"{f'{name} - {rival}':>26}" for name in names[1:]))
    for evaluations, some in shares.groupby(level="evaluations"):
        cells = "".join(f"{interval(some[name]):>24}" for name in names)
        gaps = "".join(f"{interval(some[name] - some[rival]):>26}" for name in names[1:])
        print(f"{evaluations:<33}{cells}{gaps}")
    print("\neach seed, at the end")
    print(shares.groupby(level="seed").last()[names].round(3).to_string())
    later = results[results["round"] > 0]
    seconds = (
        (later["fit_seconds"] + later["proposal_seconds"]).groupby([later["scenario"], later["seed"]]).mean()
    )
    print("\nCPU seconds a round")
    print(f"{rival:<24}{interval(seconds[rival]):>26}")
    for name in names[1:]:
        ratio = seconds[rival].mean() / seconds[name].mean()
        print(f"{name:<24}{interval(seconds[name]):>26}{ratio:>10.0f} times faster than {rival}")


def check(data: Path, directory: Path, strategy: str) -> None:
    """Let both decide one small campaign: BayBE twice the same, nothing asked twice, the same beginning."""
    (file,) = written(CHECK, data, directory, 1, 1)
    with _processes(1) as pool:
        one, again = (pool.submit(campaign, file, strategy).result() for _ in range(2))
    asked = [smiles for batch in one["rounds"] for smiles in batch]
    if one["rounds"] != again["rounds"]:
        raise SystemExit("BayBE chose differently with the same seed")
    if len(set(asked)) != CHECK.evaluations:
        raise SystemExit(f"{len(set(asked))} different molecules were measured, not {CHECK.evaluations}")
    report(paired(table(one), [replayed_now(file)]), STRATEGIES[strategy])
    print(f"\nit works; {_said(one['versions'])}")


def _processes(workers: int) -> ProcessPoolExecutor:
    """A process for each campaign, so that none finds another's descriptors or fits."""
    return ProcessPoolExecutor(
        workers,
        get_context("spawn"),
        initializer=die_with_parent,
        initargs=(os.getpid(),),
        max_tasks_per_child=1,
    )


def _kept(file: Path, strategy: str) -> Path:
    return file.with_name(f"{file.stem}-{strategy}.json")


def _said(found: dict[str, str]) -> str:
    return ", ".join(f"{name} {number}" for name, number in found.items())


if __name__ == "__main__":
    main()
